"""Question a wish with numbers, and draw the nearest line that nothing speaks against in blue beside the one that was wished.

python examples/17_the_nearest_acceptable.py [FOLDER]
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.designing.acceptance import accept_design, changes_between
from scalp.domain.design import Design, HairlineEdit, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.rendering.flats import MapSide, frame_map, look_flat
from scalp.rendering.maps import draw_map
from scalp.rendering.sheets import Block, Tile, compose_sheet


def both(head: Head, wished: Design, accepted: Design, side: MapSide) -> np.ndarray:
    """Return the map of what was wished with the accepted line drawn over it, in blue where it is in sight."""
    drawn, frame, line_mm = draw_map(head, wished, side, height_px=900), frame_map(head, side, 900), accepted.hairline.points_mm
    seen, at_px = look_flat(head, frame).in_sight(line_mm), np.round((frame.place_px(line_mm) - 0.5) * 16).astype(int)
    for index in np.flatnonzero(seen[1:] & seen[:-1]):
        cv2.line(drawn, at_px[index], at_px[index + 1], (0, 84, 190), 3, cv2.LINE_AA, 4)
    return drawn


def row(head: Head, wished: Design, name: str) -> tuple[tuple[Tile, ...], Block]:
    """Return one wish from three sides with what speaks against it, and what the nearest acceptable one changes."""
    accepted = accept_design(head, wished)
    tiles = tuple(Tile(srgb_u8=both(head, wished, accepted, side), label=f"{name}: {side}") for side in ("front", "left", "top"))
    changes = changes_between(wished.wishes, accepted.wishes) or ("the line as drawn gives way to the proposed one",)
    told = (*(one.sentence() for one in wished.objections), f"Nearest acceptable: {'; '.join(changes)}.")
    return tiles, Block(heading=name, lines=told, wide=True)


def main(folder=Path("out/examples")):
    """Write nearest-acceptable.png."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = make_analytic_head(view=DemoView(width_px=96, height_px=128))
    places_mm = np.array([demo.points_mm[demo.point_names.index(name)] for name in LANDMARK_NAMES])
    exact = {"cameras": (), "photo_digests": (), "scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(demo.surface.vertices_mm))}
    head = Head(surface=demo.surface, landmarks_mm=places_mm, **exact)
    straight = propose_design(head, Wishes(style="straight", height_mm=52.0, age_years=45.0, norwood="6"))
    even = propose_design(head, Wishes(height_mm=70.0, asymmetry_mm=0.0, irregularity_fraction=0.0))
    edit = HairlineEdit(head_digest=head.digest, drawn_mm=even.hairline.points_mm)
    drawn = propose_design(head, Wishes(height_mm=70.0, age_years=45.0, norwood="6"), edit=edit)
    rows = [row(head, straight, "Straight, 52 mm, at 45 years"), row(head, drawn, "Drawn by hand: even, mirrored")]
    tiles, blocks = zip(*rows, strict=True)
    sheet = compose_sheet("Questioned in black, the nearest that is not in blue", "", tiles, blocks)
    Image.fromarray(sheet).save(folder / "nearest-acceptable.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
