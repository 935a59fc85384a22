"""Follow one patch of treated scalp through six weeks of healing and ten years, at 12 px per mm, with the band of doubt.

python examples/07_healing_and_years.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.ageing.healing import heal
from scalp.ageing.years import age
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.fading import BANDS
from scalp.domain.head import Head
from scalp.domain.look import Moment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.placement import place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import LookMaker
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.skin.tone import reflectance

DAYS, YEARS = (0, 3, 7, 14, 28, 42), (0, 2, 5, 10)
SKIN = Skin(melanin_fraction=0.02, blood_fraction=0.012)


def look(maker, label, impressions):
    """Render one tile of the strip; impressions already are as they lie at that time."""
    return Tile(srgb_u8=maker.render(impressions, Moment(name="patch", label=label, session_number=3, days=0.0)).photo.srgb_u8, label=label)


def main(folder=Path("out/examples")):
    """Write healing.png."""
    folder.mkdir(parents=True, exist_ok=True)
    above = DemoView(name="top", width_px=420, height_px=420, distance_mm=700.0, frame_width_mm=42.0)
    shown = make_analytic_head(view=above, albedo_rgb_linear=tuple(0.75 * reflectance(SKIN)), noise_levels=1.5)
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(shown.surface.vertices_mm))}
    seen_by = {"cameras": (shown.camera,), "photo_digests": (shown.photo.digest,)}
    head = Head(surface=shown.surface, landmarks_mm=shown.landmarks_mm, **seen_by, **exact)
    design = propose_design(head, Wishes())
    placed = place_impressions(plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list()), design, head, seed=1)
    points_mm = placed.points_mm(head.surface.vertices_mm, head.surface.faces)
    maker = LookMaker(shown.photo, head, shown.regions, SKIN)
    healing = [heal(placed, days=days, seed=1, points_mm=points_mm) for days in DAYS]
    rows = [tuple(look(maker, f"Day {days}", lying) for days, lying in zip(DAYS, healing, strict=True))]
    rows += [tuple(look(maker, f"Year {years}, {band}", age(healing[-1], years=years, band=band)) for years in YEARS) for band in BANDS]
    sheet = compose_sheet("Healing and years", "One patch of scalp, 3.5 cm wide", tuple(rows), ())
    Image.fromarray(sheet).reduce(2).save(folder / "healing.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
