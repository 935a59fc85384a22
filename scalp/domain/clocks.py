"""Wall-clock times of a time zone as moments, the nights when clocks change included."""

import difflib
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from scalp.base import BadInput

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Return the IANA time zone of this name; refuse unknown ones and name the nearest."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = sorted(zone for zone in available_timezones() if "/" in zone)
        near = difflib.get_close_matches(name, known, 1, 0.5)
        remedy = f"Did you mean {near[0]}?" if near else "Look it up in the IANA list of time zones."
        raise BadInput("time zone", name[:60], "an IANA name such as Europe/Berlin or America/New_York", remedy) from None


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return the moment at which a clock on the wall shows this time.

    A time that a change of clocks leaves out is the first moment after the change; one that comes twice is the earlier.
    """
    told = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=zone)
    shown = told.astimezone(UTC).astimezone(zone)
    if shown.replace(tzinfo=None, fold=0) == told.replace(tzinfo=None):
        return told
    # Left out by the clocks: go back from the moment that was meant to the change itself.
    after = shown.utcoffset()
    while (earlier := (shown.astimezone(UTC) - timedelta(minutes=1)).astimezone(zone)).utcoffset() == after:
        shown = earlier
    return shown


def later_by(start: datetime, length: timedelta) -> datetime:
    """Return the moment a length of real time later, in the same zone: an hour stays an hour when clocks change."""
    return (start.astimezone(UTC) + length).astimezone(start.tzinfo)


def is_later(one: datetime, other: datetime) -> bool:
    """Tell whether one moment comes after another; within one zone Python itself would compare what clocks show."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def day_words(day: date) -> str:
    """Say a day so that nobody mistakes day and month.

    >>> day_words(date(2027, 3, 1))
    'Mon 1 Mar 2027'
    """
    return f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]} {day.year}"
