"""`smp points` from its first word to its last: what it refuses before the page opens, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from scalp.base import BadInput, BadTable
from smp.pointing import PointsDesk
from smp.serving import HOST, LocalServer
from tests.smp.visitors import Visitor, laid_out

GOOD = {"photos": [{"points": {"glabella": [100.5, 80.0], "left_tragion": [150.0, 90.0]}, "card": None}]}


def test_what_cannot_be_marked_is_refused_before_the_page_opens(plain_photo, tmp_path):
    place = tmp_path / "points.json"
    for said, wanted in (("{}", "without points"), ('{"photos": {"x.jpg": {"points": {"vertex": [1, 2]}}}}', "of other photos")):
        place.write_text(said)
        with pytest.raises(BadTable, match=wanted):
            PointsDesk([plain_photo], place)
        assert place.read_text() == said
    place.write_text('{"points": {"vertex": [999, 2]}}')
    with pytest.raises(BadTable, match="0 to 240 across"):
        laid_out([plain_photo], place)
    for out, wanted in (
        (tmp_path / "me.png", "ends in .json"),
        (tmp_path / "none" / "a.json", "existing folder"),
        (tmp_path, "ends in .json"),
    ):
        with pytest.raises(BadInput, match=wanted):
            PointsDesk([plain_photo], out)
    with pytest.raises(BadInput, match="each its own name"):
        PointsDesk([plain_photo, tmp_path / "b" / "me.png"], tmp_path / "new.json")
    with LocalServer(laid_out([plain_photo], tmp_path / "new.json")) as server, pytest.raises(BadInput, match="a free port"):
        LocalServer(server.desk, port=server.server_port)
    for port in (80, 1023, 70_000):
        with pytest.raises(BadInput, match="1024 to 65535"):
            LocalServer(server.desk, port=port)


@pytest.fixture
def running(plain_photo, tmp_path):
    """Run the command as a person does and give it with its link."""
    words = [
        sys.executable,
        "-c",
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from smp.main import main; main()",
        "points",
        str(plain_photo),
        "--out",
        str(tmp_path / "points.json"),
        "--no-browser",
        "--json",
    ]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)", run.stderr.readline())
        yield run, found
        run.kill()


class _Elsewhere:
    """The server of another process, by its link."""

    def __init__(self, found):
        self.server_port, self.origin, self._link = int(found[1]), f"http://{HOST}:{found[1]}", found[0]

    def new_link(self):
        return self._link


def test_the_command_ends_with_done_and_says_what_comes_next(running, plain_photo):
    run, found = running
    page = Visitor(_Elsewhere(found)).enter()
    assert page.ask("POST", "/save", GOOD)[0].status == 200
    assert page.ask("POST", "/done", {})[0].status == 200
    told, _ = run.communicate(timeout=20)
    assert run.returncode == 0
    answer = json.loads(told)
    assert answer["points_count"] == {"me.png": 2}
    assert answer["next"] == f"smp head {plain_photo} --points {plain_photo.with_name('points.json')}"


def test_ctrl_c_ends_the_command_with_a_sentence_and_no_file(running, plain_photo):
    run, _ = running
    run.send_signal(signal.SIGINT)
    told, _ = run.communicate(timeout=20)
    assert run.returncode == 130
    assert json.loads(told)["error"]["kind"] == "Interrupted"
    assert [entry.name for entry in plain_photo.parent.iterdir()] == ["me.png"]


def test_enter_in_the_terminal_gives_a_new_link_and_only_that_opens(plain_photo):
    terminal, other_end = os.openpty()
    words = [sys.executable, "-c", "from smp.main import main; main()", "points", str(plain_photo), "--no-browser"]
    words += ["--out", str(plain_photo.with_name("points.json"))]
    with subprocess.Popen(words, stdin=other_end, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        os.close(other_end)
        found = _next_link(run)
        os.write(terminal, b"\n")
        newer = _next_link(run)
        assert newer[1] == found[1]
        assert newer[2] != found[2]
        assert Visitor(_Elsewhere(found)).ask("POST", "/enter", {"key": found[2]})[0].status == 403
        page = Visitor(_Elsewhere(newer)).enter()
        assert page.ask("POST", "/done", {})[0].status == 200
        said, faults = run.communicate(timeout=20)
        os.close(terminal)
    assert run.returncode == 0
    assert "Nothing was saved." in said
    assert "Traceback" not in faults
    assert "Fatal" not in faults


def _next_link(run):
    return next(found for line in run.stderr if (found := re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)", line)))
