"""Fading: the published half-year point, the tabulated years, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.domain.fading import BANDS, Fading

YEARS = st.floats(0.0, 40.0)
RATES = st.floats(0.0, 5.0)


def test_the_half_year_point_is_the_measured_one():
    """Visual density 8.7 at once and 7.7 after six months in ten people [Liu2025]: 0.885 of it."""
    assert Fading().remaining_fraction(0.5) == pytest.approx(7.7 / 8.7, abs=0.001)


@pytest.mark.parametrize(
    ("k_per_year", "tabulated"),
    [
        (0.04, (0.87, 0.83, 0.80, 0.74, 0.66, 0.61)),
        (0.08, (0.85, 0.78, 0.72, 0.62, 0.49, 0.41)),
        (0.12, (0.83, 0.74, 0.66, 0.52, 0.36, 0.28)),
        (0.20, (0.80, 0.66, 0.54, 0.36, 0.20, 0.13)),
    ],
)
def test_the_years_are_those_of_the_table_written_by_hand(k_per_year, tabulated):
    fading = Fading(k_per_year=k_per_year)
    assert [fading.remaining_fraction(years) for years in (1, 2, 3, 5, 8, 10)] == pytest.approx(tabulated, abs=0.0051)


def test_the_first_touch_up_falls_into_the_years_practitioners_name():
    """Three to five years (C): where 0.60-0.65 of the pigment is left."""
    years = np.linspace(0.0, 15.0, 1501)
    left = np.array([Fading().remaining_fraction(year) for year in years])
    assert 4.0 < years[np.argmax(left < 0.65)] < 5.0
    assert 5.0 < years[np.argmax(left < 0.60)] < 6.0


@given(years=YEARS, later=YEARS, k_per_year=RATES, band=st.sampled_from(BANDS))
def test_pigment_only_leaves(years, later, k_per_year, band):
    fading = Fading(k_per_year=k_per_year)
    first, second = sorted((years, later))
    assert 0.0 <= fading.remaining_fraction(second, band) <= fading.remaining_fraction(first, band) <= 1.0


@given(years=YEARS, k_per_year=RATES)
def test_low_remains_least_and_high_most(years, k_per_year):
    fading = Fading(k_per_year=k_per_year)
    low, expected, high = (fading.remaining_fraction(years, band) for band in ("low", "expected", "high"))
    assert low <= expected <= high


@given(years=st.floats(0.5, 40.0), k_factor=st.floats(0.1, 5.0))
def test_what_drives_fading_twice_as_hard_acts_like_twice_the_rate(years, k_factor):
    driven, faster = Fading(k_factor=2 * k_factor), Fading(k_per_year=0.16, k_factor=k_factor)
    assert driven.remaining_fraction(years) == pytest.approx(faster.remaining_fraction(years), rel=1e-12)


def test_the_curve_does_not_jump_at_half_a_year():
    before, after = Fading().remaining_fraction(0.5 - 1e-9), Fading().remaining_fraction(0.5 + 1e-9)
    assert before == pytest.approx(after, abs=1e-8)


@pytest.mark.parametrize("wrong", [{"k_per_year": -0.1}, {"k_per_year": 6.0}, {"k_factor": 0.0}, {"spread_mm2_per_year": -1e-4}])
def test_rates_that_are_none_are_refused(wrong):
    with pytest.raises(BadInput):
        Fading(**wrong)


def test_years_before_the_treatment_are_refused():
    with pytest.raises(BadInput, match="years is -1"):
        Fading().remaining_fraction(-1)
