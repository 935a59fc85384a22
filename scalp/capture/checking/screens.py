"""Whether a photo was taken of a screen or is a screenshot: the grid of a screen's pixels in the spectrum, plain bars at the border.

A face has no period of its own at a few pixels, a screen has one everywhere. Compression and enlarging have theirs exactly
along rows and columns, which is left aside: no hand holds a camera so straight. What to tell of it is `checks`'.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value

_TILE_PX = 128
_TILES_COUNT = 12
_LEAST_CONTRAST_LEVELS = 0.15


@value
class ScreenSettings(Value):
    """What counts as the grid of a screen."""

    peak_ratio: float = 26.0
    """Power of a line of the spectrum over the mean about it. Noise alone reaches 26 once in 10^11 lines."""
    tiles_fraction: float = 0.34
    """Part of the tiles that must show a line at the same place of the spectrum."""
    lowest_per_px: float = 0.07
    """Longest period looked for: 14 px. Hair, cloth and shine have longer ones. (D)"""
    bar_fraction: float = 0.025
    """Height of a plain bar, as a part of the picture's side, from which it is told. (D)"""


def grid_fraction(srgb_u8: np.ndarray, settings: ScreenSettings | None = None) -> float:
    """Return the part of the tiles of a picture that show one and the same fine grid: 0 for a photo of a head, 1 of a screen.

    The picture is cut into tiles of 128 px; in each, lines of the spectrum far above their surroundings are kept; lines
    in the same place (within 6 % of the frequency, for screens are seen aslant) count together.
    """
    settings = settings or ScreenSettings()
    opponent = srgb_u8.astype(np.float32)
    bands = np.stack([opponent @ np.array(way, np.float32) for way in ((0.3, 0.6, 0.1), (0.7, -0.7, 0.0), (0.4, 0.4, -0.8))])
    tiles = _tiles(bands)
    if len(tiles) < 2:
        return 0.0
    lines = [_lines(tile, settings) for tile in tiles]
    best = 0
    for own in lines:
        for line in own:
            near = 0.06 * float(np.linalg.norm(line)) + 1.0 / _TILE_PX
            best = max(best, sum(bool((np.linalg.norm(other - line, axis=1) < near).any()) for other in lines if len(other)))
    share = best / len(lines)
    return share if best >= 2 and share >= settings.tiles_fraction else 0.0


def _tiles(bands: Float32Array) -> list[Float32Array]:
    """Return up to twelve tiles (3, 128, 128) spread over the picture."""
    rows, cols = (max(0, length - _TILE_PX) for length in bands.shape[1:])
    if min(bands.shape[1:]) < _TILE_PX:
        return []
    down, across = (max(1, min(most, round(length / _TILE_PX))) for length, most in zip(bands.shape[1:], (4, 3), strict=True))
    tops, lefts = np.linspace(0, rows, down).astype(int), np.linspace(0, cols, across).astype(int)
    return [bands[:, top : top + _TILE_PX, left : left + _TILE_PX] for top in tops for left in lefts][:_TILES_COUNT]


def _lines(tile: Float32Array, settings: ScreenSettings) -> FloatArray:
    """Return the frequencies (N, 2) per px of lines that stand out of the spectrum of any of a tile's bands."""
    window = np.outer(np.hanning(_TILE_PX), np.hanning(_TILE_PX)).astype(np.float32)
    found: list[FloatArray] = []
    for band in tile:
        fine = (band - cv2.GaussianBlur(band, (0, 0), 4.0)) * window
        power = (np.abs(np.fft.fft2(fine)) ** 2).astype(np.float32)
        power = np.fft.fftshift(power)
        # The middle value of noise's power is its mean times ln 2; the floor is a grid too faint to be seen.
        about = cv2.medianBlur(_as_bytes(power), 15)
        mean = _from_bytes(about) / np.log(2.0)
        floor = (_LEAST_CONTRAST_LEVELS * window.sum()) ** 2 / 4
        peak = power == cv2.dilate(power, np.ones((5, 5), np.uint8))
        standing = peak & (power > settings.peak_ratio * mean) & (power > floor) & _looked_at(settings)
        rows, cols = np.nonzero(standing)
        found.append(np.column_stack([cols, rows]) / _TILE_PX - 0.5)
    return np.concatenate(found)


def _as_bytes(power: Float32Array) -> np.ndarray:
    """Return the logarithm of power in tenths of a neper as bytes, which a median needs no more than."""
    return np.asarray(np.clip(np.log(np.maximum(power, 1e-2)) * 8 + 40, 0, 255), np.uint8)


def _from_bytes(stored: np.ndarray) -> Float32Array:
    return np.asarray(np.exp((stored.astype(np.float32) - 40) / 8))


def _looked_at(settings: ScreenSettings) -> BoolArray:
    """Return which frequencies are looked at: half of the plane, not the slow ones, not those along rows or columns."""
    x, y = np.meshgrid(*[np.arange(_TILE_PX) / _TILE_PX - 0.5] * 2)
    fast = np.hypot(x, y) > settings.lowest_per_px
    half = (y > 0) | ((y == 0) & (x > 0))
    on_axis = (np.abs(x) < 1.5 / _TILE_PX) | (np.abs(y) < 1.5 / _TILE_PX)
    return np.asarray(fast & half & ~on_axis)


def plain_bars(srgb_u8: np.ndarray, settings: ScreenSettings | None = None) -> tuple[str, ...]:
    """Return the borders of a picture along which a plain bar runs that ends in a straight edge all across.

    A few small signs in the bar, such as a clock, are allowed; a plain wall goes over into the picture without an edge.
    """
    settings = settings or ScreenSettings()
    grey = cv2.cvtColor(srgb_u8, cv2.COLOR_RGB2GRAY).astype(np.float32)
    turned = {"top": grey, "bottom": grey[::-1], "left": grey.T, "right": grey.T[::-1]}
    return tuple(side for side, picture in turned.items() if _bar_ends(picture, settings))


def _bar_ends(picture: Float32Array, settings: ScreenSettings) -> bool:
    """Tell whether a picture begins with plain rows that end in an edge over nearly all of its width."""
    level = float(np.median(picture[:3]))
    plain = (np.abs(picture - level) < 4.0).mean(1) > 0.75
    count = int((~plain).argmax()) if not plain.all() else len(plain)
    if not settings.bar_fraction * len(picture) <= count < 0.4 * len(picture):
        return False
    behind = np.abs(picture[min(count + 2, len(picture) - 1)] - level)
    return bool((behind > 12.0).mean() > 0.9)
