"""A scan seen by cameras: pictures of it in its own colours or in clay, and places of a picture lifted back onto its surface.

Which faces are on the pictures is `scan_faces`'; files are `scalp.io`'s.
"""

from dataclasses import dataclass, replace

import numpy as np

from scalp.base import BoolArray, ByteArray, Doubt, Float32Array, FloatArray, IntArray
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.domain.scan import Scan
from scalp.geometry.cleaning import Cleaned
from scalp.geometry.meshes import face_normals, vertex_normals
from scalp.geometry.raster import Fragments, rasterise

CLAY_SRGB = np.array([205.0, 168.0, 150.0])
BACKDROP_SRGB = np.array([118, 122, 128], np.uint8)
UPSIDE_DOWN = Doubt(
    kind="skin",
    where="colours of the scan",
    size="its picture fits upside down, and was turned over",
    advice="Look whether eyes and mouth lie where they belong; export the scan as GLB if not.",
)
AMBIENT_FRACTION = 0.35
LAMP = np.array([-0.35, -0.55, -0.75])
"""Towards the lamp in the camera's own axes: from above, a little from the left."""
FLAT_COSINE = 0.25
"""Where the surface is seen more slantwise than this, a place of the picture is not lifted."""


@dataclass(frozen=True)
class Painted:
    """A cleaned surface with the scan whose colours it carries."""

    surface: Mesh
    normals: FloatArray
    corner_normals: FloatArray
    source_index: IntArray
    turned: BoolArray
    scan: Scan

    @property
    def coloured(self) -> bool:
        """Tell whether the scan has colours of its own."""
        return self.scan.picture_srgb_u8 is not None or self.scan.vertex_srgb_u8 is not None

    def colours(self, face_index: IntArray, barycentric: FloatArray | Float32Array) -> FloatArray:
        """Return the sRGB levels 0..255 (N, 3) at places of the surface; clay where the scan has no colours."""
        source, weights = self.source_index[face_index], np.asarray(barycentric, float)
        weights = np.where(self.turned[face_index][:, None], weights[:, ::-1], weights)
        picture, uv = self.scan.picture_srgb_u8, self.scan.uv_fraction
        if picture is not None and uv is not None:
            return sample_picture(picture, np.einsum("nk,nkd->nd", weights, uv[source]))
        if self.scan.vertex_srgb_u8 is not None:
            return np.asarray(np.einsum("nk,nkd->nd", weights, self.scan.vertex_srgb_u8[self.scan.faces[source]].astype(float)))
        return np.broadcast_to(CLAY_SRGB, (len(source), 3))


def paint(scan: Scan, cleaned: Cleaned, surface: Mesh) -> Painted:
    """Return a cleaned surface, moved to other units or axes, with its scan's colours."""
    return Painted(surface, face_normals(surface), vertex_normals(surface), cleaned.source_index, cleaned.turned, scan)


def turned_over(painted: Painted) -> Painted:
    """Return the surface with its picture upside down: some writers count its rows from below where readers count from above."""
    uv = painted.scan.uv_fraction
    if uv is None:
        return painted
    over = uv * np.array([1.0, -1.0], np.float32) + np.array([0.0, 1.0], np.float32)
    return replace(painted, scan=replace(painted.scan, uv_fraction=over, doubts=(*painted.scan.doubts, UPSIDE_DOWN)))


def bare(painted: Painted) -> Painted:
    """Return the surface in clay."""
    return replace(painted, scan=replace(painted.scan, uv_fraction=None, picture_srgb_u8=None, vertex_srgb_u8=None))


def sample_picture(picture: ByteArray, uv_fraction: FloatArray) -> FloatArray:
    """Return the levels (N, 3) of a picture at places (N, 2) from its left and top, linear between pixel centres."""
    rows, cols = picture.shape[:2]
    x = np.clip(uv_fraction[:, 0] * cols - 0.5, 0.0, cols - 1.0)
    y = np.clip(uv_fraction[:, 1] * rows - 0.5, 0.0, rows - 1.0)
    left, top = np.minimum(x.astype(int), max(cols - 2, 0)), np.minimum(y.astype(int), max(rows - 2, 0))
    right, below = np.minimum(left + 1, cols - 1), np.minimum(top + 1, rows - 1)
    across, down = (x - left)[:, None], (y - top)[:, None]
    upper = picture[top, left] * (1 - across) + picture[top, right] * across
    lower = picture[below, left] * (1 - across) + picture[below, right] * across
    return np.asarray(upper * (1 - down) + lower * down)


def look_at(eye_mm: FloatArray, target_mm: FloatArray, up: FloatArray, *, width_mm: float, side_px: int) -> Camera:
    """Return a camera at a place that looks at another, where `width_mm` fill its square picture of `side_px`."""
    ahead = target_mm - eye_mm
    distance_mm = float(np.linalg.norm(ahead))
    ahead = ahead / distance_mm
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([right, np.cross(ahead, right), ahead])
    matrix[:3, 3] = -matrix[:3, :3] @ eye_mm
    return Camera(
        focal_px=side_px * distance_mm / width_mm,
        centre_px=(side_px / 2, side_px / 2),
        width_px=side_px,
        height_px=side_px,
        camera_from_head=matrix,
    )


def photograph(painted: Painted, camera: Camera) -> tuple[ByteArray, Fragments]:
    """Return what a camera sees of a surface under a lamp beside it, before grey, and which face each pixel sees."""
    seen = rasterise(camera, painted.surface)
    hit = seen.face_index >= 0
    index = seen.face_index[hit]
    smooth = np.einsum("nk,nkd->nd", seen.barycentric[hit], painted.corner_normals[painted.surface.faces[index]])
    normals = smooth @ camera.camera_from_head[:3, :3].T
    normals *= np.where(normals[:, 2:] > 0, -1.0, 1.0) / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    light = AMBIENT_FRACTION + (1 - AMBIENT_FRACTION) * np.clip(normals @ (LAMP / np.linalg.norm(LAMP)), 0, 1)
    # Colours of a scan hold some light already.
    shade = 0.6 + 0.4 * light if painted.coloured else light
    pixels = np.broadcast_to(BACKDROP_SRGB, (*hit.shape, 3)).copy()
    pixels[hit] = np.clip(painted.colours(index, seen.barycentric[hit]) * shade[:, None], 0, 255).astype(np.uint8)
    return pixels, seen


def lift(painted: Painted, camera: Camera, seen: Fragments, points_px: FloatArray) -> FloatArray:
    """Return where places of a picture (N, 2) px lie on the surface, (N, 3) mm; NaN beside it and where it is seen slantwise."""
    rows, cols = seen.face_index.shape
    col, row = np.floor(points_px).astype(int).T
    inside = (row >= 0) & (col >= 0) & (row < rows) & (col < cols)
    row, col = np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)
    face = seen.face_index[row, col]
    rays = camera.rays(points_px)
    cosine = np.abs(np.einsum("nd,nd->n", painted.normals[face], rays))
    depth = seen.depth_mm[row, col].astype(float)
    ahead = rays @ camera.camera_from_head[2, :3]
    kept = inside & (face >= 0) & (cosine > FLAT_COSINE)
    far = np.where(kept, depth, 1.0) / ahead
    return np.where(kept[:, None], camera.eye_mm + far[:, None] * rays, np.nan)
