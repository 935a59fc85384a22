"""Relaxation: points on a surface push each other until no part of any session stands crowded or empty.

The energy is the sum of Gaussians over pairs [Ahmed2022], with a second, narrow one that keeps close pairs apart, taken
over several nested sets at once: the whole treatment and each session's part of it. Steps follow the surface.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.placement.neighbours import Neighbours, find_neighbours
from scalp.placement.sharing import shared
from scalp.placement.surfaces import Ground, Spots, lay_out, walk_one

WIDE_SD, NARROW_SD = 0.8, 0.35
"""Standard deviations of the two Gaussians in units of the local spacing, 1 / sqrt(density)."""
REACH = 2.6
"""Where the kernel ends, in the same units."""
_TABLE_COUNT = 1024
_REBUILD_EVERY = 12
_LIST_MARGIN = 1.08
_LONGEST_STEP = 0.25
"""No step is longer than this part of the local spacing."""


class Layer(NamedTuple):
    """A set of points that shall be even by itself: `member` (M,) of all, which are `share_fraction` of their density."""

    member: IntArray
    share_fraction: float
    weight: float


def relax_points(ground: Ground, spots: Spots, leash_mm: FloatArray, layers: tuple[Layer, ...], iterations_count: int) -> Spots:
    """Return the points spread more evenly, in every layer as well as that goes together.

    `leash_mm` (N,) is how far each may travel in all; those with 0 push but stay. A point is pushed by all others of its layer
    within reach, in units of the mean of the pair's spacings: then the pushes balance, to first order in its gradient, where the
    density is the wanted one, whatever holes points keep around them. (Counting neighbours by their area in units of one's own
    spacing balances only for points without such holes, and drains dense regions into sparse ones.)
    """
    face_index, barycentric = spots.face_index.copy(), spots.barycentric.copy()
    table, leash_mm = _push_table(), leash_mm.copy()
    lists: list[Neighbours] = []
    for iteration in range(iterations_count):
        places, spacing_mm = lay_out(ground, Spots(face_index=face_index, barycentric=barycentric))
        if iteration % _REBUILD_EVERY == 0:
            normals = ground.normals[face_index]
            lists = [
                find_neighbours(
                    places[part.member], normals[part.member], REACH * _LIST_MARGIN / part.share_fraction**0.5 * spacing_mm[part.member]
                )
                for part in layers
            ]
        steps_mm = np.zeros_like(places)
        for part, near in zip(layers, lists, strict=True):
            shared(len(part.member), partial(_push, places, spacing_mm, part, near, table, steps_mm))
        shared(len(places), partial(_step, ground, face_index, barycentric, steps_mm, spacing_mm, leash_mm))
    return Spots(face_index=face_index, barycentric=barycentric)


def _push_table() -> FloatArray:
    """Return the push over the distance, by the square of the distance: 0 .. REACH^2, smooth to zero at its end."""
    squared = np.linspace(0.0, REACH**2, _TABLE_COUNT + 1)
    push = np.exp(-squared / (2 * WIDE_SD**2)) / WIDE_SD**2 + np.exp(-squared / (2 * NARROW_SD**2)) / NARROW_SD**2
    return np.append(push - push[-1], 0.0)


@njit(cache=True, nogil=True)
def _push(places, spacing_mm, layer, near, table, steps_mm, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add the pushes within one layer to the steps of its members `first` to `beyond`."""
    scale = 4.0 * layer.share_fraction * (len(table) - 2) / REACH**2
    for a in range(first, beyond):
        i = layer.member[a]
        x, y, z, own_mm = places[i, 0], places[i, 1], places[i, 2], spacing_mm[i]
        sx, sy, sz = 0.0, 0.0, 0.0
        for m in range(near.start[a], near.start[a + 1]):
            j = layer.member[near.other[m]]
            dx, dy, dz = x - places[j, 0], y - places[j, 1], z - places[j, 2]
            both_mm = own_mm + spacing_mm[j]
            entry = (dx * dx + dy * dy + dz * dz) * scale / (both_mm * both_mm)
            if entry >= _TABLE_COUNT:
                continue
            low = int(entry)
            push = table[low] + (entry - low) * (table[low + 1] - table[low])
            sx += push * dx
            sy += push * dy
            sz += push * dz
        steps_mm[i, 0] += layer.weight * sx
        steps_mm[i, 1] += layer.weight * sy
        steps_mm[i, 2] += layer.weight * sz


@njit(cache=True, nogil=True)
def _step(ground, face_index, barycentric, steps_mm, spacing_mm, leash_mm, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Walk points `first` to `beyond` along their steps, none further than a part of its spacing or its leash."""
    for i in range(first, beyond):
        if leash_mm[i] <= 0.0:
            continue
        dx, dy, dz = steps_mm[i, 0], steps_mm[i, 1], steps_mm[i, 2]
        length = np.sqrt(dx * dx + dy * dy + dz * dz)
        longest = min(_LONGEST_STEP * spacing_mm[i], leash_mm[i])
        if length > longest:
            dx, dy, dz = dx * longest / length, dy * longest / length, dz * longest / length
            length = longest
        leash_mm[i] -= length
        face_index[i] = walk_one(ground, face_index[i], barycentric[i], dx, dy, dz)
