"""Read small text files that people write: whole, in UTF-8, JSON with each name once. Every mistake gets a sentence.

What the texts mean is said by `points` and `tables`.
"""

import json
from pathlib import Path
from typing import Any, NoReturn

from scalp.base import BadTable
from scalp.io.ordinary import read_ordinary, reason

LARGEST_TEXT_BYTES = 1_000_000


def read_text(place: Path) -> str:
    """Return the text of a small file."""
    try:
        return read_ordinary(place, LARGEST_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable(place.name, "not text", "a text file in UTF-8", "Give the right file.") from None
    except (OSError, ValueError) as fault:
        why, allowed = reason(fault, LARGEST_TEXT_BYTES), "a file of at most 1 MB that you may read"
        raise BadTable(place.name[:80] or "the file", why, allowed, "Check the name and the folder.") from None


def parse_json(place: Path, text: str, shape: str) -> dict[str, Any]:
    """Return the JSON object of a file of points, such as `shape`; a name given twice is a mistake."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for name, said in pairs:
            if name in told:
                refuse(place, f"naming {name[:80]!r} twice", "each name once", "Remove one of them.")
            told[name] = said
        return told

    try:
        told = json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as fault:
        raise BadTable(place.name, f"not JSON: {fault.msg} in line {fault.lineno}", shape, "Correct that line.") from None
    except (RecursionError, ValueError):
        # Thousands of brackets or digits.
        raise BadTable(place.name, "not JSON of points", shape, "Write it anew.") from None
    if not isinstance(told, dict):
        refuse(place, "not a JSON object", shape, "Put the points in braces.")
    return told


def refuse(place: Path, is_what: str, allowed: str, remedy: str) -> NoReturn:
    """Refuse a file by its own name."""
    raise BadTable(place.name, is_what, allowed, remedy)
