"""The part of a photo that shows a head, with what of the head each pixel sees: place, normal, region of the scalp, mm.

Where the regions begin and end is a convention of this project by the landmarks: no photo shows a border there. What the
pixels look like is for `white`, `shine`, `growth` and `blemishes` to say.
"""

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Regions
from scalp.domain.survey import SCALP_REGIONS
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise

LONGEST_SIDE_PX = 1200
"""The head is looked at no larger than this: 5 px per mm, where single short hairs can be told."""
_MARGIN_FRACTION = 0.03
_HAIRLINE_DEG, _MID_DEG, _CROWN_DEG, _BACK_DEG = 40.0, 75.0, 115.0, 155.0
"""Angles over the head from ahead to behind, seen from above the ears, at which one region ends and the next begins. (D)"""
_LATERAL_FRACTION, _LATERAL_TOP_MM = 0.72, 40.0
"""How far out, against the tragi, and how far above the glabella sides and temples reach. (D)"""
_TEMPLE_AHEAD_MM, _SIDE_BEHIND_MM = 25.0, -45.0
"""Before and behind the tragi: where the temple ends, and where the side does. (D)"""


@value
class Ground(Value):
    """The head in a photo, on a raster (H, W) `scale` times as fine as the photo that begins at its px `corner_px`.

    `rgb_linear` (H, W, 3) is its light, `skin_fraction` and `hair_fraction` are 0..1. `face_index` is -1 off the head; `place_mm` (H, W, 3)
    and `cosine` (of normal and sight line) are the head's there, `region` (H, W) the number in `SCALP_REGIONS` or -1, and
    `px_per_mm` how many px of the raster a mm across the sight line has.
    """

    rgb_linear: Float32Array
    skin_fraction: Float32Array
    hair_fraction: Float32Array
    face_index: IntArray
    barycentric: Float32Array
    place_mm: Float32Array
    normal: Float32Array
    cosine: Float32Array
    region: IntArray
    scale: float
    corner_px: tuple[int, int]
    px_per_mm: float

    @property
    def on_head(self) -> BoolArray:
        """Return which pixels see the head."""
        return self.face_index >= 0

    def to_photo(self, points: FloatArray) -> FloatArray:
        """Return the photo px (N, 2) of points (N, 2) of the raster, pixel centres at half-integers."""
        return np.asarray(points / self.scale + np.array(self.corner_px))

    def to_ground(self, points_px: FloatArray) -> FloatArray:
        """Return the points of the raster (N, 2) of photo px (N, 2)."""
        return np.asarray((points_px - np.array(self.corner_px)) * self.scale)


def lay_ground(photo: Photo, head: Head, regions: Regions) -> Ground:
    """Return the part of a photo that shows a head with what of the head each pixel sees, at most 1200 px on a side."""
    camera = head.camera_of(photo.digest)
    left, top, right, bottom = _box(photo, head, camera)
    scale = min(1.0, LONGEST_SIDE_PX / max(right - left, bottom - top))
    size = (max(8, round((right - left) * scale)), max(8, round((bottom - top) * scale)))
    part = np.s_[top:bottom, left:right]
    within = Camera(
        focal_px=camera.focal_px * scale,
        centre_px=((camera.centre_px[0] - left) * scale, (camera.centre_px[1] - top) * scale),
        width_px=size[0],
        height_px=size[1],
        camera_from_head=camera.camera_from_head,
    )
    seen = rasterise(within, head.surface)
    corners = head.surface.faces[np.maximum(seen.face_index, 0)]
    place, normal = (
        np.einsum("hwk,hwkd->hwd", seen.barycentric, values.astype(np.float32)[corners])
        for values in (head.surface.vertices_mm, vertex_normals(head.surface))
    )
    ways = camera.eye_mm.astype(np.float32) - place
    cosine = np.einsum("hwd,hwd->hw", normal, ways) / np.maximum(np.linalg.norm(ways, axis=-1), 1e-6)
    hit = seen.face_index >= 0
    depth = float(np.median(seen.depth_mm[hit])) if hit.any() else float(np.linalg.norm(camera.eye_mm))
    skin, hair = (
        cv2.resize(mask[part], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0 for mask in (regions.skin, regions.hair)
    )
    return Ground(
        rgb_linear=_light_of(photo, part, size),
        skin_fraction=skin,
        hair_fraction=hair,
        face_index=seen.face_index,
        barycentric=seen.barycentric,
        place_mm=place,
        normal=normal,
        cosine=np.where(hit, cosine, 0.0).astype(np.float32),
        region=np.where(hit, region_of(place, head), -1).astype(np.int32),
        scale=scale,
        corner_px=(left, top),
        px_per_mm=within.focal_px / depth,
    )


def _box(photo: Photo, head: Head, camera: Camera) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) px of the head in the photo."""
    seen = camera.project(head.surface.vertices_mm)
    low, high = seen.min(axis=0), seen.max(axis=0)
    margin = _MARGIN_FRACTION * (high - low).max()
    left, top = np.maximum(np.floor(low - margin), 0).astype(int)
    right, bottom = np.minimum(np.ceil(high + margin), [photo.width_px, photo.height_px]).astype(int)
    left, top = min(int(left), photo.width_px - 8), min(int(top), photo.height_px - 8)
    return left, top, max(int(right), left + 8), max(int(bottom), top + 8)


def _light_of(photo: Photo, part: tuple[slice, slice], size: tuple[int, int]) -> Float32Array:
    """Return the linear sRGB light of a part of a photo, averaged to `size` (columns, rows)."""
    decode = photo.encoding.decode.astype(np.float32)
    pixels = photo.pixels[part]
    native = np.stack([decode[pixels[..., band], band] for band in range(3)], axis=-1)
    small = cv2.resize(native, size, interpolation=cv2.INTER_AREA) if native.shape[1::-1] != size else native
    return np.asarray(small @ photo.encoding.srgb_from_native.T.astype(np.float32), np.float32)


def region_of(place_mm: Float32Array, head: Head) -> IntArray:
    """Return the number in `SCALP_REGIONS` of places (..., 3) on a head; places below the brow count as the nearest region."""
    x, y, z = place_mm[..., 0], place_mm[..., 1], place_mm[..., 2]
    glabella, tragion = head.landmark("glabella"), head.landmark("left_tragion")
    centre_y, centre_z = tragion[1] + 35.0, tragion[2] - 5.0
    over_deg = np.degrees(np.arctan2(y - centre_y, z - centre_z)) % 360.0
    over_deg = np.where(over_deg > 270.0, 0.0, over_deg)
    number = np.digitize(over_deg, [_HAIRLINE_DEG, _MID_DEG, _CROWN_DEG, _BACK_DEG])
    named = np.array([SCALP_REGIONS.index(name) for name in ("forehead", "front", "mid-scalp", "crown", "back")])[number]
    lateral = (np.abs(x) > _LATERAL_FRACTION * abs(tragion[0])) & (y < glabella[1] + _LATERAL_TOP_MM)
    left = x > 0
    temple = np.where(left, SCALP_REGIONS.index("left temple"), SCALP_REGIONS.index("right temple"))
    side = np.where(left, SCALP_REGIONS.index("left side"), SCALP_REGIONS.index("right side"))
    named = np.where(lateral & (z > tragion[2] + _TEMPLE_AHEAD_MM), temple, named)
    named = np.where(lateral & (z <= tragion[2] + _TEMPLE_AHEAD_MM) & (z > tragion[2] + _SIDE_BEHIND_MM), side, named)
    return np.asarray(np.where(lateral & (z <= tragion[2] + _SIDE_BEHIND_MM), SCALP_REGIONS.index("back"), named), np.int32)
