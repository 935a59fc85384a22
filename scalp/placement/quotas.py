"""How many points belong where: the surface cut into small areas of whole faces, and exact counts for each.

What is rounded away in one area is made up for in the next along a space-filling curve, so that any larger part of the
surface has the count its density asks, and the whole and every session have theirs exactly. Which points fill a quota is
elimination's business.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scalp.base import FloatArray, IntArray
from scalp.placement.surfaces import Ground, Spots, curve_order

POINTS_PER_AREA = 128.0
"""Small enough for 10 cm2 to hold dozens, large enough to leave elimination its choice."""


LEVELS = (0.03, 0.1, 0.2, 0.4, 0.7)
"""Parts of the peak density that areas do not reach across, so that the thin edge has its own counts."""


class Areas(NamedTuple):
    """The surface in small areas: `of_face` (F,), -1 where nothing lies; `wanted` and `filled` (A,) points each shall hold."""

    of_face: IntArray
    wanted: FloatArray
    filled: FloatArray


def cut_into_areas(ground: Ground) -> Areas:
    """Return areas of about `POINTS_PER_AREA` points each, numbered along the curve."""
    order = curve_order(ground)
    level = ground.wanted_per_mm2[ground.faces[order]].mean(axis=1) / ground.wanted_per_mm2.max()
    band = np.searchsorted(LEVELS, level)
    together = np.argsort(band, kind="stable")
    order, band = order[together], band[together]
    wanted = _in_faces(ground, ground.wanted_per_mm2)[order]
    filled = _in_faces(ground, ground.filled_per_mm2)[order]
    along = np.cumsum(filled) - 0.5 * filled
    number = np.unique((along / POINTS_PER_AREA).astype(np.int64) + len(order) * band, return_inverse=True)[1]
    of_face = np.full(len(ground.faces), -1, np.int32)
    of_face[order] = number
    return Areas(of_face=of_face, wanted=_summed(number, wanted), filled=_summed(number, filled))


def _in_faces(ground: Ground, density_per_mm2: FloatArray) -> FloatArray:
    """Return how many points a density means on each face, (F,)."""
    return np.asarray(ground.areas_mm2 * density_per_mm2[ground.faces].mean(axis=1))


def _summed(number: npt.NDArray[np.int64], of_faces: FloatArray) -> FloatArray:
    """Return the sum over the faces of each area."""
    return np.asarray(np.bincount(number, of_faces), np.float64)


def area_of(areas: Areas, spots: Spots) -> IntArray:
    """Return the area each point lies in, (N,)."""
    return np.asarray(areas.of_face[spots.face_index])


def share_out(count: int, wished: FloatArray, at_most: IntArray) -> IntArray:
    """Return whole counts (A,) that add up to `count`, follow `wished` (A,) and nowhere exceed `at_most` (A,).

    Running totals are off by less than one half as long as no limit is met; what a limit leaves over goes to the areas
    after it, at last to those that have room. Fewer than `count` come only where `at_most` allows no more.
    """
    shared = np.zeros(len(wished), np.int64)
    running = np.cumsum(wished) * (count / max(float(wished.sum()), 1e-12))
    given = 0
    for area, total in enumerate(running):
        shared[area] = min(max(int(np.rint(total)) - given, 0), int(at_most[area]))
        given += int(shared[area])
    for area in np.argsort(shared - at_most, kind="stable"):
        more = min(count - given, int(at_most[area] - shared[area]))
        shared[area] += more
        given += more
    return shared.astype(np.int32)


def split_shares(in_areas: IntArray, counts: tuple[int, ...]) -> IntArray:
    """Return how many of each area's points (A,) each session takes, (K, A): exact in every area, `counts[k]` in all.

    Each area gives to the sessions that are furthest behind their share so far.
    """
    given = np.zeros(len(counts), np.int64)
    share = np.array(counts) / max(sum(counts), 1)
    taken = np.zeros((len(counts), len(in_areas)), np.int64)
    total = 0
    largest = int(np.argmax(in_areas))
    for area in (*range(largest), *range(largest + 1, len(in_areas)), largest):
        total += int(in_areas[area])
        behind = share * total - given
        whole = np.maximum(np.floor(behind), 0).astype(np.int64)
        for _ in range(int(in_areas[area]) - int(whole.sum())):
            whole[np.argmax(behind - whole)] += 1
        for _ in range(int(whole.sum()) - int(in_areas[area])):
            whole[np.argmin(np.where(whole > 0, behind - whole, np.inf))] -= 1
        taken[:, area] = whole
        given += whole
    return taken.astype(np.int32)
