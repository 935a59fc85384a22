"""The colours of one man's skin, lips, irises and hair, from his `Skin` by the engine's own light in skin."""

import dataclasses
from typing import NamedTuple

import numpy as np

from scalp.base import FloatArray
from scalp.domain.skin import BLOOD_RANGE, MELANIN_RANGE, Skin
from scalp.skin.tissue import SURFACE_GLARE
from scalp.skin.tone import inner_reflectance

MATTE_SHARE = 0.9
"""Of the surface's glare, what horn scales send everywhere; the rest is shine and drawn as such. (E)"""
DARK_MELANIN_FRACTION = 0.15
"""From here on the shape is that of dark-skinned people and the irises are dark brown."""


class Complexion(NamedTuple):
    """Albedos in linear sRGB (3,), and how dark-skinned he is, 0..1."""

    skin: FloatArray
    red: FloatArray
    brown: FloatArray
    lips: FloatArray
    iris: FloatArray
    iris_rim: FloatArray
    eye_white: FloatArray
    hair: FloatArray
    darkness_fraction: float


def darkness_fraction(skin: Skin) -> float:
    """Return how dark a skin is between very light and dark, 0..1, even in the logarithm of melanin."""
    return float(np.clip(np.log(skin.melanin_fraction / 0.012) / np.log(DARK_MELANIN_FRACTION / 0.012), 0.0, 1.0))


def _tone(skin: Skin, melanin_factor: float, blood_factor: float, matte_share: float) -> FloatArray:
    """Return the albedo of the same skin with more or less melanin and blood."""
    melanin = float(np.clip(skin.melanin_fraction * melanin_factor, *MELANIN_RANGE))
    blood = float(np.clip(skin.blood_fraction * blood_factor, *BLOOD_RANGE))
    inside = inner_reflectance(dataclasses.replace(skin, melanin_fraction=melanin, blood_fraction=blood))
    return np.asarray(inside + matte_share * SURFACE_GLARE)


def mix_complexion(skin: Skin, *, matte_share_factor: float = 1.0) -> Complexion:
    """Return the colours that go with a skin: more blood where it is red, more melanin where brown, both on the lips.

    Under a film of water less of the surface's glare is matte: `matte_share_factor` is how much of it is left.
    """
    share = MATTE_SHARE * matte_share_factor
    dark = darkness_fraction(skin)
    light_iris, dark_iris = np.array([0.17, 0.135, 0.085]), np.array([0.045, 0.022, 0.010])
    hair = np.array([0.030, 0.020, 0.0135]) * (1.0 - dark) + np.array([0.012, 0.009, 0.007]) * dark
    return Complexion(
        skin=_tone(skin, 1.0, 1.0, share),
        red=_tone(skin, 1.0, 2.6, share),
        brown=_tone(skin, 1.9, 1.35, share),
        lips=_tone(skin, 1.25, 3.4, share) * np.array([0.92, 0.90, 0.96]),
        iris=light_iris * (1.0 - dark) + dark_iris * dark,
        iris_rim=np.array([0.030, 0.026, 0.024]) * (1.0 - 0.6 * dark),
        eye_white=np.array([0.54, 0.465, 0.425]) * (1.0 - np.array([0.30, 0.34, 0.40]) * dark),
        hair=hair,
        darkness_fraction=dark,
    )
