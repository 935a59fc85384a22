"""Points of a surface sorted into cubic cells, and which cells lie around each.

Blocks of 4 x 4 x 4 cells stand in a small hash table, so that a look-up stays in the cache. What is looked for among the
points around is the business of neighbour lists and of relaxation.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray
from scalp.placement.sharing import shared

_MIX_X, _MIX_Y, _MIX_Z = 73856093, 19349663, 83492791
_IN_BLOCK = 64
_EMPTY = -1
_FIRST_BLOCKS_COUNT = 1024
_FARTHEST = 1 << 20
"""No block is farther from the origin than this many; what lies beyond is put into the last."""


class Cells(NamedTuple):
    """The members of cell c are `order[first[c]:first[c + 1]]`; cells come in the order in which points first meet them.

    The cells around c, `around[around_start[c]:around_start[c + 1]]`, hold all points within reach of its members that face
    their way. Where `mixed[c]`, they also hold some that face away.
    """

    order: IntArray
    first: IntArray
    around_start: npt.NDArray[np.int64]
    around: IntArray
    mixed: BoolArray
    most_around_count: int
    """Points in the fullest surrounding."""


class _Blocks(NamedTuple):
    """A hash table of blocks by key; `inside[64 block + place]` is a cell or -1."""

    cell_mm: float
    key: npt.NDArray[np.int64]
    block: IntArray
    inside: IntArray


class _Boxes(NamedTuple):
    """What is known of each cell: its members' box and longest reach (C, 7), and the cone of their normals (C, 5).

    A cone is its axis with the sine and cosine of its half angle.
    """

    extent_mm: FloatArray
    cone: FloatArray


def sort_into_cells(points_mm: FloatArray, normals: FloatArray, reach_mm: FloatArray, cell_mm: float) -> Cells:
    """Return points (N, 3) sorted into cells of side `cell_mm`, with the cells around each that its reach (N,) touches."""
    blocks, order, first = _sort(points_mm, cell_mm)
    boxes = _Boxes(*_bound(points_mm, normals, reach_mm, order, first))
    parts = shared(len(first) - 1, partial(_look_around, blocks, boxes, first))
    start = np.zeros(len(first), np.int64)
    np.cumsum(np.concatenate([part[0] for part in parts]), out=start[1:])
    around, mixed = np.concatenate([part[1] for part in parts]), np.concatenate([part[2] for part in parts])
    return Cells(order, first, start, around, mixed, max((part[3] for part in parts), default=0))


@njit(cache=True, nogil=True)
def _block_key(x, y, z):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return a number that no other block has."""
    return ((x + _FARTHEST) << 42) | ((y + _FARTHEST) << 21) | (z + _FARTHEST)


@njit(cache=True, nogil=True)
def _slot(key, x, y, z):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return where a block stands in the table, or the free place for it."""
    wanted = _block_key(x, y, z)
    mask = len(key) - 1
    slot = ((x * _MIX_X) ^ (y * _MIX_Y) ^ (z * _MIX_Z)) & mask
    while key[slot] != _EMPTY and key[slot] != wanted:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True, nogil=True)
def _cell(place_mm, cell_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the cell of one coordinate."""
    return int(np.floor(min(max(place_mm / cell_mm, -4.0 * _FARTHEST), 4.0 * _FARTHEST - 1.0)))


@njit(cache=True, nogil=True)
def _sort(points_mm, cell_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Sort points into cells, each block and each cell made when a point first falls into it."""
    count = len(points_mm)
    key, block = np.full(2 * _FIRST_BLOCKS_COUNT, _EMPTY, np.int64), np.empty(2 * _FIRST_BLOCKS_COUNT, np.int32)
    inside = np.full(_FIRST_BLOCKS_COUNT * _IN_BLOCK, _EMPTY, np.int32)
    cell_of, held = np.empty(count, np.int32), np.zeros(count + 1, np.int32)
    blocks = cells = 0
    for i in range(count):
        x, y, z = _cell(points_mm[i, 0], cell_mm), _cell(points_mm[i, 1], cell_mm), _cell(points_mm[i, 2], cell_mm)
        slot = _slot(key, x >> 2, y >> 2, z >> 2)
        # A new block; the table doubles when it is half full.
        if key[slot] == _EMPTY:
            key[slot], block[slot] = _block_key(x >> 2, y >> 2, z >> 2), blocks
            blocks += 1
            if blocks * _IN_BLOCK > len(inside):
                inside = np.concatenate((inside, np.full(len(inside), _EMPTY, np.int32)))
            if 2 * blocks > len(key):
                key, block = _widened(key, block)
                slot = _slot(key, x >> 2, y >> 2, z >> 2)
        place = block[slot] * _IN_BLOCK + ((x & 3) << 4 | (y & 3) << 2 | (z & 3))
        if inside[place] < 0:
            inside[place] = cells
            cells += 1
        cell_of[i] = inside[place]
        held[cell_of[i]] += 1
    # Members of each cell in one run.
    first = np.zeros(cells + 1, np.int32)
    for c in range(cells):
        first[c + 1] = first[c] + held[c]
        held[c] = first[c]
    order = np.empty(count, np.int32)
    for i in range(count):
        order[held[cell_of[i]]] = i
        held[cell_of[i]] += 1
    return _Blocks(cell_mm, key, block, inside), order, first


@njit(cache=True, nogil=True)
def _widened(key, block):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the table with twice the places."""
    wider_key, wider_block = np.full(2 * len(key), _EMPTY, np.int64), np.empty(2 * len(key), np.int32)
    for slot in range(len(key)):
        if key[slot] == _EMPTY:
            continue
        mask = 2 * _FARTHEST - 1
        moved = _slot(wider_key, (key[slot] >> 42) - _FARTHEST, ((key[slot] >> 21) & mask) - _FARTHEST, (key[slot] & mask) - _FARTHEST)
        wider_key[moved], wider_block[moved] = key[slot], block[slot]
    return wider_key, wider_block


@njit(cache=True, nogil=True)
def _bound(points_mm, normals, reach_mm, order, first):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the box, the longest reach and the cone of normals of each cell's members."""
    cells = len(first) - 1
    extent_mm, cone = np.empty((cells, 7)), np.empty((cells, 5))
    for c in range(cells):
        extent_mm[c, :3], extent_mm[c, 3:6], extent_mm[c, 6] = np.inf, -np.inf, 0.0
        cone[c] = 0.0
        for a in range(first[c], first[c + 1]):
            i = order[a]
            for axis in range(3):
                extent_mm[c, axis] = min(extent_mm[c, axis], points_mm[i, axis])
                extent_mm[c, 3 + axis] = max(extent_mm[c, 3 + axis], points_mm[i, axis])
                cone[c, axis] += normals[i, axis]
            extent_mm[c, 6] = max(extent_mm[c, 6], reach_mm[i])
        # The axis is the mean normal; the widest member sets the angle.
        length = max(np.sqrt(cone[c, 0] ** 2 + cone[c, 1] ** 2 + cone[c, 2] ** 2), 1e-9)
        cosine = 1.0
        for axis in range(3):
            cone[c, axis] /= length
        for a in range(first[c], first[c + 1]):
            i = order[a]
            cosine = min(cosine, normals[i, 0] * cone[c, 0] + normals[i, 1] * cone[c, 1] + normals[i, 2] * cone[c, 2])
        cosine = max(cosine, -1.0)
        cone[c, 3], cone[c, 4] = np.sqrt(1.0 - cosine * cosine), cosine
    return extent_mm, cone


@njit(cache=True, nogil=True)
def _facing(cone, c, other):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return 1 where all members of two cells face within 90 degrees of each other, -1 where none do, else 0."""
    cosine = cone[c, 0] * cone[other, 0] + cone[c, 1] * cone[other, 1] + cone[c, 2] * cone[other, 2]
    sine_of_sum = cone[c, 3] * cone[other, 4] + cone[c, 4] * cone[other, 3]
    cosine_of_sum = cone[c, 4] * cone[other, 4] - cone[c, 3] * cone[other, 3]
    if min(cone[c, 4], cone[other, 4], cosine_of_sum) <= 0.0:
        return 0
    if cosine > sine_of_sum:
        return 1
    return -1 if cosine < -sine_of_sum else 0


@njit(cache=True, nogil=True)
def _look_around(blocks, boxes, first, first_cell, beyond_cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """List the cells around cells `first_cell` to `beyond_cell`: those that their box, widened by the reach, touches."""
    counts, mixed = np.zeros(beyond_cell - first_cell, np.int64), np.zeros(beyond_cell - first_cell, np.bool_)
    around, filled, most = np.empty(16 * (beyond_cell - first_cell) + 64, np.int32), 0, 0
    for c in range(first_cell, beyond_cell):
        box, reach, before, points = boxes.extent_mm[c], boxes.extent_mm[c, 6], filled, 0
        low_x, high_x = _cell(box[0] - reach, blocks.cell_mm), _cell(box[3] + reach, blocks.cell_mm)
        low_y, high_y = _cell(box[1] - reach, blocks.cell_mm), _cell(box[4] + reach, blocks.cell_mm)
        low_z, high_z = _cell(box[2] - reach, blocks.cell_mm), _cell(box[5] + reach, blocks.cell_mm)
        slot, known_x, known_y, known_z = -1, 0, 0, 0
        x, y, z = low_x, low_y, low_z - 1
        for _ in range((high_x - low_x + 1) * (high_y - low_y + 1) * (high_z - low_z + 1)):
            # The next cell of the box, z fastest.
            z += 1
            if z > high_z:
                y, z = y + 1, low_z
            if y > high_y:
                x, y = x + 1, low_y
            if slot < 0 or x >> 2 != known_x or y >> 2 != known_y or z >> 2 != known_z:
                known_x, known_y, known_z = x >> 2, y >> 2, z >> 2
                slot = _slot(blocks.key, known_x, known_y, known_z)
            if blocks.key[slot] == _EMPTY:
                continue
            near = blocks.inside[blocks.block[slot] * _IN_BLOCK + ((x & 3) << 4 | (y & 3) << 2 | (z & 3))]
            facing = _facing(boxes.cone, c, near) if near >= 0 else -1
            if facing < 0:
                continue
            mixed[c - first_cell] |= facing == 0
            if filled == len(around):
                around = np.concatenate((around, np.empty(len(around), np.int32)))
            around[filled] = near
            filled += 1
            points += first[near + 1] - first[near]
        counts[c - first_cell] = filled - before
        most = max(most, points)
    return counts, around[:filled].copy(), mixed, most


@njit(cache=True, nogil=True)
def gather_around(cells, cell, columns: Float32Array, near: Float32Array) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001 - numba infers the types
    """Copy the columns (4, N), which are in the order of the cells, of all points around a cell; return how many."""
    filled = 0
    for m in range(cells.around_start[cell], cells.around_start[cell + 1]):
        for a in range(cells.first[cells.around[m]], cells.first[cells.around[m] + 1]):
            near[0, filled], near[1, filled] = columns[0, a], columns[1, a]
            near[2, filled], near[3, filled] = columns[2, a], columns[3, a]
            filled += 1
    return filled
