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
from scalp.capture.survey.regions import read_regions
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import Finding, MarkedPoints, Regions, Sighting

FEWEST_JOINING_COUNT = 3


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
    sightings, findings, regions = [], [], []
    for number, photo in enumerate(photos):
        progress(f"looking at photo {number + 1} of {len(photos)}", 0.7 * number / len(photos))
        sighting, found, seen = _look(photo, models, points[number] if points else None)
        sightings.append(sighting)
        findings.append(found)
        regions.append(seen)
    progress("fitting one head to all", 0.75)
    head, refused = _joint(sightings)
    return check_photos(sightings, findings, regions, head, refused=refused)


def _look(photo: Photo, models: Path | None, points: MarkedPoints | None) -> tuple[Sighting, tuple[Finding, ...], Regions | None]:
    """Return what one photo shows, what is good and bad about it, and its regions where a face or person is seen."""
    faces = find_faces(photo, models) if models else ()
    face = max(faces, key=lambda one: one.box_px[3] - one.box_px[1], default=None)
    if models is None or (face is None and points is None):
        return Sighting(photo=photo, points=points), check_photo(photo, faces, None), None
    person = segment_person(photo, face, models, others=faces)
    regions = read_regions(photo, face=face, person=person)
    sighting = Sighting(photo=photo, face=face, points=points, outline=trace_outline(photo, person, face))
    return sighting, check_photo(photo, faces, regions, chosen=face), regions


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
