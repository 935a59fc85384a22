"""A patch of bare scalp seen close from above: even skin under even light, so that what is seen besides its grain is impressions.

For examples, figures and tests that look at impressions closely. Whole heads are `analytic`'s and `portrait`'s.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from scalp.base import Value, value
from scalp.colour.srgb import srgb_from_linear
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView, stand_camera
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.skin.tone import reflectance

GRAIN_SD = 0.03
"""Unevenness of the skin's light from pixel to pixel, blurred as a phone does. (E)"""
GRAIN_PX = 1.3
EXPOSURE = 1.25
DISTANCE_MM = 700.0


@value
class Patch(Value):
    """The photo of a patch, the head it is of (exact camera, nothing in doubt) and what its pixels show: all of it skin."""

    photo: Photo
    head: Head
    regions: Regions
    skin: Skin


def make_patch(skin: Skin, *, px_per_mm: float = 10.0, side_px: int = 480, seed: int = 3) -> Patch:
    """Return a square of scalp, 20 mm or more a side, at the crown of the analytic head, `px_per_mm` at its middle.

    The light is flat on purpose: shading, glint and hair are left out, so that pictures of the same skin differ by their
    impressions alone.

    >>> make_patch(Skin(melanin_fraction=0.02, blood_fraction=0.012), side_px=240).photo.srgb_u8.shape
    (240, 240, 3)
    """
    grain = GRAIN_SD * gaussian_filter(np.random.default_rng(seed).standard_normal((side_px, side_px, 1)), (GRAIN_PX, GRAIN_PX, 0))
    photo = Photo(pixels=srgb_from_linear(EXPOSURE * reflectance(skin) * np.exp(grain)), encoding=srgb_encoding())
    view = DemoView(name="top", width_px=side_px, height_px=side_px, distance_mm=DISTANCE_MM, frame_width_mm=side_px / px_per_mm)
    shown = make_analytic_head(view=DemoView(width_px=96, height_px=128))
    head = Head(
        surface=shown.surface,
        landmarks_mm=shown.landmarks_mm,
        cameras=(stand_camera(view, shown.points_mm[shown.point_names.index("vertex")]),),
        photo_digests=(photo.digest,),
        scale_sd_fraction=0.0,
        surface_sd_mm=np.zeros(len(shown.surface.vertices_mm)),
    )
    full = np.full((side_px, side_px), 255, np.uint8)
    return Patch(photo=photo, head=head, regions=Regions(head=full, skin=full, hair=0 * full), skin=skin)
