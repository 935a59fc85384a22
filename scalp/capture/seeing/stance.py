"""Where a head roughly stands in a photo, from its face alone: good enough to know up, the ears, and where scalp may be.

The head's own size and shape come later, in `heads`; here an average adult is placed by the firm points of the face.
"""

import cv2
import numpy as np

from scalp.base import FloatArray, NotPossible, Value, value
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting

_FOCAL_PER_SIDE = 1.25
FIRM_MESH_POINTS = (9, 8, 168, 6, 197, 1, 2, 33, 133, 263, 362, 105, 334, 70, 300, 151, 108, 337, 10, 109, 338, 50, 280, 116, 345, 93, 152)
"""Mesh points that expression hardly moves, and some round the face for its turn."""


@value
class Stance(Value):
    """An average head as it stands before the camera: `camera` in px of the photo, its turn and its size there.

    Yaw is positive when the client looks to the client's left, pitch when the head is bent down, roll when it leans to
    the client's left.
    """

    camera: Camera
    yaw_rad: float
    pitch_rad: float
    roll_rad: float
    px_per_mm: float


def find_stance(photo: Photo, face: FaceSighting) -> Stance:
    """Return how an average head must stand for its face to be seen as it is.

    Camera resection of about 25 points; turns of more than 30 degrees are read 3-5 degrees too small, and the size is
    that of an average adult, SD 4 %.
    """
    prior = read_head_prior()
    numbers = [number for number in FIRM_MESH_POINTS if f"mesh_{number}" in prior.names]
    solid = prior.points_mean_mm[[prior.index(f"mesh_{number}") for number in numbers]]
    seen = face.mesh_px[numbers]
    focal = photo.focal_px or _FOCAL_PER_SIDE * max(photo.width_px, photo.height_px)
    centre = (photo.width_px / 2.0, photo.height_px / 2.0)
    matrix = np.array([[focal, 0.0, centre[0]], [0.0, focal, centre[1]], [0.0, 0.0, 1.0]])
    facing = cv2.Rodrigues(np.diag([1.0, -1.0, -1.0]))[0]
    size = max(face.box_px[3] - face.box_px[1], 1.0)
    away = 150.0 * focal / size
    middle = (np.array([(face.box_px[0] + face.box_px[2]) / 2, (face.box_px[1] + face.box_px[3]) / 2]) - centre) / focal * away
    start = np.array([[middle[0]], [middle[1]], [away]])
    found, turn, shift = cv2.solvePnP(solid, seen, matrix, None, facing, start, useExtrinsicGuess=True, flags=cv2.SOLVEPNP_ITERATIVE)
    if not found or shift[2, 0] <= 0:
        raise NotPossible("Reading how the head stands", "from a face that is seen clearly", "Name points by hand with --points.")
    placed = np.eye(4)
    placed[:3, :3], placed[:3, 3] = cv2.Rodrigues(turn)[0], shift[:, 0]
    camera = Camera(focal_px=float(focal), centre_px=centre, width_px=photo.width_px, height_px=photo.height_px, camera_from_head=placed)
    return _read_turn(camera, prior)


def _read_turn(camera: Camera, prior: HeadPrior) -> Stance:
    """Return the stance with its angles, relative to the line of sight to the head."""
    head_in_camera = camera.camera_from_head[:3, :3]
    sight = camera.in_camera(prior.base.centre_mm[None])[0]
    distance = float(np.linalg.norm(sight))
    back = head_in_camera.T @ (-sight / distance)
    right = head_in_camera[:, 0]
    return Stance(
        camera=camera,
        yaw_rad=float(-np.arctan2(back[0], back[2])),
        pitch_rad=float(np.arctan2(back[1], np.hypot(back[0], back[2]))),
        roll_rad=float(np.arctan2(right[1], right[0])),
        px_per_mm=camera.focal_px / distance,
    )


def ear_corners_mm(side: int) -> FloatArray:
    """Return points (32, 3) mm on a flat oval round an average ear, narrower away from the head; `side` 1 is the client's left. (D)"""
    angle = np.linspace(0.0, 2.0 * np.pi, 16, endpoint=False)
    ovals = [
        np.column_stack([np.full(16, side * across), -3.0 + width * 36.0 * np.sin(angle), -9.0 + width * 24.0 * np.cos(angle)])
        for across, width in ((77.0, 1.0), (104.0, 0.8))
    ]
    return np.concatenate(ovals)


def temple_corners_mm(side: int) -> FloatArray:
    """Return points (8, 3) mm round the temple of a pair of glasses, from the eye's corner to the top of the ear. (D)"""
    ends = np.array([[58.0, 24.0, 78.0], [82.0, 22.0, -2.0]])
    corners = [end + np.array([out, up, 0.0]) for end in ends for out in (-6.0, 4.0) for up in (-9.0, 7.0)]
    return np.asarray(np.array(corners) * np.array([side, 1.0, 1.0]))
