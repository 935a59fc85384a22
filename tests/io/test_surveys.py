"""Surveys as files: what could not be counted is null in the file and not a number in the noun, region by region."""

import dataclasses
import json
import math

import numpy as np

from scalp.domain.survey import PhotoReading, ScalpSurvey, SideGrowth, WhiteBalance
from scalp.io.surveys import read_survey, survey_as_plain, write_survey

UNCOUNTED = SideGrowth(
    region="left side",
    kind="hair",
    lab=np.array([40.0, 5.0, 10.0]),
    difference_lab=np.array([-20.0, 1.0, 2.0]),
    covered_fraction=0.9,
    density_per_cm2=math.nan,
    density_sd_per_cm2=math.nan,
    confidence_fraction=0.8,
)
BALANCE = WhiteBalance(gain_weights=np.ones(3), hue_sd_log=0.1, brightness_sd_log=0.5, source="camera")
COUNTED = dataclasses.replace(UNCOUNTED, region="back", kind="stubble", density_per_cm2=120.0, density_sd_per_cm2=15.0)


def test_hair_that_was_not_counted_comes_back_uncounted_and_counted_hair_with_its_count(tmp_path):
    photos = tuple(
        PhotoReading(photo_digest="a" * 64, balance=BALANCE, growths=growths) for growths in ((COUNTED, UNCOUNTED), (), (UNCOUNTED,))
    )
    survey = ScalpSurvey(head_digest="b" * 64, tones=(), growths=(UNCOUNTED, COUNTED), avoid=(), photos=photos)
    place = write_survey(survey, tmp_path)
    assert "NaN" not in place.read_text()
    again = read_survey(place)
    assert survey_as_plain(again) == survey_as_plain(survey)
    assert math.isnan(again.growths[0].density_per_cm2)
    assert (again.growths[1].density_per_cm2, again.photos[0].growths[0].density_sd_per_cm2) == (120.0, 15.0)
    assert json.loads(place.read_text())["photos"][2]["growths"][0]["density_per_cm2"] is None
