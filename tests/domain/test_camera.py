"""The camera: closed forms and laws of projection."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from scalp.base import BadInput
from scalp.domain.camera import Camera

ANGLES = st.tuples(*[st.floats(-3.0, 3.0)] * 3)
PLACES = st.tuples(*[st.floats(-120.0, 120.0)] * 3)


def camera(angles_rad=(0.0, 0.0, 0.0), *, distance_mm=1000.0, focal_px=1500.0):
    camera_from_head = np.eye(4)
    camera_from_head[:3, :3] = Rotation.from_rotvec(angles_rad).as_matrix()
    camera_from_head[2, 3] = distance_mm
    return Camera(focal_px=focal_px, centre_px=(320.0, 240.0), width_px=640, height_px=480, camera_from_head=camera_from_head)


def test_the_optical_axis_meets_the_centre():
    assert np.allclose(camera().project(np.zeros((1, 3))), [[320.0, 240.0]])


def test_ten_millimetres_at_a_metre_are_fifteen_pixels_at_this_focal_length():
    right, down = camera().project(np.array([[10.0, 0.0, 0.0], [0.0, 10.0, 0.0]])) - [320.0, 240.0]
    assert np.allclose(right, [15.0, 0.0])
    assert np.allclose(down, [0.0, 15.0])


@given(angles_rad=ANGLES, place_mm=PLACES)
def test_the_sight_line_through_an_image_point_leads_to_what_is_seen_there(angles_rad, place_mm):
    view = camera(angles_rad)
    point_mm = np.array([place_mm])
    away_mm = point_mm - view.eye_mm
    ray = view.rays(view.project(point_mm))
    assert np.allclose(ray, away_mm / np.linalg.norm(away_mm), atol=1e-9)


@given(angles_rad=ANGLES, place_mm=PLACES, nearer=st.floats(0.2, 0.9))
def test_points_on_one_sight_line_appear_in_one_place(angles_rad, place_mm, nearer):
    view = camera(angles_rad)
    point_mm = np.array([place_mm])
    on_the_way_mm = view.eye_mm + nearer * (point_mm - view.eye_mm)
    assert np.allclose(view.project(point_mm), view.project(on_the_way_mm), atol=1e-7)


@given(angles_rad=ANGLES)
def test_the_eye_is_at_the_origin_of_its_own_camera(angles_rad):
    view = camera(angles_rad)
    assert np.allclose(view.in_camera(view.eye_mm[None]), 0.0, atol=1e-9)


@given(angles_rad=ANGLES, place_mm=PLACES, factor=st.floats(0.1, 10.0))
def test_a_longer_lens_magnifies_about_the_centre(angles_rad, place_mm, factor):
    point_mm = np.array([place_mm])
    short, long = camera(angles_rad).project(point_mm), camera(angles_rad, focal_px=1500.0 * factor).project(point_mm)
    assert np.allclose(long - [320.0, 240.0], factor * (short - [320.0, 240.0]), rtol=1e-9, atol=1e-7)


@pytest.mark.parametrize("stretched", [1.01, 0.0])
def test_a_transform_that_stretches_is_refused(stretched):
    camera_from_head = np.diag([stretched, 1.0, 1.0, 1.0])
    with pytest.raises(BadInput, match="camera_from_head"):
        Camera(focal_px=1.0, centre_px=(0.0, 0.0), width_px=1, height_px=1, camera_from_head=camera_from_head)


@pytest.mark.parametrize("focal_px", [0.0, -5.0, float("nan")])
def test_a_focal_length_that_is_none_is_refused(focal_px):
    with pytest.raises(BadInput, match="focal_px"):
        camera(focal_px=focal_px)
