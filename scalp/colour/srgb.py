"""Linear sRGB, stored sRGB and CIELAB, all under D65.

What lives here: pure conversions of arrays whose last axis is the three bands. Spectra are `scalp.colour.spectra`'s;
what a photo's own file means by its numbers is `Encoding`'s in the domain.
"""

import numpy as np
import numpy.typing as npt

from scalp.base import ByteArray, FloatArray

XYZ_FROM_RGB = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
"""Linear sRGB to CIE XYZ of D65. [IEC61966]"""
RGB_FROM_XYZ = np.linalg.inv(XYZ_FROM_RGB)
WHITE_XYZ = XYZ_FROM_RGB.sum(axis=1)

LAB_BEND = 6.0 / 29.0


def linear_from_srgb(srgb_u8: npt.ArrayLike) -> FloatArray:
    """Return linear light 0..1 of stored 8-bit sRGB numbers. [IEC61966]

    >>> linear_from_srgb([0, 255]).tolist()
    [0.0, 1.0]
    """
    stored = np.asarray(srgb_u8, float) / 255.0
    return np.asarray(np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4))


def srgb_from_linear(rgb_linear: npt.ArrayLike) -> ByteArray:
    """Return stored 8-bit sRGB numbers of linear light; what lies outside 0..1 is clipped. [IEC61966]"""
    light = np.clip(np.asarray(rgb_linear, float), 0.0, 1.0)
    stored = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(stored * 255.0 + 0.5).astype(np.uint8)


def lab_from_linear(rgb_linear: npt.ArrayLike) -> FloatArray:
    """Return CIELAB (L*, a*, b*) under D65 of linear sRGB. [CIE2018]

    >>> lab_from_linear([1.0, 1.0, 1.0]).round(3).tolist()
    [100.0, 0.0, 0.0]
    """
    return lab_from_xyz(np.asarray(rgb_linear, float) @ XYZ_FROM_RGB.T, WHITE_XYZ)


def lab_from_xyz(xyz: npt.ArrayLike, white_xyz: npt.ArrayLike) -> FloatArray:
    """Return CIELAB (..., 3) of XYZ (..., 3) against a white (3,). [CIE2018]"""
    ratio = np.asarray(xyz, float) / np.asarray(white_xyz, float)
    bent = np.where(ratio > LAB_BEND**3, np.cbrt(np.maximum(ratio, 0.0)), ratio / (3 * LAB_BEND**2) + 4.0 / 29.0)
    x, y, z = np.moveaxis(bent, -1, 0)
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1) + 0.0


def linear_from_lab(lab: npt.ArrayLike) -> FloatArray:
    """Return linear sRGB of CIELAB under D65; colours outside sRGB lie outside 0..1. [CIE2018]"""
    lightness, a, b = np.moveaxis(np.asarray(lab, float), -1, 0)
    y = (lightness + 16.0) / 116.0
    bent = np.stack([y + a / 500.0, y, y - b / 200.0], axis=-1)
    ratio = np.where(bent > LAB_BEND, bent**3, 3 * LAB_BEND**2 * (bent - 4.0 / 29.0))
    return np.asarray(ratio * WHITE_XYZ @ RGB_FROM_XYZ.T)


def typology_angle(lab: npt.ArrayLike) -> FloatArray:
    """Return the individual typology angle of skin, degrees: above 55 very light, below -30 dark. [Chardon1991]

    It grows with lightness and falls with yellowness. Defined for b* above zero; skin of b* near zero has no meaning here.

    >>> round(float(typology_angle([66.1, 9.6, 15.3])), 1)
    46.5
    """
    measured = np.asarray(lab, float)
    return np.asarray(np.degrees(np.arctan2(measured[..., 0] - 50.0, measured[..., 2])))


def difference(lab: npt.ArrayLike, other_lab: npt.ArrayLike) -> FloatArray:
    """Return the distance dE76 of two colours in CIELAB. [CIE2018]"""
    return np.asarray(np.linalg.norm(np.asarray(lab, float) - np.asarray(other_lab, float), axis=-1))
