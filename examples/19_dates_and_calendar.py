"""Book the sessions of a plan over Easter, see why day 5 is refused, move one: a sheet of months and an iCalendar file.

python examples/19_dates_and_calendar.py [FOLDER]
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.base import NotPossible
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.booking import Availability, TimeOff
from scalp.domain.design import Wishes
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.io.aftercare import read_aftercare
from scalp.io.calendars import write_calendar
from scalp.io.clinics import read_clinic
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.planning.aftercare import date_aftercare
from scalp.planning.calendars import book, move_appointment
from scalp.rendering.months import draw_months

TODAY = date(2027, 2, 20)


def generated_plan():
    """Three sessions on a head of closed formulas, the first wished for a Sunday."""
    shown = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    landmarks_mm = shown.points_mm[[shown.point_names.index(name) for name in LANDMARK_NAMES]]
    exact = np.zeros(len(shown.surface.vertices_mm))
    head = Head(surface=shown.surface, landmarks_mm=landmarks_mm, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=exact)
    return plan_treatment(propose_design(head, Wishes(norwood="5")), head, start=date(2027, 2, 28), prices=read_price_list())


def main(folder=Path("out/examples")):
    """Write months.png and calendar.ics."""
    folder.mkdir(parents=True, exist_ok=True)
    plan, (clinic, settings) = generated_plan(), read_clinic()
    away = TimeOff(who="client", first=date(2027, 3, 13), last=date(2027, 3, 14))
    booking = book(plan, clinic, today=TODAY, client=Availability(times_off=(away,)), settings=settings)
    try:
        move_appointment(booking, plan, 2, date(2027, 3, 6), today=TODAY)
    except NotPossible as refusal:
        print(refusal)
    booking = move_appointment(booking, plan, 2, date(2027, 3, 19), today=TODAY)
    aftercare = date_aftercare(read_aftercare(), booking)
    write_calendar(booking, plan, folder / "calendar.ics", stamped=datetime(2027, 2, 20, tzinfo=UTC), aftercare=aftercare)
    Image.fromarray(draw_months(booking, aftercare)).reduce(2).save(folder / "months.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
