"""Claims about screening: every row of the shipped table both ways, waits to the day, the gravest counts, all are told."""

import dataclasses
from datetime import date, timedelta

import numpy as np
import pytest

from scalp.base import BadInput
from scalp.domain.marks import Patch, ScalpMarks, Scar
from scalp.domain.screening import VERDICTS, Answer, Answers
from scalp.io.screenings import read_questionnaire
from scalp.planning.screening import screen
from tests.makers import make_design, make_head

TODAY = date(2027, 3, 1)
TABLE = read_questionnaire()
HARMLESS = {"yes-no": "no", "since": "never", "years": "40", "choice": "none"}
ROWS = [(question, rule) for question in TABLE.questions for rule in question.rules]


def answers(answered: date = TODAY, without: str = "", **said: str) -> Answers:
    """Harmless answers to every question, but for these."""
    told = {question.name: HARMLESS[question.kind] for question in TABLE.questions} | {
        key.replace("_", "-"): one for key, one in said.items()
    }
    return Answers(answered=answered, given=tuple(Answer(question=name, said=one) for name, one in told.items() if name != without))


def meeting(question, rule) -> str:
    """An answer that meets a rule and none before it."""
    if rule.answer == "since":
        return str(round(max(other.below or 0 for other in question.rules) / 30.4375 + 1, 1))
    if rule.answer is not None:
        return rule.answer
    return str(rule.below - 1) if question.kind == "years" else (TODAY - timedelta(days=rule.below - 1)).isoformat()


def test_harmless_answers_let_the_treatment_proceed():
    assert screen(answers(), TABLE, today=TODAY).verdict == "proceed"
    assert screen(answers(), TABLE, today=TODAY).outcomes == ()


@pytest.mark.parametrize(("question", "rule"), ROWS, ids=[f"{question.name}-{rule.answer or rule.below}" for question, rule in ROWS])
def test_each_row_of_the_table_bites_and_only_where_it_should(question, rule):
    found = screen(answers(**{question.name: meeting(question, rule)}), TABLE, today=TODAY)
    assert (found.verdict, [outcome.question for outcome in found.outcomes]) == (rule.verdict, [question.name])
    assert found.outcomes[0].reason.startswith(rule.reason)
    if rule.below is not None:
        at_limit = str(rule.below) if question.kind == "years" else (TODAY - timedelta(days=rule.below)).isoformat()
        beyond = screen(answers(**{question.name: at_limit}), TABLE, today=TODAY)
        assert all(outcome.verdict != rule.verdict for outcome in beyond.outcomes)


WANTED = {
    "refuse": {"age": "17", "pigment-allergy": "yes"},
    "defer": {
        "pregnant": "yes", "breastfeeding": "yes", "infection": "yes", "sunburn": "yes", "open-wounds": "yes", "skin-flare": "yes",
        "bleeding-disorder": "yes", "chemotherapy": "5", "isotretinoin": "0", "alcohol-drugs": "yes", "transplant": "5", "scar": "4",
        "laser": "2", "alopecia-areata": "changing",
    },
    "letter": {
        "blood-thinners": "yes", "diabetes": "type-1", "heart": "yes", "blood-pressure": "yes", "immune": "yes", "epilepsy": "yes",
        "hiv-hepatitis": "yes", "glaucoma": "yes", "transplant": "7", "appearance-distress": "yes",
    },
    "caution": {
        "keloids": "yes", "dark-marks": "yes", "vitiligo": "yes", "albinism": "yes", "temporary-loss": "yes", "moles": "yes",
        "photosensitisers": "yes", "blood-donor": "yes", "turned-away": "yes",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "name", "said"), [(verdict, name, said) for verdict, all_of in WANTED.items() for name, said in all_of.items()]
)
def test_the_list_of_practitioners_is_kept(verdict, name, said):
    """Stops, doctor's letters and cautions as collected in smp 1.15 and 1.18."""
    assert screen(answers(**{name: said}), TABLE, today=TODAY).verdict == verdict


def test_a_scar_of_four_months_waits_until_it_is_nine_months_old():
    made = date(2026, 11, 1)
    found = screen(answers(scar=made.isoformat()), TABLE, today=TODAY).outcomes[0]
    assert found.verdict == "defer"
    assert made + timedelta(days=273) <= TODAY + timedelta(days=found.wait_days) <= made + timedelta(days=275)
    assert "nine months" in found.reason
    assert f"Wait {found.wait_days} days more, until Mon 2 Aug 2027 at least." in found.reason


def test_laser_waits_for_ninety_days_in_all():
    found = screen(answers(laser=(TODAY - timedelta(days=31)).isoformat()), TABLE, today=TODAY)
    assert (found.verdict, found.outcomes[0].wait_days, found.wait_days) == ("defer", 59, 59)
    assert screen(answers(laser=(TODAY - timedelta(days=90)).isoformat()), TABLE, today=TODAY).verdict == "proceed"


def test_months_go_on_from_the_day_of_the_answers():
    old = answers(answered=TODAY - timedelta(days=60), transplant="4.5")
    assert screen(old, TABLE, today=TODAY - timedelta(days=60)).verdict == "defer"
    assert screen(old, TABLE, today=TODAY).verdict == "letter"


def test_of_several_answers_the_gravest_counts_and_all_are_told_in_order():
    found = screen(answers(moles="yes", heart="yes", scar="4", age="17"), TABLE, today=TODAY)
    assert found.verdict == "refuse"
    assert [outcome.question for outcome in found.outcomes] == ["age", "scar", "heart", "moles"]
    graveness = [VERDICTS.index(outcome.verdict) for outcome in found.outcomes]
    assert graveness == sorted(graveness, reverse=True)
    assert found.wait_days is None


@pytest.mark.parametrize(
    "question", [question for question in TABLE.questions if question.kind != "years"], ids=lambda question: question.name
)
def test_not_knowing_is_never_taken_for_no(question):
    found = screen(answers(**{question.name: "unsure"}), TABLE, today=TODAY)
    assert found.verdict in {"caution", "letter"}


def marked_design(**wished):
    """A design with these marks, of a client of thirty."""
    design = make_design(make_head(subdivisions_count=2))
    marks = ScalpMarks(head_digest=design.head_digest, **wished)
    return dataclasses.replace(design, marks=marks, wishes=dataclasses.replace(design.wishes, age_years=30.0))


def scar(months: float | None, relief: str = "flat") -> Scar:
    """A scar of this age."""
    return Scar(kind="fut", path_mm=np.zeros((2, 3)), width_mm=2.0, months=months, relief=relief)


def test_the_youngest_scar_of_a_design_counts_though_the_client_says_never():
    found = screen(answers(), TABLE, today=TODAY, design=marked_design(scars=(scar(30.0), scar(4.0, "raised"))))
    assert [(outcome.question, outcome.verdict) for outcome in found.outcomes] == [("scar", "defer"), ("raised-scar", "caution")]


def test_a_design_answers_what_it_knows_and_an_unknown_age_of_a_scar_asks_for_care():
    design = marked_design(scars=(scar(None),), patches=(Patch(outline_mm=np.eye(3), stable=False),))
    found = screen(answers(without="age"), TABLE, today=TODAY, design=design)
    assert {(outcome.question, outcome.verdict) for outcome in found.outcomes} == {("scar", "caution"), ("alopecia-areata", "defer")}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"without": "heart"}, "missing for heart"),
        ({"hart": "no"}, "Did you mean heart"),
        ({"heart": "maybe"}, "yes, no or unsure"),
        ({"age": "-3"}, "an age in years"),
        ({"age": "1000"}, "an age in years"),
        ({"scar": "2027-13-01"}, "months such as 4"),
        ({"scar": "2030-01-01"}, "months such as 4"),
        ({"scar": "1e9"}, "months such as 4"),
        ({"diabetes": "yes"}, "type-2-controlled"),
        ({"answered": TODAY + timedelta(days=1)}, "or before"),
    ],
)
def test_answers_that_are_missing_unknown_or_unreadable_get_a_sentence(wrong, said):
    with pytest.raises(BadInput, match=said):
        screen(answers(**wrong), TABLE, today=TODAY)


def test_a_refusal_never_repeats_what_was_answered():
    with pytest.raises(BadInput) as refusal:
        screen(answers(epilepsy="since childhood"), TABLE, today=TODAY)
    assert "childhood" not in str(refusal.value)


def test_old_answers_are_asked_again_and_another_edition_is_refused():
    old = answers(answered=TODAY - timedelta(days=91))
    assert [outcome.question for outcome in screen(old, TABLE, today=TODAY).outcomes] == ["answered"]
    with pytest.raises(BadInput, match="edition"):
        screen(dataclasses.replace(old, edition="1999-01"), TABLE, today=TODAY)
