"""The skin behind a measured spectrum.

What lives here: the inverse of `scalp.skin.tone`'s forward model for a spectrometer's reflectance, 430 to 700 nm. A photo's
three bands say less, and are `scalp.skin.tone.fit_skin`'s.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from scalp.base import BadInput, Doubt, FloatArray, Value, as_numbers, value
from scalp.domain import skin as ranges
from scalp.domain.skin import Skin
from scalp.skin.tissue import SURFACE_GLARE
from scalp.skin.tone import doubts_of_tone, inner_spectrum_at

SHORTEST_NM, LONGEST_NM = 430.0, 700.0
"""What is fitted. Below, light hardly gets past the epidermis and the model is at its weakest."""
FEWEST_COUNT = 12
WIDEST_GAP_NM = 60.0
ODD_MISFIT_FRACTION = 0.02
"""No spectrum of [Cooksey2017] is missed by more than half of this."""

_FREE = ("melanin_fraction", "blood_fraction", "oxygenation_fraction", "scattering_per_mm", "scattering_power", "vessel_radius_um")
_IN_LOG = np.array([True, True, False, True, False, False])
_RANGES = np.array(
    [
        ranges.MELANIN_RANGE,
        ranges.BLOOD_RANGE,
        ranges.OXYGENATION_RANGE,
        ranges.SCATTERING_RANGE_PER_MM,
        ranges.SCATTERING_POWER_RANGE,
        ranges.VESSEL_RANGE_UM,
    ]
)
_SPREADS = ("blood_log_sd", "oxygenation_sd", "scattering_log_sd", "scattering_power_sd", "vessel_radius_sd_um")
_STARTS = (0.03, 0.2)
"""Melanin to begin with; the second only where the first ends badly."""
_GOOD_COST = 30.0
"""Half the sum of squared strains of an end that needs no second try; people's spectra end at 6 to 35, the middle one at 14."""


@value
class UsualSkin(Value):
    """What skin is like before its spectrum is known, and how far people stray from it as standard deviations; melanin is left free."""

    blood_fraction: float = 0.0075
    """Whole blood in the dermis: 0.2 to 2 %. (B)"""
    blood_log_sd: float = 0.7
    """People's blood strays by a factor of two."""
    oxygenation_fraction: float = 0.65
    """Between arterial and venous blood. (B)"""
    oxygenation_sd: float = 0.15
    """Flow and temperature move it."""
    scattering_per_mm: float = 4.6
    """The mean of eight studies, at 500 nm. [Jacques2013]"""
    scattering_log_sd: float = 0.25
    """Those studies range from 3.0 to 6.9 per mm. [Jacques2013]"""
    scattering_power: float = 1.421
    """Their mean. [Jacques2013]"""
    scattering_power_sd: float = 0.3
    """They range from 0.7 to 2.5; wide ends rest on a few samples. [Jacques2013]"""
    vessel_radius_um: float = 10.0
    """Capillaries have 3 to 5 and venules 10 to 25 micrometres. [VanVeen2002]"""
    vessel_radius_sd_um: float = 4.0
    """How far the mix of both strays. (D)"""
    misfit_sd_fraction: float = 0.005
    """How far the model misses a spectrum at one wavelength. (D)"""
    independent_count: int = 20
    """How many wavelengths of a spectrum count as independent, however finely it is sampled. (D)"""

    def check(self) -> None:
        """Refuse skin that is outside the ranges of the fit, and spreads that are none."""
        for name, (low, high) in zip(_FREE[1:], _RANGES[1:], strict=True):
            if not low <= getattr(self, name) <= high:
                raise BadInput(f"usual {name}", getattr(self, name), f"{low:g} to {high:g}", "Leave it out for what is usual.")
        for name in (*_SPREADS, "misfit_sd_fraction", "independent_count"):
            if not 0.0 < getattr(self, name) < np.inf:
                raise BadInput(name, getattr(self, name), "above 0", "Leave it out for what is usual.")


@value
class SpectrumFit(Value):
    """A skin found from its spectrum, and how far its own spectrum lies from the measured one at each wavelength.

    `melanin_log_sd` and `blood_log_sd` say how well the spectrum tells these two, as standard deviations of their
    natural logarithms: what `UsualSkin` says of the model's misses, carried through.
    """

    skin: Skin
    wavelengths_nm: FloatArray
    misfit_fraction: FloatArray
    melanin_log_sd: float
    blood_log_sd: float

    @property
    def rmse_fraction(self) -> float:
        """Return the root mean square of the misfit."""
        return float(np.sqrt((self.misfit_fraction**2).mean()))


def fit_spectrum(
    wavelengths_nm: npt.ArrayLike, reflectance: npt.ArrayLike, *, usual: UsualSkin | None = None, glare_included: bool = True
) -> SpectrumFit:
    """Return the skin whose spectrum from 430 to 700 nm is nearest to a measured one.

    Six numbers are free inside their physical ranges: melanin, blood, oxygenation, amount and slope of scattering, and
    the size of the vessels; all but melanin are drawn towards what is usual, about as strongly as a misfit of 0.005 at
    20 wavelengths. The spectrum alone decides, not its colour. Epidermis (0.08 mm), the kinds of melanin and the ratio
    of shallow to deep blood are held. A doubt says where the skin is darker than any measured, or the spectrum not
    one of bare skin. Wavelengths outside 430 to 700 nm are left aside. `glare_included` is for instruments that catch
    the surface's mirror image too (a sphere without a gloss trap); without it, say so.
    """
    nm, measured = _usable(wavelengths_nm, reflectance)
    measured = measured - (SURFACE_GLARE if glare_included else 0.0)
    usual = usual or UsualSkin()
    middle, sd = _prior(usual)
    weight = np.sqrt(usual.independent_count / len(nm)) / usual.misfit_sd_fraction

    def strain(at: FloatArray) -> FloatArray:
        """Return the misfit of the spectrum and the distance from usual skin, in standard deviations."""
        return np.concatenate([weight * (inner_spectrum_at(_skin_at(at), nm) - measured), (at[1:] - middle) / sd])

    low, high = (_bent(_RANGES[:, end]) for end in (0, 1))
    ends = []
    for melanin in _STARTS:
        start = np.concatenate([np.log([melanin]), middle])
        ends.append(least_squares(strain, start, bounds=(low, high), x_scale=0.1 * (high - low)))
        if ends[-1].cost < _GOOD_COST:
            break
    found = min(ends, key=lambda end: end.cost)
    skin = _skin_at(found.x)
    misfit = inner_spectrum_at(skin, nm) - measured
    doubts = doubts_of_tone(skin) + _doubts(float(np.sqrt((misfit**2).mean())))
    slopes = np.asarray(found.jac)
    melanin_log_sd, blood_log_sd = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)))[:2]
    return SpectrumFit(
        skin=_skin_at(found.x, doubts),
        wavelengths_nm=nm,
        misfit_fraction=misfit,
        melanin_log_sd=float(melanin_log_sd),
        blood_log_sd=float(blood_log_sd),
    )


def _usable(wavelengths_nm: npt.ArrayLike, reflectance: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return what is measured between 430 and 700 nm, sorted; refuse what is no spectrum."""
    nm, measured = as_numbers("wavelengths_nm", wavelengths_nm), as_numbers("reflectance", reflectance)
    if nm.ndim != 1 or nm.shape != measured.shape:
        raise BadInput("reflectance", measured.shape, "one number for each wavelength", "Give both columns of the same file.")
    order = np.argsort(nm, kind="stable")
    inside = order[(nm[order] >= SHORTEST_NM) & (nm[order] <= LONGEST_NM)]
    nm, measured = nm[inside], measured[inside]
    edges = np.concatenate([[SHORTEST_NM], nm, [LONGEST_NM]])
    if len(nm) < FEWEST_COUNT or np.diff(edges).max() > WIDEST_GAP_NM:
        allowed = f"at least {FEWEST_COUNT} between {SHORTEST_NM:g} and {LONGEST_NM:g} nm, no two more than {WIDEST_GAP_NM:g} nm apart"
        raise BadInput("wavelengths_nm", f"{len(nm)} of use", allowed, "Measure the whole visible range.")
    if not (np.isfinite(measured).all() and measured.min() >= 0 and measured.max() <= 1.2):
        raise BadInput("reflectance", "outside 0 to 1", "fractions of the light that falls in", "Divide percentages by 100.")
    return nm, measured


def _prior(usual: UsualSkin) -> tuple[FloatArray, FloatArray]:
    """Return where each free number but melanin usually lies and how far it strays, as the fit counts them."""
    names = _FREE[1:]
    middle = np.array([getattr(usual, name) for name in names])
    return np.where(_IN_LOG[1:], np.log(middle), middle), np.array([getattr(usual, name) for name in _SPREADS])


def _bent(numbers: FloatArray) -> FloatArray:
    """Return the free numbers as the fit counts them: amounts by their logarithm."""
    return np.where(_IN_LOG, np.log(np.maximum(numbers, 1e-12)), numbers)


def _skin_at(at: FloatArray, doubts: tuple[Doubt, ...] = ()) -> Skin:
    """Return the skin at the fit's numbers."""
    numbers = np.clip(np.where(_IN_LOG, np.exp(np.where(_IN_LOG, at, 0.0)), at), *_RANGES.T)
    return Skin(**dict(zip(_FREE, map(float, numbers), strict=True)), doubts=doubts)


def _doubts(rmse_fraction: float) -> tuple[Doubt, ...]:
    """Return a doubt where no skin has such a spectrum."""
    if rmse_fraction <= ODD_MISFIT_FRACTION:
        return ()
    size = f"{rmse_fraction:.3f} of reflectance off any bare skin, usually 0.005"
    return (Doubt(kind="skin", where="colour of the skin", size=size, advice="Measure clean, bare, unmarked skin with the port closed."),)
