"""Claims about what the designer questions."""

import numpy as np
import pytest

from scalp.base import Doubt
from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.domain.head import Head
from tests.makers import make_head

HEAD = make_head(subdivisions_count=4)


def doubts_of(wishes: Wishes, head: Head = HEAD) -> dict[str, Doubt]:
    """Return the doubts of a design by what they are about."""
    return {doubt.where: doubt for doubt in propose_design(head, wishes).doubts}


def test_a_sound_wish_with_a_stage_meets_no_doubt() -> None:
    assert doubts_of(Wishes(norwood="4", age_years=40.0, height_mm=70.0)) == {}


def test_a_straight_line_at_fifty_millimetres_on_a_man_of_45_is_questioned_three_times() -> None:
    doubts = doubts_of(Wishes(style="straight", height_mm=50.0, age_years=45.0, norwood="3"))
    assert set(doubts) == {"height of the hairline", "height of the hairline for the age", "straight hairline"}
    assert "50 mm" in doubts["height of the hairline"].size
    assert "69 mm" in doubts["height of the hairline for the age"].size


@pytest.mark.parametrize(("height_mm", "questioned"), [(58.0, True), (60.0, False), (66.0, False)])
def test_lines_below_sixty_millimetres_are_questioned(height_mm: float, questioned: bool) -> None:
    assert ("height of the hairline" in doubts_of(Wishes(height_mm=height_mm))) == questioned


@pytest.mark.parametrize(
    ("style", "stage", "questioned"), [("straight", "6", True), ("rounded", None, True), ("rounded", "2", False), ("natural", "7", False)]
)
def test_closed_temples_are_questioned_where_hair_recedes(style: str, stage: str | None, questioned: bool) -> None:
    doubts = doubts_of(Wishes(style=style, norwood=stage))  # type: ignore[arg-type]
    assert ("temples" in doubts) == questioned


def test_a_youthful_line_on_a_young_client_is_questioned_for_the_years_to_come() -> None:
    assert "9 mm" in doubts_of(Wishes(height_mm=60.0, age_years=25.0))["years to come"].size
    assert "years to come" not in doubts_of(Wishes(style="soft", height_mm=64.0, age_years=25.0))


def test_an_unsure_scale_makes_the_area_twice_as_unsure() -> None:
    unsure = Head(**{name: getattr(HEAD, name) for name in HEAD.__dataclass_fields__} | {"scale_sd_fraction": 0.045})
    doubt = next(doubt for doubt in propose_design(unsure, Wishes()).doubts if doubt.kind == "scale")
    assert doubt.size.endswith("+-9 %")


def test_a_guessed_crown_is_told() -> None:
    sd_mm = np.where(HEAD.surface.vertices_mm[:, 2] < 0, 8.0, 1.0)
    unsure = Head(**{name: getattr(HEAD, name) for name in HEAD.__dataclass_fields__} | {"surface_sd_mm": sd_mm})
    doubt = next(doubt for doubt in propose_design(unsure, Wishes()).doubts if doubt.kind == "unseen")
    assert 20 < float(doubt.size.split()[0]) < 80
    assert all(doubt.kind != "unseen" for doubt in propose_design(HEAD, Wishes()).doubts)


def test_the_stage_taken_for_want_of_a_wish_is_told() -> None:
    assert "cm2" in doubts_of(Wishes())["treated area"].size
    assert "treated area" not in doubts_of(Wishes(norwood="6"))
