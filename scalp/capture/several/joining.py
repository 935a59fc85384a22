"""Where a head that is roughly known stands in one more photo. Who asks, and what for, is `together`'s and `agreement`'s."""

from dataclasses import replace

from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import fit_stand, start_state
from scalp.capture.shape.pose import candidate_poses
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import State

_POSES_TRIED_COUNT = 4
_VAGUE_MM = 3.0
"""How unsure the shape is to a photo that joins: what the photos before it did not show."""


def join_photo(prior: HeadPrior, evidence: Evidence, known: State) -> State:
    """Return where a known head stands in a photo of few points: the best of several starts by points and outline."""
    index = evidence.point_index
    places = prior.points_mean_mm[index] + prior.points_modes_mm[index] @ known.scores
    found: list[tuple[float, State]] = []
    for rotation, shift in candidate_poses(prior, evidence, _POSES_TRIED_COUNT, places_mm=places):
        start = replace(start_state(prior, evidence, rotation, shift), scores=known.scores, rest=known.rest)
        start = replace(start, ties=known.ties, offsets=known.offsets)
        state, cost = fit_stand(prior, evidence, start, vague_mm=_VAGUE_MM)
        found.append((cost, state))
    return min(found, key=lambda one: one[0])[1]
