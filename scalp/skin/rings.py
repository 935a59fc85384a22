"""Photon walks that serve every deposit of the point-spread table at once.

What lives here: one set of walks a scattering, re-weighted for all skins, widths, depths and absorptions, seen at rings
of distances around each deposit. A single deposit, walked plainly, is `scalp.skin.columns`', which is the witness of
this; the axes are `scalp.skin.grids`', and `scripts/build_skin_tables.py` makes the table of it.
"""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import Float32Array, FloatArray
from scalp.skin import grids
from scalp.skin.photons import Stream, deflect, draw, fresnel, start_stream
from scalp.skin.tissue import ANISOTROPY, INDEX, PAPILLARY_MM

Ints: TypeAlias = npt.NDArray[np.int64]
Circles: TypeAlias = tuple[FloatArray, Ints, FloatArray, Ints, Ints]
"""Axes and squared radii (C, 3), the pair of width and ring of each (C,), its share of the ring (C,), and where circles lie."""

Found: TypeAlias = tuple[Float32Array, Ints, Ints]
"""Chords in each depth bin of each circle (C, E - 1), which circles were touched and their list (2 C,), how many (1,)."""

_BATCH_COUNT = 512
_BLOCK_COUNT = 12
_DEEPEST_MM = 30.0
_FARTHEST_MM = 8.0
_DEPTH_STEPS_PER_MM = 400


@njit(cache=True, nogil=True)
def _step(walk: FloatArray, state: Stream, optics: FloatArray) -> int:
    """Move one photon by one step; walk is x y z, ux uy uz, weight, three layers' lengths, dx dy dz, next thinning.

    Return 0 while inside, 1 when it left through the surface, 2 when it was given up, 3 when the surface threw it back.
    """
    mu_s, mu_least, first, second, n, _ = optics
    step = -math.log(draw(state)) / mu_s
    z, uz = walk[2], walk[5]
    surface = uz < 0.0 and z + step * uz <= 0.0
    if surface:
        step = -z / uz
    for axis in range(3):
        walk[10 + axis] = step * walk[3 + axis]
    z_new = 0.0 if surface else z + step * uz
    shallow, deep = min(z, z_new), max(z, z_new)
    # Path above the bottom of the epidermis, and above that of the papillary dermis.
    above_first = step if deep <= first else (0.0 if shallow >= first else step * (first - shallow) / (deep - shallow))
    above_second = step if deep <= second else (0.0 if shallow >= second else step * (second - shallow) / (deep - shallow))
    walk[7] += above_first
    walk[8] += above_second - above_first
    walk[9] += step - above_second
    if surface:
        back, _ = fresnel(n, 1.0, -uz)
        return 1 if draw(state) >= back else 3
    # Photons the palest skin would have swallowed are thinned out, fairly.
    if z_new > _DEEPEST_MM:
        return 2
    if walk[9] > walk[13]:
        if draw(state) >= 0.5:
            return 2
        walk[6] *= 2.0
        walk[13] += math.log(2.0) / mu_least
    return 0


@njit(cache=True, nogil=True)
def _add_depths(chord: Float32Array, edges: FloatArray, bins: Ints, z: tuple[float, float, float]) -> None:
    """Share a length between depth bins (E - 1,); z is from, to, length."""
    z_low, z_high = min(z[0], z[1]), max(z[0], z[1])
    if z_low >= edges[-1]:
        return
    index = bins[int(z_low * _DEPTH_STEPS_PER_MM)]
    while edges[index + 1] <= z_low:
        index += 1
    if z_high <= edges[index + 1]:
        chord[index] += z[2]
        return
    per_mm = z[2] / (z_high - z_low)
    while index < len(chord) and edges[index] < z_high:
        chord[index] += (min(z_high, edges[index + 1]) - max(z_low, edges[index])) * per_mm
        index += 1


@njit(cache=True, nogil=True)
def _cross(part: FloatArray, circles: Circles, cell_per_mm: float, depths: tuple[FloatArray, Ints], found: Found) -> None:
    """Add one short segment, part x y z dx dy dz, to the chords (C, E - 1) of the circles around it; found counts them."""
    places, _, _, starts, items = circles
    chords, touched, touched_count = found
    side = int(math.sqrt(len(starts) - 1))
    column = int((part[0] + 0.5 * part[3] + _FARTHEST_MM) * cell_per_mm)
    row = int((part[1] + 0.5 * part[4] + _FARTHEST_MM) * cell_per_mm)
    if column < 0 or row < 0 or column >= side or row >= side:
        return
    cell = row * side + column
    length = math.sqrt(part[3] ** 2 + part[4] ** 2 + part[5] ** 2)
    quadratic = max(part[3] ** 2 + part[4] ** 2, 1e-18)
    for index in range(starts[cell], starts[cell + 1]):
        item = items[index]
        ax, ay = part[0] - places[item, 0], part[1] - places[item, 1]
        linear = ax * part[3] + ay * part[4]
        inside = linear * linear - quadratic * (ax * ax + ay * ay - places[item, 2])
        if inside <= 0.0:
            continue
        root = math.sqrt(inside)
        low, high = max(0.0, (-linear - root) / quadratic), min(1.0, (-linear + root) / quadratic)
        if low >= high:
            continue
        if touched[item] == 0:
            touched[item] = 1
            touched[len(places) + touched_count[0]] = item
            touched_count[0] += 1
        _add_depths(chords[item], depths[0], depths[1], (part[2] + low * part[5], part[2] + high * part[5], (high - low) * length))


@njit(cache=True, nogil=True)
def _see(seen: Float32Array, walk: FloatArray, skins: tuple[FloatArray, FloatArray, FloatArray]) -> None:
    """Set seen (V,) to the weight one escaped photon has in each skin."""
    epidermal, dermal, ratios = skins
    view = 0
    for first in range(len(epidermal)):
        upper = walk[6] * math.exp(-epidermal[first] * walk[7])
        for second in range(len(dermal)):
            for third in range(len(ratios)):
                seen[view] = upper * math.exp(-dermal[second] * (walk[9] + ratios[third] * walk[8]))
                view += 1


@njit(cache=True, nogil=True)
def _weaken(out: Float32Array, chord: Float32Array, slabs: Ints, share: float, lengths: Float32Array) -> None:
    """Add to out (M, S) the share of light each slab takes at each absorption; chord (E,) is left 0."""
    total = np.float32(0.0)
    for index in range(len(chord)):
        lengths[index] = total
        total += chord[index]
        chord[index] = 0.0
    lengths[len(chord)] = total
    left = lengths[len(chord) + 1 :]
    # exp(-x) as the 16th power of its short series: quick, and good to 1e-5 where it matters.
    for slab in range(slabs.shape[0]):
        x = np.float32(grids.INK_NODES_PER_MM[0] / 16.0) * (lengths[slabs[slab, 1]] - lengths[slabs[slab, 0]])
        x = min(x, np.float32(1.0))
        power = np.float32(1.0) - x * (np.float32(1.0) - x * (np.float32(0.5) - x * (np.float32(1.0 / 6.0) - x * np.float32(1.0 / 24.0))))
        power = power * power
        power = power * power
        power = power * power
        left[slab] = power * power
    for dose in range(out.shape[0]):
        for slab in range(slabs.shape[0]):
            out[dose, slab] += np.float32(share) * (np.float32(1.0) - left[slab])
            left[slab] *= left[slab] * left[slab]


@njit(cache=True, nogil=True)
def _add_products(sums: FloatArray, taken: Float32Array, whose: Ints, counts: Ints, seen: Float32Array) -> None:
    """Add to sums (P, V, M * S) the products of what was taken (P, B, M * S) and the weights seen (B, V) of its photons."""
    partial = np.zeros((_BLOCK_COUNT, taken.shape[2]), np.float32)
    for pair in range(len(counts)):
        for begin in range(0, seen.shape[1], _BLOCK_COUNT):
            partial[:] = 0.0
            views = min(_BLOCK_COUNT, seen.shape[1] - begin)
            for record in range(0, counts[pair], 4):
                # Four photons at once; rows beyond the last are 0.
                a, b, c, d = taken[pair, record], taken[pair, record + 1], taken[pair, record + 2], taken[pair, record + 3]
                for index in range(views):
                    view = begin + index
                    by_a, by_b = seen[whose[pair, record], view], seen[whose[pair, record + 1], view]
                    by_c, by_d = seen[whose[pair, record + 2], view], seen[whose[pair, record + 3], view]
                    row = partial[index]
                    for column in range(len(row)):
                        row[column] += (by_a * a[column] + by_b * b[column]) + (by_c * c[column] + by_d * d[column])
            for index in range(views):
                row_sums = sums[pair, begin + index]
                for column in range(len(row_sums)):
                    row_sums[column] += partial[index, column]
        taken[pair, : counts[pair]] = 0.0


@njit(cache=True, nogil=True)
def _follow(walk: FloatArray, state: Stream, optics: FloatArray, circles: Circles, depths: tuple[FloatArray, Ints], found: Found) -> int:
    """Walk one photon to its end, filling the chords of the circles it meets; return 1 where it left, 2 where it was given up."""
    cell_per_mm = math.sqrt(len(circles[3]) - 1) / (2 * _FARTHEST_MM)
    longest = 2.0 / cell_per_mm
    part = np.zeros(6)
    outcome = 0
    while outcome in (0, 3):
        # One step, cut into pieces short enough for the map of circles.
        outcome = _step(walk, state, optics)
        if min(walk[2], walk[2] + walk[12]) < depths[0][-1]:
            pieces = int(math.sqrt(walk[10] ** 2 + walk[11] ** 2) / longest) + 1
            part[3:6] = walk[10:13] / pieces
            for piece in range(pieces):
                for axis in range(3):
                    part[axis] = walk[axis] + piece * part[3 + axis]
                _cross(part, circles, cell_per_mm, depths, found)
        for axis in range(3):
            walk[axis] += walk[10 + axis]
        if outcome == 3:
            walk[2] = 0.0
            walk[5] = -walk[5]
        elif outcome == 0:
            deflect(walk[3:6], optics[5], state)
    return outcome


@njit(cache=True, nogil=True)
def _credit(taken: Float32Array, records: tuple[Ints, Ints, Ints], photon: int, circles: Circles, slabs: Ints, found: Found) -> None:
    """Add what the touched circles took of one photon to its rows of taken (P, B, M * S), averaged around each ring.

    Records are whose row it is (P, B), rows in use (P,), and this photon's row (P,); a photon of -1 was given up.
    """
    whose, counts, row_of = records
    chords, touched, touched_count = found
    row_of[:] = -1
    scratch = np.zeros(chords.shape[1] + 1 + len(slabs), np.float32)
    for index in range(touched_count[0]):
        item = touched[len(circles[0]) + index]
        touched[item] = 0
        if photon < 0:
            chords[item] = 0.0
            continue
        pair = circles[1][item]
        if row_of[pair] < 0:
            row_of[pair] = counts[pair]
            whose[pair, counts[pair]] = photon
            counts[pair] += 1
        row = taken[pair, row_of[pair]].reshape(-1, len(slabs))
        _weaken(row, chords[item], slabs, circles[2][item], scratch)
    touched_count[0] = 0


@njit(cache=True, nogil=True)
def _trace(
    circles: Circles,
    depths: tuple[FloatArray, Ints, Ints],
    skins: tuple[FloatArray, FloatArray, FloatArray],
    optics: FloatArray,
    photons: tuple[int, int, int],
) -> tuple[FloatArray, FloatArray]:
    """Return sums over photons of light taken (P, V, M * S) and whole (V,); photons are seed, first, count."""
    edges, bins, slabs = depths
    seed, first, count = photons
    pairs, places = circles[1].max() + 1, len(circles[0])
    columns, views = len(grids.INK_NODES_PER_MM) * len(slabs), len(skins[0]) * len(skins[1]) * len(skins[2])
    sums, whole = np.zeros((pairs, views, columns)), np.zeros(views)
    taken, seen = np.zeros((pairs, _BATCH_COUNT, columns), np.float32), np.zeros((_BATCH_COUNT, views), np.float32)
    records = (np.zeros((pairs, _BATCH_COUNT), np.int64), np.zeros(pairs, np.int64), np.zeros(pairs, np.int64))
    found = (np.zeros((places, len(edges) - 1), np.float32), np.zeros(2 * places, np.int64), np.zeros(1, np.int64))
    walk, state = np.zeros(14), np.zeros(1, np.uint64)
    escaped = 0
    for photon in range(first, first + count):
        # Straight down from the point that is looked at.
        start_stream(state, seed, photon)
        walk[:] = 0.0
        walk[5] = walk[6] = 1.0
        walk[13] = math.log(5.0) / optics[1]
        outcome = _follow(walk, state, optics, circles, (edges, bins), found)
        _credit(taken, records, escaped if outcome == 1 else -1, circles, slabs, found)
        if outcome == 1:
            _see(seen[escaped], walk, skins)
            whole += seen[escaped]
            escaped += 1
        if escaped == _BATCH_COUNT or photon == first + count - 1:
            _add_products(sums, taken, records[0], records[1], seen)
            records[1][:] = 0
            escaped = 0
    return sums, whole


def _all_circles() -> tuple[FloatArray, Ints, FloatArray]:
    """Return axis and squared radius of every circle of the table, its pair of width and ring, and its share of the ring."""
    rows, pairs, shares = [], [], []
    for width, diameter_mm in enumerate(grids.DIAMETER_NODES_MM):
        for ring, (distance_mm, turns) in enumerate(zip(grids.ring_distances_mm(diameter_mm), grids.RING_TURNS, strict=True)):
            angles_rad = 2 * np.pi * (np.arange(turns) + 0.13 * ring + 0.07 * width) / turns
            rows += [(distance_mm * np.cos(angle), distance_mm * np.sin(angle), (diameter_mm / 2) ** 2) for angle in angles_rad]
            pairs += [width * len(grids.RING_TURNS) + ring] * turns
            shares += [1.0 / turns] * turns
    return np.array(rows), np.array(pairs), np.array(shares)


def _map_circles(mu_s_per_mm: float) -> Circles:
    """Return every circle of the table and a map of which lie within reach of each cell of the plane."""
    places, pairs, shares = _all_circles()
    side = int(np.ceil(2 * _FARTHEST_MM * mu_s_per_mm))
    cell_mm = 2 * _FARTHEST_MM / side
    reach_mm = (np.sqrt(0.5) + 1.0) * cell_mm
    centres_mm = (np.arange(side) + 0.5) * cell_mm - _FARTHEST_MM
    cells, items = [], []
    for item, (x, y, square) in enumerate(places):
        near = np.hypot(centres_mm[None, :] - x, centres_mm[:, None] - y) <= np.sqrt(square) + reach_mm
        cells.append(np.flatnonzero(near))
        items.append(np.full(len(cells[-1]), item))
    cell_of, item_of = np.concatenate(cells), np.concatenate(items)
    order = np.argsort(cell_of, kind="stable")
    starts = np.searchsorted(cell_of[order], np.arange(side * side + 1))
    return places, pairs, shares, starts.astype(np.int64), item_of[order].astype(np.int64)


def trace_rings(scattering_per_mm: float, *, first_photon: int, photons_count: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the light deposits take (D, J, E, A, Q, M, T, H) and the light of bare skin (E, A, Q), as sums over photons.

    The axes are those of `grids`: width, ring; epidermal depth, dermal absorption, papillary ratio; the pigment's
    absorption, top, height. By reciprocity each photon starts at the point that is looked at, straight down, and leaves to the diffuse
    light it would have come from; a deposit weakens it by exp(-mu_ink x chord), a skin by the lengths in its layers.
    The pigment does not scatter, columns do not shade each other, all layers scatter alike. [Jacques2013]
    """
    tops = np.repeat(grids.TOP_NODES_MM, len(grids.HEIGHT_NODES_MM))
    bottoms = tops + np.tile(grids.HEIGHT_NODES_MM, len(grids.TOP_NODES_MM))
    edges = np.unique(np.concatenate([tops, bottoms]).round(6))
    slabs = np.searchsorted(edges, np.column_stack([tops, bottoms]).round(6))
    steps_mm = np.arange(int(edges[-1] * _DEPTH_STEPS_PER_MM) + 2) / _DEPTH_STEPS_PER_MM
    bins = np.maximum(np.searchsorted(edges, steps_mm, side="right") - 1, 0)
    mu_s = scattering_per_mm / (1 - ANISOTROPY)
    skins = (
        np.array(grids.EPIDERMAL_NODES) / grids.TABLE_EPIDERMIS_MM,
        np.array(grids.DERMAL_NODES_PER_MM),
        np.array(grids.PAPILLARY_NODES),
    )
    layers_mm = (grids.TABLE_EPIDERMIS_MM, grids.TABLE_EPIDERMIS_MM + PAPILLARY_MM)
    optics = np.array([mu_s, grids.DERMAL_NODES_PER_MM[0], *layers_mm, INDEX, ANISOTROPY])
    sums, whole = _trace(_map_circles(mu_s), (edges, bins, slabs), skins, optics, (seed, first_photon, photons_count))
    seen_at = (len(grids.DIAMETER_NODES_MM), len(grids.RING_TURNS))
    shape = tuple(len(axis) for axis in skins)
    deposits = (len(grids.INK_NODES_PER_MM), len(grids.TOP_NODES_MM), len(grids.HEIGHT_NODES_MM))
    return sums.reshape(*seen_at, *shape, *deposits), whole.reshape(shape)
