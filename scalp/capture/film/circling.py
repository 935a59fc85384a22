"""The fit of a head to all frames of a film at once: shape, and the similarity that brings the film's cameras to the head.

The cameras stand fixed to each other; what is fitted is one turn, place and size for all of them, the modes of the prior and
free harmonics. In the frozen size of the prior; what the size really is comes after.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg as la
from scipy.spatial import cKDTree

from scalp.base import BoolArray, FloatArray, Value, value
from scalp.capture.film.rigs import Rig, mesh_rows
from scalp.capture.film.skylines import Skyline
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import cross_matrix
from scalp.geometry.harmonics import degrees, harmonics

RIG_COUNT = 7
ROBUST_SD_COUNT = 3.0
FIRST_DEGREE_BEYOND = 9


@value
class CirclingSettings(Value):
    """How a head is fitted to the frames of a film."""

    degree: int = 10
    """Highest degree of the free harmonics."""
    fine_mm: float = 0.30
    """SD of a harmonic of degree 9, mm; beyond, it falls with the third power of the degree. (D)"""
    mesh_mm: float = 4.0
    """How far a point of the face mesh may lie from the model's, one SD, mm. (D)"""
    mesh_told_count: float = 20.0
    """As so many points the face mesh counts: its errors go together. (D)"""
    line_px: float = 1.0
    """Error of the line of the person across it, one SD, px."""
    line_mm: float = 0.4
    """What the model cannot follow of a real outline, one SD, mm."""
    points_count: int = 150
    """Points of a frame's line that are looked at."""
    told_count: float = 25.0
    """As so many they count: stretches of a line are wrong together. (D)"""
    wide_mm: float = 10.0
    """The line starts with this much more doubt, halved at each step."""
    steps_count: int = 18


def refined_prior(prior: HeadPrior, settings: CirclingSettings) -> HeadPrior:
    """Return the prior with harmonics of more degrees, which many views can tell."""
    count = (settings.degree + 1) ** 2
    extra = count - len(prior.harmonics_mean_mm)
    if extra <= 0:
        return prior
    beyond = degrees(settings.degree)[-extra:]
    return replace(
        prior,
        harmonics_mean_mm=np.concatenate([prior.harmonics_mean_mm, np.zeros(extra)]),
        harmonics_modes_mm=np.vstack([prior.harmonics_modes_mm, np.zeros((extra, prior.modes_count))]),
        harmonics_rest_mm=np.concatenate([prior.harmonics_rest_mm, settings.fine_mm * (FIRST_DEGREE_BEYOND / beyond) ** 3]),
    )


@dataclass(frozen=True)
class Shape:
    """Scores of the modes and of the free harmonics, in SDs."""

    scores: FloatArray
    rest: FloatArray

    def cranium(self, prior: HeadPrior) -> Cranium:
        """Return the cranium of the shape."""
        free_mm = prior.harmonics_rest_mm * self.rest
        return Cranium(base=prior.base, coefficients_mm=prior.harmonics_mean_mm + prior.harmonics_modes_mm @ self.scores + free_mm)

    def points_mm(self, prior: HeadPrior) -> FloatArray:
        """Return the points of the model, (N, 3) mm."""
        return np.asarray(prior.points_mean_mm + prior.points_modes_mm @ self.scores)


@dataclass(frozen=True)
class Circled:
    """The end of a fit: rig, shape, and what is left over of each frame's line and of the face, mm.

    `information` is the inverse of the covariance of all parameters, the rig's seven first.
    """

    rig: Rig
    shape: Shape
    information: FloatArray
    line_miss_mm: tuple[FloatArray, ...]
    mesh_miss_mm: FloatArray


@dataclass(frozen=True)
class _Seen:
    """The line of one frame against the model's: misfit (N,) px and its slopes, px per mm there, and which places of the head."""

    miss_px: FloatArray
    slopes: FloatArray
    px_per_mm: FloatArray


def circle_head(prior: HeadPrior, rig: Rig, lines: Sequence[Skyline], *, settings: CirclingSettings) -> Circled:
    """Return the most likely head and rig, by Gauss-Newton with robust weights and lines that tighten.

    Rows are the points of each frame's line, across it, where the nearest place of the model's outline is bare scalp; the
    face mesh as placed by the film's own cameras; and the prior.
    """
    shape = Shape(np.zeros(prior.modes_count), np.zeros(len(prior.harmonics_rest_mm)))
    lines = [_thinned(line, settings.points_count) for line in lines]
    for step in range(settings.steps_count):
        wide_mm = settings.wide_mm * 0.5**step if step < 7 else 0.0
        normal, gradient = _normal_equations(prior, rig, shape, lines, settings, wide_mm)
        move = -la.solve(normal, gradient, assume_a="pos")
        move[:3] *= min(1.0, 0.2 / max(np.abs(move[:3]).max(), 1e-12))
        rig = rig.moved(prior.base.centre_mm, move[:RIG_COUNT])
        scores = shape.scores + move[RIG_COUNT : RIG_COUNT + prior.modes_count]
        shape = Shape(scores, shape.rest + move[RIG_COUNT + prior.modes_count :])
        if wide_mm == 0.0 and np.abs(move[:3]).max() < 1e-4 and np.abs(move[RIG_COUNT:]).max() < 0.02:
            break
    normal, _ = _normal_equations(prior, rig, shape, lines, settings, 0.0)
    seen = [_against_line(prior, rig, shape, number, line, np.inf) for number, line in enumerate(lines)]
    rows, numbers = mesh_rows(prior)
    gap_mm = np.linalg.norm(shape.points_mm(prior)[rows] - rig.landmarks_mm[numbers], axis=1)
    return Circled(rig, shape, normal, tuple(one.miss_px / one.px_per_mm for one in seen), gap_mm)


def _thinned(line: Skyline, count: int) -> Skyline:
    """Return at most `count` points of a line, evenly taken."""
    if len(line.points_px) <= count:
        return line
    kept = np.linspace(0, len(line.points_px) - 1, count).round().astype(int)
    return Skyline(line.points_px[kept], line.certainty[kept])


def _normal_equations(
    prior: HeadPrior, rig: Rig, shape: Shape, lines: Sequence[Skyline], settings: CirclingSettings, wide_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Add up the weighted normal equations of lines, face and prior."""
    count = RIG_COUNT + prior.modes_count + len(prior.harmonics_rest_mm)
    normal, gradient = np.zeros((count, count)), np.zeros(count)
    diagonal = np.arange(RIG_COUNT, count)
    normal[diagonal, diagonal] += 1.0
    gradient[RIG_COUNT:] += np.concatenate([shape.scores, shape.rest])
    share = settings.told_count / settings.points_count
    for number, line in enumerate(lines):
        reach_mm = 3.0 * (settings.line_mm + wide_mm) + 4.0
        seen = _against_line(prior, rig, shape, number, line, reach_mm)
        sd_px = np.hypot(settings.line_px, np.hypot(settings.line_mm, wide_mm) * seen.px_per_mm)
        residual, jacobian = seen.miss_px / sd_px, seen.slopes / sd_px[:, None]
        weight = share / (1 + (residual / ROBUST_SD_COUNT) ** 2)
        normal += (jacobian * weight[:, None]).T @ jacobian
        gradient += jacobian.T @ (weight * residual)
    residual, jacobian, weight = _against_face(prior, rig, shape, settings)
    normal += (jacobian * weight[:, None]).T @ jacobian
    gradient += jacobian.T @ (weight * residual)
    return normal + 1e-9 * np.eye(count), gradient


def _against_face(prior: HeadPrior, rig: Rig, shape: Shape, settings: CirclingSettings) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return residuals, slopes and weights of the face mesh's points where the film's cameras place them."""
    rows, numbers = mesh_rows(prior)
    placed = rig.landmarks_mm[numbers]
    sd_mm = np.hypot(settings.mesh_mm, prior.points_leftover_mm[rows].mean(1))[:, None]
    residual = (shape.points_mm(prior)[rows] - placed) / sd_mm
    arms = placed - prior.base.centre_mm
    jacobian = np.zeros((len(rows), 3, RIG_COUNT + prior.modes_count + len(prior.harmonics_rest_mm)))
    jacobian[:, :, :3], jacobian[:, :, 3:6], jacobian[:, :, 6] = -cross_matrix(arms), np.eye(3), arms
    jacobian[:, :, RIG_COUNT : RIG_COUNT + prior.modes_count] = prior.points_modes_mm[rows]
    jacobian /= sd_mm[..., None]
    weight = settings.mesh_told_count / len(rows) / (1 + (residual**2).sum(1) / ROBUST_SD_COUNT**2)
    return residual.ravel(), jacobian.reshape(-1, jacobian.shape[2]), np.repeat(weight, 3)


def _against_line(prior: HeadPrior, rig: Rig, shape: Shape, number: int, line: Skyline, reach_mm: float) -> _Seen:
    """Return how far outside a frame's line the model's outline runs where that is bare scalp, and its slopes."""
    skull = shape.cranium(prior)
    contour = skull.contour(rig.eyes_mm[number])
    places = skull.points_mm(contour.directions)
    seen = places @ rig.turns[number].T + rig.shifts_mm[number]
    scalp = bare_scalp(prior, shape, places)
    count = RIG_COUNT + prior.modes_count + len(prior.harmonics_rest_mm)
    if not len(line.points_px) or not scalp.any() or (seen[:, 2] < 10.0).any():
        return _Seen(np.zeros(0), np.zeros((0, count)), np.zeros(0))
    pixels = rig.focal_px * seen[:, :2] / seen[:, 2:] + np.array(rig.centre_px)
    found = cKDTree(pixels).query(line.points_px)
    gap_px, nearest = np.asarray(found[0]), np.asarray(found[1])
    per_mm = rig.focal_px / seen[nearest, 2]
    kept = scalp[nearest] & (gap_px < reach_mm * per_mm)
    nearest, told_px, per_mm = nearest[kept], line.points_px[kept], per_mm[kept]
    outward = contour.normals[nearest] @ rig.turns[number].T
    across = outward[:, :2] / np.linalg.norm(outward[:, :2], axis=1, keepdims=True)
    by_place = _slopes(rig, number, seen[nearest])
    across_place = np.einsum("na,nax->nx", across, by_place)
    arms = places[nearest] - prior.base.centre_mm
    directions = contour.directions[nearest]
    by_radius = np.einsum("nx,nx->n", across_place, directions)[:, None] * harmonics(directions, skull.degree)
    slopes = np.empty((len(nearest), count))
    slopes[:, :3] = np.cross(arms, across_place)
    slopes[:, 3:6], slopes[:, 6] = across_place, (across_place * arms).sum(1)
    slopes[:, RIG_COUNT : RIG_COUNT + prior.modes_count] = by_radius @ prior.harmonics_modes_mm
    slopes[:, RIG_COUNT + prior.modes_count :] = by_radius * prior.harmonics_rest_mm
    return _Seen(np.einsum("na,na->n", across, pixels[nearest] - told_px), slopes, per_mm)


def _slopes(rig: Rig, number: int, seen: FloatArray) -> FloatArray:
    """Return d px / d head point (N, 2, 3) of points in the camera frame."""
    x, y, z = seen.T
    nil = np.zeros_like(x)
    lens = np.stack([np.stack([nil + 1, nil, -x / z], -1), np.stack([nil, nil + 1, -y / z], -1)], 1)
    return np.asarray(rig.focal_px / z[:, None, None] * lens @ rig.turns[number])


def bare_scalp(prior: HeadPrior, shape: Shape, places_mm: FloatArray) -> BoolArray:
    """Return which places of the skull lie above brows, ears and nape, where a line of the person is that of the scalp."""
    points = shape.points_mm(prior)
    glabella, top = points[prior.index("glabella")], points[[prior.index("left_ear_top"), prior.index("right_ear_top")]].mean(0)
    inion = points[prior.index("inion")]
    ways = [inion[2] - 1.0, min(top[2] - 35.0, -1.0 + top[2]), top[2], top[2] + 25.0, glabella[2]]
    heights = [inion[1] + 10.0, inion[1] + 12.0, top[1] + 12.0, top[1] + 12.0, glabella[1] + 12.0]
    return np.asarray(places_mm[:, 1] > np.interp(places_mm[:, 2], ways, heights))
