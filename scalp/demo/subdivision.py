"""Catmull-Clark subdivision of quad meshes with borders, as a matrix, so that anything on the vertices follows."""

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from scalp.base import IntArray


def divide_quads(quads: IntArray, vertices_count: int) -> tuple[sp.csr_matrix, IntArray]:
    """Return the matrix from old to new vertices and the new quads after one Catmull-Clark step. [CatmullClark1978]

    New vertices are the old ones moved, then one a quad, then one an edge. Borders become cubic B-splines.
    """
    quads_count = len(quads)
    sides = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, edge_of_side, faces_of_edge = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    quad_rows = _matrix(np.repeat(np.arange(quads_count), 4), quads.reshape(-1), 0.25, (quads_count, vertices_count))
    middle_rows = _matrix(np.repeat(np.arange(len(edges)), 2), edges.reshape(-1), 0.5, (len(edges), vertices_count))
    quads_of_edge = _matrix(edge_of_side.reshape(-1), np.repeat(np.arange(quads_count), 4), 0.5, (len(edges), quads_count))
    inner = faces_of_edge == 2  # an edge between two quads
    edge_rows = sp.diags(np.where(inner, 0.5, 1.0)) @ middle_rows + sp.diags(np.where(inner, 0.5, 0.0)) @ (quads_of_edge @ quad_rows)
    moved = _moved(edges, inner, quad_rows, middle_rows, quads)
    first_edge = vertices_count + quads_count
    of_side = edge_of_side.reshape(quads_count, 4) + first_edge
    middle = vertices_count + np.arange(quads_count)
    parts = [np.column_stack([quads[:, k], of_side[:, k], middle, of_side[:, k - 1]]) for k in range(4)]
    return sp.csr_matrix(sp.vstack([moved, quad_rows, edge_rows])), np.vstack(parts).astype(np.int32)


def _moved(edges: IntArray, inner: IntArray, quad_rows: sp.csr_matrix, middle_rows: sp.csr_matrix, quads: IntArray) -> sp.csr_matrix:
    """Return where old vertices go: (Q + 2 R + (n - 3) P) / n inside, (a + 6 P + b) / 8 on a border."""
    count = quad_rows.shape[1]
    ends = edges.reshape(-1)
    edge_at = np.repeat(np.arange(len(edges)), 2)
    at_edge = _matrix(ends, edge_at, 1.0, (count, len(edges)))
    at_quad = _matrix(quads.reshape(-1), np.repeat(np.arange(len(quads)), 4), 1.0, (count, len(quads)))
    valence = np.maximum(np.bincount(quads.reshape(-1), minlength=count), 1).astype(float)
    edge_valence = np.maximum(np.bincount(ends, minlength=count), 1).astype(float)
    border_edges = _matrix(ends[np.repeat(~inner, 2)], edge_at[np.repeat(~inner, 2)], 1.0, (count, len(edges)))
    on_border = np.asarray(border_edges.sum(axis=1)).ravel() > 0
    unused = np.bincount(quads.reshape(-1), minlength=count) == 0
    within = ~on_border & ~unused
    inside = sp.diags(within / valence) @ (
        sp.diags(1.0 / valence) @ at_quad @ quad_rows + sp.diags(2.0 / edge_valence) @ at_edge @ middle_rows
    )
    kept = np.where(within, (valence - 3.0) / valence, np.where(unused, 1.0, 0.5))
    rim = sp.diags(np.where(on_border & ~unused, 0.25, 0.0)) @ border_edges @ middle_rows
    return sp.csr_matrix(inside + rim + sp.diags(kept))


def _matrix(rows: npt.NDArray[np.integer[Any]], cols: npt.NDArray[np.integer[Any]], number: float, shape: tuple[int, int]) -> sp.csr_matrix:
    return sp.csr_matrix((np.full(len(rows), number), (rows, cols)), shape=shape)
