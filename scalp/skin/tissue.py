"""What skin and pigment do to light of each wavelength: absorption and scattering, per mm.

What lives here: published spectra as functions of wavelength. How light walks through them is `scalp.skin.photons`'.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray
from scalp.domain.skin import Skin

INDEX = 1.4
"""Refractive index of epidermis and dermis. [Jacques2013]"""
ANISOTROPY = 0.8
"""Mean cosine of one scattering in skin. [Jacques2013]"""
SURFACE_GLARE = ((INDEX - 1.0) / (INDEX + 1.0)) ** 2
"""Part of straight light the surface itself throws back: 0.0278."""

PAPILLARY_MM = 0.2
"""Thickness of the papillary dermis, from the epidermis down; the reticular dermis goes on below. (C)"""

BASELINE_SHARE = 0.3

HAEMOGLOBIN_G_PER_L = 150.0
HAEMOGLOBIN_G_PER_MOL = 64500.0

CARBON_M2_PER_G_AT_550_NM = 8.3
CARBON_EXPONENT = 0.97


def scattering_per_mm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the reduced scattering mu_s' of skin: 46 (lambda / 500 nm)^-1.421 per cm. [Jacques2013]

    >>> round(float(scattering_per_mm(550.0)), 2)
    4.02
    """
    return np.asarray(4.6 * (np.asarray(wavelength_nm, float) / 500.0) ** -1.421)


def baseline_absorption_per_mm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the absorption of bloodless, melanin-free skin: 0.3 of 0.244 + 85.3 exp(-(lambda - 154) / 66.2) per cm.

    The formula is of neonatal skin [Jacques2013]; at 0.3 of it the 100 measured spectra of [Cooksey2017] call for the
    scattering that others measured, at the full formula for much more.
    """
    return np.asarray(BASELINE_SHARE * (0.0244 + 8.53 * np.exp(-(np.asarray(wavelength_nm, float) - 154.0) / 66.2)))


def melanosome_absorption_per_mm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the absorption inside a melanosome, 1.70e12 lambda^-3.48 per cm; known within a factor of ten. [Jacques1998]"""
    return np.asarray(1.70e11 * np.asarray(wavelength_nm, float) ** -3.48)


def pheomelanosome_absorption_per_mm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the absorption inside a melanosome of pheomelanin alone, 2.9e14 lambda^-4.75 per mm. [Donner2006]"""
    return np.asarray(2.9e14 * np.asarray(wavelength_nm, float) ** -4.75)


@lru_cache(maxsize=1)
def _haemoglobin() -> FloatArray:
    """Return wavelength in nm and molar extinction of oxy- and deoxyhaemoglobin, (156, 3)."""
    table: FloatArray = np.loadtxt(str(files("scalp.tables") / "skin-haemoglobin.csv"), delimiter=",", comments=("#", "w"))
    return table


def blood_absorption_per_mm(wavelength_nm: npt.ArrayLike, oxygenation_fraction: float) -> FloatArray:
    """Return the absorption of whole blood of 150 g/l, averaged over the 10 nm around each wavelength. [Prahl1999]"""
    nm, oxy, deoxy = _haemoglobin().T
    extinction = oxygenation_fraction * oxy + (1.0 - oxygenation_fraction) * deoxy
    smooth = np.convolve(np.pad(extinction, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    molar = HAEMOGLOBIN_G_PER_L / HAEMOGLOBIN_G_PER_MOL
    return np.asarray(np.log(10.0) * molar * 0.1 * np.interp(np.asarray(wavelength_nm, float), nm, smooth))


def packing_factor(mu_a_per_mm: npt.ArrayLike, vessel_radius_um: float) -> FloatArray:
    """Return how much of an absorber's strength is left when it is packed in vessels instead of evenly mixed in.

    (1 - exp(-2 mu_a r)) / (2 mu_a r): light passes beside a vessel, or is spent before it reaches its middle. [VanVeen2002]

    >>> [round(float(factor), 2) for factor in packing_factor([0.4, 40.0], 10.0)]
    [1.0, 0.69]
    """
    crossing = np.maximum(2e-3 * vessel_radius_um * np.asarray(mu_a_per_mm, float), 1e-9)
    return np.asarray(-np.expm1(-crossing) / crossing)


def carbon_absorption_per_mm(wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the absorption of 1 mg/ml of carbon black: 8.3 per mm at 550 nm, about 10 at 450 and 7 at 650.

    Mass absorption of 20-100 nm particles by Mie theory; scattering of the particles is left out. [BondBergstrom2006]
    """
    return np.asarray(CARBON_M2_PER_G_AT_550_NM * (np.asarray(wavelength_nm, float) / 550.0) ** -CARBON_EXPONENT)


def epidermis_absorption_per_mm(skin: Skin, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return mu_a of a skin's living epidermis: its melanosomes, and bloodless tissue between them."""
    pheomelanin = skin.pheomelanin_fraction
    inside = (1 - pheomelanin) * melanosome_absorption_per_mm(wavelength_nm) + pheomelanin * pheomelanosome_absorption_per_mm(wavelength_nm)
    return np.asarray(skin.melanin_fraction * inside + (1 - skin.melanin_fraction) * baseline_absorption_per_mm(wavelength_nm))


def papillary_absorption_per_mm(skin: Skin, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return mu_a of a skin's papillary dermis, the `PAPILLARY_MM` under its epidermis."""
    return _dermis_absorption_per_mm(skin, wavelength_nm, skin.blood_fraction * skin.papillary_blood_ratio)


def reticular_absorption_per_mm(skin: Skin, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return mu_a of a skin's reticular dermis, which is taken as thick as light goes."""
    return _dermis_absorption_per_mm(skin, wavelength_nm, skin.blood_fraction)


def _dermis_absorption_per_mm(skin: Skin, wavelength_nm: npt.ArrayLike, blood_fraction: float) -> FloatArray:
    """Return mu_a of dermis with so much blood of this skin's oxygenation."""
    blood = blood_absorption_per_mm(wavelength_nm, skin.oxygenation_fraction)
    blood = blood * packing_factor(blood, skin.vessel_radius_um)
    return np.asarray(blood_fraction * blood + baseline_absorption_per_mm(wavelength_nm))


def skin_scattering_per_mm(skin: Skin, wavelength_nm: npt.ArrayLike) -> FloatArray:
    """Return the reduced scattering mu_s' of a skin, the same in all its layers. [Jacques2013]"""
    return np.asarray(skin.scattering_per_mm * (np.asarray(wavelength_nm, float) / 500.0) ** -skin.scattering_power)
