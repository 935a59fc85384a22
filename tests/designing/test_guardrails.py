"""Claims about what the designer questions: every rule on both sides of its limit, measured on lines whoever drew them."""

import dataclasses

import numpy as np
import pytest

from scalp.base import BadInput, Doubt, FloatArray, NotPossible
from scalp.designing import propose_design
from scalp.designing import rules as asked
from scalp.designing.anatomy import survey
from scalp.designing.guardrails import check_age, judge_design
from scalp.domain.design import HAIRLINE_STYLES, Design, HairlineEdit, HairlineStyle, Wishes
from scalp.domain.head import Head
from scalp.domain.marks import KeepAway, Patch, ScalpMarks, Scar
from scalp.domain.rules import SEVERITIES, Objection
from tests.makers import make_head

HEAD = make_head(subdivisions_count=4)
ANATOMY = survey(HEAD)
SOUND = propose_design(HEAD, Wishes(norwood="4", age_years=40.0, height_mm=70.0))


def against(wishes: Wishes, **more: object) -> dict[str, Objection]:
    """Return the objections to a design by the names of their rules."""
    return {one.rule.name: one for one in propose_design(HEAD, wishes, **more).objections}  # type: ignore[arg-type]


def judged(design: Design) -> dict[str, Objection]:
    """Return the objections to a design that was changed after it was drawn."""
    return {one.rule.name: one for one in judge_design(ANATOMY, design)}


def doubts_of(wishes: Wishes, head: Head = HEAD) -> dict[str, Doubt]:
    """Return the doubts of a design by what they are about."""
    return {doubt.where: doubt for doubt in propose_design(head, wishes).doubts}


def plain_line_mm(height_mm: float = 66.0) -> FloatArray:
    """Return a line as a ruler draws it: smooth, mirrored about the middle of the head, from right to left."""
    across = np.linspace(-1.0, 1.0, 120)
    middle_mm, eye_mm = ANATOMY.on_midline_mm(height_mm), float(ANATOMY.canthus_mm[0])
    level_mm = middle_mm[1] - 22.0 * across**2
    directions = np.column_stack([1.25 * eye_mm * across, level_mm, middle_mm[2] - 38.0 * np.abs(across) ** 2.2]) - ANATOMY.chart.centre_mm
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray(ANATOMY.chart.centre_mm + ANATOMY.caster.meet(directions)[:, None] * directions)


def test_a_sound_wish_with_a_stage_meets_no_objection() -> None:
    assert SOUND.objections == ()
    assert SOUND.doubts == ()


def test_a_straight_line_at_fifty_millimetres_on_a_man_of_45_is_questioned_three_times() -> None:
    found = against(Wishes(style="straight", height_mm=50.0, age_years=45.0, norwood="3"))
    questions = {name for name, one in found.items() if one.rule.severity == "question"}
    assert questions == {"natural-height", "height-for-age", "ragged-line"}
    assert found["natural-height"].found.startswith("50 mm")
    assert "69 mm" in found["height-for-age"].allowed
    assert found["height-for-age"].nearest == "A height of 69 mm."


def test_objections_come_the_gravest_first_with_their_grade() -> None:
    found = propose_design(HEAD, Wishes(style="straight", height_mm=48.0, age_years=45.0, norwood="6")).objections
    ranks = [SEVERITIES.index(one.rule.severity) for one in found]
    assert len(found) >= 4
    assert ranks == sorted(ranks, reverse=True)
    assert all(f"grade {one.rule.grade}" in one.sentence() for one in found)


@pytest.mark.parametrize(
    ("height_mm", "sex", "questioned"), [(58.0, None, True), (60.0, None, False), (58.0, "female", False), (53.0, "female", True)]
)
def test_lines_below_the_natural_minimum_of_smp_2_1_are_questioned(height_mm: float, sex: str | None, questioned: bool) -> None:
    assert ("natural-height" in against(Wishes(height_mm=height_mm, sex=sex))) == questioned  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age_years", "height_mm", "questioned"), [(45.0, 68.0, True), (45.0, 69.0, False), (20.0, 60.0, False), (70.0, 76.5, True)]
)
def test_lines_below_sixty_and_a_third_of_a_millimetre_a_year_are_questioned(age_years: float, height_mm: float, questioned: bool) -> None:
    assert ("height-for-age" in against(Wishes(height_mm=height_mm, age_years=age_years))) == questioned


@pytest.mark.parametrize(("height_mm", "questioned"), [(67.0, True), (70.5, False)])
def test_lines_below_the_highest_crease_of_smp_2_1_are_questioned(height_mm: float, questioned: bool) -> None:
    assert ("above-crease" in against(Wishes(height_mm=height_mm, crease_mm=70.0))) == questioned


@pytest.mark.parametrize(("height_mm", "questioned"), [(67.0, True), (71.0, False)])
def test_lines_over_ten_millimetres_below_the_forelock_of_smp_2_1_are_questioned(height_mm: float, questioned: bool) -> None:
    assert ("near-forelock" in against(Wishes(height_mm=height_mm, forelock_mm=80.0))) == questioned


@pytest.mark.parametrize(("height_mm", "noted"), [(49.0, True), (58.0, False)])
def test_foreheads_under_three_quarters_of_a_third_are_noted(height_mm: float, noted: bool) -> None:
    assert ("facial-thirds" in against(Wishes(height_mm=height_mm))) == noted


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("style", "questioned"), [("straight", True), ("natural", False), ("receded", False), ("broken", False)])
def test_straightness_is_measured_on_the_line(style: str, questioned: bool, seed: int) -> None:
    assert ("ragged-line" in against(Wishes(style=style, norwood="6", seed=seed))) == questioned  # type: ignore[arg-type]


def test_a_natural_style_without_raggedness_is_as_straight_as_a_straight_one() -> None:
    assert "ragged-line" in against(Wishes(norwood="6", irregularity_fraction=0.0))


@pytest.mark.parametrize(("asymmetry_mm", "questioned"), [(0.0, True), (2.0, False)])
def test_sides_that_mirror_each_other_are_questioned(asymmetry_mm: float, questioned: bool) -> None:
    assert ("two-sides" in against(Wishes(norwood="6", asymmetry_mm=asymmetry_mm))) == questioned


def test_what_is_found_below_a_limit_never_reads_as_the_limit() -> None:
    questioned = [against(Wishes(norwood="6", asymmetry_mm=tenths / 10)).get("two-sides") for tenths in range(8)]
    found = [float(one.found.split()[0]) for one in questioned if one is not None]
    assert len(found) > 0
    assert max(found) < asked.LEAST_MIRROR_GAP_MM


def test_a_womans_stage_is_not_taken_for_a_whole_bare_top() -> None:
    assert "treated area" not in doubts_of(Wishes(style="female", sex="female", ludwig="2"))
    assert "Norwood stage" in doubts_of(Wishes())["treated area"].advice


def test_a_straight_mirrored_line_drawn_by_hand_under_a_natural_style_is_caught() -> None:
    found = against(Wishes(norwood="6"), edit=HairlineEdit(head_digest=HEAD.digest, drawn_mm=plain_line_mm()))
    assert {"ragged-line", "two-sides"} <= set(found)
    assert found["two-sides"].found.startswith("0.0 mm")


def test_a_low_line_drawn_by_hand_is_judged_by_where_it_lies_not_by_what_was_wished() -> None:
    found = against(
        Wishes(norwood="6", height_mm=70.0, age_years=45.0), edit=HairlineEdit(head_digest=HEAD.digest, drawn_mm=plain_line_mm(55.0))
    )
    assert found["height-for-age"].found == "55 mm at 45 years"


@pytest.mark.parametrize(
    ("wishes", "questioned"),
    [
        (Wishes(style="straight", norwood="6"), True),
        (Wishes(style="rounded"), True),
        (Wishes(style="rounded", norwood="2"), False),
        (Wishes(norwood="7"), False),
        (Wishes(norwood="7", temple_closure_fraction=0.9), True),
        (Wishes(style="rounded", norwood="6", temple_closure_fraction=0.2), False),
    ],
)
def test_temples_closed_on_a_receding_pattern_are_questioned(wishes: Wishes, questioned: bool) -> None:
    assert ("open-temples" in against(wishes)) == questioned


@pytest.mark.parametrize(
    ("wishes", "questioned"),
    [
        (Wishes(height_mm=60.0, age_years=25.0), True),
        (Wishes(height_mm=60.0, age_years=31.0), False),
        (Wishes(height_mm=69.0, age_years=25.0), False),
        (Wishes(height_mm=64.0, age_years=25.0, transition_mm=11.0), False),
        (Wishes(height_mm=64.0, age_years=25.0, style="receded"), False),
    ],
)
def test_a_low_hard_line_on_a_young_client_is_questioned_for_the_years_to_come(wishes: Wishes, questioned: bool) -> None:
    assert ("future-proof" in against(wishes)) == questioned


def test_an_edge_that_is_the_same_all_along_is_noted() -> None:
    fine = make_head(subdivisions_count=5)
    anatomy, grown = survey(fine), propose_design(fine, Wishes(norwood="4", height_mm=70.0))
    stencilled = dataclasses.replace(grown, density_per_cm2=np.full_like(grown.density_per_cm2, 100.0))
    found = {one.rule.name: one for one in judge_design(anatomy, stencilled)}
    assert found["varied-edge"].found.startswith("0.0 %")
    assert grown.objections == ()
    untouched = propose_design(fine, Wishes(style="female", sex="female", ludwig="2", age_years=40.0))
    assert untouched.objections == ()


@pytest.mark.parametrize(("peak_per_cm2", "questioned"), [(150.0, False), (165.0, True)])
def test_densities_above_the_usual_of_smp_1_4_are_questioned(peak_per_cm2: float, questioned: bool) -> None:
    assert ("usual-density" in against(Wishes(norwood="6", peak_density_per_cm2=peak_per_cm2))) == questioned


@pytest.mark.parametrize(("most_per_cm2", "refused"), [(200.0, False), (202.0, True)])
def test_densities_above_the_cap_of_smp_1_4_are_refused(most_per_cm2: float, refused: bool) -> None:
    scaled = SOUND.density_per_cm2 * most_per_cm2 / SOUND.density_per_cm2.max()
    found = judge_design(ANATOMY, dataclasses.replace(SOUND, density_per_cm2=scaled))
    assert (found[0].rule == asked.DENSITY_CAP) == refused
    assert (found[0].rule.severity == "refusal") == refused


@pytest.mark.parametrize(
    ("months", "relief", "expected"),
    [(8.0, "flat", {"mature-scar"}), (9.0, "flat", set()), (None, "flat", {"mature-scar"}), (24.0, "raised", {"flat-scar"})],
)
def test_young_unknown_and_raised_scars_of_smp_1_18_are_questioned(months: float | None, relief: str, expected: set[str]) -> None:
    scar = Scar(kind="fut", path_mm=ANATOMY.on_midline_mm(200.0)[None], width_mm=3.0, months=months, relief=relief)  # type: ignore[arg-type]
    found = judged(dataclasses.replace(SOUND, marks=ScalpMarks(head_digest=HEAD.digest, scars=(scar,))))
    assert set(found) == expected
    if months == 8.0:
        assert found["mature-scar"].nearest == "Wait 1 month."


@pytest.mark.parametrize(("stable", "questioned"), [(True, False), (False, True), (None, True)])
def test_patches_that_may_move_are_questioned_and_the_whole_scalp_is_named(stable: bool | None, questioned: bool) -> None:
    outline_mm = ANATOMY.on_midline_mm(150.0) + np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [0.0, 0.0, 8.0]])
    patch = Patch(outline_mm=outline_mm, stable=stable)
    found = judged(dataclasses.replace(SOUND, marks=ScalpMarks(head_digest=HEAD.digest, patches=(patch,))))
    assert ("stable-patch" in found) == questioned
    assert found["whole-scalp"].rule.severity == "note"


@pytest.mark.parametrize(("off_mm", "questioned"), [(2.0, True), (6.0, False)])
def test_a_mole_on_the_line_is_questioned(off_mm: float, questioned: bool) -> None:
    place = KeepAway(kind="mole", place_mm=ANATOMY.on_midline_mm(SOUND.hairline.height_mm + off_mm), radius_mm=2.5)
    assert ("line-clear" in judged(dataclasses.replace(SOUND, keep_away=(place,)))) == questioned


def test_hair_that_will_go_and_loss_too_small_to_see_are_noted() -> None:
    between = dataclasses.replace(SOUND, marks=ScalpMarks(head_digest=HEAD.digest, hair_fraction=0.4))
    assert "40 %" in judged(between)["hair-left"].found
    mild = dataclasses.replace(SOUND, wishes=Wishes(sex="female", ludwig="1"))
    assert "seen-loss" in judged(mild)
    assert "seen-loss" not in judged(dataclasses.replace(SOUND, wishes=Wishes(sex="female", ludwig="2")))


def test_nobody_below_18_is_designed_for() -> None:
    check_age(18.0)
    for age_years in (17.9, float("nan")):
        with pytest.raises(BadInput, match="Minors"):
            check_age(age_years)
    with pytest.raises(BadInput, match="Minors"):
        Wishes(age_years=17.0)


def test_a_line_on_the_brow_is_refused_with_what_this_head_allows() -> None:
    with pytest.raises(NotPossible, match="Choose a height in this range"):
        propose_design(HEAD, Wishes(height_mm=41.0))


def test_an_objection_is_told_as_a_doubt_without_losing_its_numbers() -> None:
    one = against(Wishes(height_mm=52.0))["natural-height"]
    assert "52 mm" in one.doubt().sentence()
    assert "60 mm or more" in one.doubt().sentence()


def test_an_unsure_scale_makes_the_area_twice_as_unsure() -> None:
    unsure = dataclasses.replace(HEAD, scale_sd_fraction=0.045)
    doubt = next(doubt for doubt in propose_design(unsure, Wishes()).doubts if doubt.kind == "scale")
    assert doubt.size.endswith("+-9 %")


def test_a_guessed_crown_is_told() -> None:
    unsure = dataclasses.replace(HEAD, surface_sd_mm=np.where(HEAD.surface.vertices_mm[:, 2] < 0, 8.0, 1.0))
    doubt = next(doubt for doubt in propose_design(unsure, Wishes()).doubts if doubt.kind == "unseen")
    assert 20 < float(doubt.size.split()[0]) < 80
    assert all(doubt.kind != "unseen" for doubt in propose_design(HEAD, Wishes()).doubts)


def test_the_stage_taken_for_want_of_a_wish_is_told() -> None:
    assert "cm2" in doubts_of(Wishes())["treated area"].size
    assert "treated area" not in doubts_of(Wishes(norwood="6"))


def test_every_rule_has_its_own_name_a_reason_and_a_source() -> None:
    names = [rule.name for rule in asked.RULES]
    assert len(set(names)) == len(names)
    assert all(rule.reason.endswith(".") and rule.asks.endswith(".") and rule.source for rule in asked.RULES)


@pytest.mark.parametrize("style", HAIRLINE_STYLES)
def test_of_sound_wishes_only_straight_ones_are_questioned_on_small_and_large_heads(style: HairlineStyle) -> None:
    large = make_head(length_mm=214.0, breadth_mm=166.0, height_mm=142.0, subdivisions_count=4)
    small = make_head(length_mm=178.0, breadth_mm=136.0, height_mm=117.0, subdivisions_count=4)
    wishes = Wishes(style=style, age_years=40.0, norwood="4")
    if style == "female":
        wishes = Wishes(style=style, age_years=40.0, sex="female", ludwig="2")
    for head in (small, large):
        names = {one.rule.name for one in propose_design(head, wishes).objections}
        assert names == ({"ragged-line"} if style == "straight" else set())
