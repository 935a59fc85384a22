"""Points laid onto points: the best turn, shift and scale. What the points are is the caller's."""

from dataclasses import dataclass

import numpy as np

from scalp.base import FloatArray


@dataclass(frozen=True)
class Similarity:
    """A turn, a shift and one scale: `x -> factor * rotation @ x + shift`."""

    factor: float
    rotation: FloatArray
    shift: FloatArray

    def apply(self, points: FloatArray) -> FloatArray:
        """Return points (N, 3) on the other side."""
        return np.asarray(self.factor * points @ self.rotation.T + self.shift)

    def undo(self, points: FloatArray) -> FloatArray:
        """Return points (N, 3) on this side."""
        return np.asarray((points - self.shift) @ self.rotation / self.factor)


def align(known: FloatArray, wanted: FloatArray, weights: FloatArray | None = None) -> Similarity:
    """Return the similarity that brings known points (N, 3) nearest to wanted ones, by least squares, never mirrored. [Umeyama1991]

    >>> round(align(np.eye(3), 2.0 * np.eye(3) + 1.0).factor, 6)
    2.0
    """
    share = np.ones(len(known)) if weights is None else weights
    share = share / share.sum()
    a, b = share @ known, share @ wanted
    u, s, vt = np.linalg.svd(((wanted - b) * share[:, None]).T @ (known - a))
    handed = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ handed @ vt
    factor = float((s * np.diag(handed)).sum() / (share @ ((known - a) ** 2).sum(1)))
    return Similarity(factor, rotation, b - factor * rotation @ a)


def nearest_rotation(matrix: FloatArray) -> FloatArray:
    """Return the rotation nearest to a matrix (3, 3) that is nearly one: rounding of many small turns taken out."""
    u, _, vt = np.linalg.svd(matrix)
    return np.asarray(u @ vt)
