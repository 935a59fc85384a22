"""The light of short native hair on skin: its mean tone, and what one hair and its root do to the light.

What lives here: closed forms for an even field of hairs seen from straight above. Single hairs in a picture are drawn by
`scalp.rendering`, with the same numbers of one hair; impressions are `scalp.skin.spread`'s.
"""

import dataclasses

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, Doubt, FloatArray, Value, value
from scalp.colour.srgb import lab_from_linear
from scalp.domain.hair import NativeHair, check_stubble_days
from scalp.domain.impressions import Impressions
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, point_spread
from scalp.skin.tissue import carbon_absorption_per_mm
from scalp.skin.tone import reflectance

EUMELANIN_PER_RADIUS = np.array([0.419, 0.697, 1.37])
"""Absorption of eumelanin in a shaft over one radius and unit of concentration, R, G, B. [DEon2011]"""
BLACK_CONCENTRATION = 8.0
"""Concentration of eumelanin of black hair in that unit. (D)"""
PATH_RADII = 1.7
"""Mean way of light through a shaft: pi / 2 radii straight across, a little more at a slant. (D)"""
SURFACE_REFLECTANCE = 0.045
"""Light that the cuticle throws back without its entering the shaft, n = 1.55. (B)"""
BODY_REFLECTANCE = np.array([0.57, 0.55, 0.49])
"""Light that a shaft without any melanin sends back to the viewer against a white surface; keratin is a little yellow. (E)"""
BODY_TRANSMITTANCE = 0.40
"""Light that such a shaft lets through onto the skin below it. (E)"""
TAPER_FRACTION = 0.96
"""Mean width of a short shaft over that at its root. (E)"""
SHADOW_FACTOR = np.pi / 2.0
"""Light that a thin shaft in even light takes from the skin below, over diameter times length, whatever its lean: a convex
body meets half of its surface of the light from the upper half of space. Closed form."""
SAMPLE_COUNT = 1000
"""Impressions that stand for a whole field."""
ROOT_TOP_MM, ROOT_BOTTOM_MM = 0.0, 0.7
"""Between which depths the root of a hair cut flush is seen through the skin: 1.3 mm of it, leaning as the shaft does. The deeper
it is taken, the more red it takes. (D)"""


@value
class NoticeRules(Value):
    """When a difference of tone between the treated top and the native sides is seen."""

    noticed_lightness: float = 2.5
    """Difference of mean L* from which people notice, 2 to 3. (E)"""

    def check(self) -> None:
        """Refuse differences nobody or everybody sees."""
        if not 0.2 <= self.noticed_lightness <= 20.0:
            raise BadInput("noticed_lightness", self.noticed_lightness, "0.2 to 20", "2 to 3 is usual.")


@value
class Mismatch(Value):
    """How far the treated top and the native sides differ, as mean L* against the bare skin: below 0 is darker than skin.

    `difference_lightness` is top less sides: above 0 the sides are darker, below 0 the top is.
    """

    top_lightness: float
    sides_lightness: float
    noticed: bool
    doubts: tuple[Doubt, ...] = ()

    @property
    def difference_lightness(self) -> float:
        """Return top less sides."""
        return self.top_lightness - self.sides_lightness


def body_light(melanin_fraction: npt.ArrayLike) -> FloatArray:
    """Return which part (..., 3) of light survives one way through a shaft of that melanin, 1 without any. [DEon2011]"""
    melanin = np.asarray(melanin_fraction, float)[..., None]
    return np.asarray(np.exp(-PATH_RADII * BLACK_CONCENTRATION * melanin * EUMELANIN_PER_RADIUS))


def hair_albedo(melanin_fraction: npt.ArrayLike) -> FloatArray:
    """Return the light (..., 3) that a shaft on skin sends back, of a white surface's: cuticle and body together.

    One way of light through the shaft; highlights that move with the light, and light from the skin that a pale shaft
    lets through from below, are in the mean of the body.

    >>> hair_albedo([0.0, 1.0]).round(2).tolist()
    [[0.62, 0.6, 0.54], [0.05, 0.05, 0.05]]
    """
    return np.asarray(SURFACE_REFLECTANCE + BODY_REFLECTANCE * body_light(melanin_fraction))


def hair_transmittance(melanin_fraction: npt.ArrayLike) -> FloatArray:
    """Return the part (..., 3) of light that a shaft lets through onto the skin in its shadow."""
    return np.asarray(BODY_TRANSMITTANCE * body_light(melanin_fraction))


def root_mg_per_ml(shaft_diameter_mm: npt.ArrayLike, melanin_fraction: npt.ArrayLike) -> FloatArray:
    """Return the concentration of carbon that absorbs green light as the root of such a hair does.

    The root in the skin is a column of the shaft's width full of its melanin, so that it is one more absorbing column for
    the light model of impressions; that melanin is redder than carbon is left out, since a root is all but opaque.
    """
    radius_mm = np.maximum(np.asarray(shaft_diameter_mm, float), 1e-3) / 2.0
    green_per_mm = BLACK_CONCENTRATION * np.asarray(melanin_fraction, float) * EUMELANIN_PER_RADIUS[1] / radius_mm
    return np.asarray(green_per_mm / float(carbon_absorption_per_mm(540.0)))


def _roots_light(skin: Skin, hair: NativeHair) -> FloatArray:
    """Return the mean light (3,) that an even field of coloured roots leaves of skin's own."""
    coloured_per_cm2 = hair.density_per_cm2 * (1.0 - hair.grey_fraction)
    strength = root_mg_per_ml(hair.shaft_diameter_mm, hair.melanin_fraction)
    return field_transmittance(
        skin, point_spread(skin, hair.shaft_diameter_mm, ROOT_TOP_MM, ROOT_BOTTOM_MM, strength), max(coloured_per_cm2, 1e-3)
    )


def covered_fraction(hair: NativeHair, days: float) -> float:
    """Return which part of the skin hair of that age covers, seen from straight above: hairs lie at random, and overlap."""
    check_stubble_days(days)
    low, high = np.radians(hair.lean_deg)
    flat = (np.sin(high) - np.sin(low)) / (high - low) if high > low else np.cos(low)
    face_mm2 = TAPER_FRACTION * hair.shaft_diameter_mm * hair.growth_mm_per_day * days * flat
    return float(1.0 - np.exp(-hair.density_per_cm2 / 100.0 * hair.growing_fraction * face_mm2))


def stubble_light(skin: Skin, hair: NativeHair, days: float) -> FloatArray:
    """Return the mean light (3,) of skin with stubble of that many days over that of the bare skin, linear sRGB.

    Three things take light: the roots below the surface, the shadow of the shafts on the skin in even light, and the
    shafts before it, which send back their own. Hairs stand at random; left out are the direction of the lamp, light that
    goes from shaft to shaft, and hair longer than it is stiff. At 0 days only the roots are left.
    """
    bare = reflectance(skin)
    covered = covered_fraction(hair, days)
    drawn_mm2 = TAPER_FRACTION * hair.shaft_diameter_mm * hair.growth_mm_per_day * days
    kinds = np.array([1.0 - hair.grey_fraction, hair.grey_fraction])
    melanin = np.array([hair.melanin_fraction, 0.0])
    standing_per_mm2 = hair.density_per_cm2 / 100.0 * hair.growing_fraction
    stopped = kinds @ (1.0 - hair_transmittance(melanin))
    lit = np.exp(-standing_per_mm2 * SHADOW_FACTOR * drawn_mm2 * stopped)
    return np.asarray((1.0 - covered) * lit * _roots_light(skin, hair) + covered * (kinds @ hair_albedo(melanin)) / bare)


def stubble_tone(skin: Skin, hair: NativeHair, days: float) -> float:
    """Return how much darker than bare skin that stubble is, as a part of the skin's own L*: what a shade should match.

    The same fraction as `ShadeRules.darker_fraction`; below 0 where pale hair is lighter than the skin.
    """
    bare = reflectance(skin)
    return float(1.0 - lab_from_linear(bare * stubble_light(skin, hair, days))[0] / lab_from_linear(bare)[0])


def field_light(skin: Skin, impressions: Impressions, area_cm2: float) -> FloatArray:
    """Return the mean light (3,) of an area with these impressions in it over that of bare skin."""
    some = impressions.where(np.arange(0, len(impressions), max(1, len(impressions) // SAMPLE_COUNT)))
    if len(some) == 0 or area_cm2 <= 0.0:
        return np.ones(3)
    spread = point_spread(skin, some.deposit_diameter_mm, some.top_depth_mm, some.bottom_depth_mm, some.concentration_mg_per_ml)
    return field_transmittance(skin, spread, len(impressions) / area_cm2)


def mismatch(skin: Skin, hair: NativeHair, days: float, treated_light: npt.ArrayLike, rules: NoticeRules | None = None) -> Mismatch:
    """Return how the treated top, whose mean light over bare skin's is `treated_light` (3,), differs from the sides.

    Mean tones of even fields in even light, which is what is seen across a table; a doubt says when people notice.
    """
    rules = rules or NoticeRules()
    bare = reflectance(skin)
    lightness, top, sides = (
        float(lab_from_linear(bare * part)[0]) for part in (np.ones(3), np.asarray(treated_light, float), stubble_light(skin, hair, days))
    )
    found = Mismatch(top_lightness=top - lightness, sides_lightness=sides - lightness, noticed=abs(top - sides) > rules.noticed_lightness)
    return dataclasses.replace(found, doubts=(_doubt(found, days),)) if found.noticed else found


def _doubt(found: Mismatch, days: float) -> Doubt:
    """Return in a client's words what a noticed mismatch is."""
    gap = found.difference_lightness
    when = "freshly shaved" if days == 0 else "a day after shaving" if days == 1 else f"{days:g} days after shaving"
    if gap > 0:
        size, advice = f"{gap:.1f} L* lighter than the sides {when}", "Shave more often, or let the practitioner match a longer stubble."
    else:
        size, advice = (
            f"{-gap:.1f} L* darker than the sides {when}",
            "Ask for a lighter shade: pigment should not be darker than shaved hair.",
        )
    return Doubt(kind="hair", where="treated top beside the hair", size=size, advice=advice)
