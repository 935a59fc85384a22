"""How unsure local area is on a fitted skull, and with it the spacing of what is laid on it at a density. Telling it is `doubting`'s."""

import numpy as np

from scalp.base import FloatArray
from scalp.capture.shape.cranium import Cranium
from scalp.domain.camera import Camera
from scalp.geometry.harmonics import harmonics

LEAST_FACING = 0.3
"""Cosine of the steepest skin that a spacing is told for: 73 degrees."""
_STEP_FRACTION = 0.004
_AIMS_COUNT, _LARGEST_STEP_MM, _LEAST_SLOPE = 4, 12.0, 0.05
_NUDGE_MM = 0.05


def spacing_sd_fraction(skull: Cranium, covariance_mm2: FloatArray, camera: Camera, places_mm: FloatArray) -> FloatArray:
    """Return the SD of the spacing of impressions at places (N, 3) on a skull as one photo shows it, (N,); NaN where it is hidden.

    Where a pixel looks is certain; how much skin lies behind it follows depth and slope of the surface. Three sight lines of
    a small triangle at each place meet the skull; along the main axes of the covariance each meets it a little nearer or
    farther, to first order, and half of the change of the logarithm of the triangle's area is that of a spacing. Size as a
    whole is left out: it is the scale's.
    """
    sizes, axes = np.linalg.eigh(covariance_mm2)
    rays, along = _met(skull, camera, *_triangles(camera, places_mm))
    flat = camera.eye_mm + (along[:, :, None] * rays).reshape(-1, 3)
    slope = _gap(skull, flat, rays.reshape(-1, 3))[1]
    arms = flat - skull.base.centre_mm
    lifts = harmonics(arms / np.linalg.norm(arms, axis=1, keepdims=True), skull.degree) @ (axes * np.sqrt(np.maximum(sizes, 0.0)))
    nearer = (lifts / np.where(slope < -_LEAST_SLOPE, slope, -_LEAST_SLOPE)[:, None]).reshape(*along.shape, -1)
    middle = _log_areas(rays, along)
    change = np.array([_log_areas(rays, along + nearer[:, :, one]) - middle for one in range(len(sizes))])
    return np.asarray(np.where(_facing(skull, camera, places_mm) > LEAST_FACING, 0.5 * np.sqrt((change**2).sum(0)), np.nan))


def _triangles(camera: Camera, places_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return unit sight lines (N, 3, 3) to the corners of small triangles around places, and how far along to start (N, 3) mm."""
    arms = places_mm - camera.eye_mm
    away = np.linalg.norm(arms, axis=1)
    across = np.cross(arms, [0.0, 1.0, 0.3])
    across *= _STEP_FRACTION * (away / np.linalg.norm(across, axis=1))[:, None]
    up = np.cross(across, arms) / away[:, None]
    corners = np.stack([arms + up, arms - up / 2 + across, arms - up / 2 - across], axis=1)
    reach = np.linalg.norm(corners, axis=2)
    return np.asarray(corners / reach[:, :, None]), np.asarray(reach)


def _met(skull: Cranium, camera: Camera, rays: FloatArray, start_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the sight lines and how far along them they meet a skull, (N, 3) mm."""
    flat, along = rays.reshape(-1, 3), start_mm.reshape(-1).copy()
    for _ in range(_AIMS_COUNT):
        gap, slope = _gap(skull, camera.eye_mm + along[:, None] * flat, flat)
        along -= np.clip(gap / np.where(slope < -_LEAST_SLOPE, slope, -_LEAST_SLOPE), -_LARGEST_STEP_MM, _LARGEST_STEP_MM)
    return rays, np.asarray(along.reshape(start_mm.shape))


def _log_areas(rays: FloatArray, along_mm: FloatArray) -> FloatArray:
    """Return the logarithm of the area of the triangles whose corners lie so far along their sight lines, (N,)."""
    corners = rays * along_mm[:, :, None]
    return np.asarray(np.log(np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)))


def _gap(skull: Cranium, here_mm: FloatArray, ways: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far outside a skull points are, mm, and how that changes along ways."""
    gaps = []
    for points in (here_mm, here_mm + _NUDGE_MM * ways):
        arms = points - skull.base.centre_mm
        away = np.linalg.norm(arms, axis=1)
        gaps.append(away - skull.radii_mm(arms / away[:, None]))
    return gaps[0], (gaps[1] - gaps[0]) / _NUDGE_MM


def _facing(skull: Cranium, camera: Camera, places_mm: FloatArray) -> FloatArray:
    """Return the cosine between the surface's normal and the sight line at places on it, (N,)."""
    towards = camera.eye_mm - places_mm
    towards = towards / np.linalg.norm(towards, axis=1, keepdims=True)
    slopes = np.stack([_gap(skull, places_mm, np.eye(3)[axis][None].repeat(len(places_mm), 0))[1] for axis in range(3)], axis=1)
    return np.asarray((slopes * towards).sum(1) / np.linalg.norm(slopes, axis=1))
