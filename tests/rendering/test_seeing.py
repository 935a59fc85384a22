"""What an eye sees from a distance: the published curve, what it does to gratings whose answer is known, and bad words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.domain.photo import Photo, srgb_encoding
from scalp.rendering.seeing import Eye, coarser_than_eye, eye_contrast, px_per_degree, see_from, see_photo_from

PX_PER_MM = 12.0


def grating(cycles_per_mm, *, contrast=0.5, side_px=384, mean=0.3):
    """Return vertical stripes of linear light."""
    x_mm = (np.arange(side_px) + 0.5) / PX_PER_MM
    stripes = mean * (1.0 + contrast * np.cos(2 * np.pi * cycles_per_mm * x_mm))
    return np.repeat(np.tile(stripes, (side_px, 1))[..., None], 3, axis=2).astype(np.float32)


def contrast_of(light):
    """Return the contrast of stripes from their standard deviation, over whole periods in the middle."""
    middle = light[60:-60, 60:-60, 1]
    return float(np.sqrt(2.0) * middle.std() / middle.mean())


def test_the_curve_is_the_published_one():
    # Watson 2013, equations 3 to 5, worked out by hand for a pupil of 3 mm: u1 = 8.9438, limit 94.34 cycles a degree.
    assert eye_contrast(8.9438) == pytest.approx(2.0**-0.62 * np.sqrt(0.8795), abs=2e-3)
    assert eye_contrast(94.4) == 0.0
    assert eye_contrast(0.0) == 1.0


@settings(max_examples=40, deadline=None)
@given(st.floats(2.0, 6.0), st.floats(0.0, 80.0), st.floats(0.1, 20.0))
def test_finer_patterns_never_keep_more_contrast(pupil_mm, cycles, more):
    eye = Eye(pupil_mm=pupil_mm)
    assert 0.0 <= eye_contrast(cycles + more, eye) <= eye_contrast(cycles, eye) <= 1.0


@pytest.mark.parametrize("distance_mm", [300.0, 1000.0, 3000.0])
def test_stripes_of_a_millimetre_keep_the_contrast_the_curve_says(distance_mm):
    cycles_per_degree = 1.0 * distance_mm * np.pi / 180.0
    seen = see_from(grating(1.0), PX_PER_MM, distance_mm)
    assert contrast_of(seen) / 0.5 == pytest.approx(float(eye_contrast(cycles_per_degree)), abs=0.012)


def test_the_same_stripes_blur_the_same_turned_by_a_right_angle():
    upright = see_from(grating(1.3), PX_PER_MM, 1500.0)
    lying = see_from(np.ascontiguousarray(grating(1.3).transpose(1, 0, 2)), PX_PER_MM, 1500.0)
    assert np.abs(upright - lying.transpose(1, 0, 2)).max() < 1e-5


def test_mean_light_is_kept_and_even_skin_stays_even():
    even = np.full((120, 150, 3), (0.5, 0.3, 0.2), np.float32)
    assert np.abs(see_from(even, PX_PER_MM, 3000.0) - even).max() < 1e-5
    noisy = np.random.default_rng(4).uniform(0.1, 0.6, (256, 256, 3)).astype(np.float32)
    assert see_from(noisy, PX_PER_MM, 1000.0).mean() == pytest.approx(noisy.mean(), rel=2e-3)


def test_light_is_averaged_and_not_stored_numbers():
    # Fine black and white stripes look like half the light, sRGB 188; averaged stored numbers would give 128.
    stored = np.zeros((128, 128, 3), np.uint8)
    stored[:, ::2] = 255
    seen = see_photo_from(Photo(pixels=stored, encoding=srgb_encoding()), 4.0, 10_000.0)
    assert np.abs(seen.pixels[20:-20, 20:-20].astype(int) - 188).max() <= 2


def test_marks_show_at_a_mirror_and_merge_across_a_room():
    rng = np.random.default_rng(1)
    skin = np.full((384, 384, 3), 0.35, np.float32)
    rows, cols = np.mgrid[:384, :384]
    for y, x in rng.uniform(0, 384, (1300, 2)):  # 127 a cm2
        skin *= 1.0 - 0.5 * np.exp(-((rows - y) ** 2 + (cols - x) ** 2) / (2 * (0.13 * PX_PER_MM) ** 2))[..., None].astype(np.float32)
    spread = [float(see_from(skin, PX_PER_MM, metres * 1000.0)[..., 1].std()) for metres in (0.3, 1.0, 3.0)]
    assert spread[0] > 1.3 * spread[1] > 1.3 * 1.5 * spread[2]


def test_a_picture_can_be_coarser_than_the_eye():
    assert coarser_than_eye(4.0, 300.0)
    assert not coarser_than_eye(4.0, 3000.0)


def test_impossible_distances_scales_and_pupils_are_refused():
    for call in (
        lambda: px_per_degree(4.0, 10.0),
        lambda: px_per_degree(4.0, float("nan")),
        lambda: px_per_degree(0.0, 1000.0),
        lambda: px_per_degree(float("inf"), 1000.0),
        lambda: Eye(pupil_mm=8.0),
    ):
        with pytest.raises(BadInput, match="allowed"):
            call()


@pytest.mark.parametrize("picture", [np.zeros((0, 4, 3)), np.zeros((8, 8)), np.full((8, 8, 3), np.nan)])
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(BadInput, match="rows, cols"):
        see_from(picture, 4.0, 1000.0)
