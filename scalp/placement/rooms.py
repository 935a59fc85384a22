"""What impressions keep free: one another's place, and points such as follicles, moles and earlier impressions."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.placement.surfaces import NOWHERE, Ground, Spots, points_mm

_MOST_CLASSES = 24
_LADDER = 1.05
"""Where there are more distinct distances than that, those within this ratio of each other all keep the largest of them."""


class Room(NamedTuple):
    """The distances to keep: `apart_mm` between impressions, `keep_away_distance_mm` (M,) from each of `keep_away_mm` (M, 3).

    `earlier` are impressions that already lie there: neighbours like new ones, but fixed. `earlier_mm` (E, 3) are their
    places and those of others beside the treated area.
    """

    apart_mm: float
    keep_away_mm: FloatArray
    keep_away_distance_mm: FloatArray | float
    earlier: Spots = NOWHERE
    earlier_mm: FloatArray = np.empty((0, 3))


def blocked(room: Room) -> tuple[FloatArray, FloatArray]:
    """Return all that stands already, (B, 3) mm, and the distance to keep from each, (B,) mm."""
    kept_mm = np.broadcast_to(np.asarray(room.keep_away_distance_mm, np.float64), len(room.keep_away_mm))
    earlier_mm = np.full(len(room.earlier_mm), room.apart_mm)
    return np.vstack([room.keep_away_mm, room.earlier_mm]), np.concatenate([kept_mm, earlier_mm])


def kept_distance_mm(ground: Ground, spots: Spots, room: Room) -> FloatArray:
    """Return by how much each point is farther than it must be from all that stands already, (N,); negative where too close."""
    return _margin_mm(points_mm(ground, spots), *blocked(room))


def open_margin_mm(ground: Ground, spots: Spots, room: Room) -> FloatArray:
    """Return the same for what is to be kept free alone, without earlier impressions, (N,)."""
    return _margin_mm(points_mm(ground, spots), *blocked(room._replace(earlier_mm=np.empty((0, 3)))))


def _margin_mm(places: FloatArray, blocked_mm: FloatArray, distance_mm: FloatArray) -> FloatArray:
    """Return the least of distance minus the distance to keep, (N,)."""
    margin_mm = np.full(len(places), np.inf)
    for kept_mm, own in by_distance(distance_mm):
        margin_mm = np.minimum(margin_mm, cKDTree(blocked_mm[own]).query(places)[0] - kept_mm)
    return margin_mm


def by_distance(distance_mm: FloatArray) -> list[tuple[float, np.ndarray]]:
    """Return the classes of points that keep one distance, each with the distance and its members."""
    if len(np.unique(distance_mm)) <= _MOST_CLASSES:
        number = np.unique(distance_mm, return_inverse=True)[1]
    else:
        number = np.ceil(np.log(np.maximum(distance_mm, 1e-3)) / np.log(_LADDER)).astype(int)
    members = [np.flatnonzero(number == each) for each in np.unique(number)]
    return [(float(distance_mm[own].max()), own) for own in members]
