"""Folders of results that appear at once or not at all, and never take anybody else's files with them.

A folder this program wrote carries a marker that lists its files; only such a folder, or an empty one, is replaced.
"""

import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from scalp.base import BadInput
from scalp.io.pictures import OWNER_ONLY, OWNER_ONLY_FOLDER, unwritable

MARKER = ".smp-folder.json"
_SCHEMA, _VERSION = "smp-folder", 1
_ALLOWED = "a new folder, an empty one, or one written by smp and not added to"
_KEPT = {"head.json", "survey.json", "design.json", "plan.json", "booking.json"}
"""What other commands start from."""
_MODE = 0o755
_TOKEN_BYTES = 4
_LONGEST_RUN_SECONDS = 86_400.0
_MOST_NAMED = 20
"""A folder with so many files of others is not read to its end."""


@contextmanager
def output_folder(path: str | os.PathLike[str], *, private: bool = False) -> Iterator[Path]:
    """Yield a hidden folder to write into; when the block ends well it becomes `path`, whole, in place of an older result.

    When the block fails, is interrupted, or the disk is full, nothing of it is left and an older result stays as it was.
    Refuses, before any work, a place that cannot be written to and a folder that holds files of others; and in the end one
    whose head, design, plan or booking the new result does not hold. What is `private` can be read by its owner only.
    """
    try:
        place = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - resolve() would follow a link and replace its target
    except RuntimeError as fault:
        raise BadInput("the folder", "in the home of a user this computer does not know", _ALLOWED, "Choose another with --out.") from fault
    _check_free(place)
    unfinished = _unfinished(place)
    try:
        # Made within reach of the clean-up: Ctrl-C may come at this very moment.
        unfinished.mkdir(mode=OWNER_ONLY_FOLDER if private else _MODE)
        _clear_leftovers(unfinished)
        yield unfinished
        _mark(unfinished)
        if private:
            _close(unfinished)
        _check_free(place)
        _check_kept(unfinished, place)
        _move_in(unfinished, place)
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _check_free(place: Path) -> None:
    """Refuse a file, and a folder with anything in it that this program did not write."""
    if not place.exists():
        return
    if not place.is_dir():
        raise BadInput(place.name, "a file", "a folder", "Choose another name with --out.")
    if place == place.parent:
        raise BadInput("the folder", "the whole disk", _ALLOWED, "Choose another folder with --out.")
    try:
        own = _own_names(place)
        foreign = sorted(islice((name for name in _files_in(place) if name not in own), _MOST_NAMED))
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    if foreign:
        more = "or more " if len(foreign) == _MOST_NAMED else ""
        count = f"{len(foreign)} {more}file{'s' if len(foreign) > 1 else ''} not written by smp, such as {Path(foreign[0]).name}"
        raise BadInput(place.name or "the folder", f"a folder with {count}", _ALLOWED, "Choose another folder with --out.")


def _check_kept(unfinished: Path, place: Path) -> None:
    """Refuse to replace a result of another kind, which later steps are made from: `smp papers PLAN --out PLAN` takes no plan away."""
    lost = sorted((_KEPT & _own_names(place)) - set(_files_in(unfinished)))
    if lost:
        what = f"a folder with {lost[0]}, which would be lost"
        raise BadInput(
            place.name or "the folder", what, "a new folder, or an older one of this command", "Choose another folder with --out."
        )


def _files_in(folder: Path) -> Iterator[str]:
    """Yield every file below a folder by its path from there; our own hidden ones at the top are left out."""
    found = (entry.relative_to(folder).as_posix() for entry in folder.rglob("*") if entry.is_symlink() or not entry.is_dir())
    return (name for name in found if not name.startswith(".smp-"))


def _own_names(place: Path) -> set[str]:
    """Return what the marker of a folder lists; nothing where there is no good marker."""
    try:
        marker = json.loads((place / MARKER).read_text("utf-8"))
        names = marker["files"] if marker["schema"] == _SCHEMA else []
        return {name for name in names if isinstance(name, str)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _unfinished(place: Path) -> Path:
    """Return the name of a new hidden folder beside `place`, or inside it where its parent is locked; nothing is made yet."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        inside = place.is_dir() and _must_stay(place)
        if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(13, "locked")
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    name = f".smp-{'' if inside else place.name + '-'}{secrets.token_hex(_TOKEN_BYTES)}"
    return (place if inside else place.parent) / name


def _clear_leftovers(unfinished: Path) -> None:
    """Remove what runs for the same place left beside it when they were killed, once it is a day older than this one.

    Results that were set aside are let be: they may be the only ones.
    """
    own = unfinished.stat()
    stem = unfinished.name[: -2 * _TOKEN_BYTES]
    alike = re.compile(re.escape(stem) + f"[0-9a-f]{{{2 * _TOKEN_BYTES}}}")
    for entry in unfinished.parent.iterdir():
        if not alike.fullmatch(entry.name):
            continue
        with suppress(OSError):
            told = entry.lstat()
            is_old = own.st_mtime - told.st_mtime > _LONGEST_RUN_SECONDS
            if stat.S_ISDIR(told.st_mode) and told.st_uid == own.st_uid and is_old:
                shutil.rmtree(entry, ignore_errors=True)


def _must_stay(place: Path) -> bool:
    """Tell whether a folder itself cannot be replaced: a mount, a link, the one we stand in, or one in a locked parent."""
    stands_inside = Path.cwd().is_relative_to(place.resolve())
    return stands_inside or place.is_mount() or place.is_symlink() or not os.access(place.parent, os.W_OK | os.X_OK)


def _mark(folder: Path) -> None:
    """Write the marker that lists what this program wrote into a folder."""
    names = sorted(_files_in(folder))
    (folder / MARKER).write_text(json.dumps({"schema": _SCHEMA, "version": _VERSION, "files": names}), "utf-8")


def _close(folder: Path) -> None:
    """Let nobody but the owner read what is in a folder."""
    for entry in folder.rglob("*"):
        entry.chmod(OWNER_ONLY_FOLDER if entry.is_dir() else OWNER_ONLY)


def _move_in(unfinished: Path, place: Path) -> None:
    """Put the finished folder in its place; an older one is set aside first and comes back if that fails."""
    if unfinished.parent == place:
        _move_files(unfinished, place)
        return
    aside = unfinished.with_name(unfinished.name + "-older")
    older = place.exists()
    try:
        if older:
            place.rename(aside)
        unfinished.rename(place)
    except BaseException:
        if older and aside.exists() and not place.exists():
            aside.rename(place)
        raise
    if older:
        shutil.rmtree(aside, ignore_errors=True)


def _move_files(unfinished: Path, place: Path) -> None:
    """Move files one by one into a folder that itself cannot be replaced (a mount, a link); the marker goes last."""
    older = _own_names(place)
    written = [entry for entry in unfinished.iterdir() if entry.name != MARKER]
    kept = set(_files_in(unfinished))
    for entry in written:
        target = place / entry.name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        entry.replace(target)
    for name in older - kept:
        with suppress(OSError):
            (place / name).unlink()
    (unfinished / MARKER).replace(place / MARKER)
