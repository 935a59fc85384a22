"""Shine parted from colour: what the surface of skin mirrors has the colour of the light, what comes out of skin its own.

Plain work on balanced light. White is `white`'s, tones by region are `tones`'s.
"""

import cv2
import numpy as np
from scipy.ndimage import percentile_filter

from scalp.base import Float32Array, Value, value

_GRID_MM = 2.0
"""Side of the cells in which the colour of matte skin is looked for."""
_WINDOW_CELLS = 21
_MATTE_PERCENTILE = 75.0
"""Of the purity of colour round a place, where skin counts as matte: shine only takes purity away. (D)"""
_BURNT = 0.94
"""Linear light of the brightest band from which a pixel is burnt out, and shine."""
_LEAST_PURITY = 0.03


@value
class Matte(Value):
    """Light (H, W, 3) without shine, and how much of each pixel's light was shine, (H, W) 0..1."""

    rgb_linear: Float32Array
    shine_fraction: Float32Array


def part_shine(rgb_linear: Float32Array, skin: Float32Array, *, px_per_mm: float) -> Matte:
    """Return balanced light (H, W, 3) of skin parted into matte light and shine, by the dichromatic model. [Shafer1985]

    Shine has the colour of the light, which is white once the photo is balanced, so it adds the same to every band: across
    white the colour of skin stays as it is. How much there is follows from how pure the matte skin round a place (4 cm)
    is. Burnt-out pixels are shine. Skin that is paler than all around it passes for shiny; several colours of light are left out.
    """
    level = rgb_linear.mean(axis=-1)
    calm = cv2.GaussianBlur(rgb_linear, (0, 0), max(0.5, 0.35 * px_per_mm))
    purity = _purity(calm)
    matte = _matte_purity(calm, skin, px_per_mm)
    share = np.clip(1.0 - purity / np.maximum(matte, _LEAST_PURITY), 0.0, 1.0)
    share = np.where(rgb_linear.max(axis=-1) > _BURNT, np.maximum(share, 0.8), share).astype(np.float32)
    shine = np.minimum(share * level, 0.98 * rgb_linear.min(axis=-1))
    return Matte(
        rgb_linear=(rgb_linear - shine[..., None]).astype(np.float32), shine_fraction=(shine / np.maximum(level, 1e-4)).astype(np.float32)
    )


def _purity(rgb_linear: Float32Array) -> Float32Array:
    """Return how far light is from white, over its level: the part that shine cannot add."""
    level = rgb_linear.mean(axis=-1, keepdims=True)
    away = rgb_linear - level
    return np.asarray(np.sqrt((away**2).sum(axis=-1)) / np.maximum(level[..., 0], 1e-3), np.float32)


def _matte_purity(rgb_linear: Float32Array, skin: Float32Array, px_per_mm: float) -> Float32Array:
    """Return the purity of matte skin round each pixel, (H, W)."""
    step = max(1.0, _GRID_MM * px_per_mm)
    size = (max(3, round(skin.shape[1] / step)), max(3, round(skin.shape[0] / step)))
    weight = cv2.resize(skin, size, interpolation=cv2.INTER_AREA)
    light = cv2.resize(rgb_linear * skin[..., None], size, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-3)[..., None]
    purity, known = _purity(light), weight > 0.6
    usual = float(np.percentile(purity[known], _MATTE_PERCENTILE)) if known.any() else 0.3
    below = np.where(known, purity, -1.0)
    # Cells without skin rank lowest, so that the percentile is taken among the cells with skin alone.
    shares = cv2.blur(known.astype(np.float32), (_WINDOW_CELLS, _WINDOW_CELLS), borderType=cv2.BORDER_CONSTANT)
    ranks = [50.0, 65.0, 75.0, 85.0, 92.0, 97.0]
    found = np.stack([percentile_filter(below, rank, size=_WINDOW_CELLS, mode="constant", cval=-1.0) for rank in ranks])
    wanted = 100.0 - (100.0 - _MATTE_PERCENTILE) * shares
    place = np.abs(np.array(ranks)[:, None, None] - wanted).argmin(axis=0)
    matte = np.take_along_axis(found, place[None], axis=0)[0]
    matte = cv2.GaussianBlur(np.where(matte > 0, matte, usual).astype(np.float32), (0, 0), 3.0)
    return np.asarray(cv2.resize(matte, skin.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
