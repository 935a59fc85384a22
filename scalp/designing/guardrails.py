"""What speaks against a design, as doubts with numbers: too low, too straight, temples closed where hair recedes.

Nothing here changes a design. What cannot be drawn at all is refused where it is drawn.
"""

import numpy as np

from scalp.base import BoolArray, Doubt
from scalp.designing.hairlines import age_rule_mm
from scalp.designing.styles import STYLES
from scalp.domain.design import Wishes
from scalp.domain.head import Head

LOWEST_NATURAL_MM = 60.0
EARLY_AGE_YEARS = 30.0
RECEDING_STAGES = (None, "5", "6", "7")
UNSURE_SURFACE_MM = 4.0


def doubts_about(head: Head, wishes: Wishes, height_mm: float, area_cm2: float, treated: BoolArray) -> tuple[Doubt, ...]:
    """Return everything that speaks against a design, each with its size and what to do."""
    found = (
        _about_height(wishes, height_mm),
        _about_age(wishes, height_mm),
        _about_straightness(wishes),
        _about_temples(wishes),
        _about_future(wishes, height_mm),
        _about_stage(wishes, area_cm2),
        _about_area(head, area_cm2),
        _about_unseen(head, treated),
    )
    return tuple(doubt for doubt in found if doubt)


def _about_height(wishes: Wishes, height_mm: float) -> Doubt | None:
    """Question a line below what grown men have. (A for the mean, D for the limit)"""
    if height_mm >= LOWEST_NATURAL_MM - 0.5:
        return None
    return Doubt(
        kind="design",
        where="height of the hairline",
        size=f"{height_mm:.0f} mm above the glabella, below {LOWEST_NATURAL_MM:.0f} mm",
        advice=f"Low lines look drawn on and age badly; {max(LOWEST_NATURAL_MM, age_rule_mm(wishes.age_years or 20)):.0f} mm or more is safer.",
    )


def _about_age(wishes: Wishes, height_mm: float) -> Doubt | None:
    """Question a line too youthful for its owner. (D-E, smp 2.1)"""
    if wishes.age_years is None or height_mm >= age_rule_mm(wishes.age_years) - 1.0:
        return None
    return Doubt(
        kind="design",
        where="height of the hairline for the age",
        size=f"{height_mm:.0f} mm at {wishes.age_years:.0f} years, where {age_rule_mm(wishes.age_years):.0f} mm suits",
        advice=f"Consider {age_rule_mm(wishes.age_years):.0f} mm: 60 mm at 20 years and 3.5 mm more each ten years.",
    )


def _about_straightness(wishes: Wishes) -> Doubt | None:
    """Say that a straight line is the one people notice. (C, smp 2.3)"""
    if wishes.style != "straight":
        return None
    return Doubt(
        kind="design",
        where="straight hairline",
        size="an edge with under 2 mm of waver",
        advice="A straight line draws the eye and is the style most often recognised; the natural style keeps most of its effect.",
    )


def _about_temples(wishes: Wishes) -> Doubt | None:
    """Question closed temples where native hair has gone or is going."""
    if not STYLES[wishes.style].closes_temples or wishes.norwood not in RECEDING_STAGES:
        return None
    pattern = f"on a Norwood {wishes.norwood} pattern" if wishes.norwood else "where the pattern is not known"
    return Doubt(
        kind="design",
        where="temples",
        size=f"closed down to the sideburn {pattern}",
        advice="Native hair beside closed temples keeps receding and leaves an edge standing; natural, soft or receded stay true.",
    )


def _about_future(wishes: Wishes, height_mm: float) -> Doubt | None:
    """Question a youthful line on a young client whose loss goes on. (C, smp 2.3)"""
    young = wishes.age_years is not None and wishes.age_years < EARLY_AGE_YEARS
    if not young or height_mm >= age_rule_mm(45.0) or wishes.style in ("receded", "soft"):
        return None
    return Doubt(
        kind="design",
        where="years to come",
        size=f"{height_mm:.0f} mm will lie {age_rule_mm(45.0) - height_mm:.0f} mm below what suits at 45 years",
        advice="Below 30 years a soft or receded line keeps its sense as the rest of the hair goes.",
    )


def _about_stage(wishes: Wishes, area_cm2: float) -> Doubt | None:
    """Say which stage was taken when none was wished."""
    if wishes.norwood is not None:
        return None
    return Doubt(
        kind="design",
        where="treated area",
        size=f"{area_cm2:.0f} cm2, taking the whole top and upper sides as bare",
        advice="Where hair still grows, plan for its Norwood stage; stage 6 meets the native fringe at the sides.",
    )


def _about_area(head: Head, area_cm2: float) -> Doubt | None:
    """Carry the doubt of the scale on to the area, which grows with its square."""
    share = 2 * head.scale_sd_fraction
    if share <= 0:
        return None
    return Doubt(
        kind="scale",
        where="treated area",
        size=f"{area_cm2:.0f} cm2 +-{100 * share:.0f} %",
        advice="Areas go with the square of all lengths.",
    )


def _about_unseen(head: Head, treated: BoolArray) -> Doubt | None:
    """Say how much of the treated part no photo showed well."""
    if not treated.any():
        return None
    unsure = float(np.mean(head.surface_sd_mm[treated] > UNSURE_SURFACE_MM))
    crown_doubted = any(doubt.kind == "unseen" for doubt in head.doubts)
    if unsure <= 0.05 and not crown_doubted:
        return None
    size = f"{100 * unsure:.0f} % of the treated area is guessed" if unsure > 0 else "part of the treated area is guessed"
    return Doubt(
        kind="unseen",
        where="part of the design that the photo does not show",
        size=size,
        advice="The practitioner settles it with a tape at the first visit.",
    )
