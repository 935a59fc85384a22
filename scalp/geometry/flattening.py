"""Lay a curved piece of surface flat with the least change of length: the map of one piece, its error, whether it folds.

A surface with Gauss curvature cannot be laid flat without stretching; what is minimised here is the worst stretch in any
direction. Cutting a scalp into pieces that are small enough is `patches`'; marks on them are `scalp.rendering`'s.
"""

from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from scalp.base import BadMesh, BoolArray, FloatArray, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.cleaning import pieces, rims

USUAL_STEPS_COUNT = 40
_EVEN_STEPS_COUNT = 6
"""Steps with even weights before the worst faces are made to weigh more."""
_WEIGHT_FLOOR = 1e-5
_DAMPING = 1e-9


@value
class Flat(Value):
    """A piece of surface laid flat: `chart_mm` (V, 2), seen from outside, and for each face (F,) its worst change of length.

    `error_fraction` is the largest of |s - 1| over all directions in the face, s the flat length over the length on the
    surface. `folded` (F,) marks faces that lie upside down; a sound flat has none and an outline that does not cross itself.
    """

    chart_mm: FloatArray
    error_fraction: FloatArray
    folded: BoolArray

    @property
    def worst_fraction(self) -> float:
        """Return the largest error of any face in any direction."""
        return float(self.error_fraction.max())


def flatten(surface: Mesh, *, enough_fraction: float = 0.0, steps_count: int = USUAL_STEPS_COUNT) -> Flat:
    """Lay a connected piece of surface flat so that its worst change of length, in any face and direction, is least.

    It begins with the least squares conformal map [Levy2002], then moves corners by Gauss-Newton steps on the stretch of each
    face off the nearest turn [Sorkine2007], faces weighted anew after each step by their error (Lawson's way to the least
    maximum). It stops early once the worst error is `enough_fraction`. For a cap of radius r on a sphere of radius R no map
    does better than about (r / R)^2 / 12 [Milnor1969]; cylinders and cones come out exact.
    """
    if not len(surface.faces) or pieces(surface).max() > 0:
        raise BadMesh("piece to lay flat", f"{len(surface.faces)} faces", "one connected piece of surface", "Cut it into pieces first.")
    slopes, areas = _slopes(surface)
    best = here = _scaled(_conformal(surface, slopes, areas), surface, slopes)
    best_worst = _stretch_error(best, surface, slopes)[0].max()
    weights = areas / areas.sum()
    for step in range(steps_count):
        if best_worst <= enough_fraction:
            break
        here = _stepped(here, surface, slopes, weights)
        error, _ = _stretch_error(here, surface, slopes)
        balanced = _scaled(here, surface, slopes)
        worst = _stretch_error(balanced, surface, slopes)[0].max()
        if worst < best_worst:
            best, best_worst = balanced, worst
        if step >= _EVEN_STEPS_COUNT:
            weights = _reweighted(weights, error)
    error, folded = _stretch_error(best, surface, slopes)
    return Flat(chart_mm=best - best.mean(0), error_fraction=error, folded=folded)


def cap_bound_fraction(radius_mm: float, sphere_radius_mm: float) -> float:
    """Return the least error any flat map of a round cap can have, as [Milnor1969] proved: lengths between 1 - e and 1 + e.

    The ratio of the largest to the smallest scale is at least a / sin a for a cap of angular radius a; about e = a^2 / 12.
    """
    angle_rad = radius_mm / sphere_radius_mm
    ratio = 1.0 / np.sinc(angle_rad / np.pi)
    return float((ratio - 1.0) / (ratio + 1.0))


def crosses_itself(chart_mm: FloatArray, surface: Mesh) -> bool:
    """Tell whether the outline of a flat piece crosses itself; the work grows with the square of the outline, not of the piece."""
    loops = [chart_mm[loop] for loop in rims(surface)]
    starts = np.vstack(loops)
    ends = np.vstack([np.roll(loop, -1, axis=0) for loop in loops])
    return any(_crossed(starts[k], ends[k], starts[k + 1 :], ends[k + 1 :]) for k in range(len(starts) - 1))


def _crossed(start: FloatArray, end: FloatArray, starts: FloatArray, ends: FloatArray) -> bool:
    """Tell whether one stretch properly crosses any of others."""

    def side(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
        turn = (b - a)[..., 0] * (c - a)[..., 1] - (b - a)[..., 1] * (c - a)[..., 0]
        return np.asarray(turn)

    apart = side(start, end, starts) * side(start, end, ends) < -1e-12
    across = side(starts, ends, start) * side(starts, ends, end) < -1e-12
    return bool((apart & across).any())


def _slopes(surface: Mesh) -> tuple[FloatArray, FloatArray]:
    """Return how a value at each corner changes over each face, (F, 3, 2) per mm in a frame of the face, and areas (F,)."""
    a, b, c = surface.vertices_mm[surface.faces].transpose(1, 0, 2)
    along = b - a
    length = np.linalg.norm(along, axis=1)
    along = along / np.maximum(length, 1e-12)[:, None]
    third_x = np.einsum("fd,fd->f", c - a, along)
    third_y = np.linalg.norm(c - a - third_x[:, None] * along, axis=1)
    double_area = length * third_y
    if double_area.min() <= 0.0:
        raise BadMesh("piece to lay flat", "a face without area", "faces with area", "Clean the surface first.")
    slopes = np.empty((len(length), 3, 2))
    slopes[:, 1, 0], slopes[:, 1, 1] = third_y / double_area, -third_x / double_area
    slopes[:, 2, 0], slopes[:, 2, 1] = 0.0, length / double_area
    slopes[:, 0] = -slopes[:, 1] - slopes[:, 2]
    return slopes, double_area / 2.0


def _conformal(surface: Mesh, slopes: FloatArray, areas: FloatArray) -> FloatArray:
    """Return the map that keeps angles best, (V, 2), two far corners of the outline held."""
    count, faces = len(surface.vertices_mm), surface.faces
    root = np.sqrt(areas)[:, None]
    gx, gy = slopes[:, :, 0] * root, slopes[:, :, 1] * root
    rows = np.repeat(np.arange(len(faces)), 3)
    along = sp.csr_matrix((gx.ravel(), (rows, faces.ravel())), shape=(len(faces), count))
    aside = sp.csr_matrix((gy.ravel(), (rows, faces.ravel())), shape=(len(faces), count))
    system = sp.bmat([[along, -aside], [aside, along]]).tocsc()
    first, second, apart_mm = _far_apart(surface)
    held = np.array([first, second, first + count, second + count])
    free = np.setdiff1d(np.arange(2 * count), held)
    solved = np.zeros(2 * count)
    solved[second] = apart_mm
    right = -(system[:, held] @ solved[held])
    normal = (system[:, free].T @ system[:, free]).tocsc()
    solved[free] = _solved(normal, system[:, free].T @ right)
    return np.column_stack([solved[:count], solved[count:]])


def _far_apart(surface: Mesh) -> tuple[int, int, float]:
    """Return two corners of the outline that lie far apart, and how far."""
    outline = np.concatenate(rims(surface)) if rims(surface) else np.arange(len(surface.vertices_mm))
    places = surface.vertices_mm[outline]
    second = int(np.argmax(np.linalg.norm(places - places[0], axis=1)))
    away = np.linalg.norm(places - places[second], axis=1)
    first = int(np.argmax(away))
    return int(outline[first]), int(outline[second]), float(away[first])


def _solved(matrix: sp.csc_matrix, right: FloatArray) -> FloatArray:
    """Solve a symmetric positive system."""
    # Columns one by one: the wide blocks that SuperLU takes by default take twice as long on meshes, whose factors are sparse.
    factors: Any = splu(matrix, permc_spec="MMD_AT_PLUS_A", relax=1, panel_size=1, options={"SymmetricMode": True}, diag_pivot_thresh=0.0)
    return np.asarray(factors.solve(right))


def _jacobians(chart: FloatArray, surface: Mesh, slopes: FloatArray) -> FloatArray:
    """Return how each face is stretched and turned, (F, 2, 2)."""
    return np.asarray(np.einsum("fka,fkb->fab", chart[surface.faces], slopes))


def _scales(jacobians: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the largest and the smallest scale of each face; the smallest is below 0 where it is folded."""
    a, b, c, d = jacobians[:, 0, 0], jacobians[:, 0, 1], jacobians[:, 1, 0], jacobians[:, 1, 1]
    turning, mirroring = np.hypot(a + d, c - b) / 2, np.hypot(a - d, b + c) / 2
    return turning + mirroring, turning - mirroring


def _stretch_error(chart: FloatArray, surface: Mesh, slopes: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the worst change of length of each face and whether it is folded."""
    largest, smallest = _scales(_jacobians(chart, surface, slopes))
    return np.maximum(np.abs(largest - 1.0), np.abs(1.0 - smallest)), smallest <= 0.0


def _scaled(chart: FloatArray, surface: Mesh, slopes: FloatArray) -> FloatArray:
    """Return a map enlarged so that its largest and its smallest scale are equally far from 1."""
    largest, smallest = _scales(_jacobians(chart, surface, slopes))
    return np.asarray(chart * 2.0 / max(float(largest.max() + smallest.min()), 1e-6))


def _stepped(chart: FloatArray, surface: Mesh, slopes: FloatArray, weights: FloatArray) -> FloatArray:
    """Move all corners by one Gauss-Newton step on the weighted stretch of the faces."""
    jacobians = _jacobians(chart, surface, slopes)
    angle = np.arctan2(jacobians[:, 1, 0] - jacobians[:, 0, 1], jacobians[:, 0, 0] + jacobians[:, 1, 1])
    cosine, sine = np.cos(angle), np.sin(angle)
    back = np.stack([np.stack([cosine, sine], -1), np.stack([-sine, cosine], -1)], 1)
    stretch = back @ jacobians
    short = np.sqrt(0.5)
    residual = np.stack([stretch[:, 0, 0] - 1.0, stretch[:, 1, 1] - 1.0, short * (stretch[:, 0, 1] + stretch[:, 1, 0])], 1)
    gx, gy = slopes[:, :, 0, None], slopes[:, :, 1, None]
    rows = np.stack([gx * back[:, None, 0], gy * back[:, None, 1], short * (gy * back[:, None, 0] + gx * back[:, None, 1])], 1)
    rows = rows.reshape(len(weights), 3, 6)
    element = (weights[:, None, None] * rows.transpose(0, 2, 1)) @ rows
    pull = np.einsum("f,fri,fr->fi", weights, rows, residual)
    unknown = (2 * surface.faces[:, :, None] + np.arange(2)).reshape(-1, 6)
    count = chart.size
    at = (np.repeat(unknown, 6, axis=1).ravel(), np.tile(unknown, (1, 6)).ravel())
    matrix = sp.csc_matrix((element.ravel(), at), shape=(count, count))
    matrix = matrix + sp.identity(count, format="csc") * (_DAMPING * matrix.diagonal().max())
    moved = _solved(matrix.tocsc(), np.asarray(np.bincount(unknown.ravel(), pull.ravel(), minlength=count), float))
    return np.asarray(chart - moved.reshape(-1, 2))


def _reweighted(weights: FloatArray, error: FloatArray) -> FloatArray:
    """Return weights that grow where the error is large."""
    grown = weights * error / error.max()
    grown = np.maximum(grown, _WEIGHT_FLOOR * grown.max())
    return np.asarray(grown / grown.sum())
