"""The `smp` command and its subcommands."""

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
application.command()(look)
application.command()(demo)
application.command()(check)
application.command()(assets)


def main() -> None:
    """Run the command."""
    application()
