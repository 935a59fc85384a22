"""How alike two faces are in shape, as a logarithm of likelihoods. What is made of it is `agreement`'s."""

from collections.abc import Sequence

import numpy as np

from scalp.base import FloatArray
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import State, pose_slopes, project

POINT_SD_MM, MISREAD_SD, READ_FRACTION = 0.95, 0.48, 1.1
"""How the face mesh reads a face: a point's own error, an error of the whole shape in SDs of people, new in every photo, and how much
of a person's own shape it shows; most likely values on drawn people seen twice. (D, docs/science/head-together.md)"""
UNLIKE_LOG = -20.0
"""Below this two faces are doubted to be one person's."""


def likeness_log(prior: HeadPrior, evidences: Sequence[Evidence], states: Sequence[State]) -> float:
    """Return the logarithm of how much likelier two faces are one person's than two people's; 0 where they tell nothing.

    Each face is the model's, read with an error of its shape that is its own in every photo, and of each point; stand and
    lens may be any. Closed form of linear Gaussians [Prince2007]. Expression is taken for shape, so that it counts against.
    """
    faces = [_reading(prior, evidence, state) for evidence, state in zip(evidences, states, strict=True)]
    own = [(READ_FRACTION**2 + MISREAD_SD**2) * ways @ ways.T + POINT_SD_MM**2 * np.eye(len(ways)) for _, ways in faces]
    common = READ_FRACTION**2 * faces[0][1] @ faces[1][1].T
    both = np.block([[own[0], common], [common.T, own[1]]])
    apart = sum(_gauss_log(seen, spread) for (seen, _), spread in zip(faces, own, strict=True))
    return _gauss_log(np.concatenate([faces[0][0], faces[1][0]]), both) - apart


def _reading(prior: HeadPrior, evidence: Evidence, state: State) -> tuple[FloatArray, FloatArray]:
    """Return what a face tells of the scores of its shape once any stand and lens are allowed: numbers (N,) mm, and their slopes."""
    index, seen_px = evidence.point_index[evidence.from_mesh], evidence.points_px[evidence.from_mesh]
    places = prior.points_mean_mm[index] + prior.points_modes_mm[index] @ state.scores
    by_place, by_pose = pose_slopes(prior, state, places)
    ways = (by_place @ prior.points_modes_mm[index]).reshape(2 * len(index), -1) / state.px_per_mm
    miss = (seen_px - project(prior, evidence, state, places)).ravel() / state.px_per_mm
    left, sizes, _ = np.linalg.svd(by_pose.reshape(2 * len(index), -1) / state.px_per_mm)
    free = left[:, int((sizes > 1e-6 * sizes[0]).sum()) :]
    shown, inner = np.linalg.qr(free.T @ ways)
    return shown.T @ (free.T @ (miss + ways @ state.scores)), inner


def _gauss_log(seen: FloatArray, spread: FloatArray) -> float:
    """Return the logarithm of a Gaussian's density about 0, but for its constant."""
    lower = np.linalg.cholesky(spread)
    return float(-0.5 * (np.linalg.solve(lower, seen) ** 2).sum() - np.log(np.diag(lower)).sum())
