"""A tape laid taut over a surface from one place to another. Girths all the way round are `girths`'s."""

import numpy as np

from scalp.base import BadMesh, FloatArray
from scalp.domain.head import Mesh
from scalp.geometry.girths import cut_points_mm, taut_mm
from scalp.geometry.meshes import vertex_normals

_TURNS_RAD = (-0.12, 0.0, 0.12)
"""A tape slides to where it is shortest; the plane it lies in is turned so far about the line between its ends."""


def tape_mm(mesh: Mesh, start_mm: FloatArray, end_mm: FloatArray) -> float:
    """Return the length of a tape laid taut over a surface between two places (3,) on it, mm.

    The tape lies in a plane through both ends that stands upright on the skin, bridges hollows, and takes the shortest of a
    few such planes: exact on a sphere, within 1 % of the shortest way on a cranium. Raises `BadMesh` where the surface is open
    between the places.
    """
    chord = np.asarray(end_mm) - np.asarray(start_mm)
    straight_mm = float(np.linalg.norm(chord))
    if straight_mm < 1e-6:
        return 0.0
    along = chord / straight_mm
    nearest = [int(np.argmin(((mesh.vertices_mm - place) ** 2).sum(1))) for place in (start_mm, end_mm)]
    up = vertex_normals(mesh)[nearest].sum(0)
    up = up - (up @ along) * along
    if np.linalg.norm(up) < 1e-9:
        raise BadMesh("surface", "without a side between the places", "a closed surface", "Clean the mesh first.")
    up = up / np.linalg.norm(up)
    aside = np.cross(along, up)
    lengths = [_taut_over(mesh, start_mm, along, np.cos(turn) * up + np.sin(turn) * aside, straight_mm) for turn in _TURNS_RAD]
    return min(lengths)


def _taut_over(mesh: Mesh, start_mm: FloatArray, along: FloatArray, up: FloatArray, straight_mm: float) -> float:
    """Return the length of a tape in the plane of two unit ways through its start."""
    cut = cut_points_mm(mesh, start_mm, np.cross(along, up)) - start_mm
    flat = np.column_stack([cut @ along, cut @ up])
    over = flat[(flat[:, 0] > 0.0) & (flat[:, 0] < straight_mm) & (flat[:, 1] > 0.0)]
    if len(over) == 0:
        return straight_mm
    ends = np.array([[0.0, 0.0], [straight_mm, 0.0]])
    return taut_mm(np.concatenate([ends, over])) - straight_mm
