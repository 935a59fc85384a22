"""The sum of Gaussians on a pyramid, against closed forms and a slow direct sum."""

import numpy as np
import pytest

from scalp.rendering.splat import SAMPLING_VARIANCE_PX2, splat_fields


def direct_sum(points_px, metric, weights, sigmas_mm, shape_px):
    """Return the same field summed pixel by pixel without pyramid, recurrence or cut-off: the slow witness."""
    rows, cols = np.mgrid[: shape_px[0], : shape_px[1]] + 0.5
    field = np.zeros((weights.shape[1], *shape_px))
    for n, (x, y) in enumerate(points_px):
        for k, sigma_mm in enumerate(sigmas_mm):
            plain = np.array([[metric[n, 0], metric[n, 1]], [metric[n, 1], metric[n, 2]]]) * sigma_mm**2
            wide = plain + SAMPLING_VARIANCE_PX2 * np.eye(2)
            height = np.sqrt(np.linalg.det(plain) / np.linalg.det(wide))
            a, b, _, d = np.linalg.inv(wide).ravel()
            level = height * np.exp(-0.5 * (a * (cols - x) ** 2 + 2 * b * (cols - x) * (rows - y) + d * (rows - y) ** 2))
            field += level * weights[n, :, k, None, None]
    return field


def a_field(chance, count, px_per_mm, shape_px):
    """Return some random foreshortened impressions well inside a raster."""
    points_px = chance.uniform(0.3, 0.7, (count, 2)) * np.array(shape_px[::-1])
    squeeze, turn = chance.uniform(0.3, 1.0, count), chance.uniform(0, np.pi, count)
    across, along = px_per_mm**2, (px_per_mm * squeeze) ** 2
    c, s = np.cos(turn), np.sin(turn)
    metric = np.column_stack([across * c**2 + along * s**2, (across - along) * c * s, across * s**2 + along * c**2])
    return points_px, metric


@pytest.mark.parametrize("px_per_mm", [0.4, 1.0, 3.0, 9.0, 20.0])
def test_the_pyramid_equals_the_direct_sum(px_per_mm):
    chance = np.random.default_rng(3)
    shape_px, sigmas_mm = (160, 200), (0.08, 0.2, 0.45, 0.9)
    points_px, metric = a_field(chance, 12, px_per_mm, shape_px)
    weights = chance.uniform(0.1, 1.0, (12, 3, len(sigmas_mm))).astype(np.float32)
    slow = direct_sum(points_px, metric, weights, sigmas_mm, shape_px)
    fast = splat_fields(points_px, metric, weights, sigmas_mm, shape_px)
    assert np.abs(fast - slow).max() < 0.03 * slow.max()
    assert abs(fast.sum() - slow.sum()) < 0.012 * slow.sum()


@pytest.mark.parametrize("sigma_px", [0.05, 0.2, 0.7, 2.0, 6.0])
def test_an_impression_keeps_its_integral_at_any_size_of_a_pixel(sigma_px):
    metric = np.array([[1.0, 0.0, 1.0]])
    weights = np.full((1, 3, 1), 0.5, np.float32)
    field = splat_fields(np.array([[60.37, 61.81]]), metric, weights, (sigma_px,), (120, 120))
    assert field[0].sum() == pytest.approx(0.5 * 2 * np.pi * sigma_px**2, rel=0.02)


def test_an_impression_lies_where_it_was_put():
    for sigma_px in (0.6, 1.7, 5.0):
        at = np.array([[70.21, 48.66]])
        field = splat_fields(at, np.array([[1.0, 0.0, 1.0]]), np.ones((1, 1, 1), np.float32), (sigma_px,), (110, 140))[0]
        rows, cols = np.mgrid[:110, :140] + 0.5
        centre = np.array([(field * cols).sum(), (field * rows).sum()]) / field.sum()
        assert np.abs(centre - at[0]).max() < 0.03


def test_no_impressions_give_an_empty_field():
    field = splat_fields(np.empty((0, 2)), np.empty((0, 3)), np.empty((0, 3, 2), np.float32), (0.1, 1.0), (40, 50))
    assert field.shape == (3, 40, 50)
    assert not field.any()
