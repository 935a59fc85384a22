"""The cameras of a film as one rigid body: where it stands to the head, first from faces seen in several frames.

One similarity brings a film's scene, whose size and axes mean nothing, to the head's own. Shape is `circling`'s business.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scalp.base import BoolArray, FloatArray, IntArray, NotPossible
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import rotation_of
from scalp.domain.camera import Camera
from scalp.domain.footage import Footage, Motion
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting
from scalp.geometry.alignment import Similarity, align, nearest_rotation

FEWEST_FACES = 3
LEAST_APART_RAD = 0.3
"""Frames with a face must stand at least so far apart for its points to have depth."""
LOOSE_FRACTION, ROUNDS_COUNT = 0.01, 12
"""Misfit of a ray to a point of the face, as a part of the distance, from which it loses weight; rounds of weighing. (D)"""
STRAIGHT_PX = 0.3
"""Bend of the lens at the corner of a frame below which frames stay as they are."""


@dataclass(frozen=True)
class Rig:
    """The film's cameras to the head, mm: `turns` (M, 3, 3) and `shifts_mm` (M, 3), one lens; and landmarks that move with them."""

    turns: FloatArray
    shifts_mm: FloatArray
    focal_px: float
    centre_px: tuple[float, float]
    landmarks_mm: FloatArray
    """Points of the face mesh as the film's cameras place them, in head space, (468, 3)."""

    @property
    def eyes_mm(self) -> FloatArray:
        """Return where each camera stands in head space, (M, 3) mm."""
        return np.asarray(-np.einsum("mji,mj->mi", self.turns, self.shifts_mm))

    def moved(self, pivot_mm: FloatArray, move: FloatArray) -> "Rig":
        """Return the rig after the head was turned by `move[:3]` rad about a pivot, shifted by `move[3:6]` mm, grown by e^`move[6]`."""
        turn, shift, growth = rotation_of(move[:3]), move[3:6], float(np.exp(move[6]))
        turns = self.turns @ turn
        shifts = (self.turns @ (pivot_mm + shift) + self.shifts_mm) / growth - turns @ pivot_mm
        landmarks = pivot_mm + (self.landmarks_mm - pivot_mm - shift) @ turn / growth
        return Rig(turns, shifts, self.focal_px, self.centre_px, landmarks)

    def camera(self, number: int, photo: Photo) -> Camera:
        """Return one of the cameras as a noun."""
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = nearest_rotation(self.turns[number]), self.shifts_mm[number]
        return Camera(
            focal_px=self.focal_px,
            centre_px=self.centre_px,
            width_px=photo.width_px,
            height_px=photo.height_px,
            camera_from_head=matrix,
        )


def straightened(footage: Footage, motion: Motion) -> tuple[Photo, ...]:
    """Return the frames that have a camera, as a lens without bend shows them."""
    photos = [footage.photos[index] for index in motion.photo_index]
    height, width = photos[0].height_px, photos[0].width_px
    corner = np.hypot(width, height) / 2 / motion.focal_px
    if abs(motion.bend_ratio) * corner**3 * motion.focal_px < STRAIGHT_PX:
        return tuple(photos)
    x, y = ((np.arange(side) + 0.5 - side / 2) / motion.focal_px for side in (width, height))
    out = 1 + motion.bend_ratio * (x[None] ** 2 + y[:, None] ** 2)
    at_x = (x[None] * out * motion.focal_px + width / 2 - 0.5).astype(np.float32)
    at_y = (y[:, None] * out * motion.focal_px + height / 2 - 0.5).astype(np.float32)
    bent = [cv2.remap(photo.pixels, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE) for photo in photos]
    return tuple(Photo(pixels=pixels, encoding=photo.encoding) for pixels, photo in zip(bent, photos, strict=True))


@dataclass(frozen=True)
class Placed:
    """Points of the face in the film's scene: (468, 3), and by how much the rays of the frames miss them, over the distance."""

    points_scene: FloatArray
    miss_fraction: FloatArray


def place_face(motion: Motion, faces: dict[int, FaceSighting], centre_px: tuple[float, float]) -> Placed:
    """Return where the points of the face lie in the scene: nearest to the rays of all frames that show it, strays weighed down.

    The mesh's own error follows the side it is seen from; rays from both sides of the face even it out.
    """
    index = np.array(sorted(faces), int)
    eyes, turns = motion.eyes_scene[index], motion.camera_from_scene[index, :3, :3]
    if len(index) < FEWEST_FACES or _apart_rad(turns) < LEAST_APART_RAD:
        asked = f"A head from a film whose frames show a face {len(index)} times from one side"
        raise NotPossible(asked, "a film that begins before the face and goes round it", "Begin before the face, with the eyes in view.")
    flat = (np.array([faces[number].mesh_px for number in index]) - np.array(centre_px)) / motion.focal_px
    rays = np.concatenate([flat, np.ones((*flat.shape[:2], 1))], axis=2) @ turns
    rays /= np.linalg.norm(rays, axis=2, keepdims=True)
    across = np.eye(3) - rays[..., :, None] * rays[..., None, :]
    weight = np.ones(rays.shape[:2])
    for _ in range(ROUNDS_COUNT):
        normal = np.einsum("mp,mpij->pij", weight, across)
        points = np.linalg.solve(normal, np.einsum("mp,mpij,mj->pi", weight, across, eyes)[..., None])[..., 0]
        away = points - eyes[:, None]
        miss = np.linalg.norm(np.einsum("mpij,mpj->mpi", across, away), axis=2) / np.linalg.norm(away, axis=2)
        weight = 1 / (1 + (miss / LOOSE_FRACTION) ** 2)
    return Placed(points, miss)


def _apart_rad(turns: FloatArray) -> float:
    """Return the largest angle between the axes of cameras."""
    axes = turns[:, 2]
    return float(np.arccos(np.clip(axes @ axes.T, -1, 1)).max())


def stand_rig(prior: HeadPrior, motion: Motion, placed: Placed, centre_px: tuple[float, float]) -> Rig:
    """Return the rig at the mean head: the similarity that brings the face's placed points onto the mean head's."""
    rows, numbers = mesh_rows(prior)
    kept = np.ones(len(rows), bool)
    laid = Similarity(1.0, np.eye(3), np.zeros(3))
    for _ in range(4):
        laid = align(placed.points_scene[numbers[kept]], prior.points_mean_mm[rows[kept]])
        miss = np.linalg.norm(laid.apply(placed.points_scene[numbers]) - prior.points_mean_mm[rows], axis=1)
        kept = miss <= 2.5 * np.median(miss)
    turns = motion.camera_from_scene[:, :3, :3] @ laid.rotation.T
    shifts = laid.factor * motion.camera_from_scene[:, :3, 3] - turns @ laid.shift
    return Rig(turns, shifts, motion.focal_px, centre_px, laid.apply(placed.points_scene))


def mesh_rows(prior: HeadPrior) -> tuple[IntArray, IntArray]:
    """Return which of the prior's points are of the face mesh, and their numbers there."""
    rows = [row for row, name in enumerate(prior.names) if name.startswith("mesh_")]
    return np.array(rows, np.int32), np.array([int(prior.names[row].removeprefix("mesh_")) for row in rows], np.int32)


def in_front(rig: Rig, places_mm: FloatArray) -> BoolArray:
    """Return which cameras have a place (3,) ahead of them, (M,)."""
    return np.asarray((rig.turns @ places_mm + rig.shifts_mm)[:, 2] > 0)
