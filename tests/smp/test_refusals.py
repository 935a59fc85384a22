"""What is refused: a clear sentence, what to do, exit code 2 (130 for Ctrl-C), nothing half-written."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image


def refused(result, *words):
    """Assert a refusal in plain words."""
    told = result.output + (result.stderr or "")
    assert result.exit_code == 2, told
    assert "Traceback" not in told
    assert result.exception is None or isinstance(result.exception, SystemExit)
    for word in words:
        assert word.lower() in told.lower(), told
    return told


def nothing_left(folder, *kept):
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(kept)


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_a_text_named_as_a_photo_is_refused(smp, place):
    (place / "me.jpg").write_text("I am not a photo")
    refused(smp("look", place / "me.jpg", "--out", place / "out"), "me.jpg", "JPEG, PNG, WebP or HEIC")
    nothing_left(place, "me.jpg")


def test_a_missing_file_is_named(smp, place):
    refused(smp("look", place / "gone.jpg", "--out", place / "out"), "gone.jpg")
    nothing_left(place)


def test_a_tiny_picture_is_refused(smp, place):
    Image.new("RGB", (20, 20)).save(place / "tiny.png")
    refused(smp("look", place / "tiny.png", "--out", place / "out"), "20 x 20", "64")


def test_a_cut_off_photo_is_refused(smp, place, sitter):
    whole = (sitter / "head.png").read_bytes()
    (place / "half.png").write_bytes(whole[: len(whole) // 2])
    refused(smp("look", place / "half.png", "--out", place / "out"), "half.png")


def test_a_picture_that_unpacks_to_300_megapixels_is_refused_before_it_is_unpacked(smp, place):
    header = struct.pack(">IIBBBBB", 20_000, 15_000, 8, 2, 0, 0, 0)
    chunks = b"\x89PNG\r\n\x1a\n"
    for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    (place / "bomb.png").write_bytes(chunks)
    refused(smp("look", place / "bomb.png", "--out", place / "out"), "megapixels")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--style", "mohawk"), "natural"),
        (("--height-mm", "6.5"), "40 to 130"),
        (("--circumference", "57"), "mm"),
        (("--sessions", "7"), "2 to 4"),
        (("--norwood", "9"), "3v"),
        (("--age", "15"), "18"),
        (("--sun", "tropical"), "protected, usual, high"),
        (("--skin-type", "combination"), "dry, normal, oily"),
        (("--density", "900"), "200"),
        (("--format", "bmp"), "jpg"),
        (("--film", "avi"), "webp"),
        (("--compare", "natural"), "commas"),
        (("--card", "1,2 3"), "four corners"),
        (("--prices", "nowhere.toml"), "nowhere.toml"),
        (("--start", "2020-02-01"), "still to come"),
        (("--start", "9999-12-31"), "2100"),
        (("--norwood", "5", "--later-norwood", "2", "--stubble-days", "1"), "not below --norwood"),
    ],
)
def test_a_wrong_wish_is_refused_with_what_is_allowed(smp, sitter, place, words, said):
    refused(smp("look", sitter / "head.png", "--points", sitter / "points.json", "--out", place / "out", *words), said)
    nothing_left(place)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "points.json"),
        ('{"points": {"elbow": [1, 2]}}', "elbow"),
        ('{"points": {"glabella": [99999, 2]}}', "glabella"),
        ('{"points": {"glabella": "middle"}}', "glabella"),
    ],
)
def test_a_wrong_points_file_is_refused(smp, sitter, place, text, said):
    (place / "points.json").write_text(text)
    refused(smp("look", sitter / "head.png", "--points", place / "points.json", "--out", place / "out"), said)
    nothing_left(place, "points.json")


def test_refusals_can_be_had_as_json(smp, sitter, place):
    result = smp("look", sitter / "head.png", "--style", "mohawk", "--out", place / "out", "--json")
    told = json.loads(result.stdout)["error"]
    assert result.exit_code == 2
    assert told["kind"] == "BadInput"
    assert "natural" in told["allowed"]


def test_a_picture_without_a_face_asks_for_points(smp, place, face_models):
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
    cv2.imwrite(str(place / "wall.png"), cv2.GaussianBlur(noise, (0, 0), 8))
    refused(smp("look", place / "wall.png", "--out", place / "out"), "face", "--points")
    nothing_left(place, "wall.png")


@pytest.mark.parametrize("mode", ["L", "RGBA", "CMYK", "P"])
def test_unusual_pictures_are_read_like_others(smp, sitter, place, mode):
    name = f"head.{'jpg' if mode == 'CMYK' else 'png'}"
    Image.open(sitter / "head.png").convert(mode).save(place / name)
    result = smp("look", place / name, "--points", sitter / "points.json", "--compare", "66,70", "--out", place / "out")
    assert result.exit_code == 0, result.output


def test_a_file_where_the_folder_should_be_is_kept(smp, sitter, place):
    (place / "out").write_text("mine")
    refused(smp("look", sitter / "head.png", "--points", sitter / "points.json", "--out", place / "out"), "--out")
    assert (place / "out").read_text() == "mine"


def test_a_full_disk_leaves_nothing(sitter, place):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)); "
    hold = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from smp.main import main; main()"
    words = ["look", sitter / "head.png", "--points", sitter / "points.json", "--out", place / "out", "--film", "none", "--format", "png"]
    done = subprocess.run([sys.executable, "-c", limit + hold, *map(str, words)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    nothing_left(place)


def run_as_typed(*words):
    """Run the command in a process of its own, as a shell does."""
    command = [sys.executable, "-c", "from smp.main import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=os.environ | {"COLUMNS": "200"})


@pytest.mark.parametrize(
    "words",
    [("--circumference", "57,5 cm"), ("--start", "2090-02-31"), ("--wings",), ("--style", "[/bold]"), ("--out", "~nobody-at-all/x")],
)
def test_mistakes_in_the_words_are_refused_like_all_others(sitter, words):
    plain = run_as_typed("look", sitter / "head.png", *words)
    assert plain.returncode == 2
    assert plain.stderr.startswith("smp: ") or "\nsmp: " in plain.stderr
    assert "Traceback" not in plain.stderr
    told = json.loads(run_as_typed("look", sitter / "head.png", *words, "--json").stdout)
    assert told["error"]["message"]


def test_a_photo_in_the_folder_that_is_to_be_replaced_is_kept(smp, sitter, place):
    out = place / "out"
    words = ("--points", sitter / "points.json", "--compare", "66,70", "--out", out)
    assert smp("look", sitter / "head.png", *words).exit_code == 0
    mine = out / "sheet.png"
    before = mine.read_bytes()
    refused(smp("look", mine, *words), "--out")
    assert mine.read_bytes() == before


def test_being_ended_leaves_nothing(sitter, place):
    words = ["look", sitter / "head.png", "--points", sitter / "points.json", "--out", place / "out"]
    command = [sys.executable, "-c", "from smp.main import main; main()", *map(str, words)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(2400):
        if any(entry.name.startswith(".smp-") for entry in place.iterdir()):
            break
        time.sleep(0.05)
    running.terminate()
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130, said
    nothing_left(place)


def test_ctrl_c_stops_with_130_and_leaves_nothing(sitter, place):
    words = ["look", sitter / "head.png", "--points", sitter / "points.json", "--out", place / "out"]
    # Started in the background, a shell has its children ignore Ctrl-C.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from smp.main import main; main()"
    command = [sys.executable, "-c", heeding, *map(str, words)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"COLUMNS": "200"})
    for _ in range(2400):
        if any(entry.name.startswith(".smp-") for entry in place.iterdir()):
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 130, said
    assert "Traceback" not in said
    nothing_left(place)


def test_what_is_no_ordinary_file_is_refused_at_once(smp, sitter, place):
    os.mkfifo(place / "pipe.json")
    for words in (("--points", place / "pipe.json"), ("--head", place / "pipe.json"), ("--prices", place / "pipe.json")):
        refused(smp("look", sitter / "head.png", *words, "--out", place / "out"), "pipe.json", "not an ordinary file")
    refused(smp("points", sitter / "head.png", "--out", place / "pipe.json", "--no-browser"), "not an ordinary file")
    nothing_left(place, "pipe.json")


@pytest.mark.parametrize("name", ["loop.jpg", "loop.stl"])
def test_a_link_to_itself_is_refused_by_its_own_name(smp, place, name):
    (place / name).symlink_to(place / name)
    told = refused(smp("head", place / name, "--out", place / "out"), name, "leads to itself")
    assert str(place) not in told


def test_words_that_cannot_be_heeded_are_refused_and_not_passed_over(smp, sitter):
    photo, points = sitter / "head.png", sitter / "points.json"
    refused(smp("check", photo, photo, "--face", "9"), "several photos", "--face")
    refused(smp("check", photo, "--points", points, "--points", points), "2 files", "one file")


def test_a_file_is_refused_as_what_its_name_says_it_is(smp, place):
    for name, said in (("me.obj", "triangles"), ("me.glb", "GLB"), ("me.mov", "MP4")):
        (place / name).write_text("hello")
        told = refused(smp("head", place / name, "--out", place / "out"), said)
        assert "JPEG" not in told


def test_a_name_cannot_command_the_terminal(smp, place):
    (place / "a\x1b[31m\x07\u202e.jpg").write_text("red")
    told = refused(smp("check", place / "a\x1b[31m\x07\u202e.jpg"), "a text file")
    assert not {"\x1b", "\x07", "\u202e"} & set(told)


def test_a_cache_that_cannot_be_used_is_named(smp, sitter, place, monkeypatch):
    (place / "cache").write_text("a file")
    monkeypatch.setenv("SMP_CACHE", str(place / "cache"))
    refused(smp("check", sitter / "head.png"), "cache folder cannot be used", "SMP_CACHE")


def test_ctrl_c_while_the_program_is_loading_is_answered_in_a_sentence(sitter):
    loading = "import os, signal; from smp.stopping import stop_early; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{loading}; stop_early(); os.kill(os.getpid(), signal.SIGINT); print('went on')"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "smp: Stopped. Nothing was written.\n")
    command[2] = command[2].replace("default_int_handler", "SIG_IGN")
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "went on\n")


def test_without_the_models_points_by_hand_are_enough(smp, sitter, place, monkeypatch):
    monkeypatch.setenv("SMP_CACHE", str(place / "empty"))
    refused(smp("look", sitter / "head.png", "--out", place / "out"), "smp assets --fetch", "--points")
    result = smp("look", sitter / "head.png", "--points", sitter / "points.json", "--compare", "66,70", "--out", place / "out")
    assert result.exit_code == 0, result.output


def test_check_tells_what_to_do_better(smp, sitter):
    result = smp("check", sitter / "head.png", "--points", sitter / "points.json", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["verdict"] in {"good", "usable", "bad"}
    assert {"sharpness", "resolution"} <= {finding["kind"] for finding in told["findings"]}


def test_assets_are_listed_with_licence_and_hash(smp):
    told = json.loads(smp("assets", "--json").stdout)["assets"]
    assert {one["licence"] for one in told} == {"Apache-2.0", "CC0-1.0"}
    assert all(len(one["sha256"]) == 64 for one in told)
