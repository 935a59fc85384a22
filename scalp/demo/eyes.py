"""Two eyes: balls with a cornea, an iris behind it seen by refraction, a wet white."""

from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import FloatArray, IntArray
from scalp.demo.noise import inner, make_unit, noise, rough
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere
from scalp.geometry.raster import Fragments, rasterise

IRIS_MM = 6.15
"""Half of the visible iris: 11.7 mm +- 0.5 in life [Hashemi2015], a little more on MakeHuman's larger balls."""
BULGE_MM = 1.25
CORNEA_INDEX = 1.376
PUPIL_FRACTION = 0.36
CORNEA_SPECULAR_FRACTION = 0.025
RIM_DISTANCE_MM, RIM_PX_PER_MM, RIM_PX = 1500.0, 9.0, 400


class Gaze(NamedTuple):
    """Where the eyes are and look: middles (2, 3) mm, unit ways (2, 3), radius, and the colours of iris, its rim and the white."""

    middles_mm: FloatArray
    ways: FloatArray
    radius_mm: float
    iris: FloatArray
    rim: FloatArray
    white: FloatArray


def make_eyes(gaze: Gaze) -> Mesh:
    """Return both eyeballs as one mesh, the front halves only, corneas bulging."""
    ball = icosphere(5)
    vertices, faces = [], []
    for number in range(2):
        ahead = ball.vertices_mm @ gaze.ways[number]
        kept = ball.faces[ahead[ball.faces].min(axis=1) > -0.1]
        radius = gaze.radius_mm + _bulge_mm(np.arccos(np.clip(ahead, -1, 1)), gaze.radius_mm)
        faces.append(kept + number * len(ball.vertices_mm))
        vertices.append(gaze.middles_mm[number] + ball.vertices_mm * radius[:, None])
    return Mesh(vertices_mm=np.vstack(vertices), faces=np.vstack(faces).astype(np.int32))


def _bulge_mm(angle_rad: FloatArray, radius_mm: float) -> FloatArray:
    """Return how far the cornea stands out of the ball at an angle from the gaze."""
    limbus_rad = np.arcsin(min(0.9, 1.06 * IRIS_MM / radius_mm))
    return np.asarray(BULGE_MM * np.clip(1.0 - (angle_rad / limbus_rad) ** 2, 0.0, 1.0) ** 1.3)


@njit(cache=True, nogil=True, error_model="numpy")
def _iris(across, angle, gaze, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (3,) with the albedo of the iris at a fraction of its radius and an angle: fibres, collarette, dark rim, pupil."""
    x, y = np.cos(angle), np.sin(angle)
    fibre = rough(9.0 * x, 9.0 * y, 1.3 * across, 61) * 0.5 + 0.5 * noise(26.0 * x, 26.0 * y, 2.0 * across, 65)
    ring = np.exp(-(((across - 0.52 - 0.05 * noise(3.0 * x, 3.0 * y, 0.5, 66)) / 0.11) ** 2))
    rim = min(1.0, max(0.0, (across - 0.74) / 0.24)) ** 1.5
    pupil = min(1.0, max(0.0, (across - PUPIL_FRACTION) / 0.05))
    for band in range(3):
        tone = gaze.iris[band] * (1.0 + 0.55 * fibre) * (1.0 + (0.75 - 0.25 * band) * ring)
        tone += rim * (gaze.rim[band] - tone)
        out[band] = 0.004 + (tone - 0.004) * pupil


@njit(cache=True, nogil=True, error_model="numpy")
def _mirror(normal, to_camera, lights, column, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add to `out` (3,) the square windows and the room that a wet eye mirrors."""
    seen = max(0.02, inner(normal, to_camera))
    mirrored = CORNEA_SPECULAR_FRACTION + (1.0 - CORNEA_SPECULAR_FRACTION) * (1.0 - seen) ** 5
    bounce = 2.0 * seen * normal - to_camera
    for light in range(2):
        cosine = inner(bounce, lights.ways[light])
        side, up = lights.ways[light][2] * bounce[0] - lights.ways[light][0] * bounce[2], bounce[1] - lights.ways[light][1] * cosine
        reach = np.tan(lights.radius_rad[light]) * 0.62
        inside = (
            min(1.0, max(0.0, (reach - abs(side)) / 0.05))
            * min(1.0, max(0.0, (1.5 * reach - abs(up + 0.5 * reach)) / 0.05))
            * (cosine > 0.0)
        )
        strength = mirrored * inside / (np.sin(lights.radius_rad[light]) ** 2) * (1.0 if light == 0 else 0.4)
        for band in range(3):
            out[band] += strength * lights.rgb_linear[light, band]
    for band in range(3):
        out[band] += 0.5 * mirrored * (0.6 + 0.4 * bounce[1]) * column[13] * lights.room_rgb_linear[band]


@njit(cache=True, nogil=True, error_model="numpy")
def shade_eye(column, camera_mm, lights, gaze, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Fill `out` (3,) with the light of a pixel of an eye; `column` is laid out as `shading` says."""
    place, normal = column[0:3].copy(), column[3:6].copy()
    make_unit(normal)
    number = 0 if place[0] > 0.0 else 1
    middle, way = gaze.middles_mm[number], gaze.ways[number]
    to_camera = camera_mm - place
    make_unit(to_camera)
    # The sight line bends at the cornea and goes on to the plane of the iris.
    seen = inner(normal, to_camera)
    ratio = 1.0 / CORNEA_INDEX
    bend = ratio * seen - np.sqrt(max(0.0, 1.0 - ratio * ratio * (1.0 - seen * seen)))
    inward = bend * normal - ratio * to_camera
    depth = np.sqrt(gaze.radius_mm**2 - IRIS_MM**2) - 0.3
    surface = place - middle
    ahead = inner(surface, way)
    landed = surface + inward * ((ahead - depth) / max(-inner(inward, way), 0.05))
    x, y = landed[0] * way[2] - landed[2] * way[0], landed[1] - way[1] * inner(landed, way)
    radial = np.sqrt(max(0.0, inner(surface, surface) - ahead * ahead))
    # White: yellower and redder to the corners, with fine vessels.
    out[:] = 0.0
    rosy = min(1.0, max(0.0, (radial - 6.5) / 7.0))
    vessel = max(0.0, 1.0 - 9.0 * abs(rough(place[0] / 4.0, place[1] / 1.6, place[2] / 4.0, 71))) * rosy
    colour = np.empty(3)
    _iris(min(1.3, np.sqrt(x * x + y * y) / IRIS_MM), np.arctan2(y, x), gaze, colour)
    limbus = min(1.0, max(0.0, (radial - 0.93 * IRIS_MM) / (0.16 * IRIS_MM)))
    limbus = limbus * limbus * (3.0 - 2.0 * limbus)
    for band in range(3):
        white = gaze.white[band] * (1.0 - (0.05 + 0.13 * band) * rosy) * (1.0 - (0.02 + 0.17 * band) * vessel)
        out[band] = (colour[band] + (white - colour[band]) * limbus) * column[6 + band]
    _mirror(normal, to_camera, lights, column, out)


def find_rims(eyes_mm: FloatArray, mesh: Mesh, eye_faces_start: int) -> list[tuple[FloatArray, FloatArray]]:
    """Return for each eye the rims of its upper and lower lid, (N, 3) mm each, as seen from straight ahead.

    Where the lids end is where the ball begins to show; corners, where it shows by less than 1.5 mm, are left out.
    """
    rims = []
    for middle in eyes_mm:
        pose = np.diag([1.0, -1.0, -1.0, 1.0])
        pose[:3, 3] = (-middle[0], middle[1], middle[2] + RIM_DISTANCE_MM)
        camera = Camera(
            focal_px=RIM_DISTANCE_MM * RIM_PX_PER_MM,
            centre_px=(RIM_PX / 2, RIM_PX / 2),
            width_px=RIM_PX,
            height_px=RIM_PX,
            camera_from_head=pose,
        )
        fragments = rasterise(camera, mesh)
        ball = fragments.face_index >= eye_faces_start
        cols = np.flatnonzero(ball.sum(axis=0) > 1.5 * RIM_PX_PER_MM).astype(np.int32)
        top, bottom = ball[:, cols].argmax(axis=0), RIM_PX - 1 - ball[::-1, cols].argmax(axis=0)
        rims.append((_unproject(camera, fragments, top - 3, cols), _unproject(camera, fragments, bottom + 3, cols)))
    return rims


def _unproject(camera: Camera, fragments: Fragments, rows: IntArray, cols: IntArray) -> FloatArray:
    """Return the places (N, 3) mm that pixels of a camera see."""
    depth_mm = fragments.depth_mm[rows, cols].astype(float)
    points_px = np.column_stack([cols + 0.5, rows + 0.5])
    seen = np.column_stack([(points_px - np.array(camera.centre_px)) / camera.focal_px, np.ones(len(rows))]) * depth_mm[:, None]
    pose = camera.camera_from_head
    return np.asarray((seen - pose[:3, 3]) @ pose[:3, :3])
