"""Read OBJ (with MTL and pictures), PLY and STL through trimesh, and turn trimesh's scenes into parts. Runs in the child."""

import io
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from scalp.base import BadMesh, ByteArray
from scalp.io.scan_folder import OwnFolder
from scalp.io.scan_parts import Part, demand_few_triangles, plain_picture, unpack_picture

_BLOCK_BYTES = 2**24
MOST_INSTANCES_COUNT = 2_000


def read_plain(path: Path, kind: str) -> tuple[list[Part], dict[str, object]]:
    """Return the parts of an OBJ, PLY or STL file; none of them says its unit or its axes."""
    demand_few_triangles({"obj": _count_obj, "ply": _count_ply, "stl": _count_stl}[kind](path))
    beside = OwnFolder(path.parent)
    parts = parts_of(load(path.read_bytes(), kind, beside))
    return parts, {"missing_pictures_count": beside.missing_count}


def load(content: bytes, kind: str, beside: OwnFolder) -> trimesh.Scene:
    """Return a file as trimesh's scene, vertices as they are; raises what was refused on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scene = trimesh.load_scene(io.BytesIO(content), file_type=kind, resolver=_resolver(beside), process=False)
    beside.raise_refused()
    return scene


def _resolver(beside: OwnFolder) -> Any:  # noqa: ANN401 - trimesh's resolver has no typed protocol
    """Return what trimesh asks for files beside the scan."""

    class Resolver(trimesh.resolvers.Resolver):  # type: ignore[misc]
        def __init__(self) -> None:
            """Know the folder from outside."""

        def get(self, key: str) -> bytes:
            """Return a file's bytes."""
            return beside.get(key)

        def write(self, name: str, *_: object) -> None:
            """Write nothing."""

        def namespaced(self, namespace: str) -> Any:  # noqa: ANN401, ARG002 - trimesh's signature
            """Stay the same."""
            return self

        def keys(self) -> list[str]:
            """List nothing."""
            return []

    return Resolver()


def _count_stl(path: Path) -> int:
    """Count the triangles of an STL by its head; a text file by its length."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(84)
    counted = int(np.frombuffer(head[80:84], "<u4")[0]) if len(head) == 84 else 0
    return counted if size == 84 + 50 * counted else size // 250


def _count_ply(path: Path) -> int:
    """Count the faces of a PLY by its head."""
    with path.open("rb") as file:
        head = file.read(2**16).split(b"end_header")[0]
    faces = re.search(rb"element\s+face\s+(\d+)", head)
    points = re.search(rb"element\s+vertex\s+(\d+)", head)
    demand_few_triangles(int(points[1]) if points else 0, "points")
    return int(faces[1]) if faces else 0


def _count_obj(path: Path) -> int:
    """Count the faces of an OBJ, block by block."""
    count, before = 0, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            count += (before + block).count(b"\nf ")
            before = block[-2:]
    return count


def parts_of(scene: trimesh.Scene) -> list[Part]:
    """Return the pieces of a trimesh scene where its graph puts them; points and lines are left out."""
    parts: list[Part] = []
    pictures: dict[int, ByteArray] = {}
    nodes = list(scene.graph.nodes_geometry)
    if len(nodes) > MOST_INSTANCES_COUNT:
        remedy = "Join the pieces of the scan to one mesh."
        raise BadMesh("scan", f"of {len(nodes)} pieces", f"at most {MOST_INSTANCES_COUNT}", remedy)
    meshes = [(scene.graph[node][0], scene.geometry[scene.graph[node][1]]) for node in nodes]
    meshes = [(matrix, mesh) for matrix, mesh in meshes if isinstance(mesh, trimesh.Trimesh)]
    demand_few_triangles(sum(len(mesh.faces) for _, mesh in meshes))
    for matrix, mesh in meshes:
        parts.append(_part(mesh, np.asarray(matrix, float), pictures))
    return parts


def _part(mesh: trimesh.Trimesh, matrix: np.ndarray, pictures: dict[int, ByteArray]) -> Part:
    """Return one mesh of a scene; each picture is unpacked once."""
    places = np.asarray(mesh.vertices, float) @ matrix[:3, :3].T + matrix[:3, 3]
    faces = np.asarray(mesh.faces)
    mirrored = np.linalg.det(matrix[:3, :3]) < 0
    faces = faces[:, ::-1] if mirrored else faces
    visual: Any = mesh.visual
    if visual.kind == "texture":
        uv = visual.uv
        picture = _picture(visual.material, pictures)
        return Part(places, faces, None if uv is None else np.asarray(uv, float)[:, :2], None, picture)
    colours = np.asarray(visual.vertex_colors)[:, :3].astype(np.uint8) if visual.kind in ("vertex", "face") else None
    return Part(places, faces, colours=colours)


def _picture(material: Any, pictures: dict[int, ByteArray]) -> ByteArray:  # noqa: ANN401 - trimesh's materials share no typed base
    """Return the picture of a material, or its plain colour as one."""
    opened = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if opened is None:
        # Only what the base colour says is asked for: trimesh's mean colour would unpack pictures.
        tone = getattr(material, "baseColorFactor", None)
        tone = getattr(material, "diffuse", None) if tone is None else tone
        known = pictures.setdefault(-1, plain_picture((160, 160, 160)))
        return known if tone is None else pictures.setdefault(hash(tuple(tone)), plain_picture(tuple(int(level) for level in tone)))
    return pictures.setdefault(id(opened), unpack_picture(opened))
