"""`smp plan`: a design goes in; sessions, work by zone, pigment, hours and prices come out, and where asked every impression."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.planning import PlanOrder

DesignFolder = Annotated[Path, typer.Argument(help="The folder of `smp design`, or its design.json.", show_default=False, readable=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for plan.json, the design and what else is asked for.")]
GapDays = Annotated[int, typer.Option("--gap-days", help="Days between sessions: 10 to 14 usual, 7 the least.")]
LastGapDays = Annotated[int | None, typer.Option("--last-gap-days", help="Days before the last session; 14 to 28 where it corrects.")]
Brand = Annotated[str | None, typer.Option(help="Brand of the pigment, as on its bottle; with --lot.")]
Lot = Annotated[str | None, typer.Option(help="Lot of the pigment, as on its bottle.")]
Expires = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of use of the pigment, as on its bottle.")]
FromTrial = Annotated[
    Path | None,
    typer.Option("--from-trial", help="The folder of a trial plan that this one makes permanent; its history is kept.", readable=False),
]
Survey = Annotated[
    Path | None,
    typer.Option(help="A survey.json of smp survey on this head: the tone of the own stubble is taken from it.", readable=False),
]
Impressions = Annotated[bool, typer.Option("--impressions", help="Also place every impression: Parquet, glTF points, SVG.")]


def plan(
    design: DesignFolder,
    out: Out = Path("plan"),
    head: options.DesignedHead = None,
    sessions: options.Sessions = None,
    start: options.Start = None,
    gap_days: GapDays = 12,
    last_gap_days: LastGapDays = None,
    prices: options.Prices = None,
    temporary: options.Temporary = False,
    from_trial: FromTrial = None,
    survey: Survey = None,
    sun: options.Sun = None,
    skin_type: options.SkinType = None,
    scar: options.Scar = False,
    brand: Brand = None,
    lot: Lot = None,
    expires: Expires = None,
    impressions: Impressions = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Plan a design: sessions, what each does in which zone, pigment and needles, hours, prices, the tone it reaches."""
    from scalp.domain.fading import FadingFactors
    from smp.days import today
    from smp.orders import read_start
    from smp.planning import PlanOrder, read_batch
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        order = PlanOrder(
            design=design,
            head=head,
            sessions_count=sessions,
            start=read_start(start),
            gap_days=gap_days,
            last_gap_days=last_gap_days,
            prices=prices,
            temporary=temporary,
            trial=from_trial,
            survey=survey,
            today=today(),
            factors=FadingFactors(sun=sun, skin_type=skin_type, scar=scar),  # type: ignore[arg-type]
            batch=read_batch(brand, lot, expires),
            impressions=impressions,
        )
        terminal.answer(*_run(order, out, terminal))


def _run(order: "PlanOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Plan and write all of it; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.planning import report_plan, run_plan
    from smp.warming import warm_up

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        if order.impressions:
            warm_up(stages)
        result = run_plan(order, folder, out, stages)
    return result | {"folder": str(out)}, report_plan(result, out)
