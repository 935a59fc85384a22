"""`smp forget`: remove what is kept about photos, some or all, and say what was removed."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from smp import options

Photos = Annotated[
    list[Path] | None, typer.Argument(help="Photos to forget; without any, what is kept is told.", show_default=False, readable=False)
]
All = Annotated[bool, typer.Option("--all", help="Forget every photo that was ever looked at by this user.")]


def forget(photos: Photos = None, everything: All = False, as_json: options.Json = False, quiet: options.Quiet = False) -> None:
    """Remove what this program keeps about photos between runs. Your photos, and what you had written to a folder, stay."""
    from scalp.base import BadInput
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        if photos and everything:
            raise BadInput("smp forget", "given photos and --all", "one of them", "Leave one out.")
        terminal.answer(*(_forget_all() if everything else _forget_these(photos) if photos else _tell_kept()))


def _forget_these(photos: list[Path]) -> tuple[dict[str, Any], str]:
    """Remove what is kept about these photos; every one is read before any is forgotten."""
    from scalp.io.cache import forget_photo
    from scalp.io.photos import read_photo

    digests = [read_photo(photo).digest for photo in photos]
    known = [forget_photo(digest) for digest in digests]
    lines = [f"{photo.name}: {'forgotten' if was else 'nothing was kept'}." for photo, was in zip(photos, known, strict=True)]
    forgotten = {str(photo): was for photo, was in zip(photos, known, strict=True)}
    return {"forgotten": forgotten}, "\n".join([*lines, _REST])


def _forget_all() -> tuple[dict[str, Any], str]:
    """Remove what is kept about all photos."""
    from scalp.io.cache import forget_all_photos

    count = forget_all_photos(time.time())
    said = f"Everything kept about {_counted(count)} is removed." if count else "Nothing was kept about any photo."
    return {"photos_count": count}, f"{said}\n{_REST}"


def _tell_kept() -> tuple[dict[str, Any], str]:
    """Tell how much is kept and where."""
    from scalp.io.cache import cache_root, kept_photos

    count, place = len(kept_photos()), cache_root() / "photos"
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) if place.is_dir() else 0
    told = {"photos_count": count, "size_bytes": size, "folder": str(place)}
    if not count:
        return told, "Nothing is kept about any photo."
    return told, f"{_counted(count)}, {size / 1e6:.1f} MB in {place}.\n`smp forget PHOTO` forgets one, `smp forget --all` all of them."


_REST = "Folders that were written with --out, points files and the photos themselves are yours to delete."


def _counted(count: int) -> str:
    """Say how many photos."""
    return "one photo" if count == 1 else f"{count} photos"
