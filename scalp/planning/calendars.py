"""When the sessions of a plan take place: appointments by the rules of skin, clinic and client, and moving one of them.

Rules are `rules`', one day of a clinic is `openings`', public holidays are `closures`', files are `scalp.io.calendars`'.
"""

import dataclasses
from datetime import date, time, timedelta

from scalp.base import BadInput, NotPossible, WrongParent
from scalp.domain.booking import Appointment, Availability, Booking, BookingSettings, Clinic, HealingReport
from scalp.domain.clocks import day_words
from scalp.domain.plan import Plan
from scalp.domain.screening import Screening
from scalp.planning.bookings import booking_doubts, first_allowed
from scalp.planning.closures import holiday_on
from scalp.planning.openings import Opening, find_opening, longest_hours, session_length
from scalp.planning.rules import FARTHEST_DAYS
from scalp.planning.searching import Search, place_after, place_first, reachable_near, refuse_gap

FARTHEST_START_DAYS = 120
"""How far ahead another first day is looked for when none of the wished ones will do."""


def book(
    plan: Plan,
    clinic: Clinic,
    *,
    today: date,
    first: date | None = None,
    client: Availability | None = None,
    settings: BookingSettings | None = None,
    reports: tuple[HealingReport, ...] = (),
    screening: Screening | None = None,
) -> Booking:
    """Book every session of a plan: the earliest days that keep all rules, with the reason for each and for each passed over.

    The first session falls on the plan's own day (or `first`) or the next that is open; each later one on the plan's gap or
    the next open day of the usual 10 to 14 (to 28 from the third on), else on the nearest earlier one of them. Nothing is
    known of other clients' appointments. Raises `NotPossible` with the nearest day that can be had.
    """
    client, settings = client or Availability(), settings or BookingSettings()
    holiday_on(today, clinic.country)
    wished = first or plan.sessions[0].day
    refuse_day(wished, today, "the first day" if first is not None else "the first day of the plan")
    search = Search(plan=plan, clinic=clinic, client=client, settings=settings, reports=reports)
    _refuse_long_sessions(search)
    begin = max(wished, first_allowed(today, settings, screening))
    try:
        appointments = _place_all(search, begin, wished)
    except NotPossible as fault:
        raise _with_other_start(fault, search, begin, wished) from None
    doubts = booking_doubts(appointments, clinic, reports, screening)
    return Booking(
        plan_digest=plan.digest,
        clinic=clinic,
        appointments=appointments,
        doubts=doubts,
        client=client,
        settings=settings,
        reports=reports,
    )


def move_appointment(
    booking: Booking,
    plan: Plan,
    session_number: int,
    to: date,
    *,
    today: date,
    at: time | None = None,
    reports: tuple[HealingReport, ...] = (),
) -> Booking:
    """Move one session to another day; earlier ones stay, later ones stay where the rules allow it and follow where not.

    Done twice it is as done once. A day sooner than the usual ten but not before the seventh is taken with a doubt; what the
    rules refuse raises `NotPossible` with the nearest days that can be had. `reports` of the skin that come with the wish are
    noted first: the day that is wished may lie outside of the usual gap where no usual day is left.
    """
    for report in reports:
        booking = _noted(booking, report)
    search = _search_of(booking, plan)
    appointment = _movable(booking, session_number, today)
    refuse_day(to, today)
    before = booking.appointments[: session_number - 1]
    refuse_gap(search, before, session_number, to)
    if appointment.day == to and (at is None or appointment.starts.time() == at):
        return _followed(booking, search, (*before, appointment))
    length = session_length(plan.sessions[session_number - 1], booking.settings)
    found = find_opening(to, length, booking.clinic, booking.client, at)
    if isinstance(found, str):
        near = reachable_near(search, before, session_number, to)
        raise NotPossible(f"Session {session_number} on {day_words(to)}", near, f"On that day {found}.")
    gap = f", {(to - before[-1].day).days} days after session {session_number - 1}" if before else ""
    moved = dataclasses.replace(appointment, starts=found.starts, ends=found.ends, why=f"moved here by wish{gap}", passed_over=())
    return _followed(booking, search, (*before, moved))


def report_healing(booking: Booking, plan: Plan, report: HealingReport) -> Booking:
    """Note what was seen of the skin after a session; the next ones are put off where it is not clear."""
    told = _noted(booking, report)
    return booking if told is booking else _followed(told, _search_of(told, plan), booking.appointments[: report.session_number])


def _noted(booking: Booking, report: HealingReport) -> Booking:
    """Return the booking with a report of the skin, its days as they were."""
    if not 1 <= report.session_number <= len(booking.appointments):
        raise BadInput("session number", report.session_number, f"1 to {len(booking.appointments)}", "Name a session of this plan.")
    after = booking.appointments[report.session_number - 1].day
    if report.day < after:
        raise BadInput("day of the report", report.day, f"{after} or later, the day of the session", "Correct the day or the session.")
    return booking if report in booking.reports else dataclasses.replace(booking, reports=(*booking.reports, report))


def refuse_day(day: date, today: date, called: str = "the day") -> None:
    """Refuse days that have passed and such as nobody can plan for."""
    farthest = today + timedelta(days=FARTHEST_DAYS)
    if day < today:
        raise BadInput(called, f"{day_words(day)}, in the past", f"{day_words(today)} or later", "Name a later one.")
    if day > farthest:
        raise BadInput(called, f"{day_words(day)}, very far ahead", f"until {day_words(farthest)}", "Name an earlier one.")


def _search_of(booking: Booking, plan: Plan) -> Search:
    """Return what later searches ask, of the plan that was booked."""
    if booking.plan_digest != plan.digest or len(booking.appointments) != len(plan.sessions):
        raise WrongParent("booking", "made for another plan", "the booking of this plan", "Book this plan first.")
    return Search(plan=plan, clinic=booking.clinic, client=booking.client, settings=booking.settings, reports=booking.reports)


def _movable(booking: Booking, session_number: int, today: date) -> Appointment:
    """Return the appointment of a session that has not yet taken place."""
    if not 1 <= session_number <= len(booking.appointments):
        raise BadInput("session number", session_number, f"1 to {len(booking.appointments)}", "Name a session of this plan.")
    appointment = booking.appointments[session_number - 1]
    if appointment.day < today:
        asked = f"Moving session {session_number}, which took place on {day_words(appointment.day)},"
        raise NotPossible(asked, "the sessions that are still to come", "Name one of those.")
    return appointment


def _followed(booking: Booking, search: Search, kept: tuple[Appointment, ...]) -> Booking:
    """Return the booking with its first appointments given and the others kept where they may stay, else placed anew."""
    placed = kept
    for appointment in booking.appointments[len(kept) :]:
        before = booking.appointments[appointment.session_number - 2]
        stays = search.may_stay(placed[-1], appointment)
        placed = (*placed, _kept(appointment, before, placed[-1]) if stays else place_after(search, placed, appointment.session_number))
    counted = tuple(
        new if _same_time(new, old) else dataclasses.replace(new, sequence=old.sequence + 1)
        for new, old in zip(placed, booking.appointments, strict=True)
    )
    doubts = booking_doubts(counted, booking.clinic, booking.reports, None, booking.doubts)
    if counted == booking.appointments and doubts == booking.doubts:
        return booking
    return dataclasses.replace(booking, appointments=counted, sequence=booking.sequence + 1, doubts=doubts)


def _kept(appointment: Appointment, before: Appointment, now_before: Appointment) -> Appointment:
    """Return an appointment that stays, with a reason that fits the one before it as that is now."""
    if now_before.day == before.day:
        return appointment
    gap = (appointment.day - now_before.day).days
    return dataclasses.replace(appointment, why=f"stays: {gap} days after session {now_before.session_number}", passed_over=())


def _same_time(one: Appointment, other: Appointment) -> bool:
    """Tell whether two appointments are at one time."""
    return (one.starts, one.ends) == (other.starts, other.ends)


def _place_all(search: Search, begin: date, wished: date) -> tuple[Appointment, ...]:
    """Place every session, the first from `begin` on."""
    placed: tuple[Appointment, ...] = (place_first(search, begin, wished),)
    for session in search.plan.sessions[1:]:
        placed = (*placed, place_after(search, placed, session.number))
    return placed


def _with_other_start(fault: NotPossible, search: Search, begin: date, wished: date) -> NotPossible:
    """Return the refusal with the first other day from which every session can be placed, where there is one."""
    for days in range(1, FARTHEST_START_DAYS + 1):
        start = begin + timedelta(days=days)
        if isinstance(find_opening(start, session_length(search.plan.sessions[0], search.settings), search.clinic, search.client), Opening):
            try:
                _place_all(search, start, wished)
            except NotPossible:
                continue
            return NotPossible(fault.asked, fault.reachable, f"{fault.remedy} Or begin on {day_words(start)}: then every session fits.")
    return fault


def _refuse_long_sessions(search: Search) -> None:
    """Refuse sessions that no day of the clinic has room for, and say what would help."""
    room_hours = longest_hours(search.clinic)
    for session in search.plan.sessions:
        needed_hours = session_length(session, search.settings).total_seconds() / 3600.0
        if needed_hours > room_hours + 1e-9:
            more = len(search.plan.sessions) < 4
            advice = "Plan one session more, so that each is shorter" if more else "Treat a smaller area or fewer impressions a session"
            raise NotPossible(
                f"Session {session.number} of {needed_hours:g} h in one day",
                f"{room_hours:g} h on the longest day of the clinic, without lunch and buffer",
                f"{advice}, or open longer on one day. It is not split over two days: the second would fall on skin that has not closed.",
            )
