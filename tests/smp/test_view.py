"""`smp view`: what it writes, and every mistake in its words as one sentence with nothing half-written."""

import json
from itertools import pairwise

import cv2
import numpy as np
import pytest

from scalp.base import NotPossible
from scalp.io.assets import makehuman_folder


@pytest.fixture(scope="module")
def makehuman():
    try:
        return makehuman_folder()
    except NotPossible as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def seen(makehuman, sitter, tmp_path_factory):
    """Run the command once with all that it can write, small."""
    from typer.testing import CliRunner

    import smp.viewing
    from smp.main import application

    out = tmp_path_factory.mktemp("views") / "view"
    usual = smp.viewing.FRAME_PX, smp.viewing.CLOSE_PX
    smp.viewing.FRAME_PX, smp.viewing.CLOSE_PX = (180, 240), (320, 240)
    words = ["view", sitter / "head.png", "--points", sitter / "points.json", "--out", out, "--pose", "left,95/40", "--width", "240"]
    words += ["--distance", "0.3,3", "--turntable", "--frames", "8", "--film", "gif", "--format", "png", "--json"]
    try:
        result = CliRunner().invoke(application, [str(word) for word in words])
    finally:
        smp.viewing.FRAME_PX, smp.viewing.CLOSE_PX = usual
    return result, out


def test_views_a_sheet_distances_and_a_turntable_are_written(seen):
    result, out = seen
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    wanted = {"view-left.png", "view-95-40.png", "sheet.png", "seen.png", "turntable.gif", "turntable.png"}
    assert set(told["files"]) == wanted
    assert wanted == {entry.name for entry in out.iterdir() if not entry.name.startswith(".")}
    assert [view["azimuth_degrees"] for view in told["views"]] == [90.0, 95.0]
    assert told["views"][1]["elevation_degrees"] == 40.0


def test_a_view_has_the_size_asked_for_and_shows_a_lit_head_before_a_wall(seen):
    picture = cv2.imread(str(seen[1] / "view-left.png"))
    assert picture.shape == (320, 240, 3)
    middle, corner = picture[100:220, 80:160], picture[:30, :30]
    assert middle.mean() > 1.4 * corner.mean()
    red_over_blue = middle[..., 2].astype(float).mean() / middle[..., 0].mean()
    assert red_over_blue > 1.2


def test_what_no_photo_saw_is_told_of_each_view(seen):
    doubts = json.loads(seen[0].stdout)["doubts"]
    assert {"view left", "view 95/40"} <= {doubt["where"] for doubt in doubts if doubt["kind"] == "unseen"}
    assert any("neutral man" in doubt["size"] for doubt in doubts)


def test_the_turntable_turns(seen):
    film = cv2.VideoCapture(str(seen[1] / "turntable.gif"))
    frames = []
    while True:
        there, frame = film.read()
        if not there:
            break
        frames.append(frame.astype(float))
    assert len(frames) == 8
    steps = [np.abs(one - next_one).mean() for one, next_one in pairwise(frames)]
    assert min(steps) > 2.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pose", "sideways"], "front, left, right, back, top"),
        (["--pose", "0/95"], "elevation -20 to 88"),
        (["--pose", "nan"], "any azimuth"),
        (["--pose", ""], "1 to 8 different poses"),
        (["--pose", "front,front"], "different poses"),
        (["--pose", "1/2/3"], "135/30"),
        (["--light", "disco"], "daylight, indoor, sun, flash, wet"),
        (["--distance", "0"], "0.1 to 20 m"),
        (["--distance", "far"], "0.3,1,3 or all"),
        (["--distance", "1,2,3,4,5"], "1 to 4 distances"),
        (["--turntable", "--frames", "2"], "8 to 120"),
        (["--turntable", "--frames", "0"], "8 to 120"),
        (["--moment", "never"], "session-1, session-2"),
        (["--sun", "sometimes"], "protected"),
        (["--film", "mp4"], "webp, gif, none"),
        (["--demo"], "photo"),
    ],
)
def test_mistakes_are_refused_in_one_sentence_and_nothing_is_written(smp, sitter, tmp_path, words, said):
    out = tmp_path / "view"
    result = smp("view", sitter / "head.png", "--out", out, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


def test_neither_photo_nor_demo_is_refused(smp, tmp_path):
    result = smp("view", "--out", tmp_path / "view")
    assert result.exit_code == 2
    assert "--demo" in result.output


def test_a_folder_of_results_is_refused_with_what_to_give_instead(smp, sitter, tmp_path):
    result = smp("view", sitter, "--out", tmp_path / "view")
    assert result.exit_code == 2
    assert "photo the folder was made from" in result.output


def test_a_moment_the_course_does_not_have_is_refused_with_those_it_has(smp, makehuman, sitter, tmp_path):
    out = tmp_path / "view"
    result = smp("view", sitter / "head.png", "--points", sitter / "points.json", "--out", out, "--moment", "session-9")
    assert result.exit_code == 2
    assert "before, session-1" in result.output
    assert not out.exists()


def test_points_of_a_photo_beside_the_demo_are_refused(smp, tmp_path):
    for name in ("--points", "--face"):
        result = smp("view", "--demo", name, "1", "--out", tmp_path / "view")
        assert result.exit_code == 2
        assert f"{name} or --demo" in result.output
