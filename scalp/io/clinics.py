"""Read the settings of a clinic (`clinic.toml`): hours, lunch, days off, time zone, and how it books."""

import os
import re
from datetime import date, time
from importlib import resources
from pathlib import Path

from scalp.domain.booking import WEEKDAYS, BookingSettings, Clinic, OpenHours, TimeOff
from scalp.io.texts import read_text
from scalp.io.tomls import Told, parse_toml

CLINIC_SCHEMA, CLINIC_VERSION = "smp-clinic", 1
_REMEDY = "Start from the shipped clinic.toml."
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def read_clinic(path: str | os.PathLike[str] | None = None) -> tuple[Clinic, BookingSettings]:
    """Return a clinic and how it books from a TOML file; the shipped example (New York, Monday to Saturday) without a path."""
    place = Path("clinic.toml") if path is None else Path(path)
    text = (resources.files("scalp.tables") / "clinic.toml").read_text("utf-8") if path is None else read_text(place)
    told = Told(place, parse_toml(place, text, CLINIC_SCHEMA, CLINIC_VERSION, _REMEDY))
    lunch = told.word("lunch", str, "")
    starts, ends = _stretch(told, "lunch", lunch) if lunch else (None, None)
    practitioner = told.table("practitioner")
    clinic = Clinic(
        name=told.word("name", str),
        address=told.word("address", str, ""),
        time_zone=told.word("time_zone", str),
        country=told.word("country", str, "") or None,
        hours=_hours(told.table("hours"), told),
        lunch_starts=starts,
        lunch_ends=ends,
        buffer_minutes=told.word("buffer_minutes", int, 0),
        practitioner_weekdays=practitioner.words("weekdays", WEEKDAYS),
        times_off=tuple(_time_off(off) for off in told.tables("off")),
    )
    practitioner.close()
    settings = _settings(told.table("booking"))
    told.close()
    return clinic, settings


def _hours(hours: Told, told: Told) -> tuple[OpenHours, ...]:
    """Return the open hours of every day that is named."""
    found = []
    for weekday in hours.names():
        if weekday not in WEEKDAYS:
            hours.refuse(f"naming the weekday {weekday[:20]!r}", ", ".join(WEEKDAYS), "Correct it.")
        said = (hours.word(weekday, str),) if not hours.has(weekday, list) else hours.words(weekday)
        found += [
            OpenHours(weekday=weekday, opens=opens, closes=closes) for opens, closes in (_stretch(hours, weekday, one) for one in said)
        ]
    if not found:
        told.refuse("without [hours]", 'a table [hours] with lines such as monday = "09:00-18:00"', "Add it.")
    return tuple(found)


def _stretch(told: Told, name: str, said: str) -> tuple[time, time]:
    """Return the two times of '09:00-18:00'."""
    parts = [_CLOCK.fullmatch(part.strip()) for part in said.replace("\N{EN DASH}", "-").split("-")]
    if len(parts) != 2 or parts[0] is None or parts[1] is None:
        told.refuse(f"saying {name} = {said[:30]!r}", "two times such as 09:00-18:00", "Correct it.")
    opens, closes = (time(int(part[1]), int(part[2])) for part in parts if part is not None)
    return opens, closes


def _time_off(off: Told) -> TimeOff:
    """Return one stretch of days off."""
    who = off.word("who", str, "clinic")
    if who not in {"clinic", "practitioner"}:
        off.refuse(f"saying who = {who[:20]!r}", "clinic or practitioner", "The client's days off are named with --off.")
    first = off.word("first", date)
    found = TimeOff(who=who, first=first, last=off.word("last", date, first), reason=off.word("reason", str, ""))
    off.close()
    return found


def _settings(booking: Told) -> BookingSettings:
    """Return how a clinic books."""
    usual = BookingSettings()
    settings = BookingSettings(
        least_gap_days=booking.word("least_gap_days", int, usual.least_gap_days),
        most_gap_days=booking.word("most_gap_days", int, usual.most_gap_days),
        last_most_gap_days=booking.word("last_most_gap_days", int, usual.last_most_gap_days),
        usual_length=booking.word("usual_length", bool, usual.usual_length),
        notice_days=booking.word("notice_days", int, usual.notice_days),
    )
    booking.close()
    return settings
