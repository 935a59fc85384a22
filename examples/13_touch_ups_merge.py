"""Put touch-ups on five-year-old work, sparse and whole, and see when marks merge into a blotch.

python examples/13_touch_ups_merge.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.ageing import age, judge_merging, merge
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import Head
from scalp.domain.look import Moment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.placement import place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import LookMaker
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.skin.tone import reflectance

SKIN = Skin(melanin_fraction=0.02, blood_fraction=0.012)


def main(folder=Path("out/examples")):
    """Write touch-ups.png."""
    folder.mkdir(parents=True, exist_ok=True)
    above = DemoView(name="top", width_px=420, height_px=420, distance_mm=700.0, frame_width_mm=42.0)
    shown = make_analytic_head(view=above, albedo_rgb_linear=tuple(0.75 * reflectance(SKIN)), noise_levels=1.5)
    seen_by = {"cameras": (shown.camera,), "photo_digests": (shown.photo.digest,), "scale_sd_fraction": 0.0}
    head = Head(surface=shown.surface, landmarks_mm=shown.landmarks_mm, surface_sd_mm=np.zeros(len(shown.surface.vertices_mm)), **seen_by)
    design = propose_design(head, Wishes())
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    placed, again = (place_impressions(plan, design, head, seed=seed) for seed in (1, 2))
    old, older = (age(placed, years=years, skin=SKIN) for years in (5.0, 10.0))
    merged = merge(old, again)
    fields = {"Healed": placed, "Year 5": old, "Year 10": older}
    fields |= {"Year 5, a third again": merge(old, again.through_session(1)), "Year 5, all of it again": merged}
    fields |= {"And after 5 more years": age(merged, years=5.0, skin=SKIN)}
    maker, tiles = LookMaker(shown.photo, head, shown.regions, SKIN), []
    for label, lying in fields.items():
        seen = judge_merging(lying, lying.points_mm(head.surface.vertices_mm, head.surface.faces), SKIN)
        verdict = "a blotch" if seen.blotched else "a haze" if seen.hazy else "single marks"
        caption = f"{seen.width_fraction:.2f} of the spacing wide, {seen.covered_fraction:.0%} covered, contrast {seen.contrast_fraction:.2f}: {verdict}"
        picture = maker.render(lying, Moment(name="patch", label=label, session_number=6, days=42.0)).photo.srgb_u8
        tiles.append(Tile(srgb_u8=picture, label=label, caption=caption))
    rows = (tuple(tiles[:3]), tuple(tiles[3:]))
    Image.fromarray(compose_sheet("Touch-ups merge", "One patch of scalp, 3.5 cm wide", rows, ())).reduce(2).save(folder / "touch-ups.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
