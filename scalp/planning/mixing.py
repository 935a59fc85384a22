"""How much thinned pigment a piece of work takes, with its range. Which shade it has is decided elsewhere."""

import numpy as np

from scalp.base import BadInput, Value, value
from scalp.domain.pigment import Needle
from scalp.domain.plan import Span

MM3_PER_ML = 1000.0


@value
class PigmentUse(Value):
    """Where thinned pigment goes: into the skin, and what is wiped off, dries in the cup or stays in the needle.

    No measured value was found for impressions on a scalp; each number is what a practitioner can check by pouring (E).
    """

    uptake: Span = Span(low=0.05, expected=0.15, high=0.30)
    """Part of the pigment that a needle brings to the skin and the skin keeps; the rest is wiped off. (E)"""
    cup_ml: Span = Span(low=0.5, expected=1.0, high=2.0)
    """Left in one cup that is thrown away. Less than one drop of pigment, 0.05 ml, with its water is not mixed: 1 ml at 1:20. (D)"""
    cup_hours: float = 1.5
    """After so long a cup has dried so far that its shade is no longer the mixed one. (E)"""
    needle_ml: float = 0.03
    """What a needle and its tube hold when they are thrown away. (E)"""

    def check(self) -> None:
        """Refuse uses that are none."""
        if not self.uptake.low > 0.0 or not self.uptake.high <= 1.0:
            raise BadInput("uptake", f"{self.uptake.low:g} to {self.uptake.high:g}", "above 0, up to 1", "0.05 to 0.3 is taken as usual.")
        if not self.cup_ml.low >= 0.0 or not self.cup_ml.high <= 20.0 or not 0.0 <= self.needle_ml <= 2.0:
            raise BadInput(
                "loss", f"{self.cup_ml.high:g} ml a cup, {self.needle_ml:g} ml a needle", "0 to 20 ml and 0 to 2 ml", "Correct it."
            )
        if not 0.1 <= self.cup_hours <= 12.0:
            raise BadInput("hours of a cup", self.cup_hours, "0.1 to 12", "1.5 is taken as usual.")


def kept_ml(impressions_count: int, needle: Needle, retained_fraction: float) -> float:
    """Return the thinned pigment that stays in the skin: the volume of the deposits times what they keep of the liquid.

    A deposit is a column from its top to its bottom depth; the mean of the squared width of log-normal widths with that
    median is used. The concentration of carbon in it is `retained_fraction` of the liquid's, and so is the volume of liquid.
    Left out: what healing sheds. Some hundred times less per cm2 than a tattoo holds. [Engel2008]

    >>> round(kept_ml(30_000, Needle(), 0.18), 3)
    0.086
    """
    squared_mm2 = needle.deposit_diameter_mm**2 * (1.0 + needle.deposit_diameter_cv_fraction**2) ** 2
    column_mm3 = np.pi / 4.0 * squared_mm2 * (needle.bottom_depth_mm - needle.top_depth_mm)
    return float(impressions_count * column_mm3 * retained_fraction / MM3_PER_ML)


def thinned_ml(in_skin_ml: float, cups_count: float, needles_count: float, use: PigmentUse) -> Span:
    """Return how much thinned pigment is to be mixed for what is to stay in the skin: wiped off, dried and thrown away included.

    Cups and needles may be parts of one, where zones share them; low takes the best uptake and the least loss.
    """
    low, expected, high = (
        in_skin_ml / uptake + cups_count * cup_ml + needles_count * use.needle_ml
        for uptake, cup_ml in (
            (use.uptake.high, use.cup_ml.low),
            (use.uptake.expected, use.cup_ml.expected),
            (use.uptake.low, use.cup_ml.high),
        )
    )
    return Span(low=low, expected=expected, high=high)


def cups_for(hours: float, use: PigmentUse) -> float:
    """Return how many cups of one shade a session takes: one at least, and a fresh one when it has dried."""
    return max(1.0, hours / use.cup_hours)
