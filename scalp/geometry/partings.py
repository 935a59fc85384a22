"""Millimetres over a scalp as a barber counts them: along the middle line, and down each parting from it to the ears.

Only measures; lines are drawn elsewhere.
"""

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from scalp.base import FloatArray, Value, value
from scalp.domain.head import Head, Mesh

_ALONG_COUNT, _ASIDE_COUNT = 241, 121
_FIRST_RAD, _LAST_RAD = -0.9, np.pi + 0.9
"""The fan of planes through both tragi, from below the brow over the top to below the inion."""
_WIDEST_RAD = 1.45
_NEAREST_COUNT = 4


@value
class Partings(Value):
    """Where each vertex (V,) lies: `along_mm` from the glabella over the top, `aside_mm` from the middle line to the left.

    Both are lengths over the surface. NaN beside the ears, where partings run together.
    """

    along_mm: FloatArray
    aside_mm: FloatArray


def measure_partings(head: Head) -> Partings:
    """Return how far each vertex lies from the glabella along the middle line and from the middle line along its parting.

    A parting is where a plane through both tragi cuts the surface. Lengths are sums over 3 mm steps of the surface, right to
    0.3 mm; lines of equal `along_mm` stand 1 mm per mm apart on the middle line and closer to one another at the ears.
    """
    along_rad, aside_rad = np.linspace(_FIRST_RAD, _LAST_RAD, _ALONG_COUNT), np.linspace(-_WIDEST_RAD, _WIDEST_RAD, _ASIDE_COUNT)
    rays = _rays(along_rad[:, None], aside_rad[None, :])
    points_mm = rays * _radii_mm(head.surface, rays)[..., None]
    middle = _ASIDE_COUNT // 2
    down_mm = _lengths_mm(points_mm.swapaxes(0, 1)).T
    down_mm -= down_mm[:, middle : middle + 1]
    over_mm = _lengths_mm(points_mm[:, middle])
    place = _fan(head.landmark("glabella")[None])[0]
    over_mm -= np.interp(place, along_rad, over_mm)
    vertex_along, vertex_aside = _fan(head.surface.vertices_mm)
    rows = (vertex_along - _FIRST_RAD) / (_LAST_RAD - _FIRST_RAD) * (_ALONG_COUNT - 1)
    cols = (vertex_aside + _WIDEST_RAD) / (2 * _WIDEST_RAD) * (_ASIDE_COUNT - 1)
    known = (rows >= 0) & (rows <= _ALONG_COUNT - 1) & (cols >= 0) & (cols <= _ASIDE_COUNT - 1)
    aside_mm = map_coordinates(down_mm, [rows, cols], order=1, mode="nearest")
    along_mm = np.interp(vertex_along, along_rad, over_mm)
    return Partings(along_mm=np.where(known, along_mm, np.nan), aside_mm=np.where(known, aside_mm, np.nan))


def _rays(along_rad: FloatArray, aside_rad: FloatArray) -> FloatArray:
    """Return unit ways (..., 3): turned from +Z over +Y, then leant to +X."""
    along_rad, aside_rad = np.broadcast_arrays(along_rad, aside_rad)
    return np.stack([np.sin(aside_rad), np.cos(aside_rad) * np.sin(along_rad), np.cos(aside_rad) * np.cos(along_rad)], axis=-1)


def _fan(points_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the two angles of points (N, 3) seen from between the tragi; straight down is the end of the fan, not its start."""
    x, y, z = points_mm.T
    along = np.arctan2(y, z)
    return np.where(along < _FIRST_RAD, along + 2 * np.pi, along), np.arctan2(x, np.hypot(y, z))


def _radii_mm(surface: Mesh, rays: FloatArray) -> FloatArray:
    """Return how far out the surface lies along unit ways, from the nearest vertices."""
    radii = np.linalg.norm(surface.vertices_mm, axis=1)
    far, index = cKDTree(surface.vertices_mm / radii[:, None], balanced_tree=False).query(rays, k=_NEAREST_COUNT)
    weights = 1.0 / np.maximum(far, 1e-9) ** 2
    return np.asarray((radii[index] * weights).sum(axis=-1) / weights.sum(axis=-1))


def _lengths_mm(points_mm: FloatArray) -> FloatArray:
    """Return the length of the way along the first axis, from its start."""
    steps = np.linalg.norm(np.diff(points_mm, axis=0), axis=-1)
    return np.concatenate([np.zeros((1, *steps.shape[1:])), np.cumsum(steps, axis=0)])
