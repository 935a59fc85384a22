"""The `smp` command and its subcommands."""

from importlib import metadata
from typing import Annotated

import typer

from smp.assets import assets
from smp.check import check
from smp.demo import demo
from smp.look import look

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
application.command()(demo)
application.command()(check)
application.command()(assets)


def main() -> None:
    """Run the command."""
    application()
