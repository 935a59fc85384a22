"""Six skins from very light to dark, half bare and half treated: every mark is a column of carbon black seen through the skin.

python examples/06_light_in_skin.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from scalp.colour.srgb import lab_from_linear, srgb_from_linear, typology_angle
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.skin.spread import SIGMAS_MM, inner_fraction, point_spread
from scalp.skin.tone import reflectance

MELANINS = (0.007, 0.013, 0.028, 0.055, 0.10, 0.22)
SIDE_MM, PX_PER_MM, FINER, DENSITY_PER_CM2 = 28.0, 12, 2, 130.0


def scatter_places(rng: np.random.Generator) -> np.ndarray:
    """Draw places (N, 2) mm over the right half, thinning out towards its edge, as regular as real work."""
    spacing_mm = 10.0 / np.sqrt(DENSITY_PER_CM2)
    across, down = np.meshgrid(*2 * [np.arange(-2, int(SIDE_MM / spacing_mm) + 3)])
    places = np.stack([across + 0.5 * (down % 2), down], axis=-1).reshape(-1, 2) * spacing_mm
    places += 0.22 * spacing_mm * rng.standard_normal(places.shape)
    return places[rng.random(len(places)) < np.clip((places[:, 0] - 11.0) / 5.0, 0.0, 1.0)]


def treated_patch(skin: Skin, rng: np.random.Generator) -> np.ndarray:
    """Draw one square of skin in linear light, (H, W, 3)."""
    places, needle = scatter_places(rng), Needle()
    widths_mm = needle.deposit_diameter_mm * np.exp(needle.deposit_diameter_cv_fraction * rng.standard_normal(len(places)))
    doses = Pigment().deposit_mg_per_ml * np.exp(0.15 * rng.standard_normal(len(places)))
    weights = point_spread(skin, widths_mm, needle.top_depth_mm, needle.bottom_depth_mm, doses)
    along_mm = (np.arange(int(SIDE_MM * PX_PER_MM * FINER)) + 0.5) / (PX_PER_MM * FINER)
    attenuation = np.zeros((len(along_mm), len(along_mm), 3), np.float32)
    for index, sigma_mm in enumerate(SIGMAS_MM):
        x, y = (np.exp(-((along_mm - places[:, axis, None]) ** 2) / (2 * sigma_mm**2)).astype(np.float32) for axis in (0, 1))
        for band in range(3):
            attenuation[..., band] += (y * weights[:, band, index, None]).T @ x
    light = reflectance(skin) * (1.0 + inner_fraction(skin) * np.expm1(-attenuation))
    return light.reshape(len(along_mm) // FINER, FINER, -1, FINER, 3).mean(axis=(1, 3))


def main(folder=Path("out/examples")):
    """Write light_in_skin.png."""
    folder.mkdir(parents=True, exist_ok=True)
    skins = [Skin(melanin_fraction=melanin, blood_fraction=0.011) for melanin in MELANINS]
    patches = [srgb_from_linear(treated_patch(skin, np.random.default_rng(4))) for skin in skins]
    angles = [float(typology_angle(lab_from_linear(reflectance(skin)))) for skin in skins]
    tiles = [Tile(srgb_u8=patch, label=f"Typology angle {angle:.0f} degrees") for patch, angle in zip(patches, angles, strict=True)]
    sheet = compose_sheet("Light in skin", "Bare and healed, 28 mm of skin", (tuple(tiles[:3]), tuple(tiles[3:])), ())
    Image.fromarray(sheet).reduce(2).save(folder / "light_in_skin.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
