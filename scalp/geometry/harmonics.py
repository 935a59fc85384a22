"""Real spherical harmonics: smooth functions on the sphere of directions. What they describe is other rooms' business."""

from functools import cache
from math import factorial, pi, sqrt

import numpy as np

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
    x, y, z = directions[:, 2], directions[:, 0], directions[:, 1]
    values = np.empty((len(directions), (degree + 1) ** 2))
    cosine, sine = np.ones_like(x), np.zeros_like(x)
    for m in range(degree + 1):
        column = _legendre_column(z, m, degree)
        for order_l in range(m, degree + 1):
            scaled = _norm(order_l, m) * column[order_l - m]
            base = order_l * order_l + order_l
            values[:, base + m] = scaled * cosine
            if m:
                values[:, base - m] = scaled * sine
        cosine, sine = x * cosine - y * sine, x * sine + y * cosine
    return values


def _legendre_column(z: FloatArray, m: int, degree: int) -> list[FloatArray]:
    """Return P_l^m(z) / sin^m for l = m .. degree by the upward recurrence, which is stable."""
    start = np.full_like(z, float(np.prod(np.arange(1, 2 * m, 2))))
    column = [start]
    if m < degree:
        column.append((2 * m + 1) * z * start)
    for order_l in range(m + 2, degree + 1):
        column.append(((2 * order_l - 1) * z * column[-1] - (order_l + m - 1) * column[-2]) / (order_l - m))
    return column


@cache
def _norm(order_l: int, m: int) -> float:
    """Return the factor that makes the harmonic of degree l and order m orthonormal."""
    plain: float = sqrt((2 * order_l + 1) / (4 * pi) * factorial(order_l - m) / factorial(order_l + m))
    return plain * (sqrt(2.0) if m else 1.0)


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
