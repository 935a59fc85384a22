"""What `smp quote` does: words of a command line as difficulties and ways, the quote of a plan, and how it is shown."""

import dataclasses
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from scalp.base import BadInput
from scalp.domain.money import span_in_words
from scalp.domain.plan import Plan
from scalp.domain.quote import Quote, QuoteItem, fee_for_change
from scalp.domain.rates import Difficulty
from scalp.io.codec import plain_from_noun
from scalp.io.pictures import demand_room
from scalp.io.quotes import write_quote
from scalp.io.tables import read_price_list
from scalp.planning.quotes import quote_plan
from smp.cases import read_case
from smp.days import today

LONGEST_NUMBER = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuoteOrder:
    """What was asked for, checked as far as it can be before any file is read."""

    plan: Path
    day: date
    prices: Path | None = None
    difficulties: tuple[Difficulty, ...] = ()
    travel_km: Decimal = Decimal(0)
    out: Path | None = None


def read_difficulties(told: list[str]) -> tuple[Difficulty, ...]:
    """Return difficulties from words such as `scar` and `scar=30`."""
    read = []
    for words in told:
        name, _, percent = words.partition("=")
        part = _number("difficulty", percent, "scar, or scar=30 for 30 percent") / 100 if percent else Decimal(1)
        read.append(Difficulty(name=name.strip(), part=part))
    return tuple(read)


def read_travel(told: str | None) -> Decimal:
    """Return a way in km, exact."""
    return Decimal(0) if told is None else _number("travel-km", told, "a number such as 40 or 12.5")


def read_quote_day(told: datetime | None) -> date:
    """Return the day of a quote, today where none is said."""
    return today() if told is None else told.date()


def _number(name: str, told: str, allowed: str) -> Decimal:
    """Return a number somebody wrote, exact."""
    try:
        read = Decimal(told.strip()) if len(told) <= LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        read = Decimal("NaN")
    if not read.is_finite():
        raise BadInput(name, repr(told[:20]), allowed, "Write it in digits.")
    return read


def run_quote(order: QuoteOrder) -> tuple[dict[str, Any], object]:
    """Quote a plan and write the quote where asked; return it for a program and for a person."""
    if order.out is not None:
        if order.out.is_dir():
            raise BadInput("out", "a folder", "the name of a file, such as quote.json", "Name the file to write.")
        demand_room(order.out)
    case = read_case(order.plan, needs_head=False)
    prices = read_price_list(order.prices)
    quote = quote_plan(case.plan, case.design, prices, day=order.day, travel_km=order.travel_km, difficulties=order.difficulties)
    told = {"quote": plain_from_noun(quote)}
    if order.out is not None:
        write_quote(quote, order.out)
        told["file"] = str(order.out)
    return told, show_quote(quote, case.plan)


def show_quote(quote: Quote, plan: Plan) -> Group:
    """Return a quote as a table with what it says below."""
    days = {session.number: f"Session {session.number}, {session.day:%d %B %Y}" for session in plan.sessions}
    table = Table(title=f"Quote of {quote.day:%d %B %Y}", title_justify="left", caption_justify="left", expand=False)
    table.add_column("what", no_wrap=True)
    table.add_column(quote.total.currency, justify="right", no_wrap=True)
    table.add_column("why")
    for number in sorted({item.session_number for item in quote.items if item.session_number is not None}):
        table.add_row(Text(days[number], style="bold"), Text(span_in_words(quote.session_total(number)), style="bold"), "")
        _add_rows(table, tuple(item for item in quote.items if item.session_number == number), indent="  ")
        table.add_section()
    _add_rows(table, tuple(item for item in quote.items if item.session_number is None))
    table.add_section()
    turned = any(item.amount.low > item.amount.high for item in quote.items)
    exactly = (
        "exact; a line that limits turn around is shown with its smaller end first" if turned else "the sum of all lines above, exactly"
    )
    table.add_row(Text("Total", style="bold"), Text(span_in_words(quote.total), style="bold"), exactly)
    if quote.options:
        table.add_section()
        _add_rows(table, quote.options)
    return Group(table, *(Text(line) for line in policy_lines(quote, plan)))


def _add_rows(table: Table, items: tuple[QuoteItem, ...], indent: str = "") -> None:
    """Add lines of a quote to its table."""
    for item in items:
        table.add_row(Text(indent + item.what), Text(span_in_words(item.amount)), Text(item.why))


def policy_lines(quote: Quote, plan: Plan) -> list[str]:
    """Say deposit, late changes, how long it holds, the market and every doubt, each in a line."""
    policy, first = quote.policy, plan.sessions[0]
    back = first.day - timedelta(days=policy.deposit_refundable_days)
    lines = [f"The quote holds until {quote.day + timedelta(days=policy.valid_days):%d %B %Y}."]
    if policy.deposit_percent:
        refund = f"paid back when cancelled by {back:%d %B %Y}" if back >= quote.day else "not paid back so near to the first session"
        lines.append(f"Deposit: {span_in_words(quote.deposit)} ({policy.deposit_percent} % of the total), {refund}.")
    if policy.late_change_percent:
        for session in plan.sessions:
            until = session.day - timedelta(days=policy.change_free_days)
            fee = span_in_words(fee_for_change(quote, session, session.day))
            lines.append(f"Session {session.number} can be moved without a fee until {until:%d %B %Y}; later that costs {fee}.")
    if quote.cross_check is not None:
        lines.append(f"The market takes {span_in_words(quote.cross_check)} for this stage of loss: a check beside the price, not a price.")
    return lines + [doubt.sentence() for doubt in quote.doubts]
