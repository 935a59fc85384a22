"""The hairline styles as values: every style goes through the same drawing, only these numbers differ.

Figures are a practitioner's, graded D unless a field says otherwise (smp 2.1 to 2.3); none is measured on SMP clients.
"""

from scalp.base import Value, value
from scalp.domain.design import HairlineStyle


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
    """Crests of the slow undulation, from the drawn line; wavelength 15 to 35 mm."""
    micro_waver_mm: tuple[float, float]
    """Crests of the fine raggedness; wavelength 3 to 8 mm."""
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


STYLES: dict[HairlineStyle, StyleShape] = {
    "natural": StyleShape(
        height_mm=66.0, corner_depth_mm=26.0, recess_mm=6.5, corner_outward_mm=4.0, corner_mm=5.0, temple_forward_fraction=0.56,
        temple_hollow_mm=3.0, temple_end_mm=44.0, macro_waver_mm=(1.0, 2.2), micro_waver_mm=(0.0, 1.1), edge_fraction=0.36,
        ramp_mm=8.0, frontal_fraction=0.85, sentinel_per_cm2=0.9, closes_temples=False,
    ),
    "soft": StyleShape(
        height_mm=69.0, corner_depth_mm=25.0, recess_mm=5.0, corner_outward_mm=3.0, corner_mm=9.0, temple_forward_fraction=0.50,
        temple_hollow_mm=3.0, temple_end_mm=50.0, macro_waver_mm=(1.0, 2.4), micro_waver_mm=(0.1, 1.6), edge_fraction=0.30,
        ramp_mm=12.0, frontal_fraction=0.85, sentinel_per_cm2=1.2, closes_temples=False,
    ),
    "straight": StyleShape(
        height_mm=63.0, corner_depth_mm=27.0, recess_mm=0.0, corner_outward_mm=7.0, corner_mm=1.5, temple_forward_fraction=0.62,
        temple_hollow_mm=0.5, temple_end_mm=36.0, macro_waver_mm=(0.3, 0.7), micro_waver_mm=(0.0, 0.4), edge_fraction=0.40,
        ramp_mm=2.5, frontal_fraction=0.72, sentinel_per_cm2=0.4, closes_temples=True,
    ),
    "rounded": StyleShape(
        height_mm=65.0, corner_depth_mm=17.0, recess_mm=0.0, corner_outward_mm=6.0, corner_mm=14.0, temple_forward_fraction=0.60,
        temple_hollow_mm=1.0, temple_end_mm=40.0, macro_waver_mm=(0.8, 1.8), micro_waver_mm=(0.0, 1.1), edge_fraction=0.36,
        ramp_mm=6.5, frontal_fraction=0.80, sentinel_per_cm2=0.8, closes_temples=True,
    ),
    "receded": StyleShape(
        height_mm=74.0, corner_depth_mm=40.0, recess_mm=17.0, corner_outward_mm=-1.0, corner_mm=7.0, temple_forward_fraction=0.40,
        temple_hollow_mm=2.0, temple_end_mm=60.0, macro_waver_mm=(1.0, 2.3), micro_waver_mm=(0.0, 1.2), edge_fraction=0.34,
        ramp_mm=9.0, frontal_fraction=0.85, sentinel_per_cm2=1.0, closes_temples=False,
    ),
}  # fmt: skip
