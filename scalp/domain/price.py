"""What a practitioner charges: a price list, and the price of one session, item by item. Exact decimal amounts, one currency.

The parts beside a session are `rates`'s. Reading the list from a file is `scalp.io`'s; putting prices into a quote is
`scalp.planning`'s.
"""

from decimal import ROUND_HALF_UP, Decimal

from scalp.base import BadInput, Value, value
from scalp.domain.money import add_spans, demand_currency, exact, minor_unit, to_minor
from scalp.domain.plan import PriceSpan, Span
from scalp.domain.quote import Policy, QuoteItem
from scalp.domain.rates import DifficultyRate, StagePrice, TouchUpRate, TravelRate, check_ends

_ONE, _THOUSAND = Decimal(1), Decimal(1000)


@value
class PriceList(Value):
    """Prices of sessions: fixed, by area, by hour and by thousand impressions, held within limits; and all that goes with them.

    Practitioners price by area, skin, style and scars (C, smp 1.17). Low and high ends stand for what a list cannot know
    of a client. Amounts are `Decimal` in `currency` (ISO 4217 letters); a session is rounded to a multiple of `rounded_to`.
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
    """No session costs more, before difficulty; None for no such limit."""
    rounded_to: Decimal = Decimal(1)
    per_hour_low: Decimal = Decimal(0)
    per_hour_high: Decimal = Decimal(0)
    """The low end is taken for the fewest hours that are planned, the high end for the most."""
    per_1000_impressions_low: Decimal = Decimal(0)
    per_1000_impressions_high: Decimal = Decimal(0)
    trial_factor_low: Decimal = Decimal(1)
    """Of the same session, with temporary pigment."""
    trial_factor_high: Decimal = Decimal(1)
    difficulties: tuple[DifficultyRate, ...] = ()
    by_stage: tuple[StagePrice, ...] = ()
    travel: TravelRate | None = None
    """None where the practitioner does not travel, or takes nothing for it."""
    touch_ups: TouchUpRate | None = None
    policy: Policy = Policy()

    def check(self) -> None:
        """Refuse amounts that are negative, out of order, not payable, or in no currency."""
        demand_currency(self.currency)
        highest = self.maximum_per_session if self.maximum_per_session is not None else self.minimum_per_session
        for name, low, high in (
            ("per_session", self.per_session_low, self.per_session_high),
            ("per_cm2", self.per_cm2_low, self.per_cm2_high),
            ("per_hour", self.per_hour_low, self.per_hour_high),
            ("per_1000_impressions", self.per_1000_impressions_low, self.per_1000_impressions_high),
            ("trial", self.trial_factor_low, self.trial_factor_high),
            ("minimum and maximum", self.minimum_per_session, highest),
        ):
            check_ends(name, low, high)
        if not (self.rounded_to.is_finite() and self.rounded_to > 0):
            raise BadInput("rounded_to", self.rounded_to, "above 0, such as 1 or 10", "Correct the price list.")
        for name, amount in (("rounded_to", self.rounded_to), ("minimum", self.minimum_per_session), ("maximum", highest)):
            if amount % minor_unit(self.currency):
                allowed = f"a multiple of {minor_unit(self.currency)} {self.currency}, the smallest coin"
                raise BadInput(name, amount, allowed, "Correct the price list.")
        names = [rate.name for rate in self.difficulties]
        if len(set(names)) < len(names):
            raise BadInput("difficulty", "named twice", "each name once", "Correct the price list.")

    def session_price(
        self, area_cm2: float, *, impressions_count: int = 0, hours: Span | None = None, temporary: bool = False
    ) -> PriceSpan:
        """Return what one session on `area_cm2` costs: the sum of its items.

        >>> prices = PriceList(currency="USD", per_session_low=Decimal(300), per_session_high=Decimal(400),
        ...     per_cm2_low=Decimal(1), per_cm2_high=Decimal("2.2"), minimum_per_session=Decimal(400), rounded_to=Decimal(10))
        >>> span = prices.session_price(200.0)
        >>> f"{span.low} to {span.high} {span.currency}"
        '500 to 840 USD'
        """
        items = self.session_items(area_cm2, impressions_count=impressions_count, hours=hours, temporary=temporary)
        return add_spans((item.amount for item in items), self.currency)

    def session_items(
        self, area_cm2: float, *, impressions_count: int = 0, hours: Span | None = None, temporary: bool = False
    ) -> tuple[QuoteItem, ...]:
        """Return what one session costs item by item: fixed, area, hours, impressions, trial, and what the limits change.

        Each item is rounded to the smallest coin, halves up; the last brings their sum to a multiple of `rounded_to` within
        the limits.
        """
        items = [self._fixed(), *self._by_quantity(area_cm2, impressions_count, hours)]
        if temporary and (self.trial_factor_low, self.trial_factor_high) != (_ONE, _ONE):
            items.append(self._trial(add_spans((item.amount for item in items), self.currency)))
        limits = self._limits(add_spans((item.amount for item in items), self.currency))
        return (*items, *limits)

    def _fixed(self) -> QuoteItem:
        """Return what every session costs, however small."""
        amount = self._rounded(self.per_session_low, self.per_session_high)
        return QuoteItem(what="Session", why="Each session: preparation, drawing, hygiene and photos.", amount=amount)

    def _by_quantity(self, area_cm2: float, impressions_count: int, hours: Span | None) -> list[QuoteItem]:
        """Return what area, hours and impressions cost, those without a rate left out."""
        area = exact(area_cm2, 1)
        low_hours, high_hours = (exact(hours.low, 2), exact(hours.high, 2)) if hours is not None else (Decimal(0), Decimal(0))
        thousands = Decimal(impressions_count) / _THOUSAND
        told = (
            ("Area", f"{area} cm2", "cm2", (area, area), (self.per_cm2_low, self.per_cm2_high)),
            ("Hours", f"{low_hours} to {high_hours} hours", "hour", (low_hours, high_hours), (self.per_hour_low, self.per_hour_high)),
            (
                "Impressions",
                f"{impressions_count:,} impressions",
                "1,000",
                (thousands, thousands),
                (self.per_1000_impressions_low, self.per_1000_impressions_high),
            ),
        )
        return [
            QuoteItem(
                what=what,
                why=f"{quantity} at {_ends(*rates)} {self.currency} for each {unit}.",
                amount=self._rounded(quantities[0] * rates[0], quantities[1] * rates[1]),
            )
            for what, quantity, unit, quantities, rates in told
            if rates[1] > 0 and quantities[1] > 0
        ]

    def _trial(self, subtotal: PriceSpan) -> QuoteItem:
        """Return how much less a session with temporary pigment costs."""
        why = f"Temporary pigment: {_ends(self.trial_factor_low, self.trial_factor_high)} times the same session with permanent pigment."
        amount = self._rounded(subtotal.low * (self.trial_factor_low - _ONE), subtotal.high * (self.trial_factor_high - _ONE))
        return QuoteItem(what="Trial", why=why, amount=amount)

    def _limits(self, subtotal: PriceSpan) -> tuple[QuoteItem, ...]:
        """Return what rounding and the limits of the list change, nothing where they change nothing."""
        low, high = self._held(subtotal.low), self._held(subtotal.high)
        if (low, high) == (subtotal.low, subtotal.high):
            return ()
        most = "" if self.maximum_per_session is None else f" and at most {self.maximum_per_session:,}"
        why = f"A session costs at least {self.minimum_per_session:,}{most} {self.currency}, in steps of {self.rounded_to}."
        amount = self._rounded(low - subtotal.low, high - subtotal.high)
        return (QuoteItem(what="Limits and rounding", why=why, amount=amount),)

    def _rounded(self, low: Decimal, high: Decimal) -> PriceSpan:
        """Return a range of payable amounts."""
        return PriceSpan(low=to_minor(low, self.currency), high=to_minor(high, self.currency), currency=self.currency)

    def _held(self, amount: Decimal) -> Decimal:
        """Round an amount and hold it within the limits of the list."""
        rounded = (amount / self.rounded_to).to_integral_value(ROUND_HALF_UP) * self.rounded_to
        raised = max(rounded, self.minimum_per_session)
        return raised if self.maximum_per_session is None else min(raised, self.maximum_per_session)


def _ends(low: Decimal, high: Decimal) -> str:
    """Say both ends of a rate, or the one it is."""
    return f"{low}" if low == high else f"{low} to {high}"
