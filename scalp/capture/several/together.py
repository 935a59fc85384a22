"""From several photos of one head to one head and all its cameras: who starts, who joins, and all together at the end.

The fit is `fitting`'s, the head of it `assembly`'s. No photo is placed against another by the face mesh, which mistakes
the turn of a head by degrees: outlines, named points and the common shape do it.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scalp.base import BadInput, NotPossible
from scalp.capture.several.agreement import demand_agreement, demand_marks
from scalp.capture.several.doubting_together import name_doubts_together
from scalp.capture.several.grain import ROUNDS, match_grain
from scalp.capture.several.joining import join_photo
from scalp.capture.shape.assembly import assemble_head, place_camera, shape_apart
from scalp.capture.shape.evidence import FEWEST_JOINING_COUNT, FEWEST_POINTS, Evidence, gather_evidence
from scalp.capture.shape.fitting import Fit, fit_head, fit_together, start_state
from scalp.capture.shape.heads import reconstruct_head
from scalp.capture.shape.pose import candidate_poses
from scalp.capture.shape.prior import HeadPrior, read_head_prior
from scalp.capture.shape.residuals import State
from scalp.capture.size.scale import ScaleWish
from scalp.capture.size.sizing import scale_head
from scalp.domain.client import Client
from scalp.domain.head import Head
from scalp.domain.sighting import Sighting

_POSES_TRIED_COUNT = 4
_STEPS_BY_SKIN_COUNT = 10


def reconstruct_together(sightings: tuple[Sighting, ...], *, scale: ScaleWish | None = None, client: Client | None = None) -> Head:
    """Reconstruct one adult's head from several photos: one surface and a camera for each photo, in their order.

    Photos that show a face, or five named points, start; the others join by at least three named points and the
    outline; then shape, places of points named in several photos, stands and lenses are fitted together. Photos of the
    same size and EXIF focal length share the lens. A marked card is in the first photo. What no photo shows comes from
    the model of adults' heads. The head must be bare or shaved alike in all photos.
    """
    if not sightings:
        raise NotPossible("A head without a photo", "one photo or more", "Give at least one photo.")
    if len(sightings) == 1:
        only = sightings[0]
        return reconstruct_head(only.photo, face=only.face, points=only.points, outline=only.outline, scale=scale, client=client)
    digests = [sighting.photo.digest for sighting in sightings]
    for number, digest in enumerate(digests):
        if digest in digests[:number]:
            twin = digests.index(digest) + 1
            raise BadInput("photos", f"photo {number + 1} the same as photo {twin}", "each photo once", "Leave one of them out.")
    prior = read_head_prior(client)
    evidences = _gather(prior, sightings)
    lenses = _lenses(sightings)
    fits = _fit_all(prior, evidences, lenses)
    demand_marks(prior, sightings, evidences, fits)
    joined, recognised = _joined_by_skin(prior, sightings, evidences, fits, lenses)
    strange = demand_agreement(prior, [one.photo for one in sightings], evidences, fits, lenses, recognised=recognised)
    fits = joined
    cameras = tuple(
        place_camera(prior, fit.state, evidence, sighting.photo) for fit, evidence, sighting in zip(fits, evidences, sightings, strict=True)
    )
    sized = scale_head(prior, fits[0], scale or ScaleWish(), sightings, cameras, client)
    head = assemble_head(prior, fits[0], sized, dict(zip(digests, cameras, strict=True)), shape_apart(prior, fits[0]))
    return replace(head, doubts=(*strange, *name_doubts_together(head, fits, evidences, sized, sightings)))


def _gather(prior: HeadPrior, sightings: Sequence[Sighting]) -> list[Evidence]:
    """Return what each photo tells; refuse photos that cannot join, by their number."""
    found = []
    for number, sighting in enumerate(sightings, start=1):
        try:
            found.append(_told(prior, sighting))
        except NotPossible as error:
            raise NotPossible(f"Placing photo {number} without a face in view", error.reachable, error.remedy) from None
        except BadInput as error:
            raise BadInput(f"{error.field} of photo {number}", error.value, error.allowed, error.remedy) from None
    return found


def _told(prior: HeadPrior, sighting: Sighting) -> Evidence:
    """Return what one of several photos tells."""
    face, points, outline = sighting.face, sighting.points, sighting.outline
    return gather_evidence(sighting.photo, prior, face=face, points=points, outline=outline, fewest_count=FEWEST_JOINING_COUNT)


def _lenses(sightings: Sequence[Sighting]) -> list[int]:
    """Return the number of the lens behind each photo: one for all of the same size and EXIF focal length."""
    kinds = [(one.photo.focal_px, *sorted((one.photo.width_px, one.photo.height_px))) for one in sightings]
    return [kinds.index(kind) for kind in kinds]


def _fit_all(prior: HeadPrior, evidences: list[Evidence], lenses: list[int]) -> tuple[Fit, ...]:
    """Return the fits of all photos together, in their order."""
    faces = [photo for photo, evidence in enumerate(evidences) if evidence.from_mesh.any()]
    first = faces or [photo for photo, evidence in enumerate(evidences) if len(evidence.point_index) >= FEWEST_POINTS]
    if not first:
        remedy = "Add a photo that shows the face, or name more points in one."
        raise NotPossible("Finding the head", f"from a photo with a face or {FEWEST_POINTS} named points", remedy)
    later = [photo for photo in range(len(evidences)) if photo not in first]
    ties = _ties(evidences)
    alone = [_alone(prior, evidences[photo]) for photo in first]
    starts = _sharing(alone, min(alone, key=lambda fit: fit.cost).state, ties)
    begun = fit_together(prior, [evidences[photo] for photo in first], starts, lenses=[lenses[photo] for photo in first], steps_count=10)
    known = begun[0].state
    states = dict(zip(first, (fit.state for fit in begun), strict=True))
    for photo in later:
        states[photo] = join_photo(prior, evidences[photo], known)
    return fit_together(prior, evidences, [states[photo] for photo in range(len(evidences))], lenses=lenses)


def _joined_by_skin(
    prior: HeadPrior, sightings: Sequence[Sighting], evidences: list[Evidence], fits: tuple[Fit, ...], lenses: list[int]
) -> tuple[tuple[Fit, ...], dict[tuple[int, int], int]]:
    """Return the fits with the skin of neighbouring photos brought to agree, and how many patches each pair shared at first sight."""
    recognised: dict[tuple[int, int], int] = {}
    photos = [sighting.photo for sighting in sightings]
    for settings in ROUNDS:
        seams = match_grain(prior, photos, evidences, fits, settings)
        if not seams:
            break
        # What is near enough is taken for the same more easily: only the first round, which looks far, is proof.
        recognised = recognised or {seam.photos: len(seam.directions) for seam in seams}
        fits = fit_together(prior, evidences, [fit.state for fit in fits], lenses=lenses, seams=seams, steps_count=_STEPS_BY_SKIN_COUNT)
    return fits, recognised


def _ties(evidences: Sequence[Evidence]) -> np.ndarray:
    """Return the points that were named in one photo and seen in another, whether named there or by the face mesh."""
    index, count = np.unique(np.concatenate([np.unique(evidence.point_index) for evidence in evidences]), return_counts=True)
    named = np.concatenate([evidence.point_index[~evidence.from_mesh] for evidence in evidences])
    return np.asarray(np.intersect1d(index[count > 1], named), np.int32)


def _alone(prior: HeadPrior, evidence: Evidence) -> Fit:
    """Return a short fit of one photo by itself from the best start."""
    count = 1 if evidence.from_mesh.any() else _POSES_TRIED_COUNT
    starts = [start_state(prior, evidence, *pose) for pose in candidate_poses(prior, evidence, count)]
    return min((fit_head(prior, evidence, start, steps_count=10) for start in starts), key=lambda fit: fit.cost + fit.shape_cost)


def _sharing(fits: Sequence[Fit], shape: State, ties: np.ndarray) -> list[State]:
    """Return the states with one shape and untouched ties."""
    offsets = np.zeros((len(ties), 3))
    return [replace(fit.state, scores=shape.scores, rest=shape.rest, ties=ties, offsets=offsets) for fit in fits]
