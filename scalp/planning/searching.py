"""Looking for the day of one session: which days are tried in which order, and what is nearest where none will do.

What one day of a clinic offers is `openings`'; whole bookings are `calendars`'.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain

from scalp.base import NotPossible, Value, value
from scalp.domain.booking import (
    LEAST_GAP_DAYS,
    MOST_GAP_DAYS,
    Appointment,
    Availability,
    BookingSettings,
    Clinic,
    HealingReport,
    PassedDay,
)
from scalp.domain.clocks import day_words
from scalp.domain.plan import Plan
from scalp.planning.openings import Opening, find_opening, session_length
from scalp.planning.rules import IN_ORDER, LONGEST_GAP, SKIN_CLOSED

RECHECK_DAYS = 7
"""How long skin that was not clear is given before the next session. (D)"""
FARTHEST_FIRST_DAYS = 60
"""How far from the wished day the first session is looked for."""


@value
class Window(Value):
    """Days after the session before: least and most of the usual gap, and the one that is aimed at."""

    least_days: int
    aimed_days: int
    most_days: int


@value
class Search(Value):
    """All that decides about days."""

    plan: Plan
    clinic: Clinic
    client: Availability
    settings: BookingSettings
    reports: tuple[HealingReport, ...] = ()

    def opening(self, session_number: int, day: date) -> Opening | str:
        """Return when a session fits on a day, or why it does not."""
        length = session_length(self.plan.sessions[session_number - 1], self.settings)
        return find_opening(day, length, self.clinic, self.client)

    def last_report(self, session_number: int) -> HealingReport | None:
        """Return what was last seen of the skin after the session before this one; of one day, what is not clear counts."""
        told = [report for report in self.reports if report.session_number == session_number - 1]
        return max(told, key=lambda report: (report.day, not report.is_clear), default=None)

    def not_before(self, session_number: int) -> date | None:
        """Return the first day on which skin that was not clear after the session before may be treated again."""
        last = self.last_report(session_number)
        return None if last is None or last.is_clear else last.day + timedelta(days=RECHECK_DAYS)

    def window(self, session_number: int, before: date) -> Window:
        """Return the usual gaps before a session; the plan's own gap is aimed at, and widens them where it lies outside."""
        planned = (self.plan.sessions[session_number - 1].day - self.plan.sessions[session_number - 2].day).days
        planned = min(max(planned, LEAST_GAP_DAYS), MOST_GAP_DAYS)
        most = self.settings.last_most_gap_days if session_number > 2 else self.settings.most_gap_days
        least, most = min(self.settings.least_gap_days, planned), max(most, planned)
        allowed = self.not_before(session_number)
        late = (allowed - before).days if allowed is not None else 0
        if late > planned:
            return Window(least_days=max(least, late), aimed_days=late, most_days=max(most, late + RECHECK_DAYS))
        return Window(least_days=max(least, late), aimed_days=planned, most_days=most)

    def may_stay(self, before: Appointment, appointment: Appointment) -> bool:
        """Tell whether an appointment can stay where it is after the one before was moved."""
        window = self.window(appointment.session_number, before.day)
        return window.least_days <= (appointment.day - before.day).days <= window.most_days


def place_first(search: Search, begin: date, wished: date) -> Appointment:
    """Return the first session on the first day from `begin` on that will do."""
    days = (begin + timedelta(days=days) for days in range(FARTHEST_FIRST_DAYS + 1))
    why = f"wished for {day_words(wished)}" + ("; first day after the waiting time" if begin > wished else "")
    found = _first_fit(search, 1, days, why)
    if isinstance(found, Appointment):
        return found
    often = Counter(passed.reason for passed in found).most_common(7)
    reasons = "; ".join(f"{reason} ({count} days)" for reason, count in often)
    remedy = f"What stands in the way most: {reasons}. Open longer or on more days, take away days off, or wish another first day."
    raise NotPossible(f"Session 1 within {FARTHEST_FIRST_DAYS} days of {day_words(begin)}", _or_later(search, 1, begin), remedy)


def place_after(search: Search, placed: tuple[Appointment, ...], session_number: int) -> Appointment:
    """Return a later session on the day that was aimed at, the next one of the usual gap, or the nearest earlier one of it."""
    before = placed[-1].day
    window = search.window(session_number, before)
    later = range(window.aimed_days, window.most_days + 1)
    sooner = range(window.aimed_days - 1, window.least_days - 1, -1)
    days = (before + timedelta(days=days) for days in chain(later, sooner))
    found = _first_fit(search, session_number, days, f"after session {session_number - 1}")
    if isinstance(found, Appointment):
        gap = (found.day - before).days
        why = f"{gap} days after session {session_number - 1}" + _why_gap(search, session_number, gap, window)
        return Appointment(session_number=session_number, starts=found.starts, ends=found.ends, why=why, passed_over=found.passed_over)
    asked = f"Session {session_number}, {window.least_days} to {window.most_days} days after session {session_number - 1}"
    remedy = f"No day of these will do ({say_passed(found)}). Take away days off, open on one of them, allow a longer gap, or wish for another day."
    raise NotPossible(asked, _outside(search, session_number, before, window), remedy)


def _why_gap(search: Search, session_number: int, gap_days: int, window: Window) -> str:
    """Say why a session has this gap."""
    last = search.last_report(session_number)
    if last is not None and not last.is_clear and gap_days >= window.least_days > search.settings.least_gap_days:
        return f", put off: {last.words} reported on {day_words(last.day)}"
    return (
        ", as planned" if gap_days == window.aimed_days else ", next open day" if gap_days > window.aimed_days else ", the nearest open day"
    )


def refuse_gap(search: Search, before: tuple[Appointment, ...], session_number: int, to: date) -> None:
    """Refuse a day too soon or too late after the session before, and name the nearest that can be had."""
    if not before:
        return
    gap, allowed = (to - before[-1].day).days, search.not_before(session_number)
    asked = f"Session {session_number} on {day_words(to)}, day {gap} after session {session_number - 1},"
    if gap < LEAST_GAP_DAYS:
        why = SKIN_CLOSED.reason if gap > 0 else IN_ORDER.reason
        told = f"Day {gap} is too early: {why[0].lower()}{why[1:]}" if gap > 0 else f"Sessions keep their order. {why}"
        raise NotPossible(asked, reachable_near(search, before, session_number, to), told)
    last = search.last_report(session_number)
    if last is not None and allowed is not None and to < allowed:
        told = f"On {day_words(last.day)} {last.words} were reported: the skin gets {RECHECK_DAYS} more days and is looked at again."
        raise NotPossible(asked, reachable_near(search, before, session_number, to), told)
    if gap > MOST_GAP_DAYS:
        raise NotPossible(asked, reachable_near(search, before, session_number, to), LONGEST_GAP.reason)


def reachable_near(search: Search, before: tuple[Appointment, ...], session_number: int, to: date) -> str:
    """Say the nearest days before and after a wished one on which a session can be."""
    first, last = to - timedelta(days=FARTHEST_FIRST_DAYS), to + timedelta(days=FARTHEST_FIRST_DAYS)
    if before:
        previous, allowed = before[-1].day, search.not_before(session_number)
        first = max(previous + timedelta(days=LEAST_GAP_DAYS), allowed or previous)
        last = previous + timedelta(days=MOST_GAP_DAYS)
        usual = search.window(session_number, previous).least_days
        if to < first:
            # What is wished too soon is best put on the first usual day, not on the seventh.
            first = max(first, previous + timedelta(days=usual))
    sooner = _next(search, session_number, _days(min(to, last), first, -1)) if to > first else None
    later = _next(search, session_number, _days(max(to, first), last, 1))
    told = [_dated(day, before) for day in sorted({day for day in (sooner, later) if day is not None})]
    return " or ".join(told) if told else "no day near it"


def _first_fit(search: Search, session_number: int, days: Iterable[date], why: str) -> Appointment | tuple[PassedDay, ...]:
    """Return the appointment on the first day that will do, or every day with the reason why it will not."""
    passed: list[PassedDay] = []
    for day in days:
        found = search.opening(session_number, day)
        if isinstance(found, Opening):
            said = why if not passed else f"{why}; next open day"
            return Appointment(session_number=session_number, starts=found.starts, ends=found.ends, why=said, passed_over=tuple(passed))
        passed.append(PassedDay(day=day, reason=found))
    return tuple(passed)


def say_passed(passed: tuple[PassedDay, ...]) -> str:
    """Say why days were passed over, those in a row for one reason together.

    >>> days = [PassedDay(day=date(2027, 3, number), reason="closed") for number in (1, 2, 3, 8)]
    >>> say_passed(tuple(days))
    'Mon 1 Mar 2027 to Wed 3 Mar 2027: closed; Mon 8 Mar 2027: closed'
    """
    runs: list[list[PassedDay]] = []
    for one in sorted(passed, key=lambda passed: passed.day):
        if runs and runs[-1][-1].reason == one.reason and one.day == runs[-1][-1].day + timedelta(days=1):
            runs[-1].append(one)
        else:
            runs.append([one])
    told = [(day_words(run[0].day) + (f" to {day_words(run[-1].day)}" if len(run) > 1 else ""), run[0].reason) for run in runs]
    return "; ".join(f"{days}: {reason}" for days, reason in told)


def _outside(search: Search, session_number: int, before: date, window: Window) -> str:
    """Say the nearest days outside the usual gap."""
    sooner = _next(
        search, session_number, _days(before + timedelta(days=window.least_days - 1), before + timedelta(days=LEAST_GAP_DAYS), -1)
    )
    allowed = search.not_before(session_number)
    sooner = None if sooner is not None and allowed is not None and sooner < allowed else sooner
    later = _next(search, session_number, _days(before + timedelta(days=window.most_days + 1), before + timedelta(days=MOST_GAP_DAYS), 1))
    told = [f"{day_words(day)} ({(day - before).days} days)" for day in (later, sooner) if day is not None]
    return " or ".join(told) if told else f"no day within {MOST_GAP_DAYS} days"


def _or_later(search: Search, session_number: int, begin: date) -> str:
    """Say the first day within a year that will do."""
    day = _next(search, session_number, _days(begin, begin + timedelta(days=365), 1))
    return "no day within a year" if day is None else day_words(day)


def _days(first: date, last: date, step: int) -> Iterable[date]:
    """Yield the days from one to another, both counted, forwards or backwards."""
    count = (last - first).days * step + 1
    return (first + timedelta(days=step * days) for days in range(max(count, 0)))


def _next(search: Search, session_number: int, days: Iterable[date]) -> date | None:
    """Return the first of some days on which a session fits."""
    return next((day for day in days if isinstance(search.opening(session_number, day), Opening)), None)


def _dated(day: date, before: tuple[Appointment, ...]) -> str:
    """Say a day and how long it is after the session before."""
    return f"{day_words(day)} (day {(day - before[-1].day).days})" if before else day_words(day)
