"""How pigment leaves the skin over the years, as a band. The curve and its factors; applying it is `scalp.ageing`'s."""

import dataclasses
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, FloatArray, Value, value

Band = Literal["low", "expected", "high"]
"""How much pigment remains: low is the fastest fading, high the slowest."""
BANDS: tuple[Band, ...] = get_args(Band)

Sun = Literal["protected", "usual", "high"]
"""Daily sun protection, some sun, or much sun without protection."""
SkinType = Literal["dry", "normal", "oily"]

SUN_FACTORS: dict[Sun, float] = {"protected": 0.8, "usual": 1.0, "high": 1.6}
"""What sun does to the yearly rate. (E; direction from practitioners, smp 1.9)"""
SKIN_TYPE_FACTORS: dict[SkinType, float] = {"dry": 0.85, "normal": 1.0, "oily": 1.4}
"""What the skin's oil does to the yearly rate. (E; direction from practitioners, smp 1.9)"""
PEEL_FACTOR = 1.3
"""Retinoids and acids on the scalp. (E, smp 1.9)"""
SCAR_FACTOR = 1.8
"""Scar tissue against normal skin, 1.7 to 1.9. (E after six months; at six months measured, below)"""
SCAR_EARLY_FACTOR = 1.65
"""Loss in the first half year in scarring against other hair loss: 19 % against 11.5 % of all ten. [Liu2025] (A, n = 10)"""
DILUTION_FACTOR = 1.2
"""Very thin pigment, from 1:30 on; 1 up to 1:15, in between by the logarithm. (E, smp 1.9: thinner than 1:15)"""
DILUTION_RATIOS = (15.0, 30.0)
SHALLOW_FACTOR = 1.5
"""Deposits that end in the uppermost dermis, against those that end below it. (E, smp 1.9)"""
SHALLOW_BOTTOMS_MM = (0.15, 0.30)
"""Bottom depths at which a deposit is wholly shallow, and no longer. (E)"""
LATEST_YEARS = 60.0
_HALVINGS_COUNT = 50


@value
class FadingFactors(Value):
    """What is told of one client that makes pigment leave faster or slower; None: not told, taken as usual and left in the band.

    Each multiplies the yearly rate; none has been measured (E), only their direction is what practitioners agree on. Left
    out: smoking, swimming, illness, what the skin's own defence does. (smp 1.9)
    """

    sun: Sun | None = None
    skin_type: SkinType | None = None
    peels: bool | None = None
    """Whether retinoids or acids are used on the scalp."""
    scar: bool = False
    """Whether the pigment lies in a scar."""
    dilution_ratio: float | None = None
    """ml of water for 1 ml of pigment."""

    def check(self) -> None:
        """Refuse words that are none of those known."""
        for name, told, known in (("sun", self.sun, SUN_FACTORS), ("skin type", self.skin_type, SKIN_TYPE_FACTORS)):
            if told is not None and told not in known:
                raise BadInput(name, told, ", ".join(known), "Choose one of these, or leave it out.")
        if self.dilution_ratio is not None and not 0 <= self.dilution_ratio <= 60:
            raise BadInput("dilution", self.dilution_ratio, "1:0 to 1:60", "Correct it.")

    @property
    def rate_factor(self) -> float:
        """Return the product of what is told, against usual sun, normal skin and pigment of 1:15."""
        told = 1.0 if self.sun is None else SUN_FACTORS[self.sun]
        told *= 1.0 if self.skin_type is None else SKIN_TYPE_FACTORS[self.skin_type]
        told *= PEEL_FACTOR if self.peels else 1.0
        told *= SCAR_FACTOR if self.scar else 1.0
        return told * (1.0 if self.dilution_ratio is None else dilution_factor(self.dilution_ratio))

    def untold_log_variance(self, band_factor: float) -> float:
        """Return how much of the squared width of a band, in logarithms of the rate, is left once what is told is known."""
        told = (
            (self.sun is not None, _log_range(tuple(SUN_FACTORS.values()))),
            (self.skin_type is not None, _log_range(tuple(SKIN_TYPE_FACTORS.values()))),
            (self.peels is not None, np.log(PEEL_FACTOR)),
            (self.dilution_ratio is not None, np.log(DILUTION_FACTOR)),
        )
        known = sum(width**2 for is_told, width in told if is_told)
        return float(max((2.0 * np.log(band_factor)) ** 2 - known, 0.0))


def _log_range(factors: tuple[float, ...]) -> float:
    """Return how far factors reach, as a difference of logarithms."""
    return float(np.log(max(factors) / min(factors)))


def dilution_factor(dilution_ratio: float) -> float:
    """Return what thin pigment does to the yearly rate."""
    part = np.interp(np.log(max(dilution_ratio, 1.0)), np.log(DILUTION_RATIOS), (0.0, 1.0))
    return float(DILUTION_FACTOR**part)


def depth_factor(bottom_depth_mm: npt.ArrayLike) -> FloatArray:
    """Return what shallow deposits' depth does to the yearly rate, (N,)."""
    return np.asarray(SHALLOW_FACTOR ** np.interp(np.asarray(bottom_depth_mm, float), SHALLOW_BOTTOMS_MM, (1.0, 0.0)))


@value
class Fading(Value):
    """R(t) = 0.885 exp(-k (t - 0.5)) of the healed tone for t >= 0.5 years, linear before. (A at 6 months, else D)

    The 6-month point is measured (VDS 8.7 to 7.7) [Liu2025]; nothing controlled exists beyond, so that the band is
    k 0.5x to 2x, narrower by what is told. Marks widen as sigma^2 = sigma_0^2 + 2 D t, faster the deeper they lie.

    >>> Fading().remaining_fraction(5.0)
    0.6174...
    """

    k_per_year: float = 0.08
    """Yearly rate under usual sun, in normal skin. (D, smp 1.9)"""
    factors: FadingFactors = FadingFactors()
    """What is told of this client."""
    early_loss_fraction: float = 0.115
    """Lost in the first half year. [Liu2025] (A, n = 10)"""
    lasting_fraction: float = 0.0
    """Part of the pigment that leaves at the slow rate below: 0 for permanent work, the residue of temporary work."""
    lasting_k_per_year: float = 0.0
    """Yearly rate of that part."""
    band_factor: float = 2.0
    """Low is this many times the expected rate, high its inverse, where nothing is told of the client. (D, smp 1.9)"""
    diffusion_mm2_per_year: float = 0.00015
    """D of a deposit whose middle lies at 0.23 mm: marks then are seen to grow 3 % a year; practitioners say 1 to 3. (D-E, smp 1.9)"""
    diffusion_slope_per_mm: float = 5.5
    """How fast D grows with depth: deep marks then grow 5 to 8 % a year, as practitioners say. (D-E, smp 1.9)"""
    diffusion_band_factor: float = 3.0
    """D is not known better than to this factor either way. (E)"""

    def check(self) -> None:
        """Refuse rates that are not."""
        rates = (self.k_per_year, self.lasting_k_per_year)
        if not all(0 <= rate <= 5 for rate in rates) or not 1 <= self.band_factor <= 5:
            raise BadInput("fading", self.k_per_year, "0 to 5 per year, band 1 to 5", "Correct the rate.")
        if not 0 <= self.early_loss_fraction <= 0.5 or not 0 <= self.lasting_fraction <= 1:
            raise BadInput("fading", self.early_loss_fraction, "early loss 0 to 0.5, lasting part 0 to 1", "Correct the part.")
        if not 0 <= self.diffusion_mm2_per_year <= LARGEST_DIFFUSION_MM2_PER_YEAR or not 0 <= self.diffusion_slope_per_mm <= 20:
            raise BadInput("diffusion", self.diffusion_mm2_per_year, "D 0 to 0.03 mm2 a year, slope 0 to 20 per mm", "Correct it.")
        if not 1 <= self.diffusion_band_factor <= 10:
            raise BadInput("diffusion", self.diffusion_band_factor, "band 1 to 10", "Correct it.")

    def thinned(self, dilution_ratio: float) -> "Fading":
        """Return the fading of pigment thinned so far, all else the same."""
        return dataclasses.replace(self, factors=dataclasses.replace(self.factors, dilution_ratio=dilution_ratio))

    def rate_per_year(self, band: Band = "expected") -> float:
        """Return the yearly rate of the part that leaves, with what is told of the client."""
        return self.k_per_year * self.factors.rate_factor * self.band_shift(band)

    def band_shift(self, band: Band) -> float:
        """Return how many times the expected rate a band's is; what is told narrows it."""
        check_band(band)
        half_width = 0.5 * np.sqrt(self.factors.untold_log_variance(self.band_factor))
        return float(np.exp({"low": half_width, "expected": 0.0, "high": -half_width}[band]))

    def remaining_fraction(self, years: float, band: Band = "expected") -> float:
        """Return the part of the healed tone that is left after `years`, of deposits of usual depth."""
        return float(self.remaining_fractions(years, 1.0, band)[0])

    def remaining_fractions(self, years: float, rate_factors: npt.ArrayLike, band: Band = "expected") -> FloatArray:
        """Return the part of the healed tone (N,) that is left after `years` of deposits that fade so many times faster (N,)."""
        check_years(years)
        early = self.early_loss_fraction * (SCAR_EARLY_FACTOR if self.factors.scar else 1.0)
        held = 1.0 - early * min(years / EARLY_YEARS, 1.0)
        since = max(years - EARLY_YEARS, 0.0) if early else years
        shift = self.factors.rate_factor * self.band_shift(band) * np.atleast_1d(np.asarray(rate_factors, float)) * since
        leaving = (1.0 - self.lasting_fraction) * np.exp(-self.k_per_year * shift)
        return np.asarray(held * (leaving + self.lasting_fraction * np.exp(-self.lasting_k_per_year * shift)))

    def years_until(self, fraction: float, band: Band = "expected") -> float:
        """Return after how many years the tone has fallen to a part of the healed one; `LATEST_YEARS` where it never does.

        >>> round(Fading().years_until(0.62), 1)
        4.9
        """
        if not 0.0 <= fraction <= 1.0:
            raise BadInput("fraction", fraction, "0 to 1", "Practitioners renew at 0.60 to 0.65.")
        early, late = 0.0, LATEST_YEARS
        for _ in range(_HALVINGS_COUNT):
            middle = 0.5 * (early + late)
            early, late = (early, middle) if self.remaining_fraction(middle, band) <= fraction else (middle, late)
        return late

    def spread_mm2(self, years: float, middle_depth_mm: npt.ArrayLike, band: Band = "expected") -> FloatArray:
        """Return how much the variance of deposits grows in `years`, 2 D t, (N,) mm2; low spreads least."""
        check_years(years)
        check_band(band)
        unsure = {"low": 1.0 / self.diffusion_band_factor, "expected": 1.0, "high": self.diffusion_band_factor}[band]
        deeper_mm = np.asarray(middle_depth_mm, float) - USUAL_MIDDLE_MM
        diffusion = self.diffusion_mm2_per_year * unsure * np.exp(self.diffusion_slope_per_mm * np.minimum(deeper_mm, 2.5))
        return np.asarray(2.0 * years * np.minimum(diffusion, LARGEST_DIFFUSION_MM2_PER_YEAR))


EARLY_YEARS = 0.5
"""How long the measured early loss takes. [Liu2025]"""
USUAL_MIDDLE_MM = 0.23
"""Depth of the middle of a usual deposit, where D is given."""
LARGEST_DIFFUSION_MM2_PER_YEAR = 0.03
"""As fast as body tattoos blur: a few mm in tens of years. (D)"""


def check_years(years: float) -> None:
    """Refuse years before the treatment, and more than anybody lives on."""
    if not 0.0 <= years <= LATEST_YEARS:
        raise BadInput("years", years, f"0 to {LATEST_YEARS:g} after healing", "Ask for a year in that range.")


def check_band(band: str) -> None:
    """Refuse what is no end of a band."""
    if band not in BANDS:
        raise BadInput("band", band, ", ".join(BANDS), "Choose one of these.")
