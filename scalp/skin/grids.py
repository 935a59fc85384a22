"""The axes of the table of point-spreads: which skins and deposits the shipped numbers stand on.

What lives here: nodes, offsets and the names of the two files, shared by the reader of the table and the script that builds it. The
axes of bare skin's light are `scalp.skin.returns`'.
"""

from importlib.resources import files

import numpy as np

from scalp.base import FloatArray

SIGMAS_MM: tuple[float, ...] = (0.043, 0.07, 0.11, 0.22, 0.52, 1.4)
"""Widths (standard deviations) of the Gaussians every point-spread is drawn with."""

SCATTERING_NODES_PER_MM: tuple[float, ...] = (1.7, 2.55, 3.8, 5.7, 8.6)
EPIDERMAL_NODES: tuple[float, ...] = (0.0, 0.15, 0.4, 0.75, 1.25, 2.0, 3.2, 5.2)
"""Optical thickness of the epidermis by absorption."""
DERMAL_NODES_PER_MM: tuple[float, ...] = (0.012, 0.04, 0.13, 0.42, 1.4, 5.0)
"""Absorption of the reticular dermis."""
PAPILLARY_NODES: tuple[float, ...] = (0.2, 1.0, 2.2, 4.5)
"""Absorption of the papillary dermis against that of the reticular."""
TABLE_EPIDERMIS_MM = 0.08
"""Epidermis of the table; for another all lengths are scaled."""

DIAMETER_NODES_MM: tuple[float, ...] = (0.05, 0.1, 0.2, 0.41, 0.85)
TOP_NODES_MM: tuple[float, ...] = (0.0, 0.025, 0.05, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 0.9, 1.4)
HEIGHT_NODES_MM: tuple[float, ...] = (0.09, 0.22, 0.55, 1.35)
INK_NODES_PER_MM: tuple[float, ...] = tuple(1.3 * 3.0**power for power in range(6))
"""Absorption of the pigment in the deposit; each three times the one before, which `rings` relies on."""
CONCENTRATION_NODES_MG_PER_ML: tuple[float, ...] = tuple(float(mg) for mg in np.geomspace(0.2, 28.0, 6).round(4))
"""Concentrations whose absorption stays within the nodes at every wavelength."""

INSIDE_NODES: tuple[float, ...] = (0.0, 0.35, 0.6, 0.8, 0.93, 0.999)
"""Distances from the axis inside a deposit's outline, as parts of its radius."""
OUTSIDE_NODES_MM: tuple[float, ...] = (0.0005, 0.02, 0.05, 0.09, 0.15, 0.23, 0.34, 0.5, 0.75, 1.1, 1.6, 2.4, 3.6, 5.5)
"""Distances from a deposit's outline."""
RING_TURNS: tuple[int, ...] = (1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 6, 6, 8, 8, 8, 8)
"""How many places around share each distance, to lower the noise."""

TOP_OFFSET_MM = 0.06
HEIGHT_OFFSET_MM = 0.05
OUTSIDE_OFFSET_MM = 0.03
"""Depths, heights and distances are interpolated on the logarithm of what they are plus this."""

DEPOSIT_SHAPE = (len(DIAMETER_NODES_MM), len(RING_TURNS), len(INK_NODES_PER_MM), len(TOP_NODES_MM), len(HEIGHT_NODES_MM))

SPREAD_SKINS = str(files("scalp.tables") / "skin-spread-skins.npz")
SPREAD_DEPOSITS = str(files("scalp.tables") / "skin-spread-deposits.npz")
"""The table is the product of these two: parts of skins, and parts of deposits as differences along rings and pigment."""


def ring_distances_mm(diameter_mm: float) -> FloatArray:
    """Return the distances (J,) from the axis at which a deposit of this width is seen."""
    return np.concatenate([0.5 * diameter_mm * np.array(INSIDE_NODES), 0.5 * diameter_mm + np.array(OUTSIDE_NODES_MM)])
