"""Claims about calendars and bookings as files: valid, the same moments, stable identifiers, nobody named, read back exactly."""

import dataclasses
import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from icalendar import Calendar

from scalp.base import BadInput, BadTable, ScalpError, Unreadable
from scalp.domain.booking import WEEKDAYS, Availability, HealingReport, TimeOff
from scalp.domain.plan import TouchUp
from scalp.io.aftercare import read_aftercare
from scalp.io.bookings import BOOKING_NAME, read_booking, write_booking
from scalp.io.calendars import CalendarSettings, calendar_text, write_calendar
from scalp.planning.aftercare import date_aftercare
from scalp.planning.calendars import book, move_appointment, report_healing
from tests.planning.known_bookings import TODAY, clinic_of, plan_from

NOW = datetime(2027, 2, 20, 12, 0, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC")
WINDOW = TouchUp(earliest=date(2029, 3, 1), likely=date(2031, 3, 1), latest=None, share_fraction=0.3, reason="It has become lighter.")


def booked(zone: str = "Europe/Berlin", start: date = date(2027, 3, 15)):
    """A plan with a touch-up and its booking over the change of clocks in spring."""
    plan = dataclasses.replace(plan_from(start), touch_ups=(WINDOW,))
    return plan, book(plan, clinic_of(WEEKDAYS, time_zone=zone, country=None), today=TODAY)


def events_of(text: bytes) -> list:
    """The events of a calendar, read again."""
    return list(Calendar.from_ical(text).walk("VEVENT"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [date(2027, 3, 8), date(2027, 4, 1), date(2027, 10, 1), date(2027, 10, 24)])
def test_times_read_again_are_the_same_moments_in_every_zone(zone, start):
    plan, booking = booked(zone, start)
    events = [event for event in events_of(calendar_text(booking, plan, stamped=NOW)) if isinstance(event["DTSTART"].dt, datetime)]
    found = [(event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)) for event in events]
    assert found == [(one.starts.astimezone(UTC), one.ends.astimezone(UTC)) for one in booking.appointments]


@pytest.mark.parametrize("zone", ZONES[:4])
def test_every_zone_that_is_named_is_described_with_the_offsets_of_its_events(zone):
    plan, booking = booked(zone)
    calendar = Calendar.from_ical(calendar_text(booking, plan, stamped=NOW))
    assert {str(event["DTSTART"].params["TZID"]) for event in calendar.walk("VEVENT") if "TZID" in event["DTSTART"].params} == {zone}
    (described,) = calendar.walk("VTIMEZONE")
    own = described.to_tz(lookup_tzid=False)
    for appointment in booking.appointments:
        assert appointment.starts.replace(tzinfo=own).utcoffset() == appointment.starts.utcoffset()


def test_a_calendar_has_what_rfc_5545_asks_of_each_event_and_lines_of_75_bytes():
    plan, booking = booked()
    text = calendar_text(booking, plan, stamped=NOW, aftercare=date_aftercare(read_aftercare(), booking))
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert {"VERSION", "PRODID"} <= set(Calendar.from_ical(text))
    events = events_of(text)
    assert all({"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"} <= set(event) for event in events)
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert all(event["CLASS"] == "PRIVATE" for event in events)
    assert Calendar.from_ical(Calendar.from_ical(text).to_ical()) == Calendar.from_ical(text)


def test_an_event_that_is_moved_keeps_its_identifier_and_counts_the_move():
    plan, booking = booked()
    moved = move_appointment(booking, plan, 2, booking.appointments[1].day + timedelta(days=1), today=TODAY)
    before, after = ({str(event["UID"]): event for event in events_of(calendar_text(one, plan, stamped=NOW))} for one in (booking, moved))
    assert before.keys() == after.keys()
    sessions = [uid for uid, event in after.items() if "session" in str(event["SUMMARY"])]
    assert [int(after[uid]["SEQUENCE"]) for uid in sessions] == [0, 1, 0]


def test_each_session_reminds_before_the_shave_and_the_day_before():
    plan, booking = booked()
    for event in events_of(calendar_text(booking, plan, stamped=NOW))[:3]:
        assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [-timedelta(hours=50), -timedelta(hours=24)]


def test_aftercare_and_touch_ups_take_whole_days_and_block_nobody():
    plan, booking = booked()
    dated = date_aftercare(read_aftercare(), booking)
    days = [
        event
        for event in events_of(calendar_text(booking, plan, stamped=NOW, aftercare=dated))
        if not isinstance(event["DTSTART"].dt, datetime)
    ]
    assert {str(event["TRANSP"]) for event in days} == {"TRANSPARENT"}
    found = {(event["DTSTART"].dt, event["DTEND"].dt - timedelta(days=1)) for event in days}
    assert found == {(one.first, one.last) for one in dated} | {(date(2029, 3, 1), date(2033, 2, 28))}
    assert [str(event["STATUS"]) for event in days if "Renewal" in str(event["SUMMARY"])] == ["TENTATIVE"]


def test_nothing_tells_what_the_appointment_is_for_unless_it_is_asked():
    plan, booking = booked()
    assert b"micropigmentation" not in calendar_text(booking, plan, stamped=NOW).replace(b"\r\n ", b"")
    assert b"micropigmentation" in calendar_text(booking, plan, stamped=NOW, settings=CalendarSettings(discreet=False)).replace(
        b"\r\n ", b""
    )


def test_a_clinic_with_signs_of_the_format_in_its_name_is_written_safely():
    plan, booking = booked()
    clinic = dataclasses.replace(booking.clinic, name="A;B,C\\D\nEND:VEVENT", address="Straße 1")
    text = calendar_text(dataclasses.replace(booking, clinic=clinic), plan, stamped=NOW)
    assert [str(event["LOCATION"]) for event in events_of(text)[:3]] == ["A;B,C\\D\nEND:VEVENT, Straße 1"] * 3


def test_a_calendar_of_another_plan_is_refused_and_one_written_is_for_its_owner(tmp_path):
    plan, booking = booked()
    with pytest.raises(BadInput):
        calendar_text(booking, plan_from(), stamped=NOW)
    place = write_calendar(booking, plan, tmp_path / "calendar.ics", stamped=NOW)
    assert place.read_bytes() == calendar_text(booking, plan, stamped=NOW)
    assert place.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("zone", ZONES)
def test_a_booking_is_read_back_exactly_and_can_be_moved_again(tmp_path, zone):
    plan = plan_from(date(2027, 10, 24))
    clinic = clinic_of(WEEKDAYS, time_zone=zone, country=None, lunch_starts=time(12), lunch_ends=time(13), buffer_minutes=15)
    away = TimeOff(who="client", first=date(2027, 11, 5), last=date(2027, 11, 6), reason="wedding")
    booking = book(plan, clinic, today=TODAY, client=Availability(from_time=time(10), times_off=(away,)))
    booking = report_healing(booking, plan, HealingReport(session_number=1, day=date(2027, 11, 4), scab=True))
    write_booking(booking, tmp_path)
    read = read_booking(tmp_path)
    assert read == booking
    to = read.appointments[1].day + timedelta(days=3)
    assert move_appointment(read, plan, 2, to, today=TODAY) == move_appointment(booking, plan, 2, to, today=TODAY)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"version": 2}, Unreadable),
        ({"schema": "smp-plan"}, BadTable),
        ({"sequence": 7}, BadInput),
        ({"appointments": []}, BadInput),
        ({"appointments": "soon"}, BadTable),
    ],
)
def test_a_booking_of_a_later_version_or_changed_by_hand_is_refused(tmp_path, change, kind):
    _, booking = booked()
    place = write_booking(booking, tmp_path)
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    with pytest.raises(kind):
        read_booking(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "smp-booking", "version": 1}', "nonsense"])
def test_what_is_no_booking_is_refused_in_a_sentence(tmp_path, text):
    (tmp_path / BOOKING_NAME).write_text(text)
    with pytest.raises(ScalpError):
        read_booking(tmp_path)


def test_a_session_that_only_some_need_is_tentative():
    plan, _ = booked()
    last = dataclasses.replace(plan.sessions[-1], if_needed=True)
    plan = dataclasses.replace(plan, sessions=(*plan.sessions[:-1], last))
    booking = book(plan, clinic_of(WEEKDAYS, country=None), today=TODAY)
    events = events_of(calendar_text(booking, plan, stamped=NOW))[:3]
    assert [str(event["STATUS"]) for event in events] == ["CONFIRMED", "CONFIRMED", "TENTATIVE"]


def test_a_calendar_replaces_an_older_calendar_and_nothing_else(tmp_path):
    plan, booking = booked()
    place, stamped = tmp_path / "mine.ics", datetime(2027, 2, 20, tzinfo=UTC)
    write_calendar(booking, plan, place, stamped=stamped)
    write_calendar(booking, plan, place, stamped=stamped)
    place.write_text("a letter")
    with pytest.raises(BadInput, match="there already and something else"):
        write_calendar(booking, plan, place, stamped=stamped)
    assert place.read_text() == "a letter"
