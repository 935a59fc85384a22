"""Adding up what thousands of impressions absorb, pixel by pixel: sums of foreshortened Gaussians on a pyramid.

The optical density of the field is the sum over impressions; each Gaussian of the ladder is drawn on the level of the
pyramid where it is a few px wide, so that a wide red skirt costs no more than a narrow core.
"""

import cv2
import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray

SAMPLING_VARIANCE_PX2 = 0.25
"""Every Gaussian is widened by this, so that samples at pixel centres add up to its integral within 1.5 %."""
FINEST_SIGMA_PX, REACH_SIGMAS = 1.6, 3.5
"""A Gaussian goes to a coarser level while its narrow side stays this wide there; it is drawn out to the ellipse of 3.5 of its widths."""


def splat_fields(
    points_px: FloatArray,
    metric_px2_per_mm2: FloatArray,
    weights: Float32Array,
    sigmas_mm: tuple[float, ...],
    shape_px: tuple[int, int],
) -> Float32Array:
    """Return the sum over impressions n and widths k of weights[n, c, k] times a Gaussian, (C, rows, cols) float32.

    `points_px` (N, 2) and `metric_px2_per_mm2` (N, 3) are of this raster. Each Gaussian keeps its integral whatever
    the size of a pixel: sub-pixel impressions are neither lost nor enlarged.
    """
    narrow_px_per_mm = np.sqrt(_smaller_eigenvalue(metric_px2_per_mm2))
    with np.errstate(divide="ignore"):
        octaves = np.floor(np.log2(narrow_px_per_mm[:, None] * np.array(sigmas_mm) / FINEST_SIGMA_PX))
    levels = np.clip(octaves, 0, np.log2(min(shape_px))).astype(int)
    bands_count = weights.shape[1]
    field = np.zeros((bands_count, 0, 0), np.float32)
    for level in range(int(levels.max(initial=0)), -1, -1):
        rows, cols = (-(-side // 2**level) for side in shape_px)
        field = _doubled(field, (rows, cols)) if field.size else np.zeros((bands_count, rows, cols), np.float32)
        for k, sigma_mm in enumerate(sigmas_mm):
            here = np.flatnonzero(levels[:, k] == level)
            shrink = 0.5**level
            _add(field, points_px[here] * shrink, metric_px2_per_mm2[here] * (shrink * sigma_mm) ** 2, weights[here, :, k])
    return field


def _smaller_eigenvalue(metric: FloatArray) -> FloatArray:
    """Return the smaller eigenvalue of symmetric 2 x 2 matrices given as xx, xy, yy, (N,)."""
    middle, half = (metric[:, 0] + metric[:, 2]) / 2, (metric[:, 0] - metric[:, 2]) / 2
    return np.asarray(np.maximum(middle - np.hypot(half, metric[:, 1]), 1e-12))


def _doubled(field: Float32Array, shape_px: tuple[int, int]) -> Float32Array:
    """Return a field on a raster twice as fine."""
    fine = np.empty((len(field), *shape_px), np.float32)
    for coarse, plane in zip(field, fine, strict=True):
        size = (2 * coarse.shape[1], 2 * coarse.shape[0])
        plane[:] = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[: shape_px[0], : shape_px[1]]
    return fine


@njit(cache=True, nogil=True, fastmath=True)
def _add(field, points_px, covariance_px2, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    bands, rows, cols = field.shape
    for n in range(len(points_px)):
        # Widen as far as samples at pixel centres need and keep the integral.
        xx, xy, yy = covariance_px2[n]
        before = max(xx * yy - xy * xy, 1e-12)
        xx += SAMPLING_VARIANCE_PX2
        yy += SAMPLING_VARIANCE_PX2
        after = xx * yy - xy * xy
        height = np.sqrt(before / after)
        ixx, ixy, iyy = yy / after, -xy / after, xx / after
        # The rows its ellipse reaches.
        x, y = points_px[n]
        half_y = REACH_SIGMAS * np.sqrt(yy)
        top, bottom = max(0, int(np.ceil(y - half_y - 0.5))), min(rows - 1, int(np.floor(y + half_y - 0.5)))
        # exp of a quadratic by recurrence along a row: two multiplications a pixel instead of an exp.
        curve = np.float32(np.exp(-ixx))
        for row in range(top, bottom + 1):
            dy = row + 0.5 - y
            middle, half_x = x - ixy / ixx * dy, np.sqrt(max(REACH_SIGMAS * REACH_SIGMAS - dy * dy / yy, 0.0) / ixx)
            left, right = max(0, int(np.ceil(middle - half_x - 0.5))), min(cols - 1, int(np.floor(middle + half_x - 0.5)))
            dx = left + 0.5 - x
            level = np.float32(height * np.exp(-0.5 * (ixx * dx * dx + 2.0 * ixy * dx * dy + iyy * dy * dy)))
            step = np.float32(np.exp(-(ixx * (dx + 0.5) + ixy * dy)))
            for col in range(left, right + 1):
                for band in range(bands):
                    field[band, row, col] += weights[n, band] * level
                level *= step
                step *= curve
