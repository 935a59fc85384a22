"""The mean light of stubble: closed forms, laws and the figures that practice knows."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.domain.hair import NativeHair
from scalp.skin.matching import ShadeRules
from scalp.skin.stubble import SHADOW_FACTOR, NoticeRules, covered_fraction, hair_albedo, mismatch, stubble_light, stubble_tone
from tests.makers import make_skin

SKIN, DARK_SKIN, HAIR = make_skin(), make_skin(melanin_fraction=0.15), NativeHair()
UPRIGHT_STEPS = 2000


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 30.0), st.floats(0.1, 30.0))
def test_stubble_covers_more_the_longer_it_grows(days, more_days):
    assert covered_fraction(HAIR, days + more_days) > covered_fraction(HAIR, days)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 14.0), st.floats(0.1, 14.0))
def test_four_weeks_of_stubble_grow_ever_darker(days, more_days):
    # After some five weeks, 12 mm, the skin is hidden and the hairs' own light takes over: hair, no longer stubble.
    assert stubble_tone(SKIN, HAIR, days + more_days) > stubble_tone(SKIN, HAIR, days)


@settings(deadline=None, max_examples=25)
@given(st.floats(20.0, 150.0), st.floats(1.05, 2.0), st.floats(0.0, 10.0))
def test_denser_stubble_is_darker(density_per_cm2, factor, days):
    thin, dense = (dataclasses.replace(HAIR, density_per_cm2=density_per_cm2 * part) for part in (1.0, factor))
    assert stubble_tone(SKIN, dense, days) > stubble_tone(SKIN, thin, days)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.0, 0.9), st.floats(0.05, 0.1), st.floats(0.0, 10.0))
def test_greyer_stubble_is_lighter(grey_fraction, more_fraction, days):
    less, more = (dataclasses.replace(HAIR, grey_fraction=part) for part in (grey_fraction, grey_fraction + more_fraction))
    assert stubble_tone(SKIN, more, days) < stubble_tone(SKIN, less, days)


def test_a_day_of_dark_stubble_has_the_shade_that_a_healed_field_is_matched_to():
    # A shaved head is about 9 % of L* darker than its skin. (D-E, smp 1.1 and 1.12)
    assert stubble_tone(SKIN, HAIR, 1.0) == pytest.approx(ShadeRules().darker_fraction, abs=0.02)


def test_a_tenth_of_a_millimetre_more_adds_what_is_computed_from_length_and_width():
    # 226 hairs a cm2, 70 um wide: each further 0.1 mm adds up to 1.6 %. (smp 1.1)
    lying = NativeHair(density_per_cm2=226.0, growing_fraction=1.0, lean_deg=(1.0, 1.0), growth_mm_per_day=0.1, shaft_diameter_mm=0.070)
    assert covered_fraction(lying, 1.0) == pytest.approx(0.016, rel=0.06)


def test_at_no_days_only_coloured_roots_are_left_and_they_cool_the_skin():
    assert covered_fraction(HAIR, 0.0) == 0.0
    red, green, blue = stubble_light(SKIN, HAIR, 0.0)
    assert red < green < blue < 1.0
    assert stubble_light(SKIN, dataclasses.replace(HAIR, grey_fraction=1.0), 0.0) == pytest.approx([1.0, 1.0, 1.0], abs=1e-4)


def test_white_hair_darkens_light_skin_less_than_black_and_lightens_dark_skin():
    white = dataclasses.replace(HAIR, grey_fraction=1.0)
    assert abs(stubble_tone(SKIN, white, 3.0)) < 0.3 * stubble_tone(SKIN, HAIR, 3.0)
    assert stubble_tone(DARK_SKIN, white, 3.0) < 0.0
    assert (hair_albedo(0.0) > 5.0 * hair_albedo(1.0)).all()


@pytest.mark.parametrize("lean_deg", [0.0, 15.0, 33.0, 50.0, 90.0])
def test_a_thin_cylinder_takes_the_same_even_light_whatever_its_lean(lean_deg):
    # Witness: the light it meets, summed over the upper half of space, over that which falls on a flat piece.
    polar_rad = (np.arange(UPRIGHT_STEPS) + 0.5) / UPRIGHT_STEPS * np.pi / 2
    azimuth_rad = (np.arange(360) + 0.5) / 360 * 2 * np.pi
    x, y = np.sin(polar_rad)[:, None] * np.cos(azimuth_rad), np.cos(polar_rad)[:, None]
    along = x * np.cos(np.radians(lean_deg)) + y * np.sin(np.radians(lean_deg))
    met = (np.sqrt(1.0 - along**2) * np.sin(polar_rad)[:, None]).sum() * (np.pi / 2 / UPRIGHT_STEPS) * (2 * np.pi / 360)
    assert met / np.pi == pytest.approx(SHADOW_FACTOR, rel=1e-3)


def test_the_mismatch_grows_by_the_day_and_turns_round_when_hair_turns_grey():
    treated = stubble_light(SKIN, HAIR, 1.0)
    gaps = [mismatch(SKIN, HAIR, days, treated).difference_lightness for days in (0.0, 1.0, 3.0, 7.0)]
    assert gaps == sorted(gaps)
    assert gaps[1] == pytest.approx(0.0, abs=1e-9)
    assert min(np.diff(gaps)) > 0.5
    grey = mismatch(SKIN, dataclasses.replace(HAIR, grey_fraction=0.8), 1.0, treated)
    assert grey.difference_lightness < -NoticeRules().noticed_lightness
    assert grey.noticed
    assert "darker than the sides" in grey.doubts[0].size
    assert "lighter than the sides" in mismatch(SKIN, HAIR, 7.0, treated).doubts[0].size
    assert mismatch(SKIN, HAIR, 1.0, treated).doubts == ()


def test_days_that_no_stubble_has_are_refused():
    with pytest.raises(BadInput, match="use a photo of the real hair"):
        stubble_light(SKIN, HAIR, 61.0)
    with pytest.raises(BadInput, match="0 to 60 days"):
        stubble_tone(SKIN, HAIR, -0.5)
    with pytest.raises(BadInput, match="2 to 3 is usual"):
        NoticeRules(noticed_lightness=0.0)
