"""Build the shipped table of the light bare skin gives back, skin-reflectance.csv, by adding and doubling; or check it.

    python scripts/build_skin_reflectance.py [--check]

Without noise, about a second. `--check` writes nothing: it compares the digest, then solves every entry again.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from scalp.base import BadTable
from scalp.skin import returns
from scalp.skin.doubling import Slab, add_slabs, air_surface, double_layer, spread_directions, straight_fluxes
from scalp.skin.tissue import ANISOTROPY, INDEX, PAPILLARY_MM, SURFACE_GLARE

DIRECTIONS_COUNT = 24
AGREEMENT = 2e-4
"""Relative difference that other machines' arithmetic and five printed digits may make."""


def picked(slab: Slab, index: int) -> Slab:
    """Return one of many stacks."""
    return Slab(*(matrix[index] for matrix in slab))


def solve_table() -> np.ndarray:
    """Return the light that leaves skin again of the light that has entered it, over the four axes."""
    scatterings, epidermal, papillary, reticular = returns.table_nodes()
    directions = spread_directions(INDEX, DIRECTIONS_COUNT)
    surface = air_surface(directions, INDEX)
    solved = np.empty([len(axis) for axis in (scatterings, epidermal, papillary, reticular)])
    for row, scattering in enumerate(scatterings):
        shared = {"mu_s_per_mm": scattering / (1 - ANISOTROPY), "g": ANISOTROPY}
        top = double_layer(directions, mu_a_per_mm=epidermal / returns.EPIDERMIS_MM, thickness_mm=returns.EPIDERMIS_MM, **shared)
        middle = double_layer(directions, mu_a_per_mm=papillary * scattering, thickness_mm=PAPILLARY_MM, **shared)
        bottom = double_layer(directions, mu_a_per_mm=reticular * scattering, thickness_mm=np.inf, **shared)
        covered = add_slabs(surface, top)
        for column in range(len(epidermal)):
            upper = add_slabs(picked(covered, column), middle)
            for depth in range(len(papillary)):
                whole = add_slabs(picked(upper, depth), bottom)
                solved[row, column, depth] = straight_fluxes(directions, whole.reflected)
    return (solved - SURFACE_GLARE) / (1 - SURFACE_GLARE)


def written_table(solved: np.ndarray) -> str:
    """Return the text of the file: what it is, its digest, then a row for each scattering, epidermal depth and papillary ratio."""
    scatterings, epidermal, papillary, reticular = returns.table_nodes()
    keys = [(a, b, c) for a in scatterings for b in epidermal for c in papillary]
    lines = ["scattering_per_mm,epidermal_depth,papillary_ratio," + ",".join(f"reticular_ratio_{node:g}" for node in reticular)]
    values = solved.reshape(len(keys), -1)
    lines += [
        ",".join([*(f"{key:g}" for key in keys_), *(f"{value:.5g}" for value in row)]) for keys_, row in zip(keys, values, strict=True)
    ]
    rows = "\n".join(lines) + "\n"
    return (
        "# Part of the light that has entered skin straight in that leaves it again, by scattering and absorption; ratios are\n"
        f"# absorption over reduced scattering. Our own adding-doubling, {DIRECTIONS_COUNT} directions: {returns.REBUILD}\n"
        f"# digest {returns.table_digest(rows)}\n{rows}"
    )


def say(text: str) -> None:
    """Tell what came out."""
    sys.stdout.write(text + "\n")


def check() -> int:
    """Compare the shipped table with its digest and with a fresh solution; return 0 where both agree."""
    try:
        shipped = returns.read_table()
    except BadTable as fault:
        say(str(fault))
        return 1
    apart = np.abs(shipped / solve_table() - 1.0).max()
    say(f"digest as written; worst relative difference to a fresh solution {apart:.1e}, at most {AGREEMENT:.0e} is allowed")
    return int(apart > AGREEMENT)


def main() -> int:
    """Build or check the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the shipped table with its digest and a fresh solution")
    if parser.parse_args().check:
        return check()
    text = written_table(solve_table())
    Path(str(returns.TABLE)).write_text(text, encoding="utf-8")
    say(f"{Path(str(returns.TABLE)).name}: {len(text) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
