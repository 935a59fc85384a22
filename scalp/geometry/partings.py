"""Millimetres over a scalp as a barber counts them: along the middle line, and down each parting from it to the ears.

Only measures; lines are drawn elsewhere.
"""

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from scalp.base import BadInput, FloatArray, Value, value
from scalp.domain.head import Head, Mesh

_ALONG_COUNT, _ASIDE_COUNT = 241, 121
_FIRST_RAD, _LAST_RAD = -0.9, np.pi + 0.9
"""The fan of planes through both tragi, from below the brow over the top to below the inion."""
_WIDEST_RAD = 1.45
_NEAREST_COUNT = 4
_NEAR_FACES_COUNT = 24
_LONGEST_FACE_MM = 40.0
_OUTSIDE = -0.02
"""How far outside a face a place may lie, as a weight: rounding at its edge."""


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


def places_at_mm(head: Head, measured_mm: FloatArray) -> FloatArray:
    """Return where on the surface a tape comes to, (N, 3), that went (N, 2) mm along the middle line and then aside to the left.

    The inverse of `measure_partings`, right to 0.3 mm. Raises `BadInput` for places beside the ears or off the scalp.
    """
    partings, mesh = measure_partings(head), head.surface
    corners = np.column_stack([partings.along_mm, partings.aside_mm])[mesh.faces]
    known = np.flatnonzero(np.isfinite(corners).all(axis=(1, 2)) & (np.ptp(corners[..., 0], axis=1) < _LONGEST_FACE_MM))
    near = cKDTree(corners[known].mean(axis=1)).query(measured_mm, k=_NEAR_FACES_COUNT)[1]
    places = []
    for asked, index in zip(measured_mm, known[near], strict=True):
        weights = _weights(corners[index], asked)
        best = int(np.argmax(weights.min(axis=1)))
        if weights[best].min() < _OUTSIDE:
            told = f"{asked[0]:g} mm along and {asked[1]:g} mm aside"
            raise BadInput(
                "place over the skin", told, "places above the ears, as the grid of the map counts them", "Read it off the map again."
            )
        places.append(np.clip(weights[best], 0.0, 1.0) @ mesh.vertices_mm[mesh.faces[index[best]]])
    return np.array(places).reshape(-1, 3)


def _weights(corners: FloatArray, asked: FloatArray) -> FloatArray:
    """Return the weights of three corners (N, 3, 2) that lead to a point of the plane, (N, 3); below 0 outside."""
    first, second, third = corners.swapaxes(0, 1)
    a, b, to = second - first, third - first, asked - first
    double = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    double = np.where(np.abs(double) < 1e-12, np.inf, double)
    second_weight = (to[:, 0] * b[:, 1] - to[:, 1] * b[:, 0]) / double
    third_weight = (a[:, 0] * to[:, 1] - a[:, 1] * to[:, 0]) / double
    return np.column_stack([1.0 - second_weight - third_weight, second_weight, third_weight])


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
