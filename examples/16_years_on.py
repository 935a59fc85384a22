"""Judge at 45 what is chosen at 25: one treatment of an early loss, and the same once native hair has gone on receding.

    python examples/16_years_on.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

from PIL import Image

from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.portrait import MEDIUM_SKIN, make_demo_head
from scalp.demo.truth import DemoView
from scalp.designing.futures import overlay_loss
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.io.assets import makehuman_folder
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.rendering.views import Stand
from scalp.treatment.courses import moments_of, plan_course
from scalp.treatment.looks import render_views

STANDS = (
    Stand(azimuth_degrees=40.0, elevation_degrees=25.0, width_px=330, height_px=385),
    Stand(elevation_degrees=80.0, width_px=330, height_px=385),
    Stand(azimuth_degrees=90.0, width_px=330, height_px=385),
)


def main(folder=Path("out/examples")):
    """Write years-on.png."""
    folder.mkdir(parents=True, exist_ok=True)
    makehuman = makehuman_folder()
    person = make_demo_head(makehuman, view=DemoView(width_px=756, height_px=1008))
    head = reconstruct_head(person.photo, points=person.marked_points)
    words = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": Pigment(), "needle": Needle(), "fading": Fading()}
    rows = []
    for stage, laters in (("3", ("3", "6")), ("6", ("7",))):
        course = plan_course(head, MEDIUM_SKIN, Wishes(norwood=stage, age_years=25.0), settings=PlanSettings(), **words)
        healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
        for later in laters:
            loss = overlay_loss(head, course.design, later)
            views = render_views(course, healed, STANDS, light="daylight", makehuman=makehuman, later_norwood=later)
            said = f"{loss.uncovered_cm2:.0f} cm2 newly bare beside it, up to {loss.gap_mm:.0f} mm wide"
            labels = (f"Norwood {stage} treated, hair at {later}", said, f"{loss.standing_alone_cm2:.0f} cm2 of treatment stand alone")
            rows.append(tuple(Tile(srgb_u8=view.photo.srgb_u8, label=label) for view, label in zip(views, labels, strict=True)))
    sheet = compose_sheet("Years on", "The same treatment as native hair recedes", tuple(rows), ())
    Image.fromarray(sheet).save(folder / "years-on.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
