"""Spherical harmonics against closed forms and an independent witness."""

import numpy as np
import pytest
from scipy.special import sph_harm_y

from scalp.base import BadInput
from scalp.geometry.harmonics import degrees, harmonic_slopes, harmonics, tangents

RNG = np.random.default_rng(3)
DIRECTIONS = RNG.standard_normal((200, 3))
DIRECTIONS /= np.linalg.norm(DIRECTIONS, axis=1, keepdims=True)


def test_harmonics_agree_with_scipy_up_to_degree_12():
    polar, azimuth = np.arccos(DIRECTIONS[:, 1]), np.arctan2(DIRECTIONS[:, 0], DIRECTIONS[:, 2])
    ours = harmonics(DIRECTIONS, 12)
    for degree in range(13):
        for order in range(degree + 1):
            other = sph_harm_y(degree, order, polar, azimuth) * (-1) ** order * (np.sqrt(2) if order else 1)
            assert np.allclose(ours[:, degree * degree + degree + order], other.real, atol=1e-12)
            if order:
                assert np.allclose(ours[:, degree * degree + degree - order], other.imag, atol=1e-12)


def test_harmonics_add_up_as_the_addition_theorem_says():
    values, level = harmonics(DIRECTIONS, 8), degrees(8)
    for degree in range(9):
        assert np.allclose((values[:, level == degree] ** 2).sum(1), (2 * degree + 1) / (4 * np.pi))


def test_slopes_are_those_of_the_first_degree_in_closed_form():
    first, second = tangents(DIRECTIONS)
    for tangent, slope in zip((first, second), harmonic_slopes(DIRECTIONS, 2), strict=True):
        assert np.allclose(slope[:, 2], np.sqrt(3 / (4 * np.pi)) * tangent[:, 1], atol=1e-7)
        assert np.allclose(slope[:, 0], 0, atol=1e-9)


def test_a_degree_beyond_the_recurrence_is_refused():
    with pytest.raises(BadInput, match="0 to 24"):
        harmonics(DIRECTIONS, 25)
