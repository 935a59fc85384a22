"""A photo and impressions to a look: what the pigment takes from the light below the surface, put into the pixels."""

from functools import cached_property

import numpy as np

from scalp.base import Doubt, Float32Array, WrongParent
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.rendering.canvas import Canvas, prepare_canvas
from scalp.rendering.compositing import Field, Passing, blur_weights, composite, storing_curve
from scalp.rendering.crew import THREADS_COUNT, Crew
from scalp.rendering.projection import Footprints, project_impressions
from scalp.rendering.splat import Window, draw_levels, lay_strokes, sort_into_tiles
from scalp.skin.grids import SIGMAS_MM
from scalp.skin.spread import inner_fraction, point_spread, redness_ratio

FINEST_PX_PER_MM = 10.0
"""Below this many px a mm the field is drawn on a finer raster and averaged, so that overlaps stay exact."""
MOST_REFINED = 12
REDNESS_SIGMA_MM = 1.1
"""How far the redness of fresh skin reaches around an impression. (E)"""
MARGIN_MM = 6.0
TILE_COUNT, FEWEST_PX = 64, 16
"""Samples a side of a tile of the picture, and the fewest px."""


class LookMaker:
    """Renders the looks of one photo: what is common to all of them is prepared once.

    >>> maker = LookMaker(photo, head, regions, skin)  # doctest: +SKIP
    >>> look = maker.render(impressions, moment)  # doctest: +SKIP
    """

    def __init__(self, photo: Photo, head: Head, regions: Regions, skin: Skin, *, threads_count: int = THREADS_COUNT) -> None:
        """Take the nouns that every look of the photo shares."""
        self.photo, self.head, self.regions, self.skin = photo, head, regions, skin
        self.camera = head.camera_of(photo.digest)
        if regions.skin.shape != photo.pixels.shape[:2] or (self.camera.height_px, self.camera.width_px) != photo.pixels.shape[:2]:
            said = f"{regions.skin.shape} and {self.camera.height_px} x {self.camera.width_px} px"
            allowed = f"{photo.height_px} x {photo.width_px} px as the photo"
            raise WrongParent("masks and camera", said, allowed, "Read the regions of this very photo.")
        self._threads_count = threads_count
        self._curve = storing_curve(photo.encoding)

    @cached_property
    def canvas(self) -> Canvas:
        """Return what the photo brings to all looks, made for the first."""
        return prepare_canvas(self.photo, self.regions, self.head)

    def render(self, impressions: Impressions, moment: Moment) -> Look:
        """Return the look of these impressions in the photo.

        In linear light: below-surface light times the transmittance of the field, glint left on top, all through the
        share of each pixel that is bare skin. Pixels no impression reaches keep their stored numbers.
        """
        footprints = project_impressions(impressions, self.head, self.camera)
        # Zeros that nobody writes to take no memory.
        touched = np.zeros(self.photo.pixels.shape[:2], np.uint8)
        if len(footprints.index) == 0:
            return self._look(moment, self.photo, touched)
        # What needs memory of its own only to be prepared comes before the copy of the photo.
        canvas = self.canvas
        pixels = self.photo.pixels.copy()
        with Crew(self._threads_count) as crew:
            field = lay_field(impressions.where(footprints.index), footprints, canvas, self.skin, crew)
            composite(pixels, touched, self.photo, canvas, field, self._curve, crew)
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


def lay_field(seen: Impressions, footprints: Footprints, canvas: Canvas, skin: Skin, crew: Crew) -> Field:
    """Return the field of the impressions that are seen, ready to be put into the pixels it reaches.

    Optical densities of neighbouring impressions add up on a raster of at least 10 px a mm; the exponential is taken
    there, then the photo's blur and the pixels' area average the light itself.
    """
    weights = point_spread(
        skin,
        deposit_diameter_mm=seen.deposit_diameter_mm,
        top_depth_mm=seen.top_depth_mm,
        bottom_depth_mm=seen.bottom_depth_mm,
        concentration_mg_per_ml=seen.concentration_mg_per_ml,
    )
    redness: Float32Array = np.clip(seen.redness_fraction, 0.0, 1.0)
    window = _window(footprints, canvas)
    blur = blur_weights(canvas.blur_px)
    side_px, halo_px = max(FEWEST_PX, TILE_COUNT // window.finer_count), len(blur) // 2
    strokes = lay_strokes(footprints, weights, redness, (*SIGMAS_MM, REDNESS_SIGMA_MM), window, crew)
    tiles = sort_into_tiles(strokes, window, side_px * window.finer_count, halo_px * window.finer_count + 1)
    coefficients = draw_levels(strokes, tiles, window, crew)
    passing = Passing(inner_fraction=inner_fraction(skin), redness_log=np.log(redness_ratio(skin, 1.0)), blur_weights=blur)
    return Field(window=window, strokes=strokes, tiles=tiles, coefficients=coefficients, passing=passing)


def _window(footprints: Footprints, canvas: Canvas) -> Window:
    """Return the part of a picture that impressions may reach, on a raster fine enough for them."""
    px_per_mm = _px_per_mm(footprints)
    reach_px = MARGIN_MM * px_per_mm
    left, top = np.maximum(np.floor(footprints.points_px.min(axis=0) - reach_px), 0).astype(int)
    right, bottom = np.minimum(np.ceil(footprints.points_px.max(axis=0) + reach_px), canvas.skin.shape[::-1]).astype(int)
    finer_count = int(np.clip(np.ceil(FINEST_PX_PER_MM / px_per_mm - 0.1), 1, MOST_REFINED))
    return Window(top_px=int(top), left_px=int(left), height_px=int(bottom - top), width_px=int(right - left), finer_count=finer_count)
