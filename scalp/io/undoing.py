"""Read what it takes to undo a treatment: the shipped table, or a clinic's own. What it means is `scalp.domain.undoing`'s."""

import csv
import os
from importlib import resources
from pathlib import Path

from scalp.domain.plan import Span
from scalp.domain.undoing import Undoing, UndoingFact
from scalp.io.texts import read_text, refuse

_COLUMNS = ("name", "low", "expected", "high", "unit", "grade", "source", "sentence")
_NEEDED = ("permanent_after_laser_days", "trial_seen_months", "trial_residue_months")


def read_undoing(path: str | os.PathLike[str] | None = None) -> Undoing:
    """Return the facts of a CSV table, the shipped ones when no path is given."""
    if path is None:
        text, place = (resources.files("scalp.tables") / "undoing.csv").read_text("utf-8"), Path("undoing.csv")
    else:
        text, place = read_text(Path(path)), Path(path)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    rows = list(csv.reader(lines))
    if not rows or tuple(rows[0]) != _COLUMNS:
        refuse(place, "without its columns", ", ".join(_COLUMNS), "Start from the shipped table.")
    facts = tuple(_fact(place, row) for row in rows[1:])
    missing = [name for name in _NEEDED if name not in {fact.name for fact in facts}]
    if missing:
        refuse(place, f"without {missing[0]}", f"a table with {', '.join(_NEEDED)}", "Start from the shipped table.")
    return Undoing(facts=facts)


def _fact(place: Path, row: list[str]) -> UndoingFact:
    """Return one row of the table."""
    if len(row) != len(_COLUMNS):
        refuse(place, f"with a row of {len(row)} columns", f"{len(_COLUMNS)} in each row", "Put sentences in quotes.")
    name, *numbers, unit, grade, source, sentence = row
    try:
        low, expected, high = map(float, numbers)
    except ValueError:
        refuse(place, f"with words for numbers in {name[:40]}", "three numbers", "Correct that row.")
    return UndoingFact(
        name=name, amount=Span(low=low, expected=expected, high=high), unit=unit, grade=grade, source=source, sentence=sentence
    )
