"""What a column of pigment takes away from light in skin: plain photon walks, one skin at a time.

What lives here: the slow witness. It walks the photons of one wavelength in one skin past any columns, with their
standard errors, and shares nothing with the table but how a photon is deflected. All deposits of the table at once are
`scalp.skin.rings`'; `benchmarks/skin.py` compares the two.
"""

import math

import numpy as np
from numba import njit

from scalp.base import FloatArray, Value, value
from scalp.skin.photons import Stream, deflect, draw, fresnel, start_stream
from scalp.skin.tissue import ANISOTROPY, INDEX, PAPILLARY_MM

_DEEPEST_MM = 40.0


@value
class Columns(Value):
    """Columns of pigment, a row each: axis (N, 2) seen from the point that is looked at, radius, top, bottom, absorption."""

    places_mm: FloatArray
    radius_mm: FloatArray
    top_mm: FloatArray
    bottom_mm: FloatArray
    mu_ink_per_mm: FloatArray


@value
class Tissue(Value):
    """Skin at one wavelength: absorption of epidermis, papillary and reticular dermis (3,), and scattering."""

    mu_a_per_mm: FloatArray
    mu_s_per_mm: float
    epidermis_mm: float = 0.08
    papillary_mm: float = PAPILLARY_MM


@value
class Taken(Value):
    """What walks found, as means over photons: light taken by each column (N,), and light of bare skin.

    `squares_fraction` (N, 3) are the means of taken squared, taken times whole, and whole squared.
    """

    taken_fraction: FloatArray
    whole_fraction: float
    squares_fraction: FloatArray
    photons_count: int

    @property
    def contrast(self) -> FloatArray:
        """Return the part of bare skin's light that each column takes, (N,)."""
        return np.asarray(self.taken_fraction / self.whole_fraction)

    @property
    def contrast_error(self) -> FloatArray:
        """Return the standard error of each contrast, (N,)."""
        taken, both, whole = self.squares_fraction.T
        rest = taken - 2 * self.contrast * both + self.contrast**2 * whole
        return np.asarray(np.sqrt(np.maximum(rest, 0.0) / self.photons_count) / self.whole_fraction)


@njit(cache=True, nogil=True)
def _chord(start: FloatArray, move: FloatArray, column: FloatArray) -> float:
    """Return the length of a segment inside a column x y radius top bottom."""
    ax, ay = start[0] - column[0], start[1] - column[1]
    low, high = 0.0, 1.0
    quadratic = move[0] ** 2 + move[1] ** 2
    linear = ax * move[0] + ay * move[1]
    constant = ax * ax + ay * ay - column[2] ** 2
    # Inside the circle...
    if quadratic < 1e-20:
        if constant > 0.0:
            return 0.0
    else:
        inside = linear * linear - quadratic * constant
        if inside <= 0.0:
            return 0.0
        root = math.sqrt(inside)
        low, high = max(low, (-linear - root) / quadratic), min(high, (-linear + root) / quadratic)
    # ... and between top and bottom.
    if abs(move[2]) < 1e-12:
        if start[2] < column[3] or start[2] > column[4]:
            return 0.0
    else:
        one, other = (column[3] - start[2]) / move[2], (column[4] - start[2]) / move[2]
        low, high = max(low, min(one, other)), min(high, max(one, other))
    return float(max(0.0, high - low) * math.sqrt(quadratic + move[2] ** 2))


@njit(cache=True, nogil=True)
def _absorbed(z_low: float, z_high: float, step: float, layers: FloatArray) -> float:
    """Return mu_a times length of a step between two depths; layers mu_a of three, then the bottoms of two."""
    if z_high - z_low < 1e-12:
        return float(step * (layers[0] if z_low < layers[3] else (layers[1] if z_low < layers[4] else layers[2])))
    first = max(0.0, min(z_high, layers[3]) - z_low)
    second = max(0.0, min(z_high, layers[4]) - max(z_low, layers[3]))
    third = max(0.0, z_high - max(z_low, layers[4]))
    return float(step / (z_high - z_low) * (layers[0] * first + layers[1] * second + layers[2] * third))


@njit(cache=True, nogil=True)
def _walk(columns: FloatArray, layers: FloatArray, mu_s: float, state: Stream, depth: FloatArray) -> float:
    """Walk one photon and return its weight when it leaves, 0 where it does not; depth (N,) is filled with mu_ink x chord."""
    depth[:] = 0.0
    place, direction, move = np.zeros(3), np.array([0.0, 0.0, 1.0]), np.zeros(3)
    deepest = columns[:, 4].max()
    weight = 1.0
    while weight > 0.0 and place[2] < _DEEPEST_MM:
        step = -math.log(draw(state)) / mu_s
        at_surface = place[2] + step * direction[2] <= 0.0
        if at_surface:
            step = -place[2] / direction[2]
        move[:] = step * direction
        z_low, z_high = min(place[2], place[2] + move[2]), max(place[2], place[2] + move[2])
        weight *= math.exp(-_absorbed(max(z_low, 0.0), z_high, step, layers))
        for index in range(len(columns) if z_low < deepest else 0):
            reach = columns[index, 2] + step
            if abs(place[0] - columns[index, 0]) < reach and abs(place[1] - columns[index, 1]) < reach:
                depth[index] += columns[index, 5] * _chord(place, move, columns[index])
        place += move
        if at_surface:
            place[2] = 0.0
            back, _ = fresnel(INDEX, 1.0, -direction[2])
            if draw(state) >= back:
                return weight
            direction[2] = -direction[2]
        else:
            deflect(direction, ANISOTROPY, state)
        if weight < 0.01:
            weight = 5.0 * weight if draw(state) < 0.2 else 0.0
    return 0.0


@njit(cache=True, nogil=True)
def _trace(columns: FloatArray, layers: FloatArray, mu_s: float, seed: int, count: int) -> FloatArray:
    """Return sums over photons (N + 1, 3): light taken, its square, times whole; last row whole and its square."""
    sums = np.zeros((len(columns) + 1, 3))
    depth, state = np.zeros(len(columns)), np.zeros(1, np.uint64)
    for photon in range(count):
        start_stream(state, seed, photon)
        weight = _walk(columns, layers, mu_s, state, depth)
        for index in range(len(columns)):
            taken = weight * -math.expm1(-depth[index])
            sums[index, 0] += taken
            sums[index, 1] += taken * taken
            sums[index, 2] += taken * weight
        sums[-1, 0] += weight
        sums[-1, 1] += weight * weight
    return sums


def trace_columns(columns: Columns, tissue: Tissue, *, photons_count: int, seed: int) -> Taken:
    """Return the light columns take away and the light of bare skin, as means over photons with their squares.

    By reciprocity each photon starts at the point that is looked at, straight down, and leaves to the diffuse light
    it would have come from; on the way it is weakened by exp(-mu_ink x chord). Scattering is alike in all layers; the
    tissue is 40 mm deep; the pigment does not scatter. Columns do not shade each other. [Jacques2013]
    """
    rows = np.column_stack([columns.places_mm, columns.radius_mm, columns.top_mm, columns.bottom_mm, columns.mu_ink_per_mm])
    bottoms = [tissue.epidermis_mm, tissue.epidermis_mm + tissue.papillary_mm]
    means = _trace(rows, np.concatenate([tissue.mu_a_per_mm, bottoms]), tissue.mu_s_per_mm, seed, photons_count) / photons_count
    squares = np.column_stack([means[:-1, 1], means[:-1, 2], np.full(len(rows), means[-1, 1])])
    return Taken(taken_fraction=means[:-1, 0], whole_fraction=float(means[-1, 0]), squares_fraction=squares, photons_count=photons_count)
