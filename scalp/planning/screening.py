"""What a client's answers mean: go ahead, take care, bring a doctor's letter, wait, or do not. A pure function of a table.

The questions and what each answer means are data (`scalp/tables/screening.toml`, read by `scalp.io.screenings`). It is a
list of practitioners, not medical advice.
"""

import difflib
import math
import re
from datetime import date, timedelta
from typing import NoReturn

from scalp.base import BadInput
from scalp.domain.clocks import day_words
from scalp.domain.design import Design
from scalp.domain.screening import VERDICTS, Answer, AnswerRule, Answers, Outcome, Question, Questionnaire, Screening, Verdict

DAYS_PER_MONTH = 365.25 / 12.0
STALE_DAYS = 90
"""Answers older than this are asked again. (E)"""
MOST_MONTHS, MOST_YEARS = 1200.0, 120.0
LIKE = {
    "yes-no": "yes, no or unsure",
    "since": "months such as 4, a date such as 2026-09-30, never or unsure",
    "years": "an age in years such as 37",
}


def screen(answers: Answers, questionnaire: Questionnaire, *, today: date, design: Design | None = None) -> Screening:
    """Return every outcome that asks for care, the gravest first, and the gravest verdict of all.

    Times since an event go on from the day of the answers to today. Of a design its age, scars and patches count as well; where
    they and an answer differ the graver counts. Raises `BadInput` for missing and unknown questions and for answers that
    cannot be read; what was answered is never repeated in a message.
    """
    _check_edition(answers, questionnaire)
    if answers.answered > today:
        raise BadInput("day of the answers", answers.answered, f"{today} or before", "Correct `answered`.")
    marked = _marked(design, today)
    _refuse_strangers(answers, questionnaire, {answer.question for answer in marked})
    found = [
        outcome
        for question in questionnaire.questions
        for outcome in [_gravest_of(question, answers, marked, today)]
        if outcome is not None and outcome.verdict != "proceed"
    ]
    found += _stale(answers, today)
    found.sort(key=lambda outcome: -VERDICTS.index(outcome.verdict))
    verdict: Verdict = found[0].verdict if found else "proceed"
    return Screening(version=questionnaire.edition, verdict=verdict, outcomes=tuple(found))


def _check_edition(answers: Answers, questionnaire: Questionnaire) -> None:
    """Refuse answers to another wording of the questions."""
    if answers.edition is not None and answers.edition != questionnaire.edition:
        raise BadInput(
            "edition of the answers",
            answers.edition[:30],
            questionnaire.edition,
            "Ask the questions of this edition: smp screen --questions.",
        )


def _refuse_strangers(answers: Answers, questionnaire: Questionnaire, marked: set[str]) -> None:
    """Refuse unknown questions, questions answered twice, and missing answers that nothing else says."""
    names = [question.name for question in questionnaire.questions]
    given = [answer.question for answer in answers.given]
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            remedy = f"Did you mean {near[0]}?" if near else "Remove it."
            raise BadInput("answers", f"to an unknown question {name[:40]!r}", "the questions of smp screen --questions", remedy)
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise BadInput("answers", f"given twice to {twice[0]}", "one answer to each question", "Remove one of them.")
    missing = [name for name in names if name not in given and name not in marked]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        said = f"missing for {', '.join(missing[:3])}{more}"
        raise BadInput("answers", said, "an answer to every question", "Answer them too; unsure is an answer.")


def _marked(design: Design | None, today: date) -> tuple[Answer, ...]:
    """Return what a design says by itself: the age, its youngest scar, whether one is not flat, and its patches."""
    if design is None:
        return ()
    told: list[Answer] = []
    if design.wishes.age_years is not None:
        told.append(Answer(question="age", said=f"{design.wishes.age_years:g}"))
    scars = design.marks.scars if design.marks is not None else ()
    ages_months = [scar.months for scar in scars if scar.months is not None]
    if ages_months:
        told.append(Answer(question="scar", said=(today - timedelta(days=int(min(ages_months) * DAYS_PER_MONTH))).isoformat()))
    if len(ages_months) < len(scars):
        told.append(Answer(question="scar", said="unsure"))
    if any(scar.relief != "flat" for scar in scars):
        told.append(Answer(question="raised-scar", said="yes"))
    patches = design.marks.patches if design.marks is not None else ()
    if patches:
        told.append(Answer(question="alopecia-areata", said="still" if all(patch.stable for patch in patches) else "changing"))
    return tuple(told)


def _gravest_of(question: Question, answers: Answers, marked: tuple[Answer, ...], today: date) -> Outcome | None:
    """Return the gravest outcome of one question, from the answer and from the design; with one verdict the longer wait."""
    said = [(answer, answers.answered) for answer in answers.given if answer.question == question.name]
    said += [(answer, today) for answer in marked if answer.question == question.name]
    found = [outcome for answer, told_on in said if (outcome := _outcome(question, answer, told_on, today)) is not None]
    return max(found, key=lambda outcome: (VERDICTS.index(outcome.verdict), outcome.wait_days or 0), default=None)


def _outcome(question: Question, answer: Answer, told_on: date, today: date) -> Outcome | None:
    """Return what one answer means, by the first rule it meets; None where it means nothing."""
    said = answer.said.strip().lower()
    word, size = _read(question, said, told_on, today)
    for rule in question.rules:
        if rule.answer == word or (rule.below is not None and size is not None and size < rule.below):
            return _told(question, said, rule, size, today)
    return _unsure(question) if word == "unsure" else None


def _read(question: Question, said: str, told_on: date, today: date) -> tuple[str, float | None]:
    """Return an answer as a word, and as days since or years where it is a number or a date."""
    if question.kind == "years":
        return "years", _number(question, said, MOST_YEARS)
    if said in question.answers and said != "since":
        return said, None
    if question.kind != "since":
        _refuse(question)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
        return "since", float(_days_since(question, said, today))
    return "since", _number(question, said, MOST_MONTHS) * DAYS_PER_MONTH + (today - told_on).days


def _days_since(question: Question, said: str, today: date) -> int:
    """Return how many days ago a date was."""
    try:
        days = (today - date.fromisoformat(said)).days
    except ValueError:
        days = -1
    if not 0 <= days <= MOST_MONTHS * DAYS_PER_MONTH:
        _refuse(question)
    return days


def _number(question: Question, said: str, most: float) -> float:
    """Return a number that is written plainly."""
    if not re.fullmatch(r"\d{1,4}(\.\d{1,3})?", said) or float(said) > most:
        _refuse(question)
    return float(said)


def _refuse(question: Question) -> NoReturn:
    """Refuse an answer without repeating it."""
    allowed = LIKE.get(question.kind) or ", ".join(question.answers)
    raise BadInput(f"the answer to {question.name!r}", "not one that can be read", allowed, question.asks)


def _told(question: Question, said: str, rule: AnswerRule, size: float | None, today: date) -> Outcome:
    """Return a rule's outcome; where a wait has an end it is said in the reason."""
    wait_days = rule.wait_days
    if question.kind == "since" and rule.below is not None and size is not None and rule.verdict == "defer":
        wait_days = math.ceil(rule.below - size)
    reason = rule.reason
    if wait_days is not None:
        reason += f" Wait {wait_days} days more, until {day_words(today + timedelta(days=wait_days))} at least."
    return Outcome(
        question=question.name, answer=said, verdict=rule.verdict, reason=reason, wait_days=wait_days, grade=rule.grade, source=rule.source
    )


def _unsure(question: Question) -> Outcome | None:
    """Return what not knowing means: a doctor's letter where an answer could be grave, else care."""
    worst = max((rule.verdict for rule in question.rules), key=VERDICTS.index)
    verdict: Verdict = VERDICTS[min(VERDICTS.index(worst), VERDICTS.index("letter"))]
    who = "Ask a doctor before the first session." if verdict == "letter" else "Tell the practitioner, who looks at it first."
    return Outcome(
        question=question.name,
        answer="unsure",
        verdict=verdict,
        reason=f"This is not known. {who}",
        wait_days=None,
        grade="E",
        source="set here",
    )


def _stale(answers: Answers, today: date) -> list[Outcome]:
    """Say that answers are old."""
    days = (today - answers.answered).days
    if days <= STALE_DAYS:
        return []
    reason = f"These answers are {days} days old: ask whether anything has changed."
    return [
        Outcome(
            question="answered",
            answer=str(answers.answered),
            verdict="caution",
            reason=reason,
            wait_days=None,
            grade="E",
            source="set here",
        )
    ]
