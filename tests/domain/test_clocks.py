"""Claims about wall clocks on the nights they change, against the published hours of three zones in 2027."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.domain.clocks import later_by, moment, zone_named
from scalp.planning.calendars import book
from tests.planning.known_bookings import clinic_of, plan_from

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
LEFT_OUT = {
    "Europe/Berlin": (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 0, tzinfo=UTC), time(3)),
    "America/New_York": (date(2027, 3, 14), time(2, 30), datetime(2027, 3, 14, 7, 0, tzinfo=UTC), time(3)),
    "Australia/Lord_Howe": (date(2027, 10, 3), time(2, 15), datetime(2027, 10, 2, 15, 30, tzinfo=UTC), time(2, 30)),
}
TWICE = {
    "Europe/Berlin": (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    "America/New_York": (date(2027, 11, 7), time(1, 30), datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    "Australia/Lord_Howe": (date(2027, 4, 4), time(1, 45), datetime(2027, 4, 3, 14, 45, tzinfo=UTC)),
}


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_the_clocks_leave_out_is_the_first_moment_after_the_change(zone):
    day, wall, expected, shown = LEFT_OUT[zone]
    found = moment(day, wall, zone_named(zone))
    assert found.astimezone(UTC) == expected
    assert found.time() == shown


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_that_comes_twice_is_the_earlier_one(zone):
    day, wall, expected = TWICE[zone]
    assert moment(day, wall, zone_named(zone)).astimezone(UTC) == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("night", [LEFT_OUT, TWICE])
def test_a_session_over_the_change_of_clocks_keeps_its_real_length(zone, night):
    day = night[zone][0]
    clinic = clinic_of(("sunday",), opens=time(0, 30), closes=time(9), time_zone=zone, country=None)
    first = book(plan_from(day, (14, 14), high_hours=4.0), clinic, today=day).appointments[0]
    assert first.day == day
    assert first.ends.astimezone(UTC) - first.starts.astimezone(UTC) == timedelta(hours=4)
    assert first.ends.replace(tzinfo=None) - first.starts.replace(tzinfo=None) != timedelta(hours=4)


@pytest.mark.parametrize("zone", ZONES)
def test_a_clinic_that_opens_in_the_hour_left_out_opens_right_after_it(zone):
    day, wall, expected, _ = LEFT_OUT[zone]
    clinic = clinic_of(("sunday",), opens=wall, closes=time(9), time_zone=zone, country=None)
    assert book(plan_from(day, (14, 14)), clinic, today=day).appointments[0].starts.astimezone(UTC) == expected


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.times())
@settings(max_examples=200, deadline=None)
def test_every_moment_exists_and_shows_the_wish_wherever_the_wall_can(zone, day, wall):
    naive = datetime.combine(day, wall.replace(second=0, microsecond=0))
    found = moment(naive.date(), naive.time(), zone_named(zone))
    again = found.astimezone(UTC).astimezone(zone_named(zone))
    assert again.replace(tzinfo=None, fold=0) == found.replace(tzinfo=None, fold=0)
    assert timedelta() <= found.replace(tzinfo=None, fold=0) - naive <= timedelta(hours=1)
    assert later_by(found, timedelta(hours=30)).astimezone(UTC) - found.astimezone(UTC) == timedelta(hours=30)
