"""What `smp plan` does: words of a command line as settings, the plan of a design, its files, and where asked every impression."""

import dataclasses
from datetime import date, datetime
from pathlib import Path
from typing import Any

from scalp.ageing.years import temporary_fading
from scalp.base import BadInput, Doubt, Progress, WrongParent
from scalp.domain.fading import Fading, FadingFactors
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import PigmentBatch, Plan, Session, Span
from scalp.domain.stored import StoredHead
from scalp.domain.survey import SideGrowth
from scalp.io.designs import COLUMNS_NAME, DESIGN_NAME, head_place_of, write_design
from scalp.io.exports import write_exports
from scalp.io.plans import PLAN_NAME, read_plan, write_plan
from scalp.io.surveys import read_survey
from scalp.io.tables import read_price_list
from scalp.io.undoing import read_undoing
from scalp.planning.changes import make_permanent
from scalp.planning.plans import PlanSettings
from scalp.treatment.planning import course_of, plan_kept_head
from smp.cases import place_from, read_design_case


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlanOrder:
    """What was asked for, checked as far as it can be before any file is read."""

    design: Path
    start: date
    head: Path | None = None
    sessions_count: int | None = None
    gap_days: int = 12
    last_gap_days: int | None = None
    prices: Path | None = None
    temporary: bool = False
    trial: Path | None = None
    survey: Path | None = None
    today: date
    factors: FadingFactors
    batch: PigmentBatch | None = None
    impressions: bool = False

    @property
    def settings(self) -> PlanSettings:
        """Return the settings of the plan."""
        return PlanSettings(sessions_count=self.sessions_count, gap_days=self.gap_days, last_gap_days=self.last_gap_days)

    @property
    def pigment(self) -> Pigment:
        """Return the pigment: the trial's leaves."""
        return Pigment(name="temporary carbon", temporary=True) if self.temporary else Pigment()

    @property
    def fading(self) -> Fading:
        """Return how the pigment leaves, as far as was told."""
        return dataclasses.replace(temporary_fading() if self.temporary else Fading(), factors=self.factors)


def read_batch(brand: str | None, lot: str | None, expires: datetime | None) -> PigmentBatch | None:
    """Return what is written on the bottle, None where nothing was said of it."""
    if brand is None and lot is None and expires is None:
        return None
    if brand is None or lot is None:
        raise BadInput(
            "pigment batch", "half told", "--brand and --lot together, --expires where it is known", "Copy both from the bottle."
        )
    return PigmentBatch(brand=brand, lot=lot, expires=expires.date() if expires else None)


def run_plan(order: PlanOrder, folder: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Plan the design of an order and write it into a folder; return what a program wants to know."""
    progress("reading the design", 0.0)
    settings, prices = order.settings, read_price_list(order.prices)
    design, stored = read_design_case(order.design, head=order.head)
    progress("planning the sessions", 0.2)
    plan = plan_kept_head(
        stored,
        design,
        start=order.start,
        prices=prices,
        pigment=order.pigment,
        needle=Needle(),
        settings=settings,
        fading=order.fading,
        growths=_growths(order, stored),
        batch=order.batch,
    )
    undoing = read_undoing()
    if order.trial is not None:
        history = make_permanent(
            read_plan(order.trial),
            design,
            stored.head,
            day=order.today,
            start=order.start,
            prices=prices,
            undoing=undoing,
            settings=settings,
        )
        plan = dataclasses.replace(plan, history=history.history, doubts=_once((*plan.doubts, *history.doubts)))
    write_plan(plan, folder)
    write_design(design, folder, _head_place(order, out))
    files = [PLAN_NAME, DESIGN_NAME, COLUMNS_NAME]
    if order.impressions:
        progress("placing impressions", 0.4)
        course = course_of(stored, design, plan, order.fading)
        progress("writing impressions", 0.9)
        files += write_exports(course.placed, stored.head, design, folder)
    undone = {"cannot_be_undone": list(undoing.sentences(temporary=plan.pigment.temporary))}
    return summary_of_plan(plan) | undone | {"files": files}


def _growths(order: PlanOrder, stored: StoredHead) -> tuple[SideGrowth, ...]:
    """Return the hair of the sides as a survey of this head found it, none without a survey."""
    if order.survey is None:
        return ()
    found = read_survey(order.survey)
    if found.head_digest != stored.head.digest:
        raise WrongParent("survey", "that of another head", "a survey on this head", "Survey again: smp survey PHOTOS --head HEAD.")
    return found.growths


def _once(doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    return tuple({(doubt.kind, doubt.where): doubt for doubt in doubts}.values())


def _head_place(order: PlanOrder, out: Path) -> str:
    """Return the way from the plan's folder to the head."""
    place = order.head or head_place_of(order.design)
    return "" if place is None else place_from(out, place)


def summary_of_plan(plan: Plan) -> dict[str, Any]:
    """Return the numbers of a plan that a program asks for."""
    return {
        "trial": plan.pigment.temporary,
        "impressions_count": plan.impressions_count,
        "sessions": [_summary_of_session(session) for session in plan.sessions],
        "pigment": {"name": plan.pigment.name, "shade_ratio": plan.pigment.dilution_ratio},
        "target": None
        if plan.target is None
        else {
            "skin_lightness": round(plan.target.skin.lightness, 1),
            "stubble_lightness": round(plan.target.stubble.lightness, 1),
            "reached_lightness": round(plan.target.reached.lightness, 1),
            "measured": plan.target.measured,
        },
        "touch_ups": [
            {
                "earliest": one.earliest.isoformat(),
                "likely": one.likely.isoformat(),
                "latest": one.latest.isoformat() if one.latest else None,
            }
            for one in plan.touch_ups
        ],
        "history": [{"plan": step.plan_digest, "change": step.change, "day": step.day.isoformat()} for step in plan.history],
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in plan.doubts],
        "digest": plan.digest,
    }


def _summary_of_session(session: Session) -> dict[str, Any]:
    return {
        "number": session.number,
        "day": session.day.isoformat(),
        "purpose": session.purpose,
        "if_needed": session.if_needed,
        "impressions_count": session.impressions_count,
        "hours": _ends(session.hours),
        "price": {"low": str(session.price.low), "high": str(session.price.high), "currency": session.price.currency},
        "needle_changes_count": session.needle_changes_count,
        "works": [
            {
                "zone": work.zone,
                "impressions_count": work.impressions_count,
                "layers_count": work.layers_count,
                "needle": work.needle.name,
                "depth_mm": [work.needle.top_depth_mm, work.needle.bottom_depth_mm],
                "shade_ratio": round(work.shade_ratio, 1),
                "pigment_ml": _ends(work.pigment_ml),
                "hours": _ends(work.hours),
            }
            for work in session.works
        ],
    }


def _ends(span: Span) -> list[float]:
    return [round(number, 3) for number in (span.low, span.expected, span.high)]


def _month(day: str | None) -> str:
    """Return the month of a day that is no surer than that."""
    return "later" if day is None else f"{date.fromisoformat(day):%B %Y}"


def report_plan(result: dict[str, Any], out: Path) -> str:
    """Return the lines that sum up a plan."""
    kind = "Trial plan" if result["trial"] else "Plan"
    lines = [f"{kind}: {result['impressions_count']:,} impressions in {len(result['sessions'])} sessions"]
    for session in result["sessions"]:
        low, _, high = session["hours"]
        price = session["price"]
        needed = " (only if needed)" if session["if_needed"] else ""
        lines.append(
            f"Session {session['number']}{needed}, {date.fromisoformat(session['day']):%a %d %b %Y}: "
            f"{session['impressions_count']:,} impressions, {low:.1f} to {high:.1f} h, {price['low']} to {price['high']} {price['currency']}\n"
            f"    {session['purpose']}"
        )
        lines += [
            f"    {work['zone']:<14}{work['impressions_count']:>7,}  {work['needle']:<10} 1:{work['shade_ratio']:<5g} {work['pigment_ml'][1]:.2f} ml"
            for work in session["works"]
        ]
    target = result["target"]
    if target:
        lines.append(
            f"Tone: skin L* {target['skin_lightness']:g}, own stubble L* {target['stubble_lightness']:g}, healed L* {target['reached_lightness']:g}"
        )
    lines += [
        f"Touch-up: likely around {_month(one['likely'])}, from {_month(one['earliest'])} to {_month(one['latest'])}"
        for one in result["touch_ups"]
    ]
    heading = "Before it is chosen:" if result["trial"] else "What cannot be undone, before it is chosen:"
    lines += [heading] + [f"  - {sentence}" for sentence in result["cannot_be_undone"]]
    lines += ["Not certain:"] + [f"  - {doubt['where']}: {doubt['size']}. {doubt['advice']}" for doubt in result["doubts"]]
    lines.append(f"{', '.join(result['files'])} are in {out}. Next: smp quote {out}, smp calendar {out}, smp papers {out}")
    return "\n".join(lines)
