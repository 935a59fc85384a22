"""Claims about the tables a clinic edits: clinic, aftercare, questionnaire and answers; every mistake gets a sentence that names it."""

import re
from datetime import date, time
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import ScalpError
from scalp.domain.booking import WEEKDAYS
from scalp.domain.rules import GRADES
from scalp.io.aftercare import read_aftercare
from scalp.io.clinics import read_clinic
from scalp.io.screenings import blank_answers, read_answers, read_questionnaire

SHIPPED = {
    name: (resources.files("scalp.tables") / name).read_text("utf-8") for name in ("clinic.toml", "aftercare.toml", "screening.toml")
}
READERS = {"clinic.toml": read_clinic, "aftercare.toml": read_aftercare, "screening.toml": read_questionnaire}
TODAY = date(2027, 3, 1)


def test_the_shipped_clinic_says_what_its_file_says():
    clinic, booking = read_clinic()
    assert {hours.weekday for hours in clinic.hours} == set(WEEKDAYS[:6])
    assert (clinic.time_zone, clinic.country, clinic.buffer_minutes) == ("America/New_York", "US", 15)
    assert (clinic.lunch_starts, clinic.lunch_ends) == (time(13), time(13, 30))
    assert (booking.least_gap_days, booking.most_gap_days, booking.last_most_gap_days) == (10, 14, 28)


def test_a_clinic_may_open_twice_a_day_and_have_days_off(tmp_path):
    place = tmp_path / "mine.toml"
    text = SHIPPED["clinic.toml"].replace('monday = "09:00-18:00"', 'monday = ["9:00-12:00", "14:00-18:00"]')
    place.write_text(text + '\n[[off]]\nwho = "practitioner"\nfirst = 2027-08-01\nlast = 2027-08-14\n[[off]]\nfirst = 2027-12-24\n')
    clinic, _ = read_clinic(place)
    assert [(hours.opens, hours.closes) for hours in clinic.hours if hours.weekday == "monday"] == [
        (time(9), time(12)),
        (time(14), time(18)),
    ]
    assert [(off.who, off.first, off.last) for off in clinic.times_off] == [
        ("practitioner", date(2027, 8, 1), date(2027, 8, 14)),
        ("clinic", date(2027, 12, 24), date(2027, 12, 24)),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("clinic.toml", "version = 1", "version = 2", "Update smp"),
        ("clinic.toml", '"smp-clinic"', '"smp-price-list"', 'schema = "smp-clinic"'),
        ("clinic.toml", "America/New_York", "America/New_Yrok", "Did you mean America/New_York"),
        ("clinic.toml", "monday = ", "mondai = ", "naming the weekday 'mondai'"),
        ("clinic.toml", "09:00-18:00", "18:00-09:00", "opening before closing"),
        ("clinic.toml", "09:00-18:00", "9 to 18", "two times such as 09:00-18:00"),
        ("clinic.toml", "buffer_minutes = 15", 'buffer_minutes = "15"', "a whole number"),
        ("clinic.toml", "buffer_minutes = 15", "buffer_minutes = true", "a whole number"),
        ("clinic.toml", "buffer_minutes", "bufer_minutes", "bufer_minutes"),
        ("clinic.toml", "least_gap_days = 10", "least_gap_days = 5", "7 to 90"),
        ("clinic.toml", 'lunch = "13:00-13:30"', 'lunch = "13:00"', "two times"),
        ("clinic.toml", 'name = "Clinic"', "", "without name"),
        ("clinic.toml", "[hours]", "[hours", "not TOML"),
        ("aftercare.toml", "from_day = 4", "from_day = 9", "in order"),
        ("aftercare.toml", "from_day = 4", "from_day = 4.5", "a whole number"),
        ("aftercare.toml", 'title = "Water only"', "title = 3", "words in quotes"),
        ("screening.toml", 'verdict = "refuse"', 'verdict = "no"', "a verdict of"),
        ("screening.toml", 'kind = "years"', 'kind = "ages"', "kind of"),
        ("screening.toml", 'answer = "yes"', 'answer = "si"', "'si'"),
        ("screening.toml", 'name = "pregnant"', 'name = "age"', "age twice"),
        ("screening.toml", "below = 18,", "", "an answer or a limit"),
    ],
)
def test_every_mistake_in_a_table_gets_a_sentence(tmp_path, name, old, new, said):
    place = tmp_path / name
    assert old in SHIPPED[name]
    place.write_text(SHIPPED[name].replace(old, new, 1))
    with pytest.raises(ScalpError, match=re.escape(said)):
        READERS[name](place)


@given(st.sampled_from(sorted(SHIPPED)), st.integers(0, 6000), st.integers(0, 40), st.text(max_size=12))
@settings(max_examples=150, deadline=None)
def test_a_damaged_table_is_read_or_refused_and_never_fails_otherwise(tmp_path_factory, name, at, cut, put):
    text = SHIPPED[name]
    place = tmp_path_factory.mktemp("damaged") / name
    place.write_text(text[:at] + put + text[at + cut :], encoding="utf-8", errors="replace")
    try:
        found = READERS[name](place)
    except ScalpError as fault:
        found = str(fault)
    assert found


def test_every_row_of_the_shipped_tables_says_its_grade_and_source():
    rows = [rule for question in read_questionnaire().questions for rule in question.rules] + list(read_aftercare().steps)
    assert all(row.grade in GRADES and len(row.source) > 3 for row in rows)


def test_the_blank_questions_are_a_file_that_asks_all_and_is_read_once_it_is_filled_in(tmp_path):
    questionnaire = read_questionnaire()
    blank = blank_answers(questionnaire)
    assert all(question.asks in blank for question in questionnaire.questions)
    place = tmp_path / "answers.toml"
    place.write_text(blank)
    with pytest.raises(ScalpError, match="empty"):
        read_answers(place, today=TODAY)
    place.write_text(re.sub(r'= ""', '= "unsure"', blank))
    answers = read_answers(place, today=TODAY)
    assert [answer.question for answer in answers.given] == [question.name for question in questionnaire.questions]
    assert (answers.answered, answers.edition) == (TODAY, questionnaire.edition)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"answers": {"age": 40, "heart": false, "scar": 4.5}}', {"age": "40", "heart": "no", "scar": "4.5"}),
        ("answered = 2027-02-01\n[answers]\nmoles = true\nscar = 2026-09-30", {"moles": "yes", "scar": "2026-09-30"}),
    ],
)
def test_answers_are_read_from_json_and_toml_alike(tmp_path, text, said):
    place = tmp_path / "answers"
    place.write_text(text)
    assert {answer.question: answer.said for answer in read_answers(place, today=TODAY).given} == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"answers": []}',
        '{"answers": {"age": [40]}}',
        '{"answers": {"age": 40, "age": 41}}',
        '{"answers": {}, "name": "x"}',
        '{"answers": {}, "edition": 3}',
        '{"schema": "smp-plan", "answers": {}}',
        '{"version": 2, "answers": {}}',
        'answered = "soon"\n[answers]',
        "[answers",
    ],
)
def test_what_is_no_file_of_answers_is_refused_in_a_sentence(tmp_path, text):
    place = tmp_path / "answers"
    place.write_text(text)
    with pytest.raises(ScalpError):
        read_answers(place, today=TODAY)


def test_an_aftercare_of_thousands_of_steps_is_refused_before_it_is_drawn(tmp_path):
    step = '\n[[step]]\nfrom_day = 1\nto_day = 2\nrules = ["Wait."]\n'
    (tmp_path / "mine.toml").write_text(SHIPPED["aftercare.toml"] + step * 8_000)
    with pytest.raises(ScalpError, match=r"8,0.. steps; allowed: at most 100"):
        read_aftercare(tmp_path / "mine.toml")
