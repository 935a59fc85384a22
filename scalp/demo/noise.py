"""Unevenness in three dimensions for skin, cloth and walls: smooth value noise and the nearest of scattered points.

The types are written out, so that each is compiled once and not again for every caller.
"""

import numpy as np
from numba import njit


@njit("int64(int64, int64, int64, int64)", cache=True, nogil=True, error_model="numpy")
def _hash(x, y, z, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return a whole number 0..2^32-1 that belongs to one cell of the grid."""
    mixed = (x * 374761393 + y * 668265263 + z * 1440662683 + kind * 974711) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 1103515245) & 0xFFFFFFFF
    return mixed ^ (mixed >> 16)


@njit("float64(int64, int64, int64, int64)", cache=True, nogil=True, error_model="numpy")
def _corner(x, y, z, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return a number -1..1 that belongs to one corner of the grid."""
    return _hash(x, y, z, kind) * (2.0 / 4294967295.0) - 1.0


@njit("float64(float64, float64, float64, int64)", cache=True, nogil=True, error_model="numpy")
def noise(x, y, z, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return smooth noise -1..1 with a grid of 1; `kind` picks an independent field."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    u, v, w = x - i, y - j, z - k
    u, v, w = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v), w * w * (3.0 - 2.0 * w)
    low = (_corner(i, j, k, kind) * (1 - u) + _corner(i + 1, j, k, kind) * u) * (1 - v) + (
        _corner(i, j + 1, k, kind) * (1 - u) + _corner(i + 1, j + 1, k, kind) * u
    ) * v
    high = (_corner(i, j, k + 1, kind) * (1 - u) + _corner(i + 1, j, k + 1, kind) * u) * (1 - v) + (
        _corner(i, j + 1, k + 1, kind) * (1 - u) + _corner(i + 1, j + 1, k + 1, kind) * u
    ) * v
    return low * (1 - w) + high * w


@njit("float64(float64, float64, float64, int64)", cache=True, nogil=True, error_model="numpy")
def rough(x, y, z, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return three octaves of noise, about -1..1."""
    return (
        0.57 * noise(x, y, z, kind)
        + 0.29 * noise(2.03 * x, 2.03 * y, 2.03 * z, kind + 1)
        + 0.14 * noise(4.1 * x, 4.1 * y, 4.1 * z, kind + 2)
    )


@njit("UniTuple(float64, 2)(float64, float64, float64, int64)", cache=True, nogil=True, error_model="numpy")
def nearest_spot(x, y, z, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return (distance, a number 0..1 of its own) of the nearest of points scattered one a grid cell, among the 8 nearest cells."""
    i, j, k = int(np.floor(x - 0.5)), int(np.floor(y - 0.5)), int(np.floor(z - 0.5))
    best, own = 9.0, 0.0
    for cell in range(8):
        a, b, c = i + (cell & 1), j + ((cell >> 1) & 1), k + (cell >> 2)
        drawn = _hash(a, b, c, kind)
        px = a + 0.15 + 0.7 * ((drawn & 1023) / 1023.0) - x
        py = b + 0.15 + 0.7 * (((drawn >> 10) & 1023) / 1023.0) - y
        pz = c + 0.15 + 0.7 * (((drawn >> 20) & 1023) / 1023.0) - z
        squared = px * px + py * py + pz * pz
        if squared < best:
            best, own = squared, (drawn & 65535) / 65535.0
    return np.sqrt(best), own


@njit("float64(float64[:], float64[:])", cache=True, nogil=True, error_model="numpy")
def inner(a, b):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return the inner product of two vectors (3,)."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit("void(float64[:])", cache=True, nogil=True, error_model="numpy")
def make_unit(a):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Bring a vector (3,) to length 1 in place."""
    length = np.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
    a[0] /= length
    a[1] /= length
    a[2] /= length
