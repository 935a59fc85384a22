"""Who lies near whom: neighbour lists of points on a surface, with a reach of their own for each point.

Euclidean distance with a check of the normals, so that the two sides of a thin part do not see each other. Only lists;
what is done with them is elimination's, session splitting's and relaxation's business.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.placement.sharing import shared

_MIX_X, _MIX_Y, _MIX_Z = 73856093, 19349663, 83492791


class Grid(NamedTuple):
    """Points sorted into cells of a hashed grid: bucket b holds `member[first[b]:first[b + 1]]`.

    `cell_key` and `places_mm` are in the order of `member`, so that a bucket is read in one go.
    """

    cell_mm: float
    first: IntArray
    member: IntArray
    cell_key: npt.NDArray[np.int64]
    places_mm: FloatArray


class Neighbours(NamedTuple):
    """Lists in rows: the neighbours of point i are `other[start[i]:start[i + 1]]`."""

    start: npt.NDArray[np.int64]
    other: IntArray


def find_neighbours(points_mm: FloatArray, normals: FloatArray, reach_mm: FloatArray) -> Neighbours:
    """Return for each point (N, 3) all others within its own reach (N,) and on the same side of the surface."""
    grid = _sort_into_cells(points_mm, float(np.median(reach_mm)) if len(reach_mm) else 1.0)
    parts = shared(len(points_mm), lambda first, beyond: _list_neighbours(points_mm, normals, reach_mm, grid, first, beyond))
    counts = np.concatenate([part[0] for part in parts])
    start = np.zeros(len(points_mm) + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    return Neighbours(start=start, other=np.concatenate([part[1] for part in parts]))


@njit(cache=True, nogil=True)
def _bucket(x: int, y: int, z: int, mask: int) -> int:
    """Return the bucket of a cell."""
    return ((x * _MIX_X) ^ (y * _MIX_Y) ^ (z * _MIX_Z)) & mask


@njit(cache=True, nogil=True)
def _key(x: int, y: int, z: int) -> int:
    """Return a number that no other cell within two million cells has."""
    return ((x + 1048576) << 42) | ((y + 1048576) << 21) | (z + 1048576)


@njit(cache=True, nogil=True)
def _sort_into_cells(points_mm, cell_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Sort points into a hashed grid with at least as many buckets as points."""
    count = len(points_mm)
    bits = 4
    while (1 << bits) < count:
        bits += 1
    mask = (1 << bits) - 1
    key = np.empty(count, np.int64)
    bucket = np.empty(count, np.int32)
    start = np.zeros(mask + 2, np.int32)
    for i in range(count):
        x = int(np.floor(points_mm[i, 0] / cell_mm))
        y = int(np.floor(points_mm[i, 1] / cell_mm))
        z = int(np.floor(points_mm[i, 2] / cell_mm))
        key[i] = _key(x, y, z)
        bucket[i] = _bucket(x, y, z, mask)
        start[bucket[i] + 1] += 1
    for b in range(mask + 1):
        start[b + 1] += start[b]
    member, cell_key, places_mm = np.empty(count, np.int32), np.empty(count, np.int64), np.empty((count, 3))
    filled = start[:-1].copy()
    for i in range(count):
        place = filled[bucket[i]]
        member[place], cell_key[place] = i, key[i]
        places_mm[place] = points_mm[i]
        filled[bucket[i]] += 1
    return Grid(cell_mm, start, member, cell_key, places_mm)


@njit(cache=True, nogil=True)
def _cell(place_mm, grid):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the cell of one coordinate."""
    return int(np.floor(place_mm / grid.cell_mm))


@njit(cache=True, nogil=True)
def _list_neighbours(points_mm, normals, reach_mm, grid, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """List the neighbours of points `first` to `beyond`, with their counts: cells within reach, then distance, then side."""
    mask = len(grid.first) - 2
    counts = np.empty(beyond - first, np.int64)
    index = np.empty(24 * (beyond - first) + 64, np.int32)
    filled = 0
    for i in range(first, beyond):
        before = filled
        x, y, z, reach = points_mm[i, 0], points_mm[i, 1], points_mm[i, 2], reach_mm[i]
        # Cells that the reach touches, z fastest.
        low_y, low_z, high_y, high_z = _cell(y - reach, grid), _cell(z - reach, grid), _cell(y + reach, grid), _cell(z + reach, grid)
        cx, cy, cz = _cell(x - reach, grid), low_y, low_z - 1
        for _ in range((_cell(x + reach, grid) - cx + 1) * (high_y - low_y + 1) * (high_z - low_z + 1)):
            cz += 1
            if cz > high_z:
                cy, cz = cy + 1, low_z
            if cy > high_y:
                cx, cy = cx + 1, low_y
            key = _key(cx, cy, cz)
            bucket = _bucket(cx, cy, cz, mask)
            # Their points.
            for m in range(grid.first[bucket], grid.first[bucket + 1]):
                dx, dy, dz = grid.places_mm[m, 0] - x, grid.places_mm[m, 1] - y, grid.places_mm[m, 2] - z
                if grid.cell_key[m] != key or dx * dx + dy * dy + dz * dz >= reach * reach:
                    continue
                j = grid.member[m]
                if j == i:
                    continue
                if normals[i, 0] * normals[j, 0] + normals[i, 1] * normals[j, 1] + normals[i, 2] * normals[j, 2] <= 0.0:
                    continue
                if filled == len(index):
                    grown = np.empty(2 * len(index), np.int32)
                    grown[:filled] = index
                    index = grown
                index[filled] = j
                filled += 1
        counts[i - first] = filled - before
    return counts, index[:filled]
