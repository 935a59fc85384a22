"""Fewer triangles without another shape: how far two surfaces lie apart, and the fewest faces that keep them together."""

from typing import NamedTuple

import fast_simplification  # type: ignore[import-untyped]
import numpy as np

from scalp.base import FloatArray, IntArray
from scalp.domain.head import Mesh
from scalp.geometry.cleaning import IndexArray, clean
from scalp.geometry.nearest import NearestFinder

USUAL_FACES_COUNT = 80_000
MOST_FACES_COUNT = 400_000
LARGEST_CHANGE_MM = 0.1
_LOOSENED = 2.2


class Decimated(NamedTuple):
    """A surface of fewer faces and the largest distance that was found between it and the one before, either way."""

    surface: Mesh
    change_mm: float


def gaps_mm(surface: Mesh, other: Mesh) -> FloatArray:
    """Return how far corners, middles of sides and middles of faces of a surface lie from another, (N,)."""
    corners = surface.vertices_mm[surface.faces]
    sides = (corners + np.roll(corners, -1, axis=1)) / 2
    points = np.vstack([surface.vertices_mm, sides.reshape(-1, 3)[:: 2 if len(corners) > USUAL_FACES_COUNT else 1], corners.mean(1)])
    return NearestFinder(other).find(points).distance_mm


def decimate(surface: Mesh, *, faces_count: int = USUAL_FACES_COUNT, change_mm: float = LARGEST_CHANGE_MM) -> Decimated:
    """Return a surface with about so many faces, or with more where fewer would move it by more than `change_mm` anywhere.

    Edges are collapsed by quadric errors [Garland1997]; the change is measured, not trusted: nearest distances both ways, at
    corners and middles. The number of faces is raised by 2.2 until it holds; up to 400,000 faces, then the least change is told.
    """
    wanted = faces_count
    while len(surface.faces) > wanted:
        # The library takes writable arrays only.
        vertices, corners = surface.vertices_mm.copy(), surface.faces.copy()
        points, faces = fast_simplification.simplify(vertices, corners, target_count=int(wanted))
        fewer = clean(np.asarray(points, float), np.asarray(faces, np.int32)).surface
        change = float(max(gaps_mm(fewer, surface).max(), gaps_mm(surface, fewer).max()))
        if change <= change_mm or wanted >= MOST_FACES_COUNT:
            return Decimated(fewer, change)
        wanted = min(int(wanted * _LOOSENED), MOST_FACES_COUNT)
    return Decimated(surface, 0.0)


def split_long_edges(surface: Mesh, longest_mm: float, *, rounds_count: int = 4) -> Mesh:
    """Return the same shape with every edge split in the middle that is longer than so much: finer, not smoother."""
    vertices, faces = surface.vertices_mm, surface.faces
    for _ in range(rounds_count):
        ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], -1).reshape(-1, 2), axis=1)
        edges, inverse = np.unique(ends, axis=0, return_inverse=True)
        long = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1) > longest_mm
        if not long.any():
            break
        middle = np.full(len(edges), -1, np.int64)
        middle[long] = len(vertices) + np.arange(long.sum())
        vertices = np.vstack([vertices, vertices[edges[long]].mean(1)])
        faces = _split(faces, middle[inverse.reshape(-1, 3)])
    return Mesh(vertices_mm=vertices, faces=faces)


def _split(faces: IndexArray, middle: IndexArray) -> IntArray:
    """Return faces cut at the middles of some of their sides: `middle` (F, 3) is a corner or -1, of the side from corner k on."""
    cut = middle >= 0
    parts = [faces[~cut.any(1)]]
    for turn in range(3):
        f, m, c = (np.roll(array, -turn, axis=1) for array in (faces, middle, cut))
        one = c[:, 0] & ~c[:, 1] & ~c[:, 2]
        parts += [np.column_stack([f[one, 0], m[one, 0], f[one, 2]]), np.column_stack([m[one, 0], f[one, 1], f[one, 2]])]
        two = c[:, 0] & c[:, 1] & ~c[:, 2]
        parts += [
            np.column_stack([m[two, 0], f[two, 1], m[two, 1]]),
            np.column_stack([f[two, 0], m[two, 0], m[two, 1]]),
            np.column_stack([f[two, 0], m[two, 1], f[two, 2]]),
        ]
    f, m = faces[cut.all(1)], middle[cut.all(1)]
    parts += [np.column_stack([f[:, k], m[:, k], m[:, k - 1]]) for k in range(3)] + [m]
    return np.vstack(parts).astype(np.int32)
