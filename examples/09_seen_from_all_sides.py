"""See one treatment from four sides, in four lights, and from three distances: views that no photo shows.

The head of a generated portrait is reconstructed from its front photo alone; what lies behind is under its doubt.

    python examples/09_seen_from_all_sides.py [FOLDER]
"""

import dataclasses
import sys
from datetime import date
from pathlib import Path

from PIL import Image

from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.portrait import MEDIUM_SKIN, make_demo_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.io.assets import makehuman_folder
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.seeing import SEEING_DISTANCES_MM, scale_at, see_photo_from
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.rendering.views import POSES_DEGREES, Stand, stand_camera
from scalp.treatment.courses import moments_of, plan_course
from scalp.treatment.looks import render_views

SIDES, LIGHTS = ("front", "top", "left", "back"), ("indoor", "sun", "flash", "wet")
SMALL = Stand(width_px=480, height_px=640)


def main(folder=Path("out/examples")):
    """Write views.png."""
    folder.mkdir(parents=True, exist_ok=True)
    makehuman = makehuman_folder()
    person = make_demo_head(makehuman, view=DemoView(width_px=756, height_px=1008))
    head = reconstruct_head(person.photo, points=person.marked_points)
    words = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": Pigment(), "needle": Needle(), "fading": Fading()}
    course = plan_course(head, MEDIUM_SKIN, Wishes(), settings=PlanSettings(), **words)
    healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
    places = {name: dict(zip(("azimuth_degrees", "elevation_degrees"), POSES_DEGREES[name], strict=True)) for name in POSES_DEGREES}
    aim = course.design.hairline.points_mm[len(course.design.hairline.points_mm) // 2]
    near = Stand(elevation_degrees=30.0, width_px=640, height_px=480, distance_mm=600.0, frame_width_mm=50.0, aim_mm=tuple(map(float, aim)))
    stands = (near, *(dataclasses.replace(SMALL, **places[name]) for name in SIDES))
    close, *sides = (view.photo for view in render_views(course, healed, stands, light="daylight", makehuman=makehuman))
    lit, stand = [], dataclasses.replace(SMALL, **places["quarter-left"])
    for light in LIGHTS:
        lit += [view.photo for view in render_views(course, healed, (stand,), light=light, makehuman=makehuman)]
    seen = [see_photo_from(close, scale_at(stand_camera(head, near), aim), far_mm) for far_mm in SEEING_DISTANCES_MM]
    names = ("Front", "Top", "Left", "Back"), ("Indoor", "Sun", "Flash", "Wet"), ("From 0.3 m", "From 1 m", "From 3 m")
    rows = (zip(photos, labels, strict=True) for photos, labels in zip((sides, lit, seen), names, strict=True))
    tiles = tuple(tuple(Tile(srgb_u8=photo.srgb_u8, label=label) for photo, label in row) for row in rows)
    sheet = compose_sheet("Seen from all sides", "One healed treatment: four sides, four lights, three distances", tiles, ())
    Image.fromarray(sheet).reduce(2).save(folder / "views.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
