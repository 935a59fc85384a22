"""`smp quote`: a plan goes in; its price comes out, item by item with reasons, as a range, with deposit and policy."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from smp import options

PlanFolder = Annotated[Path, typer.Argument(help="The folder of `smp plan`, or its plan.json.", show_default=False, readable=False)]
Difficulties = Annotated[
    list[str] | None,
    typer.Option(
        "--difficulty",
        help="What makes the work harder, as the price list names it: scar, repair, density, hair, skin, patch; "
        "scar=30 for 30 percent of the work. Repeatable. What the design shows is taken from it.",
    ),
]
Travel = Annotated[str | None, typer.Option("--travel-km", help="Way from the practice to the client, km, one way.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the quote. Default: today.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Also write the quote as this file, such as quote.json.", readable=False)]


def quote(
    plan: PlanFolder,
    out: Out = None,
    prices: options.Prices = None,
    difficulty: Difficulties = None,
    travel_km: Travel = None,
    day: Day = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Quote a plan: what each session costs and why, the total as a range, what may come on top, deposit and late changes."""
    from smp.quoting import QuoteOrder, read_difficulties, read_quote_day, read_travel, run_quote
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        order = QuoteOrder(
            plan=plan,
            prices=prices,
            difficulties=read_difficulties(difficulty or []),
            travel_km=read_travel(travel_km),
            day=read_quote_day(day),
            out=out,
        )
        terminal.answer(*run_quote(order))
