"""Roots stand as densely as asked and not on one another; strokes cover what their width and length say."""

import numpy as np

from scalp.demo.hairs import Ground, sow
from scalp.demo.strokes import Hairs, draw_hairs
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere

PX_PER_MM = 10.0


def _ground() -> Ground:
    ball = icosphere(4)
    return Ground(
        Mesh(vertices_mm=ball.vertices_mm * 70.0, faces=ball.faces), ball.vertices_mm, np.ones((len(ball.vertices_mm), 3), np.float32)
    )


def _camera() -> Camera:
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[2, 3] = 1000.0
    return Camera(focal_px=1000.0 * PX_PER_MM, centre_px=(100.0, 60.0), width_px=200, height_px=120, camera_from_head=pose)


def _stroke(opacity: float = 1.0, width_mm: float = 0.3) -> Hairs:
    points = np.linspace([-6.0, 0.03, 0.0], [6.0, 0.03, 0.0], 4)[None]
    return Hairs(points, np.array([width_mm]), np.array([1.0]), np.ones((1, 3)), np.array([opacity]))


def test_roots_have_the_density_asked_for() -> None:
    """4 standard deviations of a Poisson count are allowed; a process of points apart varies less."""
    ground = _ground()
    area_cm2 = 4 * np.pi * 7.0**2
    for density_per_cm2, apart_mm in ((20.0, 0.5), (62.0, 0.5), (108.0, 0.42)):
        roots = sow(ground, np.full(len(ground.normals), density_per_cm2), apart_mm, np.random.default_rng(5))
        expected = density_per_cm2 * area_cm2
        assert abs(len(roots.places_mm) - expected) < 4 * np.sqrt(expected) + 0.005 * expected


def test_no_root_stands_nearer_than_told() -> None:
    ground = _ground()
    places = sow(ground, np.full(len(ground.normals), 90.0), 0.45, np.random.default_rng(6)).places_mm
    some = places[:: max(1, len(places) // 100)]
    distances = np.linalg.norm(some[:, None] - places[None], axis=2)
    assert np.sort(distances, axis=1)[:, 1].min() >= 0.45


def test_where_no_hair_grows_no_root_is() -> None:
    ground = _ground()
    density = np.where(ground.normals[:, 1] > 0, 60.0, 0.0)
    places = sow(ground, density, 0.4, np.random.default_rng(7)).places_mm
    assert len(places) > 1000
    assert places[:, 1].min() > -6.0
    assert not len(sow(ground, np.zeros_like(density), 0.4, np.random.default_rng(7)).places_mm)


def test_a_stroke_covers_its_width_times_its_length() -> None:
    for width_mm in (0.05, 0.3, 0.8):
        picture = np.zeros((120, 200, 3), np.float32)
        draw_hairs(_stroke(width_mm=width_mm), _camera(), picture, np.full((120, 200), np.inf, np.float32))
        expected = width_mm * 12.0 * PX_PER_MM**2
        # The round ends add at most a disc of one width, and of a pixel where it is thinner.
        assert expected * 0.97 < picture[..., 1].sum() < expected * 1.03 + max(width_mm * PX_PER_MM, 1.0) ** 2


def test_a_stroke_behind_the_surface_is_not_drawn() -> None:
    picture = np.zeros((120, 200, 3), np.float32)
    draw_hairs(_stroke(), _camera(), picture, np.full((120, 200), 990.0, np.float32))
    assert picture.max() == 0.0
    draw_hairs(_stroke(), _camera(), picture, np.full((120, 200), 1000.5, np.float32))
    assert picture.max() > 0.9
