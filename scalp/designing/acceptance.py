"""The nearest design that nothing speaks against: wishes changed as little as possible, and what they were changed in.

What speaks against a design is `guardrails`'s. Only wishes are changed: a scar that is too young, a patch that moves or hair that
will go stay what they are, and their questions stay with them.
"""

import dataclasses
from typing import Any

import numpy as np

from scalp.base import NotPossible
from scalp.designing import rules as asked
from scalp.designing.anatomy import Anatomy, survey
from scalp.designing.guardrails import least_height_mm
from scalp.designing.hairlines import height_for
from scalp.designing.proposal import propose_design
from scalp.designing.styles import closure_of, shape_for
from scalp.designing.tracing import HIGHEST_FRACTION, LOWEST_FRACTION
from scalp.domain.design import Design, HairlineEdit, Wishes, ZoneWish
from scalp.domain.head import Head
from scalp.domain.marks import ScalpMarks
from scalp.domain.rules import Objection, Severity

WISHED = tuple(
    rule.name
    for rule in (
        asked.DENSITY_CAP,
        asked.NATURAL_HEIGHT,
        asked.HEIGHT_FOR_AGE,
        asked.ABOVE_CREASE,
        asked.NEAR_FORELOCK,
        asked.FUTURE_PROOF,
        asked.RAGGED_LINE,
        asked.TWO_SIDES,
        asked.OPEN_TEMPLES,
        asked.USUAL_DENSITY,
        asked.FACIAL_THIRDS,
        asked.VARIED_EDGE,
    )
)
"""The rules that other wishes can keep."""
OPEN_FRACTION, ROUNDS_COUNT = 0.40, 8
RAGGED_STEP, MOST_RAGGED = 0.5, 2.0
UNMIRRORED_MM = 2.0
RIM_FRACTION = 0.92
"""A zone's mean counts its fading rim: asked for so much of the usual density its middle does not exceed it. (D)"""
HEIGHT_STEP_MM = 1.0


def accept_design(
    head: Head,
    design: Design,
    *,
    least: Severity = "question",
    zone_wishes: tuple[ZoneWish, ...] = (),
) -> Design:
    """Return the design nearest to one, on the same head, that breaks no rule of this severity or above that wishes can keep.

    A line drawn or moved by hand is kept where it breaks none, else the proposed line of the nearest wishes takes its place.
    """
    kept = _capped(zone_wishes)
    if design.edit is not None:
        wishes = closest_acceptable(head, design.wishes, least=least, edit=design.edit, marks=design.marks, zone_wishes=kept)
        drawn = propose_design(head, wishes, edit=design.edit, marks=design.marks, zone_wishes=kept)
        if not broken_by_wishes(drawn, least):
            return drawn
    wishes = closest_acceptable(head, design.wishes, least=least, marks=design.marks, zone_wishes=kept)
    return propose_design(head, wishes, marks=design.marks, zone_wishes=kept)


def closest_acceptable(
    head: Head,
    wishes: Wishes,
    *,
    least: Severity = "question",
    edit: HairlineEdit | None = None,
    marks: ScalpMarks | None = None,
    zone_wishes: tuple[ZoneWish, ...] = (),
) -> Wishes:
    """Return wishes changed as little as possible until their design breaks no rule of this severity or above that wishes can keep.

    Each rule changes its own wish to the nearest value it allows and no other: the height upwards, the asymmetry, the transition,
    the temples, the density, the irregularity; the style only where the raggedness of a straight one at its most is too little.
    What a hand has drawn (`edit`) no wish changes: its questions stay.
    """
    anatomy, zone_wishes = survey(head), _capped(zone_wishes)
    now = _reachable(anatomy, wishes)
    for _ in range(ROUNDS_COUNT):
        design = propose_design(head, now, edit=edit, marks=marks, zone_wishes=zone_wishes)
        broken = broken_by_wishes(design, least)
        changed = now
        for objection in broken:
            changed = _answer(changed, objection, design)
        if not broken or changed == now:
            return now
        now = _reachable(anatomy, changed)
    return now


def broken_by_wishes(design: Design, least: Severity = "question") -> tuple[Objection, ...]:
    """Return the objections of this severity or above to a design that other wishes would meet."""
    grave = {"refusal": ("refusal",), "question": ("refusal", "question"), "note": ("refusal", "question", "note")}[least]
    return tuple(one for one in design.objections if one.rule.severity in grave and one.rule.name in WISHED)


def changes_between(asked_for: Wishes, accepted: Wishes) -> tuple[str, ...]:
    """Return what was changed of wishes, a line for each: 'height: 50 mm -> 69 mm'; a wish left open shows what the style takes."""
    before, after = shape_for(asked_for), shape_for(accepted)
    pairs = (
        ("style", asked_for.style, accepted.style),
        ("height", f"{height_for(asked_for):.1f} mm", f"{height_for(accepted):.1f} mm"),
        ("density", f"{asked_for.peak_density_per_cm2:.0f} per cm2", f"{accepted.peak_density_per_cm2:.0f} per cm2"),
        ("irregularity", f"{asked_for.irregularity_fraction:.1f}", f"{accepted.irregularity_fraction:.1f}"),
        ("asymmetry", f"{asked_for.asymmetry_mm:.1f} mm", f"{accepted.asymmetry_mm:.1f} mm"),
        ("transition", f"{before.ramp_mm:.1f} mm", f"{after.ramp_mm:.1f} mm"),
        ("temple closure", f"{closure_of(before):.2f}", f"{closure_of(after):.2f}"),
    )
    return tuple(f"{name}: {old} -> {new}" for name, old, new in pairs if old != new)


HEIGHTS = (asked.NATURAL_HEIGHT.name, asked.HEIGHT_FOR_AGE.name, asked.ABOVE_CREASE.name, asked.NEAR_FORELOCK.name)


def _answer(wishes: Wishes, objection: Objection, design: Design) -> Wishes:
    """Return wishes with the one that a rule speaks of changed to the nearest value that the rule allows."""
    height_mm, least_mm = height_for(wishes), float(np.ceil(2.0 * least_height_mm(wishes)) / 2.0)
    answers: dict[str, dict[str, Any]] = {
        **{name: {"height_mm": max(height_mm, least_mm)} for name in HEIGHTS},
        asked.FACIAL_THIRDS.name: {"height_mm": max(height_mm, design.hairline.height_mm + HEIGHT_STEP_MM)},
        asked.USUAL_DENSITY.name: {"peak_density_per_cm2": min(wishes.peak_density_per_cm2, asked.USUAL_PER_CM2)},
        asked.DENSITY_CAP.name: {"peak_density_per_cm2": min(wishes.peak_density_per_cm2, asked.USUAL_PER_CM2)},
        asked.TWO_SIDES.name: {"asymmetry_mm": min(UNMIRRORED_MM, wishes.asymmetry_mm + RAGGED_STEP)},
        asked.OPEN_TEMPLES.name: {"temple_closure_fraction": OPEN_FRACTION},
        asked.FUTURE_PROOF.name: {"transition_mm": asked.SOFT_RAMP_MM},
    }
    if objection.rule.name in answers:
        return dataclasses.replace(wishes, **answers[objection.rule.name])
    if wishes.irregularity_fraction < MOST_RAGGED:
        return dataclasses.replace(wishes, irregularity_fraction=min(MOST_RAGGED, wishes.irregularity_fraction + RAGGED_STEP))
    return dataclasses.replace(wishes, style="natural", irregularity_fraction=1.0)


def _reachable(anatomy: Anatomy, wishes: Wishes) -> Wishes:
    """Return wishes whose height can be drawn on this head; refuse a head on which nothing acceptable can."""
    low_mm, high_mm = (fraction * anatomy.vertex_along_mm for fraction in (LOWEST_FRACTION, HIGHEST_FRACTION))
    if least_height_mm(wishes) > np.floor(high_mm):
        raise NotPossible(
            f"A hairline at {least_height_mm(wishes):.0f} mm or more, as age, crease and forelock ask,",
            f"{np.ceil(low_mm):.0f} to {np.floor(high_mm):.0f} mm on this head",
            "Check that the age, the crease and the forelock are those of this head.",
        )
    height_mm = float(np.clip(height_for(wishes), np.ceil(low_mm), np.floor(high_mm)))
    return wishes if height_mm == height_for(wishes) else dataclasses.replace(wishes, height_mm=height_mm)


def _capped(zone_wishes: tuple[ZoneWish, ...]) -> tuple[ZoneWish, ...]:
    """Return what is asked of zones with no density above the usual ones."""
    most_per_cm2 = RIM_FRACTION * asked.USUAL_PER_CM2
    return tuple(
        wish
        if wish.density_per_cm2 is None or wish.density_per_cm2 <= most_per_cm2
        else dataclasses.replace(wish, density_per_cm2=most_per_cm2)
        for wish in zone_wishes
    )
