"""Drawing the hairline: an ideal line through the anchors of the anatomy, then what makes it a grown one.

The ideal line is where a field is zero on the skin: hair is what lies above the forehead line or behind the temple line.
Mounds and raggedness are `wavers`', a person's changes `editing`'s; how dense it is behind the line is `densities`'.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from scalp.base import BoolArray, FloatArray, IntArray, NotPossible, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.anchors import corner_indices, find_anchors, from_middle_mm
from scalp.designing.styles import STYLES, StyleShape
from scalp.designing.tracing import HIGHEST_FRACTION, LOWEST_FRACTION
from scalp.designing.wavers import UNMIRRORED_FRACTION, shift_along_mm
from scalp.domain.design import Wishes
from scalp.geometry.curves import spaced_evenly
from scalp.geometry.sections import directions_of, polar_of

SPACING_MM = 1.0
LEAST_TEMPLE_MM, BEFORE_EAR_MM = 10.0, 12.0
"""How far below the corner an open line still goes, and how far before the tragus a closed one ends at least. (E)"""
WIDEST_AZIMUTH_RAD, AZIMUTH_STEP_RAD = np.radians(110.0), np.radians(0.5)


def age_rule_mm(age_years: float) -> float:
    """Return the lowest height that suits an age: 60 + 0.35 (age - 20) mm, at most 78. (D-E, smp 2.1)

    >>> age_rule_mm(45)
    68.75
    """
    return float(np.clip(60.0 + 0.35 * (age_years - 20.0), 60.0, 78.0))


def height_for(wishes: Wishes) -> float:
    """Return the height of the middle of the hairline in mm: as wished, else the style's, for men not below the age rule."""
    if wishes.height_mm is not None:
        return wishes.height_mm
    style = STYLES[wishes.style]
    ruled = style.age_rule and wishes.sex != "female" and wishes.age_years is not None
    return max(style.height_mm, age_rule_mm(wishes.age_years)) if ruled and wishes.age_years is not None else style.height_mm


@value
class Drawing(Value):
    """A hairline in the making, from right to left.

    `azimuth_rad` and `polar_rad` (N,) around the middle of the cranium and `points_mm` (N, 3) on the skin; `temple` (N,)
    is true beside the frontotemporal points; `height_mm` is what its middle really has. `anchor_index` (7,) tells which
    of its points are the anchors, in the order of `ANCHOR_NAMES`; those in `absent_anchors` the line does not reach.
    """

    azimuth_rad: FloatArray
    polar_rad: FloatArray
    points_mm: FloatArray
    temple: BoolArray
    height_mm: float
    anchor_index: IntArray
    absent_anchors: tuple[str, ...] = ()

    @property
    def anchors_mm(self) -> FloatArray:
        """Return the anchors on the skin, (7, 3) mm."""
        return np.asarray(self.points_mm[self.anchor_index])


@value
class SideAnchors(Value):
    """One side's own numbers: the corner between forehead and temple line, then the temple line as levels and forwards."""

    corner_lateral_mm: float
    corner_level_mm: float
    levels_mm: FloatArray
    forwards_mm: FloatArray

    def temple_forward_mm(self, level_mm: FloatArray) -> FloatArray:
        """Return how far forward the temple line stands at each level, on the head's z."""
        line = PchipInterpolator(self.levels_mm, self.forwards_mm)
        return np.asarray(line(np.clip(level_mm, self.levels_mm[0], self.levels_mm[-1])))


def check_reachable(anatomy: Anatomy, height_mm: float) -> None:
    """Refuse a hairline on the brow or on the crown of this head, with what can be drawn."""
    low_mm, high_mm = LOWEST_FRACTION * anatomy.vertex_along_mm, HIGHEST_FRACTION * anatomy.vertex_along_mm
    if not low_mm <= height_mm <= high_mm:
        where = "the brow" if height_mm < low_mm else "the crown"
        raise NotPossible(
            f"A hairline {height_mm:.0f} mm above the glabella would fall on {where} of this head and",
            f"{np.ceil(low_mm):.0f} to {np.floor(high_mm):.0f} mm",
            "Choose a height in this range; natural hairlines lie at 58 to 80 mm.",
        )


def draw_sides(anatomy: Anatomy, shape: StyleShape, height_mm: float, asymmetry_mm: float, seed: int) -> tuple[SideAnchors, SideAnchors]:
    """Return the anchors of the right and the left side, each a little its own: together at most the asymmetry apart."""
    chance = np.random.default_rng([seed, 11])
    own_mm = (1 - UNMIRRORED_FRACTION) / 2 * asymmetry_mm
    ideal_mm = height_mm + shape.peak_depth_mm
    return tuple(_anchors(anatomy, shape, ideal_mm, side, chance.uniform(-own_mm, own_mm, 5)) for side in (-1.0, 1.0))  # type: ignore[return-value]


def _anchors(anatomy: Anatomy, shape: StyleShape, height_mm: float, side: float, own_mm: FloatArray) -> SideAnchors:
    """Place corner, hollow, temple peak and lower end of one side; `own_mm` moves each."""
    tragus_mm, middle_mm = anatomy.tragus_mm, anatomy.on_midline_mm(height_mm)
    lateral_mm = anatomy.canthus_mm[0] + shape.corner_outward_mm + own_mm[0]
    corner_forward_mm = middle_mm[2] - shape.corner_depth_mm + own_mm[1]
    corner_level_mm = _level_at(anatomy, side * lateral_mm, corner_forward_mm)
    peak_level_mm = anatomy.canthus_mm[1] + 0.45 * (middle_mm[1] - anatomy.canthus_mm[1]) + own_mm[2]
    peak_forward_mm = tragus_mm[2] + shape.temple_forward_fraction * anatomy.eye_forward_mm + own_mm[3]
    peak_forward_mm = min(peak_forward_mm, corner_forward_mm + shape.temple_ahead_mm)
    hollow_level_mm = (corner_level_mm + peak_level_mm) / 2
    hollow_forward_mm = 0.45 * corner_forward_mm + 0.55 * peak_forward_mm - shape.temple_hollow_mm + 0.5 * own_mm[4]
    end_forward_mm = max(min(tragus_mm[2] + 0.30 * anatomy.eye_forward_mm, peak_forward_mm - 4.0), tragus_mm[2] + BEFORE_EAR_MM)
    return SideAnchors(
        corner_lateral_mm=lateral_mm,
        corner_level_mm=corner_level_mm,
        levels_mm=np.array([tragus_mm[1] + 20.0, peak_level_mm, hollow_level_mm, corner_level_mm, corner_level_mm + 40.0]),
        forwards_mm=np.array([end_forward_mm, peak_forward_mm, hollow_forward_mm, corner_forward_mm, corner_forward_mm - 4.0]),
    )


def _level_at(anatomy: Anatomy, lateral_mm: float, forward_mm: float) -> float:
    """Return y of the skin at a lateral place and a z, as seen from above."""
    points_mm = anatomy.chart.points_mm.reshape(-1, 3)
    above = points_mm[points_mm[:, 1] > anatomy.chart.centre_mm[1]]
    gap_mm = np.hypot(above[:, 0] - anatomy.chart.centre_mm[0] - lateral_mm, above[:, 2] - forward_mm)
    near = np.argsort(gap_mm)[:4]
    weight = 1.0 / (gap_mm[near] + 0.1)
    return float(weight @ above[near, 1] / weight.sum())


def draw_hairline(
    anatomy: Anatomy, shape: StyleShape, sides: tuple[SideAnchors, SideAnchors], height_mm: float, asymmetry_mm: float, seed: int
) -> Drawing:
    """Return the wavering hairline on the skin of a head, from the right temple's lower end to the left one's."""
    ideal_mm = height_mm + shape.peak_depth_mm
    raised_mm = ideal_mm
    for _ in range(2):
        smooth_mm = _ideal_line_mm(anatomy, shape, sides, raised_mm)
        raised_mm += ideal_mm - _middle_height(anatomy, smooth_mm)
    smooth_mm = _ideal_line_mm(anatomy, shape, sides, raised_mm)
    corner_lateral_mm = (sides[0].corner_lateral_mm, sides[1].corner_lateral_mm)
    points_mm = grow_line(anatomy, smooth_mm, corner_lateral_mm, shape, asymmetry_mm=asymmetry_mm, seed=seed)
    return line_through(anatomy, points_mm, find_anchors(anatomy, points_mm, corner_lateral_mm))


def grow_line(
    anatomy: Anatomy, smooth_mm: FloatArray, corner_lateral_mm: tuple[float, float], shape: StyleShape, *, asymmetry_mm: float, seed: int
) -> FloatArray:
    """Return a smooth line (N, 3) with the mounds, the raggedness, the hump and the peak of a style, on the skin, (N, 3) mm."""
    azimuth_rad, polar_rad = polar_of(smooth_mm, anatomy.chart.centre_mm)
    along_mm = from_middle_mm(smooth_mm, float(anatomy.chart.centre_mm[0]))
    lateral_mm = np.abs(smooth_mm[:, 0] - anatomy.chart.centre_mm[0])
    corners = corner_indices(along_mm, lateral_mm, corner_lateral_mm)
    corner_mm = (abs(float(along_mm[corners[0]])), abs(float(along_mm[corners[1]])))
    shift_mm = shift_along_mm(along_mm, corner_mm, shape, asymmetry_mm, seed)
    halfway_rad = polar_rad + shift_mm / 2 / _down_mm(anatomy, azimuth_rad, polar_rad)
    return skin_at(anatomy, azimuth_rad, polar_rad + shift_mm / _down_mm(anatomy, azimuth_rad, halfway_rad))


def _down_mm(anatomy: Anatomy, azimuth_rad: FloatArray, polar_rad: FloatArray) -> FloatArray:
    """Return the way over the skin for a radian of polar angle, (N,) mm."""
    return np.asarray(np.linalg.norm(anatomy.slopes_mm(azimuth_rad, polar_rad)[1], axis=1))


def skin_at(anatomy: Anatomy, azimuth_rad: FloatArray, polar_rad: FloatArray) -> FloatArray:
    """Return where the skin lies in directions from the middle of the cranium, (N, 3) mm."""
    directions = directions_of(azimuth_rad, polar_rad)
    return np.asarray(anatomy.chart.centre_mm + anatomy.caster.meet(directions)[:, None] * directions)


def line_through(anatomy: Anatomy, points_mm: FloatArray, anchor_index: IntArray) -> Drawing:
    """Return what a line of points on the skin (N, 3) is as a drawing: where it is seen, where its temples are, how high."""
    azimuth_rad, polar_rad = polar_of(points_mm, anatomy.chart.centre_mm)
    order = np.arange(len(points_mm))
    return Drawing(
        azimuth_rad=azimuth_rad,
        polar_rad=polar_rad,
        points_mm=points_mm,
        temple=(order < anchor_index[2]) | (order > anchor_index[4]),
        height_mm=_height_of(anatomy, _polar_at_middle(azimuth_rad, polar_rad)),
        anchor_index=anchor_index,
    )


def forehead_field_mm(
    points_mm: FloatArray, anatomy: Anatomy, shape: StyleShape, sides: tuple[SideAnchors, SideAnchors], height_mm: float
) -> FloatArray:
    """Return how far points (..., 3) lie above the forehead line or behind the temple line, mm; 0 on the ideal hairline.

    A soft maximum of the two rounds the corner between them. Not a distance over the skin: only its zero is used.
    """
    lateral_mm, middle_level_mm = points_mm[..., 0] - anatomy.chart.centre_mm[0], anatomy.on_midline_mm(height_mm)[1]
    fields_mm = []
    for side in sides:
        outward = np.minimum(np.abs(lateral_mm) / side.corner_lateral_mm, 1.3)
        arch_mm = middle_level_mm - side.corner_level_mm + shape.recess_mm
        level_mm = middle_level_mm - arch_mm * outward**2 + shape.recess_mm * outward**4
        above_mm = points_mm[..., 1] - level_mm
        behind_mm = side.temple_forward_mm(points_mm[..., 1]) - points_mm[..., 2]
        softness_mm = 0.5 * shape.corner_mm
        fields_mm.append(np.logaddexp(above_mm / softness_mm, behind_mm / softness_mm) * softness_mm)
    return np.asarray(np.where(lateral_mm < 0, fields_mm[0], fields_mm[1]))


def _ideal_line_mm(anatomy: Anatomy, shape: StyleShape, sides: tuple[SideAnchors, SideAnchors], height_mm: float) -> FloatArray:
    """Return the ideal line on the skin, (N, 3) mm, one millimetre apart, as far down as the temple is drawn."""
    chart = anatomy.chart
    azimuth_rad = np.arange(-WIDEST_AZIMUTH_RAD, WIDEST_AZIMUTH_RAD, AZIMUTH_STEP_RAD)
    skin_mm = chart.point_mm(azimuth_rad[:, None], chart.polar_rad[None, :])
    polar_rad = chart.first_below_zero(forehead_field_mm(skin_mm, anatomy, shape, sides, height_mm))
    met = np.isfinite(polar_rad)
    line_mm = spaced_evenly(chart.point_mm(azimuth_rad[met], polar_rad[met]), SPACING_MM)
    corner_level_mm = np.where(line_mm[:, 0] < chart.centre_mm[0], sides[0].corner_level_mm, sides[1].corner_level_mm)
    drawn = line_mm[:, 1] >= np.minimum(anatomy.tragus_mm[1] + shape.temple_end_mm, corner_level_mm - LEAST_TEMPLE_MM)
    middle = int(np.argmin(np.abs(line_mm[:, 0] - chart.centre_mm[0]) - line_mm[:, 2]))
    right = middle - int(np.argmin(drawn[middle::-1])) + 1 if not drawn[: middle + 1].all() else 0
    left = middle + int(np.argmin(drawn[middle:])) if not drawn[middle:].all() else len(drawn)
    return line_mm[right:left]


def _middle_height(anatomy: Anatomy, line_mm: FloatArray) -> float:
    """Return the height of a line's middle, mm: where it is widest the soft corner has lowered it a little."""
    azimuth_rad, polar_rad = polar_of(line_mm, anatomy.chart.centre_mm)
    return _height_of(anatomy, _polar_at_middle(azimuth_rad, polar_rad))


def _polar_at_middle(azimuth_rad: FloatArray, polar_rad: FloatArray) -> float:
    """Return the polar angle at which a line crosses the mid-sagittal plane; of several crossings the middle one."""
    crossing = np.flatnonzero((azimuth_rad[:-1] <= 0) & (azimuth_rad[1:] > 0))
    before = crossing[len(crossing) // 2]
    fraction = azimuth_rad[before] / (azimuth_rad[before] - azimuth_rad[before + 1])
    return float(polar_rad[before] + fraction * (polar_rad[before + 1] - polar_rad[before]))


def _height_of(anatomy: Anatomy, polar_rad: float) -> float:
    """Return how far over the skin above the glabella the midline has a polar angle before the vertex, mm."""
    ahead = anatomy.midline_mm[:, 2] > anatomy.chart.centre_mm[2]
    angles_rad = polar_of(anatomy.midline_mm[ahead], anatomy.chart.centre_mm)[1]
    return float(np.interp(-polar_rad, -angles_rad, anatomy.midline_along_mm[ahead]))
