"""From a film of a still head to a head in millimetres: faces, rig, lines of the person, fit, judgement, size and doubts.

Reading the film and finding its motion are done before, elsewhere; each step here lives in its own file.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scalp.base import Doubt, NotPossible, Progress, Value, WrongParent, no_progress, value
from scalp.capture.film.circling import Circled, CirclingSettings, circle_head, refined_prior
from scalp.capture.film.encircled import as_fit, assemble_filmed, name_film_doubts
from scalp.capture.film.rigs import Placed, Rig, mesh_rows, place_face, stand_rig, straightened
from scalp.capture.film.skylines import trace_skylines
from scalp.capture.seeing.faces import FaceSearch, find_faces
from scalp.capture.seeing.outline import trace_outline
from scalp.capture.seeing.person import segment_person
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.capture.size.scale import ScaleWish
from scalp.capture.size.sizing import scale_head
from scalp.domain.client import Client
from scalp.domain.footage import Footage, Motion
from scalp.domain.head import Head
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, Sighting

_SEARCH = FaceSearch(tile_fraction=(0.55,), turns_rad=())
KEY_VIEWS_DEGREES = ((0.0, 0.0), (40.0, 0.0), (-40.0, 0.0), (90.0, 0.0), (-90.0, 0.0), (180.0, 0.0), (0.0, 60.0))
"""Turn to the client's left and height of the frames that become the head's photos: front, quarters, sides, back, from above."""


@value
class Trust(Value):
    """From when on a film's motion and its head contradict each other."""

    face_miss_fraction: float = 0.010
    """Most by which rays to the face's points may miss each other, as a part of the distance, in the median."""
    face_gap_mm: float = 8.0
    """Most that the placed face may differ from a head's, in the median."""
    line_miss_mm: float = 0.9
    """Most that the lines of the person may differ from one head's, in the median."""
    bad_frames_fraction: float = 0.12
    """Most frames whose own line may differ by twice that."""
    least_lines_fraction: float = 0.5
    """Least part of the frames in which the line of a bare head must be found."""


@value
class Filmed(Value):
    """A head from a film, and what was seen in its key frames, in the order of the head's cameras: each a photo with its face."""

    head: Head
    sightings: tuple[Sighting, ...]


def film_head(
    footage: Footage,
    motion: Motion,
    models: Path,
    *,
    scale: ScaleWish | None = None,
    client: Client | None = None,
    trust: Trust | None = None,
    settings: CirclingSettings | None = None,
    progress: Progress = no_progress,
) -> Filmed:
    """Reconstruct the head of one adult from a film: surface, landmarks, and the cameras of a few frames from all sides.

    The film's motion fixes all cameras to each other. Points of the face, where their rays from several frames meet, set
    the cameras to the head roughly; then one turn, place and size of all cameras is fitted with the shape to the line of
    the bare head in every frame. The size in mm comes from what is measured, as with photos. The head must be bald or
    shaved and hold still. Raises `NotPossible` where faces, lines and motion contradict each other.
    """
    if motion.footage_digest != footage.digest:
        raise WrongParent("motion", "of another film", "the motion found in this footage", "Find the motion of this film.")
    trust, settings, wish = trust or Trust(), settings or CirclingSettings(), scale or ScaleWish()
    prior = refined_prior(read_head_prior(client), settings)
    photos = tuple(replace(photo, focal_px=motion.focal_px) for photo in straightened(footage, motion))
    faces = _faces(photos, models, progress)
    centre_px = (photos[0].width_px / 2, photos[0].height_px / 2)
    placed = place_face(motion, faces, centre_px)
    rig = stand_rig(prior, motion, placed, centre_px)
    lines = trace_skylines(photos, rig, prior.base.centre_mm, models, progress=progress)
    circled = circle_head(prior, rig, lines, settings=settings)
    judge_film(placed, circled, trust)
    chosen = _key_frames(prior, circled.rig)
    sightings = tuple(Sighting(photo=photos[number], face=faces.get(number)) for number in chosen)
    head = _sized(prior, circled, chosen, sightings, wish, client)
    return Filmed(head=replace(head, doubts=(*head.doubts, *_of_hair(sightings[0], models))), sightings=sightings)


def _faces(photos: Sequence[Photo], models: Path, progress: Progress) -> dict[int, FaceSighting]:
    """Return the largest face of each frame that shows one."""
    faces = {}
    for number, photo in enumerate(photos):
        found = find_faces(photo, models, _SEARCH)
        if found:
            faces[number] = max(found, key=lambda face: face.box_px[3] - face.box_px[1])
        progress("finding the face", (number + 1) / len(photos))
    return faces


def judge_film(placed: Placed, circled: Circled, trust: Trust) -> None:
    """Refuse a film whose cameras, face and outlines cannot all be right, and say what to do."""
    _, known = mesh_rows(read_head_prior())
    frames = [float(np.median(np.abs(miss))) for miss in circled.line_miss_mm if len(miss)]
    told = len(frames) / len(circled.line_miss_mm)
    miss_mm = float(np.median(frames)) if frames else np.inf
    bad = float(np.mean(np.array(frames) > 2 * trust.line_miss_mm)) if frames else 1.0
    reasons = [
        (float(np.median(placed.miss_fraction[:, known])) > trust.face_miss_fraction, "the face is not in one place"),
        (float(np.median(circled.mesh_miss_mm)) > trust.face_gap_mm, "the face has not the shape of one"),
        (told < trust.least_lines_fraction, f"the bare head is found in {100 * told:.0f} % of the frames only"),
        (miss_mm > trust.line_miss_mm, f"its outlines differ by {miss_mm:.1f} mm from those of one head"),
        (bad > trust.bad_frames_fraction, f"{100 * bad:.0f} % of the frames show another outline"),
    ]
    said = [words for wrong, words in reasons if wrong]
    if said:
        remedy = (
            "Film again: the client leans on something and holds still with eyes open, hair shaved or flat, the phone goes round slowly, "
            "all of the head in the picture, the room bright and full of things, no zoom."
        )
        raise NotPossible(f"Trusting this film ({'; '.join(said)})", "a head from a film in which nothing but the camera moves", remedy)


def _key_frames(prior: HeadPrior, rig: Rig) -> list[int]:
    """Return the frames that look from the sides a head's photos look from, each once, the front first."""
    ways = rig.eyes_mm - prior.base.centre_mm
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    chosen: list[int] = []
    for turn, height in np.radians(KEY_VIEWS_DEGREES):
        wanted = np.array([np.sin(turn) * np.cos(height), np.sin(height), np.cos(turn) * np.cos(height)])
        best = int(np.argmax(ways @ wanted))
        if best not in chosen:
            chosen.append(best)
    return chosen


def _sized(
    prior: HeadPrior,
    circled: Circled,
    chosen: Sequence[int],
    sightings: tuple[Sighting, ...],
    wish: ScaleWish,
    client: Client | None,
) -> Head:
    """Return the head in mm with the cameras of the chosen frames, and its doubts."""
    cameras = tuple(circled.rig.camera(number, one.photo) for number, one in zip(chosen, sightings, strict=True))
    sized = scale_head(prior, as_fit(prior, circled, chosen[0]), wish, sightings, cameras, client)
    head = assemble_filmed(prior, circled, sized, sightings, cameras)
    return replace(head, doubts=name_film_doubts(head, circled, sized))


def _of_hair(sighting: Sighting, models: Path) -> list[Doubt]:
    """Tell that hair hides the head, where the front frame shows it."""
    if sighting.face is None:
        return []
    outline = trace_outline(sighting.photo, segment_person(sighting.photo, sighting.face, models), sighting.face)
    if outline.hair_fraction < 0.3:
        return []
    advice = "The head is drawn round the hair, as thick as that is. Shave or wet the hair, or push it flat, and film again."
    return [Doubt(kind="hair", where="shape of the cranium under the hair", size="about 6 mm", advice=advice)]
