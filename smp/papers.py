"""`smp papers`: a plan goes in; what the client reads and signs and what the practitioner works from come out, as PDF."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.printing import PaperOrder

PlanFolder = Annotated[Path, typer.Argument(help="The folder of `smp plan`, or its plan.json.", show_default=False, readable=False)]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for client.pdf, practitioner.pdf and the sheets at 1:1.")]
HeadFile = Annotated[
    Path | None,
    typer.Option("--head", help="The head.json this was designed on, where it is not found by itself.", show_default=False, readable=False),
]
Look = Annotated[
    Path | None,
    typer.Option(help="A folder of `smp look` on this head and design: its pictures, and their digests to sign for.", readable=False),
]
Views = Annotated[bool, typer.Option("--views", help="Render pictures of the head where there is no --look. Takes a minute or more.")]
QuoteFile = Annotated[
    Path | None, typer.Option("--quote", help="The quote.json of `smp quote`; without it the plan's own prices.", readable=False)
]
BookingFile = Annotated[
    Path | None, typer.Option("--booking", help="The booking.json of `smp calendar`; without it the plan's days.", readable=False)
]
AftercareFile = Annotated[Path | None, typer.Option("--aftercare", help="The clinic's own aftercare table (TOML).", readable=False)]
AnswersFile = Annotated[
    Path | None, typer.Option("--answers", help="The client's answers to the questionnaire: what they mean is printed.", readable=False)
]
Transfer = Annotated[bool, typer.Option("--transfer/--no-transfer", help="Also the stencil and the template at 1:1, to lay on the head.")]
ClinicName = Annotated[str, typer.Option("--clinic", help="Name of the clinic; without it that of the booking.")]
Address = Annotated[str, typer.Option(help="Address of the clinic.")]
Practitioner = Annotated[str, typer.Option(help="Name of the practitioner; without it a line to fill in.")]
Name = Annotated[str, typer.Option("--name", help="Name of the client; without it a line to fill in by hand.")]
PaperWord = Annotated[str, typer.Option("--paper", help="a4 or letter.")]
LanguageWord = Annotated[str, typer.Option("--language", help="en, de or es.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day printed on the papers. Default: today.")]


def papers(
    plan: PlanFolder,
    out: Out = Path("papers"),
    head: HeadFile = None,
    look: Look = None,
    views: Views = False,
    quote: QuoteFile = None,
    booking: BookingFile = None,
    aftercare: AftercareFile = None,
    answers: AnswersFile = None,
    transfer: Transfer = True,
    clinic: ClinicName = "",
    address: Address = "",
    practitioner: Practitioner = "",
    name: Name = "",
    paper: PaperWord = "a4",
    language: LanguageWord = "en",
    day: Day = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Print a plan: for the client to read and sign, for the practitioner to work from, and the stencil at 1:1."""
    from scalp.domain.papers import PaperPeople
    from smp.printing import PaperOrder, read_day
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        order = PaperOrder(
            plan=plan,
            head=head,
            look=look,
            views=views,
            quote=quote,
            booking=booking,
            aftercare=aftercare,
            answers=answers,
            transfer=transfer,
            people=PaperPeople(clinic=clinic, address=address, practitioner=practitioner, client=name),
            paper=paper,
            language=language,
            day=read_day(day),
        )
        terminal.answer(*_run(order, out, terminal))


def _run(order: "PaperOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Print everything into a folder; return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.printing import report_papers, run_papers

    with output_folder(out, private=True) as folder, terminal.working() as stages:
        result = run_papers(order, folder, stages)
    return result | {"folder": str(out)}, report_papers(result, out)
