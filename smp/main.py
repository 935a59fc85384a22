"""The `smp` command and its subcommands."""

import sys
from importlib import metadata
from typing import Annotated, Any

import typer

from smp.assets import assets
from smp.calendar import calendar
from smp.check import check
from smp.demo import demo
from smp.design import design
from smp.forget import forget
from smp.head import head
from smp.look import look
from smp.papers import papers
from smp.plan import plan
from smp.points import points
from smp.quote import quote
from smp.screen import screen
from smp.stopping import INTERRUPTED, STOPPED, stop_early
from smp.survey import survey
from smp.transfer import transfer
from smp.view import view

USAGE_MISTAKE: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What the parser of the command line raises for every mistake in its words; typer names only some of its kinds."""

application = typer.Typer(
    name="smp",
    help="Scalp micropigmentation on your own head: session by session, year by year, with what is not certain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def tell_version(asked: bool) -> None:
    """Tell the version of the program."""
    if asked:
        typer.echo(f"smp-mobile {metadata.version('smp-mobile')}")
        raise typer.Exit


@application.callback()
def prepare(
    version: Annotated[  # noqa: ARG001 - its callback has answered before this runs
        bool, typer.Option("--version", help="Tell the version and stop.", callback=tell_version, is_eager=True)
    ] = False,
) -> None:
    """Choose where compiled code is kept, before any of it is loaded; `smp --help` gets by without."""
    from smp.warming import choose_compiler_cache

    choose_compiler_cache()


application.command()(look)
application.command()(head)
application.command()(design)
application.command()(plan)
application.command()(quote)
application.command()(calendar)
application.command()(papers)
application.command()(transfer)
application.command()(screen)
application.command()(demo)
application.command()(view)
application.command()(check)
application.command()(points)
application.command()(survey)
application.command()(assets)
application.command()(forget)


def main() -> None:
    """Run the command; a mistake in its words is refused like any other: one sentence, exit code 2, JSON where asked for."""
    stop_early()
    try:
        sys.exit(application(sys.argv[1:] or ["--help"], standalone_mode=False))
    except USAGE_MISTAKE as mistake:
        refuse("Usage", f"{mistake.format_message().rstrip('.')}. `smp COMMAND --help` says what is allowed.")
        sys.exit(2)
    except (typer.Abort, KeyboardInterrupt):
        refuse("Interrupted", STOPPED)
        sys.exit(INTERRUPTED)


def refuse(kind: str, sentence: str) -> None:
    """Say a refusal that came before any command had the word."""
    from smp.terminal import Terminal

    Terminal(as_json="--json" in sys.argv).refuse({"kind": kind}, sentence)
