"""Views no photo shows: where the camera stands, and that impressions in a scene are those of a photo."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.scene import Scene
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from scalp.rendering.looks import render_look
from scalp.rendering.turntables import sheet_turntable, walk_round
from scalp.rendering.views import POSES_DEGREES, Stand, compose_scene, doubt_view, field_passes, render_scene, stand_camera
from scalp.skin.spread import field_transmittance, inner_fraction, point_spread, transmittance
from tests.makers import make_camera, make_head, make_photo, make_skin
from tests.rendering.test_looks import faces_towards, impress, of_photo

HEALED = Moment(name="healed", label="Healed", session_number=3, days=42.0)
SMALL = {"width_px": 420, "height_px": 560}


def make_scene(head, camera, *, gloss=0.05):
    """Return a scene of an evenly lit head before a dark wall, with the same shine everywhere on it."""
    inside = rasterise(camera, head.surface).face_index >= 0
    mask = np.where(inside, 255, 0).astype(np.uint8)
    shape = (camera.height_px, camera.width_px, 3)
    matte = np.where(inside[..., None], np.array([0.5, 0.31, 0.22]), 0.0)
    return Scene(
        camera=camera,
        matte_rgb_linear=np.broadcast_to(matte, shape).astype(np.float32),
        clear_fraction=inside.astype(np.float32),
        above_rgb_linear=np.where(inside[..., None], gloss, 0.02).astype(np.float32) * np.ones(3, np.float32),
        regions=Regions(head=mask, skin=mask, hair=mask * 0),
        skin_level=0.31,
    )


def strew(head, count, seed=3):
    """Return so many impressions on faces drawn at random among those of equal size."""
    return impress(head, np.random.default_rng(seed).integers(0, len(head.surface.faces), count))


@pytest.mark.parametrize("pose", POSES_DEGREES)
def test_every_named_pose_has_the_whole_skull_in_the_picture(pose):
    head = make_head(subdivisions_count=4)
    azimuth, elevation = POSES_DEGREES[pose]
    camera = stand_camera(head, Stand(azimuth_degrees=azimuth, elevation_degrees=elevation))
    points_px = camera.project(head.surface.vertices_mm)
    assert (points_px > 20).all()
    assert (points_px < [camera.width_px - 20, camera.height_px - 20]).all()


def test_left_is_the_clients_left_and_up_is_up():
    head = make_head(subdivisions_count=3)
    left = stand_camera(head, Stand(azimuth_degrees=90.0))
    assert left.eye_mm[0] > 800.0
    nose_x, _ = left.project(head.landmark("glabella")[None])[0]
    inion_x, _ = left.project(head.landmark("inion")[None])[0]
    assert nose_x < inion_x
    vertex_y, ear_y = left.project(np.array([head.landmark("vertex"), head.landmark("left_tragion")]))[:, 1]
    assert vertex_y < ear_y


def test_a_stand_is_as_far_and_spans_as_much_as_it_says():
    head = make_head(subdivisions_count=3)
    stand = Stand(azimuth_degrees=33.0, elevation_degrees=20.0, distance_mm=600.0, frame_width_mm=60.0, aim_mm=(10.0, 100.0, 60.0))
    camera = stand_camera(head, stand)
    aim = np.array([stand.aim_mm])
    assert np.linalg.norm(camera.eye_mm - aim) == pytest.approx(600.0)
    assert camera.project(aim)[0] == pytest.approx([530.0, 707.0])
    assert camera.focal_px / 600.0 * 60.0 == pytest.approx(stand.width_px)


def test_what_a_field_leaves_is_what_a_photo_loses():
    bare = make_head(subdivisions_count=5)
    camera = make_camera("front_top", width_px=480, height_px=480)
    plain = make_photo(bare, camera)
    deep = Photo(pixels=plain.pixels.astype(np.uint16) * 257, encoding=srgb_encoding(65_536))
    head, photo, regions = of_photo(bare, camera, deep)
    impressions = impress(bare, faces_towards(bare, camera, 40), concentration_mg_per_ml=25.0, diameter_mm=0.5)
    passed = field_passes(dataclasses.replace(make_scene(bare, camera), regions=regions), bare, impressions, make_skin(), HEALED)
    own = dataclasses.replace(impressions, head_digest=head.digest)
    look = render_look(photo, head, own, regions, make_skin(), HEALED).photo.rgb_linear()
    before = photo.rgb_linear()
    lost = np.where(before > 0.01, (before - look) / np.maximum(before, 0.01), 0.0)
    assert passed.max() < 1.0 + 1e-4
    assert (1.0 - passed)[..., 0].max() > 0.1
    assert (1.0 - passed).sum() == pytest.approx(lost.sum(), rel=0.03)


def test_mean_tone_of_a_field_in_a_view_is_the_skin_models():
    bare = make_head(subdivisions_count=5)
    camera = stand_camera(bare, Stand(azimuth_degrees=180.0, elevation_degrees=45.0, width_px=480, height_px=640))
    per_cm2 = 90.0
    areas_cm2 = np.linalg.norm(np.cross(*np.diff(bare.surface.vertices_mm[bare.surface.faces], axis=1).transpose(1, 0, 2)), axis=1) / 200.0
    rng = np.random.default_rng(8)
    faces = rng.choice(len(areas_cm2), int(per_cm2 * areas_cm2.sum()), p=areas_cm2 / areas_cm2.sum())
    impressions = impress(bare, faces)
    skin = make_skin()
    passed = field_passes(make_scene(bare, camera), bare, impressions, skin, HEALED)
    rows, cols = slice(250, 390), slice(170, 310)
    weights = point_spread(skin, [0.2], 0.3, 0.6, 3.0)
    asked = field_transmittance(skin, weights, per_cm2)
    assert passed[rows, cols].mean(axis=(0, 1)) == pytest.approx(asked, rel=0.04)


def test_shine_hair_and_wall_stay_above_the_pigment():
    bare = make_head(subdivisions_count=5)
    camera = make_camera("front_top", width_px=360, height_px=360)
    scene = make_scene(bare, camera, gloss=0.2)
    half = np.array(scene.clear_fraction) * 0.5
    scene = dataclasses.replace(scene, clear_fraction=half)
    impressions = impress(bare, faces_towards(bare, camera, 30), concentration_mg_per_ml=30.0, diameter_mm=0.5)
    lost = compose_scene(scene) - render_scene(scene, bare, impressions, make_skin(), HEALED)
    assert lost.max() <= 0.5 * scene.matte_rgb_linear.max() + 1e-6
    assert lost.min() >= -2e-5
    assert lost[..., 0].max() > 0.02
    assert not lost[scene.regions.head == 0].any()


def test_without_impressions_a_scene_is_its_layers():
    bare = make_head(subdivisions_count=4)
    scene = make_scene(bare, make_camera("left", width_px=200, height_px=200))
    none = strew(bare, 5).where(np.arange(0))
    assert np.array_equal(render_scene(scene, bare, none, make_skin(), HEALED), compose_scene(scene))


def test_impressions_stay_on_the_surface_as_the_head_turns():
    bare = make_head(subdivisions_count=5)
    place = faces_towards(bare, make_camera("front_top"), 1)
    impressions = impress(bare, place, concentration_mg_per_ml=20.0, diameter_mm=0.4)
    point_mm = impressions.points_mm(bare.surface.vertices_mm, bare.surface.faces)
    for azimuth in (-40.0, 0.0, 40.0):
        camera = stand_camera(bare, Stand(azimuth_degrees=azimuth, elevation_degrees=30.0, **SMALL))
        lost = 1.0 - field_passes(make_scene(bare, camera), bare, impressions, make_skin(), HEALED)[..., 2]
        rows, cols = np.mgrid[: lost.shape[0], : lost.shape[1]] + 0.5
        where = np.array([(lost * cols).sum(), (lost * rows).sum()]) / lost.sum()
        assert where == pytest.approx(camera.project(point_mm)[0], abs=0.5)


def test_a_view_from_the_photos_own_place_has_no_unseen_scalp_and_one_from_behind_nothing_else():
    camera = make_camera("front")
    bare = make_head(subdivisions_count=5)
    head, _, _ = of_photo(bare, camera, make_photo(bare, camera))
    assert [doubt.where for doubt in doubt_view(head, camera)] == ["face, ears, neck and stubble of a view"]
    told = doubt_view(head, make_camera("back"), "view back")
    assert told[0].where == "view back"
    assert told[0].kind == "unseen"
    assert int(told[0].size.split("%")[0]) > 90


def test_a_turntable_goes_once_round_in_equal_steps():
    stands = walk_round(Stand(azimuth_degrees=10.0, elevation_degrees=15.0), 24)
    ways = np.array([stand.towards for stand in stands])
    steps = np.einsum("nd,nd->n", ways, np.roll(ways, -1, axis=0))
    assert np.ptp(steps) < 1e-12
    assert {stand.elevation_degrees for stand in stands} == {15.0}
    assert np.allclose(ways.sum(axis=0) / 24 * [1, 0, 1], 0.0)


def test_the_contact_sheet_of_a_turntable_names_its_angles():
    frames = [np.full((96, 72, 3), 10 * number, np.uint8) for number in range(16)]
    assert sheet_turntable(frames, "Once round", "Healed").shape[1] == 2800


@pytest.mark.parametrize(
    "words",
    [
        {"elevation_degrees": 89.0},
        {"elevation_degrees": float("nan")},
        {"azimuth_degrees": float("inf")},
        {"width_px": 20},
        {"distance_mm": 100.0},
        {"frame_width_mm": 2.0},
    ],
)
def test_impossible_stands_are_refused(words):
    with pytest.raises(BadInput, match="allowed"):
        Stand(**words)


def test_too_few_or_too_many_frames_are_refused():
    for count in (3, 1000):
        with pytest.raises(BadInput, match="8 to 120"):
            walk_round(Stand(), count)


def test_a_scene_of_another_size_than_its_camera_is_refused():
    bare = make_head(subdivisions_count=3)
    scene = make_scene(bare, make_camera(width_px=100, height_px=100))
    with pytest.raises(BadInput, match="clear_fraction"):
        dataclasses.replace(scene, clear_fraction=np.ones((5, 5), np.float32))


def test_close_by_marks_are_as_sharp_as_the_skin_model_has_them():
    # A picture of nothing but skin has no edge of its own to tell its blur by.
    bare = make_head(subdivisions_count=5)
    aim = tuple(map(float, bare.surface.vertices_mm[bare.surface.faces[faces_towards(bare, make_camera("front_top"), 1)[0]]].mean(axis=0)))
    face = faces_towards(bare, make_camera("front_top"), 1)
    near = Stand(elevation_degrees=38.0, width_px=320, height_px=240, distance_mm=600.0, frame_width_mm=20.0, aim_mm=aim)
    passed = field_passes(make_scene(bare, stand_camera(bare, near)), bare, impress(bare, face), make_skin(), HEALED)[..., 1]
    alone = transmittance(point_spread(make_skin(), [0.2], 0.3, 0.6, 3.0), [0.0])[0, 0, 1]
    whole = 1.0 - inner_fraction(make_skin())[1] * (1.0 - alone)
    assert passed.min() == pytest.approx(whole, abs=0.03)
