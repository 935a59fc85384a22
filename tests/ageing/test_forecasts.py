"""Claims about what is said of the years: the band, what drives it, when to renew."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.ageing import forecasts, years
from scalp.ageing.forecasts import doubts_of_years, drivers_of, touch_up_window
from scalp.ageing.years import temporary_fading
from scalp.base import BadInput
from scalp.domain.fading import Fading, FadingFactors

TOLD = st.builds(
    FadingFactors,
    sun=st.sampled_from([None, "protected", "usual", "high"]),
    skin_type=st.sampled_from([None, "dry", "normal", "oily"]),
    peels=st.sampled_from([None, False, True]),
    scar=st.booleans(),
    dilution_ratio=st.one_of(st.none(), st.floats(0.0, 60.0)),
)


@pytest.mark.parametrize("module", [forecasts, years])
def test_the_examples_of_the_pages_hold(module):
    assert doctest.testmod(module).failed == 0


@given(told=TOLD, at=st.floats(0.6, 40.0))
def test_the_shares_of_the_band_add_up_to_all_of_it(told, at):
    drivers = drivers_of(at, Fading(factors=told))
    assert sum(driver.share_fraction for driver in drivers) == pytest.approx(1.0)
    assert all(driver.tone.low <= driver.tone.expected <= driver.tone.high for driver in drivers)


@given(told=TOLD)
def test_the_drivers_together_reach_as_far_as_the_band(told):
    """Independent causes: squares of the reaches, in logarithms of the rate, add up to the square of the band's."""
    fading = Fading(factors=told, early_loss_fraction=0.0)
    reaches = [np.log(np.log(driver.tone.low) / np.log(driver.tone.high)) for driver in drivers_of(5.0, fading)]
    band = np.log(np.log(fading.remaining_fraction(5.0, "low")) / np.log(fading.remaining_fraction(5.0, "high")))
    assert np.sqrt(np.sum(np.square(reaches))) == pytest.approx(band)


def test_what_is_told_no_longer_has_a_share_and_moves_the_tone():
    names = {driver.name: driver for driver in drivers_of(5.0)}
    told = {driver.name: driver for driver in drivers_of(5.0, Fading(factors=FadingFactors(sun="high")))}
    assert names["sun"].share_fraction > 0.2
    assert told["sun"].share_fraction == 0.0
    assert told["sun"].told == "high"
    assert told["sun"].tone.expected == pytest.approx(names["sun"].tone.low)
    assert "25 % of what is uncertain" in names["sun"].sentence()
    assert told["sun"].sentence() == "sun: high"


def test_half_of_the_band_is_what_nobody_has_measured():
    *_, rest = drivers_of(5.0)
    assert rest.name == "what nobody has measured"
    assert 0.4 < rest.share_fraction < 0.6


def test_beyond_what_was_measured_there_is_a_doubt_that_says_how_wide_why_and_when_to_renew():
    assert not doubts_of_years(0.5)
    tone, renewing = doubts_of_years(10.0)
    assert {tone.kind, renewing.kind} == {"ageing"}
    assert "19 to 61 %" in tone.size
    assert "sun 25 %" in tone.advice
    assert "5 years, 3 to 9 possible" in renewing.size


def test_temporary_work_is_renewed_within_months():
    (_, renewing) = doubts_of_years(1.5, temporary_fading())
    assert "months" in renewing.size


def test_much_sun_brings_the_touch_up_forward():
    usual, sunny = touch_up_window(), touch_up_window(Fading(factors=FadingFactors(sun="high")))
    assert sunny.expected < usual.expected - 1.0
    assert sunny.high < usual.high


@pytest.mark.parametrize("at", [-1.0, np.nan, 61.0])
def test_years_that_cannot_be_are_refused(at):
    for ask in (drivers_of, doubts_of_years):
        with pytest.raises(BadInput, match="0 to 60"):
            ask(at)
