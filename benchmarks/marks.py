"""Print what one impression and a field of them look like by skin and by depth: the numbers of docs/science/skin.md.

python benchmarks/marks.py
"""

import sys

import numpy as np

from scalp.colour.srgb import lab_from_linear, typology_angle
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.profiles import contrast_profile
from scalp.skin.spread import field_transmittance, optical_width_mm, point_spread
from scalp.skin.tone import reflectance

LIGHT = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
NEEDLE, PIGMENT = Needle(), Pigment()
DEPTHS_MM = (0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1.1, 1.4)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def row(*cells: object) -> None:
    """Print a row of a table."""
    say("| " + " | ".join(str(cell) for cell in cells) + " |")


def digits(values: np.ndarray, count: int = 2) -> str:
    """Return numbers side by side."""
    return " ".join(f"{value:.{count}f}" for value in values)


def change(skin: Skin, weights: np.ndarray, density_per_cm2: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what a field leaves in each band, and the change of Lab."""
    left = field_transmittance(skin, weights, density_per_cm2)
    bare = reflectance(skin)
    return left, lab_from_linear(bare * left) - lab_from_linear(bare)


def by_skin() -> None:
    """Print the default impression in skins of all tones."""
    row("melanin", "typology angle", "seen width, mm", "core left R G B", "field left R G B", "field by green", "dL* da* db*")
    column = (NEEDLE.deposit_diameter_mm, NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, PIGMENT.deposit_mg_per_ml)
    for melanin in (0.0135, 0.04, 0.08, 0.15, 0.30):
        skin = Skin(melanin_fraction=melanin, blood_fraction=0.011)
        weights = point_spread(skin, *column)
        left, lab = change(skin, weights, 130.0)
        angle = f"{float(typology_angle(lab_from_linear(reflectance(skin)))):.0f}"
        core = digits(1 - contrast_profile(skin, *column)[0, 0])
        row(melanin, angle, f"{optical_width_mm(weights)[0, 1]:.2f}", core, digits(left), digits(left / left[1]), digits(lab, 1))


def by_size() -> None:
    """Print the mean change of small sparse and of large dense marks, by the width that is seen."""
    column = (NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, PIGMENT.deposit_mg_per_ml)
    widths = np.linspace(0.08, 0.5, 85)
    seen = optical_width_mm(point_spread(LIGHT, widths, *column))[:, 1]
    for wanted, density in ((0.15, 100.0), (0.30, 150.0), (0.50, 100.0)):
        width = float(np.interp(wanted, seen, widths))
        say(
            f"seen {wanted} mm wide at {density:.0f} per cm2: mean dL* {change(LIGHT, point_spread(LIGHT, width, *column), density)[1][0]:.1f}"
        )
    for ratio in (10.0, 20.0, 40.0):
        dose = Pigment(dilution_ratio=ratio).deposit_mg_per_ml
        weights = point_spread(LIGHT, NEEDLE.deposit_diameter_mm, NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, dose)
        say(f"dilution 1:{ratio:.0f} at 130 per cm2: mean dL* {change(LIGHT, weights, 130.0)[1][0]:.1f}")


def by_depth() -> None:
    """Print core and field of the default column at other depths, and which band is darkest at the core."""
    row("top, mm", "seen width (green), mm", "core left R G B", "core R : G : B, pale (0.3 mg/ml)", "field left by green", "field dL*")
    for top in DEPTHS_MM:
        column = (NEEDLE.deposit_diameter_mm, top, top + 0.3, PIGMENT.deposit_mg_per_ml)
        weights = point_spread(LIGHT, *column)
        left, lab = change(LIGHT, weights, 130.0)
        pale = 1 - contrast_profile(LIGHT, *column[:3], 0.3)[0, 0]
        core = 1 - contrast_profile(LIGHT, *column)[0, 0]
        row(top, f"{optical_width_mm(weights)[0, 1]:.2f}", digits(core), digits(pale), digits(left / left[1]), f"{lab[0]:.1f}")


if __name__ == "__main__":
    by_skin()
    by_size()
    by_depth()
