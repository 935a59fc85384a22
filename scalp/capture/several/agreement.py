"""Whether several photos can be of one head: points that no head in view explains, and photos that do not fit the rest.

Judged on the joint fit before the skin is compared; refused by the photo's number, with what to do. Smaller misfits are told
by `doubting_together`.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scalp.base import BadInput
from scalp.capture.several.joining import join_photo
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit, fit_head, fit_together
from scalp.capture.shape.marks import WORST_MISS_MM, exchange_sides, judge_marks, refuse_marks
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import State
from scalp.domain.sighting import MarkedPoints, Sighting

STRANGE_COST, STRANGE_LOST_FRACTION, STRANGE_EXCESS = 1.2, 0.15, 30.0
"""A photo is looked at closely where each of its numbers costs more than the first (0.2 to 0.8 where all is well) and more than
the second of its outline, or one of its points, is far off; and refused where it costs so much more among the others than by itself: 15 in the
logarithm of the likelihood. (D)"""
SURE_EXCESS = 90.0
"""From here on it is refused even where nothing by itself is far off. (D)"""
_STEPS_COUNT = 12
ALLOWED = "photos of one head, not mirrored, left and right the client's own"


def demand_agreement(
    prior: HeadPrior, sightings: Sequence[Sighting], evidences: Sequence[Evidence], fits: Sequence[Fit], lenses: Sequence[int]
) -> None:
    """Refuse photos whose points cannot be right on the common head, and photos that do not fit the others."""
    for number, (sighting, evidence, fit) in enumerate(zip(sightings, evidences, fits, strict=True), start=1):
        _demand_marks(prior, number, sighting.points, evidence, fit)
    excess = excess_costs(prior, evidences, fits)
    if max(excess) < STRANGE_EXCESS or len(fits) < 2:
        return
    if len(fits) == 2:
        raise BadInput("photos", "photos 1 and 2 that show different heads", ALLOWED, _remedy(2))
    culprit = 1 + int(np.argmax(_relief(prior, evidences, fits, lenses)))
    raise BadInput("photos", f"photo {culprit} that does not fit the others", ALLOWED, _remedy(culprit))


def excess_costs(prior: HeadPrior, evidences: Sequence[Evidence], fits: Sequence[Fit]) -> list[float]:
    """Return how much more each photo costs among the others than by itself; 0 where it costs little at all."""
    found = []
    for evidence, fit in zip(evidences, fits, strict=True):
        numbers_count = 2 * len(evidence.point_index) + len(evidence.outline_px) * _told(evidence)
        if fit.cost < STRANGE_COST * numbers_count:
            found.append(0.0)
            continue
        alone = fit_head(prior, evidence, _untied(fit.state), steps_count=_STEPS_COUNT)
        excess = fit.cost - alone.cost
        found.append(excess if _strays(fit) or excess > SURE_EXCESS else 0.0)
    return found


def _strays(fit: Fit) -> bool:
    """Tell whether much of a photo's outline, or one of its points, is far off."""
    lost_fraction = 1.0 - float(fit.outline_kept.mean()) if len(fit.outline_kept) else 0.0
    return lost_fraction > STRANGE_LOST_FRACTION or bool((fit.points_miss_px > WORST_MISS_MM * fit.state.px_per_mm).any())


def _told(evidence: Evidence) -> float:
    """Return which part of the outline's points counts as independent."""
    return float((evidence.outline_sd_px / evidence.outline_count_sd_px) ** 2)


def _untied(state: State) -> State:
    """Return the state without the places of other photos."""
    return replace(state, ties=np.zeros(0, np.int32), offsets=np.zeros((0, 3)))


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


def _relief(prior: HeadPrior, evidences: Sequence[Evidence], fits: Sequence[Fit], lenses: Sequence[int]) -> list[float]:
    """Return how much cheaper everything is once each photo in turn is taken for another head."""
    found = []
    for photo, (evidence, fit) in enumerate(zip(evidences, fits, strict=True)):
        others = [one for one in range(len(fits)) if one != photo]
        rest = fit_together(
            prior,
            [evidences[one] for one in others],
            [fits[one].state for one in others],
            lenses=[lenses[one] for one in others],
            steps_count=_STEPS_COUNT,
        )
        alone = fit_head(prior, evidence, _untied(fit.state), steps_count=_STEPS_COUNT)
        apart = sum(one.cost for one in rest) + rest[0].shape_cost + alone.cost + alone.shape_cost
        found.append(sum(one.cost for one in fits) + fits[0].shape_cost - apart)
    return found
