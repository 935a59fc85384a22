"""The shade that is chosen for a skin."""

import pytest

from scalp.base import BadInput
from scalp.colour.srgb import lab_from_linear
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.matching import ShadeRules, match_pigment
from scalp.skin.spread import field_transmittance, point_spread
from scalp.skin.tone import reflectance

DENSITY_PER_CM2 = 130.0


def darkening(skin, pigment, rules):
    needle = Needle()
    weights = point_spread(skin, needle.deposit_diameter_mm, needle.top_depth_mm, needle.bottom_depth_mm, pigment.deposit_mg_per_ml)
    passed = field_transmittance(skin, weights, rules.surviving_fraction * DENSITY_PER_CM2)
    bare = reflectance(skin)
    return float(lab_from_linear(bare)[0] - lab_from_linear(bare * passed)[0])


def test_the_healed_field_reaches_the_shade_on_light_skin():
    skin, rules = Skin(melanin_fraction=0.01, blood_fraction=0.011), ShadeRules(darker_fraction=0.08)
    pigment = match_pigment(skin, Pigment(), Needle(), DENSITY_PER_CM2, rules)
    wanted = 0.08 * float(lab_from_linear(reflectance(skin))[0])
    assert darkening(skin, pigment, rules) == pytest.approx(wanted, rel=0.03)


def test_darker_skin_asks_for_stronger_pigment_within_what_is_mixed():
    rules = ShadeRules(darker_fraction=0.07)
    dilutions = [
        match_pigment(Skin(melanin_fraction=melanin, blood_fraction=0.011), Pigment(), Needle(), DENSITY_PER_CM2, rules).dilution_ratio
        for melanin in (0.01, 0.03, 0.08, 0.3)
    ]
    assert dilutions == sorted(dilutions, reverse=True)
    assert dilutions[0] > dilutions[-1]
    assert min(dilutions) == pytest.approx(rules.strongest_dilution_ratio, abs=0.1)


def test_a_sparser_field_asks_for_stronger_pigment():
    skin = Skin(melanin_fraction=0.01, blood_fraction=0.011)
    rules = ShadeRules(darker_fraction=0.07)
    sparse, dense = (match_pigment(skin, Pigment(), Needle(), density, rules).dilution_ratio for density in (90.0, 180.0))
    assert sparse < dense


def test_shades_that_are_none_are_refused():
    with pytest.raises(BadInput):
        ShadeRules(darker_fraction=0.0)
    with pytest.raises(BadInput):
        ShadeRules(strongest_dilution_ratio=40.0, weakest_dilution_ratio=4.0)
