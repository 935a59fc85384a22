"""What a person writes down about one scalp: `marks.json` (places to keep free, scars, patches) and `line.json` (a hairline drawn by hand).

Both are written by hand or by another program: words that are not known are refused, not passed over.
"""

import dataclasses
import os
from typing import Any

import numpy as np

from scalp.base import BadTable, FloatArray, WrongParent, as_numbers
from scalp.domain.design import MOST_DRAWN_POINTS
from scalp.domain.marks import KeepAway, Patch, ScalpMarks, Scar
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


def read_marks(path: str | os.PathLike[str], head_digest: str) -> ScalpMarks:
    """Return what a marks file says of the scalp of one head, in the head's own mm."""
    told = read_plain(path, MARKS)
    _demand_head(told, head_digest, MARKS)
    _demand_known(told, _ABOUT | {field.name for field in dataclasses.fields(ScalpMarks)}, "marks")  # type: ignore[arg-type]
    for name, kind in (("keep_away", KeepAway), ("scars", Scar), ("patches", Patch)):
        known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
        listed = told.get(name)
        for number, one in enumerate(listed if isinstance(listed, list) else []):
            _demand_known(one, known, f"{name}[{number}]")
    return noun_from_plain(ScalpMarks, told | {"head_digest": head_digest}, "marks")


def read_drawn_line(path: str | os.PathLike[str], head_digest: str) -> FloatArray:
    """Return the points of a hairline drawn by hand, (N, 3) in the head's own mm, from the client's right to the left."""
    told = read_plain(path, LINE)
    _demand_head(told, head_digest, LINE)
    _demand_known(told, _ABOUT | {"points_mm"}, "line")
    points = told.get("points_mm")
    if not isinstance(points, list) or not 2 <= len(points) <= MOST_DRAWN_POINTS:
        said = f"{len(points):,} points" if isinstance(points, list) else "missing"
        raise BadTable("line.points_mm", said, f"2 to {MOST_DRAWN_POINTS:,} rows of x, y, z in mm", "Draw it again.")
    points_mm = as_numbers("line.points_mm", points)
    if points_mm.ndim != 2 or points_mm.shape[1] != 3 or not np.isfinite(points_mm).all():
        raise BadTable("line.points_mm", points_mm.shape, "rows of x, y, z in mm", "Draw it again.")
    return points_mm


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
