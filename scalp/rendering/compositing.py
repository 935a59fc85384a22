"""The last step of a look, pixel by pixel: light taken from below the surface, stored again as the file's own numbers."""

import numpy as np
from numba import njit

from scalp.base import ByteArray, Float32Array
from scalp.domain.photo import Encoding
from scalp.rendering.canvas import Canvas

SMALLEST_CHANGE = 1e-4
CURVE_STEPS = 1 << 16


def storing_curve(encoding: Encoding) -> np.ndarray:
    """Return the stored number nearest to each of `CURVE_STEPS` equal steps of the square root of light, (steps, 3).

    Steps of the root are fine enough in the dark for 16 bit files.
    """
    levels_count = len(encoding.decode)
    light = np.linspace(0.0, 1.0, CURVE_STEPS) ** 2
    kind = np.uint8 if levels_count == 256 else np.uint16
    bands = [np.interp(light, encoding.decode[:, band], np.arange(levels_count)) + 0.5 for band in range(3)]
    return np.stack(bands, axis=-1).astype(kind)


def composite(pixels: np.ndarray, touched: ByteArray, canvas: Canvas, passed: Float32Array, encoding: Encoding, curve: np.ndarray) -> None:
    """Write the changed pixels of a window into `pixels` and mark them in `touched`; both are the window's own part.

    `passed` (3, rows, cols) is what is left of the light from below, in the bands of linear sRGB. Pixels of which no
    band loses 1e-4 keep their stored numbers.
    """
    forth = encoding.srgb_from_native.astype(np.float32)
    _composite(
        pixels,
        touched,
        canvas.native_linear,
        canvas.glint,
        canvas.skin_fraction,
        passed,
        forth,
        np.linalg.inv(forth).astype(np.float32),
        curve,
    )


@njit(cache=True, nogil=True)
def _composite(pixels, touched, light, glint, skin_fraction, passed, forth, back, curve):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Composite every pixel of a window."""
    rows, cols = skin_fraction.shape
    most = np.float32(len(curve) - 1)
    for row in range(rows):
        for col in range(cols):
            # How much of the light from below is lost here, in each band of linear sRGB.
            share = skin_fraction[row, col]
            red = share * (np.float32(1.0) - passed[0, row, col])
            green = share * (np.float32(1.0) - passed[1, row, col])
            blue = share * (np.float32(1.0) - passed[2, row, col])
            if max(abs(red), abs(green), abs(blue)) <= SMALLEST_CHANGE:
                continue
            # Out of the photo's own primaries, less that part, and back.
            shine = glint[row, col]
            r, g, b = light[row, col, 0] - shine, light[row, col, 1] - shine, light[row, col, 2] - shine
            red *= forth[0, 0] * r + forth[0, 1] * g + forth[0, 2] * b
            green *= forth[1, 0] * r + forth[1, 1] * g + forth[1, 2] * b
            blue *= forth[2, 0] * r + forth[2, 1] * g + forth[2, 2] * b
            for band in range(3):
                taken = back[band, 0] * red + back[band, 1] * green + back[band, 2] * blue
                left = light[row, col, band] - taken
                place = int(np.sqrt(min(max(left, np.float32(0.0)), np.float32(1.0))) * most + np.float32(0.5))
                pixels[row, col, band] = curve[place, band]
            touched[row, col] = 1
