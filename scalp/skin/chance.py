"""Random numbers inside compiled walks: a counter that is mixed, and what walks draw from it.

What lives here: scalar functions that keep a stream's state in a register and give it back. Every photon has its own
stream, named by a seed and its number, so that the same seed gives the same bytes however the work is shared out.
"""

import math

import numpy as np
from numba import njit

from scalp.base import FloatArray

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SEED_STRIDE, _PHOTON_STRIDE = np.uint64(0xD1342543DE82EF95), np.uint64(0xA24BAED4963EE407)
_BY_27, _BY_30, _BY_31 = np.uint64(27), np.uint64(30), np.uint64(31)
_LOW_11, _LOW_32, _BYTE = np.uint64(11), np.uint64(32), np.uint64(255)
_LOW_WORD = np.uint64(0xFFFFFFFF)
_UNIT = 2.0**-53
WORD = 2.0**-32
"""What one step of a 32-bit number is worth on 0..1."""


def _ziggurat(strips_count: int = 256) -> tuple[FloatArray, FloatArray]:
    """Return edges and heights (257,) of strips of equal area under exp(-x); the first is as wide as the tail makes it. [Marsaglia2000]"""
    low, high = 5.0, 10.0
    while high - low > 1e-15 * high and low < 0.5 * (low + high) < high:
        start = 0.5 * (low + high)
        area = (start + 1.0) * math.exp(-start)
        edges = [area * math.exp(start), start]
        while len(edges) < strips_count and area / edges[-1] + math.exp(-edges[-1]) < 1.0:
            edges.append(-math.log(area / edges[-1] + math.exp(-edges[-1])))
        fits = len(edges) == strips_count and area / edges[-1] + math.exp(-edges[-1]) < 1.0
        low, high = (low, start) if fits else (start, high)
    placed = np.array([*edges[:strips_count], 0.0])
    return placed, np.exp(-placed)


_EDGES, _HEIGHTS = _ziggurat()


@njit(cache=True, nogil=True, inline="always")
def mixed(state: np.uint64) -> np.uint64:
    """Return 64 random bits of a counter. [Steele2014]"""
    z = (state ^ (state >> _BY_30)) * _MIX_A
    z = (z ^ (z >> _BY_27)) * _MIX_B
    return z ^ (z >> _BY_31)


@njit(cache=True, nogil=True, inline="always")
def stream_of(seed: int, photon: int) -> np.uint64:
    """Return the first state of the stream of one photon of one seed."""
    return mixed(np.uint64(seed) * _SEED_STRIDE + np.uint64(photon) * _PHOTON_STRIDE + GOLDEN)


@njit(cache=True, nogil=True, inline="always")
def unit(bits: np.uint64) -> float:
    """Return a number in 0..1, 1 left out, of the upper 53 bits."""
    return float(bits >> _LOW_11) * _UNIT


@njit(cache=True, nogil=True, inline="always")
def words(bits: np.uint64) -> tuple[float, float]:
    """Return two independent whole numbers from 0 to 2^32 - 1."""
    return float(bits >> _LOW_32), float(bits & _LOW_WORD)


@njit(cache=True, nogil=True, inline="always")
def turn_cosine(steps_count: float) -> float:
    """Return the cosine of an even random angle, of a 32-bit number: sin(pi y) by its series, good to 1e-11."""
    y = steps_count * WORD - 0.5
    q = y * y
    rest = -0.599264529320792 + q * (0.0821458866111282 + q * (-0.00737043094571435 + q * (0.000466302805767613 - q * 2.1915353447e-05)))
    return y * (3.14159265358979312 + q * (-5.16771278004997 + q * (2.55016403987734549 + q * rest)))


@njit(cache=True, nogil=True, inline="always")
def free_path(state: np.uint64) -> tuple[np.uint64, float]:
    """Return the next state and a free path in mean free paths, distributed as exp(-x), 99 times in 100 without a logarithm. [Marsaglia2000]"""
    state = state + GOLDEN
    bits = mixed(state)
    strip = np.int64(bits & _BYTE)
    path = unit(bits) * _EDGES[strip]
    if path < _EDGES[strip + 1]:
        return state, path
    return _rare_path(state, bits)


@njit(cache=True, nogil=True)
def _rare_path(state: np.uint64, bits: np.uint64) -> tuple[np.uint64, float]:
    """Return the next state and a free path where the first try fell into a strip's corner or into the tail."""
    passed = 0.0
    while True:
        strip = np.int64(bits & _BYTE)
        path = unit(bits) * _EDGES[strip]
        if path < _EDGES[strip + 1]:
            return state, passed + path
        state = state + GOLDEN
        bits = mixed(state)
        if strip == 0:
            # Beyond the last edge an exponential begins anew.
            passed += _EDGES[1]
        elif _HEIGHTS[strip] + unit(bits) * (_HEIGHTS[strip + 1] - _HEIGHTS[strip]) < math.exp(-path):
            return state, passed + path
        if strip != 0:
            state = state + GOLDEN
            bits = mixed(state)
