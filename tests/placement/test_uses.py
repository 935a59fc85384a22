"""The needle and the shade of each impression: those of its session's work in its zone."""

import dataclasses
from datetime import date
from functools import cache

import numpy as np
import pytest

from scalp.designing import propose_design
from scalp.domain.design import ZONE_NAMES, Design, Wishes
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.plan import Plan
from scalp.io.tables import read_price_list
from scalp.placement import PlacementSettings, place_impressions
from scalp.planning import plan_treatment
from tests.makers import make_head

FAST = PlacementSettings(fast=True)


@cache
def placed(norwood: str) -> tuple[Head, Design, Plan, Impressions]:
    """A planned and placed treatment."""
    head = make_head(subdivisions_count=6)
    design = propose_design(head, Wishes(norwood=norwood))
    plan = plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list())
    return head, design, plan, place_impressions(plan, design, head, seed=1, settings=FAST)


def zone_of(norwood: str) -> np.ndarray:
    """The zone each impression lies in: that of the nearest corner of its face."""
    head, design, _, impressions = placed(norwood)
    corner = head.surface.faces[impressions.face_index][np.arange(len(impressions)), impressions.barycentric.argmax(axis=1)]
    return np.asarray(design.worked_zone_index[corner])


@pytest.mark.parametrize("norwood", ["3", "6"])
def test_counts_of_each_zone_and_session_agree_with_the_works(norwood: str) -> None:
    """The field follows the density, not the works: they agree to 6 % and 15 impressions, in every zone of every session."""
    _, _, plan, impressions = placed(norwood)
    zone = zone_of(norwood)
    for session in plan.sessions:
        assert (impressions.session_number == session.number).sum() == session.impressions_count
        for work in session.works:
            found = int(((zone == ZONE_NAMES.index(work.zone)) & (impressions.session_number == session.number)).sum())
            assert abs(found - work.impressions_count) <= 0.06 * work.impressions_count + 15, (session.number, work.zone)


def test_deposits_have_the_width_and_shade_of_their_work() -> None:
    """Medians of log-normal columns, to within 4 %; a zone's rim is mixed with its neighbour's, so that its middle is taken."""
    _, _, plan, impressions = placed("6")
    zone = zone_of("6")
    for session in plan.sessions:
        for work in session.works:
            if work.zone not in ("mid-scalp", "crown"):
                continue
            own = (zone == ZONE_NAMES.index(work.zone)) & (impressions.session_number == session.number)
            shade = dataclasses.replace(plan.pigment, dilution_ratio=work.shade_ratio)
            assert np.median(impressions.concentration_mg_per_ml[own]) == pytest.approx(shade.deposit_mg_per_ml, rel=0.04)
            assert np.median(impressions.deposit_diameter_mm[own]) == pytest.approx(work.needle.deposit_diameter_mm, rel=0.04)


def test_each_session_is_stronger_than_the_one_before_and_their_mean_is_the_pigment() -> None:
    """Session 1 is lighter than the end (C, smp 1.7); at mid-scalp the mean is what the shade was matched for."""
    _, _, plan, impressions = placed("6")
    middle = zone_of("6") == ZONE_NAMES.index("mid-scalp")
    means = [float(impressions.concentration_mg_per_ml[middle & (impressions.session_number == n)].mean()) for n in (1, 2, 3)]
    assert means == sorted(means)
    assert means[0] < 0.85 * means[-1]
    assert float(impressions.concentration_mg_per_ml[middle].mean()) == pytest.approx(plan.pigment.deposit_mg_per_ml, rel=0.03)


def test_needles_blend_from_zone_to_zone_without_a_line() -> None:
    """Near the rim of the frontal edge both needles are used; 15 mm away from it only one."""
    head, design, plan, impressions = placed("6")
    places_mm = impressions.points_mm(head.surface.vertices_mm, head.surface.faces)
    zone, edge = zone_of("6"), ZONE_NAMES.index("frontal edge")
    middle = zone == ZONE_NAMES.index("mid-scalp")
    rim_mm = np.array([np.linalg.norm(places_mm[zone == edge] - place, axis=1).min() for place in places_mm[middle]])
    width_mm = impressions.deposit_diameter_mm[middle]
    near, far = np.median(width_mm[rim_mm < 2.0]), np.median(width_mm[rim_mm > 15.0])
    fine_mm = next(work for work in plan.sessions[0].works if work.zone == "frontal edge").needle.deposit_diameter_mm
    assert fine_mm < near < far
    assert far == pytest.approx(plan.needle.deposit_diameter_mm, rel=0.02)
    assert design.worked_zone_index.max() < len(ZONE_NAMES)


def test_a_plan_without_works_uses_its_one_needle_and_shade() -> None:
    """As plans made by hand do."""
    head, design, plan, _ = placed("3")
    bare = dataclasses.replace(plan, sessions=tuple(dataclasses.replace(session, works=()) for session in plan.sessions))
    impressions = place_impressions(bare, design, head, seed=1, settings=FAST)
    assert np.median(impressions.deposit_diameter_mm) == pytest.approx(plan.needle.deposit_diameter_mm, rel=0.02)
    assert np.median(impressions.concentration_mg_per_ml) == pytest.approx(plan.pigment.deposit_mg_per_ml, rel=0.02)


def test_the_same_seed_gives_the_same_uses() -> None:
    """Chance is an argument."""
    head, design, plan, impressions = placed("3")
    assert place_impressions(plan, design, head, seed=1, settings=FAST) == impressions
