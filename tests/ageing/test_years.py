"""Claims about the years: the anchors that are known, the band, and that pigment is never made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.ageing.forecasts import RENEWED_FRACTION, touch_up_window
from scalp.ageing.shades import Deposits, deposits_of, with_deposits
from scalp.ageing.years import age, temporary_fading
from scalp.base import BadInput
from scalp.colour.srgb import lab_from_linear
from scalp.domain.fading import BANDS, Fading, FadingFactors
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, optical_width_mm, point_spread, transmittance
from scalp.skin.tone import reflectance
from tests.ageing.test_healing import placed

SKIN = Skin(melanin_fraction=0.0135, blood_fraction=0.011)


def weights_of(impressions, skin=SKIN):
    return point_spread(
        skin,
        impressions.deposit_diameter_mm,
        impressions.top_depth_mm,
        impressions.bottom_depth_mm,
        impressions.concentration_mg_per_ml,
    )


def lightness_change(impressions, skin=SKIN):
    bare = reflectance(skin)
    return float((lab_from_linear(bare * field_transmittance(skin, weights_of(impressions, skin), 130.0)) - lab_from_linear(bare))[0])


def pigment_of(impressions):
    volume = impressions.deposit_diameter_mm.astype(float) ** 2 * (impressions.bottom_depth_mm - impressions.top_depth_mm)
    return float((volume * impressions.concentration_mg_per_ml).sum())


def tone_left(years, **asked):
    return lightness_change(age(placed(), years=years, **asked)) / lightness_change(placed())


def test_after_half_a_year_the_work_is_about_a_tenth_lighter():
    """Visual density score 8.7 to 7.7, that is 11.5 % [Liu2025]."""
    assert tone_left(0.5) == pytest.approx(7.7 / 8.7, abs=0.02)


def test_after_half_a_year_a_scar_is_a_fifth_lighter():
    """Scarring alopecia lost 1.6 of 8.7, 19 % [Liu2025]."""
    assert tone_left(0.5, fading=Fading(factors=FadingFactors(scar=True))) == pytest.approx(0.81, abs=0.02)


def test_the_first_touch_up_is_due_after_three_to_five_years():
    """Faded is a tone of 0.60 to 0.65; practitioners say 3 to 5 years, 1 to 8 in all. (C-D)"""
    window = touch_up_window()
    assert 3.0 <= window.expected <= 5.0
    assert 1.0 < window.low < 3.0
    assert 5.0 < window.high < 10.0
    assert tone_left(window.expected) == pytest.approx(RENEWED_FRACTION, abs=0.02)


@given(fraction=st.floats(0.1, 0.99))
def test_the_touch_up_is_where_the_curve_falls_to_the_tone(fraction):
    window = touch_up_window(renewed_fraction=fraction)
    for band, years in zip(BANDS, (window.low, window.expected, window.high), strict=True):
        if years < 60.0:
            assert Fading().remaining_fraction(years, band) == pytest.approx(fraction, abs=1e-6)


def test_a_tone_that_is_never_reached_gives_the_last_year_and_no_error():
    assert touch_up_window(Fading(k_per_year=0.0)).expected == 60.0


@pytest.mark.parametrize("years", [1.0, 2.0, 5.0, 10.0])
def test_the_tone_seen_follows_the_fading_curve(years):
    for band in BANDS:
        assert tone_left(years, band=band) == pytest.approx(Fading().remaining_fraction(years, band), abs=0.02)


def test_the_band_is_in_order_and_opens():
    gaps = []
    for years in (2.0, 5.0, 10.0):
        low, expected, high = (tone_left(years, band=band) for band in BANDS)
        assert low < expected < high
        gaps.append(high - low)
    assert gaps == sorted(gaps)


def yearly_growth(impressions, years):
    """Return how much the seen width grows in a year, as a part of it."""
    seen_mm = [float(np.median(optical_width_mm(weights_of(age(impressions, years=at))[:200])[:, 1])) for at in (0.0, years)]
    return (seen_mm[1] / seen_mm[0]) ** (1.0 / years) - 1.0


def test_marks_grow_by_a_few_percent_a_year_and_deep_ones_faster():
    """Practitioners: 1 to 3 % of the diameter a year, 5 to 8 % if deep. (D-E)"""
    assert 0.01 < yearly_growth(placed(), 5.0) < 0.045
    for depth in ((0.3, 0.6), (0.3, 0.8)):
        assert 0.04 < yearly_growth(at_depth(*depth), 5.0) < 0.085


def at_depth(top_mm, bottom_mm):
    before = placed()
    deposits = deposits_of(before)
    moved = Deposits(
        diameter_mm=deposits.diameter_mm,
        top_mm=np.full(len(before), top_mm),
        bottom_mm=np.full(len(before), bottom_mm),
        mg_per_ml=deposits.mg_per_ml,
    )
    return with_deposits(before, moved, np.zeros(len(before)))


def test_old_marks_are_twice_as_wide_at_most_after_ten_years():
    """Photographs of old, poor work show marks twice as wide as healed good work's."""
    widths = [float(np.median(optical_width_mm(weights_of(age(placed(), years=10.0, spread=spread))[:200])[:, 1])) for spread in BANDS]
    settled = float(np.median(optical_width_mm(weights_of(placed())[:200])[:, 1]))
    assert widths == sorted(widths)
    assert widths[0] / settled > 1.05
    assert 1.1 < widths[1] / settled < 1.7
    assert widths[2] / settled < 2.2


def test_depth_makes_the_hue_and_years_hardly_shift_it():
    """Pigment looks cooler under skin within a month and the deeper the more, not with the years. (B, smp 1.10)"""
    hues = []
    for depth in ((0.08, 0.38), (0.3, 0.8), (0.5, 1.0)):
        now, later = (weights_of(age(at_depth(*depth), years=years)) for years in (0.5, 8.0))
        ratios = [core[0] / core[2] for core in ((1.0 - transmittance(weights, [0.0])[:, 0]).mean(axis=0) for weights in (now, later))]
        assert ratios[1] == pytest.approx(ratios[0], rel=0.25)
        hues.append(ratios[0])
    assert hues == sorted(hues)
    assert hues[2] > 2.0 * hues[0]


def test_shallow_marks_fade_faster():
    shallow, usual = at_depth(0.04, 0.14), at_depth(0.08, 0.38)
    left = [lightness_change(age(lying, years=4.0)) / lightness_change(lying) for lying in (shallow, usual)]
    assert left[0] < left[1] - 0.05
    assert left[0] == pytest.approx(0.885 * np.exp(-0.08 * 1.5 * 3.5), abs=0.03)


@pytest.mark.parametrize("melanin_fraction", [0.03, 0.1, 0.25])
def test_the_tone_follows_the_curve_on_every_skin(melanin_fraction):
    skin = Skin(melanin_fraction=melanin_fraction, blood_fraction=0.011)
    left = lightness_change(age(placed(), years=5.0, skin=skin), skin) / lightness_change(placed(), skin)
    assert left == pytest.approx(Fading().remaining_fraction(5.0), abs=0.05)


@given(years=st.floats(0.0, 15.0), band=st.sampled_from(BANDS), diffusion=st.floats(0.0, 0.0008))
@settings(deadline=None, max_examples=20)
def test_pigment_is_never_made_and_always_fades(years, band, diffusion):
    fading = Fading(diffusion_mm2_per_year=diffusion)
    now, later = age(placed(), years=years, band=band, fading=fading), age(placed(), years=years + 1, band=band, fading=fading)
    assert pigment_of(now) <= pigment_of(placed()) * (1 + 1e-5)
    assert pigment_of(later) < pigment_of(now) * (1 + 1e-4)
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


BARELY_SEEN_FRACTION = 0.25
"""A field whose mean L* is 1.5 below the skin's is barely there; the healed one is 6 below."""


def test_temporary_work_is_seen_for_six_to_eighteen_months():
    """(C-D)"""
    window = touch_up_window(temporary_fading(), renewed_fraction=BARELY_SEEN_FRACTION)
    assert 0.5 <= window.low < window.expected < window.high <= 1.6
    assert window.expected == pytest.approx(1.0, abs=0.1)
    assert tone_left(0.5, fading=temporary_fading()) > BARELY_SEEN_FRACTION


def test_temporary_work_leaves_a_residue_to_about_three_years():
    """Single marks can still be found close up at two years, hardly at four: a contrast of 0.02 is the least that is seen. (E)"""
    cores = []
    for years in (2.0, 4.0):
        weights = weights_of(age(placed(), years=years, fading=temporary_fading()))
        cores.append(float(np.median(1.0 - transmittance(weights, [0.0])[:, 0].mean(axis=-1))))
    assert cores[0] > 0.02
    assert cores[1] < 0.02
    assert tone_left(3.0, fading=temporary_fading(), band="high") < 0.15


@pytest.mark.parametrize("years", [-1.0, np.nan, 200.0])
def test_years_that_cannot_be_are_refused(years):
    with pytest.raises(BadInput, match="0 to 60"):
        age(placed(), years=years)


def test_a_band_that_is_none_is_refused():
    for asked in ({"band": "middle"}, {"spread": "middle"}):
        with pytest.raises(BadInput, match="low, expected, high"):
            age(placed(), years=5, **asked)
