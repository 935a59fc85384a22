"""The demo head: one man from MakeHuman's mesh, lit, shaded, given hair and photographed, with all that is true of him."""

from pathlib import Path

import numpy as np

from scalp.base import Float32Array
from scalp.demo.busts import Bust, assemble, bleed, columns_of, coverage, palette_of, scalp_share
from scalp.demo.complexion import Complexion, darkness_fraction, mix_complexion
from scalp.demo.exposure import expose, paint_backdrop
from scalp.demo.eyes import Gaze, find_rims
from scalp.demo.hairs import Ground, grow_hairs
from scalp.demo.lighting import Baked, Lights, bake, diffuse, irradiance, set_lights
from scalp.demo.person import Person, shape_person
from scalp.demo.rays import plant_tree
from scalp.demo.shading import Sheet, shade
from scalp.demo.strokes import draw_hairs
from scalp.demo.truth import DemoHead, DemoView, mark_points, stand_camera
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.domain.sighting import POINT_NAMES, Regions
from scalp.domain.skin import Skin
from scalp.geometry.raster import Fragments, rasterise

TARGET_MM = np.array([0.0, -14.0, 6.0])
HIGH_TARGET_MM = np.array([0.0, 42.0, -4.0])
MEDIUM_SKIN = Skin(melanin_fraction=0.024, blood_fraction=0.014)


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


def _picture(bust: Bust, fragments: Fragments, camera: Camera, complexion: Complexion, seed: int) -> tuple[Float32Array, float]:
    """Return the light of the bust before the wall, hair on it, and the level of its lit skin."""
    lights = set_lights(camera)
    baked, light = _light(bust, fragments, lights, complexion, seed)
    sheet = Sheet(fragments.face_index, fragments.barycentric, bust.mesh.faces, columns_of(bust, baked, light), bust.eye_faces_start)
    picture = shade(sheet, palette_of(complexion, bust.person, camera, seed), lights, bust.gaze)
    level = float(np.quantile(light[: bust.body_count][bust.zones.scalp > 0.5][:, 1], 0.75) * complexion.skin[1])
    body = Mesh(vertices_mm=bust.person.vertices_mm, faces=bust.mesh.faces[: bust.eye_faces_start])
    ground = Ground(body, bust.normals[: bust.body_count], light[: bust.body_count])
    picture = bleed(picture, (fragments.face_index >= 0).astype(np.float32))
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
    bust = assemble(person, _look(person, camera, complexion))
    fragments = rasterise(camera, bust.mesh)
    picture, level = _picture(bust, fragments, camera, complexion, seed)
    cover = coverage(camera, bust.mesh)
    scene = picture * cover[..., None] + paint_backdrop(camera, seed) * (1.0 - cover[..., None])
    names = tuple(POINT_NAMES)
    eyes_free = fragments.face_index < bust.eye_faces_start
    scalp = scalp_share(bust, fragments) * eyes_free * cover
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
