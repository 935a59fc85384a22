"""Native hair through days and years: how it stands, grows, turns grey and is lost."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from scalp.ageing.hair import grey_later, grow, lose, turn_grey
from scalp.ageing.roots import Sowing, find_whorl, sow_hairs
from scalp.base import BadInput, WrongParent
from scalp.domain.hair import HAIR_GROUPS, NativeHair, Stubble, hair_of_group
from scalp.geometry.meshes import face_areas_mm2, vertex_normals
from tests.makers import make_head

HEAD = make_head(subdivisions_count=5)
VERTICES_COUNT = len(HEAD.surface.vertices_mm)
FULL = np.ones(VERTICES_COUNT)
HAIR = NativeHair()
HAIRS = sow_hairs(HEAD, HAIR, FULL, seed=1)
AREA_CM2 = face_areas_mm2(HEAD.surface).sum() / 100.0


def places_mm(hairs):
    return hairs.points_mm(HEAD.surface.vertices_mm, HEAD.surface.faces)


def upward(hairs):
    inside = np.clip(hairs.barycentric, 0.0, 1.0)
    up = np.einsum("nk,nkd->nd", inside, vertex_normals(HEAD.surface)[HEAD.surface.faces[hairs.face_index]])
    return up / np.linalg.norm(up, axis=1, keepdims=True)


def test_hairs_stand_as_densely_as_asked():
    assert len(HAIRS) / AREA_CM2 == pytest.approx(HAIR.density_per_cm2, rel=0.02)
    assert HAIRS.shaft_diameter_mm.mean() == pytest.approx(HAIR.shaft_diameter_mm, rel=0.02)
    assert HAIRS.shaft_diameter_mm.std() / HAIRS.shaft_diameter_mm.mean() == pytest.approx(HAIR.shaft_cv_fraction, rel=0.1)


def test_units_are_a_repulsive_liquid_like_those_of_real_scalps():
    # Clark-Evans R 1.32 to 1.37 and CV of the nearest neighbour 0.27 to 0.33 of follicular units in trichoscope frames.
    one_each = sow_hairs(HEAD, NativeHair(hairs_per_unit_ratio=1.0, density_per_cm2=95.0), FULL, seed=2)
    points_mm = places_mm(one_each)
    nearest_mm = cKDTree(points_mm).query(points_mm, 2)[0][:, 1]
    assert 1.32 <= nearest_mm.mean() * 2 * np.sqrt(len(one_each) / AREA_CM2 / 100.0) <= 1.37
    assert 0.27 <= nearest_mm.std() / nearest_mm.mean() <= 0.33


def test_hairs_lean_and_grow_away_from_the_whorl_forwards_on_top_and_down_at_the_sides():
    lean_deg = np.degrees(np.arcsin(np.einsum("nd,nd->n", HAIRS.directions, upward(HAIRS))))
    assert 14.0 < lean_deg.min() < 18.0
    assert 47.0 < lean_deg.max() < 51.0
    points_mm = places_mm(HAIRS)
    whorl_mm = find_whorl(HEAD)
    on_top = (points_mm[:, 1] > 115.0) & (points_mm[:, 2] > 30.0)
    at_side = (np.abs(points_mm[:, 0]) > 65.0) & (points_mm[:, 1] > 20.0)
    assert (HAIRS.directions[on_top, 2] > 0).mean() > 0.95
    assert (HAIRS.directions[at_side, 1] < 0).mean() > 0.95
    near = np.linalg.norm(points_mm - whorl_mm, axis=1) < 15.0
    away = points_mm[near] - whorl_mm
    turned = np.cross(away, HAIRS.directions[near])[:, 1]
    assert (turned < 0).mean() > 0.85, "clockwise seen from above"


def test_the_same_seed_gives_the_same_hairs():
    assert sow_hairs(HEAD, HAIR, FULL, seed=1) == HAIRS
    assert sow_hairs(HEAD, HAIR, FULL, seed=2) != HAIRS


def test_stubble_grows_by_the_day_and_hair_at_rest_does_not():
    week = grow(HAIRS, HAIR, 7.0)
    growing = week.length_mm > 0
    assert growing.mean() == pytest.approx(HAIR.growing_fraction, abs=0.01)
    assert week.length_mm[growing].mean() == pytest.approx(7.0 * HAIR.growth_mm_per_day, rel=0.02)
    assert week.length_mm[growing].std() / week.length_mm[growing].mean() == pytest.approx(0.14, abs=0.02)
    assert grow(HAIRS, HAIR, 0.0).length_mm.max() == 0.0


@settings(deadline=None, max_examples=20)
@given(st.floats(0.0, 60.0), st.floats(0.0, 60.0))
def test_no_hair_is_shorter_on_a_later_day(first, second):
    few = HAIRS.where(np.arange(500))
    early, late = (grow(few, HAIR, days).length_mm for days in sorted((first, second)))
    assert (late >= early).all()


@settings(deadline=None, max_examples=20)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_who_is_grey_stays_grey(first, second):
    early, late = (turn_grey(HAIRS, part).melanin_fraction for part in sorted((first, second)))
    assert (late[early == 0.0] == 0.0).all()
    assert (late == 0.0).mean() == pytest.approx(max(first, second), abs=0.01)


def test_lost_hair_is_lost_in_an_order_of_its_own_and_whole_units_go_together():
    half, tenth = (lose(HAIRS, HEAD, np.full(VERTICES_COUNT, part)) for part in (0.5, 0.1))
    assert len(half) / len(HAIRS) == pytest.approx(0.5, abs=0.01)
    assert set(tenth.loss_rank_fraction) < set(half.loss_rank_fraction)
    assert lose(HAIRS, HEAD, FULL) == HAIRS
    assert len(lose(HAIRS, HEAD, 0.0 * FULL)) == 0


def test_hair_sown_thinner_is_a_part_of_hair_sown_thick():
    thin = sow_hairs(HEAD, HAIR, 0.4 * FULL, seed=1)
    assert len(thin) / len(HAIRS) == pytest.approx(0.4, abs=0.01)
    thick = {tuple(place) for place in places_mm(HAIRS).round(6)}
    assert {tuple(place) for place in places_mm(thin).round(6)} <= thick


def test_greying_at_fifty_five_is_the_measured_mean_and_never_goes_back():
    # 74 % of people of 45 to 65 with a mean of 27 % grey hairs. [Panhard2012]
    later = [grey_later(0.2, 55, years) for years in range(0, 61, 5)]
    assert later[0] == 0.2
    assert all(first < second for first, second in pairwise(later))
    assert later[-1] < 1.0
    assert grey_later(0.0, 25, 10) < 0.05
    assert grey_later(1.0, 70, 5) == pytest.approx(1.0, abs=1e-6)


def test_growth_by_group_is_the_measured_one():
    # 280, 367 and 411 micrometres a day. [Loussouarn2005]
    assert [hair_of_group(group).growth_mm_per_day for group in HAIR_GROUPS] == [0.280, 0.367, 0.411]


@pytest.mark.parametrize("days", [-1.0, float("nan"), 61.0, float("inf")])
def test_days_that_no_stubble_has_are_refused_with_what_is_allowed(days):
    with pytest.raises(BadInput, match="0 to 60 days"):
        grow(HAIRS, HAIR, days)
    with pytest.raises(BadInput, match="0 to 60 days"):
        Stubble(hair=HAIR, days=days)


def test_days_beyond_stubble_send_to_a_photo_of_the_real_hair():
    with pytest.raises(BadInput, match="use a photo of the real hair"):
        grow(HAIRS, HAIR, 90.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"growth_mm_per_day": 3.5},
        {"density_per_cm2": 0.0},
        {"hairs_per_unit_ratio": 0.5},
        {"shaft_diameter_mm": 0.5},
        {"melanin_fraction": 1.5},
        {"grey_fraction": -0.1},
        {"lean_deg": (50.0, 15.0)},
        {"growing_fraction": 0.0},
        {"shaft_cv_fraction": 0.9},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_hair_that_nobody_has_is_refused(wrong):
    with pytest.raises(BadInput, match="allowed"):
        NativeHair(**wrong)


def test_wrong_parts_years_heads_and_groups_are_refused():
    with pytest.raises(BadInput, match="0 \\(none\\) to 1"):
        turn_grey(HAIRS, 40.0)
    with pytest.raises(BadInput, match="0 to 60 years"):
        grey_later(0.1, None, -1.0)
    with pytest.raises(BadInput, match="african, european, asian"):
        hair_of_group("martian")
    with pytest.raises(WrongParent):
        sow_hairs(HEAD, HAIR, np.ones(7), seed=1)
    with pytest.raises(WrongParent):
        lose(HAIRS, make_head(subdivisions_count=3), np.ones(642))
    with pytest.raises(BadInput, match="above 0"):
        Sowing(packing_fraction=1.0)


def test_covers_seeds_and_ways_of_sowing_that_are_none_are_refused():
    head = make_head(subdivisions_count=2)
    cover = np.ones(len(head.surface.vertices_mm))
    with pytest.raises(BadInput, match="numbers"):
        sow_hairs(head, NativeHair(), "everywhere", seed=1)
    with pytest.raises(BadInput, match="whole number"):
        sow_hairs(head, NativeHair(), cover, seed=-1)
    with pytest.raises(BadInput, match="finite"):
        lose(sow_hairs(head, NativeHair(), cover, seed=1), head, np.nan * cover)
    with pytest.raises(BadInput, match="all white"):
        grey_later(float("nan"), 40, 5)
    for wrong in ({"astray_fraction": float("nan")}, {"swirl_mm": 0.0}, {"whorl_behind_vertex_mm": float("nan")}):
        with pytest.raises(BadInput, match="usual"):
            Sowing(**wrong)
