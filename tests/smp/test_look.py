"""`smp look` from the photo to the files, on a head that needs no model."""

import json

import cv2
import numpy as np
import pytest

from scalp.io.cache import photo_cache_folder
from scalp.io.photos import read_photo
from scalp.io.treatments import read_treatment


@pytest.fixture(scope="module")
def whole(sitter, tmp_path_factory):
    """Run the whole course once and return the run and its folder."""
    from typer.testing import CliRunner

    from smp.main import application

    out = tmp_path_factory.mktemp("looks") / "look"
    words = ["look", sitter / "head.png", "--points", sitter / "points.json", "--out", out, "--format", "png", "--film", "gif"]
    result = CliRunner().invoke(application, [str(word) for word in [*words, "--start", "2090-01-04", "--json"]])
    return result, out


def test_the_course_writes_its_looks_with_before_and_band_a_sheet_a_film_and_the_plan(whole):
    result, out = whole
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    wanted = {
        "before.png",
        "session-1.png",
        "session-2.png",
        "session-3.png",
        "healed.png",
        "year-5.png",
        "year-10.png",
        "year-10-low.png",
        "year-10-high.png",
        "sheet.png",
        "film.gif",
        "treatment.json",
    }
    assert set(told["files"]) == wanted
    assert wanted == {entry.name for entry in out.iterdir() if not entry.name.startswith(".")}


def test_a_look_is_for_its_owner_alone_to_read(whole):
    _, out = whole
    assert {entry.stat().st_mode & 0o077 for entry in [out, *out.iterdir()]} == {0}


def test_each_look_has_the_photos_size_and_changes_only_the_scalp(whole, sitter):
    _, out = whole
    before = read_photo(sitter / "head.png").pixels
    for name in ("session-1", "session-3", "healed", "year-10"):
        after = read_photo(out / f"{name}.png").pixels
        assert after.shape == before.shape
        changed = (after != before).any(axis=2)
        assert 0.005 < changed.mean() < 0.4
        assert not changed[before.shape[0] // 2 :].any(), "the lower half of the picture holds face and neck"


def test_the_treatment_gets_denser_session_by_session_then_heals_and_fades(whole, sitter):
    _, out = whole
    before = read_photo(sitter / "head.png").rgb_linear()
    reached = read_photo(out / "session-3.png").pixels != read_photo(sitter / "head.png").pixels

    def darkness(name):
        return float((before - read_photo(out / f"{name}.png").rgb_linear())[reached.any(axis=2)][:, 1].mean())

    sessions = [darkness(f"session-{number}") for number in (1, 2, 3)]
    later = [darkness(name) for name in ("healed", "year-5", "year-10")]
    assert sessions[0] < sessions[1] < sessions[2]
    assert sessions[2] > later[0] > later[1] > later[2] > 0


def test_the_plan_is_data_that_reads_back(whole):
    result, out = whole
    record = read_treatment(out / "treatment.json")
    told = json.loads(result.stdout)["courses"]["natural"]
    assert record.impressions_count == told["impressions_count"] == sum(one["impressions_count"] for one in told["sessions"])
    assert [one["day"] for one in told["sessions"]] == ["2090-01-04", "2090-01-16", "2090-01-28"]
    assert record.plan.sessions[0].number == 1


def test_the_sheet_is_a_picture_and_the_film_moves(whole):
    _, out = whole
    assert cv2.imread(str(out / "sheet.png")).shape[1] >= 2000
    seen, frames = cv2.imreadmulti(str(out / "film.gif"))
    if seen:
        assert len(frames) > 10
    assert (out / "film.gif").stat().st_size > 20_000


def test_the_same_words_give_the_same_pictures(sitter, smp, whole, tmp_path):
    _, first = whole
    again = tmp_path / "again"
    words = ("--points", sitter / "points.json", "--format", "png", "--film", "none", "--start", "2090-01-04")
    assert smp("look", sitter / "head.png", *words, "--out", again).exit_code == 0
    for name in ("session-1.png", "healed.png"):
        assert (again / name).read_bytes() == (first / name).read_bytes()


def test_several_styles_come_side_by_side(sitter, smp, tmp_path):
    out = tmp_path / "compared"
    words = ("--points", sitter / "points.json", "--compare", "natural,receded", "--out", out, "--json")
    result = smp("look", sitter / "head.png", *words)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["courses"]
    assert told["receded"]["hairline_height_mm"] > told["natural"]["hairline_height_mm"]
    assert (out / "sheet.png").exists()
    natural, receded = (read_photo(out / name / "healed.jpg").pixels for name in ("natural", "receded"))
    assert (natural != receded).any()


def test_the_trial_treatment_is_shown_by_months(sitter, smp, tmp_path):
    out = tmp_path / "trial"
    words = ("--points", sitter / "points.json", "--temporary", "--film", "none", "--format", "png", "--out", out, "--json")
    result = smp("look", sitter / "head.png", *words)
    assert result.exit_code == 0, result.output
    assert {"month-6.png", "month-12.png", "month-18.png"} <= set(json.loads(result.stdout)["files"])
    before = read_photo(sitter / "head.png").rgb_linear()
    healed, late = ((before - read_photo(out / f"{name}.png").rgb_linear()).sum() for name in ("healed", "month-18"))
    assert 0 <= late < 0.4 * healed


def test_an_older_result_is_replaced_and_others_files_are_not(sitter, smp, tmp_path):
    out = tmp_path / "mine"
    words = ("look", sitter / "head.png", "--points", sitter / "points.json", "--compare", "60,70", "--out", out)
    assert smp(*words).exit_code == 0
    assert smp(*words).exit_code == 0
    (out / "letter.txt").write_text("keep me")
    refused = smp(*words)
    assert refused.exit_code == 2
    assert (out / "letter.txt").read_text() == "keep me"


def test_looks_do_not_touch_the_background(whole, sitter):
    _, out = whole
    before, after = read_photo(sitter / "head.png").pixels, read_photo(out / "healed.png").pixels
    edge = np.ones(before.shape[:2], bool)
    edge[20:-20, 90:-90] = False
    assert (before[edge] == after[edge]).all()


def test_what_is_kept_of_a_photo_gives_the_same_look_and_is_forgotten_when_asked(sitter, smp, tmp_path):
    photo, points = sitter / "head.png", sitter / "points.json"
    words = ("--points", points, "--compare", "66,70", "--format", "png")
    assert smp("look", photo, *words, "--out", tmp_path / "first").exit_code == 0
    kept = photo_cache_folder(read_photo(photo).digest)
    assert {entry.stat().st_mode & 0o077 for entry in kept.iterdir()} == {0}
    assert smp("look", photo, *words, "--out", tmp_path / "second").exit_code == 0
    first, second = ((tmp_path / name / "66-mm" / "healed.png").read_bytes() for name in ("first", "second"))
    assert first == second
    told = smp("look", photo, "--forget", "--json")
    assert json.loads(told.stdout) == {"forgotten": True}
    assert not kept.exists()
