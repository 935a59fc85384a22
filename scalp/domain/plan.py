"""The intended treatment: sessions with dates, counts, hours and prices."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from scalp.base import BadInput, Doubt, Value, value
from scalp.domain.pigment import Needle, Pigment


@value
class Span(Value):
    """A quantity as low, expected and high, in the unit of the field that holds it."""

    low: float
    expected: float
    high: float

    def check(self) -> None:
        """Refuse a span out of order."""
        if not self.low <= self.expected <= self.high:
            raise BadInput("span", f"{self.low} / {self.expected} / {self.high}", "low <= expected <= high", "Order them.")


@value
class PriceSpan(Value):
    """An exact price range in one currency (ISO 4217 letters)."""

    low: Decimal
    high: Decimal
    currency: str


@value
class Session(Value):
    """One of the two to four sessions of a plan. `number` counts from 1."""

    number: int
    day: date
    share_fraction: float
    impressions_count: int
    hours: Span
    price: PriceSpan


@value
class Plan(Value):
    """What is intended on one design: the sessions, the pigment and the needle."""

    design_digest: str
    head_digest: str
    sessions: tuple[Session, ...]
    pigment: Pigment
    needle: Needle
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse plans that are not two to four sessions in order."""
        if not 2 <= len(self.sessions) <= 4:
            raise BadInput("sessions", len(self.sessions), "2 to 4", "Most treatments need 3.")
        if abs(sum(session.share_fraction for session in self.sessions) - 1.0) > 1e-9:
            raise BadInput("shares", "not 100 %", "shares that add up to 100 %", "Correct the shares.")
        days = [session.day for session in self.sessions]
        if any((later - earlier).days < 7 for earlier, later in pairwise(days)):
            raise BadInput("session dates", "closer than 7 days", "7 days or more apart, 10-14 usual", "Move the later session.")

    @property
    def impressions_count(self) -> int:
        """Count the impressions of all sessions."""
        return sum(session.impressions_count for session in self.sessions)
