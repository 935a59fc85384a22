"""What a column of pigment takes away from light in skin: the Monte Carlo behind the point-spread table.

What lives here: photon walks from the point that is looked at, re-weighted for many skins, columns, depths and
concentrations at once. The table made of it is read by `scalp.skin.spread`; `scripts/build_skin_tables.py` builds it.
"""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import BoolArray, FloatArray, Value, value
from scalp.skin.photons import Stream, deflect, draw, fresnel, start_stream
from scalp.skin.tissue import ANISOTROPY, INDEX

_DEEPEST_MM = 30.0

Shape: TypeAlias = tuple[FloatArray, FloatArray, npt.NDArray[np.int64], FloatArray, npt.NDArray[np.int64], FloatArray]
"""The fields of `Columns` in their order, as kernels take them."""


@value
class Columns(Value):
    """The columns one set of walks serves: every radius, slab and absorption, at every place.

    `places_mm` (P, 2) are the columns' axes seen from the point that is looked at, `place_ring` (P,) the index of the
    distance each belongs to. `edges_mm` (E,) are depths, ascending; `slabs` (S, 2) indices into them, top and bottom.
    `mu_ink_per_mm` (C,) is pigment absorption, ascending, each twice the one before.
    """

    radii_mm: FloatArray
    places_mm: FloatArray
    place_ring: npt.NDArray[np.int64]
    edges_mm: FloatArray
    slabs: npt.NDArray[np.int64]
    mu_ink_per_mm: FloatArray


@value
class Paths(Value):
    """The skins the walks are weighted for.

    `mu_epidermis_per_mm`, `mu_dermis_per_mm` (W, A) at W skins of A wavelengths and `band_weights` (A, B), what each
    wavelength counts in each band.
    """

    mu_epidermis_per_mm: FloatArray
    mu_dermis_per_mm: FloatArray
    band_weights: FloatArray
    mu_s_per_mm: float
    epidermis_mm: float = 0.08


@njit(cache=True, nogil=True)
def _clip(ax: float, ay: float, dx: float, dy: float, radius: float) -> tuple[float, float]:
    """Return where 0..1 along a segment (from a, by d, axis at the origin) it is inside a circle; empty if from > to."""
    quadratic = dx * dx + dy * dy
    linear = ax * dx + ay * dy
    constant = ax * ax + ay * ay - radius * radius
    if quadratic < 1e-18:
        return (0.0, 1.0) if constant < 0.0 else (1.0, 0.0)
    inside = linear * linear - quadratic * constant
    if inside <= 0.0:
        return 1.0, 0.0
    root = math.sqrt(inside)
    return max(0.0, (-linear - root) / quadratic), min(1.0, (-linear + root) / quadratic)


@njit(cache=True, nogil=True)
def _add_chords(chords: FloatArray, touched: BoolArray, columns: Shape, start: FloatArray, move: FloatArray) -> None:
    """Add to chords (P, R, E) the length of a segment inside each column above each edge; radii ascending."""
    radii, places, _, edges, _, _ = columns
    length = math.sqrt(move[0] ** 2 + move[1] ** 2 + move[2] ** 2)
    reach = radii[-1] + 0.5 * math.sqrt(move[0] ** 2 + move[1] ** 2)
    middle_x, middle_y = start[0] + 0.5 * move[0], start[1] + 0.5 * move[1]
    for place in range(len(places)):
        away_x, away_y = middle_x - places[place, 0], middle_y - places[place, 1]
        if away_x * away_x + away_y * away_y > reach * reach:
            continue
        for ring in range(len(radii) - 1, -1, -1):
            low, high = _clip(start[0] - places[place, 0], start[1] - places[place, 1], move[0], move[1], radii[ring])
            if low >= high:
                break
            touched[place, ring] = True
            z_a, z_b = start[2] + low * move[2], start[2] + high * move[2]
            z_low, z_high = min(z_a, z_b), max(z_a, z_b)
            inside = (high - low) * length
            for edge in range(len(edges)):
                if edges[edge] >= z_high:
                    chords[place, ring, edge] += inside
                elif edges[edge] > z_low:
                    chords[place, ring, edge] += inside * (edges[edge] - z_low) / (z_high - z_low)


@njit(cache=True, nogil=True)
def _walk_white(walk: FloatArray, state: Stream, optics: tuple[float, ...]) -> int:
    """Move one photon by one step; walk is x y z, ux uy uz, weight, epidermal and dermal length, dx dy dz.

    Return 0 while inside, 1 when it left through the surface, 2 when it was given up, 3 when the surface threw it back.
    """
    mu_s, mu_least, epidermis, n, _ = optics
    step = -math.log(draw(state)) / mu_s
    z, uz = walk[2], walk[5]
    surface = uz < 0.0 and z + step * uz <= 0.0
    if surface:
        step = -z / uz
    for axis in range(3):
        walk[9 + axis] = step * walk[3 + axis]
    z_new = 0.0 if surface else z + step * uz
    # Path above and below the bottom of the epidermis.
    shallow, deep = min(z, z_new), max(z, z_new)
    above = step if deep <= epidermis else (0.0 if shallow >= epidermis else step * (epidermis - shallow) / (deep - shallow))
    walk[7] += above
    walk[8] += step - above
    if surface:
        back, _ = fresnel(n, 1.0, -uz)
        if draw(state) >= back:
            return 1
        return 3
    # Photons the palest skin would have swallowed are thinned out, fairly.
    if z_new > _DEEPEST_MM:
        return 2
    if math.exp(-mu_least * (walk[7] + walk[8])) * walk[6] < 0.02:
        if draw(state) >= 0.2:
            return 2
        walk[6] *= 5.0
    return 0


@njit(cache=True, nogil=True)
def _weigh(sums: FloatArray, chords: FloatArray, touched: BoolArray, columns: Shape, seen: FloatArray) -> None:
    """Add what each column takes from one photon; sums (D, R, S, C, V), seen (V,) the photon's weight in each view."""
    _, _, rings, _, slabs, mu_ink = columns
    for place in range(chords.shape[0]):
        for ring in range(chords.shape[1]):
            if not touched[place, ring]:
                continue
            for slab in range(len(slabs)):
                chord = chords[place, ring, slabs[slab, 1]] - chords[place, ring, slabs[slab, 0]]
                if chord <= 1e-9:
                    continue
                left = math.exp(-mu_ink[0] * chord)
                for dose in range(len(mu_ink)):
                    row = sums[rings[place], ring, slab, dose]
                    for view in range(len(seen)):
                        row[view] += (1.0 - left) * seen[view]
                    left *= left
            chords[place, ring, :] = 0.0
            touched[place, ring] = False


@njit(cache=True, nogil=True)
def _see(seen: FloatArray, walk: FloatArray, paths: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    """Set seen (W * B,) to the weight one escaped photon has in each skin and band."""
    mu_epidermis, mu_dermis, band_weights = paths
    bands_count = band_weights.shape[1]
    seen[:] = 0.0
    for skin in range(mu_epidermis.shape[0]):
        for wave in range(mu_epidermis.shape[1]):
            weight = walk[6] * math.exp(-mu_epidermis[skin, wave] * walk[7] - mu_dermis[skin, wave] * walk[8])
            for band in range(bands_count):
                seen[skin * bands_count + band] += weight * band_weights[wave, band]


@njit(cache=True, nogil=True)
def _trace(
    columns: Shape, paths: tuple[FloatArray, FloatArray, FloatArray], optics: tuple[float, ...], seed: int, count: int
) -> tuple[FloatArray, FloatArray]:
    """Return taken (D, R, S, C, W * B) and whole (W * B,) sums over photons; optics mu_s, mu_least, epidermis, n, g."""
    radii, places, rings, edges, slabs, mu_ink = columns
    views_count = paths[0].shape[0] * paths[2].shape[1]
    taken = np.zeros((rings.max() + 1, len(radii), len(slabs), len(mu_ink), views_count))
    whole = np.zeros(views_count)
    seen = np.zeros(views_count)
    chords = np.zeros((len(places), len(radii), len(edges)))
    touched = np.zeros((len(places), len(radii)), np.bool_)
    walk, state = np.zeros(12), np.zeros(1, np.uint64)
    for photon in range(count):
        start_stream(state, seed, photon)
        walk[:] = 0.0
        walk[5] = walk[6] = 1.0
        outcome = 0
        while outcome in (0, 3):
            outcome = _walk_white(walk, state, optics)
            if min(walk[2], walk[2] + walk[11]) < edges[-1]:
                _add_chords(chords, touched, columns, walk[:3], walk[9:])
            for axis in range(3):
                walk[axis] += walk[9 + axis]
            if outcome == 3:
                walk[2] = 0.0
                walk[5] = -walk[5]
            elif outcome == 0:
                deflect(walk[3:6], optics[4], state)
        if outcome == 2:
            chords[:] = 0.0
            touched[:] = False
            continue
        _see(seen, walk, paths)
        whole += seen
        _weigh(taken, chords, touched, columns, seen)
    return taken, whole


def trace_columns(columns: Columns, paths: Paths, *, photons_count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the light columns take away (D, R, S, C, W, B) and the light of bare skin (W, B), as sums over photons.

    By reciprocity each photon starts at the point that is looked at, straight down, and leaves to the diffuse light
    it would have come from; on the way it is weakened by exp(-mu_ink x chord). The ratio of the two sums is the
    contrast at each distance D from the axis. Scattering is alike in both layers; the tissue is 30 mm deep; the
    pigment does not scatter. Columns do not shade each other. [Jacques2013]
    """
    mu_least = float(min(paths.mu_epidermis_per_mm.min(), paths.mu_dermis_per_mm.min()))
    shape = (columns.radii_mm, columns.places_mm, columns.place_ring, columns.edges_mm, columns.slabs, columns.mu_ink_per_mm)
    optics = (paths.mu_s_per_mm, mu_least, paths.epidermis_mm, INDEX, ANISOTROPY)
    taken, whole = _trace(shape, (paths.mu_epidermis_per_mm, paths.mu_dermis_per_mm, paths.band_weights), optics, seed, photons_count)
    skins_count, bands_count = len(paths.mu_epidermis_per_mm), paths.band_weights.shape[1]
    return taken.reshape(*taken.shape[:4], skins_count, bands_count), whole.reshape(skins_count, bands_count)
