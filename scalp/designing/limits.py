"""Where a treatment and hair may lie at all on a head: behind the hairline, off the ears, above nape and sideburns.

How densely is treated within these limits is `densities`'s, how densely hair grows `fringe`'s.
"""

import numpy as np

from scalp.base import FloatArray, IntArray
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing
from scalp.geometry.curves import distance_to_curve_mm
from scalp.geometry.easing import eased
from scalp.geometry.sections import polar_of

EAR_ABOVE_TRAGUS_MM, EAR_BEHIND_TRAGUS_MM = 3.0, 13.0
EAR_HALF_HEIGHT_MM, EAR_HALF_WIDTH_MM = 29.0, 17.0
"""The ear's root is taken as an oval of mean size behind the tragus, leaning back with the ear. (E)"""
NAPE_BELOW_TRAGUS_MM = 30.0
SIDEBURN_ABOVE_TRAGUS_MM = 4.0
"""Where hair ends at the nape, below the tragi, and before the ears, above them. (E)"""
SIDEBURN_WIDTH_MM, SIDEBURN_SLOPE = 13.0, 0.42
"""How far before the tragus hair grows at its level, and how much farther with each mm above it, up to the temple's line. (E)"""
LEAST_HAIR_CLEARANCE_MM = 3.0
TURNS_WITHIN_MM = 15.0
"""How far from a line that turns back its crossings are counted: more than any line may turn back."""


def behind_hairline_mm(anatomy: Anatomy, drawing: Drawing) -> FloatArray:
    """Return how far behind the hairline each vertex lies, (V,) mm; below 0 ahead of it, on forehead and face."""
    vertices_mm = anatomy.head.surface.vertices_mm
    azimuth_rad, polar_rad = polar_of(vertices_mm, anatomy.chart.centre_mm)
    # A line may turn back a little where it was drawn by hand: far from it that changes nothing, near it crossings are counted.
    onward_rad = np.maximum.accumulate(drawing.azimuth_rad)
    limit_rad = np.interp(azimuth_rad, onward_rad, drawing.polar_rad, left=np.pi, right=np.pi)
    away_mm, behind = distance_to_curve_mm(vertices_mm, drawing.points_mm), polar_rad < limit_rad
    if (onward_rad > drawing.azimuth_rad).any():
        near = np.flatnonzero(away_mm < TURNS_WITHIN_MM)
        near = near[(azimuth_rad[near] > drawing.azimuth_rad[0]) & (azimuth_rad[near] < drawing.azimuth_rad[-1])]
        behind[near] = _crossings_below(azimuth_rad[near], polar_rad[near], drawing) % 2 == 1
    return np.asarray(np.where(behind, 1.0, -1.0) * away_mm)


def _crossings_below(azimuth_rad: FloatArray, polar_rad: FloatArray, drawing: Drawing) -> IntArray:
    """Return how often a hairline crosses the meridian of each place below it, (M,)."""
    start, end = drawing.azimuth_rad[None, :-1], drawing.azimuth_rad[None, 1:]
    place = azimuth_rad[:, None]
    crosses = (start <= place) != (end <= place)
    way = (place - start) / np.where(crosses, end - start, 1.0)
    at_rad = drawing.polar_rad[None, :-1] + way * np.diff(drawing.polar_rad)[None, :]
    return np.asarray((crosses & (at_rad > polar_rad[:, None])).sum(1), np.int32)


def off_ear_mm(anatomy: Anatomy) -> FloatArray:
    """Return how far from the root of the ear on its side each vertex lies, (V,) mm; infinite in the middle of the head."""
    vertices_mm = anatomy.head.surface.vertices_mm
    up_mm = vertices_mm[:, 1] - anatomy.tragus_mm[1] - EAR_ABOVE_TRAGUS_MM
    ahead_mm = vertices_mm[:, 2] - anatomy.tragus_mm[2] + EAR_BEHIND_TRAGUS_MM
    oval = np.hypot(up_mm / EAR_HALF_HEIGHT_MM, ahead_mm / EAR_HALF_WIDTH_MM)
    outside_mm = (oval - 1.0) * np.hypot(up_mm, ahead_mm) / np.maximum(oval, 1e-6)
    half_mm = np.abs(anatomy.head.landmark("left_tragion")[0] - anatomy.tragus_mm[0])
    beside = np.abs(vertices_mm[:, 0] - anatomy.tragus_mm[0]) > 0.5 * half_mm
    return np.where(beside, outside_mm, np.inf)


def above_nape(anatomy: Anatomy, ear_clearance_mm: float = LEAST_HAIR_CLEARANCE_MM) -> FloatArray:
    """Return 1 where hair can grow above nape and sideburns and off the ears, (V,), soft over a few mm; the forehead is not minded."""
    up_mm, ahead_mm = (anatomy.head.surface.vertices_mm - anatomy.tragus_mm)[:, 1:].T
    behind = eased((4.0 - ahead_mm) / 20.0)
    lowest_mm = SIDEBURN_ABOVE_TRAGUS_MM - behind * (SIDEBURN_ABOVE_TRAGUS_MM + NAPE_BELOW_TRAGUS_MM)
    clear = eased((off_ear_mm(anatomy) - ear_clearance_mm + 2.0) / 4.0)
    foremost_mm = SIDEBURN_WIDTH_MM + SIDEBURN_SLOPE * up_mm + 0.08 * np.maximum(up_mm - 36.0, 0.0) ** 2
    clear = clear * eased((foremost_mm - ahead_mm) / 8.0 + 0.5)
    return np.asarray(clear * eased((up_mm - lowest_mm) / 8.0 + 0.5))


def above_lower_end(anatomy: Anatomy, drawing: Drawing) -> FloatArray:
    """Return 1, falling to 0 over 20 mm above the lower end of the drawn temples before the ears.

    Behind them it falls over 15 mm, 25 mm above the tragi: neck and shoulders of a scan are never part of a design.
    """
    vertices_mm = anatomy.head.surface.vertices_mm
    end_mm = max(drawing.points_mm[0, 1], drawing.points_mm[-1, 1])
    faded = eased((vertices_mm[:, 1] - end_mm + 2.0) / 20.0)
    behind = eased((anatomy.tragus_mm[2] - vertices_mm[:, 2]) / 20.0)
    above_neck = eased((vertices_mm[:, 1] - anatomy.tragus_mm[1] - 25.0) / 15.0)
    return np.asarray((faded + (1 - faded) * behind) * above_neck)
