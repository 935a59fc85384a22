"""Scans written as files whose truth is known: the shared scan in mm, in any kind, unit and axes; packages and bombs."""

import io
import struct
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

from scalp.base import ByteArray, FloatArray, IntArray
from scalp.domain.head import Mesh

LEE = Path(__file__).parents[2] / "shared" / "data" / "heads" / "lee-perry-smith"
LEE_MM = 48.0


@dataclass(frozen=True)
class Raw:
    """A surface to be written: corners, faces, and either uv from below with a picture, or colours of its corners."""

    places: FloatArray
    faces: IntArray
    uv: FloatArray | None = None
    picture: ByteArray | None = None
    colours: ByteArray | None = None

    def moved(self, matrix: FloatArray) -> "Raw":
        """Return it turned, shifted and scaled."""
        return replace(self, places=self.places @ matrix[:3, :3].T + matrix[:3, 3])


def lee() -> Raw:
    """Read the shared scan in mm, y up, its picture the way its kind of file has it: the file itself has v from above."""
    rows = [line.split() for line in (LEE / "LeePerrySmith.obj").read_text(encoding="utf-8").splitlines()]
    places = np.array([row[1:4] for row in rows if row[:1] == ["v"]], float) * LEE_MM
    uv = np.array([row[1:3] for row in rows if row[:1] == ["vt"]], float)
    polygons = [[[int(number) - 1 for number in word.split("/")[:2]] for word in row[1:]] for row in rows if row[:1] == ["f"]]
    corners = np.array([[polygon[0], polygon[k], polygon[k + 1]] for polygon in polygons for k in range(1, len(polygon) - 1)])
    pairs, inverse = np.unique(corners.reshape(-1, 2), axis=0, return_inverse=True)
    flipped = uv[pairs[:, 1]] * [1.0, -1.0] + [0.0, 1.0]
    picture = np.asarray(Image.open(LEE / "Map-COL.jpg").convert("RGB"))
    return Raw(places[pairs[:, 0]], inverse.reshape(-1, 3).astype(np.int32), flipped, picture)


def plain(mesh: Mesh) -> Raw:
    """Return a mesh without colours."""
    return Raw(mesh.vertices_mm, mesh.faces)


def write(raw: Raw, path: Path) -> Path:
    """Write a surface as the kind its name ends in, with what colours that kind holds; OBJ brings its MTL and picture."""
    if path.suffix in (".usdz", ".usda", ".usdc"):
        return write_usd(raw, path)
    mesh = trimesh.Trimesh(raw.places, raw.faces, process=False)
    if raw.uv is not None and raw.picture is not None and path.suffix in (".glb", ".gltf", ".obj"):
        material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.fromarray(raw.picture))
        if path.suffix == ".obj":
            material = trimesh.visual.material.SimpleMaterial(image=Image.fromarray(raw.picture))
        mesh.visual = trimesh.visual.TextureVisuals(uv=raw.uv, material=material)
    elif raw.colours is not None:
        mesh.visual = trimesh.visual.ColorVisuals(mesh, vertex_colors=raw.colours)
    if path.suffix == ".gltf":
        for name, content in trimesh.exchange.gltf.export_gltf(mesh.scene()).items():
            (path if name == "model.gltf" else path.with_name(name)).write_bytes(content)
    else:
        mesh.export(path)
    return path


def with_colours(raw: Raw) -> Raw:
    """Return a textured surface with the picture's colours at its corners instead."""
    assert raw.uv is not None
    assert raw.picture is not None
    rows, cols = raw.picture.shape[:2]
    col, row = np.clip(raw.uv[:, 0] * cols, 0, cols - 1).astype(int), np.clip((1 - raw.uv[:, 1]) * rows, 0, rows - 1).astype(int)
    return replace(raw, uv=None, picture=None, colours=raw.picture[row, col])


def write_usd(raw: Raw, path: Path, *, metres: float = 0.001, up: str = "Y", texture: str = "textures/skin.png") -> Path:
    """Write a surface as USD, in a package where the name says so; face-varying uv, its picture beside or inside."""
    from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, UsdUtils, Vt

    inner = path.with_suffix(".usdc") if path.suffix == ".usdz" else path
    stage = Usd.Stage.CreateNew(str(inner))
    UsdGeom.SetStageUpAxis(stage, up)
    UsdGeom.SetStageMetersPerUnit(stage, metres)
    mesh = UsdGeom.Mesh.Define(stage, "/head/skin")
    stage.SetDefaultPrim(mesh.GetPrim().GetParent())
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(raw.places.astype(np.float32)))
    mesh.CreateFaceVertexCountsAttr(Vt.IntArray.FromNumpy(np.full(len(raw.faces), 3, np.int32)))
    mesh.CreateFaceVertexIndicesAttr(Vt.IntArray.FromNumpy(raw.faces.reshape(-1)))
    mesh.AddTranslateOp().Set(Gf.Vec3d(0, 0, 0))
    if raw.uv is not None and raw.picture is not None:
        kind = Sdf.ValueTypeNames.TexCoord2fArray
        variable = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", kind, UsdGeom.Tokens.faceVarying)
        variable.Set(Vt.Vec2fArray.FromNumpy(raw.uv[raw.faces.reshape(-1)].astype(np.float32)))
        (path.parent / texture).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(raw.picture).save(path.parent / texture)
        material = UsdShade.Material.Define(stage, "/head/look")
        surface = UsdShade.Shader.Define(stage, "/head/look/surface")
        surface.CreateIdAttr("UsdPreviewSurface")
        image = UsdShade.Shader.Define(stage, "/head/look/image")
        image.CreateIdAttr("UsdUVTexture")
        image.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(texture)
        output = image.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
        surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(output)
        material.CreateSurfaceOutput().ConnectToSource(surface.CreateOutput("surface", Sdf.ValueTypeNames.Token))
        UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(material)
    stage.GetRootLayer().Save()
    if path.suffix == ".usdz":
        UsdUtils.CreateNewUsdzPackage(str(inner), str(path))
        inner.unlink()
    return path


def glb(head: dict[str, object], binary: bytes = b"") -> bytes:
    """Return a GLB of a JSON head and a binary part, whatever they say."""
    import json

    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    parts = struct.pack("<II", len(text), 0x4E4F534A) + text + (struct.pack("<II", len(binary), 0x004E4942) + binary if binary else b"")
    return struct.pack("<4sII", b"glTF", 2, 12 + len(parts)) + parts


def png_bomb(side_px: int) -> bytes:
    """Return a PNG of a few kB that unpacks to so many px a side."""
    packed = io.BytesIO()
    Image.new("1", (side_px, side_px)).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def zip_of(names: dict[str, bytes]) -> bytes:
    """Return a compressed archive of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return packed.getvalue()


def chair(width_mm: float = 450.0) -> Mesh:
    """Return a chair: a seat, a back and four legs."""
    boxes = [((0, 450, 0), (width_mm, 40, 450)), ((0, 750, -210), (width_mm, 600, 30))]
    boxes += [((x * 200, 215, z * 200), (40, 430, 40)) for x in (-1, 1) for z in (-1, 1)]
    parts = [trimesh.creation.box(extents).apply_translation(middle) for middle, extents in boxes]
    joined = trimesh.util.concatenate([part.subdivide().subdivide().subdivide() for part in parts])
    return Mesh(vertices_mm=np.asarray(joined.vertices, float), faces=np.asarray(joined.faces, np.int32))
