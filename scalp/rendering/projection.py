"""Where impressions stand in a picture: place, foreshortening, facing. Light is not here."""

from functools import lru_cache

import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, Value, WrongParent, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise

GRAZING_COSINE = 0.04
"""Skin seen flatter than this shows nothing of its impressions."""
HIDDEN_MM = 4.0
"""How far behind the nearest surface an impression must lie to count as hidden."""
DEPTH_SCALE = 0.125


@value
class Footprints(Value):
    """Impressions as a camera sees them.

    `index` (M,) names the visible ones among the impressions; `points_px` (M, 2) their centres; `metric_px2_per_mm2`
    (M, 3) the xx, xy, yy of J J^T, where J maps a step on the skin (mm) to a step in the picture (px), so that a round
    Gaussian of variance s2 on the skin has the covariance s2 J J^T in the picture.
    """

    index: np.ndarray
    points_px: FloatArray
    metric_px2_per_mm2: FloatArray


def project_impressions(impressions: Impressions, head: Head, camera: Camera) -> Footprints:
    """Return the footprints of the impressions a camera can see, exact in perspective and foreshortening."""
    if impressions.head_digest != head.digest:
        raise WrongParent("impressions", "of another head", "impressions placed on this head", "Place them on this head first.")
    surface = head.surface
    points_mm = impressions.points_mm(surface.vertices_mm, surface.faces)
    normals = np.einsum("nk,nkd->nd", impressions.barycentric, _normals(head)[surface.faces[impressions.face_index]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    towards = camera.eye_mm - points_mm
    cosine = np.einsum("nd,nd->n", normals, towards) / np.linalg.norm(towards, axis=1)
    index = np.flatnonzero(cosine > GRAZING_COSINE)
    seen_mm = camera.in_camera(points_mm[index])
    points_px = camera.focal_px * seen_mm[:, :2] / seen_mm[:, 2:] + np.array(camera.centre_px)
    # Across one cell of the coarse depth map a surface seen flat falls away fast: allow for it.
    cell_mm = seen_mm[:, 2] / camera.focal_px / DEPTH_SCALE
    visible = _in_front(points_px, seen_mm[:, 2] - HIDDEN_MM - 2.0 * cell_mm / cosine[index], head, camera)
    index, seen_mm, points_px = index[visible], seen_mm[visible], points_px[visible]
    return Footprints(index=index, points_px=points_px, metric_px2_per_mm2=_metric(seen_mm, normals[index], camera))


def _in_front(points_px: FloatArray, nearest_allowed_mm: FloatArray, head: Head, camera: Camera) -> BoolArray:
    """Tell which points lie in the picture and not behind another part of the head."""
    nearest_mm = _nearest_mm(head, camera)
    inside = np.asarray((points_px > 0).all(1) & (points_px < [camera.width_px, camera.height_px]).all(1))
    col, row = np.minimum((np.where(inside[:, None], points_px, 0) * DEPTH_SCALE).astype(int), np.array(nearest_mm.shape[::-1]) - 1).T
    return np.asarray(inside & (nearest_allowed_mm < nearest_mm[row, col]))


@lru_cache(maxsize=2)
def _normals(head: Head) -> FloatArray:
    """Return the head's normals, the same for all its looks."""
    return vertex_normals(head.surface)


@lru_cache(maxsize=2)
def _nearest_mm(head: Head, camera: Camera) -> Float32Array:
    """Return how far the nearest surface is, on a coarse raster of the picture."""
    return rasterise(camera, head.surface, DEPTH_SCALE).depth_mm


def _metric(seen_mm: FloatArray, normals: FloatArray, camera: Camera) -> FloatArray:
    """Return A (I - n n^T) A^T for A = d(image px) / d(head mm), as xx, xy, yy."""
    x, y, z = seen_mm.T
    ahead = camera.focal_px / z
    zero = np.zeros_like(x)
    rows = np.stack([np.stack([ahead, zero, -ahead * x / z], 1), np.stack([zero, ahead, -ahead * y / z], 1)], 1)
    steps = rows @ camera.camera_from_head[:3, :3]
    along = np.einsum("nad,nd->na", steps, normals)
    full = np.einsum("nad,nbd->nab", steps, steps) - np.einsum("na,nb->nab", along, along)
    return np.column_stack([full[:, 0, 0], full[:, 0, 1], full[:, 1, 1]])
