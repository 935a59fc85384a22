"""Rays against triangles: a tree of boxes, and whether anything is in the way.

Only the demo needs to ask what light reaches a point, so this stays here; drawing a mesh into a photo's pixels is
`scalp.geometry.raster`'s.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray
from scalp.domain.head import Mesh

LEAF_COUNT = 4
BINS_COUNT = 12
STACK_COUNT = 64


class BoxTree(NamedTuple):
    """A binary tree of boxes: `first` is the left child (right is one further) or, where `faces_count` > 0, the first corner row."""

    low: Float32Array
    high: Float32Array
    first: IntArray
    faces_count: IntArray
    corners: Float32Array
    """(F, 9): a corner and two edges of each triangle, in the order of the leaves."""
    order: IntArray
    """(F,): which face of the mesh each row of `corners` is."""


@njit(cache=True, nogil=True)
def _bounds(low, high, order, start, end):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the box around the boxes start..end of `order`."""
    box = np.empty((2, 3), np.float32)
    box[0] = np.inf
    box[1] = -np.inf
    for row in range(start, end):
        for axis in range(3):
            box[0, axis] = min(box[0, axis], low[order[row], axis])
            box[1, axis] = max(box[1, axis], high[order[row], axis])
    return box


@njit(cache=True, nogil=True)
def _half_area(box):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return half the area of a box, 0 for an empty one."""
    x, y, z = box[1, 0] - box[0, 0], box[1, 1] - box[0, 1], box[1, 2] - box[0, 2]
    return x * y + y * z + z * x if x >= 0 else 0.0


@njit(cache=True, nogil=True)
def _best_bin(low, high, middle, order, span):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return (axis, threshold) of the cheapest of the bin edges by the surface area heuristic; axis -1 if none parts."""
    start, end = span
    centres = _bounds(middle, middle, order, start, end)
    axis = 0
    for other in range(1, 3):
        if centres[1, other] - centres[0, other] > centres[1, axis] - centres[0, axis]:
            axis = other
    extent = centres[1, axis] - centres[0, axis]
    if extent <= 0:
        return -1, np.float32(0.0)
    counts = np.zeros(BINS_COUNT, np.int64)
    boxes = np.empty((BINS_COUNT, 2, 3), np.float32)
    boxes[:, 0] = np.inf
    boxes[:, 1] = -np.inf
    for row in range(start, end):
        face = order[row]
        slot = min(BINS_COUNT - 1, int((middle[face, axis] - centres[0, axis]) / extent * BINS_COUNT))
        counts[slot] += 1
        boxes[slot, 0] = np.minimum(boxes[slot, 0], low[face])
        boxes[slot, 1] = np.maximum(boxes[slot, 1], high[face])
    best, best_cost = -1, np.inf
    for edge in range(1, BINS_COUNT):
        cost = 0.0
        for side in range(2):
            box = np.empty((2, 3), np.float32)
            box[0] = np.inf
            box[1] = -np.inf
            number = 0
            for slot in range(0 if side == 0 else edge, edge if side == 0 else BINS_COUNT):
                number += counts[slot]
                box[0] = np.minimum(box[0], boxes[slot, 0])
                box[1] = np.maximum(box[1], boxes[slot, 1])
            cost += _half_area(box) * number
        if cost < best_cost:
            best, best_cost = edge, cost
    return axis, np.float32(centres[0, axis] + extent * best / BINS_COUNT)


@njit(cache=True, nogil=True)
def _part(middle, order, span, axis, threshold):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Reorder start..end of `order` so that those below the threshold come first; return where the others start."""
    left, right = span[0], span[1] - 1
    while left <= right:
        if middle[order[left], axis] < threshold:
            left += 1
        else:
            order[left], order[right] = order[right], order[left]
            right -= 1
    return left


@njit(cache=True, nogil=True)
def _grow(low, high, middle):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Grow the tree over boxes (F, 3); returns the arrays of a `BoxTree`."""
    faces_count = len(low)
    order = np.arange(faces_count).astype(np.int32)
    node_low = np.empty((2 * faces_count + 1, 3), np.float32)
    node_high = np.empty((2 * faces_count + 1, 3), np.float32)
    first = np.zeros(2 * faces_count + 1, np.int32)
    count = np.zeros(2 * faces_count + 1, np.int32)
    spans = np.empty((2 * faces_count + 1, 2), np.int32)
    spans[0, 0], spans[0, 1] = 0, faces_count
    nodes_count = 1
    node = 0
    while node < nodes_count:
        start, end = spans[node]
        box = _bounds(low, high, order, start, end)
        node_low[node], node_high[node] = box[0], box[1]
        axis = -1
        threshold = np.float32(0.0)
        if end - start > LEAF_COUNT:
            axis, threshold = _best_bin(low, high, middle, order, (start, end))
        middle_row = _part(middle, order, (start, end), axis, threshold) if axis >= 0 else start
        if end - start > LEAF_COUNT and middle_row in (start, end):
            middle_row = (start + end) // 2
        if end - start > LEAF_COUNT:
            first[node] = nodes_count
            spans[nodes_count, 0], spans[nodes_count, 1] = start, middle_row
            spans[nodes_count + 1, 0], spans[nodes_count + 1, 1] = middle_row, end
            nodes_count += 2
        else:
            first[node], count[node] = start, end - start
        node += 1
    return node_low[:nodes_count], node_high[:nodes_count], first[:nodes_count], count[:nodes_count], order


def plant_tree(mesh: Mesh) -> BoxTree:
    """Return the tree of boxes over the triangles of a mesh."""
    corners = mesh.vertices_mm[mesh.faces].astype(np.float32)
    low, high = corners.min(axis=1), corners.max(axis=1)
    node_low, node_high, first, count, order = _grow(low, high, corners.mean(axis=1))
    sorted_corners = corners[order]
    edges = np.concatenate(
        [sorted_corners[:, 0], sorted_corners[:, 1] - sorted_corners[:, 0], sorted_corners[:, 2] - sorted_corners[:, 0]], axis=1
    )
    return BoxTree(node_low.copy(), node_high.copy(), first.copy(), count.copy(), np.ascontiguousarray(edges), order)


@njit(cache=True, nogil=True)
def _meet_triangle(corner, origin, way):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return (distance, u, v) of a ray and a triangle, distance -1 where they miss. [Moeller1997]"""
    px = way[1] * corner[8] - way[2] * corner[7]
    py = way[2] * corner[6] - way[0] * corner[8]
    pz = way[0] * corner[7] - way[1] * corner[6]
    determinant = corner[3] * px + corner[4] * py + corner[5] * pz
    if abs(determinant) < 1e-12:
        return -1.0, 0.0, 0.0
    inverse = 1.0 / determinant
    tx, ty, tz = origin[0] - corner[0], origin[1] - corner[1], origin[2] - corner[2]
    u = (tx * px + ty * py + tz * pz) * inverse
    if u < 0.0 or u > 1.0:
        return -1.0, 0.0, 0.0
    qx, qy, qz = ty * corner[5] - tz * corner[4], tz * corner[3] - tx * corner[5], tx * corner[4] - ty * corner[3]
    v = (way[0] * qx + way[1] * qy + way[2] * qz) * inverse
    if v < 0.0 or u + v > 1.0:
        return -1.0, 0.0, 0.0
    return (corner[6] * qx + corner[7] * qy + corner[8] * qz) * inverse, u, v


@njit(cache=True, nogil=True)
def _enters(low, high, origin, inverse_way, far):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return where a ray enters a box, or infinity where it misses it or enters beyond `far`."""
    near, away = 0.0, far
    for axis in range(3):
        one = (low[axis] - origin[axis]) * inverse_way[axis]
        two = (high[axis] - origin[axis]) * inverse_way[axis]
        near, away = max(near, min(one, two)), min(away, max(one, two))
    return near if near <= away else np.inf


@njit(cache=True, nogil=True)
def blocked_one(tree, origin, way, far, stack):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return the row of the first triangle found within `far` mm of one ray, -1 if the way is free."""
    inverse_way = (1.0 / (way[0] + 1e-20), 1.0 / (way[1] + 1e-20), 1.0 / (way[2] + 1e-20))
    stack[0], depth = 0, 1
    while depth > 0:
        depth -= 1
        node = stack[depth]
        if _enters(tree.low[node], tree.high[node], origin, inverse_way, far) == np.inf:
            continue
        if tree.faces_count[node] == 0:
            stack[depth], stack[depth + 1] = tree.first[node], tree.first[node] + 1
            depth += 2
        for row in range(tree.first[node], tree.first[node] + tree.faces_count[node]):
            distance, _, _ = _meet_triangle(tree.corners[row], origin, way)
            if 1e-3 < distance < far:
                return row
    return -1


@njit(cache=True, nogil=True)
def _blocked_band(tree, origins, ways, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (N,) with whether anything is met by rays (N, 3)."""
    stack = np.empty(STACK_COUNT, np.int32)
    for ray in range(len(ways)):
        out[ray] = blocked_one(tree, origins[ray], ways[ray], 1e9, stack) >= 0


def blocked(tree: BoxTree, origins_mm: FloatArray, ways: FloatArray) -> BoolArray:
    """Return whether anything is met by each ray (N, 3) from its own origin (N, 3)."""
    out = np.empty(len(ways), np.bool_)
    _blocked_band(tree, origins_mm, ways, out)
    return out
