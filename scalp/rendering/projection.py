"""Where impressions stand in a picture: place, foreshortening, facing. Light is not here."""

from functools import lru_cache

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, Value, WrongParent, value
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
NEAREST_MM = 1.0


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
    impressions.check_on(head.surface.faces)
    surface, count = head.surface, len(impressions)
    points_px, metric, seen = np.empty((count, 2)), np.empty((count, 3)), np.zeros(count, np.bool_)
    lens = (camera.camera_from_head, camera.focal_px, camera.centre_px, (camera.width_px, camera.height_px))
    shape = (impressions.face_index, impressions.barycentric, surface.vertices_mm, surface.faces, _normals(head))
    _project(*shape, lens, _nearest_mm(head, camera), points_px, metric, seen)
    index = np.flatnonzero(seen)
    return Footprints(index=index, points_px=points_px[index], metric_px2_per_mm2=metric[index])


@njit(cache=True, nogil=True)
def _project(face_index, barycentric, vertices_mm, faces, vertex_normals, lens, nearest_mm, points_px, metric, seen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill place, J J^T and whether it is seen of every impression."""
    pose, focal_px, centre_px, size_px = lens
    turn, shift = pose[:3, :3].copy(), pose[:3, 3].copy()
    for i in range(len(face_index)):
        # Place and normal, in the camera's frame.
        at, normal = shift.copy(), np.zeros(3)
        for corner in range(3):
            vertex, weight = faces[face_index[i], corner], barycentric[i, corner]
            for axis in range(3):
                for along in range(3):
                    at[axis] += weight * turn[axis, along] * vertices_mm[vertex, along]
                    normal[axis] += weight * turn[axis, along] * vertex_normals[vertex, along]
        x, y, z = at
        size = np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
        if z < NEAREST_MM or size == 0.0:
            continue
        n_x, n_y, n_z = normal / size
        cosine = -(n_x * x + n_y * y + n_z * z) / np.sqrt(x * x + y * y + z * z)
        ahead = focal_px / z
        u, v = ahead * x + centre_px[0], ahead * y + centre_px[1]
        if cosine <= GRAZING_COSINE or not (0.0 < u < size_px[0] and 0.0 < v < size_px[1]):
            continue
        # Across one cell of the coarse depth map a surface seen flat falls away fast: allow for it.
        row, col = min(int(v * DEPTH_SCALE), nearest_mm.shape[0] - 1), min(int(u * DEPTH_SCALE), nearest_mm.shape[1] - 1)
        if z - HIDDEN_MM - 2.0 * z / focal_px / DEPTH_SCALE / cosine >= nearest_mm[row, col]:
            continue
        # A (I - n n^T) A^T for A = d(image px) / d(mm).
        s, t = -x / z, -y / z
        across, down = n_x + s * n_z, n_y + t * n_z
        metric[i, 0] = ahead * ahead * (1.0 + s * s - across * across)
        metric[i, 1] = ahead * ahead * (s * t - across * down)
        metric[i, 2] = ahead * ahead * (1.0 + t * t - down * down)
        points_px[i, 0], points_px[i, 1] = u, v
        seen[i] = True


@lru_cache(maxsize=2)
def _normals(head: Head) -> FloatArray:
    """Return the head's normals, the same for all its looks."""
    return vertex_normals(head.surface)


@lru_cache(maxsize=2)
def _nearest_mm(head: Head, camera: Camera) -> Float32Array:
    """Return how far the nearest surface is, on a coarse raster of the picture."""
    return rasterise(camera, head.surface, DEPTH_SCALE).depth_mm
