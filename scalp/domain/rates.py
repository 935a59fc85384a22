"""The parts of a price list beside its rates for a session: difficulty, travel, touch-ups, and what the market shows.

Exact decimals in the currency of the list that holds them. What a session costs is `price`'s.
"""

from decimal import Decimal

from scalp.base import BadInput, Value, value
from scalp.domain.design import LUDWIG_STAGES, NORWOOD_STAGES

LARGEST_FACTOR = Decimal(10)
LONGEST_WORDS = 200
GRADES = ("A", "B", "C", "D", "E")
_CORRECT = "Correct the price list."


def check_ends(name: str, low: Decimal, high: Decimal) -> None:
    """Refuse amounts that are negative, endless or out of order."""
    if not (low.is_finite() and high.is_finite() and 0 <= low <= high):
        raise BadInput(name, f"{low} to {high}", "0 or more, low not above high", _CORRECT)


def _check_words(name: str, text: str) -> None:
    """Refuse an empty text and an essay."""
    if not text.strip() or len(text) > LONGEST_WORDS:
        raise BadInput(name, "empty or very long", f"1 to {LONGEST_WORDS} characters", _CORRECT)


@value
class DifficultyRate(Value):
    """What makes work harder, and by which factor a session costs more where all of it is so; a part of it costs its part.

    `name` is the word it is asked for by (scar, repair, density, hair, skin, patch in the shipped list).
    """

    name: str
    factor_low: Decimal
    factor_high: Decimal
    words: str
    """What a client reads."""
    grade: str = "E"
    source: str = ""

    def check(self) -> None:
        """Refuse factors that make hard work cheaper, and names that are none."""
        if not (self.name.isidentifier() and self.name.islower() and len(self.name) <= 20):
            raise BadInput("difficulty name", repr(self.name[:30]), "one short word in small letters, such as scar", _CORRECT)
        check_ends(f"difficulty {self.name}", self.factor_low, self.factor_high)
        if not 1 <= self.factor_low <= self.factor_high <= LARGEST_FACTOR:
            raise BadInput(f"difficulty {self.name}", f"{self.factor_low} to {self.factor_high}", f"1 to {LARGEST_FACTOR}", _CORRECT)
        _check_words(f"difficulty {self.name} words", self.words)
        if self.grade not in GRADES:
            raise BadInput(f"difficulty {self.name} grade", repr(self.grade[:10]), ", ".join(GRADES), _CORRECT)


@value
class StagePrice(Value):
    """What the market takes for a whole treatment of some stages of loss: a check beside a price, never a price."""

    stages: tuple[str, ...]
    low: Decimal
    high: Decimal
    ludwig: bool = False
    """Whether these are Ludwig's stages; else Norwood's."""
    grade: str = "E"
    source: str = ""

    def check(self) -> None:
        """Refuse stages that are none and amounts out of order."""
        known = LUDWIG_STAGES if self.ludwig else NORWOOD_STAGES
        if not self.stages or not set(self.stages) <= set(known):
            raise BadInput("by_stage stages", ", ".join(self.stages)[:60], ", ".join(known), _CORRECT)
        check_ends(f"by_stage {', '.join(self.stages)}", self.low, self.high)
        if self.grade not in GRADES:
            raise BadInput("by_stage grade", repr(self.grade[:10]), ", ".join(GRADES), _CORRECT)


@value
class TravelRate(Value):
    """What a practitioner takes for coming: a flat amount a session and one for each km there and back beyond a free radius."""

    flat: Decimal = Decimal(0)
    per_km: Decimal = Decimal(0)
    free_km: Decimal = Decimal(0)
    """Up to so far from the practice, one way, nothing is taken."""

    def check(self) -> None:
        """Refuse amounts and distances below nothing."""
        for name, amount in (("travel.flat", self.flat), ("travel.per_km", self.per_km), ("travel.free_km", self.free_km)):
            check_ends(name, amount, amount)

    def visit_amount(self, one_way_km: Decimal) -> Decimal:
        """Return what one visit costs to reach, before rounding."""
        beyond_km = one_way_km - self.free_km
        return self.flat + 2 * beyond_km * self.per_km if beyond_km > 0 else Decimal(0)


@value
class TouchUpRate(Value):
    """Touch-ups: how many the price includes and until when, and what a later one costs."""

    included_count: int = 0
    within_days: int = 0
    """After the last session."""
    later_low: Decimal = Decimal(0)
    later_high: Decimal = Decimal(0)

    def check(self) -> None:
        """Refuse counts below none and amounts out of order."""
        if not 0 <= self.included_count <= 10 or not 0 <= self.within_days <= 3650:
            told = f"{self.included_count} within {self.within_days} days"
            raise BadInput("touch_ups", told, "0 to 10 within 0 to 3,650 days", _CORRECT)
        check_ends("touch_ups", self.later_low, self.later_high)


@value
class Difficulty(Value):
    """One thing that makes this client's work harder: its name in the price list, and of how much of the work it is so."""

    name: str
    part: Decimal = Decimal(1)
    """Of all the work, 0 to 1."""
    reason: str = ""
    """How it is known, a few words; empty where a person said so."""

    def check(self) -> None:
        """Refuse parts beyond the whole."""
        if not (self.part.is_finite() and 0 < self.part <= 1):
            raise BadInput(f"difficulty {self.name[:20]}", f"{self.part * 100}" + " % of the work", "above 0 to 100 %", "Correct it.")
