"""The fit of the head-shape prior to one photo or to several, in one robust least squares.

Poses, focal lengths, modes and free harmonics, all in the frozen size of the prior; what the size really is comes after.
Several photos share the shape, the places of points named in more than one, and the focal length where one camera took
them; everything else is each one's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg as la

from scalp.base import BoolArray, FloatArray, IntArray
from scalp.capture.several.seams import Seam, seam_rows
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import (
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
    project,
    rotation_of,
    shape_columns,
    shape_count,
    shape_rows,
    stand_rows,
)

WIDE_OUTLINE_MM, WIDE_STEPS_COUNT = 5.0, 5
"""The outline starts with this much more doubt, halved at each of the first steps."""
LARGEST_TURN_RAD, LARGEST_LOG = 0.35, 0.5
"""Longest step of the turn, and of the logarithms of distance and focal length."""
LENS_COLUMN = 6


@dataclass(frozen=True)
class Fit:
    """The end of a fit in one photo: state, covariance of all that concerns it, and what is left over of outline and points.

    `cost` is what this photo's evidence costs, `shape_cost` what the head's shape does; of one photo, both together are
    the cost of the fit. `turn_sd_rad` is the doubt of this photo's turn against the middle of all photos'.
    `evidence_log` is the logarithm of how likely all photos' evidence is on one head whose shape and stands may be any
    (Laplace's approximation), but for what any other fit to the same evidence has in common with it.
    """

    state: State
    covariance: FloatArray
    cost: float
    shape_cost: float
    outline_miss_px: FloatArray
    outline_kept: BoolArray
    points_miss_px: FloatArray
    turn_sd_rad: float = 0.0
    evidence_log: float = 0.0


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
    """Return the most likely head and camera of one photo: `fit_together` of one."""
    return fit_together(prior, (evidence,), (start,), steps_count=steps_count)[0]


def fit_together(
    prior: HeadPrior,
    evidences: Sequence[Evidence],
    starts: Sequence[State],
    *,
    lenses: Sequence[int] | None = None,
    seams: Sequence[Seam] = (),
    steps_count: int = 25,
) -> tuple[Fit, ...]:
    """Return the most likely head and cameras, by Gauss-Newton with robust weights and outlines that tighten.

    The starts agree on shape and ties; photos with the same number in `lenses` share a focal length; `seams` are places
    of the skin recognised in two photos; with them outlines start as they are. Stops when nothing moves by more than 0.02 SD of the shape and 0.01 degrees.
    """
    lens_of = tuple(range(len(starts)) if lenses is None else lenses)
    states = tuple(replace(state, focal_log=starts[lens_of.index(lens)].focal_log) for state, lens in zip(starts, lens_of, strict=True))
    columns = _columns(prior, states, lens_of)
    for step in range(steps_count):
        wide_mm = WIDE_OUTLINE_MM * 0.5**step if step < WIDE_STEPS_COUNT and not seams else 0.0
        normal, gradient = _normal_equations(_all_rows(prior, evidences, states, columns, wide_mm), columns)
        _add_seams(normal, gradient, [seam_rows(prior, evidences, states, seam) for seam in seams], _pairs(seams, columns))
        move = -la.solve(normal, gradient, assume_a="pos")
        moves = [move[column] for column in columns]
        turn, log = (max(np.abs(own[part]).max() for own in moves) for part in (slice(0, 3), slice(5, POSE_COUNT)))
        share = min(1.0, LARGEST_TURN_RAD / max(turn, 1e-12), LARGEST_LOG / max(log, 1e-12))
        states = tuple(_moved(prior, state, own * share) for state, own in zip(states, moves, strict=True))
        bent = max(np.abs(own[POSE_COUNT:]).max() for own in moves)
        if step > WIDE_STEPS_COUNT and turn < 2e-4 and bent < 0.02:
            break
    return _conclude(prior, evidences, states, columns, seams)


def fit_stand(prior: HeadPrior, evidence: Evidence, start: State, *, vague_mm: float, steps_count: int = 12) -> tuple[State, float]:
    """Return where a head of known shape stands in a photo, and the cost; the outline counts as vague by so many mm more."""
    state, alone = start, slice(0, POSE_COUNT)
    for step in range(steps_count + 1):
        wide_mm = max(vague_mm, WIDE_OUTLINE_MM * 0.5**step)
        rows = _photo_rows(prior, evidence, state, wide_mm, of_lens=True)
        if step == steps_count:
            break
        normal, gradient = _normal_equations([rows], [np.arange(rows[0].jacobian.shape[1], dtype=np.int32)])
        move = -la.solve(normal[alone, alone], gradient[alone], assume_a="pos")
        move *= min(1.0, LARGEST_TURN_RAD / max(np.abs(move[:3]).max(), 1e-12), LARGEST_LOG / max(np.abs(move[5:]).max(), 1e-12))
        still = np.zeros(rows[0].jacobian.shape[1])
        still[alone] = move
        state = _moved(prior, state, still)
    return state, _cost(rows)


def _columns(prior: HeadPrior, states: Sequence[State], lenses: Sequence[int]) -> list[IntArray]:
    """Return which column of all photos together each column of one photo is: shape and ties first, lenses, then poses."""
    count, lens_count = shape_count(prior), len(set(lenses))
    ties = 3 * len(states[0].ties)
    order = {lens: number for number, lens in enumerate(dict.fromkeys(lenses))}
    own, first = POSE_COUNT - 1 + TURN_COUNT, count + ties + lens_count
    found = []
    for photo, lens in enumerate(lenses):
        begin = first + photo * own
        pose = [*range(begin, begin + LENS_COLUMN), count + ties + order[lens]]
        turn = range(begin + LENS_COLUMN, begin + own)
        found.append(np.array([*pose, *range(count), *turn, *range(count, count + ties)], np.int32))
    return found


def _photo_rows(prior: HeadPrior, evidence: Evidence, state: State, wide_mm: float, *, of_lens: bool) -> list[Rows]:
    """Return points, outlines of skin and of hair, and how unusual the stand is."""
    seen = [point_rows(prior, evidence, state), outline_rows(prior, evidence, state, wide_mm)]
    return [*seen, hair_rows(prior, evidence, state), stand_rows(prior, evidence, state, of_lens=of_lens)]


def _all_rows(
    prior: HeadPrior, evidences: Sequence[Evidence], states: Sequence[State], columns: list[IntArray], wide_mm: float
) -> list[list[Rows]]:
    """Return the rows of each photo; those of the shape stand once, with the first, those of a lens with its first."""
    lenses = [int(column[LENS_COLUMN]) for column in columns]
    found = []
    for photo, (evidence, state) in enumerate(zip(evidences, states, strict=True)):
        rows = _photo_rows(prior, evidence, state, wide_mm, of_lens=lenses.index(lenses[photo]) == photo)
        found.append([*rows, shape_rows(prior, state)] if photo == 0 else rows)
    return found


def _normal_equations(rows: list[list[Rows]], columns: list[IntArray]) -> tuple[FloatArray, FloatArray]:
    """Add up the weighted normal equations of all photos."""
    count = 1 + max(int(column.max()) for column in columns)
    normal, gradient = 1e-9 * np.eye(count), np.zeros(count)
    for parts, column in zip(rows, columns, strict=True):
        stacked = np.vstack([part.jacobian * part.weight[:, None] ** 0.5 for part in parts])
        rest = np.concatenate([part.residual * part.weight**0.5 for part in parts])
        normal[np.ix_(column, column)] += stacked.T @ stacked
        gradient[column] += stacked.T @ rest
    return normal, gradient


def _pairs(seams: Sequence[Seam], columns: list[IntArray]) -> list[tuple[IntArray, IntArray]]:
    """Return the columns of both photos of each seam."""
    return [(columns[seam.photos[0]], columns[seam.photos[1]]) for seam in seams]


def _add_seams(normal: FloatArray, gradient: FloatArray, rows: list[tuple[Rows, Rows]], pairs: list[tuple[IntArray, IntArray]]) -> None:
    """Add the normal equations of seams, in place."""
    for parts, columns in zip(rows, pairs, strict=True):
        wide = np.zeros((len(parts[0].residual), len(gradient)))
        for part, column in zip(parts, columns, strict=True):
            wide[:, column] += part.jacobian
        wide *= parts[0].weight[:, None] ** 0.5
        normal += wide.T @ wide
        gradient += wide.T @ (parts[0].residual * parts[0].weight ** 0.5)


def _moved(prior: HeadPrior, state: State, move: FloatArray) -> State:
    """Return the state after a step."""
    shape, modes = shape_columns(prior), len(state.scores)
    turn = shape.stop + TURN_COUNT
    return replace(
        state,
        rotation=rotation_of(move[:3]) @ state.rotation,
        place=state.place + move[3:6],
        focal_log=state.focal_log + float(move[LENS_COLUMN]),
        scores=state.scores + move[POSE_COUNT : POSE_COUNT + modes],
        rest=state.rest + move[POSE_COUNT + modes : shape.stop],
        face_turn=state.face_turn + move[shape.stop : turn],
        offsets=state.offsets + move[turn:].reshape(-1, 3),
    )


def _cost(rows: list[Rows]) -> float:
    """Return what points (robustly), outlines (which a few stray points must not spoil: bounded) and the rest cost.

    The square of an outline's residual over its weight is what it counts for; the weight alone tells how far it strays.
    """
    limit = ROBUST_SD_COUNT
    seen = float((limit**2 * np.log1p((rows[0].residual / limit) ** 2)).sum())
    along = float((rows[1].weight * rows[1].residual ** 2).sum())
    return seen + along + sum(float((part.weight * part.residual**2).sum()) for part in rows[2:4])


def _conclude(
    prior: HeadPrior, evidences: Sequence[Evidence], states: Sequence[State], columns: list[IntArray], seams: Sequence[Seam]
) -> tuple[Fit, ...]:
    """Return the fits at their states with covariances and what is left over."""
    rows = _all_rows(prior, evidences, states, columns, 0.0)
    normal, gradient = _normal_equations(rows, columns)
    _add_seams(normal, gradient, [seam_rows(prior, evidences, states, seam) for seam in seams], _pairs(seams, columns))
    covariance = la.inv(normal)
    shape_cost = float((rows[0][-1].residual ** 2).sum())
    lens_sds = {int(column[LENS_COLUMN]): evidence.focal_log_sd for evidence, column in zip(evidences, columns, strict=True)}
    spread_log = 0.5 * float(np.linalg.slogdet(normal)[1]) + float(np.log(list(lens_sds.values())).sum())
    evidence_log = -0.5 * (sum(_cost(parts) for parts in rows) + shape_cost) - spread_log
    fits = []
    turns_rad = _turn_sds_rad(covariance, states, columns)
    for evidence, state, parts, column, turn_rad in zip(evidences, states, rows, columns, turns_rad, strict=True):
        places, _ = point_places(prior, evidence, state)
        fits.append(
            Fit(
                state=state,
                covariance=np.asarray(covariance[np.ix_(column, column)]),
                cost=_cost(parts),
                shape_cost=shape_cost,
                outline_miss_px=parts[1].residual * outline_sd_px(evidence, state, 0.0)[1],
                outline_kept=np.asarray(parts[1].weight > 0.4),
                points_miss_px=np.linalg.norm(project(prior, evidence, state, places) - evidence.points_px, axis=1),
                turn_sd_rad=turn_rad,
                evidence_log=evidence_log,
            )
        )
    return tuple(fits)


def _turn_sds_rad(covariance: FloatArray, states: Sequence[State], columns: list[IntArray]) -> list[float]:
    """Return the largest SD of each photo's turn against the mean of all, for what turns all alike is the head's own."""
    own = np.stack([state.rotation.T @ np.eye(len(covariance))[column[:3]] for state, column in zip(states, columns, strict=True)])
    apart = own - own.mean(axis=0)
    return [float(np.sqrt(max(np.linalg.eigvalsh(turn @ covariance @ turn.T)[-1], 0.0))) for turn in apart]
