"""`smp points`: mark points in photos by clicking, in a page that this computer serves to itself."""

import os
import shlex
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from smp import options

if TYPE_CHECKING:
    from smp.pointing import PointsDesk
    from smp.serving import LocalServer

Photos = Annotated[
    list[Path], typer.Argument(help="One or more photos of one head: JPEG, PNG, WebP or HEIC.", show_default=False, readable=False)
]
OutFile = Annotated[Path, typer.Option("--out", "-o", help="The points file; what it says already is shown and kept.", readable=False)]
Port = Annotated[int, typer.Option(help="Port of 127.0.0.1 to serve the page on; 0 for any free one.", min=0, max=65535)]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only show the link, do not open it.")]


def points(
    photos: Photos,
    out: OutFile = Path("points.json"),
    port: Port = 0,
    no_browser: NoBrowser = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Mark points in one or more photos by clicking, in a page on this computer only; nothing leaves it."""
    from smp.pointing import PointsDesk
    from smp.serving import LocalServer
    from smp.stopping import INTERRUPTED
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        desk = PointsDesk(photos, out)
        with terminal.working() as stages:
            desk.lay_out(photos, _models(), stages)
        try:
            with LocalServer(desk, port=port) as server:
                invite(server, browse=not no_browser)
                is_done = server.wait()
        except KeyboardInterrupt:
            if not desk.is_saved:
                raise
            terminal.refuse({"kind": "Interrupted"}, f"Stopped. {out.name} holds what was saved last.")
            raise typer.Exit(INTERRUPTED) from None
        terminal.answer(*summary(desk, photos, out, is_done=is_done))


def _models() -> Path | None:
    """Return the folder of face models, which only suggest; None where they are not here."""
    from scalp.base import NotPossible
    from scalp.io.assets import models_folder

    try:
        return models_folder()
    except NotPossible:
        return None


def invite(server: "LocalServer", *, browse: bool) -> None:
    """Show the link and open it; Enter in the terminal gives a new one."""
    link = server.new_link()
    typer.echo(f"Mark the points in your browser: {link}", err=True)
    if sys.stdin is not None and sys.stdin.isatty():
        typer.echo("The link opens once. Enter gives a new one; Ctrl-C stops.", err=True)
        threading.Thread(target=_offer_links, args=(server,), name="links", daemon=True).start()
    if browse and has_browser():
        webbrowser.open(link)


def has_browser() -> bool:
    """Tell whether a browser with windows can be opened; one of text would take the terminal."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def summary(desk: "PointsDesk", photos: list[Path], out: Path, *, is_done: bool) -> tuple[dict[str, Any], str]:
    """Return what was marked, for a program and in words, with the command to run next."""
    result = {"file": str(out) if desk.is_saved else None, "points_count": desk.marked_counts}
    if not desk.is_saved:
        return result, "Nothing was saved." if is_done else "Nothing was heard of the page for half an hour, and nothing was saved."
    marked = sum(1 for count in desk.marked_counts.values() if count)
    said = (
        f"{out.name}: {desk.points_count} points in {marked} of {len(photos)} photos."
        if len(photos) > 1
        else f"{out.name}: {desk.points_count} points."
    )
    following = shlex.join(["smp", "head", *map(str, photos), "--points", str(out)])
    return result | {"next": following}, f"{said}\nNext: {following}"


def _offer_links(server: "LocalServer") -> None:
    """Show a new link for each Enter. Read without python's own buffer, whose lock this thread would hold at the end."""
    while os.read(sys.stdin.fileno(), 1024):
        typer.echo(f"A new link: {server.new_link()}", err=True)
