"""The colour of bare skin, and the skin that has a given colour.

What lives here: reflectance of bare skin under daylight, and its inverse from a colour. The table is
`scalp.skin.returns`'; spectra are fitted in `scalp.skin.fitting`; impressions are `scalp.skin.spread`'s.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from scalp.base import BadInput, Doubt, FloatArray, as_numbers
from scalp.colour.lights import Light
from scalp.colour.spectra import WAVELENGTHS_NM, rgb_from_spectrum
from scalp.colour.srgb import lab_from_linear, typology_angle
from scalp.domain.skin import BLOOD_RANGE, MELANIN_RANGE, Skin
from scalp.skin.returns import returned_fractions
from scalp.skin.tissue import (
    SURFACE_GLARE,
    epidermis_absorption_per_mm,
    papillary_absorption_per_mm,
    reticular_absorption_per_mm,
    skin_scattering_per_mm,
)

DARKEST_MEASURED_ANGLE = -30.0
"""No spectra of skin darker than this typology angle (degrees) are in the data the model was checked with. [Cooksey2017]"""
USUAL_BLOOD_FRACTION = 0.0075
PHOTO_SDS = (0.12, 0.45, 0.6)
"""How far a photo's colour ratios, its brightness, and people's blood stray, as natural logarithms: white balance is good
to about a tenth, exposure to half. (E)"""
KNOWN_SDS = (0.03, 0.015, 0.8)
"""The same where a white card was measured beside the skin. (E)"""
BRIGHTEST_LINEAR = 2.0
"""No skin is brighter, however a photo is exposed: such numbers are bytes."""
TAN_MELANIN_FRACTION = 0.03
"""From here on cameras' automatic exposure makes skin look lighter than it is by more than its colour betrays. (E)"""
ODD_COLOUR_DISTANCE = 0.18
"""Misfit of log colour ratios above which a colour is not one of skin in daylight."""


def inner_spectrum_at(skin: Skin, wavelengths_nm: npt.ArrayLike) -> FloatArray:
    """Return the light (N,) of each wavelength, 400 to 700 nm, that leaves the skin again, of the light that falls on it.

    Epidermis with melanin over papillary and reticular dermis with blood; the surface's glare not included. Left out:
    bilirubin, carotene, fluorescence, fat below the dermis, hair. [Jacques2013]
    """
    nm = np.asarray(wavelengths_nm, float)
    inner = returned_fractions(
        skin_scattering_per_mm(skin, nm),
        epidermis_absorption_per_mm(skin, nm) * skin.epidermis_mm,
        papillary_absorption_per_mm(skin, nm),
        reticular_absorption_per_mm(skin, nm),
    )
    return np.asarray((1 - SURFACE_GLARE) * inner)


def inner_spectrum(skin: Skin) -> FloatArray:
    """Return the light (31,) that leaves the skin again at `WAVELENGTHS_NM`, of the light that falls on it, glare not included."""
    return inner_spectrum_at(skin, WAVELENGTHS_NM)


def inner_reflectance(skin: Skin, light: Light | None = None) -> FloatArray:
    """Return the light from inside bare skin under a light, D65 by default, linear sRGB (3,), the surface's glare not included."""
    return rgb_from_spectrum(inner_spectrum(skin), light)


def reflectance(skin: Skin, light: Light | None = None) -> FloatArray:
    """Return the albedo of bare skin under a light, D65 by default, linear sRGB (3,), the surface's glare included.

    Eye and camera are adapted to the light: a white card beside the skin is (1, 1, 1) under each.

    >>> skin = Skin(melanin_fraction=0.0135, blood_fraction=0.0075)
    >>> [round(float(band), 2) for band in reflectance(skin)]
    [0.55, 0.36, 0.28]
    """
    return np.asarray(inner_reflectance(skin, light) + SURFACE_GLARE)


def fit_skin(
    rgb_linear: npt.ArrayLike,
    *,
    brightness_known: bool = False,
    light: Light | None = None,
    sds_log: tuple[float, float, float] | None = None,
) -> Skin:
    """Return the skin whose colour under daylight, or another `light` the photo is balanced for, is nearest to `rgb_linear` (3,).

    The exposure of a photo is not known, so that mostly the ratios of the bands decide, with a weak hold on brightness
    and on the usual amount of blood; `brightness_known` is for colours measured against a white card, `sds_log` (hue,
    brightness, blood, as `PHOTO_SDS`) for other doubts that are known. Melanin and
    blood always stay what skin can have; a doubt says where the colour is darker than the measured skins the model
    was checked with, or not one of skin in daylight.
    """
    wanted = as_numbers("rgb_linear", rgb_linear)
    if wanted.shape != (3,) or not np.isfinite(wanted).all() or wanted.max() <= 0:
        raise BadInput("rgb_linear", wanted.shape, "three linear bands above 0", "Pick a lit patch of bare skin.")
    if wanted.max() > BRIGHTEST_LINEAR:
        said = f"up to {wanted.max():.3g}"
        raise BadInput("rgb_linear", said, "linear light, where white is 1", "Decode bytes of 0 to 255 to linear light first.")
    wanted = np.maximum(wanted, 1e-4)
    hue_sd, brightness_sd, blood_sd = sds_log or (KNOWN_SDS if brightness_known else PHOTO_SDS)

    def misfit(at: FloatArray) -> FloatArray:
        """Return log ratios of colour, brightness and usual blood, each in its standard deviations."""
        off = np.log(reflectance(_skin_at(at), light) / wanted)
        return np.array(
            [
                (off[0] - off[1]) / hue_sd,
                (off[1] - off[2]) / hue_sd,
                off.mean() / brightness_sd,
                (at[1] - np.log(USUAL_BLOOD_FRACTION)) / blood_sd,
            ]
        )

    bounds = (np.log([MELANIN_RANGE[0], BLOOD_RANGE[0]]), np.log([MELANIN_RANGE[1], BLOOD_RANGE[1]]))
    starts = [np.log([melanin, USUAL_BLOOD_FRACTION]) for melanin in (0.015, 0.08, 0.25)]
    best = min(
        (least_squares(misfit, start, bounds=bounds, diff_step=np.array([1e-3, 1e-3])) for start in starts), key=lambda found: found.cost
    )
    skin = _skin_at(best.x)
    doubts = _doubts(skin, reflectance(skin, light) / wanted)
    if not brightness_known and sds_log is None:
        doubts += _doubts_of_exposure(skin, wanted, light)
    return Skin(melanin_fraction=skin.melanin_fraction, blood_fraction=skin.blood_fraction, doubts=doubts)


def _doubts_of_exposure(skin: Skin, wanted: FloatArray, light: Light | None) -> tuple[Doubt, ...]:
    """Return how much darker a tan or dark skin may be if its photo is exposed brightly, which colour alone cannot tell."""
    if skin.melanin_fraction < TAN_MELANIN_FRACTION:
        return ()
    darker = fit_skin(wanted * np.exp(-2.0 * PHOTO_SDS[1]), brightness_known=True, light=light).melanin_fraction
    size = f"melanin {100 * skin.melanin_fraction:.0f} %, up to {100 * darker:.0f} % if the photo is brightly exposed"
    advice = "Photograph it beside a white card: on darker skin the treatment shows less."
    return (Doubt(kind="skin", where="how dark the skin is", size=size, advice=advice),)


def _skin_at(at: FloatArray) -> Skin:
    """Return the skin at log melanin and log blood."""
    melanin, blood = np.exp(at)
    return Skin(melanin_fraction=float(np.clip(melanin, *MELANIN_RANGE)), blood_fraction=float(np.clip(blood, *BLOOD_RANGE)))


def _doubts(skin: Skin, over: FloatArray) -> tuple[Doubt, ...]:
    """Return what is not sure about a skin fitted to a colour; `over` (3,) is the found colour over the wanted one."""
    doubts = []
    ratios = np.log(over / over[1])[[0, 2]]
    if np.abs(ratios).max() > ODD_COLOUR_DISTANCE:
        size = f"{100 * np.expm1(np.abs(ratios).max()):.0f} % off any skin in daylight"
        doubts.append(
            Doubt(kind="light", where="colour of the skin", size=size, advice="Photograph in daylight or with white balance set.")
        )
    return (*doubts, *doubts_of_tone(skin))


def doubts_of_tone(skin: Skin) -> tuple[Doubt, ...]:
    """Return a doubt for a skin darker than any the model was checked with."""
    angle = float(typology_angle(lab_from_linear(reflectance(skin))))
    if angle >= DARKEST_MEASURED_ANGLE:
        return ()
    size = f"typology angle {angle:.0f} degrees, below the measured skins"
    return (Doubt(kind="skin", where="contrast of the treatment", size=size, advice="Test a few impressions on this skin first."),)
