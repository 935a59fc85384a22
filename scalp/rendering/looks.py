"""A photo and impressions to a look: what the pigment takes from the light below the surface, put into the pixels."""

import cv2
import numpy as np

from scalp.base import Doubt, Float32Array, WrongParent
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.rendering.canvas import Canvas, prepare_canvas
from scalp.rendering.compositing import composite, storing_curve
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
SMALLEST_BLUR_PX2 = 0.02


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
        self._curve = storing_curve(photo.encoding)

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
        pixels = self.photo.pixels.copy()
        window = (canvas.rows, canvas.cols)
        passed = field_transmittance(impressions, footprints, canvas, self.skin)
        composite(pixels[window], touched[window], canvas, passed, self.photo.encoding, self._curve)
        for owned in (pixels, touched):
            # Read-only arrays are kept by the nouns as they are.
            owned.setflags(write=False)
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
    """Return the part of below-surface light that passes the field, (3, rows, cols), on the pixels of a canvas.

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
    passed = np.exp(np.negative(density, out=density), out=density)
    # What the surface itself reflects never passed the pigment.
    inner = inner_fraction(skin).astype(np.float32)[:, None, None]
    passed *= inner
    passed += 1.0 - inner
    blur_px2 = (canvas.blur_px * finer) ** 2 - SAMPLING_VARIANCE_PX2
    blur_sd_px = float(np.sqrt(blur_px2)) if blur_px2 > SMALLEST_BLUR_PX2 else 0.0
    passed = np.stack([_on_pixels(plane, (rows, cols), blur_sd_px) for plane in passed])
    return passed * _redness(seen, footprints, canvas, skin) if seen.redness_fraction.any() else passed


def _on_pixels(plane: Float32Array, shape_px: tuple[int, int], blur_sd_px: float) -> Float32Array:
    """Return one band of light as the photo's own blur and pixels average it."""
    blurred = cv2.GaussianBlur(plane, (0, 0), blur_sd_px) if blur_sd_px > 0 else plane
    return np.asarray(blurred if plane.shape == shape_px else cv2.resize(blurred, shape_px[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _redness(seen: Impressions, footprints: Footprints, canvas: Canvas, skin: Skin) -> Float32Array:
    """Return how the blood in fresh skin changes its colour around impressions, (3, rows, cols)."""
    peak = np.clip(seen.redness_fraction, 0.0, 1.0)[:, None, None]
    shape = (canvas.skin_fraction.shape[0], canvas.skin_fraction.shape[1])
    points_px = footprints.points_px - [canvas.left_px, canvas.top_px]
    summed = splat_fields(points_px, footprints.metric_px2_per_mm2, peak.astype(np.float32), (REDNESS_SIGMA_MM,), shape)[0]
    share = 1.0 - np.exp(-np.maximum(summed, 0.0))
    return np.stack([np.exp(share * float(strength)) for strength in np.log(redness_ratio(skin, 1.0))])
