"""The analytic head: its photo, camera, points and regions agree with one another and with the closed formulas."""

import numpy as np
import pytest

from scalp.base import BadInput
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import VIEW_NAMES, DemoView
from scalp.domain.sighting import POINT_NAMES

SMALL = {"width_px": 240, "height_px": 320}


@pytest.mark.parametrize("name", VIEW_NAMES)
def test_every_marked_point_lies_on_the_seen_surface(name: str) -> None:
    head = make_analytic_head(view=DemoView(name=name, **SMALL))  # type: ignore[arg-type]
    for point_name, (x, y) in zip(head.marked_points.names, head.marked_points.points_px, strict=True):
        place = head.points_mm[head.point_names.index(point_name)]
        depth_mm = head.camera.in_camera(place[None])[0, 2]
        around = head.depth_mm[max(0, int(y) - 2) : int(y) + 3, max(0, int(x) - 2) : int(x) + 3]
        assert np.abs(around - depth_mm).min() < 10.0, point_name


def test_points_are_named_once_and_mirror_each_other() -> None:
    head = make_analytic_head(view=DemoView(**SMALL))
    assert set(head.point_names) == set(POINT_NAMES)
    at = dict(zip(head.point_names, head.points_mm, strict=True))
    for name in ("tragion", "ear_top", "outer_canthus", "inner_canthus", "cheilion"):
        np.testing.assert_allclose(at[f"left_{name}"] * [-1, 1, 1], at[f"right_{name}"], atol=1e-12)


def test_the_origin_is_midway_between_the_tragi() -> None:
    head = make_analytic_head(view=DemoView(**SMALL))
    left, right = (head.points_mm[head.point_names.index(f"{side}_tragion")] for side in ("left", "right"))
    np.testing.assert_allclose(left + right, 0.0, atol=1e-9)


def test_breadth_length_and_height_are_a_mans() -> None:
    """Adult male breadth 143-165 mm, length 180-212 mm, tragion to vertex 120-145 mm [Gordon2014]."""
    head = make_analytic_head(view=DemoView(**SMALL))
    skull = head.surface.vertices_mm[:40962]
    above = skull[skull[:, 1] > 30]
    assert 143 < np.ptp(above[:, 0]) < 165
    assert 180 < np.ptp(above[:, 2]) < 212
    assert 120 < skull[:, 1].max() < 145


def test_the_head_region_is_where_depth_is_finite() -> None:
    head = make_analytic_head(view=DemoView(**SMALL))
    seen = np.isfinite(head.depth_mm)
    assert (head.regions.head[seen] > 0).all()
    assert not (head.regions.head[~seen] == 255).any()
    assert (head.regions.skin <= head.regions.head).all()


def test_depth_unprojects_onto_the_surface() -> None:
    """A pixel's place, from its depth and the exact camera, lies on the mesh: within its chord error and edge length."""
    head = make_analytic_head(view=DemoView(name="quarter-left", **SMALL))
    rows, cols = np.nonzero(np.isfinite(head.depth_mm))
    pick = np.random.default_rng(3).choice(len(rows), 200, replace=False)
    # The depth raster samples the first sub-pixel of each 2 x 2 block.
    points_px = np.column_stack([cols[pick] + 0.25, rows[pick] + 0.25])
    ahead = (points_px - np.array(head.camera.centre_px)) / head.camera.focal_px
    seen = np.column_stack([ahead, np.ones(200)]) * head.depth_mm[rows[pick], cols[pick]][:, None]
    pose = head.camera.camera_from_head
    places_mm = (seen - pose[:3, 3]) @ pose[:3, :3]
    nearest_mm = [np.linalg.norm(head.surface.vertices_mm - place, axis=1).min() for place in places_mm]
    assert np.quantile(nearest_mm, 0.9) < 2.0


def test_the_same_seed_gives_the_same_photo_and_another_another() -> None:
    heads = [make_analytic_head(view=DemoView(**SMALL), seed=seed) for seed in (1, 1, 2)]
    assert heads[0].photo == heads[1].photo
    assert heads[0].photo != heads[2].photo
    assert heads[0].camera == heads[2].camera


@pytest.mark.parametrize("wrong", [{"name": "below"}, {"width_px": 10}, {"distance_mm": 20.0}])
def test_a_view_nobody_photographs_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        DemoView(**wrong)  # type: ignore[arg-type]
