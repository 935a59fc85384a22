"""The tone that is aimed at, and what the solved shade and density reach."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import NotPossible
from scalp.domain.hair import NativeHair
from scalp.domain.impressions import Impressions
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Tone
from scalp.domain.skin import Skin
from scalp.domain.survey import SideGrowth
from scalp.skin.matching import ShadeRules
from scalp.skin.stubble import field_light, stubble_tone
from scalp.skin.targets import Part, field_tone, match_stubble, tone_of, tone_of_hair, tone_of_sides

SESSIONS = (Part(0.3, 0.8), Part(0.4, 1.0), Part(0.3, 1.2))
MIXTURE = (Pigment(), Needle())
MELANIN = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
HAIRS = {
    "dark brown": (NativeHair(), 0.5),
    "freshly shaved": (NativeHair(), 0.0),
    "a day old": (NativeHair(), 1.0),
    "black and dense": (NativeHair(melanin_fraction=1.0, density_per_cm2=230.0, shaft_diameter_mm=0.08), 1.0),
    "half grey": (NativeHair(grey_fraction=0.5), 0.5),
    "blond": (NativeHair(melanin_fraction=0.04), 0.5),
    "white": (NativeHair(grey_fraction=1.0), 0.5),
}
RULES = ShadeRules()


def skin_of(melanin_fraction: float) -> Skin:
    """A skin of usual blood."""
    return Skin(melanin_fraction=melanin_fraction, blood_fraction=0.011)


@pytest.mark.parametrize("melanin_fraction", MELANIN)
@pytest.mark.parametrize("hair", HAIRS)
def test_the_reached_tone_is_never_darker_and_within_half_where_it_can_be(melanin_fraction: float, hair: str) -> None:
    """Never darker than the client's own shaved sides (C, smp 1.12); what stops it is said or refused."""
    skin = skin_of(melanin_fraction)
    stubble = tone_of_hair(skin, *HAIRS[hair])
    try:
        match = match_stubble(skin, stubble, MIXTURE, 130.0, parts=SESSIONS)
    except NotPossible:
        palest = field_tone(skin, MIXTURE, RULES.weakest_dilution_ratio, RULES.sparsest_per_cm2, parts=SESSIONS)
        assert palest.lightness < stubble.lightness - 0.1
        return
    assert match.target.reached.lightness >= stubble.lightness - 0.1
    darkest = field_tone(skin, MIXTURE, RULES.strongest_dilution_ratio, RULES.densest_per_cm2, parts=SESSIONS)
    if darkest.lightness <= stubble.lightness:
        assert match.target.short_of <= 0.5
    else:
        assert match.target.short_of == pytest.approx(darkest.lightness - stubble.lightness, abs=0.05)
        assert match.target.short_of <= 0.5 or any("lighter than the shaved sides" in doubt.size for doubt in match.doubts)


@settings(deadline=None, max_examples=25)
@given(melanin_fraction=st.sampled_from(MELANIN), darker=st.floats(0.2, 20.0), density_per_cm2=st.floats(60.0, 150.0))
def test_any_stubble_is_matched_or_refused_and_the_mixture_stays_what_is_mixed(
    melanin_fraction: float, darker: float, density_per_cm2: float
) -> None:
    """Dilution and density stay within the rules, the tone on the light side."""
    skin = skin_of(melanin_fraction)
    bare = tone_of(skin)
    stubble = Tone(lightness=bare.lightness - darker, a=bare.a, b=bare.b)
    try:
        match = match_stubble(skin, stubble, MIXTURE, density_per_cm2)
    except NotPossible:
        return
    assert RULES.strongest_dilution_ratio <= match.pigment.dilution_ratio <= RULES.weakest_dilution_ratio
    assert min(RULES.sparsest_per_cm2, density_per_cm2) <= match.density_per_cm2 <= max(RULES.densest_per_cm2, density_per_cm2)
    assert match.target.reached.lightness >= stubble.lightness - 0.1


def test_the_wished_density_stands_where_the_shade_suffices() -> None:
    """Shade first: a density is what the client has chosen."""
    skin = skin_of(0.02)
    assert match_stubble(skin, tone_of_hair(skin, NativeHair(), 0.5), MIXTURE, 110.0).density_per_cm2 == 110.0


def test_stronger_sides_take_more_impressions_where_the_strongest_shade_does_not_do() -> None:
    """On dark skin a day's dark stubble is more than the usual density gives."""
    skin = skin_of(0.2)
    match = match_stubble(skin, tone_of_hair(skin, NativeHair(), 1.0), MIXTURE, 130.0, parts=SESSIONS)
    assert match.pigment.dilution_ratio == RULES.strongest_dilution_ratio
    assert 130.0 < match.density_per_cm2 <= 150.0


def test_a_wish_outside_of_usual_densities_stands_as_it_is_and_the_rest_is_said() -> None:
    """Twenty marks a cm2 are no shadow, and nobody turns them into 150."""
    skin = skin_of(0.02)
    match = match_stubble(skin, tone_of_hair(skin, NativeHair(), 1.0), MIXTURE, 20.0)
    assert match.density_per_cm2 == 20.0
    assert any("lighter than the shaved sides" in doubt.size for doubt in match.doubts)


@pytest.mark.parametrize("melanin_fraction", [0.01, 0.1, 0.4])
def test_darker_stubble_takes_stronger_pigment(melanin_fraction: float) -> None:
    """Monotone in the tone."""
    skin = skin_of(melanin_fraction)
    dilutions = [
        match_stubble(skin, tone_of_hair(skin, NativeHair(), days), MIXTURE, 130.0).pigment.dilution_ratio for days in (0.3, 0.5, 0.8)
    ]
    assert dilutions == sorted(dilutions, reverse=True)


def test_the_field_that_is_placed_has_the_tone_that_was_promised() -> None:
    """An independent witness: impressions drawn one by one, their widths and shades by chance, 90 % of them left."""
    skin, rng, count = skin_of(0.02), np.random.default_rng(3), 1000
    match = match_stubble(skin, tone_of_hair(skin, NativeHair(), 0.5), MIXTURE, 130.0, parts=SESSIONS)
    strength = rng.choice([0.8, 1.0, 1.2], count, p=[0.3, 0.4, 0.3])
    sd_log = np.sqrt(np.log1p(np.array([0.20, 0.12]) ** 2))
    drawn = Impressions(
        head_digest="none",
        plan_digest="none",
        face_index=np.zeros(count, np.int32),
        barycentric=np.full((count, 3), 1 / 3),
        deposit_diameter_mm=(Needle().deposit_diameter_mm * np.exp(sd_log[0] * rng.standard_normal(count))).astype(np.float32),
        top_depth_mm=np.full(count, Needle().top_depth_mm, np.float32),
        bottom_depth_mm=np.full(count, Needle().bottom_depth_mm, np.float32),
        concentration_mg_per_ml=(match.pigment.deposit_mg_per_ml * strength * np.exp(sd_log[1] * rng.standard_normal(count))).astype(
            np.float32
        ),
        session_number=np.ones(count, np.uint8),
        redness_fraction=np.zeros(count, np.float32),
    )
    seen = tone_of(skin, field_light(skin, drawn, count / (0.9 * 130.0)))
    assert seen.lightness == pytest.approx(match.target.reached.lightness, abs=0.35)


def growth(kind: str, lightness: float, confidence_fraction: float = 0.9) -> SideGrowth:
    """A side that photos show."""
    return SideGrowth(
        region="left side",  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        lab=np.array([55.0 + lightness, 10.0, 12.0]),
        difference_lab=np.array([lightness, -1.0, -2.0]),
        covered_fraction=0.06,
        density_per_cm2=150.0,
        density_sd_per_cm2=30.0,
        confidence_fraction=confidence_fraction,
    )


def test_measured_sides_are_taken_as_a_difference_from_the_skin_of_their_own_photo() -> None:
    """So that the photo's exposure does not count."""
    skin = skin_of(0.02)
    tone = tone_of_sides(skin, (growth("stubble", -6.0), growth("stubble", -4.0)))
    assert tone is not None
    assert tone.lightness == pytest.approx(tone_of(skin).lightness - 5.0)
    assert tone.a == pytest.approx(tone_of(skin).a - 1.0)
    match = match_stubble(skin, tone, MIXTURE, 130.0, measured=True)
    assert match.target.measured
    assert match.target.short_of == pytest.approx(0.0, abs=0.1)
    assert match.doubts == ()


def test_hair_bare_skin_and_unsure_sides_are_no_stubble() -> None:
    """Nothing to match is nothing to match."""
    unsure = dataclasses.replace(growth("stubble", -6.0), confidence_fraction=0.4)
    assert tone_of_sides(skin_of(0.02), (growth("hair", -20.0), growth("bare", 0.0), unsure)) is None


def test_the_usual_stubble_is_as_dark_as_the_rule_of_thumb_on_light_skin() -> None:
    """Half a day of dark hair darkens light skin by 9 % of its L*, which is what a shaved head was taken to do (D-E, smp 1.12)."""
    assert stubble_tone(skin_of(0.01), NativeHair(), RULES.shaved_days) == pytest.approx(RULES.darker_fraction, abs=0.01)
