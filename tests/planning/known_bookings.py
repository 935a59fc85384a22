"""Plans and clinics whose dates are easily checked by hand, for the tests of dates, calendars and aftercare."""

import dataclasses
from datetime import date, time, timedelta

from scalp.domain.booking import WEEKDAYS, Clinic, OpenHours
from scalp.domain.plan import Plan, Span
from tests.makers import make_design, make_head, make_plan

MONDAY = date(2027, 3, 1)
TODAY = date(2027, 2, 20)
_DESIGN = make_design(make_head(subdivisions_count=2))


def plan_from(start: date = MONDAY, gaps_days: tuple[int, ...] = (12, 12), high_hours: float = 3.0) -> Plan:
    """Three sessions from a day on, with these gaps and lengths."""
    plan = make_plan(_DESIGN, start=start)
    days = [start + timedelta(days=sum(gaps_days[:number])) for number in range(3)]
    hours = Span(low=high_hours / 2, expected=high_hours * 0.75, high=high_hours)
    sessions = tuple(dataclasses.replace(session, day=day, hours=hours) for session, day in zip(plan.sessions, days, strict=True))
    return dataclasses.replace(plan, sessions=sessions)


def clinic_of(weekdays: tuple[str, ...] = WEEKDAYS[:5], opens: time = time(9), closes: time = time(18), **more: object) -> Clinic:
    """A clinic in Berlin that is open from nine to six from Monday to Friday."""
    hours = tuple(OpenHours(weekday=weekday, opens=opens, closes=closes) for weekday in weekdays)
    told: dict[str, object] = {"name": "Clinic at the River", "time_zone": "Europe/Berlin", "country": "DE-BY"} | more
    return Clinic(hours=hours, **told)  # type: ignore[arg-type]
