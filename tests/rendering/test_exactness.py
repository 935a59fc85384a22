"""Looks against a slow reference: every impression summed at 16 x 16 points of every pixel, in true perspective."""

import dataclasses

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from scalp.colour.srgb import difference, lab_from_linear
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.rendering import looks
from scalp.rendering.looks import REDNESS_SIGMA_MM, LookMaker
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.spread import inner_fraction, point_spread, redness_ratio
from tests.makers import make_head, make_skin

SUB = 16
SIDE_PX = 64
RIM_PX = 12
MOMENT = Moment(name="healed", label="Healed", session_number=3, days=42.0)
LEVELS = 65536
CALM = np.array([0.50, 0.31, 0.22])


def plane_before_camera(px_per_mm, tilt_degrees, grain=0.0):
    """Return a flat piece of skin, its 16 bit photo and regions: the camera 400 mm away, the plane tilted about x.

    The variance of its grain is `grain` times its light.
    """
    tilt = np.radians(tilt_degrees)
    turn = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]]) @ np.diag([1.0, -1.0, -1.0])
    pose = np.eye(4)
    pose[:3, :3], pose[2, 3] = turn, 400.0
    camera = Camera(
        focal_px=400.0 * px_per_mm, centre_px=(SIDE_PX / 2, SIDE_PX / 2), width_px=SIDE_PX, height_px=SIDE_PX, camera_from_head=pose
    )
    half_mm = 150.0
    corners = np.array([[-half_mm, -half_mm, 0.0], [half_mm, -half_mm, 0], [half_mm, half_mm, 0], [-half_mm, half_mm, 0]])
    chance = np.random.default_rng(4)
    light = CALM + np.sqrt(grain * CALM) * chance.standard_normal((SIDE_PX, SIDE_PX, 1))
    encoding = srgb_encoding(LEVELS)
    stored = np.interp(np.clip(light, 0, 1), encoding.decode[:, 0], np.arange(float(LEVELS)))
    photo = Photo(pixels=(stored + 0.5).astype(np.uint16), encoding=encoding)
    head = Head(
        surface=Mesh(vertices_mm=corners, faces=np.array([[0, 1, 2], [0, 2, 3]], np.int32)),
        landmarks_mm=make_head(subdivisions_count=3).landmarks_mm,
        cameras=(camera,),
        photo_digests=(photo.digest,),
        scale_sd_fraction=0.0,
        surface_sd_mm=np.zeros(4),
    )
    everywhere = np.full((SIDE_PX, SIDE_PX), 255, np.uint8)
    return head, photo, Regions(head=everywhere, skin=everywhere, hair=everywhere * 0)


def strewn(head, *, per_cm2, redness=0.0, concentration_mg_per_ml=3.0):
    """Return impressions at random on what the camera sees of the plane, and a little beyond."""
    chance = np.random.default_rng(7)
    camera = head.cameras[0]
    rim_px = 0.25 * SIDE_PX
    edge = np.array([[-rim_px, -rim_px], [SIDE_PX + rim_px, SIDE_PX + rim_px], [-rim_px, SIDE_PX + rim_px], [SIDE_PX + rim_px, -rim_px]])
    reach_mm = np.abs(on_plane(camera, edge)).max(axis=0)
    count = max(3, int(per_cm2 / 100.0 * 4 * reach_mm[0] * reach_mm[1]))
    x, y = chance.uniform(-1, 1, (2, count)) * reach_mm[:2, None]
    upper = x < y
    # In the first triangle (a, b, c) of the square, or in the second (a, c, d).
    s, t = (x + 150.0) / 300.0, (y + 150.0) / 300.0
    barycentric = np.where(upper[:, None], np.column_stack([1 - t, s, t - s]), np.column_stack([1 - s, s - t, t]))
    column = lambda low, high: chance.uniform(low, high, count).astype(np.float32)  # noqa: E731
    return Impressions(
        head_digest=head.digest,
        plan_digest="plan",
        face_index=upper.astype(np.int32),
        barycentric=barycentric,
        deposit_diameter_mm=column(0.12, 0.26),
        top_depth_mm=column(0.1, 0.3),
        bottom_depth_mm=column(0.4, 0.6),
        concentration_mg_per_ml=column(0.5, 1.5) * np.float32(concentration_mg_per_ml),
        session_number=np.ones(count, np.uint8),
        redness_fraction=np.full(count, redness, np.float32),
    )


def on_plane(camera, points_px):
    """Return where sight lines through image points meet the plane z = 0 of the head."""
    rays, eye = camera.rays(points_px), camera.eye_mm
    return eye + rays * (-eye[2] / rays[:, 2:])


def reference(head, impressions, skin, blur_px):
    """Return what is left of the light in each pixel, (rows, cols, 3), summed at 16 x 16 points of each pixel without pyramid, tile or table.

    Gaussians of 0.6 mm and more are as good as even over a quarter of a pixel and are summed at 4 x 4 points.
    """
    weights = point_spread(
        skin,
        impressions.deposit_diameter_mm,
        impressions.top_depth_mm,
        impressions.bottom_depth_mm,
        impressions.concentration_mg_per_ml,
    )
    places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
    in_picture = head.cameras[0].project(places_mm)
    inside = ((in_picture > 0) & (in_picture < SIDE_PX)).all(axis=1)
    ladder = [(sigma_mm, weights[inside, :, k]) for k, sigma_mm in enumerate(SIGMAS_MM)]
    redness = [(REDNESS_SIGMA_MM, impressions.redness_fraction[inside, None])]
    narrow, wide = ([step for step in ladder if (step[0] < 0.6) == fine] for fine in (True, False))
    density = summed(head.cameras[0], places_mm[inside], narrow, SUB, 3)
    density += enlarged(summed(head.cameras[0], places_mm[inside], wide, 4, 3))
    flush = enlarged(summed(head.cameras[0], places_mm[inside], redness, 4, 1))
    inner = inner_fraction(skin)[:, None, None]
    ratio = redness_ratio(skin, 1.0)[:, None, None] ** (1.0 - np.exp(-flush))
    passed = (1.0 - inner + inner * np.exp(-density)) * ratio
    beyond_px = np.sqrt(max(blur_px**2 - 1.0 / 12.0, 0.0))
    blurred = np.stack([gaussian_filter(plane, beyond_px * SUB, mode="nearest", truncate=5.0) for plane in passed])
    mean = blurred.reshape(3, SIDE_PX, SUB, SIDE_PX, SUB).mean(axis=(2, 4))
    return np.moveaxis(mean, 0, -1)


def summed(camera, places_mm, steps, sub, bands_count):
    """Return the sum of Gaussians (bands, rows, cols) at `sub` x `sub` points of each pixel, each by its distance on the skin."""
    side = SIDE_PX * sub
    grid = (np.arange(side) + 0.5) / sub
    seen_mm = on_plane(camera, np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2))[:, :2].reshape(side, side, 2)
    total = np.zeros((bands_count, side, side))
    for sigma_mm, shares in steps:
        for place_mm, share in zip(places_mm[:, :2], shares, strict=True):
            rows, cols = near(seen_mm, place_mm, 4.5 * sigma_mm)
            r2_mm2 = ((seen_mm[rows, cols] - place_mm) ** 2).sum(axis=-1)
            total[:, rows, cols] += share[:, None, None] * np.exp(-0.5 * r2_mm2 / sigma_mm**2)
    return total


def enlarged(planes):
    """Return planes of 4 x 4 points a pixel on the points of the finest raster."""
    return planes.repeat(SUB // 4, axis=1).repeat(SUB // 4, axis=2)


def near(seen_mm, place_mm, reach_mm):
    """Return the rows and columns whose points may lie within reach of a place; the plane is tilted about x only."""
    rows = np.flatnonzero(np.abs(seen_mm[:, 0, 1] - place_mm[1]) < reach_mm)
    if len(rows) == 0:
        return slice(0, 0), slice(0, 0)
    cols = np.flatnonzero((np.abs(seen_mm[rows[[0, -1]], :, 0] - place_mm[0]) < reach_mm).any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1) if len(cols) else slice(0, 0)


def differences(px_per_mm, tilt_degrees, *, blur_px, redness=0.0, grain=0.0, concentration_mg_per_ml=3.0):
    """Return dE of a look against the reference, inside a rim, (rows, cols).

    Grain of light that is counted in photons falls with the root of the light; the second picture, (rows, cols), is dE
    against a reference whose grain is darkened like everything else.
    """
    skin = make_skin()
    head, photo, regions = plane_before_camera(px_per_mm, tilt_degrees, grain)
    impressions = strewn(head, per_cm2=150.0, redness=redness, concentration_mg_per_ml=concentration_mg_per_ml)
    maker = LookMaker(photo, head, regions, skin)
    maker.__dict__["canvas"] = dataclasses.replace(maker.canvas, blur_px=blur_px, glint=np.zeros_like(maker.canvas.glint))
    fast = lab_from_linear(maker.render(impressions, MOMENT).photo.rgb_linear())
    passed = reference(head, impressions, skin, blur_px)
    assert passed.min() < 0.93
    inside = slice(RIM_PX, SIDE_PX - RIM_PX)
    counted = CALM * passed + (photo.rgb_linear() - CALM) * np.sqrt(passed)
    slow = (counted, photo.rgb_linear() * passed)
    return tuple(difference(fast, lab_from_linear(light))[inside, inside] for light in slow)


CASES = [(3, 0, 0.45), (6, 60, 0.45), (6, 80, 1.0), (10, 0, 0.45), (10, 80, 0.45), (14, 60, 1.0), (28, 0, 0.8), (28, 80, 2.5)]


@pytest.mark.parametrize(("px_per_mm", "tilt_degrees", "blur_px"), CASES)
def test_a_look_is_the_super_sampled_reference(px_per_mm, tilt_degrees, blur_px):
    off, _ = differences(px_per_mm, tilt_degrees, blur_px=blur_px)
    assert off.mean() <= 0.3
    assert off.max() <= 2.0


def test_the_wide_red_skirt_and_heavy_marks_are_as_exact():
    off, _ = differences(10, 45, blur_px=0.7, redness=0.6, concentration_mg_per_ml=12.0)
    assert off.mean() <= 0.3
    assert off.max() <= 2.0


def test_grain_falls_with_the_root_of_the_light_and_not_with_the_light():
    off, multiplied = differences(12, 0, blur_px=1.0, grain=8e-4, concentration_mg_per_ml=8.0)
    assert off.mean() <= 0.3
    assert off.mean() < 0.5 * multiplied.mean()


def test_the_look_is_the_same_on_one_thread_and_on_two():
    head, photo, regions = plane_before_camera(10, 50, grain=2e-4)
    impressions = strewn(head, per_cm2=150.0, redness=0.3)
    made = [LookMaker(photo, head, regions, make_skin(), threads_count=count).render(impressions, MOMENT) for count in (1, 2, 3)]
    assert made[0].touched.any()
    assert made[0].digest == made[1].digest == made[2].digest


def test_tiles_leave_no_seams(monkeypatch):
    head, photo, regions = plane_before_camera(10, 40)
    impressions = strewn(head, per_cm2=150.0, redness=0.3)
    shown = []
    for tile_count in (64, 32, 16):
        monkeypatch.setattr(looks, "TILE_COUNT", tile_count)
        shown.append(lab_from_linear(LookMaker(photo, head, regions, make_skin()).render(impressions, MOMENT).photo.rgb_linear()))
    assert difference(shown[0], shown[1]).max() < 0.1
    assert difference(shown[0], shown[2]).max() < 0.1
