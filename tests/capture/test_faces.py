"""Faces: every network gives every output; anchors, crops and suppression in closed form; real photos have the faces they have."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, Unreadable
from scalp.capture.seeing.anchors import anchor_centres, decode_faces, overlaps
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.networks import NETWORKS, Network, load_network
from scalp.capture.seeing.stance import find_stance
from scalp.capture.shape.prior import read_head_prior
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.sighting import FaceSighting
from tests.capture.conftest import load
from tests.makers import make_camera

PORTRAITS = ("duane-rollins.jpg", "garren.jpg", "jameshupp.jpg", "joshbailes.jpg", "muerdter.jpeg", "ozzy.jpg")


def photo_of(pixels: np.ndarray) -> Photo:
    return Photo(pixels=np.ascontiguousarray(pixels), encoding=srgb_encoding())


def test_the_anchors_are_a_grid_of_16_twice_and_of_8_six_times():
    centres = anchor_centres()
    assert centres.shape == (16 * 16 * 2 + 8 * 8 * 6, 2)
    np.testing.assert_allclose(centres[[0, 1, 2]], [[0.5 / 16] * 2, [0.5 / 16] * 2, [1.5 / 16, 0.5 / 16]])
    np.testing.assert_allclose(centres[512], [0.5 / 8, 0.5 / 8])
    np.testing.assert_allclose(centres[-1], [7.5 / 8, 7.5 / 8])


def test_a_planted_candidate_is_decoded_where_it_was_planted():
    scores, boxes = np.full(896, -20.0, np.float32), np.zeros((896, 16), np.float32)
    scores[100] = 3.0
    boxes[100, :4] = [6.4, -12.8, 32.0, 64.0]
    boxes[100, 4:6] = [12.8, 0.0]
    found = decode_faces(scores, boxes.ravel(), threshold_fraction=0.5)
    centre = anchor_centres()[100] + [0.05, -0.1]
    np.testing.assert_allclose(
        found.boxes_fraction, np.concatenate([centre - 0.125 * np.array([1, 2]), centre + 0.125 * np.array([1, 2])])[None], atol=1e-6
    )
    np.testing.assert_allclose(found.keypoints_fraction[0, 0], anchor_centres()[100] + [0.1, 0.0], atol=1e-6)
    np.testing.assert_allclose(found.scores_fraction, [1.0 / (1.0 + np.exp(-3.0))], atol=1e-6)


def test_overlapping_candidates_become_their_weighted_mean_and_distant_ones_stay():
    scores, boxes = np.full(896, -20.0, np.float32), np.zeros((896, 16), np.float32)
    for index, shift in ((100, 0.0), (101, 2.56), (700, 0.0)):
        scores[index], boxes[index, :4] = 2.0, [shift, 0.0, 25.6, 25.6]
    found = decode_faces(scores, boxes.ravel(), threshold_fraction=0.5)
    assert len(found.scores_fraction) == 2
    middle = found.boxes_fraction[:, :2] + 0.1
    expected = anchor_centres()[100] + [0.01, 0.0]
    assert np.abs(middle - expected).max(axis=1).min() < 1e-6


@given(st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4))
def test_overlap_is_one_with_itself_and_symmetric(sides):
    first = np.array([min(sides[0], sides[2]), min(sides[1], sides[3]), max(sides[0], sides[2]) + 0.1, max(sides[1], sides[3]) + 0.1])
    second = np.array([0.2, 0.3, 0.7, 0.9])
    assert overlaps(first, first[None])[0] == pytest.approx(1.0)
    assert overlaps(first, second[None])[0] == pytest.approx(overlaps(second, first[None])[0])


@given(st.floats(-3.0, 3.0), st.floats(5.0, 900.0), st.booleans())
def test_a_crop_brings_points_back_to_where_they_were(turn_rad, side_px, mirrored):
    crop = Crop(centre_px=(33.0, 70.5), side_px=side_px, turn_rad=turn_rad, mirrored=mirrored)
    points = np.array([[0.0, 0.0], [20.0, 50.0], [100.0, 3.0]])
    np.testing.assert_allclose(crop.to_photo(crop.to_crop(points)), points, atol=1e-9)


@pytest.mark.parametrize("side_px", [20.0, 64.0, 330.0])
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_crop_of_a_ramp_shows_the_ramp_where_its_points_say(side_px, mirrored):
    columns, rows = np.meshgrid(np.arange(400) + 0.5, np.arange(400) + 0.5)
    crop = Crop(centre_px=(200.0, 190.0), side_px=side_px, turn_rad=0.3, mirrored=mirrored)
    seen = np.stack([crop.cut(ramp.astype(np.float32), 32) for ramp in (columns, rows)], axis=-1)
    centres = (np.stack(np.meshgrid(np.arange(32), np.arange(32)), axis=-1).reshape(-1, 2) + 0.5) / 32
    inner = np.all(np.abs(crop.to_photo(centres) - 200.0) < 170.0, axis=1)
    np.testing.assert_allclose(seen.reshape(-1, 2)[inner], crop.to_photo(centres)[inner], atol=0.04 + 0.02 * max(1.0, side_px / 32))


@settings(max_examples=25, deadline=None)
@given(st.floats(-25.0, 25.0), st.floats(-20.0, 30.0), st.floats(-25.0, 25.0))
def test_a_face_projected_from_the_average_head_stands_as_it_was_turned(yaw, pitch, roll):
    prior, camera = read_head_prior(), make_camera("front", distance_mm=900.0, width_px=1200, height_px=1200)
    x, y, z = np.radians([pitch, -yaw, roll])
    over = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    around = np.array([[np.cos(y), 0, -np.sin(y)], [0, 1, 0], [np.sin(y), 0, np.cos(y)]])
    leaning = np.array([[np.cos(z), np.sin(z), 0], [-np.sin(z), np.cos(z), 0], [0, 0, 1]])
    turned = prior.points_mean_mm @ (leaning @ over @ around).T
    seen = camera.project(turned)
    mesh = np.tile(seen.mean(axis=0), (468, 1))
    for row, name in enumerate(prior.names):
        if name.startswith("mesh_"):
            mesh[int(name.removeprefix("mesh_"))] = seen[row]
    (left, top), (right, bottom) = mesh.min(axis=0), mesh.max(axis=0)
    face = FaceSighting(box_px=(left, top, right, bottom), score_fraction=1.0, mesh_px=mesh, iris_px=np.full((2, 3), np.nan))
    plain = photo_of(np.zeros((1200, 1200, 3), np.uint8))
    stance = find_stance(Photo(pixels=plain.pixels, encoding=plain.encoding, focal_px=camera.focal_px), face)
    found = np.degrees([stance.yaw_rad, stance.pitch_rad, stance.roll_rad])
    assert abs(found[2] - roll) < 12.0
    assert abs(found[0] - yaw) < 6.0
    assert np.abs(stance.camera.project(prior.points_mean_mm) - seen).max() < 0.5


def test_a_folder_without_networks_is_refused_by_name(tmp_path):
    with pytest.raises(BadInput, match=r"face_landmark\.tflite"):
        Network(tmp_path / "face_landmark.tflite", "face_landmark")


def test_a_damaged_network_is_refused(tmp_path):
    (tmp_path / "face_landmark.tflite").write_bytes(b"not a network" * 100)
    with pytest.raises(Unreadable):
        Network(tmp_path / "face_landmark.tflite", "face_landmark")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_output_of_every_network_is_there(models: Path, name):
    network, kind = load_network(models, name), NETWORKS[name]
    picture = np.random.default_rng(1).integers(0, 255, (kind.side_px, kind.side_px, 3), dtype=np.uint8)
    seen = network.run(picture)
    assert {key: value.size for key, value in seen.items()} == dict(zip(kind.output_names, kind.output_sizes, strict=True))
    assert all(np.isfinite(value).all() and np.ptp(np.append(value, 0.0)) > 0 for value in seen.values())
    assert load_network(models, name) is network


@pytest.mark.parametrize("name", PORTRAITS)
def test_each_portrait_has_one_face(models: Path, shared: Path, name):
    (face,) = find_faces(load(shared / "photos" / name), models)
    left, top, right, bottom = face.box_px
    assert 80 < bottom - top < 150
    assert left < face.mesh_px[33, 0] < face.mesh_px[263, 0] < right


def test_three_people_are_listed_from_left_to_right(models: Path, shared: Path):
    faces = find_faces(load(shared / "photos" / "two-people.jpg"), models)
    middles = [(face.box_px[0] + face.box_px[2]) / 2 for face in faces]
    assert len(faces) == 3
    assert middles == sorted(middles)


@pytest.mark.parametrize(
    ("view", "count"), [("front", 1), ("q_left", 1), ("front_top", 1), ("left", 0), ("right", 0), ("back", 0), ("top", 0)]
)
def test_the_scan_shows_a_face_from_in_front_and_none_from_elsewhere(models: Path, shared: Path, view, count):
    faces = find_faces(load(shared / "heads" / "lee-perry-smith" / f"photo-{view}.jpg"), models)
    assert len(faces) == count
    assert all(np.isnan(face.iris_px).all() for face in faces), "the scan's eyes are closed"


@pytest.mark.parametrize("degrees", [-30, 30])
def test_a_leaning_face_has_the_points_of_the_upright_one_turned(models: Path, shared: Path, degrees):
    pixels = load(shared / "photos" / "joshbailes.jpg").pixels
    (upright,) = find_faces(photo_of(pixels), models)
    matrix = cv2.getRotationMatrix2D((124.5, 124.5), degrees, 1.0)
    turned = cv2.warpAffine(pixels, matrix, (250, 250), borderMode=cv2.BORDER_REPLICATE)
    (leaning,) = find_faces(photo_of(turned), models)
    expected = (upright.mesh_px - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    assert np.median(np.linalg.norm(leaning.mesh_px - expected, axis=1)) < 0.01 * 126


def test_a_head_of_a_fifteenth_of_a_large_photo_is_found(models: Path, shared: Path):
    picture = np.full((1500, 2000, 3), 120, np.uint8)
    picture[400:540, 1100:1240] = cv2.resize(load(shared / "photos" / "joshbailes.jpg").pixels, (140, 140), interpolation=cv2.INTER_AREA)
    (face,) = find_faces(photo_of(picture), models)
    assert 1100 < face.box_px[0] < face.box_px[2] < 1240


@pytest.mark.parametrize("name", ["chelsea", "brick", "grass", "gravel"])
def test_a_cat_and_textured_walls_have_no_face(models: Path, name):
    skimage_data = pytest.importorskip("skimage.data")
    picture = getattr(skimage_data, name)()
    assert find_faces(photo_of(picture if picture.ndim == 3 else np.dstack([picture] * 3)), models) == ()
