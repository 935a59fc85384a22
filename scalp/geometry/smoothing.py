"""Roughness of a scanned surface: how much of it there is, taking it off without shrinking the shape; fields spread out on it."""

import numpy as np
import scipy.sparse as sp

from scalp.base import FloatArray
from scalp.domain.head import Mesh
from scalp.geometry.meshes import vertex_normals

PASS_STEP, BACK_STEP = 0.5, -0.53
"""One step in and one, a little longer, out: what is wider than the noise keeps its size. [Taubin1995]"""
FEWEST_STEPS_COUNT, MOST_STEPS_COUNT = 3, 60
MAD_SD = 1.4826


def smooth(surface: Mesh, length_mm: float, share_fraction: FloatArray | None = None) -> Mesh:
    """Return a surface without detail finer than about a length; `share_fraction` (V,) says how far each corner follows.

    Corners move to the middle of their neighbours and back a little further, as often as the length asks for on edges of this
    size [Taubin1995]. Domes of a head's curvature keep their place within a hundredth of a mm.
    """
    mean, edge_mm = _neighbour_mean(surface)
    steps = int(np.clip(round(2.0 * (length_mm / max(edge_mm, 1e-9)) ** 2), FEWEST_STEPS_COUNT, MOST_STEPS_COUNT))
    share = np.ones(len(surface.vertices_mm)) if share_fraction is None else share_fraction
    places = surface.vertices_mm.copy()
    for _ in range(steps):
        for step in (PASS_STEP, BACK_STEP):
            places += step * share[:, None] * (mean @ places - places)
    return Mesh(vertices_mm=places, faces=surface.faces)


def spread_out(surface: Mesh, fields: FloatArray, deviation_mm: float) -> FloatArray:
    """Return fields (V, N) spread over the surface about as by a Gaussian of a deviation; what is even stays even."""
    mean, edge_mm = _neighbour_mean(surface)
    steps = int(np.clip(round(2.0 * (deviation_mm / max(edge_mm, 1e-9)) ** 2), 1, 10 * MOST_STEPS_COUNT))
    for _ in range(steps):
        fields = mean @ fields
    return np.asarray(fields)


def _neighbour_mean(surface: Mesh) -> tuple[sp.csr_matrix, float]:
    """Return the matrix that takes each corner to the mean of its neighbours, and the usual length of an edge."""
    count = len(surface.vertices_mm)
    ends = np.unique(np.sort(np.stack([surface.faces, np.roll(surface.faces, -1, axis=1)], -1).reshape(-1, 2), axis=1), axis=0)
    rows, cols = np.concatenate([ends, ends[:, ::-1]]).T
    beside = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
    share = sp.diags(1.0 / np.maximum(np.asarray(beside.sum(1)).ravel(), 1.0))
    edges = surface.vertices_mm[ends[:, 0]] - surface.vertices_mm[ends[:, 1]]
    return sp.csr_matrix(share @ beside), float(np.median(np.linalg.norm(edges, axis=1)))


def roughness_mm(surface: Mesh, length_mm: float) -> FloatArray:
    """Return how far each corner stands out of (above 0) or in the smooth surface through its surroundings, (V,) mm."""
    even = smooth(surface, length_mm)
    return np.asarray(np.einsum("vd,vd->v", surface.vertices_mm - even.vertices_mm, vertex_normals(even)))


def robust_sd(values: FloatArray) -> float:
    """Return the standard deviation of values that a few outliers do not move."""
    return float(MAD_SD * np.median(np.abs(values - np.median(values)))) if len(values) else 0.0
