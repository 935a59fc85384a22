"""Build the shipped table of point-spreads, skin-spread-skins.npz and skin-spread-deposits.npz, from our own photon walks.

    python scripts/build_skin_tables.py --photons 400000 --workers 2

Resumable: every 50,000 photons are kept in --work and not walked again; more photons add to those there are. About
0.41 ms of one core a photon, five scatterings: 14 minutes of processor time at 400,000 photons.
"""

import argparse
import hashlib
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from scalp.skin import grids
from scalp.skin.rings import trace_rings

CHUNK_COUNT = 50_000
RANK_TOLERANCE = 1.0e-4
DEPOSIT_STEP = 3e-4


def say(text: str) -> None:
    """Tell how far the work is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def chunk_file(work: Path, node: int, chunk: int, seed: int) -> Path:
    """Return where the sums of one chunk of photons of one scattering are kept."""
    return work / f"rings-{node}-{chunk:03d}-{seed}.npz"


def walk_chunk(work: Path, node: int, chunk: int, seed: int) -> float:
    """Walk one chunk of photons, keep its sums and return how long it took in seconds."""
    begin = time.perf_counter()
    scattering_per_mm = grids.SCATTERING_NODES_PER_MM[node]
    taken, whole = trace_rings(scattering_per_mm, first_photon=chunk * CHUNK_COUNT, photons_count=CHUNK_COUNT, seed=seed)
    kept = chunk_file(work, node, chunk, seed)
    unfinished = kept.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, taken=taken.astype(np.float32), whole=whole)
    unfinished.replace(kept)
    return time.perf_counter() - begin


def walk_all(work: Path, chunks_count: int, seed: int, workers_count: int) -> None:
    """Walk every chunk that is not there yet, all scatterings growing together."""
    wanted = [(node, chunk) for chunk in range(chunks_count) for node in range(len(grids.SCATTERING_NODES_PER_MM))]
    missing = [(node, chunk) for node, chunk in wanted if not chunk_file(work, node, chunk, seed).exists()]
    say(f"{len(wanted) - len(missing)} of {len(wanted)} chunks are there")
    with ProcessPoolExecutor(workers_count) as pool:
        running = {pool.submit(walk_chunk, work, node, chunk, seed): (node, chunk) for node, chunk in missing}
        for count, done in enumerate(as_completed(running), start=1):
            node, chunk = running[done]
            say(
                f"{count} of {len(missing)}: scattering {grids.SCATTERING_NODES_PER_MM[node]:g} per mm, chunk {chunk}, {done.result():.0f} s"
            )


def gather(work: Path, chunks_count: int, seed: int) -> np.ndarray:
    """Return the cube roots of -ln(1 - contrast) of skins (S * E * A * Q) and deposits (D * J * M * T * H)."""
    parts = []
    for node in range(len(grids.SCATTERING_NODES_PER_MM)):
        taken, whole = 0.0, 0.0
        for chunk in range(chunks_count):
            with np.load(chunk_file(work, node, chunk, seed)) as sums:
                taken = taken + sums["taken"].astype(float)
                whole = whole + sums["whole"]
        contrast = np.moveaxis(taken / whole[..., None, None, None], (2, 3, 4), (0, 1, 2))
        parts.append(np.cbrt(-np.log1p(-np.minimum(contrast, 0.99999))).reshape(whole.size, -1))
    return np.concatenate(parts)


def squeeze(roots: np.ndarray) -> tuple[dict[str, np.ndarray | float], dict[str, np.ndarray | float]]:
    """Return the table as a product of two matrices of whole numbers, as short as the tolerance allows: skins and deposits."""
    strength, axes = np.linalg.eigh(roots @ roots.T)
    order = np.argsort(strength)[::-1]
    # What is left out, as the root mean square over the table.
    left = np.sqrt(np.maximum(np.cumsum(strength[order][::-1])[::-1], 0.0) / roots.size)
    rank = int((left > RANK_TOLERANCE).sum())
    skins = axes[:, order[:rank]] * np.sqrt(len(roots))
    skin_step = float(np.abs(skins).max() / 32000)
    skins = np.rint(skins / skin_step)
    deposits = np.linalg.lstsq(skins * skin_step, roots, rcond=None)[0]
    code = np.rint(deposits / DEPOSIT_STEP)
    rebuilt = (skins * skin_step) @ (code * DEPOSIT_STEP)
    taken = np.abs(np.exp(-(np.maximum(rebuilt, 0) ** 3)) - np.exp(-(roots**3)))
    say(
        f"rank {rank}; contrast changed by {np.sqrt(np.mean(taken**2)):.5f} rms, {np.quantile(taken, 0.999):.5f} at 99.9 %, {taken.max():.5f} worst"
    )
    steps = code.reshape(rank, *grids.DEPOSIT_SHAPE)
    for axis in (2, 3):
        steps = np.diff(steps, axis=axis, prepend=0)
    if np.abs(steps).max() > np.iinfo(np.int16).max:
        raise SystemExit("The differences do not fit: make DEPOSIT_STEP larger.")
    return {"skins": skins.astype(np.int16), "step": skin_step}, {"deposits": steps.astype(np.int16), "step": DEPOSIT_STEP}


def main() -> None:
    """Build the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=400_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("out/skin-tables"))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    chunks_count = arguments.photons // CHUNK_COUNT
    walk_all(arguments.work, chunks_count, arguments.seed, arguments.workers)
    roots = gather(arguments.work, chunks_count, arguments.seed)
    for name, part in zip((grids.SPREAD_SKINS, grids.SPREAD_DEPOSITS), squeeze(roots), strict=True):
        np.savez_compressed(name, **part, photons_count=arguments.photons, seed=arguments.seed)
        say(f"{name}: {Path(name).stat().st_size / 1000:.0f} kB, SHA-256 {hashlib.sha256(Path(name).read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
