"""How wrong the face mesh is, and how its points go together: random identities drawn, their points found by the networks.

Run: python -m benchmarks.face_mesh [identities]. Needs ../shared/data and the face models. Printed, one SD each: the place
and the size of the whole mesh, its turn (and how much of a head's tilt it misses), and what is left of a point after
these; all in mm at the face. The drawings have no eyes and little hair: photos of people are worse.
"""

import sys

import cv2
import numpy as np

from scalp.base import FloatArray
from scalp.capture.seeing.faces import find_faces
from scalp.capture.shape.prior import read_head_prior
from scalp.domain.photo import Photo, srgb_encoding
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.io.assets import models_folder
from tests.known_heads import Identities, Truth, identities, identity_truth

BROWS, LIPS = (70, 63, 105, 66, 107, 300, 293, 334, 296, 336), (0, 17, 13, 14, 37, 267, 61, 291)
FIRST_SEED = 5000


def draw(truth: Truth, model: Identities, random: np.random.Generator) -> Photo:
    """Draw an identity, matt under one lamp, with painted brows and lips."""
    fragments, mesh = rasterise(truth.camera, truth.mesh), truth.mesh
    normals = vertex_normals(mesh) @ truth.camera.camera_from_head[:3, :3].T
    lamp = np.array([random.uniform(-0.6, 0.6), -random.uniform(0.2, 0.9), -1.0])
    colours = np.tile(np.array([0.62, 0.42, 0.32]) * random.uniform(0.5, 1.1), (len(mesh.vertices_mm), 1))
    points = model.mesh_points(mesh.vertices_mm)
    for index, paint, share in ((BROWS, (0.08, 0.05, 0.04), random.uniform(0.3, 0.9)), (LIPS, (0.55, 0.22, 0.2), 0.6)):
        near = np.linalg.norm(mesh.vertices_mm[:, None] - points[list(index)], axis=2).min(1)
        cover = share * np.clip(1.3 - near / 4.5, 0, 1)[:, None]
        colours = colours * (1 - cover) + cover * np.array(paint)
    lit = colours * (np.clip(normals @ lamp / np.linalg.norm(lamp), 0, None) * 0.8 + 0.25)[:, None]
    seen = fragments.face_index >= 0
    corners = mesh.faces[np.where(seen, fragments.face_index, 0)]
    picture = np.einsum("ijk,ijkc->ijc", fragments.barycentric, lit[corners])
    picture = np.where(seen[..., None], picture, random.uniform(0.15, 0.7))
    pixels = (np.clip(picture, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
    return Photo(pixels=cv2.GaussianBlur(pixels, (0, 0), 1.0), encoding=srgb_encoding(), focal_px=truth.camera.focal_px)


def misses(truth: Truth, model: Identities, found_px: FloatArray, index: list[int]) -> tuple[FloatArray, FloatArray]:
    """Return turn (3, rad), place (2, mm) and size (a fraction) of the whole mesh against the truth, and the rest of its points, mm."""
    points = model.mesh_points(truth.mesh.vertices_mm)[index]
    seen = truth.camera.in_camera(points)
    off = (found_px[index] - truth.camera.project(points)) * seen[:, 2:] / truth.camera.focal_px
    x, y, z = (seen - seen.mean(0)).T
    nil, one = np.zeros_like(x), np.ones_like(x)
    across, down = np.stack([nil, z, -y, one, nil, x], 1), np.stack([-z, nil, x, nil, one, y], 1)
    ways = np.stack([across, down], 1).reshape(-1, 6)
    whole = np.linalg.lstsq(ways, off.ravel(), rcond=None)[0]
    return whole, off.ravel() - ways @ whole


if __name__ == "__main__":
    count, random = int(sys.argv[1]) if len(sys.argv) > 1 else 40, np.random.default_rng(11)
    model, models, wholes, rests, tilts = identities(), models_folder(fetch=True), [], [], []
    index = [int(name.removeprefix("mesh_")) for name in read_head_prior().names if name.startswith("mesh_")]
    for number in range(count):
        yaw, pitch = (0.0, 0.0) if number % 4 == 0 else (random.uniform(-0.65, 0.65), random.uniform(-0.35, 0.55))
        truth, _ = identity_truth(model, FIRST_SEED + number, yaw_rad=yaw, pitch_rad=pitch)
        faces = find_faces(draw(truth, model, random), models)
        if faces:
            whole, rest = misses(truth, model, faces[0].mesh_px, index)
            wholes.append(whole), rests.append(rest), tilts.append(pitch)
    table = np.array(wholes)
    missed = np.polyfit(tilts, table[:, 0], 1)[0]
    turn = np.rad2deg([np.std(table[:, 0] - missed * np.array(tilts)), *table[:, 1:3].std(0)])
    place, size = np.sqrt((table[:, 3:5] ** 2).mean(0)), np.sqrt((table[:, 5] ** 2).mean())
    print(f"faces found {len(wholes)} of {count}")
    print(f"place {place[0]:.1f} mm across, {place[1]:.1f} mm up; size {100 * size:.1f} %")
    print(
        f"turn {turn[0]:.1f}, {turn[1]:.1f}, {turn[2]:.1f} degrees about x, y, z once {100 * abs(missed):.0f} % of the tilt, missed always, is taken out"
    )
    print(f"a point after these {np.sqrt(np.mean(np.array(rests) ** 2)):.1f} mm in x and in y")
