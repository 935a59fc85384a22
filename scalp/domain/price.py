"""What a practitioner charges: a price list, and the price of one session on an area. Exact decimal amounts, one currency.

Reading the list from a file is `scalp.io`'s; putting prices into a plan is `scalp.planning`'s.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from scalp.base import BadInput, Value, value
from scalp.domain.plan import PriceSpan


@value
class PriceList(Value):
    """Prices by session and area: a session costs `per_session` + `per_cm2` x treated area, held within limits.

    Practitioners price by area, skin, style and scars (C, smp 1.17); this list knows the area, and its low and high ends
    stand for the rest. Amounts are `Decimal` in `currency` (ISO 4217 letters) and are rounded to a multiple of
    `rounded_to`.
    """

    currency: str
    per_session_low: Decimal
    per_session_high: Decimal
    per_cm2_low: Decimal
    """For each cm2 of treated area, in each session."""
    per_cm2_high: Decimal
    minimum_per_session: Decimal
    """No session costs less."""
    maximum_per_session: Decimal | None = None
    """No session costs more; None for no such limit."""
    rounded_to: Decimal = Decimal(1)

    def check(self) -> None:
        """Refuse amounts that are negative, out of order, or in no currency."""
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise BadInput("currency", repr(self.currency), "three capital letters such as USD, EUR, GBP", "Use the ISO 4217 letters.")
        highest = self.maximum_per_session if self.maximum_per_session is not None else self.minimum_per_session
        for name, low, high in (
            ("per_session", self.per_session_low, self.per_session_high),
            ("per_cm2", self.per_cm2_low, self.per_cm2_high),
            ("minimum and maximum", self.minimum_per_session, highest),
        ):
            if not (low.is_finite() and high.is_finite() and 0 <= low <= high):
                raise BadInput(name, f"{low} to {high}", "0 or more, low not above high", "Correct the price list.")
        if not (self.rounded_to.is_finite() and self.rounded_to > 0):
            raise BadInput("rounded_to", self.rounded_to, "above 0, such as 1 or 10", "Correct the price list.")

    def session_price(self, area_cm2: float) -> PriceSpan:
        """Return what one session on `area_cm2` costs.

        >>> prices = PriceList(currency="USD", per_session_low=Decimal(300), per_session_high=Decimal(400),
        ...     per_cm2_low=Decimal(1), per_cm2_high=Decimal("2.2"), minimum_per_session=Decimal(400), rounded_to=Decimal(10))
        >>> span = prices.session_price(200.0)
        >>> f"{span.low} to {span.high} {span.currency}"
        '500 to 840 USD'
        """
        area = Decimal(repr(round(float(area_cm2), 3)))
        low = self._held(self.per_session_low + self.per_cm2_low * area)
        high = self._held(self.per_session_high + self.per_cm2_high * area)
        return PriceSpan(low=low, high=high, currency=self.currency)

    def _held(self, amount: Decimal) -> Decimal:
        """Round an amount and hold it within the limits of the list."""
        rounded = (amount / self.rounded_to).to_integral_value(ROUND_HALF_UP) * self.rounded_to
        raised = max(rounded, self.minimum_per_session)
        return raised if self.maximum_per_session is None else min(raised, self.maximum_per_session)
