"""From the files a person gives `smp head` to a head in a folder: what each file is, whose points are whose, all or nothing."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from scalp.base import BadInput, Progress
from scalp.capture.size.scale import ScaleWish
from scalp.domain.client import Client
from scalp.domain.stored import StoredHead
from scalp.io.footage import read_footage
from scalp.io.heads import HEAD_NAME, SURFACE_NAME, write_head
from scalp.io.inputs import InputKind, recognise_input
from scalp.io.motion import find_motion
from scalp.io.photos import read_photo
from scalp.io.points import PointsFile, check_places_inside, read_points_file, read_points_of_photos
from scalp.io.scans import read_places, read_scan
from scalp.treatment.heads import HeadStudy, Take, head_of_film, head_of_photos, head_of_scan, stored_head
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
    unit: str | None = None
    up: str | None = None


def run_head(order: HeadOrder, folder: Path, stages: "Stages") -> tuple[StoredHead, list[str]]:
    """Make the head an order asks for and write it with its pictures into a folder; return it and the names of the files."""
    study = _study(order, stages.part(0.0, 0.6))
    stored = stored_head(study)
    stages.part(0.6, 0.65)("writing the head", 0.0)
    write_head(stored, folder, study.texture)
    return stored, [HEAD_NAME, SURFACE_NAME, *write_pictures(study, stored, folder, stages.part(0.65, 1.0))]


def _study(order: HeadOrder, progress: Progress) -> HeadStudy:
    """Return the head of what was given: photos, one film, or one scan."""
    kinds = [recognise_input(file) for file in order.files]
    kind: InputKind = next((one for one in kinds if one != "photo"), "photo")
    if kind != "photo" and len(kinds) > 1:
        raise BadInput("files", f"a {kind} among {len(kinds)} files", "photos, or one film, or one scan alone", "Give it by itself.")
    _refuse_idle_words(order, kind)
    if kind == "film":
        return _study_film(order, progress)
    return _study_scan(order, progress) if kind == "scan" else _study_photos(order, progress)


def _refuse_idle_words(order: HeadOrder, kind: InputKind) -> None:
    """Refuse what was said and could not be heeded."""
    wish = order.scale or ScaleWish()
    marked = wish.card_px is not None or wish.card_sought or wish.coin is not None
    idle = {
        "unit": kind != "scan" and order.unit is not None,
        "up": kind != "scan" and order.up is not None,
        "face": kind != "photo" and order.face_number is not None,
        "card": kind != "photo" and marked,
        "points": kind == "film" and bool(order.points),
    }
    for name, said in idle.items():
        if said:
            raise BadInput(name, f"given with a {kind}", f"words that a {kind} can heed", f"Leave out --{name}.")


def _study_film(order: HeadOrder, progress: Progress) -> HeadStudy:
    """Return the head of a film."""
    models = models_or_none(needed=True)
    if models is None:
        raise BadInput("face models", "missing", "the face models", "Fetch them: smp assets --fetch.")
    footage = read_footage(order.files[0], progress=progress)
    motion = find_motion(footage, progress=progress)
    return head_of_film(footage, motion, models, scale=order.scale, client=order.client, textured=order.textured, progress=progress)


def _study_scan(order: HeadOrder, progress: Progress) -> HeadStudy:
    """Return the head of a scan."""
    if len(order.points) > 1:
        raise BadInput("points", f"{len(order.points)} files", "one file for a scan", "Put all its points into one file.")
    progress("reading the scan", 0.0)
    scan = read_scan(order.files[0], unit=order.unit, up=order.up)  # type: ignore[arg-type]
    named = read_places(order.points[0]) if order.points else None
    models = models_or_none(needed=named is None)
    return head_of_scan(scan, models, points=named, scale=order.scale, client=order.client, textured=order.textured, progress=progress)


def _study_photos(order: HeadOrder, progress: Progress) -> HeadStudy:
    """Return the head of the photos of an order."""
    told = points_of(order.files, order.points)
    takes, scale = [], order.scale or ScaleWish()
    for number, (file, marked) in enumerate(zip(order.files, told, strict=True)):
        progress("reading the photos", 0.1 * number / len(order.files))
        photo = read_photo(file)
        if marked is not None:
            check_places_inside(marked, photo.width_px, photo.height_px)
            scale = scale_with(scale, marked) if number == 0 else scale
        takes.append(Take(photo=photo, points=None if marked is None else marked.marked, face_number=order.face_number))
    models = models_or_none(needed=any(take.points is None for take in takes))
    return head_of_photos(tuple(takes), models, scale=scale, client=order.client, textured=order.textured, progress=progress)


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
