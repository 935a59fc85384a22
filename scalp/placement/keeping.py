"""What a design says to keep free, as points with distances that placement can keep."""

import numpy as np

from scalp.base import FloatArray
from scalp.domain.design import Design
from scalp.domain.head import Head

RING_MM = 4.0
"""Of a large place only a ring as wide as this is kept by points: within it the design has no density to place."""


def kept_by_design(design: Design, head: Head, clearance_mm: float, largest_mm: float) -> tuple[FloatArray, FloatArray]:
    """Return points (M, 3) mm and the distance to keep from each (M,) mm for the places a design keeps free.

    A place is kept to its radius and a clearance beyond. One larger than the largest distance becomes a ring of vertices of
    the head just inside its rim, each kept as far as its own way to the rim.
    """
    points, distances = [np.empty((0, 3))], [np.empty(0)]
    for place in design.keep_away:
        kept_mm = place.radius_mm + clearance_mm
        if kept_mm <= largest_mm:
            points.append(place.place_mm[None])
            distances.append(np.array([kept_mm]))
            continue
        inward_mm = kept_mm - np.linalg.norm(head.surface.vertices_mm - place.place_mm, axis=1)
        ring = (inward_mm > 0.5 * RING_MM) & (inward_mm < 2.0 * RING_MM)
        points.append(head.surface.vertices_mm[ring])
        distances.append(inward_mm[ring])
    return np.vstack(points), np.concatenate(distances)
