"""Soft masks that follow the edges of a photo: the fast guided filter.

Plain image work on arrays. Which mask, and what it means, is for `person` and `regions` to say; lines are `contours`'s.
"""

import cv2
import numpy as np
from numba import njit

from scalp.base import ByteArray, Float32Array

_STILL_FRACTION = 0.004
"""Share of a mask, half a level of 8 bit or so, that is not seen."""


def follow_edges(
    mask: Float32Array, small_u8: np.ndarray, large_u8: np.ndarray, *, radius_px: int, softness_fraction: float = 0.02
) -> Float32Array:
    """Return `mask` at the size of `large_u8`, its edges laid on the edges of the photo, 0..1.

    The colour guided filter: within each window of `radius_px` of the small picture the mask becomes a linear function
    of colour, `softness_fraction` (of full scale) being the contrast it must not trust; the functions are then enlarged and
    applied to the large picture. Windows without contrast keep the mask's mean. [He2013] [He2015]
    """
    guide = small_u8.astype(np.float32) / np.float32(255.0)
    slope, offset = _linear_in_windows(mask.astype(np.float32), guide, 2 * radius_px + 1, softness_fraction)
    plain = _plain(slope, offset)
    result = np.empty(large_u8.shape[:2], np.float32)
    _apply_enlarged(slope, offset, plain, np.ascontiguousarray(large_u8), result)
    return result


def _plain(slope: Float32Array, offset: Float32Array) -> ByteArray:
    """Return 1 where all around is 0, 2 where all around is 1, 0 where colour decides; for each lower right neighbour of four."""
    still = np.abs(slope).max(axis=-1) < _STILL_FRACTION
    marks = np.zeros(offset.shape, np.uint8)
    for mark, level in ((1, 0.0), (2, 1.0)):
        alike = (still & (np.abs(offset - level) < _STILL_FRACTION)).astype(np.uint8)
        marks[cv2.erode(alike, np.ones((3, 3), np.uint8)) > 0] = mark
    return marks


@njit(cache=True, nogil=True)
def _apply_enlarged(slope, offset, plain, large, result):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - compiled
    high, wide = offset.shape
    rows, columns = result.shape
    for row in range(rows):
        # Where the row lies between two rows of the small maps.
        y = min(max((row + 0.5) * high / rows - 0.5, 0.0), high - 1.001)
        above = int(y)
        down = np.float32(y - above)
        below = min(above + 1, high - 1)
        for column in range(columns):
            x = min(max((column + 0.5) * wide / columns - 0.5, 0.0), wide - 1.001)
            left = int(x)
            mark = plain[above, left]
            if mark != 0:
                result[row, column] = np.float32(mark - 1)
                continue
            # The four functions of colour round the pixel, blended, then applied to its own colour.
            right = min(left + 1, wide - 1)
            across = np.float32(x - left)
            share = np.float32(0.0)
            for corner in range(4):
                r, c = (above if corner < 2 else below), (left if corner % 2 == 0 else right)
                weight = (down if corner >= 2 else np.float32(1.0) - down) * (across if corner % 2 else np.float32(1.0) - across)
                value = offset[r, c]
                for band in range(3):
                    value += slope[r, c, band] * np.float32(large[row, column, band] * (1.0 / 255.0))
                share += weight * value
            result[row, column] = min(max(share, np.float32(0.0)), np.float32(1.0))


def _linear_in_windows(
    mask: Float32Array, guide: Float32Array, window_px: int, softness_fraction: float
) -> tuple[Float32Array, Float32Array]:
    """Return slope (H, W, 3) and offset (H, W) of the best linear function of colour round each pixel."""

    def mean(array: Float32Array) -> Float32Array:
        return np.asarray(cv2.blur(array, (window_px, window_px), borderType=cv2.BORDER_REFLECT), np.float32)

    mean_guide, mean_mask = mean(guide), mean(mask)
    joint = mean(guide * mask[..., None]) - mean_guide * mean_mask[..., None]
    first, second = (0, 0, 0, 1, 1, 2), (0, 1, 2, 1, 2, 2)
    moments = np.stack(
        [mean(guide[..., i] * guide[..., j]) - mean_guide[..., i] * mean_guide[..., j] for i, j in zip(first, second, strict=True)]
    )
    for diagonal in (0, 3, 5):
        moments[diagonal] += np.float32(softness_fraction**2)
    slope = _solve_symmetric(moments, joint)
    offset = mean_mask - (slope * mean_guide).sum(axis=-1)
    return mean(slope), mean(offset)


def _solve_symmetric(moments: Float32Array, right: Float32Array) -> Float32Array:
    """Solve the 3 x 3 symmetric system of every pixel by cofactors: `moments` (6, H, W), `right` (H, W, 3)."""
    a, b, c, d, e, f = moments
    minors = (d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b)
    determinant = np.maximum(a * minors[0] + b * minors[1] + c * minors[2], np.float32(1e-18))
    x, y, z = right[..., 0], right[..., 1], right[..., 2]
    solved = (
        minors[0] * x + minors[1] * y + minors[2] * z,
        minors[1] * x + minors[3] * y + minors[4] * z,
        minors[2] * x + minors[4] * y + minors[5] * z,
    )
    return np.stack([part / determinant for part in solved], axis=-1)
