"""Places of the skin that were recognised in two photos, and how far a head and its cameras are from agreeing on them.

Finding them is `grain`'s, solving is `fitting`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scalp.base import FloatArray
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import (
    MODEL_SD_MM,
    POSE_COUNT,
    ROBUST_SD_COUNT,
    Rows,
    State,
    cranium_of,
    parameters_count,
    pose_slopes,
    project,
    shape_columns,
)
from scalp.geometry.harmonics import harmonics, tangents

MATCH_SD_PX, MATCH_SD_MM = 0.5, 0.35
"""How well a patch of skin is found again: in the photo, and on the head. (D)"""
_ROUNDS_COUNT, _STEP = 1, 1e-3


@dataclass(frozen=True)
class Seam:
    """Places of the skin seen in two photos: `photos`, where in each, (N, 2) px, and in which direction on the skull, (N, 3).

    `told_count` of them count as independent: neighbours lie on the same stretch of skin.
    """

    photos: tuple[int, int]
    first_px: FloatArray
    second_px: FloatArray
    directions: FloatArray
    told_count: float


def seam_rows(prior: HeadPrior, evidences: Sequence[Evidence], states: Sequence[State], seam: Seam) -> tuple[Rows, Rows]:
    """Return the misfit of a seam with its slopes for the first and for the second photo.

    Each place slides freely along the skull and may stand off it by what the harmonics cannot follow; what is left of
    its four coordinates are two numbers that tell whether sight lines meet, and meet on the skull.
    """
    pair = [(evidences[photo], states[photo]) for photo in seam.photos]
    skull = cranium_of(prior, pair[0][1])
    sides = [_side(prior, *one) for one in pair]
    directions = _settled(skull, seam, sides)
    places = skull.points_mm(directions)
    spans = _spans(skull, directions, places)
    slopes = [pose_slopes(prior, state, places) for _, state in pair]
    seen = (seam.first_px, seam.second_px)
    miss = np.hstack([project(prior, *one, places) - px for one, px in zip(pair, seen, strict=True)])
    by_place = np.concatenate([by for by, _ in slopes], axis=1)
    normals = np.cross(spans[:, :, 0], spans[:, :, 1])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    whiten = _whitener(by_place, spans, normals, np.repeat([side.sd_px for side in sides], 2))
    share = np.sqrt(min(1.0, seam.told_count / max(len(places), 1)))
    residual = np.einsum("nra,na->nr", whiten, miss)
    weight = np.repeat(1 / (1 + (residual**2).sum(1) / ROBUST_SD_COUNT**2), 2)
    by_radius = np.einsum("nax,nx->na", by_place, directions)[:, :, None] * harmonics(directions, skull.degree)[:, None, :]
    shape = np.concatenate([by_radius @ prior.harmonics_modes_mm, by_radius * prior.harmonics_rest_mm], axis=2)
    found = []
    for side, (_, by_pose) in enumerate(slopes):
        jacobian = np.zeros((len(places), 4, parameters_count(prior, pair[side][1])))
        jacobian[:, 2 * side : 2 * side + 2, :POSE_COUNT] = by_pose
        # The shape is the same in both photos: it enters once, with the first.
        jacobian[:, :, shape_columns(prior)] = shape if side == 0 else 0.0
        rows = np.einsum("nra,nap->nrp", whiten, jacobian).reshape(-1, jacobian.shape[2])
        found.append(Rows(residual.ravel() * share, rows * share, weight))
    return found[0], found[1]


@dataclass(frozen=True)
class _Side:
    """One photo of a seam: who sees, and how surely."""

    prior: HeadPrior
    evidence: Evidence
    state: State
    sd_px: float


def _side(prior: HeadPrior, evidence: Evidence, state: State) -> _Side:
    return _Side(prior, evidence, state, float(np.hypot(MATCH_SD_PX, MATCH_SD_MM * state.px_per_mm)))


def _settled(skull: Cranium, seam: Seam, sides: Sequence[_Side]) -> FloatArray:
    """Return the directions that suit both photos best: one step from where they were recognised is enough."""
    directions = seam.directions
    for _ in range(_ROUNDS_COUNT):
        places = skull.points_mm(directions)
        spans = _spans(skull, directions, places)
        rows, miss = [], []
        for side, px in zip(sides, (seam.first_px, seam.second_px), strict=True):
            by_place, _ = pose_slopes(side.prior, side.state, places)
            rows.append(by_place @ spans / side.sd_px)
            miss.append((project(side.prior, side.evidence, side.state, places) - px) / side.sd_px)
        design, gap = np.concatenate(rows, axis=1), np.concatenate(miss, axis=1)
        normal = design.transpose(0, 2, 1) @ design
        step = np.linalg.solve(normal, np.einsum("nra,nr->na", design, gap)[:, :, None])[:, :, 0]
        arms = places - np.einsum("nda,na->nd", spans, step) - skull.base.centre_mm
        directions = arms / np.linalg.norm(arms, axis=1, keepdims=True)
    return np.asarray(directions)


def _spans(skull: Cranium, directions: FloatArray, here: FloatArray) -> FloatArray:
    """Return two unit ways along the skull at directions and their places, (N, 3, 2)."""
    ways = []
    for tangent in tangents(directions):
        ahead = directions + _STEP * tangent
        way = skull.points_mm(ahead / np.linalg.norm(ahead, axis=1, keepdims=True)) - here
        ways.append(way / np.linalg.norm(way, axis=1, keepdims=True))
    return np.stack(ways, axis=-1)


def _whitener(by_place: FloatArray, spans: FloatArray, normals: FloatArray, sd_px: FloatArray) -> FloatArray:
    """Return (N, 2, 4): what makes two numbers of SD 1 from four coordinates, blind to sliding along the skull."""
    slide = by_place @ spans
    blind = np.linalg.qr(slide, mode="complete")[0][:, :, 2:].transpose(0, 2, 1)
    off = np.einsum("nax,nx->na", by_place, normals) * MODEL_SD_MM
    spread = np.eye(4) * sd_px**2 + off[:, :, None] * off[:, None, :]
    root = np.linalg.cholesky(blind @ spread @ blind.transpose(0, 2, 1))
    return np.asarray(np.linalg.solve(root, blind))
