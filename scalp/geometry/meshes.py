"""Triangle meshes: spheres, normals, areas, neighbours. Shape only; what lies on a mesh is other rooms' business."""

from functools import cache

import numpy as np
import scipy.sparse as sp

from scalp.base import BadMesh, FloatArray, IntArray
from scalp.domain.head import Mesh

MOST_SUBDIVISIONS = 8


@cache
def icosphere(subdivisions_count: int) -> Mesh:
    """Return the unit sphere as an icosahedron divided `subdivisions_count` times: 20 * 4^n faces, 10 * 4^n + 2 vertices.

    >>> len(icosphere(6).faces)
    81920
    """
    if not 0 <= subdivisions_count <= MOST_SUBDIVISIONS:
        raise BadMesh("subdivisions_count", subdivisions_count, f"0 to {MOST_SUBDIVISIONS}", "6 gives 1.3 mm on a head.")
    golden = (1 + 5**0.5) / 2
    corners = np.array([[-1, golden, 0], [1, golden, 0], [-1, -golden, 0], [1, -golden, 0]], float)
    vertices = np.vstack([corners, np.roll(corners, 1, axis=1), np.roll(corners, 2, axis=1)])
    vertices /= np.linalg.norm(vertices[0])
    sides = np.linalg.norm(vertices[:, None] - vertices[None], axis=2)
    near = (sides > 0) & (sides < 1.01 * sides[sides > 0].min())
    faces = [(a, b, c) for a in range(12) for b in range(a + 1, 12) for c in range(b + 1, 12) if near[a, b] and near[b, c] and near[a, c]]
    triangles = _outward(vertices, np.array(faces, np.int32))
    for _ in range(subdivisions_count):
        vertices, triangles = _divide(vertices, triangles)
        vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    return Mesh(vertices_mm=vertices, faces=triangles)


def _outward(vertices: FloatArray, faces: IntArray) -> IntArray:
    """Turn each face so that its normal points away from the origin."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = np.einsum("fd,fd->f", normals, corners.mean(1)) < 0
    faces = faces.copy()
    faces[inward] = faces[inward][:, ::-1]
    return faces


def _divide(vertices: FloatArray, faces: IntArray) -> tuple[FloatArray, IntArray]:
    """Split each triangle into four at the middles of its edges."""
    edges = np.sort(faces[:, [1, 2, 2, 0, 0, 1]].reshape(-1, 2), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    middle = (len(vertices) + index.reshape(-1, 3)).astype(np.int32)
    vertices = np.vstack([vertices, vertices[unique].mean(1)])
    a, b, c = faces.T
    opposite_a, opposite_b, opposite_c = middle.T
    split = [(a, opposite_c, opposite_b), (b, opposite_a, opposite_c), (c, opposite_b, opposite_a), (opposite_a, opposite_b, opposite_c)]
    return vertices, np.vstack([np.column_stack(part) for part in split]).astype(np.int32)


def face_crosses_mm2(mesh: Mesh) -> FloatArray:
    """Return the cross product of two sides of each face, (F, 3): its direction is outward, its length twice the area."""
    corners = mesh.vertices_mm[mesh.faces]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def face_normals(mesh: Mesh) -> FloatArray:
    """Return the outward unit normal of each face, (F, 3)."""
    crosses = face_crosses_mm2(mesh)
    return np.asarray(crosses / np.maximum(np.linalg.norm(crosses, axis=1, keepdims=True), 1e-300))


def vertex_normals(mesh: Mesh) -> FloatArray:
    """Return the area-weighted unit normal of each vertex, (V, 3)."""
    summed = _gather(mesh, np.repeat(face_crosses_mm2(mesh)[:, None], 3, axis=1))
    return np.asarray(summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-300))


def face_areas_mm2(mesh: Mesh) -> FloatArray:
    """Return the area of each face, (F,)."""
    return np.asarray(np.linalg.norm(face_crosses_mm2(mesh), axis=1) / 2)


def vertex_areas_mm2(mesh: Mesh) -> FloatArray:
    """Return a third of the area of the faces around each vertex, (V,); they add up to the whole surface."""
    return _gather(mesh, np.repeat(face_areas_mm2(mesh)[:, None, None] / 3, 3, axis=1))[:, 0]


def _gather(mesh: Mesh, of_corners: FloatArray) -> FloatArray:
    """Add up (F, 3, D) values of face corners at their vertices, (V, D)."""
    count = len(mesh.vertices_mm)
    index = mesh.faces.reshape(-1)
    flat = of_corners.reshape(len(index), -1)
    return np.column_stack([np.bincount(index, flat[:, axis], minlength=count) for axis in range(flat.shape[1])])


def neighbour_faces(mesh: Mesh) -> IntArray:
    """Return the face across the edge opposite to each corner, (F, 3) int32; -1 where the surface ends there."""
    count = len(mesh.faces)
    edges = np.sort(mesh.faces[:, [[1, 2], [2, 0], [0, 1]]].reshape(-1, 2), axis=1).astype(np.int64)
    keys = edges[:, 0] * (len(mesh.vertices_mm) + 1) + edges[:, 1]
    order = np.argsort(keys, kind="stable")
    twins = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    across = np.full(3 * count, -1, np.int32)
    first, second = order[twins], order[twins + 1]
    across[first], across[second] = second // 3, first // 3
    return across.reshape(count, 3)


def edge_graph(mesh: Mesh) -> sp.csr_matrix:
    """Return the lengths of all edges in mm as a symmetric sparse matrix (V, V)."""
    count = len(mesh.vertices_mm)
    edges = np.unique(np.sort(mesh.faces[:, [1, 2, 2, 0, 0, 1]].reshape(-1, 2), axis=1), axis=0)
    lengths_mm = np.linalg.norm(mesh.vertices_mm[edges[:, 0]] - mesh.vertices_mm[edges[:, 1]], axis=1)
    one_way = sp.csr_matrix((lengths_mm, (edges[:, 0], edges[:, 1])), shape=(count, count))
    return sp.csr_matrix(one_way + one_way.T)
