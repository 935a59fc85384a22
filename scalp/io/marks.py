"""What a person writes down about one scalp: `marks.json` (places to keep free, scars, patches) and `line.json` (a hairline drawn by hand).

Both are written by hand or by another program: words that are not known are refused, not passed over. Places are x, y, z of
the head in mm, or under the names that end in `_over_mm` what a tape reads: along the middle line, then aside to the left.
"""

import dataclasses
import os
from typing import Any

import numpy as np

from scalp.base import BadTable, FloatArray, Value, WrongParent, as_numbers
from scalp.domain.design import MOST_DRAWN_POINTS
from scalp.domain.head import Head
from scalp.domain.marks import MOST_PLACES_COUNT, KeepAway, Patch, ScalpMarks, Scar
from scalp.geometry.partings import places_at_mm
from scalp.io.codec import noun_from_plain
from scalp.io.documents import DocumentKind, read_plain

MARKS = DocumentKind(
    file_name="marks.json", schema="smp-marks", version=1, called="the marks",
    remedy="docs/reference/files.md shows one.",
)  # fmt: skip
LINE = DocumentKind(
    file_name="line.json", schema="smp-line", version=1, called="the drawn line",
    remedy="docs/reference/files.md shows one.",
)  # fmt: skip
_ABOUT = {"schema", "version", "notice", "head_digest"}
_OVER: dict[type[Value], str] = {KeepAway: "place_over_mm", Scar: "path_over_mm", Patch: "outline_over_mm"}
"""Under which name each kind of mark says what a tape reads."""


def read_marks(path: str | os.PathLike[str], head: Head) -> ScalpMarks:
    """Return what a marks file says of the scalp of one head, in the head's own mm."""
    told = read_plain(path, MARKS)
    _demand_head(told, head.digest, MARKS)
    _demand_known(told, _ABOUT | _names(ScalpMarks), "marks")
    for name, kind in (("keep_away", KeepAway), ("scars", Scar), ("patches", Patch)):
        listed = told.get(name, [])
        if not isinstance(listed, list) or len(listed) > MOST_PLACES_COUNT:
            raise BadTable(f"marks.{name}", str(listed)[:40], f"a list of at most {MOST_PLACES_COUNT:,}", "Correct it.")
        told[name] = [_placed(one, kind, head, f"{name}[{number}]") for number, one in enumerate(listed)]
    return noun_from_plain(ScalpMarks, told | {"head_digest": head.digest}, "marks")


def read_drawn_line(path: str | os.PathLike[str], head: Head) -> FloatArray:
    """Return the points of a hairline drawn by hand, (N, 3) in the head's own mm, from the client's right to the left."""
    told = read_plain(path, LINE)
    _demand_head(told, head.digest, LINE)
    _demand_known(told, _ABOUT | {"points_mm", "points_over_mm"}, "line")
    over = "points_over_mm" in told
    return _rows(told.get("points_over_mm" if over else "points_mm"), "line.points", head, over=over, fewest=2)


def _placed(one: object, kind: type[Value], head: Head, where: str) -> dict[str, Any]:
    """Return one mark with its places in the head's mm, where they were measured over the skin."""
    _demand_known(one, _names(kind) | {_OVER[kind]}, where)
    told: dict[str, Any] = dict(one)  # type: ignore[call-overload]
    if _OVER[kind] in told:
        measured = told.pop(_OVER[kind])
        single = kind is KeepAway
        places_mm = _rows([measured] if single else measured, f"{where}.{_OVER[kind]}", head, over=True, fewest=1)
        told[_OVER[kind].replace("_over_mm", "_mm")] = (places_mm[0] if single else places_mm).tolist()
    return told


def _rows(listed: object, where: str, head: Head, *, over: bool, fewest: int) -> FloatArray:
    """Return places (N, 3) mm from rows of a file, x, y, z or along and aside."""
    columns, words = (2, "mm along and mm aside") if over else (3, "x, y, z in mm")
    if not isinstance(listed, list) or not fewest <= len(listed) <= MOST_DRAWN_POINTS:
        said = f"{len(listed):,} places" if isinstance(listed, list) else "missing"
        raise BadTable(where, said, f"{fewest} to {MOST_DRAWN_POINTS:,} rows of {words}", "Mark it again.")
    rows = as_numbers(where, listed)
    if rows.ndim != 2 or rows.shape[1] != columns or not np.isfinite(rows).all():
        raise BadTable(where, rows.shape, f"rows of {words}", "Mark it again.")
    return places_at_mm(head, rows) if over else rows


def _names(kind: type[Value]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]


def _demand_head(told: dict[str, Any], head_digest: str, kind: DocumentKind) -> None:
    """Refuse a file that names another head; one that names none is taken at its word."""
    if told.get("head_digest") not in (None, head_digest):
        raise WrongParent(kind.file_name, "of another head", "one made on this head", "Mark or draw it again on this head.")


def _demand_known(told: object, known: set[str], where: str) -> None:
    """Refuse words that are not known."""
    if not isinstance(told, dict):
        raise BadTable(where, str(told)[:40], "an object in braces", "Correct it.")
    unknown = sorted(set(told) - known)
    if unknown:
        raise BadTable(where, f"holding {unknown[0][:40]!r}", ", ".join(sorted(known - _ABOUT)), "Remove it or correct its spelling.")
