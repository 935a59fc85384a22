"""The demo head: one man from MakeHuman's mesh, lit, shaded, given hair and photographed, with all that is true of him."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from scalp.base import Float32Array, FloatArray
from scalp.demo.complexion import Complexion, darkness_fraction, mix_complexion
from scalp.demo.exposure import expose, paint_backdrop
from scalp.demo.eyes import Gaze, find_rims, make_eyes
from scalp.demo.hairs import Ground, grow_hairs
from scalp.demo.lighting import Baked, Lights, bake, diffuse, irradiance, set_lights
from scalp.demo.person import Person, shape_person
from scalp.demo.rays import plant_tree
from scalp.demo.shading import Palette, Sheet, shade
from scalp.demo.strokes import draw_hairs
from scalp.demo.truth import DemoHead, DemoView, mark_points, stand_camera
from scalp.demo.zones import Zones, mark_zones
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.domain.sighting import POINT_NAMES, Regions
from scalp.domain.skin import Skin
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import Fragments, rasterise

CLOTH = (0.020, 0.024, 0.032)
TARGET_MM = np.array([0.0, -14.0, 6.0])
HIGH_TARGET_MM = np.array([0.0, 42.0, -4.0])
STRIP_ROWS = 504
MEDIUM_SKIN = Skin(melanin_fraction=0.024, blood_fraction=0.014)


class Bust(NamedTuple):
    """The whole scene: body and eyes as one mesh, what a vertex carries, and where the faces of the eyes begin."""

    person: Person
    zones: Zones
    mesh: Mesh
    normals: FloatArray
    body_count: int
    eye_faces_start: int
    gaze: Gaze


def _look(person: Person, camera: Camera, complexion: Complexion) -> Gaze:
    """Return where the eyes look: into the camera where it stands in front, ahead otherwise."""
    ways = camera.eye_mm - person.eyes_mm
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    ways[:, 1] -= 0.06
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    ahead = np.array([0.0, -0.05, 1.0])
    if ways[:, 2].min() < 0.85:  # about 30 degrees, as far as eyes turn with ease
        ways = np.repeat(ahead[None] / np.linalg.norm(ahead), 2, axis=0)
    return Gaze(person.eyes_mm, ways, person.eye_radius_mm, complexion.iris, complexion.iris_rim, complexion.eye_white)


def _assemble(person: Person, gaze: Gaze) -> Bust:
    """Return the bust with its eyes in."""
    quads, eyes = person.quads, make_eyes(gaze)
    body = np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    count = len(person.vertices_mm)
    mesh = Mesh(vertices_mm=np.vstack([person.vertices_mm, eyes.vertices_mm]), faces=np.vstack([body, eyes.faces + count]).astype(np.int32))
    return Bust(person, mark_zones(person), mesh, vertex_normals(mesh), count, len(body), gaze)


def _columns(bust: Bust, baked: Baked, light: Float32Array) -> Float32Array:
    """Return what the pixels need of each vertex, (V, 22), laid out as `shading` says."""
    zones, extra = bust.zones, len(bust.mesh.vertices_mm) - bust.body_count
    beard = zones.beard_per_cm2 + 0.09 * zones.brow_per_cm2
    painted = [zones.red, zones.dark, zones.oil, zones.lips, zones.furrow, zones.fringe_per_cm2, beard, zones.top_per_cm2]
    padded = np.pad(np.column_stack(painted), ((0, extra), (0, 0)))
    return np.column_stack([bust.mesh.vertices_mm, bust.normals, light, baked.free, baked.room, padded]).astype(np.float32)


def _light(bust: Bust, fragments: Fragments, lights: Lights, complexion: Complexion, seed: int) -> tuple[Baked, Float32Array]:
    """Return what reaches the vertices in sight, and the same after it has spread in skin."""
    count = len(bust.mesh.vertices_mm)
    used = np.unique(bust.mesh.faces[np.unique(fragments.face_index[fragments.face_index >= 0])])
    some = bake(plant_tree(bust.mesh), bust.mesh.vertices_mm[used], bust.normals[used], lights, seed=seed)
    full = [np.zeros((count, *part.shape[1:]), np.float32) for part in some]
    for whole, part in zip(full, some, strict=True):
        whole[used] = part
    baked = Baked(*full)
    light = irradiance(baked, lights, complexion.skin)
    return baked, diffuse(bust.mesh, light, used[used < bust.body_count].astype(np.int32))


def _palette(complexion: Complexion, person: Person, camera: Camera, seed: int) -> Palette:
    """Return the colours of the scene, and the neck of the shirt through the pit of the throat and the root of the neck."""
    px_per_mm = camera.focal_px / float(np.linalg.norm(camera.eye_mm))
    return Palette(
        colours=np.array([complexion.skin, complexion.red, complexion.brown, complexion.lips, CLOTH]),
        camera_mm=camera.eye_mm,
        neckline=np.array([0.40, 0.0042, person.point("menton")[1] - 52.0]),
        shift_mm=np.random.default_rng((seed, 2)).uniform(1000.0, 3000.0, 3),
        detail=float(np.clip((px_per_mm - 2.0) / 3.5, 0.0, 1.0)),
    )


def _coverage(camera: Camera, mesh: Mesh) -> Float32Array:
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


def _bleed(rgb_linear: Float32Array, seen: Float32Array) -> Float32Array:
    """Return the picture of the bust continued by one pixel over its edge, so that mixing with the wall has no fringe."""
    summed, weight = np.zeros_like(rgb_linear), np.zeros(seen.shape, np.float32)
    for row in (-1, 0, 1):
        for col in (-1, 0, 1):
            summed += np.roll(rgb_linear * seen[..., None], (row, col), axis=(0, 1))
            weight += np.roll(seen, (row, col), axis=(0, 1))
    return np.where(seen[..., None] > 0, rgb_linear, summed / np.maximum(weight, 1e-6)[..., None]).astype(np.float32)


def _scalp_share(bust: Bust, fragments: Fragments) -> Float32Array:
    """Return how much of each pixel's surface is scalp or forehead, 0..1."""
    zone = np.zeros(len(bust.mesh.vertices_mm), np.float32)
    zone[: bust.body_count] = bust.zones.scalp
    out = np.zeros(fragments.face_index.shape, np.float32)
    seen = fragments.face_index >= 0
    corners = bust.mesh.faces[fragments.face_index[seen]]
    out[seen] = (zone[corners] * fragments.barycentric[seen]).sum(axis=1)
    return out


def _picture(bust: Bust, fragments: Fragments, camera: Camera, complexion: Complexion, seed: int) -> tuple[Float32Array, float]:
    """Return the light of the bust before the wall, hair on it, and the level of its lit skin."""
    lights = set_lights(camera)
    baked, light = _light(bust, fragments, lights, complexion, seed)
    sheet = Sheet(fragments.face_index, fragments.barycentric, bust.mesh.faces, _columns(bust, baked, light), bust.eye_faces_start)
    picture = shade(sheet, _palette(complexion, bust.person, camera, seed), lights, bust.gaze)
    level = float(np.quantile(light[: bust.body_count][bust.zones.scalp > 0.5][:, 1], 0.75) * complexion.skin[1])
    body = Mesh(vertices_mm=bust.person.vertices_mm, faces=bust.mesh.faces[: bust.eye_faces_start])
    ground = Ground(body, bust.normals[: bust.body_count], light[: bust.body_count])
    picture = _bleed(picture, (fragments.face_index >= 0).astype(np.float32))
    rims = find_rims(bust.person.eyes_mm, bust.mesh, bust.eye_faces_start)
    for hairs in grow_hairs(bust.person, ground, bust.zones, rims, complexion.hair, seed):
        draw_hairs(hairs, camera, picture, fragments.depth_mm)
    return picture, level


def make_demo_head(makehuman: Path, *, skin: Skin = MEDIUM_SKIN, seed: int = 1, view: DemoView | None = None) -> DemoHead:
    """Return a photo of a man who does not exist, with the exact camera, surface, points and regions behind it.

    `makehuman` holds the members `MAKEHUMAN_MEMBERS`. Light by shadow rays at the vertices, spread in skin by a sum of
    Gaussians, two-lobe shine, hair by hair; no motion, one studio. Shape follows the skin a little (origin mixed by
    melanin); the seed moves features, hair and unevenness. [MakeHuman2020]
    """
    view = view or DemoView()
    complexion = mix_complexion(skin)
    person = shape_person(makehuman, darkness_fraction=darkness_fraction(skin), seed=seed)
    camera = stand_camera(view, HIGH_TARGET_MM if view.name in ("top", "crown") else TARGET_MM)
    bust = _assemble(person, _look(person, camera, complexion))
    fragments = rasterise(camera, bust.mesh)
    picture, level = _picture(bust, fragments, camera, complexion, seed)
    cover = _coverage(camera, bust.mesh)
    scene = picture * cover[..., None] + paint_backdrop(camera, seed) * (1.0 - cover[..., None])
    names = tuple(POINT_NAMES)
    eyes_free = fragments.face_index < bust.eye_faces_start
    scalp = _scalp_share(bust, fragments) * eyes_free * cover
    return DemoHead(
        view=view,
        photo=expose(scene, camera, level, seed),
        camera=camera,
        surface=bust.mesh,
        point_names=names,
        points_mm=person.points_mm,
        marked_points=mark_points(camera, names, person.points_mm, fragments.depth_mm),
        regions=Regions(
            head=(cover * 255.0 + 0.5).astype(np.uint8), skin=(scalp * 255.0 + 0.5).astype(np.uint8), hair=np.zeros(cover.shape, np.uint8)
        ),
        depth_mm=fragments.depth_mm,
    )
