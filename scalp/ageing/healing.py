"""The first six weeks: what the deposits of each session are like while the skin heals over them.

What lives here: from the deposits as they will be once settled, to those of an earlier day, and which of them are lost.
Years are `scalp.ageing.years`'; how either looks is for light in skin to say.
"""

import numpy as np
import numpy.typing as npt

from scalp.base import BadInput, BoolArray, FloatArray, Value, value
from scalp.domain.impressions import Impressions

SETTLED_DAYS = 42.0
"""When the tone is taken as final. (D, smp 1.8)"""

_DENSITY_DAYS = (0.0, 3.0, 7.0, 14.0, 28.0, SETTLED_DAYS)
_DENSITY_FACTORS = (1.35, 1.30, 0.95, 0.85, 0.90, 1.0)
_PATCH_DAYS = (0.0, 3.0, 7.0, 10.0, 14.0, 28.0)
_PATCH_SHARES = (0.0, 0.2, 1.0, 0.7, 0.3, 0.0)
_EARLIEST_FALL_DAYS = 2.0
_WAVES_COUNT = 48


@value
class Healing(Value):
    """How this skin heals. All graded D: from practitioners' accounts, no measured series exists. (smp 1.8)"""

    survival_fraction: float = 0.90
    """Part of the impressions that stay: 0.85 to 0.95 in normal skin, 0.6 to 0.8 in scars and oily skin."""
    fresh_width_factor: float = 1.25
    """Width of a fresh deposit against the settled one; in photographs of fresh work marks are 1.2 times wider, and practitioners
    who count crust and redness say twice."""
    fresh_top_depth_mm: float = 0.05
    """Where the pigment of a fresh impression begins: inside the epidermis, which is shed."""
    shed_days: float = 7.0
    """When the little crusts fall, in the middle."""
    shed_spread_days: float = 1.7
    """How much patches of the scalp differ in that, standard deviation."""
    patch_fraction: float = 0.25
    """How uneven the pigment is around that day, standard deviation of its logarithm."""
    patch_mm: float = 12.0
    """How large the patches are, where positions are given."""
    redness_days: float = 2.5
    """When the redness has fallen to about a third."""

    def check(self) -> None:
        """Refuse what no skin does."""
        if not 0.0 < self.survival_fraction <= 1.0 or not 0.0 <= self.patch_fraction <= 1.0 or self.patch_mm <= 0:
            raise BadInput("healing", self.survival_fraction, "survival above 0 to 1, patches 0 to 1", "Correct it.")
        if not 1.0 <= self.fresh_width_factor <= 4.0 or self.fresh_top_depth_mm < 0 or min(self.shed_days, self.redness_days) <= 0:
            raise BadInput("healing", self.fresh_width_factor, "fresh width 1 to 4 times the settled one, days above 0", "Correct it.")


def heal(
    impressions: Impressions,
    *,
    days: float | None = None,
    days_by_session: tuple[float, ...] | None = None,
    seed: int,
    points_mm: FloatArray | None = None,
    healing: Healing | None = None,
) -> Impressions:
    """Return the deposits as they are `days` after their session, or after each session its own days, lost ones left out.

    `days_by_session` begins with session 1: (28, 14, 0) is the evening of the third. Fresh deposits are wider, hold
    more pigment and reach up into the epidermis; the crusts fall around day 7, patch by patch, and take some
    impressions with them for good; then the tone is too light until week six, where the deposits are the settled ones
    that were placed. The same seed loses the same impressions on every day. `points_mm` (N, 3) makes the patches
    those of the scalp; without it each face of the mesh is a patch. (D, smp 1.8)
    """
    healing = healing or Healing()
    elapsed_days = _elapsed_days(impressions, days, days_by_session)
    rng = np.random.default_rng(seed)
    lot, own = rng.random(len(impressions)), rng.standard_normal(len(impressions))
    patch = _patches(impressions, points_mm, healing.patch_mm, seed)
    fall_days = np.maximum(healing.shed_days + healing.shed_spread_days * (0.8 * patch + 0.6 * own), _EARLIEST_FALL_DAYS)
    stays = (lot < healing.survival_fraction) | (elapsed_days < fall_days)
    crust = np.clip((fall_days + 1.5 - elapsed_days) / 3.0, 0.0, 1.0)
    return _with_crust(impressions, healing, elapsed_days, crust, patch).where(stays)


def _with_crust(impressions: Impressions, healing: Healing, elapsed_days: FloatArray, crust: FloatArray, patch: FloatArray) -> Impressions:
    """Return all deposits on their day; crust (N,) is 1 while the pigment in the epidermis is still there."""
    swelling = np.clip(1.0 - elapsed_days / 21.0, 0.0, 1.0) ** 1.5
    density = np.interp(elapsed_days, _DENSITY_DAYS, _DENSITY_FACTORS)
    density *= np.exp(healing.patch_fraction * np.interp(elapsed_days, _PATCH_DAYS, _PATCH_SHARES) * patch)
    top = impressions.top_depth_mm.astype(float)
    fresh_top = np.minimum(top, healing.fresh_top_depth_mm)
    columns = {
        "deposit_diameter_mm": impressions.deposit_diameter_mm * (1.0 + (healing.fresh_width_factor - 1.0) * swelling),
        "top_depth_mm": top + crust * (fresh_top - top),
        "concentration_mg_per_ml": impressions.concentration_mg_per_ml * density,
        "redness_fraction": np.exp(-((elapsed_days / healing.redness_days) ** 1.5)),
    }
    kept = {name: column.astype(np.float32) for name, column in columns.items()}
    return Impressions(
        head_digest=impressions.head_digest,
        plan_digest=impressions.plan_digest,
        face_index=impressions.face_index,
        barycentric=impressions.barycentric,
        bottom_depth_mm=impressions.bottom_depth_mm,
        session_number=impressions.session_number,
        **kept,
    )


def _elapsed_days(impressions: Impressions, days: float | None, days_by_session: tuple[float, ...] | None) -> FloatArray:
    """Return how long ago each impression was made, (N,) days."""
    if (days is None) == (days_by_session is None):
        raise BadInput("days", "given twice or not at all", "either days or days_by_session", "Give one of the two.")
    per_session = np.full(256, days, float) if days_by_session is None else np.asarray((np.nan, *days_by_session), float)
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
    waves_per_mm = rng.standard_normal((3, _WAVES_COUNT)) / patch_mm
    phases_rad = rng.uniform(0.0, 2 * np.pi, _WAVES_COUNT)
    waves = (points_mm @ waves_per_mm + phases_rad).astype(np.float32)
    return np.asarray(np.sqrt(2.0 / _WAVES_COUNT) * np.cos(waves, out=waves).sum(axis=1, dtype=np.float64))


def surviving(impressions: Impressions, *, seed: int, healing: Healing | None = None) -> BoolArray:
    """Return which impressions (N,) the same seed keeps for good in `heal`."""
    healing = healing or Healing()
    return np.asarray(np.random.default_rng(seed).random(len(impressions)) < healing.survival_fraction)
