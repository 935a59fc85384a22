"""See one deposit at six depths on light and on dark skin: deeper marks are wider, weaker and cooler, and soon only a haze.

The same 0.3 mm tall column of the same pigment begins at each depth; captions give the mean change of the field in L*, a*, b*.

    python examples/12_deeper_is_cooler.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

from PIL import Image

from scalp.ageing.healing import heal
from scalp.colour.srgb import lab_from_linear, linear_from_srgb
from scalp.demo.patches import make_patch
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.look import Moment
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.placement import place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import render_look
from scalp.rendering.sheets import Tile, compose_sheet

TOPS_MM = (0.08, 0.2, 0.3, 0.5, 1.0, 1.5)
SKINS = {"light": Skin(melanin_fraction=0.015, blood_fraction=0.012), "dark": Skin(melanin_fraction=0.12, blood_fraction=0.012)}
HEALED = Moment(name="healed", label="Healed", session_number=3, days=42.0)
PIGMENT = Pigment(dilution_ratio=10.0)


def change(photo, look):
    """Return how the mean colour of a field differs from bare skin, in words."""
    before, after = (lab_from_linear(linear_from_srgb(shown.srgb_u8).mean(axis=(0, 1))) for shown in (photo, look.photo))
    return "change of L* {:+.1f}, a* {:+.1f}, b* {:+.1f}".format(*(after - before))


def main(folder=Path("out/examples")):
    """Write depth.png."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, skin in SKINS.items():
        patch, tiles = make_patch(skin, px_per_mm=12.0, side_px=300), []
        design = propose_design(patch.head, Wishes())
        for top_mm in TOPS_MM:
            needle = Needle(top_depth_mm=top_mm, bottom_depth_mm=top_mm + 0.3)
            terms = {"start": date(2027, 3, 1), "prices": read_price_list(), "pigment": PIGMENT, "needle": needle}
            placed = place_impressions(plan_treatment(design, patch.head, **terms), design, patch.head, seed=1)
            look = render_look(patch.photo, patch.head, heal(placed, days=42.0, seed=1), patch.regions, skin, HEALED)
            tiles.append(Tile(srgb_u8=look.photo.srgb_u8, label=f"{top_mm:g} mm, {name} skin", caption=change(patch.photo, look)))
        rows.append(tuple(tiles))
    sheet = compose_sheet("Deeper is wider, weaker and cooler", "25 mm of skin; where the column of pigment begins", tuple(rows), ())
    Image.fromarray(sheet).save(folder / "depth.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
