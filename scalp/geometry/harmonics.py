"""Real spherical harmonics: smooth functions on the sphere of directions. What they describe is other rooms' business."""

from functools import cache
from math import factorial, pi, sqrt

import numpy as np
from numba import njit

from scalp.base import BadInput, FloatArray

HIGHEST_DEGREE = 24


def harmonics(directions: FloatArray, degree: int) -> FloatArray:
    """Return the real spherical harmonics up to `degree` at unit directions (N, 3), (N, (degree + 1)^2).

    Orthonormal over the sphere, without the Condon-Shortley phase, pole along +Y; the column of degree l and order m
    is l * l + l + m, sine for m < 0. Exact for every degree up to 24. [Sloan2013]

    >>> float(harmonics(np.array([[0.0, 1.0, 0.0]]), 1)[0, 0])
    0.28209...
    """
    if not 0 <= degree <= HIGHEST_DEGREE:
        raise BadInput("degree", degree, f"0 to {HIGHEST_DEGREE}", "8 describes a cranium to 0.1 mm.")
    values = np.empty((len(directions), (degree + 1) ** 2))
    _fill(np.ascontiguousarray(directions, np.float64), degree, _norms(), values)
    return values


@njit(cache=True, nogil=True)
def _fill(directions, degree, norms, values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    for row in range(len(directions)):
        y, z, x = directions[row]
        cosine, sine, start = 1.0, 0.0, 1.0
        for m in range(degree + 1):
            # P_l^m / sin^m for l = m .. degree by the upward recurrence, which is stable.
            before, here = 0.0, start
            for order_l in range(m, degree + 1):
                scaled = norms[order_l, m] * here
                base = order_l * order_l + order_l
                values[row, base + m] = scaled * cosine
                if m:
                    values[row, base - m] = scaled * sine
                before, here = here, ((2 * order_l + 1) * z * here - (order_l + m) * before) / (order_l + 1 - m)
            cosine, sine = x * cosine - y * sine, x * sine + y * cosine
            start *= 2 * m + 1


@cache
def _norms() -> FloatArray:
    """Return the factors that make the harmonics of degree l and order m orthonormal, [l, m]."""
    norms = np.zeros((HIGHEST_DEGREE + 1, HIGHEST_DEGREE + 1))
    for order_l in range(HIGHEST_DEGREE + 1):
        for m in range(order_l + 1):
            plain = sqrt((2 * order_l + 1) / (4 * pi) * factorial(order_l - m) / factorial(order_l + m))
            norms[order_l, m] = plain * (sqrt(2.0) if m else 1.0)
    return norms


def degrees(degree: int) -> FloatArray:
    """Return the degree l of each column of `harmonics`, ((degree + 1)^2,)."""
    return np.asarray(np.floor(np.sqrt(np.arange((degree + 1) ** 2) + 1e-9)))


def tangents(directions: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two unit vectors at right angles to each unit direction (N, 3) and to each other, each (N, 3)."""
    least = np.eye(3)[np.argmin(np.abs(directions), axis=1)]
    first = np.cross(directions, least)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(directions, first)


def harmonic_slopes(directions: FloatArray, degree: int) -> tuple[FloatArray, FloatArray]:
    """Return how the harmonics change per radian along the two `tangents`, each (N, (degree + 1)^2).

    Central differences of 1e-4 rad: right to 1e-7 for degrees up to 8.
    """
    step = 1e-4
    slopes = []
    for tangent in tangents(directions):
        ahead = directions * np.cos(step) + tangent * np.sin(step)
        behind = directions * np.cos(step) - tangent * np.sin(step)
        slopes.append((harmonics(ahead, degree) - harmonics(behind, degree)) / (2 * np.sin(step)))
    return slopes[0], slopes[1]
