"""Outlines: a known disc is found to a part of a pixel, the guided filter agrees with a slow one, and a scan's true silhouette is met."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.spatial import cKDTree

from scalp.capture.seeing.contours import EdgeSearch, draw_to_edge, evenly_spaced, filled, half_crossing, outward_normals
from scalp.capture.seeing.edges import follow_edges
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from tests.capture.conftest import load, scan_outline_mask
from tests.capture.test_faces import photo_of

CENTRE = np.array([100.3, 96.7])


def disc(radius_px: float, side_px: int = 200) -> np.ndarray:
    """Return the exact share of each pixel inside a disc, to 1/64."""
    places = (np.arange(side_px * 8) + 0.5) / 8
    inside = np.hypot(places[None] - CENTRE[0], places[:, None] - CENTRE[1]) < radius_px
    return inside.reshape(side_px, 8, side_px, 8).mean(axis=(1, 3)).astype(np.float32)


def circle(radius_px: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    return CENTRE + radius_px * np.column_stack([np.cos(angle), np.sin(angle)])


def radii(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points - CENTRE, axis=1)


def test_the_half_crossing_of_a_disc_is_its_circle():
    (line,) = half_crossing(disc(60.0))
    assert abs(radii(line).mean() - 60.0) < 0.03
    assert radii(line).std() < 0.08


def test_a_filled_circle_has_the_area_of_the_disc():
    assert filled(circle(60.0), (200, 200)).sum() == pytest.approx(np.pi * 60.0**2, rel=2e-3)


def test_normals_of_a_circle_point_outwards_whichever_way_it_runs():
    for line in (circle(50.0), circle(50.0)[::-1]):
        outward = (line - CENTRE) / 50.0
        assert (outward_normals(line) * outward).sum(axis=1).min() > 0.99


def test_points_are_evenly_spaced():
    line = evenly_spaced(circle(50.0)[np.sort(np.random.default_rng(2).choice(400, 180, replace=False))], 2.0)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert steps.min() > 1.9
    assert steps.max() < 2.1


@pytest.mark.parametrize("wrong_px", [-5.0, 5.0])
@pytest.mark.parametrize("blur_px", [0.6, 1.5])
def test_a_line_five_px_off_is_drawn_to_the_edge_of_a_noisy_disc(wrong_px, blur_px):
    share = cv2.GaussianBlur(disc(60.0), (0, 0), blur_px)[..., None]
    noise = np.random.default_rng(3).normal(0.0, 3.0, (200, 200, 3))
    picture = np.clip(share * [190, 150, 130] + (1 - share) * [90, 110, 140] + noise, 0, 255).astype(np.uint8)
    search = EdgeSearch(reach_px=9.0, step_px=0.5, spacing_px=1.0, trust_px=4.0)
    line, certainty = draw_to_edge(circle(60.0 + wrong_px), picture, search)
    assert abs(np.median(radii(line)) - 60.0) < 0.15
    assert np.percentile(np.abs(radii(line) - 60.0), 95) < 0.5
    assert certainty.mean() > 0.8


def test_a_line_on_one_even_colour_stays_and_is_said_to_be_unsure():
    search = EdgeSearch(reach_px=9.0, step_px=0.5, spacing_px=1.0, trust_px=4.0)
    line, certainty = draw_to_edge(circle(60.0), np.full((200, 200, 3), 128, np.uint8), search)
    np.testing.assert_allclose(radii(line), 60.0, atol=0.1)
    assert certainty.max() < 0.1


def test_the_guided_filter_agrees_with_a_slow_witness():
    random = np.random.default_rng(4)
    guide, mask = random.integers(0, 255, (14, 15, 3), dtype=np.uint8), random.random((14, 15)).astype(np.float32)
    fast = follow_edges(mask, guide, guide, radius_px=2, softness_fraction=0.1)
    colours = np.pad(guide / 255.0, ((4, 4), (4, 4), (0, 0)), mode="reflect")
    wide = np.pad(mask, 4, mode="reflect")
    slopes = {}
    for row in range(5, 9):
        for column in range(5, 10):
            total = np.zeros(4)
            for y in range(row - 2, row + 3):
                for x in range(column - 2, column + 3):
                    known = colours[y + 2 : y + 7, x + 2 : x + 7].reshape(-1, 3)
                    share = wide[y + 2 : y + 7, x + 2 : x + 7].ravel()
                    middle = known.mean(axis=0)
                    spread = (known - middle).T @ (known - middle) / 25 + 0.1**2 * np.eye(3)
                    slope = np.linalg.solve(spread, (known - middle).T @ (share - share.mean()) / 25)
                    total += [*slope, share.mean() - slope @ middle]
            slopes[row, column] = total / 25
    for (row, column), (*slope, offset) in slopes.items():
        expected = np.clip(np.dot(slope, guide[row, column] / 255.0) + offset, 0.0, 1.0)
        assert fast[row, column] == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("view", "p95_px"), [("front", 1.5), ("q_left", 1.5), ("front_top", 1.5), ("left", 2.5), ("back", 3.0)])
def test_the_outline_of_the_scan_lies_on_its_true_silhouette(models: Path, shared: Path, view, p95_px):
    folder = shared / "heads" / "lee-perry-smith"
    photo = load(folder / f"photo-{view}.jpg")
    face = next(iter(find_faces(photo, models)), None)
    outline = trace_outline(photo, segment_person(photo, face, models), face)
    truth = half_crossing(scan_outline_mask(folder, view))[0]
    error = cKDTree(truth).query(outline.points_px)[0]
    assert len(outline.points_px) > 400
    assert np.median(error) < 0.8
    assert np.percentile(error, 95) < p95_px
    assert np.percentile(error, 68) < 1.6 * outline.sd_px, "the doubt that is told is not too small"
    assert outline.hair_fraction < 0.05


def test_a_head_of_hair_gives_no_bare_outline(models: Path, shared: Path):
    photo = load(shared / "photos" / "jameshupp.jpg")
    (face,) = find_faces(photo, models)
    outline = trace_outline(photo, segment_person(photo, face, models), face)
    assert outline.hair_fraction > 0.9
    assert len(outline.points_px) < 24
    assert outline.hair_points_px is not None
    assert len(outline.hair_points_px) > 50


def test_other_heads_do_not_enter_the_person(models: Path, shared: Path):
    photo = load(shared / "photos" / "two-people.jpg")
    faces = find_faces(photo, models)
    masks = [segment_person(photo, face, models, others=faces) for face in faces]
    for face, mask in zip(faces, masks, strict=True):
        for other in faces:
            x, y = other.mesh_px.mean(axis=0).astype(int)
            assert (mask[y, x] > 0.5) == (other is face)


def test_a_picture_without_a_person_has_no_outline():
    outline = trace_outline(photo_of(np.full((200, 200, 3), 90, np.uint8)), np.zeros((200, 200), np.float32), None)
    assert outline.points_px.shape == (0, 2)
    assert outline.sd_px > 1.0
