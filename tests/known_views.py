"""Several photos of heads whose truth is known: the scan's points and photos, ICT identities before several cameras, and how far
a head from them is from the whole true scalp.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import MarkedPoints, Sighting
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.io.photos import read_photo
from tests.known_heads import HEADS, SD_90, Identities, Truth, identity_truth, scan_camera, true_outline

SCAN_POINTS_MM = {
    "glabella": (-5.8, 97.7, 104.2),
    "nose_tip": (-5.8, 53.1, 124.1),
    "left_ear_top": (66.9, 90.9, 8.7),
    "right_ear_top": (-75.4, 90.5, 7.9),
    "left_tragion": (65.6, 64.2, 15.9),
    "right_tragion": (-72.8, 65.2, 16.1),
    "vertex": (-5.0, 190.9, -4.3),
    "inion": (-5.7, 75.0, -90.5),
}
"""Named places on the scan, lifted from its photos by eye; it stands 5 mm off the middle."""
POINTS_OF_VIEW = {
    "front": (),
    "q_left": (),
    "front_top": (),
    "left": ("glabella", "nose_tip", "left_ear_top", "left_tragion", "vertex"),
    "right": ("glabella", "nose_tip", "right_ear_top", "right_tragion", "vertex"),
    "back": ("left_ear_top", "right_ear_top", "inion"),
    "top": ("nose_tip", "left_ear_top", "right_ear_top", "vertex"),
}
"""What a person would click in each view."""
ICT_VERTICES = {"ear_top": 8438, "tragion": 7328}
VIEWS = {
    "front": (0.0, 0.0),
    "left": (-90.0, 0.0),
    "right": (90.0, 0.0),
    "back": (180.0, 0.0),
    "top": (0.0, 80.0),
    "q_left": (-38.0, 0.0),
    "q_right": (38.0, 0.0),
}
"""Turn to the side and from above, degrees, of the views of identities."""


def clicked(
    places_mm: dict[str, FloatArray], names: tuple[str, ...], camera: Camera, seed: int, noise_px: float = 2.0
) -> MarkedPoints | None:
    """Return points as a hand would click them: the true places projected, with noise."""
    if not names:
        return None
    pixels = camera.project(np.array([places_mm[name] for name in names]))
    return MarkedPoints(names=names, points_px=pixels + np.random.default_rng(seed).normal(0, noise_px, pixels.shape))


@dataclass(frozen=True)
class Gap:
    """How far a head is from the whole true scalp after one similarity: distances along the normal, mm, and the 90 % share."""

    distance_mm: FloatArray
    inside_fraction: float
    scale: float
    rotation: FloatArray
    shift_mm: FloatArray

    def line(self) -> str:
        """Say it in a line."""
        median, p95 = np.percentile(self.distance_mm, [50, 95])
        return f"whole scalp median {median:.2f} p95 {p95:.2f} mm, inside 90 % interval {100 * self.inside_fraction:.0f} %"


def scalp_vertices(mesh: Mesh, glabella_mm: FloatArray, ear_top_mm: FloatArray) -> FloatArray:
    """Return the vertices of the scalp: above a line over brow, ears and nape, on the outer skin."""
    vertices = mesh.vertices_mm
    return np.asarray(vertices[above_ears_mm(mesh, glabella_mm, ear_top_mm) > 0])


def above_ears_mm(mesh: Mesh, glabella_mm: FloatArray, ear_top_mm: FloatArray) -> FloatArray:
    """Return how far each vertex lies above the line over brow, ears and nape, mm."""
    y, z = mesh.vertices_mm[:, 1], mesh.vertices_mm[:, 2]
    low = np.interp(z, [ear_top_mm[2] - 60, ear_top_mm[2], glabella_mm[2]], [ear_top_mm[1] - 10, ear_top_mm[1] + 8, glabella_mm[1] + 15])
    return np.asarray(y - low)


def gap_of(head: Head, camera: Camera, scalp_mm: FloatArray, *, photo: int = 0) -> Gap:
    """Compare a head with true scalp points by a similarity that starts where the true camera of one photo says (ICP)."""
    ours = head.cameras[photo].camera_from_head
    normals = vertex_normals(head.surface)
    tree = cKDTree(head.surface.vertices_mm)
    scale = float(np.linalg.norm(ours[:3, 3]) / np.linalg.norm(camera.in_camera(scalp_mm.mean(0)[None])))
    rotation = ours[:3, :3].T @ camera.camera_from_head[:3, :3]
    shift = ours[:3, :3].T @ (scale * camera.camera_from_head[:3, 3] - ours[:3, 3])
    for _ in range(60):
        moved = scale * scalp_mm @ rotation.T + shift
        nearest = tree.query(moved)[1]
        gap = ((moved - head.surface.vertices_mm[nearest]) * normals[nearest]).sum(1)
        middle = moved.mean(0)
        arms, n = moved - middle, normals[nearest]
        design = np.column_stack([np.cross(arms, n), n, (arms * n).sum(1)])
        step = -np.linalg.lstsq(design, gap, rcond=None)[0]
        turn = _rotation(step[:3])
        grown = 1 + step[6]
        scale, rotation = scale * grown, turn @ rotation
        shift = grown * turn @ (shift - middle) + middle + step[3:6]
        if np.abs(step[:3]).max() < 1e-6 and np.abs(step[3:6]).max() < 1e-4:
            break
    moved = scale * scalp_mm @ rotation.T + shift
    nearest = tree.query(moved)[1]
    gap = np.abs(((moved - head.surface.vertices_mm[nearest]) * normals[nearest]).sum(1)) / scale
    inside = gap * scale < SD_90 * head.surface_sd_mm[nearest]
    return Gap(gap, float(inside.mean()), scale, rotation, shift)


def _rotation(turn: FloatArray) -> FloatArray:
    """Return the rotation of a turn vector."""
    angle = float(np.linalg.norm(turn))
    x, y, z = turn / max(angle, 1e-12)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def blank_photo(number: int, focal_px: float | None = 2912.0) -> Photo:
    """Return a photo without a picture, unlike any other number's."""
    pixels = np.zeros((2016, 1512, 3), np.uint8)
    pixels[0, :8, 0] = [(number >> bit & 1) * 255 for bit in range(8)]
    return Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=focal_px)


def identity_places(model: Identities, shape: FloatArray) -> dict[str, FloatArray]:
    """Return the places on an identity that a person would click."""
    points = model.mesh_points(shape)
    places = {"glabella": points[9], "nose_tip": points[1]}
    for name, vertex in ICT_VERTICES.items():
        mirrored = int(np.argmin(((model.mean - model.mean[vertex] * [-1, 1, 1]) ** 2).sum(1)))
        places[f"left_{name}"], places[f"right_{name}"] = shape[vertex], shape[mirrored]
    middle = shape[np.abs(shape[:, 0]) < 4]
    places["vertex"] = middle[np.argmax(middle[:, 1])]
    behind = middle[middle[:, 2] < 0]
    places["inion"] = behind[np.argmin(np.abs(behind[:, 1] - places["left_tragion"][1] - 8))]
    return places


def identity_sightings(
    model: Identities, seed: int, views: tuple[str, ...], *, sd_px: float = 1.0
) -> tuple[list[Truth], tuple[Sighting, ...]]:
    """Return one identity in several views: truths, and sightings with exact geometry, 1 % noise of the mesh, 1 px of the outline."""
    places = identity_places(model, model.shape(seed))
    truths, sightings = [], []
    for number, view in enumerate(views):
        yaw, pitch = np.deg2rad(VIEWS[view])
        truth, face = identity_truth(model, seed, yaw_rad=float(yaw), pitch_rad=float(pitch))
        points = clicked(places, POINTS_OF_VIEW.get(view, ()), truth.camera, 10 * seed + number)
        shown = face if abs(yaw) < 0.8 and pitch < 0.7 else None
        outline = true_outline(truth, sd_px, 10 * seed + number)
        truths.append(truth)
        sightings.append(Sighting(photo=blank_photo(number), face=shown, points=points, outline=outline))
    return truths, tuple(sightings)


def seam_gaps_mm(head: Head, mesh: Mesh, cameras: list[Camera], pair: tuple[int, int], scalp_low_mm: FloatArray) -> FloatArray:
    """Return how far impressions would lie from one another in two photos, mm on the skin.

    True scalp points that both true cameras see well are lifted from the first photo onto the head and projected into the
    second; the gap to where the second photo truly shows them counts at their distance. `scalp_low_mm` (V,) marks scalp.
    """
    first, second = (cameras[number] for number in pair)
    normals = vertex_normals(mesh)
    kept = scalp_low_mm > 0
    for camera in (first, second):
        rays = camera.eye_mm - mesh.vertices_mm
        kept &= np.einsum("vd,vd->v", normals, rays) > 0.35 * np.linalg.norm(rays, axis=1)
        whole, px = rasterise(camera, mesh, 0.5), (camera.project(mesh.vertices_mm) * 0.5).astype(int)
        px = np.clip(px, 0, np.array(whole.depth_mm.shape[::-1]) - 1)
        kept &= camera.in_camera(mesh.vertices_mm)[:, 2] < whole.depth_mm[px[:, 1], px[:, 0]] + 2.0
    places = mesh.vertices_mm[kept]
    lifted, hit = _lifted_on(head, pair[0], first.project(places))
    gap_px = np.linalg.norm(head.cameras[pair[1]].project(lifted) - second.project(places), axis=1)
    return np.asarray((gap_px * second.in_camera(places)[:, 2] / second.focal_px)[hit])


def _lifted_on(head: Head, photo: int, pixels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where sight lines of a photo first meet the head, and which do."""
    camera = head.cameras[photo]
    seen = rasterise(camera, head.surface)
    cols, rows = np.clip(pixels.astype(int), 0, [camera.width_px - 1, camera.height_px - 1]).T
    hit = seen.face_index[rows, cols] >= 0
    corners = head.surface.vertices_mm[head.surface.faces[np.maximum(seen.face_index[rows, cols], 0)]]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    rays, eye = camera.rays(pixels), camera.eye_mm
    along = ((corners[:, 0] - eye) * normal).sum(1) / (rays * normal).sum(1)
    return eye + along[:, None] * rays, hit


def scan_sightings(views: tuple[str, ...], models: Path, seed: int = 0) -> tuple[Sighting, ...]:
    """Return what the program sees in photos of the scan, and what a person would click in them."""
    places = {name: np.array(place) for name, place in SCAN_POINTS_MM.items()}
    found = []
    for view in views:
        photo = replace(read_photo(HEADS / "lee-perry-smith" / f"photo-{view}.jpg"), focal_px=2912.0)
        faces = find_faces(photo, models)
        face = faces[0] if faces else None
        outline = trace_outline(photo, segment_person(photo, face, models), face)
        points = clicked(places, POINTS_OF_VIEW[view], scan_camera(view), seed)
        found.append(Sighting(photo=photo, face=face, points=points, outline=outline))
    return tuple(found)
