"""Regions: painted hair is found in its painted share on every tone of skin; on real photos scalp, hair and ears are told apart."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from scalp.base import BadInput
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.survey.covering import doubt_burnt, doubt_hair, judge_cover, treated_area
from scalp.capture.survey.regions import largest_hair_over, read_regions
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from tests.capture.conftest import load, scan_outline_mask
from tests.makers import known_by, make_camera, make_design, make_head, make_photo

TONES = {"I": (0.62, 0.42, 0.33), "III": (0.42, 0.26, 0.18), "V": (0.17, 0.085, 0.05), "VI": (0.085, 0.045, 0.03)}
HAIR_LIGHT = 0.16
"""Light of painted hair over that of the skin it covers."""


def seen_height_mm(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of what each pixel sees of the maker's head, and whether it sees it."""
    head = make_head(subdivisions_count=5)
    seen = rasterise(camera, head.surface)
    corners = head.surface.vertices_mm[head.surface.faces[np.maximum(seen.face_index, 0)]]
    return np.einsum("hwk,hwk->hw", seen.barycentric, corners[..., 1]), seen.face_index >= 0


def with_hair(photo: Photo, where: np.ndarray, share: float) -> Photo:
    """Return the photo with a share of each pixel in `where` covered by dark hair."""
    light = photo.rgb_linear()
    light[where] *= 1.0 - share * (1.0 - HAIR_LIGHT)
    stored = np.interp(light, srgb_encoding().decode[:, 0], np.arange(256.0))
    return Photo(pixels=(stored + 0.5).astype(np.uint8), encoding=photo.encoding, focal_px=photo.focal_px)


@pytest.mark.parametrize("tone", TONES)
def test_a_bald_head_of_any_tone_is_all_skin(tone):
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    photo = make_photo(head, camera, rgb_linear=TONES[tone])
    regions = read_regions(photo, known_by(head, photo))
    height_mm, on_head = seen_height_mm(camera)
    scalp = on_head & (height_mm > 75.0)
    assert np.mean(regions.skin[scalp] > 200) > 0.90
    assert np.mean(regions.hair[scalp] > 50) < 0.07
    assert regions.skin[~on_head].mean() < 3


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("share", [0.5, 1.0])
def test_painted_hair_is_found_in_its_share(tone, share):
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    height_mm, on_head = seen_height_mm(camera)
    hairy = on_head & (height_mm > 105.0)
    bare = on_head & (height_mm > 70.0) & (height_mm < 98.0)
    photo = with_hair(make_photo(head, camera, rgb_linear=TONES[tone]), hairy, share)
    regions = read_regions(photo, known_by(head, photo))
    assert np.median(regions.hair[hairy]) / 255 == pytest.approx(share, abs=0.25)
    assert np.median(regions.hair[bare]) / 255 < 0.05
    assert np.median(regions.skin[bare]) / 255 > 0.9


def test_shine_on_bare_scalp_stays_skin():
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    photo = make_photo(head, camera)
    pixels = photo.pixels.copy()
    rows, columns = np.mgrid[:480, :480]
    spot = np.exp(-((rows - 165) ** 2 + (columns - 250) ** 2) / (2 * 12.0**2))[..., None]
    pixels = np.clip(pixels * (1 - spot) + 255 * spot, 0, 255).astype(np.uint8)
    photo = Photo(pixels=pixels, encoding=photo.encoding, focal_px=photo.focal_px)
    regions = read_regions(photo, known_by(head, photo))
    assert regions.skin[165, 250] > 200
    assert regions.hair[150:180, 235:265].max() < 60


def test_a_burnt_out_patch_at_the_rim_before_a_white_wall_is_skin():
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    height_mm, on_head = seen_height_mm(camera)
    pixels = make_photo(head, camera, rgb_linear=TONES["I"]).pixels.copy()
    pixels[~on_head] = 255
    columns = np.arange(480)[None]
    patch = on_head & (height_mm > 85.0) & (columns < 200)
    soft = cv2.GaussianBlur(patch.astype(np.float32), (0, 0), 5.0)[..., None] * on_head[..., None]
    pixels = np.where(patch[..., None] & (soft > 0.5), 255, pixels * (1 - soft) + 255 * soft).astype(np.uint8)
    photo = Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=camera.focal_px)
    regions = read_regions(photo, known_by(head, photo), person=on_head.astype(np.float32))
    assert np.mean(regions.skin[patch] > 200) > 0.95
    assert regions.hair[patch].max() < 30
    assert regions.skin[~on_head].max() == 0


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("wall", [0, 255])
def test_the_rim_of_a_bald_head_is_skin_before_any_wall(tone, wall):
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    height_mm, on_head = seen_height_mm(camera)
    pixels = make_photo(head, camera, rgb_linear=TONES[tone]).pixels.copy()
    pixels[~on_head] = wall
    photo = Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=camera.focal_px)
    regions = read_regions(photo, known_by(head, photo), person=on_head.astype(np.float32))
    assert np.mean(regions.skin[on_head & (height_mm > 80.0)] < 200) < 0.01
    assert regions.skin[~on_head].max() == 0


def test_a_shaded_patch_that_skin_surrounds_is_not_hair():
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    height_mm, on_head = seen_height_mm(camera)
    columns = np.arange(480)[None]
    depth = np.exp(-(((height_mm - 85.0) / 9.0) ** 2) - ((columns - 240) / 40.0) ** 2) * on_head
    photo = make_photo(head, camera)
    light = photo.rgb_linear() * (1.0 - 0.5 * depth[..., None])
    stored = np.interp(light, srgb_encoding().decode[:, 0], np.arange(256.0))
    burnt = Photo(pixels=(stored + 0.5).astype(np.uint8), encoding=photo.encoding, focal_px=photo.focal_px)
    regions = read_regions(burnt, known_by(head, burnt))
    shade = depth > 0.5
    assert regions.hair[shade].max() < 12
    assert regions.skin[shade].min() > 230


def combed_up(regions: Regions, rise_px: int) -> Regions:
    """Return the regions with closed hair standing up from where it is by so many pixels."""
    tall = cv2.dilate(regions.hair, np.ones((2 * rise_px + 1, 1), np.uint8), anchor=(0, 0)) if rise_px else regions.hair
    return Regions(head=np.maximum(regions.head, tall), skin=regions.skin, hair=np.maximum(tall, regions.hair))


@pytest.mark.parametrize(
    ("above_mm", "rise_px", "told", "verdict"),
    [(200.0, 0, None, "good"), (100.0, 0, "cut short hair over", "usable"), (100.0, 20, "long hair", "bad")],
)
def test_hair_over_the_treated_area_is_told_and_long_hair_from_a_buzz_cut(above_mm, rise_px, told, verdict):
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    height_mm, on_head = seen_height_mm(camera)
    photo = with_hair(make_photo(head, camera), on_head & (height_mm > above_mm), 1.0)
    regions, design = combed_up(read_regions(photo, known_by(head, photo)), rise_px), make_design(head)
    doubts = doubt_hair(regions, head, design, camera)
    assert [doubt.kind for doubt in doubts] == ([] if told is None else ["hair"])
    assert told is None or told in doubts[0].sentence()
    finding = judge_cover(regions, head, design, camera)
    assert finding.verdict == verdict
    assert ("Cut short hair over" in finding.size) == (verdict == "usable")
    area = treated_area(head, design, camera, regions.skin.shape)
    assert 0.02 < area.mean() < 0.3
    assert not (area & ~on_head)[::2, ::2].sum() > 0.02 * area[::2, ::2].sum()


def test_treated_skin_burnt_out_to_white_is_told_with_its_share():
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    design, photo = make_design(head), make_photo(head, camera)
    on_head = seen_height_mm(camera)[1].astype(np.uint8) * 255
    regions = Regions(head=on_head, skin=on_head, hair=on_head * 0)
    assert doubt_burnt(photo, regions, known_by(head, photo), design) == ()
    area, pixels = treated_area(head, design, camera, regions.skin.shape) & (on_head > 0), photo.pixels.copy()
    half = area & (np.cumsum(area).reshape(area.shape) <= area.sum() // 2)
    pixels[half] = 255
    burnt = Photo(pixels=pixels, encoding=photo.encoding)
    (doubt,) = doubt_burnt(burnt, regions, known_by(head, burnt), design)
    assert doubt.kind == "light"
    assert "50% of the treated skin is burnt out" in doubt.sentence()


def test_hair_over_an_area_counts_only_closed_hair():
    hair = np.zeros((10, 10), np.uint8)
    hair[:, :4], hair[:, 4:6] = 255, 100
    regions = Regions(head=np.full((10, 10), 255, np.uint8), skin=255 - hair, hair=hair)
    assert largest_hair_over(regions, np.ones((10, 10), bool)) == pytest.approx(0.4)
    assert largest_hair_over(regions, np.zeros((10, 10), bool)) == 0.0


def test_a_bare_photo_is_refused():
    with pytest.raises(BadInput):
        read_regions(make_photo(make_head(subdivisions_count=4)))


def shares(shared: Path, models: Path, name: str) -> tuple[float, float]:
    """Return how much of scalp and forehead is closed hair, and how much is bare."""
    photo = load(shared / "photos" / name)
    face = find_faces(photo, models)[0]
    regions = read_regions(photo, face=face, person=segment_person(photo, face, models))
    total = float(regions.hair.sum(dtype=float) + regions.skin.sum(dtype=float))
    return float(regions.hair[regions.hair > 150].sum(dtype=float) / total), float(
        regions.skin[regions.skin > 200].sum(dtype=float) / total
    )


@pytest.mark.parametrize(
    ("name", "most_hair", "least_hair", "least_bare"),
    [
        ("duane-rollins.jpg", 0.05, 0.0, 0.75),
        ("ozzy.jpg", 0.05, 0.0, 0.70),
        ("joshbailes.jpg", 0.20, 0.02, 0.75),
        ("garren.jpg", 0.50, 0.10, 0.40),
        ("muerdter.jpeg", 0.60, 0.25, 0.30),
        ("jameshupp.jpg", 0.65, 0.35, 0.30),
    ],
)
def test_bald_shaved_and_receding_heads_are_told_apart(models: Path, shared: Path, name, most_hair, least_hair, least_bare):
    hair, bare = shares(shared, models, name)
    assert least_hair <= hair <= most_hair
    assert bare >= least_bare


@pytest.mark.parametrize("view", ["front", "q_left"])
def test_the_visible_scalp_of_the_scan_is_skin_to_its_true_edge(models: Path, shared: Path, view):
    folder = shared / "heads" / "lee-perry-smith"
    photo = load(folder / f"photo-{view}.jpg")
    (face,) = find_faces(photo, models)
    person = segment_person(photo, face, models)
    head = reconstruct_head(photo, face=face, outline=trace_outline(photo, person, face))
    regions = read_regions(photo, head, face=face, person=person)
    above_brows = int(face.mesh_px[[105, 334], 1].min() - 0.08 * (face.box_px[3] - face.box_px[1]))
    seen, truth = regions.skin[:above_brows] > 127, scan_outline_mask(folder, view)[:above_brows] > 0.5
    assert (seen & truth).sum() / (seen | truth).sum() > 0.98
    edge_px = cv2.distanceTransform(truth.astype(np.uint8), cv2.DIST_L2, 5)
    rim = (edge_px > 0) & (edge_px <= 4)
    assert seen[rim].mean() > 0.7, "an untreated rim of at most about a pixel"
    assert regions.hair[:above_brows][truth].mean() < 3


def test_wall_seen_through_curls_is_not_skin(models: Path, shared: Path):
    photo = load(shared / "photos" / "muerdter.jpeg")
    (face,) = find_faces(photo, models)
    person = segment_person(photo, face, models)
    head = reconstruct_head(photo, face=face, outline=trace_outline(photo, person, face))
    regions = read_regions(photo, head, face=face, person=person)
    assert photo.pixels[regions.skin > 60].min(axis=1).max() < 150


def test_ears_brows_and_background_are_not_skin_for_treatment(models: Path, shared: Path):
    photo = load(shared / "heads" / "lee-perry-smith" / "photo-front.jpg")
    (face,) = find_faces(photo, models)
    regions = read_regions(photo, face=face, person=segment_person(photo, face, models))
    for x, y in ((440, 1050), (1030, 1050)):
        assert regions.skin[y, x] < 40, "an ear"
    for index in (105, 334, 33, 263, 1, 61):
        x, y = face.mesh_px[index].astype(int)
        assert regions.skin[y, x] < 60, "brow, eye, nose or mouth"
    assert regions.skin[200, 200] == 0
    x, y = face.mesh_px[10].astype(int)
    assert regions.skin[y, x] > 230, "the forehead"
