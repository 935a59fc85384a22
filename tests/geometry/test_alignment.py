"""Points laid onto points: exact where they are the same, never mirrored, and heavier points nearer."""

import numpy as np
import pytest

from scalp.geometry.alignment import Similarity, align, nearest_rotation


def any_rotation(rng: np.random.Generator) -> np.ndarray:
    """Return a random rotation."""
    turn, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    return turn * np.sign(np.linalg.det(turn))


@pytest.mark.parametrize("seed", range(5))
def test_a_moved_cloud_is_moved_back_exactly(seed):
    rng = np.random.default_rng(seed)
    cloud, moved = rng.standard_normal((20, 3)), Similarity(2.5, any_rotation(rng), np.array([3.0, -1.0, 7.0]))
    found = align(cloud, moved.apply(cloud))
    np.testing.assert_allclose(found.rotation, moved.rotation, atol=1e-12)
    assert found.factor == pytest.approx(2.5)
    np.testing.assert_allclose(moved.undo(moved.apply(cloud)), cloud, atol=1e-12)


def test_a_mirrored_cloud_is_turned_and_not_mirrored():
    cloud = np.random.default_rng(1).standard_normal((20, 3))
    found = align(cloud, cloud * [-1.0, 1.0, 1.0])
    assert np.linalg.det(found.rotation) == pytest.approx(1.0)


def test_heavier_points_come_nearer():
    rng = np.random.default_rng(2)
    cloud, noisy = rng.standard_normal((30, 3)), rng.standard_normal((30, 3))
    weights = np.where(np.arange(30) < 5, 1000.0, 1.0)
    even, heavy = (np.linalg.norm(align(cloud, noisy, share).apply(cloud) - noisy, axis=1)[:5] for share in (None, weights))
    assert (heavy**2).sum() < (even**2).sum()


def test_rounding_is_taken_out_of_a_rotation():
    turn = any_rotation(np.random.default_rng(3))
    mended = nearest_rotation(turn + 1e-4)
    np.testing.assert_allclose(mended @ mended.T, np.eye(3), atol=1e-14)
    assert np.abs(mended - turn).max() < 2e-4
