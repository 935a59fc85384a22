"""The page of `smp points` is for its own person only: who else asks, and whatever else is asked, is refused and nothing is written."""

import json
import re
import resource
import shutil
import socket
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from scalp.io.points import read_points_of_photos
from smp.pointing import PAGE_FILES
from smp.serving import HOST, LARGEST_BODY_BYTES, LocalServer
from tests.smp.visitors import Visitor, laid_out

GOOD = {"photos": [{"points": {"glabella": [100.5, 80.0], "left_tragion": [150.0, 90.0]}, "card": None}]}


@pytest.fixture
def served(plain_photo):
    with LocalServer(laid_out([plain_photo], plain_photo.with_name("points.json"))) as server:
        yield server


@pytest.fixture
def page(served):
    return Visitor(served).enter()


def message(told):
    return json.loads(told)["message"]


class BrokenDesk:
    """A desk that fails in a way nobody foresaw."""

    page_files = PAGE_FILES

    def opening(self):
        raise OverflowError("of /a/secret/path")


def test_a_page_is_answered_whatever_goes_wrong(plain_photo):
    with LocalServer(BrokenDesk()) as server:
        answer, told = Visitor(server).enter().ask("GET", "/opening")
    assert answer.status == 500
    assert "secret" not in message(told)
    huge = {"photos": [{"points": {"glabella": [1, 2]}, "avoid": [{"at": [1, 2], "radius_mm": 10**400}]}]}
    with LocalServer(laid_out([plain_photo], plain_photo.with_name("points.json"))) as server:
        answer, told = Visitor(server).enter().ask("POST", "/save", huge)
    assert answer.status == 422
    assert "radius_mm" in message(told)


def test_the_page_may_load_nothing_but_its_own_files_and_is_not_kept(served):
    for name in ("", *PAGE_FILES):
        answer, told = Visitor(served).ask("GET", f"/{name}")
        assert answer.status == 200
        assert told
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_nothing_of_the_page_names_another_host_or_keeps_anything_of_a_face():
    pages = Path(sys.modules["smp.serving"].__file__).parent / "pages"
    for name in PAGE_FILES:
        text = (pages / name).read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|//[a-z]+\.[a-z]|@import|eval\(|innerHTML|localStorage|indexedDB|document\.cookie", text), name
        # The one thing kept for a reload of the tab is the session, which holds no face.
        assert re.findall(r"sessionStorage\.setItem\((.*?)\)", text) in ([], ['"smp-session", session'])


def test_a_link_opens_once_and_only_the_newest(served):
    first, second = (served.new_link().partition("#")[2] for _ in range(2))
    visitor = Visitor(served)
    assert visitor.ask("POST", "/enter", {"key": first})[0].status == 403
    assert visitor.ask("POST", "/enter", {"key": second})[0].status == 200
    answer, told = visitor.ask("POST", "/enter", {"key": second})
    assert answer.status == 403
    assert "used already" in message(told)


@pytest.mark.parametrize("key", ["", "x", None, 0, [], "é" * 40, "a" * 10_000])
def test_a_guessed_key_opens_nothing(served, key):
    served.new_link()
    assert Visitor(served).ask("POST", "/enter", {"key": key})[0].status == 403


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/opening"), ("GET", "/photos/0.jpg"), ("POST", "/save"), ("POST", "/done"), ("POST", "/here")]
)
@pytest.mark.parametrize("session", ["", "guess", "é"])
def test_who_was_not_let_in_sees_no_photo_and_saves_nothing(served, plain_photo, method, path, session):
    visitor = Visitor(served)
    visitor.session = session.encode("utf-8")
    answer, told = visitor.ask(method, path, GOOD if method == "POST" else None)
    assert answer.status == 403
    assert "not let in" in message(told)
    assert not plain_photo.with_name("points.json").exists()
    assert not served.ended.is_set()


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "127.0.0.2", "[::1]", ""])
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/photos/0.jpg"), ("POST", "/save")])
def test_a_name_of_somebody_else_that_points_here_is_refused(served, page, host, method, path):
    named = host if ":" in host or not host or host == "127.0.0.1" else f"{host}:{served.server_port}"
    assert page.ask(method, path, GOOD if method == "POST" else None, Host=named)[0].status == 421


def test_a_request_without_a_host_is_refused(page):
    assert page.ask("GET", "/opening", drop=("Host",))[0].status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost", ""])
def test_another_page_cannot_save_even_with_the_session(page, plain_photo, origin):
    assert page.ask("POST", "/save", GOOD, Origin=origin)[0].status == 403
    assert page.ask("GET", "/photos/0.jpg", Origin=origin)[0].status == 403
    assert not plain_photo.with_name("points.json").exists()


def test_a_form_of_another_page_cannot_save(page, plain_photo):
    assert page.ask("POST", "/save", GOOD, drop=("Origin",))[0].status == 403
    assert page.ask("POST", "/save", GOOD, Sec_Fetch_Site="cross-site")[0].status == 403
    assert page.ask("GET", "/photos/0.jpg", Sec_Fetch_Site="same-site")[0].status == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert page.ask("POST", "/save", GOOD, Content_Type=kind)[0].status == 415
    assert not plain_photo.with_name("points.json").exists()


def test_a_link_on_any_page_opens_the_empty_page_and_nothing_else(page):
    come = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"}
    assert page.ask("GET", "/", **come)[0].status == 200
    assert page.ask("GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="iframe")[0].status == 403
    assert page.ask("GET", "/photos/0.jpg", **come)[0].status == 403
    assert page.ask("POST", "/save", GOOD, **come)[0].status == 403


@pytest.mark.parametrize(
    "path",
    ["/../serving.py", "/pages/../points.py", "/%2e%2e/points.py", "//etc/passwd", "/etc/passwd", "/photos/../me.png", "/photos/1.jpg",
     "/photos/-1.jpg", "/photos/0.png", "/photos/%D9%A3.jpg", "/photos/1e1.jpg", "/photos/00000000000.jpg", "/photos/", "/points.html/", "/points.json", "/me.png",
     "/?x", "http://evil.example/opening"],
)  # fmt: skip
def test_nothing_is_given_that_is_not_listed(page, path):
    assert page.ask("GET", path)[0].status in {400, 404}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "HEAD", "CONNECT", "BREW"])
def test_other_verbs_are_not_understood(page, plain_photo, method):
    answer, told = page.ask(method, "/save", GOOD)
    assert answer.status == 501
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert b"Traceback" not in told
    assert not plain_photo.with_name("points.json").exists()


def test_a_body_too_large_is_refused_before_it_is_read(page):
    for length, status in ((LARGEST_BODY_BYTES + 1, 413), (10**15, 413), ("-5", 411), ("two", 411)):
        assert page.ask("POST", "/save", b"{}", length=length)[0].status == status
    assert page.ask("POST", "/save", b"{}", drop=("Content-Length",))[0].status == 411
    assert page.ask("POST", "/save", b"{}", Transfer_Encoding="chunked")[0].status == 411


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"\xff\xfe", b"[" * 100_000, b"null", b"9" * 5000])
def test_what_is_not_json_is_refused(page, body):
    assert page.ask("POST", "/save", body)[0].status == 400


@pytest.mark.parametrize(
    ("photos", "told"),
    [
        ([], "1 entries"),
        (GOOD["photos"] * 2, "1 entries"),
        ({}, "1 entries"),
        (["x"], "not points, card, coin and avoid"),
        ([{"points": {}, "white": [1, 2]}], "not points, card, coin and avoid"),
        ([{"coin": {"kind": "gold", "rim": [[10, 50], [30, 40], [50, 50], [45, 75], [15, 75]]}}], "coin is gold"),
        ([{"coin": {"kind": "eur-1", "rim": [[10, 50], [30, 50], [50, 50], [45, 50], [15, 50]]}}], "on one line"),
        ([{"card": [[10, 10], [200, 10], [100, 10], [50, 10]]}], "card"),
        ([{"avoid": [{"at": [10, 10], "radius_mm": 1e9}]}], "avoid radius_mm"),
        ([{"points": {"nose": [1, 2]}}], "naming a point 'nose'"),
        ([{"points": {"glabella": [1]}}], "Give two numbers"),
        ([{"points": {"glabella": [1, float("nan")]}}], "Give two numbers"),
        ([{"points": {"glabella": [1e300, 1]}}], "Give two numbers"),
        ([{"points": {"glabella": [241, 10]}}], "0 to 240 across and 0 to 320 down"),
        ([{"points": {"glabella": [10, -1]}}], "0 to 240 across and 0 to 320 down"),
        ([{"points": [[1, 2]]}], "without points"),
        ([{"points": {"glabella": [1, 2]}, "card": [[1, 2]]}], "four corners"),
        ([{"card": [[1, 2], [3, 4], [5, 6], [500, 6]]}], "a card, coin or mark is outside"),
        ([{"points": {}, "card": None}], "none at all"),
    ],
)
def test_wrong_points_get_a_sentence_and_nothing_is_written(page, plain_photo, photos, told):
    answer, words = page.ask("POST", "/save", {"photos": photos})
    assert answer.status == 422
    assert told in message(words)
    assert str(plain_photo.parent) not in message(words)
    assert [entry.name for entry in plain_photo.parent.iterdir()] == ["me.png"]


def test_what_is_saved_is_read_back_and_a_second_save_takes_its_place(page, plain_photo):
    for x in (10.5, 20.25):
        answer, told = page.ask(
            "POST", "/save", {"photos": [{"points": {"vertex": [x, 30]}, "card": [[0, 0], [240, 0], [240, 320], [0, 320]]}]}
        )
        assert answer.status == 200
        assert json.loads(told) == {"file_name": "points.json", "points_count": 1, "photos_count": 1}
        (read,) = read_points_of_photos(plain_photo.with_name("points.json"))
        np.testing.assert_array_equal(read.marked.points_px, [[x, 30]])
        np.testing.assert_array_equal(read.card_px, [[0, 0], [240, 0], [240, 320], [0, 320]])
    assert {entry.name for entry in plain_photo.parent.iterdir()} == {"me.png", "points.json"}


def test_saves_at_the_same_time_leave_one_whole_file(page, plain_photo):
    def save(x):
        statuses.append(page.ask("POST", "/save", {"photos": [{"points": {"vertex": [x, x], "inion": [x, x]}}]})[0].status)

    statuses: list[int] = []
    threads = [threading.Thread(target=save, args=(x,)) for x in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    (read,) = read_points_of_photos(plain_photo.with_name("points.json"))
    assert len(np.unique(read.marked.points_px)) == 1
    assert {entry.name for entry in plain_photo.parent.iterdir()} == {"me.png", "points.json"}


@contextmanager
def largest_file(size_bytes):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_and_a_lost_folder_are_told_and_the_next_save_works(page, plain_photo, tmp_path):
    with largest_file(20):
        answer, told = page.ask("POST", "/save", GOOD)
    assert answer.status == 422
    assert "free space" in message(told)
    assert [entry.name for entry in tmp_path.iterdir()] == ["me.png"]
    away = tmp_path.rename(tmp_path.with_name(tmp_path.name + "-away"))
    answer, told = page.ask("POST", "/save", GOOD)
    assert answer.status == 422
    assert "folder" in message(told)
    away.rename(tmp_path)
    assert page.ask("POST", "/save", GOOD)[0].status == 200


def test_a_points_file_that_somebody_else_changed_is_not_written_over(page, plain_photo):
    place = plain_photo.with_name("points.json")
    assert page.ask("POST", "/save", GOOD)[0].status == 200
    place.write_text('{"points": {"vertex": [1, 2]}}')
    answer, told = page.ask("POST", "/save", GOOD)
    assert answer.status == 422
    assert "changed by somebody else" in message(told)
    assert place.read_text() == '{"points": {"vertex": [1, 2]}}'


def test_an_older_points_file_is_taken_up_and_its_other_plain_photos_stay(plain_photo):
    place = plain_photo.with_name("points.json")
    place.write_text(json.dumps({"photos": {"other.jpg": {"points": {"inion": [9, 9]}}, "me.png": {"points": {"vertex": [5, 6]}}}}))
    with LocalServer(laid_out([plain_photo], place)) as server:
        page = Visitor(server).enter()
        assert json.loads(page.ask("GET", "/opening")[1])["photos"][0]["points"] == {"vertex": [5, 6]}
        assert page.ask("POST", "/save", GOOD)[0].status == 200
    told = {one.name: one.marked.names for one in read_points_of_photos(place)}
    assert told == {"other.jpg": ("inion",), "me.png": ("glabella", "left_tragion")}


def test_what_the_page_cannot_mark_stays_in_the_file(plain_photo):
    place = plain_photo.with_name("points.json")
    place.write_text(json.dumps({"points": {"vertex": [5, 6]}, "white": [1, 2], "not_avoid": [[3, 4]]}))
    coin = {"kind": "eur-1", "rim": [[10, 50], [30, 40], [50, 50], [45, 75], [15, 75]]}
    with LocalServer(laid_out([plain_photo], place)) as server:
        page = Visitor(server).enter()
        for avoid in ([{"at": [7, 8], "radius_mm": 2.5, "kind": "scar"}], None):
            sent = {"points": {"vertex": [9, 9]}, "card": None, "coin": coin, "avoid": avoid}
            assert page.ask("POST", "/save", {"photos": [sent]})[0].status == 200
            (read,) = read_points_of_photos(place)
            assert read.corrections.white_px == (1, 2)
            np.testing.assert_array_equal(read.corrections.not_avoid_px, [[3, 4]])
            assert [mark.kind for mark in read.corrections.marks] == (["scar"] if avoid else [])
            assert read.coin_px.tolist() == coin["rim"]


def test_a_photo_is_shown_upright_at_its_full_size_whatever_its_kind(tmp_path):
    rows = np.zeros((90, 120, 3), np.uint16)
    rows[:, 60:] = 60_000
    cv2.imwrite(str(tmp_path / "deep.png"), rows)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray((rows >> 8).astype(np.uint8)).save(tmp_path / "turned.jpg", exif=exif)
    heic = next((Path(__file__).parents[1] / "io").rglob("*.heic"))
    photos = [tmp_path / "deep.png", tmp_path / "turned.jpg", Path(shutil.copy(heic, tmp_path))]
    with LocalServer(laid_out(photos, tmp_path / "points.json")) as server:
        page = Visitor(server).enter()
        opening = json.loads(page.ask("GET", "/opening")[1])["photos"]
        for number, said in enumerate(opening):
            answer, content = page.ask("GET", f"/photos/{number}.jpg")
            assert answer.headers["Content-Type"] == "image/jpeg"
            shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            assert shown.shape[:2] == (said["height_px"], said["width_px"])
            assert b"Exif" not in content[:200]
        assert (opening[1]["width_px"], opening[1]["height_px"]) == (90, 120)
    assert not (tmp_path / "points.json").exists()


def test_only_this_computer_is_listened_to(served):
    assert served.server_address[0] == HOST
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", served.server_port), timeout=5)


def test_a_page_that_is_heard_of_no_more_ends_the_server_and_done_ends_it_at_once(served, page):
    assert not served.wait(idle_seconds=0.3)
    assert page.ask("POST", "/done", {})[0].status == 200
    assert served.wait(idle_seconds=5.0)
