"""Seek the fewest pieces of a part of a head that lie flat within a limit and fit a sheet of paper, on a coarse copy of it.

What becomes of the pieces is `patches`'.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.spatial import ConvexHull, cKDTree

from scalp.base import BadInput, BoolArray, FloatArray, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.bands import EVERYTHING, EVERYWHERE, Cut, Ways
from scalp.geometry.cleaning import kept_faces, pieces, rims
from scalp.geometry.flattening import cap_bound_fraction, flatten

MARGIN_MM = 3.0
"""How far beyond the treated skin and beyond a seam a piece reaches: room to cut along and to lay edges over each other."""
STRIP_DEPTHS_MM = (60.0, 54.0, 48.0, 43.0, 38.0, 33.0, 28.0)
"""Depths of the strip behind the hairline that are tried, the deepest first."""
TEMPLES_FROM_MM = 55.0
"""Where the temples are cut off the strip if it cannot stay whole, from the midline."""
_SEARCH_STEPS_COUNT = 18
_LEAST_BAND_MM, _WIDEST_BAND_MM, _BAND_STEP_MM = 12.0, 130.0, 3.0
_FLATTEST_RADIUS_MM = 130.0
"""A scalp is nowhere flatter over a whole piece than a sphere of this radius: a piece too wide for it need not be tried."""


@value
class CutRules(Value):
    """What a piece must keep."""

    error_fraction: float = 0.02
    """Largest change of length in any direction, of any face. (issue: at most 2 %)"""
    width_mm: float = 190.0
    """Of the place on the paper. A4 less 10 mm all round. (E)"""
    height_mm: float = 235.0
    """Of the place on the paper, less the ruler and the head of the page. (E)"""
    most_count: int = 16
    """Pieces of one connected part, at most; more is no longer a sheet anybody lays."""
    smooth_mm: float = 4.0
    """Detail finer than this is not followed: paper does not go into pores and noise of a scan. (E)"""

    def check(self) -> None:
        """Refuse limits that no paper keeps."""
        if not 0.002 <= self.error_fraction <= 0.2:
            raise BadInput("error_fraction", self.error_fraction, "0.002 to 0.2", "0.02 is usual.")
        if min(self.width_mm, self.height_mm) < 40.0:
            raise BadInput("place on the paper", f"{self.width_mm:g} x {self.height_mm:g} mm", "40 mm or more each way", "Take A4.")


class CutSearch:
    """A search among bands for the fewest pieces; what was laid flat once is not laid again."""

    def __init__(self, coarse: Mesh, ways: Ways, limit_fraction: float, rules: CutRules) -> None:
        """Begin on a coarse copy of a part, with the error its pieces may have."""
        self._coarse, self._ways, self._limit, self._rules = coarse, ways, limit_fraction, rules
        self._known: dict[Cut, bool] = {}

    def fewest(self) -> tuple[Cut, ...] | None:
        """Return the way with the fewest pieces, None where none has few enough; a strip along the front stays whole if it can."""
        if self._fits(EVERYTHING):
            return (EVERYTHING,)
        front, depth_mm = self._front() if self._ways.at_front else ((), EVERYWHERE[0])
        rest = Cut(behind_mm=(depth_mm, EVERYWHERE[1]), aside_mm=EVERYWHERE, along_mm=EVERYWHERE)
        found = [self._marched(rest), self._spread_aside(rest)]
        ways = [front + way for way in found if way is not None and len(front) + len(way) <= self._rules.most_count]
        return min(ways, key=len, default=None)

    def _front(self) -> tuple[tuple[Cut, ...], float]:
        """Return the deepest strip along the front, whole or its temples apart, and its depth; none where no strip will do."""
        for aside in (None, TEMPLES_FROM_MM):
            for depth_mm in STRIP_DEPTHS_MM:
                whole = Cut(behind_mm=(EVERYWHERE[0], depth_mm), aside_mm=EVERYWHERE, along_mm=EVERYWHERE)
                strips = (whole,) if aside is None else _three(whole, aside)
                if all(self._fits(strip) for strip in strips):
                    return strips, depth_mm
        return (), EVERYWHERE[0]

    def _marched(self, cut: Cut) -> tuple[Cut, ...] | None:
        """Return bands across the head, each as wide as the limit lets it be, from the front to the back."""
        low, high = self._ways.extent_mm(self._ways.along_mm, cut)
        edges = self._steps(low, high, lambda start, end: dataclasses.replace(cut, along_mm=(start, end)))
        return None if edges is None else tuple(dataclasses.replace(cut, along_mm=edge) for edge in edges)

    def _spread_aside(self, cut: Cut) -> tuple[Cut, ...] | None:
        """Return bands along the head: one over the midline, then others on both sides, each as wide as the limit lets it be."""
        low, high = self._ways.extent_mm(self._ways.aside_mm, cut)
        half = self._widest(0.0, max(high, -low), lambda _, end: dataclasses.replace(cut, aside_mm=(-end, end)))
        if half is None:
            return None
        left = self._steps(half, high, lambda start, end: dataclasses.replace(cut, aside_mm=(start, end)))
        right = self._steps(half, -low, lambda start, end: dataclasses.replace(cut, aside_mm=(-end, -start)))
        if left is None or right is None:
            return None
        middle = dataclasses.replace(cut, aside_mm=(-half, half))
        return (
            middle,
            *(dataclasses.replace(cut, aside_mm=edge) for edge in left),
            *(dataclasses.replace(cut, aside_mm=(-end, -start)) for start, end in right),
        )

    def _steps(self, start: float, last: float, made: Callable[[float, float], Cut]) -> list[tuple[float, float]] | None:
        """Return the ends of bands from one place to the last, each as wide as it may be; None where too many would be needed."""
        edges: list[tuple[float, float]] = []
        begin = start if abs(start) > 0.0 else 0.0
        first = True
        while begin < last - _LEAST_BAND_MM / 4:
            opened = EVERYWHERE[0] if first and made(0.0, 1.0).aside_mm == EVERYWHERE else begin
            end = self._widest(begin, last, lambda _, end, opened=opened: made(opened, end))  # type: ignore[misc]
            if end is None or len(edges) >= self._rules.most_count:
                return None
            edges.append((opened, end))
            begin, first = end, False
        return edges

    def _widest(self, start: float, last: float, made: Callable[[float, float], Cut]) -> float | None:
        """Return how far a band that begins somewhere may reach, halving the doubt; the far end of the part is open."""
        if self._fits(made(start, EVERYWHERE[1])):
            return EVERYWHERE[1]
        low, high = start, min(last, start + _WIDEST_BAND_MM)
        while high - low > _BAND_STEP_MM:
            middle = (low + high) / 2
            low, high = (middle, high) if self._fits(made(start, middle)) else (low, middle)
        return low if low - start >= _LEAST_BAND_MM else None

    def _fits(self, cut: Cut) -> bool:
        """Tell whether every connected piece of one cut keeps the rules."""
        if cut not in self._known:
            kept: BoolArray = np.asarray((self._ways.membership_mm(cut)[self._coarse.faces] > -MARGIN_MM).any(1))
            part = kept_faces(self._coarse, kept)
            label = pieces(part) if kept.any() else np.zeros(0, np.int32)
            self._known[cut] = all(
                self._lies_flat(kept_faces(part, np.asarray(label == number))) for number in range(int(label.max(initial=-1)) + 1)
            )
        return self._known[cut]

    def _lies_flat(self, piece: Mesh) -> bool:
        """Tell whether one connected piece keeps the limit and fits the paper."""
        outline = piece.vertices_mm[np.unique(np.concatenate(rims(piece)))]
        widest_mm = float(np.max(cKDTree(outline).query(piece.vertices_mm)[0]))
        if cap_bound_fraction(widest_mm, _FLATTEST_RADIUS_MM) > self._limit:
            return False
        flat = flatten(piece, enough_fraction=self._limit, steps_count=_SEARCH_STEPS_COUNT)
        return flat.worst_fraction <= self._limit and turn_to_fit(flat.chart_mm, self._rules) is not None


def _three(cut: Cut, from_mm: float) -> tuple[Cut, ...]:
    """Return a cut in three: its middle, and what lies farther to the left and to the right."""
    edges = ((-from_mm, from_mm), (from_mm, EVERYWHERE[1]), (EVERYWHERE[0], -from_mm))
    return tuple(dataclasses.replace(cut, aside_mm=edge) for edge in edges)


def turn_to_fit(chart_mm: FloatArray, rules: CutRules) -> FloatArray | None:
    """Return a flat piece turned as little as need be to lie on the paper, its middle at 0; None where it does not fit."""
    hull = chart_mm[ConvexHull(chart_mm).vertices]
    for degrees in sorted(range(-90, 91, 3), key=abs):
        angle = np.radians(degrees)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        laid = hull @ turn
        if (np.ptp(laid, axis=0) <= (rules.width_mm, rules.height_mm)).all():
            return np.asarray(chart_mm @ turn - (laid.max(0) + laid.min(0)) / 2)
    return None


def turn_upright(chart_mm: FloatArray, along_mm: FloatArray) -> FloatArray:
    """Return a flat piece turned so that what lies towards the front of the head points down on the paper, as one faces a client."""
    slope = np.linalg.lstsq(np.column_stack([chart_mm, np.ones(len(chart_mm))]), along_mm, rcond=None)[0][:2]
    angle = np.pi / 2 - np.arctan2(slope[1], slope[0])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(chart_mm @ turn)
