"""Read the aftercare of a clinic (`aftercare.toml`): what to do on which days around a session."""

import os
from importlib import resources
from pathlib import Path
from typing import cast

from scalp.domain.rules import Grade
from scalp.domain.screening import Aftercare, AftercareStep
from scalp.io.texts import read_text
from scalp.io.tomls import Told, parse_toml

AFTERCARE_SCHEMA, AFTERCARE_VERSION = "smp-aftercare", 1


def read_aftercare(path: str | os.PathLike[str] | None = None) -> Aftercare:
    """Return an aftercare calendar from a TOML file, in the order of its days; the shipped one without a path."""
    place = Path("aftercare.toml") if path is None else Path(path)
    text = (resources.files("scalp.tables") / "aftercare.toml").read_text("utf-8") if path is None else read_text(place)
    told = Told(place, parse_toml(place, text, AFTERCARE_SCHEMA, AFTERCARE_VERSION, "Start from the shipped aftercare.toml."))
    edition, steps = told.word("edition", str), [_step(one) for one in told.tables("step")]
    told.close()
    if not steps:
        told.refuse("without a step", "tables under [[step]]", "Add them.")
    return Aftercare(version=edition, steps=tuple(sorted(steps, key=lambda step: (step.from_day, step.to_day))))


def _step(told: Told) -> AftercareStep:
    """Return one step of the table."""
    found = AftercareStep(
        from_day=told.word("from_day", int),
        to_day=told.word("to_day", int),
        title=told.word("title", str, ""),
        rules=told.words("rules"),
        grade=cast("Grade", told.word("grade", str, "C")),
        source=told.word("source", str, "the clinic's own"),
    )
    told.close()
    return found
