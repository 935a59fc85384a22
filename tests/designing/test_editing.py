"""Claims about what a person changes of a hairline: anchors moved by mm over the skin, and lines drawn by hand."""

import dataclasses
import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure import points_in_poly

from scalp.base import BadInput, FloatArray, NotPossible, WrongParent
from scalp.designing import propose_design
from scalp.designing.anatomy import survey
from scalp.designing.hairlines import skin_at
from scalp.designing.limits import behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.tracing import crosses_itself
from scalp.domain.design import ANCHOR_NAMES, HAIRLINE_STYLES, AnchorMove, HairlineEdit, Wishes
from scalp.geometry.curves import distance_to_curve_mm, lengths_along_mm, spaced_evenly
from scalp.geometry.sections import polar_of
from tests.makers import CENTRE_MM, cranium_axes, make_head

HEAD = make_head(subdivisions_count=5)
ANATOMY = survey(HEAD)
SMALL = survey(make_head(length_mm=180.0, breadth_mm=141.0, height_mm=119.0, subdivisions_count=4))
anchors = st.sampled_from(ANCHOR_NAMES)
way_mm = st.floats(-6.0, 6.0)


@functools.cache
def drawn(wishes: Wishes = Wishes()) -> FloatArray:  # noqa: B008 - a noun is frozen
    """Return the line nobody has changed."""
    return draw_line(ANATOMY, wishes).drawing.points_mm


def edited(*moves: AnchorMove, wishes: Wishes = Wishes(), line_mm: FloatArray | None = None, waver: bool = False):  # type: ignore[no-untyped-def]  # noqa: B008
    """Return the line with these changes."""
    edit = HairlineEdit(head_digest=HEAD.digest, moves=moves, drawn_mm=line_mm, waver=waver)
    return draw_line(ANATOMY, wishes, edit).drawing


def over_skin_mm(start_mm: FloatArray, end_mm: FloatArray) -> float:
    """Measure the way over the true ellipsoid between two points: the chord put onto it from the middle, in 400 steps."""
    axes = cranium_axes()
    units = np.linalg.solve(axes, (start_mm + np.linspace(0, 1, 401)[:, None] * (end_mm - start_mm) - CENTRE_MM).T).T
    path_mm = units / np.linalg.norm(units, axis=1, keepdims=True) @ axes.T
    return float(lengths_along_mm(path_mm)[-1])


@pytest.mark.parametrize("name", ANCHOR_NAMES[1:-1])
@pytest.mark.parametrize("style", ["natural", "receded", "female", "defined"])
def test_an_anchor_moved_by_four_millimetres_moves_by_four_and_the_rest_stays(name: str, style: str) -> None:
    wishes = Wishes(style=style)  # type: ignore[arg-type]
    before = draw_line(ANATOMY, wishes).drawing
    after = edited(AnchorMove(anchor=name, up_mm=4.0), wishes=wishes)
    index = ANCHOR_NAMES.index(name)
    assert over_skin_mm(before.anchors_mm[index], after.anchors_mm[index]) == pytest.approx(4.0, abs=0.2)
    assert (after.anchors_mm[index] - before.anchors_mm[index])[1] > 0 or name == "mid_frontal"
    far = np.linalg.norm(after.points_mm - before.anchors_mm[index], axis=1) > 40.0
    assert distance_to_curve_mm(after.points_mm[far], before.points_mm).max() < 0.3


@settings(max_examples=20, deadline=None)
@given(name=anchors, left_mm=way_mm, up_mm=way_mm)
def test_a_move_is_as_long_as_asked_and_leaves_every_other_anchor_where_it_was(name: str, left_mm: float, up_mm: float) -> None:
    before, after = draw_line(ANATOMY, Wishes()).drawing, edited(AnchorMove(anchor=name, left_mm=left_mm, up_mm=up_mm))
    index = ANCHOR_NAMES.index(name)
    moved_mm = over_skin_mm(before.anchors_mm[index], after.anchors_mm[index])
    assert moved_mm == pytest.approx(np.hypot(left_mm, up_mm), abs=0.2)
    others = [number for number in range(len(ANCHOR_NAMES)) if number != index]
    np.testing.assert_allclose(after.anchors_mm[others], before.anchors_mm[others], atol=1e-9)
    units = np.linalg.norm(np.linalg.solve(cranium_axes(), (after.points_mm - CENTRE_MM).T), axis=0)
    assert np.abs(units - 1).max() * 85.0 < 0.2


@settings(max_examples=10, deadline=None)
@given(name=anchors, first_mm=st.tuples(way_mm, way_mm), second_mm=st.tuples(way_mm, way_mm))
def test_moving_twice_is_moving_once_by_the_sum_in_any_order(
    name: str, first_mm: tuple[float, float], second_mm: tuple[float, float]
) -> None:
    one, two = (AnchorMove(anchor=name, left_mm=left, up_mm=up) for left, up in (first_mm, second_mm))
    both = AnchorMove(anchor=name, left_mm=first_mm[0] + second_mm[0], up_mm=first_mm[1] + second_mm[1])
    np.testing.assert_allclose(edited(one, two).points_mm, edited(both).points_mm, atol=1e-6)
    np.testing.assert_allclose(edited(two, one).points_mm, edited(both).points_mm, atol=1e-6)


def test_moving_there_and_back_is_not_moving() -> None:
    there, back = AnchorMove(anchor="left_temporal_peak", up_mm=5.0), AnchorMove(anchor="left_temporal_peak", up_mm=-5.0)
    np.testing.assert_array_equal(edited(there, back).points_mm, drawn())


def test_left_is_the_clients_left_and_up_is_up_and_on_top_back() -> None:
    before = draw_line(ANATOMY, Wishes()).drawing
    lefter = edited(AnchorMove(anchor="mid_frontal", left_mm=5.0)).anchors_mm[3] - before.anchors_mm[3]
    upper = edited(AnchorMove(anchor="mid_frontal", up_mm=5.0)).anchors_mm[3] - before.anchors_mm[3]
    assert lefter[0] == pytest.approx(5.0, abs=0.2)
    assert upper[1] > 0 > upper[2]
    assert edited(AnchorMove(anchor="mid_frontal", up_mm=5.0)).height_mm == pytest.approx(before.height_mm + 5.0, abs=0.3)


def test_moves_keep_the_raggedness_of_the_line() -> None:
    moved = edited(AnchorMove(anchor="mid_frontal", up_mm=6.0)).points_mm
    turns = [np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(line[:, [0, 1]], axis=0).T)))).sum() for line in (drawn(), moved)]
    assert turns[1] == pytest.approx(turns[0], rel=0.2)


@settings(max_examples=12, deadline=None)
@given(style=st.sampled_from(HAIRLINE_STYLES), name=anchors, left_mm=st.floats(-60, 60), up_mm=st.floats(-60, 60))
def test_every_move_gives_a_sound_line_or_says_how_far_it_may_go(style: str, name: str, left_mm: float, up_mm: float) -> None:
    for anatomy in (ANATOMY, SMALL):
        edit = HairlineEdit(head_digest=anatomy.head.digest, moves=(AnchorMove(anchor=name, left_mm=left_mm, up_mm=up_mm),))
        try:
            line_mm = draw_line(anatomy, Wishes(style=style), edit).drawing.points_mm  # type: ignore[arg-type]
        except NotPossible as refusal:
            told = refusal.reachable
        else:
            told = "0 % of the moves"
            assert np.isfinite(line_mm).all()
            assert not crosses_itself(anatomy, line_mm)
            assert np.linalg.norm(np.diff(line_mm, axis=0), axis=1).max() < 4.0
        assert "% of the moves" in told


def test_a_refused_move_names_a_part_of_it_that_is_possible() -> None:
    with pytest.raises(NotPossible, match="face") as refusal:
        edited(AnchorMove(anchor="mid_frontal", up_mm=-45.0))
    part = float(refusal.value.reachable.split(" %")[0]) / 100
    assert 0.1 < part < 1.0
    assert np.isfinite(edited(AnchorMove(anchor="mid_frontal", up_mm=-45.0 * part)).points_mm).all()


def test_the_whole_design_follows_a_moved_corner_and_only_near_it() -> None:
    head = make_head()
    move = HairlineEdit(head_digest=head.digest, moves=(AnchorMove(anchor="left_frontotemporal", up_mm=8.0),))
    before, after = propose_design(head, Wishes(norwood="6")), propose_design(head, Wishes(norwood="6"), edit=move)
    changed = np.abs(after.density_per_cm2 - before.density_per_cm2) > 5.0
    corner_mm = before.hairline.anchor_mm("left_frontotemporal")
    assert changed.sum() > 50
    assert np.linalg.norm(head.surface.vertices_mm[changed] - corner_mm, axis=1).max() < 55.0
    assert after.area_cm2 < before.area_cm2
    assert after.edit == move
    assert before.edit is None


def hand_drawn_mm(step_mm: float = 2.0, ragged_mm: float = 0.8, off_mm: float = 1.5) -> FloatArray:
    """Return a line as a hand draws it: uneven, a little off the skin, higher than the proposal."""
    smooth_mm = spaced_evenly(draw_line(ANATOMY, Wishes(style="rounded", irregularity_fraction=0.0)).drawing.points_mm[25:-25], step_mm)
    chance = np.random.default_rng(3)
    outward = (smooth_mm - CENTRE_MM) / np.linalg.norm(smooth_mm - CENTRE_MM, axis=1, keepdims=True)
    return (
        smooth_mm
        + off_mm * outward
        + np.column_stack([0 * smooth_mm[:, 0], chance.normal(0, ragged_mm, len(smooth_mm)), 0 * smooth_mm[:, 0]])
    )


def test_a_drawn_line_is_laid_on_the_skin_at_a_millimetre_and_kept_as_drawn() -> None:
    asked_mm = hand_drawn_mm()
    line = edited(line_mm=asked_mm)
    units = np.linalg.norm(np.linalg.solve(cranium_axes(), (line.points_mm - CENTRE_MM).T), axis=0)
    assert np.abs(units - 1).max() * 85.0 < 0.2
    assert np.median(np.linalg.norm(np.diff(line.points_mm, axis=0), axis=1)) == pytest.approx(1.0, abs=0.1)
    skin_mm = np.linalg.solve(cranium_axes(), (asked_mm - CENTRE_MM).T).T
    skin_mm = skin_mm / np.linalg.norm(skin_mm, axis=1, keepdims=True) @ cranium_axes().T + CENTRE_MM
    assert distance_to_curve_mm(skin_mm[1:-1], line.points_mm).max() < 0.8
    assert distance_to_curve_mm(skin_mm[1:-1], line.points_mm).mean() < 0.3
    np.testing.assert_array_equal(line.points_mm, edited(line_mm=asked_mm, wishes=Wishes(seed=9)).points_mm)


def test_a_smooth_drawn_line_wavers_only_where_it_was_asked() -> None:
    smooth_mm = hand_drawn_mm(ragged_mm=0.0, off_mm=0.0)
    plain, wavering = edited(line_mm=smooth_mm).points_mm, edited(line_mm=smooth_mm, waver=True).points_mm
    assert distance_to_curve_mm(plain, smooth_mm).max() < 0.3
    assert 0.5 < distance_to_curve_mm(wavering, smooth_mm).mean() < 3.0


def test_a_drawn_line_has_anchors_that_can_be_moved() -> None:
    before = edited(line_mm=hand_drawn_mm())
    after = edited(AnchorMove(anchor="left_frontotemporal", up_mm=4.0), line_mm=hand_drawn_mm())
    assert (np.diff(before.anchor_index) > 0).all()
    assert over_skin_mm(before.anchors_mm[4], after.anchors_mm[4]) == pytest.approx(4.0, abs=0.2)


def frontal_mm(reach_mm: float) -> FloatArray:
    """Return the middle of a proposed line, so far to both sides of the middle of the head."""
    line_mm = drawn(Wishes(irregularity_fraction=0.0))
    return line_mm[np.abs(line_mm[:, 0]) <= reach_mm]


def test_a_drawn_line_that_is_only_frontal_has_only_its_middle_as_an_anchor() -> None:
    line = edited(line_mm=frontal_mm(40.0))
    assert line.absent_anchors == tuple(name for name in ANCHOR_NAMES if name != "mid_frontal")


@pytest.mark.parametrize("style", ["natural", "defined", "female", "afro", "widows-peak"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_drawn_line_is_named_as_far_down_as_it_goes(style: str, cut: bool) -> None:
    """On either side by itself; the right temple ends 12 mm below its corner, or where the proposal ends."""
    whole = draw_line(ANATOMY, Wishes(style=style)).drawing  # type: ignore[arg-type]
    assert whole.absent_anchors == ()
    corner = int(whole.anchor_index[2])
    line = edited(line_mm=whole.points_mm[max(0, corner - 12) if cut else 0 :], wishes=Wishes(style=style))  # type: ignore[arg-type]
    assert line.absent_anchors == (("right_sideburn", "right_temporal_peak") if cut else ())


def test_an_anchor_that_a_drawn_line_does_not_reach_is_not_moved_and_the_others_are() -> None:
    with pytest.raises(BadInput, match="does not reach") as refusal:
        edited(AnchorMove(anchor="left_sideburn", up_mm=4.0), line_mm=frontal_mm(40.0))
    assert refusal.value.allowed == "mid_frontal"
    before, after = edited(line_mm=frontal_mm(40.0)), edited(AnchorMove(anchor="mid_frontal", up_mm=4.0), line_mm=frontal_mm(40.0))
    assert over_skin_mm(before.anchors_mm[3], after.anchors_mm[3]) == pytest.approx(4.0, abs=0.2)
    assert after.absent_anchors == before.absent_anchors


def test_a_design_of_a_frontal_line_gives_out_no_anchor_but_the_middle() -> None:
    head = make_head()
    line = propose_design(head, Wishes(), edit=HairlineEdit(head_digest=head.digest, drawn_mm=frontal_mm(40.0))).hairline
    assert line.anchor_names == ("mid_frontal",)
    assert np.abs(line.anchor_mm("mid_frontal")[0]) < 1.5
    with pytest.raises(BadInput, match="right_sideburn"):
        line.anchor_mm("right_sideburn")
    with pytest.raises(BadInput, match="ear"):
        dataclasses.replace(line, absent_anchors=("ear",))


def test_the_design_ends_at_a_drawn_line() -> None:
    head = make_head()
    line_mm = hand_drawn_mm(ragged_mm=0.0)
    design = propose_design(head, Wishes(), edit=HairlineEdit(head_digest=head.digest, drawn_mm=line_mm))
    vertices_mm = head.surface.vertices_mm
    middle = (np.abs(vertices_mm[:, 0]) < 25.0) & (vertices_mm[:, 2] > 30.0)
    level_mm = np.interp(vertices_mm[middle, 0], design.hairline.points_mm[:, 0], design.hairline.points_mm[:, 1])
    ahead = vertices_mm[middle, 1] < level_mm - 3.0
    assert design.density_per_cm2[middle][ahead].max() < 3.0
    assert design.density_per_cm2[middle][vertices_mm[middle, 1] > level_mm + 3.0].min() > 30.0


def test_what_lies_behind_a_line_that_turns_back_is_told_as_by_its_outline() -> None:
    """Witness: the polygon of the line, closed behind the head, in the map of polar angles."""
    smooth_mm = hand_drawn_mm(1.0, 0.0, 0.0)
    azimuth_rad, polar_rad = polar_of(smooth_mm, ANATOMY.chart.centre_mm)
    waving = np.arange(len(smooth_mm)) / 9.0
    line_mm = skin_at(ANATOMY, azimuth_rad + 0.04 * np.sin(2 * waving), polar_rad + 0.05 * np.cos(waving))
    line = edited(line_mm=line_mm)
    assert (np.diff(line.azimuth_rad) < 0).any()
    outline = line.polar_rad[:, None] * np.column_stack([np.sin(line.azimuth_rad), np.cos(line.azimuth_rad)])
    ends = outline[[-1, 0]] * (10.0 / np.linalg.norm(outline[[-1, 0]], axis=1, keepdims=True))
    polygon = np.concatenate([outline, ends[:1], [[20.0, -20.0], [-20.0, -20.0]], ends[1:]])
    azimuths_rad, polars_rad = polar_of(HEAD.surface.vertices_mm, ANATOMY.chart.centre_mm)
    flat = polars_rad[:, None] * np.column_stack([np.sin(azimuths_rad), np.cos(azimuths_rad)])
    inside = points_in_poly(flat, polygon)
    behind_mm = behind_hairline_mm(ANATOMY, line)
    clear = np.abs(behind_mm) > 0.3
    np.testing.assert_array_equal((behind_mm > 0)[clear], inside[clear])


def loop_mm() -> FloatArray:
    """Return a line with a loop in it."""
    line_mm = hand_drawn_mm(1.0, 0.0, 0.0)
    middle = len(line_mm) // 2
    return np.concatenate(
        [
            line_mm[: middle + 4],
            line_mm[middle + 4 : middle - 4 : -1] + np.array([0, 3.0, 0]),
            line_mm[middle - 4 :] + np.array([0, -0.5, 0]),
        ]
    )


def lowered_mm(turn_rad: float) -> FloatArray:
    """Return a line on the skin, turned down from where a hairline lies."""
    azimuth_rad, polar_rad = polar_of(hand_drawn_mm(1.0, 0.0, 0.0), ANATOMY.chart.centre_mm)
    return skin_at(ANATOMY, azimuth_rad, polar_rad + turn_rad)


FAULTS = {
    "off the skin": hand_drawn_mm() * 1.2,
    "to the right": hand_drawn_mm()[::-1],
    "mm long": hand_drawn_mm()[50:75],
    "the face": lowered_mm(0.5),
    "crossing itself": loop_mm(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_line_that_is_no_hairline_is_refused_with_the_reason(fault: str) -> None:
    with pytest.raises(BadInput, match=fault) as refusal:
        edited(line_mm=FAULTS[fault])
    assert refusal.value.field == "drawn line"
    assert refusal.value.remedy


def test_a_line_that_runs_back_is_refused() -> None:
    line_mm = hand_drawn_mm(1.0, 0.0, 0.0)
    back_mm = np.concatenate([line_mm[:90], line_mm[90:70:-1] + np.array([0, 4.0, 0]), line_mm[70:] + np.array([0, 8.0, 0])])
    with pytest.raises(BadInput, match="backwards"):
        edited(line_mm=back_mm)


@pytest.mark.parametrize(
    "line",
    [np.full((5, 3), np.nan), np.zeros((1, 3)), np.zeros((5, 2)), np.zeros((4_000, 3)), np.zeros((40, 3)), np.full((40, 3), 1e9)],
    ids=["nan", "one point", "flat", "thousands", "all in one place", "far away"],
)
def test_what_is_no_line_at_all_is_refused(line: FloatArray) -> None:
    with pytest.raises(BadInput, match="drawn line"):
        edited(line_mm=line)


def test_a_line_of_another_head_is_refused() -> None:
    with pytest.raises(WrongParent, match="another head"):
        draw_line(ANATOMY, Wishes(), HairlineEdit(head_digest=SMALL.head.digest, drawn_mm=hand_drawn_mm()))


@pytest.mark.parametrize(("left_mm", "up_mm"), [(0.0, np.nan), (np.nan, 0.0), (61.0, 0.0), (0.0, -np.inf)])
def test_moves_that_are_no_moves_are_refused(left_mm: float, up_mm: float) -> None:
    with pytest.raises(BadInput, match="move"):
        AnchorMove(anchor="mid_frontal", left_mm=left_mm, up_mm=up_mm)


@settings(max_examples=20, deadline=None)
@given(points=st.lists(st.tuples(*[st.floats(-150, 150)] * 3), min_size=2, max_size=40))
def test_any_scribble_is_laid_or_refused_plainly(points: list[tuple[float, float, float]]) -> None:
    try:
        line = edited(line_mm=np.array(points))
    except BadInput as refusal:
        field = refusal.field
    else:
        assert np.isfinite(line.points_mm).all()
        field = "drawn line"
    assert field == "drawn line"
