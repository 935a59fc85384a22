"""Claims about surfaces seen from inside."""

import numpy as np
import pytest

from scalp.base import BadMesh
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere
from scalp.geometry.sections import RayCaster, chart_of, directions_of, polar_of, slow_noise


def test_rays_leave_an_ellipsoid_where_its_equation_says() -> None:
    axes = np.array([77.0, 83.0, 100.0])
    sphere = icosphere(6)
    caster = RayCaster(Mesh(vertices_mm=sphere.vertices_mm * axes, faces=sphere.faces), np.zeros(3))
    rays = np.random.default_rng(2).normal(size=(500, 3))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    np.testing.assert_allclose(caster.meet(rays), 1 / np.linalg.norm(rays / axes, axis=1), atol=0.02)


def test_rays_agree_with_trying_every_face() -> None:
    sphere = icosphere(3)
    bumpy = Mesh(vertices_mm=sphere.vertices_mm * (50 + 5 * np.sin(7 * sphere.vertices_mm[:, :1])), faces=sphere.faces)
    rays = np.random.default_rng(3).normal(size=(60, 3))
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    corners = bumpy.vertices_mm[bumpy.faces]
    slow_mm = []
    for ray in rays:
        solved = np.linalg.solve(np.transpose(corners, (0, 2, 1)), np.broadcast_to(ray[:, None], (len(corners), 3, 1)))[..., 0]
        inside = (solved >= -1e-12).all(1)
        slow_mm.append(np.min(1 / solved[inside].sum(1)))
    np.testing.assert_allclose(RayCaster(bumpy, np.zeros(3)).meet(rays), slow_mm, rtol=1e-9)


def test_polar_angles_and_directions_undo_each_other() -> None:
    points_mm = np.random.default_rng(4).normal(size=(100, 3)) * 50
    azimuth_rad, polar_rad = polar_of(points_mm, np.zeros(3))
    np.testing.assert_allclose(
        directions_of(azimuth_rad, polar_rad), points_mm / np.linalg.norm(points_mm, axis=1, keepdims=True), atol=1e-12
    )


def test_level_line_of_a_field_lies_at_its_level() -> None:
    sphere = icosphere(5)
    chart = chart_of(RayCaster(Mesh(vertices_mm=90 * sphere.vertices_mm, faces=sphere.faces), np.zeros(3)))
    polar_rad = chart.first_below_zero(chart.points_mm[..., 1] - 45.0)
    np.testing.assert_allclose(np.degrees(polar_rad), 60.0, atol=0.1)
    assert np.isnan(chart.first_below_zero(chart.points_mm[..., 1] + 1000.0)).all()


def test_a_surface_that_is_not_all_round_is_refused() -> None:
    sphere = icosphere(3)
    front = sphere.faces[sphere.vertices_mm[sphere.faces].mean(1)[:, 2] > 0]
    with pytest.raises(BadMesh, match="closed scalp"):
        chart_of(RayCaster(Mesh(vertices_mm=sphere.vertices_mm, faces=front), np.zeros(3)))


def test_slow_noise_has_mean_zero_and_deviation_one() -> None:
    points_mm = np.random.default_rng(6).uniform(-2000, 2000, (4000, 3))
    noise = np.concatenate([slow_noise(points_mm, (20, 60), np.random.default_rng(seed)) for seed in range(10)])
    assert abs(noise.mean()) < 0.03
    assert noise.std() == pytest.approx(1.0, abs=0.03)
