"""Who lies near whom: neighbour lists of points on a surface, with a reach of their own for each point.

Euclidean distance with a check of the normals, so that the two sides of a thin part do not see each other. Only lists;
what is done with them is elimination's and session splitting's business.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.placement.cells import gather_around, sort_into_cells
from scalp.placement.sharing import shared

_CELL_REACHES = 1.4
"""Side of a cell in reaches: wider ones are quicker to find, narrower ones hold fewer points out of reach."""
_SLACK = 64
_LOOSE = {"reassoc", "nsz", "contract", "arcp"}
"""What the compiler may do to a sum, so that it works on many points at once."""


class Neighbours(NamedTuple):
    """Lists in rows: the neighbours of point i are `other[start[i]:start[i + 1]]`."""

    start: npt.NDArray[np.int64]
    other: IntArray


def find_neighbours(points_mm: FloatArray, normals: FloatArray, reach_mm: FloatArray) -> Neighbours:
    """Return for each point (N, 3) all others within its own reach (N,) and on the same side of the surface."""
    order, near = find_neighbours_in_cells(points_mm, normals, reach_mm)
    start = np.zeros(len(points_mm) + 1, np.int64)
    start[1 + order] = np.diff(near.start)
    np.cumsum(start, out=start)
    other = np.empty_like(near.other)
    shared(len(points_mm), partial(_rename, order, near, start, other))
    return Neighbours(start=start, other=other)


def find_neighbours_in_cells(points_mm: FloatArray, normals: FloatArray, reach_mm: FloatArray) -> tuple[IntArray, Neighbours]:
    """Return the points' order by cells, and the neighbours of all in that order: what is near lies near in memory, too."""
    cells = sort_into_cells(points_mm, normals, reach_mm, _CELL_REACHES * float(np.median(reach_mm)) if len(reach_mm) else 1.0)
    columns = np.empty((4, len(points_mm)), np.float32)
    for axis in range(3):
        columns[axis] = points_mm[cells.order, axis]
    columns[3] = reach_mm[cells.order] ** -2.0
    own_normals = normals[cells.order] if cells.mixed.any() else np.empty((0, 3))
    cells_count = len(cells.first) - 1
    counts = np.empty(len(points_mm), np.int32)
    shared(cells_count, partial(_count, cells, columns, own_normals, counts))
    start = np.zeros(len(points_mm) + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    near = Neighbours(start=start, other=np.empty(start[-1], np.int32))
    shared(cells_count, partial(_list, cells, columns, own_normals, near))
    return cells.order, near


@njit(cache=True, nogil=True, fastmath=_LOOSE)
def _measure(near, count, own, squared):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Write the squared distances from one point to `count` others, in units of its reach."""
    x, y, z, unit = own[0], own[1], own[2], own[3]
    xs, ys, zs = near[0], near[1], near[2]
    for k in range(count):
        dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
        squared[k] = (dx * dx + dy * dy + dz * dz) * unit


@njit(cache=True, nogil=True)
def _name_around(cells, cell, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Write which points lie around a cell, by their places in the order of the cells."""
    filled = 0
    for m in range(cells.around_start[cell], cells.around_start[cell + 1]):
        for a in range(cells.first[cells.around[m]], cells.first[cells.around[m] + 1]):
            index[filled] = a
            filled += 1


@njit(cache=True, nogil=True)
def _leave_out(normals, index, count, a, squared):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Put out of reach what faces away from point a."""
    for k in range(count):
        j = index[k]
        if normals[a, 0] * normals[j, 0] + normals[a, 1] * normals[j, 1] + normals[a, 2] * normals[j, 2] <= 0.0:
            squared[k] = 2.0


@njit(cache=True, nogil=True)
def _within(squared, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return how many are within reach."""
    found, one = 0, np.float32(1.0)
    for k in range(count):
        found += 1 if squared[k] < one else 0
    return found


@njit(cache=True, nogil=True)
def _count(cells, columns, normals, counts, first_cell, beyond_cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Count the neighbours of the points of cells `first_cell` to `beyond_cell`."""
    near, index = np.empty((4, cells.most_around_count + _SLACK), np.float32), np.empty(cells.most_around_count, np.int32)
    squared = np.empty(cells.most_around_count + _SLACK, np.float32)
    for c in range(first_cell, beyond_cell):
        count = gather_around(cells, c, columns, near)
        if cells.mixed[c]:
            _name_around(cells, c, index)
        for a in range(cells.first[c], cells.first[c + 1]):
            _measure(near, count, columns[:, a], squared)
            if cells.mixed[c]:
                _leave_out(normals, index, count, a, squared)
            counts[a] = _within(squared, count) - 1


@njit(cache=True, nogil=True)
def _list(cells, columns, normals, lists, first_cell, beyond_cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """List the neighbours of the points of cells `first_cell` to `beyond_cell`."""
    near, index = np.empty((4, cells.most_around_count + _SLACK), np.float32), np.empty(cells.most_around_count, np.int32)
    squared, found = np.empty(cells.most_around_count + _SLACK, np.float32), np.empty(cells.most_around_count + 1, np.int32)
    one = np.float32(1.0)
    for c in range(first_cell, beyond_cell):
        count = gather_around(cells, c, columns, near)
        _name_around(cells, c, index)
        for a in range(cells.first[c], cells.first[c + 1]):
            _measure(near, count, columns[:, a], squared)
            if cells.mixed[c]:
                _leave_out(normals, index, count, a, squared)
            filled = 0
            for k in range(count):
                found[filled] = index[k]
                filled += 1 if (squared[k] < one) & (index[k] != a) else 0
            start = lists.start[a]
            for m in range(filled):
                lists.other[start + m] = found[m]


@njit(cache=True, nogil=True)
def _rename(order, near, start, other, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Copy the lists of places `first` to `beyond` to where their points have them, by the points' own numbers."""
    for a in range(first, beyond):
        shift = start[order[a]] - near.start[a]
        for m in range(near.start[a], near.start[a + 1]):
            other[m + shift] = order[near.other[m]]
