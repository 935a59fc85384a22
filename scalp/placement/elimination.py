"""Weighted sample elimination: the most crowded point goes, again and again, until the wanted number is left.

After [Yuksel2015], with distances in units of the local spacing, so that it serves any density. The order of removal,
read backwards, is an order of placing in which every prefix is evenly spread.
"""

import numpy as np
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.placement.neighbours import find_neighbours

HEX_SPACING = (2.0 / 3.0**0.5) ** 0.5
"""Distance of neighbours in the densest packing, in units of 1 / sqrt(density)."""
_CLIP_FRACTION, _CLIP_POWER = 0.65, 1.5
"""Pairs closer than 0.65 (1 - (kept / given)^1.5) of the densest spacing count as if they were that far. [Yuksel2015]"""
_SMALLEST_PREFIX = 48
"""Below this many points the order is left as it comes: too few to be spread over a head."""


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
    neighbours = find_neighbours(points_mm, normals, HEX_SPACING * spacing_mm)
    return np.asarray(_eliminate(points_mm, spacing_mm, neighbours, group, kept_counts))


@njit(cache=True, nogil=True)
def _sift_down(key, item, size, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Let one entry of a max-heap sink to where it belongs."""
    moved_key, moved_item = key[place], item[place]
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and key[child + 1] > key[child]:
            child += 1
        if key[child] <= moved_key:
            break
        key[place], item[place] = key[child], item[child]
        place = child
    key[place], item[place] = moved_key, moved_item


@njit(cache=True, nogil=True)
def _crowding(points_mm, spacing_mm, clip, i, j):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return how much two points crowd each other: (1 - d / d_hex)^8 in units of the smaller of their spacings."""
    dx, dy, dz = points_mm[j, 0] - points_mm[i, 0], points_mm[j, 1] - points_mm[i, 1], points_mm[j, 2] - points_mm[i, 2]
    reach = HEX_SPACING * min(spacing_mm[i], spacing_mm[j])
    near = 1.0 - max(clip, np.sqrt(dx * dx + dy * dy + dz * dz) / reach)
    fourth = near * near * near * near
    return fourth * fourth if near > 0.0 else 0.0


@njit(cache=True, nogil=True)
def _eliminate(points_mm, spacing_mm, neighbours, group, kept_counts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Remove the most crowded point until each group has its count: a lazy max-heap, since crowding only falls."""
    count = len(points_mm)
    clip = _CLIP_FRACTION * (1.0 - (kept_counts.sum() / max(count, 1)) ** _CLIP_POWER)
    surplus = -kept_counts.astype(np.int64)
    for i in range(count):
        surplus[group[i]] += 1
    # Crowding of each point, and a heap of it.
    share = np.empty(len(neighbours.other), np.float32)
    crowding = np.zeros(count, np.float64)
    for i in range(count):
        for m in range(neighbours.start[i], neighbours.start[i + 1]):
            share[m] = _crowding(points_mm, spacing_mm, clip, i, neighbours.other[m])
            crowding[i] += share[m]
    key, item, size = crowding.copy(), np.arange(count).astype(np.int32), count
    for place in range(count // 2 - 1, -1, -1):
        _sift_down(key, item, size, place)
    # Take the top; where it is out of date, put it back with its present crowding.
    removed = np.empty(max(0, surplus[surplus > 0].sum()), np.int32)
    gone = np.zeros(count, np.bool_)
    done = 0
    while done < len(removed) and size > 0:
        i = item[0]
        if surplus[group[i]] > 0 and key[0] > crowding[i] + 1e-12:
            key[0] = crowding[i]
            _sift_down(key, item, size, 0)
            continue
        size -= 1
        key[0], item[0] = key[size], item[size]
        _sift_down(key, item, size, 0)
        if surplus[group[i]] <= 0:
            continue
        surplus[group[i]] -= 1
        removed[done] = i
        gone[i] = True
        done += 1
        for m in range(neighbours.start[i], neighbours.start[i + 1]):
            j = neighbours.other[m]
            if not gone[j]:
                crowding[j] -= share[m]
    return removed[:done]
