"""A tape over a surface: exact on a sphere, never shorter than the straight way, near the shortest way on a cranium."""

import numpy as np
import pytest

from scalp.domain.head import Mesh
from scalp.geometry.girths import cut_points_mm
from scalp.geometry.meshes import icosphere
from scalp.geometry.tapes import tape_mm
from tests.makers import make_head


@pytest.mark.parametrize("angle_rad", [0.1, 0.5, 1.0, 2.0, 2.8])
def test_a_tape_over_a_sphere_is_an_arc_of_its_great_circle(angle_rad: float) -> None:
    sphere = icosphere(6)
    ball = Mesh(vertices_mm=90.0 * sphere.vertices_mm, faces=sphere.faces)
    start, end = 90.0 * np.array([0.6, 0.0, 0.8]), 90.0 * np.array([0.6 * np.cos(angle_rad), np.sin(angle_rad), 0.8 * np.cos(angle_rad)])
    angle = float(np.arccos(start @ end / 8_100.0))
    assert tape_mm(ball, start, end) == pytest.approx(90.0 * angle, rel=2e-3)


def test_a_tape_back_is_as_long_as_the_tape_there() -> None:
    head = make_head()
    start, end = head.landmark("glabella"), head.landmark("left_tragion")
    assert tape_mm(head.surface, start, end) == pytest.approx(tape_mm(head.surface, end, start), rel=1e-3)


def test_a_tape_on_a_cranium_is_within_one_percent_of_the_shortest_way() -> None:
    # An independent witness: of 181 half planes through both ends the one with the shortest cut, its points in order, nothing bridged.
    head = make_head()
    for first, last in (("glabella", "vertex"), ("glabella", "left_tragion"), ("right_outer_canthus", "vertex"), ("left_tragion", "inion")):
        start, end = head.landmark(first), head.landmark(last)
        chord = end - start
        along = chord / np.linalg.norm(chord)
        one = np.cross(along, [0.3, 0.5, 0.8])
        one /= np.linalg.norm(one)
        two = np.cross(along, one)
        lengths = []
        for turn in np.linspace(0.0, 2.0 * np.pi, 181):
            up = np.cos(turn) * one + np.sin(turn) * two
            cut = cut_points_mm(head.surface, start, np.cross(along, up)) - start
            over = cut[(cut @ up > 0) & (cut @ along > 0) & (cut @ along < np.linalg.norm(chord))]
            if len(over) > 20:
                path = np.concatenate([[np.zeros(3)], over[np.argsort(over @ along)], [chord]])
                lengths.append(float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()))
        assert tape_mm(head.surface, start, end) == pytest.approx(min(lengths), rel=0.01), (first, last)


def test_a_tape_from_a_place_to_itself_has_no_length() -> None:
    head = make_head(subdivisions_count=3)
    assert tape_mm(head.surface, head.landmark("vertex"), head.landmark("vertex")) == 0.0
