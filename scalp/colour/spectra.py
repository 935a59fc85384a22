"""From spectra to colours: the standard observer under daylight D65.

What lives here: the weights that turn a reflectance spectrum into linear sRGB. Which spectrum skin has is
`scalp.skin`'s.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray
from scalp.colour.srgb import RGB_FROM_XYZ, WHITE_XYZ

WAVELENGTHS_NM: tuple[float, ...] = tuple(float(wavelength_nm) for wavelength_nm in range(400, 701, 10))
"""Where spectra are sampled everywhere in the engine: 400 to 700 nm, every 10 nm, (31,)."""


@lru_cache(maxsize=1)
def rgb_weights() -> FloatArray:
    """Return the weights (31, 3) that make linear sRGB of a reflectance at `WAVELENGTHS_NM` under D65.

    The 1931 observer times D65 every 10 nm, brought to sRGB; a white reflector is exactly (1, 1, 1). Single weights
    may be negative: pure wavelengths lie outside sRGB. [CIE2018]
    """
    table = np.loadtxt(str(files("scalp.tables") / "skin-observer.csv"), delimiter=",", comments=("#", "w"))
    power = table[:, 1:4] * table[:, 4:5]
    xyz_weights = power / power.sum(axis=0) * WHITE_XYZ
    weights: FloatArray = xyz_weights @ RGB_FROM_XYZ.T
    weights.setflags(write=False)
    return weights


def rgb_from_spectrum(reflectance: npt.ArrayLike) -> FloatArray:
    """Return the linear sRGB (..., 3) under D65 of reflectances (..., 31) at `WAVELENGTHS_NM`.

    >>> rgb_from_spectrum([0.5] * 31).round(6).tolist()
    [0.5, 0.5, 0.5]
    """
    return np.asarray(np.asarray(reflectance, float) @ rgb_weights())
