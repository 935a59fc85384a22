"""Drawing the hairline: an ideal line through the anchors of the anatomy, then the waver of a natural one.

The ideal line is where a field is zero on the skin: hair is what lies above the forehead line or behind the temple line.
How dense it is behind the line is `densities`' business.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from scalp.base import BoolArray, FloatArray, NotPossible, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.styles import STYLES, StyleShape
from scalp.domain.design import Wishes
from scalp.geometry.curves import lengths_along_mm, spaced_evenly, waver_mm
from scalp.geometry.sections import directions_of, polar_of

LOWEST_FRACTION, HIGHEST_FRACTION = 0.28, 0.66
"""Where the middle of a hairline can lie on the way from glabella to vertex: above the brow, before the crown. (E)"""
ASYMMETRY_MM = 1.0
"""Each side's anchors move by up to this, so that the sides differ by up to 2 mm. (C, smp 2.2)"""
MACRO_WAVELENGTH_MM, MICRO_WAVELENGTH_MM = (18.0, 35.0), (3.0, 8.0)
SETTLED_MM = 20.0
"""Half width around the middle over which the waver is shifted so that the middle lies where it was wished."""
SPACING_MM = 1.0
WIDEST_AZIMUTH_RAD, AZIMUTH_STEP_RAD = np.radians(110.0), np.radians(0.5)


def age_rule_mm(age_years: float) -> float:
    """Return the lowest height that suits an age: 60 + 0.35 (age - 20) mm, at most 78. (D-E, smp 2.1)

    >>> age_rule_mm(45)
    68.75
    """
    return float(np.clip(60.0 + 0.35 * (age_years - 20.0), 60.0, 78.0))


def height_for(wishes: Wishes) -> float:
    """Return the height of the middle of the hairline in mm: as wished, else the style's, not below the age rule."""
    if wishes.height_mm is not None:
        return wishes.height_mm
    style_mm = STYLES[wishes.style].height_mm
    return style_mm if wishes.age_years is None else max(style_mm, age_rule_mm(wishes.age_years))


@value
class Drawing(Value):
    """A hairline in the making, from right to left.

    `azimuth_rad` and `polar_rad` (N,) around the middle of the cranium and `points_mm` (N, 3) on the skin; `temple` (N,)
    is true beside the frontotemporal points; `height_mm` is what its middle really has.
    """

    azimuth_rad: FloatArray
    polar_rad: FloatArray
    points_mm: FloatArray
    temple: BoolArray
    height_mm: float


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


def draw_sides(anatomy: Anatomy, shape: StyleShape, height_mm: float, seed: int) -> tuple[SideAnchors, SideAnchors]:
    """Return the anchors of the right and the left side, each a little its own."""
    chance = np.random.default_rng([seed, 11])
    return tuple(_anchors(anatomy, shape, height_mm, side, chance.uniform(-ASYMMETRY_MM, ASYMMETRY_MM, 5)) for side in (-1.0, 1.0))  # type: ignore[return-value]


def _anchors(anatomy: Anatomy, shape: StyleShape, height_mm: float, side: float, own_mm: FloatArray) -> SideAnchors:
    """Place corner, hollow, temple peak and lower end of one side; `own_mm` moves each."""
    tragus_mm, middle_mm = anatomy.tragus_mm, anatomy.on_midline_mm(height_mm)
    lateral_mm = anatomy.canthus_mm[0] + shape.corner_outward_mm + own_mm[0]
    corner_forward_mm = middle_mm[2] - shape.corner_depth_mm + own_mm[1]
    corner_level_mm = _level_at(anatomy, side * lateral_mm, corner_forward_mm)
    peak_level_mm = anatomy.canthus_mm[1] + 0.45 * (middle_mm[1] - anatomy.canthus_mm[1]) + own_mm[2]
    peak_forward_mm = tragus_mm[2] + shape.temple_forward_fraction * anatomy.eye_forward_mm + own_mm[3]
    peak_forward_mm = min(peak_forward_mm, corner_forward_mm - 2.0)
    hollow_level_mm = (corner_level_mm + peak_level_mm) / 2
    hollow_forward_mm = 0.45 * corner_forward_mm + 0.55 * peak_forward_mm - shape.temple_hollow_mm + 0.5 * own_mm[4]
    end_forward_mm = min(tragus_mm[2] + 0.30 * anatomy.eye_forward_mm, peak_forward_mm - 4.0)
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


def draw_hairline(anatomy: Anatomy, shape: StyleShape, sides: tuple[SideAnchors, SideAnchors], height_mm: float, seed: int) -> Drawing:
    """Return the wavering hairline on the skin of a head, from the right temple's lower end to the left one's."""
    first_mm = _ideal_line_mm(anatomy, shape, sides, height_mm)
    smooth_mm = _ideal_line_mm(anatomy, shape, sides, 2 * height_mm - _middle_height(anatomy, first_mm))
    azimuth_rad, polar_rad = polar_of(smooth_mm, anatomy.chart.centre_mm)
    along_mm = lengths_along_mm(smooth_mm)
    shift_mm = _waver_with_still_middle(along_mm, azimuth_rad, shape, seed)
    radius_mm = np.linalg.norm(smooth_mm - anatomy.chart.centre_mm, axis=1)
    polar_rad = polar_rad + shift_mm / radius_mm
    directions = directions_of(azimuth_rad, polar_rad)
    points_mm = anatomy.chart.centre_mm + anatomy.caster.meet(directions)[:, None] * directions
    lateral_mm = points_mm[:, 0] - anatomy.chart.centre_mm[0]
    corner_mm = np.where(lateral_mm < 0, sides[0].corner_lateral_mm, sides[1].corner_lateral_mm)
    return Drawing(
        azimuth_rad=azimuth_rad,
        polar_rad=polar_rad,
        points_mm=points_mm,
        temple=np.abs(lateral_mm) > corner_mm,
        height_mm=_height_of(anatomy, polar_rad[np.argmin(np.abs(azimuth_rad))]),
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
    drawn = line_mm[:, 1] >= anatomy.tragus_mm[1] + shape.temple_end_mm
    middle = int(np.argmin(np.abs(line_mm[:, 0] - chart.centre_mm[0]) - line_mm[:, 2]))
    right = middle - int(np.argmin(drawn[middle::-1])) + 1 if not drawn[: middle + 1].all() else 0
    left = middle + int(np.argmin(drawn[middle:])) if not drawn[middle:].all() else len(drawn)
    return line_mm[right:left]


def _waver_with_still_middle(along_mm: FloatArray, azimuth_rad: FloatArray, shape: StyleShape, seed: int) -> FloatArray:
    """Return how far each point of the line is shifted down the head, mm; the middle stays where it was wished."""
    shift_mm = waver_mm(along_mm, MACRO_WAVELENGTH_MM, shape.macro_waver_mm, seed * 2 + 1)
    shift_mm = shift_mm + waver_mm(along_mm, MICRO_WAVELENGTH_MM, shape.micro_waver_mm, seed * 2 + 2)
    middle = int(np.argmin(np.abs(azimuth_rad)))
    stillness = np.exp(-0.5 * ((along_mm - along_mm[middle]) / SETTLED_MM) ** 2)
    return np.asarray(shift_mm - shift_mm[middle] * stillness)


def _middle_height(anatomy: Anatomy, line_mm: FloatArray) -> float:
    """Return the height of a line's middle, mm: where it is widest the soft corner has lowered it a little."""
    azimuth_rad, polar_rad = polar_of(line_mm, anatomy.chart.centre_mm)
    return _height_of(anatomy, polar_rad[np.argmin(np.abs(azimuth_rad))])


def _height_of(anatomy: Anatomy, polar_rad: float) -> float:
    """Return how far over the skin above the glabella the midline has a polar angle before the vertex, mm."""
    ahead = anatomy.midline_mm[:, 2] > anatomy.chart.centre_mm[2]
    angles_rad = polar_of(anatomy.midline_mm[ahead], anatomy.chart.centre_mm)[1]
    return float(np.interp(-polar_rad, -angles_rad, anatomy.midline_along_mm[ahead]))
