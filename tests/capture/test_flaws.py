"""Flaws of one photo and of several: each is told with a remedy, clean photos are not blamed, and the right one is taken again."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from scalp.capture.checking.checks import check_photo
from scalp.capture.checking.flaws import find_flaws
from scalp.capture.checking.gathering import SIDES, check_photos, side_of
from scalp.capture.checking.screens import grid_fraction, plain_bars
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.person import segment_person
from scalp.capture.survey.regions import read_regions
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Finding, Regions, Sighting
from tests import faults
from tests.capture.conftest import load
from tests.capture.test_faces import photo_of
from tests.capture.test_heads import Known, camera
from tests.makers import make_camera, make_head, make_photo


def told_of(pixels: np.ndarray, models: Path) -> dict[str, Finding]:
    """Return what is not good about a picture, by kind."""
    photo = photo_of(np.ascontiguousarray(pixels))
    faces = find_faces(photo, models)
    face = faces[0] if faces else None
    regions = None if face is None else read_regions(photo, face=face, person=segment_person(photo, face, models))
    return {one.kind: one for one in check_photo(photo, faces, regions) if one.verdict != "good"}


@cache
def kinds_told_of_the_clean_one(shared: Path, models: Path) -> tuple[str, ...]:
    """Return what the clean portrait is told of."""
    return tuple(told_of(portrait(shared), models))


def portrait(shared: Path) -> np.ndarray:
    """Return the scan's front photo, smaller."""
    return cv2.resize(
        load(shared / "heads" / "lee-perry-smith" / "photo-front.jpg").pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_photo_of_a_screen_shows_its_grid(seed):
    head_camera = make_camera("front")
    pixels = cv2.resize(make_photo(make_head(subdivisions_count=5, camera=head_camera), head_camera).srgb_u8, (540, 720))
    assert grid_fraction(pixels) == 0.0
    assert grid_fraction(faults.of_screen(pixels, seed)) > 0.5


def test_no_photo_of_a_head_shows_a_grid_at_any_size(shared):
    files = [*sorted((shared / "photos").glob("[!t]*.jp*g")), shared / "heads" / "lee-perry-smith" / "photo-front.jpg"]
    for file in files:
        for factor in (1.0, 1.7) if "photos" in file.parts else (0.5,):
            pixels = cv2.resize(
                load(file).pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
            )
            assert grid_fraction(pixels) == 0.0, file.name
            assert plain_bars(pixels) == (), file.name
            assert "top" in plain_bars(faults.as_screenshot(pixels)), file.name


def test_a_plain_wall_behind_the_head_is_no_bar():
    ramp = np.repeat(np.linspace(200, 190, 400)[:, None], 300, axis=1).astype(np.uint8)
    picture = np.stack([ramp] * 3, axis=-1)
    cv2.circle(picture, (150, 250), 90, (120, 90, 80), -1)
    assert plain_bars(picture) == ()


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("cover", lambda pixels, face: faults.with_cap(pixels, face, 0)),
        ("cover", lambda pixels, face: faults.with_cap(pixels, face, 4)),
        ("screen", lambda pixels, _: faults.of_screen(pixels, 3)),
        ("framing", lambda pixels, face: faults.cut_off(pixels, face, "top")),
        ("sharpness", lambda pixels, _: faults.shaken(pixels, 12, 0.4)),
        ("light", lambda pixels, _: faults.black_and_white(pixels)),
        ("light", lambda pixels, _: faults.exposed(pixels, 0.04)),
    ],
)
def test_a_fault_is_told_with_a_remedy_and_the_clean_photo_is_not_blamed(models, shared, kind, fault):
    clean = portrait(shared)
    face = find_faces(photo_of(clean), models)[0]
    told = told_of(fault(clean, face), models)
    assert kind in told
    assert told[kind].advice
    assert kind not in kinds_told_of_the_clean_one(shared, models)


def test_a_cut_off_head_says_at_which_side(models, shared):
    clean = portrait(shared)
    face = find_faces(photo_of(clean), models)[0]
    assert "top" in told_of(faults.cut_off(clean, face, "top"), models)["framing"].size
    assert "left" in told_of(faults.cut_off(clean, face, "left"), models)["framing"].size


def test_a_camera_too_near_is_told_where_the_file_tells_the_lens():
    near = make_camera("front", distance_mm=300.0)
    head = make_head(subdivisions_count=5, camera=near)
    photo = replace(make_photo(head, near), focal_px=near.focal_px)
    seen = replace(head, photo_digests=(photo.digest,))
    assert [one.kind for one in find_flaws(photo, None, None, seen, None)] == ["distance"]
    blind = replace(photo, focal_px=None)
    assert find_flaws(blind, None, None, replace(head, photo_digests=(blind.digest,)), None) == ()


@pytest.mark.parametrize("pixels", [np.zeros((64, 64, 3), np.uint8), np.full((200, 300, 3), 255, np.uint8)])
def test_a_black_and_a_white_picture_are_told_to_show_no_face(models, pixels):
    findings = told_of(pixels, models)
    assert findings["face"].verdict == "bad"


def test_a_picture_of_bricks_is_told_to_show_no_face(models):
    rows, cols = np.mgrid[0:480, 0:640]
    mortar = (rows % 40 < 4) | ((cols + 40 * (rows // 40 % 2)) % 80 < 4)
    wall = np.where(mortar[..., None], [200, 195, 190], [150, 70, 50]).astype(np.uint8)
    assert told_of(wall, models)["face"].verdict == "bad"


def sighting_from(yaw_deg: float, seed: int, *, focal_px: float | None = 2600.0) -> Sighting:
    """Return a photo of one pixel pattern of its own, with the face a head turned so would show."""
    where = camera(yaw_deg)
    pixels = np.full((where.height_px, where.width_px, 3), seed, np.uint8)
    return Sighting(photo=Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=focal_px), face=Known(3, where).face())


GOOD = (Finding(kind="face", verdict="good", size="one face is seen", advice=""),)


def test_five_photos_of_the_same_side_are_too_many_of_one_and_lack_the_others():
    gathered = check_photos([sighting_from(0, seed) for seed in range(5)], [GOOD] * 5)
    assert gathered.retake_index is not None
    assert "same side as photo 1" in gathered.verdict_line
    assert gathered.together[0].verdict == "bad"
    assert all(word in gathered.together[0].size for word in ("left", "right", "back", "top"))


def test_one_photo_from_every_side_needs_no_other():
    head_cameras = {side: make_camera(view) for side, view in zip(SIDES, ("front", "left", "right", "back", "top"), strict=True)}
    head = make_head(subdivisions_count=4, camera=head_cameras["front"])
    photos = [Photo(pixels=np.full((80, 80, 3), seed, np.uint8), encoding=srgb_encoding()) for seed in range(5)]
    whole = replace(head, cameras=tuple(head_cameras.values()), photo_digests=tuple(photo.digest for photo in photos))
    gathered = check_photos([Sighting(photo=photo) for photo in photos], [GOOD] * 5, head=whole)
    assert gathered.together[0].verdict == "good"
    assert gathered.verdict_line == "No photo needs to be taken again."


@pytest.mark.parametrize(
    ("around", "up", "side"), [(0, 0, "front"), (80, 10, "left"), (-80, 0, "right"), (170, 20, "back"), (10, 70, "top")]
)
def test_a_view_is_named_by_its_angles(around, up, side):
    assert side_of((np.deg2rad(around), np.deg2rad(up))) == side


def test_the_worst_photo_is_the_one_to_take_again():
    blurred = Finding(kind="sharpness", verdict="bad", size="edges are blurred by 6.0 px", advice="Hold still.")
    gathered = check_photos([sighting_from(0, 1), sighting_from(30, 2)], [GOOD, (*GOOD, blurred)])
    assert gathered.retake_index == 1
    assert gathered.verdict_line.startswith("Take photo 2 again: edges are blurred")


def test_people_that_no_one_head_explains_are_told_of():
    gathered = check_photos([sighting_from(0, 1), sighting_from(30, 2)], [GOOD, GOOD], refused="the points lie 30 mm off")
    assert gathered.together[0].kind == "person"
    assert "one person" in gathered.together[0].advice
    assert "mirrored" in gathered.together[0].advice


def lit(sighting: Sighting, rgb: tuple[int, int, int], hair_fraction: float) -> tuple[Sighting, Regions]:
    """Return a sighting with skin of a colour, part of it under hair."""
    shape = (sighting.photo.height_px, sighting.photo.width_px)
    hair = np.zeros(shape, np.uint8)
    hair[: int(hair_fraction * shape[0])] = 255
    photo = Photo(pixels=np.full((*shape, 3), rgb, np.uint8), encoding=srgb_encoding(), focal_px=sighting.photo.focal_px)
    return replace(sighting, photo=photo), Regions(head=np.full(shape, 255, np.uint8), skin=255 - hair, hair=hair)


def test_one_photo_in_other_light_or_before_the_shave_is_named():
    made = [
        lit(sighting_from(0, 1), (180, 140, 120), 0.0),
        lit(sighting_from(30, 2), (181, 141, 121), 0.0),
        lit(sighting_from(-30, 3), (130, 140, 190), 0.0),
        lit(sighting_from(20, 4), (182, 142, 122), 0.7),
    ]
    gathered = check_photos([one for one, _ in made], [GOOD] * 4, [regions for _, regions in made])
    assert [any(one.kind == "light" for one in of_photo) for of_photo in gathered.photos] == [False, False, True, False]
    assert [any(one.kind == "hair" for one in of_photo) for of_photo in gathered.photos] == [False, False, False, True]
    assert gathered.retake_index == 3


def test_another_lens_is_told():
    sightings = [sighting_from(0, 1), sighting_from(30, 2), sighting_from(-30, 3, focal_px=1300.0)]
    gathered = check_photos(sightings, [GOOD] * 3)
    assert [one.kind for one in gathered.photos[2]] == ["face", "distance"]
    assert gathered.retake_index is None


def test_a_photo_from_behind_is_asked_for_points_and_not_for_a_face():
    back = Sighting(photo=Photo(pixels=np.full((80, 80, 3), 9, np.uint8), encoding=srgb_encoding()))
    missing = Finding(kind="face", verdict="bad", size="no face is seen", advice="Turn the face.")
    gathered = check_photos([sighting_from(0, 1), back], [GOOD, (missing,)])
    assert gathered.retake_index is None
    assert "three or more points" in gathered.photos[1][0].advice
