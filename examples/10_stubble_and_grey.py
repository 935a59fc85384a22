"""Compare the treated top with the own hair below: days after a shave, dark and grey, and ten years and one stage of loss later.

python examples/10_stubble_and_grey.py [FOLDER]
"""

import dataclasses
import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.hair import NativeHair, Stubble
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.skin.tone import reflectance
from scalp.treatment import courses, looks, own_hair, sittings

DAYS, SKIN = (0, 1, 3, 7), Skin(melanin_fraction=0.02, blood_fraction=0.012)
VIEW = DemoView(name="crown", width_px=720, height_px=640, frame_width_mm=205.0)


def tile(sitting, course, label, days, grey_fraction, name="healed", later_norwood=None):
    """Render one moment with the own hair worn so many days, and say the mismatch."""
    hair = NativeHair(grey_fraction=grey_fraction)
    worn = dataclasses.replace(sitting, stubble=Stubble(hair=hair, days=days, later_norwood=later_norwood))
    moment = next(moment for moment in courses.moments_of(course.plan) if moment.name == name)
    look, gap = next(iter(looks.render_course(worn, course, (moment,)))), own_hair.mismatch_at(worn, course, moment)
    told = f"Top {abs(gap.difference_lightness):.1f} L* {'lighter' if gap.difference_lightness > 0 else 'darker'} than the sides"
    return Tile(srgb_u8=look.photo.srgb_u8, label=label, caption=told + (": noticed" if gap.noticed else ""))


def main(folder=Path("out/examples")):
    """Write stubble.png."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = make_analytic_head(view=VIEW, albedo_rgb_linear=tuple(0.75 * reflectance(SKIN)), noise_levels=1.0)
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(shown.surface.vertices_mm)), "cameras": (shown.camera,)}
    head = Head(surface=shown.surface, landmarks_mm=shown.landmarks_mm, photo_digests=(shown.photo.digest,), **exact)
    sitting = sittings.Sitting(photo=shown.photo, head=head, regions=shown.regions, skin=SKIN)
    asked = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": Pigment(), "needle": Needle(), "settings": PlanSettings()}
    course = courses.plan_course(head, SKIN, Wishes(norwood="6", age_years=45), fading=Fading(), **asked)
    rows = [[tile(sitting, course, f"Days since the shave: {day}, {grey:.0%} grey", day, grey) for day in DAYS] for grey in (0, 0.6)]
    later = [("1 day, ten years on", 1.0, 0.2, "year-10"), ("The same, and hair lost to Norwood 7", 1.0, 0.2, "year-10", "7")]
    rows.append([tile(sitting, course, *asked_for) for asked_for in later])
    sheet = compose_sheet("Own hair beside the treatment", "Healed", tuple(map(tuple, rows)), ())
    Image.fromarray(sheet).reduce(2).save(folder / "stubble.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
