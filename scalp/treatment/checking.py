"""Judging several photos of one head before any work on them: each by itself, then all together."""

from collections.abc import Sequence
from pathlib import Path

from scalp.base import NotPossible, Progress, ScalpError, no_progress
from scalp.capture.checking.checks import check_photo
from scalp.capture.checking.gathering import Gathering, check_photos
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.evidence import FEWEST_JOINING_COUNT
from scalp.capture.survey.regions import read_regions
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, MarkedPoints, Regions, Sighting


def judge_photos(
    photos: Sequence[Photo],
    models: Path | None,
    *,
    points: Sequence[MarkedPoints | None] | None = None,
    progress: Progress = no_progress,
) -> Gathering:
    """Return what is good and bad about several photos of one head, and which to take again.

    None is refused: a photo without a face or points is told to be so and left out of the joint fit, which tells from
    where each sees the head and whether one head explains them all. Of several faces the largest is taken.
    """
    sightings, faces, regions = [], [], []
    for number, photo in enumerate(photos):
        progress(f"looking at photo {number + 1} of {len(photos)}", 0.7 * number / len(photos))
        sighting, found, seen = _look(photo, models, points[number] if points else None)
        sightings.append(sighting)
        faces.append(found)
        regions.append(seen)
    progress("fitting one head to all", 0.75)
    head, refused = _joint(sightings)
    findings = [
        check_photo(one.photo, found, seen, _where_it_joined(head, one), chosen=one.face)
        for one, found, seen in zip(sightings, faces, regions, strict=True)
    ]
    return check_photos(sightings, findings, regions, head, refused=refused)


def _where_it_joined(head: Head | None, sighting: Sighting) -> Head | None:
    """Return the head where it was made from this photo too."""
    return head if head is not None and sighting.photo.digest in head.photo_digests else None


def _look(photo: Photo, models: Path | None, points: MarkedPoints | None) -> tuple[Sighting, tuple[FaceSighting, ...], Regions | None]:
    """Return what one photo shows, its faces, and its regions where a face or person is seen."""
    faces = find_faces(photo, models) if models else ()
    face = max(faces, key=lambda one: one.box_px[3] - one.box_px[1], default=None)
    if models is None or (face is None and points is None):
        return Sighting(photo=photo, points=points), faces, None
    person = segment_person(photo, face, models, others=faces)
    regions = read_regions(photo, face=face, person=person)
    sighting = Sighting(photo=photo, face=face, points=points, outline=trace_outline(photo, person, face))
    return sighting, faces, regions


def _joint(sightings: Sequence[Sighting]) -> tuple[Head | None, str | None]:
    """Return the head that all photos with a face or points tell of, or why there is none."""
    different = {one.photo.digest: one for one in reversed(sightings)}.values()
    telling = tuple(one for one in reversed(tuple(different)) if _tells(one))
    if len(telling) < 2:
        return None, None
    try:
        return reconstruct_together(telling), None
    except NotPossible as error:
        return None, f"{error.asked}; possible is {error.reachable}"
    except ScalpError as error:
        return None, str(error)


def _tells(sighting: Sighting) -> bool:
    """Tell whether a photo can join a fit."""
    return sighting.face is not None or (sighting.points is not None and len(sighting.points.names) >= FEWEST_JOINING_COUNT)
