"""Short hair in a photo: its mean light is the closed form's, it is dark where dense, and leaves alone what it does not reach."""

import dataclasses

import cv2
import numpy as np
import pytest

from scalp.ageing.hair import grow, turn_grey
from scalp.ageing.roots import sow_hairs
from scalp.base import WrongParent
from scalp.colour.srgb import srgb_from_linear
from scalp.domain.hair import Hairs, NativeHair
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.geometry.raster import rasterise
from scalp.rendering.hairs import draw_hairs, hairs_in_sight, lay_hairs, roots_of
from scalp.rendering.looks import render_look
from scalp.skin.stubble import SHADOW_FACTOR, TAPER_FRACTION, hair_albedo, stubble_light
from scalp.skin.tone import reflectance
from tests.makers import make_camera, make_design, make_head, make_impressions, make_plan, make_skin

SKIN, HAIR = make_skin(), NativeHair()
MOMENT = Moment(name="stubble", label="Stubble", session_number=1, days=0.0)
SIDE_PX = 260


def even_patch(px_per_mm=9.0, *, camera=None, encoding=None):
    """Return a photo of even skin seen straight from above, its head and its regions."""
    camera = camera or make_camera("top", distance_mm=2400.0, focal_px=2400.0 * px_per_mm, width_px=SIDE_PX, height_px=SIDE_PX)
    encoding = encoding or srgb_encoding()
    top = len(encoding.decode) - 1
    stored = np.interp(0.9 * reflectance(SKIN), encoding.decode[:, 0], np.arange(top + 1.0))
    pixels = np.broadcast_to((stored + 0.5).astype(np.uint8 if top == 255 else np.uint16), (SIDE_PX, SIDE_PX, 3))
    photo = Photo(pixels=pixels, encoding=encoding)
    plain = make_head(subdivisions_count=5, camera=camera)
    head = dataclasses.replace(plain, photo_digests=(photo.digest,))
    all_skin = np.full((SIDE_PX, SIDE_PX), 255, np.uint8)
    return photo, head, Regions(head=all_skin, skin=all_skin, hair=0 * all_skin)


def shown(photo, head, regions, hairs):
    """Return the photo with roots and shafts, and what the shafts touched."""
    seen = hairs_in_sight(hairs, head, regions, head.cameras[0])
    below = render_look(photo, head, roots_of(seen), regions, SKIN, MOMENT).photo
    layer = draw_hairs(photo, head, regions, SKIN, seen)
    return lay_hairs(below, layer) if layer else (below, np.zeros((SIDE_PX, SIDE_PX), np.uint8))


def mean_light(photo, before):
    middle = slice(40, -40)
    return photo.rgb_linear()[middle, middle].mean(axis=(0, 1)) / before.rgb_linear()[middle, middle].mean(axis=(0, 1))


def near_the_top(head):
    vertices_mm = head.surface.vertices_mm
    return (np.linalg.norm(vertices_mm - head.landmark("vertex"), axis=1) < 60.0).astype(float)


@pytest.mark.parametrize(("days", "grey_fraction"), [(0.0, 0.0), (1.0, 0.0), (3.0, 0.0), (3.0, 0.6)])
def test_the_mean_light_of_drawn_stubble_is_that_of_the_closed_form(days, grey_fraction):
    photo, head, regions = even_patch()
    hairs = turn_grey(grow(sow_hairs(head, HAIR, near_the_top(head), seed=3), HAIR, days), grey_fraction)
    picture, _ = shown(photo, head, regions, hairs)
    expected = stubble_light(SKIN, dataclasses.replace(HAIR, grey_fraction=grey_fraction), days)
    assert mean_light(picture, photo) == pytest.approx(expected, abs=0.025)


def test_the_picture_grows_darker_by_the_day_and_lighter_with_grey():
    photo, head, regions = even_patch(px_per_mm=5.0)
    sown = sow_hairs(head, HAIR, near_the_top(head), seed=3)
    by_day = [mean_light(shown(photo, head, regions, grow(sown, HAIR, days))[0], photo)[1] for days in (0.0, 1.0, 3.0, 7.0)]
    assert by_day == sorted(by_day, reverse=True)
    by_grey = [mean_light(shown(photo, head, regions, turn_grey(grow(sown, HAIR, 3.0), part))[0], photo)[1] for part in (0.0, 0.4, 0.8)]
    assert by_grey == sorted(by_grey)


def px_per_mm_there(head):
    """Return the scale at the highest point of the head."""
    camera = head.cameras[0]
    return camera.focal_px / camera.in_camera(head.landmark("vertex")[None])[0, 2]


def one_hair(head, photo, length_mm=5.0):
    """Return one lying hair in the middle of the picture, to the client's left."""
    camera = head.cameras[0]
    points_px = camera.project(head.surface.vertices_mm[head.surface.faces].mean(axis=1))
    nearest = np.argmin(np.linalg.norm(points_px - SIDE_PX / 2, axis=1) + 1e3 * (head.surface.vertices_mm[head.surface.faces[:, 0], 1] < 0))
    ones = np.ones(1, np.float32)
    return Hairs(
        head_digest=head.digest,
        face_index=np.array([nearest], np.int32),
        barycentric=np.full((1, 3), 1 / 3),
        directions=np.array([[1.0, 0.0, 0.0]]),
        length_mm=length_mm * ones,
        shaft_diameter_mm=0.08 * ones,
        melanin_fraction=ones,
        growth_ratio=ones,
        grey_rank_fraction=0.25 * ones,
        loss_rank_fraction=0.5 * ones,
    )


@pytest.mark.parametrize("px_per_mm", [2.0, 6.0, 20.0])
def test_one_shaft_covers_length_times_width_at_any_scale(px_per_mm):
    photo, head, regions = even_patch(px_per_mm)
    layer = draw_hairs(photo, head, regions, SKIN, one_hair(head, photo))
    # Lots 0.25 and 0.5 leave the shaft its usual light, but for the mean of the scatter.
    drawn_mm2 = layer.added_rgb_linear[..., 1].sum() / (0.9 * hair_albedo(1.0)[1]) / px_per_mm_there(head) ** 2
    assert drawn_mm2 == pytest.approx(TAPER_FRACTION * 0.08 * 5.0, rel=0.06)


def test_one_shaft_takes_its_shadow_and_itself_from_the_light():
    photo, head, regions = even_patch(8.0)
    layer = draw_hairs(photo, head, regions, SKIN, one_hair(head, photo))
    taken_mm2 = (1.0 - layer.kept_fraction[..., 1]).sum() / px_per_mm_there(head) ** 2
    assert taken_mm2 == pytest.approx((1.0 + SHADOW_FACTOR) * TAPER_FRACTION * 0.08 * 5.0, rel=0.08)


def test_pixels_that_no_hair_reaches_stay_bit_identical():
    photo, head, regions = even_patch(4.0)
    behind = (head.surface.vertices_mm[:, 2] < head.landmark("vertex")[2] - 8.0) & (head.surface.vertices_mm[:, 1] > 60.0)
    hairs = grow(sow_hairs(head, HAIR, behind.astype(float), seed=3), HAIR, 3.0)
    picture, touched = shown(photo, head, regions, hairs)
    assert touched.any()
    layer = draw_hairs(photo, head, regions, SKIN, hairs)
    alone, touched_alone = lay_hairs(photo, layer)
    assert np.array_equal(alone.pixels[touched_alone == 0], photo.pixels[touched_alone == 0])
    assert (picture.pixels != photo.pixels).any(axis=2).mean() < 0.75


def test_hair_that_stands_before_the_wall_has_its_own_colour_and_not_the_walls():
    camera = make_camera("front", width_px=SIDE_PX, height_px=SIDE_PX, focal_px=1500.0)
    plain = make_head(subdivisions_count=5, camera=camera)
    wall = np.full((SIDE_PX, SIDE_PX, 3), (40, 60, 200), np.uint8)
    inside = rasterise(camera, plain.surface).face_index >= 0
    wall[inside] = srgb_from_linear(0.9 * reflectance(SKIN))
    photo = Photo(pixels=wall, encoding=srgb_encoding())
    head = dataclasses.replace(plain, photo_digests=(photo.digest,))
    regions = Regions(head=inside.astype(np.uint8) * 255, skin=inside.astype(np.uint8) * 255, hair=np.zeros_like(inside, np.uint8))
    hairs = turn_grey(grow(sow_hairs(head, HAIR, np.ones(len(head.surface.vertices_mm)), seed=3), HAIR, 14.0), 1.0)
    layer = draw_hairs(photo, head, regions, SKIN, hairs_in_sight(hairs, head, regions, camera))
    full = np.zeros((SIDE_PX, SIDE_PX, 3))
    full[layer.top_px :, layer.left_px :][: layer.added_rgb_linear.shape[0], : layer.added_rgb_linear.shape[1]] = layer.added_rgb_linear
    beyond = full[cv2.dilate(inside.astype(np.uint8), np.ones((7, 7), np.uint8)) == 0].sum(axis=0)
    assert beyond[1] > 0.0
    assert beyond / beyond[1] == pytest.approx(hair_albedo(0.0) / hair_albedo(0.0)[1], rel=0.05)


def test_the_same_seed_gives_the_same_picture():
    photo, head, regions = even_patch(4.0)
    first, second = (shown(photo, head, regions, grow(sow_hairs(head, HAIR, near_the_top(head), seed=9), HAIR, 2.0))[0] for _ in range(2))
    assert np.array_equal(first.pixels, second.pixels)


def test_no_hair_grows_where_something_hides_the_skin():
    _, head, _ = even_patch(4.0)
    half = np.full((SIDE_PX, SIDE_PX), 255, np.uint8)
    half[:, SIDE_PX // 2 :] = 0
    regions = Regions(head=half, skin=half, hair=0 * half)
    hairs = hairs_in_sight(grow(sow_hairs(head, HAIR, near_the_top(head), seed=3), HAIR, 1.0), head, regions, head.cameras[0])
    columns_px = head.cameras[0].project(hairs.points_mm(head.surface.vertices_mm, head.surface.faces))[:, 0]
    assert len(hairs) > 100
    assert columns_px.max() <= SIDE_PX // 2


def test_sixteen_bit_photos_keep_their_depth():
    photo, head, regions = even_patch(4.0, encoding=srgb_encoding(65536))
    hairs = grow(sow_hairs(head, HAIR, near_the_top(head), seed=3), HAIR, 1.0)
    picture, _ = shown(photo, head, regions, hairs)
    assert picture.pixels.dtype == np.uint16
    assert len(np.unique(picture.pixels[..., 1])) > 1000


def test_hair_without_length_draws_nothing_and_roots_of_white_hair_hold_nothing():
    photo, head, regions = even_patch(4.0)
    cut = sow_hairs(head, HAIR, near_the_top(head), seed=3)
    assert draw_hairs(photo, head, regions, SKIN, cut) is None
    assert roots_of(turn_grey(cut, 1.0)).concentration_mg_per_ml.max() == 0.0


def test_roots_join_only_the_impressions_of_their_own_head():
    camera = make_camera("top")
    head, other = make_head(subdivisions_count=4, camera=camera), make_head(subdivisions_count=3, camera=camera)
    impressions = make_impressions(head, make_design(head), make_plan(make_design(head), impressions_count=50))
    roots = roots_of(sow_hairs(head, HAIR, near_the_top(head), seed=1))
    assert len(impressions.followed_by(roots)) == 50 + len(roots)
    with pytest.raises(WrongParent):
        impressions.followed_by(roots_of(sow_hairs(other, HAIR, near_the_top(other), seed=1)))


def test_hair_is_shorter_where_it_points_at_the_camera():
    photo, head, regions = even_patch(8.0)
    lying = one_hair(head, photo)
    up = dataclasses.replace(lying, directions=np.array([[0.0, 1.0, 0.0]]))
    flat, upright = (draw_hairs(photo, head, regions, SKIN, hair).added_rgb_linear.sum() for hair in (lying, up))
    assert upright < 0.25 * flat
