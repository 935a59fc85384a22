"""Skin burnt out to white: how much more light it sends than the file could store.

Needed because pigment on burnt-out skin first eats the light beyond white, and what is left has the skin's own colour,
not grey. Glint, which also burns out, lies above the pigment and is `glint`'s.
"""

import cv2
import numpy as np

from scalp.base import Float32Array

NEAR_WHITE = (0.80, 0.97)
"""Stored linear light between which a band begins and has ended to tell the truth. (E)"""
BRIGHT_SKIN = (0.40, 0.60)
"""Red light of typical skin between which a white patch on it passes from glint to overexposure. (E)"""
DIFFUSE_SHARE = 0.3
"""Part of the light beyond white that came from below the surface; the rest is taken for glint, as white as the file. (E)"""
SMALLEST_BURNT_FRACTION = 0.002
WELL_SKIN = 0.9


def light_beyond_white(native_linear: Float32Array, skin_fraction: Float32Array) -> Float32Array:
    """Return the light of each band that was cut off at white, (rows, cols, 3), or (0, 0, 3) where nothing is burnt out.

    A burnt-out pixel of skin keeps the colour of the skin that is not: its bands are raised to that colour's proportion
    from the darkest one. Only where skin as a whole is nearly white; on dark skin white is glint. The whole of it is not given back: see `DIFFUSE_SHARE`.
    """
    thin = np.s_[::3, ::3]
    skin = native_linear[thin][skin_fraction[thin] > WELL_SKIN]
    none = np.zeros((0, 0, 3), np.float32)
    if len(skin) == 0 or (skin.max(axis=1) > NEAR_WHITE[1]).mean() < SMALLEST_BURNT_FRACTION:
        return none
    matte = skin[skin.max(axis=1) < NEAR_WHITE[0]]
    if len(matte) < 0.1 * len(skin):
        return none
    usual = np.median(matte, axis=0)
    overexposed = float(np.clip((usual.max() - BRIGHT_SKIN[0]) / (BRIGHT_SKIN[1] - BRIGHT_SKIN[0]), 0.0, 1.0))
    if overexposed == 0.0:
        return none
    level = native_linear.min(axis=2) / np.float32(max(usual.min(), 1e-3))
    lost = np.clip((native_linear - NEAR_WHITE[0]) / (NEAR_WHITE[1] - NEAR_WHITE[0]), 0.0, 1.0)
    beyond = lost * np.maximum(level[..., None] * usual.astype(np.float32) - native_linear, 0.0)
    return np.asarray(cv2.GaussianBlur(DIFFUSE_SHARE * overexposed * beyond, (0, 0), 0.8), np.float32)
