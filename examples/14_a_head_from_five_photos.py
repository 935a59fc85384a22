"""Make one head of five photos, keep it as files, read it back, and look at it from sides no photo shows.

The photos are of the generated head, so that the truth is known; where no face is seen its points are given by name.

    python examples/14_a_head_from_five_photos.py [FOLDER]
"""

import dataclasses
import sys
from pathlib import Path

from PIL import Image

from scalp.capture.size.scale import ScaleWish
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView
from scalp.domain.sighting import MarkedPoints
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.heads import read_head, write_head
from scalp.rendering.busts import draw_bust, dress_bust
from scalp.rendering.overlays import cut_head, draw_grid, mark_findings, survey_ground
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.rendering.views import POSES_DEGREES, Stand, stand_camera
from scalp.treatment.heads import Take, head_of_photos, stored_head

VIEWS, SIDES = ("front", "quarter-left", "profile", "back", "top"), ("front", "right", "crown", "left", "top")
BEHIND = ("left_ear_top", "right_ear_top", "inion")


def points_of(person):
    """Return what a person would click: what is in sight, from behind the ears and the bump above the neck."""
    if person.view.name != "back":
        return person.marked_points
    places_mm = person.points_mm[[person.point_names.index(name) for name in BEHIND]]
    return MarkedPoints(names=BEHIND, points_px=person.camera.project(places_mm))


def main(folder=Path("out/examples")):
    """Write head-of-five.png, head.json and head.glb."""
    folder.mkdir(parents=True, exist_ok=True)
    people = [make_demo_head(makehuman_folder(), view=DemoView(name=view, width_px=540, height_px=720)) for view in VIEWS]
    takes = tuple(Take(photo=person.photo, points=points_of(person)) for person in people)
    study = head_of_photos(takes, models_folder(), scale=ScaleWish(circumference_mm=574.0))
    write_head(stored_head(study), folder, study.texture)
    head = read_head(folder).head
    print(*(doubt.sentence() for doubt in head.doubts), sep="\n")
    ground, bust, stand = survey_ground(head), dress_bust(head, study.texture), Stand(width_px=480, height_px=640, frame_width_mm=290.0)
    rows = [[], []]
    for view, seen, side in zip(VIEWS, study.sightings, SIDES, strict=True):
        cut, (azimuth, elevation) = cut_head(seen.photo, head, 700), POSES_DEGREES[side]
        rows[0].append(Tile(srgb_u8=mark_findings(draw_grid(cut, ground), cut, head, seen.outline), label=f"Photo: {view}"))
        there = dataclasses.replace(stand, azimuth_degrees=azimuth, elevation_degrees=elevation)
        rows[1].append(Tile(srgb_u8=draw_bust(bust, stand_camera(head, there)), label=side.capitalize()))
    sheet = compose_sheet("One head of five photos", "Lines every 10 mm; below, the head itself", tuple(map(tuple, rows)), ())
    Image.fromarray(sheet).reduce(2).save(folder / "head-of-five.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
