"""Which impression belongs to which session: a split of even points into sessions whose running totals are even too.

Elimination gives the first split; exchanging neighbours between sessions then lowers the same Gaussian energy that
relaxation uses, in each running total at once. The order within a session comes from elimination.
"""

from functools import partial

import numpy as np
from numba import njit

from scalp.base import ByteArray, IntArray
from scalp.placement.elimination import remove_crowded
from scalp.placement.neighbours import find_neighbours, find_neighbours_in_cells
from scalp.placement.relaxation import Layer
from scalp.placement.sharing import shared
from scalp.placement.surfaces import Layout

_REACH = 2.8
"""Where a pair's energy ends, in units of the spacing of the set it judges."""
_EXCHANGE_REACH = 1.6
"""How far a point looks for a partner of another session, in units of the spacing of all."""
_NOTICED = 0.2
"""Who feels a change of energy above this looks for a partner again."""
_LEAST_GAIN = 1e-4
_HALF = 0.5


def split_by_elimination(layout: Layout, group: IntArray, counts: IntArray) -> ByteArray:
    """Return the session 1.. of each point: `counts[k, g]` of group g in session k + 1; each running total is even."""
    points_mm, normals, spacing_mm = layout
    session = np.ones(len(points_mm), np.uint8)
    left = np.arange(len(points_mm))
    for number in range(len(counts), 1, -1):
        target = counts[: number - 1].sum(axis=0).astype(np.int32)
        wider_mm = spacing_mm[left] * (len(points_mm) / max(int(target.sum()), 1)) ** 0.5
        gone = remove_crowded(points_mm[left], normals[left], wider_mm, group[left], target)
        session[left[gone]] = number
        left = np.delete(left, gone)
    return session


def judged_sets(session: ByteArray, weight: float) -> tuple[Layer, ...]:
    """Return what must be even besides the whole: each running total, or, where that is more than half, what is missing.

    With an even whole a running total is as even as its remainder, and the smaller of the two is the harder judge.
    """
    layers = []
    for number in range(1, int(session.max())):
        early = session <= number
        judged = early if early.mean() <= _HALF else ~early
        if not judged.any():
            continue
        layers.append(Layer(member=np.flatnonzero(judged).astype(np.int32), share_fraction=float(judged.mean()), weight=weight))
    return tuple(layers)


def exchange_sessions(layout: Layout, group: ByteArray, session: ByteArray, sweeps_count: int) -> ByteArray:
    """Return a better split: neighbours of the same group change sessions while that makes the judged sets more even."""
    points_mm, normals, spacing_mm = layout
    layers = judged_sets(session, 1.0)
    if not layers:
        return session
    belongs = np.zeros((len(session), len(layers)), np.bool_)
    for column, judged in enumerate(layers):
        belongs[judged.member, column] = True
    wider = np.array([judged.share_fraction**-0.5 for judged in layers], np.float32)
    order, near = find_neighbours_in_cells(points_mm, normals, _REACH * float(wider.max()) * spacing_mm)
    partners = find_neighbours(points_mm[order], normals[order], _EXCHANGE_REACH * spacing_mm[order])
    rows = np.column_stack([points_mm, spacing_mm])[order].astype(np.float32)
    exchanged, improved = session[order], np.empty_like(session)
    belongs, energy = belongs[order], np.zeros(belongs.shape, np.float32)
    shared(len(rows), partial(_sum_energies, rows, near, wider, belongs, energy))
    _exchange(rows, near, partners, wider, belongs, group[order], energy, exchanged, sweeps_count)
    improved[order] = exchanged
    return improved


@njit(cache=True, nogil=True, error_model="numpy")
def _pull(rows, wider, i, j):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the energy of a pair within one set: a hump over the squared distance, smooth to zero at its end."""
    dx, dy, dz = rows[j, 0] - rows[i, 0], rows[j, 1] - rows[i, 1], rows[j, 2] - rows[i, 2]
    unit = np.float32(0.5) * (rows[i, 3] + rows[j, 3]) * wider
    squared = (dx * dx + dy * dy + dz * dz) / (unit * unit)
    near = max(np.float32(0.0), np.float32(1.0) - squared * np.float32(_REACH**-2.0))
    return near * near * near * near * near


@njit(cache=True, nogil=True)
def _sum_energies(rows, near, wider, belongs, energy, first, beyond):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Sum what each set's members give to points `first` to `beyond`."""
    for i in range(first, beyond):
        for m in range(near.start[i], near.start[i + 1]):
            j = near.other[m]
            for n in range(len(wider)):
                if belongs[j, n]:
                    energy[i, n] += _pull(rows, wider[n], i, j)


@njit(cache=True, nogil=True)
def _exchange(rows, near, partners, wider, belongs, group, energy, session, sweeps_count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Exchange the sessions of neighbours, best partner first, until a sweep changes nothing."""
    due = np.ones(len(session), np.bool_)
    for _ in range(sweeps_count):
        changed = 0
        for i in range(len(session)):
            if not due[i]:
                continue
            due[i] = False
            j = _best_partner(rows, partners, wider, belongs, group, session, energy, i)
            if j < 0:
                continue
            changed += 1
            session[i], session[j] = session[j], session[i]
            for n in range(len(wider)):
                if belongs[i, n] != belongs[j, n]:
                    leaves, enters = (i, j) if belongs[i, n] else (j, i)
                    _add_energy(rows, near, wider[n], leaves, energy, n, np.float32(-1.0), due)
                    _add_energy(rows, near, wider[n], enters, energy, n, np.float32(1.0), due)
                    belongs[leaves, n], belongs[enters, n] = False, True
        if changed == 0:
            break


@njit(cache=True, nogil=True)
def _add_energy(rows, near, wider, j, energy, n, sign, due):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add what member j of set n gives to the energy of all around it; those who feel it much are due for another look."""
    for m in range(near.start[j], near.start[j + 1]):
        k = near.other[m]
        pull = _pull(rows, wider, j, k)
        energy[k, n] += sign * pull
        if pull > np.float32(_NOTICED):
            due[k] = True


@njit(cache=True, nogil=True)
def _best_partner(rows, partners, wider, belongs, group, session, energy, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the near point of another session whose exchange with i gains most; -1 where none gains."""
    best, best_gain = -1, np.float32(_LEAST_GAIN)
    for m in range(partners.start[i], partners.start[i + 1]):
        j = partners.other[m]
        if session[j] == session[i] or group[j] != group[i]:
            continue
        gain = np.float32(0.0)
        for n in range(len(wider)):
            if belongs[i, n] != belongs[j, n]:
                leaves, enters = (i, j) if belongs[i, n] else (j, i)
                gain += energy[leaves, n] - energy[enters, n] + _pull(rows, wider[n], i, j)
        if gain > best_gain:
            best, best_gain = j, gain
    return best
