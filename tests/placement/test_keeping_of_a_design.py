"""Claims about places that a design keeps free: no impression in them, none pushed aside, however large they are."""

import dataclasses

import numpy as np
import pytest

from scalp.designing.markings import keep_free
from scalp.domain.marks import KeepAway
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.placement import PlacementSettings, place_impressions
from tests.placement.scenes import ball, count_meant, even_design, places, plan_of

RADIUS_MM = 60.0
KEPT = (
    KeepAway(kind="mole", place_mm=np.array([RADIUS_MM, 0.0, 0.0]), radius_mm=1.5),
    KeepAway(kind="mole", place_mm=np.array([0.0, RADIUS_MM, 0.0]), radius_mm=4.0),
    KeepAway(kind="wound", place_mm=np.array([0.0, 0.0, RADIUS_MM]), radius_mm=35.0),
)


@pytest.mark.parametrize("chosen", [PlacementSettings(), PlacementSettings(fast=True)])
def test_nothing_lies_in_what_a_design_keeps_free_and_the_rest_is_as_dense_as_before(chosen: PlacementSettings) -> None:
    """A mole of 1.5 mm, one of 4 mm and a wound of 35 mm, more than a point may keep: the rest has 60 per cm2 to 2 %."""
    head = ball(RADIUS_MM, 5)
    plain = even_design(head, 60.0)
    density_per_cm2, kept = keep_free(head.surface, plain.density_per_cm2, KEPT)
    design = dataclasses.replace(plain, density_per_cm2=density_per_cm2, keep_away=kept)
    count = count_meant(head, design)
    points_mm = places(head, place_impressions(plan_of(design, count), design, head, seed=3, settings=chosen))
    assert len(points_mm) == count
    for place in KEPT:
        assert np.linalg.norm(points_mm - place.place_mm, axis=1).min() >= place.radius_mm
    far = points_mm[:, 2] < 0.0
    assert far.sum() == pytest.approx(60.0 * 2.0 * np.pi * RADIUS_MM**2 / 100.0, rel=0.02)


def test_a_place_takes_as_many_as_it_would_have_held_whatever_the_mesh() -> None:
    """The cap that a ball of radius r cuts from a sphere has the area pi r^2; edges are 2 to 8 mm, the mole 3 mm."""
    for subdivisions_count in (3, 4, 5):
        head = ball(RADIUS_MM, subdivisions_count)
        kept = KeepAway(
            kind="mole", place_mm=RADIUS_MM * head.surface.vertices_mm[7] / np.linalg.norm(head.surface.vertices_mm[7]), radius_mm=3.0
        )
        even = np.full(len(head.surface.vertices_mm), 100.0)
        lowered, _ = keep_free(head.surface, even, (kept,))
        taken = float(vertex_areas_mm2(head.surface) @ (even - lowered)) / 100.0
        assert taken == pytest.approx(np.pi * 9.0, rel=0.06)


def test_places_far_from_the_treated_part_are_not_listed() -> None:
    head = ball(RADIUS_MM, 4)
    upper = np.where(head.surface.vertices_mm[:, 1] > 20.0, 80.0, 0.0)
    below = KeepAway(kind="mole", place_mm=np.array([0.0, -RADIUS_MM, 0.0]), radius_mm=4.0)
    lowered, kept = keep_free(head.surface, upper, (below, KEPT[1]))
    assert kept == (KEPT[1],)
    assert lowered.sum() < upper.sum()
