"""The tree of boxes finds what testing every triangle finds."""

import numpy as np

from scalp.base import BoolArray, FloatArray
from scalp.demo.rays import blocked, plant_tree
from scalp.domain.head import Mesh
from scalp.geometry.meshes import icosphere


def _blocked_by_any(mesh: Mesh, origins: FloatArray, ways: FloatArray) -> BoolArray:
    """Test every ray against every triangle by solving three equations: slow, and another way to write it."""
    corners = mesh.vertices_mm[mesh.faces]
    out = np.zeros(len(ways), bool)
    for ray, (origin, way) in enumerate(zip(origins, ways, strict=True)):
        system = np.stack(
            [np.broadcast_to(-way, corners[:, 0].shape), corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]], axis=-1
        )
        distance, u, v = np.linalg.solve(system, (origin - corners[:, 0])[..., None])[..., 0].T
        out[ray] = bool(((distance > 1e-3) & (u >= 0) & (v >= 0) & (u + v <= 1)).any())
    return out


def test_the_tree_agrees_with_every_triangle_tested() -> None:
    random = np.random.default_rng(4)
    ball = icosphere(3)
    lumps = ball.vertices_mm * random.uniform(20, 90, (len(ball.vertices_mm), 1))
    mesh = Mesh(vertices_mm=lumps, faces=ball.faces)
    origins = random.uniform(-110, 110, (400, 3))
    ways = random.normal(size=(400, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    expected = _blocked_by_any(mesh, origins, ways)
    assert 0.2 < expected.mean() < 0.95
    np.testing.assert_array_equal(blocked(plant_tree(mesh), origins, ways), expected)


def test_a_triangle_alone_and_many_in_one_place_make_a_tree() -> None:
    one = Mesh(vertices_mm=np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), faces=np.array([[0, 1, 2]] * 9, np.int32))
    hits = blocked(plant_tree(one), np.array([[0.2, 0.2, 1.0], [0.9, 0.9, 1.0]]), np.array([[0.0, 0, -1], [0, 0, -1.0]]))
    np.testing.assert_array_equal(hits, [True, False])
