"""Heads whose truth is known, from `../shared/data`: the scan's photos with exact cameras, and ICT identities; and how far a
reconstructed head is from them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray, IntArray
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.sighting import FaceSighting, Outline
from scalp.geometry.meshes import face_normals, vertex_normals
from scalp.geometry.raster import rasterise

HEADS = Path(__file__).parents[2] / "shared" / "data" / "heads"
SD_90 = 1.645
PATCH_MM = 10.0
"""Side of the patches that local area is compared over: what a density is counted on, wider than the facets of the meshes."""
TRAGION_INDEX = 7328
SCAN_MM = 48.0
"""Millimetres per unit of the scan: breadth 152 mm, length 200 mm."""


@dataclass(frozen=True)
class Truth:
    """A true surface, the camera that saw it (in the mesh's own axes) and curves on it, in mm of those axes."""

    mesh: Mesh
    camera: Camera
    hairline_mm: FloatArray
    scalp: Mesh
    """The part of the mesh that is scalp: above the brow, the ears and the nape."""


@dataclass(frozen=True)
class Errors:
    """How far a head is from the truth in one photo, after one global scale about the camera."""

    hairline_mm: FloatArray
    depth_mm: FloatArray
    area_fraction: FloatArray
    patch_fraction: FloatArray
    """Error of the area of patches of 10 mm around each pixel."""
    inside_fraction: float
    """Part of the visible scalp whose error along the normal lies inside the stated 90 % interval."""
    normal_sds: FloatArray
    """Error along the normal over its stated SD."""

    def line(self) -> str:
        """Say the medians in a line."""
        parts = [
            ("hairline mm", self.hairline_mm),
            ("p95", self.hairline_mm),
            ("depth mm", self.depth_mm),
            ("area %", 100 * self.patch_fraction),
            ("of a pixel %", 100 * self.area_fraction),
        ]
        numbers = [float(np.nanpercentile(values, 95 if name == "p95" else 50)) for name, values in parts]
        return "  ".join(f"{name} {number:5.2f}" for (name, _), number in zip(parts, numbers, strict=True))


def scan_mesh() -> Mesh:
    """Read the scan in mm, its own axes."""
    vertices, faces = [], []
    for line in (HEADS / "lee-perry-smith" / "LeePerrySmith.obj").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["v"]:
            vertices.append([float(word) for word in words[1:4]])
        elif words[:1] == ["f"]:
            corners = [int(word.split("/")[0]) - 1 for word in words[1:]]
            faces += [[corners[0], corners[k], corners[k + 1]] for k in range(1, len(corners) - 1)]
    return Mesh(vertices_mm=np.array(vertices) * SCAN_MM, faces=np.array(faces, np.int32))


def scan_camera(view: str) -> Camera:
    """Return the exact camera of a photo of the scan."""
    told = json.loads((HEADS / "lee-perry-smith" / "cameras.json").read_text(encoding="utf-8"))["views"][view]
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = told["R"], told["t"]
    return Camera(
        focal_px=told["f"], centre_px=(told["W"] / 2, told["H"] / 2), width_px=told["W"], height_px=told["H"], camera_from_head=matrix
    )


SCAN_GLABELLA_MM, SCAN_EAR_TOP_MM = np.array([0.0, 98.0, 92.0]), np.array([76.0, 90.0, 0.0])


def truth_of(mesh: Mesh, camera: Camera, glabella_mm: FloatArray, ear_top_mm: FloatArray) -> Truth:
    """Return a truth with its hairline: a curve from 65 mm above the glabella down to before the ears."""
    vertices = mesh.vertices_mm
    rise, run = ear_top_mm[1] + 12 - (glabella_mm[1] + 62), ear_top_mm[2] + 35 - (glabella_mm[2] - 8)
    height = vertices[:, 1] - (glabella_mm[1] + 62) - rise / run * (vertices[:, 2] - (glabella_mm[2] - 8))
    hairline = _cut(mesh, height, (vertices[:, 2] > ear_top_mm[2] + 35) & (vertices[:, 1] > ear_top_mm[1]))
    low = np.interp(
        vertices[:, 2], [ear_top_mm[2] - 60, ear_top_mm[2], glabella_mm[2]], [ear_top_mm[1] - 10, ear_top_mm[1] + 8, glabella_mm[1] + 15]
    )
    kept = (vertices[:, 1] > low)[mesh.faces].all(1)
    kept &= np.einsum("fd,fd->f", vertices[mesh.faces].mean(1) - camera.eye_mm, face_normals(mesh)) < 0
    return Truth(mesh, camera, hairline, Mesh(vertices_mm=vertices, faces=mesh.faces[kept]))


def _cut(mesh: Mesh, height: FloatArray, near: np.ndarray) -> FloatArray:
    """Return where edges cross height 0, at vertices that are near."""
    edges = np.unique(np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    a, b = edges[(height[edges[:, 0]] > 0) != (height[edges[:, 1]] > 0)].T
    kept = near[a] & near[b]
    a, b = a[kept], b[kept]
    share = (height[a] / (height[a] - height[b]))[:, None]
    return np.asarray(mesh.vertices_mm[a] * (1 - share) + mesh.vertices_mm[b] * share)


def true_outline(truth: Truth, sd_px: float, seed: int) -> Outline:
    """Return the silhouette of the bare head above the ears, with noise."""
    whole, scalp = rasterise(truth.camera, truth.mesh), rasterise(truth.camera, truth.scalp)
    inside, cranium = whole.face_index >= 0, (scalp.face_index >= 0) & (scalp.depth_mm <= whole.depth_mm + 0.5)
    points = []
    for axis in (0, 1):
        change = np.diff(inside.astype(np.int8), axis=axis)
        rows, cols = np.nonzero(change)
        first = cranium[rows, cols] | cranium[rows + (axis == 0), cols + (axis == 1)]
        points.append(np.column_stack([cols + (1.0 if axis else 0.5), rows + (0.5 if axis else 1.0)])[first])
    found = np.vstack(points).astype(float)
    noise = np.random.default_rng(seed).normal(0, sd_px, found.shape)
    return Outline(points_px=found + noise, sd_px=max(sd_px, 0.5))


def errors_of(head: Head, truth: Truth, *, aligned: bool = False) -> Errors:
    """Compare a head with the truth in its photo; `aligned` lets the whole head move and turn too (focal length unknown)."""
    camera, finer = head.cameras[0], 0.5
    true, ours = rasterise(truth.camera, truth.scalp, finer), rasterise(camera, head.surface, finer)
    whole = rasterise(truth.camera, truth.mesh, finer)
    both = (true.face_index >= 0) & (ours.face_index >= 0) & (true.depth_mm <= whole.depth_mm + 0.5)
    rows, cols = np.nonzero(both)
    pixels = np.column_stack([cols + 0.5, rows + 0.5]) / finer
    true_mm, ours_mm = _lifted(truth.camera, pixels, true.depth_mm[both]), _lifted(camera, pixels, ours.depth_mm[both])
    scale, rotation, shift = _alignment(ours_mm, true_mm, aligned=aligned)
    line_px, line_mm = _seen_hairline(truth)
    row, col = (line_px * finer).astype(int).T[::-1]
    hit = ours.face_index[row, col] >= 0
    line_ours = _lifted(camera, line_px[hit], ours.depth_mm[row, col][hit]) * scale @ rotation.T + shift
    ours_mm2, true_mm2 = _areas(camera, ours, both) * scale**2, _areas(truth.camera, true, both)
    area = ours_mm2 / true_mm2 - 1
    side_px = int(PATCH_MM * truth.camera.focal_px * finer / np.median(true.depth_mm[both]))
    patch = _patched(ours_mm2, both, side_px) / _patched(true_mm2, both, side_px) - 1
    moved = ours_mm * scale @ rotation.T + shift
    gap = np.linalg.norm(moved - true_mm, axis=1)
    corners = head.surface.faces[ours.face_index[both]]
    normals = vertex_normals(head.surface)[corners[:, 0]] @ camera.camera_from_head[:3, :3].T @ rotation.T
    apart = ((moved - true_mm) * normals).sum(1) / head.surface_sd_mm[corners[:, 0]]
    return Errors(
        np.linalg.norm(line_ours - line_mm[hit], axis=1), gap, np.abs(area), np.abs(patch), float((np.abs(apart) < SD_90).mean()), apart
    )


def outline_gaps_px(head: Head, outline: Outline) -> FloatArray:
    """Return how far each point of an outline is from the edge of the head as its camera sees it, px."""
    inside = np.pad((rasterise(head.cameras[0], head.surface).face_index >= 0).astype(np.uint8), 1)
    out, within = (cv2.distanceTransform(part, cv2.DIST_L2, 5) for part in (1 - inside, inside))
    columns, rows = (outline.points_px + 1).astype(int).T
    return np.asarray(np.maximum(out, within)[rows, columns] - 0.5, float)


def _lifted(camera: Camera, pixels: FloatArray, depth_mm: FloatArray) -> FloatArray:
    """Return camera-frame points at depths."""
    flat = (pixels - np.array(camera.centre_px)) / camera.focal_px
    return np.column_stack([flat * depth_mm[:, None], depth_mm])


def _alignment(ours: FloatArray, true: FloatArray, *, aligned: bool) -> tuple[float, FloatArray, FloatArray]:
    """Return the scale (and turn and shift where aligned) that brings ours onto the truth."""
    if not aligned:
        return float((ours * true).sum() / (ours**2).sum()), np.eye(3), np.zeros(3)
    a, b = ours.mean(0), true.mean(0)
    u, s, vt = np.linalg.svd((ours - a).T @ (true - b))
    rotation = vt.T @ np.diag([1, 1, np.linalg.det(vt.T @ u.T)]) @ u.T
    scale = float(s.sum() / ((ours - a) ** 2).sum())
    return scale, rotation, b - scale * rotation @ a


def _seen_hairline(truth: Truth) -> tuple[FloatArray, FloatArray]:
    """Return the part of the hairline that the camera sees: its pixels and its camera-frame points."""
    whole = rasterise(truth.camera, truth.mesh)
    seen_mm = truth.camera.in_camera(truth.hairline_mm)
    pixels = truth.camera.project(truth.hairline_mm)
    row, col = pixels.astype(int).T[::-1]
    inside = (row >= 0) & (col >= 0) & (row < truth.camera.height_px) & (col < truth.camera.width_px)
    row, col = np.where(inside, row, 0), np.where(inside, col, 0)
    seen = inside & (seen_mm[:, 2] < whole.depth_mm[row, col] + 1.0)
    return pixels[seen], seen_mm[seen]


def _areas(camera: Camera, seen: object, both: np.ndarray) -> FloatArray:
    """Return the surface area in mm2 that each pixel shows, from the slope of the depth."""
    depth = np.where(both, seen.depth_mm, np.nan).astype(float)  # type: ignore[attr-defined]
    rows, cols = np.indices(depth.shape)
    points = np.stack(
        [
            (2 * (cols + 0.5) - camera.centre_px[0]) / camera.focal_px * depth,
            (2 * (rows + 0.5) - camera.centre_px[1]) / camera.focal_px * depth,
            depth,
        ],
        -1,
    )
    across, down = np.gradient(points, axis=1), np.gradient(points, axis=0)
    areas = np.linalg.norm(np.cross(across, down), axis=2)
    return np.asarray(areas[both])


def _patched(areas: FloatArray, both: np.ndarray, side_px: int) -> FloatArray:
    """Return the mean of areas of pixels over the seen part of a square around each, NaN where too little of it is seen."""
    laid, told = np.zeros(both.shape), np.zeros(both.shape)
    laid[both], told[both] = np.nan_to_num(areas), np.isfinite(areas)
    share = cv2.blur(told, (side_px, side_px))
    return np.asarray(np.where(share > 0.3, cv2.blur(laid, (side_px, side_px)) / np.maximum(share, 1e-9), np.nan)[both])


def unseen_errors(head: Head, truth: Truth) -> tuple[FloatArray, FloatArray]:
    """Return the errors along the normal of the upper head that the photo does not show, mm, and their stated SD.

    After the same global scale about the camera as for the part that is seen.
    """
    camera, coarse = head.cameras[0], 0.25
    true, ours = rasterise(truth.camera, truth.scalp, coarse), rasterise(camera, head.surface, coarse)
    both = (true.face_index >= 0) & (ours.face_index >= 0)
    rows, cols = np.nonzero(both)
    pixels = np.column_stack([cols + 0.5, rows + 0.5]) / coarse
    seen = [_lifted(one, pixels, cast.depth_mm[both]) for one, cast in ((camera, ours), (truth.camera, true))]
    scale, _, _ = _alignment(seen[0], seen[1], aligned=False)
    vertices, glabella = head.surface.vertices_mm, head.landmark("glabella")
    low = glabella[1] + np.interp(vertices[:, 2], [-60.0, 0.0, glabella[2]], [-20.0, 5.0, 15.0])
    places = camera.in_camera(vertices) * scale
    facing = np.einsum("vd,vd->v", vertex_normals(head.surface) @ camera.camera_from_head[:3, :3].T, places)
    far = np.flatnonzero((vertices[:, 1] > low) & (facing > 0))[::7]
    corners = truth.camera.in_camera(truth.mesh.vertices_mm)
    normals = vertex_normals(truth.mesh) @ truth.camera.camera_from_head[:3, :3].T
    nearest = cKDTree(corners).query(places[far])[1]
    return ((places[far] - corners[nearest]) * normals[nearest]).sum(1), head.surface_sd_mm[far]


@dataclass(frozen=True)
class Identities:
    """ICT-FaceKit's identity model in mm, and where the mesh points lie on it."""

    mean: FloatArray
    components: FloatArray
    triangles: IntArray
    corners: IntArray
    weights: FloatArray
    known: np.ndarray

    def shape(self, seed: int) -> FloatArray:
        """Return the vertices of one random identity, (V, 3) mm."""
        scores = np.random.default_rng(seed).standard_normal(len(self.components))
        return np.asarray(self.mean + np.tensordot(scores, self.components, 1))

    def mesh_points(self, shape: FloatArray) -> FloatArray:
        """Return the 468 points on a shape, NaN where the embedding has none."""
        points = np.einsum("pk,pkd->pd", self.weights, shape[self.corners])
        points[~self.known] = np.nan
        return np.asarray(points)


def identities() -> Identities:
    """Read the identity model."""
    model, embedding = np.load(HEADS / "ict" / "facekit-head-pca.npz"), np.load(HEADS / "ict" / "landmark468-embedding.npz")
    quads = model["Q"]
    return Identities(
        mean=model["V0"].astype(float) * 10,
        components=model["P"].astype(float) * 10,
        triangles=np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32),
        corners=embedding["F"][embedding["T"]],
        weights=embedding["b"],
        known=embedding["T"] >= 0,
    )


def strange_shape(model: Identities, seed: int) -> FloatArray:
    """Return a head that no model was built from: a random identity, its cranium re-proportioned and dented.

    Length, breadth and height above the ears change by 4 % each (one SD), and twelve dents or bumps of 25 degrees and
    1.2 mm (one SD) are laid on it; the face below the brow stays.
    """
    shape, rng = model.shape(seed), np.random.default_rng(seed + 77)
    tragion, glabella = shape[TRAGION_INDEX], model.mesh_points(shape)[9]
    base = tragion[1] + np.interp(shape[:, 2], [tragion[2], glabella[2]], [0.0, glabella[1] - tragion[1]])
    rise = np.clip((shape[:, 1] - base) / 30, 0, 1)
    weight = (rise * rise * (3 - 2 * rise))[:, None]
    moved = shape + weight * rng.normal(0, 0.04, 3) * (shape - np.array([0.0, tragion[1] + 10.0, glabella[2]]))
    rays = moved - np.array([0.0, tragion[1] + 30.0, tragion[2]])
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    ways = rng.standard_normal((12, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    angles = np.arccos(np.clip(rays @ ways.T, -1, 1))
    bumps_mm = np.exp(-(angles**2) / (2 * np.deg2rad(25) ** 2)) @ rng.normal(0, 1.2, 12)
    return np.asarray(moved + weight * bumps_mm[:, None] * rays)


def identity_truth(
    model: Identities, seed: int, *, yaw_rad: float = 0.0, pitch_rad: float = 0.0, strange: bool = False
) -> tuple[Truth, FaceSighting]:
    """Return one random identity before a camera as of the scan's photos, and its mesh points with 1 % noise."""
    shape = strange_shape(model, seed) if strange else model.shape(seed)
    mesh = Mesh(vertices_mm=shape, faces=model.triangles)
    turn_y = np.array([[np.cos(yaw_rad), 0, np.sin(yaw_rad)], [0, 1, 0], [-np.sin(yaw_rad), 0, np.cos(yaw_rad)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(pitch_rad), -np.sin(pitch_rad)], [0, np.sin(pitch_rad), np.cos(pitch_rad)]])
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag([1.0, -1.0, -1.0]) @ turn_x @ turn_y
    matrix[:3, 3] = [0, 0, 700.0] - matrix[:3, :3] @ np.array([0.0, 30.0, 10.0])
    camera = Camera(focal_px=2912.0, centre_px=(756.0, 1008.0), width_px=1512, height_px=2016, camera_from_head=matrix)
    points = model.mesh_points(shape)
    pixels = camera.project(points)
    size_px = np.linalg.norm(pixels[10] - pixels[152])
    pixels = pixels + np.random.default_rng(seed + 1000).normal(0, 0.01 * size_px, pixels.shape)
    box = (*np.nanmin(pixels, axis=0), *np.nanmax(pixels, axis=0))
    face = FaceSighting(box_px=box, score_fraction=1.0, mesh_px=np.where(np.isnan(pixels), 0.0, pixels), iris_px=np.full((2, 3), np.nan))
    return truth_of(mesh, camera, points[9], shape[8438]), face
