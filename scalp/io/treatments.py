"""treatment.json: a treatment as data, versioned; and its impressions as columns in a file beside it.

No face is in it beyond what is needed: cameras, eight landmarks, hairline, plan, counts, skin, doubts; neither photo nor
the surface of the head.
"""

import io
import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadTable, Doubt, WrongParent
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.look import Look
from scalp.domain.plan import Plan
from scalp.domain.record import DesignRecord, HeadRecord, LookRecord, TreatmentRecord
from scalp.domain.skin import Skin
from scalp.io.codec import noun_from_plain, plain_from_noun, pretty
from scalp.io.ordinary import DAMAGED, read_ordinary, reason
from scalp.io.pictures import write_whole
from scalp.io.versions import demand_version

TREATMENT_NAME, IMPRESSIONS_NAME = "treatment.json", "impressions.npz"
TREATMENT_SCHEMA, IMPRESSIONS_SCHEMA, VERSION = "smp-treatment", "smp-impressions", 1
NOTICE = "A simulation of scalp micropigmentation. It is not a promise and not medical advice."
SPACE = "head: right-handed, origin between the tragi, +X to the client's left, +Y up, +Z forward, mm"
LARGEST_TREATMENT_BYTES = 20_000_000
LARGEST_IMPRESSIONS_BYTES = 200_000_000
_REMEDY = "Give the treatment.json of a folder that smp wrote."
_DIGESTS = ("head_digest", "plan_digest")


def record_treatment(
    head: Head, design: Design, plan: Plan, impressions: Impressions, skin: Skin, looks: tuple[tuple[Look, str], ...] = ()
) -> TreatmentRecord:
    """Return what is kept of a treatment; `looks` come with the names of their picture files.

    Raises `WrongParent` when the nouns do not belong to one another.
    """
    for name, said, meant in (
        ("design", design.head_digest, head.digest),
        ("plan", plan.design_digest, design.digest),
        ("impressions", impressions.plan_digest, plan.digest),
    ):
        if said != meant:
            raise WrongParent(name, "made for another treatment", "the nouns of one treatment", "Make it again from this head.")
    doubts = [*head.doubts, *design.doubts, *plan.doubts, *skin.doubts, *(doubt for look, _ in looks for doubt in look.doubts)]
    return TreatmentRecord(
        head=HeadRecord(
            head_digest=head.digest,
            photo_digests=head.photo_digests,
            cameras=head.cameras,
            landmarks_mm=head.landmarks_mm,
            scale_sd_fraction=head.scale_sd_fraction,
        ),
        design=DesignRecord(design_digest=design.digest, wishes=design.wishes, hairline=design.hairline, area_cm2=design.area_cm2),
        plan=plan,
        skin=skin,
        impressions_count=len(impressions),
        impressions_digest=impressions.digest,
        looks=tuple(LookRecord(moment=look.moment, picture=picture) for look, picture in looks),
        doubts=_each_once(doubts),
    )


def write_treatment(record: TreatmentRecord, folder: str | os.PathLike[str], impressions: Impressions | None = None) -> Path:
    """Write `treatment.json`, and `impressions.npz` where impressions are given; return the place of the first.

    Raises `WrongParent` for impressions that are not the recorded ones.
    """
    place = Path(folder) / TREATMENT_NAME
    if impressions is not None:
        if impressions.digest != record.impressions_digest:
            raise WrongParent("impressions", "those of another treatment", "the recorded ones", "Give the impressions of this record.")
        write_impressions(impressions, place.with_name(IMPRESSIONS_NAME))
    told = {"schema": TREATMENT_SCHEMA, "version": VERSION, "notice": NOTICE, "space": SPACE} | plain_from_noun(record)
    write_whole(place, (pretty(told) + "\n").encode())
    return place


def read_treatment(path: str | os.PathLike[str]) -> TreatmentRecord:
    """Return the treatment in a `treatment.json`, or in a folder that holds one, exactly as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for everything else.
    """
    place = Path(path)
    place = place / TREATMENT_NAME if place.is_dir() else place
    try:
        told = json.loads(_bytes(place, LARGEST_TREATMENT_BYTES))
    except (ValueError, RecursionError) as fault:
        raise BadTable(place.name, "not JSON", "a treatment written by smp", _REMEDY) from fault
    if not isinstance(told, dict) or told.get("schema") != TREATMENT_SCHEMA:
        raise BadTable(place.name, "no treatment", f'a file with "schema": "{TREATMENT_SCHEMA}"', _REMEDY)
    demand_version("the treatment", told.get("version"), VERSION)
    return noun_from_plain(TreatmentRecord, told, "treatment")


def write_impressions(impressions: Impressions, path: str | os.PathLike[str]) -> None:
    """Write impressions as compressed columns, exact."""
    columns: dict[str, Any] = {field.name: getattr(impressions, field.name) for field in fields(impressions)}  # type: ignore[arg-type]
    written = io.BytesIO()
    np.savez_compressed(written, schema=np.array(IMPRESSIONS_SCHEMA), version=np.array(VERSION), **columns)
    write_whole(Path(path), written.getvalue())


def read_impressions(path: str | os.PathLike[str]) -> Impressions:
    """Return the impressions in an `impressions.npz`, or in a folder that holds one, exactly as they were written."""
    place = Path(path)
    place = place / IMPRESSIONS_NAME if place.is_dir() else place
    content = _bytes(place, LARGEST_IMPRESSIONS_BYTES)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as read:
            told = {name: read[name] for name in read.files}
    except DAMAGED as fault:
        raise BadTable(place.name, "damaged", "impressions written by smp", "Write them again.") from fault
    if str(told.pop("schema", "")) != IMPRESSIONS_SCHEMA:
        raise BadTable(place.name, "no impressions", "impressions written by smp", "Give the impressions.npz of a folder that smp wrote.")
    demand_version("the impressions", told.pop("version", "none"), VERSION)
    wanted = [field.name for field in fields(Impressions)]  # type: ignore[arg-type]
    missing = [name for name in wanted if name not in told]
    if missing:
        raise BadTable(place.name, f"without {missing[0]}", "every column", "Write them again.")
    columns: dict[str, Any] = {name: str(told[name]) if name in _DIGESTS else told[name] for name in wanted}
    return Impressions(**columns)


def _bytes(place: Path, limit_bytes: int) -> bytes:
    """Return the bytes of a file of a sensible size."""
    try:
        return read_ordinary(place, limit_bytes)
    except (OSError, ValueError) as fault:
        allowed = f"a file of at most {limit_bytes // 1_000_000} MB that you may read"
        raise BadTable(place.name[:80] or "the treatment", reason(fault, limit_bytes), allowed, _REMEDY) from fault


def _each_once(doubts: list[Doubt]) -> tuple[Doubt, ...]:
    """Return doubts in order, each once."""
    return tuple(dict.fromkeys(doubts))
