"""From a photo to a sitting: the head, what each pixel shows, the skin; and what is good and bad about a photo.

Planning and rendering are `courses`' and `looks`'.
"""

import dataclasses
from pathlib import Path

import numpy as np

from scalp.base import Doubt, FloatArray, NotPossible, Progress, Value, no_progress, value
from scalp.capture.checking.checks import check_photo
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.size.scale import ScaleWish
from scalp.capture.survey.covering import is_long, judge_cover
from scalp.capture.survey.regions import read_regions
from scalp.designing.proposal import propose_design
from scalp.domain.camera import Camera
from scalp.domain.design import Wishes
from scalp.domain.hair import NativeHair, Stubble
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, Finding, MarkedPoints, Regions
from scalp.domain.skin import Skin
from scalp.rendering.shaving import SHAVED_DOUBT, SHORT_DOUBT, read_melanin, shave
from scalp.skin.tone import fit_skin, reflectance

MARKS_PX_PER_MM = 4.0
"""Below it a mark of 0.3 mm is not much more than a pixel."""
NO_FACE_REMEDY = (
    "Turn the face to the camera; or, for the side, the back and the top, name 5 or more points with --points points.json "
    "(glabella, nose_tip, tragi, ear tops, vertex, inion: those in sight)."
)
CLOSED_HAIR = 127
"""Share of hair in a pixel, of 255, from which there is something to shave."""


@value
class Sitting(Value):
    """One photo and all that was seen in it. `unshaved` is the photo as it came where `photo` is a shaved preview of it.

    `stubble` is the client's own hair to be shown, cut short, around the treatment; None where the photo shows it itself.
    """

    photo: Photo
    head: Head
    regions: Regions
    skin: Skin
    unshaved: Photo | None = None
    stubble: Stubble | None = None

    @property
    def camera(self) -> Camera:
        """Return the camera of the photo."""
        return self.head.camera_of(self.photo.digest)


def choose_face(faces: tuple[FaceSighting, ...], number: int | None) -> FaceSighting | None:
    """Return the face that is meant: the only one, or the one of that number counted from 1 on the left; None where there is none."""
    if number is None and len(faces) > 1:
        listed = ", ".join(f"{place} at x = {face.box_px[0]:.0f}-{face.box_px[2]:.0f} px" for place, face in enumerate(faces, 1))
        raise NotPossible("one look of a photo with several faces", f"face {listed}", "Choose with --face N.")
    if number is not None and not 1 <= number <= len(faces):
        raise NotPossible(
            f"face {number}",
            f"{len(faces)} face{'s' if len(faces) > 1 else ''}, counted from 1 on the left",
            "Choose one of these with --face N.",
        )
    return faces[(number or 1) - 1] if faces else None


def see_head(
    photo: Photo,
    models: Path | None,
    *,
    points: MarkedPoints | None,
    face_number: int | None,
    scale: ScaleWish,
    progress: Progress = no_progress,
) -> Sitting:
    """Return the head in a photo with its surface in mm, what each pixel shows, and the skin."""
    progress("finding the face", 0.0)
    faces = find_faces(photo, models) if models else ()
    face = choose_face(faces, face_number)
    if face is None and points is None:
        raise NotPossible("a look of a photo in which no face is seen", "a photo that shows the face, or named points", NO_FACE_REMEDY)
    person = segment_person(photo, face, models, others=faces) if models else None
    outline = trace_outline(photo, person, face) if person is not None else None
    progress("fitting the head", 0.3)
    head = reconstruct_head(photo, face=face, points=points, outline=outline, scale=scale)
    progress("reading skin and hair", 0.7)
    regions = read_regions(photo, head, face=face, person=person)
    return Sitting(photo=photo, head=head, regions=regions, skin=fit_skin(skin_colour(photo, regions)))


def judge_photo(photo: Photo, models: Path | None, *, points: MarkedPoints | None, face_number: int | None) -> tuple[Finding, ...]:
    """Return what is good and bad about a photo, as far as it can be seen without refusing it."""
    faces = find_faces(photo, models) if models else ()
    if (face_number is None and len(faces) > 1) or (not faces and points is None):
        return check_photo(photo, faces, None)
    sitting = see_head(photo, models, points=points, face_number=face_number, scale=ScaleWish())
    findings = check_photo(photo, faces, sitting.regions, sitting.head, chosen=choose_face(faces, face_number))
    cover = judge_cover(sitting.regions, sitting.head, propose_design(sitting.head, Wishes()), sitting.camera)
    return (*(finding for finding in findings if finding.kind != "hair"), cover)


def shave_sitting(sitting: Sitting) -> Sitting:
    """Return the sitting with long hair shaved off in a preview: another photo of the same head, under a doubt.

    Hair that is cut short stays as it is, and a doubt says so.
    """
    if sitting.unshaved is not None or not (sitting.regions.hair > CLOSED_HAIR).any():
        return sitting
    if not is_long(sitting.regions, sitting.head, sitting.camera):
        return dataclasses.replace(sitting, head=dataclasses.replace(sitting.head, doubts=(*sitting.head.doubts, SHORT_DOUBT)))
    photo, regions = shave(sitting.photo, sitting.head, sitting.regions)
    digests = tuple(photo.digest if known == sitting.photo.digest else known for known in sitting.head.photo_digests)
    head = dataclasses.replace(sitting.head, photo_digests=digests, doubts=(*sitting.head.doubts, SHAVED_DOUBT))
    hair = NativeHair(melanin_fraction=read_melanin(sitting.photo, sitting.regions, reflectance(sitting.skin)))
    return Sitting(photo=photo, head=head, regions=regions, skin=sitting.skin, unshaved=sitting.photo, stubble=Stubble(hair=hair))


def doubts_of_photo(sitting: Sitting) -> tuple[Doubt, ...]:
    """Return what a photo is too coarse to show."""
    camera = sitting.camera
    px_per_mm = camera.focal_px / float(camera.in_camera(sitting.head.landmark("vertex")[None])[0, 2])
    if px_per_mm >= MARKS_PX_PER_MM:
        return ()
    advice = "They cannot be judged in this photo, only tone and edge: use the original file or come closer."
    return (Doubt(kind="sharpness", where="single marks", size=f"{px_per_mm:.1f} px per mm on the scalp", advice=advice),)


def skin_colour(photo: Photo, regions: Regions) -> FloatArray:
    """Return the median linear colour of bare, unshiny skin, (3,)."""
    rows, cols = np.nonzero(regions.skin > 200)
    if len(rows) == 0:
        return np.array([0.45, 0.27, 0.19])
    step = max(1, len(rows) // 200_000)
    pixels = photo.pixels[rows[::step], cols[::step]]
    light = np.stack([photo.encoding.decode[pixels[:, band], band] for band in range(3)], axis=-1) @ photo.encoding.srgb_from_native.T
    matte = light[light[:, 1] <= np.quantile(light[:, 1], 0.8)]
    return np.asarray(np.median(matte, axis=0))
