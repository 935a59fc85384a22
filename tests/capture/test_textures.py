"""Photos of a painted ellipsoid, laid on it: the paint comes back where it was seen, and what was not seen is said to be a guess."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.capture.texture.blending import share_detail, share_tone
from scalp.capture.texture.textures import BakeSettings, bake_texture
from scalp.colour.srgb import linear_from_srgb
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from scalp.geometry.unwrapping import rasterise_laid, unwrap_from_above
from tests.makers import make_camera, make_head

SETTINGS = BakeSettings(side_px=512)
VIEWS = ("front", "left", "right", "back", "top")
WALL_RGB = (0.05, 0.6, 0.05)


def paint(places_mm):
    """Return the true colour of places, linear."""
    x, y, z = places_mm.T / np.array([[19.0], [23.0], [17.0]])
    wave = 1.0 + 0.3 * np.sin(x) * np.cos(y) + 0.15 * np.sin(z)
    return wave[:, None] * np.array([0.5, 0.31, 0.22])


def photographed(head, camera, gain=(1.0, 1.0, 1.0)):
    """Return a photo of the painted surface, flat lit, before a green wall."""
    seen = rasterise(camera, head.surface, 2.0)
    on = seen.face_index >= 0
    light = np.broadcast_to(WALL_RGB, (*on.shape, 3)).copy()
    corners = head.surface.vertices_mm[head.surface.faces[seen.face_index[on]]]
    light[on] = paint((corners * seen.barycentric[on][..., None]).sum(1)) * gain
    rows, cols = camera.height_px, camera.width_px
    light = light.reshape(rows, 2, cols, 2, 3).mean(axis=(1, 3))
    stored = np.interp(light, srgb_encoding().decode[:, 0], np.arange(256.0))
    return Photo(pixels=(stored + 0.5).astype(np.uint8), encoding=srgb_encoding())


def set_of(views, gains=None):
    """Return a head with its photos from some views."""
    bare, cameras = make_head(subdivisions_count=5), tuple(make_camera(view) for view in views)
    gains = gains or [(1.0, 1.0, 1.0)] * len(views)
    photos = tuple(photographed(bare, camera, gain) for camera, gain in zip(cameras, gains, strict=True))
    return dataclasses.replace(bare, cameras=cameras, photo_digests=tuple(photo.digest for photo in photos)), photos


def texels(head, texture):
    """Return where texels lie on the surface (S, S, 3), and which do."""
    laid = rasterise_laid(texture.uv_fraction, len(texture.seen_u8))
    on = laid.face_index >= 0
    places = np.zeros((*on.shape, 3))
    places[on] = (head.surface.vertices_mm[head.surface.faces[laid.face_index[on]]] * laid.barycentric[on][..., None]).sum(1)
    return places, on


@pytest.fixture(scope="module")
def whole():
    head, photos = set_of(VIEWS)
    return head, bake_texture(head, photos, settings=SETTINGS)


def test_the_paint_of_the_scalp_comes_back_from_five_photos(whole):
    head, texture = whole
    places, on = texels(head, texture)
    scalp = on & (texture.seen_u8 > 250) & (places[..., 1] > 20.0)
    assert (scalp.sum() / (on & (places[..., 1] > 20.0)).sum()) > 0.95
    found, true = linear_from_srgb(texture.srgb_u8[scalp]), paint(places[scalp])
    gap = np.abs(found / true - 1.0).max(axis=1)
    assert np.median(gap) < 0.015
    assert np.percentile(gap, 99) < 0.06


def test_no_wall_gets_on_the_head(whole):
    head, texture = whole
    _, on = texels(head, texture)
    light = linear_from_srgb(texture.srgb_u8[on])
    assert (light[:, 1] < light[:, 0]).all(), "the wall is green, no skin is"


def test_what_one_photo_does_not_show_is_marked_and_filled_with_the_tone_of_the_skin():
    head, photos = set_of(("front",))
    texture = bake_texture(head, photos, settings=SETTINGS)
    places, on = texels(head, texture)
    behind = on & (places[..., 2] < -20.0)
    assert texture.seen_u8[behind].max() == 0
    ahead = on & (places[..., 2] > 70.0) & (places[..., 1] > 20.0)
    assert texture.seen_u8[ahead].min() == 255
    far = linear_from_srgb(texture.srgb_u8[on & (places[..., 2] < -60.0)])
    seen = np.median(linear_from_srgb(texture.srgb_u8[ahead]), axis=0)
    assert np.abs(far / seen - 1.0).max() < 0.25
    assert np.ptp(far, axis=0).max() < 0.05


def test_photos_of_different_exposure_and_white_balance_agree_after_baking():
    gains = [(1.0, 1.0, 1.0), (0.7, 0.75, 0.85), (1.2, 1.1, 1.0)]
    head, photos = set_of(("front", "left", "top"), gains)
    texture = bake_texture(head, photos, settings=SETTINGS)
    places, on = texels(head, texture)
    scalp = on & (texture.seen_u8 > 250) & (places[..., 1] > 30.0)
    ratio = linear_from_srgb(texture.srgb_u8[scalp]) / paint(places[scalp])
    assert (np.percentile(ratio, 95, axis=0) / np.percentile(ratio, 5, axis=0)).max() < 1.12


def test_one_turn_of_the_order_of_photos_changes_next_to_nothing():
    head, photos = set_of(("front", "left", "top"))
    turned = dataclasses.replace(head, cameras=head.cameras[::-1], photo_digests=head.photo_digests[::-1])
    one = bake_texture(head, photos, settings=SETTINGS).srgb_u8.astype(int)
    other = bake_texture(turned, photos[::-1], settings=SETTINGS).srgb_u8.astype(int)
    assert np.percentile(np.abs(one - other), 99.5) <= 2


def test_regions_keep_what_is_not_the_person_off_the_head():
    head, photos = set_of(("front",))
    hand = photos[0].pixels.copy()
    hand[150:210, 200:280] = (20, 20, 200)
    photo = Photo(pixels=hand, encoding=photos[0].encoding)
    head = dataclasses.replace(head, photo_digests=(photo.digest,))
    mask = np.full(hand.shape[:2], 255, np.uint8)
    mask[146:214, 196:284] = 0
    regions = Regions(head=mask, skin=mask, hair=np.zeros_like(mask))
    texture = bake_texture(head, (photo,), (regions,), SETTINGS)
    light = linear_from_srgb(texture.srgb_u8[texels(head, texture)[1]])
    assert (light[:, 2] < light[:, 0]).all()


def test_the_crown_has_no_pole_and_the_map_is_true_to_area():
    """Lambert keeps areas: on the upper half of a ball all triangles keep theirs, but for being flat."""
    sphere = make_head(length_mm=160.0, breadth_mm=160.0, height_mm=128.0, pitch_rad=0.0, subdivisions_count=5)
    laid = unwrap_from_above(sphere.surface)
    first, second = laid[:, 1] - laid[:, 0], laid[:, 2] - laid[:, 0]
    flat = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2
    corners = sphere.surface.vertices_mm[sphere.surface.faces]
    solid = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    upper = corners[:, :, 1].min(axis=1) > 48.0
    ratio = flat[upper] / solid[upper]
    assert ratio.max() / ratio.min() < 1.03
    crown = corners[:, :, 1].mean(axis=1) > 126.0
    sides = np.linalg.norm(np.roll(laid[crown], 1, axis=1) - laid[crown], axis=2)
    assert (sides.max(axis=1) / sides.min(axis=1)).max() < 1.35


def test_shares_of_photos_add_up_to_one_where_any_sees_the_place():
    quality = np.random.default_rng(1).random((3, 40, 40)).astype(np.float32)
    quality[:, :10] = 0.0
    for shares in (share_tone(quality, 4.0), share_detail(quality, 1.5)):
        assert np.allclose(shares[:, 12:].sum(axis=0), 1.0, atol=1e-3)
        assert (shares[:, :10] == 0.0).all()


def test_photos_of_another_head_and_regions_of_another_number_are_refused():
    head, photos = set_of(("front",))
    with pytest.raises(WrongParent):
        bake_texture(head, (dataclasses.replace(photos[0], focal_px=7.0),), settings=SETTINGS)
    blank = np.zeros(photos[0].pixels.shape[:2], np.uint8)
    with pytest.raises(BadInput, match="photos"):
        bake_texture(head, photos, (Regions(head=blank, skin=blank, hair=blank),) * 2, SETTINGS)
    with pytest.raises(BadInput, match="side_px"):
        BakeSettings(side_px=510)
