"""Films whose cameras and heads are known: the scan from `../shared/data` and the demo head, filmed in a furnished room."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.demo.filming import Frame, OrbitPath, film_frames
from scalp.demo.painting import paint_person
from scalp.demo.surroundings import Painted, dress_sitter, furnish_room, light_of_room
from scalp.domain.camera import Camera
from scalp.domain.footage import Footage, Motion
from scalp.domain.head import Head, Mesh
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.skin import Skin
from scalp.geometry.alignment import align
from scalp.geometry.meshes import vertex_normals
from tests.known_heads import HEADS, SCAN_EAR_TOP_MM, SCAN_GLABELLA_MM, SCAN_MM

SCAN_MIDDLE_MM, DEMO_MIDDLE_MM = np.array([0.0, 95.0, 0.0]), np.array([0.0, 25.0, 0.0])
DEMO_SKIN = Skin(melanin_fraction=0.04, blood_fraction=0.016)


def scan_sitter() -> tuple[Painted, ...]:
    """Return the scan with its colours, and clothes, in the scan's own axes."""
    vertices, places, faces, corners = [], [], [], []
    for line in (HEADS / "lee-perry-smith" / "LeePerrySmith.obj").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["v"]:
            vertices.append([float(word) for word in words[1:4]])
        elif words[:1] == ["vt"]:
            places.append([float(word) for word in words[1:3]])
        elif words[:1] == ["f"]:
            ends = [[int(part) - 1 for part in word.split("/")[:2]] for word in words[1:]]
            for k in range(1, len(ends) - 1):
                triangle = [ends[0], ends[k], ends[k + 1]]
                faces.append([end[0] for end in triangle])
                corners.append([end[1] for end in triangle])
    mesh = Mesh(vertices_mm=np.array(vertices) * SCAN_MM, faces=np.array(faces, np.int32))
    picture = np.ascontiguousarray(cv2.imread(str(HEADS / "lee-perry-smith" / "Map-COL.jpg"))[..., ::-1])
    uv = np.array(places)[np.array(corners)].astype(np.float32)
    head = Painted(mesh=mesh, rgb_linear=light_of_room(mesh), uv_fraction=uv, srgb_u8=picture)
    return head, dress_sitter(1, top_mm=-110.0, breadth_mm=420.0)


def demo_sitter(makehuman: Path, seed: int = 1) -> tuple[tuple[Painted, ...], FloatArray]:
    """Return the demo head painted, and its true scalp (N, 3) mm."""
    painted, person = paint_person(makehuman, skin=DEMO_SKIN, seed=seed)
    body = painted.mesh.vertices_mm[: len(person.vertices_mm)][person.ears_fraction < 0.05]
    ear_top = np.maximum(person.point("left_ear_top"), person.point("right_ear_top"))
    return (painted,), above_ears(body, person.point("glabella"), ear_top)


def scan_scalp(sitter: tuple[Painted, ...]) -> FloatArray:
    """Return the scan's true scalp, (N, 3) mm."""
    return above_ears(sitter[0].mesh.vertices_mm, SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM)


def above_ears(vertices_mm: FloatArray, glabella_mm: FloatArray, ear_top_mm: FloatArray) -> FloatArray:
    """Return the vertices above brows, ears and nape, as `known_heads.truth_of` takes them."""
    ways = [ear_top_mm[2] - 60, ear_top_mm[2], glabella_mm[2]]
    low = np.interp(vertices_mm[:, 2], ways, [ear_top_mm[1] - 10, ear_top_mm[1] + 8, glabella_mm[1] + 15])
    return np.asarray(vertices_mm[vertices_mm[:, 1] > low])


def film(sitter: tuple[Painted, ...], path: OrbitPath, times: FloatArray, *, room_seed: int = 1, plain: bool = False) -> Iterator[Frame]:
    """Give the frames of a sitter in a room."""
    return film_frames(sitter, (furnish_room(room_seed, plain=plain),), path, times)


def write_mp4(frames: Iterator[Frame], place: Path, rate: float) -> list[tuple[float, Camera]]:
    """Write frames as a film; return when each was taken, and its true camera to the head."""
    writer, known = None, []
    for frame in frames:
        if writer is None:
            rows, cols = frame.srgb_u8.shape[:2]
            writer = cv2.VideoWriter(str(place), cv2.VideoWriter_fourcc(*"mp4v"), rate, (cols, rows))
            assert writer.isOpened()
        writer.write(np.ascontiguousarray(frame.srgb_u8[..., ::-1]))
        known.append((frame.seconds, frame.camera))
    assert writer is not None
    writer.release()
    return known


def footage_of(frames: list[Frame]) -> Footage:
    """Return frames as the footage of a film."""
    photos = tuple(Photo(pixels=frame.srgb_u8, encoding=srgb_encoding()) for frame in frames)
    return Footage(photos=photos, frame_index=np.arange(len(frames), dtype=np.int32), at_seconds=np.array([one.seconds for one in frames]))


def exact_motion(footage: Footage, cameras: list[Camera], *, size: float = 0.0037) -> Motion:
    """Return the true cameras as motion in a scene of another size, turned and shifted."""
    turn, _ = cv2.Rodrigues(np.array([0.4, -1.1, 0.7]))
    matrices = np.tile(np.eye(4), (len(cameras), 1, 1))
    for number, camera in enumerate(cameras):
        matrices[number, :3, :3] = camera.camera_from_head[:3, :3] @ turn.T
        matrices[number, :3, 3] = size * camera.camera_from_head[:3, 3] - matrices[number, :3, :3] @ np.array([0.3, 0.1, -0.8])
    return Motion(
        footage_digest=footage.digest,
        photo_index=np.arange(len(cameras), dtype=np.int32),
        focal_px=cameras[0].focal_px * footage.photos[0].width_px / cameras[0].width_px,
        bend_ratio=0.0,
        camera_from_scene=matrices,
        points_scene=np.zeros((0, 3)),
        error_px=0.3,
        seen_count=4.0,
        strays_fraction=0.0,
    )


def eyes_gap_mm(motion: Motion, cameras: list[Camera]) -> FloatArray:
    """Return how far the cameras of a motion are from the true ones after a similarity, mm."""
    true = np.array([cameras[index].eye_mm for index in motion.photo_index])
    return np.asarray(np.linalg.norm(align(motion.eyes_scene, true).apply(motion.eyes_scene) - true, axis=1))


def scalp_gaps_mm(head: Head, scalp_mm: FloatArray, cameras: list[Camera]) -> tuple[FloatArray, float]:
    """Return how far a head's surface is from the true scalp (N,) mm, after turn, shift and scale; and that scale.

    `cameras` are the true ones of the head's photos: they start the alignment, point to plane does the rest.
    """
    normals, tree = vertex_normals(head.surface), cKDTree(head.surface.vertices_mm)
    laid = align(np.array([camera.eye_mm for camera in cameras]), np.array([own.eye_mm for own in head.cameras]))
    scale, places = laid.factor, laid.apply(scalp_mm)
    for _ in range(30):
        nearest = tree.query(places)[1]
        gap = ((places - head.surface.vertices_mm[nearest]) * normals[nearest]).sum(1)
        arms = places - places.mean(0)
        slopes = np.hstack([np.cross(arms, normals[nearest]), normals[nearest], (arms * normals[nearest]).sum(1)[:, None]])
        root = (1 / (1 + (gap / 3) ** 2)) ** 0.5
        move = -np.linalg.lstsq(slopes * root[:, None], gap * root, rcond=None)[0]
        turned, _ = cv2.Rodrigues(move[:3])
        places = (1 + move[6]) * arms @ turned.T + places.mean(0) + move[3:6]
        scale *= 1 + float(move[6])
    nearest = tree.query(places)[1]
    return np.asarray(((places - head.surface.vertices_mm[nearest]) * normals[nearest]).sum(1)), scale
