"""Checks: blur in closed form, and what is wrong with a photo is said with its size and a remedy."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from scalp.capture.checking.checks import blur_px, check_photo
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.person import segment_person
from scalp.capture.survey.regions import read_regions
from scalp.domain.photo import Photo
from scalp.domain.sighting import Finding
from tests.capture.conftest import load
from tests.capture.test_faces import photo_of
from tests.makers import known_by, make_camera, make_head, make_photo


def findings_of(photo: Photo, models: Path) -> dict[str, Finding]:
    faces = find_faces(photo, models)
    face = faces[0] if faces else None
    regions = read_regions(photo, face=face, person=segment_person(photo, face, models))
    return {finding.kind: finding for finding in reversed(check_photo(photo, faces, regions))}


@pytest.mark.parametrize("sigma_px", [0.8, 1.5, 3.0, 5.0])
def test_the_blur_of_a_blurred_step_is_measured(sigma_px):
    fine = np.zeros((160, 160), np.float32)
    fine[:, 80:] = 180.0
    fine[60:100, :40] = 120.0
    picture = cv2.GaussianBlur(fine, (0, 0), sigma_px) + np.random.default_rng(5).normal(0, 0.8, fine.shape).astype(np.float32)
    assert blur_px(picture) == pytest.approx(sigma_px, rel=0.25, abs=0.3)


def test_a_picture_without_edges_has_no_sharpness():
    assert blur_px(np.full((80, 80), 100.0, np.float32)) == float("inf")


def test_without_a_face_the_finding_says_so_and_names_the_way_on():
    camera = make_camera("back")
    head = make_head(subdivisions_count=5, camera=camera)
    photo = make_photo(head, camera)
    first, *_ = check_photo(photo, (), None)
    assert (first.kind, first.verdict) == ("face", "bad")
    assert "--points" in first.advice


def test_a_head_by_named_points_does_without_a_face():
    camera = make_camera("back")
    head = make_head(subdivisions_count=5, camera=camera)
    photo = make_photo(head, camera)
    head = known_by(head, photo)
    first, *others = check_photo(photo, (), read_regions(photo, head), head)
    assert (first.kind, first.verdict) == ("face", "usable")
    assert "points" in first.size
    (resolution,) = [finding for finding in others if finding.kind == "resolution"]
    assert resolution.size.startswith("1.6 px per mm")


def test_a_dark_photo_is_bad_light():
    camera = make_camera("front")
    head = make_head(subdivisions_count=5, camera=camera)
    photo = make_photo(head, camera, rgb_linear=(0.02, 0.013, 0.01))
    head = known_by(head, photo)
    light = [finding for finding in check_photo(photo, (), read_regions(photo, head), head) if finding.kind == "light"]
    assert any(finding.verdict == "bad" and "full light" in finding.size for finding in light)


def test_every_finding_that_is_not_good_says_what_to_do(models: Path, shared: Path):
    for name in ("ozzy.jpg", "jameshupp.jpg", "two-people.jpg"):
        for finding in findings_of(load(shared / "photos" / name), models).values():
            assert (finding.verdict == "good") == (finding.advice == "")
            assert finding.size


def test_two_faces_ask_for_a_choice(models: Path, shared: Path):
    finding = findings_of(load(shared / "photos" / "two-people.jpg"), models)["face"]
    assert finding.verdict == "usable"
    assert "--face" in finding.advice


def test_blurring_a_photo_makes_it_bad(models: Path, shared: Path):
    pixels = load(shared / "heads" / "lee-perry-smith" / "photo-front.jpg").pixels
    assert findings_of(photo_of(pixels), models)["sharpness"].verdict == "good"
    assert findings_of(photo_of(cv2.GaussianBlur(pixels, (0, 0), 5.0)), models)["sharpness"].verdict == "bad"


def test_a_cut_off_head_is_said_to_be_cut(models: Path, shared: Path):
    pixels = load(shared / "heads" / "lee-perry-smith" / "photo-front.jpg").pixels
    finding = findings_of(photo_of(pixels[640:]), models)["framing"]
    assert finding.verdict != "good"


def test_a_head_turned_far_is_told_to_turn_back(models: Path, shared: Path):
    finding = findings_of(load(shared / "heads" / "lee-perry-smith" / "photo-q_left.jpg"), models)["pose"]
    assert finding.verdict == "usable"
    assert "right" in finding.size
    assert "left" in finding.advice


def test_long_hair_is_said_to_be_in_the_way(models: Path, shared: Path):
    assert findings_of(load(shared / "photos" / "jameshupp.jpg"), models)["hair"].verdict in ("usable", "bad")
    assert findings_of(load(shared / "photos" / "duane-rollins.jpg"), models)["hair"].verdict == "good"
