"""What is on the scalp, from photos of a head that is kept or is made of them: each photo surveyed, then all together.

A person's word on a photo goes with it. Files and pictures are the caller's.
"""

from pathlib import Path

from scalp.base import BadInput, Progress, Value, WrongParent, no_progress, value
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.person import segment_person
from scalp.capture.survey.joining import agreed, join_surveys
from scalp.capture.survey.regions import read_regions
from scalp.capture.survey.surveying import survey_scalp
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting
from scalp.domain.survey import Corrections, ScalpSurvey, Survey
from scalp.treatment.heads import MOST_PHOTOS

_NAMED = "surveying photo {} of {}"


@value
class SurveyStudy(Value):
    """The survey of a scalp and all it was made of: `photos` and `surveys` in the order they were given.

    Of the places to avoid each survey holds those that all photos together kept.
    """

    head: Head
    photos: tuple[Photo, ...]
    surveys: tuple[Survey, ...]
    together: ScalpSurvey


def survey_photos(
    photos: tuple[Photo, ...],
    head: Head,
    models: Path | None,
    *,
    corrections: tuple[Corrections | None, ...] | None = None,
    progress: Progress = no_progress,
) -> SurveyStudy:
    """Return what photos of a head say of its scalp, each alone and all together; a person's word wins.

    Every photo must be one the head was made from, since its camera is known of these only. Without `models` white is not
    read from eyes, and glasses and hands are not looked for.
    """
    said = corrections or (None,) * len(photos)
    _check(photos, head, said)
    surveys = []
    for number, (photo, word) in enumerate(zip(photos, said, strict=True)):
        progress("surveying the scalp" if len(photos) == 1 else _NAMED.format(number + 1, len(photos)), number / len(photos))
        surveys.append(_survey(photo, head, models, word))
    progress("weighing the photos", 1.0)
    together = join_surveys(head, surveys, said)
    kept = tuple(agreed(head, survey, number, together) for number, survey in enumerate(surveys, start=1))
    return SurveyStudy(head=head, photos=photos, surveys=kept, together=together)


def _check(photos: tuple[Photo, ...], head: Head, said: tuple[Corrections | None, ...]) -> None:
    """Refuse photos of other heads, the same photo twice, and words on other photos than these."""
    if not 1 <= len(photos) <= MOST_PHOTOS or len(said) != len(photos):
        raise BadInput("photos", len(photos), f"1 to {MOST_PHOTOS}, each with its corrections", "Choose the best from each side.")
    if len({photo.digest for photo in photos}) != len(photos):
        raise BadInput("photos", "the same one twice", "different photos", "Leave out the copy.")
    known = len(head.photo_digests)
    for number, photo in enumerate(photos, start=1):
        if photo.digest not in head.photo_digests:
            allowed = f"one of the {known} photos that smp head was given" if known else "a photo of a head made from photos"
            raise WrongParent(
                f"photo {number}", "none of those this head was made from", allowed, "Give that very file, or leave out --head."
            )


def _survey(photo: Photo, head: Head, models: Path | None, said: Corrections | None) -> Survey:
    """Return the survey of one photo of a head."""
    faces = find_faces(photo, models) if models else ()
    face = _own_face(faces, photo, head)
    person = segment_person(photo, face, models, others=faces) if models else None
    regions = read_regions(photo, head, face=face, person=person)
    return survey_scalp(photo, head, regions, face=face, person=person, corrections=said)


def _own_face(faces: tuple[FaceSighting, ...], photo: Photo, head: Head) -> FaceSighting | None:
    """Return the face of this head, None where the photo does not show it."""
    x, y = head.camera_of(photo.digest).project(head.landmark("sellion")[None])[0]
    own = (face for face in faces if face.box_px[0] <= x <= face.box_px[2] and face.box_px[1] <= y <= face.box_px[3])
    return next(own, None)
