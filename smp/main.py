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


@application.callback()
def prepare() -> None:
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
