"""How surely each part of a scalp is known, in numbers: hairline, crown, sides and back. The doubts in words are `doubting`'s."""

import numpy as np

from scalp.base import BoolArray
from scalp.capture.several.coverage import seen_by
from scalp.capture.size.tapes import ABOVE_BROWS_MM, LOWEST_BEHIND_MM
from scalp.domain.head import Head
from scalp.domain.stored import HeadMeasures, HeadPart
from scalp.geometry.girths import girth_mm
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.geometry.partings import Partings, measure_partings

HAIRLINE_MM, TEMPLES_MM = (50.0, 95.0), 70.0
"""Where hairlines are drawn: so far from the glabella, and so far to either side."""
CROWN_MM, CROWN_ASIDE_MM = (20.0, 95.0), 55.0
"""The crown: so far behind the vertex, and so far to either side."""
SIDES_MM, SIDES_HEIGHT_MM = 95.0, 30.0
"""The sides: so far down from the middle line, and so far above the tragi at the least."""
MIDDLE_MM = 8.0
"""How near to the middle the back is looked for."""


def judge_parts(head: Head) -> tuple[HeadPart, ...]:
    """Return how surely hairline, crown, sides and back of a head are known, each as the mean over its area.

    A density is marks over area: it is wrong by twice the scale's fraction, and by 2 / R for each mm that a place lies
    too far out, R being its distance from the middle of the head. Tilt between neighbouring places is left out. Parts are
    told by lengths over the surface (D), the same on every head.
    """
    measured = measure_partings(head)
    areas_mm2 = vertex_areas_mm2(head.surface)
    middle_mm = (head.surface.vertices_mm.min(axis=0) + head.surface.vertices_mm.max(axis=0)) / 2
    radii_mm = np.linalg.norm(head.surface.vertices_mm - middle_mm, axis=1)
    density_sd = np.hypot(2.0 * head.scale_sd_fraction, 2.0 * head.surface_sd_mm / radii_mm)
    # A head without cameras was scanned: the scanner saw it.
    open_to = seen_by(head).any(axis=1) if head.cameras else np.ones(len(radii_mm), bool)
    parts = []
    for name, within in _places(head, measured).items():
        weights = areas_mm2 * within
        if not weights.any():
            continue
        means = [float(np.average(column, weights=weights)) for column in (head.surface_sd_mm, density_sd, open_to.astype(float))]
        parts.append(HeadPart(name=name, sd_mm=means[0], density_sd_fraction=means[1], seen_fraction=min(means[2], 1.0)))
    return tuple(parts)


def _places(head: Head, measured: Partings) -> dict[str, BoolArray]:
    """Return which vertices (V,) lie in each part."""
    along, aside, height_mm = measured.along_mm, np.abs(measured.aside_mm), head.surface.vertices_mm[:, 1]
    top_mm = float(measured.along_mm[np.argmin(np.linalg.norm(head.surface.vertices_mm - head.landmark("vertex"), axis=1))])
    known = np.isfinite(along) & np.isfinite(aside)
    back = (along > top_mm + CROWN_MM[1]) & (height_mm > head.landmark("inion")[1]) & (aside < SIDES_MM)
    return {
        "hairline": known & (along > HAIRLINE_MM[0]) & (along < HAIRLINE_MM[1]) & (aside < TEMPLES_MM),
        "crown": known & (along > top_mm + CROWN_MM[0]) & (along < top_mm + CROWN_MM[1]) & (aside < CROWN_ASIDE_MM),
        "sides": known & (aside > SIDES_MM) & (height_mm > SIDES_HEIGHT_MM),
        "back": known & back,
    }


def measure_head(head: Head) -> HeadMeasures:
    """Return what a tape and a caliper would read on a head. [Gordon2014]

    The tape runs 8 mm above the glabella and round the farthest point of the back; the breadth is the greatest above 30 mm
    over the tragi, so that ears of a scan do not count.
    """
    vertices_mm, glabella = head.surface.vertices_mm, head.landmark("glabella")
    behind = vertices_mm[(np.abs(vertices_mm[:, 0] - glabella[0]) < MIDDLE_MM) & (vertices_mm[:, 2] < 0.0)]
    start = glabella + np.array([0.0, ABOVE_BROWS_MM, 0.0])
    behind = behind[behind[:, 1] > start[1] - LOWEST_BEHIND_MM]
    back = behind[np.argmax(np.linalg.norm(behind - start, axis=1))]
    along = (back - start) * [0.0, 1.0, 1.0]
    upper = vertices_mm[vertices_mm[:, 1] > SIDES_HEIGHT_MM]
    measured = measure_partings(head)
    inion = int(np.argmin(np.linalg.norm(vertices_mm - head.landmark("inion"), axis=1)))
    return HeadMeasures(
        circumference_mm=girth_mm(head.surface, start, along / np.linalg.norm(along), np.array([1.0, 0.0, 0.0])),
        length_mm=float(np.linalg.norm(behind - glabella, axis=1).max()),
        breadth_mm=float(np.ptp(upper[:, 0])),
        over_crown_mm=float(measured.along_mm[inion]),
    )
