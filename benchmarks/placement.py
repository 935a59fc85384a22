"""Measure placement on the closed sphere of 60,000 mm2: time, memory, and the evenness of every session's total.

    python benchmarks/placement.py [--count 50000] [--fast] [--repeat 3]

A closed sphere has no edge and its spectrum is exact: S(l) = 4 pi / (N (2 l + 1)) sum_m |a_lm|^2, with 1 for chance and
f = (l + 1/2) / sqrt(pi N) cycles per spacing. Printed are the means over 0.03 < f <= 0.25, weighted by 2 l + 1, the least
distance rho in units of hexagonal packing, CV and R of the nearest distance, before any natural scatter.
"""

import argparse
import resource
import sys
import time

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from scalp.domain.head import Mesh
from scalp.geometry.meshes import face_areas_mm2, icosphere
from scalp.placement.fields import Effort, Field, spread_field
from scalp.placement.placing import CAREFUL, FAST
from scalp.placement.rooms import Room
from scalp.placement.surfaces import Ground, points_mm, prepare_ground

AREA_MM2 = 60_000.0
SPLITS = {"30/40/30": (0.3, 0.4, 0.3), "four quarters": (0.25, 0.25, 0.25, 0.25)}
LOWEST_F, HIGHEST_F = 0.03, 0.25


@njit(cache=True)
def power_by_degree(z, azimuth_rad, degrees_count):
    """Return S(l) for l < `degrees_count` of points on the unit sphere, by the recurrence of the Legendre functions."""
    count = len(z)
    power = np.zeros(degrees_count)
    cosine, sine = np.ones(count), np.zeros(count)
    sectoral = np.full(count, np.sqrt(1.0 / (4.0 * np.pi)))
    before, here = np.empty(count), np.empty(count)
    for m in range(degrees_count):
        # The next order: cos and sin of m times the azimuth, and the sectoral function.
        for i in range(count):
            cosine[i], sine[i] = np.cos(m * azimuth_rad[i]), np.sin(m * azimuth_rad[i])
            if m > 0:
                sectoral[i] *= np.sqrt((2.0 * m + 1.0) / (2.0 * m) * max(0.0, 1.0 - z[i] * z[i]))
            before[i], here[i] = 0.0, sectoral[i]
        # All degrees of that order.
        for degree in range(m, degrees_count):
            if degree > m:
                a = np.sqrt((4.0 * degree**2 - 1.0) / (degree**2 - m**2))
                b = np.sqrt(((degree - 1.0) ** 2 - m**2) / (4.0 * (degree - 1.0) ** 2 - 1.0))
                for i in range(count):
                    before[i], here[i] = here[i], a * (z[i] * here[i] - b * before[i])
            real, imaginary = 0.0, 0.0
            for i in range(count):
                real += here[i] * cosine[i]
                imaginary += here[i] * sine[i]
            power[degree] += (1.0 if m == 0 else 2.0) * (real * real + imaginary * imaginary)
    return power * 4.0 * np.pi / (count * (2.0 * np.arange(degrees_count) + 1.0))


def low_power(directions):
    """Return the mean S over 0.03 < f <= 0.25 of unit vectors (N, 3)."""
    wave = np.sqrt(np.pi * len(directions))
    degrees = np.arange(int(HIGHEST_F * wave) + 1)
    power = power_by_degree(np.ascontiguousarray(directions[:, 2]), np.arctan2(directions[:, 1], directions[:, 0]), len(degrees))
    frequency = (degrees + 0.5) / wave
    judged = (frequency > LOWEST_F) & (frequency <= HIGHEST_F)
    weight = 2.0 * degrees[judged] + 1.0
    return float((power[judged] * weight).sum() / weight.sum())


def measure(places):
    """Return rho, CV, R and S(f < .25) of points (N, 3) on a sphere."""
    directions = places / np.linalg.norm(places, axis=1, keepdims=True)
    spacing = np.sqrt(4.0 * np.pi / len(places))
    nearest = cKDTree(directions).query(directions, 2)[0][:, 1]
    rho = nearest.min() / (spacing * (2.0 / 3.0**0.5) ** 0.5)
    return rho, nearest.std() / nearest.mean(), 2.0 * nearest.mean() / spacing, low_power(directions)


def sphere_ground(count: int) -> Ground:
    """Return a closed sphere of 60,000 mm2 that wants `count` points, evenly."""
    unit = icosphere(5)
    area = face_areas_mm2(unit).sum()
    mesh = Mesh(vertices_mm=unit.vertices_mm * np.sqrt(AREA_MM2 / area), faces=unit.faces)
    return prepare_ground(mesh, np.full(len(mesh.vertices_mm), 100.0 * count / AREA_MM2))


def place(count: int, split: tuple[float, ...], effort: Effort) -> tuple[Ground, Field, float, float]:
    """Return a field on the sphere with the seconds it took, of the clock and of the processor."""
    counts = tuple(int(part) for part in np.diff(np.rint(np.cumsum([0.0, *split]) * count)))
    wall, busy = time.perf_counter(), time.process_time()
    ground = sphere_ground(count)
    field = spread_field(ground, counts, Room(0.25, np.empty((0, 3)), 0.0), effort, np.random.default_rng(1))
    return ground, field, time.perf_counter() - wall, time.process_time() - busy


def main() -> None:
    """Print one block for each split."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    effort = FAST if asked.fast else CAREFUL
    place(3000, SPLITS["30/40/30"], effort)
    for name, split in SPLITS.items():
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        runs = [place(asked.count, split, effort) for _ in range(asked.repeat)]
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
        wall, busy = min(run[2] for run in runs), min(run[3] for run in runs)
        per_point = f"{asked.count / busy:,.0f} points/s, peak memory grew by {grown_kb * 1024 / asked.count:.0f} B a point"
        sys.stdout.write(f"{name}, {asked.count} points: {wall:.2f} s wall, {busy:.2f} s processor, {per_point}\n")
        ground, field = runs[0][:2]
        places = points_mm(ground, field.spots)
        for number in range(1, len(split) + 1):
            part = places[field.session_number <= number]
            rho, cv, clark_evans, low = measure(part)
            sys.stdout.write(
                f"  through session {number}: {len(part):6d}  rho {rho:.3f}  CV {cv:.3f}  R {clark_evans:.3f}  S(f<.25) {low:.4f}\n"
            )


if __name__ == "__main__":
    main()
