"""Claims about aftercare with dates: strict where clinics disagree, each day of a course covered, counted anew after each session."""

from datetime import date, timedelta

from scalp.domain.booking import WEEKDAYS
from scalp.io.aftercare import read_aftercare
from scalp.planning.aftercare import date_aftercare
from scalp.planning.calendars import book
from tests.planning.known_bookings import MONDAY, TODAY, clinic_of, plan_from

BOOKING = book(plan_from(), clinic_of(WEEKDAYS, country=None), today=TODAY)
DATED = date_aftercare(read_aftercare(), BOOKING)


def rules_on(day: date) -> str:
    """All that holds on a day."""
    return " ".join(rule for days in DATED if days.first <= day <= days.last for rule in days.step.rules)


def test_every_day_from_two_before_the_first_session_to_six_weeks_after_the_last_has_a_rule():
    last = BOOKING.appointments[-1].day
    days = [MONDAY + timedelta(days=count) for count in range(-2, (last - MONDAY).days + 43)]
    assert [day for day in days if not rules_on(day)] == []


def test_after_each_session_the_days_count_anew():
    for appointment in BOOKING.appointments:
        assert "Keep the scalp dry" in rules_on(appointment.day + timedelta(days=1))
        assert "SPF" not in rules_on(appointment.day + timedelta(days=1))
        after = [days.last for days in DATED if days.session_number == appointment.session_number - 1]
        assert all(last < appointment.day for last in after)


def test_where_clinics_disagree_the_strictest_common_day_is_taken():
    """Shampoo day 4, 7 or 10; razor 7 or 10; exercise 4, 7 or 10; pool and sun to day 28 (smp 1.16)."""
    last = BOOKING.appointments[-1].day
    assert "No washing, no shaving" in rules_on(last + timedelta(days=3))
    assert "no shampoo" in rules_on(last + timedelta(days=6))
    assert "Still no razor, no sun, no pool" in rules_on(last + timedelta(days=9))
    assert "razor only when no scab is left" in rules_on(last + timedelta(days=10))
    assert "No pool, sauna or steam" in rules_on(last + timedelta(days=28))
    assert "Everything is allowed again" in rules_on(last + timedelta(days=29))


def test_the_two_days_before_each_session_ask_for_no_razor_on_the_day_and_no_alcohol():
    for appointment in BOOKING.appointments:
        for before in (2, 1, 0):
            assert "no razor on the day itself" in rules_on(appointment.day - timedelta(days=before))
