"""What time does to native hair: stubble grows by the day, hair turns grey and is lost over the years.

What lives here: hairs in, hairs out. Pigment in the skin does none of this, which is why the two part company; where hairs
stand is `scalp.ageing.roots`'s, what they look like is for light in skin and `scalp.rendering` to say.
"""

import numpy as np

from scalp.base import BadInput, FloatArray, Value, WrongParent, as_numbers, value
from scalp.domain.hair import Hairs, NativeHair, check_stubble_days
from scalp.domain.head import Head


@value
class Greying(Value):
    """How hair turns grey: the grey part follows a logistic curve of age. [Panhard2012]

    Of people of 45 to 65 years 74 % have some grey hair, 27 % of their hair on the mean: 20 % of all hair at 55. (A for
    that, E for the slope)
    """

    half_age_years: float = 68.0
    """Age at which half of the hair is grey. (D, from the 20 % at 55)"""
    slope_years: float = 9.4
    """Years over which the odds of a hair to be grey grow e-fold. (E)"""

    def check(self) -> None:
        """Refuse curves that are none."""
        if not 15.0 <= self.half_age_years <= 150.0 or not 1.0 <= self.slope_years <= 40.0:
            raise BadInput("greying", self.half_age_years, "half grey at 15 to 150 years, slope 1 to 40 years", "68 and 9.4 are the mean.")


def grow(hairs: Hairs, hair: NativeHair, days: float) -> Hairs:
    """Return the hairs so many days after they were shaved: each at its own rate, those at rest not at all.

    Cut flush at day 0; a foil leaves about 0.1 mm more, which is a third of a day. 0 to 60 days.
    """
    check_stubble_days(days)
    return hairs.changed(length_mm=(hairs.growth_ratio * np.float32(hair.growth_mm_per_day * days)).astype(np.float32))


def turn_grey(hairs: Hairs, grey_fraction: float) -> Hairs:
    """Return the hairs with that part of them white; the same turn white first whenever it is asked."""
    if not 0.0 <= grey_fraction <= 1.0:
        raise BadInput("grey_fraction", grey_fraction, "0 (none) to 1 (all white)", "Give the part of the hairs that are white.")
    return hairs.changed(melanin_fraction=np.where(hairs.grey_rank_fraction < grey_fraction, np.float32(0.0), hairs.melanin_fraction))


def lose(hairs: Hairs, head: Head, cover_fraction: FloatArray) -> Hairs:
    """Return the hairs that are left where hair grows only so densely any more, (V,) against full density at the vertices.

    A hair goes when the cover falls below its rank, units as a whole; miniaturising before that is left out.
    """
    cover_fraction = as_numbers("cover_fraction", cover_fraction)
    if not np.isfinite(cover_fraction).all():
        raise BadInput("cover_fraction", "not finite", "0 to 1 at each vertex", "Correct the cover.")
    if hairs.head_digest != head.digest or cover_fraction.shape != (len(head.surface.vertices_mm),):
        raise WrongParent("hairs", "of another head", "hairs sown on this head", "Sow them on this head first.")
    corners = head.surface.faces[hairs.face_index]
    inside = np.clip(hairs.barycentric, 0.0, 1.0)
    here = np.einsum("nk,nk->n", inside / inside.sum(axis=1, keepdims=True), cover_fraction[corners])
    return hairs.where(hairs.loss_rank_fraction < here)


def grey_at(age_years: float | None, greying: Greying | None = None) -> float:
    """Return the mean grey part of the hair of people of an age, none where it is not known. [Panhard2012]

    >>> round(grey_at(55), 2)
    0.2
    """
    greying = greying or Greying()
    return 0.0 if age_years is None else float(1.0 / (1.0 + np.exp((greying.half_age_years - age_years) / greying.slope_years)))


def grey_later(grey_fraction: float, age_years: float | None, years: float, greying: Greying | None = None) -> float:
    """Return the grey part of the hair so many years on, from today's and the age; at an age unknown, that whose mean today's is.

    The odds of being grey grow e-fold in `slope_years` whatever they are today, so that who greys early stays ahead.
    Hair without a single grey one begins where people of that age are at their first, a hundredth.

    >>> round(grey_later(0.2, 55, 10), 2)
    0.42
    """
    greying = greying or Greying()
    if not np.isfinite(years) or not 0.0 <= years <= 60.0:
        raise BadInput("years", years, "0 to 60 years from now", "Ask for a year in that range.")
    if not 0.0 <= grey_fraction <= 1.0:
        raise BadInput("grey_fraction", grey_fraction, "0 (none) to 1 (all white)", "Give the part of the hairs that are white.")
    if years == 0.0:
        return grey_fraction
    first = 0.01 if age_years is None else min(grey_at(age_years, greying), 0.01)
    today = float(np.clip(grey_fraction if grey_fraction > 0.0 else first, 1e-4, 1.0 - 1e-9))
    odds = today / (1.0 - today) * np.exp(years / greying.slope_years)
    return float(odds / (1.0 + odds))
