"""How pigment leaves the skin over the years, as a band. The curve and its factors; applying it is `scalp.ageing`'s."""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, Value, value

Band = Literal["low", "expected", "high"]
"""How much pigment remains: low is the fastest fading, high the slowest."""
BANDS: tuple[Band, ...] = get_args(Band)

HALF_YEAR_FRACTION = 0.885
RATE_FACTORS: dict[Band, float] = {"low": 2.0, "expected": 1.0, "high": 0.5}


@value
class Fading(Value):
    """R(t) = 0.885 exp(-k (t - 0.5)) of the healed pigment for t >= 0.5 years, linear before. (A at 6 months, else D)

    The 6-month point is measured (VDS 8.7 to 7.7) [Liu2025]; nothing controlled exists beyond, so that the band is
    k 0.5x to 2x. Temporary pigment uses its own k. `k_factor` multiplies what drives fading: sun, oil, depth, scar.

    >>> Fading().remaining_fraction(5.0)
    0.6174...
    """

    k_per_year: float = 0.08
    k_factor: float = 1.0
    spread_mm2_per_year: float = 0.0006
    """Growth of the variance of a deposit. About 2 % of the diameter a year at first. (D-E, smp 1.9)"""

    def check(self) -> None:
        """Refuse rates that are not."""
        if not 0 <= self.k_per_year <= 5 or not 0.1 <= self.k_factor <= 10 or not 0 <= self.spread_mm2_per_year <= 0.1:
            raise BadInput("fading", self.k_per_year, "0 to 5 per year, factor 0.1 to 10", "Correct the rate.")

    def remaining_fraction(self, years: float, band: Band = "expected") -> float:
        """Return the part of the healed pigment that is left after `years`."""
        if years < 0:
            raise BadInput("years", years, "0 or more", "Ask for a later year.")
        rate_per_year = self.k_per_year * self.k_factor * RATE_FACTORS[band]
        if years < 0.5:
            return float(1.0 - (1.0 - HALF_YEAR_FRACTION) * years / 0.5)
        return float(HALF_YEAR_FRACTION * np.exp(-rate_per_year * (years - 0.5)))
