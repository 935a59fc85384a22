"""The yardstick of even points: a closed sphere of 60,000 mm2, its exact spectrum, and the distances to the nearest.

A closed sphere has no edge and its spectrum is exact: S(l) = 4 pi / (N (2 l + 1)) sum_m |a_lm|^2, with 1 for chance and
f = (l + 1/2) / sqrt(pi N) cycles per spacing. Judged is the mean over 0.03 < f <= 0.25, weighted by 2 l + 1.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from scalp.domain.head import Mesh
from scalp.geometry.meshes import face_areas_mm2, icosphere

AREA_MM2 = 60_000.0
LOWEST_F, HIGHEST_F = 0.03, 0.25
SUBDIVISIONS_COUNT = 5


class Evenness(NamedTuple):
    """The least distance to the nearest in units of hexagonal packing, the CV and R of that distance, and S(f < .25)."""

    rho: float
    cv: float
    clark_evans: float
    low_power: float


def sphere_mesh() -> Mesh:
    """Return a closed sphere of 20,480 triangles."""
    unit = icosphere(SUBDIVISIONS_COUNT)
    return Mesh(vertices_mm=unit.vertices_mm * np.sqrt(AREA_MM2 / face_areas_mm2(unit).sum()), faces=unit.faces)


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


def low_power(directions) -> float:
    """Return the mean S over 0.03 < f <= 0.25 of unit vectors (N, 3)."""
    wave = np.sqrt(np.pi * len(directions))
    degrees = np.arange(int(HIGHEST_F * wave) + 1)
    power = power_by_degree(np.ascontiguousarray(directions[:, 2]), np.arctan2(directions[:, 1], directions[:, 0]), len(degrees))
    frequency = (degrees + 0.5) / wave
    judged = (frequency > LOWEST_F) & (frequency <= HIGHEST_F)
    weight = 2.0 * degrees[judged] + 1.0
    return float((power[judged] * weight).sum() / weight.sum())


def measure(places, *, spectrum: bool = True) -> Evenness:
    """Return how even points (N, 3) on a sphere are; without the spectrum, which takes N^2, S is not a number."""
    directions = places / np.linalg.norm(places, axis=1, keepdims=True)
    spacing = np.sqrt(4.0 * np.pi / len(places))
    nearest = cKDTree(directions).query(directions, 2)[0][:, 1]
    return Evenness(
        rho=float(nearest.min() / (spacing * (2.0 / 3.0**0.5) ** 0.5)),
        cv=float(nearest.std() / nearest.mean()),
        clark_evans=float(2.0 * nearest.mean() / spacing),
        low_power=low_power(directions) if spectrum else float("nan"),
    )
