"""Fading: the published half-year point, the tabulated years, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.domain.fading import BANDS, Fading, FadingFactors, depth_factor, dilution_factor

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


TOLD = st.builds(
    FadingFactors,
    sun=st.sampled_from([None, "protected", "usual", "high"]),
    skin_type=st.sampled_from([None, "dry", "normal", "oily"]),
    peels=st.sampled_from([None, False, True]),
    scar=st.booleans(),
    dilution_ratio=st.one_of(st.none(), st.floats(0.0, 60.0)),
)


@given(told=TOLD)
def test_each_factor_multiplies_the_rate_as_practitioners_say(told):
    """The factors of the notes, all E."""
    rate = {None: 1.0, "protected": 0.8, "usual": 1.0, "high": 1.6}[told.sun]
    rate *= {None: 1.0, "dry": 0.85, "normal": 1.0, "oily": 1.4}[told.skin_type] * (1.3 if told.peels else 1.0)
    rate *= 1.8 if told.scar else 1.0
    thinned = FadingFactors(dilution_ratio=told.dilution_ratio).rate_factor
    assert 1.0 <= thinned <= 1.2 + 1e-9
    assert told.rate_factor == pytest.approx(rate * thinned)


@given(told=TOLD)
def test_the_more_is_told_the_narrower_the_band(told):
    nothing, something = Fading(), Fading(factors=told)
    assert 1.5 < something.band_shift("low") <= nothing.band_shift("low") * (1 + 1e-12)
    assert something.band_shift("low") * something.band_shift("high") == pytest.approx(1.0)
    assert something.rate_per_year("high") < something.rate_per_year() < something.rate_per_year("low")


def test_with_nothing_told_the_band_is_half_to_twice_the_rate():
    assert [Fading().rate_per_year(band) for band in BANDS] == pytest.approx([0.16, 0.08, 0.04])


def test_a_scar_is_a_fifth_lighter_at_half_a_year():
    """Scarring alopecia lost 1.6 of the visual density score in six months, 19 %; other hair loss 0.9, 10 % [Liu2025]."""
    assert Fading(factors=FadingFactors(scar=True)).remaining_fraction(0.5) == pytest.approx(0.81, abs=0.005)
    assert Fading().remaining_fraction(0.5) == pytest.approx(0.90, abs=0.02)


def test_shallow_deposits_fade_half_as_fast_again_and_thin_pigment_a_fifth():
    assert depth_factor([0.1, 0.15, 0.3, 0.8]).tolist() == pytest.approx([1.5, 1.5, 1.0, 1.0])
    assert dilution_factor(8.0) == dilution_factor(15.0) == 1.0
    assert dilution_factor(30.0) == dilution_factor(50.0) == pytest.approx(1.2)
    assert 1.0 < dilution_factor(20.0) < 1.2


def test_marks_spread_as_the_square_root_of_time_and_faster_the_deeper_they_lie():
    """D from 0.00015 under the epidermis to 0.03 mm2 a year as deep as body tattoos. (D-E)"""
    fading = Fading()
    assert fading.spread_mm2(4.0, 0.3) == pytest.approx(2 * fading.spread_mm2(2.0, 0.3))
    yearly = fading.spread_mm2(1.0, np.array([0.1, 0.23, 0.6, 1.0, 2.0])) / 2.0
    assert (np.diff(yearly) >= 0).all()
    assert yearly[1] == pytest.approx(0.00015)
    assert 0.001 < yearly[2] < 0.002
    assert yearly[4] == pytest.approx(0.03)
    assert fading.spread_mm2(1.0, 0.23, "low") < fading.spread_mm2(1.0, 0.23) < fading.spread_mm2(1.0, 0.23, "high")


def test_the_curve_does_not_jump_at_half_a_year():
    before, after = Fading().remaining_fraction(0.5 - 1e-9), Fading().remaining_fraction(0.5 + 1e-9)
    assert before == pytest.approx(after, abs=1e-8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"k_per_year": -0.1},
        {"k_per_year": 6.0},
        {"band_factor": 0.5},
        {"diffusion_mm2_per_year": -1e-4},
        {"k_per_year": np.nan},
        {"lasting_fraction": 1.5},
        {"early_loss_fraction": 0.9},
        {"diffusion_band_factor": 0.0},
    ],
)
def test_rates_that_are_none_are_refused(wrong):
    with pytest.raises(BadInput):
        Fading(**wrong)


@pytest.mark.parametrize("wrong", [{"sun": "tropical"}, {"skin_type": "combination"}, {"dilution_ratio": -1.0}, {"dilution_ratio": np.nan}])
def test_what_nobody_can_tell_is_refused_with_what_can_be(wrong):
    with pytest.raises(BadInput, match="allowed"):
        FadingFactors(**wrong)


@pytest.mark.parametrize("years", [-1.0, np.nan, 60.5])
def test_years_that_cannot_be_are_refused(years):
    with pytest.raises(BadInput, match="0 to 60"):
        Fading().remaining_fraction(years)
