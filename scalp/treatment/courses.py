"""One treatment of one head: design, plan, every impression, and how they lie in the skin at a moment. No pixels."""

import dataclasses
from datetime import date

from scalp.ageing.forecasts import doubts_of_years
from scalp.ageing.healing import heal, healing_of
from scalp.ageing.merging import densest_spots, doubts_of_merging, judge_merging
from scalp.ageing.years import age
from scalp.base import Doubt, Progress, Value, no_progress, value
from scalp.designing.proposal import propose_design
from scalp.domain.design import Design, Wishes
from scalp.domain.fading import Band, Fading
from scalp.domain.hair import NativeHair
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import PigmentBatch, Plan
from scalp.domain.price import PriceList
from scalp.domain.skin import Skin
from scalp.domain.survey import SideGrowth
from scalp.placement.placing import place_impressions
from scalp.planning.plans import PlanSettings, plan_treatment
from scalp.planning.renewals import with_touch_ups
from scalp.treatment.tones import match_drawn, suit_wishes

HEALED_DAYS = 42.0
"""Six weeks after the last session: the reference of healing. (C, smp 1.8)"""
LONG_YEARS = (5.0, 10.0)
TEMPORARY_MONTHS = (6, 12, 18)


@value
class Course(Value):
    """One treatment of one head, from the design to every impression on the day it is placed."""

    head: Head
    skin: Skin
    design: Design
    plan: Plan
    placed: Impressions
    fading: Fading
    seed: int


def plan_course(
    head: Head,
    skin: Skin,
    wishes: Wishes,
    *,
    start: date,
    prices: PriceList,
    pigment: Pigment,
    needle: Needle,
    fading: Fading,
    settings: PlanSettings,
    hair: NativeHair | None = None,
    growths: tuple[SideGrowth, ...] = (),
    progress: Progress = no_progress,
) -> Course:
    """Return the course for a head: design, plan and every impression, of the density and shade that suit the client's own hair."""
    progress("drawing the hairline", 0.0)
    wishes = suit_wishes(skin, wishes, (pigment, needle), settings, hair=hair, growths=growths)
    design = propose_design(head, wishes)
    progress("planning the sessions", 0.3)
    plan = plan_design(
        head,
        skin,
        design,
        start=start,
        prices=prices,
        pigment=pigment,
        needle=needle,
        settings=settings,
        fading=fading,
        hair=hair,
        growths=growths,
    )
    progress("placing impressions", 0.4)
    placed = place_impressions(plan, design, head, seed=wishes.seed)
    fading = fading.thinned(plan.pigment.dilution_ratio)
    return Course(head=head, skin=skin, design=design, plan=plan, placed=placed, fading=fading, seed=wishes.seed)


def plan_design(
    head: Head,
    skin: Skin,
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
    """Return the plan of a design, the pigment thinned so that the healed tone is that of the client's own shaved sides.

    The sides' tone is that of the survey's `growths` where they show stubble, else that of `hair`, else of usual dark hair.
    """
    match = match_drawn(skin, design.wishes.peak_density_per_cm2, (pigment, needle), settings, hair=hair, growths=growths)
    plan = plan_treatment(
        design,
        head,
        start=start,
        prices=prices,
        pigment=match.pigment,
        needle=needle,
        target=match.target,
        batch=batch,
        settings=settings,
    )
    return with_touch_ups(dataclasses.replace(plan, doubts=(*plan.doubts, *match.doubts)), fading or Fading())


def moments_of(plan: Plan) -> tuple[Moment, ...]:
    """Return the moments a client wants to see: each session's evening, healed, and the years after (months if temporary)."""
    last = len(plan.sessions)
    sessions = tuple(Moment(name=f"session-{n}", label=f"After session {n}", session_number=n, days=0.0) for n in range(1, last + 1))
    healed = Moment(name="healed", label="Healed, 6 weeks later", session_number=last, days=HEALED_DAYS)
    if plan.pigment.temporary:
        later = tuple(_later(f"month-{months}", f"After {months} months", months / 12, last) for months in TEMPORARY_MONTHS)
    else:
        later = tuple(_later(f"year-{years:g}", f"After {years:g} years", years, last) for years in LONG_YEARS)
    return (*sessions, healed, *later)


def banded(moment: Moment) -> tuple[Moment, ...]:
    """Return a late moment as low, expected and high: how much pigment may remain."""
    words: dict[Band, str] = {"low": "fades fast", "expected": "expected", "high": "fades slowly"}
    return tuple(
        moment
        if band == "expected"
        else _later(f"{moment.name}-{band}", f"{moment.label}, {word}", moment.years, moment.session_number, band=band)
        for band, word in words.items()
    )


def _later(name: str, label: str, years: float, session_number: int, *, band: Band = "expected") -> Moment:
    return Moment(name=name, label=label, session_number=session_number, days=HEALED_DAYS, years=years, band=band)


def impressions_at(course: Course, moment: Moment) -> Impressions:
    """Return the impressions as they lie in the skin at a moment: each session healed for its own days, then aged."""
    placed = course.placed.through_session(moment.session_number)
    days = [session.day for session in course.plan.sessions[: moment.session_number]]
    elapsed_days = tuple(moment.days + (days[-1] - day).days for day in days)
    points_mm = placed.points_mm(course.head.surface.vertices_mm, course.head.surface.faces)
    healing = healing_of(course.fading.factors)
    healed = heal(placed, days_by_session=elapsed_days, seed=course.seed, skin=course.skin, points_mm=points_mm, healing=healing)
    return age(healed, years=moment.years, fading=course.fading, band=moment.band, skin=course.skin) if moment.years else healed


def doubts_of_ageing(course: Course) -> tuple[Doubt, ...]:
    """Return how wide the band of the last year shown is and why, when to renew, and whether marks will have merged by then."""
    last = moments_of(course.plan)[-1]
    points_mm = course.placed.points_mm(course.head.surface.vertices_mm, course.head.surface.faces)
    dense = densest_spots(points_mm)
    merged: tuple[Doubt, ...] = ()
    for where, years in (("healed marks", 0.0), (f"marks after {last.years:g} years", last.years)):
        lying = age(course.placed.where(dense), years=years, fading=course.fading, skin=course.skin)
        merged = merged or doubts_of_merging(judge_merging(lying, points_mm[dense], course.skin), where)
    return doubts_of_years(last.years, course.fading) + merged
