"""Claims about the profile of contrast around an impression: the laws of light in skin, and the walks themselves."""

import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.colour.spectra import WAVELENGTHS_NM, rgb_from_spectrum, rgb_weights
from scalp.domain.skin import Skin
from scalp.skin import grids
from scalp.skin.columns import Columns, Tissue, trace_columns
from scalp.skin.profiles import band_shares, contrast_profile
from scalp.skin.tissue import (
    ANISOTROPY,
    carbon_absorption_per_mm,
    epidermis_absorption_per_mm,
    papillary_absorption_per_mm,
    reticular_absorption_per_mm,
    skin_scattering_per_mm,
)
from scalp.skin.tone import inner_spectrum

LIGHT = Skin(melanin_fraction=0.0135, blood_fraction=0.011)
DARK = Skin(melanin_fraction=0.15, blood_fraction=0.011)
RED, GREEN, BLUE = 0, 1, 2
AWAY_MM = np.array([0.0, 0.05, 0.12, 0.2, 0.3, 0.5, 0.8, 1.3, 2.0, 4.0, 7.0])

WIDTHS, TOPS, HEIGHTS, DOSES = st.floats(0.05, 0.8), st.floats(0.0, 1.3), st.floats(0.05, 1.3), st.floats(0.05, 25.0)
SKINS = st.builds(
    Skin,
    melanin_fraction=st.floats(0.006, 0.4),
    blood_fraction=st.floats(0.003, 0.06),
    oxygenation_fraction=st.floats(0.2, 1.0),
    scattering_per_mm=st.floats(3.0, 7.0),
    epidermis_mm=st.floats(0.06, 0.12),
)


def walked_band(skin, column, away_mm, photons_count, seed):
    """Walk every 20 nm of light and return green contrasts and their errors; column is width, top, bottom, mg/ml."""
    width, top, bottom, dose = column
    full = np.ones(len(away_mm))
    taken, whole, squares = np.zeros(len(away_mm)), 0.0, np.zeros(len(away_mm))
    walks = []
    # Each step of 20 nm stands for itself and half of its neighbours.
    weights = np.convolve(rgb_weights()[:, GREEN], [0.5, 1.0, 0.5], mode="same")
    for index in range(0, 31, 2):
        nm = WAVELENGTHS_NM[index]
        columns = Columns(
            places_mm=np.column_stack([away_mm, 0 * away_mm]),
            radius_mm=full * width / 2,
            top_mm=full * top,
            bottom_mm=full * bottom,
            mu_ink_per_mm=full * dose * float(carbon_absorption_per_mm(nm)),
        )
        layers = (epidermis_absorption_per_mm, papillary_absorption_per_mm, reticular_absorption_per_mm)
        tissue = Tissue(
            mu_a_per_mm=np.array([float(layer(skin, nm)) for layer in layers]),
            mu_s_per_mm=float(skin_scattering_per_mm(skin, nm)) / (1 - ANISOTROPY),
            epidermis_mm=skin.epidermis_mm,
        )
        weight = float(weights[index])
        found = trace_columns(columns, tissue, photons_count=photons_count, seed=seed + index)
        walks.append((weight, found))
        taken += weight * found.taken_fraction
        whole += weight * found.whole_fraction
    contrast = taken / whole
    for weight, found in walks:
        rest = found.squares_fraction[:, 0] - 2 * contrast * found.squares_fraction[:, 1] + contrast**2 * found.squares_fraction[:, 2]
        squares += weight**2 * rest / found.photons_count
    return contrast, np.sqrt(squares) / whole


@pytest.mark.parametrize(
    ("skin", "column"),
    [
        (LIGHT, (0.25, 0.08, 0.38, 1.29)),
        (Skin(melanin_fraction=0.05, blood_fraction=0.02, oxygenation_fraction=0.5, scattering_per_mm=5.6), (0.17, 0.25, 0.6, 5.0)),
        (Skin(melanin_fraction=0.1, blood_fraction=0.006, papillary_blood_ratio=2.0, epidermis_mm=0.1), (0.36, 0.03, 0.5, 0.6)),
    ],
)
def test_the_profile_is_what_new_walks_say(skin, column):
    """Within 1 % of the contrast or 0.002, and four standard errors of the walks (18 comparisons)."""
    away = np.array([0.0, 0.8, 1.05, 1.6, 2.5, 6.0]) * column[0] / 2
    walked, error = walked_band(skin, column, away, photons_count=4000, seed=900)
    table = contrast_profile(skin, *column, away)[0, :, GREEN]
    assert (np.abs(table - walked) < np.maximum(0.01 * walked, 0.002) + 4 * error).all()


@given(skin=SKINS, width=WIDTHS, top=TOPS, height=HEIGHTS, dose=DOSES)
@settings(deadline=None, max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_an_impression_only_takes_light_and_never_all(skin, width, top, height, dose):
    taken = contrast_profile(skin, width, top, top + height, dose, AWAY_MM)
    assert np.isfinite(taken).all()
    assert taken.min() >= 0
    assert taken.max() < 1


@pytest.mark.parametrize("skin", [LIGHT, DARK])
def test_light_is_taken_less_the_farther_away(skin):
    rng = np.random.default_rng(4)
    width, top, height, dose = (
        np.exp(rng.uniform(np.log(a), np.log(b), 200)) for a, b in ((0.06, 0.6), (0.03, 1.0), (0.1, 1.2), (0.25, 20.0))
    )
    taken = contrast_profile(skin, width, top, top + height, dose, np.linspace(0, 6, 200))
    assert (np.diff(taken, axis=1) <= 0.003 + 0.02 * taken[:, :-1]).all()


@given(width=st.floats(0.06, 0.6), top=TOPS, height=HEIGHTS, dose=st.floats(0.25, 12.0))
@settings(deadline=None, max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_wider_stronger_and_longer_take_more_everywhere(width, top, height, dose):
    plain = contrast_profile(LIGHT, width, top, top + height, dose, AWAY_MM)
    for more in ((1.2 * width, top, height, dose), (width, top, 1.3 * height, dose), (width, top, height, 1.5 * dose)):
        assert (contrast_profile(LIGHT, *more[:2], more[1] + more[2], more[3], AWAY_MM) >= plain - 0.003 - 0.005 * plain).all()


@given(width=st.floats(0.1, 0.8), top=st.floats(0.0, 0.1), height=st.floats(0.1, 0.6), dose=st.floats(0.2, 10.0))
@settings(deadline=None, max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_an_impression_is_never_darker_than_its_pigment_allows(width, top, height, dose):
    """Light that never meets the deposit is always left: that which epidermis and dermis above it send back."""
    for skin in (LIGHT, DARK):
        inked = contrast_profile(skin, width, top, top + height, dose)[0, 0]
        endless = contrast_profile(skin, 0.85, top, top + 1.35, 28.0)[0, 0]
        assert (inked <= endless + 0.004).all()


def test_deeper_is_bluer():
    tops = np.array([0.1, 0.2, 0.3, 0.5, 0.8, 1.1])
    taken = contrast_profile(LIGHT, 0.3, tops, tops + 0.3, 5.0)[:, 0]
    assert (np.diff(taken[:, RED] / taken[:, BLUE]) > 0).all()


def test_deeper_is_blurrier():
    tops, away = np.array([0.1, 0.2, 0.3, 0.5, 0.8]), np.linspace(0, 3, 601)
    taken = contrast_profile(LIGHT, 0.2, tops, tops + 0.3, 2.5, away)[..., GREEN]
    widths = away[(taken < 0.5 * taken[:, :1]).argmax(axis=1)]
    assert (np.diff(widths) > 0).all()


def test_a_dark_skin_shows_less_contrast():
    """Of the same deposit, in light that reaches the eye: what is taken of all a white surface would send back."""
    change = [rgb_from_spectrum(inner_spectrum(skin)) * contrast_profile(skin, 0.25, 0.1, 0.4, 1.3)[0, 0] for skin in (LIGHT, DARK)]
    assert (change[1] < 0.6 * change[0]).all()


def test_deposits_below_the_table_scale_with_their_pigment():
    least, pale = (contrast_profile(LIGHT, 0.05, 0.1, 0.4, dose, [0.0]) for dose in (0.2, 0.05))
    assert np.log1p(-pale) == pytest.approx(np.log1p(-least) / 4, rel=1e-6)
    assert contrast_profile(LIGHT, 0.0, 0.1, 0.4, 1.0, [0.0]).max() == 0.0
    assert contrast_profile(LIGHT, 0.2, 0.1, 0.1, 1.0, [0.0]).max() == 0.0


def test_bands_are_those_of_the_colour_that_is_seen():
    """Bare colour times what is left is the colour of the changed spectrum, for any change."""
    change = np.linspace(0.1, 0.6, 31)
    bare = inner_spectrum(LIGHT)
    assert rgb_from_spectrum(bare) * (1 - change @ band_shares(LIGHT)) == pytest.approx(rgb_from_spectrum(bare * (1 - change)))


def test_oxygen_epidermis_and_scattering_matter():
    calm = contrast_profile(LIGHT, 0.25, 0.2, 0.5, 1.3)
    for change in ({"oxygenation_fraction": 0.3}, {"epidermis_mm": 0.1}, {"scattering_per_mm": 6.0}, {"papillary_blood_ratio": 3.0}):
        assert np.abs(contrast_profile(dataclasses.replace(LIGHT, **change), 0.25, 0.2, 0.5, 1.3) - calm).max() > 5e-4


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ((-0.1, 0.1, 0.4, 2.0), "width of an impression"),
        ((0.2, -0.5, 0.4, 2.0), "top of an impression"),
        ((0.2, 0.5, 0.4, 2.0), "bottom below top"),
        ((0.2, 0.1, 0.4, np.nan), "concentration of an impression"),
    ],
)
def test_impossible_impressions_are_refused(wrong, told):
    with pytest.raises(BadInput, match=told):
        contrast_profile(LIGHT, *wrong)


def test_distances_that_are_none_are_refused():
    with pytest.raises(BadInput, match="distance"):
        contrast_profile(LIGHT, 0.2, 0.1, 0.4, 1.0, [0.0, np.nan])


def test_a_skin_no_one_has_is_refused():
    with pytest.raises(BadInput):
        Skin(melanin_fraction=0.9, blood_fraction=0.011)


@pytest.mark.parametrize("name", [grids.SPREAD_SKINS, grids.SPREAD_DEPOSITS])
def test_the_shipped_table_is_the_one_whose_digest_is_written_down(name):
    page = Path(__file__).parents[2] / "docs" / "science" / "skin.md"
    assert hashlib.sha256(Path(name).read_bytes()).hexdigest() in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "columns", [("x", 0.1, 0.4, 1.3), ([0.1, 0.2], [0.1, 0.1, 0.1], 0.4, 1.3), ([[0.1, 0.2]], 0.1, 0.4, 1.3), (0.2, 0.1, 0.4, {})]
)
def test_columns_that_do_not_fit_together_are_refused(columns):
    skin = Skin(melanin_fraction=0.02, blood_fraction=0.011)
    with pytest.raises(BadInput, match="Correct"):
        contrast_profile(skin, *columns)
