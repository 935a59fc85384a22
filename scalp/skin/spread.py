"""How one impression darkens the skin around it, and what a field of them does to the mean tone.

What lives here: the point-spread of a deposit, looked up, and what follows from it by arithmetic. The photon walks it
comes from are `scalp.skin.columns`'; drawing it into a picture is `scalp.rendering`'s.
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numba import njit

from scalp.base import BadInput, Float32Array, FloatArray
from scalp.domain.skin import BLOOD_RANGE, Skin
from scalp.skin import grids
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.tissue import SURFACE_GLARE
from scalp.skin.tone import inner_reflectance, reflectance

REDNESS_BLOOD_FACTOR = 1.6
"""How many times more blood the dermis holds just after treatment. (E: no measured value found)"""

FLUSHED_OXYGENATION_FRACTION = 0.85

_PATCH_SIDE_COUNT = 12
_SAMPLES_COUNT = 48
_JITTER_FRACTION = 0.25


@lru_cache(maxsize=1)
def _spread_table() -> FloatArray:
    """Return the weights over (melanin, blood, diameter, top, thickness, concentration, band, sigma), less their trend."""
    with np.load(grids.SPREAD_TABLE) as kept:
        table: FloatArray = (kept["code"].astype(np.float64) / 255.0) ** 3 * kept["peak"]
    return table


def _between(axis: tuple[float, ...], wanted: float) -> tuple[int, float]:
    """Return the cell and the part of the way through it of a number on a logarithmic axis, kept inside."""
    place = float(np.interp(np.log(wanted), np.log(axis), np.arange(len(axis))))
    low = min(int(place), len(axis) - 2)
    return low, place - low


@lru_cache(maxsize=16)
def _table_of(melanin_fraction: float, blood_fraction: float) -> Float32Array:
    """Return the table of one skin, (diameter, top, thickness, concentration, band * sigma)."""
    table = _spread_table()
    low, part = _between(grids.MELANIN_FRACTIONS, melanin_fraction)
    table = (1 - part) * table[low] + part * table[low + 1]
    low, part = _between(grids.BLOOD_FRACTIONS, blood_fraction)
    table = (1 - part) * table[low] + part * table[low + 1]
    return np.ascontiguousarray(table.reshape(*table.shape[:4], -1), dtype=np.float32)


@njit(cache=True, nogil=True)
def _look_up(table: Float32Array, cells: npt.NDArray[np.int64], parts: FloatArray, scale: FloatArray, out: Float32Array) -> None:
    """Fill out (N, V) by multi-linear interpolation: cells and parts (N, 4) in table (D, T, H, C, V)."""
    _, tops, heights, doses, views_count = table.shape
    flat = table.reshape(-1, views_count)
    strides = (tops * heights * doses, heights * doses, doses, 1)
    for item in range(len(out)):
        for corner in range(16):
            share, row = scale[item], 0
            for axis in range(4):
                beyond = corner >> axis & 1
                share *= parts[item, axis] if beyond else 1.0 - parts[item, axis]
                row += (cells[item, axis] + beyond) * strides[axis]
            if share != 0.0:
                for view in range(views_count):
                    out[item, view] += np.float32(share) * flat[row, view]


def _place(axis: tuple[float, ...], wanted: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return cell and part of the way of each number on an axis, kept inside."""
    place = np.interp(wanted, axis, np.arange(len(axis)))
    low = np.minimum(place.astype(np.int64), len(axis) - 2)
    return low, place - low


def point_spread(
    skin: Skin,
    deposit_diameter_mm: npt.ArrayLike,
    top_depth_mm: npt.ArrayLike,
    bottom_depth_mm: npt.ArrayLike,
    concentration_mg_per_ml: npt.ArrayLike,
) -> Float32Array:
    """Return the weights (N, 3, K) of each impression's point-spread over `SIGMAS_MM`, bands R, G, B.

    The light that comes from inside the skin at distance r of an isolated impression, against bare skin, is
    exp(-sum_k w_k exp(-r^2 / (2 sigma_k^2))): an absorbing column of carbon black, saturation included, seen from above
    in diffuse light. Interpolated in a table of our own Monte Carlo: 0.06 to 0.66 mm wide, tops to 1.1 mm, thickness
    0.1 to 1 mm, 0.25 to 32 mg/ml; outside it, thinner and paler columns scale with their pigment, the rest stays at
    the edge of the table. The pigment does not scatter and lies in a straight column. [Jacques2013]

    >>> skin = Skin(melanin_fraction=0.02, blood_fraction=0.011)
    >>> point_spread(skin, [0.15, 0.30], 0.3, 0.6, 2.5).shape
    (2, 3, 6)
    """
    given = (deposit_diameter_mm, top_depth_mm, bottom_depth_mm, concentration_mg_per_ml)
    columns = np.broadcast_arrays(*(np.atleast_1d(np.asarray(column, float)) for column in given))
    diameter, top, bottom, concentration = columns
    if any(not np.isfinite(column).all() or (len(column) and column.min() < 0) for column in columns) or (bottom < top).any():
        raise BadInput(
            "impressions", "negative or upside down", "widths, depths, concentrations of 0 or more, bottom below top", "Correct them."
        )
    thickness = bottom - top
    kept_diameter = np.clip(diameter, grids.DIAMETERS_MM[0], grids.DIAMETERS_MM[-1])
    kept_concentration = np.clip(concentration, grids.CONCENTRATIONS_MG_PER_ML[0], grids.CONCENTRATIONS_MG_PER_ML[-1])
    scale = grids.normal_weight(kept_diameter, kept_concentration)
    scale *= np.minimum(diameter / grids.DIAMETERS_MM[0], 1.0) ** 2 * np.minimum(concentration / grids.CONCENTRATIONS_MG_PER_ML[0], 1.0)
    scale *= np.minimum(thickness / grids.THICKNESSES_MM[0], 1.0)
    placed = (
        _place(tuple(np.log(grids.DIAMETERS_MM)), np.log(kept_diameter)),
        _place(grids.TOPS_MM, top),
        _place(grids.THICKNESSES_MM, thickness),
        _place(tuple(np.log(grids.CONCENTRATIONS_MG_PER_ML)), np.log(kept_concentration)),
    )
    weights = np.zeros((len(diameter), 3 * len(SIGMAS_MM)), np.float32)
    cells = np.column_stack([pair[0] for pair in placed])
    parts = np.column_stack([pair[1] for pair in placed])
    _look_up(_table_of(skin.melanin_fraction, skin.blood_fraction), cells, parts, scale, weights)
    return weights.reshape(-1, 3, len(SIGMAS_MM)) * grids.depth_trend(top)[:, None].astype(np.float32)


def transmittance(weights: npt.NDArray[np.floating], distance_mm: npt.ArrayLike) -> FloatArray:
    """Return what is left of the light at distances (D,) from isolated impressions with weights (N, 3, K), (N, D, 3)."""
    shapes = np.exp(-(np.asarray(distance_mm, float)[:, None] ** 2) / (2 * np.array(SIGMAS_MM) ** 2))
    return np.asarray(np.exp(-np.einsum("nbk,dk->ndb", np.asarray(weights, float), shapes)))


def optical_width_mm(weights: npt.NDArray[np.floating]) -> FloatArray:
    """Return the full width (N, 3) at half of the contrast of isolated impressions with weights (N, 3, K)."""
    distance_mm = np.linspace(0.0, 3.0, 1201)
    contrast = 1.0 - transmittance(weights, distance_mm)
    below = contrast < 0.5 * contrast[:, :1]
    return np.asarray(2.0 * distance_mm[below.argmax(axis=1)])


def field_transmittance(skin: Skin, weights: npt.NDArray[np.floating], density_per_cm2: float) -> FloatArray:
    """Return the mean of what is left of skin's light (3,) over an even field of impressions with weights (N, 3, K).

    A periodic patch of 144 impressions, a square lattice jittered by a quarter of its spacing (the regularity of
    real work, Clark-Evans about 1.4), summed exactly and averaged; overlapping impressions multiply. The surface's own
    glare is kept: it is not darkened.
    """
    if density_per_cm2 <= 0:
        return np.ones(3)
    side_mm = _PATCH_SIDE_COUNT * 10.0 / np.sqrt(density_per_cm2)
    inside = 1.0 - _patch(np.asarray(weights, float), side_mm)
    return np.asarray(1.0 - inner_fraction(skin) * inside)


def _patch(weights: FloatArray, side_mm: float) -> FloatArray:
    """Return the mean transmittance (3,) of a periodic patch of jittered impressions."""
    order, along = _patch_shapes(side_mm)
    picked = weights[order * len(weights) // len(order)]
    attenuation = np.zeros((3, _SAMPLES_COUNT, _SAMPLES_COUNT))
    for index in range(len(SIGMAS_MM)):
        x, y = along[index]
        attenuation += (picked[:, :, index].T[:, None, :] * x) @ y.T
    return np.asarray(np.exp(-attenuation).mean(axis=(1, 2)))


@lru_cache(maxsize=4)
def _patch_shapes(side_mm: float) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Return a mixed order of a patch's impressions, and each width's Gaussians along x and y, (K, 2, samples, impressions)."""
    rng = np.random.default_rng(7)
    count = _PATCH_SIDE_COUNT**2
    lattice = np.stack(np.meshgrid(np.arange(_PATCH_SIDE_COUNT), np.arange(_PATCH_SIDE_COUNT)), axis=-1).reshape(-1, 2)
    places_mm = (lattice + 0.5 + _JITTER_FRACTION * rng.standard_normal((count, 2))) * side_mm / _PATCH_SIDE_COUNT
    order = rng.permutation(count)
    grid_mm = (np.arange(_SAMPLES_COUNT) + 0.5) * side_mm / _SAMPLES_COUNT
    away_mm = np.moveaxis(grid_mm[:, None, None] - places_mm, -1, 0)
    turned_mm = np.stack([away_mm + turn * side_mm for turn in (-1, 0, 1)])
    along = np.stack([np.exp(-(turned_mm**2) / (2 * sigma_mm**2)).sum(axis=0) for sigma_mm in SIGMAS_MM])
    return order, along


def inner_fraction(skin: Skin) -> FloatArray:
    """Return which part (3,) of the light seen from matte skin comes from inside; the rest is the surface's glare."""
    inside = inner_reflectance(skin)
    return np.asarray(inside / (inside + SURFACE_GLARE))


def redness_ratio(skin: Skin, redness_fraction: npt.ArrayLike) -> FloatArray:
    """Return the skin's light against calm skin, (..., 3), where more blood lies near the surface after treatment.

    Blood grows with redness to 1.6 times the calm amount and more oxygen; the skin's own light is modelled again with it. (E)
    """
    redness = np.clip(np.asarray(redness_fraction, float), 0.0, 1.0)
    steps = np.linspace(0.0, 1.0, 5)
    light = np.array([reflectance(_flushed(skin, float(step))) for step in steps])
    return np.stack([np.interp(redness, steps, light[:, band] / light[0, band]) for band in range(3)], axis=-1)


def _flushed(skin: Skin, redness: float) -> Skin:
    """Return the skin with the blood and oxygen of freshly treated skin, to a degree 0..1."""
    blood = skin.blood_fraction * (1.0 + (REDNESS_BLOOD_FACTOR - 1.0) * redness)
    oxygenation = skin.oxygenation_fraction + max(FLUSHED_OXYGENATION_FRACTION - skin.oxygenation_fraction, 0.0) * redness
    return Skin(
        melanin_fraction=skin.melanin_fraction,
        blood_fraction=float(np.clip(blood, *BLOOD_RANGE)),
        oxygenation_fraction=oxygenation,
        epidermis_mm=skin.epidermis_mm,
    )
