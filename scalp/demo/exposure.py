"""From the light of a scene to a photo: backdrop, lens, exposure, sensor noise, encoding."""

from functools import lru_cache

import numpy as np
from scipy.ndimage import gaussian_filter

from scalp.base import Float32Array
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo, srgb_encoding

SHOULDER = 0.72
"""Linear light above which a camera's curve bends."""
SKIN_TARGET = 0.19
EXPOSURE_HOLD = 0.28
"""How much of the way to `SKIN_TARGET` the exposure follows the skin: dark skin stays darker."""
LENS_BLUR_PX_PER_MM = 0.085
SHOT_NOISE = 0.0085
READ_NOISE = 0.0012


def paint_backdrop(camera: Camera, seed: int) -> Float32Array:
    """Return a studio wall far out of focus, (rows, cols, 3): a pool of light on grey, soft clouds in it."""
    return _paint_wall(camera.height_px, camera.width_px, seed)


@lru_cache(maxsize=1)
def _paint_wall(rows: int, cols: int, seed: int) -> Float32Array:
    """Return the wall at a picture's size, the same for all pictures of that size."""
    y, x = np.mgrid[0:96, 0:72].astype(np.float32)
    y, x = y / 95.0, x / 71.0
    pool = np.exp(-(((x - 0.60) / 0.55) ** 2) - ((y - 0.40) / 0.55) ** 2)
    clouds = gaussian_filter(np.random.default_rng((seed, 3)).normal(size=(96, 72)), 11.0) * 11.0
    wall = 0.040 + 0.135 * pool + 0.012 * clouds
    up, left = np.linspace(0, 95, rows), np.linspace(0, 71, cols)
    i, j = np.minimum(up.astype(int), 94), np.minimum(left.astype(int), 70)
    u, v = (up - i)[:, None], (left - j)[None, :]
    smooth = (wall[i][:, j] * (1 - v) + wall[i][:, j + 1] * v) * (1 - u) + (wall[i + 1][:, j] * (1 - v) + wall[i + 1][:, j + 1] * v) * u
    return np.asarray(np.maximum(smooth, 0.01)[..., None] * np.array([0.92, 0.98, 1.08]), np.float32)


def expose(rgb_linear: Float32Array, camera: Camera, skin_level: float, seed: int) -> Photo:
    """Return the photo of a scene: exposed for the skin, slightly soft, vignetted, noisy, with a camera's shoulder.

    Noise grows with the square root of light and is a little blurred as demosaicing leaves it; colour noise is weaker
    than brightness noise.
    """
    rows, cols = rgb_linear.shape[:2]
    gain = np.float32((SKIN_TARGET / max(skin_level, 1e-3)) ** EXPOSURE_HOLD)
    px_per_mm = camera.focal_px / float(np.linalg.norm(camera.eye_mm))
    light = gaussian_filter(rgb_linear, (LENS_BLUR_PX_PER_MM * px_per_mm, LENS_BLUR_PX_PER_MM * px_per_mm, 0.0)) * gain
    across = ((np.arange(cols) - cols / 2) / cols)[None, :] ** 2 + ((np.arange(rows) - rows / 2) / cols)[:, None] ** 2
    light *= (1.0 - 0.30 * across)[..., None].astype(np.float32)
    random = np.random.default_rng((seed, 13))
    grain = gaussian_filter(random.standard_normal((rows, cols), dtype=np.float32), 0.6) * 2.0
    for band in range(3):
        own = 0.75 * grain + 0.5 * gaussian_filter(random.standard_normal((rows, cols), dtype=np.float32), 0.9) * 2.6
        light[..., band] += own * (SHOT_NOISE * np.sqrt(np.maximum(light[..., band], 0.0)) + READ_NOISE)
    bright = light > SHOULDER
    light[bright] = SHOULDER + (1.0 - SHOULDER) * (1.0 - np.exp(-(light[bright] - SHOULDER) / (1.0 - SHOULDER)))
    light = np.clip(light, 0.0, 1.0)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return Photo(
        pixels=(srgb * 255.0 + random.random((rows, cols, 1), dtype=np.float32)).astype(np.uint8),
        encoding=srgb_encoding(),
        focal_px=camera.focal_px,
    )
