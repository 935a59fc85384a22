"""A head as two files: `head.json` for people and programs, `head.glb` for every viewer of 3D; read back bit by bit.

The surface in mm lies in `head.glb` twice: as glTF wants it (metres, 32-bit) and exactly, as columns only this program
reads. `head.json` holds the rest and the digest of both. Files hold the shape of a face, and with a texture the face: they
are readable by their owner only. How a texture comes about is `scalp.capture`'s.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np
import numpy.typing as npt

from scalp.base import BadTable, Doubt, FloatArray, IntArray, Value, WrongParent, as_numbers, value
from scalp.colour.scales import FULL_DOUBT_MM, doubt_srgb_u8
from scalp.colour.srgb import linear_from_srgb
from scalp.domain.camera import Camera
from scalp.domain.head import LANDMARK_NAMES, Head, Mesh
from scalp.domain.skin import Skin
from scalp.domain.stored import HeadMeasures, HeadPart, StoredHead
from scalp.domain.texture import Texture
from scalp.geometry.meshes import vertex_normals
from scalp.io.codec import noun_from_plain, plain_from_noun, pretty
from scalp.io.glb import FOR_INDICES, GlbReader, GlbWriter
from scalp.io.ordinary import read_ordinary, reason
from scalp.io.pictures import OWNER_ONLY, write_whole
from scalp.io.versions import demand_version

HEAD_NAME, SURFACE_NAME = "head.json", "head.glb"
SCHEMA, VERSION = "smp-head", 1
SPACE = "head: right-handed, origin between the tragi, +X to the client's left, +Y up, +Z forward, mm; head.glb: the same axes in metres"
NOTICE = "Holds the shape of a person's head, and head.glb their face where it has a texture. Keep it as you keep their photos."
DOUBT_SCALE = (
    f"COLOR_0 and _UNCERTAINTY_MM: one standard deviation along the normal; cividis, dark blue 0 mm, yellow {FULL_DOUBT_MM:g} mm or more"
)
LARGEST_JSON_BYTES, LARGEST_SURFACE_BYTES = 5_000_000, 600_000_000
JPEG_QUALITY = 92
_MM_PER_M = 1000.0
_NEAREST_M, _FARTHEST_M = 0.05, 10.0
_EXACT = ("vertices_mm", "faces", "surface_sd_mm")
_REMEDY = "Give the head.json of a folder that smp head wrote, with its head.glb beside it; or make the head anew."
_UNLIT = "KHR_materials_unlit"


@value
class _SurfaceFile(Value):
    """Where the surface lies: the name of its file beside this one, and its SHA-256."""

    file: str
    sha256: str
    vertices_count: int
    faces_count: int
    textured: bool


@value
class _HeadFile(Value):
    """What `head.json` says, field by field."""

    head_digest: str
    surface: _SurfaceFile
    landmarks_mm: tuple[tuple[float, float, float], ...]
    cameras: tuple[Camera, ...]
    photo_digests: tuple[str, ...]
    scale_sd_fraction: float
    doubts: tuple[Doubt, ...] = ()
    skin: Skin | None = None
    parts: tuple[HeadPart, ...] = ()
    measures: HeadMeasures | None = None
    sources: tuple[str, ...] = ()


def write_head(stored: StoredHead, folder: str | os.PathLike[str], texture: Texture | None = None) -> Path:
    """Write `head.glb` and `head.json` into a folder, for their owner only, and return the place of the second.

    Each appears whole or not at all. Without a texture the surface carries the colours of its doubt.
    """
    head, place = stored.head, Path(folder) / HEAD_NAME
    if texture is not None and texture.head_digest != head.digest:
        raise WrongParent("texture", "that of another head", "the one baked for this head", "Bake it again for this head.")
    content = _glb(head, texture)
    surface = _SurfaceFile(
        file=SURFACE_NAME,
        sha256=hashlib.sha256(content).hexdigest(),
        vertices_count=len(head.surface.vertices_mm),
        faces_count=len(head.surface.faces),
        textured=texture is not None,
    )
    told = _HeadFile(
        head_digest=head.digest,
        surface=surface,
        landmarks_mm=tuple((float(x), float(y), float(z)) for x, y, z in head.landmarks_mm),
        cameras=head.cameras,
        photo_digests=head.photo_digests,
        scale_sd_fraction=head.scale_sd_fraction,
        doubts=head.doubts,
        skin=stored.skin,
        parts=stored.parts,
        measures=stored.measures,
        sources=stored.sources,
    )
    plain = {"schema": SCHEMA, "version": VERSION, "notice": NOTICE, "space": SPACE, "doubt_scale": DOUBT_SCALE} | plain_from_noun(told)
    plain["landmarks_mm"] = dict(zip(LANDMARK_NAMES, plain["landmarks_mm"], strict=True))
    write_whole(place.with_name(SURFACE_NAME), content, mode=OWNER_ONLY)
    write_whole(place, (pretty(plain) + "\n").encode(), mode=OWNER_ONLY)
    return place


def read_head(path: str | os.PathLike[str]) -> StoredHead:
    """Return the head in a `head.json`, or in a folder that holds one, bit by bit as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for everything else that is not whole.
    """
    place = Path(path)
    place = place / HEAD_NAME if place.is_dir() else place
    told = _told(place)
    named = Path(told.surface.file[:80]).name
    if not named or "\0" in named:
        _refuse(place.name, "naming no file of its surface")
    content = _bytes(place.with_name(named), LARGEST_SURFACE_BYTES)
    if hashlib.sha256(content).hexdigest() != told.surface.sha256:
        _refuse(SURFACE_NAME, "not the one this head.json was written with")
    reader = GlbReader(content, SURFACE_NAME)
    vertices_mm, faces, sd_mm = (reader.exact(where) for where in _exact_places(reader))
    head = Head(
        surface=Mesh(vertices_mm=vertices_mm, faces=faces),
        landmarks_mm=as_numbers("landmarks_mm", told.landmarks_mm),
        cameras=told.cameras,
        photo_digests=told.photo_digests,
        scale_sd_fraction=told.scale_sd_fraction,
        surface_sd_mm=sd_mm,
        doubts=told.doubts,
    )
    if head.digest != told.head_digest:
        _refuse(place.name, "changed since smp wrote it")
    return StoredHead(head=head, skin=told.skin, parts=told.parts, measures=told.measures, sources=told.sources)


def _exact_places(reader: GlbReader) -> tuple[object, ...]:
    """Return where each exact column lies, as the file says; None where it does not say it."""
    extras = reader.told.get("extras")
    exact = extras.get("exact") if isinstance(extras, dict) else None
    return tuple(exact.get(name) if isinstance(exact, dict) else None for name in _EXACT)


def _told(place: Path) -> _HeadFile:
    """Return what a `head.json` says."""
    try:
        plain = json.loads(_bytes(place, LARGEST_JSON_BYTES))
    except (ValueError, RecursionError):
        _refuse(place.name, "not JSON")
    if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
        _refuse(place.name, "no head")
    demand_version("the head", plain.get("version"), VERSION)
    places = plain.get("landmarks_mm")
    if not isinstance(places, dict) or set(places) < set(LANDMARK_NAMES):
        _refuse(place.name, "without its landmarks")
    return noun_from_plain(_HeadFile, plain | {"landmarks_mm": [places[name] for name in LANDMARK_NAMES]}, "head")


def _glb(head: Head, texture: Texture | None) -> bytes:
    """Return a head as binary glTF: one scene as photographed, one in the colours of its doubt; landmarks and cameras in both."""
    glb = GlbWriter()
    normals = vertex_normals(head.surface)
    seams = _Corners(head.surface.faces) if texture is None else _Corners(head.surface.faces, texture.uv_fraction)
    coloured = doubt_srgb_u8(head.surface_sd_mm)
    columns = {
        "POSITION": glb.add_column((head.surface.vertices_mm / _MM_PER_M)[seams.vertices].astype(np.float32), bounded=True),
        "NORMAL": glb.add_column(normals[seams.vertices].astype(np.float32)),
        "_UNCERTAINTY_MM": glb.add_column(head.surface_sd_mm[seams.vertices].astype(np.float32)),
    }
    colours = np.round(np.column_stack([linear_from_srgb(coloured), np.ones(len(coloured))]) * 65_535).astype(np.uint16)
    painted = {"COLOR_0": glb.add_column(colours[seams.vertices], normalised=True)}
    indices = glb.add_column(seams.faces.reshape(-1).astype(np.uint32), FOR_INDICES)
    materials: list[dict[str, Any]] = [_material("uncertainty")]
    meshes = [_mesh("uncertainty", columns | painted, indices, 0)]
    nodes: list[dict[str, Any]] = [{"name": "uncertainty", "mesh": 0}]
    told: dict[str, Any] = {}
    if texture is not None:
        laid = {"TEXCOORD_0": glb.add_column(seams.uv_fraction.astype(np.float32))}
        materials.append(_material("head", {"baseColorTexture": {"index": 0}}))
        meshes.append(_mesh("head", columns | laid, indices, 1))
        nodes.append({"name": "head", "mesh": 1})
        told = _pictures(glb, texture)
    shown = len(nodes)
    nodes += _landmarks(head) + _cameras(head)
    rest = list(range(shown, len(nodes)))
    scenes = [{"name": nodes[first]["name"], "nodes": [first, *rest]} for first in reversed(range(shown))]
    exact = {name: glb.add_exact(column) for name, column in zip(_EXACT, _exact_columns(head), strict=True)}
    told |= {"asset": {"version": "2.0", "generator": "smp-mobile"}, "scene": 0, "scenes": scenes, "nodes": nodes, "meshes": meshes}
    told |= {"materials": materials, "extensionsUsed": [_UNLIT]}
    if head.cameras:
        told["cameras"] = [_lens(camera) for camera in head.cameras]
    extras = {"schema": SCHEMA, "version": VERSION, "head_digest": head.digest, "doubt_scale": DOUBT_SCALE, "exact": exact}
    return glb.finish(told | {"extras": extras})


def _exact_columns(head: Head) -> tuple[npt.NDArray[Any], ...]:
    """Return the columns that must come back bit by bit, in the order of `_EXACT`."""
    return head.surface.vertices_mm, head.surface.faces, head.surface_sd_mm


class _Corners:
    """The corners of faces, each place with one spot in the picture once: `vertices` (N,) into the mesh, `faces` (F, 3) into them."""

    def __init__(self, faces: IntArray, uv_fraction: FloatArray | np.ndarray | None = None) -> None:
        """Split vertices where the picture has a seam."""
        if uv_fraction is None:
            self.vertices, self.faces = np.arange(faces.max() + 1 if faces.size else 0), faces
            return
        flat, laid = faces.reshape(-1), np.asarray(uv_fraction, np.float32).reshape(-1, 2)
        order = np.lexsort((laid[:, 1], laid[:, 0], flat))
        same = (np.diff(flat[order]) == 0) & (np.diff(laid[order], axis=0) == 0).all(axis=1)
        number = np.concatenate([[0], np.cumsum(~same)])
        first = order[np.concatenate([[True], ~same])]
        self.vertices, self.uv_fraction = flat[first], laid[first]
        self.faces = np.empty(len(flat), np.int64)
        self.faces[order] = number
        self.faces = self.faces.reshape(-1, 3)


def _pictures(glb: GlbWriter, texture: Texture) -> dict[str, Any]:
    """Add the picture of a surface and how surely it was seen; return what points to them."""
    _, colours = cv2.imencode(".jpg", cv2.cvtColor(texture.srgb_u8, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    _, seen = cv2.imencode(".png", texture.seen_u8)
    glb.add_image(bytes(colours), "image/jpeg", "texture")
    glb.add_image(bytes(seen), "image/png", "seen: white where photos saw the surface, black where its colour is a guess")
    return {"textures": [{"source": 0, "sampler": 0}], "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071, "wrapT": 33071}]}


def _material(name: str, paint: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a material without light of its own: photos and scales of colour bring theirs."""
    surface = {"metallicFactor": 0.0, "roughnessFactor": 0.9} | (paint or {})
    return {"name": name, "pbrMetallicRoughness": surface, "extensions": {_UNLIT: {}}}


def _mesh(name: str, attributes: dict[str, int], indices: int, material: int) -> dict[str, Any]:
    return {"name": name, "primitives": [{"attributes": attributes, "indices": indices, "material": material, "mode": 4}]}


def _landmarks(head: Head) -> list[dict[str, Any]]:
    """Return a node for each landmark, named as it is."""
    return [
        {"name": name, "translation": (place / _MM_PER_M).tolist()} for name, place in zip(LANDMARK_NAMES, head.landmarks_mm, strict=True)
    ]


def _cameras(head: Head) -> list[dict[str, Any]]:
    """Return a node for each camera: glTF's look along -Z with +Y up, the engine's along +Z with +Y down."""
    nodes = []
    for number, camera in enumerate(head.cameras):
        matrix = np.eye(4)
        matrix[:3, :3] = camera.camera_from_head[:3, :3].T * [1.0, -1.0, -1.0]
        matrix[:3, 3] = camera.eye_mm / _MM_PER_M
        nodes.append({"name": f"camera-{number + 1}", "camera": number, "matrix": matrix.T.reshape(-1).tolist()})
    return nodes


def _lens(camera: Camera) -> dict[str, Any]:
    """Return a camera's lens as glTF knows it: its axis in the middle of the picture; the exact one is in `head.json`."""
    angle = 2.0 * np.arctan(camera.height_px / (2.0 * camera.focal_px))
    ratio = camera.width_px / camera.height_px
    return {"type": "perspective", "perspective": {"yfov": float(angle), "aspectRatio": ratio, "znear": _NEAREST_M, "zfar": _FARTHEST_M}}


def _bytes(place: Path, limit_bytes: int) -> bytes:
    """Return the bytes of a file of a sensible size."""
    try:
        return read_ordinary(place, limit_bytes)
    except (OSError, ValueError) as fault:
        _refuse(place.name[:80] or "the head", reason(fault, limit_bytes))


def _refuse(name: str, is_what: str) -> NoReturn:
    raise BadTable(name, is_what, "a head that smp wrote", _REMEDY)
