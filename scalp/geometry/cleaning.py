"""A scanned surface made whole: corners joined, needless faces dropped, edges of at most two faces, one way round, loose pieces off.

Every verb returns which faces are kept or how corners are renamed, so that what lies on the faces (a texture) can follow.
Holes are `filling`'s, fewer triangles `decimation`'s.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from scalp.base import BadMesh, BoolArray, FloatArray
from scalp.domain.head import Mesh

IndexArray: TypeAlias = npt.NDArray[np.signedinteger[Any]]

WELD_FRACTION = 1e-6
"""Corners nearer than this part of the surface's extent are one corner."""


class Cleaned(NamedTuple):
    """A surface and, for each of its faces, which face of the raw one it was and whether it was turned over."""

    surface: Mesh
    source_index: IndexArray
    turned: BoolArray


def clean(places: FloatArray, faces: IndexArray) -> Cleaned:
    """Return a surface whose edges have one or two faces that run the same way round; volume outward where it is closed.

    Corners at one place are joined; faces without area, given twice, or third at an edge (the smallest) are dropped; where
    pieces touch in a single corner it is doubled. Which way out is decided piece by piece.
    """
    corner = _welded(places)
    source = np.flatnonzero(_sound(places, corner[faces]))
    if not len(source):
        raise BadMesh("scan", "without area", "a surface of triangles", "Export the scan again.")
    source = source[_two_at_an_edge(places, corner[faces[source]])]
    joined = corner[faces[source]]
    turned = _turned(joined)
    joined[turned] = joined[turned][:, ::-1]
    surface = _split_corners(places, joined)
    inward = _inward(surface)
    flipped = surface.faces.copy()
    flipped[inward] = flipped[inward][:, ::-1]
    return Cleaned(Mesh(vertices_mm=surface.vertices_mm, faces=flipped), source.astype(np.int32), turned ^ inward)


def _welded(places: FloatArray) -> IndexArray:
    """Return for each corner the first corner at its place, (V,)."""
    low = places.min(0)
    step = WELD_FRACTION * max(float((places.max(0) - low).max()), 1e-300)
    cells = np.round((places - low) / step).astype(np.int64)
    keys = (cells[:, 0] << 42) | (cells[:, 1] << 21) | cells[:, 2]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first[inverse].astype(np.int32)


def _sound(places: FloatArray, faces: IndexArray) -> BoolArray:
    """Tell which faces have three corners, area, and no earlier double."""
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    corners = places[faces]
    doubled = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    kept = distinct & (doubled > 0.0)
    alive = np.flatnonzero(kept)
    _, first = np.unique(np.sort(faces[alive], axis=1), axis=0, return_index=True)
    single = np.zeros(len(faces), bool)
    single[alive[first]] = True
    return np.asarray(kept & single)


def _edge_keys(faces: IndexArray) -> IndexArray:
    """Return a number for each edge of each face, (3F,): edge k of face f, from corner k to the next, at 3f + k."""
    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], -1).reshape(-1, 2), axis=1).astype(np.int64)
    return np.asarray(ends[:, 0] * (int(faces.max()) + 1) + ends[:, 1])


def _two_at_an_edge(places: FloatArray, faces: IndexArray) -> IndexArray:
    """Return the faces that are left once every edge has at most two: the smallest go."""
    kept = np.arange(len(faces))
    while True:
        keys = _edge_keys(faces[kept])
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        crowded = np.flatnonzero(counts[inverse] > 2)
        if not len(crowded):
            return kept
        owner = crowded // 3
        corners = places[faces[kept[owner]]]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        # The smallest face of each crowded edge goes, then edges are counted again.
        order = np.lexsort((area, inverse[crowded]))
        first = np.r_[True, np.diff(inverse[crowded][order]) != 0]
        kept = np.delete(kept, np.unique(owner[order[first]]))


def shared_edges(faces: IndexArray) -> tuple[IndexArray, IndexArray, BoolArray]:
    """Return pairs of face edges (3f + k) that are one edge, and whether the two faces run the same way round."""
    keys = _edge_keys(faces)
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    first, second = order[same], order[same + 1]
    start = faces.reshape(-1)
    return first, second, np.asarray(start[first] != start[second])


def _turned(faces: IndexArray) -> BoolArray:
    """Tell which faces to turn over so that neighbours run the same way round; a one-sided piece stays as it is."""
    first, second, alike = shared_edges(faces)
    count = len(faces)
    a, b = first // 3, second // 3
    across = np.where(alike, b, b + count)
    rows, cols = np.concatenate([a, a + count]), np.concatenate([across, (across + count) % (2 * count)])
    _, label = connected_components(
        sp.coo_matrix((np.ones(len(rows), np.int8), (rows, cols)), shape=(2 * count, 2 * count)), directed=False
    )
    plain, over = label[:count], label[count:]
    # Of the two ways round of a piece the one that turns fewer faces over is taken.
    usual = np.bincount(plain, minlength=int(label.max()) + 1)
    return np.asarray((plain != over) & ((usual[over] > usual[plain]) | ((usual[over] == usual[plain]) & (over < plain))))


def _split_corners(places: FloatArray, faces: IndexArray) -> Mesh:
    """Return the surface with each corner once for every fan of faces round it, corners without faces left out."""
    first, second, alike = shared_edges(faces)
    first, second = first[alike], second[alike]
    follow = np.array([1, 2, 0])

    def end(edge: IndexArray) -> IndexArray:
        return np.asarray(edge // 3 * 3 + follow[edge % 3])

    rows, cols = np.concatenate([first, end(first)]), np.concatenate([end(second), second])
    count = 3 * len(faces)
    _, label = connected_components(sp.coo_matrix((np.ones(len(rows), np.int8), (rows, cols)), shape=(count, count)), directed=False)
    _, one = np.unique(label, return_index=True)
    return Mesh(vertices_mm=places[faces.reshape(-1)[one]], faces=label.reshape(-1, 3).astype(np.int32))


def pieces(surface: Mesh) -> IndexArray:
    """Return which connected piece each face belongs to, (F,), the piece of the largest area first."""
    first, second, _ = shared_edges(surface.faces)
    count = len(surface.faces)
    graph = sp.coo_matrix((np.ones(len(first), np.int8), (first // 3, second // 3)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    corners = surface.vertices_mm[surface.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    rank = np.argsort(-np.bincount(label, area), kind="stable")
    place = np.empty(len(rank), np.int32)
    place[rank] = np.arange(len(rank))
    return np.asarray(place[label])


def _inward(surface: Mesh) -> BoolArray:
    """Tell which faces belong to a piece whose faces look inward, as seen from its own middle."""
    label = pieces(surface)
    corners = surface.vertices_mm[surface.faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    weights = np.linalg.norm(crosses, axis=1)
    share = np.maximum(np.bincount(label, weights), 1e-300)
    middles = corners.mean(1)
    centre = np.column_stack([np.bincount(label, weights * middles[:, axis]) / share for axis in range(3)])
    outward = np.bincount(label, np.einsum("fd,fd->f", crosses, middles - centre[label]))
    return np.asarray(outward[label] < 0)


def kept_faces(surface: Mesh, kept: BoolArray) -> Mesh:
    """Return the part of a surface that consists of some of its faces, corners without faces left out."""
    faces = surface.faces[kept]
    used, inverse = np.unique(faces, return_inverse=True)
    return Mesh(vertices_mm=surface.vertices_mm[used], faces=inverse.reshape(-1, 3).astype(np.int32))


def cut_away(surface: Mesh, height: FloatArray) -> Mesh:
    """Return the part of a surface where a field of its corners (V,) is above 0, faces across it cut along 0."""
    faces = surface.faces
    above = height[faces] > 0
    count = above.sum(1)
    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], -1).reshape(-1, 2), axis=1)
    edges, inverse = np.unique(ends, axis=0, return_inverse=True)
    a, b = height[edges[:, 0]], height[edges[:, 1]]
    crossed = (a > 0) != (b > 0)
    share = (a[crossed] / (a[crossed] - b[crossed]))[:, None]
    middle = np.full(len(edges), -1, np.int64)
    middle[crossed] = len(surface.vertices_mm) + np.arange(crossed.sum())
    new = surface.vertices_mm[edges[crossed, 0]] * (1 - share) + surface.vertices_mm[edges[crossed, 1]] * share
    side = middle[inverse.reshape(-1, 3)]
    parts = [faces[count == 3]]
    for turn in range(3):
        f, m, up = (np.roll(array, -turn, axis=1) for array in (faces, side, above))
        one, two = (count == 1) & up[:, 0], (count == 2) & ~up[:, 0]
        parts.append(np.column_stack([f[one, 0], m[one, 0], m[one, 2]]))
        parts.append(np.column_stack([m[two, 0], f[two, 1], f[two, 2]]))
        parts.append(np.column_stack([m[two, 0], f[two, 2], m[two, 2]]))
    whole = Mesh(vertices_mm=np.vstack([surface.vertices_mm, new]), faces=np.vstack(parts).astype(np.int32))
    return kept_faces(whole, np.ones(len(whole.faces), bool))


def rims(surface: Mesh) -> list[IndexArray]:
    """Return the open edges of a clean surface as loops of corners, each in the direction in which its faces run."""
    first, second, _ = shared_edges(surface.faces)
    open_edge = np.ones(3 * len(surface.faces), bool)
    open_edge[first] = open_edge[second] = False
    edges = np.flatnonzero(open_edge)
    start, end = surface.faces.reshape(-1)[edges], np.roll(surface.faces, -1, axis=1).reshape(-1)[edges]
    following = dict(zip(start.tolist(), end.tolist(), strict=True))
    loops: list[IndexArray] = []
    while following:
        corner, onward = following.popitem()
        loop = [corner]
        while onward != corner and onward in following:
            loop.append(onward)
            onward = following.pop(onward)
        if onward == corner:
            loops.append(np.array(loop, np.int32))
    return loops
