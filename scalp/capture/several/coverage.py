"""Which parts of a head each of its photos saw. What follows from it is told by `doubting` and shown by others."""

import numpy as np

from scalp.base import BoolArray, FloatArray
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise

SEEN_FACING = 0.25
"""Least cosine between skin and sight line at which skin counts as seen: beyond 75 degrees a photo shows a rim."""
_BEHIND_MM, _RASTER_PX = 3.0, 300
PARTS = {
    "forehead and front hairline": (0.0, 0.45, 0.9),
    "left side of the head": (1.0, 0.25, 0.0),
    "right side of the head": (-1.0, 0.25, 0.0),
    "top of the head": (0.0, 1.0, 0.15),
    "crown": (0.0, 0.8, -0.6),
    "back of the head": (0.0, 0.15, -1.0),
}
"""The parts of the scalp that a treatment knows, each by the direction from the middle of the head to its own."""
PART_RAD = np.deg2rad(25.0)
SEEN_PART_FRACTION = 0.6
"""A part is covered where photos see so much of what lies within the angle of its middle. (D)"""
VIEW_FOR = {
    "forehead and front hairline": "from the front",
    "left side of the head": "from the client's left",
    "right side of the head": "from the client's right",
    "top of the head": "from straight above",
    "crown": "from behind and above",
    "back of the head": "from behind",
}


def seen_by(head: Head) -> BoolArray:
    """Return which vertices of the surface each photo sees, (V, photos): in the frame, facing it, nothing in front.

    The head alone is asked: ears, hair and hands before the skin are not known here.
    """
    normals = vertex_normals(head.surface)
    return np.stack([_seen(head, camera, normals) for camera in head.cameras], axis=1)


def _seen(head: Head, camera: Camera, normals: FloatArray) -> BoolArray:
    """Return which vertices one camera sees."""
    vertices = head.surface.vertices_mm
    rays = camera.eye_mm - vertices
    facing = np.einsum("vd,vd->v", normals, rays) > SEEN_FACING * np.linalg.norm(rays, axis=1)
    pixels, depth_mm = camera.project(vertices), camera.in_camera(vertices)[:, 2]
    inside = (pixels > 0).all(axis=1) & (pixels < [camera.width_px, camera.height_px]).all(axis=1) & (depth_mm > 0)
    scale = min(1.0, _RASTER_PX / max(camera.width_px, camera.height_px))
    nearest = rasterise(camera, head.surface, scale).depth_mm
    cols, rows = (np.where(inside[:, None], pixels, 0.0) * scale).astype(int).T
    rows, cols = np.minimum(rows, len(nearest) - 1), np.minimum(cols, nearest.shape[1] - 1)
    return np.asarray(facing & inside & (depth_mm < nearest[rows, cols] + _BEHIND_MM + (1.0 / scale) * depth_mm / camera.focal_px * 3.0))


def covered_fraction(head: Head) -> dict[str, float]:
    """Return how much of each part of the scalp at least one photo sees, 0..1, by the part's name."""
    seen = np.asarray(seen_by(head).any(axis=1), bool)
    return {name: float(seen[near_part(head, name)].mean()) for name in PARTS}


def near_part(head: Head, part: str) -> BoolArray:
    """Return which vertices lie within the angle of the middle of a part of the scalp, seen from the middle of the head."""
    arms = head.surface.vertices_mm - head.surface.vertices_mm.mean(axis=0)
    arms = arms / np.linalg.norm(arms, axis=1, keepdims=True)
    towards = np.array(PARTS[part])
    return np.asarray(arms @ towards > np.cos(PART_RAD) * np.linalg.norm(towards))


def uncovered_parts(head: Head) -> tuple[str, ...]:
    """Return the parts of the scalp that no photo sees well enough, in the order of `PARTS`."""
    return tuple(name for name, fraction in covered_fraction(head).items() if fraction < SEEN_PART_FRACTION)
