"""What `smp design --later-norwood` shows: the same design once the own hair has receded, as a map and in numbers."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import Progress
from scalp.designing.futures import overlay_loss
from scalp.designing.zones import TREATED_FROM_FRACTION
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.future import FutureLoss
from scalp.domain.head import Head
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.pictures import write_picture
from scalp.rendering.maps import MapSide, draw_map
from scalp.rendering.sheets import Block, Tile, compose_sheet

LATER_NAME = "later.png"
LATER_SIDES: tuple[MapSide, ...] = ("left", "top", "back")
MAP_PX = 900
HAIR_FROM_FRACTION = 0.1
"""Native hair is drawn where at least this part of full density grows."""


def write_later(head: Head, design: Design, norwood: str, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write the map of a design beside hair at a later stage into a folder; return the file and what it says."""
    loss = overlay_loss(head, design, norwood)
    drawn = beside_hair(design, loss)
    tiles = []
    for number, side in enumerate(LATER_SIDES):
        progress("years on", 0.9 + 0.03 * number)
        tiles.append(Tile(srgb_u8=draw_map(head, drawn, side, height_px=MAP_PX), label=""))
    doubts = tuple(doubt.sentence() for doubt in loss.doubts)
    blocks = (Block(heading="What it says", lines=(sentence_of(loss), *doubts), wide=True),)
    subtitle = f"Colours are what is treated today, violet is own hair at Norwood {norwood}, white between them is bare skin"
    sheet = compose_sheet("The same design years on", subtitle, (tuple(tiles),), blocks)
    write_picture(Photo(pixels=sheet, encoding=srgb_encoding()), folder / LATER_NAME)
    told = {"norwood": norwood, "said": sentence_of(loss)}
    told |= {name: round(getattr(loss, name), 1) for name in ("newly_bare_cm2", "uncovered_cm2", "standing_alone_cm2", "gap_mm")}
    return {"later": told, "files": [LATER_NAME]}


def beside_hair(design: Design, loss: FutureLoss) -> Design:
    """Return the design as a map of work and hair: its zones where it is worked, "existing hair" where hair still grows beside it."""
    peak_per_cm2 = design.wishes.peak_density_per_cm2
    worked = design.density_per_cm2 >= TREATED_FROM_FRACTION * peak_per_cm2
    haired = ~worked & (loss.native_later_fraction >= HAIR_FROM_FRACTION)
    density_per_cm2 = np.where(worked, design.density_per_cm2, np.where(haired, loss.native_later_fraction * peak_per_cm2, 0.0))
    zone_index = np.where(worked, design.zone_index, np.where(haired, ZONE_NAMES.index("existing hair"), 0)).astype(np.uint8)
    return dataclasses.replace(design, density_per_cm2=density_per_cm2, zone_index=zone_index, zones=(), keep_away=())


def sentence_of(loss: FutureLoss) -> str:
    """Say in a sentence what a later stage does to a design."""
    return (
        f"{loss.newly_bare_cm2:.0f} cm2 more are bare by then, {loss.uncovered_cm2:.0f} cm2 of them untreated beside the design, "
        f"up to {loss.gap_mm:.0f} mm wide; {loss.standing_alone_cm2:.0f} cm2 of the treatment stand alone."
    )
