"""The shaved preview on a head whose bald photo is known: hair is painted on and must come off again."""

import dataclasses

import cv2
import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from scalp.rendering.backdrop import fill_behind, find_tufts, find_wisps, hangs_low
from scalp.rendering.shaving import SHAVED_DOUBT, SHORT_DOUBT, UNDER_FRACTION, hair_on_vertices, read_melanin, shave
from scalp.skin.tone import reflectance
from scalp.treatment.sittings import Sitting, shave_sitting
from tests.makers import make_camera, make_head, make_photo, make_skin

HAIR_SRGB = (38, 28, 22)


def long_haired(rgb_linear=(0.42, 0.26, 0.18)):
    """Return the bald photo, the same with long hair over the top and round it, the head of that and its regions."""
    camera = make_camera("front")
    bald_head = make_head(subdivisions_count=5, camera=camera)
    bald = make_photo(bald_head, camera, rgb_linear=rgb_linear)
    seen = rasterise(camera, bald_head.surface)
    corners = bald_head.surface.vertices_mm[bald_head.surface.faces[np.maximum(seen.face_index, 0)]]
    height_mm = np.einsum("hwk,hwk->hw", seen.barycentric, corners[..., 1])
    inside = seen.face_index >= 0
    top = (inside & (height_mm > 95.0)).astype(np.uint8)
    round_top = cv2.dilate(top, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (31, 31))) > 0
    hair = (round_top & ~inside) | (top > 0)
    pixels = bald.pixels.copy()
    pixels[hair] = HAIR_SRGB
    photo = Photo(pixels=pixels, encoding=srgb_encoding())
    head = dataclasses.replace(bald_head, photo_digests=(photo.digest,))
    skin = inside & (height_mm > 60.0) & ~hair
    regions = Regions(head=(inside | hair).astype(np.uint8) * 255, skin=skin.astype(np.uint8) * 255, hair=hair.astype(np.uint8) * 255)
    return bald, photo, head, regions, inside


@pytest.mark.parametrize("rgb_linear", [(0.62, 0.42, 0.33), (0.42, 0.26, 0.18), (0.085, 0.045, 0.03)])
def test_hair_painted_on_a_bald_head_comes_off_to_the_skin_below(rgb_linear):
    bald, photo, head, regions, inside = long_haired(rgb_linear)
    shaved, bare = shave(photo, head, regions)
    deep = cv2.erode(((regions.hair > 0) & inside).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    ratio = shaved.rgb_linear()[deep] / bald.rgb_linear()[deep]
    assert np.median(ratio, axis=0) == pytest.approx([1.0, 1.0, 1.0], rel=0.12)
    assert np.percentile(np.abs(ratio - 1.0), 90) < 0.35
    assert np.median(bare.skin[deep]) > 250
    assert bare.hair.max() <= 255 * UNDER_FRACTION


def test_what_hair_is_left_to_show_stands_only_where_hair_was():
    _, photo, head, regions, _ = long_haired()
    shaved, left = shave(photo, head, regions)
    bare = (cv2.dilate(regions.hair, np.ones((25, 25), np.uint8)) == 0) & (regions.skin > 0)
    assert bare.sum() > 1000
    assert left.hair[bare].max() == 0
    assert left.skin[bare].min() == 255
    density = hair_on_vertices(dataclasses.replace(head, photo_digests=(shaved.digest,)), shaved, left)
    height_mm = head.surface.vertices_mm[:, 1]
    facing = head.surface.vertices_mm[:, 2] > 30.0
    assert density[facing & (height_mm > 105.0)].min() > 0.9
    assert density[facing & (height_mm < 75.0)].max() == 0.0


@pytest.mark.parametrize(("hair_srgb", "low", "high"), [((24, 20, 18), 0.5, 1.0), ((60, 42, 30), 0.15, 0.6), ((150, 120, 85), 0.0, 0.08)])
def test_how_dark_hair_is_is_read_beside_the_skin(hair_srgb, low, high):
    _, photo, _, regions, _ = long_haired((0.42, 0.26, 0.18))
    pixels = photo.pixels.copy()
    pixels[regions.hair > 0] = hair_srgb
    found = read_melanin(Photo(pixels=pixels, encoding=photo.encoding), regions, reflectance(make_skin()))
    assert low <= found <= high
    assert 0.1 < read_melanin(photo, Regions(head=regions.head, skin=regions.skin, hair=0 * regions.hair), reflectance(make_skin())) < 0.6


def test_the_wall_comes_back_where_hair_stood_off_the_skull():
    bald, photo, head, regions, inside = long_haired()
    shaved, bare = shave(photo, head, regions)
    beyond = (regions.hair > 0) & (cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    assert beyond.sum() > 500
    away = np.abs(shaved.pixels[beyond].astype(int) - bald.pixels[beyond].astype(int))
    assert np.percentile(away, 90) < 12
    assert bare.skin[beyond].max() < 30


def test_what_is_not_near_hair_stays_bit_identical():
    _, photo, head, regions, _ = long_haired()
    shaved, _ = shave(photo, head, regions)
    far = cv2.dilate(regions.hair, np.ones((101, 101), np.uint8)) == 0
    assert far.mean() > 0.4
    assert np.array_equal(shaved.pixels[far], photo.pixels[far])


def test_a_head_all_of_hair_is_refused_with_what_to_do():
    _, photo, head, regions, _ = long_haired()
    with pytest.raises(NotPossible, match="more of the bare forehead"):
        shave(photo, head, Regions(head=regions.head, skin=regions.skin * 0, hair=regions.head))


def test_the_sitting_of_a_shaved_head_is_of_another_photo_and_under_a_doubt():
    bald, photo, head, regions, _ = long_haired()
    sitting = Sitting(photo=photo, head=head, regions=regions, skin=make_skin())
    shaved = shave_sitting(sitting)
    assert shaved.head.photo_digests == (shaved.photo.digest,)
    assert shaved.unshaved == photo
    assert SHAVED_DOUBT in shaved.head.doubts
    assert shaved.stubble.days == 1.0
    assert shave_sitting(shaved) == shaved, "shaved once, there is nothing left to shave"
    bare = Sitting(photo=bald, head=head, regions=Regions(head=regions.head, skin=regions.skin, hair=regions.hair * 0), skin=make_skin())
    assert shave_sitting(bare) == bare


def test_single_hairs_before_a_bright_wall_are_found_only_where_they_hang_on_closed_hair():
    light = np.full((120, 120, 3), 0.6, np.float32)
    hair = np.zeros((120, 120), np.float32)
    hair[60:90, 20:100], light[60:90, 20:100] = 1.0, 0.02
    light[40:60, 50] = 0.1
    light[5:20, 100] = 0.1
    wisps = find_wisps(light, hair, px_per_mm=1.0)
    assert wisps[42:58, 50].min() > 0.9
    assert wisps[5:20, 100].max() == 0.0


def test_cut_short_hair_is_left_as_it_is_and_a_doubt_says_so():
    _, photo, head, regions, inside = long_haired()
    close = Regions(head=regions.head, skin=regions.skin, hair=np.where(inside, regions.hair, 0).astype(np.uint8))
    shaved = shave_sitting(Sitting(photo=photo, head=head, regions=close, skin=make_skin()))
    assert shaved.photo == photo
    assert shaved.unshaved is None
    assert SHORT_DOUBT in shaved.head.doubts


def test_a_dark_tuft_below_closed_hair_is_found_where_it_may_be():
    light = np.full((120, 120, 3), 0.5, np.float32)
    hair, skin = np.zeros((120, 120), np.float32), np.zeros((120, 120), np.float32)
    hair[20:40, 20:100], skin[60:100, 60:100] = 1.0, 1.0
    light[20:52, 20:30] = light[20:40, 20:100] = light[40:52, 60:70] = 0.03
    tufts = find_tufts(light, hair, skin, np.arange(120)[None] < np.full((120, 1), 50), 1.0)
    assert tufts[42:50, 22:28].min() > 0.9
    assert tufts[44:52, 60:70].max() < 1e-3


def test_what_grows_in_behind_the_hair_has_the_walls_pattern_near_its_edge_and_its_mean():
    chance = np.random.default_rng(3)
    wall = (
        0.4
        + 0.05 * cv2.GaussianBlur(chance.standard_normal((200, 200, 1)).astype(np.float32), (0, 0), 1.5)[..., None].repeat(3, axis=2) * 5
    )
    hidden = np.zeros((200, 200), bool)
    hidden[60:140, 60:140] = True
    seen = wall.astype(np.float32).copy()
    seen[hidden] = 0.02
    filled = fill_behind(seen, hidden)
    rim = hidden & (cv2.erode(hidden.astype(np.uint8), np.ones((21, 21), np.uint8)) == 0)
    assert filled[rim].mean() == pytest.approx(wall[~hidden].mean(), rel=0.05)
    assert filled[rim].std() > 0.4 * wall[~hidden].std()
    far = cv2.dilate(hidden.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
    assert np.abs(filled[far] - seen[far]).max() < 0.01
    assert np.array_equal(fill_behind(seen, hidden), filled)


def test_hair_that_hangs_over_the_shoulders_is_told_from_a_short_tuft():
    light = np.full((200, 200, 3), 0.5, np.float32)
    hair, none = np.zeros((200, 200), np.float32), np.zeros((200, 200), np.float32)
    hair[20:60, 40:160], light[20:60, 40:160] = 1.0, 0.03
    everywhere = np.ones((200, 200), bool)
    assert not hangs_low(light, hair, none, everywhere, 1.0)
    light[60:66, 40:60] = 0.03
    assert not hangs_low(light, hair, none, everywhere, 1.0)
    light[60:120, 40:70] = 0.03
    assert hangs_low(light, hair, none, everywhere, 1.0)
    assert not hangs_low(light, hair, none, ~everywhere, 1.0)


def test_a_shaved_preview_of_hanging_hair_is_refused_with_what_to_do():
    _, photo, head, regions, inside = long_haired()
    pixels, person = photo.pixels.copy(), regions.head.copy()
    rows, cols = np.nonzero((regions.hair > 0) & ~inside)
    left, right, low = cols.min(), cols.max(), rows.max()
    for start in (left - 24, right - 16):
        pixels[low - 40 : low + 160, start : start + 40] = HAIR_SRGB
        person[low - 40 : low + 160, start : start + 40] = 255
    hanging = Photo(pixels=pixels, encoding=photo.encoding)
    seen = Regions(head=person, skin=regions.skin, hair=regions.hair)
    with pytest.raises(NotPossible, match="Tie the hair back"):
        shave(hanging, dataclasses.replace(head, photo_digests=(hanging.digest,)), seen)
