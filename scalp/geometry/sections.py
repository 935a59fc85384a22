"""Surfaces seen from a point inside them: rays outward, polar charts, and where a field is zero on them.

For shapes like a cranium, where every ray from the middle leaves through one place. What the places mean is not said here.
"""

import functools

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from scipy.spatial import cKDTree

from scalp.base import BadMesh, FloatArray, Value, value
from scalp.domain.head import Mesh

CANDIDATES_COUNT = 6
MORE_CANDIDATES_COUNT = 80
WIDEST_POLAR_RAD = 2.0
MOST_MISSED_FRACTION = 0.05


class RayCaster:
    """The faces of a surface, sorted by the direction in which they are seen from a point inside it."""

    def __init__(self, surface: Mesh, centre_mm: FloatArray) -> None:
        self._corners_mm = surface.vertices_mm[surface.faces] - centre_mm
        middles_mm = self._corners_mm.mean(1)
        self._tree = cKDTree(middles_mm / np.linalg.norm(middles_mm, axis=1, keepdims=True), balanced_tree=False)
        self._faces_count = len(surface.faces)
        self.centre_mm = centre_mm

    def meet(self, directions: FloatArray) -> FloatArray:
        """Return how far out each ray (N, 3) from the centre first meets the surface, (N,) mm; NaN where it does not."""
        out_mm = self._first_hits_mm(directions, min(CANDIDATES_COUNT, self._faces_count))
        missed = np.flatnonzero(np.isnan(out_mm))
        if len(missed):
            out_mm[missed] = self._first_hits_mm(directions[missed], min(MORE_CANDIDATES_COUNT, self._faces_count))
        return out_mm

    def _first_hits_mm(self, directions: FloatArray, candidates_count: int) -> FloatArray:
        """Try the faces whose middles are seen closest to each ray. [Moeller1997]"""
        units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
        faces = self._tree.query(units, k=candidates_count)[1].reshape(len(units), -1)
        corners_mm = self._corners_mm[faces]
        origin, u_side, v_side = (
            corners_mm[..., 0, :],
            corners_mm[..., 1, :] - corners_mm[..., 0, :],
            corners_mm[..., 2, :] - corners_mm[..., 0, :],
        )
        ray = units[:, None, :]
        p = np.cross(ray, v_side)
        determinant = np.einsum("nkd,nkd->nk", u_side, p)
        determinant = np.where(np.abs(determinant) > 1e-12, determinant, np.nan)
        u = np.einsum("nkd,nkd->nk", -origin, p) / determinant
        q = np.cross(-origin, u_side)
        v = np.einsum("nkd,nkd->nk", np.broadcast_to(ray, q.shape), q) / determinant
        out_mm = np.einsum("nkd,nkd->nk", v_side, q) / determinant
        slack = 1e-9
        met = (u >= -slack) & (v >= -slack) & (u + v <= 1 + slack) & (out_mm > 0)
        nearest_mm = np.where(met, out_mm, np.inf).min(1)
        return np.asarray(np.where(np.isfinite(nearest_mm), nearest_mm, np.nan))


def directions_of(azimuth_rad: FloatArray, polar_rad: FloatArray) -> FloatArray:
    """Return unit directions (..., 3): azimuth from +Z towards +X, polar angle from +Y."""
    azimuth_rad, polar_rad = np.broadcast_arrays(azimuth_rad, polar_rad)
    return np.stack([np.sin(polar_rad) * np.sin(azimuth_rad), np.cos(polar_rad), np.sin(polar_rad) * np.cos(azimuth_rad)], axis=-1)


def polar_of(points_mm: FloatArray, centre_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return azimuth (-pi..pi) and polar angle (0..pi) of points (N, 3) seen from a centre."""
    x, y, z = (points_mm - centre_mm).T
    return np.arctan2(x, z), np.arctan2(np.hypot(x, z), y)


@value
class PolarChart(Value):
    """A cap of a surface sampled on an even grid of azimuth (A,) and polar angle (P,): `points_mm` (A, P, 3).

    Azimuths run from -pi to pi, both ends given. Between its samples the surface is taken as linear in radius: within
    0.05 mm on a smooth cranium at the usual step of 1.5 degrees.
    """

    centre_mm: FloatArray
    azimuth_rad: FloatArray
    polar_rad: FloatArray
    points_mm: FloatArray

    def point_mm(self, azimuth_rad: FloatArray, polar_rad: FloatArray) -> FloatArray:
        """Return where the surface lies in the given directions, (..., 3) mm."""
        azimuth_rad, polar_rad = np.broadcast_arrays(azimuth_rad, polar_rad)
        out_mm = self._lookup(np.stack([azimuth_rad, polar_rad], axis=-1))
        return np.asarray(self.centre_mm + out_mm[..., None] * directions_of(azimuth_rad, polar_rad))

    @functools.cached_property
    def _lookup(self) -> RegularGridInterpolator:
        radius_mm = np.linalg.norm(self.points_mm - self.centre_mm, axis=2)
        return RegularGridInterpolator((self.azimuth_rad, self.polar_rad), radius_mm, bounds_error=False, fill_value=None)

    def first_below_zero(self, field: FloatArray) -> FloatArray:
        """Return for each azimuth (A,) the polar angle at which a field (A, P) first falls below zero; NaN where never.

        Linear between samples; a field already below zero at the pole gives 0.
        """
        below = field < 0
        index = np.argmax(below, axis=1)
        rows = np.arange(len(field))
        before = np.maximum(index - 1, 0)
        high, low = field[rows, before], field[rows, index]
        fraction = np.where(high > low, high / np.where(high > low, high - low, 1.0), 0.0)
        angle_rad = self.polar_rad[before] + np.clip(fraction, 0.0, 1.0) * (self.polar_rad[index] - self.polar_rad[before])
        return np.asarray(np.where(below.any(1), angle_rad, np.nan))


def chart_of(caster: RayCaster, step_rad: float = np.pi / 120) -> PolarChart:
    """Return the polar chart of what rays from the caster's centre meet, from the pole +Y to 120 degrees."""
    azimuth_rad = np.linspace(-np.pi, np.pi, 1 + round(2 * np.pi / step_rad))
    polar_rad = np.arange(0.0, WIDEST_POLAR_RAD, step_rad)
    directions = directions_of(azimuth_rad[:, None], polar_rad[None, :])
    out_mm = caster.meet(directions.reshape(-1, 3)).reshape(directions.shape[:2])
    if np.isnan(out_mm).mean() > MOST_MISSED_FRACTION:
        raise BadMesh("surface", "open or not around its middle", "a closed scalp around the middle of the head", "Close its holes first.")
    _fill_gaps(out_mm, polar_rad)
    return PolarChart(
        centre_mm=caster.centre_mm,
        azimuth_rad=azimuth_rad,
        polar_rad=polar_rad,
        points_mm=caster.centre_mm + out_mm[..., None] * directions,
    )


def _fill_gaps(out_mm: FloatArray, polar_rad: FloatArray) -> None:
    """Bridge the few rays that slipped between folded faces, such as an ear's, from above and below, in place."""
    for row in np.flatnonzero(np.isnan(out_mm).any(1)):
        met = np.isfinite(out_mm[row])
        out_mm[row] = np.interp(polar_rad, polar_rad[met], out_mm[row, met])


def slow_noise(points_mm: FloatArray, wavelength_mm: tuple[float, float], chance: np.random.Generator) -> FloatArray:
    """Return smooth noise at points (N, 3), (N,): eight plane waves of random heading and wavelength, deviation 1 about 0."""
    headings = chance.normal(size=(8, 3))
    headings /= np.linalg.norm(headings, axis=1, keepdims=True)
    waves_per_mm = 2 * np.pi * headings / chance.uniform(*wavelength_mm, (8, 1))
    return np.asarray(np.sin(points_mm @ waves_per_mm.T + chance.uniform(0.0, 2 * np.pi, 8)).sum(1) / 2.0)
