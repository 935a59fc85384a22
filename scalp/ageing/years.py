"""The years after healing: pigment leaves, and what is left spreads.

What lives here: settled deposits in, deposits of a later year out, always in one of three bands. The fading curve
itself is `Fading`'s in the domain, what is said of it to people `scalp.ageing.forecasts`'; the hue of old work is not
set here: it comes out of light in skin.
"""

import numpy as np

from scalp.ageing.shades import USUAL_SKIN, Deposits, deposits_of, light_taken_mm2, pigment_for, with_deposits
from scalp.domain.fading import Band, Fading, check_years, depth_factor
from scalp.domain.impressions import Impressions
from scalp.domain.skin import Skin

TEMPORARY_K_PER_YEAR = 1.7
"""Trial pigment is down to a quarter, barely seen, after a year. (C-D, smp 1.13: visible for 6 to 18 months)"""
TEMPORARY_BAND_FACTOR = 1.6
"""A quarter is left after 7 to 18 months. (D)"""
RESIDUE_FRACTION = 0.10
"""Part of trial pigment that stays longer. (D, smp 1.13: a residue to 2 to 3 years, not always complete)"""
RESIDUE_K_PER_YEAR = 0.35
"""So that a twenty-fifth of the tone is left after three years. (D)"""


def age(
    impressions: Impressions,
    *,
    years: float,
    fading: Fading | None = None,
    band: Band = "expected",
    spread: Band = "expected",
    skin: Skin = USUAL_SKIN,
) -> Impressions:
    """Return the deposits `years` after they have settled, at the low, expected or high end of what is known.

    Width and height of a deposit grow by diffusion, sigma^2 = sigma_0^2 + 2 D t, faster the deeper it lies: cells hand on
    its pigment as they die [Baranska2018]. `spread` says which end of what is known of D. What was measured is how dense the work looks [Liu2025], so that R(t) is one of tone:
    pigment is lost until the light a deposit takes in `skin` is R times what it was. Spreading alone would darken a field,
    since a thin deposit hides less of its own pigment; the pigment lost is therefore more than 1 - R. Pigment is never
    made: where even all of it takes less light, the tone falls below R. Nothing but light in skin makes the hue.
    """
    fading = fading or Fading()
    check_years(years)
    calm = np.zeros(len(impressions))
    if years == 0 or len(impressions) == 0:
        return with_deposits(impressions, deposits_of(impressions), calm)
    settled = deposits_of(impressions)
    spread_out = _spread_out(settled, fading, years, spread)
    left = fading.remaining_fractions(years, depth_factor(settled.bottom_mm), band)
    needed = pigment_for(skin, spread_out, left * light_taken_mm2(skin, settled))
    return with_deposits(
        impressions,
        Deposits(
            diameter_mm=spread_out.diameter_mm,
            top_mm=spread_out.top_mm,
            bottom_mm=spread_out.bottom_mm,
            mg_per_ml=np.minimum(needed, spread_out.mg_per_ml),
        ),
        calm,
    )


def _spread_out(settled: Deposits, fading: Fading, years: float, spread: Band) -> Deposits:
    """Return deposits that have grown by diffusion with all of their pigment: discs of width d, slabs of height h.

    A disc's variance along an axis is d^2 / 16, a slab's h^2 / 12. Pigment sinks and does not rise: what is lifted is
    shed or carried off, so that a deposit keeps its top and grows downwards; one that begins in the epidermis loses
    that part with it. (E)
    """
    growth_mm2 = fading.spread_mm2(years, 0.5 * (settled.top_mm + settled.bottom_mm), spread)
    height_mm = settled.bottom_mm - settled.top_mm
    wider_mm = np.sqrt(settled.diameter_mm**2 + 16.0 * growth_mm2)
    taller_mm = np.sqrt(height_mm**2 + 12.0 * growth_mm2)
    top_mm = settled.top_mm
    held = (settled.diameter_mm / np.maximum(wider_mm, 1e-9)) ** 2 * height_mm / np.maximum(taller_mm, 1e-9)
    return Deposits(diameter_mm=wider_mm, top_mm=top_mm, bottom_mm=top_mm + taller_mm, mg_per_ml=settled.mg_per_ml * held)


def temporary_fading() -> Fading:
    """Return the fading of temporary work (trichopigmentation): seen for 6 to 18 months, a residue to about 3 years. (C-D)

    >>> [round(temporary_fading().remaining_fraction(years), 2) for years in (0.5, 1.0, 1.5, 2.0, 3.0)]
    [0.47, 0.23, 0.13, 0.08, 0.04]
    """
    return Fading(
        k_per_year=TEMPORARY_K_PER_YEAR,
        band_factor=TEMPORARY_BAND_FACTOR,
        early_loss_fraction=0.0,
        lasting_fraction=RESIDUE_FRACTION,
        lasting_k_per_year=RESIDUE_K_PER_YEAR,
    )
