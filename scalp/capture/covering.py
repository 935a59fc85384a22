"""How much of the area to be treated lies under hair in a photo, and what to tell of it.

Where hair is, is `regions`'s; the area is a design's, projected into the photo. Taking the hair off is `rendering.shaving`'s.
"""

from functools import lru_cache

import cv2
import numpy as np

from scalp.base import BoolArray, Doubt, FloatArray, Value, value
from scalp.capture.regions import largest_hair_over
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.sighting import Finding, Regions, Verdict
from scalp.geometry.raster import rasterise

_WORK_SIDE_PX = 512
"""The area is drawn on a raster of about this size: its share under hair is wanted, not its edge."""
_TREATED_FRACTION = 0.1
"""Part of the peak density from which skin counts as treated, as in `Design.area_cm2`."""


@value
class CoverLimits(Value):
    """From which part of the treated area under closed hair something is said, and when the head counts as long-haired. (D)"""

    some_fraction: float = 0.08
    long_fraction: float = 0.3


@lru_cache(maxsize=2)
def treated_area(head: Head, design: Design, shape: tuple[int, int]) -> BoolArray:
    """Return which pixels of the head's first photo show the treated area of a design, (rows, cols)."""
    camera = head.cameras[0]
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


def doubt_hair(regions: Regions, head: Head, design: Design, limits: CoverLimits | None = None) -> tuple[Doubt, ...]:
    """Return the doubt that hair over the treated area makes, in plain words; none where the area is bare."""
    limits = limits or CoverLimits()
    share = largest_hair_over(regions, treated_area(head, design, regions.hair.shape))
    if share < limits.some_fraction:
        return ()
    if share < limits.long_fraction:
        advice = "Work is shown between the hairs where skin is seen; shave for the exact look."
        return (Doubt(kind="hair", where="treated area", size=f"{share:.0%} of what is seen lies under hair", advice=advice),)
    return (
        Doubt(
            kind="hair",
            where="treated area",
            size=f"{share:.0%} of what is seen lies under long hair, and is left as it is",
            advice="Only density work where skin shows is in the picture; --shaved previews the head without the hair.",
        ),
    )


def judge_cover(regions: Regions, head: Head, design: Design, limits: CoverLimits | None = None) -> Finding:
    """Return the finding of how much of the area that a design would treat lies under hair."""
    limits = limits or CoverLimits()
    share = largest_hair_over(regions, treated_area(head, design, regions.hair.shape))
    verdict: Verdict = "good" if share < limits.some_fraction else "usable" if share < limits.long_fraction else "bad"
    advice = {
        "good": "",
        "usable": "Work between the hairs is shown where skin is seen; shave for the exact look.",
        "bad": "Long hair: only density work where skin shows can be seen. Shave, or ask for a preview with --shaved.",
    }
    return Finding(kind="hair", verdict=verdict, size=f"{share:.0%} of the area to treat lies under closed hair", advice=advice[verdict])
