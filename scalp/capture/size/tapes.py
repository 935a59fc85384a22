"""What a tape or a caliper would read on a fitted cranium, and how the reading follows its shape. Weighing it is `scale`'s.

A tape bridges hollows: the convex outline of a cut through the surface is measured. Each reading comes with its change
per mm of every harmonic and per mm of the landmarks it ends at, so that doubt of the shape becomes doubt of the reading.
"""

import numpy as np
from scipy.spatial import ConvexHull

from scalp.base import FloatArray, Value, value
from scalp.capture.shape.cranium import Cranium
from scalp.domain.head import Mesh
from scalp.geometry.girths import cut_points_mm
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere

ABOVE_BROWS_MM = 8.0
"""How far above the glabella the tape round the head runs."""
_MIDLINE_MM = 8.0
LOWEST_BEHIND_MM = 65.0
"""No tape or caliper meets the back of a head further below the brows: there the surface is a neck's, or nobody's."""


@value
class Tape(Value):
    """A reading on a fitted cranium: `length_mm`, its `slopes` per mm of each harmonic coefficient, and its `directions`.

    `directions` (K, 3) are the changes per mm that each of the K landmarks it is laid from moves.
    """

    length_mm: float
    slopes: FloatArray
    directions: FloatArray


def lay_tape(skull: Cranium, glabella_mm: FloatArray) -> Tape:
    """Return the circumference above the brows and round the farthest point of the occiput, where it is largest. [Gordon2014]"""
    start = np.array([0.0, glabella_mm[1] + ABOVE_BROWS_MM, glabella_mm[2]])
    back = _farthest_behind(skull, start)
    along = np.array([0.0, *(back - start)[1:]])
    along /= np.linalg.norm(along)
    cut = _section(skull, start, np.array([0.0, -along[2], along[1]]))
    ring = cut[ConvexHull(np.column_stack([cut[:, 0], cut @ along])).vertices]
    ways = _ways(np.roll(ring, -1, axis=0) - ring)
    slopes = _slopes(skull, ring, np.roll(ways, 1, axis=0) - ways)
    return Tape(length_mm=float(np.linalg.norm(np.roll(ring, -1, axis=0) - ring, axis=1).sum()), slopes=slopes, directions=np.zeros((0, 3)))


def lay_over_ears(skull: Cranium, tragia_mm: FloatArray) -> Tape:
    """Return the way from tragion to tragion, (2, 3) mm, straight over the top of the head: the bitragion coronal arc. [Gordon2014]"""
    return _lay_over(skull, tragia_mm[0], tragia_mm[1])


def lay_over_crown(skull: Cranium, glabella_mm: FloatArray, inion_mm: FloatArray) -> Tape:
    """Return the way from the glabella over the top to the inion along the middle of the head."""
    return _lay_over(skull, glabella_mm, inion_mm)


def span_breadth(skull: Cranium, glabella_mm: FloatArray) -> Tape:
    """Return the greatest breadth of the head above the ears, as a caliper reads it. [Gordon2014]"""
    directions = _directions()
    points = skull.points_mm(directions)
    points[points[:, 1] < glabella_mm[1] - 30.0] = 0.0
    widest = np.array([points[:, 0].argmax(), points[:, 0].argmin()])
    pulls = directions[widest, 0] * np.array([1.0, -1.0])
    slopes = pulls @ harmonics(directions[widest], skull.degree)
    return Tape(length_mm=float(np.ptp(points[widest, 0])), slopes=slopes, directions=np.zeros((0, 3)))


def span_length(skull: Cranium, glabella_mm: FloatArray) -> Tape:
    """Return the length of the head from the glabella to the farthest point of the occiput, as a caliper reads it. [Gordon2014]"""
    back = _farthest_behind(skull, glabella_mm)
    way = (back - glabella_mm) / np.linalg.norm(back - glabella_mm)
    return Tape(length_mm=float(np.linalg.norm(back - glabella_mm)), slopes=_slopes(skull, back[None], way[None]), directions=-way[None])


def _directions() -> FloatArray:
    return icosphere(5).vertices_mm.copy()


def _farthest_behind(skull: Cranium, start_mm: FloatArray) -> FloatArray:
    """Return the point of the midline behind the centre that is farthest from a point, (3,) mm."""
    points = skull.points_mm(icosphere(5).vertices_mm)
    behind = points[(np.abs(points[:, 0]) < _MIDLINE_MM) & (points[:, 2] < skull.base.centre_mm[2])]
    behind = behind[behind[:, 1] > start_mm[1] - LOWEST_BEHIND_MM]
    return np.asarray(behind[np.argmax(np.linalg.norm(behind - start_mm, axis=1))])


def _section(skull: Cranium, on_mm: FloatArray, normal: FloatArray) -> FloatArray:
    """Return the points where a plane cuts the surface, (N, 3) mm."""
    sphere = icosphere(5)
    return cut_points_mm(Mesh(vertices_mm=skull.points_mm(sphere.vertices_mm), faces=sphere.faces), on_mm, normal)


def _lay_over(skull: Cranium, start_mm: FloatArray, end_mm: FloatArray) -> Tape:
    """Return the taut way between two points in the upright plane through them, over the top of the skull."""
    along = (end_mm - start_mm) / np.linalg.norm(end_mm - start_mm)
    up = np.array([0.0, 1.0, 0.0]) - along[1] * along
    up /= np.linalg.norm(up)
    cut = _section(skull, start_mm, np.cross(along, up))
    beyond = (cut - start_mm) @ up > 0.0
    path = np.vstack([start_mm, end_mm, cut[beyond]])
    flat = np.column_stack([(path - start_mm) @ along, (path - start_mm) @ up])
    hull = ConvexHull(flat).vertices
    order = np.roll(hull, -int(np.flatnonzero(hull == 1)[0]))
    taut = path[order[: int(np.flatnonzero(order == 0)[0]) + 1]]
    ways = _ways(np.diff(taut, axis=0))
    slopes = _slopes(skull, taut[1:-1], ways[:-1] - ways[1:])
    return Tape(
        length_mm=float(np.linalg.norm(np.diff(taut, axis=0), axis=1).sum()), slopes=slopes, directions=np.vstack([ways[-1], -ways[0]])
    )


def _ways(steps_mm: FloatArray) -> FloatArray:
    """Return steps (N, 3) at length 1."""
    return np.asarray(steps_mm / np.linalg.norm(steps_mm, axis=1, keepdims=True))


def _slopes(skull: Cranium, points_mm: FloatArray, pulls: FloatArray) -> FloatArray:
    """Return the change of a length per mm of each harmonic, from its change per mm of the points of the surface it runs over."""
    directions = _ways(points_mm - skull.base.centre_mm)
    return np.asarray((pulls * directions).sum(1) @ harmonics(directions, skull.degree))
