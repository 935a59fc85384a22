"""Claims about colour conversions: published values, exact round trips, an independent witness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from scalp.colour.spectra import WAVELENGTHS_NM, rgb_from_spectrum, rgb_weights
from scalp.colour.srgb import XYZ_FROM_RGB, difference, lab_from_linear, linear_from_lab, linear_from_srgb, srgb_from_linear, typology_angle

BANDS = st.tuples(*[st.floats(0.0, 1.0)] * 3)


def test_every_stored_number_survives_the_way_to_light_and_back():
    stored = np.arange(256, dtype=np.uint8)
    assert (srgb_from_linear(linear_from_srgb(stored)) == stored).all()


@given(rgb_linear=BANDS)
def test_lab_goes_back_to_the_same_light(rgb_linear):
    assert np.allclose(linear_from_lab(lab_from_linear(rgb_linear)), rgb_linear, atol=1e-9)


def test_lab_is_what_scikit_image_says():
    stored = np.random.default_rng(1).integers(0, 256, (50, 3), dtype=np.uint8)
    witness = rgb2lab(stored[None] / 255.0)[0]
    assert difference(lab_from_linear(linear_from_srgb(stored)), witness).max() < 0.02


def test_grey_light_has_no_hue():
    assert np.abs(lab_from_linear(np.full((5, 3), np.linspace(0.01, 1, 5)[:, None]))[:, 1:]).max() < 1e-9


def test_daylight_itself_is_white():
    """White of D65 and the 2 degree observer: x 0.3127, y 0.3290 [CIE2018]."""
    assert np.allclose(rgb_from_spectrum(np.ones(31)), 1.0)
    x, y, z = XYZ_FROM_RGB @ np.ones(3)
    assert (x / (x + y + z), y / (x + y + z)) == pytest.approx((0.3127, 0.3290), abs=1e-4)


def test_the_observer_and_daylight_make_their_white_by_themselves():
    from importlib.resources import files

    table = np.loadtxt(str(files("scalp.tables") / "skin-observer.csv"), delimiter=",", comments=("#", "w"))
    x, y, z = (table[:, 1:4] * table[:, 4:5]).sum(axis=0)
    assert (x / (x + y + z), y / (x + y + z)) == pytest.approx((0.3127, 0.3290), abs=6e-4)


def test_long_waves_are_red_and_short_ones_blue():
    nm = np.array(WAVELENGTHS_NM)
    for low, high, band in ((600, 640, 0), (530, 550, 1), (440, 460, 2)):
        assert rgb_weights()[(nm >= low) & (nm <= high)].sum(axis=0).argmax() == band


def test_typology_angles_follow_the_definition():
    """Very light above 55 degrees, dark below -30 [Chardon1991]."""
    assert typology_angle([75.0, 8.0, 14.0]) > 55
    assert typology_angle([38.0, 12.0, 18.0]) < -30
