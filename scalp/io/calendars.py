"""Write a booking as iCalendar (RFC 5545), for the calendar of a phone or a clinic.

What stands in it is the clinic's name and address, times, and what to do on which day. The client is named nowhere: events
are called appointments, are marked private, and their identifiers are made of the plan's digest, not of a person.
"""

import hashlib
import os
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from icalendar import Alarm, Calendar, Event
from icalendar.enums import CLASS, STATUS, TRANSP

from scalp.base import BadInput, Value, WrongParent, value
from scalp.domain.booking import Appointment, Booking
from scalp.domain.plan import Plan, TouchUp
from scalp.domain.screening import AftercareDays
from scalp.io.pictures import OWNER_ONLY, demand_older, write_whole

PRODUCT = "-//SMP Mobile//smp calendar//EN"
MARGIN_DAYS = 370
"""How far before and after its events a calendar tells the changes of clocks."""


@value
class CalendarSettings(Value):
    """What a calendar tells."""

    discreet: bool = True
    """Say 'Appointment' instead of what it is for: calendars are often shared. (E)"""
    reminders_hours: tuple[int, ...] = (50, 24)
    """Reminders so many hours before each session: the first in time for the shave 48 hours before. (smp 1.16)"""
    touch_ups: bool = True
    """Also the windows in which a renewal is likely, as tentative all-day events."""

    def check(self) -> None:
        """Refuse reminders that come after or weeks before."""
        if any(not 1 <= hours <= 720 for hours in self.reminders_hours):
            raise BadInput("reminders_hours", self.reminders_hours, "1 to 720 hours before", "24 and 50 are usual.")


def write_calendar(
    booking: Booking,
    plan: Plan,
    path: str | os.PathLike[str],
    *,
    stamped: datetime,
    aftercare: tuple[AftercareDays, ...] = (),
    settings: CalendarSettings | None = None,
) -> Path:
    """Write a booking as an `.ics` file, for its owner only, and return its place."""
    place = Path(path)
    demand_older(place, b"BEGIN:VCALENDAR", "calendar")
    write_whole(place, calendar_text(booking, plan, stamped=stamped, aftercare=aftercare, settings=settings), mode=OWNER_ONLY)
    return place


def calendar_text(
    booking: Booking,
    plan: Plan,
    *,
    stamped: datetime,
    aftercare: tuple[AftercareDays, ...] = (),
    settings: CalendarSettings | None = None,
) -> bytes:
    """Return a booking as iCalendar: sessions with reminders, and on whole days the aftercare and the touch-up windows.

    An event keeps its identifier when it is moved and counts its moves (`SEQUENCE`), so that a calendar that reads the file
    again moves it too. Times are those of the clinic's wall with the rules of its zone. `stamped` is now.
    """
    if booking.plan_digest != plan.digest:
        raise WrongParent("booking", "made for another plan", "the booking of this plan", "Book this plan first.")
    settings, stamped = settings or CalendarSettings(), stamped.astimezone(UTC)
    calendar = Calendar.new(prodid=PRODUCT, name="Appointments", uid=event_uid(booking, "calendar"))
    events = [_session(booking, plan, appointment, stamped, settings) for appointment in booking.appointments]
    events += [_aftercare(booking, days, stamped) for days in aftercare]
    if settings.touch_ups:
        events += [_touch_up(booking, number, touch_up, stamped) for number, touch_up in enumerate(plan.touch_ups, start=1)]
    for event in events:
        calendar.add_component(event)
    days = [appointment.day for appointment in booking.appointments]
    margin = timedelta(days=MARGIN_DAYS)
    calendar.add_missing_timezones(first_date=min(days) - margin, last_date=max(days) + margin)
    return bytes(calendar.to_ical())


def event_uid(booking: Booking, *what: object) -> str:
    """Return the identifier of one event: the same whenever it is written, and made of nothing that names a person."""
    told = " ".join(map(str, ("smp-calendar", booking.plan_digest, *what)))
    return str(uuid.UUID(bytes=hashlib.blake2b(told.encode(), digest_size=16).digest(), version=5))


def _session(booking: Booking, plan: Plan, appointment: Appointment, stamped: datetime, settings: CalendarSettings) -> Event:
    """Return the event of one session with its reminders; one that only some clients need is tentative."""
    number, count = appointment.session_number, len(booking.appointments)
    what = "Appointment" if settings.discreet else "Scalp micropigmentation"
    event = Event.new(
        uid=event_uid(booking, "session", number),
        summary=f"{what}, session {number} of {count}",
        description=f"{appointment.why[:1].upper()}{appointment.why[1:]}." if appointment.why else None,
        location=", ".join(part for part in (booking.clinic.name, booking.clinic.address) if part.strip()),
        start=appointment.starts,
        end=appointment.ends,
        stamp=stamped,
        sequence=appointment.sequence,
        status=STATUS.TENTATIVE if plan.sessions[number - 1].if_needed else STATUS.CONFIRMED,
        transparency=TRANSP.OPAQUE,
        classification=CLASS.PRIVATE,
    )
    for hours in settings.reminders_hours:
        event.add_component(_reminder(hours))
    return event


def _reminder(hours: int) -> Alarm:
    """Return a reminder so many hours before."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", "Appointment soon: look at what to do before it.")
    alarm.add("trigger", -timedelta(hours=hours))
    return alarm


def _aftercare(booking: Booking, days: AftercareDays, stamped: datetime) -> Event:
    """Return the whole-day event of one step of the aftercare."""
    event = _whole_days(booking, days.first, days.last, ("aftercare", days.session_number, days.step.from_day), stamped)
    event.add("summary", days.step.title or f"Day {days.step.from_day} to {days.step.to_day}")
    event.add("description", "\n".join(days.step.rules))
    event.add("sequence", booking.sequence)
    return event


def _touch_up(booking: Booking, number: int, touch_up: TouchUp, stamped: datetime) -> Event:
    """Return the window of a renewal; where it has no last day it ends as long after the likely one as that is after the first."""
    last = touch_up.latest or touch_up.likely + (touch_up.likely - touch_up.earliest)
    event = _whole_days(booking, touch_up.earliest, last, ("touch-up", number), stamped)
    event.add("summary", "Renewal likely in this time")
    event.add("description", f"Most likely about {touch_up.likely:%B %Y}. {touch_up.reason}")
    event.add("status", "TENTATIVE")
    event.add("sequence", booking.sequence)
    return event


def _whole_days(booking: Booking, first: date, last: date, what: tuple[object, ...], stamped: datetime) -> Event:
    """Return an event of whole days that blocks nobody's time; in the format the last day is the one after."""
    uid = event_uid(booking, *what)
    return Event.new(
        uid=uid, start=first, end=last + timedelta(days=1), stamp=stamped, transparency=TRANSP.TRANSPARENT, classification=CLASS.PRIVATE
    )
