"""The survey on photographs: the scan's scalp is its mesh's, glasses are told on those who wear them, sheets are drawn to look at."""

from pathlib import Path

import numpy as np
import pytest

from scalp.capture.seeing.faces import find_faces
from scalp.capture.survey.occluders import find_glasses
from scalp.capture.survey.surveying import survey_scalp
from scalp.domain.photo import Photo, srgb_encoding
from scalp.io.pictures import write_picture
from scalp.rendering.surveys import survey_sheet
from tests.capture.conftest import load
from tests.scanned_scalp import overlap, see_scan

VIEWS = ("front", "left", "back", "top")


@pytest.mark.parametrize("view", VIEWS)
def test_the_scalp_mask_of_the_scans_photos_is_the_visible_scalp(models: Path, shared: Path, view):
    assert shared.is_dir()
    clear, whole = overlap(see_scan(view, models, VIEWS).regions, view)
    assert clear >= 0.97
    assert whole >= 0.93


@pytest.mark.parametrize(
    ("name", "wears"),
    [
        ("joshbailes.jpg", True),
        ("muerdter.jpeg", True),
        ("duane-rollins.jpg", False),
        ("garren.jpg", False),
        ("jameshupp.jpg", False),
        ("ozzy.jpg", False),
        ("two-people.jpg", False),
    ],
)
def test_glasses_are_told_on_those_who_wear_them(models: Path, shared: Path, name, wears):
    photo = load(shared / "photos" / name)
    for face in find_faces(photo, models):
        found = find_glasses(photo, face)
        assert found is not None
        assert (found.confidence_fraction > 0.9) == wears
        assert wears or found.confidence_fraction < 0.1


@pytest.mark.parametrize("view", ["front", "back"])
def test_a_sheet_of_the_survey_is_drawn_for_eyes_to_check(models: Path, shared: Path, tmp_path: Path, view):
    assert shared.is_dir()
    seen = see_scan(view, models, VIEWS)
    survey = survey_scalp(seen.photo, seen.head, seen.regions, face=seen.face, person=seen.person)
    assert not survey.occluders
    assert {growth.kind for growth in survey.growths} == {"bare"}
    sheet = survey_sheet(seen.photo, survey)
    assert sheet.shape[1] == 2800
    assert sheet.std() > 20
    skin = survey.regions.skin > 200
    assert np.median(survey.stubble[skin]) == 0
    write_picture(Photo(pixels=sheet, encoding=srgb_encoding()), tmp_path / f"survey-{view}.png")
    assert (tmp_path / f"survey-{view}.png").stat().st_size > 100_000
