"""Draw the twelve hairline styles on one head, then move a corner by 8 mm and draw a line by hand. Dark is dense.

python examples/15_twelve_hairlines.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.capture.shape.heads import reconstruct_head
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView
from scalp.designing import propose_design
from scalp.domain.design import HAIRLINE_STYLES, AnchorMove, Design, HairlineEdit, Wishes
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.io.assets import makehuman_folder
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.rendering.views import Stand, stand_camera

DEGREES = ((0.0, 12.0), (45.0, 12.0), (90.0, 5.0))


def seen(head: Head, design: Design, azimuth_degrees: float, elevation_degrees: float) -> np.ndarray:
    """Shade the density of a design on its head from one side, rows x cols x 3."""
    stand = Stand(azimuth_degrees=azimuth_degrees, elevation_degrees=elevation_degrees, width_px=330, height_px=330, frame_width_mm=230.0)
    camera = stand_camera(head, stand)
    fragments = rasterise(camera, head.surface)
    corners, shares = head.surface.faces[fragments.face_index], fragments.barycentric
    shine = vertex_normals(head.surface) @ -camera.camera_from_head[2, :3]
    light = np.clip(np.einsum("rck,rck->rc", shares, shine[corners]), 0.0, 1.0)
    density = np.einsum("rck,rck->rc", shares, design.density_per_cm2[corners]) / 130.0
    shade = np.array([222.0, 178.0, 152.0]) * (0.4 + 0.6 * light)[..., None] * (1.0 - 0.6 * np.clip(density, 0.0, 1.0)[..., None])
    return np.where((fragments.face_index >= 0)[..., None], shade, 236.0).astype(np.uint8)


def row(head: Head, wishes: Wishes, label: str, edit: HairlineEdit | None = None) -> Tile:
    """Return one design from all sides."""
    design = propose_design(head, wishes, edit=edit)
    return Tile(srgb_u8=np.hstack([seen(head, design, *place) for place in DEGREES]), label=label)


def main(folder=Path("out/examples")):
    """Write twelve-hairlines.png."""
    folder.mkdir(parents=True, exist_ok=True)
    person = make_demo_head(makehuman_folder(), view=DemoView(width_px=240, height_px=320))
    head = reconstruct_head(person.photo, points=person.marked_points)
    tiles = [row(head, Wishes(style=style), style) for style in HAIRLINE_STYLES]
    moved = HairlineEdit(head_digest=head.digest, moves=(AnchorMove(anchor="left_frontotemporal", up_mm=8.0),))
    drawn = HairlineEdit(head_digest=head.digest, drawn_mm=propose_design(head, Wishes(style="female")).hairline.points_mm[20:-20:9])
    tiles += [row(head, Wishes(), "natural, left corner 8 mm up", moved), row(head, Wishes(), "natural, drawn by hand", drawn)]
    sheet = compose_sheet("Twelve hairlines", "One head, each style as it comes", tuple(zip(tiles[::2], tiles[1::2], strict=True)), ())
    Image.fromarray(sheet).save(folder / "twelve-hairlines.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
