"""A scale of colours for doubt that every eye can tell apart and that survives grey printing. Where it is shown is others' business."""

import numpy as np

from scalp.base import ByteArray, FloatArray

FULL_DOUBT_MM = 6.0
"""From here on the colour changes no more: what one photo does not show of a head is known to about 4 to 6 mm."""
_STOPS_SRGB_U8 = np.array([[0, 32, 77], [65, 77, 107], [124, 123, 120], [188, 175, 111], [255, 234, 70]], float)


def doubt_srgb_u8(sd_mm: FloatArray, full_mm: float = FULL_DOUBT_MM) -> ByteArray:
    """Return the colour of each doubt (N,) in mm, (N, 3) sRGB uint8: dark blue is sure, yellow is `full_mm` or more.

    Cividis, made so that people with and without weak colour sight read nearly the same off it: lightness grows evenly with
    doubt, and blue turns to yellow. Linear between five of its colours. [Nunez2018]

    >>> doubt_srgb_u8(np.array([0.0, 3.0, 100.0])).tolist()
    [[0, 32, 77], [124, 123, 120], [255, 234, 70]]
    """
    share = np.clip(np.nan_to_num(sd_mm, nan=full_mm) / full_mm, 0.0, 1.0)
    places = np.linspace(0.0, 1.0, len(_STOPS_SRGB_U8))
    bands = [np.interp(share, places, _STOPS_SRGB_U8[:, band]) for band in range(3)]
    return np.asarray(np.stack(bands, axis=-1) + 0.5).astype(np.uint8)
