"""Ways to cut a part of a head into bands: how far behind the front, beside the midline and along the head its corners lie.

Which of them is taken is `patches`' to find out.
"""

import numpy as np

from scalp.base import FloatArray, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.curves import distance_to_curve_mm, lengths_along_mm, spaced_evenly

NEAR_FRONT_MM = 8.0
"""A part belongs to the front where it comes so near to the hairline."""
_CURVE_STEP_MM = 4.0


EVERYWHERE = (-1e3, 1e3)


@value
class Cut(Value):
    """One piece: between two depths behind the front, two places aside and two along, mm."""

    behind_mm: tuple[float, float]
    aside_mm: tuple[float, float]
    along_mm: tuple[float, float]


EVERYTHING = Cut(behind_mm=EVERYWHERE, aside_mm=EVERYWHERE, along_mm=EVERYWHERE)


@value
class Ways(Value):
    """Where corners (V,) lie: `behind_mm` the front, `aside_mm` of the midline to the left, `along_mm` from front to back.

    `at_front` tells whether this part comes near to the front at all.
    """

    behind_mm: FloatArray
    aside_mm: FloatArray
    along_mm: FloatArray
    at_front: bool

    def membership_mm(self, cut: Cut) -> FloatArray:
        """Return how deep each corner lies within a cut, below 0 outside."""
        depth = np.full(len(self.behind_mm), np.inf)
        for field, (low, high) in (
            (self.behind_mm, cut.behind_mm),
            (self.aside_mm, cut.aside_mm),
            (self.along_mm, cut.along_mm),
        ):
            depth = np.minimum(depth, np.minimum(field - low, high - field))
        return depth

    def extent_mm(self, field_mm: FloatArray, cut: Cut) -> tuple[float, float]:
        """Return the least and the largest value of a field in a cut; that of the whole part where the cut holds nothing."""
        here = self.membership_mm(cut) > 0.0
        field = field_mm[here] if here.any() else field_mm
        return float(field.min()), float(field.max())


def ways_of(part: Mesh, front_mm: FloatArray, *, like: Mesh | None = None) -> Ways:
    """Return where the corners of a part lie; `like` is the part whose midline and middle are taken, itself if None."""
    model = like or part
    centre = _sphere_centre(model.vertices_mm)
    behind = distance_to_curve_mm(part.vertices_mm, spaced_evenly(front_mm, _CURVE_STEP_MM))
    midline = _midline(model, centre)
    aside = part.vertices_mm[:, 0]
    if len(midline) > 1:
        aside = np.sign(aside) * distance_to_curve_mm(part.vertices_mm, midline)
    along = _along_mm(part.vertices_mm, model, midline, centre)
    return Ways(behind_mm=behind, aside_mm=aside, along_mm=along, at_front=bool(behind.min() < NEAR_FRONT_MM))


def _along_mm(places_mm: FloatArray, model: Mesh, midline: FloatArray, centre: FloatArray) -> FloatArray:
    """Return how far back places lie: the length over the midline, from its front end, to where it has the same angle about the middle."""

    def angle(places: FloatArray) -> FloatArray:
        return np.asarray(np.arctan2(centre[2] - places[:, 2], places[:, 1] - centre[1]))

    radius_mm = float(np.median(np.linalg.norm(model.vertices_mm - centre, axis=1)))
    if len(midline) < 2:
        return radius_mm * angle(places_mm)
    known, length = angle(midline), lengths_along_mm(midline)
    asked = angle(places_mm)
    beyond = radius_mm * (np.maximum(asked - known[-1], 0.0) + np.minimum(asked - known[0], 0.0))
    return np.asarray(np.interp(asked, known, length) + beyond)


def _sphere_centre(places_mm: FloatArray) -> FloatArray:
    """Return the middle of the sphere nearest to places, on the plane of symmetry."""
    middle = places_mm.mean(0)
    from_mm = places_mm - middle
    system = np.column_stack([2.0 * from_mm[:, 1:], np.ones(len(from_mm))])
    solved = np.linalg.lstsq(system, (from_mm**2).sum(1), rcond=None)[0]
    return np.array([0.0, *(middle[1:] + np.clip(solved[:2], -150.0, 150.0))])


def _midline(part: Mesh, centre: FloatArray) -> FloatArray:
    """Return where a part crosses the plane of symmetry, from front to back, (N, 3); empty where it does not."""
    ends = part.vertices_mm[part.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)]
    crossing = (ends[:, 0, 0] < 0.0) & (ends[:, 1, 0] >= 0.0)
    first, second = ends[crossing, 0], ends[crossing, 1]
    share = first[:, :1] / np.minimum(first[:, :1] - second[:, :1], -1e-9)
    places = first + share * (second - first)
    order = np.argsort(np.arctan2(centre[2] - places[:, 2], places[:, 1] - centre[1]))
    return spaced_evenly(places[order], _CURVE_STEP_MM) if len(places) > 1 else places
