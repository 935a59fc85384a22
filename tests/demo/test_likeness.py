"""A head's own skull in a neutral bust: where its scalp lies, what light does to it, and the same bytes twice."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput, NotPossible
from scalp.demo.complexion import mix_complexion
from scalp.demo.lamps import RIGS, choose_rig, hang_lamps
from scalp.demo.likeness import bend_person, skull_radii_mm
from scalp.demo.person import shape_person
from scalp.demo.sitters import light_sitter, portray, seat_likeness
from scalp.demo.zones import mark_zones
from scalp.domain.head import LANDMARK_NAMES
from scalp.domain.skin import Skin
from scalp.io.assets import makehuman_folder
from scalp.rendering.views import Stand, stand_camera
from tests.makers import make_head

SKIN = Skin(melanin_fraction=0.024, blood_fraction=0.014)
SMALL = Stand(width_px=240, height_px=320)


@pytest.fixture(scope="module")
def makehuman():
    try:
        return makehuman_folder()
    except NotPossible as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def head():
    return make_head(length_mm=205.0, breadth_mm=149.0, height_mm=136.0, subdivisions_count=5)


@pytest.fixture(scope="module")
def sitter(makehuman, head):
    return seat_likeness(makehuman, head, SKIN)


@pytest.fixture(scope="module")
def scenes(sitter, head):
    """Return the front view dry and wet under the same lamps, and in the sun."""
    camera = stand_camera(head, SMALL)
    lit = light_sitter(sitter, choose_rig("daylight"), SMALL.towards)
    sunny = light_sitter(sitter, choose_rig("sun"), SMALL.towards)
    return {name: portray(who, camera) for name, who in (("daylight", lit), ("wet", lit._replace(rig=RIGS["wet"])), ("sun", sunny))}


@pytest.fixture(scope="module")
def bent(makehuman, head):
    """Return the neutral person, his zones, and him with the head's skull."""
    person = shape_person(makehuman, darkness_fraction=0.3, seed=1)
    zones = mark_zones(person)
    return person, zones, bend_person(person, zones, head)


def off_ellipsoid_mm(places_mm):
    """Return how far places lie off the head of `head()`, along rays from its middle."""
    from tests.makers import CENTRE_MM, cranium_axes

    axes = cranium_axes(205.0, 149.0, 136.0)
    unit = np.linalg.norm((places_mm - CENTRE_MM) @ np.linalg.inv(axes).T, axis=1)
    return np.linalg.norm(places_mm - CENTRE_MM, axis=1) * (1.0 - 1.0 / unit)


def test_the_scalp_of_the_bust_lies_on_the_heads_own_surface(bent):
    person, zones, likeness = bent
    above = (zones.scalp > 0.99) & (person.vertices_mm[:, 1] > person.point("glabella")[1] + 36.0)
    assert above.sum() > 1500
    assert np.abs(off_ellipsoid_mm(likeness.vertices_mm[above])).max() < 0.25


def test_landmarks_of_the_bust_come_near_the_heads(bent, head):
    person, _, likeness = bent
    before, after = (np.array([who.point(name) - head.landmark(name) for name in LANDMARK_NAMES]) for who in (person, likeness))
    assert np.linalg.norm(after, axis=1).mean() < 4.0 < np.linalg.norm(before, axis=1).mean()


def test_the_bend_folds_nothing(bent):
    person, _, likeness = bent

    def crosses(places):
        a, b, c = (places[person.quads[:, k]] for k in (0, 1, 3))
        return np.cross(b - a, c - a)

    turned = np.einsum("nd,nd->n", crosses(person.vertices_mm), crosses(likeness.vertices_mm)) < 0
    assert turned.mean() < 2e-4


def test_radii_of_a_sphere_are_its_radius():
    sphere = make_head(length_mm=180.0, breadth_mm=180.0, height_mm=138.0, pitch_rad=0.0, subdivisions_count=5)
    ways = np.random.default_rng(2).normal(size=(500, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    radii = skull_radii_mm(sphere, np.array([0.0, 48.0, 7.0]), ways)
    assert np.abs(radii - 90.0).max() < 1e-6


def test_a_view_has_the_colour_of_the_skin_under_its_lamps(scenes):
    scene = scenes["daylight"]
    skin = scene.regions.skin > 250
    tone = np.median(scene.matte_rgb_linear[skin], axis=0)
    from scalp.skin.tone import reflectance

    asked = reflectance(SKIN)
    assert tone / tone[1] == pytest.approx(asked / asked[1], rel=0.12)


def test_the_sun_is_hard_and_comes_out_brighter(scenes):
    def green(name):
        return scenes[name].matte_rgb_linear[scenes[name].regions.skin > 250][:, 1]

    bright, spread = ({name: of(green(name)) for name in scenes} for of in (lambda x: np.quantile(x, 0.9), lambda x: x.std() / x.mean()))
    assert 1.1 < bright["sun"] / bright["daylight"] < 1.7
    assert spread["sun"] > 1.2 * spread["daylight"]


def test_indoor_lamps_are_warm_and_hang_above():
    lamps = RIGS["indoor"].lamps
    assert all(lamp.rgb_linear[0] > 1.2 * lamp.rgb_linear[2] for lamp in lamps)
    assert sum(lamp.way[1] > 0.9 for lamp in lamps) == 2


def test_wet_skin_gathers_its_shine_and_is_darker_below(scenes):
    dry, wet = mix_complexion(SKIN).skin, mix_complexion(SKIN, matte_share_factor=0.3).skin
    assert (wet < dry).all()
    assert wet[2] / dry[2] < wet[0] / dry[0], "the colour gets deeper"
    skin = scenes["daylight"].regions.skin > 250

    def shine(name):
        return scenes[name].above_rgb_linear[skin][:, 1]

    assert np.quantile(shine("wet"), 0.998) > 1.3 * np.quantile(shine("daylight"), 0.998)


def test_the_same_likeness_twice_is_the_same_to_the_byte(sitter, head, scenes):
    again = portray(light_sitter(sitter, choose_rig("daylight"), SMALL.towards), stand_camera(head, SMALL))
    assert again.digest == scenes["daylight"].digest


def test_no_hair_grows_where_none_is_asked_for(makehuman, head, sitter):
    bald = seat_likeness(makehuman, head, SKIN, hair_fraction=np.zeros(len(head.surface.vertices_mm)))
    assert bald.bust.zones.fringe_per_cm2.max() == 0.0
    assert sitter.bust.zones.fringe_per_cm2.max() > 150.0


def test_lamps_turn_with_the_looker_but_up_stays_up():
    front, back = (hang_lamps(RIGS["daylight"], np.array([0.0, 0.2, z])) for z in (1.0, -1.0))
    assert front.ways[:, 1] == pytest.approx(back.ways[:, 1])
    assert front.ways[:, [0, 2]] == pytest.approx(-back.ways[:, [0, 2]])


def test_a_flash_hangs_on_the_camera():
    towards = Stand(azimuth_degrees=140.0, elevation_degrees=60.0).towards
    assert hang_lamps(RIGS["flash"], towards).ways[0] @ towards > 0.995


def test_an_unknown_light_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="daylight, indoor, sun, flash, wet"):
        choose_rig("disco")


def test_a_scene_keeps_its_digest_through_its_layers(scenes):
    scene = scenes["sun"]
    assert dataclasses.replace(scene).digest == scene.digest
    assert scene.clear_fraction.min() >= 0.0
    assert scene.clear_fraction.max() <= 1.0
