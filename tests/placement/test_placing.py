"""Claims about placed impressions: counts, density, distances, regularity, evenness, chance."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.geometry.meshes import face_normals
from scalp.placement import PlacementSettings, place_impressions
from tests.placement.scenes import EVEN, at_full_density, ball, design_of, places, plan_of, treated


@cache
def even_sphere() -> tuple[Head, Impressions]:
    """18,000 impressions spread as evenly as can be over a whole sphere of 60 mm."""
    head = ball(60.0)
    design = design_of(head, np.full(len(head.surface.vertices_mm), 40.0))
    return head, place_impressions(plan_of(design, 18_000), design, head, seed=2, settings=EVEN)


def test_every_session_has_exactly_its_count_and_comes_in_turn() -> None:
    """Counts are the plan's; the order of the columns is the order of placing."""
    _, _, plan, impressions = treated()
    assert np.bincount(impressions.session_number)[1:].tolist() == [session.impressions_count for session in plan.sessions]
    assert (np.diff(impressions.session_number.astype(int)) >= 0).all()


def test_every_impression_lies_in_a_treated_face() -> None:
    """Barycentric weights of 0..1 that add up to one, in faces where something is wanted."""
    head, design, _, impressions = treated()
    assert impressions.barycentric.min() >= 0.0
    np.testing.assert_allclose(impressions.barycentric.sum(1), 1.0, atol=1e-9)
    assert (design.density_per_cm2[head.surface.faces[impressions.face_index]].max(1) > 0).all()


def test_no_two_impressions_are_closer_than_asked() -> None:
    """0.25 mm between any two, after all scatter."""
    head, _, _, impressions = treated()
    nearest_mm = cKDTree(places(head, impressions)).query(places(head, impressions), 2)[0][:, 1]
    assert nearest_mm.min() >= 0.25 - 1e-9


def test_the_even_limit_keeps_half_the_densest_spacing() -> None:
    """Each running total of an even field: no pair closer than 0.5 of hexagonal packing, where the density is even."""
    head, design, _, impressions = treated(1.0)
    inner = at_full_density(head, design, impressions)
    for number, share in ((1, 0.3), (2, 0.7), (3, 1.0)):
        early = impressions.session_number <= number
        points_mm = places(head, impressions)[early]
        nearest_mm = cKDTree(points_mm).query(points_mm[inner[early]], 2)[0][:, 1]
        packed_mm = 10.746 / np.sqrt(share * design.density_per_cm2.max())
        assert np.quantile(nearest_mm, 0.001) >= 0.5 * packed_mm


@pytest.mark.parametrize("number", [1, 2, 3])
def test_counts_of_patches_vary_far_less_than_by_chance(number: int) -> None:
    """Variance over mean of counts in discs of 8 mm, on a sphere where every disc expects the same.

    For chance it is 1 with a standard error of sqrt(2 / 300) = 0.08; asked is below 0.3.
    """
    head, everything = even_sphere()
    impressions = everything.through_session(number)
    directions = np.random.default_rng(3).normal(size=(300, 3))
    centres_mm = 60.0 * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    counts = cKDTree(places(head, impressions)).query_ball_point(centres_mm, 8.0, return_length=True)
    assert counts.var() / counts.mean() < 0.3


def test_marks_at_the_edge_are_of_full_size_and_shade() -> None:
    """The hairline thins out; its marks are not smaller or paler than others (within 4 standard errors)."""
    head, design, plan, impressions = treated()
    local = (impressions.barycentric * design.density_per_cm2[head.surface.faces[impressions.face_index]]).sum(1)
    edge = local < 0.4 * design.density_per_cm2.max()
    for column, cv in (
        (impressions.deposit_diameter_mm, plan.needle.deposit_diameter_cv_fraction),
        (impressions.concentration_mg_per_ml, 0.12),
    ):
        assert column[edge].mean() == pytest.approx(column[~edge].mean(), rel=4 * cv / np.sqrt(edge.sum()))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    """Chance is an argument."""
    head = ball(30.0)
    design = design_of(head, np.full(len(head.surface.vertices_mm), 30.0))
    plan = plan_of(design, 3000)
    first, again, other = (place_impressions(plan, design, head, seed=seed) for seed in (1, 1, 2))
    assert first.digest == again.digest
    assert first.digest != other.digest


@settings(max_examples=12, deadline=None)
@given(count=st.integers(100, 5000), seed=st.integers(0, 1000), fast=st.booleans())
def test_any_count_is_exact_and_on_the_surface(count: int, seed: int, fast: bool) -> None:  # drawn by Hypothesis
    """Exactly the plan's impressions, each within the chord's depth of the sphere it approximates."""
    head = ball(50.0, 3)
    design = design_of(head, np.maximum(0.0, head.surface.vertices_mm[:, 1]))
    impressions = place_impressions(plan_of(design, count), design, head, seed=seed, settings=PlacementSettings(fast=fast))
    assert len(impressions) == count
    normals, vertices_mm = face_normals(head.surface)[impressions.face_index], head.surface.vertices_mm
    off_mm = ((places(head, impressions) - vertices_mm[head.surface.faces[impressions.face_index, 0]]) * normals).sum(1)
    assert np.abs(off_mm).max() < 1e-9
