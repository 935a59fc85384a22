"""The colour of bare skin, and the skin that has a given colour."""

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray
from scalp.domain.skin import Skin


def reflectance(skin: Skin) -> FloatArray:
    """Return the albedo of bare skin under D65, linear sRGB (3,)."""
    return np.array([0.55, 0.33, 0.24]) * np.exp(-skin.melanin_fraction * np.array([4.0, 6.0, 9.0]))


def fit_skin(rgb_linear: npt.ArrayLike, *, brightness_known: bool = False) -> Skin:
    """Return the skin that looks like `rgb_linear` (3,)."""
    red, _, blue = np.clip(np.asarray(rgb_linear, float), 1e-4, None)
    melanin = float(np.clip(np.log(red / blue / (0.55 / 0.24)) / 5.0, 0.01, 0.4))
    return Skin(melanin_fraction=melanin, blood_fraction=0.011)
