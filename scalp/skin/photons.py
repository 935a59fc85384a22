"""Photons walking through layered, scattering tissue: a Monte Carlo of our own.

What lives here: the walk itself (random numbers, Fresnel, Henyey-Greenstein) and the reflectance and transmittance of
plane layers. What an impression takes away on the way is `scalp.skin.columns`'; what skin is made of is
`scalp.skin.tissue`'s. Each photon has its own random stream, so that the same seed gives the same bytes.
"""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import BadInput, FloatArray, Value, value

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
Stream: TypeAlias = npt.NDArray[np.uint64]
"""One random stream, (1,)."""

_UNIT = 1.0 / 9007199254740992.0


@njit(cache=True, nogil=True, inline="always")
def draw(state: Stream) -> float:
    """Return a number in (0, 1) from a stream, state (1,) uint64. [Steele2014]"""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    z = z ^ (z >> np.uint64(31))
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
        """Refuse layers that do not scatter or do not fit together."""
        columns = (self.mu_a_per_mm, self.mu_s_per_mm, self.g, self.n, self.thickness_mm)
        if len({len(column) for column in columns}) != 1 or self.mu_s_per_mm.min() <= 0 or self.mu_a_per_mm.min() < 0:
            raise BadInput("layers", self.mu_s_per_mm, "columns of one length, scattering above 0, absorption 0 or more", "Correct them.")


@njit(cache=True, nogil=True)
def _walk_layers(optics: FloatArray, bottoms: FloatArray, n_below: float, seed: int, count: int) -> FloatArray:
    """Return sums of weight and squared weight that leave above and below; optics (L, 4) mu_a, mu_s, g, n."""
    sums = np.zeros(4)
    state = np.zeros(1, np.uint64)
    direction = np.zeros(3)
    last = len(bottoms) - 1
    glare, _ = fresnel(1.0, optics[0, 3], 1.0)
    for photon in range(count):
        # A photon enters straight down, less what the surface throws back.
        start_stream(state, seed, photon)
        direction[0], direction[1], direction[2] = 0.0, 0.0, 1.0
        z, layer, weight = 0.0, 0, 1.0 - glare
        free = -math.log(draw(state))
        while weight > 0.0:
            # Go to the next scattering or to the next interface, losing weight on the way.
            mu_a, mu_s, g, n = optics[layer, 0], optics[layer, 1], optics[layer, 2], optics[layer, 3]
            uz = direction[2]
            top = 0.0 if layer == 0 else bottoms[layer - 1]
            if uz > 0.0:
                room = (bottoms[layer] - z) / uz
            elif uz < 0.0:
                room = (top - z) / uz
            else:
                room = math.inf
            step = free / mu_s
            if step < room:
                z += step * uz
                weight *= math.exp(-mu_a * step)
                deflect(direction, g, state)
                free = -math.log(draw(state))
                if weight < 1e-3:
                    weight = weight * 10.0 if draw(state) < 0.1 else 0.0
                continue
            # At an interface: thrown back, or bent through into the next layer or out.
            weight *= math.exp(-mu_a * room)
            free -= room * mu_s
            down = uz > 0.0
            z = bottoms[layer] if down else top
            n_next = (n_below if layer == last else optics[layer + 1, 3]) if down else (1.0 if layer == 0 else optics[layer - 1, 3])
            back, beyond = fresnel(n, n_next, abs(uz))
            if draw(state) < back:
                direction[2] = -uz
                continue
            if (down and layer == last) or (not down and layer == 0):
                side = 2 if down else 0
                sums[side] += weight
                sums[side + 1] += weight * weight
                break
            direction[0] *= n / n_next
            direction[1] *= n / n_next
            direction[2] = beyond if down else -beyond
            layer += 1 if down else -1
    return sums


@value
class Balance(Value):
    """What layers throw back (`reflected`, the surface's own glare included) and let through, with standard errors."""

    reflected: float
    reflected_sd: float
    transmitted: float
    transmitted_sd: float


def trace_layers(layers: Layers, *, photons_count: int, seed: int) -> Balance:
    """Return the total reflectance and transmittance of plane layers for light that falls straight in.

    Exponential free paths by scattering alone, absorption along the path, Henyey-Greenstein phase function, Fresnel
    at every change of index, unpolarised. [Wang1995]
    """
    optics = np.column_stack([layers.mu_a_per_mm, layers.mu_s_per_mm, layers.g, layers.n])
    sums = _walk_layers(optics, np.cumsum(layers.thickness_mm), layers.n_below, seed, photons_count)
    glare = fresnel(1.0, float(layers.n[0]), 1.0)[0]
    means = sums[[0, 2]] / photons_count
    errors = np.sqrt(np.maximum(sums[[1, 3]] / photons_count - means**2, 0.0) / photons_count)
    return Balance(reflected=means[0] + glare, reflected_sd=errors[0], transmitted=means[1], transmitted_sd=errors[1])
