"""Take one photo through the whole course: head, hairline, plan, impressions, and the looks after sessions and years.

Without a photo a person who does not exist is photographed. Writes one picture for each moment, and course.png with all of them.

    python examples/01_from_a_photo_to_a_look.py [FOLDER] [PHOTO]
"""

import sys
from datetime import date
from pathlib import Path

from PIL import Image

from scalp.capture.size.scale import ScaleWish
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.photos import read_photo
from scalp.io.pictures import write_picture
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.treatment.courses import moments_of, plan_course
from scalp.treatment.looks import render_course
from scalp.treatment.sittings import see_head


def main(folder=Path("out/examples"), photo_path=None):
    """Write every look of the course and course.png."""
    folder.mkdir(parents=True, exist_ok=True)
    if photo_path:
        photo = read_photo(photo_path)
    else:
        photo = make_demo_head(makehuman_folder(fetch=True), view=DemoView(width_px=756, height_px=1008)).photo
    sitting = see_head(photo, models_folder(fetch=True), points=None, face_number=None, scale=ScaleWish())
    course = plan_course(
        sitting.head,
        sitting.skin,
        Wishes(style="natural"),
        start=date(2027, 3, 1),
        prices=read_price_list(),
        pigment=Pigment(),
        needle=Needle(),
        fading=Fading(),
        settings=PlanSettings(),
    )
    looks = tuple(render_course(sitting, course, moments_of(course.plan)))
    for look in looks:
        write_picture(look.photo, folder / f"{look.moment.name}.jpg")
    tiles = [Tile(srgb_u8=photo.srgb_u8, label="Before")] + [Tile(srgb_u8=look.photo.srgb_u8, label=look.moment.label) for look in looks]
    words = f"{course.plan.impressions_count:,} impressions on {course.design.area_cm2:.0f} cm2"
    sheet = compose_sheet("The whole course", words, (tuple(tiles[:4]), tuple(tiles[4:])), ())
    Image.fromarray(sheet).reduce(2).save(folder / "course.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
