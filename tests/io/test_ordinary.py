"""What is no ordinary file, or says numbers no computer counts with, is refused in a sentence and never waited for."""

import json
import os
from pathlib import Path

import pytest

from scalp.base import BadInput, ScalpError, as_numbers
from scalp.io.folders import output_folder
from scalp.io.footage import read_footage
from scalp.io.heads import read_head
from scalp.io.inputs import recognise_input
from scalp.io.ordinary import read_ordinary
from scalp.io.photos import read_photo
from scalp.io.points import read_points_of_photos
from scalp.io.scans import read_places, read_scan
from scalp.io.surveys import read_survey
from scalp.io.tables import read_price_list
from scalp.io.texts import LARGEST_TEXT_BYTES, parse_json
from scalp.io.treatments import read_treatment

READERS = (
    read_photo,
    read_scan,
    read_footage,
    read_points_of_photos,
    read_places,
    read_price_list,
    read_head,
    read_survey,
    read_treatment,
)
HUGE = "1" + "0" * 400


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
@pytest.mark.parametrize("read", READERS)
def test_a_pipe_is_refused_and_never_opened(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScalpError, match="not an ordinary file"):
        read(tmp_path / "pipe")
    assert recognise_input(tmp_path / "pipe") == "photo"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
@pytest.mark.parametrize("read", READERS)
def test_a_device_without_end_is_refused(tmp_path, read):
    (tmp_path / "endless").symlink_to("/dev/zero")
    with pytest.raises(ScalpError, match="not an ordinary file"):
        read(tmp_path / "endless")


@pytest.mark.parametrize("read", READERS)
def test_a_link_to_itself_is_refused_by_its_own_name_alone(tmp_path, read):
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    with pytest.raises(ScalpError) as refusal:
        read(tmp_path / "loop.json")
    assert str(tmp_path) not in str(refusal.value)


def test_no_more_is_read_than_was_said_to_be_enough(tmp_path):
    (tmp_path / "some").write_bytes(b"12345")
    assert read_ordinary(tmp_path / "some", 5) == b"12345"
    with pytest.raises(OSError, match="large"):
        read_ordinary(tmp_path / "some", 4)
    (tmp_path / "long.json").write_bytes(b" " * (LARGEST_TEXT_BYTES + 1))
    for read in (read_points_of_photos, read_places):
        with pytest.raises(ScalpError, match="larger than 1 MB"):
            read(tmp_path / "long.json")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_places, f'{{"glabella": [0, 1, {HUGE}]}}'),
        (read_places, '{"glabella": [0, 1, null]}'),
        (read_places, '{"glabella": [0, 1, 2], "glabella": [0, 1, 2]}'),
        (read_points_of_photos, f'{{"avoid": [{{"at": [1, 2], "radius_mm": {HUGE}}}]}}'),
        (read_points_of_photos, '{"avoid": [{"at": [1, 2], "radius_mm": NaN}]}'),
        (read_points_of_photos, f'{{"points": {{"glabella": [0, {HUGE}]}}}}'),
        (read_points_of_photos, '{"version": true, "points": {"glabella": [0, 1]}}'),
        (read_points_of_photos, '{"photos": {"\\ud800.jpg": {"points": {"glabella": [0, 1]}}}}'),
    ],
)
def test_what_is_no_number_or_name_is_refused_in_words(tmp_path, read, text):
    (tmp_path / "points.json").write_text(text)
    with pytest.raises(ScalpError) as refusal:
        read(tmp_path / "points.json")
    assert len(str(refusal.value)) < 1000


def test_a_number_of_hundreds_of_digits_is_no_array():
    with pytest.raises(BadInput, match="no array of numbers"):
        as_numbers("places", [[0, 1, 10**400]])


def test_many_names_are_told_apart_in_one_pass(tmp_path):
    text = json.dumps({f"name {number}": 0 for number in range(60_000)})
    assert len(parse_json(tmp_path / "many.json", text, "{}")) == 60_000
    with pytest.raises(BadInput, match="twice"):
        parse_json(tmp_path / "many.json", '{"a": 1, "a": 1}', "{}")


def test_what_a_killed_run_left_is_cleared_a_day_later_and_nothing_else_is(tmp_path):
    names = (".smp-look-0123abcd", ".smp-look-4567cdef", ".smp-look-0123abcd-older", ".smp-looks-0123abcd", "mine")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.png").write_bytes(b"half")
        if name != ".smp-look-4567cdef":
            os.utime(tmp_path / name, (0, 0))
    with output_folder(tmp_path / "look") as folder:
        (folder / "sheet.png").write_bytes(b"whole")
    assert {entry.name for entry in tmp_path.iterdir()} == {"look", *names[1:]}
