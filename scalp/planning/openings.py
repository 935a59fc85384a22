"""One day of a clinic: why it cannot be used, or when on it a session begins and ends.

Which days are tried is `calendars`'s.
"""

import math
from datetime import UTC, date, datetime, time, timedelta

from scalp.base import Value, value
from scalp.domain.booking import WEEKDAYS, Availability, BookingSettings, Clinic, OpenHours
from scalp.domain.clocks import is_later, later_by, moment, zone_named
from scalp.domain.plan import Session
from scalp.planning.closures import holiday_on

QUARTER_HOURS = 4
"""Appointments are booked in quarters of an hour."""


@value
class Opening(Value):
    """When on a day a session begins and ends."""

    starts: datetime
    ends: datetime


def session_length(session: Session, settings: BookingSettings) -> timedelta:
    """Return how long a session is booked for: its longest hours (or the expected ones), up to the next quarter of an hour."""
    hours = session.hours.expected if settings.usual_length else session.hours.high
    return timedelta(minutes=60 / QUARTER_HOURS * math.ceil(hours * QUARTER_HOURS - 1e-9))


def find_opening(day: date, length: timedelta, clinic: Clinic, client: Availability, at: time | None = None) -> Opening | str:
    """Return when on a day a session of this length fits, at `at` or as early as possible; or why it does not, in words."""
    closed = _why_closed(day, clinic, client)
    if closed is not None:
        return closed
    reason = ""
    for hours in sorted(_hours_on(day, clinic), key=lambda hours: hours.opens):
        found = _fit(day, length, clinic, client, hours, at)
        if isinstance(found, Opening):
            return found
        reason = reason or found
    return reason


def longest_hours(clinic: Clinic) -> float:
    """Return the longest session, in hours, that an ordinary day of the practitioner has room for."""
    spans = [_span_hours(hours, clinic) for hours in clinic.hours if hours.weekday in clinic.practitioner_weekdays]
    return max([0.0, *spans])


def _span_hours(hours: OpenHours, clinic: Clinic) -> float:
    """Return the hours of work that one stretch of open hours holds."""
    span = _clock_hours(hours.closes) - _clock_hours(hours.opens) - clinic.buffer_minutes / 60.0
    if clinic.lunch_starts is not None and clinic.lunch_ends is not None:
        span -= max(
            0.0,
            min(_clock_hours(hours.closes), _clock_hours(clinic.lunch_ends))
            - max(_clock_hours(hours.opens), _clock_hours(clinic.lunch_starts)),
        )
    return span


def _clock_hours(wall: time) -> float:
    """Return a time of day as hours after midnight."""
    return wall.hour + wall.minute / 60.0 + wall.second / 3600.0


def _hours_on(day: date, clinic: Clinic) -> list[OpenHours]:
    """Return the open hours of a day."""
    return [hours for hours in clinic.hours if hours.weekday == WEEKDAYS[day.weekday()]]


def _why_closed(day: date, clinic: Clinic, client: Availability) -> str | None:
    """Say why nothing at all can be booked on a day; None where something can."""
    weekday = WEEKDAYS[day.weekday()]
    plural = weekday.capitalize() + "s"
    if not _hours_on(day, clinic):
        return f"the clinic is closed on {plural}"
    holiday = holiday_on(day, clinic.country)
    if holiday is not None:
        return f"public holiday ({holiday})"
    for off in (*clinic.times_off, *client.times_off):
        if off.first <= day <= off.last:
            return f"the {off.who} is away" if off.who != "clinic" else "the clinic is closed that day"
    if weekday not in clinic.practitioner_weekdays:
        return f"the practitioner does not work on {plural}"
    if weekday not in client.weekdays:
        return f"the client cannot come on {plural}"
    return None


def _fit(day: date, length: timedelta, clinic: Clinic, client: Availability, hours: OpenHours, at: time | None) -> Opening | str:
    """Return when a session fits into one stretch of open hours, or why it does not."""
    zone = zone_named(clinic.time_zone)
    opens, closes = moment(day, hours.opens, zone), moment(day, hours.closes, zone)
    begins = moment(day, max(hours.opens, client.from_time or hours.opens, at or hours.opens), zone)
    if at is not None and is_later(begins, moment(day, at, zone)):
        return f"{at:%H:%M} is before the clinic opens or the client can come"
    wanted, begins = begins, _after_lunch(begins, clinic)
    if at is not None and begins != wanted:
        return f"{at:%H:%M} is in the clinic's lunch"
    ends = _with_lunch(begins, length, clinic)
    leaves = moment(day, client.until_time, zone) if client.until_time is not None else closes
    if ends.date() == day and not is_later(ends, leaves) and not is_later(later_by(ends, _buffer(clinic)), closes):
        return Opening(starts=begins, ends=ends)
    needed = f"{length.total_seconds() / 3600:g} h"
    if is_later(closes, leaves) or is_later(begins, opens):
        return f"not enough time for {needed} from {begins:%H:%M} to {min(leaves, closes):%H:%M}"
    return f"open {hours.opens:%H:%M} to {hours.closes:%H:%M}, too short for {needed} with lunch and buffer"


def _buffer(clinic: Clinic) -> timedelta:
    """Return the time kept free after a session."""
    return timedelta(minutes=clinic.buffer_minutes)


def _lunch(day: date, clinic: Clinic) -> tuple[datetime, datetime] | None:
    """Return when lunch begins and ends on a day."""
    if clinic.lunch_starts is None or clinic.lunch_ends is None:
        return None
    zone = zone_named(clinic.time_zone)
    return moment(day, clinic.lunch_starts, zone), moment(day, clinic.lunch_ends, zone)


def _after_lunch(begins: datetime, clinic: Clinic) -> datetime:
    """Return the start, put off to the end of lunch where it falls into it."""
    lunch = _lunch(begins.date(), clinic)
    if lunch is None or is_later(lunch[0], begins) or not is_later(lunch[1], begins):
        return begins
    return lunch[1]


def _with_lunch(begins: datetime, length: timedelta, clinic: Clinic) -> datetime:
    """Return the end of a session, with the pause where it runs into lunch."""
    ends, lunch = later_by(begins, length), _lunch(begins.date(), clinic)
    if lunch is None or not is_later(ends, lunch[0]) or is_later(begins, lunch[0]):
        return ends
    return later_by(lunch[1], length - (lunch[0].astimezone(UTC) - begins.astimezone(UTC)))
