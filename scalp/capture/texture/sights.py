"""What each photo sees of each place of a surface, and how well: facing, border, occlusion, lens. Colours are `textures`'s."""

import cv2
import numpy as np

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import Fragments, rasterise
from scalp.geometry.unwrapping import rasterise_laid

BUFFER_PX = 720
"""Longer side of the picture on which is looked up what hides what."""
HIDDEN_MM = 3.0
"""A place so far behind what a camera sees there is hidden. (D)"""
BORDER_MM = 6.0
"""Within this of the silhouette a photo's pixels may be those of the background, the more so the nearer. (D)"""
EDGE_MM, PERSON_LEVEL = 5.0, 200
"""The mask of the person is trusted so far inside of its edge, and where it is at least so sure, of 255. (D)"""
LEAST_COSINE, GOOD_COSINE = 0.1, 0.45
"""Skin seen flatter than the first tells nothing, steeper than the second all that is needed. (D)"""


@value
class LaidSurface(Value):
    """A surface laid flat, texel by texel: `places_mm` and `normals` (S, S, 3), `covered` (S, S) where there is any."""

    places_mm: Float32Array
    normals: Float32Array
    covered: BoolArray


@value
class Sight(Value):
    """What one photo sees of a laid surface: where each texel lies in it, `x_px` and `y_px` (S, S), and how well, 0..1."""

    x_px: Float32Array
    y_px: Float32Array
    quality_fraction: Float32Array
    px_per_mm: float


def lay_flat(head: Head, uv_fraction: Float32Array, side_px: int) -> LaidSurface:
    """Return a head's surface texel by texel as its picture of that side has it."""
    seen = rasterise_laid(uv_fraction, side_px)
    covered = seen.face_index >= 0
    corners = head.surface.faces[seen.face_index[covered]]
    weights = seen.barycentric[covered][..., None]
    spread = np.zeros((2, side_px, side_px, 3), np.float32)
    for raster, column in zip(spread, (head.surface.vertices_mm, vertex_normals(head.surface)), strict=True):
        raster[covered] = (column.astype(np.float32)[corners] * weights).sum(axis=1)
    return LaidSurface(places_mm=spread[0], normals=spread[1], covered=covered)


def look_at(laid: LaidSurface, head: Head, camera: Camera, person: ByteArray | None = None) -> Sight:
    """Return what a camera sees of a laid surface and how well.

    The quality falls with the slant of the skin, towards the silhouette, where the surface hides itself, outside of the
    picture, and off the `person` (rows, cols) 0..255 where that is known.
    """
    side, places = laid.covered.shape, laid.places_mm.reshape(-1, 3).astype(float)
    seen_mm = camera.in_camera(places)
    depth_mm = np.maximum(seen_mm[:, 2], 1.0)
    points_px = camera.focal_px * seen_mm[:, :2] / depth_mm[:, None] + np.array(camera.centre_px)
    ways = camera.eye_mm - places
    cosine = np.einsum("nd,nd->n", laid.normals.reshape(-1, 3), ways) / np.maximum(np.linalg.norm(ways, axis=1), 1e-9)
    slant = _ramp(cosine, LEAST_COSINE, GOOD_COSINE)
    scale = min(1.0, BUFFER_PX / max(camera.width_px, camera.height_px))
    buffer = rasterise(camera, head.surface, scale)
    px_per_mm = float(camera.focal_px / np.median(depth_mm[laid.covered.reshape(-1)]))
    open_sky = _unhidden(buffer, points_px * scale, depth_mm) * _off_the_border(buffer, points_px * scale, px_per_mm * scale)
    quality = slant * open_sky * _inside(camera, points_px) * laid.covered.reshape(-1)
    if person is not None:
        quality = quality * _on_the_person(person, buffer.face_index.shape, points_px * scale, px_per_mm * scale)
    x_px, y_px = points_px.T.astype(np.float32)
    return Sight(
        x_px=x_px.reshape(side), y_px=y_px.reshape(side), quality_fraction=quality.astype(np.float32).reshape(side), px_per_mm=px_per_mm
    )


def _ramp(numbers: FloatArray, low: float, high: float) -> FloatArray:
    """Return 0 below the first, 1 above the second, smoothly between."""
    share = np.clip((numbers - low) / (high - low), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share))


def _looked_up(raster: np.ndarray, points_px: FloatArray) -> FloatArray:
    """Return a raster's value at points, the border's beyond it."""
    cols = np.clip(points_px[:, 0].astype(int), 0, raster.shape[1] - 1)
    rows = np.clip(points_px[:, 1].astype(int), 0, raster.shape[0] - 1)
    return np.asarray(raster[rows, cols], float)


def _unhidden(buffer: Fragments, points_px: FloatArray, depth_mm: FloatArray) -> FloatArray:
    """Return 1 where nothing of the surface stands before a place, 0 where something does."""
    return _ramp(_looked_up(buffer.depth_mm, points_px) - depth_mm, -HIDDEN_MM, -HIDDEN_MM / 3)


def _off_the_border(buffer: Fragments, points_px: FloatArray, px_per_mm: float) -> FloatArray:
    """Return how far from the silhouette places are seen: 0 on it, 1 from `BORDER_MM` on."""
    inside = cv2.copyMakeBorder((buffer.face_index >= 0).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    away_mm = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1] / px_per_mm
    return _ramp(_looked_up(away_mm, points_px), 0.0, BORDER_MM)


def _on_the_person(person: ByteArray, shape: tuple[int, ...], points_px: FloatArray, px_per_mm: float) -> FloatArray:
    """Return how far inside of the person's mask places are seen: 0 on its edge, 1 from `EDGE_MM` on."""
    small = cv2.resize(person, shape[::-1], interpolation=cv2.INTER_AREA)
    away_mm = cv2.distanceTransform((small > PERSON_LEVEL).astype(np.uint8), cv2.DIST_L2, 3) / px_per_mm
    return _ramp(_looked_up(away_mm, points_px), 0.2 * EDGE_MM, EDGE_MM)


def _inside(camera: Camera, points_px: FloatArray) -> FloatArray:
    """Return 1 inside of the picture, falling to 0 within a hundredth of its width from its edge."""
    edge_px = np.minimum(points_px, [camera.width_px, camera.height_px] - points_px).min(axis=1)
    return _ramp(edge_px, 0.0, 0.01 * camera.width_px)
