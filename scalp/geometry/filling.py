"""Holes of a surface closed by patches that carry on the surface round them. Which holes to close is others' business."""

from typing import NamedTuple

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from scalp.base import FloatArray, IntArray
from scalp.domain.head import Mesh

MOST_RINGS_COUNT = 36
COLLAR_FACTOR, SMALLEST_COLLAR_MM, COLLAR_COUNT = 0.5, 6.0, 300
"""The surface within so much of a hole's radius is carried on into it, by at most so many of its corners."""
FADE_MM = 60.0
"""Beyond so far from the rim of a hole, what is laid in it follows the given shape alone."""


class Patch(NamedTuple):
    """What closes one hole: new corners (N, 3), faces (F, 3) into the surface's corners and then the new ones, mm from the rim."""

    vertices_mm: FloatArray
    faces: IntArray
    away_mm: FloatArray


class Shape(NamedTuple):
    """A closed shape round a middle, as a radius in each direction: what lies in a hole when the surface does not say."""

    centre_mm: FloatArray
    directions: FloatArray
    radii_mm: FloatArray

    def radius_mm(self, ways: FloatArray) -> FloatArray:
        """Return the radius along unit ways (N, 3), (N,)."""
        far, index = cKDTree(self.directions).query(ways, k=3)
        weights = 1.0 / np.maximum(far, 1e-9)
        return np.asarray((self.radii_mm[index] * weights).sum(1) / weights.sum(1))


def perimeter_mm(surface: Mesh, rim: IntArray) -> float:
    """Return the length of a rim."""
    corners = surface.vertices_mm[rim]
    return float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).sum())


def patch_hole(surface: Mesh, rim: IntArray, shape: Shape | None = None) -> Patch:
    """Return a patch for a hole: rings from its rim to its middle, laid so that surface and slope go on.

    Without a shape its height over the hole's own plane is a thin-plate spline through the corners round it. With one, the
    spline is that of how far those corners lie off the shape, fading towards the shape within 60 mm. For holes whose rim is
    seen as one round from their middle; a folded rim gives a folded patch.
    """
    flat, faces = _rings(surface.vertices_mm[rim], len(surface.vertices_mm), rim)
    away_mm = np.asarray(cKDTree(surface.vertices_mm[rim]).query(flat)[0])
    collar = _collar(surface, rim)
    if shape is None:
        return Patch(_over_plane(collar, surface.vertices_mm[rim], flat), faces, away_mm)
    return Patch(_over_shape(collar, shape, flat, away_mm), faces, away_mm)


def _rings(rim_mm: FloatArray, start: int, rim: IntArray) -> tuple[FloatArray, IntArray]:
    """Return ever smaller copies of a rim down to its middle, and the faces between them."""
    count, middle = len(rim_mm), rim_mm.mean(0)
    step_mm = float(np.linalg.norm(np.roll(rim_mm, -1, axis=0) - rim_mm, axis=1).mean())
    reach_mm = float(np.linalg.norm(rim_mm - middle, axis=1).mean())
    rings = int(np.clip(round(reach_mm / max(step_mm, 1e-9)), 1, MOST_RINGS_COUNT))
    shares = np.arange(1, rings) / rings
    inner = middle + (1 - shares)[:, None, None] * (rim_mm - middle)
    vertices = np.vstack([inner.reshape(-1, 3), middle])
    index = np.vstack([rim, start + np.arange((rings - 1) * count).reshape(rings - 1, count)])
    a, b = index, np.roll(index, -1, axis=1)
    # The rim runs as its faces do, so that the patch runs the other way along it.
    between = [np.stack([b[:-1], a[:-1], a[1:]], -1).reshape(-1, 3), np.stack([b[:-1], a[1:], b[1:]], -1).reshape(-1, 3)]
    tip = np.stack([b[-1], a[-1], np.full(count, start + len(vertices) - 1)], -1)
    return vertices, np.vstack([*between, tip]).astype(np.int32)


def _collar(surface: Mesh, rim: IntArray) -> FloatArray:
    """Return corners of the surface round a hole, (N, 3) mm, its rim among them."""
    corners = surface.vertices_mm[rim]
    reach_mm = max(COLLAR_FACTOR * float(np.linalg.norm(corners - corners.mean(0), axis=1).mean()), SMALLEST_COLLAR_MM)
    near = surface.vertices_mm[cKDTree(corners).query(surface.vertices_mm, distance_upper_bound=reach_mm)[0] < np.inf]
    chosen = np.vstack([_thinned(corners, COLLAR_COUNT // 2), _thinned(near, COLLAR_COUNT // 2)])
    return np.asarray(np.unique(chosen.round(9), axis=0))


def _thinned(points: FloatArray, count: int) -> FloatArray:
    return points if len(points) <= count else points[np.linspace(0, len(points) - 1, count).astype(int)]


def _spline(places: FloatArray, values: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return a thin-plate spline through values at places, at others; a plain mean where there are too few."""
    if len(places) < places.shape[1] + 2:
        return np.full(len(wanted), values.mean())
    return np.asarray(RBFInterpolator(places, values, kernel="thin_plate_spline", smoothing=1e-3)(wanted))


def _over_plane(collar: FloatArray, rim_mm: FloatArray, flat: FloatArray) -> FloatArray:
    middle = rim_mm.mean(0)
    axes = np.linalg.svd(rim_mm - middle)[2]
    known, wanted = (collar - middle) @ axes.T, (flat - middle) @ axes.T
    wanted[:, 2] = _spline(known[:, :2], known[:, 2], wanted[:, :2])
    return np.asarray(wanted @ axes + middle)


def _over_shape(collar: FloatArray, shape: Shape, flat: FloatArray, away_mm: FloatArray) -> FloatArray:
    arms, known = flat - shape.centre_mm, collar - shape.centre_mm
    ways = arms / np.maximum(np.linalg.norm(arms, axis=1, keepdims=True), 1e-9)
    out_mm = np.linalg.norm(known, axis=1)
    known_ways = known / out_mm[:, None]
    off_mm = out_mm - shape.radius_mm(known_ways)
    # A spline runs away far from what it knows: the typical offset takes its place there.
    kept = np.exp(-((away_mm / FADE_MM) ** 2))
    spline = np.clip(_spline(known_ways, off_mm, ways), off_mm.min() - 2.0, off_mm.max() + 2.0)
    radii = shape.radius_mm(ways) + kept * spline + (1 - kept) * np.median(off_mm)
    return np.asarray(shape.centre_mm + radii[:, None] * ways)
