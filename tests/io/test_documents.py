"""Plans and bookings as files: what no treatment can hold is refused where it stands, whoever wrote it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scalp.base import BadInput, BadTable
from scalp.io.bookings import read_booking, write_booking
from scalp.io.calendars import calendar_text
from scalp.io.plans import read_plan, write_plan
from scalp.planning.calendars import book
from tests.planning.known_bookings import TODAY, clinic_of, plan_from

PLAN = plan_from()
BOOKING = book(PLAN, clinic_of(), today=TODAY)


def _changed(place: Path, where: tuple[str | int, ...], said: object) -> Path:
    """Say something else at one place of a file, and take its digest away as somebody does who edits it."""
    told: dict[str, Any] = json.loads(place.read_text("utf-8"))
    del told["digest"]
    part: Any = told
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = said
    place.write_text(json.dumps(told), "utf-8")
    return place


@pytest.mark.parametrize(
    ("where", "said", "told"),
    [
        (("sessions", 0, "share_fraction"), float("nan"), "a finite number"),
        (("sessions", 0, "hours", "high"), float("inf"), "a finite number"),
        (("sessions", 0, "hours", "high"), 2**63, "finite"),
        (("sessions", 0, "hours", "high"), 1e6, "session hours is .* 0 to 1,000"),
        (("sessions", 0, "hours", "low"), -1.0, "session hours"),
        (("sessions", 0, "price", "low"), "sNaN", "an exact amount"),
        (("sessions", 0, "price", "low"), "1E+999999", "an exact amount"),
        (("sessions", 0, "price", "low"), "1E-999999", "an exact amount"),
        (("sessions", 1, "number"), 2**63, "each once, in order from 1"),
        (("sessions", 0, "day"), "9999-12-31", "a date such as"),
        (("sessions", 0, "day"), "0001-01-01", "a date such as"),
        (("sessions", 0, "purpose"), "\ud800", "half a sign"),
        (
            ("touch_ups",),
            [{"earliest": "2031-01-01", "likely": "2030-01-01", "latest": None, "share_fraction": 0.4, "reason": ""}],
            "earliest day, the likely one",
        ),
    ],
)
def test_a_plan_that_no_treatment_can_follow_is_refused_with_its_place(
    tmp_path: Path, where: tuple[str | int, ...], said: object, told: str
) -> None:
    place = _changed(write_plan(PLAN, tmp_path), where, said)
    with pytest.raises(BadInput, match=told):
        read_plan(place)


@pytest.mark.parametrize(
    ("where", "said", "told"),
    [
        (("appointments",), [], "each session once"),
        (("sequence",), 2**63, "sequence is .* 0 to 1,000,000"),
        (("appointments", 0, "sequence"), -1, "sequence"),
        (("appointments", 0, "starts"), "9999-12-31T23:00:00+00:00", "a time such as"),
        (("clinic", "hours", 0, "opens"), "09:00+02:00", "a time of day"),
        (("clinic", "name"), "Clinic \udfff", "half a sign"),
    ],
)
def test_a_booking_that_no_calendar_can_show_is_refused_with_its_place(
    tmp_path: Path, where: tuple[str | int, ...], said: object, told: str
) -> None:
    place = _changed(write_booking(BOOKING, tmp_path), where, said)
    with pytest.raises(BadInput, match=told):
        read_booking(place)


def test_what_is_refused_is_said_briefly_however_long_it_was(tmp_path: Path) -> None:
    place = _changed(write_booking(BOOKING, tmp_path), ("clinic", "hours", 0, "weekday"), "x" * 3000)
    with pytest.raises(BadInput) as refused:
        read_booking(place)
    assert len(str(refused.value)) < 400


def test_a_whole_plan_edited_by_hand_is_still_read(tmp_path: Path) -> None:
    days = BOOKING.appointments[-1].day + timedelta(days=1)
    place = _changed(write_plan(PLAN, tmp_path), ("sessions", 0, "purpose"), f"Hairline, until {days}")
    assert read_plan(place).sessions[0].purpose.startswith("Hairline")
    assert calendar_text(BOOKING, PLAN, stamped=datetime(2027, 2, 20, tzinfo=UTC)).startswith(b"BEGIN:VCALENDAR")


def test_rows_of_what_is_not_a_number_are_refused(tmp_path: Path) -> None:
    from scalp.io.designs import read_design, write_design
    from tests.makers import make_design, make_head

    place = _changed(write_design(make_design(make_head(subdivisions_count=2)), tmp_path), ("hairline", "points_mm", 0, 0), float("nan"))
    with pytest.raises(BadTable, match="finite numbers"):
        read_design(place)
