"""`smp screen`: answers before a treatment go in; whether to go ahead, wait, or ask a doctor comes out."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from smp import options

AnswersFile = Annotated[
    Path | None, typer.Argument(help="Answers as TOML or JSON; --questions writes a file to fill in.", show_default=False, readable=False)
]
Questions = Annotated[bool, typer.Option("--questions", help="Write the questions as a file to fill in; print them without --out.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="File for the questions, such as answers.toml.", show_default=False)]
Table = Annotated[Path | None, typer.Option("--table", help="Another questionnaire (TOML) instead of the shipped one.", readable=False)]
DesignFolder = Annotated[
    Path | None, typer.Option("--design", help="Folder of `smp design`: its age, scars and patches count as well.", readable=False)
]


def screen(
    answers: AnswersFile = None,
    questions: Questions = False,
    out: Out = None,
    table: Table = None,
    design: DesignFolder = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Tell what the answers to the questions before a treatment mean: proceed, caution, a doctor's letter, wait, or no."""
    from scalp.base import BadInput
    from smp.terminal import Terminal

    terminal = Terminal(as_json=as_json, quiet=quiet)
    with terminal.refusals():
        if (answers is None) != questions or (out is not None and not questions):
            raise BadInput("smp screen", "given neither or both", "a file of answers, or --questions with --out", "Choose one of them.")
        terminal.answer(*(_questions(table, out) if answers is None else _screen(answers, table, design)))


def _questions(table: Path | None, out: Path | None) -> tuple[dict[str, Any], str]:
    """Write the questions to a file that is not there yet, or return them."""
    from scalp.base import BadInput
    from scalp.io.pictures import OWNER_ONLY, write_whole
    from scalp.io.screenings import blank_answers, hint, read_questionnaire

    questionnaire = read_questionnaire(table)
    text = blank_answers(questionnaire)
    told = {
        "edition": questionnaire.edition,
        "questions": [{"name": one.name, "asks": one.asks, "answers": hint(one)} for one in questionnaire.questions],
    }
    if out is None:
        return told, text
    if out.exists():
        raise BadInput(out.name[:80], "there already", "a new file", "It may hold answers: choose another name with --out.")
    write_whole(out, text.encode(), mode=OWNER_ONLY)
    return told | {"file": str(out)}, f"{len(questionnaire.questions)} questions written to {out}. Fill them in, then: smp screen {out}"


def _screen(place: Path, table: Path | None, design: Path | None) -> tuple[dict[str, Any], str]:
    """Screen the answers of a file; return the result for a program and in words."""
    from scalp.io.designs import read_design
    from scalp.io.screenings import read_answers, read_questionnaire
    from scalp.planning.screening import screen as screen_answers
    from smp.days import today

    day = today()
    told = None if design is None else read_design(design)
    found = screen_answers(read_answers(place, today=day), read_questionnaire(table), today=day, design=told)
    outcomes = [
        {
            "question": one.question,
            "verdict": one.verdict,
            "reason": one.reason,
            "wait_days": one.wait_days,
            "grade": one.grade,
            "source": one.source,
        }
        for one in found.outcomes
    ]
    lines = [
        f"{one.verdict.capitalize()}: {one.question}. {one.reason} (grade {one.grade}, {_CLINIC.sub('', one.source)})"
        for one in found.outcomes
    ]
    verdict = _WORDS[found.verdict]
    result = {"edition": found.version, "verdict": found.verdict, "wait_days": found.wait_days, "outcomes": outcomes}
    return result, "\n".join([verdict, *lines, "This is practitioners' custom and not medical advice."])


_CLINIC = re.compile(r" \([a-z]+\)")
"""The mark of the clinic a rule comes from: the table and --json tell it, a client does not need it."""
_WORDS = {
    "proceed": "Go ahead: nothing in the answers speaks against it.",
    "caution": "Go ahead with care.",
    "letter": "Bring a doctor's letter first.",
    "defer": "Wait.",
    "refuse": "No treatment.",
}
