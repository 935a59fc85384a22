"""The axes of the skin tables: which skins, columns, depths and concentrations the shipped numbers stand on.

What lives here: grids and file names, shared by the reader of the tables and the script that builds them.
"""

from importlib.resources import files

import numpy as np

from scalp.base import FloatArray

SIGMAS_MM: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.85, 1.8)
"""Widths (standard deviations) of the Gaussians every point-spread is made of."""

MELANIN_FRACTIONS: tuple[float, ...] = (0.01, 0.03, 0.08, 0.2, 0.4)
BLOOD_FRACTIONS: tuple[float, ...] = (0.005, 0.03)
DIAMETERS_MM: tuple[float, ...] = (0.06, 0.1, 0.15, 0.22, 0.32, 0.46, 0.66)
TOPS_MM: tuple[float, ...] = (0.0, 0.06, 0.12, 0.2, 0.3, 0.45, 0.7, 1.1)
THICKNESSES_MM: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)
CONCENTRATIONS_MG_PER_ML: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
TABLE_OXYGENATION_FRACTION = 0.7
TABLE_EPIDERMIS_MM = 0.08

SCATTERINGS_PER_MM: tuple[float, ...] = (2.0, 2.8, 4.0, 5.6, 8.0)
EPIDERMAL_DEPTHS: tuple[float, ...] = tuple(float(depth) for depth in np.geomspace(0.002, 4.0, 21).round(5))
"""Optical thickness of the epidermis by absorption, mu_a times its thickness."""
DERMAL_PER_MM: tuple[float, ...] = tuple(float(mu_a) for mu_a in np.geomspace(0.01, 12.0, 21).round(5))

DEPTH_SLOPES_PER_MM: tuple[float, ...] = (6.0, 6.0, 6.0, 4.5, 2.5, 1.5)
"""How fast the weight of each Gaussian falls with the top's depth, roughly; divided out of the table."""

SPREAD_TABLE = str(files("scalp.tables") / "skin-spread.npz")
REFLECTANCE_TABLE = str(files("scalp.tables") / "skin-reflectance.csv")


def normal_weight(diameters_mm: FloatArray, concentrations_mg_per_ml: FloatArray) -> FloatArray:
    """Return the trend that weights are divided by in the table, so that what is left varies slowly."""
    return np.asarray(diameters_mm * np.sqrt(concentrations_mg_per_ml))


def depth_trend(tops_mm: FloatArray) -> FloatArray:
    """Return the trend (N, K) of each Gaussian's weight with the depth of the top, level below the table."""
    return np.asarray(np.exp(-np.minimum(tops_mm, TOPS_MM[-1])[:, None] * np.array(DEPTH_SLOPES_PER_MM)))
