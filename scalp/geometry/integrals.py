"""Integrals over a surface of fields that are linear in each face: exact for what the corners say, in closed form.

Every integral is shared to the corners by their own barycentric weights, so that parts of a surface add up to the whole.
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.domain.head import Mesh
from scalp.geometry.meshes import face_areas_mm2

CUTS_COUNT = 10
"""Faces at the rim of a ball are cut into the square of this many."""
_MOST_RADII_COUNT = 24
_LADDER = 1.05


def areas_above_mm2(surface: Mesh, field: FloatArray, level: float) -> FloatArray:
    """Return the area around each vertex (V,) in mm2 where a field (V,), linear between corners, is at least a level.

    The integral of each vertex's weight over that part: a face is cut along the straight line at which the field has the
    level. All of them add up to the area of that part, all over the surface to the whole.
    """
    above = field[surface.faces] >= level
    count = above.sum(axis=1)
    shares = np.where((count == 3)[:, None], 1.0 / 3.0, 0.0) * np.ones(3)
    for corner in range(3):
        alone = above[:, corner] & (count == 1)
        shares[alone] += _corner_shares(field[surface.faces[alone]], corner, level)
        missing = ~above[:, corner] & (count == 2)
        shares[missing] += 1.0 / 3.0 - _corner_shares(field[surface.faces[missing]], corner, level)
    return _at_vertices(surface, face_areas_mm2(surface)[:, None] * shares)


def _corner_shares(values: FloatArray, corner: int, level: float) -> FloatArray:
    """Return the part of each face (N, 3) that the line of a level cuts off at one corner, shared to the three corners."""
    second, third = (corner + 1) % 3, (corner + 2) % 3
    own = values[:, corner] - level
    to_second, to_third = (own / (values[:, corner] - values[:, other]) for other in (second, third))
    shares = np.empty((len(values), 3))
    shares[:, corner] = 3.0 - to_second - to_third
    shares[:, second], shares[:, third] = to_second, to_third
    return np.asarray((to_second * to_third / 3.0)[:, None] * shares)


def integrals_mm2(surface: Mesh, field: FloatArray) -> FloatArray:
    """Return the integral around each vertex (V,) of a field (V,), linear between corners, in its unit times mm2."""
    corners = field[surface.faces]
    return _at_vertices(surface, face_areas_mm2(surface)[:, None] / 12.0 * (corners + corners.sum(axis=1, keepdims=True)))


def covered_fraction(surface: Mesh, places_mm: FloatArray, radius_mm: FloatArray) -> FloatArray:
    """Return how much of the surroundings of each vertex (V,) lies in balls round places (M, 3) of radii (M,), 0 to 1.

    Weighted as `integrals_mm2`: a field lowered by it loses what it holds in the balls, whatever the size of faces, to the
    hundredth of a face. Of more than 24 radii those within 5 % of each other all count as the largest.
    """
    covered, faces = np.zeros((len(surface.faces), 3)), surface.faces
    weights = _middles_of_cuts(CUTS_COUNT)
    middles_mm = surface.vertices_mm[faces].mean(axis=1)
    reach_mm = np.linalg.norm(surface.vertices_mm[faces] - middles_mm[:, None], axis=2).max(axis=1)
    within = np.zeros((len(faces), len(weights)), bool)
    for ball_mm, own in _by_radius(radius_mm):
        tree = cKDTree(places_mm[own])
        near = np.flatnonzero(tree.query(middles_mm, distance_upper_bound=ball_mm + float(reach_mm.max()))[0] < ball_mm + reach_mm)
        samples_mm = np.einsum("sk,fkd->fsd", weights, surface.vertices_mm[faces[near]])
        away_mm = np.asarray(tree.query(samples_mm.reshape(-1, 3), distance_upper_bound=ball_mm + 1e-9)[0])
        within[near] |= away_mm.reshape(len(near), -1) <= ball_mm
    covered = face_areas_mm2(surface)[:, None] * (within @ weights) / len(weights)
    whole_mm2 = _at_vertices(surface, np.repeat(face_areas_mm2(surface)[:, None] / 3.0, 3, axis=1))
    return np.asarray(np.clip(_at_vertices(surface, covered) / np.maximum(whole_mm2, 1e-12), 0.0, 1.0))


def _by_radius(radius_mm: FloatArray) -> list[tuple[float, npt.NDArray[np.integer]]]:
    """Return the classes of balls of one radius, each with the radius and its members."""
    number = np.unique(radius_mm, return_inverse=True)[1]
    if number.size and number.max() >= _MOST_RADII_COUNT:
        number = np.ceil(np.log(np.maximum(radius_mm, 1e-3)) / np.log(_LADDER)).astype(int)
    members = [np.flatnonzero(number == each) for each in np.unique(number)]
    return [(float(radius_mm[own].max()), own) for own in members]


def _middles_of_cuts(count: int) -> FloatArray:
    """Return the weights of the middles of a triangle's cuts into the square of a count, (count^2, 3)."""
    row, column = np.divmod(np.arange(count * count), count)
    upright = row + column < count
    first, second = np.where(upright, row, count - 1 - row), np.where(upright, column, count - 1 - column)
    part = np.where(upright, 1.0 / 3.0, 2.0 / 3.0)
    one, two = (first + part) / count, (second + part) / count
    return np.column_stack([1.0 - one - two, one, two])


def _at_vertices(surface: Mesh, of_corners: FloatArray) -> FloatArray:
    """Add up values (F, 3) of face corners at their vertices, (V,)."""
    return np.asarray(np.bincount(surface.faces.reshape(-1), of_corners.reshape(-1), minlength=len(surface.vertices_mm)), float)
