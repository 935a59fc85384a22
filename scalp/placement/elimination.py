"""Weighted sample elimination: the most crowded point goes, again and again, until the wanted number is left.

After [Yuksel2015], with distances in units of the local spacing, so that it serves any density. The order of removal,
read backwards, is an order of placing in which every prefix is evenly spread.
"""

from functools import partial

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, IntArray
from scalp.placement.neighbours import find_neighbours_in_cells
from scalp.placement.sharing import shared

HEX_SPACING = (2.0 / 3.0**0.5) ** 0.5
"""Distance of neighbours in the densest packing, in units of 1 / sqrt(density)."""
_CLIP_FRACTION, _CLIP_POWER = 0.65, 1.5
"""Pairs closer than 0.65 (1 - (kept / given)^1.5) of the densest spacing count as if they were that far. [Yuksel2015]"""
_SMALLEST_PREFIX = 48
"""Below this many points the order is left as it comes: too few to be spread over a head."""
_FINEST = 65535
"""Crowding of a pair is kept as its root, in as many steps."""
_STEP_BITS, _STEPS_COUNT = 13, 40 * 1024
"""A step of the ladder is what the first bits of a number in single precision say; 40 doublings are told apart."""


def eliminate_points(
    points_mm: FloatArray, normals: FloatArray, spacing_mm: FloatArray, group: IntArray, kept_counts: IntArray
) -> IntArray:
    """Return the indices of the points that remain, ascending: `kept_counts[g]` of each group g.

    `spacing_mm` (N,) is 1 / sqrt(density) that the remaining points of all groups together shall have. Groups share one
    surface and repel each other; each keeps its exact count.
    """
    removed = remove_crowded(points_mm, normals, spacing_mm, group, kept_counts)
    kept = np.ones(len(points_mm), bool)
    kept[removed] = False
    return np.flatnonzero(kept).astype(np.int32)


def order_by_elimination(points_mm: FloatArray, normals: FloatArray, spacing_mm: FloatArray) -> IntArray:
    """Return an order of the points in which every prefix is evenly spread. `spacing_mm` (N,) is that of the whole set."""
    total = len(points_mm)
    left, removed = np.arange(total, dtype=np.int32), []
    while len(left) >= 2 * _SMALLEST_PREFIX:
        target = len(left) // 2
        wider_mm = spacing_mm[left] * (total / target) ** 0.5
        gone = remove_crowded(points_mm[left], normals[left], wider_mm, np.zeros(len(left), np.int32), np.array([target], np.int32))
        removed.append(left[gone])
        left = np.delete(left, gone)
    return np.concatenate([left, *[part[::-1] for part in reversed(removed)]])


def remove_crowded(points_mm: FloatArray, normals: FloatArray, spacing_mm: FloatArray, group: IntArray, kept_counts: IntArray) -> IntArray:
    """Return which points are removed, in order."""
    order, near = find_neighbours_in_cells(points_mm, normals, HEX_SPACING * spacing_mm)
    clip = _CLIP_FRACTION * (1.0 - (int(kept_counts.sum()) / max(len(points_mm), 1)) ** _CLIP_POWER)
    unit = np.float32((1.0 - clip) ** 4 / _FINEST)
    root, crowding = np.empty(len(near.other), np.uint16), np.empty(len(order), np.float32)
    rows = _rows(points_mm, spacing_mm, order)
    shared(len(order), partial(_crowd, rows, near, np.float32(clip), unit, root, crowding))
    del rows
    return np.asarray(order[_eliminate(near, root, unit, crowding, group[order], kept_counts)])


def _rows(points_mm: FloatArray, spacing_mm: FloatArray, order: IntArray) -> Float32Array:
    """Return place and inverse squared reach of each point, in order, (N, 4): what is read together lies together."""
    rows = np.empty((len(order), 4), np.float32)
    for axis in range(3):
        rows[:, axis] = points_mm[order, axis]
    rows[:, 3] = (HEX_SPACING * spacing_mm[order]) ** -2.0
    return rows


@njit(cache=True, nogil=True, error_model="numpy")
def _crowd(rows, near, clip, unit, root, crowding, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Write how much each neighbour crowds points `first` to `beyond`, (1 - d / d_hex)^8, as its root; and their sum.

    Distances count in units of the smaller spacing of the two.
    """
    for i in range(first, beyond):
        total = np.float32(0.0)
        x, y, z, wide = rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3]
        for m in range(near.start[i], near.start[i + 1]):
            j = near.other[m]
            dx, dy, dz = rows[j, 0] - x, rows[j, 1] - y, rows[j, 2] - z
            fourth = max(np.float32(0.0), np.float32(1.0) - max(clip, np.sqrt((dx * dx + dy * dy + dz * dz) * max(wide, rows[j, 3]))))
            fourth *= fourth
            fourth *= fourth
            root[m] = np.uint16(fourth / unit + np.float32(0.5))
            total += (unit * root[m]) * (unit * root[m])
        crowding[i] = total


@njit(cache=True, nogil=True)
def _step_of(bits, lowest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the step of the ladder for a crowding, given by the bits of its number: the more crowded, the higher."""
    return max(np.int32(0), (bits >> _STEP_BITS) - lowest)


@njit(cache=True, nogil=True)
def _eliminate(near, root, unit, crowding, group, kept_counts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Remove the most crowded point until each group has its count.

    Points stand on a ladder of 1024 steps for each doubling of crowding, chained within a step. Crowding only falls, so the
    ladder is walked down once; who has fallen below the step where it is met is put where it belongs.
    """
    surplus, bits, following = -kept_counts.astype(np.int64), crowding.view(np.int32), np.empty(len(crowding), np.int32)
    for i in range(len(crowding)):
        surplus[group[i]] += 1
    # The ladder.
    highest = np.int32(0)
    for i in range(len(crowding)):
        highest = max(highest, bits[i] >> _STEP_BITS)
    lowest = max(np.int32(0), highest - np.int32(_STEPS_COUNT))
    top = np.full(highest - lowest + 1, -1, np.int32)
    for i in range(len(crowding) - 1, -1, -1):
        step = _step_of(bits[i], lowest)
        following[i], top[step] = top[step], i
    # Down the ladder, taking who still belongs where it stands.
    removed, done, step = np.empty(max(0, surplus[surplus > 0].sum()), np.int32), 0, len(top) - 1
    while done < len(removed) and step >= 0:
        i = top[step]
        if i < 0:
            step -= 1
            continue
        top[step] = following[i]
        if surplus[group[i]] <= 0:
            continue
        now = _step_of(bits[i], lowest)
        if now < step:
            following[i], top[now] = top[now], i
            continue
        surplus[group[i]] -= 1
        removed[done] = i
        done += 1
        for m in range(near.start[i], near.start[i + 1]):
            fourth = unit * root[m]
            crowding[near.other[m]] = max(np.float32(0.0), crowding[near.other[m]] - fourth * fourth)
    return removed[:done]
