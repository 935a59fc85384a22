"""A film of a still sitter, by a phone carried round them: the hand's path, what each frame sees, blur, exposure and noise.

Every camera is known exactly, so that what is found from the film can be held against it. Writing a film is `io`'s.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numba import njit

from scalp.base import ByteArray, Float32Array, FloatArray, Value, value
from scalp.demo.surroundings import Painted
from scalp.domain.camera import Camera
from scalp.domain.photo import srgb_encoding
from scalp.geometry.raster import rasterise

FINE = 2
"""Samples of a pixel a side."""
SHUTTER_SECONDS = 1 / 30
BLURRED_EVERY = 4
_SHAKE_HZ = (0.23, 0.61, 1.4, 3.1)
"""How fast a hand sways and trembles; the slower the wider."""


@value
class OrbitPath(Value):
    """How a phone is carried round a head, in the head's frame."""

    middle_mm: FloatArray
    """What the phone is pointed at."""
    seconds: float = 30.0
    width_px: int = 1080
    height_px: int = 1920
    focal_px: float = 1500.0
    distance_mm: float = 550.0
    turn_rad: float = 6.6
    """How far round the phone is carried; a little more than once."""
    rise_rad: float = 0.12
    """Mean height of the phone over the middle, as an angle."""
    sweep_rad: float = 0.16
    """How far it goes up and down on its way."""
    shake_factor: float = 1.0
    """How restless the hand is: 1 for some 6 mm and 1 degree."""
    nod_rad: float = 0.0
    """How far the sitter's head turns to and fro during the film; 0 for one who sits still."""
    seed: int = 1


class Frame(NamedTuple):
    """One frame: pixels (rows, cols, 3) uint8, when it was taken, and the camera to the head in the middle of its exposure."""

    srgb_u8: ByteArray
    seconds: float
    camera: Camera


def camera_at(path: OrbitPath, seconds: float) -> Camera:
    """Return the exact camera to the room at a time: round from the front to the client's left, with the hand's unrest."""
    share = seconds / path.seconds
    azimuth = path.turn_rad * share
    elevation = path.rise_rad + path.sweep_rad * np.sin(2 * np.pi * 2.3 * share)
    shake = path.shake_factor * _shake(path, seconds)
    distance = path.distance_mm * (1 + 0.05 * np.sin(2 * np.pi * 1.3 * share + 1.0))
    towards = np.array([np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)])
    eye = path.middle_mm + distance * towards + 5.0 * shake[:3]
    ahead = path.middle_mm + 9.0 * shake[3:6] - eye
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    down = np.cross(ahead, right)
    roll = 0.02 * shake[6]
    rotation = np.stack([np.cos(roll) * right + np.sin(roll) * down, np.cos(roll) * down - np.sin(roll) * right, ahead])
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, -rotation @ eye
    return Camera(
        focal_px=path.focal_px,
        centre_px=(path.width_px / 2, path.height_px / 2),
        width_px=path.width_px,
        height_px=path.height_px,
        camera_from_head=pose,
    )


def _shake(path: OrbitPath, seconds: float) -> FloatArray:
    """Return seven unsteady numbers of about unit spread: place, aim and roll."""
    rng = np.random.default_rng((path.seed, 47))
    phases = rng.uniform(0, 2 * np.pi, (7, len(_SHAKE_HZ)))
    rates = np.array(_SHAKE_HZ) * rng.uniform(0.8, 1.2, (7, len(_SHAKE_HZ)))
    weights = np.array(_SHAKE_HZ) ** -0.8
    return np.asarray((np.sin(2 * np.pi * rates * seconds + phases) * weights).sum(1) / np.linalg.norm(weights) * 1.4)


def _nod(path: OrbitPath, seconds: float) -> FloatArray:
    """Return how the sitter's head has moved in the room, 4 x 4: turned to and fro about the neck."""
    yaw, pitch = path.nod_rad * np.sin(2 * np.pi * seconds / 11.0), 0.6 * path.nod_rad * np.sin(2 * np.pi * seconds / 7.3 + 1.0)
    turn, _ = cv2.Rodrigues(np.array([pitch, yaw, 0.0]))
    pivot = path.middle_mm - np.array([0.0, 130.0, 0.0])
    out = np.eye(4)
    out[:3, :3], out[:3, 3] = turn, pivot - turn @ pivot
    return out


def camera_to_sitter(path: OrbitPath, seconds: float) -> Camera:
    """Return the exact camera to the sitter's head, wherever that has moved."""
    still = camera_at(path, seconds)
    moved = still.camera_from_head @ _nod(path, seconds)
    return Camera(
        focal_px=still.focal_px, centre_px=still.centre_px, width_px=still.width_px, height_px=still.height_px, camera_from_head=moved
    )


def film_frames(sitter: tuple[Painted, ...], room: tuple[Painted, ...], path: OrbitPath, times: FloatArray) -> Iterator[Frame]:
    """Give the frames of a film at `times` (N,) seconds, with the noise and the wavering exposure of a phone.

    What is of the `sitter` moves with the head, the `room` stands. Every fourth frame is exposed for 1/30 s while the hand
    moves, the others at once. Matte light only: no shine wanders, no shadow falls.
    """
    encode = _encoding_table()
    rng = np.random.default_rng((path.seed, 53))
    for number, when in enumerate(times):
        moments = when + SHUTTER_SECONDS * np.array([-3 / 8, -1 / 8, 1 / 8, 3 / 8]) if number % BLURRED_EVERY == 0 else [when]
        light = np.mean([_seen(sitter, room, path, float(moment)) for moment in moments], axis=0)
        gain = 1.0 + 0.08 * np.sin(2 * np.pi * when / 9.0 + path.seed)
        light = light * gain + rng.standard_normal(light.shape, np.float32) * np.sqrt(2e-5 + 8e-5 * np.maximum(light, 0))
        pixels = encode[np.clip(light * 4095.0, 0, 4095).astype(np.int32)]
        yield Frame(pixels, float(when), camera_to_sitter(path, float(when)))


def _encoding_table() -> ByteArray:
    """Return the stored number of each of 4096 steps of light."""
    decode = srgb_encoding().decode[:, 0]
    return np.searchsorted((decode[1:] + decode[:-1]) / 2, np.linspace(0, 1, 4096)).astype(np.uint8)


def _seen(sitter: tuple[Painted, ...], room: tuple[Painted, ...], path: OrbitPath, seconds: float) -> Float32Array:
    """Return the light of one moment, (rows, cols, 3)."""
    light = np.zeros((path.height_px * FINE, path.width_px * FINE, 3), np.float32)
    nearest = np.full(light.shape[:2], np.inf, np.float32)
    decode = srgb_encoding().decode[:, 0].astype(np.float32)
    for surfaces, camera in ((sitter, camera_to_sitter(path, seconds)), (room, camera_at(path, seconds))):
        for one in surfaces:
            seen = rasterise(camera, one.mesh, scale=float(FINE))
            _lay(
                seen.face_index,
                seen.barycentric,
                seen.depth_mm,
                one.mesh.faces,
                one.rgb_linear,
                one.uv_fraction,
                one.srgb_u8,
                decode,
                light,
                nearest,
            )
    return np.asarray(cv2.resize(light, (path.width_px, path.height_px), interpolation=cv2.INTER_AREA), np.float32)


@njit(cache=True, nogil=True)
def _lay(face_index, barycentric, depth_mm, faces, rgb_linear, uv_fraction, srgb_u8, decode, light, nearest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    high, wide = srgb_u8.shape[0], srgb_u8.shape[1]
    for row in range(rows):
        for col in range(cols):
            face = face_index[row, col]
            if face < 0 or depth_mm[row, col] >= nearest[row, col]:
                continue
            nearest[row, col] = depth_mm[row, col]
            # Where the pixel lies in the picture, and the four texels round it.
            u, v = 0.0, 0.0
            for corner in range(3):
                u += barycentric[row, col, corner] * uv_fraction[face, corner, 0]
                v += barycentric[row, col, corner] * uv_fraction[face, corner, 1]
            x = min(max(u * wide - 0.5, 0.0), wide - 1.001)
            y = min(max(v * high - 0.5, 0.0), high - 1.001)
            left, top = int(x), int(y)
            p, q = x - left, y - top
            # The picture's light times the light that falls there.
            for band in range(3):
                upper = decode[srgb_u8[top, left, band]] * (1 - p) + decode[srgb_u8[top, left + 1, band]] * p
                lower = decode[srgb_u8[top + 1, left, band]] * (1 - p) + decode[srgb_u8[top + 1, left + 1, band]] * p
                falls = 0.0
                for corner in range(3):
                    falls += barycentric[row, col, corner] * rgb_linear[faces[face, corner], band]
                light[row, col, band] = (upper * (1 - q) + lower * q) * falls
