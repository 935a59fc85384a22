"""Claims about dates: no booking breaks a rule, moving one keeps order, and every refusal names what can be had."""

import dataclasses
from datetime import UTC, date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible, WrongParent
from scalp.domain.booking import WEEKDAYS, Availability, Booking, BookingSettings, HealingReport, OpenHours, TimeOff
from scalp.domain.plan import Plan
from scalp.domain.screening import Outcome, Screening
from scalp.planning.calendars import book, move_appointment, report_healing
from scalp.planning.closures import public_holidays
from scalp.planning.rules import RULES
from tests.planning.known_bookings import MONDAY, TODAY, clinic_of, plan_from

EVERY_DAY = clinic_of(WEEKDAYS, country=None)


def days_of(booking: Booking) -> list[date]:
    """The days of a booking."""
    return [appointment.day for appointment in booking.appointments]


def broken_rules(booking: Booking, plan: Plan, today: date) -> list[str]:
    """What a person would find wrong with a booking, looked up by other means than the planner's."""
    clinic, wrong = booking.clinic, []
    german = {date(2027, 1, 1), date(2027, 1, 6), date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 1), date(2027, 5, 6)}
    german |= {date(2027, 5, 17), date(2027, 5, 27), date(2027, 10, 3), date(2027, 11, 1), date(2027, 12, 25), date(2027, 12, 26)}
    for appointment, session in zip(booking.appointments, plan.sessions, strict=True):
        day, start, end = appointment.day, appointment.starts.replace(tzinfo=None), appointment.ends.replace(tzinfo=None)
        open_hours = [hours for hours in clinic.hours if hours.weekday == WEEKDAYS[day.weekday()]]
        if not any(
            hours.opens <= start.time() and end.time() <= hours.closes and end - start >= timedelta(hours=session.hours.high - 1)
            for hours in open_hours
        ):
            wrong.append(f"{day} outside the hours")
        if day in german and clinic.country:
            wrong.append(f"{day} is a holiday")
        if any(off.first <= day <= off.last for off in (*clinic.times_off, *booking.client.times_off)):
            wrong.append(f"{day} somebody is away")
        if WEEKDAYS[day.weekday()] not in set(booking.client.weekdays) & set(clinic.practitioner_weekdays):
            wrong.append(f"{day} is nobody's weekday")
        if day < today:
            wrong.append(f"{day} is past")
    gaps = [(later.day - earlier.day).days for earlier, later in pairwise(booking.appointments)]
    return wrong + [f"a gap of {gap} days" for gap in gaps if not 7 <= gap <= 90]


weekday_sets = st.sets(st.sampled_from(WEEKDAYS), min_size=1).map(lambda days: tuple(sorted(days, key=WEEKDAYS.index)))


@st.composite
def cases(draw: st.DrawFn):
    """A plan, a clinic and a client of any kind in the first half of 2027."""
    start = TODAY + timedelta(days=draw(st.integers(0, 80)))
    plan = plan_from(start, (draw(st.integers(7, 20)), draw(st.integers(7, 40))), draw(st.sampled_from([0.8, 2.0, 4.5])))
    away = draw(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 12), st.sampled_from(["client", "practitioner"])), max_size=4))
    off = [
        TimeOff(who=who, first=TODAY + timedelta(days=first), last=TODAY + timedelta(days=first + length)) for first, length, who in away
    ]
    clinic = clinic_of(
        draw(weekday_sets),
        closes=time(draw(st.integers(15, 20))),
        practitioner_weekdays=draw(weekday_sets),
        times_off=tuple(one for one in off if one.who == "practitioner"),
        buffer_minutes=draw(st.sampled_from([0, 30])),
        time_zone=draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])),
        country=draw(st.sampled_from([None, "DE-BY"])),
    )
    client = Availability(weekdays=draw(weekday_sets), times_off=tuple(one for one in off if one.who == "client"))
    return plan, clinic, client


@given(cases())
@settings(max_examples=120, deadline=None)
def test_no_booking_ever_breaks_a_rule_and_the_same_wish_gives_the_same_days(case):
    plan, clinic, client = case
    try:
        booking = book(plan, clinic, today=TODAY, client=client)
    except NotPossible as fault:
        refusal = fault
    else:
        assert broken_rules(booking, plan, TODAY) == []
        assert book(plan, clinic, today=TODAY, client=client) == booking
        return
    assert refusal.reachable
    assert refusal.remedy


@given(cases(), st.integers(1, 3), st.integers(-5, 60))
@settings(max_examples=120, deadline=None)
def test_moving_keeps_order_and_rules_and_earlier_sessions_and_done_twice_is_done_once(case, number, days):
    plan, clinic, client = case
    try:
        booking = book(plan, clinic, today=TODAY, client=client)
        moved = move_appointment(booking, plan, number, booking.appointments[number - 1].day + timedelta(days=days), today=TODAY)
    except (NotPossible, BadInput):
        return
    assert broken_rules(moved, plan, TODAY) == []
    gaps = [(later.day - earlier.day).days for earlier, later in pairwise(moved.appointments)]
    assert all(f"{gap} days after session" in one.why for gap, one in zip(gaps, moved.appointments[1:], strict=True))
    assert moved.appointments[: number - 1] == booking.appointments[: number - 1]
    assert move_appointment(moved, plan, number, moved.appointments[number - 1].day, today=TODAY) == moved
    changed = [new.starts != old.starts for new, old in zip(moved.appointments, booking.appointments, strict=True)]
    assert [appointment.sequence for appointment in moved.appointments] == [int(is_new) for is_new in changed]
    assert moved.sequence == int(any(changed))


def test_a_first_session_wished_for_a_sunday_falls_on_the_monday_and_says_why():
    sunday = date(2027, 2, 28)
    first = book(plan_from(sunday), clinic_of(), today=TODAY).appointments[0]
    assert first.day == MONDAY
    assert [(passed.day, passed.reason) for passed in first.passed_over] == [(sunday, "the clinic is closed on Sundays")]


def test_sessions_keep_the_gaps_of_the_plan_where_those_days_are_open():
    assert days_of(book(plan_from(), EVERY_DAY, today=TODAY)) == [session.day for session in plan_from().sessions]
    late = plan_from(gaps_days=(10, 28))
    assert days_of(book(late, EVERY_DAY, today=TODAY)) == [session.day for session in late.sessions]


def test_good_friday_and_easter_monday_are_passed_over_by_name():
    plan = plan_from(date(2027, 3, 26))
    first = book(plan, clinic_of(), today=TODAY).appointments[0]
    assert first.day == date(2027, 3, 30)
    assert {"public holiday (Good Friday)", "public holiday (Easter Monday)"} < {passed.reason for passed in first.passed_over}


def test_day_5_for_session_2_is_refused_with_the_reason_and_the_nearest_day():
    booking = book(plan_from(), EVERY_DAY, today=TODAY)
    with pytest.raises(NotPossible) as refusal:
        move_appointment(booking, plan_from(), 2, MONDAY + timedelta(days=5), today=TODAY)
    assert "Day 5 is too early: skin closes in 7 to 10 days" in str(refusal.value)
    assert refusal.value.reachable == "Thu 11 Mar 2027 (day 10)"


@pytest.mark.parametrize(("day", "allowed"), [(6, False), (7, True), (9, True), (10, True), (90, True), (91, False)])
def test_session_2_may_be_moved_to_days_7_to_90_and_what_is_unusual_is_a_doubt(day, allowed):
    plan = plan_from()
    booking = book(plan, EVERY_DAY, today=TODAY)
    if not allowed:
        with pytest.raises(NotPossible):
            move_appointment(booking, plan, 2, MONDAY + timedelta(days=day), today=TODAY)
        return
    moved = move_appointment(booking, plan, 2, MONDAY + timedelta(days=day), today=TODAY)
    assert moved.appointments[1].day == MONDAY + timedelta(days=day)
    assert any(doubt.where == "session 2" for doubt in moved.doubts) == (not 10 <= day <= 14)


def test_a_report_from_beyond_the_calendar_is_refused():
    with pytest.raises(BadInput, match="day of the report is 9999-12-31"):
        HealingReport(session_number=1, day=date(9999, 12, 31), scab=True)


def test_hours_are_those_on_the_wall_and_name_no_zone():
    there = time(10, tzinfo=UTC)
    for make in (
        lambda: Availability(from_time=time(9), until_time=there),
        lambda: OpenHours(weekday="monday", opens=time(9), closes=there),
        lambda: clinic_of(lunch_starts=there, lunch_ends=time(11)),
    ):
        with pytest.raises(BadInput, match="with a time zone"):
            make()


def test_the_nearest_day_is_named_once_where_it_is_the_wished_one_at_another_time():
    plan = plan_from()
    booking = book(plan, EVERY_DAY, today=TODAY)
    with pytest.raises(NotPossible) as refused:
        move_appointment(booking, plan, 2, MONDAY + timedelta(days=28), today=TODAY, at=time(3))
    assert " or " not in refused.value.reachable


def test_with_scabs_reported_the_next_session_waits_a_week_and_cannot_be_moved_before():
    plan = plan_from()
    booking = book(plan, EVERY_DAY, today=TODAY)
    scabs = HealingReport(session_number=1, day=MONDAY + timedelta(days=11), scab=True)
    put_off = report_healing(booking, plan, scabs)
    assert put_off.appointments[1].day == MONDAY + timedelta(days=18)
    with pytest.raises(NotPossible, match="scabs were reported"):
        move_appointment(put_off, plan, 2, MONDAY + timedelta(days=17), today=TODAY)
    clear = report_healing(put_off, plan, HealingReport(session_number=1, day=MONDAY + timedelta(days=13)))
    assert move_appointment(clear, plan, 2, MONDAY + timedelta(days=14), today=TODAY).appointments[1].day == MONDAY + timedelta(days=14)
    assert report_healing(put_off, plan, scabs) == put_off


def test_scabs_that_leave_no_usual_day_can_be_told_with_the_day_that_is_wished_instead():
    plan = plan_from()
    away = Availability(times_off=(TimeOff(who="client", first=MONDAY + timedelta(days=13), last=MONDAY + timedelta(days=27)),))
    booking = book(plan, EVERY_DAY, today=TODAY, client=away)
    scabs = HealingReport(session_number=1, day=MONDAY + timedelta(days=9), scab=True)
    with pytest.raises(NotPossible, match="28 days"):
        report_healing(booking, plan, scabs)
    moved = move_appointment(booking, plan, 2, MONDAY + timedelta(days=28), today=TODAY, reports=(scabs,))
    assert moved.appointments[1].day == MONDAY + timedelta(days=28)
    assert moved.reports == (scabs,)
    assert move_appointment(moved, plan, 2, MONDAY + timedelta(days=28), today=TODAY, reports=(scabs,)) == moved
    with pytest.raises(NotPossible, match="scabs were reported"):
        move_appointment(booking, plan, 2, MONDAY + timedelta(days=12), today=TODAY, reports=(scabs,))


def test_a_redness_known_before_booking_moves_the_second_session():
    red = HealingReport(session_number=1, day=MONDAY + timedelta(days=9), redness=True)
    assert days_of(book(plan_from(), EVERY_DAY, today=TODAY, reports=(red,)))[1] == MONDAY + timedelta(days=16)


def test_moving_one_takes_the_later_ones_along_only_where_it_must():
    plan = plan_from()
    booking = book(plan, EVERY_DAY, today=TODAY)
    a_day = move_appointment(booking, plan, 2, booking.appointments[1].day + timedelta(days=1), today=TODAY)
    assert a_day.appointments[2].starts == booking.appointments[2].starts
    assert a_day.appointments[2].why == "stays: 11 days after session 2"
    a_month = move_appointment(booking, plan, 2, booking.appointments[1].day + timedelta(days=30), today=TODAY)
    assert a_month.appointments[2].day == a_month.appointments[1].day + timedelta(days=12)


def test_when_nothing_fits_the_nearest_day_and_another_start_are_named():
    away = Availability(times_off=(TimeOff(who="client", first=date(2027, 3, 8), last=date(2027, 3, 30)),))
    with pytest.raises(NotPossible) as refusal:
        book(plan_from(), clinic_of(), today=TODAY, client=away)
    assert refusal.value.reachable.startswith("Wed 31 Mar 2027 (30 days)")
    assert "Or begin on" in refusal.value.remedy


def test_when_the_first_session_fits_nowhere_what_stands_in_the_way_is_named():
    with pytest.raises(NotPossible, match=r"the clinic is closed on Saturdays \(8 days\)") as refusal:
        book(plan_from(), clinic_of(), today=TODAY, client=Availability(weekdays=("saturday",)))
    assert refusal.value.reachable == "no day within a year"
    evening = Availability(from_time=time(17))
    with pytest.raises(NotPossible, match="not enough time for 3 h from 17:00 to 18:00"):
        book(plan_from(), clinic_of(), today=TODAY, client=evening)


@pytest.mark.parametrize("day", [date(2027, 2, 19), date(2029, 6, 1)])
def test_days_in_the_past_and_years_ahead_are_refused(day):
    booking = book(plan_from(), EVERY_DAY, today=TODAY)
    with pytest.raises(BadInput):
        book(plan_from(), EVERY_DAY, today=TODAY, first=day)
    with pytest.raises(BadInput):
        move_appointment(booking, plan_from(), 1, day, today=TODAY)


def test_a_session_that_took_place_is_not_moved():
    booking = book(plan_from(), EVERY_DAY, today=TODAY)
    with pytest.raises(NotPossible, match="took place"):
        move_appointment(booking, plan_from(), 1, date(2027, 3, 5), today=date(2027, 3, 3))


def test_a_session_longer_than_the_day_is_refused_with_one_session_more_as_advice():
    with pytest.raises(NotPossible, match=r"Plan one session more.*not split over two days"):
        book(plan_from(high_hours=9.5), clinic_of(), today=TODAY)
    fits = book(plan_from(high_hours=9.5), clinic_of(), today=TODAY, settings=BookingSettings(usual_length=True))
    assert fits.appointments[0].ends - fits.appointments[0].starts == timedelta(hours=7.25)


def test_a_session_pauses_for_lunch_and_leaves_the_buffer_before_closing():
    lunch = {"lunch_starts": time(12), "lunch_ends": time(13)}
    whole = book(plan_from(high_hours=4.0), clinic_of(**lunch), today=TODAY).appointments[0]
    assert (whole.starts.hour, whole.ends.hour) == (9, 14)
    with pytest.raises(NotPossible):
        book(plan_from(high_hours=8.0), clinic_of(**lunch, buffer_minutes=30), today=TODAY)
    after = book(plan_from(), clinic_of(**lunch), today=TODAY, client=Availability(from_time=time(12, 30))).appointments[0]
    assert after.starts.time() == time(13)


def test_a_session_is_not_laid_over_the_hours_between_two_openings():
    split = tuple(
        OpenHours(weekday=day, opens=time(opens), closes=time(closes)) for day in WEEKDAYS for opens, closes in ((9, 11), (14, 18))
    )
    first = book(plan_from(), dataclasses.replace(EVERY_DAY, hours=split), today=TODAY).appointments[0]
    assert (first.starts.hour, first.ends.hour) == (14, 17)


def test_a_time_can_be_wished_and_is_refused_outside_the_hours():
    plan = plan_from()
    booking = book(plan, clinic_of(), today=TODAY)
    moved = move_appointment(booking, plan, 1, date(2027, 3, 2), today=TODAY, at=time(14, 30))
    assert moved.appointments[0].starts.time() == time(14, 30)
    for at in (time(8), time(16)):
        with pytest.raises(NotPossible):
            move_appointment(booking, plan, 1, date(2027, 3, 2), today=TODAY, at=at)


def screened(verdict, wait_days):
    """A screening with one outcome."""
    outcome = Outcome(
        question="scar", answer="4", verdict=verdict, reason="The scar is young.", wait_days=wait_days, grade="C", source="smp 1.15"
    )
    return Screening(version="1", verdict=verdict, outcomes=(outcome,))


def test_waiting_times_of_a_screening_put_the_first_session_off_and_a_refusal_stops_it():
    put_off = book(plan_from(), EVERY_DAY, today=TODAY, screening=screened("defer", 150))
    assert put_off.appointments[0].day == TODAY + timedelta(days=150)
    for grave in (screened("refuse", None), screened("defer", None)):
        with pytest.raises(NotPossible, match="The scar is young"):
            book(plan_from(), EVERY_DAY, today=TODAY, screening=grave)
    letter = book(plan_from(), EVERY_DAY, today=TODAY, screening=screened("letter", None))
    assert any(doubt.where == "screening" for doubt in letter.doubts)


def test_a_booking_of_another_plan_is_a_stranger():
    booking = book(plan_from(), EVERY_DAY, today=TODAY)
    with pytest.raises(WrongParent):
        move_appointment(booking, plan_from(high_hours=2.0), 2, date(2027, 3, 14), today=TODAY)


def test_unknown_countries_and_zones_are_refused_by_name():
    with pytest.raises(BadInput, match="country is XX"):
        book(plan_from(), clinic_of(country="XX"), today=TODAY)
    with pytest.raises(BadInput, match="Did you mean Europe/Berlin"):
        book(plan_from(), clinic_of(time_zone="Europe/Berlni"), today=TODAY)
    assert date(2027, 5, 27) in public_holidays("DE-BY", 2027)
    assert date(2027, 5, 27) not in public_holidays("DE-BE", 2027)


def another_day(number: int, day: date, **more: object):
    """Return what moves a session of a plain booking to a day."""
    return lambda: move_appointment(book(plan_from(), EVERY_DAY, today=TODAY), plan_from(), number, day, today=more.get("today", TODAY))  # type: ignore[arg-type]


def with_scabs():
    """Move session 2 to a day on which the skin is not clear."""
    scabs = HealingReport(session_number=1, day=MONDAY + timedelta(days=9), scab=True)
    booking = book(plan_from(), EVERY_DAY, today=TODAY, reports=(scabs,))
    return move_appointment(booking, plan_from(), 2, MONDAY + timedelta(days=12), today=TODAY)


AWAY = Availability(times_off=(TimeOff(who="client", first=TODAY, last=TODAY + timedelta(days=400)),))
BROKEN = {
    "skin-closed": another_day(2, MONDAY + timedelta(days=6)),
    "skin-clear": with_scabs,
    "longest-gap": another_day(2, MONDAY + timedelta(days=91)),
    "sessions-in-order": another_day(2, MONDAY - timedelta(days=1)),
    "clinic-open": lambda: move_appointment(book(plan_from(), clinic_of(), today=TODAY), plan_from(), 1, date(2027, 3, 29), today=TODAY),
    "everyone-free": lambda: book(plan_from(), EVERY_DAY, today=TODAY, client=AWAY),
    "fits-a-day": lambda: book(plan_from(high_hours=10.0), EVERY_DAY, today=TODAY),
    "not-past-not-far": another_day(2, TODAY + timedelta(days=731)),
    "screened": lambda: book(plan_from(), EVERY_DAY, today=TODAY, screening=screened("refuse", None)),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_rule_that_is_listed_refuses_or_asks(rule):
    if rule.severity == "refusal":
        with pytest.raises((NotPossible, BadInput)) as refusal:
            BROKEN[rule.name]()
        assert str(refusal.value)
        return
    booking = another_day(2, MONDAY + timedelta(days=8))()
    assert [doubt.where for doubt in booking.doubts] == ["dates", "session 2"]
