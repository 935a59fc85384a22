"""The first six weeks: what the deposits of each session are like while the skin heals over them.

What lives here: from the deposits as they will be once settled, to those of an earlier day, and which of them are lost.
Years are `scalp.ageing.years`'; how either looks is for light in skin to say.
"""

import numpy as np
import numpy.typing as npt

from scalp.ageing.shades import USUAL_SKIN, Deposits, deposits_of, light_taken_mm2, pigment_for, with_deposits
from scalp.base import BadInput, BoolArray, FloatArray, Value, as_numbers, as_seed, value
from scalp.domain.fading import FadingFactors
from scalp.domain.impressions import Impressions
from scalp.domain.skin import Skin

SETTLED_DAYS = 42.0
"""When the tone is taken as final. (D, smp 1.8)"""
SCAR_SURVIVAL_FRACTION = 0.70
"""0.6 to 0.8 of the impressions stay in scars and in oily skin. (D, smp 1.8)"""

TONE_DAYS = (0.0, 3.0, 7.0, 14.0, 28.0, SETTLED_DAYS)
TONE_FACTORS = (1.35, 1.30, 0.95, 0.85, 0.90, 1.0)
"""Optical density of an impression against the settled one. (D, smp 1.8)"""
_PATCH_DAYS = (0.0, 3.0, 7.0, 10.0, 14.0, 28.0)
_PATCH_SHARES = (0.0, 0.2, 1.0, 0.7, 0.3, 0.0)
_NEW_SKIN_DAYS = (3.0, 10.0, 14.0, 28.0, SETTLED_DAYS)
_NEW_SKIN_SHARES = (0.0, 1.0, 1.0, 0.64, 0.0)
_CRUSTED_DAYS = 3.0
_NARROWED_DAYS = 21.0
_EARLIEST_FALL_DAYS = 2.0
_MOST_PIGMENT_FACTOR = 4.0
_WAVES_COUNT = 48
MOST_HEALING, DEEPEST_MM = 1000.0, 2.5
"""What no healing takes longer than, in days, no patch is wider than, in mm, and no impression begins deeper than."""


@value
class Healing(Value):
    """How this skin heals. All graded D or E: from practitioners' accounts, no measured series exists. (smp 1.8)"""

    survival_fraction: float = 0.90
    """Part of the impressions that stay: 0.85 to 0.95 in normal skin, 0.6 to 0.8 in scars and oily skin. (D)"""
    fresh_width_factor: float = 1.15
    """Width of a fresh deposit against the settled one: marks then are seen 1.1 times wider and a fifth stronger, as in
    photographs of fresh work; practitioners who count crust and redness say twice. (D)"""
    crust_width_factor: float = 1.20
    """Width under the little crust, from day 3 until it falls. (E)"""
    fresh_top_mm: float = 0.05
    """Where the pigment of a fresh impression begins: inside the epidermis, which is shed. (E)"""
    crust_top_mm: float = 0.03
    """Where it begins once the crust has dried. (E)"""
    shed_days: float = 7.0
    """When the little crusts fall, in the middle. (C)"""
    shed_spread_days: float = 1.7
    """How much patches of the scalp differ in that, standard deviation; crusts fall on days 3 to 10. (D)"""
    patch_fraction: float = 0.25
    """How uneven the tone is around that day, standard deviation of its logarithm. (D)"""
    patch_mm: float = 12.0
    """How large the patches are, where positions are given. (E)"""
    new_skin_mm: float = 0.055
    """How much thicker the new epidermis over a deposit is in week two; it thins back by week six. Chosen so that the
    lighter, greyer tone of these weeks comes out of it with the pigment unchanged. (E)"""
    redness_days: float = 2.5
    """When the redness has fallen to about a third. (C: clears on days 2 to 5)"""

    def check(self) -> None:
        """Refuse what no skin does."""
        for name in ("shed_days", "shed_spread_days", "redness_days", "patch_mm"):
            if not 0.0 < getattr(self, name) <= MOST_HEALING:
                raise BadInput(name, getattr(self, name), f"above 0 to {MOST_HEALING:g}", "Leave it out for what is usual.")
        for name in ("fresh_top_mm", "crust_top_mm", "new_skin_mm"):
            if not 0.0 <= getattr(self, name) <= DEEPEST_MM:
                raise BadInput(name, getattr(self, name), f"0 to {DEEPEST_MM:g} mm", "Leave it out for what is usual.")
        if not 0.0 < self.survival_fraction <= 1.0 or not 0.0 <= self.patch_fraction <= 1.0:
            raise BadInput("healing", self.survival_fraction, "survival above 0 to 1, patches 0 to 1", "Correct it.")
        if not all(1.0 <= factor <= 4.0 for factor in (self.fresh_width_factor, self.crust_width_factor)):
            raise BadInput("healing", self.fresh_width_factor, "fresh width 1 to 4 times the settled one", "Correct it.")


def healing_of(factors: FadingFactors) -> Healing:
    """Return how a client heals by what is told: scars and oily skin keep fewer impressions. (D, smp 1.8)"""
    if factors.scar or factors.skin_type == "oily":
        return Healing(survival_fraction=SCAR_SURVIVAL_FRACTION)
    return Healing()


def heal(
    impressions: Impressions,
    *,
    days: float | None = None,
    days_by_session: tuple[float, ...] | None = None,
    seed: int,
    skin: Skin = USUAL_SKIN,
    points_mm: FloatArray | None = None,
    healing: Healing | None = None,
) -> Impressions:
    """Return the deposits as they are `days` after their session, or after each session its own days, lost ones left out.

    `days_by_session` begins with session 1: (28, 14, 0) is the evening of the third. Fresh deposits are wider and reach up
    into the epidermis; crusts form, and fall around day 7, patch by patch, taking some impressions with them for good; then
    a thicker new epidermis covers the rest until week six, where the deposits are the settled ones that were placed. How
    much pigment there is follows from the tone practitioners tell of each day, by light in `skin`. The same seed loses the
    same impressions on every day. `points_mm` (N, 3) makes the patches those of the scalp; without it each face of the mesh
    is a patch. Left out: swelling, scabs with a surface of their own, darkening after inflammation. (D, smp 1.8)
    """
    healing = healing or Healing()
    elapsed_days = _elapsed_days(impressions, days, days_by_session)
    rng = np.random.default_rng(as_seed(seed))
    lot, own = rng.random(len(impressions)), rng.standard_normal(len(impressions))
    patch = _patches(impressions, points_mm, healing.patch_mm, seed)
    fall_days = np.maximum(healing.shed_days + healing.shed_spread_days * (0.8 * patch + 0.6 * own), _EARLIEST_FALL_DAYS)
    held = (lot < healing.survival_fraction) & (impressions.bottom_depth_mm > skin.epidermis_mm)
    stays = held | (elapsed_days < fall_days)
    if len(impressions) == 0 or elapsed_days.min() >= SETTLED_DAYS:
        return with_deposits(impressions, deposits_of(impressions), _redness(elapsed_days, healing)).where(stays)
    crust = np.clip((fall_days + 1.5 - elapsed_days) / 3.0, 0.0, 1.0)
    fresh = _open(impressions, healing, elapsed_days, crust)
    tone = _tone(healing, elapsed_days, patch)
    return with_deposits(impressions, _toned(skin, impressions, fresh, tone), _redness(elapsed_days, healing)).where(stays)


def _open(impressions: Impressions, healing: Healing, elapsed_days: FloatArray, crust: FloatArray) -> Deposits:
    """Return the shapes of all deposits on their day; crust (N,) is 1 while the pigment in the epidermis is still there."""
    settled = deposits_of(impressions)
    dried = np.clip(elapsed_days / _CRUSTED_DAYS, 0.0, 1.0)
    crusted_width = healing.fresh_width_factor + (healing.crust_width_factor - healing.fresh_width_factor) * dried
    swelling = np.clip(1.0 - elapsed_days / _NARROWED_DAYS, 0.0, 1.0) ** 1.5
    bare_width = 1.0 + (healing.fresh_width_factor - 1.0) * swelling
    crusted_top = np.minimum(settled.top_mm, healing.fresh_top_mm + (healing.crust_top_mm - healing.fresh_top_mm) * dried)
    covered_mm = healing.new_skin_mm * np.interp(elapsed_days, _NEW_SKIN_DAYS, _NEW_SKIN_SHARES)
    return Deposits(
        diameter_mm=settled.diameter_mm * (crust * crusted_width + (1.0 - crust) * bare_width),
        top_mm=crust * crusted_top + (1.0 - crust) * (settled.top_mm + covered_mm),
        bottom_mm=settled.bottom_mm + (1.0 - crust) * covered_mm,
        mg_per_ml=settled.mg_per_ml,
    )


def _tone(healing: Healing, elapsed_days: FloatArray, patch: FloatArray) -> FloatArray:
    """Return the optical density of each impression against the settled one, (N,), with the patches of the bad week."""
    uneven = healing.patch_fraction * np.interp(elapsed_days, _PATCH_DAYS, _PATCH_SHARES)
    return np.asarray(np.interp(elapsed_days, TONE_DAYS, TONE_FACTORS) * np.exp(uneven * patch - 0.5 * uneven**2))


def _toned(skin: Skin, impressions: Impressions, shapes: Deposits, tone: FloatArray) -> Deposits:
    """Return deposits of the given shapes that take as much light, against the settled ones, as the tone (N,) says."""
    settled = deposits_of(impressions)
    pigment = pigment_for(skin, shapes, tone * light_taken_mm2(skin, settled))
    pigment = np.clip(pigment, settled.mg_per_ml / _MOST_PIGMENT_FACTOR, settled.mg_per_ml * _MOST_PIGMENT_FACTOR)
    same = (shapes.diameter_mm == settled.diameter_mm) & (shapes.top_mm == settled.top_mm) & (tone == 1.0)
    return Deposits(
        diameter_mm=shapes.diameter_mm,
        top_mm=shapes.top_mm,
        bottom_mm=shapes.bottom_mm,
        mg_per_ml=np.where(same, settled.mg_per_ml, pigment),
    )


def _redness(elapsed_days: FloatArray, healing: Healing) -> FloatArray:
    """Return the redness left around each impression, (N,) 0..1."""
    return np.asarray(np.exp(-((elapsed_days / healing.redness_days) ** 1.5)))


def _elapsed_days(impressions: Impressions, days: float | None, days_by_session: tuple[float, ...] | None) -> FloatArray:
    """Return how long ago each impression was made, (N,) days."""
    if (days is None) == (days_by_session is None):
        raise BadInput("days", "given twice or not at all", "either days or days_by_session", "Give one of the two.")
    told = as_numbers("days", days_by_session if days is None else days)  # type: ignore[arg-type]  # one of the two is given
    if told.ndim != (days_by_session is not None):
        raise BadInput("days", told.shape, "one number of days, or one for each session", "Give days=7 or days_by_session=(28, 14, 0).")
    per_session = np.full(256, told) if days_by_session is None else np.append(np.nan, told)
    if impressions.session_number.size and impressions.session_number.max() >= len(per_session):
        sessions_count = int(impressions.session_number.max())
        raise BadInput(
            "days_by_session", f"{len(per_session) - 1} sessions", f"{sessions_count} or more", "Give the days since each session."
        )
    elapsed = per_session[impressions.session_number]
    if not np.isfinite(elapsed).all() or (elapsed.size and elapsed.min() < 0):
        raise BadInput("days", "negative or not a number", "0 or more since every session shown", "Leave out sessions still to come.")
    return np.asarray(elapsed)


def _patches(impressions: Impressions, points_mm: FloatArray | None, patch_mm: float, seed: int) -> FloatArray:
    """Return a standard normal value (N,) alike within a patch of scalp."""
    rng = np.random.default_rng([seed, 7])
    if points_mm is None:
        faces: npt.NDArray[np.int64] = impressions.face_index.astype(np.int64)
        return np.asarray(rng.standard_normal(int(faces.max()) + 1 if len(faces) else 0)[faces])
    if np.shape(points_mm) != (len(impressions), 3) or not np.isfinite(points_mm).all():
        raise BadInput("points_mm", np.shape(points_mm), f"finite ({len(impressions)}, 3) in mm", "Give one for each impression.")
    waves_per_mm = rng.standard_normal((3, _WAVES_COUNT)) / patch_mm
    phases_rad = rng.uniform(0.0, 2 * np.pi, _WAVES_COUNT)
    waves = (points_mm @ waves_per_mm + phases_rad).astype(np.float32)
    return np.asarray(np.sqrt(2.0 / _WAVES_COUNT) * np.cos(waves, out=waves).sum(axis=1, dtype=np.float64))


def surviving(impressions: Impressions, *, seed: int, skin: Skin = USUAL_SKIN, healing: Healing | None = None) -> BoolArray:
    """Return which impressions (N,) the same seed keeps for good in `heal`; none that lie wholly in the epidermis stays."""
    healing = healing or Healing()
    lot = np.random.default_rng(as_seed(seed)).random(len(impressions))
    return np.asarray((lot < healing.survival_fraction) & (impressions.bottom_depth_mm > skin.epidermis_mm))
