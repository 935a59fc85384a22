"""head.json and head.glb: exact both ways, whole by the letter of glTF, and plain words for every file that is something else."""

import dataclasses
import hashlib
import json
import struct

import numpy as np
import pytest
import trimesh

from scalp.base import BadInput, BadTable, Doubt, ScalpError, Unreadable, WrongParent
from scalp.colour.scales import doubt_srgb_u8
from scalp.colour.srgb import linear_from_srgb
from scalp.domain.head import LANDMARK_NAMES
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.stored import HeadPart, StoredHead
from scalp.domain.texture import Texture
from scalp.io.heads import read_head, write_head
from tests.makers import make_camera, make_head, make_skin

FLOAT, SHORT, WHOLE = 5126, 5123, 5125
SIZES = {FLOAT: 4, SHORT: 2, WHOLE: 4}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


@pytest.fixture(scope="module")
def stored() -> StoredHead:
    photo = Photo(pixels=np.zeros((64, 64, 3), np.uint8), encoding=srgb_encoding())
    head = make_head(camera=make_camera(), photo=photo, subdivisions_count=4)
    uneven = np.random.default_rng(3).uniform(0.0, 9.0, len(head.surface_sd_mm)) / 3
    doubt = Doubt(kind="unseen", where="crown", size="about 4 mm", advice="Take it from behind too.")
    head = dataclasses.replace(head, surface_sd_mm=uneven, doubts=(doubt,))
    part = HeadPart(name="crown", sd_mm=1.25, density_sd_fraction=0.04, seen_fraction=0.5)
    return StoredHead(head=head, skin=make_skin(), parts=(part,), sources=("1 photo",))


@pytest.fixture(scope="module")
def texture(stored: StoredHead) -> Texture:
    rng, faces = np.random.default_rng(0), stored.head.surface.faces
    laid = (stored.head.surface.vertices_mm[:, :2] / 300 + 0.5).astype(np.float32)[faces]
    laid[:7] = rng.random((7, 3, 2), np.float32)
    colours = rng.integers(0, 255, (64, 64, 3), np.uint8)
    return Texture(head_digest=stored.head.digest, uv_fraction=laid, srgb_u8=colours, seen_u8=np.full((64, 64), 255, np.uint8))


@pytest.fixture
def written(stored: StoredHead, texture: Texture, tmp_path):
    write_head(stored, tmp_path, texture)
    return tmp_path


def opened(folder):
    """Take a GLB apart by the letter of its specification."""
    content = (folder / "head.glb").read_bytes()
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    text_length, text_kind = struct.unpack_from("<I4s", content, 12)
    assert text_kind == b"JSON"
    assert text_length % 4 == 0
    told = json.loads(content[20 : 20 + text_length])
    body_length, body_kind = struct.unpack_from("<I4s", content, 20 + text_length)
    assert body_kind == b"BIN\x00"
    body = content[28 + text_length :]
    assert len(body) == body_length
    assert 0 <= body_length - told["buffers"][0]["byteLength"] < 4
    return told, body


def column(told, body, number):
    """Return what an accessor says."""
    accessor = told["accessors"][number]
    view, kind, width = told["bufferViews"][accessor["bufferView"]], accessor["componentType"], WIDTHS[accessor["type"]]
    assert view["byteOffset"] % SIZES[kind] == 0
    assert view["byteLength"] == accessor["count"] * width * SIZES[kind]
    dtype = {FLOAT: "<f4", SHORT: "<u2", WHOLE: "<u4"}[kind]
    rows = np.frombuffer(body, dtype, accessor["count"] * width, view["byteOffset"]).reshape(-1, width)
    if "min" in accessor:
        assert rows.min(0).tolist() == accessor["min"]
        assert rows.max(0).tolist() == accessor["max"]
    return rows


def mesh_of(told, body, name):
    """Return the columns of a mesh by name, and its triangles."""
    (primitive,) = next(mesh for mesh in told["meshes"] if mesh["name"] == name)["primitives"]
    columns = {key: column(told, body, number) for key, number in primitive["attributes"].items()}
    return columns, column(told, body, primitive["indices"]).reshape(-1, 3)


@pytest.mark.parametrize("textured", [True, False])
def test_a_head_read_back_is_the_one_written_bit_by_bit(stored, texture, tmp_path, textured):
    place = write_head(stored, tmp_path, texture if textured else None)
    assert read_head(tmp_path) == stored
    assert read_head(place).head.digest == stored.head.digest


def test_the_surface_is_in_metres_with_the_triangles_of_the_head(written, stored):
    told, body = opened(written)
    surface = stored.head.surface
    for name in ("head", "uncertainty"):
        columns, faces = mesh_of(told, body, name)
        corners_mm = columns["POSITION"][faces].astype(float) * 1000.0
        assert np.abs(corners_mm - surface.vertices_mm[surface.faces]).max() < 2e-5
        assert np.abs(np.linalg.norm(columns["NORMAL"], axis=1) - 1.0).max() < 1e-5


def test_every_corner_keeps_its_own_place_in_the_picture(written, texture):
    told, body = opened(written)
    columns, faces = mesh_of(told, body, "head")
    assert (columns["TEXCOORD_0"][faces] == texture.uv_fraction).all()
    assert "COLOR_0" not in columns, "viewers multiply the picture with it"


def test_the_doubt_of_each_vertex_is_its_colour_and_a_number(written, stored):
    told, body = opened(written)
    columns, faces = mesh_of(told, body, "uncertainty")
    sd_mm = stored.head.surface_sd_mm[stored.head.surface.faces]
    assert np.abs(columns["_UNCERTAINTY_MM"][faces][..., 0] - sd_mm).max() < 1e-6
    light = columns["COLOR_0"][faces][..., :3] / 65535.0
    assert np.abs(light - linear_from_srgb(doubt_srgb_u8(sd_mm.reshape(-1))).reshape(light.shape)).max() < 1e-4


def test_landmarks_are_nodes_of_their_names_and_cameras_see_what_the_heads_camera_sees(written, stored):
    told, _ = opened(written)
    nodes = {node["name"]: node for node in told["nodes"]}
    for name in LANDMARK_NAMES:
        assert np.allclose(np.array(nodes[name]["translation"]) * 1000.0, stored.head.landmark(name), atol=1e-9)
    camera, lens = stored.head.cameras[0], told["cameras"][0]["perspective"]
    world_from_lens = np.array(nodes["camera-1"]["matrix"]).reshape(4, 4).T
    point_mm = np.array([12.0, 80.0, 40.0])
    x, y, z = (np.linalg.inv(world_from_lens) @ [*point_mm / 1000.0, 1.0])[:3]
    half = np.tan(lens["yfov"] / 2)
    seen = [(x / -z / half / lens["aspectRatio"] + 1) / 2 * camera.width_px, (1 - y / -z / half) / 2 * camera.height_px]
    off_px = np.array(camera.centre_px) - [camera.width_px / 2, camera.height_px / 2]
    assert np.allclose(seen + off_px, camera.project(point_mm[None])[0], atol=1e-6)


def test_a_viewer_shows_the_picture_and_holds_nothing_outside_of_the_file(written, stored):
    told, _ = opened(written)
    assert not [part for part in (*told["buffers"], *told["images"]) if "uri" in part]
    assert told["scenes"][told["scene"]]["name"] == "head"
    seen = trimesh.load(written / "head.glb")
    assert seen.geometry["head"].visual.material.baseColorTexture.size == (64, 64)
    assert np.allclose(seen.geometry["head"].extents * 1000.0, np.ptp(stored.head.surface.vertices_mm, axis=0), atol=1e-3)
    assert len(seen.geometry["uncertainty"].faces) == len(stored.head.surface.faces)


def test_without_a_texture_no_picture_is_in_the_file_and_the_surface_shows_its_doubt(stored, tmp_path):
    write_head(stored, tmp_path)
    told, body = opened(tmp_path)
    assert "images" not in told
    assert [mesh["name"] for mesh in told["meshes"]] == ["uncertainty"]
    assert "COLOR_0" in mesh_of(told, body, "uncertainty")[0]


def test_only_their_owner_can_read_the_files(written):
    assert {(written / name).stat().st_mode & 0o777 for name in ("head.json", "head.glb")} == {0o600}


def test_a_texture_of_another_head_is_refused_and_nothing_is_written(stored, texture, tmp_path):
    with pytest.raises(WrongParent):
        write_head(stored, tmp_path, dataclasses.replace(texture, head_digest="0" * 32))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("version", [2, 99, 0, "one", None])
def test_other_versions_are_refused_plainly(written, version):
    told = json.loads((written / "head.json").read_text())
    (written / "head.json").write_text(json.dumps(told | {"version": version}))
    with pytest.raises(Unreadable, match="head"):
        read_head(written)


def test_what_a_later_version_adds_within_this_one_does_no_harm(written, stored):
    told = json.loads((written / "head.json").read_text())
    (written / "head.json").write_text(json.dumps(told | {"favourite_hat": "bowler"}))
    assert read_head(written) == stored


def test_a_surface_cut_short_damaged_or_of_another_head_is_refused(written, stored, tmp_path_factory):
    whole = (written / "head.glb").read_bytes()
    other = tmp_path_factory.mktemp("other")
    write_head(stored, other)
    for content in (
        b"",
        whole[:11],
        whole[:5000],
        whole[:-8],
        whole[:90_000] + b"\x01" + whole[90_001:],
        (other / "head.glb").read_bytes(),
    ):
        (written / "head.glb").write_bytes(content)
        with pytest.raises(BadTable, match=r"head\.glb"):
            read_head(written)
    (written / "head.glb").unlink()
    with pytest.raises(BadTable, match="not there"):
        read_head(written)


@pytest.mark.parametrize(
    "change",
    [
        {"landmarks_mm": {}},
        {"landmarks_mm": [1, 2]},
        {"cameras": []},
        {"cameras": [{"focal_px": float("nan")}]},
        {"scale_sd_fraction": "small"},
        {"scale_sd_fraction": 0.5},
        {"photo_digests": ["0" * 32]},
        {"surface": {"file": "../../head.glb"}},
        {"surface": "head.glb"},
        {"doubts": [{"kind": "taste", "where": "x", "size": "y", "advice": "z"}]},
        {"head_digest": None},
        {"schema": "smp-treatment"},
    ],
)
def test_a_head_json_that_was_changed_is_refused_in_a_sentence(written, change):
    told = json.loads((written / "head.json").read_text())
    (written / "head.json").write_text(json.dumps(told | change))
    with pytest.raises(BadInput) as refusal:
        read_head(written)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"schema": "smp-head"}', b"9" * 5000])
def test_what_is_no_head_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "head.json").write_bytes(content)
    with pytest.raises(ScalpError):
        read_head(tmp_path)


def test_a_surface_file_that_lies_about_itself_is_refused(written):
    """The digest is made to fit, so that the numbers inside are what is refused."""
    content = bytearray((written / "head.glb").read_bytes())
    told = json.loads((written / "head.json").read_text())
    length = struct.unpack_from("<I", content, 12)[0]
    text = content[20 : 20 + length].decode()
    for old, new in (
        ('"shape":[2562,3]', '"shape":[9999,3]'),
        ('"shape":[2562,3]', '"shape":[-562,3]'),
        ('"<f8"', '"|O8"'),
        ("exact", "exalt"),
    ):
        assert old in text
        content[20 : 20 + length] = text.replace(old, new).encode()
        (written / "head.glb").write_bytes(content)
        told["surface"]["sha256"] = hashlib.sha256(content).hexdigest()
        (written / "head.json").write_text(json.dumps(told))
        with pytest.raises(BadTable, match=r"head\.glb"):
            read_head(written)


def test_a_file_beyond_reason_is_refused_before_it_is_read(written):
    with (written / "head.json").open("ab") as grown:
        grown.truncate(6_000_000)
    with pytest.raises(BadTable, match="larger than"):
        read_head(written)


def test_a_place_that_is_no_folder_is_refused_and_nothing_is_left(stored, tmp_path):
    (tmp_path / "file").write_text("a letter")
    with pytest.raises(BadInput):
        write_head(stored, tmp_path / "file")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def rewritten(folder, **changed):
    """Write head.json with some of it changed."""
    told = json.loads((folder / "head.json").read_text()) | changed
    (folder / "head.json").write_text(json.dumps(told, ensure_ascii=False))


@pytest.mark.parametrize("named", ["", ".", "..", "/", "a\0b"])
def test_a_surface_without_a_file_name_is_refused(written, named):
    surface = json.loads((written / "head.json").read_text())["surface"]
    rewritten(written, surface=surface | {"file": named})
    with pytest.raises(BadTable, match="head that smp wrote"):
        read_head(written)


def test_a_version_in_other_digits_and_places_of_hundreds_of_digits_are_refused(written):
    landmarks = json.loads((written / "head.json").read_text())["landmarks_mm"]
    rewritten(written, landmarks_mm=landmarks | {"vertex": [0, 0, 10**400]})
    with pytest.raises(BadTable, match="very many digits"):
        read_head(written)
    rewritten(written, version="²")
    with pytest.raises(Unreadable, match="²"):
        read_head(written)


@pytest.mark.parametrize(
    "told", [[], None, 5, {"extras": []}, {"extras": 5}, {"extras": {"exact": "x"}}, {"extras": {"exact": {"faces": 3}}}]
)
def test_a_surface_that_does_not_say_where_its_columns_lie_is_refused(written, told):
    text = json.dumps(told).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", 0, b"BIN\0")
    content = struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
    (written / "head.glb").write_bytes(content)
    surface = json.loads((written / "head.json").read_text())["surface"]
    rewritten(written, surface=surface | {"sha256": hashlib.sha256(content).hexdigest()})
    with pytest.raises(BadTable, match="damaged"):
        read_head(written)
