"""Versioned JSON files that hold one noun: written whole, read back exactly, older versions upgraded, newer ones refused plainly.

What each noun means is the domain's; which schema, version and words a file has is said by a `DocumentKind`.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from scalp.base import BadInput, BadTable, Value, value
from scalp.io.codec import noun_from_plain, plain_from_noun, pretty
from scalp.io.ordinary import read_ordinary, reason
from scalp.io.pictures import OWNER_ONLY, write_whole
from scalp.io.versions import demand_version

Noun = TypeVar("Noun", bound=Value)
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
LARGEST_DOCUMENT_BYTES = 20_000_000


@value
class DocumentKind(Value):
    """One kind of file: its usual name, schema, newest version, and the words in which it is refused."""

    file_name: str
    schema: str
    version: int
    called: str
    """In a sentence: 'the plan'."""
    remedy: str
    notice: str = ""


def write_document(
    noun: Value, folder: str | os.PathLike[str], kind: DocumentKind, leave_out: tuple[str, ...] = (), **beside: object
) -> Path:
    """Write a noun and what is told `beside` it under the usual name into a folder, for its owner only, and return its place.

    Fields to `leave_out` are kept elsewhere by whoever writes it.
    """
    place = Path(folder) / kind.file_name
    told = {"schema": kind.schema, "version": kind.version} | ({"notice": kind.notice} if kind.notice else {})
    told |= {"digest": noun.digest} | beside
    told |= {name: plain for name, plain in plain_from_noun(noun).items() if name not in leave_out}
    write_whole(place, (pretty(told) + "\n").encode(), mode=OWNER_ONLY)
    return place


def document_place(path: str | os.PathLike[str], kind: DocumentKind) -> Path:
    """Return where a document lies: the path itself, or the usual name in the folder it names."""
    place = Path(path)
    return place / kind.file_name if place.is_dir() else place


def read_plain(path: str | os.PathLike[str], kind: DocumentKind, upgrades: tuple[Upgrade, ...] = ()) -> dict[str, Any]:
    """Return a document's plain values in the newest version; `upgrades` lead from version 1 to 2, from 2 to 3, and so on.

    Raises `Unreadable` for versions this program does not know and `BadTable` for what is no such document.
    """
    place = document_place(path, kind)
    try:
        told = json.loads(read_ordinary(place, LARGEST_DOCUMENT_BYTES))
    except (OSError, ValueError, RecursionError) as fault:
        why = reason(fault, LARGEST_DOCUMENT_BYTES) if isinstance(fault, OSError) else "not JSON"
        raise BadTable(place.name[:80] or kind.called, why, f"{kind.called} as smp wrote it", kind.remedy) from None
    if not isinstance(told, dict) or told.get("schema") != kind.schema:
        raise BadTable(place.name[:80], f"not {kind.called}", f'a file with "schema": "{kind.schema}"', kind.remedy)
    oldest = kind.version - len(upgrades)
    version = demand_version(kind.called, told.get("version"), kind.version, oldest=oldest)
    plain: dict[str, Any] = told
    for upgrade in upgrades[version - oldest :]:
        # The digest is that of a noun with fewer fields.
        plain = upgrade({name: content for name, content in plain.items() if name != "digest"})
    return plain


def read_document(noun: type[Noun], path: str | os.PathLike[str], kind: DocumentKind, upgrades: tuple[Upgrade, ...] = ()) -> Noun:
    """Return the noun in a document exactly as it was written; refuse one whose content no longer has the digest it was given."""
    told = read_plain(path, kind, upgrades)
    return demand_unchanged(noun_from_plain(noun, told, kind.called), told, kind)


def demand_unchanged(noun: Noun, told: dict[str, Any], kind: DocumentKind) -> Noun:
    """Return a noun that still has the digest its file gives; a file of an older version gives that of an older noun and is taken."""
    if told.get("digest") not in (None, noun.digest):
        raise BadInput(kind.file_name, "changed since smp wrote it", f"{kind.called} as smp wrote it", kind.remedy)
    return noun
