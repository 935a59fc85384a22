"""The hairline styles as values: every style goes through the same drawing, only these numbers differ.

Figures are a practitioner's, graded D unless a field says otherwise (smp 2.1 to 2.3); none is measured on SMP clients.
How a client's wishes change the numbers of a style is here too; the line itself is drawn in `hairlines`.
"""

import dataclasses

import numpy as np

from scalp.base import Value, value
from scalp.domain.design import HairlineStyle, Wishes

OPEN_END_MM, CLOSED_END_MM = 64.0, 20.0
"""Level above the tragus where the drawn temple ends: open it stops under the corner, closed at the sideburn. (E)"""
CLOSED_FROM_FRACTION = 0.5
"""From where on temples count as closed: the line then runs past the temple peak towards the ear. (E)"""


@value
class StyleShape(Value):
    """The numbers of one hairline style. Levels are along +Y, `forward` along +Z from the tragi, all in mm."""

    height_mm: float
    """Middle of the hairline over the skin above the glabella when nobody asks otherwise and age allows it."""
    corner_depth_mm: float
    """How far the frontotemporal points lie behind the middle of the line, straight back: about 20 in a rounded line,
    over 35 in a receded one. A line level all round would cut 40 mm back."""
    recess_mm: float
    """How late the line turns back: 0 bows evenly from the middle, more stays level and turns up into the corner, the M."""
    corner_outward_mm: float
    """How far outside the vertical through the outer corner of the eye the frontotemporal point lies; 0 by [Shapiro2013]."""
    corner_mm: float
    """Rounding of the corner between forehead and temple line."""
    temple_forward_fraction: float
    """How far before the tragus the temple peak stands, as part of the way to the outer corner of the eye."""
    temple_hollow_mm: float
    """How far the temple line bends back between the frontotemporal point and the temple peak."""
    temple_end_mm: float
    """Level above the tragus where the drawn temple ends; above 60 the temple is left open."""
    macro_waver_mm: tuple[float, float]
    """Crests of the mounds, from the drawn line; wavelength 15 to 35 mm, 2 to 5 mm from trough to crest."""
    micro_waver_mm: tuple[float, float]
    """Crests of the fine raggedness; wavelength 3 to 8 mm, scatter of 1 to 3 mm."""
    edge_fraction: float
    """Density at the very edge, as part of the frontal level."""
    ramp_mm: float
    """Depth behind the edge at which the frontal level is reached: 10-15 soft, 5-8 medium, 1-3 defined."""
    frontal_fraction: float
    """Level of the frontal band against mid-scalp; 51 against about 85 units per cm2 in hair. (B, smp 1.6)"""
    sentinel_per_cm2: float
    """Density of the few marks that stand 1 to 4 mm ahead of the line."""
    closes_temples: bool
    """Whether temples are drawn down to the sideburn, which a receding pattern soon gives away."""
    hump_mm: float = 0.0
    """The lateral hump: how far the line comes forward two thirds of the way to the corner, before it turns back; with the
    late turn of `recess_mm` 5 to 10 mm against an even bow."""
    temple_ahead_mm: float = -2.0
    """How far before the frontotemporal point the temple peak may stand, straight forward; by [Garg2017] it lies on the way
    from there to the eye, in men it draws back with the years."""
    peak_depth_mm: float = 0.0
    """How far a widow's peak comes down from the line around it; its tip has the height of the line."""
    peak_width_mm: float = 32.0
    """Width of the widow's peak at its base, where the line around it goes on as it would without one. (E)"""
    gap_depth_mm: float = 0.0
    """How deep the gaps of a broken line reach behind it; 0 leaves none."""
    gap_every_mm: float = 16.0
    """Way along the line from one gap to the next, on average; a gap takes a third of it."""
    cluster_fraction: float = 0.0
    """How much less stands between the clusters than on average, and more in them; 0 spreads evenly."""
    cluster_mm: float = 7.0
    """Way from one cluster to the next; the smallest that a surface of 1.5 mm edges can carry is 5."""
    age_rule: bool = True
    """Whether age raises the line: it is a rule for men. (D-E, smp 2.1)"""


STYLES: dict[HairlineStyle, StyleShape] = {
    "natural": StyleShape(
        height_mm=66.0, corner_depth_mm=26.0, recess_mm=6.5, corner_outward_mm=4.0, corner_mm=5.0, temple_forward_fraction=0.56,
        temple_hollow_mm=3.0, temple_end_mm=44.0, macro_waver_mm=(1.2, 2.4), micro_waver_mm=(0.1, 1.1), edge_fraction=0.36,
        ramp_mm=8.0, frontal_fraction=0.85, sentinel_per_cm2=0.9, closes_temples=False, hump_mm=3.6,
    ),
    "soft": StyleShape(
        height_mm=69.0, corner_depth_mm=25.0, recess_mm=5.0, corner_outward_mm=3.0, corner_mm=9.0, temple_forward_fraction=0.50,
        temple_hollow_mm=3.0, temple_end_mm=50.0, macro_waver_mm=(1.2, 2.6), micro_waver_mm=(0.1, 1.6), edge_fraction=0.30,
        ramp_mm=12.0, frontal_fraction=0.85, sentinel_per_cm2=1.2, closes_temples=False, hump_mm=3.6,
    ),
    "straight": StyleShape(
        height_mm=63.0, corner_depth_mm=27.0, recess_mm=0.0, corner_outward_mm=7.0, corner_mm=1.5, temple_forward_fraction=0.62,
        temple_hollow_mm=0.5, temple_end_mm=36.0, macro_waver_mm=(0.3, 0.7), micro_waver_mm=(0.0, 0.4), edge_fraction=0.40,
        ramp_mm=2.5, frontal_fraction=0.72, sentinel_per_cm2=0.4, closes_temples=True,
    ),
    "rounded": StyleShape(
        height_mm=65.0, corner_depth_mm=17.0, recess_mm=0.0, corner_outward_mm=6.0, corner_mm=14.0, temple_forward_fraction=0.60,
        temple_hollow_mm=1.0, temple_end_mm=40.0, macro_waver_mm=(1.0, 2.0), micro_waver_mm=(0.1, 1.1), edge_fraction=0.36,
        ramp_mm=6.5, frontal_fraction=0.80, sentinel_per_cm2=0.8, closes_temples=True,
    ),
    "receded": StyleShape(
        height_mm=74.0, corner_depth_mm=40.0, recess_mm=17.0, corner_outward_mm=-1.0, corner_mm=7.0, temple_forward_fraction=0.40,
        temple_hollow_mm=2.0, temple_end_mm=60.0, macro_waver_mm=(1.2, 2.4), micro_waver_mm=(0.1, 1.2), edge_fraction=0.34,
        ramp_mm=9.0, frontal_fraction=0.85, sentinel_per_cm2=1.0, closes_temples=False,
    ),
    "broken": StyleShape(
        height_mm=67.0, corner_depth_mm=28.0, recess_mm=8.0, corner_outward_mm=3.0, corner_mm=6.0, temple_forward_fraction=0.52,
        temple_hollow_mm=3.0, temple_end_mm=48.0, macro_waver_mm=(1.4, 2.5), micro_waver_mm=(0.5, 1.7), edge_fraction=0.36,
        ramp_mm=7.5, frontal_fraction=0.85, sentinel_per_cm2=1.6, closes_temples=False, hump_mm=3.6, gap_depth_mm=8.0,
        gap_every_mm=17.0,
    ),
    "medium": StyleShape(
        height_mm=64.0, corner_depth_mm=23.0, recess_mm=4.0, corner_outward_mm=5.0, corner_mm=5.0, temple_forward_fraction=0.66,
        temple_hollow_mm=2.0, temple_end_mm=42.0, macro_waver_mm=(1.1, 2.0), micro_waver_mm=(0.1, 0.8), edge_fraction=0.40,
        ramp_mm=5.5, frontal_fraction=0.84, sentinel_per_cm2=0.7, closes_temples=False, hump_mm=3.6, temple_ahead_mm=0.0,
    ),
    "defined": StyleShape(
        height_mm=62.0, corner_depth_mm=22.0, recess_mm=4.0, corner_outward_mm=7.0, corner_mm=2.0, temple_forward_fraction=0.86,
        temple_hollow_mm=4.0, temple_end_mm=32.0, macro_waver_mm=(1.35, 1.9), micro_waver_mm=(0.0, 0.4), edge_fraction=0.50,
        ramp_mm=1.8, frontal_fraction=0.74, sentinel_per_cm2=0.4, closes_temples=True, temple_ahead_mm=6.0,
    ),
    "widows-peak": StyleShape(
        height_mm=61.0, corner_depth_mm=24.0, recess_mm=6.5, corner_outward_mm=4.0, corner_mm=5.0, temple_forward_fraction=0.56,
        temple_hollow_mm=3.0, temple_end_mm=44.0, macro_waver_mm=(1.1, 2.0), micro_waver_mm=(0.1, 1.0), edge_fraction=0.36,
        ramp_mm=7.0, frontal_fraction=0.85, sentinel_per_cm2=0.9, closes_temples=False, hump_mm=3.6,
        peak_depth_mm=12.0, peak_width_mm=32.0,
    ),
    "faded": StyleShape(
        height_mm=69.0, corner_depth_mm=24.0, recess_mm=5.0, corner_outward_mm=3.0, corner_mm=10.0, temple_forward_fraction=0.48,
        temple_hollow_mm=3.0, temple_end_mm=52.0, macro_waver_mm=(1.2, 2.5), micro_waver_mm=(0.2, 1.8), edge_fraction=0.26,
        ramp_mm=15.0, frontal_fraction=0.62, sentinel_per_cm2=1.4, closes_temples=False, hump_mm=3.6,
    ),
    "afro": StyleShape(
        height_mm=61.0, corner_depth_mm=20.0, recess_mm=0.0, corner_outward_mm=8.0, corner_mm=3.5, temple_forward_fraction=0.80,
        temple_hollow_mm=3.0, temple_end_mm=34.0, macro_waver_mm=(1.35, 1.9), micro_waver_mm=(0.2, 0.9), edge_fraction=0.48,
        ramp_mm=3.0, frontal_fraction=0.80, sentinel_per_cm2=0.5, closes_temples=True, cluster_fraction=0.22, temple_ahead_mm=4.0, cluster_mm=6.0,
    ),
    "female": StyleShape(
        height_mm=67.0, corner_depth_mm=13.0, recess_mm=0.0, corner_outward_mm=6.0, corner_mm=17.0, temple_forward_fraction=0.74,
        temple_hollow_mm=0.5, temple_end_mm=34.0, macro_waver_mm=(1.0, 2.0), micro_waver_mm=(0.3, 1.6), edge_fraction=0.28,
        ramp_mm=13.0, frontal_fraction=0.80, sentinel_per_cm2=1.2, closes_temples=True, age_rule=False, temple_ahead_mm=2.0,
    ),
}  # fmt: skip


def shape_for(wishes: Wishes) -> StyleShape:
    """Return the numbers of the wished style with the client's own wishes in them: raggedness, transition, temples.

    The waver, the gaps and the marks ahead grow with the irregularity, 0 leaving an even line; a transition in mm takes the
    place of the style's; closing temples lowers the end of the drawn line evenly from 64 to 20 mm above the tragi.
    """
    style, ragged = STYLES[wishes.style], wishes.irregularity_fraction
    end_mm, closes = style.temple_end_mm, style.closes_temples
    if wishes.temple_closure_fraction is not None:
        end_mm = OPEN_END_MM + wishes.temple_closure_fraction * (CLOSED_END_MM - OPEN_END_MM)
        closes = wishes.temple_closure_fraction >= CLOSED_FROM_FRACTION
    return dataclasses.replace(
        style,
        macro_waver_mm=(ragged * style.macro_waver_mm[0], ragged * style.macro_waver_mm[1]),
        micro_waver_mm=(ragged * style.micro_waver_mm[0], ragged * style.micro_waver_mm[1]),
        gap_depth_mm=float(np.minimum(ragged, 1.5)) * style.gap_depth_mm,
        sentinel_per_cm2=ragged * style.sentinel_per_cm2,
        ramp_mm=style.ramp_mm if wishes.transition_mm is None else wishes.transition_mm,
        temple_end_mm=end_mm,
        closes_temples=closes,
    )


def closure_of(shape: StyleShape) -> float:
    """Return how far a style closes the temples, 0 open to 1 at the sideburn: what a wish of that number would draw."""
    return float(np.clip((OPEN_END_MM - shape.temple_end_mm) / (OPEN_END_MM - CLOSED_END_MM), 0.0, 1.0))
