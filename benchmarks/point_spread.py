"""Hold the point-spread table against plain photon walks at random skins, deposits and distances.

    python benchmarks/point_spread.py [--skins 24] [--photons 500000] [--workers 2] [--seed 7]

Each skin has five deposits seen from six distances each; the witness (`scalp.skin.columns`) walks every 10 nm of light
with another seed than the table's. A point holds where the table's contrast is off by at most the largest of 1 % of the
contrast, three standard errors of the walk, and 0.002. The sums of Gaussians for drawing are judged apart.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from scalp.colour.spectra import WAVELENGTHS_NM, rgb_weights
from scalp.domain.skin import Skin
from scalp.skin.columns import Columns, Tissue, trace_columns
from scalp.skin.profiles import contrast_profile
from scalp.skin.spread import point_spread, transmittance
from scalp.skin.tissue import (
    ANISOTROPY,
    carbon_absorption_per_mm,
    epidermis_absorption_per_mm,
    papillary_absorption_per_mm,
    reticular_absorption_per_mm,
    skin_scattering_per_mm,
)

DEPOSITS_COUNT, DISTANCES_COUNT = 5, 6
ABSOLUTE, RELATIVE, ERRORS = 0.002, 0.01, 3.0


def say(text: str) -> None:
    """Tell what came out."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def between(rng: np.random.Generator, low: float, high: float, size: int | None = None) -> np.ndarray:
    """Return numbers even on a logarithmic scale."""
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def random_skin(rng: np.random.Generator) -> Skin:
    """Return a skin of any tone."""
    return Skin(
        melanin_fraction=float(between(rng, 0.006, 0.4)),
        blood_fraction=float(between(rng, 0.004, 0.05)),
        oxygenation_fraction=float(rng.uniform(0.4, 0.95)),
        epidermis_mm=float(rng.uniform(0.065, 0.105)),
        pheomelanin_fraction=float(rng.uniform(0.0, 0.5)),
        papillary_blood_ratio=float(between(rng, 0.4, 2.5)),
        scattering_per_mm=float(rng.uniform(3.5, 6.0)),
        scattering_power=float(rng.uniform(1.0, 1.7)),
    )


def random_deposits(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return widths, tops, bottoms, concentrations, and distances (N, K) within, at the edge and far outside."""
    width = between(rng, 0.06, 0.6, DEPOSITS_COUNT)
    top = rng.choice([0.0, 1.0], DEPOSITS_COUNT, p=[0.1, 0.9]) * between(rng, 0.03, 1.2, DEPOSITS_COUNT)
    height = between(rng, 0.1, 1.2, DEPOSITS_COUNT)
    dose = between(rng, 0.25, 20.0, DEPOSITS_COUNT)
    inside = rng.uniform(0.0, 1.0, (DEPOSITS_COUNT, 3)) * width[:, None] / 2
    outside = between(rng, 0.005, 2.0, (DEPOSITS_COUNT, 3)) + width[:, None] / 2
    return width, top, top + height, dose, np.concatenate([inside, outside], axis=1)


def walked(skin: Skin, deposits: tuple[np.ndarray, ...], photons_count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the contrast of deposits (N, K, 3) by plain walks, and its standard error."""
    width, top, bottom, dose, away = deposits
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi, away.size)
    places = away.reshape(-1, 1) * np.column_stack([np.cos(angle), np.sin(angle)])
    weights = rgb_weights()
    share = np.abs(weights).mean(axis=1) / np.abs(weights).mean(axis=1).sum()
    spread = {name: np.repeat(values, away.shape[1]) for name, values in (("r", width / 2), ("t", top), ("b", bottom), ("c", dose))}
    taken, whole, variance = np.zeros((away.size, 3)), np.zeros(3), []
    for index, nm in enumerate(WAVELENGTHS_NM):
        columns = Columns(
            places_mm=places,
            radius_mm=spread["r"],
            top_mm=spread["t"],
            bottom_mm=spread["b"],
            mu_ink_per_mm=spread["c"] * float(carbon_absorption_per_mm(nm)),
        )
        layers = (epidermis_absorption_per_mm, papillary_absorption_per_mm, reticular_absorption_per_mm)
        tissue = Tissue(
            mu_a_per_mm=np.array([float(layer(skin, nm)) for layer in layers]),
            mu_s_per_mm=float(skin_scattering_per_mm(skin, nm)) / (1 - ANISOTROPY),
            epidermis_mm=skin.epidermis_mm,
        )
        count = max(int(photons_count * share[index]), 200)
        found = trace_columns(columns, tissue, photons_count=count, seed=seed * 1000 + index)
        taken += found.taken_fraction[:, None] * weights[index]
        whole += found.whole_fraction * weights[index]
        variance.append((found, weights[index]))
    contrast = taken / whole
    squares = np.zeros_like(contrast)
    for found, weight in variance:
        rest = found.squares_fraction[:, :1] - 2 * contrast * found.squares_fraction[:, 1:2] + contrast**2 * found.squares_fraction[:, 2:]
        rest -= (found.taken_fraction[:, None] - contrast * found.whole_fraction) ** 2
        squares += weight**2 * rest / found.photons_count
    error = np.sqrt(np.maximum(squares, 0.0)) / whole
    return np.maximum(contrast, 0.0).reshape(*away.shape, 3), error.reshape(*away.shape, 3)


def judge_skin(seed: int, photons_count: int) -> dict[str, np.ndarray]:
    """Return a random skin's witness, its errors, the table's contrast and that of the Gaussians, each (N, K, 3)."""
    rng = np.random.default_rng(seed)
    skin, deposits = random_skin(rng), random_deposits(rng)
    contrast, error = walked(skin, deposits, photons_count, seed)
    rows = [tuple(column[index] for column in deposits) for index in range(DEPOSITS_COUNT)]
    table = np.stack([contrast_profile(skin, *row)[0] for row in rows])
    drawn = np.stack([1 - transmittance(point_spread(skin, *row[:4]), row[4])[0] for row in rows])
    return {"witness": contrast, "error": error, "table": table, "drawn": drawn}


def report(name: str, off: np.ndarray, allowed: np.ndarray) -> None:
    """Tell how far one way of telling contrast is off."""
    numbers = f"median {np.median(off):.4f}, 95 % {np.quantile(off, 0.95):.4f}, worst {off.max():.4f}"
    say(f"{name}: {off.size} points, off by {numbers}; {(off <= allowed).mean():.1%} hold")


def main() -> None:
    """Walk, compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--skins", type=int, default=24)
    parser.add_argument("--photons", type=int, default=500_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with ProcessPoolExecutor(arguments.workers) as pool:
        seeds = [1000 * arguments.seed + index for index in range(arguments.skins)]
        found = list(pool.map(judge_skin, seeds, [arguments.photons] * len(seeds)))
    joined = {name: np.concatenate([each[name] for each in found]) for name in found[0]}
    allowed = np.maximum.reduce([RELATIVE * joined["witness"], ERRORS * joined["error"], np.full(joined["error"].shape, ABSOLUTE)])
    say(f"standard error of the witness: median {np.median(joined['error']):.4f}, worst {joined['error'].max():.4f}")
    report("table", np.abs(joined["table"] - joined["witness"]), allowed)
    report("sums of Gaussians", np.abs(joined["drawn"] - joined["witness"]), allowed)


if __name__ == "__main__":
    main()
