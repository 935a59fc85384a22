"""Skin colour made consistent between photos of one head: one gain of light for each photo and channel.

What the light really was is not known here, only what it was in one photo against another; laying photos on a head is
`textures`'s.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from scalp.base import BadInput, FloatArray
from scalp.capture.several.coverage import seen_by
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.geometry.meshes import vertex_normals

SKIN_LEVEL = 200
"""A pixel of that much skin, of 255, is skin."""
DARKEST, BRIGHTEST = 0.01, 0.92
"""Light, 0..1, between which a photo's numbers are in proportion to it: below is noise, above is burnt."""
AT_ONCE_COUNT, FEWEST_COMMON_COUNT = 4096, 60
"""So many points of the surface are looked at; two photos are compared where both see so many as skin."""
GAIN_LOG_SD, SPREAD_LOG = 0.5, 0.15
"""How much photos' exposures differ before they are compared, and how much the same skin differs by light and shade. (D)"""
_ROUNDS_COUNT = 12


def match_colours(photos: Sequence[Photo], head: Head, regions: Sequence[Regions] = ()) -> FloatArray:
    """Return the gain of linear sRGB of each photo that makes the same skin look the same in all, (photos, 3).

    White balance and exposure of every photo at once: least squares on the logarithms of the light at points of the
    surface that two photos see, by a Cauchy weight, so that shine and shade that only one photo shows do not count.
    The geometric mean of the gains is 1. Photos that share no skin with the others keep 1. Regions, where told, keep to
    skin. Gradients of light over the head are left alone.
    """
    if len(photos) != len(head.cameras) or len(regions) not in (0, len(photos)):
        allowed = f"one for each of {len(head.cameras)} cameras"
        raise BadInput("photos", f"{len(photos)} with {len(regions)} regions", allowed, "Give the head's own photos in its order.")
    logs, weight = _read(photos, head, regions)
    gains = np.stack([_solve(logs[:, :, channel], weight) for channel in range(3)], axis=1)
    return np.asarray(np.exp(gains))


def _read(photos: Sequence[Photo], head: Head, regions: Sequence[Regions]) -> tuple[FloatArray, FloatArray]:
    """Return the logarithm of the light (points, photos, 3) and how well each photo sees each point (points, photos)."""
    upper = np.flatnonzero(head.surface.vertices_mm[:, 1] > head.landmark("glabella")[1] - 20.0)
    chosen = upper[np.linspace(0, len(upper) - 1, min(AT_ONCE_COUNT, len(upper))).astype(int)]
    seen, normals = seen_by(head)[chosen], vertex_normals(head.surface)[chosen]
    places = head.surface.vertices_mm[chosen]
    logs, weight = np.zeros((len(chosen), len(photos), 3)), np.zeros((len(chosen), len(photos)))
    for number, (photo, camera) in enumerate(zip(photos, head.cameras, strict=True)):
        pixels = camera.project(places)
        light = _light(photo, pixels, camera.focal_px / float(np.linalg.norm(camera.camera_from_head[:3, 3])))
        sound = seen[:, number] & (light > DARKEST).all(axis=1) & (light < BRIGHTEST).all(axis=1)
        if regions:
            cols, rows = np.clip(pixels.astype(int), 0, [photo.width_px - 1, photo.height_px - 1]).T
            sound &= regions[number].skin[rows, cols] >= SKIN_LEVEL
        rays = camera.eye_mm - places
        facing = np.einsum("vd,vd->v", normals, rays) / np.linalg.norm(rays, axis=1)
        logs[:, number] = np.log(np.clip(light, DARKEST, None))
        weight[:, number] = np.where(sound, np.maximum(facing, 0.0), 0.0)
    return logs, weight


def _light(photo: Photo, pixels: FloatArray, px_per_mm: float) -> FloatArray:
    """Return the linear light at points, (N, 3), each the mean of some 3 mm of skin: grain and shafts of hair do not count."""
    shrink = min(1.0, 1.0 / max(px_per_mm, 1e-6))
    size = (max(1, round(photo.width_px * shrink)), max(1, round(photo.height_px * shrink)))
    small = cv2.GaussianBlur(cv2.resize(photo.srgb_u8, size, interpolation=cv2.INTER_AREA), (0, 0), 1.2).astype(np.float64) / 255.0
    ratio = np.array(size) / np.array([photo.width_px, photo.height_px])
    cols, rows = np.clip((pixels * ratio).astype(int), 0, np.array(size) - 1).T
    stored = small[rows, cols]
    return np.asarray(np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4))


def _solve(logs: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the logarithm of the gain of each photo in one channel."""
    count = logs.shape[1]
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    told = []
    for a, b in pairs:
        share = np.sqrt(weight[:, a] * weight[:, b])
        if (share > 0).sum() < FEWEST_COMMON_COUNT:
            continue
        told.append((a, b, (logs[:, a] - logs[:, b])[share > 0], share[share > 0]))
    gains = np.zeros(count)
    for _ in range(_ROUNDS_COUNT if told else 0):
        normal, pull = np.eye(count) / GAIN_LOG_SD**2, np.zeros(count)
        for a, b, gap, share in told:
            miss = gap + gains[a] - gains[b]
            robust = share / (1 + (miss / SPREAD_LOG) ** 2) / SPREAD_LOG**2
            own, mean = robust.sum(), float(robust @ gap)
            normal[np.ix_((a, b), (a, b))] += own * np.array([[1.0, -1.0], [-1.0, 1.0]])
            pull[a], pull[b] = pull[a] - mean, pull[b] + mean
        gains = np.asarray(np.linalg.solve(normal, pull), np.float64)
    joined = sorted({number for a, b, *_ in told for number in (a, b)})
    gains[joined] -= gains[joined].mean() if joined else 0.0
    return np.asarray(gains)
