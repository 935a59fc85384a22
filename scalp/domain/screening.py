"""Whether a treatment should go ahead, wait, or be asked of a doctor first; and what to do on which day after it."""

from datetime import date
from typing import Literal, get_args

from scalp.base import BadInput, Value, value
from scalp.domain.rules import GRADES, Grade

Verdict = Literal["proceed", "caution", "letter", "defer", "refuse"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""From go ahead, over care to take and a doctor's letter, to wait and do not; the gravest of all answers counts."""
AnswerKind = Literal["yes-no", "choice", "since", "years"]
ANSWER_KINDS: tuple[AnswerKind, ...] = get_args(AnswerKind)
"""Yes or no; one of several words; how long ago (months, or a date); an age in whole years."""
MOST_STEPS_COUNT = 100
"""More than one for every few days of half a year is no table that a client reads. (E)"""


@value
class AnswerRule(Value):
    """What one kind of answer means: that word, or a time or age below `below` (days for 'since', years for 'years').

    `wait_days` counts from the day of the screening; for 'since' the wait is what is missing to `below`.
    """

    answer: str | None
    below: int | None
    verdict: Verdict
    reason: str
    grade: Grade
    source: str
    wait_days: int | None = None

    def check(self) -> None:
        """Refuse rules that say nothing."""
        if self.verdict not in VERDICTS or self.grade not in GRADES or (self.answer is None) == (self.below is None):
            allowed = f"a verdict of {', '.join(VERDICTS)}, a grade, and either an answer or a limit"
            raise BadInput("rule of the questionnaire", f"{self.verdict}, {self.grade}", allowed, "Correct it.")
        if not self.reason.strip():
            raise BadInput("rule of the questionnaire", "without a reason", "a sentence the client understands", "Add it.")


@value
class Question(Value):
    """One question of the questionnaire, in words for the client; the first of its rules that meets the answer counts."""

    name: str
    kind: AnswerKind
    asks: str
    answers: tuple[str, ...]
    rules: tuple[AnswerRule, ...]

    def check(self) -> None:
        """Refuse questions nobody can answer, and rules for answers that cannot be given."""
        unknown = [rule.answer for rule in self.rules if rule.answer is not None and rule.answer not in self.answers]
        if unknown:
            raise BadInput(f"question {self.name}", f"with a rule for {unknown[0]!r}", ", ".join(self.answers), "Correct the rule.")
        if self.kind not in ANSWER_KINDS or not self.asks.strip() or not self.rules:
            raise BadInput(f"question {self.name}", "not whole", f"words, rules and a kind of {', '.join(ANSWER_KINDS)}", "Complete it.")


@value
class Questionnaire(Value):
    """All questions asked before a treatment. `edition` names this wording of them."""

    edition: str
    questions: tuple[Question, ...]

    def check(self) -> None:
        """Refuse a name that stands twice."""
        names = [question.name for question in self.questions]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not names:
            raise BadInput("questionnaire", f"naming {twice[0]} twice" if twice else "empty", "each question once", "Correct it.")


@value
class Answer(Value):
    """What a client said to one question, as written: 'yes', '4', '2027-01-31'."""

    question: str
    said: str


@value
class Answers(Value):
    """All answers of one client on one day; `edition` is that of the questionnaire they answer, None where it is not said."""

    answered: date
    given: tuple[Answer, ...]
    edition: str | None = None


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

    @property
    def wait_days(self) -> int | None:
        """Return how long to wait at least: the longest of all waits that are known; None where an open one is among them."""
        grave = [outcome for outcome in self.outcomes if outcome.verdict in {"defer", "refuse"}]
        waits = [outcome.wait_days for outcome in grave if outcome.wait_days is not None]
        return None if len(waits) < len(grave) else max(waits, default=0)


@value
class AftercareStep(Value):
    """What to do on the days `from_day` to `to_day` after a session (0 is the day itself; below 0 before it)."""

    from_day: int
    to_day: int
    rules: tuple[str, ...]
    grade: Grade
    source: str
    title: str = ""
    """In a few words: 'Keep it dry'."""

    def check(self) -> None:
        """Refuse days out of order and steps that ask nothing."""
        if not -30 <= self.from_day <= self.to_day <= 365 or not self.rules:
            raise BadInput("aftercare", f"day {self.from_day} to {self.to_day}", "-30 to 365, in order, with a rule or more", "Correct it.")


@value
class Aftercare(Value):
    """The aftercare calendar of one clinic: steps in the order of their days."""

    version: str
    steps: tuple[AftercareStep, ...]

    def check(self) -> None:
        """Refuse more steps than anybody follows."""
        if len(self.steps) > MOST_STEPS_COUNT:
            raise BadInput("aftercare", f"{len(self.steps):,} steps", f"at most {MOST_STEPS_COUNT}", "Join those of the same days.")


@value
class AftercareDays(Value):
    """One step of the aftercare with its dates: first and last day count; `session_number` is the session it belongs to."""

    session_number: int
    first: date
    last: date
    step: AftercareStep
