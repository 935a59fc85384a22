"""The seven places that a hairline is held by: found on a line from the anatomy of the head, whoever drew the line.

Moving them is `editing`'s; where a style wants them is `hairlines`'.
"""

import numpy as np

from scalp.base import BadMesh, FloatArray, IntArray
from scalp.designing.anatomy import Anatomy
from scalp.domain.design import ANCHOR_NAMES
from scalp.geometry.curves import lengths_along_mm

PEAK_FRACTION = 5.0 / 8.0
"""The temporal peak lies 5 of 8 cm on the way from the frontotemporal point to the outer corner of the eye. [Garg2017]"""
HIGHEST_PEAK_FRACTION, LOWEST_PEAK_FRACTION = 0.35, 0.72
"""Between which parts of the way from the corner to the line's end its peak is taken, also where it ends higher up. (E)"""
SIDEBURN_BELOW_MM = 52.0
"""A line drawn by hand reaches the sideburn where it ends at most so far above the tragi: the soft style's ends at 50. (E)"""
PEAK_OFF_MM = 5.0
"""How far above the level of the temporal peak a line drawn by hand may end and still have one: the soft style's ends 4. (E)"""
INNER_CORNER_FRACTION = 0.6
"""Where the line ends before the vertical through the eye's corner, its corner is taken so far from the middle. (E)"""


def middle_index(points_mm: FloatArray, middle_mm: float) -> int:
    """Return the point of a line (N, 3) that is nearest to where it crosses the mid-sagittal plane at x = `middle_mm`."""
    return int(np.argmin(np.abs(points_mm[:, 0] - middle_mm)))


def from_middle_mm(points_mm: FloatArray, middle_mm: float) -> FloatArray:
    """Return the way along a line (N, 3) from where it crosses x = `middle_mm`, (N,) mm, below 0 on the client's right."""
    along_mm, aside_mm = lengths_along_mm(points_mm), points_mm[:, 0] - middle_mm
    crossing = np.flatnonzero((aside_mm[:-1] <= 0) & (aside_mm[1:] > 0))
    if not len(crossing):
        return np.asarray(along_mm - along_mm[middle_index(points_mm, middle_mm)])
    before = int(crossing[len(crossing) // 2])
    fraction = aside_mm[before] / (aside_mm[before] - aside_mm[before + 1])
    return np.asarray(along_mm - along_mm[before] - fraction * (along_mm[before + 1] - along_mm[before]))


def corner_indices(along_mm: FloatArray, lateral_mm: FloatArray, corner_lateral_mm: tuple[float, float]) -> tuple[int, int]:
    """Return the points where a line first reaches the frontotemporal verticals, right and left of its middle.

    `along_mm` (N,) is the way along it from the middle, below 0 on the right; `lateral_mm` (N,) how far aside each point is.
    """
    found = []
    for side, corner_mm in zip((-1.0, 1.0), corner_lateral_mm, strict=True):
        own = np.flatnonzero(side * along_mm > 0)
        if not len(own):
            raise BadMesh(
                "surface", "open where the hairline lies", "a closed scalp around the middle of the head", "Close its holes first."
            )
        outward = own[np.argsort(np.abs(along_mm[own]), kind="stable")]
        beyond = lateral_mm[outward] >= corner_mm
        found.append(int(outward[np.argmax(beyond) if beyond.any() else int(INNER_CORNER_FRACTION * (len(outward) - 1))]))
    return found[0], found[1]


def find_anchors(anatomy: Anatomy, points_mm: FloatArray, corner_lateral_mm: tuple[float, float]) -> IntArray:
    """Return which points of a line (N, 3) are its anchors, (7,), in the order of `ANCHOR_NAMES`.

    The middle is where the line crosses the mid-sagittal plane above the glabella; the frontotemporal points lie on the
    verticals just outside the outer corners of the eyes [Shapiro2013]; the temporal peaks are where the
    line comes to the level of 5 of 8 cm on the way from there to the eye [Garg2017]; the sideburns are its ends, however high.
    """
    centre_mm = float(anatomy.chart.centre_mm[0])
    middle = middle_index(points_mm, centre_mm)
    corners = corner_indices(from_middle_mm(points_mm, centre_mm), np.abs(points_mm[:, 0] - centre_mm), corner_lateral_mm)
    right, left = (
        _peak_index(points_mm[order], corner_mm=points_mm[order[0]], canthus_mm=anatomy.head.landmark(eye))
        for order, eye in (
            (np.arange(corners[0], -1, -1), "right_outer_canthus"),
            (np.arange(corners[1], len(points_mm)), "left_outer_canthus"),
        )
    )
    return np.array([0, corners[0] - right, corners[0], middle, corners[1], corners[1] + left, len(points_mm) - 1], np.int32)


def absent_anchors(
    anatomy: Anatomy, points_mm: FloatArray, anchor_index: IntArray, corner_lateral_mm: tuple[float, float]
) -> tuple[str, ...]:
    """Return which of the anchors found on a line drawn by hand it does not reach, in the order of `ANCHOR_NAMES`.

    A side that ends before the vertical through the eye's corner has only the middle; one that ends above the level of the
    temporal peak has no peak, and one that ends far above the ear no sideburn.
    """
    anchors_mm, eyes = points_mm[anchor_index], ("right_outer_canthus", "left_outer_canthus")
    absent = set()
    for side, eye, corner_mm, numbers in zip((-1.0, 1.0), eyes, corner_lateral_mm, ((0, 1, 2), (6, 5, 4)), strict=True):
        end_mm, frontal_mm = anchors_mm[numbers[0]], anchors_mm[numbers[2]]
        aside_mm = side * (points_mm[:, 0] - anatomy.chart.centre_mm[0])
        level_mm = _peak_level_mm(frontal_mm, anatomy.head.landmark(eye))
        reached = bool(aside_mm.max() >= corner_mm)
        peaked = reached and float(end_mm[1]) - level_mm <= PEAK_OFF_MM
        burned = peaked and float(end_mm[1] - anatomy.tragus_mm[1]) <= SIDEBURN_BELOW_MM
        absent |= {number for number, there in zip(numbers, (burned, peaked, reached), strict=True) if not there}
    return tuple(name for number, name in enumerate(ANCHOR_NAMES) if number in absent)


def _peak_level_mm(corner_mm: FloatArray, canthus_mm: FloatArray) -> float:
    """Return the level of the temporal peak, on the way from the frontotemporal point to the eye."""
    return float(corner_mm[1] + PEAK_FRACTION * (canthus_mm[1] - corner_mm[1]))


def _peak_index(temple_mm: FloatArray, *, corner_mm: FloatArray, canthus_mm: FloatArray) -> int:
    """Return how many points after the corner the temporal peak comes on one temple line (N, 3), corner first."""
    level_mm = _peak_level_mm(corner_mm, canthus_mm)
    nearest = int(np.argmin(np.abs(temple_mm[:, 1] - level_mm)))
    return int(np.clip(nearest, HIGHEST_PEAK_FRACTION * (len(temple_mm) - 1), LOWEST_PEAK_FRACTION * (len(temple_mm) - 1)))
