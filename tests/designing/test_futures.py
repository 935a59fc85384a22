"""Claims about a design years on, and about densities drawn by hand."""

import numpy as np
import pytest

from scalp.base import BadInput, WrongParent
from scalp.designing import propose_design
from scalp.designing.futures import overlay_loss
from scalp.designing.mapping import draw_densities
from scalp.domain.design import Wishes
from scalp.domain.marks import DensityMap, KeepAway, ScalpMarks
from scalp.geometry.meshes import vertex_areas_mm2
from tests.makers import make_head

HEAD = make_head()
VERTICES_MM, AREAS_CM2 = HEAD.surface.vertices_mm, vertex_areas_mm2(HEAD.surface) / 100.0
EARLY, FULL = propose_design(HEAD, Wishes(norwood="3")), propose_design(HEAD, Wishes(norwood="6"))


def test_nothing_is_newly_bare_at_the_stage_that_is_treated() -> None:
    for design in (EARLY, FULL):
        same = overlay_loss(HEAD, design, design.wishes.norwood or "")
        assert same.newly_bare_cm2 == same.uncovered_cm2 == same.standing_alone_cm2 == 0.0
        assert same.exposed_fraction < 0.05
        assert same.gap_mm < 8.0
        assert same.doubts == ()


def test_a_front_treated_at_25_stands_alone_once_the_bridge_behind_it_is_gone() -> None:
    later = overlay_loss(HEAD, EARLY, "6")
    assert later.islands_count == 1
    assert later.standing_alone_cm2 == pytest.approx(later.treated_cm2, rel=0.01)
    assert later.gap_mm > 40.0
    assert later.uncovered_cm2 > 80.0
    assert "standing alone" in later.doubts[0].size


def test_a_whole_top_stays_joined_to_the_sides_through_an_open_band_of_known_width() -> None:
    """From VI to VII the fringe falls by about 20 mm over the sides and back; the blend already covers part of it."""
    later = overlay_loss(HEAD, FULL, "7")
    assert 5.0 < later.gap_mm < 30.0
    assert 0.0 < later.uncovered_cm2 < later.newly_bare_cm2


def test_each_later_stage_leaves_more_bare() -> None:
    bare_cm2 = [overlay_loss(HEAD, EARLY, stage).newly_bare_cm2 for stage in ("3", "4", "5", "6", "7")]
    assert (np.diff(bare_cm2) > 10.0).all()
    bared = overlay_loss(HEAD, EARLY, "5")
    lost = (bared.native_now_fraction >= 0.5) & (bared.native_later_fraction < 0.5)
    assert bared.newly_bare_cm2 == pytest.approx(float(AREAS_CM2[lost].sum()))


def test_hair_that_would_come_back_and_other_heads_are_refused() -> None:
    with pytest.raises(BadInput, match="does not come back"):
        overlay_loss(HEAD, FULL, "3")
    with pytest.raises(BadInput, match="does not come back"):
        overlay_loss(HEAD, FULL, "9")
    with pytest.raises(WrongParent):
        overlay_loss(make_head(breadth_mm=150.0), FULL, "7")


def test_densities_drawn_by_hand_take_the_place_of_the_proposed_and_keep_marks_free() -> None:
    mole = KeepAway(kind="mole", place_mm=VERTICES_MM[np.argmax(VERTICES_MM[:, 1])], radius_mm=5.0)
    design = propose_design(HEAD, Wishes(norwood="6"), marks=ScalpMarks(head_digest=HEAD.digest, keep_away=(mole,)))
    drawn = np.where(VERTICES_MM[:, 1] > 90.0, 90.0, 0.0)
    redrawn = draw_densities(design, HEAD, DensityMap(head_digest=HEAD.digest, density_per_cm2=drawn))
    away = np.linalg.norm(VERTICES_MM - mole.place_mm, axis=1) > 8.0
    np.testing.assert_array_equal(redrawn.density_per_cm2[away], drawn[away])
    assert redrawn.density_per_cm2[np.argmax(VERTICES_MM[:, 1])] == 0.0
    assert sum(zone.impressions_count for zone in redrawn.zones) == round(float(AREAS_CM2 @ redrawn.density_per_cm2))
    assert sum(zone.area_cm2 for zone in redrawn.zones) == pytest.approx(redrawn.area_cm2)
    assert ((redrawn.zone_index == 0) == (redrawn.density_per_cm2 == 0)).all()


@pytest.mark.parametrize(("drawn", "said"), [(-1.0, "-1 to"), (200.5, "200.5"), (np.nan, "not a number"), (np.inf, "not a number")])
def test_densities_that_nobody_tattoos_are_refused(drawn: float, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        DensityMap(head_digest=HEAD.digest, density_per_cm2=np.where(VERTICES_MM[:, 1] > 90.0, drawn, 0.0))


def test_a_map_of_another_head_is_refused_even_if_it_fits() -> None:
    other = make_head(breadth_mm=150.0)
    same_size = DensityMap(head_digest=other.digest, density_per_cm2=np.full(len(VERTICES_MM), 50.0))
    with pytest.raises(WrongParent):
        draw_densities(FULL, HEAD, same_size)
    with pytest.raises(WrongParent, match="one for each vertex"):
        draw_densities(FULL, HEAD, DensityMap(head_digest=HEAD.digest, density_per_cm2=np.full(100, 50.0)))
    with pytest.raises(BadInput, match="empty"):
        draw_densities(FULL, HEAD, DensityMap(head_digest=HEAD.digest, density_per_cm2=np.zeros(len(VERTICES_MM))))
