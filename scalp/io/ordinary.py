"""Read files as bytes: ordinary ones only (no pipe, device or folder), and never more than was said to be enough.

What is in a file is others'; so are the sentences, for which `reason` gives the few words.
"""

import errno
import os
import stat
import zipfile
import zlib
from pathlib import Path

from scalp.base import BadInput

MESSAGE_NAME_LENGTH = 80
DAMAGED = (ValueError, TypeError, OSError, KeyError, EOFError, SyntaxError, RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What unpacking raises at bytes that are no columns; `RuntimeError` for ways of packing nobody uses here."""


def read_ordinary(place: Path, limit_bytes: int) -> bytes:
    """Return the bytes of an ordinary file of at most this size; raises `OSError` or `ValueError` for all else.

    A pipe or a device is never opened: it may keep a reader waiting for ever, or give without end.
    """
    demand_ordinary(place)
    with place.open("rb") as opened:
        content = opened.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def demand_ordinary(place: Path) -> int:
    """Return the size of an ordinary file in bytes; raises `OSError` for a folder, a pipe, a device, or nothing at all."""
    told = place.stat()
    if stat.S_ISDIR(told.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(told.st_mode):
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    return told.st_size


def reason(fault: OSError | ValueError, limit_bytes: int) -> str:
    """Say in a few words why `read_ordinary` refused a file."""
    number = getattr(fault, "errno", None)
    if number == errno.EFBIG:
        return f"larger than {limit_bytes // 1_000_000} MB"
    words = {
        errno.EISDIR: "a folder",
        errno.ENODEV: "not an ordinary file",
        errno.ENOENT: "not there",
        errno.ENOTDIR: "not there",
        errno.ELOOP: "a link that leads to itself",
        errno.EACCES: "locked for this user",
    }
    return words.get(number, "not readable") if isinstance(number, int) else "not readable"


def resolved(place: Path) -> Path:
    """Return where a path leads; a link that leads to itself is refused by its own name."""
    try:
        return place.resolve()
    except (OSError, RuntimeError):
        name = place.name[:MESSAGE_NAME_LENGTH] or "the file"
        raise BadInput(name, "a link that leads to itself", "a file or folder that exists", "Give the file itself.") from None
