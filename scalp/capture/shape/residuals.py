"""How far a head and one camera are from what was seen, linearised: points, outline and prior. Solving is `fitting`'s.

Several photos are several of these that share the shape, the ties and perhaps the lens; which column of one photo is
which of all is `fitting`'s.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray, IntArray
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.evidence import DISTANCE_LOG_SD, DISTANCE_MM, HAIR_TOLD_COUNT, Evidence
from scalp.capture.shape.prior import HeadPrior
from scalp.geometry.harmonics import harmonics

POSE_COUNT, TURN_COUNT = 7, 3
"""Turn (3), place (3), focal length; and the turn of the whole face mesh against the skull."""
FACE_TURN_SD_RAD = 0.045
"""The face mesh mistakes the turn of a head: by 1.9 degrees (one SD) on drawn heads, by 3 and more on photos of people; so
much is allowed without the skull following. (D, head.md)"""
ROBUST_SD_COUNT = 3.0
"""Residuals beyond so many SDs lose weight, as 1 / (1 + (r / k)^2)."""
HAIR_MM, HAIR_SD_MM, HAIR_ROBUST_SD_COUNT = 9.0, 8.0, 1.5
"""How far the scalp lies inside the outline of hair; a mane is much further off, so that this loses weight early. (D)"""
MODEL_SD_MM = 0.25
"""What eight degrees of harmonics cannot follow of a real outline."""
VAGUE_SD_MM = {"vertex": 5.0, "inion": 5.0}
FOUND_AGAIN_SD_MM, MESH_FINDS_SD_MM = 1.5, 3.0
"""How surely one person finds a named point again in another photo: places on a dome, and all others; and the mesh. (D)"""


@dataclass(frozen=True)
class State:
    """Where a fit stands in one photo. `place` is (x / z, y / z, ln z) of the skull's centre in the camera frame.

    `ties` (K,) are the points of the prior that were named in several photos: each is one place of this head, off the
    model's by `offsets` (K, 3) in SDs.
    """

    rotation: FloatArray
    place: FloatArray
    focal_log: float
    scores: FloatArray
    rest: FloatArray
    face_turn: FloatArray
    ties: IntArray = field(default_factory=lambda: np.zeros(0, np.int32))
    offsets: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))

    @property
    def shift_mm(self) -> FloatArray:
        """Return the skull's centre in the camera frame, (3,) mm."""
        return np.asarray(np.exp(self.place[2]) * np.array([self.place[0], self.place[1], 1.0]))

    @property
    def px_per_mm(self) -> float:
        """Return how large the head appears."""
        return float(np.exp(self.focal_log - self.place[2]))


@dataclass(frozen=True)
class Rows:
    """Linearised evidence: `residual` (N,) and `jacobian` (N, P) in SDs, and the robust weight of each row."""

    residual: FloatArray
    jacobian: FloatArray
    weight: FloatArray


def shape_count(prior: HeadPrior) -> int:
    """Count the numbers of a head's shape: modes, then free harmonics."""
    return prior.modes_count + len(prior.harmonics_rest_mm)


def parameters_count(prior: HeadPrior, state: State) -> int:
    """Count what is fitted to one photo: pose and lens, shape, turn of the face, ties, in this order."""
    return POSE_COUNT + shape_count(prior) + TURN_COUNT + 3 * len(state.ties)


def shape_columns(prior: HeadPrior) -> slice:
    """Return where the shape lies among what is fitted to one photo."""
    return slice(POSE_COUNT, POSE_COUNT + shape_count(prior))


def cranium_of(prior: HeadPrior, state: State) -> Cranium:
    """Return the cranium of a state."""
    rest_mm = prior.harmonics_rest_mm * state.rest
    return Cranium(base=prior.base, coefficients_mm=prior.harmonics_mean_mm + prior.harmonics_modes_mm @ state.scores + rest_mm)


def rotation_of(turn_rad: FloatArray) -> FloatArray:
    """Return the rotation of a turn vector (Rodrigues)."""
    angle = float(np.sqrt(turn_rad @ turn_rad))
    cross = cross_matrix(turn_rad)
    # np.sinc is sin(pi x) / (pi x): no angle is too small for it.
    half = 0.5 * float(np.sinc(angle / (2 * np.pi))) ** 2
    return np.asarray(np.eye(3) + float(np.sinc(angle / np.pi)) * cross + half * (cross @ cross))


def cross_matrix(vectors: FloatArray) -> FloatArray:
    """Return the matrices of the cross product with vectors (..., 3), (..., 3, 3)."""
    vectors = np.asarray(vectors)
    crosses = np.zeros((*vectors.shape, 3))
    for row, col, sign, part in ((0, 1, -1, 2), (0, 2, 1, 1), (1, 2, -1, 0)):
        crosses[..., row, col] = sign * vectors[..., part]
        crosses[..., col, row] = -sign * vectors[..., part]
    return crosses


def project(prior: HeadPrior, evidence: Evidence, state: State, places_mm: FloatArray) -> FloatArray:
    """Return where head points (N, 3) mm appear, (N, 2) px."""
    seen = (places_mm - prior.base.centre_mm) @ state.rotation.T + state.shift_mm
    return np.asarray(np.exp(state.focal_log) * seen[:, :2] / seen[:, 2:] + np.array(evidence.centre_px))


def pose_slopes(prior: HeadPrior, state: State, places_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return d px / d head point (N, 2, 3) and d px / d pose (N, 2, 7)."""
    arms = (places_mm - prior.base.centre_mm) @ state.rotation.T
    x, y, z = (arms + state.shift_mm).T
    focal = np.exp(state.focal_log)
    across, down = x / z, y / z
    lens = np.zeros((len(z), 2, 3))
    lens[:, 0, 0] = lens[:, 1, 1] = focal / z
    lens[:, 0, 2], lens[:, 1, 2] = -across * lens[:, 0, 0], -down * lens[:, 0, 0]
    deep = np.exp(state.place[2])
    shift = np.array([[deep, 0, state.shift_mm[0]], [0, deep, state.shift_mm[1]], [0, 0, deep]])
    by_pose = np.empty((len(z), 2, POSE_COUNT))
    by_pose[:, :, :3] = -lens @ cross_matrix(arms)
    by_pose[:, :, 3:6] = (lens.reshape(-1, 3) @ shift).reshape(-1, 2, 3)
    by_pose[:, 0, 6], by_pose[:, 1, 6] = focal * across, focal * down
    return (lens.reshape(-1, 3) @ state.rotation).reshape(-1, 2, 3), by_pose


def tie_rows(evidence: Evidence, state: State) -> tuple[IntArray, IntArray]:
    """Return which points of a photo are tied, and to which of the ties."""
    rows, ties = np.nonzero(evidence.point_index[:, None] == state.ties[None, :])
    return rows.astype(np.int32), ties.astype(np.int32)


def point_doubts_mm(prior: HeadPrior, evidence: Evidence, state: State) -> tuple[FloatArray, FloatArray]:
    """Return how far the points of a photo may be from the model's, (N,) mm: all in all, and in common with other photos.

    What a named point means on this head is the same in every photo; only how surely it is found again is each photo's own.
    """
    leftover_mm = prior.points_leftover_mm[evidence.point_index].mean(1)
    total_mm = np.hypot(evidence.points_sd_mm, leftover_mm)
    common_mm = np.zeros_like(total_mm)
    rows, _ = tie_rows(evidence, state)
    own_mm = np.array([VAGUE_SD_MM.get(prior.names[index], FOUND_AGAIN_SD_MM) for index in evidence.point_index[rows]])
    own_mm = np.where(evidence.from_mesh[rows], MESH_FINDS_SD_MM, own_mm)
    common_mm[rows] = np.sqrt(np.maximum(total_mm[rows] ** 2 - own_mm**2, 0.0))
    return total_mm, common_mm


def point_places(prior: HeadPrior, evidence: Evidence, state: State) -> tuple[FloatArray, FloatArray]:
    """Return the seen points in head space (N, 3) mm, the mesh's turned as they were seen, and their arms (N, 3)."""
    index = evidence.point_index
    places = prior.points_mean_mm[index] + prior.points_modes_mm[index] @ state.scores
    arms = np.zeros_like(places)
    if evidence.from_mesh.any():
        middle = places[evidence.from_mesh].mean(0)
        turned = (places - middle) @ rotation_of(state.face_turn * FACE_TURN_SD_RAD).T
        arms = np.where(evidence.from_mesh[:, None], turned, 0.0)
        places = np.where(evidence.from_mesh[:, None], turned + middle, places)
    rows, ties = tie_rows(evidence, state)
    if len(rows):
        places[rows] += point_doubts_mm(prior, evidence, state)[1][rows, None] * state.offsets[ties]
    return places, arms


def point_rows(prior: HeadPrior, evidence: Evidence, state: State) -> Rows:
    """Return the misfit of the points of the face and of those named by hand."""
    places, arms = point_places(prior, evidence, state)
    by_place, by_pose = pose_slopes(prior, state, places)
    shape = shape_columns(prior)
    jacobian = np.zeros((len(places), 2, parameters_count(prior, state)))
    jacobian[:, :, :POSE_COUNT] = by_pose
    jacobian[:, :, POSE_COUNT : POSE_COUNT + prior.modes_count] = by_place @ prior.points_modes_mm[evidence.point_index]
    jacobian[:, :, shape.stop : shape.stop + TURN_COUNT] = -by_place @ cross_matrix(arms) * FACE_TURN_SD_RAD
    total_mm, common_mm = point_doubts_mm(prior, evidence, state)
    for row, tie in zip(*tie_rows(evidence, state), strict=True):
        first = shape.stop + TURN_COUNT + 3 * tie
        jacobian[row, :, first : first + 3] = by_place[row] * common_mm[row]
    sd_px = np.sqrt((total_mm**2 - common_mm**2) * state.px_per_mm**2 + evidence.slip_px**2)
    residual = (project(prior, evidence, state, places) - evidence.points_px) / sd_px[:, None]
    weight = 1 / (1 + (residual**2).sum(1) / ROBUST_SD_COUNT**2)
    return Rows(residual.ravel(), (jacobian / sd_px[:, None, None]).reshape(-1, jacobian.shape[2]), np.repeat(weight, 2))


def outline_sd_px(evidence: Evidence, state: State, wide_mm: float) -> tuple[float, float]:
    """Return the doubt of an outline point across the outline: as told, and as counted with its neighbours."""
    model_px = np.hypot(MODEL_SD_MM, wide_mm) * state.px_per_mm
    return float(np.hypot(evidence.outline_sd_px, model_px)), float(np.hypot(evidence.outline_count_sd_px, model_px))


def outline_rows(prior: HeadPrior, evidence: Evidence, state: State, wide_mm: float) -> Rows:
    """Return the misfit of the outline, across it, to the nearest place where sight lines graze the skull.

    Moving along the surface there moves nothing across the outline, so that only the radius and the pose count.
    """
    told_px, counted_px = outline_sd_px(evidence, state, wide_mm)
    miss_px, jacobian = _across(prior, evidence, state, evidence.outline_px)
    weight = 1 / (1 + (miss_px / told_px / ROBUST_SD_COUNT) ** 2)
    return Rows(miss_px / counted_px, jacobian / counted_px, weight)


def hair_rows(prior: HeadPrior, evidence: Evidence, state: State) -> Rows:
    """Return the misfit of the outline of hair: the scalp lies inside of it by some 9 mm, a crop's less or a mane's more."""
    told_px = HAIR_SD_MM * state.px_per_mm
    counted_px = told_px * np.sqrt(max(len(evidence.hair_px), 1) / HAIR_TOLD_COUNT)
    miss_px, jacobian = _across(prior, evidence, state, evidence.hair_px)
    miss_px = miss_px + HAIR_MM * state.px_per_mm
    weight = 1 / (1 + (miss_px / told_px / HAIR_ROBUST_SD_COUNT) ** 2)
    return Rows(miss_px / counted_px, jacobian / counted_px, weight)


def _across(prior: HeadPrior, evidence: Evidence, state: State, line_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far outside a line (N, 2) px the head's outline runs, (N,) px, and its slopes."""
    if not len(line_px):
        return np.zeros(0), np.zeros((0, parameters_count(prior, state)))
    skull = cranium_of(prior, state)
    contour = skull.contour(prior.base.centre_mm - state.rotation.T @ state.shift_mm)
    places = skull.points_mm(contour.directions)
    nearest = cKDTree(project(prior, evidence, state, places)).query(line_px)[1]
    places, directions = places[nearest], contour.directions[nearest]
    outward = contour.normals[nearest] @ state.rotation.T
    across = outward[:, :2] / np.linalg.norm(outward[:, :2], axis=1, keepdims=True)
    by_place, by_pose = pose_slopes(prior, state, places)
    by_radius = np.einsum("na,nax,nx->n", across, by_place, directions)[:, None] * harmonics(directions, skull.degree)
    shape = shape_columns(prior)
    jacobian = np.zeros((len(places), parameters_count(prior, state)))
    jacobian[:, :POSE_COUNT] = np.einsum("na,nap->np", across, by_pose)
    jacobian[:, POSE_COUNT : POSE_COUNT + prior.modes_count] = by_radius @ prior.harmonics_modes_mm
    jacobian[:, POSE_COUNT + prior.modes_count : shape.stop] = by_radius * prior.harmonics_rest_mm
    miss_px = np.einsum("na,na->n", across, project(prior, evidence, state, places) - line_px)
    return miss_px, jacobian


def shape_rows(prior: HeadPrior, state: State) -> Rows:
    """Return how unusual the head is: its shape, and how far tied points lie from the model's."""
    shape = shape_columns(prior)
    count = shape_count(prior)
    jacobian = np.zeros((count + state.offsets.size, parameters_count(prior, state)))
    jacobian[:count, shape] = np.eye(count)
    jacobian[count:, shape.stop + TURN_COUNT :] = np.eye(state.offsets.size)
    residual = np.concatenate([state.scores, state.rest, state.offsets.ravel()])
    return Rows(residual, jacobian, np.ones(len(residual)))


def stand_rows(prior: HeadPrior, evidence: Evidence, state: State, *, of_lens: bool) -> Rows:
    """Return how unusual the turn of the face, the distance and, where it is this photo's to tell, the focal length are."""
    turn = shape_columns(prior).stop
    jacobian = np.zeros((TURN_COUNT + 2, parameters_count(prior, state)))
    jacobian[:TURN_COUNT, turn : turn + TURN_COUNT] = np.eye(TURN_COUNT)
    jacobian[-2, 6] = 1 / evidence.focal_log_sd
    jacobian[-1, 5] = 1 / DISTANCE_LOG_SD
    camera = [
        (state.focal_log - np.log(evidence.focal_px)) / evidence.focal_log_sd,
        (state.place[2] - np.log(DISTANCE_MM)) / DISTANCE_LOG_SD,
    ]
    weight = np.ones(TURN_COUNT + 2)
    weight[-2] = float(of_lens)
    return Rows(np.concatenate([state.face_turn, camera]), jacobian, weight)
