"""Which impression belongs to which session: a split of even points into sessions whose running totals are even too.

Elimination gives the first split; exchanging neighbours between sessions then lowers the same Gaussian energy that
relaxation uses, in each running total at once. The order within a session comes from elimination.
"""

import numpy as np
from numba import njit

from scalp.base import ByteArray, FloatArray, IntArray
from scalp.placement.elimination import remove_crowded
from scalp.placement.neighbours import find_neighbours
from scalp.placement.relaxation import Layer
from scalp.placement.surfaces import Layout

_WIDE_SD, _REACH = 0.9, 2.7
"""Standard deviation and end of the kernel, in units of the spacing of the set it judges."""
_TABLE_COUNT = 2048
_EXCHANGE_REACH = 1.6
"""How far a point looks for a partner of another session, in units of the spacing of all."""
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
    wider = np.array([judged.share_fraction**-0.5 for judged in layers])
    improved = session.copy()
    near = find_neighbours(points_mm, normals, _REACH * wider.max() * spacing_mm)
    _exchange(points_mm, spacing_mm, near, wider, belongs, group, improved, _pull_table(), sweeps_count)
    return improved


def _pull_table() -> FloatArray:
    """Return the energy of a pair by the square of its distance, 0 .. REACH^2, smooth to zero at its end."""
    energy = np.exp(-np.linspace(0.0, _REACH**2, _TABLE_COUNT + 1) / (2 * _WIDE_SD**2))
    return np.asarray(energy - energy[-1])


@njit(cache=True, nogil=True)
def _pull(points_mm, spacing_mm, wider, table, i, j):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the energy of a pair within one set, smooth to zero at its reach."""
    dx, dy, dz = points_mm[j, 0] - points_mm[i, 0], points_mm[j, 1] - points_mm[i, 1], points_mm[j, 2] - points_mm[i, 2]
    unit = 0.5 * (spacing_mm[i] + spacing_mm[j]) * wider
    entry = (dx * dx + dy * dy + dz * dz) / (unit * unit) * (_TABLE_COUNT / (_REACH * _REACH))
    if entry >= _TABLE_COUNT:
        return 0.0
    low = int(entry)
    return table[low] + (entry - low) * (table[low + 1] - table[low])


@njit(cache=True, nogil=True)
def _exchange(points_mm, spacing_mm, near, wider, belongs, group, session, table, sweeps_count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Exchange the sessions of neighbours, best partner first, until a sweep changes nothing."""
    energy = np.zeros(belongs.shape)
    for j in range(len(session)):
        for n in range(len(wider)):
            if belongs[j, n]:
                _add_energy(points_mm, spacing_mm, near, wider[n], table, j, energy[:, n], 1.0)
    for _ in range(sweeps_count):
        changed = 0
        for i in range(len(session)):
            j = _best_partner(points_mm, spacing_mm, near, wider, belongs, group, session, energy, table, i)
            if j < 0:
                continue
            changed += 1
            session[i], session[j] = session[j], session[i]
            for n in range(len(wider)):
                if belongs[i, n] != belongs[j, n]:
                    leaves, enters = (i, j) if belongs[i, n] else (j, i)
                    _add_energy(points_mm, spacing_mm, near, wider[n], table, leaves, energy[:, n], -1.0)
                    _add_energy(points_mm, spacing_mm, near, wider[n], table, enters, energy[:, n], 1.0)
                    belongs[leaves, n], belongs[enters, n] = False, True
        if changed == 0:
            break


@njit(cache=True, nogil=True)
def _add_energy(points_mm, spacing_mm, near, wider, table, j, energy, sign):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add what member j of a set gives to the energy of all around it."""
    for m in range(near.start[j], near.start[j + 1]):
        energy[near.other[m]] += sign * _pull(points_mm, spacing_mm, wider, table, j, near.other[m])


@njit(cache=True, nogil=True)
def _best_partner(points_mm, spacing_mm, near, wider, belongs, group, session, energy, table, i):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the near point of another session whose exchange with i gains most; -1 where none gains."""
    best, best_gain = -1, _LEAST_GAIN
    reach = _EXCHANGE_REACH * spacing_mm[i]
    for m in range(near.start[i], near.start[i + 1]):
        j = near.other[m]
        if session[j] == session[i] or group[j] != group[i]:
            continue
        dx, dy, dz = points_mm[j, 0] - points_mm[i, 0], points_mm[j, 1] - points_mm[i, 1], points_mm[j, 2] - points_mm[i, 2]
        if dx * dx + dy * dy + dz * dz > reach * reach:
            continue
        gain = 0.0
        for n in range(len(wider)):
            if belongs[i, n] != belongs[j, n]:
                leaves, enters = (i, j) if belongs[i, n] else (j, i)
                gain += energy[leaves, n] - energy[enters, n] + _pull(points_mm, spacing_mm, wider[n], table, i, j)
        if gain > best_gain:
            best, best_gain = j, gain
    return best
