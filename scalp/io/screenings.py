"""Read the questionnaire before a treatment and a client's answers to it; write the questions as a file to fill in."""

import os
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, cast

from scalp.base import BadTable
from scalp.domain.rules import Grade
from scalp.domain.screening import Answer, AnswerKind, AnswerRule, Answers, Question, Questionnaire, Verdict
from scalp.io.texts import parse_json, read_text, refuse
from scalp.io.tomls import Told, parse_toml

SCREENING_SCHEMA, ANSWERS_SCHEMA, VERSION = "smp-screening", "smp-answers", 1
_REMEDY = "Start from the shipped questionnaire."
_BLANK = "Write a file to fill in with: smp screen --questions --out answers.toml"
_ANSWERS: dict[str, tuple[str, ...]] = {"yes-no": ("no", "yes", "unsure"), "since": ("never", "since", "unsure"), "years": ()}
_HINTS = {
    "yes-no": "yes, no or unsure",
    "since": "months ago such as 4, a date such as 2026-09-30, never or unsure",
    "years": "whole years",
}


def read_questionnaire(path: str | os.PathLike[str] | None = None) -> Questionnaire:
    """Return a questionnaire from a TOML file; the shipped one without a path."""
    place = Path("screening.toml") if path is None else Path(path)
    text = (resources.files("scalp.tables") / "screening.toml").read_text("utf-8") if path is None else read_text(place)
    told = Told(place, parse_toml(place, text, SCREENING_SCHEMA, VERSION, _REMEDY))
    found = Questionnaire(edition=told.word("edition", str), questions=tuple(_question(one) for one in told.tables("question")))
    told.close()
    return found


def read_answers(path: str | os.PathLike[str], *, today: date) -> Answers:
    """Return a client's answers from a TOML or JSON file; without `answered` in it they count as given today.

    What the answers say is judged by `scalp.planning.screening`.
    """
    place = Path(path)
    text = read_text(place)
    told = parse_json(place, text, "a JSON object of answers") if text.lstrip().startswith("{") else _toml(place, text)
    if told.get("schema", ANSWERS_SCHEMA) != ANSWERS_SCHEMA or told.get("version", VERSION) != VERSION:
        refuse(place, "another kind of file or version", f'a file with schema = "{ANSWERS_SCHEMA}" and version = {VERSION}', _BLANK)
    given = told.get("answers")
    if not isinstance(given, dict):
        refuse(place, "without answers", "a table [answers] with a line for each question", _BLANK)
    answered, edition = _day(place, told.get("answered", today)), told.get("edition")
    unknown = sorted(set(told) - {"schema", "version", "edition", "answered", "answers"})
    if unknown or not (edition is None or isinstance(edition, str)):
        refuse(place, f"holding {(unknown or ['edition'])[0][:40]!r} as nobody knows it", "edition, answered and answers", "Correct it.")
    return Answers(answered=answered, edition=edition, given=tuple(_answer(place, name, said) for name, said in given.items()))


def blank_answers(questionnaire: Questionnaire) -> str:
    """Return the questions as a TOML text to fill in; an answer left empty is missing."""
    lines = [
        "# Questions before scalp micropigmentation. Write the answer between the quotes; unsure is an answer.",
        "# These are health data: keep the file to yourself and your practitioner.",
        f'schema = "{ANSWERS_SCHEMA}"',
        f"version = {VERSION}",
        f'edition = "{questionnaire.edition}"',
        "# answered = 2027-01-31    # the day of the answers; today where it is left out",
        "",
        "[answers]",
    ]
    for question in questionnaire.questions:
        lines += ["", f"# {question.asks}", f"# {hint(question)}", f'{question.name} = ""']
    return "\n".join(lines) + "\n"


def hint(question: Question) -> str:
    """Say which answers a question takes."""
    return _HINTS.get(question.kind) or ", ".join(question.answers)


def _question(told: Told) -> Question:
    """Return one question of a table."""
    kind = told.word("kind", str)
    answers = (*told.words("answers"), "unsure") if kind == "choice" else _ANSWERS.get(kind, ())
    found = Question(
        name=told.word("name", str),
        kind=cast("AnswerKind", kind),
        asks=told.word("asks", str),
        answers=answers,
        rules=tuple(_rule(rule) for rule in told.tables("rules")),
    )
    told.close()
    return found


def _rule(told: Told) -> AnswerRule:
    """Return what one kind of answer means."""
    found = AnswerRule(
        answer=told.maybe("answer", str),
        below=told.maybe("below", int),
        verdict=cast("Verdict", told.word("verdict", str)),
        reason=told.word("reason", str),
        grade=cast("Grade", told.word("grade", str)),
        source=told.word("source", str),
        wait_days=told.maybe("wait_days", int),
    )
    told.close()
    return found


def _toml(place: Path, text: str) -> dict[str, Any]:
    """Return what a TOML file says."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadTable(place.name, f"not TOML: {fault}", "answers as TOML or JSON", "Correct that line.") from None
    except (RecursionError, ValueError):
        raise BadTable(place.name, "not a table", "answers as TOML or JSON", _BLANK) from None


def _day(place: Path, said: object) -> date:
    """Return the day of the answers."""
    try:
        return date.fromisoformat(said) if isinstance(said, str) else date(said.year, said.month, said.day)  # type: ignore[attr-defined]
    except (ValueError, AttributeError, TypeError):
        refuse(place, "saying answered otherwise", "a date such as 2027-01-31", "Correct it.")


def _answer(place: Path, name: str, said: object) -> Answer:
    """Return one answer as words; its content is never repeated in a message."""
    if isinstance(said, bool):
        return Answer(question=name, said="yes" if said else "no")
    if isinstance(said, (int, float, date)):
        return Answer(question=name, said=said.isoformat()[:10] if isinstance(said, date) else f"{said:g}")
    if not isinstance(said, str) or len(said) > 40 or not said.strip():
        what = "empty" if isinstance(said, str) and not said.strip() else "not a word, number or date"
        refuse(place, f"with an answer to {name[:40]!r} that is {what}", "a short answer; unsure is one", "Answer it.")
    return Answer(question=name, said=said)
