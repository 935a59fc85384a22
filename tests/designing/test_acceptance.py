"""Claims about the nearest acceptable design: it raises nothing that wishes can answer, and changes no more than it must."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import NotPossible
from scalp.designing import propose_design
from scalp.designing.acceptance import accept_design, broken_by_wishes, changes_between, closest_acceptable
from scalp.designing.anatomy import survey
from scalp.domain.design import HAIRLINE_STYLES, AnchorMove, HairlineEdit, Wishes, ZoneWish
from scalp.domain.marks import ScalpMarks, Scar
from tests.makers import make_head

HEAD = make_head(subdivisions_count=4)
NARROW = make_head(length_mm=182.0, breadth_mm=132.0, height_mm=118.0, subdivisions_count=4)
SOUND = Wishes(norwood="4", age_years=40.0, height_mm=70.0)


def test_sound_wishes_come_back_unchanged() -> None:
    assert closest_acceptable(HEAD, SOUND) == SOUND
    assert changes_between(SOUND, SOUND) == ()


def test_a_straight_line_at_fifty_on_a_man_of_45_becomes_the_lowest_ragged_one_of_his_age() -> None:
    asked_for = Wishes(style="straight", height_mm=50.0, age_years=45.0, norwood="3")
    accepted = closest_acceptable(HEAD, asked_for)
    assert propose_design(HEAD, accepted).objections == ()
    assert accepted.height_mm == 69.0
    assert accepted.style == "straight"
    told = changes_between(asked_for, accepted)
    assert told[0] == "height: 50.0 mm -> 69.0 mm"
    assert {line.split(":")[0] for line in told} == {"height", "irregularity"}


@settings(max_examples=8)
@given(
    style=st.sampled_from(HAIRLINE_STYLES),
    height_mm=st.floats(40.0, 80.0),
    age_years=st.floats(18.0, 80.0),
    norwood=st.sampled_from((None, "2", "4", "6")),
    density_per_cm2=st.floats(60.0, 200.0),
    asymmetry_mm=st.sampled_from((0.0, 2.0)),
    closure_fraction=st.sampled_from((None, 0.0, 1.0)),
    crease_mm=st.sampled_from((None, 71.0)),
)
def test_whatever_is_wished_the_nearest_acceptable_raises_no_question(
    style: str,
    height_mm: float,
    age_years: float,
    norwood: str | None,
    density_per_cm2: float,
    asymmetry_mm: float,
    closure_fraction: float | None,
    crease_mm: float | None,
) -> None:
    wishes = Wishes(
        style=style, height_mm=height_mm, age_years=age_years, norwood=norwood, peak_density_per_cm2=density_per_cm2,  # type: ignore[arg-type]
        asymmetry_mm=asymmetry_mm, temple_closure_fraction=closure_fraction, crease_mm=crease_mm,
    )  # fmt: skip
    head = NARROW if age_years > 50.0 else HEAD
    accepted = closest_acceptable(head, wishes)
    assert broken_by_wishes(propose_design(head, accepted)) == ()
    assert accepted.norwood == wishes.norwood
    assert accepted.seed == wishes.seed


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"height_mm": 61.0, "age_years": 45.0}, "height_mm"),
        ({"asymmetry_mm": 0.0}, "asymmetry_mm"),
        ({"peak_density_per_cm2": 190.0}, "peak_density_per_cm2"),
        ({"temple_closure_fraction": 1.0, "norwood": "6"}, "temple_closure_fraction"),
        ({"irregularity_fraction": 0.0}, "irregularity_fraction"),
        ({"height_mm": 64.0, "age_years": 24.0}, "transition_mm"),
    ],
)
def test_each_rule_changes_its_own_wish_and_no_other(broken: dict[str, object], field: str) -> None:
    wishes = dataclasses.replace(SOUND, **broken)  # type: ignore[arg-type]
    accepted = closest_acceptable(HEAD, wishes)
    changed = {one.name for one in dataclasses.fields(Wishes) if getattr(wishes, one.name) != getattr(accepted, one.name)}
    assert changed == {field}


def test_a_height_on_the_brow_is_raised_to_one_that_can_be_drawn() -> None:
    accepted = closest_acceptable(HEAD, Wishes(height_mm=40.0, norwood="4"), least="refusal")
    assert propose_design(HEAD, accepted).hairline.height_mm == pytest.approx(accepted.height_mm, abs=0.5)
    assert accepted.height_mm is not None
    assert accepted.height_mm < 52.0


def test_a_head_on_which_nothing_acceptable_can_be_drawn_is_refused() -> None:
    with pytest.raises(NotPossible, match="crease"):
        closest_acceptable(HEAD, Wishes(crease_mm=119.0))


def test_a_moved_line_that_breaks_no_rule_is_kept_and_a_mirrored_one_gives_way() -> None:
    moved = HairlineEdit(head_digest=HEAD.digest, moves=(AnchorMove(anchor="left_frontotemporal", up_mm=3.0),))
    design = propose_design(HEAD, SOUND, edit=moved)
    assert accept_design(HEAD, design).edit == moved
    across = np.linspace(-1.0, 1.0, 90)
    anatomy = survey(HEAD)
    middle_mm = anatomy.on_midline_mm(70.0)
    drawn_mm = np.column_stack([50.0 * across, middle_mm[1] - 14.0 * across**2, middle_mm[2] - 30.0 * across**2])
    directions = drawn_mm - anatomy.chart.centre_mm
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    drawn_mm = anatomy.chart.centre_mm + anatomy.caster.meet(directions)[:, None] * directions
    mirrored = propose_design(HEAD, SOUND, edit=HairlineEdit(head_digest=HEAD.digest, drawn_mm=drawn_mm))
    assert broken_by_wishes(mirrored) != ()
    accepted = accept_design(HEAD, mirrored)
    assert accepted.edit is None
    assert broken_by_wishes(accepted) == ()


def test_questions_that_no_wish_answers_stay_with_the_accepted_design() -> None:
    scar = Scar(kind="fut", path_mm=survey(HEAD).on_midline_mm(200.0)[None], width_mm=3.0, months=4.0)
    marks = ScalpMarks(head_digest=HEAD.digest, scars=(scar,))
    design = propose_design(HEAD, dataclasses.replace(SOUND, height_mm=55.0), marks=marks)
    accepted = accept_design(HEAD, design)
    assert {one.rule.name for one in accepted.objections} == {"mature-scar"}
    assert accepted.marks == marks


def test_zones_that_were_asked_too_full_are_brought_to_the_usual() -> None:
    full = (ZoneWish(zone="mid-scalp", density_per_cm2=195.0),)
    design = propose_design(HEAD, dataclasses.replace(SOUND, norwood="6"), zone_wishes=full)
    assert any(one.rule.name == "usual-density" for one in design.objections)
    assert broken_by_wishes(accept_design(HEAD, design, zone_wishes=full)) == ()
