"""Place a treatment on a ball the size of a head and look at it from above, as even as can be and as natural work is.

python examples/05_place_impressions.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scalp.domain.design import Design, Hairline, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.geometry.meshes import icosphere
from scalp.io.tables import read_price_list
from scalp.placement import PlacementSettings, place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.sheets import Tile, compose_sheet

PX_PER_MM, FINER, SIDE_MM, SHADES = 16, 3, 50.0, ((40, 42, 48), (80, 100, 150), (190, 120, 60))


def ball_with_a_cap() -> tuple[Head, Design]:
    """A ball of 80 mm whose top is treated at 120 per cm2, thinning out over 15 mm."""
    unit = icosphere(6)
    mesh = Mesh(vertices_mm=unit.vertices_mm * 80.0, faces=unit.faces)
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(mesh.vertices_mm))}
    head = Head(surface=mesh, landmarks_mm=np.zeros((len(LANDMARK_NAMES), 3)), cameras=(), photo_digests=(), **exact)
    density = 120.0 * np.clip((80.0 * np.arcsin(unit.vertices_mm[:, 1]) - 95.0 + 4 * np.sin(unit.vertices_mm[:, 0] * 25)) / 15.0, 0.0, 1.0)
    line, zones = Hairline(style="natural", points_mm=np.zeros((2, 3)), height_mm=65.0), np.zeros(len(density), np.uint8)
    return head, Design(head_digest=head.digest, wishes=Wishes(), hairline=line, density_per_cm2=density, zone_index=zones, area_cm2=60.0)


def draw(impressions: Impressions, head: Head) -> np.ndarray:
    """Draw the impressions on top of the ball as seen from above, rows x cols x 3."""
    scale, side = PX_PER_MM * FINER, round(SIDE_MM * PX_PER_MM * FINER)
    picture = Image.new("RGB", (side, side), (236, 228, 222))
    places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
    for place, number, wide in zip(places_mm, impressions.session_number, impressions.deposit_diameter_mm, strict=True):
        middle_px = (side / 2 + scale * place[0], side / 2 + scale * place[2])
        ImageDraw.Draw(picture).circle(middle_px, scale * wide, fill=SHADES[number - 1])
    return np.asarray(picture.reduce(FINER))


def main(folder=Path("out/examples")):
    """Write impressions.png."""
    folder.mkdir(parents=True, exist_ok=True)
    head, design = ball_with_a_cap()
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    even = place_impressions(plan, design, head, seed=1, settings=PlacementSettings(regularity_fraction=1.0))
    natural = place_impressions(plan, design, head, seed=1)
    tiles = (Tile(srgb_u8=draw(even, head), label="As even as can be"), Tile(srgb_u8=draw(natural, head), label="As natural work is"))
    sheet = compose_sheet("Impressions", "Sessions 1 (dark), 2 (blue), 3 (brown), drawn at twice their width", (tiles,), ())
    Image.fromarray(sheet).reduce(2).save(folder / "impressions.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
