"""The point-spread of every deposit in one skin as a short sum of Gaussians, ready to be looked up.

What lives here: fitting Gaussians to the profiles of `scalp.skin.profiles`, once a skin, on a grid fine enough for
straight-line interpolation, and the quick look-up in it. What is done with the weights is `scalp.skin.spread`'s.
"""

from functools import lru_cache

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray
from scalp.domain.skin import Skin
from scalp.skin import grids
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.profiles import FAR_FALL_MM, Deposits, deposit_axes, length_scale, skin_table, spline_weights

FIT_COUNTS = (13, 8, 11, 7)
"""Nodes over width, concentration, top and height, evenly spread on the axes of `deposit_axes`, at which profiles are fitted."""
FINE_COUNTS = (13, 16, 33, 13)
"""Nodes of the look-up."""
_INSIDE = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9, 0.96, 0.999)
_OUTSIDE_MM = np.array(
    (
        0.0005,
        0.012,
        0.03,
        0.05,
        0.075,
        0.105,
        0.14,
        0.18,
        0.23,
        0.29,
        0.36,
        0.45,
        0.57,
        0.72,
        0.92,
        1.15,
        1.45,
        1.85,
        2.4,
        3.1,
        4.0,
        5.2,
        6.8,
        9.0,
    )
)
"""Where a profile is met: parts of the radius inside the outline, distances from it outside."""
_CENTRE_MM = 0.033
"""Distances count by their area, plus as much as at this distance, so that the core is not lost."""
_RIDGE = 1e-3
_PASSES_COUNT = 2


@lru_cache(maxsize=2)
def _even_axes(counts: tuple[int, ...]) -> tuple[FloatArray, ...]:
    """Return evenly spaced axes of so many nodes."""
    return tuple(np.linspace(axis[0], axis[-1], count) for axis, count in zip(deposit_axes(), counts, strict=True))


@lru_cache(maxsize=1)
def _meeting() -> tuple[FloatArray, FloatArray]:
    """Return distances (D, S) at which profiles of the look-up's widths are met, and what makes them of the rings (S, J)."""
    radius_mm = np.exp(_even_axes(FIT_COUNTS)[0])[:, None] / 2
    distances_mm = np.concatenate([radius_mm * np.array(_INSIDE), radius_mm + _OUTSIDE_MM], axis=1)
    inside = spline_weights(np.array(grids.INSIDE_NODES) ** 2, np.array(_INSIDE) ** 2)
    axis, wanted = (np.log(np.asarray(away) + grids.OUTSIDE_OFFSET_MM) for away in (grids.OUTSIDE_NODES_MM, _OUTSIDE_MM))
    weights = np.zeros((distances_mm.shape[1], len(grids.RING_TURNS)))
    weights[: len(_INSIDE), : len(grids.INSIDE_NODES)] = inside
    faded = np.exp(-np.maximum(_OUTSIDE_MM - grids.OUTSIDE_NODES_MM[-1], 0.0) / FAR_FALL_MM)
    weights[len(_INSIDE) :, len(grids.INSIDE_NODES) :] = spline_weights(axis, wanted) * faded[:, None]
    return distances_mm, weights


@lru_cache(maxsize=1)
def _areas() -> FloatArray:
    """Return what each sample (D, S) counts in the light taken in all: integrals of splines through the samples."""
    split, fine = len(_INSIDE), np.linspace(0.0, 1.0, 4001)
    distances_mm, _ = _meeting()
    areas = np.zeros(distances_mm.shape)
    axis = np.log(_OUTSIDE_MM + grids.OUTSIDE_OFFSET_MM)
    along = axis[0] + (axis[-1] - axis[0]) * fine
    outside, inside = spline_weights(axis, along), spline_weights(np.array(_INSIDE) ** 2, fine)
    beyond_mm = np.exp(along) - grids.OUTSIDE_OFFSET_MM
    for row, width_mm in zip(areas, 2 * distances_mm[:, split - 1] / _INSIDE[-1], strict=True):
        row[:split] = np.trapezoid(inside, fine, axis=0) * width_mm**2 / 8
        density = outside * (beyond_mm + width_mm / 2)[:, None] * np.exp(along)[:, None]
        row[split:] = np.trapezoid(density, along, axis=0)
    return areas


@njit(cache=True, nogil=True)
def _solve(matrix: FloatArray, right: FloatArray) -> None:
    """Solve a positive definite system in place by Cholesky; right (K,) becomes the solution."""
    size = len(right)
    for row in range(size):
        for column in range(row + 1):
            total = matrix[row, column]
            for k in range(column):
                total -= matrix[row, k] * matrix[column, k]
            matrix[row, column] = np.sqrt(max(total, 1e-12)) if row == column else total / matrix[column, column]
    for row in range(size):
        for k in range(row):
            right[row] -= matrix[row, k] * right[k]
        right[row] /= matrix[row, row]
    for row in range(size - 1, -1, -1):
        for k in range(row + 1, size):
            right[row] -= matrix[k, row] * right[k]
        right[row] /= matrix[row, row]


@njit(cache=True, nogil=True, inline="always")
def _gather(
    profile: Float32Array, shapes: FloatArray, rings: FloatArray, found: FloatArray, matrix: FloatArray, sides: FloatArray
) -> float:
    """Fill the normal equations of one profile (S,) about the weights found so far; sides (2, K) right and light taken.

    Return the light the profile takes. A change of the exponent counts as the change of light it makes.
    """
    size = len(found)
    matrix[:] = 0.0
    sides[:] = 0.0
    lost = 0.0
    for at in range(len(profile)):
        shape = shapes[at]
        fitted = 0.0
        for k in range(size):
            fitted += found[k] * shape[k]
        passed = max(np.exp(-0.5 * (profile[at] + max(fitted, 0.0))), 0.03)
        weight = 6.0 * rings[at, 0] * passed * passed
        lit = rings[at, 1] * passed
        lost += lit * profile[at]
        for k in range(size):
            pull = weight * shape[k]
            sides[0, k] += pull * profile[at]
            sides[1, k] += lit * shape[k]
            for other in range(k + 1):
                matrix[k, other] += pull * shape[other]
    return lost


@njit(cache=True, nogil=True)
def _fit(profiles: Float32Array, shapes: FloatArray, rings: FloatArray, out: Float32Array) -> None:
    """Fit Gaussians to profiles of -ln(1 - contrast), (D, N, S).

    Shapes are (D, S, K), rings (D, S, 2) what each sample counts and its area; out (D, N, K) takes the weights.
    """
    size = shapes.shape[2]
    matrix, sides, found = np.zeros((size, size)), np.zeros((2, size)), np.zeros(size)
    for width in range(len(profiles)):
        for item in range(profiles.shape[1]):
            found[:] = 0.0
            for _ in range(_PASSES_COUNT):
                lost = _gather(profiles[width, item], shapes[width], rings[width], found, matrix, sides)
                # The light taken in all is kept, as one heavy equation more.
                heavy = 100.0 / max(lost * lost, 1e-12)
                for k in range(size):
                    sides[0, k] += heavy * sides[1, k] * lost
                    matrix[k, k] += _RIDGE * _RIDGE
                    for other in range(k + 1):
                        matrix[k, other] += heavy * sides[1, k] * sides[1, other]
                _solve(matrix, sides[0])
                found[:] = sides[0]
            out[width, item] = found


def _resampled(table: Float32Array, first_axis: int, axes: tuple[FloatArray, ...], wanted: tuple[FloatArray, ...]) -> Float32Array:
    """Return a table with some axes in a row, from the first on, brought to other nodes by cubic splines."""
    for axis, (nodes, places) in enumerate(zip(axes, wanted, strict=True), start=first_axis):
        weights = spline_weights(nodes, places).astype(np.float32)
        before, after = table.shape[:axis], table.shape[axis + 1 :]
        table = (weights @ table.reshape(-1, table.shape[axis], int(np.prod(after)))).reshape(*before, len(weights), *after)
    return table


def _trend() -> Float32Array:
    """Return (D, M) by which weights are divided in the look-up, so that what is left varies slowly."""
    width, dose = (np.exp(axis) for axis in _even_axes(FINE_COUNTS)[:2])
    return np.asarray(width[:, None] * np.sqrt(dose), np.float32)


@lru_cache(maxsize=16)
def look_up_table(skin: Skin) -> Float32Array:
    """Return the look-up of one skin, (D, M, T, H, 3 * K), weights less their trend."""
    distances_mm, met = _meeting()
    nodes, fit_nodes = deposit_axes(), _even_axes(FIT_COUNTS)
    # Profiles in each band at the nodes of the fit, then at the distances where they are met.
    roots = _resampled(np.moveaxis(skin_table(skin), 2, 1), 2, nodes, fit_nodes).reshape(3, len(grids.RING_TURNS), FIT_COUNTS[0], -1)
    profiles = np.maximum(np.einsum("sj,bjdn->dbns", met.astype(np.float32), roots, optimize=True), 0.0)
    profiles = np.ascontiguousarray((profiles * profiles * profiles).reshape(FIT_COUNTS[0], -1, len(met)))
    sigmas = np.array(SIGMAS_MM) / length_scale(skin)
    shapes = np.exp(-(distances_mm[..., None] ** 2) / (2 * sigmas**2))
    rings = np.stack([(distances_mm + _CENTRE_MM) * np.gradient(distances_mm, axis=1), _areas()], axis=-1)
    out = np.empty((*profiles.shape[:2], len(SIGMAS_MM)), np.float32)
    _fit(profiles, shapes, rings, out)
    fitted = np.moveaxis(out.reshape(FIT_COUNTS[0], 3, *FIT_COUNTS[1:], len(SIGMAS_MM)), 1, -2).reshape(*FIT_COUNTS, -1)
    table = _resampled(np.ascontiguousarray(fitted), 1, fit_nodes[1:], _even_axes(FINE_COUNTS)[1:])
    table /= _trend()[:, :, None, None, None]
    return table


@njit(cache=True, nogil=True)
def _look_up(table: Float32Array, places: FloatArray, thin: FloatArray, out: Float32Array) -> None:
    """Fill out (N, V) by multi-linear interpolation at places (N, 4) in nodes of table (D, M, T, H, V)."""
    views = table.shape[4]
    shares, lows, trend = np.zeros((4, 2)), np.zeros(4, np.int64), 0.0
    for item in range(len(out)):
        trend = thin[item]
        for axis in range(4):
            lows[axis] = min(int(places[item, axis]), table.shape[axis] - 2)
            shares[axis, 1] = places[item, axis] - lows[axis]
            shares[axis, 0] = 1.0 - shares[axis, 1]
        line = out[item]
        for corner in range(16):
            d, m, t, h = corner & 1, corner >> 1 & 1, corner >> 2 & 1, corner >> 3 & 1
            share = np.float32(trend * shares[0, d] * shares[1, m] * shares[2, t] * shares[3, h])
            row = table[lows[0] + d, lows[1] + m, lows[2] + t, lows[3] + h]
            for view in range(views):
                line[view] += share * row[view]


def look_up(skin: Skin, deposits: Deposits) -> Float32Array:
    """Return the weights (N, 3, K) of deposits in a skin, quickly: about 0.2 microseconds each."""
    axes = _even_axes(FINE_COUNTS)
    starts = np.array([axis[0] for axis in axes])
    steps = np.array([axis[1] - axis[0] for axis in axes])
    places = np.clip((deposits.log_places_mm - starts) / steps, 0.0, np.array(FINE_COUNTS) - 1.0)
    trend = deposits.thin_fraction * np.exp(deposits.log_places_mm[:, 0] + 0.5 * deposits.log_places_mm[:, 1])
    weights = np.zeros((len(places), 3 * len(SIGMAS_MM)), np.float32)
    _look_up(look_up_table(skin), places, trend, weights)
    return weights.reshape(-1, 3, len(SIGMAS_MM))
