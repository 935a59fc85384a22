"""How large a head really is: measures, a bank card or coin, the irises and what adults' heads measure, by their variances.

What a tape would read on a fitted head is `tapes`'; reading cards, coins and irises is `objects`'; which of them a fit
meets is `sizing`'s. Here: what was wished, and the weighing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scalp.base import BadInput, FloatArray, Value, value
from scalp.capture.size.coins import coin_mm
from scalp.capture.size.objects import card_corners, coin_ellipse

CONTRADICTION_SD = 3.0
"""An object that was found, not marked, and lies further from all else than so many SDs is left out, and said to be. (D)"""
_LEAST_TOLD_FRACTION = 0.03

MEASURES_MM: dict[str, tuple[float, float, float, str]] = {
    "circumference": (450.0, 680.0, 3.0, "with a tape above the brows and round the back of the head, where it is largest"),
    "over_ears": (280.0, 440.0, 5.0, "with a tape from the notch before one ear straight over the top to the notch before the other"),
    "over_crown": (260.0, 440.0, 7.0, "with a tape from between the brows over the top to the bump at the back of the head"),
    "breadth": (120.0, 190.0, 2.0, "with a caliper, or two books, where the head is broadest above the ears"),
    "length": (155.0, 240.0, 2.0, "with a caliper, or two books, from between the brows to the farthest point behind"),
}
"""Smallest and largest of adults with room to spare, how well it is laid (one SD), and how to measure it. (D)"""


@value
class ScaleWish(Value):
    """What a person measured, None where nothing.

    Lengths in mm: the `circumference_mm` of the head, by a tape above the brows and round the back where it is largest;
    `over_ears_mm` from tragion to tragion over the top; `over_crown_mm` from the glabella over the top to the inion;
    `breadth_mm` and `length_mm` by a caliper. In px of the photo: `card_px` (4, 2), the corners of a bank card held flat to
    the forehead, and `coin_px` (N, 2), five or more points on the rim of the coin that `coin` names. `card_sought` and
    `coin_sought` have them looked for in the photo where they are not marked.
    """

    circumference_mm: float | None = None
    over_ears_mm: float | None = None
    over_crown_mm: float | None = None
    breadth_mm: float | None = None
    length_mm: float | None = None
    card_px: FloatArray | None = None
    card_sought: bool = False
    coin: str | None = None
    coin_px: FloatArray | None = None
    coin_sought: bool = False

    def check(self) -> None:
        """Refuse measures that no adult head has, cards that are no card, and coins nobody knows."""
        for name in MEASURES_MM:
            _check_measure(name, getattr(self, f"{name}_mm"))
        if self.card_px is not None:
            card_corners(self.card_px)
        if self.coin is not None:
            coin_mm(self.coin)
        if self.coin is None and (self.coin_sought or self.coin_px is not None):
            raise BadInput("coin", "not named", "the name of the coin", "Name it, such as eur-1 for 1 euro.")
        if self.coin_px is not None:
            coin_ellipse(self.coin_px)

    @property
    def measured_mm(self) -> dict[str, float]:
        """Return the lengths that were measured, by name."""
        return {name: given for name in MEASURES_MM if (given := getattr(self, f"{name}_mm")) is not None}


def _check_measure(name: str, given_mm: float | None) -> None:
    """Refuse a length that no adult head has; say so where it looks like another unit."""
    if given_mm is None:
        return
    low, high, _, how = MEASURES_MM[name]
    if isinstance(given_mm, int | float) and low <= given_mm <= high:
        return
    remedy = f"Measure again in millimetres, {how}."
    number = float(given_mm) if isinstance(given_mm, int | float) else float("nan")
    for factor, unit in ((10.0, "centimetres"), (25.4, "inches"), (1000.0, "metres")):
        if low <= number * factor <= high:
            remedy = f"If {number:g} is in {unit}, give {number * factor:.0f}. Otherwise: {remedy[0].lower()}{remedy[1:]}"
    raise BadInput(name, f"{given_mm} mm", f"{low:.0f} to {high:.0f} mm", remedy)


@value
class Told(Value):
    """One thing that tells the size: the logarithm of true size over the fit's, with one SD of its own.

    `slopes` (P,) is how it follows the parameters of the fit: two things that lean on the same doubtful shape err
    together. `found` is whether a machine found it in a photo, so that it may be something else.
    """

    name: str
    log_factor: float
    sd_fraction: float
    slopes: FloatArray
    found: bool = False


@value
class Scale(Value):
    """True size over the size of the fit: `factor` with one SD as a fraction of it, and in words where it comes from."""

    factor: float
    sd_fraction: float
    source: str
    strain: float
    """How many SDs the most different source lies from all the others."""
    left_out: tuple[str, ...] = ()
    """What was looked for and not found, or found and contradicts all else: a sentence each."""


def weigh(told: Sequence[Told], covariance: FloatArray, *, missed: tuple[str, ...] = ()) -> Scale:
    """Return the size from all that tells it, by generalised least squares.

    The covariance of what is told is that of the fit's parameters (P, P) seen through the slopes, so that a tape and
    what adults measure, both read on the same fitted skull, count for less than two; plus each one's own variance.
    Something found that lies beyond `CONTRADICTION_SD` from the rest is left out: what is marked or measured never is.
    """
    kept, left_out = list(told), list(missed)
    while True:
        middle, sd, weights, strains = _least_squares(kept, covariance)
        doubtful = [place for place, one in enumerate(kept) if one.found and strains[place] > CONTRADICTION_SD]
        if not doubtful or len(kept) < 2:
            break
        worst = max(doubtful, key=lambda place: float(strains[place]))
        others = _least_squares([one for place, one in enumerate(kept) if place != worst], covariance)[0]
        percent = 100.0 * np.expm1(kept[worst].log_factor - others)
        left_out.append(f"{kept[worst].name} that was found would make the head {percent:+.0f} % larger than all else tells")
        kept.pop(worst)
    source = _in_words([one.name for one in kept], weights)
    return Scale(
        factor=float(np.exp(middle)), sd_fraction=sd, source=source, strain=float(strains.max(initial=0.0)), left_out=tuple(left_out)
    )


def _least_squares(told: Sequence[Told], covariance: FloatArray) -> tuple[float, float, FloatArray, FloatArray]:
    """Return the mean, its SD, the weight of each, and how many SDs each lies from the mean of the others."""
    logs = np.array([one.log_factor for one in told])
    slopes = np.array([one.slopes for one in told])
    between = slopes @ covariance @ slopes.T + np.diag([one.sd_fraction**2 for one in told])
    mean, sd, weights = _mean(logs, between)
    strains = np.zeros(len(told))
    for place in range(len(told) if len(told) > 1 else 0):
        rest = np.arange(len(told)) != place
        _, _, others = _mean(logs[rest], between[np.ix_(rest, rest)])
        contrast = np.zeros(len(told))
        contrast[rest], contrast[place] = -others, 1.0
        strains[place] = abs(contrast @ logs) / np.sqrt(contrast @ between @ contrast)
    return mean, sd, weights, strains


def _mean(logs: FloatArray, between: FloatArray) -> tuple[float, float, FloatArray]:
    """Return the best linear mean of correlated numbers, its SD, and the weights, which add up to 1."""
    pull = np.linalg.solve(between, np.ones(len(logs)))
    weights = pull / pull.sum()
    return float(weights @ logs), float(pull.sum() ** -0.5), np.asarray(weights)


def _in_words(names: Sequence[str], weights: FloatArray) -> str:
    """Name what tells the size, the weightiest first, with its share."""
    order = np.argsort(-weights)
    told = [f"{names[place]} ({100 * weights[place]:.0f} %)" for place in order if weights[place] > _LEAST_TOLD_FRACTION]
    return names[order[0]] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def with_objects(wish: ScaleWish, *, card_px: FloatArray | None, coin_px: FloatArray | None) -> ScaleWish:
    """Return the wish with what was found in a photo where nothing was marked; what was marked no longer counts as found."""
    card_sought, coin_sought = wish.card_px is None and card_px is not None, wish.coin_px is None and coin_px is not None
    return replace(
        wish,
        card_px=card_px if card_sought else wish.card_px,
        card_sought=card_sought,
        coin_px=coin_px if coin_sought else wish.coin_px,
        coin_sought=coin_sought,
    )
