"""The intended treatment: sessions with dates, counts, hours and prices."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from scalp.base import BadInput, Doubt, Value, value
from scalp.domain.pigment import Needle, Pigment

LARGEST_QUANTITY = 1e9
"""Beyond it nothing of a treatment is counted, in any unit."""
MOST_HOURS = 1_000.0
"""A plan that asks more of one session is damaged, not long: a whole head at the densest takes about a tenth. (D)"""


@value
class Span(Value):
    """A quantity as low, expected and high, in the unit of the field that holds it."""

    low: float
    expected: float
    high: float

    def check(self) -> None:
        """Refuse a span out of order."""
        if not self.low <= self.expected <= self.high or not -LARGEST_QUANTITY <= self.low <= self.high <= LARGEST_QUANTITY:
            raise BadInput("span", f"{self.low} / {self.expected} / {self.high}", "low <= expected <= high, finite", "Order them.")

    def times(self, factor: float) -> "Span":
        """Return it all so many times as large."""
        return Span(low=self.low * factor, expected=self.expected * factor, high=self.high * factor)

    def plus(self, other: "Span") -> "Span":
        """Return both together, end by end: as if both were low, or both high, at once."""
        return Span(low=self.low + other.low, expected=self.expected + other.expected, high=self.high + other.high)


@value
class PriceSpan(Value):
    """An exact price range in one currency (ISO 4217 letters)."""

    low: Decimal
    high: Decimal
    currency: str

    def check(self) -> None:
        """Refuse amounts without end."""
        if not (self.low.is_finite() and self.high.is_finite()):
            raise BadInput("amount", f"{self.low} to {self.high}", "finite amounts", "Correct it.")


@value
class ZoneWork(Value):
    """What one session does in one zone. `layers_count` is how often the hand passes over it.

    `needle` and `shade_ratio` (ml of water for 1 ml of pigment) are those used there; `pigment_ml` is thinned pigment.
    """

    zone: str
    impressions_count: int
    layers_count: int
    needle: Needle
    shade_ratio: float
    pigment_ml: Span
    hours: Span

    @property
    def stock_ml(self) -> Span:
        """Return how much of that is pigment as it comes from the bottle."""
        return self.pigment_ml.times(1.0 / (1.0 + self.shade_ratio))

    @property
    def water_ml(self) -> Span:
        """Return how much of that is water."""
        return self.pigment_ml.times(self.shade_ratio / (1.0 + self.shade_ratio))


@value
class Session(Value):
    """One of the two to four sessions of a plan. `number` counts from 1; `purpose` says in words what it is for."""

    number: int
    day: date
    share_fraction: float
    impressions_count: int
    hours: Span
    price: PriceSpan
    purpose: str = ""
    works: tuple[ZoneWork, ...] = ()
    """By zone, those with nothing to do left out; their counts add up to `impressions_count`."""
    needle_changes_count: int = 0
    if_needed: bool = False
    """A session that only some clients need: not counted in the price that is promised."""

    @property
    def pigment_ml(self) -> Span:
        """Return the thinned pigment of all its works."""
        total = Span(low=0.0, expected=0.0, high=0.0)
        for work in self.works:
            total = total.plus(work.pigment_ml)
        return total

    def check(self) -> None:
        """Refuse works that do not add up to the session, and hours that nobody works."""
        if self.works and sum(work.impressions_count for work in self.works) != self.impressions_count:
            raise BadInput("works", "not the count of their session", "counts that add up to the session's", "Plan the treatment again.")
        if not 0.0 <= self.hours.low <= self.hours.high <= MOST_HOURS:
            raise BadInput(
                "session hours", f"{self.hours.low:g} to {self.hours.high:g}", f"0 to {MOST_HOURS:,.0f}", "Plan the treatment again."
            )


@value
class Tone(Value):
    """A field's mean colour as Lab (D65): what the eye sees from across a table."""

    lightness: float
    a: float
    b: float


@value
class Target(Value):
    """What the healed field is to look like and what the plan reaches, as Lab; never darker than the client's own stubble.

    `stubble` is the tone of the client's shaved sides, measured in photos where `measured`, else computed of the hair;
    `skin` that of the bare scalp, `reached` that of the healed field at mid-scalp.
    """

    skin: Tone
    stubble: Tone
    reached: Tone
    measured: bool = False

    @property
    def short_of(self) -> float:
        """Return how much lighter than the stubble the healed field stays, L*."""
        return self.reached.lightness - self.stubble.lightness


@value
class PigmentBatch(Value):
    """What is written on the bottle, for the record that EU 2020/2081 asks for: brand, lot, last day of use."""

    brand: str
    lot: str
    expires: date | None = None

    def check(self) -> None:
        """Refuse what does not name a bottle."""
        if not self.brand.strip() or not self.lot.strip() or len(self.brand) > 80 or len(self.lot) > 80:
            raise BadInput("pigment batch", "empty or very long", "brand and lot, up to 80 characters each", "Copy them from the bottle.")


@value
class TouchUp(Value):
    """When a renewal will be wanted: a window, not a day, and how much of the work it repeats."""

    earliest: date
    likely: date
    latest: date | None
    """None where it may stay beyond the years that are forecast."""
    share_fraction: float
    reason: str

    def check(self) -> None:
        """Refuse a window out of order."""
        if not self.earliest <= self.likely <= (self.latest or self.likely):
            told = f"{self.earliest} / {self.likely} / {self.latest}"
            raise BadInput("touch-up", told, "the earliest day, the likely one, the latest", "Order them.")


@value
class PlanStep(Value):
    """One step in the history of a plan: which plan it came from, what was changed, on which day."""

    plan_digest: str
    change: str
    day: date


@value
class Plan(Value):
    """What is intended on one design: the sessions, the pigment and the needle.

    A trial (`pigment.temporary`) can be altered and then made permanent; `history` holds every plan this one came from.
    """

    design_digest: str
    head_digest: str
    sessions: tuple[Session, ...]
    pigment: Pigment
    needle: Needle
    doubts: tuple[Doubt, ...] = ()
    target: Target | None = None
    touch_ups: tuple[TouchUp, ...] = ()
    batch: PigmentBatch | None = None
    history: tuple[PlanStep, ...] = ()
    touch_up: bool = False
    """A renewal of earlier work in one session, between the impressions that lie there already."""

    def check(self) -> None:
        """Refuse plans that are not two to four sessions in order, and pigment that has expired by the day of one."""
        fewest, allowed = (1, "1 to 4") if self.touch_up else (2, "2 to 4")
        if not fewest <= len(self.sessions) <= 4:
            raise BadInput("sessions", len(self.sessions), allowed, "Most treatments need 3.")
        numbers = [session.number for session in self.sessions]
        if numbers != list(range(1, len(numbers) + 1)):
            raise BadInput("sessions", f"numbered {numbers}", "each once, in order from 1", "Plan the treatment again.")
        if not abs(sum(session.share_fraction for session in self.sessions) - 1.0) <= 1e-9:
            raise BadInput("shares", "not 100 %", "shares that add up to 100 %", "Correct the shares.")
        days = [session.day for session in self.sessions]
        if any((later - earlier).days < 7 for earlier, later in pairwise(days)):
            raise BadInput("session dates", "closer than 7 days", "7 days or more apart, 10-14 usual", "Move the later session.")
        expires = self.batch.expires if self.batch else None
        if expires is not None and days[-1] > expires:
            last = next(session for session in self.sessions if session.day > expires)
            allowed = f"a bottle that lasts until {days[-1]}, the day of the last session"
            raise BadInput(
                "pigment batch", f"expired on {expires}, before session {last.number} on {last.day}", allowed, "Open another bottle."
            )

    @property
    def impressions_count(self) -> int:
        """Count the impressions of all sessions."""
        return sum(session.impressions_count for session in self.sessions)
