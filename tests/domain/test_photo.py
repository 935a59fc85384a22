"""The photo: the published transfer curve, laws of encoding, and pictures that are none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadPhoto
from scalp.domain.photo import Encoding, Photo, srgb_encoding

PICTURES = st.builds(lambda seed: np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8), st.integers(0, 2**32))
P3_FROM_SRGB = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])


@pytest.mark.parametrize(
    ("stored", "light"), [(0, 0.0), (10, 0.00303527), (11, 0.00334654), (128, 0.21586050), (188, 0.50288646), (255, 1.0)]
)
def test_srgb_decodes_as_the_standard_says(stored, light):
    """The curve of [IEC61966], both sides of its knee at 0.04045."""
    assert srgb_encoding().decode[stored] == pytest.approx([light] * 3, abs=2e-7)


@pytest.mark.parametrize("levels_count", [256, 65536])
def test_brighter_stored_numbers_are_more_light(levels_count):
    assert (np.diff(srgb_encoding(levels_count).decode, axis=0) > 0).all()


def test_sixteen_bits_agree_with_eight_where_they_meet():
    assert np.allclose(srgb_encoding(65536).decode[:: 65535 // 255], srgb_encoding(256).decode, atol=1e-12)


@given(pixels=PICTURES)
def test_light_encoded_again_is_the_stored_number(pixels):
    wide = Encoding(decode=srgb_encoding().decode, srgb_from_native=np.eye(3), icc_profile=b"named but plain")
    light = Photo(pixels=pixels, encoding=wide).rgb_linear().astype(np.float64)
    stored = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    assert (np.round(stored * 255) == pixels).all()


@given(pixels=PICTURES)
def test_ordinary_pixels_are_handed_on_untouched(pixels):
    photo = Photo(pixels=pixels, encoding=srgb_encoding())
    assert photo.srgb_u8 is photo.pixels


def test_a_wide_gamut_red_lies_outside_srgb_and_is_kept_in_light():
    encoding = Encoding(decode=srgb_encoding().decode, srgb_from_native=np.linalg.inv(P3_FROM_SRGB))
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[..., 0] = 255
    photo = Photo(pixels=pixels, encoding=encoding)
    red, green, _ = photo.rgb_linear()[0, 0]
    assert red > 1.2
    assert green < -0.03
    assert tuple(photo.srgb_u8[0, 0]) == (255, 0, 0)


def test_grey_is_grey_in_every_gamut():
    encoding = Encoding(decode=srgb_encoding().decode, srgb_from_native=np.linalg.inv(P3_FROM_SRGB))
    light = Photo(pixels=np.full((64, 64, 3), 128, np.uint8), encoding=encoding).rgb_linear()
    assert np.ptp(light[0, 0]) < 2e-3


@pytest.mark.parametrize(
    ("pixels", "field"),
    [
        (np.zeros((64, 64), np.uint8), "pixels"),
        (np.zeros((64, 64, 4), np.uint8), "pixels"),
        (np.zeros((64, 64, 3), np.float32), "pixels"),
        (np.zeros((20, 20, 3), np.uint8), "photo size"),
        (np.zeros((63, 900, 3), np.uint8), "photo size"),
        (np.broadcast_to(np.uint8(0), (12_001, 10_000, 3)), "photo size"),
        (np.zeros((64, 64, 3), np.uint16), "encoding"),
    ],
    ids=["flat", "four bands", "floats", "a thumbnail", "a strip", "120 megapixels and some", "16 bits with the curve of 8"],
)
def test_arrays_that_are_no_photo_are_refused_with_the_field(pixels, field):
    with pytest.raises(BadPhoto) as refused:
        Photo(pixels=pixels, encoding=srgb_encoding())
    assert refused.value.field == field
    assert refused.value.remedy


@pytest.mark.parametrize("decode", [np.full((256, 3), np.nan), np.zeros((256, 3)), np.linspace(1.0, 0.0, 256)[:, None].repeat(3, axis=1)])
def test_curves_from_which_no_light_can_be_told_are_refused(decode):
    with pytest.raises(BadPhoto, match="sRGB"):
        Encoding(decode=decode, srgb_from_native=np.eye(3))
    with pytest.raises(BadPhoto, match="invertible"):
        Encoding(decode=srgb_encoding().decode, srgb_from_native=np.zeros((3, 3)))
