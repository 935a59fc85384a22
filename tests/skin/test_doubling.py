"""Claims about light in layers solved without noise: published layers, laws, and the photon walk as a witness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.skin.doubling import solve_layers, spread_directions
from scalp.skin.photons import Layers, trace_layers


def layers(mu_a_per_mm, mu_s_per_mm, g, n, thickness_mm, n_below):
    columns = (np.array(column, float) for column in (mu_a_per_mm, mu_s_per_mm, g, n, thickness_mm))
    names = ("mu_a_per_mm", "mu_s_per_mm", "g", "n", "thickness_mm")
    return Layers(**dict(zip(names, columns, strict=True)), n_below=n_below)


def test_a_thin_slab_does_what_van_de_hulst_tabulated_to_five_digits():
    """Index matched, g 0.75, 0.2 mm: Rd 0.09739, T 0.66096 [Hulst1980]."""
    balance = solve_layers(layers([1], [9], [0.75], [1], [0.2], 1.0))
    assert balance.reflected == pytest.approx(0.09739, abs=6e-6)
    assert balance.transmitted == pytest.approx(0.66096, abs=6e-6)


def test_a_half_space_reflects_what_giovanelli_tabulated_to_his_digits():
    """Index 1.5, isotropic: 0.2600 with the surface's own 0.04 [Giovanelli1955]."""
    assert solve_layers(layers([1], [9], [0], [1.5], [np.inf], 1.5)).reflected == pytest.approx(0.2600, abs=1e-4)


def test_the_half_space_agrees_with_chandrasekhars_own_function():
    """Isotropic, index matched, straight in: R = 1 - H(1) sqrt(1 - a) [Chandrasekhar1960], H solved here by iteration."""
    albedo = 0.9
    mu, weights = np.polynomial.legendre.leggauss(64)
    mu, weights = (mu + 1) / 2, weights / 2
    bend = np.ones(64)
    for _ in range(2000):
        bend = 1 / (np.sqrt(1 - albedo) + albedo / 2 * (weights * mu * bend / (mu[:, None] + mu)).sum(axis=1))
    straight = 1 / (np.sqrt(1 - albedo) + albedo / 2 * (weights * mu * bend / (1 + mu)).sum())
    found = solve_layers(layers([1], [9], [0], [1], [np.inf], 1.0)).reflected
    assert found == pytest.approx(1 - straight * np.sqrt(1 - albedo), abs=2e-5)


def test_more_directions_do_not_change_three_layers_of_skin():
    skin = layers([1.5, 0.15, 0.05], [20, 15, 10], [0.8] * 3, [1.4] * 3, [0.1, 3, np.inf], 1.4)
    rough, fine = (solve_layers(skin, directions_count=count).reflected for count in (24, 48))
    assert rough == pytest.approx(fine, abs=5e-5)
    assert fine == pytest.approx(0.2379, abs=1e-4)


@given(
    mu_a=st.tuples(st.floats(0.02, 5), st.floats(0.02, 2)),
    mu_s=st.tuples(st.floats(2, 40), st.floats(2, 40)),
    g=st.floats(0, 0.9),
    thickness_mm=st.floats(0.05, 0.5),
)
@settings(deadline=None, max_examples=12)
def test_photons_walk_to_the_same_sums_in_any_two_layers(mu_a, mu_s, g, thickness_mm):
    stack = layers(mu_a, mu_s, [g, g], [1.4, 1.4], [thickness_mm, 1.0], 1.0)
    exact, walked = solve_layers(stack), trace_layers(stack, photons_count=20_000, seed=3)
    assert abs(walked.reflected - exact.reflected) < 4.5 * walked.reflected_sd + 1e-4
    assert abs(walked.transmitted - exact.transmitted) < 4.5 * walked.transmitted_sd + 1e-4


@given(mu_s=st.floats(1, 60), g=st.floats(-0.5, 0.9), thickness_mm=st.floats(0.01, 3))
@settings(deadline=None, max_examples=20)
def test_nothing_is_lost_where_nothing_absorbs(mu_s, g, thickness_mm):
    balance = solve_layers(layers([0], [mu_s], [g], [1.4], [thickness_mm], 1.0))
    assert balance.reflected + balance.transmitted == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("n", [1.0, 1.4, 1.6])
def test_even_light_adds_up_to_one(n):
    directions = spread_directions(n, 24)
    assert directions.flux.sum() == pytest.approx(1.0, abs=1e-12)
    assert directions.cosines[-1] == 1.0


def test_layers_of_different_indices_are_refused():
    with pytest.raises(BadInput, match="one index for all layers"):
        solve_layers(layers([1, 1], [9, 9], [0, 0], [1.4, 1.5], [1, 1], 1.4))
