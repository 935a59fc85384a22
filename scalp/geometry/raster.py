"""Which face of a mesh each pixel of a camera sees: a z-buffer. Shading and impressions are other rooms' business."""

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh

NEAREST_MM = 1.0


@value
class Fragments(Value):
    """What each pixel of a raster sees.

    `face_index` (rows, cols) with -1 for nothing, `barycentric` (rows, cols, 3) correct in perspective, `depth_mm`
    (rows, cols) along the optical axis, infinite for nothing.
    """

    face_index: IntArray
    barycentric: Float32Array
    depth_mm: Float32Array


def rasterise(camera: Camera, mesh: Mesh, scale: float = 1.0) -> Fragments:
    """Return what a camera sees of a mesh, on a raster `scale` times as fine as its picture; both sides of faces count.

    Pixel centres are sampled, perspective is exact; faces with a corner behind the camera are left out.
    """
    rows, cols = max(1, round(camera.height_px * scale)), max(1, round(camera.width_px * scale))
    seen = camera.in_camera(mesh.vertices_mm)
    depth_mm = seen[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        points_px = (camera.focal_px * seen[:, :2] / depth_mm[:, None] + np.array(camera.centre_px)) * scale
    face_index = np.full((rows, cols), -1, np.int32)
    barycentric = np.zeros((rows, cols, 3), np.float32)
    nearest_mm = np.full((rows, cols), np.inf, np.float32)
    _fill(points_px, depth_mm, mesh.faces, face_index, barycentric, nearest_mm)
    for raster in (face_index, barycentric, nearest_mm):
        raster.setflags(write=False)
    return Fragments(face_index=face_index, barycentric=barycentric, depth_mm=nearest_mm)


def rasterise_flat(points_px: FloatArray, depth_mm: FloatArray, faces: IntArray, size_px: tuple[int, int]) -> Fragments:
    """Return what parallel rays see of faces whose vertices lie at (V, 2) px and depths (V,), on a raster of (rows, cols).

    Pixel centres are sampled; small depths are in front, whatever their sign.
    """
    face_index = np.full(size_px, -1, np.int32)
    barycentric = np.zeros((*size_px, 3), np.float32)
    nearest_mm = np.full(size_px, np.inf, np.float32)
    _fill_flat(np.ascontiguousarray(points_px), np.asarray(depth_mm), faces, face_index, barycentric, nearest_mm)
    for raster in (face_index, barycentric, nearest_mm):
        raster.setflags(write=False)
    return Fragments(face_index=face_index, barycentric=barycentric, depth_mm=nearest_mm)


@njit(cache=True, nogil=True)
def _fill(points_px, depth_mm, faces, face_index, barycentric, nearest_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    for face in range(len(faces)):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        if depth_mm[a] < NEAREST_MM or depth_mm[b] < NEAREST_MM or depth_mm[c] < NEAREST_MM:
            continue
        ax, ay = points_px[a]
        bx, by = points_px[b]
        cx, cy = points_px[c]
        doubled = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if doubled == 0.0:
            continue
        # The box of the face, in pixels whose centres it may cover.
        left = max(0, int(np.ceil(min(ax, bx, cx) - 0.5)))
        right = min(cols - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        top = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
        bottom = min(rows - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        for row in range(top, bottom + 1):
            y = row + 0.5
            for col in range(left, right + 1):
                x = col + 0.5
                wa = (bx - x) * (cy - y) - (cx - x) * (by - y)
                wb = (cx - x) * (ay - y) - (ax - x) * (cy - y)
                # Most pixels of a box lie outside: told by signs, before anything is divided.
                if wa * doubled < 0.0 or wb * doubled < 0.0:
                    continue
                wa, wb = wa / doubled, wb / doubled
                wc = 1.0 - wa - wb
                if wc < 0.0:
                    continue
                # Perspective: weights are linear in 1/depth.
                qa, qb, qc = wa / depth_mm[a], wb / depth_mm[b], wc / depth_mm[c]
                depth = 1.0 / (qa + qb + qc)
                if depth < nearest_mm[row, col]:
                    nearest_mm[row, col] = depth
                    face_index[row, col] = face
                    barycentric[row, col, 0] = qa * depth
                    barycentric[row, col, 1] = qb * depth
                    barycentric[row, col, 2] = qc * depth


@njit(cache=True, nogil=True)
def _fill_flat(points_px, depth_mm, faces, face_index, barycentric, nearest_mm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    for face in range(len(faces)):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        ax, ay, bx, by = points_px[a, 0], points_px[a, 1], points_px[b, 0], points_px[b, 1]
        cx, cy = points_px[c, 0], points_px[c, 1]
        doubled = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if doubled == 0.0:
            continue
        scale = 1.0 / doubled
        # The box of the face, in pixels whose centres it may cover.
        left = max(0, int(np.ceil(min(ax, bx, cx) - 0.5)))
        right = min(cols - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        top = max(0, int(np.ceil(min(ay, by, cy) - 0.5)))
        bottom = min(rows - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        # Without perspective, weights and depth are linear over the face.
        for row in range(top, bottom + 1):
            y = row + 0.5
            for col in range(left, right + 1):
                x = col + 0.5
                wa = ((bx - x) * (cy - y) - (cx - x) * (by - y)) * scale
                wb = ((cx - x) * (ay - y) - (ax - x) * (cy - y)) * scale
                wc = 1.0 - wa - wb
                if wa < 0.0 or wb < 0.0 or wc < 0.0:
                    continue
                depth = wa * depth_mm[a] + wb * depth_mm[b] + wc * depth_mm[c]
                if depth < nearest_mm[row, col]:
                    nearest_mm[row, col] = depth
                    face_index[row, col] = face
                    barycentric[row, col, 0] = wa
                    barycentric[row, col, 1] = wb
                    barycentric[row, col, 2] = wc
