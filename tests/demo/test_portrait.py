"""The demo head from MakeHuman's mesh: what is said to be true of the photo is true. Skipped where the mesh was not fetched."""

from pathlib import Path

import numpy as np
import pytest

from scalp.base import BadMesh, NotPossible
from scalp.demo.person import MAKEHUMAN_MEMBERS, shape_person
from scalp.demo.portrait import make_demo_head
from scalp.demo.truth import DemoHead, DemoView
from scalp.demo.zones import FRINGE_PER_CM2, mark_zones
from scalp.domain.sighting import POINT_NAMES
from scalp.domain.skin import Skin
from scalp.io.assets import makehuman_folder, members

VIEW = DemoView(width_px=192, height_px=256)


@pytest.fixture(scope="module")
def makehuman() -> Path:
    try:
        return makehuman_folder()
    except NotPossible as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def head(makehuman: Path) -> DemoHead:
    return make_demo_head(makehuman, view=VIEW)


def test_everything_needed_is_fetched_with_the_assets() -> None:
    assert set(MAKEHUMAN_MEMBERS) <= {member.name for member in members()}


def test_marked_points_lie_where_the_camera_sees_them(head: DemoHead) -> None:
    assert {"glabella", "sellion", "left_outer_canthus", "right_tragion", "menton"} <= set(head.marked_points.names)
    for name, (x, y) in zip(head.marked_points.names, head.marked_points.points_px, strict=True):
        place = head.points_mm[head.point_names.index(name)]
        np.testing.assert_allclose(head.camera.project(place[None])[0], (x, y))
        depth_mm = head.camera.in_camera(place[None])[0, 2]
        around = head.depth_mm[max(0, int(y) - 2) : int(y) + 3, max(0, int(x) - 2) : int(x) + 3]
        assert np.abs(around - depth_mm).min() < 10.0, name


def test_points_lie_on_the_surface(head: DemoHead) -> None:
    """Base vertices move by subdivision; 3 mm covers the corners of eyes and ears."""
    for name, place in zip(POINT_NAMES, head.points_mm, strict=True):
        assert np.linalg.norm(head.surface.vertices_mm - place, axis=1).min() < 3.0, name


def test_the_skull_has_the_size_of_a_mans(head: DemoHead) -> None:
    """Adult male breadth 143-165 mm, length 180-212 mm, tragion to vertex 118-145 mm [Gordon2014]."""
    above = head.surface.vertices_mm[head.surface.vertices_mm[:, 1] > 35.0]
    assert 143 < np.ptp(above[:, 0]) < 165
    assert 180 < np.ptp(above[:, 2]) < 212
    assert 118 < above[:, 1].max() < 145


def test_the_face_is_not_its_own_mirror_image(makehuman: Path) -> None:
    person = shape_person(makehuman, darkness_fraction=0.2, seed=1)
    at = dict(zip(POINT_NAMES, person.points_mm, strict=True))
    apart = [np.linalg.norm(at[f"left_{name}"] * [-1, 1, 1] - at[f"right_{name}"]) for name in ("outer_canthus", "cheilion", "ear_top")]
    assert min(apart) > 0.4
    assert max(apart) < 6.0


def test_regions_are_within_what_is_seen(head: DemoHead) -> None:
    assert (head.regions.skin <= head.regions.head).all()
    assert (head.regions.head[np.isfinite(head.depth_mm)] > 0).all()
    scalp_share = (head.regions.skin > 127).sum() / (head.regions.head > 127).sum()
    assert 0.15 < scalp_share < 0.5


def test_the_fringe_is_as_dense_as_hair_and_the_top_is_bare(makehuman: Path) -> None:
    person = shape_person(makehuman, darkness_fraction=0.2, seed=1)
    zones = mark_zones(person)
    at = person.vertices_mm
    over_the_ear = (np.abs(at[:, 0]) > 66) & (at[:, 1] > 40) & (at[:, 1] < 55) & (np.abs(at[:, 2] + 10) < 12)
    on_top = (at[:, 1] > 115) & (np.abs(at[:, 0]) < 30)
    assert np.median(zones.fringe_per_cm2[over_the_ear]) > 0.9 * FRINGE_PER_CM2
    assert zones.fringe_per_cm2[on_top].max() < 1.0


def test_the_same_seed_gives_the_same_photo_and_another_another_man(makehuman: Path, head: DemoHead) -> None:
    assert make_demo_head(makehuman, view=VIEW).digest == head.digest
    assert (
        shape_person(makehuman, darkness_fraction=0.2, seed=2).points_mm.tolist()
        != shape_person(makehuman, darkness_fraction=0.2, seed=1).points_mm.tolist()
    )


def test_darker_skin_gives_a_darker_photo(makehuman: Path, head: DemoHead) -> None:
    dark = make_demo_head(makehuman, skin=Skin(melanin_fraction=0.16, blood_fraction=0.014), view=VIEW)
    levels = [np.median(one.photo.srgb_u8[one.regions.skin > 200], axis=0) for one in (head, dark)]
    assert (levels[1] < 0.85 * levels[0]).all()


def test_a_file_that_is_not_the_base_mesh_is_refused(tmp_path: Path) -> None:
    (tmp_path / "3dobjs").mkdir()
    (tmp_path / "3dobjs/base.obj").write_text("v 0 0 0\nf 1 1 1 1\n")
    with pytest.raises(BadMesh, match="smp assets --fetch"):
        shape_person(tmp_path, darkness_fraction=0.0, seed=1)
