"""What a head from several photos is not sure of, in plain words with sizes. Nothing is decided here, only told."""

from collections.abc import Sequence

import numpy as np

from scalp.base import Doubt
from scalp.capture.several.coverage import VIEW_FOR, covered_fraction, near_part, uncovered_parts
from scalp.capture.shape.doubting import MISPLACED_MM, doubt_scale
from scalp.capture.shape.evidence import FOCAL_EXIF_LOG_SD, Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.residuals import POSE_COUNT
from scalp.capture.size.scale import Scale
from scalp.domain.head import Head
from scalp.domain.sighting import Sighting

SEAM_MM, ARM_MM = 1.5, 95.0
"""Photos that stand less surely than the first, on skin so far from the middle of the head, are named."""
ONE_SIDE_RAD = np.deg2rad(25.0)
"""Photos from within so little of each other tell hardly more than one."""


def name_doubts_together(
    head: Head, fits: Sequence[Fit], evidences: Sequence[Evidence], scale: Scale, sightings: Sequence[Sighting]
) -> tuple[Doubt, ...]:
    """Return what a head from several photos is not sure of, the weightiest first."""
    of_view = (*_of_one_side(head), *_of_unseen(head), *_of_stands(fits), *_of_focal(fits, evidences))
    return (*doubt_scale(scale), *of_view, *_of_hair(evidences), *_of_points(fits, evidences, sightings))


def _of_one_side(head: Head) -> list[Doubt]:
    """Tell that all photos were taken from one side."""
    middle = head.surface.vertices_mm.mean(axis=0)
    ways = np.array([camera.eye_mm - middle for camera in head.cameras])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    if len(ways) < 2 or (ways @ ways.T).min() < np.cos(ONE_SIDE_RAD):
        return []
    wanted = uncovered_parts(head)
    views = ", ".join(dict.fromkeys(VIEW_FOR[part] for part in wanted)) or "from other sides"
    size = f"all {len(ways)} from within {np.rad2deg(np.arccos(min(1.0, float((ways @ ways.T).min())))):.0f} degrees"
    return [Doubt(kind="unseen", where="photos of one side", size=size, advice=f"They tell little more than one. Add photos {views}.")]


def _of_unseen(head: Head) -> list[Doubt]:
    """Tell which parts of the scalp no photo saw, how far they may be off, and the photo to add."""
    covered = covered_fraction(head)
    found = []
    for part in uncovered_parts(head):
        sd_mm = float(np.median(head.surface_sd_mm[near_part(head, part)]))
        size = f"{100 * covered[part]:.0f} % of it in the photos, about {sd_mm:.1f} mm"
        advice = f"It is taken from what adults' heads are like; a photo {VIEW_FOR[part]} settles it."
        found.append(Doubt(kind="unseen", where=part, size=size, advice=advice))
    return found


def _of_stands(fits: Sequence[Fit]) -> list[Doubt]:
    """Name the photos whose stand is so unsure that an impression may lie elsewhere in them than in the others."""
    found = []
    for number, fit in enumerate(fits, start=1):
        if fit.turn_sd_rad * ARM_MM > SEAM_MM:
            size = f"+-{np.rad2deg(fit.turn_sd_rad):.1f} degrees, {fit.turn_sd_rad * ARM_MM:.1f} mm on the scalp"
            advice = "Its skin was not recognised surely enough in the others. Name more points that other photos show too."
            found.append(Doubt(kind="pose", where=f"turn of the head in photo {number}", size=size, advice=advice))
    return found


def _of_focal(fits: Sequence[Fit], evidences: Sequence[Evidence]) -> list[Doubt]:
    """Tell that the lens of some photos is not known."""
    numbers = [number for number, one in enumerate(evidences, start=1) if one.focal_log_sd > FOCAL_EXIF_LOG_SD]
    if not numbers:
        return []
    percent = 100 * max(float(np.sqrt(fits[number - 1].covariance[POSE_COUNT - 1, POSE_COUNT - 1])) for number in numbers)
    advice = "These files do not tell the lens; use the original photos, which do. Shape and spacing on the scalp change little."
    where = f"distance of the camera in photo {', '.join(map(str, numbers))}"
    return [Doubt(kind="focal", where=where, size=f"+-{percent:.0f} %", advice=advice)]


def _of_hair(evidences: Sequence[Evidence]) -> list[Doubt]:
    """Tell in which photos hair hides the head's outline, or no outline was found."""
    found = []
    hairy = [str(number) for number, one in enumerate(evidences, start=1) if not len(one.outline_px) and len(one.hair_px)]
    without = [str(number) for number, one in enumerate(evidences, start=1) if not len(one.outline_px) and not len(one.hair_px)]
    if hairy:
        advice = "Hair hides the bare head; its thickness is a guess. Wet the hair or push it flat, or mark vertex and ear tops by hand."
        where = f"shape of the cranium under the hair in photo {', '.join(hairy)}"
        found.append(Doubt(kind="hair", where=where, size="about 6 mm", advice=advice))
    if without:
        where = f"outline of the head in photo {', '.join(without)}"
        found.append(Doubt(kind="outline", where=where, size="not found", advice="A plain background and dark clothes help."))
    return found


def _of_points(fits: Sequence[Fit], evidences: Sequence[Evidence], sightings: Sequence[Sighting]) -> list[Doubt]:
    """Name the points marked by hand that lie where the head does not have them."""
    found = []
    for number, (fit, evidence, sighting) in enumerate(zip(fits, evidences, sightings, strict=True), start=1):
        names = () if sighting.points is None else sighting.points.names
        miss_mm = fit.points_miss_px[~evidence.from_mesh] / fit.state.px_per_mm
        for name, miss in zip(names, miss_mm, strict=True):
            if miss > MISPLACED_MM:
                size = f"{miss:.0f} mm from where the head has it"
                advice = "Check it, and that left and right are the client's."
                found.append(Doubt(kind="pose", where=f"the point {name} of photo {number}", size=size, advice=advice))
    return found
