"""Designs and plans as files: back exactly, damaged and foreign ones refused in a sentence."""

import dataclasses
import hashlib
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from scalp.base import BadInput, BadTable, ScalpError, Unreadable
from scalp.domain.design import AnchorMove, Design, HairlineEdit, Wishes
from scalp.domain.marks import KeepAway, Patch, ScalpMarks, Scar
from scalp.domain.pigment import Needle
from scalp.domain.plan import PigmentBatch, Plan, PlanStep, PriceSpan, Span, Target, Tone, TouchUp, ZoneWork
from scalp.io.designs import COLUMNS_NAME, DESIGN_NAME, head_place_of, read_design, write_design
from scalp.io.documents import DocumentKind, read_document, write_document
from scalp.io.plans import PLAN_NAME, read_plan, write_plan
from tests.makers import make_design, make_head, make_plan


def full_design() -> Design:
    """Return a design in which every field says something."""
    head = make_head(subdivisions_count=4)
    marks = ScalpMarks(
        head_digest=head.digest,
        keep_away=(KeepAway(kind="mole", place_mm=np.array([1.0, 2.0, 1 / 3]), radius_mm=2.5),),
        scars=(Scar(kind="fut", path_mm=np.array([[0.0, 1.0, 2.0], [0.1, 1.0, 2.0]]), width_mm=2.0),),
        patches=(Patch(outline_mm=np.eye(3), stable=None),),
        parting="left",
    )
    edit = HairlineEdit(head_digest=head.digest, moves=(AnchorMove(anchor="mid_frontal", up_mm=2.0),), drawn_mm=np.ones((4, 3)) / 7)
    return dataclasses.replace(make_design(head), wishes=Wishes(note="as my brother"), marks=marks, edit=edit, keep_away=marks.keep_away)


def full_plan() -> Plan:
    """Return a plan in which every field says something."""
    head = make_head(subdivisions_count=4)
    plan = make_plan(make_design(head))
    span = Span(low=0.1, expected=0.2, high=1 / 3)
    first, *rest = plan.sessions
    work = ZoneWork(
        zone="crown",
        impressions_count=first.impressions_count,
        layers_count=2,
        needle=Needle(),
        shade_ratio=17.3,
        pigment_ml=span,
        hours=span,
    )
    price = PriceSpan(low=Decimal("400.10"), high=Decimal("410.55"), currency="USD")
    tone = Tone(lightness=61.2, a=9.0, b=1 / 7)
    sessions = (dataclasses.replace(first, works=(work,), purpose="light base", price=price), *rest)
    day = date(2027, 3, 28)
    return dataclasses.replace(
        plan,
        sessions=sessions,
        target=Target(skin=tone, stubble=tone, reached=tone, measured=True),
        touch_ups=(TouchUp(earliest=day, likely=day, latest=None, share_fraction=0.3, reason="lighter"),),
        history=(PlanStep(plan_digest="before", change="made permanent", day=day),),
    )


def test_a_design_comes_back_bit_by_bit(tmp_path: Path) -> None:
    design = full_design()
    write_design(design, tmp_path, "../head/head.json")
    back = read_design(tmp_path)
    assert back == design
    assert back.digest == design.digest
    assert head_place_of(tmp_path / DESIGN_NAME) == tmp_path / "../head/head.json"


def test_a_plan_comes_back_bit_by_bit(tmp_path: Path) -> None:
    plan = full_plan()
    assert read_plan(write_plan(plan, tmp_path)) == plan


@pytest.mark.parametrize("name", [DESIGN_NAME, COLUMNS_NAME])
def test_a_design_that_was_changed_is_refused(tmp_path: Path, name: str) -> None:
    write_design(full_design(), tmp_path)
    place = tmp_path / name
    content = bytearray(place.read_bytes())
    spot = content.index(b"brother") if name == DESIGN_NAME else len(content) // 2
    content[spot] ^= 1
    place.write_bytes(content)
    with pytest.raises(ScalpError, match=r"changed since|not the one"):
        read_design(tmp_path)


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    write_design(full_design(), tmp_path)
    (tmp_path / COLUMNS_NAME).unlink()
    with pytest.raises(BadTable, match=r"design\.npz is not there"):
        read_design(tmp_path)


def test_a_plan_that_was_changed_is_refused(tmp_path: Path) -> None:
    place = write_plan(full_plan(), tmp_path)
    place.write_text(place.read_text().replace("light base", "dark base"))
    with pytest.raises(BadInput, match="changed since"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    ("version", "words"), [(2, "Update smp"), ("1.5", "reads version 1"), (None, "reads version 1"), (0, "reads version 1")]
)
def test_versions_that_are_not_known_are_refused_plainly(tmp_path: Path, version: object, words: str) -> None:
    place = write_plan(full_plan(), tmp_path)
    place.write_text(json.dumps(json.loads(place.read_text()) | {"version": version}))
    with pytest.raises(Unreadable, match=words):
        read_plan(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1, 2]", b"\xff\xfe\x00", b'{"schema": "smp-plan", "version": 1}', b"[" * 100_000])
def test_what_is_no_plan_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PLAN_NAME).write_bytes(content)
    with pytest.raises(ScalpError):
        read_plan(tmp_path)


def _crafted(folder: Path, content: bytes) -> Path:
    """A design whose columns are these bytes, and whose file says that they are the right ones."""
    place = write_design(make_design(make_head(subdivisions_count=2)), folder)
    (folder / COLUMNS_NAME).write_bytes(content)
    told = json.loads(place.read_text("utf-8"))
    del told["digest"]
    told["columns"]["sha256"] = hashlib.sha256(content).hexdigest()
    place.write_text(json.dumps(told), "utf-8")
    return place


def test_columns_with_any_byte_wrong_are_refused_or_read_but_never_break_the_reader(tmp_path: Path) -> None:
    """Also where somebody gave them the right digest: what unpacks them fails in a dozen ways."""
    write_design(make_design(make_head(subdivisions_count=2)), tmp_path)
    whole = (tmp_path / COLUMNS_NAME).read_bytes()
    refused_count = 0
    for position in range(0, len(whole), max(1, len(whole) // 150)):
        wrong = bytearray(whole)
        wrong[position] ^= 0x55
        try:
            read_design(_crafted(tmp_path, bytes(wrong)))
        except ScalpError:
            refused_count += 1
    assert refused_count > 50


def test_columns_that_unpack_to_far_more_than_they_are_are_refused_before(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("density_per_cm2.npy", bytes(120_000_000))
    with pytest.raises(BadTable, match="damaged"):
        read_design(_crafted(tmp_path, packed.getvalue()))


def test_a_zone_that_has_no_name_is_refused() -> None:
    design = make_design(make_head(subdivisions_count=2))
    with pytest.raises(BadInput, match="zone_index is 99"):
        dataclasses.replace(design, zone_index=np.full_like(design.zone_index, 99))


def test_a_document_of_an_older_version_is_upgraded_step_by_step_and_a_newer_one_refused(tmp_path: Path) -> None:
    batch = PigmentBatch(brand="B", lot="7")
    first = DocumentKind(file_name="batch.json", schema="smp-test", version=1, called="the batch", remedy="Write it anew.")
    third = dataclasses.replace(first, version=3)
    place = write_document(batch, tmp_path, first)
    told = json.loads(place.read_text())
    place.write_text(json.dumps(told | {"maker": told.pop("brand")}))
    upgrades = (lambda plain: plain | {"label": plain["maker"]}, lambda plain: plain | {"brand": plain["label"]})
    assert read_document(PigmentBatch, tmp_path, third, upgrades) == batch
    place.write_text(json.dumps(json.loads(place.read_text()) | {"version": 4}))
    with pytest.raises(Unreadable, match="Update smp"):
        read_document(PigmentBatch, tmp_path, third, upgrades)
