"""Judge at 45 what is chosen at 25: one treatment of an early loss, and the same once native hair has gone on receding.

python examples/16_years_on.py [FOLDER]
"""

import dataclasses
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.designing.futures import overlay_loss
from scalp.domain.design import ZONE_NAMES, Design, Wishes
from scalp.domain.future import FutureLoss
from scalp.rendering.maps import MapSide, draw_map
from scalp.rendering.sheets import Tile, compose_sheet

SIDES: tuple[MapSide, ...] = ("left", "top", "back")


def beside_hair(design: Design, loss: FutureLoss) -> Design:
    """Return a design with the hair that is left beside it as a zone of its own; what is bare has none."""
    peak_per_cm2 = design.wishes.peak_density_per_cm2
    haired = (design.density_per_cm2 < 0.1 * peak_per_cm2) & (loss.native_later_fraction >= 0.1)
    density_per_cm2 = np.where(haired, loss.native_later_fraction * peak_per_cm2, design.density_per_cm2)
    zone_index = np.where(haired, ZONE_NAMES.index("existing hair"), design.zone_index).astype(np.uint8)
    return dataclasses.replace(design, density_per_cm2=density_per_cm2, zone_index=zone_index, zones=())


def main(folder=Path("out/examples")):
    """Write years-on.png."""
    folder.mkdir(parents=True, exist_ok=True)
    person = make_analytic_head(view=DemoView(width_px=120, height_px=160))
    head = reconstruct_head(person.photo, points=person.marked_points)
    rows = []
    for stage, laters in (("3", ("3", "6")), ("6", ("7",))):
        design = propose_design(head, Wishes(norwood=stage, age_years=25.0))
        for later in laters:
            loss = overlay_loss(head, design, later)
            said = f"{loss.uncovered_cm2:.0f} cm2 newly bare beside it, up to {loss.gap_mm:.0f} mm wide"
            labels = (f"Norwood {stage} treated, hair at {later}", said, f"{loss.standing_alone_cm2:.0f} cm2 of treatment stand alone")
            maps = [draw_map(head, beside_hair(design, loss), side, height_px=560) for side in SIDES]
            rows.append(tuple(Tile(srgb_u8=drawn, label=label) for drawn, label in zip(maps, labels, strict=True)))
    sheet = compose_sheet("Years on", "The same treatment as native hair (violet) recedes; white between is bare skin", tuple(rows), ())
    Image.fromarray(sheet).resize((1400, 1400 * len(sheet) // sheet.shape[1])).save(folder / "years-on.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
