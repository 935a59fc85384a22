"""treatment.json: exact both ways, without a face, and plain words for every file that is something else."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from scalp.base import BadTable, Doubt, Unreadable, WrongParent
from scalp.domain.design import Design
from scalp.domain.fading import Fading, FadingFactors
from scalp.domain.hair import NativeHair, Stubble
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look, Moment
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.plan import Plan
from scalp.domain.record import TreatmentRecord
from scalp.io.treatments import read_impressions, read_treatment, record_treatment, write_treatment
from tests.makers import make_camera, make_design, make_head, make_impressions, make_plan, make_skin

LARGEST_JSON_BYTES = 60_000
Course = tuple[Head, Design, Plan, Impressions]


@pytest.fixture(scope="module")
def course() -> Course:
    head = make_head(camera=make_camera(), photo=Photo(pixels=np.zeros((64, 64, 3), np.uint8), encoding=srgb_encoding()))
    design = make_design(head)
    plan = make_plan(design)
    return head, design, plan, make_impressions(head, design, plan)


@pytest.fixture(scope="module")
def record(course: Course) -> TreatmentRecord:
    head, design, plan, impressions = course
    photo = Photo(pixels=np.zeros((64, 64, 3), np.uint8), encoding=srgb_encoding())
    doubt = Doubt(kind="ageing", where="year 10", size="about 30 %", advice="Look at low and high too.")
    looks = tuple(
        Look(
            photo_digest=photo.digest,
            moment=Moment(name=name, label=name, session_number=3, days=42.0, years=years),
            photo=photo,
            touched=np.zeros((64, 64), np.uint8),
            doubts=(doubt,),
        )
        for name, years in (("healed", 0.0), ("year-10", 10.0))
    )
    named = tuple((look, f"{look.moment.name}.jpg") for look in looks)
    return record_treatment(head, design, plan, impressions, make_skin(), named)


def test_a_treatment_read_back_is_the_one_written(record: TreatmentRecord, tmp_path: Path) -> None:
    write_treatment(record, tmp_path)
    assert read_treatment(tmp_path) == record
    assert read_treatment(tmp_path / "treatment.json").plan == record.plan


def test_impressions_read_back_are_the_ones_written(course: Course, record: TreatmentRecord, tmp_path: Path) -> None:
    write_treatment(record, tmp_path, course[3])
    again = read_impressions(tmp_path)
    assert again == course[3]
    assert again.digest == read_treatment(tmp_path).impressions_digest


def test_a_doubt_that_several_looks_share_is_kept_once(record: TreatmentRecord) -> None:
    assert [doubt.where for doubt in record.doubts].count("year 10") == 1


def test_neither_photo_nor_surface_of_the_head_is_in_the_file(course: Course, record: TreatmentRecord, tmp_path: Path) -> None:
    text = write_treatment(record, tmp_path).read_text("utf-8")
    assert len(text) < LARGEST_JSON_BYTES < course[0].surface.vertices_mm.nbytes
    assert "vertices" not in text
    assert "pixels" not in text


def test_the_file_says_its_schema_its_version_and_that_it_is_no_promise(record: TreatmentRecord, tmp_path: Path) -> None:
    told = json.loads(write_treatment(record, tmp_path).read_text("utf-8"))
    assert (told["schema"], told["version"]) == ("smp-treatment", 1)
    assert "not a promise" in told["notice"]
    assert set(told) == {
        "schema",
        "version",
        "notice",
        "space",
        "head",
        "design",
        "plan",
        "skin",
        "impressions_count",
        "impressions_digest",
        "fading",
        "stubble",
        "looks",
        "doubts",
    }, "a change of the schema needs a new version"


def test_nouns_of_two_treatments_are_not_recorded_together(course: Course, record: TreatmentRecord, tmp_path: Path) -> None:
    head, design, plan, impressions = course
    other = make_plan(design, impressions_count=200)
    with pytest.raises(WrongParent, match="impressions"):
        record_treatment(head, design, other, impressions, make_skin())
    with pytest.raises(WrongParent, match="impressions"):
        write_treatment(record, tmp_path, make_impressions(head, design, plan, seed=2))


def test_a_newer_version_is_refused_plainly(record: TreatmentRecord, tmp_path: Path) -> None:
    place = write_treatment(record, tmp_path)
    place.write_text(place.read_text("utf-8").replace('"version": 1', '"version": 2'), "utf-8")
    with pytest.raises(Unreadable, match=r"version 2\. Update smp"):
        read_treatment(place)


@pytest.mark.parametrize(
    ("path", "wrong", "told"),
    [
        (("plan", "sessions", 1, "day"), "soon", r"treatment\.plan\.sessions\[1\]\.day is soon; allowed: a date"),
        (("plan", "sessions", 0, "price", "low"), "cheap", "an exact amount"),
        (("design", "wishes", "style"), "mohican", "natural, soft"),
        (("head", "landmarks_mm"), [[1, 2], [3]], "rows of equal length"),
        (("skin", "melanin_fraction"), "dark", "allowed: a float"),
        (("impressions_count",), True, "allowed: a int"),
        (("looks",), {}, "a list"),
        (("skin",), None, "an object in braces"),
    ],
)
def test_every_wrong_field_is_named_by_its_place(
    record: TreatmentRecord, tmp_path: Path, path: tuple[str | int, ...], wrong: object, told: str
) -> None:
    place = write_treatment(record, tmp_path)
    content = json.loads(place.read_text("utf-8"))
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong
    place.write_text(json.dumps(content), "utf-8")
    with pytest.raises(BadTable, match=told):
        read_treatment(place)


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"schema": "other"}', "[" * 100_000])
def test_a_file_that_is_no_treatment_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "treatment.json"
    place.write_text(text, "utf-8")
    with pytest.raises(BadTable, match=r"treatment\.json is"):
        read_treatment(place)
    with pytest.raises(BadTable, match=r"impressions\.npz is not there"):
        read_impressions(tmp_path)


@pytest.mark.parametrize("kept_bytes", [0, 10, 3000, -30])
def test_damaged_impressions_are_refused(course: Course, record: TreatmentRecord, tmp_path: Path, kept_bytes: int) -> None:
    write_treatment(record, tmp_path, course[3])
    place = tmp_path / "impressions.npz"
    place.write_bytes(place.read_bytes()[:kept_bytes])
    with pytest.raises(BadTable, match="damaged"):
        read_impressions(place)


def test_what_was_told_of_the_client_is_read_back(record: TreatmentRecord, tmp_path: Path) -> None:
    fading = Fading(factors=FadingFactors(sun="high", skin_type="oily", scar=True))
    stubble = Stubble(hair=NativeHair(grey_fraction=0.6), days=3.0, later_norwood="7")
    told = dataclasses.replace(record, fading=fading, stubble=stubble)
    write_treatment(told, tmp_path)
    assert read_treatment(tmp_path) == told
