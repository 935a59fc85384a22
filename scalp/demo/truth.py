"""What is known of a generated head: its photo, and the exact camera, surface, points and regions behind it."""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, Float32Array, FloatArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Mesh
from scalp.domain.photo import Photo
from scalp.domain.sighting import MarkedPoints, Regions

ViewName = Literal["front", "quarter-left", "profile", "top", "crown", "back"]
VIEW_NAMES: tuple[ViewName, ...] = get_args(ViewName)

_PLACES_RAD: dict[ViewName, tuple[float, float]] = {
    "front": (0.035, 0.075),
    "quarter-left": (0.66, 0.10),
    "profile": (1.57, 0.03),
    "top": (0.0, 1.30),
    "crown": (3.14, 0.62),
    "back": (3.14, 0.06),
}
"""Azimuth towards the client's left and elevation of the camera of each view."""


NEAR_SURFACE_MM = 9.0


@value
class DemoView(Value):
    """Where the photographer stands and how large the picture is. Upright, 3:4 unless told otherwise."""

    name: ViewName = "front"
    width_px: int = 2268
    height_px: int = 3024
    distance_mm: float = 950.0
    """From the lens to the middle of the head: a portrait at arm's length and a half."""
    frame_width_mm: float = 312.0
    """What the picture's width spans at that distance: the head fills half of it."""

    def check(self) -> None:
        """Refuse views nobody photographs."""
        if self.name not in VIEW_NAMES:
            raise BadInput("view", self.name, ", ".join(VIEW_NAMES), "Choose one of these.")
        if not 96 <= self.width_px <= 6000 or not 96 <= self.height_px <= 8000:
            raise BadInput("view size", f"{self.width_px} x {self.height_px} px", "96 to 6000 x 8000 px", "Choose another size.")
        if not 350.0 <= self.distance_mm <= 5000.0 or not 20.0 <= self.frame_width_mm <= 1000.0:
            raise BadInput("view", f"{self.distance_mm} mm", "350 to 5000 mm away, 20 to 1000 mm wide", "Stand elsewhere.")


@value
class DemoHead(Value):
    """A generated head in one photo, with all that is true of it.

    `surface` is everything the camera could see, in the `head` space; `points_mm` (N, 3) are the points named
    `point_names` on it and `marked_points` those in sight, projected. `regions` are exact; skin under shaven stubble
    counts as skin. `depth_mm` (rows, cols) is the distance along the optical axis, infinite for the background.
    """

    view: DemoView
    photo: Photo
    camera: Camera
    surface: Mesh
    point_names: tuple[str, ...]
    points_mm: FloatArray
    marked_points: MarkedPoints
    regions: Regions
    depth_mm: Float32Array

    @property
    def landmarks_mm(self) -> FloatArray:
        """Return the landmarks every `Head` has, (8, 3), in the order of `LANDMARK_NAMES`."""
        return self.points_mm[[self.point_names.index(name) for name in LANDMARK_NAMES]]


def stand_camera(view: DemoView, target_mm: FloatArray) -> Camera:
    """Return the exact camera of a view that looks at a point of the head, +Y up in the picture."""
    azimuth, elevation = _PLACES_RAD[view.name]
    towards = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    up = np.array([0.0, 1.0, 0.0])
    forward = -towards
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    rotation = np.stack([right, down, forward])
    pose = np.eye(4)
    pose[:3, :3] = rotation
    pose[:3, 3] = -rotation @ (target_mm + view.distance_mm * towards)
    return Camera(
        focal_px=view.distance_mm / view.frame_width_mm * view.width_px,
        centre_px=(view.width_px / 2, view.height_px / 2),
        width_px=view.width_px,
        height_px=view.height_px,
        camera_from_head=pose,
    )


def mark_points(camera: Camera, names: tuple[str, ...], points_mm: FloatArray, depth_mm: Float32Array) -> MarkedPoints:
    """Return the projections of those points that the camera sees: inside the picture and on the surface seen there."""
    points_px = camera.project(points_mm)
    depths_mm = camera.in_camera(points_mm)[:, 2]
    rows, cols = depth_mm.shape
    at = np.floor(points_px * np.array([cols / camera.width_px, rows / camera.height_px])).astype(int)
    reach = max(1, round(1.5 * camera.focal_px / float(np.median(depths_mm)) * cols / camera.width_px))
    seen = []
    for index, (col, row) in enumerate(at):
        if not (0 <= col < cols and 0 <= row < rows):
            continue
        around = depth_mm[max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1]
        if np.abs(around - depths_mm[index]).min() < NEAR_SURFACE_MM:
            seen.append(index)
    return MarkedPoints(names=tuple(names[index] for index in seen), points_px=points_px[seen])
