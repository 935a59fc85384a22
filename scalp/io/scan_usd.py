"""Read USD and USDZ through usd-core: meshes where they stand, subsets by material, unit and up axis. Runs in the child.

A package is unpacked into the child's own folder within limits first, so that nothing outside of it is ever asked for.
"""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from pxr import Sdf, Usd, UsdGeom, UsdShade  # type: ignore[import-untyped]

from scalp.base import BadMesh, ByteArray, FloatArray
from scalp.io.scan_folder import OwnFolder, demand_inside
from scalp.io.scan_parts import IndexArray, Part, demand_few_triangles, open_picture, plain_picture

MM_PER_METRE = 1000.0
LARGEST_UNPACKED_BYTES = 2**30
MOST_FILES_COUNT = 500
_STAGE_SUFFIXES = (".usd", ".usda", ".usdc")
_BLOCK_BYTES = 2**20


def read_usd(path: Path, kind: str, folder: Path) -> tuple[list[Part], dict[str, object]]:
    """Return the parts of a USD file or package, its metres per unit and its up axis where it states them."""
    root = _unpack(path, folder / "package") if kind == "usdz" else path
    _demand_own(root)
    stage = Usd.Stage.Open(str(root))
    beside = OwnFolder(root.parent)
    told: dict[str, object] = {"unit_mm": None, "up": str(UsdGeom.GetStageUpAxis(stage)).lower()}
    if stage.HasAuthoredMetadata("metersPerUnit"):
        told["unit_mm"] = MM_PER_METRE * float(UsdGeom.GetStageMetersPerUnit(stage))
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse(Usd.TraverseInstanceProxies()) if prim.IsA(UsdGeom.Mesh)]
    meshes = [mesh for mesh in meshes if _shown(mesh)]
    demand_few_triangles(sum(max(len(mesh.GetFaceVertexIndicesAttr().Get() or ()) - 2 * _count_faces(mesh), 0) for mesh in meshes))
    frames, pictures = UsdGeom.XformCache(), {}  # type: tuple[Any, dict[str, ByteArray]]
    parts = [part for mesh in meshes for part in _parts(mesh, np.array(frames.GetLocalToWorldTransform(mesh.GetPrim())), beside, pictures)]
    return parts, told | {"missing_pictures_count": beside.missing_count}


def _shown(mesh: Any) -> bool:  # noqa: ANN401 - usd-core has no stubs
    """Tell whether a mesh is meant to be seen."""
    return mesh.ComputeVisibility() != UsdGeom.Tokens.invisible and mesh.ComputePurpose() in ("default", "render")


def _count_faces(mesh: Any) -> int:  # noqa: ANN401 - usd-core has no stubs
    return len(mesh.GetFaceVertexCountsAttr().Get() or ())


def _unpack(path: Path, folder: Path) -> Path:
    """Unpack a package into a folder, block by block within limits, and return its first stage."""
    remedy = "Export the scan again; a head needs no more than one mesh and its textures."
    try:
        with zipfile.ZipFile(path) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES_COUNT or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED_BYTES:
                size = f"{len(entries)} files of {sum(entry.file_size for entry in entries) / 2**20:.0f} MiB"
                raise BadMesh("scan", size, f"at most {MOST_FILES_COUNT} files of {LARGEST_UNPACKED_BYTES // 2**20} MiB", remedy)
            names = [demand_inside(entry.filename) for entry in entries]
            left = LARGEST_UNPACKED_BYTES
            for entry, name in zip(entries, names, strict=True):
                left -= _copy(package, entry, folder / name, left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as fault:
        raise BadMesh("scan", "a damaged package", "a whole USDZ", "Export the scan again.") from fault
    stages = [folder / name for name in names if name.lower().endswith(_STAGE_SUFFIXES)]
    if not stages:
        raise BadMesh("scan", "a package without a USD stage", "a USDZ", "Export the scan as USDZ, GLB or OBJ.")
    return stages[0]


def _copy(package: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most_bytes: int) -> int:
    """Copy one file out of a package; stop where it is longer than it says or than is allowed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with package.open(entry) as source, target.open("wb") as out:
        while block := source.read(_BLOCK_BYTES):
            written += len(block)
            if written > most_bytes:
                raise BadMesh("scan", "a package that unpacks to more than it says", "a whole USDZ", "Export the scan again.")
            out.write(block)
    return written


def _demand_own(root: Path) -> None:
    """Refuse a stage that is made of layers outside of its own folder, before it is opened as a stage."""
    waiting, seen = [root], set()
    while waiting:
        place = waiting.pop()
        layer = Sdf.Layer.FindOrOpen(str(place)) if place not in seen else None
        seen.add(place)
        if layer is None and len(seen) == 1:
            raise BadMesh("scan", "a damaged USD file", "a whole one", "Export the scan again.")
        if layer is None:
            continue
        for name in layer.GetCompositionAssetDependencies():
            other = place.parent / demand_inside(name)
            if not other.resolve().is_relative_to(root.parent.resolve()):
                demand_inside("../")
            waiting.append(other)


def _parts(mesh: Any, matrix: FloatArray, beside: OwnFolder, pictures: dict[str, ByteArray]) -> list[Part]:  # noqa: ANN401 - usd-core has no stubs
    """Return a mesh as triangles, one part for each material of its subsets."""
    counts = np.array(mesh.GetFaceVertexCountsAttr().Get() or (), np.int64)
    indices = np.array(mesh.GetFaceVertexIndicesAttr().Get() or (), np.int64)
    points = np.array(mesh.GetPointsAttr().Get() or (), float).reshape(-1, 3)
    if (counts < 0).any() or counts.sum() != len(indices):
        raise BadMesh("scan", "with faces that do not fit their corners", "a whole USD file", "Export the scan again.")
    places = points @ matrix[:3, :3] + matrix[3, :3]
    corners, owner = _fans(counts)
    left_handed = (str(mesh.GetOrientationAttr().Get()) == "leftHanded") != (np.linalg.det(matrix[:3, :3]) < 0)
    corners = corners[:, ::-1] if left_handed else corners
    faces = indices[corners]
    uv, uv_corners = _uv(mesh, faces, corners)
    parts = []
    for subset, of_faces in _subsets(mesh, len(counts)):
        kept = np.isin(owner, of_faces) if of_faces is not None else slice(None)
        picture = _picture(subset, beside, pictures)
        colours = None if picture is not None else _colours(mesh, len(points))
        told = (uv, uv_corners[kept]) if uv is not None and uv_corners is not None else (None, None)
        parts.append(Part(places, faces[kept], told[0], told[1], picture, colours))
    return parts


def _fans(counts: IndexArray) -> tuple[IndexArray, IndexArray]:
    """Return the corners of triangles (T, 3) that fan out of polygons with so many corners, and the polygon of each."""
    fans = np.maximum(counts - 2, 0)
    owner = np.repeat(np.arange(len(counts)), fans)
    start = np.repeat(np.cumsum(counts) - counts, fans)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(fans) - fans, fans)
    return np.column_stack([start, start + step + 1, start + step + 2]), owner


def _uv(mesh: Any, faces: IndexArray, corners: IndexArray) -> tuple[FloatArray | None, IndexArray | None]:  # noqa: ANN401 - usd-core has no stubs
    """Return texture places and which of them each corner takes, or None."""
    for variable in UsdGeom.PrimvarsAPI(mesh).FindPrimvarsWithInheritance():
        if "texCoord" not in str(variable.GetTypeName()) and variable.GetPrimvarName() not in ("st", "UVMap", "st0", "uv"):
            continue
        values = variable.ComputeFlattened()
        if values is None:
            continue
        by_corner = variable.GetInterpolation() == UsdGeom.Tokens.faceVarying
        return np.array(values, float)[:, :2], corners if by_corner else faces
    return None, None


def _subsets(mesh: Any, faces_count: int) -> list[tuple[Any, IndexArray | None]]:  # noqa: ANN401 - usd-core has no stubs
    """Return what carries each material and its faces, the faces of no subset last."""
    subsets = UsdShade.MaterialBindingAPI(mesh).GetMaterialBindSubsets()
    if not subsets:
        return [(mesh.GetPrim(), None)]
    found = [(subset.GetPrim(), np.array(subset.GetIndicesAttr().Get() or (), np.int64)) for subset in subsets]
    rest = np.setdiff1d(np.arange(faces_count), np.concatenate([faces for _, faces in found]))
    return [*found, (mesh.GetPrim(), rest)]


def _picture(prim: Any, beside: OwnFolder, pictures: dict[str, ByteArray]) -> ByteArray | None:  # noqa: ANN401 - usd-core has no stubs
    """Return the picture of the bound material's diffuse colour, its plain colour as one, or None."""
    material = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()[0]
    surface = material.ComputeSurfaceSource()[0] if material else None
    asked = surface.GetInput("diffuseColor") if surface else None
    if not asked:
        return None
    connected = asked.GetConnectedSources()[0] if asked.HasConnectedSource() else []
    if not connected:
        tone = asked.Get()
        return None if tone is None else plain_picture(tuple(int(255 * min(max(c, 0.0), 1.0) ** (1 / 2.2)) for c in tone))
    named = UsdShade.Shader(connected[0].source.GetPrim()).GetInput("file")
    name = str(named.Get().path) if named and named.Get() else ""
    if name not in pictures:
        try:
            pictures[name] = open_picture(beside.get(name))
        except FileNotFoundError:
            pictures[name] = plain_picture((160, 160, 160))
    return pictures[name]


def _colours(mesh: Any, count: int) -> ByteArray | None:  # noqa: ANN401 - usd-core has no stubs
    """Return the display colours of the vertices, or None."""
    variable = mesh.GetDisplayColorPrimvar()
    values = variable.ComputeFlattened() if variable and variable.HasValue() else None
    if values is None or len(values) not in (1, count):
        return None
    tones = np.array(values, float).reshape(-1, 3) ** (1 / 2.2)
    return np.broadcast_to((255 * np.clip(tones, 0, 1) + 0.5).astype(np.uint8), (count, 3)).copy()
