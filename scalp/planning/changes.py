"""A plan that is changed and stays itself: other days, another design, a trial made permanent. Its history is kept.

What changes nothing but a day is here too; looking for free days is `calendars`'.
"""

import dataclasses
from datetime import date, timedelta
from itertools import pairwise

from scalp.base import BadInput, Doubt, NotPossible, WrongParent
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.plan import Plan, PlanStep, TouchUp
from scalp.domain.price import PriceList
from scalp.domain.undoing import Undoing
from scalp.planning.plans import LONGEST_GAP_DAYS, PlanSettings, plan_treatment
from scalp.planning.renewals import DAYS_PER_YEAR, healed_day


def with_days(plan: Plan, days: tuple[date, ...]) -> Plan:
    """Return the plan with its sessions on other days, all else as it was; a forecast touch-up moves with the last session.

    Refused are fewer than 7 or more than 90 days between two sessions, and a day on which the pigment has expired.
    """
    if len(days) != len(plan.sessions):
        raise BadInput("days", len(days), f"{len(plan.sessions)}, one for each session", "Give a day for each session.")
    _check_gaps(days)
    sessions = tuple(dataclasses.replace(session, day=day) for session, day in zip(plan.sessions, days, strict=True))
    moved = dataclasses.replace(plan, sessions=sessions)
    return dataclasses.replace(moved, touch_ups=_shifted(plan.touch_ups, healed_day(moved) - healed_day(plan)))


def move_session(plan: Plan, number: int, day: date) -> Plan:
    """Return the plan with one session on another day and the later ones as far behind it as they were."""
    known = [session.number for session in plan.sessions]
    if number not in known:
        raise BadInput("session", number, f"1 to {len(known)}", "Choose a session of the plan.")
    shift = day - plan.sessions[number - 1].day
    return with_days(plan, tuple(session.day + (shift if session.number >= number else timedelta(0)) for session in plan.sessions))


def alter_plan(
    plan: Plan,
    design: Design,
    head: Head,
    *,
    change: str,
    day: date,
    start: date,
    prices: PriceList,
    settings: PlanSettings | None = None,
) -> Plan:
    """Return a plan of an altered design with the same pigment, needle, target and batch, and the old plan in its history.

    `change` says in words what was altered, `day` when that was decided.
    """
    _check_step(plan, head, change, day)
    altered = plan_treatment(
        design,
        head,
        start=start,
        prices=prices,
        pigment=plan.pigment,
        needle=plan.needle,
        target=plan.target,
        batch=plan.batch,
        settings=settings or PlanSettings(sessions_count=max(len(plan.sessions), 2)),
    )
    return dataclasses.replace(altered, history=_longer(plan, change, day))


def make_permanent(
    trial: Plan,
    design: Design,
    head: Head,
    *,
    day: date,
    start: date,
    prices: PriceList,
    undoing: Undoing,
    settings: PlanSettings | None = None,
) -> Plan:
    """Turn a trial into a permanent plan that keeps its history; the design may have been altered meanwhile.

    Refused before the trial has healed, since nobody has seen it then. While it can still be seen, and while a trace may be
    left, a doubt says until when. What cannot be undone stands among the doubts, so that it is read before it is signed.
    """
    if not trial.pigment.temporary:
        raise NotPossible("making this plan permanent", "a trial, with temporary pigment", "This plan is permanent already.")
    _check_step(trial, head, "made permanent", day)
    if start < healed_day(trial):
        asked = f"permanent pigment on {start}, before the trial of {trial.sessions[-1].day} has healed,"
        raise NotPossible(asked, f"a start from {healed_day(trial)} on", "Live with the trial first: its tone is only seen when healed.")
    permanent = plan_treatment(
        design,
        head,
        start=start,
        prices=prices,
        pigment=dataclasses.replace(trial.pigment, temporary=False),
        needle=trial.needle,
        target=trial.target,
        settings=settings,
    )
    said = tuple(
        Doubt(kind="design", where="undoing", size="cannot be taken back", advice=line) for line in undoing.sentences(temporary=False)
    )
    doubts = (*_doubts_of_trace(trial, start, undoing, altered=design.digest != trial.design_digest), *permanent.doubts, *said)
    return dataclasses.replace(permanent, doubts=doubts, history=_longer(trial, "made permanent", day))


def _check_gaps(days: tuple[date, ...]) -> None:
    """Refuse days out of order and pauses in which a treatment is forgotten; too close ones are the plan's own to refuse."""
    for number, (earlier, later) in enumerate(pairwise(days), start=2):
        if (later - earlier).days > LONGEST_GAP_DAYS:
            allowed = f"7 to {LONGEST_GAP_DAYS} days after session {number - 1}, by {earlier + timedelta(days=LONGEST_GAP_DAYS)}"
            raise BadInput(f"day of session {number}", later, allowed, "Move the session, or plan a touch-up.")


def _check_step(plan: Plan, head: Head, change: str, day: date) -> None:
    """Refuse another head, changes without words and steps before the last one."""
    if plan.head_digest != head.digest:
        raise WrongParent("head", "not the one of the plan", "the head of the plan that is changed", "Use the same head throughout.")
    if not change.strip() or len(change) > 200:
        raise BadInput("change", f"{len(change)} characters", "1 to 200 characters", "Say what was changed.")
    if plan.history and day < plan.history[-1].day:
        raise BadInput("day", day, f"{plan.history[-1].day} or later, the day of the last change", "Correct the day.")


def _longer(plan: Plan, change: str, day: date) -> tuple[PlanStep, ...]:
    """Return the history of a plan that comes from this one."""
    return (*plan.history, PlanStep(plan_digest=plan.digest, change=change, day=day))


def _shifted(touch_ups: tuple[TouchUp, ...], by: timedelta) -> tuple[TouchUp, ...]:
    """Return windows so much later."""
    return tuple(
        dataclasses.replace(
            each, earliest=each.earliest + by, likely=each.likely + by, latest=None if each.latest is None else each.latest + by
        )
        for each in touch_ups
    )


def _doubts_of_trace(trial: Plan, start: date, undoing: Undoing, *, altered: bool) -> tuple[Doubt, ...]:
    """Return what is left of a trial when permanent work begins, with dates; nothing once even traces should be gone."""
    last = max(session.day for session in trial.sessions)
    seen, trace = (
        tuple(last + timedelta(days=round(months / 12.0 * DAYS_PER_YEAR)) for months in (amount.low, amount.high))
        for amount in (undoing.fact("trial_seen_months").amount, undoing.fact("trial_residue_months").amount)
    )
    if start >= trace[1]:
        return ()
    if start >= seen[1]:
        advice = "Look for it in good light before the first session, and lighten the shade there."
        return (Doubt(kind="ageing", where="trace of the trial", size=f"may be left until {trace[1]}", advice=advice),)
    advice = "The permanent shade cannot be judged over it: wait, or begin with a lighter first session."
    if altered:
        advice += " The design was altered: where the trial lies outside of it, the old line stays in sight until it has gone."
    return (Doubt(kind="ageing", where="trial still in the skin", size=f"seen until {seen[0]} to {seen[1]}", advice=advice),)
