"""The tone of the client's own shaved sides, and the shade and density that reach it: what skin knows, told to design and plan."""

import dataclasses

from scalp.base import Doubt, NotPossible
from scalp.domain.design import Wishes
from scalp.domain.hair import NativeHair
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Tone
from scalp.domain.skin import Skin
from scalp.domain.survey import SideGrowth
from scalp.planning.plans import PlanSettings
from scalp.skin.matching import ShadeRules
from scalp.skin.targets import Match, Part, match_stubble, tone_of_hair, tone_of_sides

USUAL_RULES = ShadeRules()


def stubble_to_match(skin: Skin, hair: NativeHair | None, growths: tuple[SideGrowth, ...]) -> tuple[Tone, bool]:
    """Return the tone of the shaved sides and whether it was measured: in photos where a survey saw stubble, else of the hair.

    Hair nobody told of is taken as dark as it usually is, shaved half a day ago.
    """
    seen = tone_of_sides(skin, growths)
    return (seen, True) if seen else (tone_of_hair(skin, hair or NativeHair(), USUAL_RULES.shaved_days), False)


def match_client(
    skin: Skin,
    density_per_cm2: float,
    mixture: tuple[Pigment, Needle],
    settings: PlanSettings,
    *,
    hair: NativeHair | None = None,
    growths: tuple[SideGrowth, ...] = (),
    rules: ShadeRules | None = None,
) -> Match:
    """Return the shade and the density at mid-scalp that come nearest to the client's own stubble, worked in the plan's sessions."""
    stubble, measured = stubble_to_match(skin, hair, growths)
    shares = settings.shares(temporary=mixture[0].temporary)
    parts = tuple(map(Part, shares, settings.works.strengths_of(shares)))
    return match_stubble(skin, stubble, mixture, density_per_cm2, measured=measured, parts=parts, rules=rules)


def match_drawn(
    skin: Skin,
    density_per_cm2: float,
    mixture: tuple[Pigment, Needle],
    settings: PlanSettings,
    *,
    hair: NativeHair | None = None,
    growths: tuple[SideGrowth, ...] = (),
) -> Match:
    """Return the shade for a design whose density is drawn already; a doubt names the density that would come nearer."""
    free = match_client(skin, density_per_cm2, mixture, settings, hair=hair, growths=growths)
    if free.density_per_cm2 == density_per_cm2:
        return free
    drawn = dataclasses.replace(USUAL_RULES, sparsest_per_cm2=density_per_cm2, densest_per_cm2=density_per_cm2)
    try:
        held = match_client(skin, density_per_cm2, mixture, settings, hair=hair, growths=growths, rules=drawn)
    except NotPossible as refused:
        remedy = f"Propose the design again with {free.density_per_cm2:.0f} impressions per cm2."
        raise NotPossible(refused.asked, f"{free.density_per_cm2:.0f} impressions per cm2", remedy) from None
    size = f"{density_per_cm2:.0f} per cm2, where {free.density_per_cm2:.0f} would come nearer to the stubble"
    doubt = Doubt(kind="design", where="density", size=size, advice="Propose the design again with that density, or leave it as it is.")
    return dataclasses.replace(held, doubts=(*held.doubts, doubt))


def suit_wishes(
    skin: Skin,
    wishes: Wishes,
    mixture: tuple[Pigment, Needle],
    settings: PlanSettings,
    *,
    hair: NativeHair | None = None,
    growths: tuple[SideGrowth, ...] = (),
) -> Wishes:
    """Return the wishes with the density that reaches the client's own stubble where the shade alone does not."""
    match = match_client(skin, wishes.peak_density_per_cm2, mixture, settings, hair=hair, growths=growths)
    return dataclasses.replace(wishes, peak_density_per_cm2=match.density_per_cm2)
