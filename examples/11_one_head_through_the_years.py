"""Follow one head through its three sessions, the days of healing after the last, and ten years.

python examples/11_one_head_through_the_years.py [FOLDER]
"""

import dataclasses
import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.capture.size.scale import ScaleWish
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.look import Moment
from scalp.domain.pigment import Needle, Pigment
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.treatment.courses import plan_course
from scalp.treatment.looks import render_course
from scalp.treatment.sittings import see_head

LAST = Moment(name="last", label="Session 3", session_number=3, days=0.0)
SESSIONS = tuple(dataclasses.replace(LAST, name=f"s{n}", label=f"Session {n}, that evening", session_number=n) for n in (1, 2, 3))
HEALING = tuple(dataclasses.replace(LAST, name=f"d{days}", label=f"Day {days}", days=float(days)) for days in (0, 3, 7, 14, 28))
YEARS = tuple(dataclasses.replace(LAST, name=f"y{n}", label=f"Year {n}", days=42.0, years=float(n)) for n in (0, 2, 5, 10))


def main(folder=Path("out/examples")):
    """Write years.png."""
    folder.mkdir(parents=True, exist_ok=True)
    photo = make_demo_head(makehuman_folder(fetch=True), view=DemoView(width_px=1512, height_px=2016)).photo
    sitting = see_head(photo, models_folder(fetch=True), points=None, face_number=None, scale=ScaleWish())
    terms = {"pigment": Pigment(), "needle": Needle(), "fading": Fading(), "settings": PlanSettings()}
    start, prices = date(2027, 3, 1), read_price_list()
    course = plan_course(sitting.head, sitting.skin, Wishes(style="natural"), start=start, prices=prices, **terms)
    shown = [look.photo.srgb_u8 for look in render_course(sitting, course, (*SESSIONS, *HEALING, *YEARS))]
    camera = sitting.head.cameras[0]
    left, top = camera.project(sitting.head.landmark("vertex") + np.array([[-70.0, 12.0, 60.0]]))[0].astype(int)
    right, bottom = camera.project(sitting.head.landmark("glabella") + np.array([[70.0, 10.0, 0.0]]))[0].astype(int)
    crops = [picture[max(top, 0) : bottom, left:right] for picture in (photo.srgb_u8, *shown)]
    labels = ["Before", *(moment.label for moment in (*SESSIONS, *HEALING, *YEARS))]
    tiles = [Tile(srgb_u8=crop, label=label) for crop, label in zip(crops, labels, strict=True)]
    rows = (tuple(tiles[:4]), tuple(tiles[4:9]), tuple(tiles[9:]))
    Image.fromarray(compose_sheet("One head through the years", "Sessions, healing, years", rows, ())).save(folder / "years.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
