"""Which part of the scalp is bare at each stage of loss, from geometry on the head itself.

A stage is a value: the line of the native fringe and, for the early stages, how far the front and the crown are bare.
Areas on the mean male head lie in the ranges of smp 1.5 (D); no measured area per Norwood class was found.
"""

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing, SideAnchors
from scalp.geometry.curves import distance_to_curve_mm
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.sections import slow_noise

WHORL_BEHIND_VERTEX_MM = 48.0
"""Where the crown's whorl lies, over the skin behind the highest point. (E)"""
MEAN_HEAD_HEIGHT_MM = 131.1
"""Tragion to vertex of the mean man of ANSUR II; levels scale with it. [Gordon2014]"""
FRINGE_WAVELENGTH_MM = (28.0, 70.0)
FRINGE_WAVER_MM = 2.0
"""One standard deviation of the slow waver of the native fringe. (E)"""


@value
class LossStage(Value):
    """One Norwood stage as geometry, in mm. Levels are above the tragi."""

    side_level_mm: float
    """The edge of the native fringe over the ears. The treatment goes on 15 mm into it: to 88 for VI, 68 for VII. (D, smp 1.5)"""
    back_level_mm: float
    """The native fringe at the back of the crown."""
    temple_recession_mm: float
    """How far native temple hair has drawn back behind the drawn temple line."""
    front_middle_mm: float = 400.0
    """How far behind the hairline the middle is bare; beyond the head where the bridge is gone."""
    front_corner_mm: float = 400.0
    """The same at the frontotemporal points."""
    crown_radius_mm: float = 0.0
    slant_mm: float = 11.0
    """How roundly the fringe runs from over the ear down and forward into the temple hair. (E)"""


STAGES: dict[str, LossStage] = {
    "1": LossStage(side_level_mm=103.0, back_level_mm=95.0, temple_recession_mm=-1.0, front_middle_mm=-3.0, front_corner_mm=2.0),
    "2": LossStage(side_level_mm=103.0, back_level_mm=95.0, temple_recession_mm=0.0, front_middle_mm=-1.0, front_corner_mm=10.0),
    "3": LossStage(side_level_mm=103.0, back_level_mm=95.0, temple_recession_mm=1.0, front_middle_mm=4.0, front_corner_mm=27.0),
    "3a": LossStage(side_level_mm=103.0, back_level_mm=95.0, temple_recession_mm=2.0, front_middle_mm=17.0, front_corner_mm=25.0),
    "3v": LossStage(
        side_level_mm=103.0, back_level_mm=89.0, temple_recession_mm=1.0, front_middle_mm=4.0, front_corner_mm=27.0, crown_radius_mm=22.0
    ),
    "4": LossStage(
        side_level_mm=102.0, back_level_mm=88.0, temple_recession_mm=2.0, front_middle_mm=14.0, front_corner_mm=36.0, crown_radius_mm=28.0
    ),
    "4a": LossStage(side_level_mm=103.0, back_level_mm=93.0, temple_recession_mm=3.0, front_middle_mm=53.0, front_corner_mm=56.0),
    "5": LossStage(
        side_level_mm=102.0, back_level_mm=87.0, temple_recession_mm=4.0, front_middle_mm=31.0, front_corner_mm=49.0, crown_radius_mm=35.0
    ),
    "5a": LossStage(side_level_mm=102.0, back_level_mm=91.0, temple_recession_mm=6.0, front_middle_mm=80.0, front_corner_mm=74.0),
    "6": LossStage(side_level_mm=105.0, back_level_mm=92.0, temple_recession_mm=7.0),
    "7": LossStage(side_level_mm=84.5, back_level_mm=70.0, temple_recession_mm=12.0),
}
"""Below 0 behind the hairline nothing is bare, and the blend alone thickens what is there. The variants a recede as a front
that runs across without an island at the crown [Norwood1975]; their depths are ours, between those of their neighbours. (E)"""
BARE_HEAD = LossStage(side_level_mm=94.0, back_level_mm=76.0, temple_recession_mm=14.0, slant_mm=22.0)
"""What is treated when no stage is wished: the top is taken as bare as for VI, and for want of a native fringe to meet,
the fade is carried lower over the sides, as a barber's skin fade, so that no edge is left standing. (E)"""


def _above_fringe_mm(
    points_mm: FloatArray, normals: FloatArray, anatomy: Anatomy, sides: tuple[SideAnchors, SideAnchors], stage: LossStage
) -> FloatArray:
    """Return how far points (N, 3) lie over the skin above the fringe or ahead of native temple hair, mm; below 0 in hair."""
    forward_mm = points_mm[:, 2] - anatomy.tragus_mm[2]
    behind = np.clip(-forward_mm / (anatomy.tragus_mm[2] - anatomy.midline_mm[:, 2].min()), 0.0, 1.0)
    size = (anatomy.head.landmark("vertex")[1] - anatomy.tragus_mm[1]) / MEAN_HEAD_HEIGHT_MM
    level_mm = anatomy.tragus_mm[1] + size * (stage.side_level_mm + (stage.back_level_mm - stage.side_level_mm) * behind**1.5)
    right = points_mm[:, 0] < anatomy.chart.centre_mm[0]
    temple_mm = np.where(right, *(side.temple_forward_mm(points_mm[:, 1]) for side in sides))
    above_mm = (points_mm[:, 1] - level_mm) / np.sqrt(np.maximum(1 - normals[:, 1] ** 2, 0.1))
    ahead_mm = (points_mm[:, 2] - temple_mm + stage.temple_recession_mm) / np.sqrt(np.maximum(1 - normals[:, 2] ** 2, 0.1))
    return np.asarray(np.logaddexp(above_mm / stage.slant_mm, ahead_mm / stage.slant_mm) * stage.slant_mm)


def bareness_mm(anatomy: Anatomy, drawing: Drawing, sides: tuple[SideAnchors, SideAnchors], stage: LossStage, seed: int) -> FloatArray:
    """Return how far inside the bare part each vertex lies, (V,) mm; below 0 in native hair. The hairline is no part of it."""
    return np.asarray(np.minimum(*bare_parts_mm(anatomy, drawing, sides, stage, seed)))


def bare_parts_mm(
    anatomy: Anatomy, drawing: Drawing, sides: tuple[SideAnchors, SideAnchors], stage: LossStage, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return how far each vertex lies above the fringe of sides and back, and inside what is bare of front and crown, (V,) mm each.

    Bare is what lies inside both; the second is infinite where the whole top is gone. Distances are first order: true near
    the edge, where the blend is.
    """
    surface = anatomy.head.surface
    vertices_mm = surface.vertices_mm
    inside_mm = _above_fringe_mm(vertices_mm, vertex_normals(surface), anatomy, sides, stage)
    inside_mm = inside_mm + FRINGE_WAVER_MM * slow_noise(vertices_mm, FRINGE_WAVELENGTH_MM, np.random.default_rng([seed, 14]))
    if stage.front_middle_mm > anatomy.midline_along_mm[-1]:
        return np.asarray(inside_mm), np.full(len(vertices_mm), np.inf)
    lateral = np.clip(np.abs(vertices_mm[:, 0] - anatomy.chart.centre_mm[0]) / sides[0].corner_lateral_mm, 0.0, 1.0)
    depth_mm = stage.front_middle_mm + (stage.front_corner_mm - stage.front_middle_mm) * lateral**2 * (3 - 2 * lateral)
    bare_mm = depth_mm - distance_to_curve_mm(vertices_mm, drawing.points_mm)
    if stage.crown_radius_mm > 0:
        bare_mm = np.maximum(bare_mm, stage.crown_radius_mm - np.linalg.norm(vertices_mm - whorl_mm(anatomy, seed), axis=1))
    return np.asarray(inside_mm), np.asarray(bare_mm)


def whorl_mm(anatomy: Anatomy, seed: int) -> FloatArray:
    """Return the middle of the crown's whorl on the skin, a little off the midline, (3,) mm."""
    middle_mm = anatomy.on_midline_mm(anatomy.vertex_along_mm + WHORL_BEHIND_VERTEX_MM)
    chance = np.random.default_rng([seed, 12])
    aside_mm = chance.choice([-1.0, 1.0]) * chance.uniform(3.0, 10.0)
    direction = middle_mm + np.array([aside_mm, 0.0, 0.0]) - anatomy.chart.centre_mm
    return np.asarray(anatomy.chart.centre_mm + anatomy.caster.meet(direction[None])[0] * direction / np.linalg.norm(direction))
