"""What a treatment costs and why: items, a total with its range, deposit and policy. Exact decimals, never floats."""

from datetime import date
from decimal import Decimal

from scalp.base import Doubt, Value, value
from scalp.domain.plan import PriceSpan


@value
class QuoteItem(Value):
    """One line of a quote: what it is, why it costs that, how much; `session_number` where it belongs to one session."""

    what: str
    why: str
    amount: PriceSpan
    session_number: int | None = None


@value
class Policy(Value):
    """What is paid when and what a late change costs: percents as exact decimals, windows in days."""

    deposit_percent: Decimal
    deposit_refundable_days: int
    """A deposit comes back when cancelled so many days before the first session or earlier."""
    change_free_days: int
    """A session can be moved without a fee until so many days before it."""
    late_change_percent: Decimal
    """Of the session's price, for changes later than that."""
    valid_days: int
    """How long a quote holds."""


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
