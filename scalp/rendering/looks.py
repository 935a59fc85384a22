"""A photo and impressions to a look: what the pigment takes from the light below the surface, put into the pixels."""

import cv2
import numpy as np

from scalp.base import Doubt, Float32Array, WrongParent
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Encoding, Photo
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.rendering.canvas import Canvas, prepare_canvas
from scalp.rendering.projection import Footprints, project_impressions
from scalp.rendering.splat import SAMPLING_VARIANCE_PX2, splat_fields
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.spread import inner_fraction, point_spread, redness_ratio

FINEST_PX_PER_MM = 6.0
"""Below this many px a mm the field is drawn on a finer raster and averaged, so that overlaps stay exact."""
MOST_REFINED = 12
REDNESS_SIGMA_MM = 1.1
"""How far the redness of fresh skin reaches around an impression. (E)"""
MARGIN_MM = 6.0
SMALLEST_CHANGE = 1e-4
SMALLEST_BLUR_PX2 = 0.02
CURVE_STEPS = 1 << 16


class LookMaker:
    """Renders the looks of one photo: what is common to all of them is prepared once.

    >>> maker = LookMaker(photo, head, regions, skin)  # doctest: +SKIP
    >>> look = maker.render(impressions, moment)  # doctest: +SKIP
    """

    def __init__(self, photo: Photo, head: Head, regions: Regions, skin: Skin) -> None:
        """Take the nouns that every look of the photo shares."""
        if photo.digest not in head.photo_digests:
            raise WrongParent("photo", "not one of this head's", "a photo the head was reconstructed from", "Reconstruct the head from it.")
        self.photo, self.head, self.regions, self.skin = photo, head, regions, skin
        self.camera = head.cameras[head.photo_digests.index(photo.digest)]
        self._canvas: Canvas | None = None

    def canvas(self, footprints: Footprints) -> Canvas:
        """Return the canvas, made for the first footprints and kept while it holds the later ones."""
        if self._canvas is None:
            margin_px = MARGIN_MM * _px_per_mm(footprints)
            low, high = footprints.points_px.min(0) - margin_px, footprints.points_px.max(0) + margin_px
            self._canvas = prepare_canvas(self.photo, self.regions, self.head, np.concatenate([low, high]))
        return self._canvas

    def render(self, impressions: Impressions, moment: Moment) -> Look:
        """Return the look of these impressions in the photo.

        In linear light: below-surface light times the transmittance of the field, glint left on top, all through the
        share of each pixel that is bare skin. Pixels no impression reaches keep their stored numbers.
        """
        footprints = project_impressions(impressions, self.head, self.camera)
        touched = np.zeros(self.photo.pixels.shape[:2], np.uint8)
        if len(footprints.index) == 0:
            return self._look(moment, self.photo, touched)
        canvas = self.canvas(footprints)
        change = canvas.skin_fraction[..., None] * (1.0 - field_transmittance(impressions, footprints, canvas, self.skin))
        light = canvas.native_linear
        below = light - canvas.glint[..., None]
        changed = np.abs(change).max(axis=2) > SMALLEST_CHANGE
        pixels = self.photo.pixels.copy()
        window = pixels[canvas.rows, canvas.cols]
        window[changed] = _encode(light[changed] - _in_native(below[changed], change[changed], self.photo.encoding), self.photo)
        touched[canvas.rows, canvas.cols] = changed
        photo = Photo(pixels=pixels, encoding=self.photo.encoding, focal_px=self.photo.focal_px)
        return self._look(moment, photo, touched)

    def _look(self, moment: Moment, photo: Photo, touched: np.ndarray) -> Look:
        doubts: tuple[Doubt, ...] = self.head.doubts + self.skin.doubts
        return Look(photo_digest=self.photo.digest, moment=moment, photo=photo, touched=touched, doubts=doubts)


def render_look(photo: Photo, head: Head, impressions: Impressions, regions: Regions, skin: Skin, moment: Moment) -> Look:
    """Return one look of one photo; `LookMaker` renders several without preparing the photo again."""
    return LookMaker(photo, head, regions, skin).render(impressions, moment)


def _px_per_mm(footprints: Footprints) -> float:
    """Return the typical scale of a picture where its impressions are."""
    metric = footprints.metric_px2_per_mm2
    return float(np.sqrt(np.median(np.maximum(metric[:, 0], metric[:, 2]))))


def field_transmittance(impressions: Impressions, footprints: Footprints, canvas: Canvas, skin: Skin) -> Float32Array:
    """Return the part of below-surface light that passes the field, (rows, cols, 3), on the pixels of a canvas.

    Optical densities of neighbouring impressions add up on a raster of at least 6 px a mm; the exponential is taken
    there, then the photo's blur and the pixels' area average the light itself.
    """
    seen = impressions.where(footprints.index)
    weights = point_spread(
        skin,
        deposit_diameter_mm=seen.deposit_diameter_mm,
        top_depth_mm=seen.top_depth_mm,
        bottom_depth_mm=seen.bottom_depth_mm,
        concentration_mg_per_ml=seen.concentration_mg_per_ml,
    )
    rows, cols = canvas.skin_fraction.shape
    finer = int(np.clip(np.ceil(FINEST_PX_PER_MM / _px_per_mm(footprints)), 1, MOST_REFINED))
    points_px = (footprints.points_px - [canvas.left_px, canvas.top_px]) * finer
    density = splat_fields(points_px, footprints.metric_px2_per_mm2 * finer**2, weights, SIGMAS_MM, (rows * finer, cols * finer))
    passed = np.exp(-density, out=density)
    # What the surface itself reflects never passed the pigment.
    passed = 1.0 - (1.0 - passed) * inner_fraction(skin).astype(np.float32)
    blur_px2 = (canvas.blur_px * finer) ** 2 - SAMPLING_VARIANCE_PX2
    passed = cv2.GaussianBlur(passed, (0, 0), np.sqrt(blur_px2)) if blur_px2 > SMALLEST_BLUR_PX2 else passed
    if finer > 1:
        passed = cv2.resize(passed, (cols, rows), interpolation=cv2.INTER_AREA)
    if seen.redness_fraction.any():
        passed = passed * _redness(seen, footprints, canvas, skin)
    return np.asarray(passed, np.float32)


def _redness(seen: Impressions, footprints: Footprints, canvas: Canvas, skin: Skin) -> Float32Array:
    """Return how the blood in fresh skin changes its colour around impressions, (rows, cols, 3)."""
    peak = np.clip(seen.redness_fraction, 0.0, 1.0)[:, None, None]
    shape = (canvas.skin_fraction.shape[0], canvas.skin_fraction.shape[1])
    points_px = footprints.points_px - [canvas.left_px, canvas.top_px]
    summed = splat_fields(points_px, footprints.metric_px2_per_mm2, peak.astype(np.float32), (REDNESS_SIGMA_MM,), shape)
    share = 1.0 - np.exp(-np.maximum(summed, 0.0))
    return np.asarray(np.exp(share * np.log(redness_ratio(skin, 1.0)).astype(np.float32)))


def _in_native(below: Float32Array, change: Float32Array, encoding: Encoding) -> Float32Array:
    """Return the light to take away, (N, 3), in the photo's own primaries; `change` is in the bands of linear sRGB."""
    if np.array_equal(encoding.srgb_from_native, np.eye(3)):
        return np.asarray(below * change)
    forth = encoding.srgb_from_native.astype(np.float32)
    return np.asarray(((below @ forth.T) * change) @ np.linalg.inv(forth).T.astype(np.float32))


def _encode(light: Float32Array, photo: Photo) -> np.ndarray:
    """Return the stored numbers nearest to linear light (N, 3)."""
    levels = np.arange(len(photo.encoding.decode))
    steps = np.linspace(0.0, 1.0, CURVE_STEPS)
    stored = np.empty(light.shape, photo.pixels.dtype)
    place = (np.sqrt(np.clip(light, 0.0, 1.0)) * (CURVE_STEPS - 1) + 0.5).astype(np.int32)
    for band in range(3):
        # Equal steps of the square root of light: fine enough in the dark for 16 bit files.
        curve = np.interp(steps**2, photo.encoding.decode[:, band], levels)
        stored[:, band] = (curve[place[:, band]] + 0.5).astype(photo.pixels.dtype)
    return stored
