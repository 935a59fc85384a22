"""Look closely at one healed hairline on skin of six tones, photographed at 12 px per mm.

The skin is even on purpose: all that is seen besides its grain is impressions, projected, blurred and encoded as in any photo.

    python examples/08_impressions_in_a_photo.py [FOLDER]
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from scalp.ageing.healing import heal
from scalp.colour.srgb import srgb_from_linear
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView, stand_camera
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import Head
from scalp.domain.look import Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.pigment import Pigment
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.placement import place_impressions
from scalp.planning import plan_treatment
from scalp.rendering.looks import render_look
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.skin.tone import reflectance

SKINS = [Skin(melanin_fraction=melanin, blood_fraction=0.014) for melanin in (0.012, 0.02, 0.045, 0.075, 0.11, 0.17)]
HEALED = Moment(name="healed", label="Healed", session_number=3, days=42.0)
VIEW, ALL_SKIN = DemoView(width_px=480, height_px=480, distance_mm=500.0, frame_width_mm=40.0), np.full((480, 480), 255, np.uint8)


def main(folder=Path("out/examples")):
    """Write tones.png."""
    folder.mkdir(parents=True, exist_ok=True)
    grain = 0.07 * gaussian_filter(np.random.default_rng(3).standard_normal((480, 480, 1)), (1.3, 1.3, 0))
    photos = [Photo(pixels=srgb_from_linear(1.25 * reflectance(skin) * np.exp(grain)), encoding=srgb_encoding()) for skin in SKINS]
    shown, camera = make_analytic_head(view=DemoView(width_px=96, height_px=128)), stand_camera(VIEW, np.array([0.0, 100.0, 78.0]))
    known = {"landmarks_mm": shown.landmarks_mm, "scale_sd_fraction": 0.0, "surface_sd_mm": np.zeros(len(shown.surface.vertices_mm))}
    head = Head(surface=shown.surface, cameras=(camera,) * 6, photo_digests=tuple(photo.digest for photo in photos), **known)
    design = propose_design(head, Wishes())
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list(), pigment=Pigment(dilution_ratio=8.0))
    healed = heal(place_impressions(plan, design, head, seed=1), days=HEALED.days, seed=1)
    regions = Regions(head=ALL_SKIN, skin=ALL_SKIN, hair=0 * ALL_SKIN)
    tiles = []
    for number, skin, photo in zip(("I", "II", "III", "IV", "V", "VI"), SKINS, photos, strict=True):
        tiles.append(Tile(srgb_u8=render_look(photo, head, healed, regions, skin, HEALED).photo.srgb_u8, label=f"Tone {number}"))
    sheet = compose_sheet("A healed hairline, close", "4 cm of skin, 12 px per mm", (tuple(tiles[:3]), tuple(tiles[3:])), ())
    Image.fromarray(sheet).reduce(2).save(folder / "tones.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
