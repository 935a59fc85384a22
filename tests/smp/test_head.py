"""`smp head` from photos to files, and `smp look` on the head it kept; on a head that needs no model, seen from two sides."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from scalp.base import WrongParent
from scalp.demo.analytic import make_analytic_head
from scalp.demo.truth import DemoView
from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.io.heads import read_head
from scalp.io.inputs import recognise_input
from scalp.io.photos import read_photo
from scalp.io.pictures import write_picture
from scalp.io.tables import read_price_list
from scalp.io.treatments import read_treatment
from scalp.planning.plans import PlanSettings
from scalp.treatment.courses import plan_course
from scalp.treatment.heads import sit_with_head
from smp.main import application

MOST_WAITS = 3000
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from smp.main import main; main()"
"""The command as a person starts it: tests run in the background are told to pass Ctrl-C over."""
FILES = {"head.json", "head.glb", "head-sheet.png", "turntable.webp", "turntable.png"}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Return a folder with two photos of one head, a points file that names both, and the head made of them."""
    folder = tmp_path_factory.mktemp("two")
    told = {}
    for name in ("front", "quarter-left"):
        person = make_analytic_head(view=DemoView(name=name, width_px=540, height_px=720))
        write_picture(person.photo, folder / f"{name}.png")
        marked = person.marked_points
        told[f"{name}.png"] = {"points": dict(zip(marked.names, marked.points_px.tolist(), strict=True))}
    (folder / "points.json").write_text(json.dumps({"photos": told}))
    words = [folder / "front.png", folder / "quarter-left.png", "--points", folder / "points.json", "--circumference", "560"]
    result = CliRunner().invoke(application, [str(word) for word in ["head", *words, "--out", folder / "head", "--json"]])
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout)


def test_a_head_of_two_photos_is_written_whole_for_its_owner_only(two):
    folder, told = two
    assert set(told["files"]) == FILES == {entry.name for entry in (folder / "head").iterdir() if not entry.name.startswith(".")}
    assert {entry.stat().st_mode & 0o077 for entry in [folder / "head", *(folder / "head").iterdir()]} == {0}
    stored = read_head(folder / "head")
    assert stored.head.digest == told["head_digest"]
    assert stored.head.photo_digests == tuple(read_photo(folder / f"{name}.png").digest for name in ("front", "quarter-left"))
    assert stored.sources == ("2 photos",)
    assert stored.skin is not None


def test_the_numbers_told_are_those_of_the_head(two):
    folder, told = two
    stored = read_head(folder / "head")
    assert told["scale_sd_fraction"] == stored.head.scale_sd_fraction
    assert told["landmarks_mm"]["vertex"] == np.round(stored.head.landmark("vertex"), 3).tolist()
    assert abs(told["measures"]["circumference_mm"] - 560.0) < 12.0, "the tape was given"
    assert {part["name"] for part in told["parts"]} == {"hairline", "crown", "sides", "back"}
    assert all(0 < part["sd_mm"] < 15 and 0 < part["density_sd_fraction"] < 0.5 for part in told["parts"])
    assert [camera["photo_number"] for camera in told["cameras"]] == [1, 2]
    assert told["doubts"]


def test_the_turntable_turns_and_the_sheet_shows_every_photo(two):
    folder, _ = two
    with Image.open(folder / "head" / "turntable.webp") as film:
        assert film.n_frames == 24
        first = np.asarray(film.convert("RGB"), int)
        film.seek(12)
        assert np.abs(np.asarray(film.convert("RGB"), int) - first).mean() > 3
    sheet = np.asarray(Image.open(folder / "head" / "head-sheet.png"))
    assert sheet.shape[1] >= 2000


def test_the_same_impressions_lie_in_every_photo_of_a_kept_head(two):
    folder, _ = two
    stored = read_head(folder / "head")
    placed = []
    for name in ("front", "quarter-left"):
        sitting = sit_with_head(read_photo(folder / f"{name}.png"), stored, None)
        words = {"start": date(2090, 1, 4), "prices": read_price_list(), "pigment": Pigment(), "needle": Needle(), "fading": Fading()}
        wishes = Wishes(peak_density_per_cm2=20.0)
        placed.append(plan_course(sitting.head, sitting.skin, wishes, settings=PlanSettings(), **words).placed)
    assert placed[0] == placed[1]
    assert len(placed[0]) > 1000


def test_smp_look_draws_on_the_kept_head_in_the_photo_of_its_side(two, smp):
    folder, _ = two
    photo, out = folder / "quarter-left.png", folder / "look"
    words = ("--head", folder / "head" / "head.json", "--film", "none", "--density", 40, "--compare", "64,70", "--format", "png")
    result = smp("look", photo, *words, "--out", out)
    assert result.exit_code == 0, result.output
    assert read_treatment(out / "64-mm" / "treatment.json").head.head_digest == read_head(folder / "head").head.digest
    changed = (read_photo(out / "64-mm" / "healed.png").pixels != read_photo(photo).pixels).any(axis=2)
    assert 0.003 < changed.mean() < 0.4
    assert not changed[changed.shape[0] // 2 :].any(), "the lower half of the picture holds face and neck"


def test_an_impression_seen_in_two_photos_lies_at_one_place_of_the_head(two):
    """From its pixel in each photo a sight line goes back to the head; the lines meet where the impression lies."""
    folder, _ = two
    stored = read_head(folder / "head")
    sittings = [sit_with_head(read_photo(folder / f"{name}.png"), stored, None) for name in ("front", "quarter-left")]
    places_mm = stored.head.surface.vertices_mm[np.abs(stored.head.surface.vertices_mm - stored.head.landmark("vertex")).max(axis=1) < 25]
    lines = []
    for sitting in sittings:
        pixels = sitting.camera.project(places_mm)
        lines.append((sitting.camera.eye_mm, sitting.camera.rays(pixels)))
    (first_eye, first), (second_eye, second) = lines
    apart = np.cross(first, second)
    gap_mm = np.abs(apart @ (second_eye - first_eye)) / np.linalg.norm(apart, axis=1)
    assert gap_mm.max() < 1e-6
    assert sittings[0].skin == sittings[1].skin


def test_another_photo_is_not_one_of_the_heads(two, smp, tmp_path):
    folder, _ = two
    front = read_photo(folder / "front.png")
    other = dataclasses.replace(front, pixels=front.pixels[:, ::-1].copy())
    write_picture(other, tmp_path / "mirrored.png")
    result = smp("look", tmp_path / "mirrored.png", "--head", folder / "head", "--out", tmp_path / "look")
    assert result.exit_code == 2
    assert "none of those this head was made from" in result.output
    assert not (tmp_path / "look").exists()
    with pytest.raises(WrongParent):
        sit_with_head(other, read_head(folder / "head"), None)


def test_words_that_only_a_new_fit_could_heed_are_refused_beside_a_kept_head(two, smp):
    folder, _ = two
    for words in (("--face", 1), ("--circumference", 570), ("--points", folder / "points.json"), ("--card", "1,1 2,1 2,2 1,2")):
        result = smp("look", folder / "front.png", "--head", folder / "head", *words, "--out", folder / "no")
        assert result.exit_code == 2
        assert words[0].lstrip("-") in result.output


def test_without_a_texture_nothing_written_shows_the_face(two, smp):
    folder, _ = two
    out = folder / "bare"
    words = (folder / "front.png", "--points", folder / "points.json", "--no-texture", "--out", out)
    result = smp("head", *words)
    assert result.exit_code == 0, result.output
    assert b"image/jpeg" not in (out / "head.glb").read_bytes()
    photo = np.asarray(Image.open(folder / "front.png").convert("RGB"), int)
    skin = np.median(photo[300:340, 250:290].reshape(-1, 3), axis=0)
    for name in ("head-sheet.png", "turntable.png"):
        drawn = np.asarray(Image.open(out / name).convert("RGB"), int)[300:1400]
        assert (np.abs(drawn - skin).max(axis=2) < 6).mean() < 0.005, name
    assert read_head(out).head.photo_digests, "the photos are named by digest, not kept"


def test_what_cannot_be_a_head_is_refused_in_a_sentence_and_leaves_nothing(two, smp, tmp_path):
    folder, _ = two
    (tmp_path / "letter.txt").write_text("Dear practitioner")
    (tmp_path / "film.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00" * 500)
    (tmp_path / "chair.ply").write_bytes(b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n")
    front, points = folder / "front.png", folder / "points.json"
    for words in (
        (tmp_path / "letter.txt",),
        (tmp_path / "missing.jpg",),
        (tmp_path / "film.mp4",),
        (tmp_path / "chair.ply",),
        (front, tmp_path / "film.mp4"),
        (front, "--points", points, "--unit", "mm"),
        (front, "--points", points, "--age", 7),
        (front, "--points", points, "--sex", "x"),
        (front, "--points", points, "--circumference", 200),
        (front, "--points", points, "--points", points),
        (front, front, "--points", points),
        (front, *[folder / "quarter-left.png"] * 12, "--points", points),
    ):
        result = smp("head", *words, "--out", tmp_path / "out")
        assert result.exit_code == 2, (words, result.output)
        assert "Traceback" not in result.output
        assert not (tmp_path / "out").exists()
        assert not list(tmp_path.glob(".smp-*"))


def test_ctrl_c_leaves_nothing(two, tmp_path):
    folder, _ = two
    words = [str(word) for word in (folder / "front.png", "--points", folder / "points.json", "--out", tmp_path / "out")]
    running = subprocess.Popen(
        [sys.executable, "-c", HEEDING, "head", *words],
        stderr=subprocess.PIPE,
        env=os.environ | {"COLUMNS": "200"},
    )
    for _ in range(MOST_WAITS):
        if list(tmp_path.glob(".smp-out-*")) or running.poll() is not None:
            break
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    assert b"Traceback" not in running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "start", "kind"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0", "photo"),
        ("a.mov", b"\x00\x00\x00\x14ftypqt  ", "film"),
        ("a.jpg", b"\x00\x00\x00\x14ftypisom", "film"),
        ("a.mkv", b"\x1aE\xdf\xa3....", "film"),
        ("a.avi", b"RIFF\x00\x00\x00\x00AVI LIST", "film"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "photo"),
        ("a.heic", b"\x00\x00\x00\x14ftypheic", "photo"),
        ("a.bin", b"glTF\x02\x00\x00\x00", "scan"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\n", "scan"),
        ("a.txt", b"v 0 0 0\nv 1 0 0\n", "photo"),
        ("a.usdz", b"PK\x03\x04scan.usdc", "scan"),
        ("a.zip", b"PK\x03\x04holiday", "photo"),
        ("a.stl", b"\x00" * 80 + b"\x01\x00\x00\x00" + b"\x00" * 50, "scan"),
        ("a.bin", b"\x00" * 80 + b"\x09\x00\x00\x00" + b"\x00" * 50, "photo"),
        ("a.stl", b"\x00" * 80 + b"\x09\x00\x00\x00" + b"\x00" * 50, "scan"),
        ("a.obj", b"", "scan"),
        ("a.mov", b"only words", "film"),
    ],
)
def test_what_a_file_is_comes_from_its_content(tmp_path, name, start, kind):
    (tmp_path / name).write_bytes(start)
    assert recognise_input(tmp_path / name) == kind
