"""Place a treatment on a ball the size of a head and look at it from above, as even as can be and as natural work is.

Left: the even limit; right: natural regularity. Dark, middle and light marks are sessions 1, 2 and 3.

    python examples/05_place_impressions.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scalp.domain.design import Design, Hairline, Wishes
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.geometry.meshes import icosphere
from scalp.io.tables import read_price_list
from scalp.placement import PlacementSettings, place_impressions
from scalp.planning import plan_treatment

PX_PER_MM, FINER, SIDE_MM = 9, 4, 60.0
SHADES = ((40, 42, 48), (80, 100, 150), (190, 120, 60))


def ball_with_a_cap() -> tuple[Head, Design]:
    """A ball of 80 mm whose top is treated at 120 per cm2, thinning out over 15 mm."""
    unit = icosphere(6)
    mesh = Mesh(vertices_mm=unit.vertices_mm * 80.0, faces=unit.faces)
    nothing, even = np.zeros((len(LANDMARK_NAMES), 3)), np.zeros(len(mesh.vertices_mm))
    head = Head(surface=mesh, landmarks_mm=nothing, cameras=(), photo_digests=(), scale_sd_fraction=0.0, surface_sd_mm=even)
    density = 120.0 * np.clip((80.0 * np.arcsin(unit.vertices_mm[:, 1]) - 95.0 + 4 * np.sin(unit.vertices_mm[:, 0] * 25)) / 15.0, 0.0, 1.0)
    line = Hairline(style="natural", points_mm=np.zeros((2, 3)), height_mm=65.0)
    zones = np.zeros(len(density), np.uint8)
    return head, Design(head_digest=head.digest, wishes=Wishes(), hairline=line, density_per_cm2=density, zone_index=zones, area_cm2=60.0)


def main(folder=Path("out/examples")):
    """Write impressions.png."""
    folder.mkdir(parents=True, exist_ok=True)
    head, design = ball_with_a_cap()
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    scale, side = PX_PER_MM * FINER, round(SIDE_MM * PX_PER_MM * FINER)
    picture = Image.new("RGB", (2 * side, side), (236, 228, 222))
    drawing = ImageDraw.Draw(picture)
    for column, settings in enumerate((PlacementSettings(regularity_fraction=1.0), PlacementSettings())):
        impressions = place_impressions(plan, design, head, seed=1, settings=settings)
        places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
        shown = (np.abs(places_mm[:, [0, 2]]) < SIDE_MM / 2).all(1) & (places_mm[:, 1] > 0)
        for place, number, wide in zip(
            places_mm[shown], impressions.session_number[shown], impressions.deposit_diameter_mm[shown], strict=True
        ):
            x, y = side * (column + 0.5) + scale * place[0], side / 2 + scale * place[2]
            drawing.ellipse((x - scale * wide, y - scale * wide, x + scale * wide, y + scale * wide), fill=SHADES[number - 1])
    picture.resize((2 * side // FINER, side // FINER), Image.Resampling.BOX).save(folder / "impressions.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
