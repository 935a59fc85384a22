"""Films in: which frames are chosen, upright, and what is refused, each in a sentence."""

import os
import subprocess
import sys
from functools import cache

import cv2
import numpy as np
import pytest

from scalp.base import BadInput, NotPossible
from scalp.io.footage import FilmSettings, read_footage

SIZE_PX = (480, 640)
RATE = 10.0


@cache
def wall():
    """Return a wide picture full of things."""
    rng = np.random.default_rng(1)
    out = np.zeros((760, 2200, 3), np.float32)
    for size in (4, 16, 64):
        cells = rng.uniform(0, 255, (760 // size + 1, 2200 // size + 1, 3)).astype(np.float32)
        out += cv2.resize(cells, (2200, 760), interpolation=cv2.INTER_NEAREST) / 3
    return out.astype(np.uint8)


def write(place, lefts_px, *, size_px=SIZE_PX, blurred=(), codec="mp4v", rate=RATE):
    """Write a film that looks at the wall from the given places on."""
    film, picture = cv2.VideoWriter(str(place), cv2.VideoWriter_fourcc(*codec), rate, size_px), wall()
    for number, left in enumerate(lefts_px):
        matrix = np.array([[1, 0, -left], [0, 1, -40.0]])
        frame = cv2.warpAffine(picture, matrix, size_px)
        film.write(cv2.blur(frame, (31, 1)) if number in blurred else frame)
    film.release()
    return place


@pytest.fixture(scope="module")
def panned(tmp_path_factory):
    """Return a film of 6 s along 1500 px of the wall; every third frame is smeared."""
    place = tmp_path_factory.mktemp("films") / "panned.mp4"
    return write(place, np.linspace(0, 1500, 60), blurred=set(range(0, 60, 3)))


def test_frames_stand_evenly_along_the_way_and_are_the_sharp_ones(panned):
    footage = read_footage(panned, settings=FilmSettings(spacing_fraction=0.16))
    gaps = np.diff(footage.frame_index)
    assert 13 <= len(footage.photos) <= 18
    assert gaps.min() >= 2
    assert gaps.max() <= 7
    assert np.mean(footage.frame_index % 3 == 0) < 0.15
    assert np.allclose(footage.at_seconds, footage.frame_index / RATE)


def test_a_frame_is_the_films_own(panned):
    footage = read_footage(panned)
    film = cv2.VideoCapture(str(panned))
    frames = [film.read()[1][..., ::-1] for _ in range(60)]
    for number in (0, len(footage.photos) // 2, -1):
        assert np.array_equal(footage.photos[number].pixels, frames[footage.frame_index[number]])


def test_large_frames_are_made_smaller_and_few_enough_are_taken(panned):
    footage = read_footage(panned, settings=FilmSettings(longest_px=320, most_count=10))
    assert footage.photos[0].pixels.shape == (320, 240, 3)
    assert len(footage.photos) <= 10


def test_a_turned_film_stands_upright(panned, tmp_path):
    content = bytearray(panned.read_bytes())
    at = content.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    quarter = np.array([0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30], ">i4")
    assert np.frombuffer(content[at : at + 36], ">i4")[0] == 1 << 16
    content[at : at + 36] = quarter.tobytes()
    turned = tmp_path / "turned.mov"
    turned.write_bytes(content)
    plain, upright = read_footage(panned), read_footage(turned)
    assert upright.photos[0].pixels.shape == (480, 640, 3)
    assert np.array_equal(upright.photos[0].pixels, np.rot90(plain.photos[0].pixels, -1))


def test_webm_is_read(tmp_path):
    place = write(tmp_path / "film.webm", np.linspace(0, 1200, 50), codec="VP80")
    assert len(read_footage(place).photos) >= 8


def test_progress_is_told_and_stops_the_work(panned):
    heard = []
    read_footage(panned, progress=lambda stage, fraction: heard.append((stage, fraction)))
    assert {stage for stage, _ in heard} == {"looking through the film", "taking frames"}
    assert all(0 <= fraction <= 1 for _, fraction in heard)

    def stop(stage, fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_footage(panned, progress=stop)


def refused(kind, place):
    with pytest.raises(kind) as caught:
        read_footage(place)
    said = str(caught.value)
    assert str(place.parent) not in said
    return said


def test_a_camera_that_hardly_moves_is_refused(tmp_path):
    assert "hardly moves" in refused(NotPossible, write(tmp_path / "still.mp4", 3 * np.sin(np.arange(60.0))))


def test_a_short_film_and_one_frame_are_refused(tmp_path):
    assert "1.9 s" in refused(NotPossible, write(tmp_path / "short.mp4", np.linspace(0, 1500, 20)))
    assert "0.0 s" in refused(NotPossible, write(tmp_path / "one.mp4", [0.0]))


def test_a_long_film_is_refused_before_it_is_decoded(tmp_path):
    assert "longer than 180 s" in refused(BadInput, write(tmp_path / "long.mp4", np.linspace(0, 1500, 200), rate=1.0))


def test_a_film_of_four_gigabytes_is_refused_unopened(tmp_path):
    place = tmp_path / "huge.mp4"
    with place.open("wb") as made:
        made.write(b"\x00\x00\x00\x18ftypmp42")
        os.truncate(made.fileno(), 4_000_000_000)
    assert "4.0 GB" in refused(BadInput, place)


@pytest.mark.parametrize(
    "content", [b"", b"not a film at all, only words", b"\xff\xd8\xff\xe0JFIF and so on", b"#EXTM3U\nfile:///etc/passwd\n"]
)
def test_what_is_no_film_is_refused(tmp_path, content):
    place = tmp_path / "film.mp4"
    place.write_bytes(content)
    refused(BadInput, place)


def test_a_missing_film_and_a_folder_are_refused(tmp_path):
    refused(BadInput, tmp_path / "nothing.mp4")
    refused(BadInput, tmp_path)


def test_a_film_cut_off_or_scrambled_is_refused_or_read_as_far_as_it_goes(panned, tmp_path):
    content = panned.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: len(content) // 3])
    refused(BadInput, cut)
    scrambled = bytearray(content)
    scrambled[200 : len(content) - 4000] = np.random.default_rng(1).bytes(len(content) - 4200)
    place = tmp_path / "scrambled.mp4"
    place.write_bytes(scrambled)
    with pytest.raises((BadInput, NotPossible)):
        read_footage(place)


def test_reading_leaves_no_process_behind(panned):
    read_footage(panned)
    listed = subprocess.run(["ps", "-o", "args", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True).stdout
    assert "footage_child" not in listed
    assert sys.executable
