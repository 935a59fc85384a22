"""Claims about the years: the anchors that are known, the band, and that pigment is never made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.ageing.years import age, doubts_of_years, temporary_fading
from scalp.base import BadInput
from scalp.colour.srgb import lab_from_linear
from scalp.domain.fading import BANDS, Fading
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, optical_width_mm, point_spread
from scalp.skin.tone import reflectance
from tests.ageing.test_healing import placed

SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)


def weights_of(impressions):
    return point_spread(
        SKIN,
        impressions.deposit_diameter_mm,
        impressions.top_depth_mm,
        impressions.bottom_depth_mm,
        impressions.concentration_mg_per_ml,
    )


def lightness_change(impressions):
    bare = reflectance(SKIN)
    return float((lab_from_linear(bare * field_transmittance(SKIN, weights_of(impressions), 130.0)) - lab_from_linear(bare))[0])


def pigment_of(impressions):
    volume = impressions.deposit_diameter_mm.astype(float) ** 2 * (impressions.bottom_depth_mm - impressions.top_depth_mm)
    return float((volume * impressions.concentration_mg_per_ml).sum())


def tone_left(years, **asked):
    return lightness_change(age(placed(), years=years, **asked)) / lightness_change(placed())


def test_after_half_a_year_the_work_is_about_a_tenth_lighter():
    """Visual density score 8.7 to 7.7, that is 11.5 % [Liu2025]."""
    assert 0.82 < tone_left(0.5) < 0.93


def test_the_first_touch_up_is_due_after_three_to_five_years():
    """Faded is a tone of about 0.6 to 0.65; practitioners say 3 to 5 years."""
    assert tone_left(3.0) > 0.65
    assert tone_left(5.5) < 0.68


@pytest.mark.parametrize("years", [1.0, 2.0, 5.0, 10.0])
def test_the_tone_seen_follows_the_fading_curve(years):
    for band in BANDS:
        assert tone_left(years, band=band) == pytest.approx(Fading().remaining_fraction(years, band), abs=0.12)


def test_the_band_is_in_order_and_opens():
    gaps = []
    for years in (2.0, 5.0, 10.0):
        low, expected, high = (tone_left(years, band=band) for band in BANDS)
        assert low < expected < high
        gaps.append(high - low)
    assert gaps == sorted(gaps)


def test_marks_grow_by_one_to_five_percent_a_year():
    """Practitioners: 1 to 3 % of the diameter a year. (D-E)"""
    width = [float(np.median(optical_width_mm(weights_of(age(placed(), years=years))[:200])[:, 1])) for years in (0.0, 5.0)]
    assert 1.01**5 < width[1] / width[0] < 1.05**5


@given(years=st.floats(0.0, 40.0), band=st.sampled_from(BANDS), spread=st.floats(0.0, 0.01))
@settings(deadline=None, max_examples=30)
def test_pigment_is_never_made_and_always_fades(years, band, spread):
    fading = Fading(spread_mm2_per_year=spread)
    now, later = age(placed(), years=years, band=band, fading=fading), age(placed(), years=years + 1, band=band, fading=fading)
    assert pigment_of(now) <= pigment_of(placed()) * (1 + 1e-5)
    assert pigment_of(later) < pigment_of(now) * (1 + 1e-6)
    assert (now.deposit_diameter_mm >= placed().deposit_diameter_mm * 0.99999).all()
    assert (now.bottom_depth_mm > now.top_depth_mm).all()


def test_at_first_nothing_has_changed():
    now = age(placed(), years=0.0)
    assert np.allclose(now.concentration_mg_per_ml, placed().concentration_mg_per_ml, rtol=1e-5)
    assert np.allclose(now.deposit_diameter_mm, placed().deposit_diameter_mm, rtol=1e-6)


def test_with_no_yearly_loss_only_the_first_half_year_counts():
    fading = Fading(k_per_year=0.0)
    assert pigment_of(age(placed(), years=3.0, fading=fading)) < pigment_of(placed())
    assert tone_left(3.0, fading=fading) > 0.8


def test_temporary_work_is_gone_in_three_years_and_seen_for_half_a_year():
    fading = temporary_fading()
    assert fading.remaining_fraction(0.5) > 0.8
    assert 0.1 < fading.remaining_fraction(1.5, "expected") < 0.3
    assert fading.remaining_fraction(1.5, "high") < 0.5
    assert fading.remaining_fraction(3.0, "expected") < 0.05
    assert tone_left(3.0, fading=fading) < 0.06


@pytest.mark.parametrize("years", [-1.0, np.nan, 200.0])
def test_years_that_cannot_be_are_refused(years):
    with pytest.raises(BadInput, match="0 to 60"):
        age(placed(), years=years)


def test_beyond_what_was_measured_there_is_a_doubt():
    assert not doubts_of_years(0.5)
    (doubt,) = doubts_of_years(10.0)
    assert doubt.kind == "ageing"
    assert "19 to 61 %" in doubt.size
