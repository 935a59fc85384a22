"""Claims about the photon walk: published layers, exact laws, the same bytes for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.skin.photons import Layers, fresnel, trace_layers


def layers(mu_a_per_mm, mu_s_per_mm, g, n, thickness_mm, n_below):
    columns = (np.array(column, float) for column in (mu_a_per_mm, mu_s_per_mm, g, n, thickness_mm))
    names = ("mu_a_per_mm", "mu_s_per_mm", "g", "n", "thickness_mm")
    return Layers(**dict(zip(names, columns, strict=True)), n_below=n_below)


def test_a_thin_slab_reflects_and_transmits_what_van_de_hulst_tabulated():
    """Index matched, g 0.75, 0.2 mm: Rd 0.09739, T 0.66096 [Hulst1980]."""
    balance = trace_layers(layers([1], [9], [0.75], [1], [0.2], 1.0), photons_count=1_000_000, seed=1)
    assert abs(balance.reflected - 0.09739) < 3 * balance.reflected_sd
    assert abs(balance.transmitted - 0.66096) < 3 * balance.transmitted_sd


def test_a_half_space_with_a_surface_reflects_what_giovanelli_tabulated():
    """Index 1.5, isotropic: 0.2600 with the surface's own 0.04 [Giovanelli1955]."""
    balance = trace_layers(layers([1], [9], [0], [1.5], [np.inf], 1.5), photons_count=300_000, seed=1)
    assert abs(balance.reflected - 0.2600) < 3 * balance.reflected_sd


def test_three_skin_layers_reflect_what_adding_doubling_gives():
    """Three layers of skin with a surface: 0.23790 by adding-doubling with 24 quadrature points."""
    skin = layers([1.5, 0.15, 0.05], [20, 15, 10], [0.8] * 3, [1.4] * 3, [0.1, 3, np.inf], 1.4)
    balance = trace_layers(skin, photons_count=100_000, seed=5)
    assert abs(balance.reflected - 0.23790) < 3 * balance.reflected_sd


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not():
    slab = layers([1], [9], [0.75], [1], [0.2], 1.0)
    first, again, other = (trace_layers(slab, photons_count=2000, seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_the_number_of_threads_changes_no_byte():
    skin = layers([1.5, 0.15], [20, 15], [0.8] * 2, [1.4] * 2, [0.1, 3], 1.4)
    alone, shared, many = (trace_layers(skin, photons_count=9001, seed=3, threads_count=count) for count in (1, 2, 5))
    assert alone == shared == many


def test_what_is_not_scattered_goes_straight_through():
    """Beer's law: exp(-2 per mm x 0.5 mm)."""
    nearly_clear = layers([2], [1e-6], [0], [1], [0.5], 1.0)
    assert trace_layers(nearly_clear, photons_count=2000, seed=1).transmitted == pytest.approx(np.exp(-1.0), abs=1e-5)


def test_nothing_is_lost_where_nothing_absorbs():
    balance = trace_layers(layers([0], [9], [0.5], [1.4], [0.5], 1.0), photons_count=5000, seed=2)
    assert balance.reflected + balance.transmitted == pytest.approx(1.0, abs=1e-9)


@given(cosine=st.floats(0.01, 1.0), n=st.floats(1.01, 1.8))
@settings(deadline=None)
def test_light_is_thrown_back_alike_from_both_sides_of_a_surface(cosine, n):
    back, beyond = fresnel(1.0, n, cosine)
    assert fresnel(n, 1.0, beyond)[0] == pytest.approx(back, abs=1e-9)
    assert 0.0 <= back <= 1.0


def test_steep_light_cannot_leave():
    assert fresnel(1.4, 1.0, 0.3) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (([1, 2], [9], [0], [1], [1]), "columns of one length"),
        (([-1], [9], [0], [1], [1]), "absorption 0 or more"),
        (([1], [0], [0], [1], [1]), "scattering above 0"),
        (([1], [float("nan")], [0], [1], [1]), "scattering above 0"),
        (([1], [9], [1], [1], [1]), "between -1 and 1"),
        (([1], [9], [0], [0.5], [1]), "1 to 5"),
        (([1], [9], [0], [1], [0]), "above 0"),
        (([1, 1], [9, 9], [0, 0], [1, 1], [np.inf, 1]), "finite but for the last"),
    ],
)
def test_layers_that_do_not_fit_are_refused(columns, said):
    with pytest.raises(BadInput, match=said):
        layers(*columns, 1.0)


def test_no_photons_and_no_threads_are_refused():
    slab = layers([1], [9], [0.75], [1], [0.2], 1.0)
    for counts in ({"photons_count": 0}, {"photons_count": 10, "threads_count": 0}):
        with pytest.raises(BadInput, match="1 or more"):
            trace_layers(slab, seed=1, **counts)


@pytest.mark.parametrize("n_below", [0.0, -1.0, float("nan")])
def test_an_index_below_the_layers_that_is_none_is_refused(n_below):
    with pytest.raises(BadInput, match="n_below"):
        layers([1], [9], [0.75], [1], [0.2], n_below)


@pytest.mark.parametrize("seed", [-1, 1.5, 2**70])
def test_a_seed_that_is_none_is_refused(seed):
    with pytest.raises(BadInput, match="seed"):
        trace_layers(layers([1], [9], [0.75], [1], [0.2], 1.0), photons_count=10, seed=seed)
