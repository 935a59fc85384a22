"""The table of what it takes to undo a treatment."""

from pathlib import Path

import pytest

from scalp.base import BadInput, BadTable
from scalp.io.undoing import read_undoing


def test_the_shipped_facts_are_those_of_the_notes() -> None:
    """90 days after a laser, one to three laser sessions, up to 5 and 20 % of roots, residue two to three years (A to C, smp 1.13-1.14)."""
    undoing = read_undoing()
    assert undoing.fact("permanent_after_laser_days").amount.low == 90
    assert (undoing.fact("permanent_laser_sessions").amount.low, undoing.fact("permanent_laser_sessions").amount.high) == (1, 3)
    assert undoing.fact("permanent_own_follicles_percent").amount.high == 5
    assert undoing.fact("permanent_transplanted_follicles_percent").amount.high == 20
    assert (undoing.fact("trial_residue_months").amount.low, undoing.fact("trial_residue_months").amount.high) == (24, 36)


def test_every_fact_has_a_grade_a_source_and_a_sentence_and_belongs_to_trial_or_permanent() -> None:
    """What is said of a trial is not said of permanent pigment."""
    undoing = read_undoing()
    assert all(fact.source and fact.sentence.endswith(".") for fact in undoing.facts)
    trial, permanent = undoing.sentences(temporary=True), undoing.sentences(temporary=False)
    assert len(trial) + len(permanent) == len(undoing.facts)
    assert trial
    assert len(permanent) > len(trial)
    with pytest.raises(BadInput, match="permanent_laser_sessions"):
        undoing.fact("magic")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "columns"),
        ("name,low\nx,1\n", "columns"),
        ("name,low,expected,high,unit,grade,source,sentence\nx,1,2\n", "columns"),
        ("name,low,expected,high,unit,grade,source,sentence\nx,a,b,c,d,A,f,g\n", "words for numbers"),
        ("name,low,expected,high,unit,grade,source,sentence\nx,1,2,3,days,A,f,g.\n", "without permanent_after_laser_days"),
    ],
)
def test_tables_that_are_none_are_refused_in_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    """Each with what to do."""
    (tmp_path / "own.csv").write_text(text)
    with pytest.raises(BadTable, match=words):
        read_undoing(tmp_path / "own.csv")
