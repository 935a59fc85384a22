"""What is prepared of a photo: its blur and its glint."""

import cv2
import numpy as np
import pytest

from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.rendering.canvas import measure_blur_px, measure_grain
from scalp.rendering.glint import fill_shine, kept_shine, separate_glint
from scalp.rendering.shading import fit_shading, shading_basis


def edges_blurred_by(sigma_px):
    """Return a photo of slanting bars, area-sampled from a fine raster and blurred by a known amount."""
    fine, side = 8, 240
    rows, cols = np.mgrid[: side * fine, : side * fine] / fine
    bars = np.where(np.sin((cols + 0.21 * rows) / 9.0) > 0, 200.0, 60.0)
    blurred = cv2.GaussianBlur(bars, (0, 0), sigma_px * fine)
    grey = cv2.resize(blurred, (side, side), interpolation=cv2.INTER_AREA)
    pixels = np.repeat((grey + 0.5).astype(np.uint8)[..., None], 3, axis=2)
    mask = np.full((side, side), 255, np.uint8)
    return Photo(pixels=pixels, encoding=srgb_encoding()), Regions(head=mask, skin=mask, hair=mask * 0)


@pytest.mark.parametrize("sigma_px", [0.8, 1.2, 2.0, 3.0])
def test_the_blur_of_a_photo_is_measured_within_a_quarter(sigma_px):
    assert measure_blur_px(*edges_blurred_by(sigma_px)) == pytest.approx(np.hypot(sigma_px, 0.29), rel=0.25)


def test_a_photo_without_edges_counts_as_blurred():
    flat = Photo(pixels=np.full((100, 100, 3), 120, np.uint8), encoding=srgb_encoding())
    mask = np.full((100, 100), 255, np.uint8)
    assert measure_blur_px(flat, Regions(head=mask, skin=mask, hair=mask * 0)) > 2.0


def normals_of_a_ball(side):
    rows, cols = (np.mgrid[:side, :side] + 0.5 - side / 2) / (side * 0.55)
    depth = np.sqrt(np.maximum(1 - rows**2 - cols**2, 0.05))
    normals = np.stack([cols, -rows, depth], axis=-1)
    return (normals / np.linalg.norm(normals, axis=-1, keepdims=True)).astype(np.float32)


def test_matte_skin_has_no_glint_however_it_is_lit():
    normals = normals_of_a_ball(320)
    lit = 0.3 + 0.7 * np.maximum(normals @ np.array([0.5, 0.6, 0.62]), 0)
    light = (lit[..., None] * np.array([0.5, 0.3, 0.22])).astype(np.float32)
    assert separate_glint(light, np.ones((320, 320), np.float32), normals).max() < 0.02


def test_grey_stubble_is_not_taken_for_glint():
    normals = normals_of_a_ball(320)
    lit = 0.3 + 0.7 * np.maximum(normals @ np.array([0.5, 0.6, 0.62]), 0)
    colour = np.tile(np.array([0.5, 0.3, 0.22]), (320, 320, 1))
    colour[:120] = [0.30, 0.24, 0.21]
    glint = separate_glint((lit[..., None] * colour).astype(np.float32), np.ones((320, 320), np.float32), normals)
    assert glint[:110].mean() < 0.01


def test_a_highlight_is_found_at_its_strength():
    normals = normals_of_a_ball(320)
    rows, cols = np.mgrid[:320, :320]
    spot = 0.4 * np.exp(-((rows - 130) ** 2 + (cols - 190) ** 2) / (2 * 18.0**2))
    lit = 0.3 + 0.6 * np.maximum(normals @ np.array([0.2, 0.4, 0.89]), 0)
    light = lit[..., None] * np.array([0.45, 0.27, 0.2]) + spot[..., None]
    glint = separate_glint(light.astype(np.float32), np.ones((320, 320), np.float32), normals)
    assert glint[130, 190] == pytest.approx(0.4, rel=0.15)
    assert glint[280, 60] < 0.02


def test_nine_numbers_explain_lambert_light_on_a_convex_body():
    normals = np.random.default_rng(2).normal(size=(20_000, 3))
    normals = normals[normals[:, 2] > 0] / np.linalg.norm(normals[normals[:, 2] > 0], axis=1, keepdims=True)
    light = 0.2 + 0.8 * np.maximum(normals @ np.array([0.3, 0.5, 0.81]), 0)
    residual = light - shading_basis(normals) @ fit_shading(normals, light)
    assert np.median(np.abs(residual)) < 0.03 * light.mean()


def test_only_what_is_white_in_every_band_counts_as_burnt_out():
    white, overexposed, matte, nearly = (kept_shine(np.float32(0.0), np.float32(least)) for least in (1.0, 0.8, 0.28, 0.9))
    assert white == 1.0
    assert overexposed == matte == 0.0
    assert 0.0 < nearly < 0.9


def test_shine_never_takes_all_of_a_pixels_own_light():
    assert kept_shine(np.float32(0.6), np.float32(0.2)) == pytest.approx(0.97 * 0.2)
    assert kept_shine(np.float32(0.1), np.float32(0.2)) == pytest.approx(0.1)


def test_shine_between_the_cells_it_was_found_in_is_interpolated():
    rows, cols = np.mgrid[:6, :9]
    cells = (0.3 + 0.02 * rows - 0.01 * cols).astype(np.float32)
    line = np.empty(20, np.float32)
    fill_shine(line, cells, np.array([100, 200, 4]), 110, 206)
    expected = 0.3 + 0.02 * (10.5 / 4 - 0.5) - 0.01 * ((6.5 + np.arange(20)) / 4 - 0.5)
    assert line == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("grain_ratio", [1e-4, 1e-3])
def test_grain_is_measured_within_a_fifth_and_pores_do_not_count(grain_ratio):
    chance, side = np.random.default_rng(5), 300
    slope = np.linspace(0.15, 0.55, side)[:, None, None] * np.array([1.0, 0.7, 0.5])
    light = slope + np.sqrt(grain_ratio * slope) * chance.standard_normal((side, side, 3))
    rows, cols = chance.integers(0, side, (2, 400))
    light[rows, cols] *= 0.6
    encoding = srgb_encoding(65536)
    stored = np.interp(np.clip(light, 0, 1), encoding.decode[:, 0], np.arange(65536.0))
    photo = Photo(pixels=(stored + 0.5).astype(np.uint16), encoding=encoding)
    skin = np.full((side, side), 255, np.uint8)
    assert measure_grain(photo, skin, (slice(0, side), slice(0, side))) == pytest.approx(grain_ratio, rel=0.2)
    assert measure_grain(photo, skin * 0, (slice(0, side), slice(0, side))) == 0.0
