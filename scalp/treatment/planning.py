"""A plan of a head that is kept, without any photo: a design in, what its skin asks of the pigment, the plan; and every impression of it."""

import dataclasses
from datetime import date

from scalp.base import Doubt
from scalp.domain.design import Design
from scalp.domain.fading import Fading
from scalp.domain.hair import NativeHair
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import PigmentBatch, Plan
from scalp.domain.price import PriceList
from scalp.domain.skin import Skin
from scalp.domain.stored import StoredHead
from scalp.domain.survey import SideGrowth
from scalp.placement.placing import place_impressions
from scalp.planning.plans import PlanSettings
from scalp.treatment.courses import Course, plan_design

UNKNOWN_SKIN = Skin(
    melanin_fraction=0.05,
    blood_fraction=0.02,
    doubts=(
        Doubt(
            kind="skin",
            where="colour of the skin",
            size="not known: this head has no colours",
            advice="Shade and tone are those for skin of a middle tone; make the head from photos, or settle the shade on the skin itself.",
        ),
    ),
)
"""Taken where a head was made of a scan without colours. (E)"""


def skin_of(stored: StoredHead) -> Skin:
    """Return the skin of a kept head, a middle one with a doubt where it has none."""
    return stored.skin or UNKNOWN_SKIN


def plan_kept_head(
    stored: StoredHead,
    design: Design,
    *,
    start: date,
    prices: PriceList,
    pigment: Pigment,
    needle: Needle,
    settings: PlanSettings,
    fading: Fading | None = None,
    hair: NativeHair | None = None,
    growths: tuple[SideGrowth, ...] = (),
    batch: PigmentBatch | None = None,
) -> Plan:
    """Return the plan of a design on a kept head, the pigment thinned for its skin and the client's own hair, with the doubts of that skin."""
    plan = plan_design(
        stored.head,
        skin_of(stored),
        design,
        start=start,
        prices=prices,
        pigment=pigment,
        needle=needle,
        settings=settings,
        fading=fading,
        hair=hair,
        growths=growths,
        batch=batch,
    )
    return plan if stored.skin else dataclasses.replace(plan, doubts=(*plan.doubts, *UNKNOWN_SKIN.doubts))


def course_of(stored: StoredHead, design: Design, plan: Plan, fading: Fading) -> Course:
    """Return the course of a plan on a kept head, with every impression placed."""
    return course_on(stored.head, skin_of(stored), design, plan, fading)


def course_on(head: Head, skin: Skin, design: Design, plan: Plan, fading: Fading) -> Course:
    """Return the course of a plan on its head and skin, with every impression placed; raises `WrongParent` for another head."""
    seed = design.wishes.seed
    placed = place_impressions(plan, design, head, seed=seed)
    thinned = fading.thinned(plan.pigment.dilution_ratio)
    return Course(head=head, skin=skin, design=design, plan=plan, placed=placed, fading=thinned, seed=seed)
