"""Relaxation: points on a surface push each other until no part of any session stands crowded or empty.

The energy is a sum of humps over pairs, after [Ahmed2022], but with humps that end, (1 - d^2 / reach^2)^6, which need no
exponential; a second, narrow one keeps close pairs apart. It is taken over several nested sets at once: the whole treatment
and each session's part of it. Steps follow the surface.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, IntArray
from scalp.placement.cells import Cells, gather_around, sort_into_cells
from scalp.placement.sharing import shared
from scalp.placement.surfaces import Ground, Spots, lay_out, walk_one

REACH, _NARROW_REACH = 2.6, 1.15
"""Where the wide push and the narrow one, that keeps close pairs apart, end, in units of the local spacing, 1 / sqrt(density)."""
_WIDE_WEIGHT, _NARROW_WEIGHT = 1.4, 10.0
_HARDENING = 3.0
"""What the narrow push counts at the end, in units of its beginning: first the wide parts settle, then the close pairs."""
_LAST_STEP = 0.5
"""What a step counts at the end, in units of its beginning: a harder push needs smaller steps."""
_MOMENTUM = 0.5
"""What a step keeps of the one before: half as many iterations serve."""
_REBUILD_EVERY = 12
_REACH_MARGIN = 1.08
_LONGEST_STEP = 0.25
"""No step is longer than this part of the local spacing."""
_SLACK = 64
_FAR_MM = np.float32(1e9)
_LOOSE = {"reassoc", "nsz", "contract", "arcp"}
"""What the compiler may do to a sum, so that it works on many points at once."""


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
    leash_mm, steps_mm = leash_mm.copy(), np.zeros(barycentric.shape, np.float32)
    sorted_layers: list[tuple[Cells, IntArray, Float32Array]] = []
    for iteration in range(iterations_count):
        done_fraction = iteration / max(iterations_count - 1, 1)
        places, spacing_mm = lay_out(ground, Spots(face_index=face_index, barycentric=barycentric))
        if iteration % _REBUILD_EVERY == 0:
            sorted_layers = [_sort_layer(part, places, ground.normals[face_index], spacing_mm) for part in layers]
        steps_mm *= np.float32(_MOMENTUM)
        for part, (cells, member, normals) in zip(layers, sorted_layers, strict=True):
            columns = np.empty((4, len(member)), np.float32)
            shared(len(member), partial(_fill_columns, places, spacing_mm, member, columns))
            law, weight = _push_law(part, done_fraction)
            push = partial(_push, cells, columns, normals, member, leash_mm, law, weight, steps_mm)
            shared(len(cells.first) - 1, push)
        shared(len(places), partial(_step, ground, face_index, barycentric, steps_mm, spacing_mm, leash_mm))
    return Spots(face_index=face_index, barycentric=barycentric)


def _push_law(layer: Layer, done_fraction: float) -> tuple[Float32Array, np.float32]:
    """Return what makes squared distances relative and what the narrow push counts, (2,), and the weight of a step."""
    law = np.array([4.0 * layer.share_fraction / REACH**2, _NARROW_WEIGHT * _HARDENING**done_fraction], np.float32)
    return law, np.float32(layer.weight * (1.0 - (1.0 - _LAST_STEP) * done_fraction))


def _sort_layer(layer: Layer, places: FloatArray, normals: FloatArray, spacing_mm: FloatArray) -> tuple[Cells, IntArray, Float32Array]:
    """Return the cells of a layer, its members in their order, and the members' normals where they are asked for."""
    reach_mm = REACH * _REACH_MARGIN / layer.share_fraction**0.5 * spacing_mm[layer.member]
    cells = sort_into_cells(places[layer.member], normals[layer.member], reach_mm, float(np.median(reach_mm)))
    member = layer.member[cells.order]
    return cells, member, normals[member].astype(np.float32) if cells.mixed.any() else np.empty((0, 3), np.float32)


@njit(cache=True, nogil=True)
def _fill_columns(places, spacing_mm, member, columns, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Write place and spacing of members `first` to `beyond`."""
    for a in range(first, beyond):
        i = member[a]
        columns[0, a], columns[1, a], columns[2, a] = places[i, 0], places[i, 1], places[i, 2]
        columns[3, a] = spacing_mm[i]


@njit(cache=True, nogil=True, fastmath=_LOOSE, error_model="numpy")
def _sum_pushes(near, count, own, law):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the push on one point by all around it: two humps over the squared distance in units of the mean spacing."""
    x, y, z, own_mm = own[0], own[1], own[2], own[3]
    xs, ys, zs, others_mm = near[0], near[1], near[2], near[3]
    unit, narrow_weight, narrower = law[0], law[1], np.float32((REACH / _NARROW_REACH) ** 2)
    zero, one = np.float32(0.0), np.float32(1.0)
    sx, sy, sz = zero, zero, zero
    for k in range(count):
        dx, dy, dz = x - xs[k], y - ys[k], z - zs[k]
        both_mm = own_mm + others_mm[k]
        squared = (dx * dx + dy * dy + dz * dz) * unit / (both_mm * both_mm)
        wide, narrow = max(zero, one - squared), max(zero, one - squared * narrower)
        fourth = wide * wide
        fourth *= fourth
        sixth = narrow * narrow * narrow
        sixth *= sixth
        push = np.float32(_WIDE_WEIGHT) * fourth * wide + narrow_weight * sixth
        sx += push * dx
        sy += push * dy
        sz += push * dz
    return sx, sy, sz


@njit(cache=True, nogil=True)
def _take_away(cells, cell, normals, own, near):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Put out of reach what faces away from a point."""
    filled = 0
    for m in range(cells.around_start[cell], cells.around_start[cell + 1]):
        for a in range(cells.first[cells.around[m]], cells.first[cells.around[m] + 1]):
            if normals[a, 0] * normals[own, 0] + normals[a, 1] * normals[own, 1] + normals[a, 2] * normals[own, 2] <= 0.0:
                near[0, filled] = _FAR_MM
            filled += 1


@njit(cache=True, nogil=True)
def _push(cells, columns, normals, member, leash_mm, law, weight, steps_mm, first_cell, beyond_cell):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add the pushes within one layer to the steps of the members of cells `first_cell` to `beyond_cell` that may move."""
    near = np.empty((4, cells.most_around_count + _SLACK), np.float32)
    for c in range(first_cell, beyond_cell):
        moving = False
        for a in range(cells.first[c], cells.first[c + 1]):
            moving |= leash_mm[member[a]] > 0.0
        if not moving:
            continue
        count = gather_around(cells, c, columns, near)
        for a in range(cells.first[c], cells.first[c + 1]):
            i = member[a]
            if cells.mixed[c]:
                gather_around(cells, c, columns, near)
                _take_away(cells, c, normals, a, near)
            sx, sy, sz = _sum_pushes(near, count, columns[:, a], law)
            steps_mm[i, 0] += weight * sx
            steps_mm[i, 1] += weight * sy
            steps_mm[i, 2] += weight * sz


@njit(cache=True, nogil=True)
def _step(ground, face_index, barycentric, steps_mm, spacing_mm, leash_mm, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Walk points `first` to `beyond` along their steps, none further than a part of its spacing or its leash."""
    for i in range(first, beyond):
        if leash_mm[i] <= 0.0:
            continue
        dx, dy, dz = float(steps_mm[i, 0]), float(steps_mm[i, 1]), float(steps_mm[i, 2])
        length = np.sqrt(dx * dx + dy * dy + dz * dz)
        longest = min(_LONGEST_STEP * spacing_mm[i], leash_mm[i])
        if length > longest:
            dx, dy, dz = dx * longest / length, dy * longest / length, dz * longest / length
            length = longest
        leash_mm[i] -= length
        # Most steps end in the face where they begin.
        gradients = ground.gradients_per_mm[face_index[i]]
        a = barycentric[i, 0] + gradients[0, 0] * dx + gradients[0, 1] * dy + gradients[0, 2] * dz
        b = barycentric[i, 1] + gradients[1, 0] * dx + gradients[1, 1] * dy + gradients[1, 2] * dz
        c = barycentric[i, 2] + gradients[2, 0] * dx + gradients[2, 1] * dy + gradients[2, 2] * dz
        if min(a, b, c) >= 0.0:
            barycentric[i, 0], barycentric[i, 1], barycentric[i, 2] = a, b, c
        else:
            face_index[i] = walk_one(ground, face_index[i], barycentric[i], dx, dy, dz)
