"""How one impression darkens the skin around it, and what a field of them does to the mean tone.

What lives here: the point-spread of a deposit, looked up, and what follows from it by arithmetic. The photon paths it
comes from are `scalp.skin.photons`'; drawing it into a picture is `scalp.rendering`'s.
"""

import numpy as np
import numpy.typing as npt

from scalp.base import Float32Array, FloatArray
from scalp.domain.skin import Skin

SIGMAS_MM: tuple[float, ...] = (0.07, 0.13, 0.24, 0.45, 0.9, 1.8)
"""Widths (standard deviations) of the Gaussians every point-spread is made of."""

INK_ABSORPTION_PER_MM = (7.4, 8.5, 9.8)
"""Carbon black in tissue at R, G, B for 1 mg/ml."""


def point_spread(
    skin: Skin,
    deposit_diameter_mm: npt.ArrayLike,
    top_depth_mm: npt.ArrayLike,
    bottom_depth_mm: npt.ArrayLike,
    concentration_mg_per_ml: npt.ArrayLike,
) -> Float32Array:
    """Return the weights (N, 3, K) of each impression's point-spread over `SIGMAS_MM`, bands R, G, B.

    The transmittance of an isolated impression at distance r is exp(-sum_k w_k exp(-r^2 / (2 sigma_k^2))).
    """
    diameter, top, bottom, concentration = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(column, float)) for column in (deposit_diameter_mm, top_depth_mm, bottom_depth_mm, concentration_mg_per_ml))
    )
    depth = 0.5 * (top + bottom)
    weights = np.zeros((len(diameter), 3, len(SIGMAS_MM)))
    for band, (reach, fall, skirt) in enumerate(((5.0, 0.9, 0.55), (2.6, 2.0, 0.3), (2.2, 2.3, 0.25))):
        tau = INK_ABSORPTION_PER_MM[band] * concentration * diameter * 0.8
        darkened_mm2 = np.pi / 4 * diameter * (bottom - top) * 1.25 * -np.expm1(-tau) * reach * np.exp(-fall * depth)
        darkened_mm2 *= (0.02 / max(skin.melanin_fraction, 0.02)) ** 0.1
        core_mm = np.sqrt((diameter / 4) ** 2 + (0.33 * (0.3 * top + 0.7 * top)) ** 2 + 0.05**2)
        for sigma_mm, share in ((core_mm, 1 - skirt), (np.full_like(core_mm, 0.9), skirt)):
            place = np.interp(np.log(sigma_mm), np.log(SIGMAS_MM), np.arange(len(SIGMAS_MM)))
            low = np.minimum(place.astype(int), len(SIGMAS_MM) - 2)
            for step, part in ((0, 1 - (place - low)), (1, place - low)):
                width_mm = np.array(SIGMAS_MM)[low + step]
                weights[np.arange(len(diameter)), band, low + step] += share * part * darkened_mm2 / (2 * np.pi * width_mm**2)
    return weights.astype(np.float32)


def field_transmittance(skin: Skin, weights: npt.NDArray[np.floating], density_per_cm2: float) -> FloatArray:
    """Return the mean transmittance (3,) of an even field of such impressions, weights (N, 3, K)."""
    area_mm2 = 2 * np.pi * np.array(SIGMAS_MM) ** 2
    return np.asarray(np.exp(-density_per_cm2 / 100.0 * (np.asarray(weights, float).mean(axis=0) @ area_mm2)))


def redness_ratio(skin: Skin, redness_fraction: npt.ArrayLike) -> FloatArray:
    """Return what more blood near the surface does to the skin's light, (..., 3)."""
    redness = np.asarray(redness_fraction, float)
    return np.asarray(1.0 - redness[..., None] * np.array([0.04, 0.22, 0.20]))
