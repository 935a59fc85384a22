"""Claims about the colour of bare skin and about the skin found from a colour."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.colour.lights import light_named
from scalp.colour.srgb import difference, lab_from_linear, typology_angle
from scalp.domain.skin import BLOOD_RANGE, MELANIN_RANGE, Skin
from scalp.skin.tissue import (
    SURFACE_GLARE,
    baseline_absorption_per_mm,
    blood_absorption_per_mm,
    carbon_absorption_per_mm,
    packing_factor,
    scattering_per_mm,
)
from scalp.skin.tone import fit_skin, inner_reflectance, inner_spectrum, reflectance

MELANINS = np.geomspace(0.006, 0.4, 25)


def tones(blood_fraction=0.011):
    return np.array([reflectance(Skin(melanin_fraction=float(melanin), blood_fraction=blood_fraction)) for melanin in MELANINS])


def test_whole_blood_absorbs_what_the_table_of_prahl_gives():
    """150 g/l at 70 % oxygen: 40.2, 11.2, 24.7, 3.56, 0.74 and 0.40 per mm at 450 to 700 nm [Prahl1999]."""
    wanted = {450: 40.2, 500: 11.2, 550: 24.7, 600: 3.56, 650: 0.74, 700: 0.40}
    assert blood_absorption_per_mm(list(wanted), 0.7) == pytest.approx(list(wanted.values()), rel=0.09)


def test_carbon_black_absorbs_what_mie_theory_gives():
    """About 10, 8.3 and 7 m2/g at 450, 550 and 650 nm [BondBergstrom2006]."""
    assert carbon_absorption_per_mm([450, 550, 650]) == pytest.approx([10.1, 8.3, 7.0], rel=0.02)


def test_skin_scatters_less_and_swallows_less_towards_red():
    nm = np.arange(400, 701, 10)
    assert (np.diff(scattering_per_mm(nm)) < 0).all()
    assert (np.diff(baseline_absorption_per_mm(nm)) < 0).all()


def test_more_melanin_is_darker_in_every_band_without_a_jump():
    light = tones()
    assert (np.diff(light, axis=0) < 0).all()
    steps = difference(lab_from_linear(light)[1:], lab_from_linear(light)[:-1])
    assert steps.max() < 4.5


def test_the_typology_angle_falls_with_melanin_through_all_classes():
    angles = typology_angle(lab_from_linear(tones()))
    assert (np.diff(angles) < 0).all()
    assert angles[0] > 48
    assert angles[-1] < -50


def test_the_hue_turns_smoothly_down_to_the_darkest_skin():
    """From typology angle 50 to below -60, far darker than the data: hue angle, chroma and lightness without a jump or a turn back."""
    lab = lab_from_linear(tones())
    assert (np.diff(lab[:, 0]) < 0).all()
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    assert np.abs(np.diff(hue)).max() < 6
    assert np.abs(np.diff(hue, 2)).max() < 3
    assert (hue > 35).all()
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    peak = chroma.argmax()
    assert (np.diff(chroma[: peak + 1]) > 0).all()
    assert (np.diff(chroma[peak:]) < 0).all()


@given(melanin=st.floats(0.12, 0.42), blood=st.floats(0.004, 0.02))
@settings(deadline=None, max_examples=15)
def test_dark_skin_is_found_again_and_doubted(melanin, blood):
    skin = Skin(melanin_fraction=melanin, blood_fraction=blood)
    found = fit_skin(reflectance(skin), brightness_known=True)
    assert found.melanin_fraction == pytest.approx(melanin, rel=0.15)
    dark = typology_angle(lab_from_linear(reflectance(skin)))
    if abs(dark + 30) > 3:
        assert bool(found.doubts) == (dark < -30)


@pytest.mark.parametrize("name", ["D50", "A", "F2", "F11", "LED-B3"])
def test_more_melanin_is_darker_under_every_light(name):
    light = light_named(name)
    seen = np.array([reflectance(Skin(melanin_fraction=float(melanin), blood_fraction=0.01), light) for melanin in MELANINS])
    assert (np.diff(seen, axis=0) < 0).all()


@pytest.mark.parametrize("name", ["A", "F2", "LED-B3"])
def test_skin_photographed_under_a_named_light_is_found_again(name):
    skin, light = Skin(melanin_fraction=0.03, blood_fraction=0.009), light_named(name)
    found = fit_skin(reflectance(skin, light), brightness_known=True, light=light)
    assert found.melanin_fraction == pytest.approx(0.03, rel=0.05)
    assert not found.doubts


def test_skin_looks_ruddier_in_the_light_of_a_bulb():
    skin = Skin(melanin_fraction=0.02, blood_fraction=0.01)
    day, bulb = reflectance(skin), reflectance(skin, light_named("A"))
    assert bulb[0] / bulb[1] > 1.05 * day[0] / day[1]


def test_packed_blood_takes_less_blue_light_than_blood_evenly_mixed_in():
    mixed, packed = (inner_spectrum(Skin(melanin_fraction=0.01, blood_fraction=0.01, vessel_radius_um=radius)) for radius in (0.0, 15.0))
    assert packed[3] > 1.1 * mixed[3]
    assert packed[25] == pytest.approx(mixed[25], rel=0.02)
    assert packing_factor(1e-6, 10.0) == pytest.approx(1.0, abs=1e-6)


def test_red_yellow_melanin_leaves_redder_skin():
    brown, fair = (reflectance(Skin(melanin_fraction=0.05, blood_fraction=0.01, pheomelanin_fraction=share)) for share in (0.0, 0.6))
    assert fair[0] > 1.1 * brown[0]
    assert fair[0] / fair[2] > brown[0] / brown[2]


def test_blood_near_the_surface_shows_more_than_blood_below():
    even, shallow = (
        lab_from_linear(reflectance(Skin(melanin_fraction=0.02, blood_fraction=0.008, papillary_blood_ratio=ratio))) for ratio in (1.0, 3.0)
    )
    assert shallow[1] > even[1] + 1


@pytest.mark.parametrize(
    ("field", "number"),
    [
        ("scattering_per_mm", 20.0),
        ("scattering_power", 0.1),
        ("vessel_radius_um", -1.0),
        ("pheomelanin_fraction", 1.5),
        ("papillary_blood_ratio", 9.0),
        ("oxygenation_fraction", float("nan")),
    ],
)
def test_what_no_skin_has_is_refused(field, number):
    with pytest.raises(BadInput, match=field):
        Skin(melanin_fraction=0.02, blood_fraction=0.01, **{field: number})


def test_more_blood_is_redder_and_darker():
    pale, flushed = (lab_from_linear(reflectance(Skin(melanin_fraction=0.02, blood_fraction=blood))) for blood in (0.005, 0.03))
    assert flushed[1] > pale[1] + 3
    assert flushed[0] < pale[0]


def test_skin_never_reflects_more_than_it_gets():
    assert tones(0.003).max() < 1.0
    assert inner_reflectance(Skin(melanin_fraction=0.4, blood_fraction=0.011)).min() > 0


@given(melanin=st.floats(0.008, 0.3), blood=st.floats(0.004, 0.03))
@settings(deadline=None, max_examples=15)
def test_a_known_colour_gives_its_own_skin_back(melanin, blood):
    colour = reflectance(Skin(melanin_fraction=melanin, blood_fraction=blood))
    found = fit_skin(colour, brightness_known=True)
    assert difference(lab_from_linear(reflectance(found)), lab_from_linear(colour)) < 1.5
    assert found.melanin_fraction == pytest.approx(melanin, rel=0.2)


@given(exposure=st.floats(0.5, 1.8), melanin=st.sampled_from([0.01, 0.03, 0.08]))
@settings(deadline=None, max_examples=12)
def test_exposure_moves_the_melanin_at_most_twofold(exposure, melanin):
    found = fit_skin(exposure * reflectance(Skin(melanin_fraction=melanin, blood_fraction=0.011)))
    assert 0.5 < found.melanin_fraction / melanin < 2.1
    assert 0.006 < found.blood_fraction < 0.02


@given(rgb_linear=st.tuples(*[st.floats(0.001, 1.0)] * 3))
@settings(deadline=None, max_examples=10)
def test_no_colour_leads_outside_what_skin_can_be(rgb_linear):
    found = fit_skin(rgb_linear)
    assert MELANIN_RANGE[0] <= found.melanin_fraction <= MELANIN_RANGE[1]
    assert BLOOD_RANGE[0] <= found.blood_fraction <= BLOOD_RANGE[1]


@pytest.mark.parametrize("balance", [(1.1, 1.0, 0.9), (0.9, 1.0, 1.1)])
def test_white_balance_a_tenth_off_makes_no_other_kind_of_skin(balance):
    for melanin in (0.01, 0.03, 0.1):
        found = fit_skin(reflectance(Skin(melanin_fraction=melanin, blood_fraction=0.011)) * np.array(balance))
        assert 0.4 < found.melanin_fraction / melanin < 2.5
        assert 0.006 < found.blood_fraction < 0.02


def test_skin_darker_than_the_measured_ones_carries_a_doubt():
    found = fit_skin(reflectance(Skin(melanin_fraction=0.25, blood_fraction=0.011)), brightness_known=True)
    assert [doubt.kind for doubt in found.doubts] == ["skin"]


def test_blue_skin_is_doubted_for_its_light():
    assert "light" in [doubt.kind for doubt in fit_skin([0.2, 0.3, 0.5]).doubts]
    assert not fit_skin(reflectance(Skin(melanin_fraction=0.02, blood_fraction=0.011))).doubts


@pytest.mark.parametrize("colour", [[0.1, 0.2], [np.nan, 0.1, 0.1], [0.0, 0.0, 0.0]])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(BadInput, match="lit patch"):
        fit_skin(colour)


def test_the_surface_throws_back_what_its_index_says():
    assert pytest.approx(0.02778, abs=1e-5) == SURFACE_GLARE


def test_words_and_bytes_are_no_linear_colour():
    with pytest.raises(BadInput, match="numbers"):
        fit_skin("rosy")
    with pytest.raises(BadInput, match="Decode bytes"):
        fit_skin([255, 180, 150])


@pytest.mark.parametrize("melanin_fraction", [0.11, 0.17, 0.25])
@pytest.mark.parametrize("exposure", [1.6, 2.4])
def test_a_brightly_exposed_dark_skin_is_doubted_as_far_as_it_really_goes(melanin_fraction: float, exposure: float) -> None:
    """Colour alone cannot tell brown skin from very dark skin photographed brightly: the doubt's upper end holds the truth."""
    photographed = exposure * reflectance(Skin(melanin_fraction=melanin_fraction, blood_fraction=0.0075))
    doubts = [doubt for doubt in fit_skin(photographed).doubts if doubt.where == "how dark the skin is"]
    assert len(doubts) == 1
    upper_percent = float(re.findall(r"up to (\d+) %", doubts[0].size)[0])
    assert upper_percent >= 100 * melanin_fraction - 0.5
    assert not [doubt for doubt in fit_skin(photographed / exposure, brightness_known=True).doubts if doubt.where == "how dark the skin is"]
