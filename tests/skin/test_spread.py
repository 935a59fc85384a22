"""Claims about the point-spread of an impression and the tone of a field: what must come out of light in skin by itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, uniform_filter

from scalp.base import BadInput
from scalp.colour.srgb import lab_from_linear
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.profiles import contrast_profile
from scalp.skin.spread import (
    SIGMAS_MM,
    field_transmittance,
    inner_fraction,
    optical_width_mm,
    point_spread,
    redness_ratio,
    transmittance,
)
from scalp.skin.tone import reflectance

LIGHT = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
DARK = Skin(melanin_fraction=0.15, blood_fraction=0.011)
RED, GREEN, BLUE = 0, 1, 2
NEEDLE, PIGMENT = Needle(), Pigment()

TOPS, HEIGHTS = st.floats(0.0, 1.2), st.floats(0.05, 1.0)


def core(weights):
    return 1.0 - transmittance(weights, [0.0])[:, 0]


def default_impression(skin=LIGHT):
    return point_spread(skin, NEEDLE.deposit_diameter_mm, NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, PIGMENT.deposit_mg_per_ml)


def field_change(skin, weights, density_per_cm2):
    bare = reflectance(skin)
    return lab_from_linear(bare * field_transmittance(skin, weights, density_per_cm2)) - lab_from_linear(bare)


def test_the_healed_default_is_seen_a_quarter_of_a_millimetre_wide():
    assert 0.25 <= optical_width_mm(default_impression())[0, GREEN] <= 0.30


def test_deeper_is_blurrier():
    tops = np.array([0.1, 0.2, 0.3, 0.5, 0.8])
    widths = optical_width_mm(point_spread(LIGHT, 0.2, tops, tops + 0.3, 2.5))[:, GREEN]
    assert (np.diff(widths) > 0).all()
    assert widths[-1] > 2 * widths[0]


def test_deeper_is_bluer():
    tops = np.array([0.1, 0.2, 0.3, 0.5, 0.8])
    taken = core(point_spread(LIGHT, 0.3, tops, tops + 0.3, 5.0))
    assert (np.diff(taken[:, RED] / taken[:, BLUE]) > 0).all()
    fields = [field_change(LIGHT, point_spread(LIGHT, 0.3, top, top + 0.3, 5.0), 100.0) for top in (0.1, 0.8)]
    shallow, deep = (change[2] / change[0] for change in fields)
    assert deep > shallow


def test_more_dilution_is_lighter():
    water_per_pigment = (10.0, 20.0, 30.0, 40.0, 60.0)
    doses = [Pigment(dilution_ratio=ratio).deposit_mg_per_ml for ratio in water_per_pigment]
    taken = core(point_spread(LIGHT, 0.2, 0.1, 0.4, doses))
    assert (np.diff(taken, axis=0) < 0).all()


def test_dark_skin_shows_less_contrast():
    lightness = [-field_change(skin, default_impression(skin), 130.0)[0] for skin in (LIGHT, DARK)]
    assert lightness[1] < 0.7 * lightness[0]
    assert (inner_fraction(DARK) < inner_fraction(LIGHT)).all()


def test_small_sparse_marks_barely_show_and_large_dense_ones_read_as_a_shadow():
    """Seen 0.15 mm wide at 100/cm2 against 0.30 mm at 150/cm2: coverage 1.8 and 10.6 % of the skin."""
    column = (NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, PIGMENT.deposit_mg_per_ml)
    diameters = np.linspace(0.08, 0.4, 65)
    seen = optical_width_mm(point_spread(LIGHT, diameters, *column))[:, GREEN]
    small, large = (float(np.interp(width_mm, seen, diameters)) for width_mm in (0.15, 0.30))
    barely = field_change(LIGHT, point_spread(LIGHT, small, *column), 100.0)[0]
    shadow = field_change(LIGHT, point_spread(LIGHT, large, *column), 150.0)[0]
    assert -3.0 < barely < -1.0
    assert -12.0 < shadow < -6.0


def test_a_field_is_cooler_than_bare_skin():
    """Real fields: red over green 0.76 to 1.01, blue over green about 1.05 to 1.16 of bare skin's."""
    left = field_transmittance(LIGHT, default_impression(), 130.0)
    assert 0.76 < left[RED] / left[GREEN] < 1.0
    assert 1.03 < left[BLUE] / left[GREEN] < 1.16


def many_columns(count, seed=3):
    """Widths, tops, bottoms and concentrations of what needles leave, even on a logarithmic scale."""
    rng = np.random.default_rng(seed)
    ranges = ((0.08, 0.6), (0.04, 1.0), (0.1, 1.2), (0.25, 20.0))
    width, top, height, dose = (np.exp(rng.uniform(np.log(low), np.log(high), count)) for low, high in ranges)
    return width, top, top + height, dose


@pytest.mark.parametrize("skin", [LIGHT, DARK])
def test_an_impression_only_takes_light_and_never_all(skin):
    """Single weights may be below 0; their sum is not, but for the ripple beside the steep rim of a shallow mark."""
    left = transmittance(point_spread(skin, *many_columns(3000)), np.linspace(0, 4, 100))
    assert np.isfinite(left).all()
    assert left.min() > 0
    assert left.max() < 1.02
    assert np.quantile(left.max(axis=1), 0.95) < 1.002


@given(width=st.floats(0.06, 0.6), top=TOPS, height=HEIGHTS, dose=st.floats(0.25, 15.0))
@settings(deadline=None, max_examples=40)
def test_wider_and_stronger_take_more_in_all(width, top, height, dose):
    area_mm2 = 2 * np.pi * np.array(SIGMAS_MM) ** 2
    taken = [
        (point_spread(LIGHT, w, top, top + height, c) @ area_mm2)[0] for w, c in ((width, dose), (1.1 * width, dose), (width, 2 * dose))
    ]
    assert (taken[1] >= 0.98 * taken[0]).all()
    assert (taken[2] >= 0.98 * taken[0]).all()


def test_no_pigment_and_no_width_take_nothing():
    assert not point_spread(LIGHT, [0.2, 0.0], 0.1, 0.4, [0.0, 2.5]).any()


def test_an_empty_field_and_no_impressions_are_allowed():
    assert point_spread(LIGHT, [], [], [], []).shape == (0, 3, len(SIGMAS_MM))
    assert (field_transmittance(LIGHT, default_impression(), 0.0) == 1.0).all()


def test_bands_and_shapes_are_as_promised():
    weights = point_spread(LIGHT, [0.2, 0.3], [0.1, 0.2], 0.5, 2.5)
    assert weights.dtype == np.float32
    assert weights.shape == (2, 3, len(SIGMAS_MM))


@pytest.mark.parametrize("wrong", [(-0.1, 0.1, 0.4, 2.0), (0.2, 0.5, 0.4, 2.0), (0.2, 0.1, 0.4, np.nan)])
def test_impossible_impressions_are_refused(wrong):
    with pytest.raises(BadInput, match="impression"):
        point_spread(LIGHT, *wrong)


def test_a_sparse_field_takes_what_its_impressions_take_alone():
    weights = default_impression()
    distance = np.linspace(0, 8, 4001)
    alone_mm2 = np.trapezoid((1 - transmittance(weights, distance)[0]) * 2 * np.pi * distance[:, None], distance, axis=0)
    left = field_transmittance(LIGHT, weights, 2.0)
    assert (1 - left) / inner_fraction(LIGHT) == pytest.approx(alone_mm2 * 0.02, rel=0.06)


def test_redness_reddens_and_calm_skin_stays_as_it_is():
    ratio = redness_ratio(LIGHT, [0.0, 0.5, 1.0])
    assert ratio[0] == pytest.approx(np.ones(3), abs=1e-9)
    assert (np.diff(ratio[:, GREEN]) < 0).all()
    assert ratio[2, RED] > ratio[2, GREEN]


def light_taken_mm2(contrast, distance):
    return np.trapezoid(contrast * 2 * np.pi * distance[:, None], distance, axis=-2)


def test_the_sums_take_as_much_light_as_the_profile():
    """Nine of ten deposits within 1 %, each within 5 %."""
    columns = many_columns(250)
    distance = np.concatenate([np.linspace(0.0, 0.8, 321), np.geomspace(0.81, 11.0, 150)])
    drawn = light_taken_mm2(1 - transmittance(point_spread(LIGHT, *columns), distance), distance)
    profile = light_taken_mm2(contrast_profile(LIGHT, *columns, distance), distance)
    off = np.abs(drawn - profile) / np.maximum(profile, 0.01)
    assert np.quantile(off, 0.9) < 0.01
    assert off.max() < 0.05


@pytest.mark.parametrize("skin", [LIGHT, DARK])
@pytest.mark.parametrize("top", [0.05, 0.08, 0.2, 0.5])
def test_a_field_of_the_table_keeps_its_mean_tone(skin, top):
    """The mean of a field of exact profiles, drawn point by point on a lattice, against `field_transmittance`, to 1 %."""
    density_per_cm2 = 130.0
    column = (0.25, top, top + 0.3, 1.29)
    side_mm = 12 * 10.0 / np.sqrt(density_per_cm2)
    rng = np.random.default_rng(7)
    lattice = np.stack(np.meshgrid(np.arange(12), np.arange(12)), axis=-1).reshape(-1, 2)
    places_mm = (lattice + 0.5 + 0.25 * rng.standard_normal((144, 2))) * side_mm / 12
    at_mm = rng.uniform(0, side_mm, (4000, 2))
    away = at_mm[:, None] - places_mm
    knots = np.concatenate([np.linspace(0, 0.3, 601), np.geomspace(0.301, 8, 200)])
    density = -np.log1p(-contrast_profile(skin, *column, knots)[0])
    summed = np.zeros((len(at_mm), 3))
    for turn_x in (-1, 0, 1):
        for turn_y in (-1, 0, 1):
            apart = np.hypot(away[..., 0] + turn_x * side_mm, away[..., 1] + turn_y * side_mm)
            summed += np.stack([np.interp(apart, knots, density[:, band]).sum(axis=1) for band in range(3)], axis=-1)
    passed = np.exp(-summed)
    exact = 1 - inner_fraction(skin) * (1 - passed.mean(axis=0))
    noise = inner_fraction(skin) * passed.std(axis=0) / np.sqrt(len(at_mm))
    assert (np.abs(field_transmittance(skin, point_spread(skin, *column), density_per_cm2) - exact) < 0.01 * exact + 3 * noise).all()


def test_what_a_photo_sees_of_a_mark_is_the_profile():
    """Blurred by a pixel of 0.07 mm and optics of 0.02 mm, the default's core is within 0.02 of the exact profile's."""
    across = (np.arange(161) - 80) * 0.01
    away = np.hypot(*np.meshgrid(across, across))
    column = (NEEDLE.deposit_diameter_mm, NEEDLE.top_depth_mm, NEEDLE.bottom_depth_mm, PIGMENT.deposit_mg_per_ml)
    knots = np.arange(0.0, 1.2, 0.0025)
    drawn = transmittance(point_spread(LIGHT, *column), knots)[0]
    exact = 1 - contrast_profile(LIGHT, *column, knots)[0]
    for band in (RED, GREEN, BLUE):
        seen = [gaussian_filter(uniform_filter(np.interp(away, knots, light[:, band]), 7), 2.0) for light in (drawn, exact)]
        assert np.abs(seen[0] - seen[1])[40:121, 40:121].max() < 0.02
