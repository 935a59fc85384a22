"""When a treatment wants a touch-up, and the plan of one: a single session between the marks that lie there already."""

import dataclasses
from datetime import date, timedelta

from scalp.base import BadInput, Doubt, NotPossible, Value, WrongParent, value
from scalp.domain.design import Design
from scalp.domain.fading import Fading
from scalp.domain.head import Head
from scalp.domain.plan import Plan, PlanStep, Span, TouchUp
from scalp.domain.price import PriceList
from scalp.planning.plans import PlanSettings, Portion, make_sessions, plan_doubts

DAYS_PER_YEAR = 365.25
HEALED_DAYS = 42
"""Six weeks after the last session: where the fading curve begins. (C, smp 1.8)"""


@value
class RenewalSettings(Value):
    """When a tone counts as faded, and how long a forecast reaches."""

    renewed: Span = Span(low=0.60, expected=0.62, high=0.65)
    """Part of the healed tone at which practitioners renew: high the careful ones, low the patient ones. (D, smp 1.9)"""
    forecast_years: float = 15.0
    """Later than this nothing is forecast. (E)"""
    temporary_months: Span = Span(low=6.0, expected=12.0, high=18.0)
    """How long temporary pigment is seen. (C, smp 1.13)"""
    least_share_fraction: float = 0.05
    """A touch-up of less than this part of the work is not worth its marks. (E)"""
    largest_density_per_cm2: float = 200.0
    """What old and new marks together do not exceed. (D, smp 1.4)"""

    def check(self) -> None:
        """Refuse thresholds that are none."""
        if not (self.renewed.low >= 0.1 and self.renewed.high <= 0.95):
            raise BadInput("renewed", f"{self.renewed.low:g} to {self.renewed.high:g}", "0.1 to 0.95 of the tone", "0.60 to 0.65 is usual.")
        if not 1.0 <= self.forecast_years <= 60.0:
            raise BadInput("forecast_years", self.forecast_years, "1 to 60", "15 is as far as anybody should look.")


def healed_day(plan: Plan) -> date:
    """Return when the last session that everybody needs has healed."""
    return max(session.day for session in plan.sessions if not session.if_needed) + timedelta(days=HEALED_DAYS)


def forecast_touch_ups(plan: Plan, fading: Fading, settings: RenewalSettings | None = None) -> tuple[TouchUp, ...]:
    """Return the window in which a renewal will be wanted, from the band of the fading curve.

    Earliest is where the fast end of the band falls to the tone at which careful practitioners renew, likely where the
    expected curve falls to the usual one, latest where the slow end falls to the lowest. Thin pigment fades faster and is
    counted. Nothing controlled was measured beyond six months: hence a window. [Liu2025]
    """
    settings, healed = settings or RenewalSettings(), healed_day(plan)
    if plan.pigment.temporary:
        last, months = healed - timedelta(days=HEALED_DAYS), settings.temporary_months
        days = [last + timedelta(days=round(month / 12.0 * DAYS_PER_YEAR)) for month in (months.low, months.expected, months.high)]
        reason = "Temporary pigment is seen for 6 to 18 months: then it is renewed, altered, made permanent, or left to go."
        return (TouchUp(earliest=days[0], likely=days[1], latest=days[2], share_fraction=1.0, reason=reason),)
    curve, renewed = fading.thinned(plan.pigment.dilution_ratio), settings.renewed
    earliest = curve.years_until(renewed.high, "low")
    likely = curve.years_until(renewed.expected)
    latest = curve.years_until(renewed.low, "high")
    if likely > settings.forecast_years:
        return ()
    reason = (
        f"The tone has then fallen to about {100 * renewed.expected:.0f} % of the healed one; skin, sun and care decide how soon, "
        "and nobody has measured it beyond six months."
    )
    return (
        TouchUp(
            earliest=_after(healed, earliest),
            likely=_after(healed, likely),
            latest=_after(healed, latest) if latest <= settings.forecast_years else None,
            share_fraction=1.0 - renewed.expected,
            reason=reason,
        ),
    )


def with_touch_ups(plan: Plan, fading: Fading, settings: RenewalSettings | None = None) -> Plan:
    """Return the plan with its touch-ups forecast."""
    return dataclasses.replace(plan, touch_ups=forecast_touch_ups(plan, fading, settings))


def plan_touch_up(
    plan: Plan,
    design: Design,
    head: Head,
    *,
    day: date,
    fading: Fading,
    prices: PriceList,
    settings: PlanSettings | None = None,
    renewal: RenewalSettings | None = None,
) -> Plan:
    """Plan one session that brings a faded treatment back to its healed tone, new marks between the old.

    As many impressions are planned as the tone has lost, since the mean tone of a field goes with the pigment in it; old
    and new together stay below the cap of practice. Place them with `earlier_mm`. Its history names the plan it renews.
    """
    settings, renewal = settings or PlanSettings(), renewal or RenewalSettings()
    if plan.design_digest != design.digest or plan.head_digest != head.digest:
        raise WrongParent("design", "not that of the plan", "the design and head of the plan it renews", "Give those.")
    years = (day - healed_day(plan)).days / DAYS_PER_YEAR
    curve = fading.thinned(plan.pigment.dilution_ratio)
    lost = 1.0 - curve.remaining_fraction(max(years, 0.0))
    if years < 0.0 or lost < renewal.least_share_fraction:
        first = _after(healed_day(plan), curve.years_until(1.0 - renewal.least_share_fraction))
        raise NotPossible(f"a touch-up on {day}", f"one from {first} on", "Sooner only makes marks merge: wait until the tone has faded.")
    peak = float(design.density_per_cm2.max())
    share = min(lost, max(renewal.largest_density_per_cm2 / peak - 1.0, 0.0))
    count = round(share * plan.impressions_count)
    if share < renewal.least_share_fraction or count < 1:
        raise NotPossible(
            f"a touch-up at {peak:.0f} impressions per cm2",
            f"one where old and new stay below {renewal.largest_density_per_cm2:.0f}",
            "Renew only what is sparse.",
        )
    renewed = Plan(
        design_digest=design.digest,
        head_digest=head.digest,
        sessions=make_sessions(design, head, (Portion(1.0, count, day),), (plan.pigment, plan.needle), prices, settings),
        pigment=plan.pigment,
        needle=plan.needle,
        doubts=(*plan_doubts(head, plan.pigment, settings), _doubt_of_share(lost, share, years, curve)),
        target=plan.target,
        history=(*plan.history, PlanStep(plan_digest=plan.digest, change="touch-up", day=day)),
        touch_up=True,
    )
    return with_touch_ups(renewed, fading, renewal)


def _doubt_of_share(lost: float, share: float, years: float, curve: Fading) -> Doubt:
    """Return how far the count of a touch-up may be off, since how far the tone has faded is a forecast."""
    fewest, most = (100.0 * (1.0 - curve.remaining_fraction(years, band)) for band in ("high", "low"))
    size = f"{100 * lost:.0f} % of the tone, {fewest:.0f} to {most:.0f} % possible"
    advice = "Judge on the day what is left, and plan again with that."
    if share < lost:
        advice += f" No more than {100 * share:.0f} % fits between the old marks."
    return Doubt(kind="ageing", where="what a touch-up has to bring back", size=size, advice=advice)


def _after(day: date, years: float) -> date:
    """Return the day so many years later."""
    return day + timedelta(days=round(years * DAYS_PER_YEAR))
