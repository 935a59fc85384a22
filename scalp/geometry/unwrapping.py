"""A closed surface laid flat in one piece, the crown in the middle, cut at the neck. What is painted on it is others' business."""

import numpy as np

from scalp.base import Float32Array, FloatArray, IntArray
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.raster import Fragments, rasterise

_MARGIN_FRACTION = 0.004
"""Air between the rim of the disc and that of the picture."""
_LONGEST_FRACTION = 0.2
"""A face wider than this lies across the cut, where it is drawn together to one place."""
_PLANE_MM = 1000.0


def unwrap_from_above(mesh: Mesh) -> Float32Array:
    """Return where the corners of faces lie in a square picture, (F, 3, 2), from its left and its top, 0..1.

    Lambert's azimuthal projection, true to area, of the directions from the middle of the surface, +Y in the middle, +Z
    at the bottom: no seam, no pole and no crowding above the neck, where the one cut lies; shapes are stretched by 1.4 at
    the height of the middle, by 2 at the jaw. For surfaces that every ray from their middle meets once. [Snyder1987]
    """
    laid = _laid(mesh)[mesh.faces]
    across = np.linalg.norm(np.ptp(laid, axis=1), axis=1) > _LONGEST_FRACTION
    laid[across] = laid[across][:, :1]
    return np.asarray(laid, np.float32)


def _laid(mesh: Mesh) -> FloatArray:
    """Return the place of each vertex in the picture, (V, 2)."""
    vertices_mm = mesh.vertices_mm
    arms = vertices_mm - (vertices_mm.min(axis=0) + vertices_mm.max(axis=0)) / 2
    arms /= np.maximum(np.linalg.norm(arms, axis=1, keepdims=True), 1e-12)
    # The sine of half the angle from +Y, over the sine of all of it: 1 at the cut, 1/2 at the crown.
    per_sine = 1.0 / np.sqrt(2.0 * np.maximum(1.0 + arms[:, 1], 1e-12))
    flat = arms[:, [0, 2]] * per_sine[:, None]
    reach = np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1.0)
    return np.asarray(0.5 + (0.5 - _MARGIN_FRACTION) * flat / reach)


def rasterise_laid(uv_fraction: Float32Array, side_px: int) -> Fragments:
    """Return which face lies at each texel of a square picture, with the weights of its corners; no face beyond the disc."""
    count = len(uv_fraction)
    laid = uv_fraction.reshape(-1, 2).astype(float)
    flat_mm = np.column_stack([(laid - 0.5) * _PLANE_MM, np.full(3 * count, _PLANE_MM)])
    corners: IntArray = np.arange(3 * count, dtype=np.int32).reshape(count, 3)
    lens = Camera(
        focal_px=float(side_px), centre_px=(side_px / 2, side_px / 2), width_px=side_px, height_px=side_px, camera_from_head=np.eye(4)
    )
    return rasterise(lens, Mesh(vertices_mm=flat_mm, faces=corners))
