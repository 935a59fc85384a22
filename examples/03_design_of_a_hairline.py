"""Propose the first five hairline styles on an egg of the mean man's size, seen from the front, the side and above. Dark is dense.

python examples/03_design_of_a_hairline.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.designing import propose_design
from scalp.domain.camera import Camera
from scalp.domain.design import HAIRLINE_STYLES, Design, Wishes
from scalp.domain.head import Head, Mesh
from scalp.geometry.meshes import icosphere, vertex_normals
from scalp.geometry.raster import rasterise
from scalp.rendering.sheets import Tile, compose_sheet

SIDE_PX, CENTRE_MM, AXES_MM = 360, np.array([0.0, 48.0, 7.0]), np.array([77.0, 83.0, 100.0])
TOWARDS = ((0.0, 0.35, 1.0), (0.8, 0.3, 1.0), (1.0, 0.15, 0.0), (0.0, 1.0, 0.05))
LANDMARKS_MM = ((0, 38, 106), (0, 23, 102), (45, 20, 81), (-45, 20, 81), (62, 0, 0), (-62, 0, 0), (0, 131, 7), (0, 6, -79))


def egg() -> Head:
    """An ellipsoid 154 mm broad, 200 mm long and 131 mm high over the ears, with landmarks in the order of `LANDMARK_NAMES`."""
    unit = icosphere(6)
    surface = Mesh(vertices_mm=CENTRE_MM + AXES_MM * unit.vertices_mm, faces=unit.faces)
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(unit.vertices_mm))}
    return Head(surface=surface, landmarks_mm=np.array(LANDMARKS_MM, float), cameras=(), photo_digests=(), **exact)


def seen(head: Head, design: Design, towards: tuple[float, float, float]) -> np.ndarray:
    """Shade the density of a design on its head from one side, rows x cols x 3."""
    back = np.array(towards) / np.linalg.norm(towards)
    right = np.cross([0.0, 1.0, 0.0], back) / np.linalg.norm(np.cross([0.0, 1.0, 0.0], back))
    pose = np.eye(4)
    pose[:3, :3] = [right, np.cross(right, back), -back]
    pose[:3, 3] = -pose[:3, :3] @ (CENTRE_MM + 1000.0 * back)
    camera = Camera(focal_px=1500.0, centre_px=(SIDE_PX / 2, SIDE_PX / 2), width_px=SIDE_PX, height_px=SIDE_PX, camera_from_head=pose)
    fragments = rasterise(camera, head.surface)
    corners, shares = head.surface.faces[fragments.face_index], fragments.barycentric
    light = np.clip(np.einsum("rck,rckd,d->rc", shares, vertex_normals(head.surface)[corners], back), 0.0, 1.0)
    density = np.einsum("rck,rck->rc", shares, design.density_per_cm2[corners]) / 130.0
    skin = np.array([222, 178, 152]) * (0.45 + 0.55 * light)[..., None] * (1.0 - 0.45 * np.clip(density, 0.0, 1.0)[..., None])
    return np.where((fragments.face_index >= 0)[..., None], skin, 236.0).astype(np.uint8)


def main(folder=Path("out/examples")):
    """Write hairlines.png."""
    folder.mkdir(parents=True, exist_ok=True)
    client = egg()
    designs = [propose_design(client, Wishes(style=style, height_mm=64.0)) for style in HAIRLINE_STYLES[:5]]
    views = [np.hstack([seen(client, design, towards) for towards in TOWARDS]) for design in designs]
    rows = tuple((Tile(srgb_u8=view, label=style),) for style, view in zip(HAIRLINE_STYLES[:5], views, strict=True))
    Image.fromarray(compose_sheet("Five hairlines", "64 mm above the brows", rows, ())).reduce(2).save(folder / "hairlines.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
