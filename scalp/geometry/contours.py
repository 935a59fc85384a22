"""Where a field on the corners of triangles takes a value: lines through faces, in order, with the weights of each point."""

from typing import NamedTuple

import numpy as np

from scalp.base import FloatArray, IntArray


class Contour(NamedTuple):
    """One line: for each point (N,) a face it lies in and the weights (N, 3) of its corners; closed lines end where they begin."""

    face_index: IntArray
    barycentric: FloatArray

    def over(self, faces: IntArray, values: FloatArray) -> FloatArray:
        """Return values of the corners (V,) or (V, D) along the line."""
        return np.asarray(np.einsum("nk,nk...->n...", self.barycentric, values[faces[self.face_index]]))

    def part(self, kept: slice) -> "Contour":
        """Return a stretch of the line."""
        return Contour(self.face_index[kept], self.barycentric[kept])


def contours(faces: IntArray, field: FloatArray, level: float) -> list[Contour]:
    """Return the lines along which a field (V,), linear in every face, has a value; the longest chains of points come first."""
    # No corner lies on the level itself: every crossing is inside an edge.
    height = np.where(field == level, 1e-9, field - level)
    above = height[faces] > 0.0
    crossed = np.flatnonzero(above.any(1) & ~above.all(1))
    if not len(crossed):
        return []
    points: dict[tuple[int, int], tuple[int, FloatArray]] = {}
    beside: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for face in crossed.tolist():
        ends = []
        for k in range(3):
            first, second = k, (k + 1) % 3
            if above[face, first] == above[face, second]:
                continue
            a, b = int(faces[face, first]), int(faces[face, second])
            key = (min(a, b), max(a, b))
            if key not in points:
                weights = np.zeros(3)
                weights[second] = height[a] / (height[a] - height[b])
                weights[first] = 1.0 - weights[second]
                points[key] = (face, weights)
            ends.append(key)
        for one, other in (ends, ends[::-1]):
            beside.setdefault(one, []).append(other)
    return sorted((_lined(chain, points) for chain in _chains(beside)), key=lambda line: -len(line.face_index))


def _chains(beside: dict[tuple[int, int], list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Return crossings in the order in which they follow each other: open lines from their ends, then closed ones."""
    chains = []
    seen: set[tuple[int, int]] = set()
    for start in sorted(beside, key=lambda key: len(beside[key])):
        if start in seen:
            continue
        chain, here = [start], start
        seen.add(start)
        while following := [key for key in beside[here] if key not in seen]:
            here = following[0]
            seen.add(here)
            chain.append(here)
        if len(chain) > 2 and start in beside[here] and len(beside[start]) == 2:
            chain.append(start)
        chains.append(chain)
    return chains


def _lined(chain: list[tuple[int, int]], points: dict[tuple[int, int], tuple[int, FloatArray]]) -> Contour:
    """Return a chain of crossings as a line."""
    places = [points[key] for key in chain]
    return Contour(np.array([face for face, _ in places], np.int32), np.array([weights for _, weights in places]))
