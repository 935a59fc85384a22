"""Read glTF and GLB through trimesh, once their head shows nothing that is refused. Runs in the child that reads scans."""

import json
from pathlib import Path
from typing import Any

from scalp.base import BadMesh
from scalp.io.scan_folder import OwnFolder, demand_inside
from scalp.io.scan_parts import Part, demand_few_triangles
from scalp.io.scan_plain import load, parts_of

MM_PER_METRE = 1000.0
_TRIANGLES_MODE = 4
_COMPRESSED = {
    "KHR_draco_mesh_compression": "Draco compression",
    "EXT_meshopt_compression": "meshopt compression",
    "KHR_meshopt_compression": "meshopt compression",
    "KHR_mesh_quantization": "quantised corners",
    "KHR_texture_basisu": "Basis textures",
}
_PLAIN_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_NUMBERS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


def read_gltf(path: Path, kind: str) -> tuple[list[Part], dict[str, object]]:
    """Return the parts of a glTF or GLB file: metres, y up. Pictures and buffers lie inside of it or in its own folder."""
    content = path.read_bytes()
    head = _head(content, kind)
    demand_readable(head)
    beside = OwnFolder(path.parent)
    parts = parts_of(load(content, kind, beside))
    return parts, {"unit_mm": MM_PER_METRE, "up": "y", "missing_pictures_count": beside.missing_count}


def _head(content: bytes, kind: str) -> dict[str, Any]:
    """Return the JSON head of a file."""
    text = content
    if kind == "glb":
        length = int.from_bytes(content[12:16], "little")
        text = content[20 : 20 + length]
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise BadMesh("scan", f"a damaged {kind} file", "a whole glTF 2 file", "Export the scan again.") from fault
    if not isinstance(head, dict):
        raise BadMesh("scan", f"a damaged {kind} file", "a whole glTF 2 file", "Export the scan again.")
    return head


def demand_readable(head: dict[str, Any]) -> None:
    """Refuse compression that is not read, files elsewhere, too many triangles, and numbers beyond their buffer."""
    for name, said in _COMPRESSED.items():
        if name in head.get("extensionsRequired", []):
            raise BadMesh("scan", f"stored with {said}", "plain glTF 2", f"Export it without {said}, or as OBJ, PLY or USDZ.")
    for part in (*head.get("buffers", []), *head.get("images", [])):
        if not str(part.get("uri", "data:")).startswith("data:"):
            demand_inside(str(part["uri"]))
    _demand_within(head)
    counts = [int(accessor["count"]) for accessor in head.get("accessors", [])]
    by_mesh = [sum(_triangles(primitive, counts) for primitive in mesh["primitives"]) for mesh in head.get("meshes", [])]
    demand_few_triangles(sum(by_mesh))
    demand_few_triangles(sum(by_mesh[node["mesh"]] for node in head.get("nodes", []) if "mesh" in node))


def _triangles(primitive: dict[str, Any], counts: list[int]) -> int:
    """Count the triangles of one primitive."""
    if primitive.get("mode", _TRIANGLES_MODE) < _TRIANGLES_MODE:
        return 0
    corners = counts[primitive["indices"]] if "indices" in primitive else counts[primitive["attributes"]["POSITION"]]
    return int(corners) // 3


def _demand_within(head: dict[str, Any]) -> None:
    """Refuse accessors that reach beyond the view they read from."""
    views = head.get("bufferViews", [])
    for accessor in head.get("accessors", []):
        width = _PLAIN_BYTES[accessor["componentType"]] * _NUMBERS[accessor["type"]]
        count = int(accessor["count"])
        if "bufferView" not in accessor:
            demand_few_triangles(count // 3)
            continue
        view = views[accessor["bufferView"]]
        step = view.get("byteStride", width)
        needed = accessor.get("byteOffset", 0) + max(count - 1, 0) * step + width * (count > 0)
        if count < 0 or min(accessor.get("byteOffset", 0), view.get("byteOffset", 0)) < 0 or needed > view["byteLength"]:
            raise BadMesh("scan", "with numbers beyond the end of its file", "a whole glTF 2 file", "Export the scan again.")
