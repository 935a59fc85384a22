"""A photo made ready for impressions: which pixels can change, what of their light is surface glint, how blurred it is.

Prepared once a photo and shared by all its looks. Impressions are not here.
"""

import cv2
import numpy as np

from scalp.base import Float32Array, FloatArray, Value, value
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.rendering.glint import facing_normals, separate_glint

EDGE_QUANTILE = 0.995
REBLUR_PX = 1.2
WINDOW_PX = 1400
"""Blur is looked for in a window of at most this many pixels a side."""
DIFFERENCE_PX2 = 1.0 / 3.0
"""What taking differences over two pixels adds to the variance of an edge."""
BLUR_RANGE_PX = (0.45, 6.0)
WHITE = (0.85, 0.97)
"""Light of the darkest band between which skin passes to burnt out, nothing of it known. (E)"""


@value
class Canvas(Value):
    """The part of a photo that impressions may change. Arrays (rows, cols) of the window at `top_px`, `left_px`.

    `skin_fraction` is how much of each pixel is bare skin, `glint` the surface reflection (linear light, the same in all
    three bands) that lies above any pigment, skin burnt out to white among it, `blur_px` the standard deviation of the
    photo's own blur.
    """

    photo_digest: str
    top_px: int
    left_px: int
    skin_fraction: Float32Array
    native_linear: Float32Array
    glint: Float32Array
    blur_px: float

    @property
    def rows(self) -> slice:
        """Return the rows of the photo that the window covers."""
        return slice(self.top_px, self.top_px + self.skin_fraction.shape[0])

    @property
    def cols(self) -> slice:
        """Return the columns of the photo that the window covers."""
        return slice(self.left_px, self.left_px + self.skin_fraction.shape[1])


def prepare_canvas(photo: Photo, regions: Regions, head: Head, reach_px: FloatArray) -> Canvas:
    """Return the canvas of a photo for impressions somewhere in the box `reach_px` (left, top, right, bottom)."""
    camera = head.cameras[head.photo_digests.index(photo.digest)]
    left, top = np.maximum(np.floor(reach_px[:2]).astype(int), 0)
    right, bottom = np.minimum(np.ceil(reach_px[2:]).astype(int), [camera.width_px, camera.height_px])
    rows, cols = slice(int(top), max(int(bottom), int(top) + 8)), slice(int(left), max(int(right), int(left) + 8))
    skin_fraction = regions.skin[rows, cols].astype(np.float32) / 255.0
    decode = photo.encoding.decode.astype(np.float32)
    pixels = photo.pixels[rows, cols]
    native = np.stack([decode[pixels[..., band], band] for band in range(3)], axis=-1)
    shine = separate_glint(native, skin_fraction, facing_normals(head.surface, camera, (rows, cols)))
    return Canvas(
        photo_digest=photo.digest,
        top_px=int(top),
        left_px=int(left),
        skin_fraction=skin_fraction,
        native_linear=native,
        glint=np.maximum(shine, burnt_out(native)),
        blur_px=measure_blur_px(photo, regions),
    )


def burnt_out(native_linear: Float32Array) -> Float32Array:
    """Return the light of pixels burnt out to white in every band, (rows, cols), fading to 0 below.

    What lies behind white is not known, so that nothing is taken from it: white stays white, without a colour of its own.
    """
    least = native_linear.min(axis=2)
    return np.asarray(least * np.clip((least - WHITE[0]) / (WHITE[1] - WHITE[0]), 0.0, 1.0), np.float32)


def measure_blur_px(photo: Photo, regions: Regions) -> float:
    """Return the standard deviation of a photo's blur in px, from how much its sharpest edges lose when blurred again.

    For an edge blurred by s, blurring again by b lowers its gradient by sqrt(s2 / (s2 + b2)). [Zhuo2011]
    """
    inside = regions.head > 127
    rows, cols = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if len(rows) == 0:
        return BLUR_RANGE_PX[0]
    window = (_middle(rows), _middle(cols))
    grey = cv2.cvtColor(np.ascontiguousarray(photo.srgb_u8[window]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    again = cv2.GaussianBlur(grey, (0, 0), REBLUR_PX)
    steep, softer = _slope(grey), _slope(again)
    sharpest = steep >= max(float(np.quantile(steep, EDGE_QUANTILE)), 1.0)
    if not sharpest.any():
        return BLUR_RANGE_PX[1]
    loss = np.median(steep[sharpest] / np.maximum(softer[sharpest], 1e-3))
    blurred_px2 = REBLUR_PX**2 / max(loss**2 - 1.0, 1e-3)
    return float(np.clip(np.sqrt(max(blurred_px2 - DIFFERENCE_PX2, 0.0)), *BLUR_RANGE_PX))


def _middle(index: np.ndarray) -> slice:
    """Return the rows or columns around the middle of the head, where eyes and brows have the sharpest edges."""
    middle = (int(index[0]) + int(index[-1]) + 1) // 2
    return slice(max(int(index[0]), middle - WINDOW_PX // 2), min(int(index[-1]) + 1, middle + WINDOW_PX // 2))


def _slope(grey: Float32Array) -> Float32Array:
    """Return the steepness of a grey picture at each pixel."""
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down))
