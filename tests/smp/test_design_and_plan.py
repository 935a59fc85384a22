"""`smp design` and `smp plan`: what a person types, what lies there afterwards, and what is refused with nothing half-written."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from scalp.domain.design import ANCHOR_NAMES
from scalp.domain.rules import SEVERITIES, Objection, Rule
from scalp.domain.stored import StoredHead
from scalp.io.designs import read_design
from scalp.io.heads import write_head
from scalp.io.plans import read_plan
from smp.drawing import MOST_LINES, against_blocks
from smp.main import application
from tests.makers import make_head, make_skin

HEAD = make_head(subdivisions_count=5)


OTHER = make_head(subdivisions_count=3)


@pytest.fixture(scope="module")
def designed(tmp_path_factory) -> Path:
    """A folder with two stored heads and a design of the first, made once."""
    place = tmp_path_factory.mktemp("designed")
    for name, head in (("head", HEAD), ("other", OTHER)):
        (place / name).mkdir()
        write_head(StoredHead(head=head, skin=make_skin()), place / name)
    answer = CliRunner().invoke(application, ["design", str(place / "head"), "--norwood", "6", "--out", str(place / "design")])
    assert answer.exit_code == 0, answer.output
    return place


@pytest.fixture
def place(tmp_path, monkeypatch, designed) -> Path:
    """The same in a folder of our own, where we stand."""
    shutil.copytree(designed, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def told(result) -> dict:
    """What a command answered as JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_head_becomes_a_design_with_zones_that_add_up(smp, place):
    answer = told(smp("design", "head", "--norwood", "6", "--out", "again", "--json"))
    design = read_design(place / "again")
    assert design == read_design(place / "design")
    assert design.head_digest == HEAD.digest
    assert answer["impressions_count"] == sum(zone["impressions_count"] for zone in answer["zones"])
    assert {file.name for file in (place / "again").iterdir()} >= {"design.json", "design.npz", "map.png"}


def test_an_anchor_moves_by_the_millimetres_that_were_typed(smp, place):
    line = read_design(place / "design").hairline
    first = {name: np.round(line.anchor_mm(name), 2).tolist() for name in ANCHOR_NAMES}
    second = told(smp("design", "head", "--norwood", "6", "--move", "left_frontotemporal=0,4", "--out", "moved", "--json"))["anchors_mm"]
    moved = np.linalg.norm(np.subtract(first["left_frontotemporal"], second["left_frontotemporal"]))
    assert 3.6 < moved < 4.2
    assert first["right_frontotemporal"] == second["right_frontotemporal"]


def test_a_straight_line_at_50_mm_on_a_man_of_45_is_questioned_and_the_nearest_is_taken_where_asked(smp, place):
    words = ("design", "head", "--style", "straight", "--height-mm", "50", "--age", "45", "--norwood", "6", "--json")
    asked = told(smp(*words))
    questioned = {one["rule"] for one in asked["objections"] if one["severity"] == "question"}
    assert {"height-for-age", "natural-height"} <= questioned
    accepted = told(smp(*words, "--accept", "--out", "accepted"))
    assert not [one for one in accepted["objections"] if one["severity"] == "question"]
    assert any(change.startswith("height: 50.0 mm") for change in accepted["changed"])


def test_a_design_becomes_a_plan_that_holds_the_design(smp, place):
    answer = told(smp("plan", "design", "--impressions", "--json"))
    plan, design = read_plan(place / "plan"), read_design(place / "plan")
    assert plan.design_digest == design.digest
    assert answer["impressions_count"] == sum(work["impressions_count"] for session in answer["sessions"] for work in session["works"])
    assert pq.read_table(place / "plan" / "impressions.parquet").num_rows == answer["impressions_count"]


def test_a_trial_becomes_permanent_with_its_history_once_it_has_been_seen(smp, place):
    trial = told(smp("plan", "design", "--temporary", "--out", "trial", "--json"))
    later = date.today() + timedelta(days=150)  # noqa: DTZ011 - the command's own day
    kept = told(smp("plan", "design", "--from-trial", "trial", "--start", later.isoformat(), "--json"))
    assert kept["history"][0]["plan"] == trial["digest"]
    assert not kept["trial"]
    soon = smp("plan", "design", "--from-trial", "trial", "--out", "soon")
    assert soon.exit_code == 2
    assert not (place / "soon").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("design", "nowhere"), "not there"),
        (("design", "head", "--move", "nose=1,2"), "anchor is nose"),
        (("design", "head", "--move", "mid_frontal=up"), "ANCHOR=LEFT,UP"),
        (("design", "head", "--move", "mid_frontal=0,nan"), "up to 60 mm"),
        (("design", "head", "--zone", "beard=20"), "zone is beard"),
        (("design", "head", "--zone", "crown=many"), "ZONE=DENSITY"),
        (("design", "head", "--zone", "crown=80", "--zone", "crown=90"), "named twice"),
        (("design", "head", "--note", "x" * 2001), "at most 2,000"),
        (("design", "head", "--line", "none.json"), "not there"),
        (("design", "head", "--ludwig", "2", "--norwood", "5"), "without norwood"),
        (("design", "head", "--age", "17"), "18 to 110"),
        (("plan", "nowhere"), "not there"),
        (("plan", "design", "--start", "2020-01-01"), "still to come"),
        (("plan", "design", "--gap-days", "5"), "7 to 90"),
        (("plan", "design", "--lot", "A1"), "--brand and --lot together"),
        (("plan", "design", "--brand", "B", "--lot", "1", "--expires", "2020-01-01"), "expired"),
        (("plan", "design", "--head", "other"), "not the one"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(smp, place, words, said):
    result = smp(*words, *(() if "--out" in words else ("--out", "made")))
    assert result.exit_code == 2, result.output
    assert said in result.output.replace("\n", " ")
    assert not (place / "made").exists()


def test_a_drawn_line_of_another_head_and_one_of_unknown_words_are_refused(smp, place):
    line = {"schema": "smp-line", "version": 1, "points_mm": [[0.0, 90.0, 60.0], [10.0, 90.0, 60.0]]}
    (place / "line.json").write_text(json.dumps(line | {"head_digest": "0" * 32}))
    assert "another head" in smp("design", "head", "--line", "line.json").output.replace("\n", " ")
    (place / "line.json").write_text(json.dumps(line | {"colour": "red"}))
    assert "colour" in smp("design", "head", "--line", "line.json").output
    marks = {"schema": "smp-marks", "version": 1, "keep_away": [{"kind": "mole", "place_mm": [0, 0, 0], "radius": 3}]}
    (place / "marks.json").write_text(json.dumps(marks))
    assert "'radius'" in smp("design", "head", "--marks", "marks.json").output


def test_a_mole_told_in_a_marks_file_stays_free(smp, place):
    top = HEAD.surface.vertices_mm[np.argmax(HEAD.surface.vertices_mm[:, 1])].tolist()
    marks = {"schema": "smp-marks", "version": 1, "keep_away": [{"kind": "mole", "place_mm": top, "radius_mm": 4.0}]}
    (place / "marks.json").write_text(json.dumps(marks))
    told(smp("design", "head", "--norwood", "6", "--marks", "marks.json", "--out", "marked", "--json"))
    told(smp("plan", "marked", "--impressions", "--json"))
    table = pq.read_table(place / "plan" / "impressions.parquet").to_pydict()
    places = np.column_stack([table[name] for name in ("x_mm", "y_mm", "z_mm")])
    assert np.linalg.norm(places - top, axis=1).min() > 3.9


def test_marks_can_be_read_off_the_grid_of_the_map(smp, place):
    marks = {
        "schema": "smp-marks",
        "version": 1,
        "keep_away": [{"kind": "mole", "place_over_mm": [130, 20], "radius_mm": 3}],
        "scars": [{"kind": "injury", "path_over_mm": [[160, -30], [160, 10]], "width_mm": 3, "months": 24}],
    }
    (place / "marks.json").write_text(json.dumps(marks))
    answer = told(smp("design", "head", "--norwood", "6", "--marks", "marks.json", "--out", "marked", "--json"))
    assert "scar" in {zone["name"] for zone in answer["zones"]}
    kept = read_design(place / "marked").keep_away[0].place_mm
    assert kept[0] > 10.0
    marks["keep_away"][0]["place_over_mm"] = [130, 20, 5]
    (place / "marks.json").write_text(json.dumps(marks))
    assert "mm along and mm aside" in smp("design", "head", "--marks", "marks.json").output.replace("\n", " ")


def test_a_view_is_of_a_photo_or_a_plan_or_the_demo_and_a_plan_decides_its_own_words(smp, place):
    told(smp("plan", "design", "--json"))
    for words, said in (
        (("--plan", "plan", "--demo"), "given with --plan"),
        (("--plan", "plan", "--norwood", "5"), "norwood is given with --plan"),
        (("--plan", "design"), "plan.json"),
        (("--plan", "plan", "--head", "other"), "not the one"),
    ):
        result = smp("view", *words, "--out", "made")
        assert result.exit_code == 2, result.output
        assert said in result.output.replace("\n", " ")
        assert not (place / "made").exists()


def test_a_sheet_says_the_gravest_of_very_many_findings_and_where_the_rest_are():
    """139 findings on 5,000 marked places once made a sheet too tall to be a picture."""
    rule = Rule(name="place", severity=SEVERITIES[0], asks="A free place.", reason="Because.", grade="C", source="smp 1.1")
    told = tuple(Objection(rule=rule, found=f"place {number}", allowed="none", nearest="Move it.") for number in range(139))
    block = against_blocks(told, ())[0]
    assert len(block.lines) == MOST_LINES + 1
    assert block.lines[0] == told[0].sentence()
    assert block.lines[-1].startswith(f"{139 - MOST_LINES} more: design.json")
    assert against_blocks(told[:3], ())[0].lines == tuple(one.sentence() for one in told[:3])
