"""Build the shipped table of the light bare skin gives back, skin-reflectance.csv.

python scripts/build_skin_reflectance.py --photons 200000
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from scalp.skin import grids
from scalp.skin.columns import Columns, Paths, trace_columns
from scalp.skin.tissue import ANISOTROPY, SURFACE_GLARE


def say(text: str) -> None:
    """Tell how far the work is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def build_reflectance(photons_count: int, seed: int) -> None:
    """Write the diffuse reflectance of the two layers over scattering and both absorptions."""
    far = Columns(
        radii_mm=np.array([0.01]),
        places_mm=np.array([[1e6, 0.0]]),
        place_ring=np.array([0]),
        edges_mm=np.array([0.0, 0.1]),
        slabs=np.array([[0, 1]]),
        mu_ink_per_mm=np.array([1.0]),
    )
    epidermal, dermal = (axis.ravel() for axis in np.meshgrid(grids.EPIDERMAL_DEPTHS, grids.DERMAL_PER_MM, indexing="ij"))
    lines = [
        "# Light that leaves skin again (surface glare not included) of light that has entered it, by scattering and absorption.",
        f"# Our own Monte Carlo, {photons_count} photons each, seed {seed}: python scripts/build_skin_reflectance.py",
        "scattering_per_mm,epidermal_depth,dermal_absorption_per_mm,returned_fraction",
    ]
    for scattering_per_mm_ in grids.SCATTERINGS_PER_MM:
        paths = Paths(
            mu_epidermis_per_mm=epidermal[:, None] / grids.TABLE_EPIDERMIS_MM,
            mu_dermis_per_mm=dermal[:, None],
            band_weights=np.ones((1, 1)),
            mu_s_per_mm=scattering_per_mm_ / (1 - ANISOTROPY),
            epidermis_mm=grids.TABLE_EPIDERMIS_MM,
        )
        _, whole = trace_columns(far, paths, photons_count=photons_count, seed=seed)
        returned = whole[:, 0] / photons_count
        lines += [f"{scattering_per_mm_:g},{a:g},{b:g},{r:.5f}" for a, b, r in zip(epidermal, dermal, returned, strict=True)]
        say(f"scattering {scattering_per_mm_:g} per mm: returned up to {returned.max() * (1 - SURFACE_GLARE):.3f}")
    Path(grids.REFLECTANCE_TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Build the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    build_reflectance(arguments.photons, arguments.seed)


if __name__ == "__main__":
    main()
