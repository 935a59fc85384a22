"""What part of a head each pixel round it shows: places and normals, scalp or not, ears and temples of glasses.

From the fitted head where there is one, else from an average head that stands as the face does. On a small working
copy of the photo round the head; colours are not looked at here.
"""

import cv2
import numpy as np
from scipy.spatial import ConvexHull

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.stance import Stance, ear_corners_mm, temple_corners_mm
from scalp.capture.shape.prior import read_head_prior
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.geometry.meshes import icosphere, vertex_normals
from scalp.geometry.raster import rasterise

_BLUR_PART = 160.0
"""Sides of the square for one standard deviation of the soft edge of ears and temples."""


@value
class Relief(Value):
    """What each pixel of a square round a head shows, (S, S).

    `normal` (S, S, 3) is the head's own there, in head space, carried on outside the head; `scalp_fraction`,
    `ears_fraction` and `temples_fraction` are 0..1. `inside` is the head itself; scalp is where hair grows or grew, and the forehead, of which
    `forehead_fraction` is what is bare on nearly everyone; beyond the head's own edge it goes on, as thick hair does.
    """

    normal: Float32Array
    inside: BoolArray
    scalp_fraction: Float32Array
    forehead_fraction: Float32Array
    ears_fraction: Float32Array
    temples_fraction: Float32Array


def head_relief(
    crop: Crop, side_px: int, *, head: Head | None, camera: Camera | None = None, stance: Stance | None = None
) -> Relief | None:
    """Return what the pixels of a square show of a head before its camera, or None where neither head nor face is known."""
    if head is not None and camera is not None:
        surface, marks = head.surface, _marks(head)
    elif stance is not None:
        camera, surface, marks = stance.camera, average_surface(), _marks(None)
    else:
        return None
    within = _within(camera, crop, side_px)
    seen = rasterise(within, surface)
    hit = seen.face_index >= 0
    if not hit.any():
        return None
    corners = surface.faces[np.maximum(seen.face_index, 0)]
    place, normal = (_blended(array, corners, seen.barycentric) for array in (surface.vertices_mm, vertex_normals(surface)))
    nearest = _nearest_hit(hit)
    place, normal = place[nearest], normal[nearest]
    return Relief(
        normal=normal,
        inside=hit,
        forehead_fraction=_forehead(place, marks) * hit,
        scalp_fraction=_scalp(place, marks),
        ears_fraction=_ears_before(
            [ear_corners_mm(side) + shift for side, shift in zip((1, -1), marks[3:], strict=True)], within, seen.depth_mm
        ),
        temples_fraction=_hulls(
            [temple_corners_mm(side) + shift for side, shift in zip((1, -1), marks[3:], strict=True)],
            within,
            side_px,
            normal_eye=within.eye_mm,
        ),
    )


def average_surface() -> Mesh:
    """Return the mean adult cranium as a mesh of 2562 vertices."""
    base, sphere = read_head_prior().base, icosphere(4)
    reach = base.radii_mm(sphere.vertices_mm)[:, None]
    return Mesh(vertices_mm=base.centre_mm + sphere.vertices_mm * reach, faces=sphere.faces)


def _marks(head: Head | None) -> tuple[FloatArray, ...]:
    """Return glabella, ear level and inion, then how far each ear (left, right) lies from the average one, mm."""
    prior = read_head_prior()
    tragi = [prior.points_mean_mm[prior.index(name)] for name in ("left_tragion", "right_tragion")]
    if head is None:
        glabella, inion = (prior.points_mean_mm[prior.index(name)] for name in ("glabella", "inion"))
        return glabella, tragi[0], inion, np.zeros(3), np.zeros(3)
    moved = [head.landmark(name) - mean for name, mean in zip(("left_tragion", "right_tragion"), tragi, strict=True)]
    return head.landmark("glabella"), head.landmark("left_tragion"), head.landmark("inion"), moved[0], moved[1]


def _within(camera: Camera, crop: Crop, side_px: int) -> Camera:
    """Return the camera whose picture is the square."""
    scale = side_px / crop.side_px
    corner = np.array(crop.centre_px) - crop.side_px / 2.0
    centre = (np.array(camera.centre_px) - corner) * scale
    return Camera(
        focal_px=camera.focal_px * scale,
        centre_px=(float(centre[0]), float(centre[1])),
        width_px=side_px,
        height_px=side_px,
        camera_from_head=camera.camera_from_head,
    )


def _blended(array: FloatArray, corners: IntArray, barycentric: Float32Array) -> Float32Array:
    """Return vertex values at each pixel, (S, S, 3)."""
    values = array.astype(np.float32)
    return np.asarray(sum(barycentric[..., k, None] * values[corners[..., k]] for k in range(3)), np.float32)


def _nearest_hit(hit: BoolArray) -> tuple[IntArray, IntArray]:
    """Return row and column of the nearest pixel that shows the head, for each pixel."""
    _, labels = cv2.distanceTransformWithLabels((~hit).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.zeros(labels.max() + 1, np.int32), np.zeros(labels.max() + 1, np.int32)
    inside = np.nonzero(hit)
    rows[labels[inside]], columns[labels[inside]] = inside
    return rows[labels], columns[labels]


def _scalp(place: Float32Array, marks: tuple[FloatArray, ...]) -> Float32Array:
    """Return 1 above a line from the brows over the tops of the ears to the nape, soft over 6 mm."""
    glabella, ear, inion = marks[:3]
    ahead = np.array([inion[2] - 60.0, inion[2], ear[2] - 35.0, ear[2] + 25.0, glabella[2] - 25.0, glabella[2] + 40.0])
    ear_top = ear[1] + 26.0
    brow = glabella[1] + 12.0
    level = np.interp(place[..., 2], ahead, [inion[1] - 12.0, inion[1] - 12.0, ear_top - 8.0, ear_top + 2.0, brow, brow])
    return np.asarray(np.clip((place[..., 1] - level) / 6.0 + 0.5, 0.0, 1.0), np.float32)


def _forehead(place: Float32Array, marks: tuple[FloatArray, ...]) -> Float32Array:
    """Return 1 on the middle of the forehead, 12 to 42 mm above the glabella."""
    away = place - marks[0].astype(np.float32)
    inside = (away[..., 1] > 12.0) & (away[..., 1] < 42.0) & (np.abs(away[..., 0]) < 40.0) & (away[..., 2] > -45.0)
    return np.asarray(inside, np.float32)


def _ears_before(solids: list[FloatArray], camera: Camera, head_depth_mm: Float32Array) -> Float32Array:
    """Return where ears appear, 0..1: before the head or beyond its edge, not where the head hides them."""
    mask = np.zeros(head_depth_mm.shape, np.float32)
    for solid in solids:
        ear = Mesh(vertices_mm=solid, faces=ConvexHull(solid).simplices.astype(np.int32))
        mask[rasterise(camera, ear).depth_mm < head_depth_mm] = 1.0
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, len(mask) / _BLUR_PART)), np.float32)


def _hulls(solids: list[FloatArray], camera: Camera, side_px: int, *, normal_eye: FloatArray) -> Float32Array:
    """Return where solids on the two sides of the head appear, 0..1, leaving out one that the head hides."""
    mask = np.zeros((side_px, side_px), np.uint8)
    for solid in solids:
        outward = np.array([np.sign(solid[:, 0].mean()), 0.0, 0.0])
        sight = normal_eye - solid.mean(axis=0)
        if outward @ sight / np.linalg.norm(sight) > -0.35:
            hull = cv2.convexHull(np.round(camera.project(solid) * 16 - 8).astype(np.int32))
            cv2.fillConvexPoly(mask, hull, 255, cv2.LINE_AA, 4)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, side_px / _BLUR_PART)), np.float32) / np.float32(255.0)
