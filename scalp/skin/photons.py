"""Photons walking through layered, scattering tissue: a Monte Carlo of our own.

What lives here: the walk itself (random numbers, Fresnel, Henyey-Greenstein) and the reflectance and transmittance of
plane layers. What an impression takes away on the way is `scalp.skin.columns`'; what skin is made of is
`scalp.skin.tissue`'s. Each photon has its own random stream, so that the same seed gives the same bytes.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import BadInput, FloatArray, Value, as_seed, value
from scalp.skin.chance import GOLDEN, WORD, free_path, mixed, stream_of, turn_cosine, unit, words

_N = 10
"""Column of a layer table that holds the refractive index."""
_FAINT = math.log(1e4)
"""Optical depth of absorption from which photons are thinned out."""
_LOG_TEN = math.log(10.0)
_ISOTROPIC = 1e-6
LARGEST_SEED = 2**63 - 1
_BLOCK_COUNT = 2048
"""Photons whose sum is taken in one go."""

Stream: TypeAlias = npt.NDArray[np.uint64]
"""One random stream, (1,)."""

_UNIT = 1.0 / 9007199254740992.0


@njit(cache=True, nogil=True, inline="always")
def draw(state: Stream) -> float:
    """Return a number in (0, 1) from a stream, state (1,) uint64. [Steele2014]"""
    state[0] += GOLDEN
    z = mixed(state[0])
    return (float(z >> np.uint64(11)) + 0.5) * _UNIT


@njit(cache=True, nogil=True)
def start_stream(state: Stream, seed: int, photon: int) -> None:
    """Set a stream so that every photon of every seed has its own."""
    state[0] = np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(photon) * np.uint64(0xA24BAED4963EE407)
    draw(state)
    draw(state)


@njit(cache=True, nogil=True)
def fresnel(n_here: float, n_there: float, cosine: float) -> tuple[float, float]:
    """Return the part of unpolarised light that is reflected, and the cosine beyond; cosine in 0..1."""
    if n_here == n_there:
        return 0.0, cosine
    sine_there = n_here / n_there * math.sqrt(max(0.0, 1.0 - cosine * cosine))
    if sine_there >= 1.0:
        return 1.0, 0.0
    beyond = math.sqrt(1.0 - sine_there * sine_there)
    across = (n_here * cosine - n_there * beyond) / (n_here * cosine + n_there * beyond)
    along = (n_here * beyond - n_there * cosine) / (n_here * beyond + n_there * cosine)
    return 0.5 * (across * across + along * along), beyond


@njit(cache=True, nogil=True)
def deflect(direction: FloatArray, g: float, state: Stream) -> None:
    """Turn a direction (3,) in place by a Henyey-Greenstein angle. [Wang1995]"""
    if g == 0.0:
        cosine = 2.0 * draw(state) - 1.0
    else:
        part = (1.0 - g * g) / (1.0 - g + 2.0 * g * draw(state))
        cosine = (1.0 + g * g - part * part) / (2.0 * g)
    sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
    angle = 2.0 * math.pi * draw(state)
    cos_a, sin_a = math.cos(angle), math.sin(angle)
    x, y, z = direction[0], direction[1], direction[2]
    if abs(z) > 0.99999:
        direction[0], direction[1], direction[2] = sine * cos_a, sine * sin_a, math.copysign(cosine, z * cosine)
        return
    flat = math.sqrt(1.0 - z * z)
    direction[0] = sine * (x * z * cos_a - y * sin_a) / flat + x * cosine
    direction[1] = sine * (y * z * cos_a + x * sin_a) / flat + y * cosine
    direction[2] = -sine * cos_a * flat + z * cosine
    scale = 1.0 / math.sqrt(direction[0] ** 2 + direction[1] ** 2 + direction[2] ** 2)
    direction[0] *= scale
    direction[1] *= scale
    direction[2] *= scale


@njit(cache=True, nogil=True, inline="always")
def _layer_row(table: FloatArray, layer: int) -> tuple[float, float, float, float, float, float, float, float, float, float]:
    """Return one layer's numbers as scalars: absorption, mean free path, depths, and its angle's six coefficients."""
    row = table[layer]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]


@value
class Layers(Value):
    """Plane layers from the surface down, columns of equal length; the last may be infinitely thick.

    `n_below` is the refractive index under the last layer; above the first is air.
    """

    mu_a_per_mm: FloatArray
    mu_s_per_mm: FloatArray
    g: FloatArray
    n: FloatArray
    thickness_mm: FloatArray
    n_below: float = 1.0

    def check(self) -> None:
        """Refuse layers that do not fit together, or that no light could cross."""
        columns = (self.mu_a_per_mm, self.mu_s_per_mm, self.g, self.n, self.thickness_mm)
        shapes = [getattr(column, "shape", None) for column in columns]
        if set(shapes) != {(np.size(self.g),)} or not np.size(self.g):
            raise BadInput("layers", shapes, "columns of one length", "Give each layer all five numbers.")
        for name, column, fits, allowed in (
            ("mu_a_per_mm", self.mu_a_per_mm, (self.mu_a_per_mm >= 0) & np.isfinite(self.mu_a_per_mm), "absorption 0 or more"),
            ("mu_s_per_mm", self.mu_s_per_mm, (self.mu_s_per_mm > 0) & np.isfinite(self.mu_s_per_mm), "scattering above 0"),
            ("g", self.g, np.abs(self.g) < 1, "between -1 and 1"),
            ("n", self.n, (self.n >= 1) & (self.n < 5), "1 to 5"),
            ("thickness_mm", self.thickness_mm, self.thickness_mm > 0, "above 0"),
            ("thickness_mm", self.thickness_mm, np.isfinite(np.append(self.thickness_mm[:-1], 0.0)), "finite but for the last layer"),
        ):
            if not fits.all():
                raise BadInput(name, column[~fits][0], allowed, "Correct this layer.")
        if not 1.0 <= self.n_below < 5.0:
            raise BadInput("n_below", self.n_below, "1 to 5", "Air is 1, the index of the last layer goes on without end.")


@njit(cache=True, nogil=True, fastmath={"contract"})
def _walk_layers(table: FloatArray, n_below: float, seed: int, begin: int, end: int) -> tuple[float, float, float, float]:
    """Return sums of weight and squared weight that leave above and below, of photons begin to end; table as `_layer_table`'s.

    Only depth and the cosine to the normal are kept: plane layers are the same in every direction around it.
    """
    last = len(table) - 1
    above = above_squared = below = below_squared = 0.0
    entering = -math.log1p(-fresnel(1.0, table[0, _N], 1.0)[0])
    for photon in range(begin, end):
        # A photon enters straight down; `spent` is the optical depth of absorption behind it, the surface's glare included.
        state = stream_of(seed, photon)
        z, uz, layer, spent = 0.0, 1.0, 0, entering
        mu_a, path_mm, top, bottom, free_a, free_b, free_c, shift, slope, square = _layer_row(table, 0)
        state, free = free_path(state)
        while True:
            z_next = z + free * path_mm * uz
            if top < z_next < bottom:
                # Scattered inside the layer: a Henyey-Greenstein angle, turned by an even one about the old way.
                z = z_next
                spent += mu_a * free * path_mm
                state = state + GOLDEN
                polar, around = words(mixed(state))
                part = free_a / (free_b + free_c * polar)
                cosine = shift + slope * polar + square * part * part
                uz = uz * cosine + math.sqrt(abs((1.0 - uz * uz) * (1.0 - cosine * cosine))) * turn_cosine(around)
                state, free = free_path(state)
                if spent > _FAINT:
                    # One faint photon in ten goes on, for ten.
                    state = state + GOLDEN
                    if unit(mixed(state)) >= 0.1:
                        break
                    spent -= _LOG_TEN
                continue
            # At an interface: thrown back, or bent through into the next layer or out.
            down = uz > 0.0
            room_mm = ((bottom if down else top) - z) / uz if uz != 0.0 else 0.0
            z = bottom if down else top
            spent += mu_a * room_mm
            free = max(0.0, free - room_mm / path_mm)
            leaves = layer == last if down else layer == 0
            n_next = (n_below if down else 1.0) if leaves else table[layer + (1 if down else -1), _N]
            back, beyond = fresnel(table[layer, _N], n_next, abs(uz))
            state = state + GOLDEN
            if unit(mixed(state)) < back:
                uz = -uz
                continue
            if leaves:
                weight = math.exp(-spent)
                if down:
                    below += weight
                    below_squared += weight * weight
                else:
                    above += weight
                    above_squared += weight * weight
                break
            uz = beyond if down else -beyond
            layer += 1 if down else -1
            mu_a, path_mm, top, bottom, free_a, free_b, free_c, shift, slope, square = _layer_row(table, layer)
    return above, above_squared, below, below_squared


@njit(cache=True, nogil=True)
def _walk_blocks(table: FloatArray, n_below: float, seed: int, edges: npt.NDArray[np.int64], sums: FloatArray) -> None:
    """Fill sums (B, 4) with what the photons between each pair of edges (B + 1,) do."""
    for block in range(len(sums)):
        sums[block] = _walk_layers(table, n_below, seed, edges[block], edges[block + 1])


@value
class Balance(Value):
    """What layers throw back (`reflected`, the surface's own glare included) and let through, with standard errors."""

    reflected: float
    reflected_sd: float
    transmitted: float
    transmitted_sd: float


def trace_layers(layers: Layers, *, photons_count: int, seed: int, threads_count: int = 1) -> Balance:
    """Return the total reflectance and transmittance of plane layers for light that falls straight in.

    Exponential free paths by scattering alone, absorption along the path, Henyey-Greenstein phase function, Fresnel
    at every change of index, unpolarised. Every photon has its own random stream and sums are taken in a fixed order:
    the same bytes on any number of threads. [Wang1995]
    """
    if photons_count < 1 or threads_count < 1:
        raise BadInput("photons_count, threads_count", (photons_count, threads_count), "1 or more", "Ask for photons and a thread.")
    if as_seed(seed) > LARGEST_SEED:
        raise BadInput("seed", seed, f"0 to {LARGEST_SEED}", "Any such number will do.")
    table = _layer_table(layers)
    edges = np.append(np.arange(0, photons_count, _BLOCK_COUNT), photons_count)
    sums = np.zeros((len(edges) - 1, 4))
    shares = np.array_split(np.arange(len(sums)), threads_count)
    spans = [(int(share[0]), int(share[-1]) + 1) for share in shares if len(share)]
    with ThreadPoolExecutor(threads_count) as pool:
        list(pool.map(lambda span: _walk_blocks(table, layers.n_below, seed, edges[span[0] : span[1] + 1], sums[span[0] : span[1]]), spans))
    totals = sums.sum(axis=0)
    glare = fresnel(1.0, float(layers.n[0]), 1.0)[0]
    means = totals[[0, 2]] / photons_count
    errors = np.sqrt(np.maximum(totals[[1, 3]] / photons_count - means**2, 0.0) / photons_count)
    return Balance(reflected=means[0] + glare, reflected_sd=errors[0], transmitted=means[1], transmitted_sd=errors[1])


def _layer_table(layers: Layers) -> FloatArray:
    """Return what the walk needs of each layer, (L, 11): optics, depths, and the coefficients of its Henyey-Greenstein cosine.

    The cosine is shift + slope u + square part^2 with part = a / (b + c u) and u a 32-bit number: isotropic layers have
    only shift and slope, others only shift and square.
    """
    bottoms = np.cumsum(layers.thickness_mm)
    tops = np.concatenate([[0.0], bottoms[:-1]])
    g = np.asarray(layers.g, float)
    even = np.abs(g) < _ISOTROPIC
    twice = np.where(even, 1.0, 2.0 * g)
    angle = (
        np.where(even, 1.0, 1.0 - g * g),
        np.where(even, 1.0, 1.0 - g),
        np.where(even, 0.0, 2.0 * g * WORD),
        np.where(even, -1.0, (1.0 + g * g) / twice),
        np.where(even, 2.0 * WORD, 0.0),
        np.where(even, 0.0, -1.0 / twice),
    )
    return np.ascontiguousarray(np.column_stack([layers.mu_a_per_mm, 1.0 / layers.mu_s_per_mm, tops, bottoms, *angle, layers.n]))
