"""`smp assets`: what is fetched from elsewhere, under which licence, with which hash, and whether it is here."""

from typing import Annotated

import typer

from smp import options


def assets(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing, once, and check its hash.")] = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """List the models and the demo head that are fetched once, with licence and SHA-256; --fetch gets them."""
    from rich.table import Table

    from scalp.io.assets import COLLECTIONS, asset_status, fetch_assets
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        if fetch:
            with terminal.working() as stages:
                for number, collection in enumerate(COLLECTIONS):
                    fetch_assets(collection, progress=stages.part(number / len(COLLECTIONS), (number + 1) / len(COLLECTIONS)))
        rows = asset_status()
        table = Table("asset", "bytes", "licence", "from", "sha-256", "here", title="Fetched once, kept in your own cache, nothing is sent")
        for row in rows:
            table.add_row(row.name, f"{row.size_bytes:,}", row.licence, row.source, row.sha256[:12], "yes" if row.is_present else "no")
        facts = [
            {"name": r.name, "bytes": r.size_bytes, "licence": r.licence, "source": r.source, "sha256": r.sha256, "present": r.is_present}
            for r in rows
        ]
        terminal.answer({"assets": facts}, table)
