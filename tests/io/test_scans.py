"""Claims about reading scans: what every kind of file says, and what is refused, with a remedy and nothing left behind."""

import json
import struct

import numpy as np
import pytest

from scalp.base import BadInput, BadMesh, Unreadable
from scalp.domain.head import Mesh
from scalp.domain.scan import Scan
from scalp.geometry.meshes import icosphere
from scalp.io.scans import read_places, read_scan
from tests.scan_files import Raw, glb, plain, png_bomb, write, write_usd, zip_of

BALL = icosphere(3)


@pytest.fixture
def painted():
    """Return a ball whose picture tells left from right and top from bottom."""
    picture = np.zeros((8, 8, 3), np.uint8)
    picture[:4, :4], picture[:4, 4:], picture[4:, :4], picture[4:, 4:] = (250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)
    uv = 0.5 + 0.49 * BALL.vertices_mm[:, :2]
    return Raw(BALL.vertices_mm, BALL.faces, uv, picture)


def colour_at(scan, place):
    """Return the colour of the corner of a scan that is nearest to a place."""
    face, corner = np.unravel_index(np.argmin(np.linalg.norm(scan.places[scan.faces] - place, axis=2)), scan.faces.shape)
    if scan.picture_srgb_u8 is None:
        return scan.vertex_srgb_u8[scan.faces[face, corner]]
    x, y = scan.uv_fraction[face, corner] * [scan.picture_srgb_u8.shape[1], scan.picture_srgb_u8.shape[0]]
    return scan.picture_srgb_u8[min(int(y), scan.picture_srgb_u8.shape[0] - 1), min(int(x), scan.picture_srgb_u8.shape[1] - 1)]


@pytest.mark.parametrize(("name", "unit_mm", "up"), [("a.gltf", 1000.0, "y"), ("a.obj", None, None), ("a.usdz", 1.0, "y")])
def test_a_picture_lies_the_same_way_on_every_kind_of_file(tmp_path, painted, name, unit_mm, up):
    scan = read_scan(write(painted, tmp_path / name))
    assert len(scan.faces) == len(BALL.faces)
    assert scan.up == up
    assert scan.unit_mm == (None if unit_mm is None else pytest.approx(unit_mm))
    seen = {(x, y): colour_at(scan, np.array([0.6 * x, 0.6 * y, 0.5])) for x in (-1, 1) for y in (-1, 1)}
    truth = {(-1, 1): (250, 0, 0), (1, 1): (0, 250, 0), (-1, -1): (0, 0, 250), (1, -1): (250, 250, 0)}
    assert all(np.abs(seen[place].astype(int) - truth[place]).max() < 12 for place in truth)


@pytest.mark.parametrize("name", ["a.ply", "a.stl"])
def test_kinds_without_pictures_keep_their_corners(tmp_path, name):
    scan = read_scan(write(plain(BALL), tmp_path / name))
    assert scan.unit_mm is None
    assert scan.up is None
    assert np.abs(np.linalg.norm(scan.places, axis=1) - 1.0).max() < 1e-6


def test_colours_of_corners_come_with_them(tmp_path):
    colours = np.where(BALL.vertices_mm[:, :1] > 0, np.array([[200, 10, 10]]), np.array([[10, 10, 200]])).astype(np.uint8)
    scan = read_scan(write(Raw(BALL.vertices_mm, BALL.faces, colours=colours), tmp_path / "a.ply"))
    assert colour_at(scan, np.array([1.0, 0.0, 0.0])).tolist() == [200, 10, 10]
    assert colour_at(scan, np.array([-1.0, 0.0, 0.0])).tolist() == [10, 10, 200]


def test_usd_says_its_unit_and_its_axes(tmp_path):
    scan = read_scan(write_usd(plain(BALL), tmp_path / "a.usdz", metres=0.01, up="Z"))
    assert scan.unit_mm == pytest.approx(10.0)
    assert scan.up == "z"


def test_what_a_person_says_overrules_the_file(tmp_path):
    scan = read_scan(write(plain(BALL), tmp_path / "a.glb"), unit="in", up="-z")
    assert (scan.unit_mm, scan.unit_given, scan.up) == (25.4, True, "-z")


def test_pieces_are_joined_where_they_stand_with_both_pictures(tmp_path):
    import trimesh
    from PIL import Image

    scene = trimesh.Scene()
    for place, tone in ((0.0, (240, 0, 0)), (5.0, (0, 0, 240))):
        mesh = trimesh.Trimesh(BALL.vertices_mm, BALL.faces, process=False)
        picture = Image.new("RGB", (16, 8), tone)
        material = trimesh.visual.material.PBRMaterial(baseColorTexture=picture)
        mesh.visual = trimesh.visual.TextureVisuals(uv=np.full((len(BALL.vertices_mm), 2), 0.5), material=material)
        scene.add_geometry(mesh, transform=trimesh.transformations.translation_matrix([place, 0, 0]))
    scene.export(tmp_path / "two.glb")
    scan = read_scan(tmp_path / "two.glb")
    assert len(scan.faces) == 2 * len(BALL.faces)
    assert np.ptp(scan.places[:, 0]) == pytest.approx(7.0, abs=0.01)
    assert np.abs(colour_at(scan, np.array([-1.0, 0.0, 0.0])).astype(int) - (240, 0, 0)).max() < 12
    assert np.abs(colour_at(scan, np.array([6.0, 0.0, 0.0])).astype(int) - (0, 0, 240)).max() < 12


def test_quads_and_larger_polygons_become_triangles(tmp_path):
    steps = np.linspace(0, 2 * np.pi, 13)[:-1]
    rows = [f"v {np.cos(a)} {np.sin(a)} {z}" for z in range(30) for a in steps]
    rows += [
        f"f {12 * z + k + 1} {12 * z + (k + 1) % 12 + 1} {12 * z + (k + 1) % 12 + 13} {12 * z + k + 13}"
        for z in range(29)
        for k in range(12)
    ]
    rows += ["f " + " ".join(str(k + 1) for k in range(12))]
    (tmp_path / "tube.obj").write_text("\n".join(rows))
    assert len(read_scan(tmp_path / "tube.obj").faces) == 29 * 12 * 2 + 10


def stl_of(triangles_count, written_bytes):
    return b"\0" * 80 + struct.pack("<I", triangles_count) + b"\0" * written_bytes


def test_fifty_million_triangles_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "huge.ply"
    head = "ply\nformat binary_little_endian 1.0\nelement vertex 9\nproperty float x\nproperty float y\nproperty float z\n"
    path.write_bytes((head + "element face 50000000\nproperty list uchar int vertex_indices\nend_header\n").encode())
    with pytest.raises(BadMesh, match=r"50\.0 million triangles; allowed: at most 3 million"):
        read_scan(path)
    with (tmp_path / "huge.stl").open("wb") as file:
        file.write(stl_of(50_000_000, 0))
        file.truncate(84 + 50 * 50_000_000)
    with pytest.raises(BadMesh, match="at most 768 MiB"):
        read_scan(tmp_path / "huge.stl")


def test_coordinates_that_are_no_numbers_are_refused_in_words(tmp_path):
    places = BALL.vertices_mm.copy()
    places[7] = np.nan
    with pytest.raises(BadMesh, match="coordinates are no numbers"):
        read_scan(write(Raw(places, BALL.faces), tmp_path / "nan.stl"))


@pytest.mark.parametrize("asked", ["../secret.png", "http://host.example/skin.png"])
def test_nothing_outside_of_its_own_folder_is_asked_for(tmp_path, painted, asked):
    folder = tmp_path / "scan"
    folder.mkdir()
    write(painted, folder / "a.obj")
    material = next(folder.glob("*.mtl"))
    picture = next(path for path in folder.iterdir() if path.suffix in (".png", ".jpeg", ".jpg"))
    material.write_text(material.read_text().replace(picture.name, asked))
    picture.rename(tmp_path / "secret.png")
    with pytest.raises(BadMesh, match="outside of its own folder"):
        read_scan(folder / "a.obj")
    head = {"asset": {"version": "2.0"}, "buffers": [{"uri": asked, "byteLength": 4}]}
    (folder / "b.gltf").write_text(json.dumps(head))
    with pytest.raises(BadMesh, match="outside of its own folder"):
        read_scan(folder / "b.gltf")


def test_a_stage_that_builds_on_other_folders_is_refused(tmp_path):
    from pxr import Usd

    stage = Usd.Stage.CreateNew(str(tmp_path / "a.usda"))
    stage.DefinePrim("/head").GetReferences().AddReference("../other.usda")
    stage.Save()
    with pytest.raises(BadMesh, match="outside of its own folder"):
        read_scan(tmp_path / "a.usda")


def test_a_missing_picture_is_a_doubt_and_no_refusal(tmp_path, painted):
    write(painted, tmp_path / "a.obj")
    next(path for path in tmp_path.iterdir() if path.suffix in (".png", ".jpeg", ".jpg")).unlink()
    scan = read_scan(tmp_path / "a.obj")
    assert [doubt.where for doubt in scan.doubts] == ["colours of the scan"]


def test_bombs_are_refused(tmp_path):
    (tmp_path / "zip.usdz").write_bytes(zip_of({f"{number}.usda": b"#usda 1.0\n" for number in range(501)}))
    with pytest.raises(BadMesh, match="at most 500 files of 1024 MiB"):
        read_scan(tmp_path / "zip.usdz")
    image = png_bomb(20_000)
    corners = BALL.vertices_mm.astype("<f4").tobytes()
    indices = BALL.faces.astype("<u4").tobytes()
    parts, start, views = (corners, indices, image), 0, []
    for part in parts:
        views.append({"buffer": 0, "byteOffset": start, "byteLength": len(part)})
        start += len(part)
    primitive = {"attributes": {"POSITION": 0, "TEXCOORD_0": 2}, "indices": 1, "material": 0}
    head = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": start}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(BALL.vertices_mm), "type": "VEC3"},
            {"bufferView": 1, "componentType": 5125, "count": BALL.faces.size, "type": "SCALAR"},
            {"bufferView": 0, "componentType": 5126, "count": len(BALL.vertices_mm), "type": "VEC2"},
        ],
        "images": [{"bufferView": 2, "mimeType": "image/png"}],
        "textures": [{"source": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "meshes": [{"primitives": [primitive]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
    }
    (tmp_path / "png.glb").write_bytes(glb(head, b"".join(parts)))
    with pytest.raises(BadMesh, match="400 megapixels; allowed: at most 70 megapixels"):
        read_scan(tmp_path / "png.glb")
    head["accessors"][1]["count"] = 2_000_000
    (tmp_path / "overflow.glb").write_bytes(glb(head, b"".join(parts)))
    with pytest.raises(BadMesh, match="numbers beyond the end of its file"):
        read_scan(tmp_path / "overflow.glb")
    head["accessors"][1]["count"] = 150_000_003
    (tmp_path / "many.glb").write_bytes(glb(head | {"bufferViews": [{"buffer": 0, "byteLength": 10**12}] * 3}, b"".join(parts)))
    with pytest.raises(BadMesh, match=r"50\.0 million triangles"):
        read_scan(tmp_path / "many.glb")


def test_compression_that_is_not_read_is_named(tmp_path):
    head = {"asset": {"version": "2.0"}, "extensionsRequired": ["KHR_draco_mesh_compression"]}
    (tmp_path / "draco.glb").write_bytes(glb(head))
    with pytest.raises(BadMesh, match="stored with Draco compression"):
        read_scan(tmp_path / "draco.glb")


@pytest.mark.parametrize("name", ["a.glb", "a.ply", "a.usdz"])
def test_damaged_files_are_refused_in_a_sentence(tmp_path, painted, name):
    content = write(painted, tmp_path / name).read_bytes()
    noise = np.random.default_rng(1).integers(0, 256, len(content), dtype=np.uint8).tobytes()
    (tmp_path / f"cut-{name}").write_bytes(content[: len(content) // 3])
    (tmp_path / f"noisy-{name}").write_bytes(content[:64] + noise[64:])
    for damaged in (f"noisy-{name}", f"cut-{name}"):
        with pytest.raises((BadMesh, Unreadable), match="Export"):
            read_scan(tmp_path / damaged)


def test_points_without_triangles_and_unknown_kinds_are_refused(tmp_path):
    head = "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nend_header\n"
    (tmp_path / "cloud.ply").write_text(head + "0 0 0\n1 0 0\n0 1 0\n")
    with pytest.raises(BadMesh, match="without any triangle"):
        read_scan(tmp_path / "cloud.ply")
    (tmp_path / "notes.txt").write_text("no scan")
    with pytest.raises(Unreadable, match="GLB, glTF, OBJ"):
        read_scan(tmp_path / "notes.txt")
    (tmp_path / "empty.obj").write_text("")
    with pytest.raises(BadMesh, match="an empty file"):
        read_scan(tmp_path / "empty.obj")


def test_mirroring_nodes_keep_faces_outward(tmp_path):
    import trimesh

    scene = trimesh.Scene()
    scene.add_geometry(trimesh.Trimesh(BALL.vertices_mm, BALL.faces, process=False), transform=np.diag([-1.0, 1.0, 1.0, 1.0]))
    scene.export(tmp_path / "mirrored.glb")
    scan = read_scan(tmp_path / "mirrored.glb")
    corners = scan.places[scan.faces]
    outward = np.einsum("fd,fd->f", np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), corners.mean(1))
    assert (outward > 0).all()
    assert isinstance(Mesh(vertices_mm=scan.places, faces=scan.faces), Mesh)


def test_named_places_are_read_and_refused_in_words(tmp_path):
    path = tmp_path / "points.json"
    path.write_text(json.dumps({"glabella": [0, 1, 2.5], "vertex": [1, 2, 3]}))
    assert read_places(path).places.tolist() == [[0.0, 1.0, 2.5], [1.0, 2.0, 3.0]]
    for wrong in ("{", "[]", "{}", '{"glabella": [1, 2]}', '{"glabella": [1, 2, "x"]}', '{"knee": [1, 2, 3]}', '{"vertex": [1, 2, NaN]}'):
        path.write_text(wrong)
        with pytest.raises(BadInput, match=r"points|point names|places"):
            read_places(path)


@pytest.mark.parametrize("factor", [1e302, 1e-200])
def test_a_scan_of_no_size_of_anything_is_refused(factor):
    sphere = icosphere(3)
    with pytest.raises(BadMesh, match="units large"):
        Scan(kind="obj", places=sphere.vertices_mm * factor, faces=sphere.faces)
