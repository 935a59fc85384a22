"""Thin hairs drawn over a picture: tapered curves with exact coverage, hidden by what is nearer."""

from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray
from scalp.domain.camera import Camera

BEHIND_MM = 1.2
"""A hair whose root lies this much behind what is seen is hidden."""


class Hairs(NamedTuple):
    """Curves of four points (N, 4, 3) mm, width at the root (N,) mm, share left at the tip (N,), lit colour (N, 3), opacity (N,)."""

    points_mm: FloatArray
    width_mm: FloatArray
    tip_fraction: FloatArray
    rgb_linear: FloatArray
    opacity_fraction: FloatArray


@njit(cache=True, nogil=True)
def _off_segment(x, y, ax, ay, bx, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - two ends and a point
    """Return (distance of a point to a segment, where along it 0..1)."""
    dx, dy = bx - ax, by - ay
    along = ((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-9)
    along = min(1.0, max(0.0, along))
    return np.hypot(x - ax - along * dx, y - ay - along * dy), along


@njit(cache=True, nogil=True)
def _draw_one(curve, width_px, tip, look, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Blend one curve (4, 2) px into the picture; `look` is colour and opacity (4,)."""
    reach = 0.5 * max(width_px, 1.0) + 1.0
    left, right = max(0, int(curve[:, 0].min() - reach)), min(out.shape[1] - 1, int(curve[:, 0].max() + reach))
    top, bottom = max(0, int(curve[:, 1].min() - reach)), min(out.shape[0] - 1, int(curve[:, 1].max() + reach))
    for row in range(top, bottom + 1):
        for col in range(left, right + 1):
            cover = 0.0
            for part in range(3):
                start, end = curve[part], curve[part + 1]
                far, along = _off_segment(col + 0.5, row + 0.5, start[0], start[1], end[0], end[1])
                wide = width_px * (1.0 - (1.0 - tip) * (part + along) / 3.0)
                cover = max(cover, min(1.0, max(0.0, 0.5 * max(wide, 1.0) + 0.5 - far)) * min(1.0, wide))
            cover *= look[3]
            for band in range(3):
                out[row, col, band] += cover * (look[band] - out[row, col, band])


@njit(cache=True, nogil=True)
def _draw(curves_px, depth_mm, widths_px, tips, looks, picture):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Blend all curves that are in sight into `picture` = (rgb, nearest depth)."""
    out, nearest_mm = picture
    rows, cols = nearest_mm.shape
    for hair in range(len(curves_px)):
        col, row = int(curves_px[hair, 0, 0]), int(curves_px[hair, 0, 1])
        if 0 <= row < rows and 0 <= col < cols and depth_mm[hair] < nearest_mm[row, col] + BEHIND_MM:
            _draw_one(curves_px[hair], widths_px[hair], tips[hair], looks[hair], out)


def draw_hairs(hairs: Hairs, camera: Camera, out: Float32Array, nearest_mm: Float32Array, hidden: Float32Array | None = None) -> None:
    """Draw hairs into a picture of linear light in place, where their roots are not hidden.

    Where `hidden` is given, of the picture's shape, the share of each pixel that hairs cover is drawn there as well.
    """
    if not len(hairs.points_mm):
        return
    flat = hairs.points_mm.reshape(-1, 3)
    curves_px = camera.project(flat).reshape(-1, 4, 2)
    depth_mm = camera.in_camera(hairs.points_mm[:, 0])[:, 2]
    looks = np.column_stack([hairs.rgb_linear, hairs.opacity_fraction])
    widths_px = hairs.width_mm * camera.focal_px / depth_mm
    _draw(curves_px, depth_mm, widths_px, hairs.tip_fraction, looks, (out, nearest_mm))
    if hidden is not None:
        looks[:, :3] = 1.0
        _draw(curves_px, depth_mm, widths_px, hairs.tip_fraction, looks, (hidden, nearest_mm))
