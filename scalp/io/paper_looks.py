"""Reading the pictures of `smp look` for a paper: those its treatment.json names, cut to the head and small enough to print."""

import dataclasses
import os
from pathlib import Path

import cv2
import numpy as np

from scalp.base import BadInput, FloatArray, WrongParent
from scalp.domain.camera import Camera
from scalp.domain.design import Design
from scalp.domain.papers import LookPicture, Simulation
from scalp.domain.photo import Photo
from scalp.domain.record import HeadRecord, TreatmentRecord
from scalp.io.photos import read_photo
from scalp.io.pictures import encode_jpeg
from scalp.io.treatments import TREATMENT_NAME, read_treatment

PRINTED_PX = 900
"""Longest side of a picture on paper: 300 px per inch at 76 mm."""
QUALITY = 88
_AROUND_FRACTION = 0.75
"""How much more than the landmarks a picture shows on each side, of their extent: the whole head and some wall."""
_MOST_PICTURES = 16
_REMEDY = "Simulate this design on this head: smp look PHOTO --plan PLAN."


def read_simulation(folder: str | os.PathLike[str], design: Design) -> Simulation:
    """Return the simulation in a folder of `smp look`, its pictures cut to the head and made small enough for paper.

    Raises `WrongParent` for one of another head or design, `BadInput` for a folder without its pictures.
    """
    place = Path(folder)
    place = place.parent if place.name == TREATMENT_NAME else place
    record = read_treatment(place)
    if record.head.head_digest != design.head_digest:
        raise WrongParent("look", "of another head", "a look on the head of this plan", _REMEDY)
    if record.design.design_digest not in (design.digest, _unnoted(design).digest):
        raise WrongParent("look", "of another design", "a look of the design of this plan", _REMEDY)
    if not record.looks:
        raise BadInput("look", "a treatment without pictures", "a folder that smp look wrote", _REMEDY)
    return Simulation(
        looks=tuple(_picture(place, record, number) for number in range(min(len(record.looks), _MOST_PICTURES))),
        design_digest=design.digest,
        plan_digest=record.plan.digest,
        impressions_digest=record.impressions_digest,
        fading=record.fading,
        doubts=record.doubts,
    )


def _unnoted(design: Design) -> Design:
    """Return a design without the client's words, which change nothing that is seen."""
    return dataclasses.replace(design, wishes=dataclasses.replace(design.wishes, note=""))


def _picture(folder: Path, record: TreatmentRecord, number: int) -> LookPicture:
    """Return one of the pictures a treatment names; names never lead out of its folder."""
    kept = record.looks[number]
    if Path(kept.picture).name != kept.picture:
        raise BadInput("look", "a picture in another folder", "pictures beside treatment.json", _REMEDY)
    return LookPicture(moment=kept.moment, content=printable(read_photo(folder / kept.picture), record.head))


def printable(photo: Photo, head: HeadRecord | None = None) -> bytes:
    """Return a photo as a JPEG for paper: cut to the head where one camera of it fits the picture, and made small."""
    pixels = photo.pixels if photo.pixels.dtype == np.uint8 else (photo.pixels // 257).astype(np.uint8)
    rows, cols = pixels.shape[:2]
    fitting = [camera for camera in head.cameras if (camera.height_px, camera.width_px) == (rows, cols)] if head else []
    if head is not None and len(fitting) == 1:
        left, top, right, bottom = _around_head(fitting[0], head.landmarks_mm)
        pixels = pixels[top:bottom, left:right]
    scale = PRINTED_PX / max(pixels.shape[:2])
    if scale < 1.0:
        size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    return encode_jpeg(dataclasses.replace(photo, pixels=np.ascontiguousarray(pixels)), QUALITY)


def _around_head(camera: Camera, landmarks_mm: FloatArray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the part of a picture that holds the head and a little around it."""
    seen = camera.project(landmarks_mm)
    low, high = seen.min(0), seen.max(0)
    middle, reach = 0.5 * (low + high), (0.5 + _AROUND_FRACTION) * float((high - low).max())
    left, top = np.maximum(np.floor(middle - reach * np.array([0.8, 0.9])), 0).astype(int)
    right, bottom = np.ceil(middle + reach * np.array([0.8, 0.9])).astype(int)
    right, bottom = min(int(right), camera.width_px), min(int(bottom), camera.height_px)
    if right - left < 16 or bottom - top < 16:
        return 0, 0, camera.width_px, camera.height_px
    return int(left), int(top), right, bottom
