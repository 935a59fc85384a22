"""`smp calendar` and `smp screen`: what a person types, what lies there afterwards, and what is refused in a sentence."""

import dataclasses
import json
from datetime import date, timedelta

import numpy as np
import pytest
from icalendar import Calendar

from scalp.domain.marks import ScalpMarks, Scar
from scalp.io.bookings import read_booking
from scalp.io.designs import write_design
from scalp.io.plans import write_plan
from tests.makers import make_design, make_head, make_plan

START = date.today() + timedelta(days=30)  # noqa: DTZ011 - the command's own day
DESIGN = make_design(make_head(subdivisions_count=2))
DESIGN = dataclasses.replace(DESIGN, wishes=dataclasses.replace(DESIGN.wishes, note="for Alex Example"))


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """A folder with a plan and a clinic that is open every day, where we stand."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan").mkdir()
    write_plan(make_plan(DESIGN, start=START), tmp_path / "plan")
    write_design(DESIGN, tmp_path / "plan")
    days = "\n".join(f'{day} = "09:00-18:00"' for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    head = 'schema = "smp-clinic"\nversion = 1\nname = "Clinic"\ntime_zone = "Europe/Berlin"\n'
    (tmp_path / "clinic.toml").write_text(f"{head}[hours]\n{days}\n")
    return tmp_path


def starts_of(result) -> list[date]:
    """The days in the answer of the command."""
    return [date.fromisoformat(one["starts"][:10]) for one in json.loads(result.output)["appointments"]]


def test_a_plan_becomes_a_booking_a_calendar_and_a_sheet_of_months(smp, planned):
    result = smp("calendar", "plan", "--clinic", "clinic.toml", "--aftercare", "--json")
    assert result.exit_code == 0, result.output
    assert starts_of(result) == [START + timedelta(days=days) for days in (0, 12, 24)]
    assert {"booking.json", "calendar.ics", "months.png"} <= {place.name for place in (planned / "calendar").iterdir()}
    events = Calendar.from_ical((planned / "calendar" / "calendar.ics").read_bytes()).walk("VEVENT")
    assert len(events) > 10


def test_nobody_is_named_in_what_is_written(smp, planned):
    smp("calendar", "plan", "--clinic", "clinic.toml", "--off", f"client:{START + timedelta(days=1)}", "--aftercare")
    written = b"".join(place.read_bytes() for place in (planned / "calendar").iterdir())
    assert b"Alex" not in written
    assert b"micropigmentation" not in (planned / "calendar" / "calendar.ics").read_bytes()


def test_one_session_of_a_booking_is_moved_and_the_later_one_follows(smp, planned):
    smp("calendar", "plan", "--clinic", "clinic.toml")
    to = START + timedelta(days=40)
    result = smp("calendar", "plan", "--booking", "calendar/booking.json", "--move", f"2={to}T14:30", "--json")
    assert starts_of(result) == [START, to, to + timedelta(days=12)]
    kept = read_booking(planned / "calendar")
    assert (kept.sequence, kept.appointments[1].starts.hour) == (1, 14)


def test_day_5_is_refused_and_the_older_booking_stays(smp, planned):
    smp("calendar", "plan", "--clinic", "clinic.toml")
    before = (planned / "calendar" / "booking.json").read_bytes()
    result = smp("calendar", "plan", "--booking", "calendar/booking.json", "--move", f"2={START + timedelta(days=5)}")
    assert result.exit_code == 2
    assert "Day 5 is too early: skin closes in 7 to 10 days" in result.output
    assert (planned / "calendar" / "booking.json").read_bytes() == before


def test_scabs_put_the_next_session_off_and_clear_skin_lets_it_be_moved(smp, planned):
    smp("calendar", "plan", "--clinic", "clinic.toml")
    booked = ("calendar", "plan", "--booking", "calendar/booking.json", "--json")
    assert starts_of(smp(*booked, "--scab", f"1={START + timedelta(days=10)}"))[1] == START + timedelta(days=17)
    clear = ("--clear", f"1={START + timedelta(days=11)}", "--move", f"2={START + timedelta(days=13)}")
    assert starts_of(smp(*booked, *clear))[1] == START + timedelta(days=13)


def test_the_calendar_alone_is_written_where_the_name_says_so(smp, planned):
    assert smp("calendar", "plan", "--clinic", "clinic.toml", "--out", "mine.ics", "--quiet").exit_code == 0
    assert (planned / "mine.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert not (planned / "calendar").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--off", "client:2027-01-10..2027-01-03"), "last day not before the first"),
        (("--off", "dog:2027-01-03"), "client:2027-01-03..2027-01-10"),
        (("--off", "client:soon"), "client:2027-01-03..2027-01-10"),
        (("--move", "two=2027-02-01"), "2=2027-02-01"),
        (("--move", "2=2027-02-31"), "2=2027-02-01"),
        (("--move", f"7={START}"), "1 to 3"),
        (("--move", f"2={START}T10:00+02:00"), "without a time zone"),
        (("--between", "10:00-16:00+02:00"), "clock of the clinic"),
        (("--scab", "1=9999-12-31"), "day of the report"),
        (("--move", "2=2001-01-01"), "in the past"),
        (("--move", "2=2199-01-01"), "very far ahead"),
        (("--scab", "1=yesterday-1"), "1=2027-01-20"),
        (("--scab", "1=2001-01-01"), "the day of the session"),
        (("--weekdays", "mon"), "monday"),
        (("--between", "16-10"), "16:00 to 10:00"),
        (("--between", "noon"), "10:00-16:30"),
        (("--first", "2001-01-01"), "in the past"),
        (("--clinic", "nowhere.toml"), "nowhere.toml"),
        (("--booking", "nowhere.json", "--first", "2027-02-01"), "Leave one out"),
        (("--booking", "nowhere.json"), "nowhere.json"),
        (("--answers", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_a_mistake_is_a_sentence_and_nothing_is_written(smp, planned, words, said):
    before = sorted(place.name for place in planned.iterdir())
    base = () if "--booking" in words or "--clinic" in words else ("--clinic", "clinic.toml")
    result = smp("calendar", "plan", *base, *words)
    assert (result.exit_code, said in result.output) == (2, True), result.output
    assert "Traceback" not in result.output
    assert sorted(place.name for place in planned.iterdir()) == before


HARMLESS = {"age": "40"} | dict.fromkeys(("chemotherapy", "isotretinoin", "transplant", "scar", "laser"), "never")
HARMLESS |= dict.fromkeys(("diabetes", "alopecia-areata"), "none")


def fill(place, **said):
    """Write the blank questions with harmless answers, but for these."""
    told = HARMLESS | said
    lines = place.read_text().splitlines()
    names = [line.split(" = ")[0] if line.endswith('= ""') else None for line in lines]
    filled = [f'{name} = "{told.get(name, "no")}"' if name else line for name, line in zip(names, lines, strict=True)]
    place.write_text("\n".join(filled))


def test_the_questions_are_written_filled_in_and_judged(smp, planned):
    assert smp("screen", "--questions", "--out", "answers.toml").exit_code == 0
    fill(planned / "answers.toml")
    assert json.loads(smp("screen", "answers.toml", "--json").output)["verdict"] == "proceed"
    smp("screen", "--questions", "--out", "other.toml")
    fill(planned / "other.toml", scar="4")
    found = json.loads(smp("screen", "other.toml", "--json").output)
    assert (found["verdict"], found["outcomes"][0]["question"]) == ("defer", "scar")
    assert 150 <= found["wait_days"] <= 154
    booked = smp("calendar", "plan", "--clinic", "clinic.toml", "--answers", "other.toml", "--json")
    assert starts_of(booked)[0] == date.today() + timedelta(days=found["wait_days"])  # noqa: DTZ011 - the command's own day


def test_filled_in_questions_are_never_written_over_and_empty_ones_are_asked_for(smp, planned):
    smp("screen", "--questions", "--out", "answers.toml")
    before = (planned / "answers.toml").read_text()
    assert smp("screen", "--questions", "--out", "answers.toml").exit_code == 2
    assert (planned / "answers.toml").read_text() == before
    assert "empty" in smp("screen", "answers.toml").output
    assert smp("screen").exit_code == 2
    assert smp("screen", "answers.toml", "--questions").exit_code == 2


def test_a_plan_whose_days_have_passed_is_booked_once_a_later_first_day_is_named(smp, planned):
    write_plan(make_plan(DESIGN, start=date(2024, 3, 4)), planned / "plan")
    refused = smp("calendar", "plan", "--clinic", "clinic.toml")
    assert refused.exit_code == 2
    assert "the first day of the plan is Mon 4 Mar 2024, in the past" in refused.output
    assert starts_of(smp("calendar", "plan", "--clinic", "clinic.toml", "--first", str(START), "--json"))[0] == START


def test_what_a_design_knows_is_screened_with_the_answers(smp, planned):
    smp("screen", "--questions", "--out", "answers.toml")
    fill(planned / "answers.toml")
    scar = Scar(kind="fut", path_mm=np.array([[0.0, 80.0, -90.0], [20.0, 80.0, -88.0]]), width_mm=2.0, months=4.0)
    marks = ScalpMarks(head_digest=DESIGN.head_digest, scars=(scar,))
    write_design(dataclasses.replace(DESIGN, marks=marks), planned / "plan")
    found = json.loads(smp("screen", "answers.toml", "--design", "plan", "--json").output)
    assert [(one["question"], one["verdict"]) for one in found["outcomes"]] == [("scar", "defer")]
