"""`smp survey` from a photo to a survey that is read back; a person's marks and masks win; mistakes get a sentence."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from scalp.base import BadTable, Unreadable
from scalp.io.surveys import read_survey, survey_as_plain, write_survey

SPOT_PX, RADIUS_PX = (270, 235), 4
AVOID = {"at": [240.0, 215.0], "radius_mm": 6.0, "kind": "wound"}


@pytest.fixture(scope="module")
def marked(sitter, tmp_path_factory):
    """Return a folder with a photo with a mole on the scalp, and points that name another place or take it back."""
    folder = tmp_path_factory.mktemp("marked")
    with Image.open(sitter / "head.png") as photo:
        spotted = photo.convert("RGB")
    ImageDraw.Draw(spotted).ellipse([c + s * RADIUS_PX for s in (-1, 1) for c in SPOT_PX], fill=(150, 105, 85))
    spotted.save(folder / "head.png")
    points = json.loads((sitter / "points.json").read_text())
    (folder / "points.json").write_text(json.dumps(points))
    (folder / "avoid.json").write_text(json.dumps(points | {"avoid": [AVOID]}))
    (folder / "spared.json").write_text(json.dumps(points | {"not_avoid": [list(SPOT_PX)]}))
    return folder


def mask(folder, name, level=128, box=None, size=(540, 720)):
    """Save a mask of one level with a white box."""
    painted = Image.new("L", size, level)
    if box:
        ImageDraw.Draw(painted).rectangle(box, fill=255)
    painted.save(folder / name)
    return folder / name


KNOWN = {}


@pytest.fixture
def surveyed(smp, marked, tmp_path):
    """Return a function that surveys the photo and gives the survey that was written; the same words are run once."""

    def run(points="points.json", *words):
        if (points, *words) not in KNOWN:
            KNOWN[points, *words] = surveyed_anew(points, *words)
        return KNOWN[points, *words]

    def surveyed_anew(points, *words):
        result = smp("survey", marked / "head.png", "--points", marked / points, "--out", tmp_path / "out", "--json", *words)
        assert result.exit_code == 0, result.output
        survey = read_survey(tmp_path / "out")
        told = json.loads(result.stdout)
        assert told["files"] == ["survey.json", "survey.png"]
        assert {entry.stat().st_mode & 0o077 for entry in [tmp_path / "out", *(tmp_path / "out").iterdir()]} == {0}
        with Image.open(tmp_path / "out" / "survey.png") as sheet:
            assert sheet.size[0] == 2800
        return survey

    return run


def test_a_survey_is_written_whole_and_read_back_exactly(surveyed, tmp_path):
    survey = surveyed()
    assert survey.tone_of("front") is not None
    assert not any(place.told for place in survey.avoid)
    write_survey(survey, tmp_path)
    again = read_survey(tmp_path / "survey.json")
    assert survey_as_plain(again) == survey_as_plain(survey)


def test_what_a_person_names_and_takes_back_wins(surveyed):
    proposed = surveyed().avoid
    assert [place.kind for place in proposed] == ["mole"]
    assert surveyed("spared.json").avoid == ()
    told = surveyed("avoid.json")
    first = told.avoid[0]
    assert (first.kind, first.radius_mm, first.told, first.confidence_fraction) == ("wound", 6.0, True, 1.0)
    assert "avoid" in told.photos[0].told
    assert np.isclose(first.barycentric.sum(), 1.0)
    assert first.place_mm[1] > 0, "the scalp is above the ears"


def test_masks_win_over_what_was_read(surveyed, marked):
    hair = mask(marked, "hair.png", box=(150, 120, 390, 260))
    survey = surveyed("points.json", "--mask-hair", hair)
    assert survey.photos[0].told == ("hair",)
    assert survey.avoid == (), "a mole is looked for on bare skin only"
    painted = surveyed("points.json", "--mask-avoid", mask(marked, "avoid.png", level=0, box=(236, 211, 244, 219)))
    assert [place.told for place in painted.avoid] == [True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["head.png", "other.png", "--mask-skin", "small.png"], "a mask with one photo"),
        (["head.png", "--mask-skin", "small.png"], "540 x 720 px"),
        (["head.png", "--mask-skin", "head.png"], "in colour"),
        (["head.png", "--mask-skin", "points.json"], "not a PNG"),
        (["head.png", "--mask-skin", "missing.png"], "not there"),
        (["head.png", "--head", "points.json", "--circumference", "560"], "Leave out --circumference"),
        (["head.png", "--head", "points.json"], "no head"),
    ],
)
def test_mistakes_get_a_sentence_and_nothing_is_written(smp, marked, tmp_path, words, said):
    mask(marked, "small.png", size=(100, 100))
    placed = [word if word.startswith("--") or word.isdigit() else marked / word for word in words]
    result = smp("survey", *placed, "--points", marked / "points.json", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_other_files_and_later_versions_are_no_survey(surveyed, tmp_path):
    place = write_survey(surveyed(), tmp_path)
    told = json.loads(place.read_text())
    place.write_text(json.dumps(told | {"version": 2}))
    with pytest.raises(Unreadable, match=r"version 2\. Update smp"):
        read_survey(place)
    for content in (b"[]", b"{", b"\xff", json.dumps(told | {"tones": 3}).encode()):
        place.write_bytes(content)
        with pytest.raises(BadTable):
            read_survey(place)
