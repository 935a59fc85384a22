"""Lines of a measure over a picture: how much of each lies in each pixel, and colours laid over a drawing by such covers.

A measure is a picture (rows, cols) float32 with NaN where there is none; a cover is one with 0..1. What is measured and in
which colours it is drawn are others' business.
"""

import numpy as np
from numba import njit

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray

GRID_MM, HEAVY_EVERY_COUNT = 10.0, 5
LINE_PX, HEAVY_PX = 1.3, 2.4


def cover_grid(measure_mm: Float32Array) -> Float32Array:
    """Return how much of a grid line lies in each pixel of a measure; every fifth is heavy, lines fade where they crowd."""
    cover = np.zeros(measure_mm.shape, np.float32)
    _cover_grid(measure_mm, (GRID_MM, GRID_MM * HEAVY_EVERY_COUNT), (LINE_PX, HEAVY_PX), cover)
    return cover


def cover_levels(measure: Float32Array, levels: tuple[float, ...], width_px: float) -> Float32Array:
    """Return how much of the lines on which a measure has these levels lies in each pixel."""
    cover = np.zeros(measure.shape, np.float32)
    _cover_levels(measure, np.array(levels, np.float32), width_px, cover)
    return cover


def cover_edge(lead: Float32Array, width_px: float) -> Float32Array:
    """Return how much of the border between parts lies in each pixel: where the lead of the first over the second falls to 0."""
    steep, cover = np.zeros(lead.shape, np.float32), np.zeros(lead.shape, np.float32)
    steepest = _slope(lead, steep)
    _cover_edge(lead, steep, (width_px / 2 + 0.5, steepest), cover)
    return cover


def fade(cover: Float32Array, inside: BoolArray, shares: FloatArray | Float32Array) -> None:
    """Keep only a share of a cover, in place: `shares` (K,) in the order of the pixels that are `inside`."""
    _fade(cover, inside, np.ascontiguousarray(shares, np.float32))


def lay_over(drawn: ByteArray, colour: tuple[int, int, int], cover: Float32Array) -> None:
    """Lay one colour over a drawing (rows, cols, 3), in place."""
    _lay_over(drawn, np.array(colour, np.float32), cover)


@njit(cache=True, nogil=True)
def _steps(measure, row, col):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return how far a measure rises over one px: central differences, one-sided on the rim; NaN beside pixels without one."""
    rows, cols = measure.shape
    above, below = max(row - 1, 0), min(row + 1, rows - 1)
    left, right = max(col - 1, 0), min(col + 1, cols - 1)
    down = (measure[below, col] - measure[above, col]) / np.float32(max(below - above, 1))
    across = (measure[row, right] - measure[row, left]) / np.float32(max(right - left, 1))
    return np.sqrt(down * down + across * across)


@njit(cache=True, nogil=True)
def _slope(measure, slope):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = measure.shape
    steepest = np.float32(1e-3)
    for row in range(rows):
        for col in range(cols):
            if not np.isnan(measure[row, col]):
                rise = _steps(measure, row, col)
                slope[row, col] = np.float32(0.0) if np.isnan(rise) else rise
                steepest = max(steepest, slope[row, col])
    return steepest


@njit(cache=True, nogil=True)
def _cover_grid(measure_mm, every_mm, width_px, cover):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = measure_mm.shape
    for row in range(rows):
        for col in range(cols):
            own_mm = measure_mm[row, col]
            if np.isnan(own_mm):
                continue
            slope = _steps(measure_mm, row, col)
            if np.isnan(slope):
                continue
            slope = max(slope, np.float32(1e-6))
            for kind in range(2):
                away_px = abs(own_mm - every_mm[kind] * np.round(own_mm / every_mm[kind])) / slope
                room = min(max((every_mm[kind] / slope - 3.0) / 4.0, 0.0), 1.0)
                cover[row, col] = max(cover[row, col], min(max(width_px[kind] / 2 + 0.5 - away_px, 0.0), 1.0) * room)


@njit(cache=True, nogil=True)
def _cover_levels(measure, levels, width_px, cover):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = measure.shape
    for row in range(rows):
        for col in range(cols):
            own = measure[row, col]
            if np.isnan(own):
                continue
            slope = _steps(measure, row, col)
            if np.isnan(slope):
                continue
            left = 1.0
            for level in levels:
                away_px = abs(own - level) / max(slope, np.float32(1e-6))
                left *= 1.0 - min(max(width_px / 2 + 0.5 - away_px, 0.0), 1.0)
            cover[row, col] = 1.0 - left


@njit(cache=True, nogil=True)
def _cover_edge(lead, steep, limits, cover):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    reach_px, steepest = limits
    rows, cols = lead.shape
    for row in range(rows):
        for col in range(cols):
            own = lead[row, col]
            if np.isnan(own) or own > reach_px * steepest:
                continue
            # A lead has its foot between pixels, where its slope turns over: that of the steepest neighbour tells how far off it is.
            rise = np.float32(1e-3)
            for beside_row in range(max(row - 1, 0), min(row + 2, rows)):
                for beside_col in range(max(col - 1, 0), min(col + 2, cols)):
                    rise = max(rise, steep[beside_row, beside_col])
            cover[row, col] = min(max(reach_px - own / rise, 0.0), 1.0)


@njit(cache=True, nogil=True)
def _fade(cover, inside, shares):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = cover.shape
    index = 0
    for row in range(rows):
        for col in range(cols):
            if inside[row, col]:
                cover[row, col] *= shares[index]
                index += 1


@njit(cache=True, nogil=True)
def _lay_over(drawn, colour, cover):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = cover.shape
    for row in range(rows):
        for col in range(cols):
            share = cover[row, col]
            if share > 0.0:
                for band in range(3):
                    drawn[row, col, band] = np.uint8(drawn[row, col, band] * (1.0 - share) + colour[band] * share + 0.5)
