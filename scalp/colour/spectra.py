"""From spectra to colours: the standard observer under daylight D65 and other lights.

What lives here: the weights that turn a reflectance spectrum into linear sRGB or CIELAB. Which spectrum skin has is
`scalp.skin`'s, which power a light has `scalp.colour.lights`'.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray
from scalp.colour.lights import LIGHT_WAVELENGTHS_NM, Light
from scalp.colour.srgb import RGB_FROM_XYZ, WHITE_XYZ, lab_from_xyz

WAVELENGTHS_NM: tuple[float, ...] = tuple(float(wavelength_nm) for wavelength_nm in range(400, 701, 10))
"""Where spectra are sampled everywhere in the engine: 400 to 700 nm, every 10 nm, (31,)."""
CONES_FROM_XYZ = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""Bradford's cone responses, in which white is adapted. [ICC2022]"""


@lru_cache(maxsize=1)
def _observer() -> FloatArray:
    """Return wavelength, the 1931 observer and D65 every 10 nm, (31, 5)."""
    table: FloatArray = np.loadtxt(str(files("scalp.tables") / "skin-observer.csv"), delimiter=",", comments=("#", "w"))
    return table


def xyz_weights(light: Light | None = None) -> FloatArray:
    """Return the weights (31, 3) that make XYZ of a reflectance at `WAVELENGTHS_NM` under a light, white having Y of 1.

    D65 by default, by the CIE's own table every 10 nm; other lights every 5 nm with the reflectance linear between its
    samples, and the observer smooth. [CIE2018]
    """
    table = _observer()
    if light is None:
        power = table[:, 1:4] * table[:, 4:5]
        return np.asarray(power / power.sum(axis=0) * WHITE_XYZ)
    nm = np.array(LIGHT_WAVELENGTHS_NM)
    hats = np.maximum(0.0, 1.0 - np.abs(np.subtract.outer(table[:, 0], nm)) / 10.0)
    weights = hats @ (_fine_observer() * light.power_weights[:, None])
    return np.asarray(weights / weights[:, 1].sum())


@lru_cache(maxsize=1)
def _fine_observer() -> FloatArray:
    """Return the 1931 observer every 5 nm, (61, 3), midway values by the cubic through four neighbours."""
    coarse = np.pad(_observer()[:, 1:4], ((1, 1), (0, 0)), mode="edge")
    between = (9.0 * (coarse[1:-2] + coarse[2:-1]) - coarse[:-3] - coarse[3:]) / 16.0
    fine = np.empty((len(LIGHT_WAVELENGTHS_NM), 3))
    fine[::2], fine[1::2] = coarse[1:-1], np.maximum(between, 0.0)
    return fine


def white_xyz(light: Light | None = None) -> FloatArray:
    """Return XYZ (3,) of a white reflector under a light; Y is 1."""
    return np.asarray(xyz_weights(light).sum(axis=0))


@lru_cache(maxsize=16)
def rgb_weights(light: Light | None = None) -> FloatArray:
    """Return the weights (31, 3) that make linear sRGB of a reflectance at `WAVELENGTHS_NM` under a light, D65 by default.

    The 1931 observer times the light, the light's white adapted to D65 as Bradford's cones do, then sRGB; a white
    reflector is exactly (1, 1, 1). Single weights may be negative: pure wavelengths lie outside sRGB. [CIE2018, ICC2022]
    """
    weights = xyz_weights(light)
    if light is not None:
        gains = (CONES_FROM_XYZ @ WHITE_XYZ) / (CONES_FROM_XYZ @ white_xyz(light))
        weights = weights @ (np.linalg.inv(CONES_FROM_XYZ) @ (gains[:, None] * CONES_FROM_XYZ)).T
    weights = weights @ RGB_FROM_XYZ.T
    weights.setflags(write=False)
    return weights


def rgb_from_spectrum(reflectance: npt.ArrayLike, light: Light | None = None) -> FloatArray:
    """Return the linear sRGB (..., 3) of reflectances (..., 31) at `WAVELENGTHS_NM`, as an eye or a camera adapted to the light sees it.

    >>> rgb_from_spectrum([0.5] * 31).round(6).tolist()
    [0.5, 0.5, 0.5]
    """
    return np.asarray(np.asarray(reflectance, float) @ rgb_weights(light))


def lab_from_spectrum(reflectance: npt.ArrayLike, light: Light | None = None) -> FloatArray:
    """Return CIELAB (..., 3) of reflectances (..., 31) under a light, against that light's own white. [CIE2018]

    >>> lab_from_spectrum([1.0] * 31).round(6).tolist()
    [100.0, 0.0, 0.0]
    """
    return lab_from_xyz(np.asarray(reflectance, float) @ xyz_weights(light), white_xyz(light))


def unadapted_white(light: Light) -> FloatArray:
    """Return the linear sRGB (3,) of a white reflector under a light for a camera that stays balanced for D65; luminance 1.

    Bands below 0 are possible where a light is outside sRGB.
    """
    return np.asarray(RGB_FROM_XYZ @ white_xyz(light))
