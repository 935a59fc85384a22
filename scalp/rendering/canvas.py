"""A photo made ready for impressions: which pixels can change, what of their light is surface glint, its blur and grain.

Prepared once a photo and shared by all its looks. Impressions are not here.
"""

import cv2
import numpy as np
from numba import njit

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.rendering.glint import WORK_SIDE_PX, facing_normals, separate_glint

EDGE_QUANTILE = 0.995
REBLUR_PX = 1.2
WINDOW_PX = 1400
"""Blur is looked for in a window of at most this many pixels a side."""
DIFFERENCE_PX2 = 1.0 / 3.0
"""What taking differences over two pixels adds to the variance of an edge."""
BLUR_RANGE_PX = (0.45, 6.0)
GRAIN_ROWS = 150
"""Grain is looked for in about this many strips of three rows."""
BARE, DARKEST, BRIGHTEST = 200, 0.01, 0.9
"""Share of skin, of 255, and light of the pixels whose grain is measured."""
MEDIAN_OF_SQUARES = 0.4549
"""Median of the square of a normal variable of variance 1."""


@value
class Canvas(Value):
    """What a photo brings to all its looks.

    `skin` (rows, cols) of the whole photo is how much of each pixel is bare skin, of 255. `glint` is the surface
    reflection that lies above any pigment (linear light, the same in all three bands) in cells of `shrink_count` px a
    side, the first at `top_px`, `left_px`; `blur_px` the standard deviation of the photo's own blur, `grain_ratio` the
    variance of its grain over its light (both linear).
    """

    photo_digest: str
    skin: ByteArray
    top_px: int
    left_px: int
    shrink_count: int
    glint: Float32Array
    blur_px: float
    grain_ratio: float


def prepare_canvas(photo: Photo, regions: Regions, head: Head) -> Canvas:
    """Return the canvas of a photo: glint where its skin is seen, and its blur."""
    camera = head.camera_of(photo.digest)
    rows, cols = _span(np.asarray(regions.skin.any(axis=1))), _span(np.asarray(regions.skin.any(axis=0)))
    shrink_count = max(1, min(rows.stop - rows.start, cols.stop - cols.start) // WORK_SIDE_PX)
    light, cover = _mean_light(photo.pixels[rows, cols], regions.skin[rows, cols], photo.encoding.decode.astype(np.float32), shrink_count)
    return Canvas(
        photo_digest=photo.digest,
        skin=regions.skin,
        top_px=rows.start,
        left_px=cols.start,
        shrink_count=shrink_count,
        glint=separate_glint(light, cover, facing_normals(head.surface, camera, (rows, cols))),
        blur_px=measure_blur_px(photo, regions),
        grain_ratio=measure_grain(photo, regions.skin, (rows, cols)),
    )


def _span(filled: BoolArray) -> slice:
    """Return the rows or columns from the first to the last that have something, eight at least."""
    index = np.flatnonzero(filled)
    first, last = (int(index[0]), int(index[-1])) if len(index) else (0, 0)
    first = max(0, min(first, len(filled) - 8))
    return slice(first, max(last + 1, first + 8))


def measure_grain(photo: Photo, skin: ByteArray, window_px: tuple[slice, slice]) -> float:
    """Return the variance of a photo's grain over its light: the median of what green pixels differ from their neighbours.

    Light counted in photons has a variance in proportion to it, and a photo smoothed by its camera has less; pores and
    hairs are rarer than grain and leave the median alone.
    """
    rows, cols = (slice(span.start, span.stop, 1) for span in window_px)
    step = max(1, (rows.stop - rows.start) // GRAIN_ROWS)
    strips = [slice(row, row + 3) for row in range(rows.start, rows.stop - 3, 3 * step)]
    found = [_grain_of(photo, skin, (strip, cols)) for strip in strips]
    differing = np.concatenate(found) if found else np.empty(0)
    return float(np.median(differing) / MEDIAN_OF_SQUARES) if len(differing) > 0 else 0.0


def _grain_of(photo: Photo, skin: ByteArray, strip_px: tuple[slice, slice]) -> FloatArray:
    """Return the squared difference of bare pixels of the middle of three rows from the mean of nine, over their light."""
    light = photo.encoding.decode[photo.pixels[strip_px][..., 1], 1]
    mean = light.sum(axis=0)
    mean = (mean[:-2] + mean[1:-1] + mean[2:]) / 9.0
    bare = (skin[strip_px].min(axis=0)[1:-1] > BARE) & (mean > DARKEST) & (mean < BRIGHTEST)
    return np.asarray(9.0 / 8.0 * ((light[1, 1:-1] - mean) ** 2 / np.maximum(mean, DARKEST))[bare])


@njit(cache=True, nogil=True)
def _mean_light(pixels, skin, decode, side):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the mean light of skin in cells of `side` px, (rows, cols, 3), and the part of each that is skin."""
    rows, cols = -(-pixels.shape[0] // side), -(-pixels.shape[1] // side)
    light, cover = np.zeros((rows, cols, 3), np.float32), np.zeros((rows, cols), np.float32)
    for row in range(pixels.shape[0]):
        out, share = light[row // side], cover[row // side]
        for col in range(pixels.shape[1]):
            weight = np.float32(skin[row, col])
            if weight > 0.0:
                cell = col // side
                share[cell] += weight
                for band in range(3):
                    out[cell, band] += weight * decode[pixels[row, col, band], band]
    for row in range(rows):
        for col in range(cols):
            light[row, col] /= max(cover[row, col], np.float32(1e-3))
            height, width = min(side, pixels.shape[0] - row * side), min(side, pixels.shape[1] - col * side)
            cover[row, col] /= np.float32(255 * height * width)
    return light, cover


def measure_blur_px(photo: Photo, regions: Regions) -> float:
    """Return the standard deviation of a photo's blur in px, from how much its sharpest edges lose when blurred again.

    For an edge blurred by s, blurring again by b lowers its gradient by sqrt(s2 / (s2 + b2)). [Zhuo2011]
    """
    inside = regions.head > 127
    rows, cols = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if len(rows) == 0:
        return BLUR_RANGE_PX[0]
    window = (_middle(rows), _middle(cols))
    grey = cv2.cvtColor(np.ascontiguousarray(photo.srgb_u8[window]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    again = cv2.GaussianBlur(grey, (0, 0), REBLUR_PX)
    steep, softer = _slope(grey), _slope(again)
    sharpest = steep >= max(float(np.quantile(steep, EDGE_QUANTILE)), 1.0)
    if not sharpest.any():
        return BLUR_RANGE_PX[1]
    loss = np.median(steep[sharpest] / np.maximum(softer[sharpest], 1e-3))
    blurred_px2 = REBLUR_PX**2 / max(loss**2 - 1.0, 1e-3)
    return float(np.clip(np.sqrt(max(blurred_px2 - DIFFERENCE_PX2, 0.0)), *BLUR_RANGE_PX))


def _middle(index: np.ndarray) -> slice:
    """Return the rows or columns around the middle of the head, where eyes and brows have the sharpest edges."""
    middle = (int(index[0]) + int(index[-1]) + 1) // 2
    return slice(max(int(index[0]), middle - WINDOW_PX // 2), min(int(index[-1]) + 1, middle + WINDOW_PX // 2))


def _slope(grey: Float32Array) -> Float32Array:
    """Return the steepness of a grey picture at each pixel."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down))
