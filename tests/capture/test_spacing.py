"""The stated doubt of spacing against skulls that are really drawn from the covariance and met by another way."""

import numpy as np

from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.prior import read_head_prior
from scalp.capture.shape.spacing import spacing_sd_fraction
from scalp.domain.camera import Camera
from scalp.geometry.harmonics import degrees

PRIOR = read_head_prior()
SKULL = Cranium(base=PRIOR.base, coefficients_mm=PRIOR.harmonics_mean_mm)
SD_MM = 0.25 / np.maximum(degrees(8), 1.0)


def _camera():
    matrix = np.eye(4)
    matrix[:3, :3] = np.diag([1.0, -1.0, -1.0])
    matrix[:3, 3] = [0.0, 30.0, 700.0]
    return Camera(focal_px=2900.0, centre_px=(750.0, 1000.0), width_px=1500, height_px=2000, camera_from_head=matrix)


def _bisected(skull, eye, ways):
    """Return how far along each way a skull is met first, by halving."""
    low, high = np.full(len(ways), 450.0), np.linalg.norm(PRIOR.base.centre_mm - eye) * np.ones(len(ways))
    for _ in range(40):
        middle = (low + high) / 2
        arms = eye + middle[:, None] * ways - PRIOR.base.centre_mm
        away = np.linalg.norm(arms, axis=1)
        outside = away > skull.radii_mm(arms / away[:, None])
        low, high = np.where(outside, middle, low), np.where(outside, high, middle)
    return low


def test_the_doubt_of_spacing_is_the_spread_of_drawn_skulls():
    directions = np.array([[0.0, 0.35, 0.94], [0.3, 0.5, 0.81], [-0.45, 0.6, 0.66]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    camera, places = _camera(), SKULL.points_mm(directions)
    told = spacing_sd_fraction(SKULL, np.diag(SD_MM**2), camera, places)
    random, areas = np.random.default_rng(8), []
    middles = places - camera.eye_mm
    corners = middles[:, None] + np.array([[0.0, 1.5, 0.0], [1.3, -0.75, 0.0], [-1.3, -0.75, 0.0]])
    ways = (corners / np.linalg.norm(corners, axis=2, keepdims=True)).reshape(-1, 3)
    for _ in range(300):
        drawn = Cranium(base=PRIOR.base, coefficients_mm=SKULL.coefficients_mm + SD_MM * random.standard_normal(len(SD_MM)))
        met = (_bisected(drawn, camera.eye_mm, ways)[:, None] * ways).reshape(-1, 3, 3)
        areas.append(np.linalg.norm(np.cross(met[:, 1] - met[:, 0], met[:, 2] - met[:, 0]), axis=1))
    drawn_sd = 0.5 * np.std(np.log(areas), axis=0)
    # 300 draws know an SD to 4 % (one SD); four of these, and what the first order leaves out.
    assert np.all(np.abs(told / drawn_sd - 1) < 0.2)


def test_spacing_on_skin_that_is_hidden_or_steep_is_not_told():
    directions = np.array([[0.0, 0.2, -0.98], [1.0, 0.1, 0.0], [0.0, 0.3, 0.95]])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    told = spacing_sd_fraction(SKULL, np.diag(SD_MM**2), _camera(), SKULL.points_mm(directions))
    assert np.isnan(told[:2]).all()
    assert 0.0 < told[2] < 0.1
