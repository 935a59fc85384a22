"""The shaved preview on a head whose bald photo is known: hair is painted on and must come off again."""

import dataclasses

import cv2
import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from scalp.rendering.backdrop import find_wisps
from scalp.rendering.exposure import light_beyond_white
from scalp.rendering.shaving import SHAVED_DOUBT, shave
from scalp.treatment import Sitting, shave_sitting
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
def test_hair_painted_on_a_bald_head_comes_off_again(rgb_linear):
    bald, photo, head, regions, inside = long_haired(rgb_linear)
    shaved, bare = shave(photo, head, regions)
    deep = (regions.hair > 0) & (cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
    ratio = shaved.rgb_linear()[deep] / bald.rgb_linear()[deep]
    assert np.median(ratio) == pytest.approx(1.0, abs=0.2)
    assert np.percentile(np.abs(ratio - 1.0), 90) < 0.4
    assert bare.hair.max() == 0
    assert bare.skin[deep].mean() > 240


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


def test_only_burnt_out_skin_of_an_overexposed_head_gets_light_back():
    light = np.full((60, 60, 3), (0.6, 0.36, 0.28), np.float32)
    skin = np.ones((60, 60), np.float32)
    assert light_beyond_white(light, skin).size == 0
    light[10:20, 10:20] = 1.0
    beyond = light_beyond_white(light, skin)
    red, green, blue = beyond[15, 15]
    assert red > green > 0.0
    assert blue == pytest.approx(0.0, abs=1e-6)
    assert beyond[40:].max() == 0.0
    dark = light * np.float32(0.2)
    dark[10:20, 10:20] = 1.0
    assert light_beyond_white(dark, skin).size == 0, "on dark skin white is glint"
