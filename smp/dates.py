"""What `smp calendar` does: words of a command line as days and times, the booking of a plan, one of its sessions moved, its files."""

import dataclasses
import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import cv2

from scalp.base import BadInput, Progress
from scalp.domain.booking import WEEKDAYS, Availability, Booking, HealingReport, TimeOff
from scalp.domain.clocks import day_words
from scalp.domain.plan import Plan
from scalp.domain.screening import AftercareDays, Screening
from scalp.io.aftercare import read_aftercare
from scalp.io.bookings import BOOKING_NAME, read_booking, write_booking
from scalp.io.calendars import CalendarSettings, write_calendar
from scalp.io.clinics import read_clinic
from scalp.io.pictures import OWNER_ONLY, write_whole
from scalp.io.screenings import read_answers, read_questionnaire
from scalp.planning.aftercare import date_aftercare
from scalp.planning.calendars import book, move_appointment, report_healing
from scalp.planning.screening import screen
from scalp.planning.searching import say_passed
from scalp.rendering.months import draw_months
from smp.cases import read_case
from smp.days import today

CALENDAR_NAME, MONTHS_NAME = "calendar.ics", "months.png"
PEOPLE = ("client", "practitioner", "clinic")


@dataclasses.dataclass(frozen=True, kw_only=True)
class CalendarOrder:
    """What was asked for, checked as far as it can be before any file is read."""

    plan: Path
    client: Availability
    clinic: Path | None = None
    booking: Path | None = None
    first: date | None = None
    off: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()
    reports: tuple[HealingReport, ...] = ()
    answers: Path | None = None
    aftercare: bool = False
    aftercare_table: Path | None = None
    discreet: bool = True

    def check(self) -> None:
        """Refuse what a booking that is there already has settled."""
        settled = {
            "--clinic": self.clinic,
            "--first": self.first,
            "--off": self.off,
            "--answers": self.answers,
            "--weekdays or --between": self.client != Availability(times_off=self.client.times_off),
        }
        given = [name for name, said in settled.items() if said]
        if self.booking is not None and given:
            allowed = "--move, --scab, --redness, --clear"
            raise BadInput("--booking", f"given with {given[0]}", allowed, "Leave one out: the booking has settled it; or book anew.")
        for move in self.moves:
            read_move(move)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Booked:
    """A booking with its plan and the dates of the aftercare."""

    plan: Plan
    booking: Booking
    aftercare: tuple[AftercareDays, ...]


def read_availability(weekdays: str | None, between: str | None, off: tuple[str, ...]) -> Availability:
    """Return when the client can come."""
    days = tuple(day.strip().lower() for day in weekdays.split(",")) if weekdays is not None else WEEKDAYS
    start, end = _times(between) if between is not None else (None, None)
    away = tuple(one for one in map(read_off, off) if one.who == "client")
    return Availability(weekdays=days, from_time=start, until_time=end, times_off=away)


def read_off(told: str) -> TimeOff:
    """Return the days off that 'client:2027-01-03..2027-01-10' says; one day alone is a day."""
    who, _, days = told.partition(":")
    first, _, last = days.partition("..")
    try:
        found = (date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError:
        found = None
    if who not in PEOPLE or found is None:
        raise BadInput("--off", told[:60], "client:2027-01-03..2027-01-10, or practitioner or clinic", "Correct it.")
    return TimeOff(who=who, first=found[0], last=found[1])


def read_move(told: str) -> tuple[int, date, time | None]:
    """Return the session, the day and perhaps the time that '2=2027-02-01T14:00' says."""
    number, day = _numbered("--move", told, "2=2027-02-01 or 2=2027-02-01T14:00")
    try:
        moment = datetime.fromisoformat(day)
    except ValueError:
        moment = datetime.min.replace(tzinfo=UTC)
    if moment.tzinfo is not None:
        # Times are those on the clinic's wall: an offset that was passed over would book another hour than was meant.
        raise BadInput("--move", told[:60], "2=2027-02-01 or 2=2027-02-01T14:00, without a time zone", "Correct it.")
    return number, moment.date(), moment.time() if len(day) > len("2027-02-01") else None


def read_reports(scab: list[str], redness: list[str], clear: list[str]) -> tuple[HealingReport, ...]:
    """Return what was seen of the skin, in the order of its days."""
    found = []
    for option, seen in (("--scab", scab), ("--redness", redness), ("--clear", clear)):
        for told in seen:
            number, day = _numbered(option, told, "1=2027-01-20")
            try:
                seen_on = date.fromisoformat(day)
            except ValueError:
                raise BadInput(option, told[:60], "1=2027-01-20", "Correct it.") from None
            found.append(HealingReport(session_number=number, day=seen_on, scab=option == "--scab", redness=option == "--redness"))
    return tuple(sorted(found, key=lambda report: report.day))


def book_order(order: CalendarOrder, progress: Progress) -> Booked:
    """Return the booking an order asks for: made anew or read, with what was seen of the skin, and moved."""
    progress("reading the plan", 0.0)
    day = today()
    case = read_case(order.plan, needs_head=False)
    plan = case.plan
    progress("looking for days", 0.3)
    if order.booking is not None:
        booking = read_booking(order.booking)
    else:
        (clinic, settings), screening = read_clinic(order.clinic), _screening(order, day)
        clinic = dataclasses.replace(
            clinic, times_off=(*clinic.times_off, *(off for off in map(read_off, order.off) if off.who != "client"))
        )
        booking = book(plan, clinic, today=day, first=order.first, client=order.client, settings=settings, screening=screening)
    moves = [read_move(told) for told in order.moves]
    for report in order.reports:
        if not any(number == report.session_number + 1 for number, _, _ in moves):
            booking = report_healing(booking, plan, report)
    for number, to, at in moves:
        seen = tuple(report for report in order.reports if report.session_number + 1 == number)
        booking = move_appointment(booking, plan, number, to, today=day, at=at, reports=seen)
    aftercare = date_aftercare(read_aftercare(order.aftercare_table), booking) if order.aftercare else ()
    return Booked(plan=plan, booking=booking, aftercare=aftercare)


def write_one(order: CalendarOrder, booked: Booked, place: Path) -> list[str]:
    """Write the calendar alone."""
    settings = CalendarSettings(discreet=order.discreet)
    write_calendar(booked.booking, booked.plan, place, stamped=datetime.now(UTC), aftercare=booked.aftercare, settings=settings)
    return [place.name]


def write_all(order: CalendarOrder, booked: Booked, folder: Path, progress: Progress) -> list[str]:
    """Write the booking, the calendar and its months into a folder."""
    progress("writing the calendar", 0.6)
    write_booking(booked.booking, folder)
    write_one(order, booked, folder / CALENDAR_NAME)
    sheet = draw_months(booked.booking, booked.aftercare)
    write_whole(folder / MONTHS_NAME, cv2.imencode(".png", sheet[..., ::-1])[1].tobytes(), mode=OWNER_ONLY)
    return [BOOKING_NAME, CALENDAR_NAME, MONTHS_NAME]


def summary_of_booking(booking: Booking) -> dict[str, Any]:
    """Return what a program asks of a booking."""
    return {
        "time_zone": booking.clinic.time_zone,
        "sequence": booking.sequence,
        "appointments": [
            {
                "session": one.session_number,
                "weekday": WEEKDAYS[one.day.weekday()],
                "starts": one.starts.isoformat(),
                "ends": one.ends.isoformat(),
                "why": one.why,
                "passed_over": [{"day": passed.day.isoformat(), "reason": passed.reason} for passed in one.passed_over],
            }
            for one in booking.appointments
        ],
        "doubts": [{"kind": d.kind, "where": d.where, "size": d.size, "advice": d.advice} for d in booking.doubts],
    }


def report_booking(booking: Booking, out: Path) -> str:
    """Say the appointments, why they are then, and where all of it lies."""
    lines = []
    for one in booking.appointments:
        lines.append(f"Session {one.session_number}: {day_words(one.day)}, {one.starts:%H:%M} to {one.ends:%H:%M} ({one.why}).")
        lines += [f"    passed over {say_passed(one.passed_over)}"] if one.passed_over else []
    lines += [doubt.sentence() for doubt in booking.doubts]
    return "\n".join([*lines, f"Times are those of {booking.clinic.time_zone}.", f"Written to {out}."])


def _screening(order: CalendarOrder, today: date) -> Screening | None:
    """Return the screening of the answers that were given, with what the design says."""
    if order.answers is None:
        return None
    design = read_case(order.plan, needs_head=False).design
    return screen(read_answers(order.answers, today=today), read_questionnaire(), today=today, design=design)


def _numbered(option: str, told: str, like: str) -> tuple[int, str]:
    """Return the number and the rest of '2=...'."""
    found = re.fullmatch(r"(\d)=(\S{10,25})", told.strip())
    if found is None:
        raise BadInput(option, told[:60], like, "Correct it.")
    return int(found[1]), found[2]


def _times(told: str) -> tuple[time, time]:
    """Return the two times of '10:00-16:30'."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in told.split("-"))
    except ValueError:
        start = end = time(tzinfo=UTC)
    if start.tzinfo is not None or end.tzinfo is not None:
        raise BadInput("--between", told[:40], "two times such as 10:00-16:30, as the clock of the clinic shows them", "Correct it.")
    return start, end
