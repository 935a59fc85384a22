"""Aftercare with dates: which rules hold on which day around each appointment. The rules themselves are a table."""

from datetime import timedelta

from scalp.domain.booking import Booking
from scalp.domain.screening import Aftercare, AftercareDays


def date_aftercare(aftercare: Aftercare, booking: Booking) -> tuple[AftercareDays, ...]:
    """Return the steps of the aftercare with their dates, in the order of their first days.

    After each session the days count anew: what would follow from the one before ends on the day before it. On days that two
    steps share, such as the last two before a session, both hold.
    """
    days = [appointment.day for appointment in booking.appointments]
    dated = []
    for number, day in enumerate(days, start=1):
        following = days[number] if number < len(days) else None
        for step in aftercare.steps:
            first, last = day + timedelta(days=step.from_day), day + timedelta(days=step.to_day)
            last = last if following is None else min(last, following - timedelta(days=1))
            if first <= last:
                dated.append(AftercareDays(session_number=number, first=first, last=last, step=step))
    return tuple(sorted(dated, key=lambda days: (days.first, days.session_number, days.step.from_day)))
