"""From the files a person gives `smp head` to a head in a folder: what each file is, whose points are whose, all or nothing."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from scalp.base import BadInput
from scalp.capture.scale import ScaleWish
from scalp.domain.client import Client
from scalp.domain.stored import StoredHead
from scalp.io.heads import HEAD_NAME, SURFACE_NAME, write_head
from scalp.io.photos import read_photo
from scalp.io.points import PointsFile, check_places_inside, read_points_file, read_points_of_photos
from scalp.treatment.heads import HeadStudy, Take, head_of_photos, stored_head
from smp.head_sheet import write_pictures
from smp.sitting import models_or_none, scale_with

if TYPE_CHECKING:
    from smp.terminal import Stages


@dataclasses.dataclass(frozen=True, kw_only=True)
class HeadOrder:
    """What was asked for, checked as far as it can be before any file is read."""

    files: tuple[Path, ...]
    points: tuple[Path, ...] = ()
    face_number: int | None = None
    scale: ScaleWish | None = None
    client: Client | None = None
    textured: bool = True


def run_head(order: HeadOrder, folder: Path, stages: "Stages") -> tuple[StoredHead, list[str]]:
    """Make the head an order asks for and write it with its pictures into a folder; return it and the names of the files."""
    study = _study_photos(order, stages.part(0.0, 0.6))
    stored = stored_head(study)
    stages.part(0.6, 0.65)("writing the head", 0.0)
    write_head(stored, folder, study.texture)
    return stored, [HEAD_NAME, SURFACE_NAME, *write_pictures(study, stored, folder, stages.part(0.65, 1.0))]


def _study_photos(order: HeadOrder, stages: "Stages") -> HeadStudy:
    """Return the head of the photos of an order."""
    told = points_of(order.files, order.points)
    takes, scale = [], order.scale or ScaleWish()
    for number, (file, marked) in enumerate(zip(order.files, told, strict=True)):
        stages("reading the photos", 0.1 * number / len(order.files))
        photo = read_photo(file)
        if marked is not None:
            check_places_inside(marked, photo.width_px, photo.height_px)
            scale = scale_with(scale, marked) if number == 0 else scale
        takes.append(Take(photo=photo, points=None if marked is None else marked.marked, face_number=order.face_number))
    models = models_or_none(needed=any(take.points is None for take in takes))
    return head_of_photos(tuple(takes), models, scale=scale, client=order.client, textured=order.textured, progress=stages)


def points_of(photos: tuple[Path, ...], files: tuple[Path, ...]) -> tuple[PointsFile | None, ...]:
    """Return what is marked in each photo: by one file that names them, or by one file for each in their order."""
    if not files:
        return (None,) * len(photos)
    if len(files) == 1:
        told = read_points_of_photos(files[0])
        if len(told) == 1 and not told[0].name:
            if len(photos) > 1:
                allowed = f"a file that names the {len(photos)} photos, or --points once for each"
                raise BadInput(files[0].name, "a points file of one photo", allowed, "Mark the others too.")
            return told
        named = {one.name: one for one in told}
        found = tuple(named.get(photo.name) for photo in photos)
        if not any(found):
            raise BadInput(files[0].name, "without any of these photos", "points under the photos' file names", "Check the names in it.")
        return found
    if len(files) != len(photos):
        raise BadInput(
            "points", f"{len(files)} files", f"one for all, or {len(photos)}: one for each photo", "Give one for each, in order."
        )
    return tuple(read_points_file(file, photo.name) for file, photo in zip(files, photos, strict=True))
