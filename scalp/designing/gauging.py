"""What a design that is there measures, whoever drew it: waver, symmetry, corners, temples, edge and face of its hairline.

Only measuring, never by the name of a style; which measure is questioned is `guardrails`'s.
"""

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.anchors import corner_indices, from_middle_mm
from scalp.domain.design import ANCHOR_NAMES, Design
from scalp.geometry.curves import distance_to_curve_mm, spaced_evenly
from scalp.geometry.sections import polar_of

CORNER_OUTWARD_MM = 4.0
"""Where a line has no anchors, its corners are taken so far outside the verticals through the eyes. (E)"""
TREND_DEGREE = 4
"""The ideal line of a forehead, from corner to corner, is a polynomial of this degree: bow, M, or level, without mounds."""
EDGE_DEPTHS_MM, EDGE_STEP_MM, EDGE_DEGREE = (1.0, 10.0), 12.0, 5
"""Which part behind a line counts as its edge, in what steps along it, and the degree of what its depth explains."""
LEAST_VERTICES_COUNT, LEAST_PER_CM2 = 30, 5.0
"""Below so many vertices, or so little behind the line, there is no edge to judge, as on women whose hairline is left alone."""
SELLION_TO_CHIN_MM = {"male": 122.6, "female": 113.1}
TRAGION_TO_VERTEX_MM = {"male": 131.1, "female": 126.5}
"""Means of ANSUR II; faces are scaled by the height of the head. [Gordon2014]"""
_STEP_MM = 0.5


@value
class LineGauge(Value):
    """What one hairline measures, in mm over or along the skin.

    `waver_mm` is what lies between crests and troughs of the forehead's line: from the 5th to the 95th percentile off its ideal.
    `mirror_gap_mm` is the RMS difference of its two sides, held over each other at the middle of the head.
    """

    height_mm: float
    waver_mm: float
    mirror_gap_mm: float
    corner_depth_mm: float
    """How far the frontotemporal points lie behind the middle, straight back."""
    lowest_end_mm: float
    """Level of its lower ends above the tragi."""
    edge_variation_fraction: float
    """Standard deviation along the forehead of the density of the edge against what its depth explains; NaN where none is worked, or on a coarse mesh."""
    upper_third_mm: float
    """From the glabella straight to the middle of the line."""
    third_mm: float
    """Half of what lies from glabella to chin on a face of mean make and this head's size: the chin is no landmark of a head."""


def gauge_line(anatomy: Anatomy, design: Design) -> LineGauge:
    """Return what the hairline of a design measures on its head."""
    points_mm = spaced_evenly(design.hairline.points_mm, _STEP_MM)
    right, left = _corners(anatomy, design, points_mm)
    forehead_mm = points_mm[right : left + 1]
    corners_mm = points_mm[[right, left]]
    height_mm = design.hairline.height_mm
    third_mm, upper_mm = _thirds_mm(anatomy, design, height_mm)
    return LineGauge(
        height_mm=height_mm,
        waver_mm=_waver_mm(anatomy, forehead_mm),
        mirror_gap_mm=_mirror_gap_mm(anatomy, points_mm),
        corner_depth_mm=float(anatomy.on_midline_mm(height_mm)[2] - corners_mm[:, 2].mean()),
        lowest_end_mm=float(points_mm[[0, -1], 1].min() - anatomy.tragus_mm[1]),
        edge_variation_fraction=_edge_variation(anatomy, design, forehead_mm),
        upper_third_mm=upper_mm,
        third_mm=third_mm,
    )


def _corners(anatomy: Anatomy, design: Design, points_mm: FloatArray) -> tuple[int, int]:
    """Return which points of a line are its frontotemporal points: those of its anchors, else where it meets the verticals."""
    anchors_mm = design.hairline.anchors_mm
    if anchors_mm is not None:
        found = [np.linalg.norm(points_mm - anchors_mm[ANCHOR_NAMES.index(f"{side}_frontotemporal")], axis=1) for side in ("right", "left")]
        return int(np.argmin(found[0])), int(np.argmin(found[1]))
    middle_mm, aside_mm = float(anatomy.chart.centre_mm[0]), float(anatomy.canthus_mm[0]) + CORNER_OUTWARD_MM
    return corner_indices(from_middle_mm(points_mm, middle_mm), np.abs(points_mm[:, 0] - middle_mm), (aside_mm, aside_mm))


def _flat_mm(anatomy: Anatomy, points_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far round the head from the middle plane points lie and how far down from the pole, (N,) mm each."""
    azimuth_rad, polar_rad = polar_of(points_mm, anatomy.chart.centre_mm)
    out_mm = np.linalg.norm(points_mm - anatomy.chart.centre_mm, axis=1)
    return azimuth_rad * out_mm * np.sin(polar_rad), polar_rad * float(out_mm.mean())


def _waver_mm(anatomy: Anatomy, forehead_mm: FloatArray) -> float:
    """Return how far the line of the forehead swings about its ideal, from the 5th to the 95th percentile."""
    round_mm, down_mm = _flat_mm(anatomy, forehead_mm)
    scaled = round_mm / max(float(np.abs(round_mm).max()), 1.0)
    trend_mm = np.polynomial.polynomial.polyval(scaled, np.polynomial.polynomial.polyfit(scaled, down_mm, TREND_DEGREE))
    low_mm, high_mm = np.percentile(down_mm - trend_mm, (5, 95))
    return float(high_mm - low_mm)


def _mirror_gap_mm(anatomy: Anatomy, points_mm: FloatArray) -> float:
    """Return the RMS distance, over the skin, between the two sides of a line, the level of each side taken off.

    A line laid a little lower on one side is still a mirror image if its shape repeats.
    """
    azimuth_rad, polar_rad = polar_of(points_mm, anatomy.chart.centre_mm)
    out_mm = float(np.linalg.norm(points_mm - anatomy.chart.centre_mm, axis=1).mean())
    sides = []
    reach_rad = min(-azimuth_rad.min(), azimuth_rad.max())
    away_rad = np.linspace(0.0, 0.9 * reach_rad, 200)
    for sign in (-1.0, 1.0):
        own = np.flatnonzero(sign * azimuth_rad >= 0)
        order = own[np.argsort(sign * azimuth_rad[own], kind="stable")]
        sides.append(np.interp(away_rad, sign * azimuth_rad[order], polar_rad[order]))
    gap_mm = (sides[0] - sides[1]) * out_mm
    return float(np.std(gap_mm))


def _thirds_mm(anatomy: Anatomy, design: Design, height_mm: float) -> tuple[float, float]:
    """Return the length of a lower third of the face and of its upper one, mm, straight."""
    head, sex = anatomy.head, "female" if design.wishes.sex == "female" else "male"
    size = (head.landmark("vertex")[1] - anatomy.tragus_mm[1]) / TRAGION_TO_VERTEX_MM[sex]
    brow_mm = float(np.linalg.norm(head.landmark("glabella") - head.landmark("sellion")))
    upper_mm = float(np.linalg.norm(anatomy.on_midline_mm(height_mm) - head.landmark("glabella")))
    return float((size * SELLION_TO_CHIN_MM[sex] + brow_mm) / 2), upper_mm


def _edge_variation(anatomy: Anatomy, design: Design, forehead_mm: FloatArray) -> float:
    """Return the standard deviation, over 12 mm steps along a line, of the density of its edge against what its depth explains.

    Every vertex 1 to 10 mm behind the line counts; on a drawn edge that is the same all along, depth explains all of it.
    """
    vertices_mm = anatomy.head.surface.vertices_mm
    azimuth_rad, polar_rad = polar_of(vertices_mm, anatomy.chart.centre_mm)
    line_azimuth_rad, line_polar_rad = polar_of(forehead_mm, anatomy.chart.centre_mm)
    order = np.argsort(line_azimuth_rad)
    behind = polar_rad < np.interp(azimuth_rad, line_azimuth_rad[order], line_polar_rad[order], left=-1.0, right=-1.0)
    near = np.flatnonzero(behind & (vertices_mm[:, 1] > anatomy.canthus_mm[1]))
    depth_mm = distance_to_curve_mm(vertices_mm[near], forehead_mm)
    kept = (depth_mm > EDGE_DEPTHS_MM[0]) & (depth_mm < EDGE_DEPTHS_MM[1])
    near, depth_mm = near[kept], depth_mm[kept]
    density = design.density_per_cm2[near]
    if len(near) < LEAST_VERTICES_COUNT or density.mean() < LEAST_PER_CM2:
        return float("nan")
    explained = np.polynomial.polynomial.polyval(depth_mm, np.polynomial.polynomial.polyfit(depth_mm, density, EDGE_DEGREE))
    steps = np.floor(azimuth_rad[near] * float(np.linalg.norm(forehead_mm - anatomy.chart.centre_mm, axis=1).mean()) / EDGE_STEP_MM)
    ratios = [float(density[steps == step].sum() / max(explained[steps == step].sum(), 1e-9)) for step in np.unique(steps)]
    return float(np.std(ratios))
