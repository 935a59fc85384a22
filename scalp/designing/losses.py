"""Which part of the scalp is bare at each stage of loss, from geometry on the head itself.

A stage is a value: the line of the native fringe and, for the early stages, how far the front and the crown are bare.
Areas on the mean male head lie in the ranges of smp 1.5 (D); no measured area per Norwood class was found.
"""

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing, SideAnchors
from scalp.geometry.curves import distance_to_curve_mm, lengths_along_mm, waver_mm
from scalp.geometry.sections import polar_of

WHORL_BEHIND_VERTEX_MM = 48.0
"""Where the crown's whorl lies, over the skin behind the highest point. (E)"""
FRINGE_WAVELENGTH_MM, FRINGE_CRESTS_MM = (30.0, 70.0), (1.0, 3.5)
ASSUMED_STAGE = "6"
"""What is treated when no stage is wished: the head is taken as bare on top, as for Norwood VI."""


@value
class LossStage(Value):
    """One Norwood stage as geometry, in mm. Levels are above the tragi."""

    side_level_mm: float
    """The native fringe over the ears: 85 for VI, 60-70 for VII. (D, smp 1.5)"""
    back_level_mm: float
    """The native fringe at the back of the crown."""
    temple_recession_mm: float
    """How far native temple hair has drawn back behind the drawn temple line."""
    front_middle_mm: float = 400.0
    """How far behind the hairline the middle is bare; beyond the head where the bridge is gone."""
    front_corner_mm: float = 400.0
    """The same at the frontotemporal points."""
    crown_radius_mm: float = 0.0


STAGES: dict[str, LossStage] = {
    "2": LossStage(side_level_mm=96.0, back_level_mm=86.0, temple_recession_mm=4.0, front_middle_mm=6.0, front_corner_mm=18.0),
    "3": LossStage(side_level_mm=94.0, back_level_mm=84.0, temple_recession_mm=7.0, front_middle_mm=14.0, front_corner_mm=36.0),
    "3v": LossStage(
        side_level_mm=94.0, back_level_mm=80.0, temple_recession_mm=7.0, front_middle_mm=14.0, front_corner_mm=36.0, crown_radius_mm=26.0
    ),
    "4": LossStage(
        side_level_mm=92.0, back_level_mm=76.0, temple_recession_mm=10.0, front_middle_mm=28.0, front_corner_mm=50.0, crown_radius_mm=33.0
    ),
    "5": LossStage(
        side_level_mm=90.0, back_level_mm=74.0, temple_recession_mm=13.0, front_middle_mm=50.0, front_corner_mm=64.0, crown_radius_mm=40.0
    ),
    "6": LossStage(side_level_mm=85.0, back_level_mm=68.0, temple_recession_mm=17.0),
    "7": LossStage(side_level_mm=64.0, back_level_mm=48.0, temple_recession_mm=24.0),
}


def fringe_line_mm(anatomy: Anatomy, sides: tuple[SideAnchors, SideAnchors], stage: LossStage, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return the edge of the native fringe, points (N, 3) mm on the skin, and its polar angle at each azimuth of the chart (A,).

    From the temple hair over the ears and round the back, slowly wavering. The polar angle is NaN ahead of all native hair.
    """
    chart = anatomy.chart
    field_mm = _above_fringe_mm(chart.points_mm, anatomy, sides, stage)
    polar_rad = chart.first_below_zero(field_mm)
    known = np.isfinite(polar_rad)
    behind = np.argsort(np.where(chart.azimuth_rad < 0, chart.azimuth_rad + 2 * np.pi, chart.azimuth_rad))
    behind = behind[known[behind]]
    points_mm = chart.point_mm(chart.azimuth_rad[behind], polar_rad[behind])
    radius_mm = np.linalg.norm(points_mm - chart.centre_mm, axis=1)
    polar_rad[behind] += waver_mm(lengths_along_mm(points_mm), FRINGE_WAVELENGTH_MM, FRINGE_CRESTS_MM, seed * 2 + 3) / radius_mm
    polar_rad[-1] = polar_rad[0]
    return chart.point_mm(chart.azimuth_rad[behind], polar_rad[behind]), polar_rad


def _above_fringe_mm(points_mm: FloatArray, anatomy: Anatomy, sides: tuple[SideAnchors, SideAnchors], stage: LossStage) -> FloatArray:
    """Return how far points (..., 3) lie above the fringe or ahead of the native temple hair, mm; below 0 in native hair."""
    forward_mm = points_mm[..., 2] - anatomy.tragus_mm[2]
    behind = np.clip(-forward_mm / (anatomy.tragus_mm[2] - anatomy.midline_mm[:, 2].min()), 0.0, 1.0)
    level_mm = anatomy.tragus_mm[1] + stage.side_level_mm + (stage.back_level_mm - stage.side_level_mm) * behind**1.5
    above_mm = points_mm[..., 1] - level_mm
    right = points_mm[..., 0] < anatomy.chart.centre_mm[0]
    temple_mm = np.where(right, *(side.temple_forward_mm(points_mm[..., 1]) for side in sides))
    ahead_mm = points_mm[..., 2] - temple_mm + stage.temple_recession_mm
    softness_mm = 6.0
    return np.asarray(np.logaddexp(above_mm / softness_mm, ahead_mm / softness_mm) * softness_mm)


def bareness_mm(anatomy: Anatomy, drawing: Drawing, sides: tuple[SideAnchors, SideAnchors], stage: LossStage, seed: int) -> FloatArray:
    """Return how far inside the bare part each vertex lies, (V,) mm; below 0 in native hair. The hairline is no part of it."""
    vertices_mm = anatomy.head.surface.vertices_mm
    line_mm, fringe_polar_rad = fringe_line_mm(anatomy, sides, stage, seed)
    azimuth_rad, polar_rad = polar_of(vertices_mm, anatomy.chart.centre_mm)
    limit_rad = np.interp(azimuth_rad, anatomy.chart.azimuth_rad, np.where(np.isnan(fringe_polar_rad), np.pi, fringe_polar_rad))
    inside_mm = np.where(polar_rad < limit_rad, 1.0, -1.0) * distance_to_curve_mm(vertices_mm, line_mm)
    if stage.front_middle_mm > anatomy.midline_along_mm[-1]:
        return inside_mm
    lateral = np.clip(np.abs(vertices_mm[:, 0] - anatomy.chart.centre_mm[0]) / sides[0].corner_lateral_mm, 0.0, 1.0)
    depth_mm = stage.front_middle_mm + (stage.front_corner_mm - stage.front_middle_mm) * lateral**2 * (3 - 2 * lateral)
    front_mm = depth_mm - distance_to_curve_mm(vertices_mm, drawing.points_mm)
    crown_mm = stage.crown_radius_mm - np.linalg.norm(vertices_mm - whorl_mm(anatomy, seed), axis=1)
    if stage.crown_radius_mm <= 0:
        crown_mm = np.full(len(vertices_mm), -1e3)
    return np.asarray(np.minimum(inside_mm, np.maximum(front_mm, crown_mm)))


def whorl_mm(anatomy: Anatomy, seed: int) -> FloatArray:
    """Return the middle of the crown's whorl on the skin, a little off the midline, (3,) mm."""
    middle_mm = anatomy.on_midline_mm(anatomy.vertex_along_mm + WHORL_BEHIND_VERTEX_MM)
    chance = np.random.default_rng([seed, 12])
    aside_mm = chance.choice([-1.0, 1.0]) * chance.uniform(3.0, 10.0)
    direction = middle_mm + np.array([aside_mm, 0.0, 0.0]) - anatomy.chart.centre_mm
    return np.asarray(anatomy.chart.centre_mm + anatomy.caster.meet(direction[None])[0] * direction / np.linalg.norm(direction))
