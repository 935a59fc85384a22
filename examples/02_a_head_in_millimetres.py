"""Reconstruct a head from one photo and draw what is known of it: outline, landmarks, a grid in millimetres, and the doubt.

Left: the traced outline (white), landmarks and lines every 20 mm. Right: from the side; red is a guess from what heads are like.

    python examples/02_a_head_in_millimetres.py [FOLDER] [PHOTO]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.size.scale import ScaleWish
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoView, stand_camera
from scalp.geometry.raster import rasterise
from scalp.io.assets import makehuman_folder, models_folder
from scalp.io.photos import read_photo
from scalp.rendering.sheets import Tile, compose_sheet

SPACING_MM, DOUBTFUL_MM = 20.0, 6.0
RING_PX = 5.0 * np.array([[np.cos(angle), np.sin(angle)] for angle in np.linspace(0.0, 6.3, 60)])
FRONT, SIDE = DemoView(width_px=756, height_px=1008), DemoView(name="profile", width_px=756, height_px=1008)


def overlay(ground, head, camera, fill_fraction):
    """Draw the head's grid over a picture (rows, cols, 3), coloured by the doubt of the surface."""
    seen = rasterise(camera, head.surface)
    corners = head.surface.faces[seen.face_index]
    cells = np.einsum("rck,rckd->rcd", seen.barycentric, head.surface.vertices_mm[corners])[..., :2] / SPACING_MM
    on_line = (np.abs(cells - np.round(cells)) < 0.7 * np.abs(np.gradient(cells, axis=(0, 1))).sum(0)).any(2)
    doubt = np.clip(np.einsum("rck,rck->rc", seen.barycentric, head.surface_sd_mm[corners]) / DOUBTFUL_MM, 0, 1)[..., None]
    colour = np.array([60, 190, 110]) * (1 - doubt) + np.array([225, 70, 50]) * doubt
    share = (np.where(on_line, 0.8, fill_fraction) * (seen.face_index >= 0))[..., None]
    return (ground + share * (colour - ground)).astype(np.uint8)


def main(folder=Path("out/examples"), photo_path=None):
    """Write head.png."""
    folder.mkdir(parents=True, exist_ok=True)
    photo = read_photo(photo_path) if photo_path else make_demo_head(makehuman_folder(fetch=True), view=FRONT).photo
    face = find_faces(photo, models := models_folder(fetch=True))[0]
    outline = trace_outline(photo, segment_person(photo, face, models), face)
    head = reconstruct_head(photo, face=face, outline=outline, scale=ScaleWish())
    pen = ImageDraw.Draw(picture := Image.fromarray(overlay(photo.srgb_u8, head, head.cameras[0], 0.0)))
    pen.point(outline.points_px.ravel().tolist(), "white")
    pen.point((head.cameras[0].project(head.landmarks_mm)[:, None] + RING_PX).ravel().tolist(), "yellow")
    beside = overlay(np.full((1008, 756, 3), 60), head, stand_camera(SIDE, np.zeros(3)), 0.35)
    tiles = (Tile(srgb_u8=np.asarray(picture), label="What the photo shows"), Tile(srgb_u8=beside, label="The same head from its left"))
    words = f"All lengths +- {head.scale_sd_fraction:.1%}; green: surface known within 1 to 2 mm, red: 6 mm and more"
    Image.fromarray(compose_sheet("A head in millimetres", words, (tiles,), ())).reduce(2).save(folder / "head.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
