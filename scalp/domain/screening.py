"""Whether a treatment should go ahead, wait, or be asked of a doctor first; and what to do on which day after it."""

from typing import Literal, get_args

from scalp.base import Value, value
from scalp.domain.rules import Grade

Verdict = Literal["proceed", "caution", "letter", "defer", "refuse"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From go ahead, over care to take and a doctor's letter, to wait and do not; the gravest of all answers counts."""


@value
class Outcome(Value):
    """What one answer of the questionnaire means: the verdict, in words why, and how long to wait where it is known."""

    question: str
    answer: str
    verdict: Verdict
    reason: str
    wait_days: int | None
    grade: Grade
    source: str


@value
class Screening(Value):
    """All outcomes of one questionnaire that are not plain 'proceed', the gravest verdict, and the table's version."""

    version: str
    verdict: Verdict
    outcomes: tuple[Outcome, ...]


@value
class AftercareStep(Value):
    """What to do on the days `from_day` to `to_day` after a session (0 is the day itself; below 0 before it)."""

    from_day: int
    to_day: int
    rules: tuple[str, ...]
    grade: Grade
    source: str


@value
class Aftercare(Value):
    """The aftercare calendar of one clinic: steps in the order of their days."""

    version: str
    steps: tuple[AftercareStep, ...]
