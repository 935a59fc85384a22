"""The tone to reach: that of the client's own shaved stubble, and the density and shade that come nearest without being darker.

A shade from a rule of thumb is `matching`'s; what light does in stubble is `stubble`'s. Here the two are brought together.
"""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from scalp.base import Doubt, FloatArray, NotPossible, Value, value
from scalp.colour.srgb import lab_from_linear
from scalp.domain.hair import NativeHair
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Target, Tone
from scalp.domain.skin import Skin
from scalp.domain.survey import SideGrowth
from scalp.skin.matching import ShadeRules
from scalp.skin.spread import field_transmittance, point_spread
from scalp.skin.stubble import stubble_light
from scalp.skin.tone import reflectance

BISECTIONS_COUNT = 24
WIDTHS_COUNT = 7
"""Widths of a log-normal that stand for all."""
PARTS_COUNT = 20
"""Into how many parts a field is cut to give each session its share."""
TOLERATED_LIGHTNESS = 0.1
"""L* by which a reached tone may be darker than the stubble: what rounding a dilution does."""
FEWEST_CONFIDENCE = 0.5
"""How sure the survey must be that a side is stubble. (E)"""
UNMEASURED_LIGHTNESS = 2.0
"""How far the tone of shaved sides strays with shaft width and density alone, L*. (D: shafts 0.06 to 0.08 mm, 140 to 230 per cm2)"""


class Part(NamedTuple):
    """One session of a treatment: its share of the impressions and the strength of its pigment against the mean."""

    share_fraction: float
    strength_ratio: float


ONE_PART = (Part(1.0, 1.0),)


@value
class Match(Value):
    """The pigment, thinned, and the density at mid-scalp that come nearest to a client's own stubble, and what they reach."""

    pigment: Pigment
    density_per_cm2: float
    target: Target
    doubts: tuple[Doubt, ...] = ()


def match_stubble(
    skin: Skin,
    stubble: Tone,
    mixture: tuple[Pigment, Needle],
    density_per_cm2: float,
    *,
    measured: bool = False,
    parts: tuple[Part, ...] = ONE_PART,
    rules: ShadeRules | None = None,
) -> Match:
    """Return the shade, and where it does not suffice the density, whose healed field has the tone of the stubble and is not darker.

    At the wished density the dilution is found by bisection on L*; where its limits are met the density moves instead, up to
    `densest_per_cm2` or down to `sparsest_per_cm2`; a wish outside of these stands as it is. `parts` are the sessions. The tone is
    that of an even field of log-normal widths, 90 % of it surviving, six weeks after the last session. A hue that differs is
    left: carbon has one. Raises `NotPossible` where even the palest field is darker than the stubble.
    """
    rules = rules or ShadeRules()
    tone = partial(field_tone, skin, mixture, parts=parts, rules=rules)
    strong, weak, wanted = rules.strongest_dilution_ratio, rules.weakest_dilution_ratio, stubble.lightness
    usual = rules.sparsest_per_cm2 <= density_per_cm2 <= rules.densest_per_cm2
    sparsest, densest = (rules.sparsest_per_cm2, rules.densest_per_cm2) if usual else (density_per_cm2, density_per_cm2)
    if tone(weak, density_per_cm2).lightness < wanted:
        dilution_ratio, density_per_cm2 = weak, _darkest(lambda density: tone(weak, density).lightness, wanted, (sparsest, density_per_cm2))
    elif tone(strong, density_per_cm2).lightness > wanted:
        dilution_ratio, density_per_cm2 = (
            strong,
            _darkest(lambda density: tone(strong, density).lightness, wanted, (density_per_cm2, densest)),
        )
    else:
        dilution_ratio = -_darkest(lambda thick: tone(-thick, density_per_cm2).lightness, wanted, (-weak, -strong), step=0.1)
    if tone(dilution_ratio, density_per_cm2).lightness < wanted - TOLERATED_LIGHTNESS:
        raise _too_dark(wanted - tone(dilution_ratio, density_per_cm2).lightness)
    target = Target(skin=tone_of(skin), stubble=stubble, reached=tone(dilution_ratio, density_per_cm2), measured=measured)
    pigment = dataclasses.replace(mixture[0], dilution_ratio=dilution_ratio)
    return Match(pigment=pigment, density_per_cm2=density_per_cm2, target=target, doubts=_doubts(target, rules))


def tone_of(skin: Skin, light: FloatArray | None = None) -> Tone:
    """Return the tone of bare skin, or of skin with this mean light (3,) over that of bare skin."""
    lightness, a, b = lab_from_linear(reflectance(skin) * (np.ones(3) if light is None else light))
    return Tone(lightness=float(lightness), a=float(a), b=float(b))


def tone_of_hair(skin: Skin, hair: NativeHair, days: float) -> Tone:
    """Return the tone of skin with that hair so many days after a shave, seen from across a table."""
    return tone_of(skin, stubble_light(skin, hair, days))


def tone_of_sides(skin: Skin, growths: tuple[SideGrowth, ...]) -> Tone | None:
    """Return the tone of the shaved sides as photos show them, None where no side is surely stubble.

    What is taken from a photo is the difference from its own bare skin, so that its exposure does not count; sides weigh by
    their confidence.
    """
    sides = [growth for growth in growths if growth.kind == "stubble" and growth.confidence_fraction >= FEWEST_CONFIDENCE]
    sides = [growth for growth in sides if np.isfinite(growth.difference_lab).all()]
    if not sides:
        return None
    bare = tone_of(skin)
    lightness, a, b = np.average([side.difference_lab for side in sides], axis=0, weights=[side.confidence_fraction for side in sides])
    return Tone(lightness=bare.lightness + float(lightness), a=bare.a + float(a), b=bare.b + float(b))


def field_tone(
    skin: Skin,
    mixture: tuple[Pigment, Needle],
    dilution_ratio: float,
    density_per_cm2: float,
    *,
    parts: tuple[Part, ...] = ONE_PART,
    rules: ShadeRules | None = None,
) -> Tone:
    """Return the tone of an even healed field of such pigment and density, worked in sessions as `parts`."""
    rules, (pigment, needle) = rules or ShadeRules(), mixture
    mixed = dataclasses.replace(pigment, dilution_ratio=dilution_ratio).deposit_mg_per_ml
    quantiles = ndtri((np.arange(WIDTHS_COUNT) + 0.5) / WIDTHS_COUNT)
    widths_mm = needle.deposit_diameter_mm * np.exp(np.sqrt(np.log1p(needle.deposit_diameter_cv_fraction**2)) * quantiles)
    strengths = np.repeat([part.strength_ratio for part in parts], [max(1, round(PARTS_COUNT * part.share_fraction)) for part in parts])
    width_mm, strength = (column.ravel() for column in np.meshgrid(widths_mm, strengths))
    weights = point_spread(skin, width_mm, needle.top_depth_mm, needle.bottom_depth_mm, mixed * strength)
    return tone_of(skin, field_transmittance(skin, weights, rules.surviving_fraction * density_per_cm2))


def _darkest(lightness: Callable[[float], float], wanted: float, between: tuple[float, float], step: float = 1.0) -> float:
    """Return the largest number, in whole steps, at which a field is not darker than wanted; the ends where it is nowhere or everywhere.

    The more of it, the darker the field; the low end is taken as it is.
    """
    low, high = between
    if lightness(high) >= wanted:
        return high
    start = low
    for _ in range(BISECTIONS_COUNT):
        middle = (low + high) / 2.0
        low, high = (middle, high) if lightness(middle) >= wanted else (low, middle)
    return max(start, float(np.round(np.floor(low / step + 1e-6) * step, 6)))


def _too_dark(lightness: float) -> NotPossible:
    """Return the refusal of a field that would be darker than the client's own hair, whatever the shade."""
    asked = f"a healed field that is not darker than hair this pale, by {lightness:.1f} L* at the least,"
    remedy = "Leave it, or match darker hair of the client's, and try a few impressions first."
    return NotPossible(asked, "stubble that is darker than the palest field of impressions", remedy)


def _doubts(target: Target, rules: ShadeRules) -> tuple[Doubt, ...]:
    """Return how far the reached tone stays from the stubble, and how sure the stubble's tone is."""
    doubts = []
    if target.short_of > rules.noticed_lightness:
        size = f"{target.short_of:.1f} L* lighter than the shaved sides"
        advice = (
            "Neither a stronger shade nor more impressions within usual limits reach it: shave the sides closer, or accept a paler top."
        )
        doubts.append(Doubt(kind="hair", where="tone of the healed field", size=size, advice=advice))
    if not target.measured:
        size, advice = (
            f"+-{UNMEASURED_LIGHTNESS:g} L*, from hair as it is told or usual",
            "Photograph the freshly shaved sides in even light.",
        )
        doubts.append(Doubt(kind="hair", where="tone of the shaved sides", size=size, advice=advice))
    return tuple(doubts)
