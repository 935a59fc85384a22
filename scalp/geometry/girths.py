"""Cuts of a plane through a surface, and the tape laid round them, which bridges hollows."""

import numpy as np
from scipy.spatial import ConvexHull

from scalp.base import BadMesh, FloatArray
from scalp.domain.head import Mesh


def cut_points_mm(mesh: Mesh, on_mm: FloatArray, normal: FloatArray) -> FloatArray:
    """Return the points (N, 3) at which the edges of a surface pass through a plane."""
    height = (mesh.vertices_mm - on_mm) @ normal
    above = height > 0
    edges = mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    a, b = np.unique(np.sort(edges[above[edges[:, 0]] != above[edges[:, 1]]], axis=1), axis=0).T
    share = (height[a] / (height[a] - height[b]))[:, None]
    return np.asarray(mesh.vertices_mm[a] * (1.0 - share) + mesh.vertices_mm[b] * share)


def girth_mm(mesh: Mesh, on_mm: FloatArray, along: FloatArray, across: FloatArray) -> float:
    """Return the length of a tape round a surface in the plane of two unit ways through a point."""
    cut = cut_points_mm(mesh, on_mm, np.cross(along, across))
    if len(cut) < 3:
        raise BadMesh("surface", "not met by the plane", "a closed surface around it", "Clean the mesh first.")
    return taut_mm(np.column_stack([cut @ along, cut @ across]))


def taut_mm(flat: FloatArray) -> float:
    """Return the length of a tape laid taut round points (N, 2) of a plane.

    >>> taut_mm(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.5]]))
    4.0
    """
    ring = flat[ConvexHull(flat).vertices]
    return float(np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1).sum())
