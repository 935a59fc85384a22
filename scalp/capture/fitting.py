"""The fit of the head-shape prior to one photo: pose, focal length, modes and free harmonics in one robust least squares.

All in the frozen size of the prior; what the size really is comes after, in `scale`.
"""

from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg as la

from scalp.base import BoolArray, FloatArray
from scalp.capture.evidence import Evidence
from scalp.capture.prior import HeadPrior
from scalp.capture.residuals import (
    POSE_COUNT,
    ROBUST_SD_COUNT,
    TURN_COUNT,
    Rows,
    State,
    hair_rows,
    outline_rows,
    outline_sd_px,
    point_places,
    point_rows,
    prior_rows,
    project,
    rotation_of,
)

WIDE_OUTLINE_MM, WIDE_STEPS_COUNT = 5.0, 5
"""The outline starts with this much more doubt, halved at each of the first steps."""
LARGEST_TURN_RAD, LARGEST_LOG = 0.35, 0.5
"""Longest step of the turn, and of the logarithms of distance and focal length."""


@dataclass(frozen=True)
class Fit:
    """The end of a fit: state, covariance of all parameters, cost, and what is left over of outline and points."""

    state: State
    covariance: FloatArray
    cost: float
    outline_miss_px: FloatArray
    outline_kept: BoolArray
    points_miss_px: FloatArray


def start_state(prior: HeadPrior, evidence: Evidence, rotation: FloatArray, shift_mm: FloatArray) -> State:
    """Return the mean head at a pose, with the focal length as told."""
    return State(
        rotation=rotation,
        place=np.array([shift_mm[0] / shift_mm[2], shift_mm[1] / shift_mm[2], np.log(shift_mm[2])]),
        focal_log=float(np.log(evidence.focal_px)),
        scores=np.zeros(prior.modes_count),
        rest=np.zeros(len(prior.harmonics_rest_mm)),
        face_turn=np.zeros(TURN_COUNT),
    )


def fit_head(prior: HeadPrior, evidence: Evidence, start: State, *, steps_count: int = 25) -> Fit:
    """Return the most likely head and camera, by Gauss-Newton with robust weights and an outline that tightens.

    Stops when nothing moves by more than 0.02 SD of the shape and 0.01 degrees.
    """
    state = start
    for step in range(steps_count):
        wide_mm = WIDE_OUTLINE_MM * 0.5**step if step < WIDE_STEPS_COUNT else 0.0
        normal, gradient = _normal_equations(_all_rows(prior, evidence, state, wide_mm))
        move = -la.solve(normal, gradient, assume_a="pos")
        move *= min(1.0, LARGEST_TURN_RAD / max(np.abs(move[:3]).max(), 1e-12), LARGEST_LOG / max(np.abs(move[5:7]).max(), 1e-12))
        state = _moved(state, move)
        if step > WIDE_STEPS_COUNT and np.abs(move[:3]).max() < 2e-4 and np.abs(move[POSE_COUNT:]).max() < 0.02:
            break
    return _conclude(prior, evidence, state)


def _all_rows(prior: HeadPrior, evidence: Evidence, state: State, wide_mm: float) -> list[Rows]:
    """Return points, outlines of skin and of hair, and prior at a state."""
    seen = [point_rows(prior, evidence, state), outline_rows(prior, evidence, state, wide_mm)]
    return [*seen, hair_rows(prior, evidence, state), prior_rows(prior, evidence, state)]


def _normal_equations(rows: list[Rows]) -> tuple[FloatArray, FloatArray]:
    """Add up the weighted normal equations."""
    stacked = np.vstack([part.jacobian * part.weight[:, None] ** 0.5 for part in rows])
    rest = np.concatenate([part.residual * part.weight**0.5 for part in rows])
    return np.asarray(stacked.T @ stacked + 1e-9 * np.eye(stacked.shape[1])), np.asarray(stacked.T @ rest)


def _moved(state: State, move: FloatArray) -> State:
    """Return the state after a step."""
    modes = len(state.scores)
    return replace(
        state,
        rotation=rotation_of(move[:3]) @ state.rotation,
        place=state.place + move[3:6],
        focal_log=state.focal_log + float(move[6]),
        scores=state.scores + move[POSE_COUNT : POSE_COUNT + modes],
        rest=state.rest + move[POSE_COUNT + modes : -TURN_COUNT],
        face_turn=state.face_turn + move[-TURN_COUNT:],
    )


def _conclude(prior: HeadPrior, evidence: Evidence, state: State) -> Fit:
    """Return the fit at a state with its covariance and what is left over."""
    rows = _all_rows(prior, evidence, state, 0.0)
    normal, _ = _normal_equations(rows)
    limit = ROBUST_SD_COUNT
    cost = sum(float((limit**2 * np.log1p((part.residual / limit) ** 2)).sum()) for part in rows[:2]) + sum(
        float((part.residual**2).sum()) for part in rows[2:]
    )
    places, _ = point_places(prior, evidence, state)
    return Fit(
        state=state,
        covariance=np.asarray(la.inv(normal)),
        cost=cost,
        outline_miss_px=rows[1].residual * outline_sd_px(evidence, state, 0.0)[1],
        outline_kept=np.asarray(rows[1].weight > 0.4),
        points_miss_px=np.linalg.norm(project(prior, evidence, state, places) - evidence.points_px, axis=1),
    )
