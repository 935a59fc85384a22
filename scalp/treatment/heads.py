"""From photos, a film or a scan to a head that is kept: seen together, judged part by part, its colours laid on; and from a kept head to a sitting.

Files and pictures for people are `scalp.io`'s and the caller's; one photo for a look right away is `sittings`'.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from scalp.base import BadInput, Float32Array, NotPossible, Progress, Value, no_progress, value
from scalp.capture.film.orbits import film_head
from scalp.capture.scan.scans import reconstruct_from_scan
from scalp.capture.seeing.faces import find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.several.together import reconstruct_together
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.shape.parts import judge_parts, measure_head
from scalp.capture.size.scale import ScaleWish
from scalp.capture.survey.regions import read_regions
from scalp.capture.texture.textures import bake_texture
from scalp.domain.camera import Camera
from scalp.domain.client import Client
from scalp.domain.footage import Footage, Motion
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.scan import NamedPlaces, Scan
from scalp.domain.sighting import FaceSighting, MarkedPoints, Regions, Sighting
from scalp.domain.skin import Skin
from scalp.domain.stored import StoredHead
from scalp.domain.texture import Texture
from scalp.skin.tone import fit_skin
from scalp.treatment.sittings import NO_FACE_REMEDY, Sitting, choose_face, skin_colour

T = TypeVar("T")
MOST_PHOTOS = 12
"""More photos than this are a film."""


@value
class Take(Value):
    """One photo as a person gives it: with points they named in it, and which of its faces is meant, counted from 1."""

    photo: Photo
    points: MarkedPoints | None = None
    face_number: int | None = None


@value
class HeadStudy(Value):
    """A head and all that was seen on the way to it: `sightings` and `regions` in the order of its photos."""

    head: Head
    skin: Skin | None = None
    sightings: tuple[Sighting, ...] = ()
    regions: tuple[Regions, ...] = ()
    texture: Texture | None = None
    sources: tuple[str, ...] = ()

    @property
    def photos(self) -> tuple[Photo, ...]:
        """Return the photos."""
        return tuple(sighting.photo for sighting in self.sightings)


def head_of_photos(
    takes: tuple[Take, ...],
    models: Path | None,
    *,
    scale: ScaleWish | None = None,
    client: Client | None = None,
    textured: bool = True,
    progress: Progress = no_progress,
) -> HeadStudy:
    """Return the head that one or several photos show, the skin they share, and their colours laid on it where wished.

    Of several photos one must show a face or five named points; the others join by a face or by three points. `models` may
    be None where points tell everything: then no outline is found and the shape is the less sure.
    """
    if not 1 <= len(takes) <= MOST_PHOTOS:
        raise BadInput("photos", len(takes), f"1 to {MOST_PHOTOS}", "Choose the best from each side: front, left, right, back, top.")
    seen = []
    for number, one in enumerate(_side_by_side([partial(_see, take, models, number, len(takes)) for number, take in enumerate(takes)])):
        progress(_named("finding the face", number, len(takes)), 0.5 * number / len(takes))
        seen.append(one())
    sightings = tuple(sighting for sighting, _ in seen)
    progress("fitting the head", 0.5)
    head = _fit(sightings, scale, client)
    regions = []
    readings = [partial(read_regions, sighting.photo, head, face=sighting.face, person=person) for sighting, person in seen]
    for number, one_read in enumerate(_side_by_side(readings)):
        progress(_named("reading skin and hair", number, len(takes)), 0.65 + 0.2 * number / len(takes))
        regions.append(one_read())
    source = f"{len(takes)} photo{'s' if len(takes) > 1 else ''}"
    return _dressed(head, sightings, tuple(regions), (source,), textured=textured, progress=progress)


def head_of_film(
    footage: Footage,
    motion: Motion,
    models: Path,
    *,
    scale: ScaleWish | None = None,
    client: Client | None = None,
    textured: bool = True,
    progress: Progress = no_progress,
) -> HeadStudy:
    """Return the head that a film shows, with its key frames as photos, the skin they share, and their colours laid on it."""
    filmed = film_head(footage, motion, models, scale=scale, client=client, progress=progress)
    regions = []
    for number, sighting in enumerate(filmed.sightings):
        progress(_named("reading skin and hair", number, len(filmed.sightings)), 0.8)
        person = segment_person(sighting.photo, sighting.face, models)
        regions.append(read_regions(sighting.photo, filmed.head, face=sighting.face, person=person))
    return _dressed(filmed.head, filmed.sightings, tuple(regions), ("a film",), textured=textured, progress=progress)


def head_of_scan(
    scan: Scan,
    models: Path | None,
    *,
    points: NamedPlaces | None = None,
    scale: ScaleWish | None = None,
    client: Client | None = None,
    textured: bool = True,
    progress: Progress = no_progress,
) -> HeadStudy:
    """Return the head in a scan with the scan's own colours where it has any and they are wished; no photo shows it."""
    scanned = reconstruct_from_scan(scan, models, points=points, scale=scale, client=client, progress=progress)
    return HeadStudy(head=scanned.head, texture=scanned.texture if textured else None, sources=("a scan",))


def _dressed(
    head: Head,
    sightings: tuple[Sighting, ...],
    regions: tuple[Regions, ...],
    sources: tuple[str, ...],
    *,
    textured: bool,
    progress: Progress,
) -> HeadStudy:
    """Return the study of a head with the skin its photos share, and their colours laid on it where wished."""
    photos = tuple(sighting.photo for sighting in sightings)
    skin, texture = share_skin(photos, regions), None
    if textured:
        progress("laying the photos on the head", 0.85)
        texture = bake_texture(head, photos, regions)
    return HeadStudy(head=head, skin=skin, sightings=sightings, regions=regions, texture=texture, sources=sources)


def stored_head(study: HeadStudy) -> StoredHead:
    """Return what is kept of a study: the head, its skin, how sure each part is, where it comes from; no photo."""
    return StoredHead(
        head=study.head, skin=study.skin, parts=judge_parts(study.head), measures=measure_head(study.head), sources=study.sources
    )


def sit_with_head(
    photo: Photo, stored: StoredHead, models: Path | None, *, regions: Regions | None = None, progress: Progress = no_progress
) -> Sitting:
    """Return the sitting of one of the photos a kept head was made from, on that very head.

    What is planned on it is the same in each of its photos: the same skin, the same design, the same impressions. Raises
    `WrongParent` for any other photo. `regions` are read anew where they are not known.
    """
    camera = stored.head.camera_of(photo.digest)
    regions = regions or _regions_on(photo, stored.head, camera, models, progress)
    skin = stored.skin or fit_skin(skin_colour(photo, regions))
    return Sitting(photo=photo, head=stored.head, regions=regions, skin=skin)


def _regions_on(photo: Photo, head: Head, camera: Camera, models: Path | None, progress: Progress) -> Regions:
    """Return what each pixel of one of a head's photos shows."""
    progress("finding the face", 0.2)
    faces = find_faces(photo, models) if models else ()
    middle_px = camera.project(head.landmark("sellion")[None])[0]
    own = [face for face in faces if _holds(face, middle_px)]
    face = own[0] if own else None
    person = segment_person(photo, face, models, others=faces) if models else None
    progress("reading skin and hair", 0.6)
    return read_regions(photo, head, face=face, person=person)


def share_skin(photos: tuple[Photo, ...], regions: tuple[Regions, ...]) -> Skin:
    """Return the skin that all photos of a head share: of the middle of their colours, so that no single light decides."""
    colours = [skin_colour(photo, seen) for photo, seen in zip(photos, regions, strict=True)]
    return fit_skin(np.median(np.array(colours), axis=0))


def _see(take: Take, models: Path | None, number: int, count: int) -> tuple[Sighting, Float32Array | None]:
    """Return what one photo shows, and its person."""
    photo, points = take.photo, take.points
    faces = find_faces(photo, models) if models else ()
    face = choose_face(faces, take.face_number)
    if face is None and points is None:
        which = "a photo" if count == 1 else f"photo {number + 1}"
        raise NotPossible(f"a head from {which} in which no face is seen", "a photo that shows the face, or named points", NO_FACE_REMEDY)
    person = segment_person(photo, face, models, others=faces) if models else None
    outline = trace_outline(photo, person, face) if person is not None else None
    return Sighting(photo=photo, face=face, points=points, outline=outline), person


def _side_by_side(tasks: Sequence[Callable[[], T]]) -> Iterator[Callable[[], T]]:
    """Run tasks two at a time; yield, in their order, what waits for each and returns what came of it."""
    with ThreadPoolExecutor(2) as crew:
        coming = [crew.submit(task) for task in tasks]
        try:
            yield from (one.result for one in coming)
        finally:
            crew.shutdown(wait=True, cancel_futures=True)


def _fit(sightings: tuple[Sighting, ...], scale: ScaleWish | None, client: Client | None) -> Head:
    """Return the head all sightings tell of."""
    if len(sightings) > 1 or client is not None:
        return reconstruct_together(sightings, scale=scale, client=client)
    one = sightings[0]
    return reconstruct_head(one.photo, face=one.face, points=one.points, outline=one.outline, scale=scale)


def _holds(face: FaceSighting, point_px: np.ndarray) -> bool:
    """Tell whether a point lies in a face's box."""
    left, top, right, bottom = face.box_px
    return bool(left <= point_px[0] <= right and top <= point_px[1] <= bottom)


def _named(stage: str, number: int, count: int) -> str:
    return stage if count == 1 else f"{stage}, photo {number + 1} of {count}"
