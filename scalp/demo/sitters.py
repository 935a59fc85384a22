"""A client's likeness sitting for views that no photo shows: prepared once, lit once a light, portrayed from any side.

What comes out is a `Scene`, in layers, so that pigment can be put below the skin's surface by whoever does that.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray
from scalp.demo.busts import Bust, assemble, columns_of, palette_of, scalp_share
from scalp.demo.complexion import Complexion, darkness_fraction, mix_complexion
from scalp.demo.exposure import paint_backdrop
from scalp.demo.eyes import Gaze, find_rims
from scalp.demo.hairs import Ground, grow_hairs
from scalp.demo.lamps import Rig, hang_lamps
from scalp.demo.lighting import Baked, Lights, bake, diffuse, irradiance
from scalp.demo.likeness import bend_person
from scalp.demo.person import Person, shape_person
from scalp.demo.rays import BoxTree, plant_tree
from scalp.demo.shading import Sheet, shade
from scalp.demo.strokes import Hairs, draw_hairs
from scalp.demo.zones import FRINGE_PER_CM2, Zones, mark_zones
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.scene import Scene
from scalp.domain.sighting import Regions
from scalp.domain.skin import Skin
from scalp.geometry.raster import Fragments, rasterise

AHEAD = (0.0, -0.05, 1.0)
METERED_LIGHT, METERED_QUANTILE = 1.65, 0.75
"""Light on the better lit quarter of the scalp in sight that the camera is set for, whatever the lamps. (E)"""
MOST_LAMPS = 4
SHARP_RAD, EYE_STEP = 0.05, 8
"""Lamps narrower than this throw sharp shadows; of the eyes' vertices every eighth is lit."""
SOFTENING_COUNT = 6
"""Vertices of the head, 3 mm apart, over which the edge of hair is averaged."""
WET_GLARE_FRACTION = 0.3
"""Part of the matte glare of dry skin that is left under a film of water; the rest goes into its one mirror. (E)"""


class Sitter(NamedTuple):
    """A likeness ready to be lit."""

    bust: Bust
    complexion: Complexion
    tree: BoxTree
    rims: list[tuple[FloatArray, FloatArray]]
    seed: int


class LitSitter(NamedTuple):
    """A likeness in one light: what reaches its vertices, its hairs, and how a camera is set for it."""

    sitter: Sitter
    rig: Rig
    lights: Lights
    columns: Float32Array
    hairs: tuple[Hairs, ...]
    skin_level: float


def seat_likeness(
    makehuman: Path, head: Head, skin: Skin, *, hair_fraction: FloatArray | None = None, film_fraction: float = 0.0
) -> Sitter:
    """Return the likeness of a head: its own skull and skin in the body of a neutral man, shaven, with a day's stubble.

    `makehuman` holds `MAKEHUMAN_MEMBERS`. Stubble grows as densely as `hair_fraction` says at the vertices of the head (V,),
    as on the sides of a man with pattern loss where it is not given. The face is nobody's: a head knows of it no more than eight landmarks.
    """
    seed = 1
    neutral, zones = _neutral(makehuman, darkness_fraction(skin), seed)
    person = bend_person(neutral, zones, head, seed=seed)
    zones = zones._replace(beard_per_cm2=0.0 * zones.beard_per_cm2, furrow=0.4 * zones.furrow)
    if hair_fraction is not None:
        zones = zones._replace(fringe_per_cm2=_grown(person, head, hair_fraction))
    complexion = mix_complexion(skin, matte_share_factor=1.0 - film_fraction * (1.0 - WET_GLARE_FRACTION))
    ahead = np.repeat(np.array([AHEAD]) / np.linalg.norm(AHEAD), 2, axis=0)
    gaze = Gaze(person.eyes_mm, ahead, person.eye_radius_mm, complexion.iris, complexion.iris_rim, complexion.eye_white)
    bust = assemble(person, gaze, zones)
    return Sitter(bust, complexion, plant_tree(bust.mesh), find_rims(person.eyes_mm, bust.mesh, bust.eye_faces_start), seed)


@lru_cache(maxsize=1)
def _neutral(makehuman: Path, darkness: float, seed: int) -> tuple[Person, Zones]:
    """Return the man whose body is lent, and his zones."""
    person = shape_person(makehuman, darkness_fraction=darkness, seed=seed)
    return person, mark_zones(person)


def _grown(person: Person, head: Head, hair_fraction: FloatArray) -> FloatArray:
    """Return the hairs a cm2 (V,) of the client's own shaven hair, off the ears."""
    near = cKDTree(head.surface.vertices_mm).query(person.vertices_mm, k=SOFTENING_COUNT)[1]
    return np.asarray(FRINGE_PER_CM2 * hair_fraction[near].mean(axis=1) * (1.0 - person.ears_fraction))


def light_sitter(sitter: Sitter, rig: Rig, towards: FloatArray) -> LitSitter:
    """Return a likeness lit for someone who looks from `towards` (3,): shadows by rays, light spread in skin, exposure set."""
    bust, seed = sitter.bust, sitter.seed
    lights = hang_lamps(rig, towards)
    baked = _reach(sitter, lights, fine=not rig.follows_camera and bool((lights.radius_rad < SHARP_RAD).any()))
    light = irradiance(baked, lights, sitter.complexion.skin)
    body = np.arange(bust.body_count, dtype=np.int32)
    gain = METERED_LIGHT * rig.exposure_factor / _metered(bust, light, towards)
    lights = lights._replace(rgb_linear=gain * lights.rgb_linear, room_rgb_linear=gain * lights.room_rgb_linear)
    light = diffuse(bust.mesh, np.float32(gain) * light, body)
    spare = ((0, 0), (0, MOST_LAMPS - len(lights.ways)))
    baked = Baked(np.pad(baked.lit, spare), np.pad(baked.free, spare), baked.room, baked.hidden)
    ground = Ground(
        Mesh(vertices_mm=bust.person.vertices_mm, faces=bust.mesh.faces[: bust.eye_faces_start]), bust.normals[body], light[body]
    )
    hairs = grow_hairs(bust.person, ground, bust.zones, sitter.rims, sitter.complexion.hair, seed)
    level = METERED_LIGHT * float(sitter.complexion.skin[1])
    return LitSitter(sitter, rig, lights, columns_of(bust, baked, light), hairs, level)


def _reach(sitter: Sitter, lights: Lights, *, fine: bool) -> Baked:
    """Return what reaches each vertex; by rays from all of the body only where shadows are sharp.

    Elsewhere rays start from every fourth vertex, the corners of the quads before their last division, and the rest lies between.
    """
    bust = sitter.bust
    quads, body = bust.person.quads, bust.body_count
    count = body if fine else int(quads[:, 0].max()) + 1
    eyes = np.arange(body, len(bust.mesh.vertices_mm), EYE_STEP)
    index = np.concatenate([np.arange(count), eyes])
    some = bake(sitter.tree, bust.mesh.vertices_mm[index], bust.normals[index], lights, seed=sitter.seed)
    near = cKDTree(bust.mesh.vertices_mm[eyes]).query(bust.mesh.vertices_mm[body:], k=3)[1] + count
    return Baked(*(np.concatenate([_between(part[:count], quads, body), part[near].mean(axis=1)]) for part in some))


def _between(corners: Float32Array, quads: IntArray, vertices_count: int) -> Float32Array:
    """Return values of all vertices, (V, ...), from those of the quads' first corners (N, ...): each other vertex is their mean."""
    if len(corners) == vertices_count:
        return corners
    flat = corners.reshape(len(corners), -1)
    index = quads[:, 1:].T.reshape(-1)
    shares = np.maximum(np.bincount(index, minlength=vertices_count), 1)
    columns = [np.bincount(index, np.tile(column[quads[:, 0]], 3), vertices_count) / shares for column in flat.T]
    full = np.column_stack(columns).astype(np.float32)
    full[: len(corners)] = flat
    return full.reshape(vertices_count, *corners.shape[1:])


def _metered(bust: Bust, light: Float32Array, towards: FloatArray) -> float:
    """Return the light on the scalp in sight, as a camera meters it."""
    way = towards / np.linalg.norm(towards)
    seen = (bust.zones.scalp > 0.5) & (bust.normals[: bust.body_count] @ way > 0.2)
    return max(float(np.quantile(light[: bust.body_count][seen][:, 1], METERED_QUANTILE)), 1e-3)


def portray(lit: LitSitter, camera: Camera) -> Scene:
    """Return what a camera sees of a lit likeness, in layers: matte light, what is clear of hair, and what lies on top."""
    bust, seed = lit.sitter.bust, lit.sitter.seed
    fragments = rasterise(camera, bust.mesh)
    seen = fragments.face_index >= 0
    sheet = Sheet(fragments.face_index, fragments.barycentric, bust.mesh.faces, lit.columns, bust.eye_faces_start)
    palette = palette_of(lit.sitter.complexion, bust.person, camera, seed)._replace(film_fraction=lit.rig.film_fraction)
    gloss = np.zeros((*seen.shape, 3), np.float32)
    matte = shade(sheet, palette, lit.lights, bust.gaze, gloss)
    cover = _coverage(camera, bust.mesh, seen)
    _bleed((matte, gloss), seen, cover)
    clear, strands = _strands(lit.hairs, camera, fragments)
    wall = paint_backdrop(camera, seed) * np.array(lit.rig.wall_rgb_linear, np.float32)
    above = (gloss * clear[..., None] + strands) * cover[..., None] + wall * (1.0 - cover[..., None])
    scalp = scalp_share(bust, fragments) * (fragments.face_index < bust.eye_faces_start) * cover
    person = (cover * 255.0 + 0.5).astype(np.uint8)
    return Scene(
        camera=camera,
        matte_rgb_linear=matte,
        clear_fraction=(clear * cover).astype(np.float32),
        above_rgb_linear=above.astype(np.float32),
        regions=Regions(head=person, skin=(scalp * 255.0 + 0.5).astype(np.uint8), hair=np.zeros_like(person)),
        skin_level=lit.skin_level,
    )


def _coverage(camera: Camera, mesh: Mesh, seen: BoolArray) -> Float32Array:
    """Return the share of each pixel that the bust covers, by four samples where its edge is near; elsewhere by the pixel's own one."""
    kernel = np.ones((3, 3), np.uint8)
    inside = seen.astype(np.uint8)
    edge = cv2.dilate(inside, kernel) - cv2.erode(inside, kernel)
    # Only faces whose box holds pixels near the edge can matter there.
    counted = cv2.integral(edge)
    corners_px = camera.project(mesh.vertices_mm)[mesh.faces]
    most = np.array([camera.width_px, camera.height_px])
    low = np.clip(np.floor(corners_px.min(axis=1)).astype(int), 0, most)
    high = np.clip(np.ceil(corners_px.max(axis=1)).astype(int), 0, most)
    (left, top), (right, bottom) = low.T, high.T
    touched = counted[bottom, right] - counted[top, right] - counted[bottom, left] + counted[top, left] > 0
    some = Mesh(vertices_mm=mesh.vertices_mm, faces=mesh.faces[touched])
    fine = rasterise(camera, some, scale=2.0).face_index >= 0
    share = fine.reshape(len(seen), 2, -1, 2).mean(axis=(1, 3), dtype=np.float32)
    return np.where(edge > 0, share, inside).astype(np.float32)


def _strands(hairs: tuple[Hairs, ...], camera: Camera, fragments: Fragments) -> tuple[Float32Array, Float32Array]:
    """Return the share of each pixel that no hair hides, and the light of the hairs in it."""
    shape = (*fragments.depth_mm.shape, 3)
    strands, hidden = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for some in hairs:
        draw_hairs(some, camera, strands, fragments.depth_mm, hidden)
    return np.asarray(1.0 - hidden[..., 0], np.float32), strands


def _bleed(layers: tuple[Float32Array, ...], seen: BoolArray, cover: Float32Array) -> None:
    """Continue layers by a pixel over the edge of the bust, in place, so that mixing with the wall has no fringe."""
    row, col = np.nonzero(~seen & (cover > 0.0))
    rows, cols = seen.shape
    down, right = (step.reshape(-1, 1) for step in np.mgrid[-1:2, -1:2])
    at = (np.clip(row + down, 0, rows - 1), np.clip(col + right, 0, cols - 1))
    near = seen[at].astype(np.float32)[..., None]
    for layer in layers:
        layer[row, col] = (layer[at] * near).sum(axis=0) / np.maximum(near.sum(axis=0), 1.0)
