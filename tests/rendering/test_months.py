"""Claims about the months of a booking: as many session cells as sessions, colours only where the aftercare says something."""

from datetime import date

import numpy as np
import pytest
from scipy import ndimage

from scalp.domain.booking import WEEKDAYS
from scalp.io.aftercare import read_aftercare
from scalp.planning.aftercare import date_aftercare
from scalp.planning.calendars import book
from scalp.rendering.months import draw_months
from scalp.rendering.sheets import ACCENT
from tests.planning.known_bookings import TODAY, clinic_of, plan_from


@pytest.mark.parametrize(("start", "gaps"), [(date(2027, 3, 1), (12, 12)), (date(2027, 3, 31), (10, 60)), (date(2027, 11, 20), (14, 28))])
def test_each_session_is_one_marked_day_on_the_sheet(start, gaps):
    booking = book(plan_from(start, gaps), clinic_of(WEEKDAYS, country=None), today=TODAY)
    sheet = draw_months(booking, date_aftercare(read_aftercare(), booking)).astype(int)
    marked, count = ndimage.label(np.abs(sheet - ACCENT).sum(2) < 30)
    sizes = ndimage.sum_labels(np.ones(marked.shape), marked, range(1, count + 1))
    assert (sizes > 4_000).sum() == 3


def test_a_booking_of_many_months_stays_a_sheet_of_six():
    booking = book(plan_from(date(2027, 3, 1), (90, 90)), clinic_of(WEEKDAYS, country=None), today=TODAY)
    assert draw_months(booking).shape[0] < 4_000
