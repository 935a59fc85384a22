"""The nearest place of a surface to any point: boxes in a tree over triangles sorted along a space-filling curve."""

from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.domain.head import Mesh

LEAF_COUNT = 4
_CURVE_BITS = 20


class Nearest(NamedTuple):
    """For each point: the face that is nearest, the weights of its corners there (N, 3), and how far away it is."""

    face_index: IntArray
    barycentric: FloatArray
    distance_mm: FloatArray


class NearestFinder:
    """A surface prepared for questions of what is nearest."""

    def __init__(self, surface: Mesh) -> None:
        """Sort the faces and put boxes round them, two and two up to one."""
        corners = surface.vertices_mm[surface.faces]
        order = np.argsort(_curve(corners.mean(1)), kind="stable")
        leaves = max(1, -(-len(order) // LEAF_COUNT))
        width = 1 << (leaves - 1).bit_length()
        low, high = np.full((2 * width - 1, 3), np.inf), np.full((2 * width - 1, 3), -np.inf)
        padded = np.concatenate([order, np.repeat(order[-1:], leaves * LEAF_COUNT - len(order))])
        grouped = corners[padded].reshape(leaves, LEAF_COUNT * 3, 3)
        low[width - 1 : width - 1 + leaves], high[width - 1 : width - 1 + leaves] = grouped.min(1), grouped.max(1)
        start, count = width - 1, width
        while count > 1:
            parent = (start - 1) // 2
            low[parent:start] = low[start : start + count].reshape(-1, 2, 3).min(1)
            high[parent:start] = high[start : start + count].reshape(-1, 2, 3).max(1)
            start, count = parent, count // 2
        self._corners, self._order = np.ascontiguousarray(corners[padded]), padded.astype(np.int32)
        self._low, self._high, self._leaf_start = low, high, width - 1

    def find(self, points_mm: FloatArray, *, within_mm: float = np.inf) -> Nearest:
        """Return what is nearest to each point (N, 3); face -1 where nothing lies `within_mm`. [Ericson2004]"""
        count = len(points_mm)
        face_index, weights, squared = np.full(count, -1, np.int32), np.zeros((count, 3)), np.full(count, float(within_mm) ** 2)
        points = np.ascontiguousarray(points_mm, float)
        _search(points, (self._low, self._high, self._leaf_start), self._corners, self._order, (face_index, weights, squared))
        return Nearest(face_index, weights, np.sqrt(squared))


def _curve(points: FloatArray) -> IntArray:
    """Return the place of points along a space-filling curve (bits of x, y and z in turn)."""
    low = points.min(0)
    span = max(float((points.max(0) - low).max()), 1e-300)
    cells = np.minimum((points - low) / span * 2**_CURVE_BITS, 2**_CURVE_BITS - 1).astype(np.uint64)
    code = np.zeros(len(points), np.uint64)
    for bit in range(_CURVE_BITS):
        for axis in range(3):
            code |= ((cells[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(3 * bit + axis)
    return code  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _search(points, tree, corners, order, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    low, high, leaf_start = tree
    face_index, weights, squared = found
    stack, gaps = np.empty(128, np.int64), np.empty(128)
    for row in range(len(points)):
        point = points[row]
        stack[0], gaps[0], depth = 0, _gap(point, low[0], high[0]), 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            if gaps[depth] >= squared[row]:
                continue
            # A leaf: its few triangles are tried.
            if node >= leaf_start:
                first = (node - leaf_start) * LEAF_COUNT
                for place in range(first, min(first + LEAF_COUNT, len(order))):
                    u, v, w, away = _closest(point, corners[place])
                    if away < squared[row]:
                        squared[row], face_index[row] = away, order[place]
                        weights[row, 0], weights[row, 1], weights[row, 2] = u, v, w
                continue
            # A branch: the nearer half is looked at first.
            a, b = 2 * node + 1, 2 * node + 2
            gap_a, gap_b = _gap(point, low[a], high[a]), _gap(point, low[b], high[b])
            if gap_a < gap_b:
                a, b, gap_a, gap_b = b, a, gap_b, gap_a
            stack[depth], gaps[depth] = a, gap_a
            stack[depth + 1], gaps[depth + 1] = b, gap_b
            depth += 2


@njit(cache=True, nogil=True)
def _gap(point, low, high):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    total = 0.0
    for axis in range(3):
        out = max(low[axis] - point[axis], point[axis] - high[axis], 0.0)
        total += out * out
    return total


@njit(cache=True, nogil=True)
def _closest(point, corners):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    # Weights of the corners at the nearest place of one triangle, and its squared distance.
    a, b, c = corners[0], corners[1], corners[2]
    abx, aby, abz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    acx, acy, acz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    apx, apy, apz = point[0] - a[0], point[1] - a[1], point[2] - a[2]
    d1, d2 = abx * apx + aby * apy + abz * apz, acx * apx + acy * apy + acz * apz
    g11, g12, g22 = abx * abx + aby * aby + abz * abz, abx * acx + aby * acy + abz * acz, acx * acx + acy * acy + acz * acz
    d3, d4, d5, d6 = d1 - g11, d2 - g12, d1 - g12, d2 - g22
    va, vb, vc = d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2
    if d1 <= 0.0 and d2 <= 0.0:
        v, w = 0.0, 0.0
    elif d3 >= 0.0 and d4 <= d3:
        v, w = 1.0, 0.0
    elif d6 >= 0.0 and d5 <= d6:
        v, w = 0.0, 1.0
    elif vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        v, w = d1 / max(d1 - d3, 1e-300), 0.0
    elif vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        v, w = 0.0, d2 / max(d2 - d6, 1e-300)
    elif va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
        w = (d4 - d3) / max((d4 - d3) + (d5 - d6), 1e-300)
        v = 1.0 - w
    else:
        total = max(va + vb + vc, 1e-300)
        v, w = vb / total, vc / total
    # How far the place a + v ab + w ac is.
    x, y, z = apx - v * abx - w * acx, apy - v * aby - w * acy, apz - v * abz - w * acz
    return 1.0 - v - w, v, w, x * x + y * y + z * z
