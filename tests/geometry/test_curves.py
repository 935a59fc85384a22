"""Claims about curves of points."""

import numpy as np
import pytest

from scalp.geometry.curves import distance_to_curve_mm, lengths_along_mm, spaced_evenly, waver_mm


def test_half_circle_has_the_length_of_pi_radii() -> None:
    angle_rad = np.linspace(0.0, np.pi, 2001)
    curve_mm = 40.0 * np.column_stack([np.cos(angle_rad), np.sin(angle_rad), 0 * angle_rad])
    assert lengths_along_mm(curve_mm)[-1] == pytest.approx(40.0 * np.pi, rel=1e-6)
    assert np.diff(lengths_along_mm(spaced_evenly(curve_mm, 1.0))) == pytest.approx(1.0, abs=0.01)


def test_distance_to_curve_agrees_with_trying_every_segment() -> None:
    chance = np.random.default_rng(5)
    along = np.linspace(0.0, 6.0, 400)
    curve_mm = np.column_stack([10 * along, 5 * np.sin(along), np.cos(3 * along)])
    queries_mm = chance.uniform([-5, -10, -5], [65, 10, 5], (300, 3))
    start_mm, step_mm = curve_mm[:-1], np.diff(curve_mm, axis=0)
    fraction = np.einsum("qsd,sd->qs", queries_mm[:, None] - start_mm, step_mm) / (step_mm**2).sum(1)
    feet_mm = start_mm + np.clip(fraction, 0, 1)[..., None] * step_mm
    slow_mm = np.linalg.norm(queries_mm[:, None] - feet_mm, axis=2).min(1)
    np.testing.assert_allclose(distance_to_curve_mm(queries_mm, curve_mm), slow_mm, atol=2e-3)


def test_waver_keeps_its_wavelength_and_height() -> None:
    along_mm = np.arange(0.0, 4000.0, 0.1)
    shift_mm = waver_mm(along_mm, (15.0, 35.0), (1.0, 2.0), seed=4)
    turns = np.flatnonzero(np.diff(np.sign(np.diff(shift_mm))) != 0)
    half_waves_mm = np.diff(along_mm[turns])
    assert 11.0 < half_waves_mm.mean() < 14.0
    assert 1.0 < np.abs(shift_mm[turns + 1]).mean() < 2.0
    assert np.abs(shift_mm).max() < 2.6
    assert abs(shift_mm.mean()) < 0.1


def test_waver_is_the_same_for_a_seed_and_no_other() -> None:
    along_mm = np.arange(0.0, 100.0)
    assert np.array_equal(waver_mm(along_mm, (3, 8), (0, 1), 7), waver_mm(along_mm, (3, 8), (0, 1), 7))
    assert not np.array_equal(waver_mm(along_mm, (3, 8), (0, 1), 7), waver_mm(along_mm, (3, 8), (0, 1), 8))
