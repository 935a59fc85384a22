"""`smp calendar`: a plan goes in; the appointments come out, by the rules of skin, clinic and client, as data, iCalendar and months."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.dates import CalendarOrder

PlanFolder = Annotated[Path, typer.Argument(help="The folder of `smp plan`, or its plan.json.", show_default=False, readable=False)]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder for booking.json, calendar.ics and months.png; or the name of an .ics file alone.")
]
ClinicFile = Annotated[
    Path | None, typer.Option("--clinic", help="Settings of the clinic (TOML); without them a shipped example is taken.", readable=False)
]
BookingFile = Annotated[
    Path | None, typer.Option("--booking", help="The booking.json of an earlier run, to move one of its sessions.", readable=False)
]
First = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Earliest day of the first session. Default: the plan's own.")]
Off = Annotated[list[str] | None, typer.Option("--off", help="Days off: client:2027-01-03..2027-01-10, or practitioner, or clinic.")]
Weekdays = Annotated[str | None, typer.Option(help="Weekdays on which the client can come: monday,friday.")]
Between = Annotated[str | None, typer.Option(help="Times of the day between which the client can come: 10:00-16:30.")]
Move = Annotated[list[str] | None, typer.Option("--move", help="Move a session: 2=2027-02-01, or with a time 2=2027-02-01T14:00.")]
Scab = Annotated[list[str] | None, typer.Option("--scab", help="Scabs were seen after a session on a day: 1=2027-01-20.")]
Redness = Annotated[list[str] | None, typer.Option("--redness", help="Redness was seen after a session on a day: 1=2027-01-20.")]
Clear = Annotated[list[str] | None, typer.Option("--clear", help="The skin was seen clear after a session on a day: 1=2027-01-24.")]
AnswersFile = Annotated[
    Path | None, typer.Option("--answers", help="Answers to the screening: its waiting times are kept.", readable=False)
]
AftercareFlag = Annotated[bool, typer.Option("--aftercare", help="Also write the aftercare as whole-day events.")]
AftercareTable = Annotated[
    Path | None, typer.Option("--aftercare-table", help="The clinic's own aftercare (TOML) instead of the shipped one.", readable=False)
]
Plain = Annotated[bool, typer.Option("--plain-words", help="Name the treatment in the calendar instead of 'Appointment'.")]


def calendar(
    plan: PlanFolder,
    out: Out = Path("calendar"),
    clinic: ClinicFile = None,
    booking: BookingFile = None,
    first: First = None,
    off: Off = None,
    weekdays: Weekdays = None,
    between: Between = None,
    move: Move = None,
    scab: Scab = None,
    redness: Redness = None,
    clear: Clear = None,
    answers: AnswersFile = None,
    aftercare: AftercareFlag = False,
    aftercare_table: AftercareTable = None,
    plain_words: Plain = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Book the sessions of a plan: open days, usual gaps, nobody's days off; or move one of a booking and let the later ones follow."""
    from smp.dates import CalendarOrder, read_availability, read_reports
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        order = CalendarOrder(
            plan=plan,
            clinic=clinic,
            booking=booking,
            first=first.date() if first else None,
            off=tuple(off or ()),
            client=read_availability(weekdays, between, tuple(off or ())),
            moves=tuple(move or ()),
            reports=read_reports(scab or [], redness or [], clear or []),
            answers=answers,
            aftercare=aftercare or aftercare_table is not None,
            aftercare_table=aftercare_table,
            discreet=not plain_words,
        )
        order.check()
        terminal.answer(*_run(order, out, terminal))


def _run(order: "CalendarOrder", out: Path, terminal: Any) -> tuple[dict[str, Any], str]:  # noqa: ANN401 - the terminal is imported late
    """Book, write what was asked for, and return what came of it, for a program and in words."""
    from scalp.io.folders import output_folder
    from smp.dates import book_order, report_booking, summary_of_booking, write_all, write_one

    with terminal.working() as stages:
        booked = book_order(order, stages)
        if out.suffix.lower() == ".ics":
            files = write_one(order, booked, out)
        else:
            with output_folder(out, private=True) as folder:
                files = write_all(order, booked, folder, stages)
    return summary_of_booking(booked.booking) | {"out": str(out), "files": files}, report_booking(booked.booking, out)
