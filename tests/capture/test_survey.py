"""The survey of a scalp: painted moles, scars, cards and caps are found where they are; a person's word wins; tones are those painted."""

import dataclasses

import cv2
import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.capture.survey.blemishes import BlemishSettings, find_blemishes, searched_area
from scalp.capture.survey.growth import GrowthSettings, Texture, count_hairs
from scalp.capture.survey.occluders import find_occluders
from scalp.capture.survey.regions import read_regions
from scalp.capture.survey.shine import Matte, part_shine
from scalp.capture.survey.surveying import survey_scalp
from scalp.capture.survey.white import balance_white, balanced
from scalp.capture.survey.zones import Ground, lay_ground, region_of
from scalp.colour.srgb import difference, lab_from_linear
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.survey import SCALP_REGIONS, AvoidMark, Corrections, Survey
from tests.makers import known_by, make_camera, make_head, make_photo
from tests.painted import paint_moles, paint_scar, room_for, with_light

TONES = {"I": (0.62, 0.42, 0.33), "III": (0.42, 0.26, 0.18), "V": (0.17, 0.085, 0.05)}
CAMERA = make_camera("front", width_px=1000, height_px=1000, focal_px=4200.0)
BARE = make_head(subdivisions_count=5, camera=CAMERA)


def seen(photo: Photo) -> tuple[Head, Regions]:
    """Return the head as of this photo, and what each pixel shows."""
    head = known_by(BARE, photo)
    return head, read_regions(photo, head)


def grained(tone: str = "III") -> Photo:
    """Return a photo of the bare head with the unevenness of skin: 3 % at 1 mm."""
    photo = make_photo(BARE, CAMERA, rgb_linear=TONES[tone])
    uneven = cv2.GaussianBlur(np.random.default_rng(3).standard_normal((1000, 1000)).astype(np.float32), (0, 0), 2.0)
    return with_light(photo, np.exp(0.03 * uneven / uneven.std()).astype(np.float32))


PHOTO = grained()
HEAD, REGIONS = seen(PHOTO)


def prepared(photo: Photo) -> tuple[Ground, Matte]:
    """Return the ground of a photo of the bare head and its light without shine; regions are those of the photo unpainted."""
    ground = lay_ground(photo, known_by(BARE, photo), REGIONS)
    return ground, part_shine(balanced(ground.rgb_linear, balance_white(photo)), ground.skin_fraction, px_per_mm=ground.px_per_mm)


def surveyed(photo: Photo, corrections: Corrections | None = None) -> Survey:
    """Return the survey of a photo of the bare head."""
    return survey_scalp(photo, known_by(BARE, photo), REGIONS, corrections=corrections)


def with_card(photo: Photo, rgb_linear: tuple[float, float, float]) -> Photo:
    """Return the photo with an even patch in its upper left corner."""
    pixels = photo.pixels.copy()
    stored = np.interp(rgb_linear, photo.encoding.decode[:, 0], np.arange(256.0))
    pixels[20:80, 20:120] = np.round(stored)
    return dataclasses.replace(photo, pixels=pixels)


CARD = np.array([[20.0, 20.0], [120.0, 20.0], [120.0, 80.0], [20.0, 80.0]])


@pytest.mark.parametrize("light", [(1.0, 1.0, 1.0), (1.25, 1.0, 0.7), (0.8, 1.0, 1.2)])
def test_a_grey_card_gives_back_the_tone_of_the_skin_in_any_light(light):
    tinted = with_light(PHOTO, np.broadcast_to(np.array(light, np.float32), (1000, 1000, 3)))
    photo = with_card(tinted, tuple(0.18 * np.array(light)))
    survey = surveyed(photo, Corrections(grey_card_px=CARD))
    assert survey.balance.source == "grey card"
    assert "white" in survey.told
    np.testing.assert_allclose(survey.balance.gain_weights * light, 1.0, rtol=0.03)
    tone = survey.tone_of("front")
    assert tone is not None
    assert np.abs(tone.lab[1:] - lab_from_linear(TONES["III"])[1:]).max() < 2.5


def test_a_card_that_is_burnt_out_or_outside_is_refused():
    with pytest.raises(BadInput, match="burnt out"):
        balance_white(with_card(PHOTO, (1.0, 1.0, 1.0)), None, Corrections(grey_card_px=CARD))
    with pytest.raises(BadInput, match="outside"):
        balance_white(PHOTO, None, Corrections(grey_card_px=CARD + 5000.0))


def test_without_any_white_the_doubt_is_larger_than_with_a_card():
    camera, card = surveyed(PHOTO), surveyed(with_card(PHOTO, (0.18, 0.18, 0.18)), Corrections(grey_card_px=CARD))
    assert camera.balance.source == "camera"
    for name in ("forehead", "front"):
        ours, theirs = camera.tone_of(name), card.tone_of(name)
        assert ours is not None
        assert theirs is not None
        assert (ours.lab_sd > theirs.lab_sd).all()


def test_darker_skin_has_more_melanin_in_every_region():
    by_tone = [surveyed(grained(tone)) for tone in TONES]
    for name in ("forehead", "front"):
        melanin = [survey.tone_of(name).melanin_fraction for survey in by_tone]
        assert melanin == sorted(melanin)
        assert melanin[2] > 3.0 * melanin[0]


@pytest.mark.parametrize("tone", TONES)
def test_white_shine_laid_on_skin_is_taken_off_again(tone):
    photo = make_photo(BARE, CAMERA, rgb_linear=TONES[tone])
    rows, columns = np.mgrid[:1000, :1000]
    shine = 0.25 * np.exp(-((rows - 330.0) ** 2 + (columns - 500.0) ** 2) / (2 * 45.0**2))
    pixels = np.interp(photo.rgb_linear() + shine[..., None], photo.encoding.decode[:, 0], np.arange(256.0))
    ground, matte = prepared(dataclasses.replace(photo, pixels=(pixels + 0.5).astype(np.uint8)))
    bare_ground, _ = prepared(photo)
    spot = ground.to_ground(np.array([[500.0, 330.0]])).astype(int)[0]
    area = np.s_[spot[1] - 25 : spot[1] + 25, spot[0] - 25 : spot[0] + 25]
    before, with_shine, after = (
        lab_from_linear(light[area].reshape(-1, 3).mean(axis=0)) for light in (bare_ground.rgb_linear, ground.rgb_linear, matte.rgb_linear)
    )
    assert difference(after, before) < 0.35 * difference(with_shine, before)
    assert matte.shine_fraction[area].mean() > 0.2


def test_painted_moles_are_found_where_they_are_as_large_as_they_are_and_nothing_else():
    ground, matte = prepared(PHOTO)
    assert len(find_blemishes(ground, matte)) == 0
    room = cv2.erode(searched_area(ground, matte, BlemishSettings()).astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    places = room_for(ground, room, 8, 12.0, seed=1)
    radius_mm = np.linspace(1.1, 3.0, len(places))
    painted = paint_moles(PHOTO, ground, places, radius_mm, np.full(len(places), 0.6))
    found = find_blemishes(*prepared(painted))
    away_mm = np.linalg.norm(found.at_px[:, None] - places[None], axis=2) / ground.px_per_mm * ground.scale
    nearest = away_mm.argmin(axis=0)
    hit = away_mm.min(axis=0) < 1.2
    assert hit.sum() >= len(places) - 1
    assert (away_mm.min(axis=1) < 1.2).all(), "a false alarm"
    np.testing.assert_allclose(found.radius_mm[nearest[hit]], radius_mm[hit], rtol=0.5)
    assert set(found.kinds) == {"mole"}
    assert np.median(found.confidence_fraction) > 0.5


def test_a_place_to_avoid_lies_on_the_surface_where_the_photo_shows_it():
    ground, _ = prepared(PHOTO)
    place = np.array([[480.0, 330.0]])
    survey = surveyed(paint_moles(PHOTO, ground, place, np.array([2.0]), np.array([0.7])))
    assert len(survey.avoid) == 1
    corners = BARE.surface.vertices_mm[BARE.surface.faces[survey.avoid.face_index[0]]]
    at_px = CAMERA.project((survey.avoid.barycentric[0] @ corners)[None])[0]
    assert np.linalg.norm(at_px - place[0]) < 4.0


def test_a_pale_line_is_a_scar_and_lies_along_it():
    ground, _ = prepared(PHOTO)
    ends = np.array([[450.0, 330.0], [540.0, 350.0]])
    found = find_blemishes(*prepared(paint_scar(PHOTO, ground, ends, 1.6, 0.3)))
    assert set(found.kinds) == {"scar"}
    assert len(found) >= 4
    along = (ends[1] - ends[0]) / np.linalg.norm(ends[1] - ends[0])
    off_px = np.abs((found.at_px - ends[0]) @ np.array([-along[1], along[0]]))
    assert off_px.max() < 1.5 * ground.px_per_mm


def test_a_persons_word_wins_over_what_was_found():
    ground, _ = prepared(PHOTO)
    places = np.array([[460.0, 330.0], [540.0, 340.0]])
    painted = paint_moles(PHOTO, ground, places, np.array([2.0, 2.0]), np.array([0.7, 0.7]))
    mark = AvoidMark(at_px=(500.0, 300.0), radius_mm=5.0, kind="wound")
    survey = surveyed(painted, Corrections(marks=(mark,), not_avoid_px=places[:1]))
    told = {(kind, bool(word)) for kind, word in zip(survey.avoid.kinds, survey.avoid.told, strict=True)}
    assert told == {("mole", False), ("wound", True)}
    assert survey.avoid.confidence_fraction[survey.avoid.told].min() == 1.0
    assert np.linalg.norm(survey.avoid.at_px[~survey.avoid.told] - places[1], axis=1).max() < 4.0
    assert "avoid" in survey.told


def test_masks_painted_by_hand_are_laid_over_the_regions():
    skin = np.full((1000, 1000), 128, np.uint8)
    skin[300:320, 450:550], skin[330:350, 450:550] = 0, 255
    survey = surveyed(PHOTO, Corrections(skin=skin))
    assert survey.regions.skin[300:320, 450:550].max() == 0
    assert survey.regions.skin[330:350, 450:550].min() == 255
    untouched = skin == 128
    assert (survey.regions.skin[untouched] == REGIONS.skin[untouched]).all()
    assert survey.told == ("skin",)


def test_an_avoid_mask_becomes_places_that_cover_it():
    mask = np.full((1000, 1000), 128, np.uint8)
    cv2.line(mask, (440, 330), (560, 330), 255, 9)
    survey = surveyed(PHOTO, Corrections(avoid=mask))
    assert survey.avoid.told.all()
    px_per_mm = lay_ground(PHOTO, HEAD, REGIONS).px_per_mm
    rows, columns = np.nonzero(mask == 255)
    away = np.linalg.norm(np.column_stack([columns, rows])[:, None] + 0.5 - survey.avoid.at_px[None], axis=2)
    assert (away <= survey.avoid.radius_mm[None] * px_per_mm + 1.0).any(axis=1).all()


def test_marks_off_the_head_and_masks_of_another_size_are_refused():
    with pytest.raises(BadInput, match="on the head"):
        surveyed(PHOTO, Corrections(marks=(AvoidMark(at_px=(5.0, 5.0)),)))
    with pytest.raises(BadInput, match="as the photo"):
        surveyed(PHOTO, Corrections(hair=np.zeros((10, 10), np.uint8)))
    with pytest.raises(BadInput, match="radius"):
        AvoidMark(at_px=(5.0, 5.0), radius_mm=-1.0)
    with pytest.raises(WrongParent):
        survey_scalp(PHOTO, BARE, REGIONS)


def test_a_cap_over_the_scalp_is_a_hat_and_a_bare_head_wears_none():
    assert find_occluders(PHOTO, None, HEAD, REGIONS) == ()
    ground, _ = prepared(PHOTO)
    pixels = PHOTO.pixels.copy()
    height = np.nan_to_num(np.where(ground.on_head, ground.place_mm[..., 1], -1.0))
    cap = cv2.resize((height > 75.0).astype(np.uint8), None, fx=1 / ground.scale, fy=1 / ground.scale, interpolation=cv2.INTER_NEAREST)
    left, top = ground.corner_px
    pixels[top : top + cap.shape[0], left : left + cap.shape[1]][cap > 0] = (40, 70, 160)
    photo = dataclasses.replace(PHOTO, pixels=pixels)
    head, regions = seen(photo)
    things = find_occluders(photo, None, head, regions)
    assert [thing.kind for thing in things] == ["hat"]
    assert things[0].hidden_fraction > 0.6


@pytest.mark.parametrize("hairs_per_cm2", [60.0, 120.0, 190.0])
def test_hairs_of_a_field_drawn_by_another_hand_are_counted(hairs_per_cm2):
    px_per_mm, mm, settings = 4.5, 50.0, GrowthSettings()
    random, fine = np.random.default_rng(11), 8
    field = np.zeros((int(mm * fine), int(mm * fine)), np.float32)
    for _ in range(int(hairs_per_cm2 * mm * mm / 100.0 / 1.75)):
        x, y = random.uniform(0.0, mm, 2) * fine
        for _ in range(random.choice([1, 2, 3], p=[0.40, 0.45, 0.15])):
            start = np.array([x, y]) + random.normal(0.0, 0.7, 2)
            end = start + random.normal([1.5, 4.2], 1.0)
            cv2.line(field, tuple(np.round(start).astype(int)), tuple(np.round(end).astype(int)), 1.0, 1)
    side = int(mm * px_per_mm)
    light = -cv2.resize(cv2.GaussianBlur(field, (0, 0), 0.17 * fine), (side, side), interpolation=cv2.INTER_AREA)
    sigma = settings.hair_mm * px_per_mm
    band = cv2.GaussianBlur(light, (0, 0), sigma) - cv2.GaussianBlur(light, (0, 0), 2.2 * sigma)
    band *= 0.045 / band.std()
    grain = random.standard_normal(band.shape).astype(np.float32)
    noise = cv2.GaussianBlur(grain, (0, 0), sigma) - cv2.GaussianBlur(grain, (0, 0), 2.2 * sigma)
    texture = Texture(fine_log=(band + 0.012 * noise / noise.std()).astype(np.float32), bare_sd=0.012)
    counted = count_hairs(texture, np.ones(band.shape, bool), mm * mm / 100.0, px_per_mm, settings)
    assert counted == pytest.approx(hairs_per_cm2, rel=0.4)


def test_regions_lie_where_their_names_say():
    at = {name: SCALP_REGIONS[int(region_of(np.array(place, np.float32), BARE))] for name, place in PLACES.items()}
    assert at == {name: name for name in PLACES}


PLACES = {
    "forehead": (0.0, 65.0, 95.0),
    "front": (0.0, 115.0, 55.0),
    "mid-scalp": (0.0, 130.0, 0.0),
    "crown": (0.0, 105.0, -75.0),
    "back": (0.0, 20.0, -100.0),
    "left side": (76.0, 40.0, -10.0),
    "right side": (-76.0, 40.0, -10.0),
    "left temple": (62.0, 55.0, 50.0),
    "right temple": (-62.0, 55.0, 50.0),
}
