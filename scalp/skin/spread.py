"""How one impression darkens the skin around it, and what a field of them does to the mean tone.

What lives here: the point-spread of a deposit as a sum of Gaussians, and what follows from it by arithmetic. The exact
profile is `scalp.skin.profiles`', the fit `scalp.skin.gaussians`'; drawing it into a picture is `scalp.rendering`'s.
"""

import dataclasses
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, Float32Array, FloatArray
from scalp.domain.skin import BLOOD_RANGE, Skin
from scalp.skin.gaussians import look_up
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.profiles import place_deposits
from scalp.skin.tissue import SURFACE_GLARE
from scalp.skin.tone import inner_reflectance, reflectance

REDNESS_BLOOD_FACTOR = 1.6
"""How many times more blood the dermis holds just after treatment. (E: no measured value found)"""

FLUSHED_OXYGENATION_FRACTION = 0.85

_PATCH_SIDE_COUNT = 12
_SAMPLES_COUNT = 48
_JITTER_FRACTION = 0.25


def point_spread(
    skin: Skin,
    deposit_diameter_mm: npt.ArrayLike,
    top_depth_mm: npt.ArrayLike,
    bottom_depth_mm: npt.ArrayLike,
    concentration_mg_per_ml: npt.ArrayLike,
) -> Float32Array:
    """Return the weights (N, 3, K) of each impression's point-spread over `SIGMAS_MM`, bands R, G, B.

    The light that comes from inside the skin at distance r of an isolated impression, against bare skin, is
    exp(-sum_k w_k exp(-r^2 / (2 sigma_k^2))): the profile of `scalp.skin.profiles.contrast_profile`, as near as a sum of
    Gaussians comes, with the light taken in all kept. Single weights may be below 0, since Gaussians of one sign cannot
    make the flat top and steep side of a mark; their sum is not. Same range as the profile. [Jacques2013]

    >>> skin = Skin(melanin_fraction=0.02, blood_fraction=0.011)
    >>> point_spread(skin, [0.15, 0.30], 0.3, 0.6, 2.5).shape
    (2, 3, 6)
    """
    columns = (deposit_diameter_mm, top_depth_mm, bottom_depth_mm, concentration_mg_per_ml)
    return look_up(skin, place_deposits(skin, columns))


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
    if not 0.0 <= density_per_cm2 < np.inf:
        raise BadInput("density_per_cm2", density_per_cm2, "a number of 0 or more", "Correct the density.")
    if density_per_cm2 == 0 or len(weights) == 0:
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
    return dataclasses.replace(skin, blood_fraction=float(np.clip(blood, *BLOOD_RANGE)), oxygenation_fraction=oxygenation)
