"""What impressions keep free: one another's place, and points such as follicles, moles and earlier impressions."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.placement.surfaces import Ground, Spots, points_mm


class Room(NamedTuple):
    """The distances to keep: `apart_mm` between impressions, `keep_away_distance_mm` from each of `keep_away_mm` (M, 3)."""

    apart_mm: float
    keep_away_mm: FloatArray
    keep_away_distance_mm: float


def kept_distance_mm(ground: Ground, spots: Spots, room: Room) -> FloatArray:
    """Return by how much each point is farther than it must be from what is kept free, (N,); negative where too close."""
    if not len(room.keep_away_mm):
        return np.full(len(spots.face_index), np.inf)
    return np.asarray(cKDTree(room.keep_away_mm).query(points_mm(ground, spots))[0] - room.keep_away_distance_mm)
