"""`survey.json`: what the photos of a head say of its scalp, versioned, for its owner only; no pixel and no shape is in it.

What the words mean is `scalp.domain.survey`'s `ScalpSurvey`.
"""

import dataclasses
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadTable
from scalp.domain.survey import ScalpSurvey, SideGrowth
from scalp.io.codec import noun_from_plain, plain_from_noun, pretty
from scalp.io.ordinary import read_ordinary, reason
from scalp.io.pictures import OWNER_ONLY, write_whole
from scalp.io.versions import demand_version

SURVEY_NAME = "survey.json"
SCHEMA, VERSION = "smp-survey", 1
NOTICE = (
    "Read from photos of a person's head: proposals for a person to check, no finding of a physician. Keep it as you keep their photos."
)
SPACE = "head: right-handed, origin between the tragi, +X to the client's left, +Y up, +Z forward, mm; boxes: px of the upright photo"
LARGEST_BYTES = 20_000_000
_REMEDY = "Give the survey.json of a folder that smp survey wrote."
_UNCOUNTED = ("density_per_cm2", "density_sd_per_cm2")


def write_survey(survey: ScalpSurvey, folder: str | os.PathLike[str]) -> Path:
    """Write `survey.json` into a folder, whole or not at all, and return its place; what could not be counted is null."""
    place = Path(folder) / SURVEY_NAME
    told = {"schema": SCHEMA, "version": VERSION, "notice": NOTICE, "space": SPACE} | survey_as_plain(survey)
    write_whole(place, (pretty(told) + "\n").encode(), mode=OWNER_ONLY)
    return place


def survey_as_plain(survey: ScalpSurvey) -> dict[str, Any]:
    """Return a survey as the plain values of its file."""
    told: dict[str, Any] = plain_from_noun(survey)
    for growth in _growths(told):
        growth.update({name: growth[name] if np.isfinite(growth[name]) else None for name in _UNCOUNTED})
    return told


def read_survey(path: str | os.PathLike[str]) -> ScalpSurvey:
    """Return the survey in a `survey.json`, or in a folder that holds one, exactly as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for everything else.
    """
    place = Path(path)
    place = place / SURVEY_NAME if place.is_dir() else place
    try:
        told = json.loads(read_ordinary(place, LARGEST_BYTES))
    except (OSError, ValueError, RecursionError) as fault:
        why = reason(fault, LARGEST_BYTES) if isinstance(fault, OSError) else "not JSON"
        raise BadTable(place.name[:80] or "the survey", why, "a survey written by smp", _REMEDY) from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise BadTable(place.name, "no survey", f'a file with "schema": "{SCHEMA}"', _REMEDY)
    demand_version("the survey", told.get("version"), VERSION)
    uncounted = [[name for name in _UNCOUNTED if growth.get(name, 0) is None] for growth in _growths(told)]
    for growth, names in zip(_growths(told), uncounted, strict=True):
        growth.update(dict.fromkeys(names, 0.0))
    return _without_counts(noun_from_plain(ScalpSurvey, told, "survey"), iter(uncounted))


def _without_counts(survey: ScalpSurvey, uncounted: Iterator[list[str]]) -> ScalpSurvey:
    """Return a survey with not-a-number where nothing was counted, region by region in the order of its file: files hold none."""

    def told(growths: tuple[SideGrowth, ...]) -> tuple[SideGrowth, ...]:
        return tuple(dataclasses.replace(growth, **_nothing(next(uncounted))) for growth in growths)

    together = told(survey.growths)
    photos = tuple(dataclasses.replace(photo, growths=told(photo.growths)) for photo in survey.photos)
    return dataclasses.replace(survey, growths=together, photos=photos)


def _nothing(names: list[str]) -> dict[str, Any]:
    return dict.fromkeys(names, np.nan)


def _growths(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the hair of every region in a survey's plain values, of all photos together and of each."""
    photos = told.get("photos")
    parts = [told, *(photos if isinstance(photos, list) else [])]
    lists = [part.get("growths") for part in parts if isinstance(part, dict)]
    return [growth for each in lists if isinstance(each, list) for growth in each if isinstance(growth, dict)]
