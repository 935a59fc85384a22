"""Catmull-Clark steps: the cube's published weights, flatness kept, nothing made or lost."""

import numpy as np

from scalp.demo.subdivision import divide_quads

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
CUBE_QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], np.int32)


def _grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a flat square of side x side vertices and its quads."""
    index = np.arange(side * side).reshape(side, side)
    quads = np.stack([index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]], axis=-1).reshape(-1, 4).astype(np.int32)
    y, x = np.mgrid[0:side, 0:side].astype(float)
    return np.column_stack([x.ravel(), y.ravel(), np.zeros(side * side)]), quads


def test_a_cubes_first_step_is_the_published_one() -> None:
    """Corners go to 5/9, middles of sides to (1, 0, 0), of edges to (3/4, 3/4, 0), by the weights of [CatmullClark1978]."""
    matrix, _ = divide_quads(CUBE_QUADS, 8)
    points = matrix @ CUBE
    np.testing.assert_allclose(np.abs(points[:8]), 5 / 9)
    np.testing.assert_allclose(np.sort(np.abs(points[8:14]), axis=1), [[0, 0, 1]] * 6, atol=1e-12)
    np.testing.assert_allclose(np.sort(np.abs(points[14:]), axis=1), [[0, 0.75, 0.75]] * 12, atol=1e-12)


def test_a_closed_surface_stays_one_of_genus_nought() -> None:
    quads, count = CUBE_QUADS, 8
    for _ in range(3):
        matrix, quads = divide_quads(quads, count)
        count = matrix.shape[0]
        edges = {tuple(sorted((int(quad[k]), int(quad[(k + 1) % 4])))) for quad in quads for k in range(4)}
        assert count - len(edges) + len(quads) == 2


def test_every_new_vertex_is_a_mean_of_old_ones() -> None:
    _, quads = _grid(5)
    matrix, _ = divide_quads(quads, 25)
    np.testing.assert_allclose(np.asarray(matrix.sum(axis=1)).ravel(), 1.0)
    assert matrix.min() >= 0


def test_a_flat_sheet_stays_flat_and_keeps_its_straight_sides() -> None:
    vertices, quads = _grid(6)
    for _ in range(2):
        matrix, quads = divide_quads(quads, len(vertices))
        vertices = matrix @ vertices
    np.testing.assert_allclose(vertices[:, 2], 0.0)
    assert vertices[:, 0].min() >= -1e-12
    # A border is a cubic B-spline of its own: straight, evenly spaced, its ends rounded off within one old side.
    on_left = np.sort(vertices[np.abs(vertices[:, 0]) < 1e-9, 1])
    np.testing.assert_allclose(on_left, np.arange(0.75, 4.26, 0.25))
