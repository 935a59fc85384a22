"""A bust as one mesh with all that its pixels need of a vertex, and what of a picture it covers. Light is `lighting`'s, pixels are `shading`'s."""

from typing import NamedTuple

import numpy as np

from scalp.base import Float32Array, FloatArray
from scalp.demo.complexion import Complexion
from scalp.demo.eyes import Gaze, make_eyes
from scalp.demo.lighting import Baked
from scalp.demo.person import Person
from scalp.demo.shading import Palette
from scalp.demo.zones import Zones, mark_zones
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import Fragments, rasterise

CLOTH = (0.020, 0.024, 0.032)
STRIP_ROWS = 504


class Bust(NamedTuple):
    """The whole scene: body and eyes as one mesh, what a vertex carries, and where the faces of the eyes begin."""

    person: Person
    zones: Zones
    mesh: Mesh
    normals: FloatArray
    body_count: int
    eye_faces_start: int
    gaze: Gaze


def assemble(person: Person, gaze: Gaze, zones: Zones | None = None) -> Bust:
    """Return the bust with its eyes in; zones are marked on the person where none are given."""
    quads, eyes = person.quads, make_eyes(gaze)
    body = np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    count = len(person.vertices_mm)
    mesh = Mesh(vertices_mm=np.vstack([person.vertices_mm, eyes.vertices_mm]), faces=np.vstack([body, eyes.faces + count]).astype(np.int32))
    return Bust(person, zones or mark_zones(person), mesh, vertex_normals(mesh), count, len(body), gaze)


def columns_of(bust: Bust, baked: Baked, light: Float32Array) -> Float32Array:
    """Return what the pixels need of each vertex, (V, 22), laid out as `shading` says."""
    zones, extra = bust.zones, len(bust.mesh.vertices_mm) - bust.body_count
    beard = zones.beard_per_cm2 + 0.09 * zones.brow_per_cm2
    painted = [zones.red, zones.dark, zones.oil, zones.lips, zones.furrow, zones.fringe_per_cm2, beard, zones.top_per_cm2]
    padded = np.pad(np.column_stack(painted), ((0, extra), (0, 0)))
    return np.column_stack([bust.mesh.vertices_mm, bust.normals, light, baked.free, baked.room, padded]).astype(np.float32)


def palette_of(complexion: Complexion, person: Person, camera: Camera, seed: int) -> Palette:
    """Return the colours of the scene, and the neck of the shirt through the pit of the throat and the root of the neck."""
    px_per_mm = camera.focal_px / float(np.linalg.norm(camera.eye_mm))
    return Palette(
        colours=np.array([complexion.skin, complexion.red, complexion.brown, complexion.lips, CLOTH]),
        camera_mm=camera.eye_mm,
        neckline=np.array([0.40, 0.0042, person.point("menton")[1] - 52.0]),
        shift_mm=np.random.default_rng((seed, 2)).uniform(1000.0, 3000.0, 3),
        detail=float(np.clip((px_per_mm - 2.0) / 3.5, 0.0, 1.0)),
    )


def coverage(camera: Camera, mesh: Mesh) -> Float32Array:
    """Return the share of each pixel that the bust covers, by four samples, strip by strip."""
    out = np.empty((camera.height_px, camera.width_px), np.float32)
    for top in range(0, camera.height_px, STRIP_ROWS):
        rows = min(STRIP_ROWS, camera.height_px - top)
        strip = Camera(
            focal_px=camera.focal_px,
            centre_px=(camera.centre_px[0], camera.centre_px[1] - top),
            width_px=camera.width_px,
            height_px=rows,
            camera_from_head=camera.camera_from_head,
        )
        seen = rasterise(strip, mesh, scale=2.0).face_index >= 0
        out[top : top + rows] = seen.reshape(rows, 2, camera.width_px, 2).mean(axis=(1, 3))
    return out


def bleed(rgb_linear: Float32Array, seen: Float32Array) -> Float32Array:
    """Return the picture of the bust continued by one pixel over its edge, so that mixing with the wall has no fringe."""
    summed, weight = np.zeros_like(rgb_linear), np.zeros(seen.shape, np.float32)
    for row in (-1, 0, 1):
        for col in (-1, 0, 1):
            summed += np.roll(rgb_linear * seen[..., None], (row, col), axis=(0, 1))
            weight += np.roll(seen, (row, col), axis=(0, 1))
    return np.where(seen[..., None] > 0, rgb_linear, summed / np.maximum(weight, 1e-6)[..., None]).astype(np.float32)


def scalp_share(bust: Bust, fragments: Fragments) -> Float32Array:
    """Return how much of each pixel's surface is scalp or forehead, 0..1."""
    zone = np.zeros(len(bust.mesh.vertices_mm), np.float32)
    zone[: bust.body_count] = bust.zones.scalp
    out = np.zeros(fragments.face_index.shape, np.float32)
    seen = fragments.face_index >= 0
    corners = bust.mesh.faces[fragments.face_index[seen]]
    out[seen] = (zone[corners] * fragments.barycentric[seen]).sum(axis=1)
    return out
