"""Which head a scan is: the model of adults' heads fitted to the face's points in space and to the surface of the cranium.

The fit says where the head stands and how large it is, where tragi, vertex and inion should lie, and what the cranium is like
where the scan has none. The surface itself stays the scan's.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la

from scalp.base import BoolArray, FloatArray
from scalp.capture.scan.scan_faces import FaceInSpace
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.prior import HeadPrior
from scalp.domain.head import Mesh
from scalp.geometry.alignment import Similarity, align, nearest_rotation
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere, vertex_normals
from scalp.geometry.nearest import NearestFinder

FIRM_SD_MM, SOFT_SD_MM = 3.0, 7.0
"""How far the face mesh sets a point from where it is: at eyes, nose and brows, and elsewhere. (D)"""
NAMED_SD_MM = 2.5
CRANIUM_SD_MM, CRANIUM_TOLD_COUNT = 1.0, 80
"""Doubt of the surface as a cranium's, and as how many independent places it counts. (D)"""
WIDE_SD_MM, WIDE_STEPS_COUNT, STEPS_COUNT = 12.0, 6, 14
ROBUST_SD_COUNT = 3.0
ALIGNED_COSINE = 0.7
"""Where surface and cranium face ways further apart than this, they are not the same place."""
BROW_RISE_MM, EAR_CLEAR_MM = 18.0, 16.0
"""The cranium is compared above a line from so far over the glabella to so far over the ear tops."""
_FIRM = frozenset({1, 2, 4, 5, 6, 8, 9, 33, 133, 168, 195, 197, 263, 362})


@dataclass(frozen=True)
class ScanFit:
    """A head of the model and where it stands: `placed` brings model space (mm at the mean head's size) to the surface's own.

    `covariance` is that of mode scores and free harmonics; `cranium_miss_mm` (N,) how far the surface lies outside the model's
    cranium where it was compared, `covered_fraction` how much of the cranium the scan has.
    """

    placed: Similarity
    places: FloatArray
    cranium: Cranium
    covariance: FloatArray
    points_miss_mm: float
    cranium_miss_mm: FloatArray
    covered_fraction: float


@dataclass(frozen=True)
class _Points:
    """Points of the model that were told: rows of the prior, places on the surface, SDs in mm."""

    rows: FloatArray
    places: FloatArray
    sd_mm: FloatArray


def gather_points(prior: HeadPrior, face: FaceInSpace | None, named: dict[str, FloatArray]) -> _Points:
    """Return what is known of the model's points: the face's, and those named by hand."""
    rows: list[int] = []
    places: list[FloatArray] = []
    sds: list[float] = []
    for row, name in enumerate(prior.names if face is not None else ()):
        number = int(name.removeprefix("mesh_")) if name.startswith("mesh_") else -1
        if face is not None and number >= 0 and np.isfinite(face.points[number]).all():
            rows.append(row)
            places.append(face.points[number])
            # What neighbours get wrong together counts less often than they are.
            sds.append(2.0 * (FIRM_SD_MM if number in _FIRM else SOFT_SD_MM))
    for name, place in named.items():
        rows.append(prior.index(name))
        places.append(place)
        sds.append(NAMED_SD_MM)
    return _Points(np.array(rows, int), np.array(places), np.array(sds))


def fit_scan(prior: HeadPrior, surface: Mesh, finder: NearestFinder, points: _Points) -> ScanFit:
    """Return the head of the model that is most like a scan: points and surface in one robust least squares.

    Where it stands, its size, the modes and the free harmonics move together; the surface counts along its normal, at the
    nearest place, from 12 mm of doubt down to 1. Hair and caps stand out of the cranium and lose weight.
    """
    modes = prior.modes_count
    scores, rest = np.zeros(modes), np.zeros(len(prior.harmonics_rest_mm))
    placed = align(prior.points_mean_mm[points.rows], points.places, 1 / points.sd_mm**2)
    directions = icosphere(3).vertices_mm
    basis, faces = harmonics(directions, 8), icosphere(3).faces
    normals_of_surface = vertex_normals(surface)
    for step in range(STEPS_COUNT):
        sd_mm = max(WIDE_SD_MM * 0.6**step, CRANIUM_SD_MM)
        cranium = _cranium(prior, scores, rest)
        radii = cranium.points_mm(directions)
        sheet = Mesh(vertices_mm=radii, faces=faces)
        model_normals = vertex_normals(sheet)
        near = finder.find(placed.apply(radii))
        there = placed.undo(np.einsum("nk,nkd->nd", near.barycentric, surface.vertices_mm[surface.faces[near.face_index]]))
        facing = np.einsum("nk,nkd->nd", near.barycentric, normals_of_surface[surface.faces[near.face_index]]) @ placed.rotation
        gap = there - radii
        out = (gap * model_normals).sum(1)
        aside = np.linalg.norm(gap - out[:, None] * model_normals, axis=1)
        places = prior.points_mean_mm + prior.points_modes_mm @ scores
        told = _above(prior, places, radii) & ((facing * model_normals).sum(1) > ALIGNED_COSINE) & (aside < 2.0 + 0.5 * sd_mm)
        told &= np.abs(out) < 6.0 * sd_mm
        # Points, surface and prior as one linear system in the model's own space.
        known = placed.undo(points.places)
        miss = known - places[points.rows]
        sd = np.hypot(points.sd_mm, prior.points_leftover_mm[points.rows].mean(1))
        weight = 1 / (1 + ((miss**2).sum(1) / sd**2 / 3) / ROBUST_SD_COUNT**2)
        rows = [_point_rows(prior, points.rows, known, miss, np.sqrt(weight) / sd)]
        each = sd_mm * np.sqrt(max(told.sum(), 1) / CRANIUM_TOLD_COUNT)
        kept = 1 / (1 + (out / sd_mm / ROBUST_SD_COUNT) ** 2)
        lift = (directions * model_normals).sum(1)
        rows.append(_cranium_rows(prior, (basis, lift), (there, model_normals, out), told, np.sqrt(kept) / each))
        rows.append((np.hstack([np.zeros((modes + len(rest), 7)), np.eye(modes + len(rest))]), np.concatenate([-scores, -rest])))
        matrix, target = np.vstack([row[0] for row in rows]), np.concatenate([row[1] for row in rows])
        normal = matrix.T @ matrix + 1e-9 * np.eye(matrix.shape[1])
        move = la.solve(normal, matrix.T @ target, assume_a="pos")
        scores, rest = scores + move[7 : 7 + modes], rest + move[7 + modes :]
        placed = _moved(placed, move[:7])
        if step >= WIDE_STEPS_COUNT and np.abs(move[7:]).max() < 0.02:
            break
    high = _above(prior, places, radii)
    return ScanFit(
        placed=placed,
        places=prior.points_mean_mm + prior.points_modes_mm @ scores,
        cranium=_cranium(prior, scores, rest),
        covariance=np.asarray(la.inv(normal)[7:, 7:]),
        points_miss_mm=float(np.sqrt(np.median((miss**2).sum(1)))),
        cranium_miss_mm=out[told],
        covered_fraction=float(told[high].mean()),
    )


def _cranium(prior: HeadPrior, scores: FloatArray, rest: FloatArray) -> Cranium:
    mm = prior.harmonics_mean_mm + prior.harmonics_modes_mm @ scores + prior.harmonics_rest_mm * rest
    return Cranium(base=prior.base, coefficients_mm=mm)


def _above(prior: HeadPrior, places: FloatArray, points: FloatArray) -> BoolArray:
    """Tell which points of model space lie on the cranium: over brows, ears and the bump at the back."""
    brow = places[prior.index("glabella")]
    ears = (places[prior.index("left_ear_top")] + places[prior.index("right_ear_top")]) / 2
    inion = places[prior.index("inion")]
    ahead, behind, bump = brow[2], ears[2], inion[2]
    line = np.interp(points[:, 2], [bump, behind, ahead], [inion[1] + 5.0, ears[1] + EAR_CLEAR_MM, brow[1] + BROW_RISE_MM])
    return np.asarray(points[:, 1] > line)


def _frame_slopes(points: FloatArray) -> FloatArray:
    """Return how points of model space (N, 3) move against a surface that grows, turns and shifts, (N, 3, 7)."""
    x, y, z = points.T
    nil = np.zeros_like(x)
    turn = np.stack([np.stack([nil, z, -y], -1), np.stack([-z, nil, x], -1), np.stack([y, -x, nil], -1)], 1)
    shift = np.broadcast_to(np.eye(3), (len(points), 3, 3))
    return np.concatenate([points[:, :, None], turn, shift], axis=2)


def _point_rows(
    prior: HeadPrior, rows: FloatArray, known: FloatArray, miss: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the linear system of the points: what moves the model's point to where it was seen."""
    count, rest = len(known), len(prior.harmonics_rest_mm)
    slopes = np.concatenate([_frame_slopes(known), prior.points_modes_mm[rows], np.zeros((count, 3, rest))], axis=2)
    return (slopes * weight[:, None, None]).reshape(3 * count, -1), (miss * weight[:, None]).reshape(-1)


def _cranium_rows(
    prior: HeadPrior,
    shape: tuple[FloatArray, FloatArray],
    met: tuple[FloatArray, FloatArray, FloatArray],
    told: BoolArray,
    weight: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return the linear system of the surface along its normals."""
    (basis, lift), (there, normals, out) = shape, met
    by_radius = basis * lift[:, None]
    frame = np.einsum("nd,ndp->np", normals, _frame_slopes(there))
    slopes = np.hstack([frame, by_radius @ prior.harmonics_modes_mm, by_radius * prior.harmonics_rest_mm])
    return slopes[told] * weight[told, None], out[told] * weight[told]


def _moved(placed: Similarity, move: FloatArray) -> Similarity:
    """Return the similarity after a step given in model space: growth, turn, shift."""
    turn = la.expm(np.array([[0, -move[3], move[2]], [move[3], 0, -move[1]], [-move[2], move[1], 0]]))
    factor = placed.factor * float(np.exp(move[0]))
    rotation = nearest_rotation(placed.rotation @ turn)
    return Similarity(factor, rotation, placed.shift + placed.factor * placed.rotation @ move[4:7])
