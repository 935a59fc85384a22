"""Measure placement on the closed sphere of 60,000 mm2: time, memory, and the evenness of every session's total.

    python -m benchmarks.placement [--count 50000] [--repeat 3] [--peers] [--growth [1000000]] [--curve curve.png] [--json out.json]

Without options: both modes, in one session, as peers do it, in sessions of 30/40/30 % and in four quarters. `--peers` runs open3d, pymeshlab,
point-cloud-utils and trimesh beside them on the same mesh; those that are not installed are named. `--growth` measures 10,000,
50,000 and 150,000 points and the count given; `--curve` sweeps the effort and draws what time buys. Points are judged before
any natural scatter; rho is the least distance in units of hexagonal packing, S 1 for chance.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.effort_curve import draw_curve, sweep
from benchmarks.evenness import measure
from benchmarks.spreading import EFFORTS, PEERS, SPLITS, Run, run_apart

GROWTH_COUNTS = (10_000, 50_000, 150_000)
MOST_FOR_SPECTRUM = 200_000
"""The spectrum takes N^2: beyond this many points S is left out."""


def told(name: str, asked_count: int, run: Run) -> dict:
    """Return one run as a record: what it took, and how even each running total of sessions is."""
    totals = [run.places[run.session <= number] for number in range(1, int(run.session.max()) + 1)]
    return {
        "name": name,
        "asked_count": asked_count,
        "given_count": len(run.places),
        "wall_s": round(run.wall_s, 4),
        "processor_s": round(run.processor_s, 4),
        "memory_mb": round(run.memory_mb, 1),
        "memory_b_per_point": round(run.memory_mb * 2**20 / len(run.places)),
        "totals": [
            {"count": len(part), **{key: round(value, 5) for key, value in evenness._asdict().items()}}
            for part in totals
            for evenness in (measure(part, spectrum=len(run.places) <= MOST_FOR_SPECTRUM),)
        ],
    }


def say(record: dict) -> None:
    """Print one record."""
    took = f"{record['wall_s']:.3f} s wall, {record['processor_s']:.3f} s processor, {record['memory_mb']:.0f} MB"
    sys.stdout.write(f"{record['name']}: {record['given_count']:,} of {record['asked_count']:,} points, {took}")
    sys.stdout.write(f" ({record['memory_b_per_point']} B a point)\n")
    for number, total in enumerate(record["totals"], start=1):
        numbers = f"rho {total['rho']:.3f}  CV {total['cv']:.3f}  R {total['clark_evans']:.3f}  S(f<.25) {total['low_power']:.4f}"
        sys.stdout.write(f"  through session {number}: {total['count']:8,}  {numbers}\n")
    sys.stdout.flush()


def run_modes(count: int, repeats_count: int) -> list[dict]:
    """Return both modes with both splits."""
    records = []
    for mode, effort in EFFORTS.items():
        for split, shares in SPLITS.items():
            records.append(told(f"ours, {mode}, {split}", count, run_apart(effort, count, shares, repeats_count)))
            say(records[-1])
    return records


def run_peers(count: int, repeats_count: int) -> list[dict]:
    """Return every peer that is installed; name those that are not."""
    records = []
    for name, module in PEERS.items():
        if importlib.util.find_spec(module) is None:
            sys.stdout.write(f"{name}: not installed, skipped\n")
            continue
        try:
            run = run_apart(name, count, (1.0,), repeats_count)
        except ImportError as missing:
            sys.stdout.write(f"{name}: cannot be loaded here, skipped ({missing})\n")
            continue
        records.append(told(name, count, run))
        say(records[-1])
    return records


def compare(ours: list[dict], peers: list[dict]) -> None:
    """Say of each peer which of our modes is at least as even in the whole set, and how the times compare."""
    for peer in peers:
        whole = peer["totals"][-1]
        for mode in (mode for mode in ours if len(mode["totals"]) != len(SPLITS["30/40/30"])):
            own = mode["totals"][-1]
            as_even = own["rho"] >= whole["rho"] and own["low_power"] <= whole["low_power"]
            verdict = "at least as even" if as_even else "less even in rho" if own["low_power"] <= whole["low_power"] else "less even"
            times = f"{peer['wall_s'] / mode['wall_s']:.1f} times as fast by the clock, {peer['processor_s'] / mode['processor_s']:.1f} by"
            sys.stdout.write(f"{mode['name']} against {peer['name']}: {verdict}, {times} the processor\n")


def run_growth(largest_count: int) -> list[dict]:
    """Return both modes over the count."""
    records = []
    for mode, effort in EFFORTS.items():
        for count in (*GROWTH_COUNTS, *([largest_count] if largest_count > GROWTH_COUNTS[-1] else [])):
            records.append(told(f"ours, {mode}, four quarters", count, run_apart(effort, count, SPLITS["four quarters"], 1)))
            say(records[-1])
            record = records[-1]
            sys.stdout.write(f"  {1e6 * record['processor_s'] / count:.1f} us of processor a point\n")
        times = np.log([[record["asked_count"], record["processor_s"]] for record in records if mode in record["name"]])
        sys.stdout.write(f"{mode}: time grows with the count to the power {np.polyfit(*times.T, 1)[0]:.2f}\n")
    return records


def main() -> None:
    """Run what is asked and print it; write it as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--growth", type=int, nargs="?", const=GROWTH_COUNTS[-1], metavar="LARGEST")
    parser.add_argument("--curve", type=Path, metavar="PNG")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found: dict[str, list[dict]] = {"modes": run_modes(asked.count, asked.repeat)}
    if asked.peers:
        found["peers"] = run_peers(asked.count, asked.repeat)
        compare(found["modes"], found["peers"])
    if asked.growth:
        found["growth"] = run_growth(asked.growth)
    if asked.curve:
        found["curve"] = [told(name, asked.count, run) for name, run in sweep(asked.count, asked.repeat)]
        for record in found["curve"]:
            say(record)
        draw_curve(found["curve"], found.get("peers", []), asked.curve)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
