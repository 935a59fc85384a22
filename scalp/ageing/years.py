"""The years after healing: pigment leaves, and what is left spreads.

What lives here: settled deposits in, deposits of a later year out, always in one of three bands. The fading curve
itself is `Fading`'s in the domain; the hue of old work is not set here: it comes out of light in skin.
"""

import numpy as np

from scalp.base import BadInput, Doubt, Float32Array
from scalp.domain.fading import Band, Fading
from scalp.domain.impressions import Impressions

SHADE_PER_MM_PER_MG_PER_ML = 5.8
"""How fast a column becomes opaque with pigment times width: carbon's 8.3 per mm and mg/ml over 0.7 of its width, which
follows the point-spread from 0.5 to 10 years. (D)"""
EPIDERMIS_BOTTOM_MM = 0.08
TEMPORARY_K_PER_YEAR = 1.6


def age(impressions: Impressions, *, years: float, fading: Fading | None = None, band: Band = "expected") -> Impressions:
    """Return the deposits `years` after they have settled, at the low, expected or high end of what is known.

    Width and height of a deposit grow by diffusion, sigma^2 = sigma_0^2 + 2 D t. What was measured is how dense the work
    looks [Liu2025], so that R(t) is one of tone: pigment is lost until the light a column takes, taken as width x height x
    (1 - exp(-m c width)), is R times what it was. Spreading alone would darken a field, since a thin deposit hides less
    of its own pigment; the pigment lost is therefore more than 1 - R. Nothing but light in skin makes the hue.
    """
    fading = fading or Fading()
    if not np.isfinite(years) or not 0.0 <= years <= 60.0:
        raise BadInput("years", years, "0 to 60 after healing", "Ask for a year in that range.")
    growth_mm2 = fading.spread_mm2_per_year * years
    diameter = impressions.deposit_diameter_mm.astype(float)
    top, bottom = impressions.top_depth_mm.astype(float), impressions.bottom_depth_mm.astype(float)
    wider = np.sqrt(diameter**2 + 16.0 * growth_mm2)
    taller = np.sqrt((bottom - top) ** 2 + 12.0 * growth_mm2)
    new_top = np.maximum(0.5 * (top + bottom - taller), np.minimum(top, EPIDERMIS_BOTTOM_MM))
    shade = 1.0 - np.exp(-SHADE_PER_MM_PER_MG_PER_ML * impressions.concentration_mg_per_ml * diameter)
    face = (diameter / np.maximum(wider, 1e-9)) * (bottom - top) / np.maximum(taller, 1e-9)
    new_shade = fading.remaining_fraction(years, band) * shade * face
    concentration = -np.log1p(-new_shade) / (SHADE_PER_MM_PER_MG_PER_ML * np.maximum(wider, 1e-9))
    conserved = impressions.concentration_mg_per_ml * (diameter / np.maximum(wider, 1e-9)) * face
    return _changed(
        impressions,
        deposit_diameter_mm=wider.astype(np.float32),
        top_depth_mm=new_top.astype(np.float32),
        bottom_depth_mm=(new_top + taller).astype(np.float32),
        concentration_mg_per_ml=np.minimum(concentration, conserved).astype(np.float32),
    )


def _changed(
    impressions: Impressions,
    *,
    deposit_diameter_mm: Float32Array,
    top_depth_mm: Float32Array,
    bottom_depth_mm: Float32Array,
    concentration_mg_per_ml: Float32Array,
) -> Impressions:
    """Return the impressions with new deposits, calm skin around them."""
    return Impressions(
        head_digest=impressions.head_digest,
        plan_digest=impressions.plan_digest,
        face_index=impressions.face_index,
        barycentric=impressions.barycentric,
        deposit_diameter_mm=deposit_diameter_mm,
        top_depth_mm=top_depth_mm,
        bottom_depth_mm=bottom_depth_mm,
        concentration_mg_per_ml=concentration_mg_per_ml,
        session_number=impressions.session_number,
        redness_fraction=np.zeros_like(impressions.redness_fraction),
    )


def temporary_fading() -> Fading:
    """Return the fading of temporary work (trichopigmentation): seen for 6 to 18 months, a residue to about 3 years. (C-D)

    >>> [round(temporary_fading().remaining_fraction(years), 2) for years in (0.5, 1.0, 1.5, 3.0)]
    [0.89, 0.4, 0.18, 0.02]
    """
    return Fading(k_per_year=TEMPORARY_K_PER_YEAR)


def doubts_of_years(years: float, fading: Fading | None = None) -> tuple[Doubt, ...]:
    """Return how wide the band is at that year, as a doubt; none within the half year that was measured."""
    if years <= 0.5:
        return ()
    fading = fading or Fading()
    low, high = fading.remaining_fraction(years, "low"), fading.remaining_fraction(years, "high")
    return (
        Doubt(
            kind="ageing",
            where=f"tone after {years:g} years",
            size=f"{100 * low:.0f} to {100 * high:.0f} % of the healed tone",
            advice="Nothing has been measured beyond six months: sun, oily skin and care decide.",
        ),
    )
