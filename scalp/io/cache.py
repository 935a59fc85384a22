"""Where this program keeps files between runs: fetched assets, and what was worked out from a photo until it is forgotten.

Everything under one root in the user's cache, `SMP_CACHE` where that is set. What comes from a photo is readable by its
owner only.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scalp.base import BadInput
from scalp.io.pictures import OWNER_ONLY, OWNER_ONLY_FOLDER, unwritable, write_whole

PASSING_PREFIXES = ("smp-scan-", "smp-film-")
"""How the temporary folders are called in which children leave what they read of a scan or a film."""
_LONGEST_USE_SECONDS = 3600.0
_DIGEST = re.compile("[0-9a-f]{32}")


def cache_root() -> Path:
    """Return the folder all cached files live in: `SMP_CACHE`, else `smp-mobile` in the user's cache."""
    chosen = os.environ.get("SMP_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        if chosen:
            return Path(chosen).expanduser()
        return (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache") / "smp-mobile"
    except RuntimeError as fault:
        raise BadInput(
            "the cache folder", "unknown, as this user has no home", "a folder to keep files in", "Set SMP_CACHE to one."
        ) from fault


def made_folder(place: Path, *, mode: int = 0o755) -> Path:
    """Return a folder that exists, made with its parents when it did not."""
    try:
        place.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    return place


def photo_cache_folder(digest: str) -> Path:
    """Return the folder, for its owner only, of what was worked out from the photo of this digest; made when missing."""
    photos = made_folder(cache_root() / "photos", mode=OWNER_ONLY_FOLDER)
    return made_folder(photos / _checked(digest), mode=OWNER_ONLY_FOLDER)


def write_private(folder: Path, name: str, content: bytes) -> Path:
    """Write a file only its owner can read, whole or not at all, and return its place."""
    write_whole(folder / name, content, mode=OWNER_ONLY)
    return folder / name


def forget_photo(digest: str) -> bool:
    """Remove everything kept about a photo; tell whether there was anything."""
    place = cache_root() / "photos" / _checked(digest)
    if not place.is_dir():
        return False
    try:
        shutil.rmtree(place)
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    return True


def kept_photos() -> tuple[str, ...]:
    """Return the digest of each photo of which something is kept."""
    place = cache_root() / "photos"
    return tuple(sorted(entry.name for entry in place.iterdir() if _DIGEST.fullmatch(entry.name))) if place.is_dir() else ()


def forget_all_photos(now_seconds: float) -> int:
    """Remove everything kept about every photo, and what scans and films left when this program was killed; count the photos.

    `now_seconds` is the time of day, since 1970: folders younger than an hour may be in use by another run and stay.
    """
    count, place = len(kept_photos()), cache_root() / "photos"
    try:
        if place.is_dir():
            shutil.rmtree(place)
        for leftover in _leftovers(now_seconds):
            shutil.rmtree(leftover)
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    return count


def _leftovers(now_seconds: float) -> Iterator[Path]:
    """Yield temporary folders of this user that a run, ended by force, could not remove."""
    for prefix in PASSING_PREFIXES:
        for place in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with suppress(OSError):
                told = place.lstat()
                own = not hasattr(os, "getuid") or told.st_uid == os.getuid()
                if stat.S_ISDIR(told.st_mode) and own and now_seconds - told.st_mtime > _LONGEST_USE_SECONDS:
                    yield place


def _checked(digest: str) -> str:
    """Refuse what is no digest, so that no other folder can be named."""
    if not _DIGEST.fullmatch(digest):
        raise BadInput("photo digest", repr(digest[:40]), "32 hexadecimal digits", "Take it from treatment.json.")
    return digest
