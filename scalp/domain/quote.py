"""What a treatment costs and why: items, a total with its range, deposit and policy. Exact decimals, never floats."""

from datetime import date
from decimal import Decimal

from scalp.base import BadInput, Doubt, Value, WrongParent, value
from scalp.domain.money import add_spans, demand_currency, portion, zero
from scalp.domain.plan import PriceSpan, Session

LONGEST_WINDOW_DAYS = 3650
_PERCENT = Decimal(100)


@value
class QuoteItem(Value):
    """One line of a quote: what it is, why it costs that, how much; `session_number` where it belongs to one session.

    `amount.low` is what it adds to the low end of the total and `amount.high` to the high end: a limit that takes off more
    at the high end has the smaller number there.
    """

    what: str
    why: str
    amount: PriceSpan
    session_number: int | None = None


@value
class Policy(Value):
    """What is paid when and what a late change costs: percents as exact decimals, windows in days."""

    deposit_percent: Decimal = Decimal(25)
    """(C, smp 1.17)"""
    deposit_refundable_days: int = 14
    """A deposit comes back when cancelled so many days before the first session or earlier. (E)"""
    change_free_days: int = 3
    """A session can be moved without a fee until so many days before it. (E)"""
    late_change_percent: Decimal = Decimal(50)
    """Of the session's price, for changes later than that. (E)"""
    valid_days: int = 90
    """How long a quote holds. (E)"""

    def check(self) -> None:
        """Refuse percents beyond the whole and windows that are none."""
        for name, percent in (("deposit_percent", self.deposit_percent), ("late_change_percent", self.late_change_percent)):
            if not (percent.is_finite() and 0 <= percent <= _PERCENT):
                raise BadInput(name, percent, "0 to 100", "Correct the policy.")
        for name, days in (
            ("deposit_refundable_days", self.deposit_refundable_days),
            ("change_free_days", self.change_free_days),
            ("valid_days", self.valid_days),
        ):
            if not 0 <= days <= LONGEST_WINDOW_DAYS:
                raise BadInput(name, days, f"0 to {LONGEST_WINDOW_DAYS:,} whole days", "Correct the policy.")


@value
class Quote(Value):
    """The price of one plan, itemised. `cross_check` is what the market shows for this stage, None where none is known.

    Items that are only paid if needed are in `options`, not in the total.
    """

    plan_digest: str
    day: date
    items: tuple[QuoteItem, ...]
    total: PriceSpan
    deposit: PriceSpan
    policy: Policy
    options: tuple[QuoteItem, ...] = ()
    cross_check: PriceSpan | None = None
    doubts: tuple[Doubt, ...] = ()
    prices_digest: str = ""
    """Which price list it was made with."""

    def check(self) -> None:
        """Refuse a total that is not the sum of its items, and currencies that are mixed or that nobody pays with."""
        currency = demand_currency(self.total.currency)
        if any(item.session_number is not None and not 1 <= item.session_number <= 4 for item in (*self.items, *self.options)):
            raise BadInput("session_number", "of no session", "1 to 4", "Make the quote anew.")
        added = add_spans((item.amount for item in self.items), currency)
        if (added.low, added.high) != (self.total.low, self.total.high):
            raise BadInput("total", "not the sum of the items", "the exact sum", "Make the quote anew.")
        add_spans((item.amount for item in self.options), currency)
        add_spans((self.deposit, *(() if self.cross_check is None else (self.cross_check,))), currency)

    def session_total(self, number: int) -> PriceSpan:
        """Return what one session costs with all that belongs to it."""
        items = [item.amount for item in (*self.items, *self.options) if item.session_number == number]
        return add_spans(items, self.total.currency)

    def holds_on(self, day: date) -> bool:
        """Tell whether the quote still holds on a day."""
        return 0 <= (day - self.day).days <= self.policy.valid_days


def fee_for_change(quote: Quote, session: Session, on_day: date) -> PriceSpan:
    """Return what it costs to move or cancel a session when it is said on a day.

    Nothing until `change_free_days` before the session; later, and when nobody comes, `late_change_percent` of all that
    session would have cost, rounded to the smallest coin. Whether the deposit comes back is `deposit_back`'s.
    """
    price = _price_of(quote, session)
    if (session.day - on_day).days >= quote.policy.change_free_days:
        return zero(quote.total.currency)
    return portion(price, quote.policy.late_change_percent / _PERCENT)


def deposit_back(quote: Quote, first_session: Session, on_day: date) -> PriceSpan:
    """Return how much of the deposit comes back when the whole treatment is cancelled on a day before its first session."""
    _price_of(quote, first_session)
    in_time = (first_session.day - on_day).days >= quote.policy.deposit_refundable_days
    return quote.deposit if in_time else zero(quote.total.currency)


def _price_of(quote: Quote, session: Session) -> PriceSpan:
    """Return what a session costs; refuse one that the quote does not know."""
    if session.number not in {item.session_number for item in (*quote.items, *quote.options)}:
        raise WrongParent("session", f"number {session.number}", "a session of this quote", "Make the quote of the plan that has it.")
    return quote.session_total(session.number)
