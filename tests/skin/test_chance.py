"""Claims about the random numbers of compiled walks."""

import numpy as np
from numba import njit
from scipy.stats import arcsine, expon, kstest

from scalp.skin.chance import GOLDEN, free_path, mixed, stream_of, turn_cosine, unit, words

COUNT = 200_000
SIGNIFICANCE = 1e-3


@njit
def paths_of(seed, count):
    drawn = np.empty(count)
    state = stream_of(seed, 0)
    for index in range(count):
        state, drawn[index] = free_path(state)
    return drawn


@njit
def cosines_of(seed, count):
    drawn = np.empty(count)
    for index in range(count):
        drawn[index] = turn_cosine(words(mixed(stream_of(seed, index)))[0])
    return drawn


@njit
def units_of(seed, photons_count, each_count):
    drawn = np.empty((photons_count, each_count))
    for photon in range(photons_count):
        state = stream_of(seed, photon)
        for index in range(each_count):
            state = state + GOLDEN
            drawn[photon, index] = unit(mixed(state))
    return drawn


def test_free_paths_are_exponential_to_their_tail():
    paths = paths_of(1, COUNT)
    assert kstest(paths, expon.cdf).pvalue > SIGNIFICANCE
    # Beyond the last strip, at 7.697, lie 0.045 % of all paths, and they begin anew there.
    far = paths_of(2, 20 * COUNT)
    far = far[far > 7.69711747] - 7.69711747
    assert abs(len(far) - 20 * COUNT * np.exp(-7.69711747)) < 4 * np.sqrt(20 * COUNT * np.exp(-7.69711747))
    assert kstest(far, expon.cdf).pvalue > SIGNIFICANCE


def test_turns_are_even_around_the_circle():
    assert kstest(cosines_of(3, COUNT), arcsine(loc=-1, scale=2).cdf).pvalue > SIGNIFICANCE


def test_the_series_of_the_cosine_is_good_to_eleven_digits():
    wanted = np.linspace(0, 2**32 - 1, 4001).round()
    found = np.array([turn_cosine.py_func(word) for word in wanted])
    assert np.abs(found - np.sin(np.pi * (wanted * 2.0**-32 - 0.5))).max() < 1e-11


def test_streams_of_neighbouring_photons_have_nothing_in_common():
    drawn = units_of(4, 20_000, 4)
    assert kstest(drawn.ravel(), "uniform").pvalue > SIGNIFICANCE
    for lag in (1, 2, 7):
        assert abs(np.corrcoef(drawn[:-lag, 0], drawn[lag:, 0])[0, 1]) < 4 / np.sqrt(len(drawn))
    assert abs(np.corrcoef(drawn.T) - np.eye(4)).max() < 4 / np.sqrt(len(drawn))
