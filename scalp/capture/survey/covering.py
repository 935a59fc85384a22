"""How much of the area to be treated cannot be seen in a photo, under hair or burnt out to white, and what to tell of it.

Where hair is, is `regions`'s; the area is a design's, projected into the photo. Taking the hair off is `rendering.shaving`'s.
"""

from functools import lru_cache

import cv2
import numpy as np

from scalp.base import BoolArray, Doubt, FloatArray, Value, value
from scalp.capture.survey.regions import largest_hair_over
from scalp.domain.camera import Camera
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Finding, Regions
from scalp.geometry.raster import rasterise

_WORK_SIDE_PX = 512
"""The area is drawn on a raster of about this size: its share under hair is wanted, not its edge."""
_TREATED_FRACTION = 0.1
"""Part of the peak density from which skin counts as treated, as in `Design.area_cm2`."""


CLOSED_FRACTION = 0.6
"""Share of hair in a pixel from which it is closed hair."""
_BURNT_LEVEL = 245
"""Stored sRGB value that every band of a burnt-out pixel reaches; the look takes nothing from these."""
_BARE_LEVEL = 127


@value
class CoverLimits(Value):
    """From which part of the treated area under closed hair something is said, and what long hair is. (D)"""

    some_fraction: float = 0.08
    much_fraction: float = 0.3
    long_mm: float = 7.0
    """How far beyond the skull's outline a tenth of the closed hair must stand for the head to be long-haired."""
    burnt_fraction: float = 0.02
    """Part of the bare treated skin burnt out to white from which it is told."""


def is_long(regions: Regions, head: Head, camera: Camera, limits: CoverLimits | None = None) -> bool:
    """Tell whether the hair is long: opaque, and standing well beyond the outline of the skull.

    A buzz cut follows the skull within a few mm. Long hair combed flat on the head cannot be told from one, and passes
    for cut short.
    """
    return _standing_mm(regions, head, camera) >= (limits or CoverLimits()).long_mm


@lru_cache(maxsize=2)
def _standing_mm(regions: Regions, head: Head, camera: Camera) -> float:
    """Return how far beyond the skull's outline the outermost tenth of the closed hair begins, in mm at the vertex."""
    scale = min(1.0, _WORK_SIDE_PX / max(camera.height_px, camera.width_px))
    off = rasterise(camera, head.surface, scale).face_index < 0
    hair = cv2.resize(regions.hair, off.shape[::-1], interpolation=cv2.INTER_AREA) > CLOSED_FRACTION * 255.0
    if not hair.any() or off.all():
        return 0.0
    away_px = cv2.distanceTransform(off.astype(np.uint8), cv2.DIST_L2, 5)
    px_per_mm = camera.focal_px / float(camera.in_camera(head.landmark("vertex")[None])[0, 2]) * scale
    return float(np.quantile(away_px[hair], 0.9)) / px_per_mm


@lru_cache(maxsize=2)
def treated_area(head: Head, design: Design, camera: Camera, shape: tuple[int, int]) -> BoolArray:
    """Return which pixels of a photo of the head show the treated area of a design, (rows, cols)."""
    scale = min(1.0, _WORK_SIDE_PX / max(camera.height_px, camera.width_px))
    seen = rasterise(camera, head.surface, scale)
    treated = _by_face(design.density_per_cm2, head) >= _TREATED_FRACTION * design.wishes.peak_density_per_cm2
    small = (seen.face_index >= 0) & treated[np.maximum(seen.face_index, 0)]
    area = np.asarray(cv2.resize(small.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST) > 0)
    area.setflags(write=False)
    return area


def _by_face(of_vertices: FloatArray, head: Head) -> FloatArray:
    """Return the mean over the corners of each face."""
    return np.asarray(of_vertices[head.surface.faces].mean(axis=1))


def doubt_hair(regions: Regions, head: Head, design: Design, camera: Camera, limits: CoverLimits | None = None) -> tuple[Doubt, ...]:
    """Return the doubt that hair over the treated area makes, in plain words; none where the area is bare."""
    limits = limits or CoverLimits()
    share = largest_hair_over(regions, treated_area(head, design, camera, regions.hair.shape), closed_fraction=CLOSED_FRACTION)
    if share < limits.some_fraction:
        return ()
    if not is_long(regions, head, camera, limits):
        size, advice = f"{_short_words(share)}: work goes between the hairs", "Shave for the exact look."
    elif share < limits.much_fraction:
        size = f"{100 * share:.0f} % of what is seen lies under hair"
        advice = "Work is shown between the hairs where skin is seen; shave for the exact look."
    else:
        size = f"{100 * share:.0f} % of what is seen lies under long hair, and is left as it is"
        advice = "Only density work where skin shows is in the picture; --shaved previews the head without the hair."
    return (Doubt(kind="hair", where="treated area", size=size, advice=advice),)


def _short_words(share: float) -> str:
    return f"cut short hair over {share:.0%} of the area to treat"


def judge_cover(regions: Regions, head: Head, design: Design, camera: Camera, limits: CoverLimits | None = None) -> Finding:
    """Return the finding of how much of the area that a design would treat lies under hair, and of what hair."""
    limits = limits or CoverLimits()
    share = largest_hair_over(regions, treated_area(head, design, camera, regions.hair.shape), closed_fraction=CLOSED_FRACTION)
    size = f"{share:.0%} of the area to treat lies under closed hair"
    if share < limits.some_fraction:
        return Finding(kind="hair", verdict="good", size=size, advice="")
    if not is_long(regions, head, camera, limits):
        words = _short_words(share)
        return Finding(kind="hair", verdict="usable", size=f"{words[0].upper()}{words[1:]}", advice="Work goes between the hairs.")
    if share < limits.much_fraction:
        advice = "Work between the hairs is shown where skin is seen; shave for the exact look."
        return Finding(kind="hair", verdict="usable", size=size, advice=advice)
    advice = "Long hair: only density work where skin shows can be seen. Shave, or ask for a preview with --shaved."
    return Finding(kind="hair", verdict="bad", size=size, advice=advice)


def doubt_burnt(photo: Photo, regions: Regions, head: Head, design: Design, limits: CoverLimits | None = None) -> tuple[Doubt, ...]:
    """Return the doubt that treated skin burnt out to white makes: nothing is known of it, so that it shows no treatment."""
    camera = head.camera_of(photo.digest)
    bare = treated_area(head, design, camera, regions.skin.shape) & (regions.skin > _BARE_LEVEL)
    if not bare.any():
        return ()
    share = float((photo.srgb_u8[bare].min(axis=-1) >= _BURNT_LEVEL).mean())
    if share < (limits or CoverLimits()).burnt_fraction:
        return ()
    size = f"{share:.0%} of the treated skin is burnt out to white and shows nothing of the treatment"
    return (Doubt(kind="light", where="treated skin", size=size, advice="Take the photo in softer light, without flash."),)
