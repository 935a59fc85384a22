"""Whether several photos can be of one head: points no head in view explains, strangers among the photos, mirrored photos.

Skin recognised in two photos proves one person; only photos without such proof are weighed, each against all others. How
alike two faces are is `likeness`', whether a photo is mirrored `mirrors`'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scalp.base import BadInput, Doubt
from scalp.capture.several.joining import join_photo
from scalp.capture.several.likeness import UNLIKE_LOG, likeness_log
from scalp.capture.several.mirrors import find_mirrored
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit, fit_head, fit_together
from scalp.capture.shape.marks import exchange_sides, judge_marks, refuse_marks
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import State
from scalp.domain.photo import Photo
from scalp.domain.sighting import MarkedPoints, Sighting

REFUSED_LOG, DOUBTED_LOG = -30.0, -15.0
"""Below the first a photo is refused, below the second doubted: how much likelier, as a natural logarithm, its evidence is on the
head of the others than on a head of its own. Photos of one head have more. (D, docs/science/head-together.md)"""
_STEPS_COUNT = 12
ALLOWED = "photos of one head, not mirrored, left and right the client's own"


def demand_marks(prior: HeadPrior, sightings: Sequence[Sighting], evidences: Sequence[Evidence], fits: Sequence[Fit]) -> None:
    """Refuse photos whose points cannot be right on the common head."""
    for number, (sighting, evidence, fit) in enumerate(zip(sightings, evidences, fits, strict=True), start=1):
        _demand_marks(prior, number, sighting.points, evidence, fit)


def demand_agreement(
    prior: HeadPrior,
    photos: Sequence[Photo],
    evidences: Sequence[Evidence],
    fits: Sequence[Fit],
    lenses: Sequence[int],
    *,
    recognised: Mapping[tuple[int, int], int],
) -> tuple[Doubt, ...]:
    """Refuse photos that are mirrored or of another head, and return the doubts that are weaker than that.

    `recognised` counts the patches of skin found to be the same in pairs of photos: photos tied together by them are of one
    head. A photo outside is weighed: one head with the others against a head of its own.
    """
    mirrored = find_mirrored(prior, photos, evidences, fits, recognised) if len(fits) > 1 else None
    if mirrored is not None:
        raise _refuse_mirrored(*mirrored, len(fits))
    loose = _loose(len(fits), recognised)
    logs = {photo: _one_head_log(prior, evidences, fits, lenses, photo) for photo in loose}
    if not logs:
        return ()
    culprit = min(logs, key=lambda photo: logs[photo])
    if logs[culprit] < REFUSED_LOG:
        if len(fits) == 2:
            raise BadInput("photos", "photos 1 and 2 that show different heads", ALLOWED, _remedy(2))
        raise BadInput("photos", f"photo {culprit + 1} that does not fit the others", ALLOWED, _remedy(culprit + 1))
    return (*_of_shape(culprit, logs[culprit], len(fits)), *_of_faces(prior, evidences, fits, recognised))


def _loose(count: int, recognised: Collection[tuple[int, int]]) -> list[int]:
    """Return the photos outside the largest group that recognised skin ties together; all where none is tied."""
    group = list(range(count))
    for one, other in recognised:
        group = [group[one] if mark == group[other] else mark for mark in group]
    most = max(set(group), key=group.count)
    return [photo for photo in range(count) if group[photo] != most or group.count(most) == 1]


def _one_head_log(prior: HeadPrior, evidences: Sequence[Evidence], fits: Sequence[Fit], lenses: Sequence[int], photo: int) -> float:
    """Return the logarithm of how much likelier a photo's evidence is on the others' head than on a head of its own.

    Bayes' factor by Laplace's approximation, all shapes and stands weighed by the prior. [Kass1995]
    """
    others = [one for one in range(len(fits)) if one != photo]
    rest = fit_together(
        prior,
        [evidences[one] for one in others],
        [fits[one].state for one in others],
        lenses=[lenses[one] for one in others],
        steps_count=_STEPS_COUNT,
    )
    alone = fit_head(prior, evidences[photo], _untied(fits[photo].state), steps_count=_STEPS_COUNT)
    return fits[0].evidence_log - rest[0].evidence_log - alone.evidence_log


def _of_shape(photo: int, log: float, count: int) -> list[Doubt]:
    """Doubt that a photo is of the others' head, where its outline and points say so."""
    if log > DOUBTED_LOG:
        return []
    which = "photos 1 and 2 are" if count == 2 else f"photo {photo + 1} and the others are"
    size = f"as two heads outline and points are e^{-log:.0f} times likelier"
    return [Doubt(kind="person", where=f"whether {which} of one person", size=size, advice=_remedy(photo + 1))]


def _of_faces(prior: HeadPrior, evidences: Sequence[Evidence], fits: Sequence[Fit], recognised: Collection[tuple[int, int]]) -> list[Doubt]:
    """Doubt that two faces are one person's, where their shapes say so; the face mesh is too unsure to refuse."""
    faces = [photo for photo, evidence in enumerate(evidences) if evidence.from_mesh.any()]
    found = []
    for first in faces:
        for second in (one for one in faces if one > first and (first, one) not in recognised):
            log = likeness_log(prior, [evidences[first], evidences[second]], [fits[first].state, fits[second].state])
            if log < UNLIKE_LOG:
                where = f"whether photos {first + 1} and {second + 1} are of one person"
                size = f"the shapes of the faces differ: e^{-log:.0f} times likelier of two people"
                found.append(Doubt(kind="person", where=where, size=size, advice=_remedy(second + 1)))
    return found


def _untied(state: State) -> State:
    """Return the state without the places of other photos."""
    return replace(state, ties=np.zeros(0, np.int32), offsets=np.zeros((0, 3)))


def _refuse_mirrored(photo: int, partner: int, count: int) -> BadInput:
    """Return the refusal of a mirrored photo: of two it may be either."""
    if count == 2:
        asked, which = "photos 1 and 2, whose skin agrees only when one is mirrored", "the mirrored one"
    else:
        asked, which = f"photo {photo + 1} that is mirrored, for its skin is that of photo {partner + 1} in a mirror", f"photo {photo + 1}"
    remedy = f"Turn {which} back (selfie cameras mirror) and name its points anew, or leave it out."
    return BadInput("photos", asked, ALLOWED, remedy)


def _remedy(number: int) -> str:
    return (
        f"Check that photo {number} is of the same person, not mirrored (selfie cameras mirror), with the same haircut, and its points."
        " Leave it out, or take it again."
    )


def _demand_marks(prior: HeadPrior, number: int, points: MarkedPoints | None, evidence: Evidence, fit: Fit) -> None:
    """Refuse points that no head in view explains, and say where left and right look swapped."""
    judged = judge_marks(prior, fit, evidence, points)
    if judged.sound or points is None:
        return
    other = exchange_sides(points)
    index = evidence.point_index.copy()
    index[~evidence.from_mesh] = [prior.index(name) for name in other.names]
    exchanged = replace(evidence, point_index=index)
    sound = other.names != points.names and judge_marks(prior, _turned(prior, exchanged, fit), exchanged, other).sound
    refusal = refuse_marks(judged, f"photo {number}", exchanged_sound=sound)
    raise BadInput(f"points of photo {number}", refusal.value, refusal.allowed, refusal.remedy)


def _turned(prior: HeadPrior, evidence: Evidence, fit: Fit) -> Fit:
    """Return the fit of a photo by itself, its stand found anew."""
    return fit_head(prior, evidence, join_photo(prior, evidence, _untied(fit.state)), steps_count=_STEPS_COUNT)
