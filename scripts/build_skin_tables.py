"""Build the shipped table of what impressions take away, skin-spread.npz, from our own photon walks.

    python scripts/build_skin_tables.py spread --photons 100000

One core, resumable: each wavelength's sums are kept in --work and not walked again. About 10 minutes at this count.
The colour of bare skin is scripts/build_skin_reflectance.py's.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import nnls

from scalp.colour.spectra import WAVELENGTHS_NM, rgb_weights
from scalp.skin import grids
from scalp.skin.columns import Columns, Paths, trace_columns
from scalp.skin.tissue import (
    ANISOTROPY,
    baseline_absorption_per_mm,
    blood_absorption_per_mm,
    carbon_absorption_per_mm,
    melanosome_absorption_per_mm,
    scattering_per_mm,
)

NODES_NM = (440.0, 470.0, 500.0, 530.0, 560.0, 590.0, 620.0, 650.0)
"""Each set of walks serves the 10 nm steps nearest to it."""
DISTANCES_MM = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0, 2.8, 4.0)
TURNS = (1, 4, 4, 4, 4, 6, 6, 6, 6, 8, 8, 10, 12, 12)
"""How many places around share each distance."""


def say(text: str) -> None:
    """Tell how far the work is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def all_columns(wavelength_nm: float) -> Columns:
    """Return every column of the table, in the pigment's absorption at one wavelength."""
    tops = np.repeat(grids.TOPS_MM, len(grids.THICKNESSES_MM))
    bottoms = tops + np.tile(grids.THICKNESSES_MM, len(grids.TOPS_MM))
    edges_mm = np.unique(np.concatenate([tops, bottoms]).round(6))
    slabs = np.searchsorted(edges_mm, np.column_stack([tops, bottoms]).round(6))
    places, rings = [], []
    for ring, (distance_mm, turns) in enumerate(zip(DISTANCES_MM, TURNS, strict=True)):
        for turn in range(turns):
            angle_rad = 2 * np.pi * (turn + 0.13 * ring) / turns
            places.append((distance_mm * np.cos(angle_rad), distance_mm * np.sin(angle_rad)))
            rings.append(ring)
    return Columns(
        radii_mm=np.array(grids.DIAMETERS_MM) / 2,
        places_mm=np.array(places),
        place_ring=np.array(rings),
        edges_mm=edges_mm,
        slabs=slabs,
        mu_ink_per_mm=np.array(grids.CONCENTRATIONS_MG_PER_ML) * float(carbon_absorption_per_mm(wavelength_nm)),
    )


def all_paths(node_nm: float) -> Paths:
    """Return every skin of the table at the 10 nm steps of one node."""
    steps_nm = np.array(WAVELENGTHS_NM)
    mine = np.abs(steps_nm[:, None] - np.array(NODES_NM)).argmin(axis=1) == NODES_NM.index(node_nm)
    steps_nm = steps_nm[mine]
    melanin = np.repeat(grids.MELANIN_FRACTIONS, len(grids.BLOOD_FRACTIONS))[:, None]
    blood = np.tile(grids.BLOOD_FRACTIONS, len(grids.MELANIN_FRACTIONS))[:, None]
    baseline = baseline_absorption_per_mm(steps_nm)
    return Paths(
        mu_epidermis_per_mm=melanin * melanosome_absorption_per_mm(steps_nm) + (1 - melanin) * baseline,
        mu_dermis_per_mm=blood * blood_absorption_per_mm(steps_nm, grids.TABLE_OXYGENATION_FRACTION) + baseline,
        band_weights=np.maximum(rgb_weights()[mine], 0.0),
        mu_s_per_mm=float(scattering_per_mm(node_nm)) / (1 - ANISOTROPY),
        epidermis_mm=grids.TABLE_EPIDERMIS_MM,
    )


def walk_nodes(photons_count: int, seed: int, work: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of all wavelengths: taken (D, R, S, C, W, B) and whole (W, B)."""
    taken_all, whole_all = 0.0, 0.0
    for node_nm in NODES_NM:
        kept = work / f"node-{node_nm:.0f}-{photons_count}-{seed}.npz"
        if not kept.exists():
            begin = time.perf_counter()
            taken, whole = trace_columns(all_columns(node_nm), all_paths(node_nm), photons_count=photons_count, seed=seed)
            np.savez(kept, taken=taken.astype(np.float32), whole=whole)
            say(f"{node_nm:.0f} nm walked in {time.perf_counter() - begin:.0f} s")
        with np.load(kept) as sums:
            taken_all = taken_all + sums["taken"].astype(float)
            whole_all = whole_all + sums["whole"]
    taken_all /= np.array(TURNS, float)[:, None, None, None, None, None]
    return np.asarray(taken_all), np.asarray(whole_all)


def fit_gaussians(contrast: np.ndarray) -> np.ndarray:
    """Return non-negative weights (R, S, C, W, B, K) of contrasts (D, R, S, C, W, B) that keep the light taken in all."""
    distance = np.array(DISTANCES_MM)
    shapes = np.exp(-(distance[:, None] ** 2) / (2 * np.array(grids.SIGMAS_MM) ** 2))
    area = np.sqrt(np.gradient(distance**2) + 0.02)
    measured = np.clip(contrast, 0.0, 0.995).reshape(len(distance), -1)
    attenuation = -np.log1p(-measured)
    weights = np.zeros((attenuation.shape[1], len(grids.SIGMAS_MM)))
    for index in range(attenuation.shape[1]):
        seen = area * np.maximum(np.exp(-attenuation[:, index]), 0.05)
        weights[index] = nnls(shapes * seen[:, None], attenuation[:, index] * seen, maxiter=1000)[0]
    misfit = np.abs(np.exp(-shapes @ weights.T) - np.exp(-attenuation)).max(axis=0)
    say(f"worst misfit of a profile's contrast: median {np.median(misfit):.4f}, 95 % {np.quantile(misfit, 0.95):.4f}")
    return keep_light(weights, measured).reshape(*contrast.shape[1:], len(grids.SIGMAS_MM))


def keep_light(weights: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return weights (N, K) scaled so that they take as much light in all as the measured contrasts (D, N) do."""
    fine = np.concatenate([np.linspace(0.0, 1.0, 101), np.linspace(1.02, 6.0, 250)])
    ring = np.gradient(fine) * fine
    shapes = np.exp(-(fine[:, None] ** 2) / (2 * np.array(grids.SIGMAS_MM) ** 2))
    scaled = weights.copy()
    for begin in range(0, len(weights), 4000):
        part = slice(begin, begin + 4000)
        wanted = ring @ np.where(fine[:, None] <= DISTANCES_MM[-1], PchipInterpolator(DISTANCES_MM, measured[:, part])(fine), 0.0)
        for _ in range(6):
            taken = ring @ -np.expm1(-shapes @ scaled[part].T)
            scaled[part] *= np.clip(np.where(taken > 0, wanted / np.maximum(taken, 1e-12), 1.0), 0.5, 2.0)[:, None]
    return scaled


def build_spread(photons_count: int, seed: int, work: Path) -> None:
    """Write the table of point-spreads, (melanin, blood, diameter, top, thickness, concentration, band, sigma)."""
    taken, whole = walk_nodes(photons_count, seed, work)
    weights = fit_gaussians(taken / whole)
    diameters, tops, thicknesses = len(grids.DIAMETERS_MM), len(grids.TOPS_MM), len(grids.THICKNESSES_MM)
    melanins, bloods = len(grids.MELANIN_FRACTIONS), len(grids.BLOOD_FRACTIONS)
    weights = weights.reshape(diameters, tops, thicknesses, len(grids.CONCENTRATIONS_MG_PER_ML), melanins, bloods, 3, len(grids.SIGMAS_MM))
    trend = grids.normal_weight(np.array(grids.DIAMETERS_MM)[:, None], np.array(grids.CONCENTRATIONS_MG_PER_ML))
    weights = np.moveaxis(weights, (4, 5), (0, 1)) / trend[:, None, None, :, None, None]
    weights /= grids.depth_trend(np.array(grids.TOPS_MM))[:, None, None, None, :]
    peak = weights.reshape(-1, 3, len(grids.SIGMAS_MM)).max(axis=0)
    code = np.rint(255 * np.cbrt(weights / peak)).astype(np.uint8)
    np.savez_compressed(grids.SPREAD_TABLE, code=code, peak=peak, photons_count=photons_count, seed=seed)
    say(f"{grids.SPREAD_TABLE}: {Path(grids.SPREAD_TABLE).stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Build what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", choices=("spread",))
    parser.add_argument("--photons", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("out/skin-tables"))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    build_spread(arguments.photons, arguments.seed, arguments.work)


if __name__ == "__main__":
    main()
