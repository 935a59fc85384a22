"""Lay a treated scalp on paper at 1:1, write the sheets, and draw the stencil of the hairline as a page shows it.

python examples/22_a_scalp_on_paper.py [FOLDER]
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import Head, Mesh
from scalp.domain.transfer import PAPER_MM
from scalp.geometry.meshes import icosphere
from scalp.io.transfer import write_transfer
from scalp.rendering.transfer import make_transfer

CENTRE_MM, AXES_MM = np.array([0.0, 48.0, 7.0]), np.array([77.0, 83.0, 100.0])
LANDMARKS_MM = ((0, 38, 106), (0, 23, 102), (45, 20, 81), (-45, 20, 81), (62, 0, 0), (-62, 0, 0), (0, 131, 7), (0, 6, -79))
PX_PER_MM = 5.0
INKS = {"grid": (205, 215, 225), "zone": (150, 150, 150), "midline": (90, 140, 200), "cut": (60, 60, 60), "hairline": (20, 20, 20)}


def egg() -> Head:
    """An ellipsoid of the mean man's size, with landmarks in the order of `LANDMARK_NAMES`."""
    unit = icosphere(6)
    surface = Mesh(vertices_mm=CENTRE_MM + AXES_MM * unit.vertices_mm, faces=unit.faces)
    exact = {"scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(unit.vertices_mm))}
    return Head(surface=surface, landmarks_mm=np.array(LANDMARKS_MM, float), cameras=(), photo_digests=(), **exact)


def main(folder=Path("out/examples")):
    """Write transfer/*.pdf and stencil.png."""
    papers = folder / "transfer"
    papers.mkdir(parents=True, exist_ok=True)
    client = egg()
    sheet = make_transfer(client, propose_design(client, Wishes(norwood="3", height_mm=64.0)))
    write_transfer(sheet, papers, svg=False)
    size = np.array(PAPER_MM[sheet.paper])
    page = np.full((*np.round(size[::-1] * PX_PER_MM).astype(int), 3), 255, np.uint8)
    patch = sheet.patches[0]
    for kind, ink in INKS.items():
        for line in (line for line in patch.lines if line.kind == kind):
            points = np.round((line.points_mm * (1, -1) + size / 2) * PX_PER_MM).astype(np.int32)
            cv2.polylines(page, [points], kind == "cut", ink, 4 if kind == "hairline" else 2, cv2.LINE_AA)
    for mark in patch.registration:
        place = tuple(np.round((mark.chart_mm * (1, -1) + size / 2) * PX_PER_MM).astype(int).tolist())
        cv2.drawMarker(page, place, (200, 60, 40), cv2.MARKER_CROSS, 16, 2)
        cv2.putText(page, mark.label, (place[0] + 8, place[1] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (200, 60, 40), 1, cv2.LINE_AA)
    Image.fromarray(page).save(folder / "stencil.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
