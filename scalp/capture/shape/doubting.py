"""What a head from one photo is not sure of, in plain words with sizes. Nothing is decided here, only told."""

import numpy as np

from scalp.base import Doubt, FloatArray, IntArray
from scalp.capture.shape.evidence import FOCAL_EXIF_LOG_SD, Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.size.scale import Scale
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.sighting import MarkedPoints

SIDE_RAD, TILT_RAD = np.deg2rad(30.0), np.deg2rad(25.0)
PROFILE_RAD, BEHIND_RAD, STRAIGHT_RAD = np.deg2rad(60.0), np.deg2rad(120.0), np.deg2rad(65.0)
"""From where on a view is a profile, one from behind, or one from straight above, where left and right have no meaning."""
STRAIN_COUNT = 3.0
"""Sources of scale further apart than so many SDs contradict each other."""
MISPLACED_MM = 14.0
LEAST_TOLD_FRACTION, SECTORS_COUNT = 0.28, 36
"""Seen along less of the way round than the first, an outline leaves the breadth of the head to the marked points. (D)"""
HAIRLINE_MM, HALF_HAIRLINE_MM = (60.0, 75.0), 45.0
CROWN_RAD, CROWN_REACH_RAD = np.deg2rad(30.0), np.deg2rad(15.0)
PLACES_STEP_COUNT = 41
"""So many vertices stand for one of those the doubts of hairline and crown are read at."""
TAPE_PERCENT = 2.5
"""From this doubt on a tape is asked for, where none was laid."""


def name_doubts(head: Head, fit: Fit, evidence: Evidence, scale: Scale, points: MarkedPoints | None) -> tuple[Doubt, ...]:
    """Return what a reconstructed head is not sure of, the weightiest first."""
    of_size = doubt_scale(scale)
    of_view = (*_of_unseen(head), *_of_pose(head), *_of_focal(fit, evidence))
    return (*of_size, *of_view, *_of_outline(head, fit, evidence), *_of_points(fit, evidence, points))


def doubt_scale(scale: Scale) -> tuple[Doubt, ...]:
    """Return how sure the size is, and whether what tells it contradicts itself."""
    return (_of_scale(scale), *_of_strain(scale), *_of_left_out(scale))


def _of_scale(scale: Scale) -> Doubt:
    """Tell how sure all lengths are."""
    untaped = 100 * scale.sd_fraction > TAPE_PERCENT and "the tape" not in scale.source
    return doubt_size(scale.sd_fraction, f"The size comes from {scale.source}.", untaped=untaped)


def doubt_size(sd_fraction: float, told: str, *, untaped: bool) -> Doubt:
    """Return how sure all lengths are, what is told of their size, and to lay a tape where none was."""
    percent = 100 * sd_fraction
    advice = told + (" Measure the head's circumference with a tape, above the brows and round the back, and give it." if untaped else "")
    return Doubt(
        kind="scale",
        where="all lengths on the head",
        size=f"+-{percent:.1f} %, {percent * 0.7:.1f} mm on a hairline height of 70 mm",
        advice=advice,
    )


def _of_strain(scale: Scale) -> list[Doubt]:
    """Tell that the measures contradict each other."""
    if scale.strain < STRAIN_COUNT:
        return []
    size = f"the measures are {scale.strain:.0f} times further apart than they should be"
    return [Doubt(kind="scale", where="size of the head", size=size, advice="Check the tape or the card, and that it is in millimetres.")]


def _of_left_out(scale: Scale) -> list[Doubt]:
    """Tell which thing of known size was not found, or found and not believed."""
    advice = "It was not used. Give a tape measure, or take the photo again with the card or coin flat on the forehead."
    return [Doubt(kind="scale", where="size of the head", size=words, advice=advice) for words in scale.left_out]


def doubt_places(head: Head, spacing_sd_fraction: FloatArray) -> tuple[Doubt, ...]:
    """Return how far hairline and crown may be off on a head from one photo, and how much closer or wider impressions lie there.

    `spacing_sd_fraction` is one SD of the spacing at `hairline_index` and at `crown_index`, one after the other, NaN where hidden.
    """
    found = []
    hairline, crown = hairline_index(head), crown_index(head)
    parts = np.split(spacing_sd_fraction, [len(hairline)])
    for where, index, spacing in zip(("hairline", "crown"), (hairline, crown), parts, strict=True):
        seen = np.isfinite(spacing)
        if seen.mean() < 0.5:
            continue
        sd_mm, percent = float(np.median(head.surface_sd_mm[index][seen])), 100 * float(np.median(spacing[seen]))
        size = f"about {sd_mm:.1f} mm; impressions may lie {percent:.0f} % closer or wider apart than planned"
        advice = "The shape there is told by outline and face alone; the practitioner checks the spacing with a ruler at the first visit."
        found.append(Doubt(kind="outline", where=where, size=size, advice=advice))
    return tuple(found)


def hairline_index(head: Head) -> IntArray:
    """Return the vertices about where a hairline runs: 60 to 75 mm from the glabella, upwards, within 45 mm of the middle."""
    places = head.surface.vertices_mm
    away = np.linalg.norm(places - head.landmark("glabella"), axis=1)
    above = (places[:, 1] > head.landmark("glabella")[1] + HAIRLINE_MM[0] / 2) & (np.abs(places[:, 0]) < HALF_HAIRLINE_MM)
    return np.flatnonzero((away > HAIRLINE_MM[0]) & (away < HAIRLINE_MM[1]) & above)[::PLACES_STEP_COUNT].astype(np.int32)


def crown_index(head: Head) -> IntArray:
    """Return the vertices within 25 mm of the crown, 30 degrees back from straight above the middle."""
    middle = head.surface.vertices_mm.mean(0)
    ways = head.surface.vertices_mm - middle
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    near = ways @ np.array([0.0, np.cos(CROWN_RAD), -np.sin(CROWN_RAD)]) > np.cos(CROWN_REACH_RAD)
    return np.flatnonzero(near)[::PLACES_STEP_COUNT].astype(np.int32)


def _of_unseen(head: Head) -> list[Doubt]:
    """Tell how far the parts the camera does not see may be off."""
    camera = head.cameras[0]
    rays = head.surface.vertices_mm - camera.eye_mm
    centre = head.surface.vertices_mm.mean(0)
    far = np.einsum("vd,vd->v", head.surface.vertices_mm - centre, rays) > 0
    upper = head.surface.vertices_mm[:, 1] > head.landmark("glabella")[1]
    if not (far & upper).any():
        return []
    sd_mm = float(np.median(head.surface_sd_mm[far & upper]))
    advice = (
        "It is not in this photo and taken from what adults' heads are like; the practitioner settles it with a tape at the first visit."
    )
    return [Doubt(kind="unseen", where=name_unseen(camera), size=f"about {sd_mm:.1f} mm", advice=advice)]


def name_unseen(camera: Camera) -> str:
    """Return which part of the upper head a camera does not see, in words."""
    side, tilt = _directions_rad(camera)
    if abs(tilt) > STRAIGHT_RAD:
        return "forehead, sides and back of the head low down" if tilt > 0 else "top and crown of the head"
    if abs(side) > BEHIND_RAD:
        return "front of the head"
    if abs(side) > PROFILE_RAD:
        return f"{'right' if side > 0 else 'left'} side of the head"
    return "crown and back of the head"


def name_view(camera: Camera) -> str:
    """Return from where a camera sees the head, in words; close to straight above no side is told, for there is none."""
    side, tilt = _directions_rad(camera)
    height = f"{abs(np.rad2deg(tilt)):.0f} from {'above' if tilt > 0 else 'below'}"
    if abs(tilt) > STRAIGHT_RAD:
        return f"seen from straight {'above' if tilt > 0 else 'below'}"
    hand = "left" if side > 0 else "right"
    if abs(side) > BEHIND_RAD:
        return f"seen from behind, {180 - abs(np.rad2deg(side)):.0f} degrees to the {hand}, {height}"
    return f"seen {abs(np.rad2deg(side)):.0f} degrees from the {hand}, {height}"


def _directions_rad(camera: Camera) -> tuple[float, float]:
    """Return how far the camera stands to the client's left of straight ahead, and how far above, rad."""
    x, y, z = camera.eye_mm
    return float(np.arctan2(x, z)), float(np.arctan2(y, np.hypot(x, z)))


def _of_pose(head: Head) -> list[Doubt]:
    """Tell that the head is seen from the side or much from above or below."""
    side, tilt = _directions_rad(head.cameras[0])
    if abs(side) < SIDE_RAD and abs(tilt) < TILT_RAD:
        return []
    advice = "The turn of the head is read less surely here than from the front; check that the hairline drawn lies where it is wished."
    return [Doubt(kind="pose", where="turn of the head", size=name_view(head.cameras[0]), advice=advice)]


def _of_focal(fit: Fit, evidence: Evidence) -> list[Doubt]:
    """Tell that the lens is not known."""
    if evidence.focal_log_sd <= FOCAL_EXIF_LOG_SD:
        return []
    percent = 100 * float(np.sqrt(fit.covariance[6, 6]))
    advice = "The file does not tell the lens; use the original photo, which does. Shape and spacing on the scalp change little."
    return [Doubt(kind="focal", where="distance of the camera", size=f"+-{percent:.0f} %", advice=advice)]


def _of_outline(head: Head, fit: Fit, evidence: Evidence) -> list[Doubt]:
    """Tell that the outline is missing or not that of a bare head."""
    if not len(evidence.outline_px) and len(evidence.hair_px):
        advice = "Hair hides the bare head; its thickness is a guess. Wet the hair or push it flat, or mark vertex and ear tops by hand."
        return [Doubt(kind="hair", where="shape of the cranium under the hair", size="about 6 mm", advice=advice)]
    if not len(evidence.outline_px):
        return [
            Doubt(
                kind="outline",
                where="shape of the cranium",
                size="about 5 mm",
                advice="No outline of the head was found; a plain background helps.",
            )
        ]
    told = _told_round(head, evidence)
    if told < LEAST_TOLD_FRACTION:
        advice = "Shoulders or the background look like the head beside it; dark clothes and a plain background show its sides."
        return [
            Doubt(
                kind="outline",
                where="sides of the head",
                size=f"the outline is seen along {100 * told:.0f} % of the way round",
                advice=advice,
            )
        ]
    lost = 1.0 - float(fit.outline_kept.mean())
    if lost < 0.25:
        return []
    advice = "Hair, a hat or the background hides the bare head's outline there; wet or shaved hair shows it."
    return [Doubt(kind="outline", where="outline of the head", size=f"{100 * lost:.0f} % of it does not fit a bare head", advice=advice)]


def _told_round(head: Head, evidence: Evidence) -> float:
    """Return along how much of the way round the middle of the head its outline, of skin or hair, was seen."""
    middle = head.cameras[0].project(head.surface.vertices_mm.mean(0)[None])[0]
    arms = np.concatenate([evidence.outline_px, evidence.hair_px]) - middle
    sector = np.floor((np.arctan2(arms[:, 1], arms[:, 0]) / (2 * np.pi) % 1.0) * SECTORS_COUNT)
    return len(np.unique(sector)) / SECTORS_COUNT


def _of_points(fit: Fit, evidence: Evidence, points: MarkedPoints | None) -> list[Doubt]:
    """Name the points marked by hand that lie where a head does not have them."""
    if points is None:
        return []
    miss_mm = fit.points_miss_px[~evidence.from_mesh] / fit.state.px_per_mm
    return [
        Doubt(
            kind="pose",
            where=f"the point {name}",
            size=f"{miss:.0f} mm from where a head has it",
            advice="Check it, and that left and right are the client's.",
        )
        for name, miss in zip(points.names, miss_mm, strict=True)
        if miss > MISPLACED_MM
    ]
