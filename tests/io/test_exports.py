"""Impressions for other programs: an exact table, points on the head, true drawings; and plain words for damaged files."""

import dataclasses
import io
import json
import re
import stat
import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import trimesh

from scalp.base import BadTable, Unreadable, WrongParent
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head, Mesh
from scalp.domain.impressions import Impressions
from scalp.io.exports import write_exports
from scalp.io.exports_drawn import DRAWN_SIDES, draw_side
from scalp.io.exports_placed import place_exported, session_srgb_u8
from scalp.io.exports_points import LIFTED_MM
from scalp.io.exports_table import read_impressions_table
from tests.makers import make_design, make_head, make_impressions, make_plan

SVG = "{http://www.w3.org/2000/svg}"
Case = tuple[Head, Design, Impressions]


@pytest.fixture(scope="module")
def case() -> Case:
    head = make_head(subdivisions_count=5)
    design = make_design(head)
    return head, design, make_impressions(head, design, make_plan(design, impressions_count=3_000))


@pytest.fixture(scope="module")
def written(case: Case, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    head, design, impressions = case
    names = write_exports(impressions, head, design, folder)
    assert sorted(names) == sorted(place.name for place in folder.iterdir())
    return folder


def drawing(folder: Path, side: str) -> ET.Element:
    return ET.parse(folder / f"impressions-{side}.svg").getroot()  # noqa: S314 - written by this test


def circles(folder: Path, side: str) -> np.ndarray:
    found = drawing(folder, side).iter(f"{SVG}circle")
    return np.array([[float(one.attrib[name]) for name in ("cx", "cy", "r")] for one in found])


def test_the_table_gives_back_every_bit(case: Case, written: Path) -> None:
    again = read_impressions_table(written / "impressions.parquet")
    assert again == case[2]
    assert again.digest == case[2].digest


def test_an_empty_course_comes_back_too(case: Case, tmp_path: Path) -> None:
    head, design, impressions = case
    nothing = impressions.where(np.zeros(len(impressions), bool))
    write_exports(nothing, head, design, tmp_path)
    assert read_impressions_table(tmp_path / "impressions.parquet") == nothing


def test_the_table_says_units_space_version_and_digests(case: Case, written: Path) -> None:
    schema = pq.read_schema(written / "impressions.parquet")
    facts = {key.decode(): said.decode() for key, said in schema.metadata.items()}
    assert facts["schema"] == "smp-impressions-table"
    assert facts["version"] == "1"
    assert facts["digest"] == case[2].digest
    assert (facts["head_digest"], facts["plan_digest"]) == (case[2].head_digest, case[2].plan_digest)
    assert "+X to the client's left" in facts["space"]
    for field in schema:
        assert field.metadata[b"meaning"], field.name
        if field.name.endswith("_mm"):
            assert field.metadata[b"unit"] == b"mm"


def test_any_table_program_finds_place_and_zone(case: Case, written: Path) -> None:
    head, design, impressions = case
    read = pq.read_table(written / "impressions.parquet")
    places_mm = np.column_stack([read.column(f"{axis}_mm").to_numpy() for axis in "xyz"])
    assert np.allclose(places_mm, impressions.points_mm(head.surface.vertices_mm, head.surface.faces), atol=1e-4)
    zones = np.array([ZONE_NAMES.index(name) for name in read.column("zone").to_pylist()])
    assert (zones == place_exported(impressions, head, design).zone_index).all()


def test_the_points_lie_on_the_head_in_the_colour_of_their_session(case: Case, written: Path) -> None:
    head, _, impressions = case
    scene = trimesh.load(written / "impressions.glb")
    assert np.allclose(scene.geometry["head"].vertices.max(axis=0) * 1000, head.surface.vertices_mm.max(axis=0), atol=1e-3)
    places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
    for number in (1, 2, 3):
        points = scene.geometry[f"session-{number}"]
        assert len(points.vertices) == (impressions.session_number == number).sum()
        off_mm = np.linalg.norm(points.vertices * 1000 - places_mm[impressions.session_number == number], axis=1)
        assert np.allclose(off_mm, LIFTED_MM, atol=1e-3)


def test_the_points_carry_what_is_known_of_each(case: Case, written: Path) -> None:
    """The attributes by the numbers of their accessors, as any reader of glTF 2.0 finds them."""
    impressions = case[2]
    told, columns = _gltf(written / "impressions.glb")
    for number in (1, 2, 3):
        (mesh,) = [mesh for mesh in told["meshes"] if mesh["name"] == f"session-{number}"]
        primitive = mesh["primitives"][0]
        assert primitive["mode"] == 0
        of = {name: columns(index) for name, index in primitive["attributes"].items()}
        rows = of["_ROW"].astype(int)
        assert (impressions.session_number[rows] == number).all()
        assert (of["_SESSION"] == number).all()
        assert (of["_DIAMETER_MM"] == impressions.deposit_diameter_mm[rows]).all()
        assert (of["_BOTTOM_DEPTH_MM"] == impressions.bottom_depth_mm[rows]).all()
        assert len(np.unique(of["COLOR_0"], axis=0)) == 1
    assert len({session_srgb_u8(number) for number in (1, 2, 3, 4)}) == 4
    assert told["extras"]["digest"] == impressions.digest


def _gltf(place: Path):
    """Take a binary glTF apart as its standard says, with no code of the engine."""
    content = place.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", content)
    assert (magic, version, length) == (b"glTF", 2, len(content))
    text_bytes = struct.unpack_from("<I", content, 12)[0]
    told = json.loads(content[20 : 20 + text_bytes])
    body = content[28 + text_bytes :]

    def columns(index: int) -> np.ndarray:
        accessor = told["accessors"][index]
        view = told["bufferViews"][accessor["bufferView"]]
        dtype = {5126: "<f4", 5123: "<u2", 5125: "<u4", 5121: "u1"}[accessor["componentType"]]
        wide = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[accessor["type"]]
        assert (np.dtype(dtype).itemsize * wide) % 4 == 0, "vertices stand at multiples of 4 bytes"
        read = np.frombuffer(body, dtype, accessor["count"] * wide, view["byteOffset"])
        return read.reshape(-1, wide) if wide > 1 else read

    return told, columns


@pytest.mark.parametrize("side", DRAWN_SIDES)
def test_a_drawing_is_in_true_millimetres(case: Case, written: Path, side: str) -> None:
    """The box of the head in the drawing is the head's own, its paper is as large as it says, circles are as wide as deposits."""
    head = case[0]
    root = drawing(written, side)
    width_mm, height_mm = (float(root.get(name).removesuffix("mm")) for name in ("width", "height"))
    assert root.get("viewBox") == f"0 0 {width_mm:.2f} {height_mm:.2f}"
    extent_mm = np.ptp(head.surface.vertices_mm, axis=0)
    across, down = {"front": (0, 1), "back": (0, 1), "left": (2, 1), "right": (2, 1), "top": (0, 2)}[side]
    outline = np.array(re.findall(r"([\d.]+) ([\d.]+)", root.find(f".//{SVG}g[@id='head']/{SVG}path").get("d")), float)
    assert np.allclose(np.ptp(outline, axis=0), extent_mm[[across, down]], atol=1.2)
    radii_mm = circles(written, side)[:, 2]
    assert np.isclose(2 * radii_mm.mean(), case[2].deposit_diameter_mm.mean(), atol=1e-3)


@pytest.mark.parametrize("side", DRAWN_SIDES)
def test_shoulders_of_a_scan_are_not_drawn(case: Case, side: str) -> None:
    head, design, impressions = case
    shoulders_mm = np.array([[-300.0, -200.0, 0.0], [300.0, -200.0, 0.0], [0.0, -200.0, 300.0]])
    count = len(head.surface.vertices_mm)
    surface = Mesh(
        vertices_mm=np.vstack([head.surface.vertices_mm, shoulders_mm]),
        faces=np.vstack([head.surface.faces, np.array([[count, count + 1, count + 2]], np.int32)]),
    )
    scanned = dataclasses.replace(head, surface=surface, surface_sd_mm=np.zeros(count + 3))
    placed = place_exported(impressions, head, design)
    assert draw_side(placed, scanned, design, side) == draw_side(placed, head, design, side)


def test_distances_between_impressions_are_those_on_the_head_seen_from_there(case: Case, written: Path) -> None:
    head, _, impressions = case
    places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
    zones = place_exported(impressions, head, case[1]).zone_index
    order = np.lexsort((np.arange(len(zones)), zones, impressions.session_number))
    drawn, seen = circles(written, "top")[:, :2], places_mm[order][:, [0, 2]]
    assert drawn.shape == seen.shape, "all of this design is seen from above"
    assert np.allclose(drawn - drawn[0], seen - seen[0], atol=0.02)


def test_every_impression_is_drawn_from_some_side_and_none_through_the_head(case: Case, written: Path) -> None:
    counts = {side: len(circles(written, side)) for side in DRAWN_SIDES}
    assert sum(counts.values()) >= len(case[2])
    assert counts["left"] < 0.6 * len(case[2])
    assert counts["back"] < 0.6 * len(case[2])


def test_a_drawing_has_a_layer_for_each_session_and_zone(written: Path) -> None:
    root = drawing(written, "top")
    ids = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert {"head", "hairline", "ruler", "session-1", "session-2", "session-3", "session-1-mid-scalp", "session-3-side-blend"} <= ids


def test_files_with_a_head_in_them_are_their_owners_only(written: Path) -> None:
    assert {stat.S_IMODE(place.stat().st_mode) for place in written.iterdir()} == {0o600}


def test_impressions_of_another_head_are_refused_before_anything_is_written(case: Case, tmp_path: Path) -> None:
    head, design, impressions = case
    other = make_head(length_mm=190.0, subdivisions_count=5)
    with pytest.raises(WrongParent, match="impressions"):
        write_exports(impressions, other, design, tmp_path)
    with pytest.raises(WrongParent, match="design"):
        write_exports(impressions, head, make_design(other), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept_bytes", [0, 10, 5_000, -40])
def test_a_damaged_table_is_refused(written: Path, tmp_path: Path, kept_bytes: int) -> None:
    place = tmp_path / "impressions.parquet"
    place.write_bytes((written / "impressions.parquet").read_bytes()[:kept_bytes])
    with pytest.raises(BadTable, match="damaged"):
        read_impressions_table(place)


def test_bytes_flipped_in_the_middle_never_come_back_as_other_impressions(case: Case, written: Path, tmp_path: Path) -> None:
    whole = (written / "impressions.parquet").read_bytes()
    place = tmp_path / "impressions.parquet"
    for at in np.linspace(4, len(whole) - 9, 40).astype(int):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            assert read_impressions_table(place) == case[2]
        except (BadTable, Unreadable):
            continue


@pytest.mark.parametrize(
    ("facts", "kind", "told"),
    [
        ({"version": "2"}, Unreadable, "Update smp"),
        ({"version": "zero"}, Unreadable, "reads version 1"),
        ({"schema": "other"}, BadTable, "something else"),
        ({"plan_digest": "f" * 32}, BadTable, "changed since"),
    ],
)
def test_other_tables_are_refused_by_what_they_are(written: Path, tmp_path: Path, facts: dict[str, str], kind, told: str) -> None:
    read = pq.read_table(written / "impressions.parquet")
    metadata = {key.decode(): said.decode() for key, said in read.schema.metadata.items()} | facts
    pq.write_table(read.replace_schema_metadata(metadata), tmp_path / "t.parquet")
    with pytest.raises(kind, match=told):
        read_impressions_table(tmp_path / "t.parquet")


def test_a_table_without_a_column_or_with_words_in_it_is_refused(written: Path, tmp_path: Path) -> None:
    read = pq.read_table(written / "impressions.parquet")
    pq.write_table(read.drop_columns(["top_depth_mm"]), tmp_path / "t.parquet")
    with pytest.raises(BadTable, match="without top_depth_mm"):
        read_impressions_table(tmp_path / "t.parquet")
    words = pa.array(["deep"] * read.num_rows)
    place = read.schema.get_field_index("top_depth_mm")
    pq.write_table(read.set_column(place, "top_depth_mm", words), tmp_path / "t.parquet")
    with pytest.raises(BadTable, match="no numbers"):
        read_impressions_table(tmp_path / "t.parquet")
    with pytest.raises(BadTable, match="not there"):
        read_impressions_table(tmp_path / "nowhere.parquet")


def test_the_same_impressions_make_the_same_files(case: Case, written: Path, tmp_path: Path) -> None:
    head, design, impressions = case
    copy = dataclasses.replace(impressions)
    for name in write_exports(copy, head, design, tmp_path):
        assert io.BytesIO((tmp_path / name).read_bytes()).getvalue() == (written / name).read_bytes()
