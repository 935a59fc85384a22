"""The sum of Gaussians on a pyramid of splines, against closed forms and a slow direct sum."""

import numpy as np
import pytest

from scalp.rendering.compositing import evaluate
from scalp.rendering.crew import Crew
from scalp.rendering.projection import Footprints
from scalp.rendering.splat import LANES, PLANES, Window, add_bells, draw_levels, draw_strokes, lay_strokes, sort_into_tiles


def summed(points_px, metric, weights, sigmas_mm, shape_px, threads_count=1):
    """Return the density of all levels at the centres of a raster's pixels, (3, rows, cols), drawn as one tile."""
    rows, cols = shape_px
    window = Window(top_px=0, left_px=0, height_px=rows, width_px=cols)
    footprints = Footprints(index=np.arange(len(points_px)), points_px=points_px, metric_px2_per_mm2=metric)
    with Crew(threads_count) as crew:
        strokes = lay_strokes(footprints, weights, np.zeros(len(points_px), np.float32), (*sigmas_mm, 1.1), window, crew)
        tiles = sort_into_tiles(strokes, window, max(shape_px), 0)
        above = draw_levels(strokes, tiles, window, crew)
    side = -(-max(shape_px) // LANES) * LANES
    density = np.empty((PLANES, side, side), np.float32)
    evaluate(density, above, 0, 0)
    bells = np.zeros(side * side * PLANES, np.float32)
    columns = (strokes.centres_px, strokes.metric_px2_per_mm2, strokes.variances_mm2, strokes.weights, strokes.redness_fraction)
    draw_strokes(bells, tiles.strokes[: tiles.starts[1]], 0, 0, 0, side, side, *columns)
    for plane in range(PLANES):
        for row in range(side):
            add_bells(density[plane, row], bells, row * (side // LANES), plane)
    return density[:3, :rows, :cols]


def direct_sum(points_px, metric, weights, sigmas_mm, shape_px):
    """Return the same field averaged over each pixel by 8 x 8 points, without pyramid, tile or cut-off: the slow witness."""
    fine = 8
    rows, cols = (np.mgrid[: shape_px[0] * fine, : shape_px[1] * fine] + 0.5) / fine
    field = np.zeros((weights.shape[1], *rows.shape))
    for n, (x, y) in enumerate(points_px):
        for k, sigma_mm in enumerate(sigmas_mm):
            a, b, _, d = np.linalg.inv(np.array([[metric[n, 0], metric[n, 1]], [metric[n, 1], metric[n, 2]]]) * sigma_mm**2).ravel()
            level = np.exp(-0.5 * (a * (cols - x) ** 2 + 2 * b * (cols - x) * (rows - y) + d * (rows - y) ** 2))
            field += level * weights[n, :, k, None, None]
    return field.reshape(len(field), shape_px[0], fine, shape_px[1], fine).mean(axis=(2, 4))


def a_field(chance, count, px_per_mm, shape_px):
    """Return some random foreshortened impressions well inside a raster."""
    points_px = chance.uniform(0.3, 0.7, (count, 2)) * np.array(shape_px[::-1])
    squeeze, turn = chance.uniform(0.3, 1.0, count), chance.uniform(0, np.pi, count)
    across, along = px_per_mm**2, (px_per_mm * squeeze) ** 2
    c, s = np.cos(turn), np.sin(turn)
    metric = np.column_stack([across * c**2 + along * s**2, (across - along) * c * s, across * s**2 + along * c**2])
    return points_px, metric


@pytest.mark.parametrize(
    ("px_per_mm", "peak_error", "sum_error"), [(1.0, 0.25, 0.03), (3.0, 0.08, 0.01), (9.0, 0.03, 0.004), (20.0, 0.012, 0.004)]
)
def test_the_pyramid_equals_the_direct_sum(px_per_mm, peak_error, sum_error):
    chance = np.random.default_rng(3)
    shape_px, sigmas_mm = (160, 200), (0.08, 0.2, 0.45, 0.9)
    points_px, metric = a_field(chance, 12, px_per_mm, shape_px)
    weights = chance.uniform(0.1, 1.0, (12, 3, len(sigmas_mm))).astype(np.float32)
    slow = direct_sum(points_px, metric, weights, sigmas_mm, shape_px)
    fast = summed(points_px, metric, weights, sigmas_mm, shape_px)
    # What the finest level cannot show is spread over a pixel more; looks are drawn at 10 px a mm or finer.
    assert np.abs(fast - slow).max() < peak_error * slow.max()
    assert abs(fast.sum() - slow.sum()) < sum_error * slow.sum()


@pytest.mark.parametrize("sigma_px", [0.05, 0.2, 0.7, 2.0, 6.0])
def test_an_impression_keeps_its_integral_at_any_size_of_a_pixel(sigma_px):
    metric = np.array([[1.0, 0.0, 1.0]])
    weights = np.full((1, 3, 1), 0.5, np.float32)
    field = summed(np.array([[60.37, 61.81]]), metric, weights, (sigma_px,), (120, 120))
    assert field[0].sum() == pytest.approx(0.5 * 2 * np.pi * sigma_px**2, rel=0.03)


def test_an_impression_lies_where_it_was_put():
    for sigma_px in (0.6, 1.7, 5.0):
        at = np.array([[70.21, 48.66]])
        field = summed(at, np.array([[1.0, 0.0, 1.0]]), np.ones((1, 3, 1), np.float32), (sigma_px,), (110, 140))[0]
        rows, cols = np.mgrid[:110, :140] + 0.5
        centre = np.array([(field * cols).sum(), (field * rows).sum()]) / field.sum()
        assert np.abs(centre - at[0]).max() < 0.03


def test_no_impressions_give_an_empty_field():
    field = summed(np.empty((0, 2)), np.empty((0, 3)), np.empty((0, 3, 2), np.float32), (0.1, 1.0), (40, 50))
    assert field.shape == (3, 40, 50)
    assert not field.any()
