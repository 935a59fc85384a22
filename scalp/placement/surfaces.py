"""The surface that points are placed on, prepared once: areas, densities and spacings, random candidates, walks.

Points are face index + barycentric throughout; a walk follows the surface across edges by unfolding. Which points are
kept and how they are spread is for the other modules of this room.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.spatial import cKDTree

from scalp.base import FloatArray, IntArray
from scalp.domain.head import Mesh
from scalp.geometry.meshes import face_areas_mm2, face_normals, neighbour_faces

_MOST_CROSSINGS = 64
_FALLOFF_MM = 4.0
_LEAST_FILLED_FRACTION = 0.08
"""Of the peak density: no spacing is wider than that of it."""
_MARGIN_SPACINGS = 5.0
"""How far beyond the edge silent neighbours stand, in units of the widest spacing: what a point there can feel."""
_CURVE_BITS = 10
_FACES_TRIED = 16
_INSET = 1e-9
"""How far inside an edge a point stays that may not cross it."""


class Ground(NamedTuple):
    """What the kernels of this room need to know of a surface."""

    vertices_mm: FloatArray
    faces: IntArray
    normals: FloatArray
    """(F, 3), unit, outward."""
    gradients_per_mm: FloatArray
    """(F, 3, 3): the gradient of each barycentric coordinate, in the plane of the face."""
    neighbours: IntArray
    """(F, 3), across the edge opposite to corner k; -1 where none."""
    areas_mm2: FloatArray
    wanted_per_mm2: FloatArray
    """(V,): the density that is asked for."""
    filled_per_mm2: FloatArray
    """(V,): the same, let fall off gently beyond its edge; the difference is held by silent neighbours."""
    open_face: np.ndarray
    """(F,) bool: something is wanted on it."""


class Spots(NamedTuple):
    """Points on a ground: `face_index` (N,), `barycentric` (N, 3)."""

    face_index: IntArray
    barycentric: FloatArray


NOWHERE = Spots(face_index=np.empty(0, np.int32), barycentric=np.empty((0, 3)))


class Layout(NamedTuple):
    """Points as elimination sees them: places (N, 3) mm, unit normals (N, 3), local spacings (N,) mm."""

    points_mm: FloatArray
    normals: FloatArray
    spacing_mm: FloatArray


def prepare_ground(mesh: Mesh, wanted_per_cm2: FloatArray) -> Ground:
    """Return the surface with its densities; outside the wanted field the filled one falls by e in 4 mm."""
    wanted_per_mm2 = wanted_per_cm2 / 100.0
    least_per_mm2 = _LEAST_FILLED_FRACTION * float(wanted_per_mm2.max())
    corners = mesh.vertices_mm[mesh.faces]
    normals = face_normals(mesh)
    areas_mm2 = face_areas_mm2(mesh)
    opposite_mm = corners[:, [2, 0, 1]] - corners[:, [1, 2, 0]]
    gradients_per_mm = np.cross(normals[:, None, :], opposite_mm) / np.maximum(2.0 * areas_mm2, 1e-12)[:, None, None]
    return Ground(
        vertices_mm=np.ascontiguousarray(mesh.vertices_mm),
        faces=np.ascontiguousarray(mesh.faces),
        normals=normals,
        gradients_per_mm=gradients_per_mm,
        neighbours=neighbour_faces(mesh),
        areas_mm2=areas_mm2,
        wanted_per_mm2=np.ascontiguousarray(wanted_per_mm2),
        filled_per_mm2=_let_fall(
            mesh.vertices_mm, mesh.faces, wanted_per_mm2, _FALLOFF_MM, least_per_mm2, _MARGIN_SPACINGS / least_per_mm2**0.5
        ),
        open_face=wanted_per_mm2[mesh.faces].max(axis=1) > 0,
    )


@njit(cache=True, nogil=True)
def _let_fall(vertices_mm, faces, wanted_per_mm2, falloff_mm, least_per_mm2, margin_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the wanted density, continued beyond its edge: falling by e in `falloff_mm` to the least, up to the margin."""
    count = len(vertices_mm)
    filled, beyond_mm = wanted_per_mm2.copy(), np.empty(count)
    for v in range(count):
        beyond_mm[v] = 0.0 if wanted_per_mm2[v] > 0.0 else np.inf
    # Distance beyond the edge and the fallen density, from vertex to vertex until nothing changes.
    changed = True
    while changed:
        changed = False
        for f in range(len(faces)):
            for k in range(6):
                a, b = faces[f, k % 3], faces[f, (k + 1 + k // 3) % 3]
                if beyond_mm[a] > margin_mm:
                    continue
                dx, dy, dz = (
                    vertices_mm[a, 0] - vertices_mm[b, 0],
                    vertices_mm[a, 1] - vertices_mm[b, 1],
                    vertices_mm[a, 2] - vertices_mm[b, 2],
                )
                length = np.sqrt(dx * dx + dy * dy + dz * dz)
                if beyond_mm[a] + length < beyond_mm[b] * 0.9999:
                    beyond_mm[b] = beyond_mm[a] + length
                    changed = True
                if filled[a] > filled[b] and filled[a] * np.exp(-length / falloff_mm) > filled[b] * 1.0001 + 1e-9:
                    filled[b] = filled[a] * np.exp(-length / falloff_mm)
                    changed = True
    for v in range(count):
        filled[v] = max(filled[v], least_per_mm2) if beyond_mm[v] <= margin_mm else 0.0
    return filled


def scatter(ground: Ground, count: int, rng: np.random.Generator) -> Spots:
    """Return `count` random points with the filled density, one in each of `count` equal strata along the surface.

    Faces are walked in the order of a space-filling curve, so that strata are compact. Within a face the density is
    linear: a corner is drawn by its density, then a point from a density linear towards that corner.
    """
    corner_per_mm2 = ground.filled_per_mm2[ground.faces]
    order = curve_order(ground)
    heaped = np.cumsum((ground.areas_mm2 * corner_per_mm2.mean(axis=1))[order])
    drawn = (np.arange(count) + rng.random(count)) / count * heaped[-1]
    face_index = order[np.minimum(np.searchsorted(heaped, drawn, side="right"), len(order) - 1)]
    cuts = np.sort(rng.random((count, 3)), axis=1)
    spread = np.column_stack([cuts[:, 1], cuts[:, 2] - cuts[:, 1], 1.0 - cuts[:, 2]])
    steps = np.cumsum(corner_per_mm2[face_index], axis=1)
    corner = (rng.random(count) * steps[:, 2])[:, None] >= steps
    turned = (np.arange(3)[None, :] - corner[:, :2].sum(axis=1)[:, None]) % 3
    return Spots(face_index=face_index.astype(np.int32), barycentric=np.take_along_axis(spread, turned, axis=1))


def curve_order(ground: Ground) -> IntArray:
    """Return the faces that hold any density along a space-filling (Hilbert) curve: near on it is near on the surface."""
    held = np.flatnonzero(ground.filled_per_mm2[ground.faces].max(axis=1) > 0)
    middles = ground.vertices_mm[ground.faces[held]].mean(axis=1)
    low = middles.min(axis=0)
    cells = ((middles - low) / max(float((middles - low).max()), 1e-9) * (2**_CURVE_BITS - 1)).astype(np.int64)
    return np.asarray(held[np.argsort(along_hilbert_curve(cells), kind="stable")], np.int32)


def along_hilbert_curve(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the place of each cell (N, 3) of a cubic grid along the Hilbert curve, (N,). [Skilling2004]"""
    x = cells.T.copy()
    # Undo the turns of the curve, coarse to fine.
    for level in range(_CURVE_BITS - 1, 0, -1):
        bit, finer = 1 << level, (1 << level) - 1
        for axis in range(3):
            turned = np.where((x[axis] & bit) != 0, 0, (x[0] ^ x[axis]) & finer)
            x[0] ^= np.where((x[axis] & bit) != 0, finer, turned)
            if axis:
                x[axis] ^= turned
    # Gray code.
    x[1] ^= x[0]
    x[2] ^= x[1]
    flips = np.zeros_like(x[0])
    for level in range(_CURVE_BITS - 1, 0, -1):
        flips ^= np.where((x[2] & (1 << level)) != 0, (1 << level) - 1, 0)
    x ^= flips
    # The bits of the three axes in turn.
    place = np.zeros_like(x[0])
    for level in range(_CURVE_BITS - 1, -1, -1):
        for axis in range(3):
            place = (place << 1) | ((x[axis] >> level) & 1)
    return np.asarray(place)


def points_mm(ground: Ground, spots: Spots) -> FloatArray:
    """Return the points in the head's frame, (N, 3) mm."""
    return np.asarray(np.einsum("nk,nkd->nd", spots.barycentric, ground.vertices_mm[ground.faces[spots.face_index]]))


def at_spots(ground: Ground, spots: Spots, of_vertices: FloatArray) -> FloatArray:
    """Return values (V,) of vertices at the points, (N,)."""
    return np.asarray(np.einsum("nk,nk->n", spots.barycentric, of_vertices[ground.faces[spots.face_index]]))


def land(mesh: Mesh, places: FloatArray) -> tuple[Spots, FloatArray]:
    """Return the points of a surface next to points (N, 3) mm near it, and how far off each was, (N,) mm."""
    corners = mesh.vertices_mm[mesh.faces]
    faces = cKDTree(corners.mean(axis=1)).query(places, min(_FACES_TRIED, len(corners)))[1].reshape(len(places), -1)
    first, second = corners[faces, 1] - corners[faces, 0], corners[faces, 2] - corners[faces, 0]
    away = places[:, None] - corners[faces, 0]
    aa, ab, bb = (first * first).sum(-1), (first * second).sum(-1), (second * second).sum(-1)
    pa, pb = (away * first).sum(-1), (away * second).sum(-1)
    area_squared = np.maximum(aa * bb - ab * ab, 1e-18)
    inner = np.stack([(bb * pa - ab * pb) / area_squared, (aa * pb - ab * pa) / area_squared], axis=-1)
    weights = np.clip(np.concatenate([1.0 - inner.sum(-1, keepdims=True), inner], axis=-1), 0.0, None)
    weights /= weights.sum(-1, keepdims=True)
    off_mm = np.linalg.norm(np.einsum("nfk,nfkd->nfd", weights, corners[faces]) - places[:, None], axis=-1)
    best = np.argmin(off_mm, axis=1)[:, None]
    face_index = np.take_along_axis(faces, best, axis=1)[:, 0].astype(np.int32)
    barycentric = np.take_along_axis(weights, best[..., None], axis=1)[:, 0]
    return Spots(face_index=face_index, barycentric=barycentric), np.take_along_axis(off_mm, best, axis=1)[:, 0]


def pick(spots: Spots, index: np.ndarray) -> Spots:
    """Return some of the points."""
    return Spots(face_index=spots.face_index[index], barycentric=spots.barycentric[index])


def lay_out(ground: Ground, spots: Spots) -> tuple[FloatArray, FloatArray]:
    """Return places (N, 3) mm and local spacings, 1 / sqrt(density), (N,) mm of points."""
    places, spacing_mm = np.empty((len(spots.face_index), 3)), np.empty(len(spots.face_index))
    least_per_mm2 = _LEAST_FILLED_FRACTION * float(ground.wanted_per_mm2.max())
    _locate(ground, spots.face_index, spots.barycentric, places, spacing_mm, least_per_mm2)
    return places, spacing_mm


def rim_mm(ground: Ground) -> FloatArray:
    """Return ends and middles of the edges at which the surface ends where something is wanted, (R, 3) mm; none where it is closed."""
    face, corner = np.nonzero((ground.neighbours < 0) & ground.open_face[:, None])
    ends_mm = (ground.vertices_mm[ground.faces[face, (corner + 1) % 3]], ground.vertices_mm[ground.faces[face, (corner + 2) % 3]])
    return np.vstack([*ends_mm, (ends_mm[0] + ends_mm[1]) / 2])


def join(first: Spots, second: Spots) -> Spots:
    """Return the points of both."""
    return Spots(np.concatenate([first.face_index, second.face_index]), np.concatenate([first.barycentric, second.barycentric]))


@njit(cache=True, nogil=True)
def walk_one(ground, face, weights, dx, dy, dz):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Move one point by a step along the surface; change `weights` and return its face.

    The step's part along the face is taken; at an edge what is left is turned into the next face about that edge.
    """
    gradients = ground.gradients_per_mm
    for _ in range(_MOST_CROSSINGS):
        # How far the step goes within this face, and through which edge.
        part, edge = 1.0, -1
        for k in range(3):
            move = gradients[face, k, 0] * dx + gradients[face, k, 1] * dy + gradients[face, k, 2] * dz
            if move < 0.0 and weights[k] < -move * part:
                part, edge = weights[k] / -move, k
        for k in range(3):
            move = gradients[face, k, 0] * dx + gradients[face, k, 1] * dy + gradients[face, k, 2] * dz
            weights[k] = max(0.0, weights[k] + part * move)
        if edge < 0:
            return face
        beyond = ground.neighbours[face, edge]
        if beyond < 0 or not ground.open_face[beyond]:
            _stay_inside(weights, edge)
            return face
        dx, dy, dz = _unfold(ground, face, edge, beyond, weights, (1.0 - part) * dx, (1.0 - part) * dy, (1.0 - part) * dz)
        face = beyond
    return face


@njit(cache=True, nogil=True)
def _stay_inside(weights, edge):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Keep a point that has come to an edge a hair inside it."""
    weights[edge] = _INSET
    total = weights[0] + weights[1] + weights[2]
    for k in range(3):
        weights[k] /= total


@njit(cache=True, nogil=True)
def _unfold(ground, face, edge, beyond, weights, dx, dy, dz):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Turn a step into the face beyond an edge and rewrite `weights` for it; return the step.

    Along the edge it stays as it is; across it, outward of this face becomes inward of the next.
    """
    first, second = (edge + 1) % 3, (edge + 2) % 3
    first_vertex, second_vertex = ground.faces[face, first], ground.faces[face, second]
    far = 0
    while far < 2 and (ground.faces[beyond, far] == first_vertex or ground.faces[beyond, far] == second_vertex):
        far += 1
    # Lengths along the edge, across it, and of the two inward directions.
    lengthwise = crosswise = edge_squared = out_squared = into_squared = 0.0
    for axis in range(3):
        step = dx if axis == 0 else (dy if axis == 1 else dz)
        along = ground.vertices_mm[second_vertex, axis] - ground.vertices_mm[first_vertex, axis]
        out, into = -ground.gradients_per_mm[face, edge, axis], ground.gradients_per_mm[beyond, far, axis]
        lengthwise, crosswise = lengthwise + along * step, crosswise + out * step
        edge_squared, out_squared, into_squared = edge_squared + along * along, out_squared + out * out, into_squared + into * into
    lengthwise /= edge_squared
    crosswise /= np.sqrt(out_squared * into_squared)
    first_weight, second_weight = weights[first], weights[second]
    for k in range(3):
        vertex = ground.faces[beyond, k]
        weights[k] = first_weight if vertex == first_vertex else (second_weight if vertex == second_vertex else 0.0)
    a, b, inward = ground.vertices_mm[first_vertex], ground.vertices_mm[second_vertex], ground.gradients_per_mm[beyond, far]
    return (
        lengthwise * (b[0] - a[0]) + crosswise * inward[0],
        lengthwise * (b[1] - a[1]) + crosswise * inward[1],
        lengthwise * (b[2] - a[2]) + crosswise * inward[2],
    )


@njit(cache=True, nogil=True)
def _locate(ground, face_index, barycentric, places, spacing_mm, least_per_mm2):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Write the place and the local spacing of each point."""
    for i in range(len(face_index)):
        corners = ground.faces[face_index[i]]
        x = y = z = density = 0.0
        for k in range(3):
            weight, vertex = barycentric[i, k], corners[k]
            x += weight * ground.vertices_mm[vertex, 0]
            y += weight * ground.vertices_mm[vertex, 1]
            z += weight * ground.vertices_mm[vertex, 2]
            density += weight * ground.filled_per_mm2[vertex]
        places[i, 0], places[i, 1], places[i, 2] = x, y, z
        spacing_mm[i] = 1.0 / np.sqrt(max(density, least_per_mm2))
