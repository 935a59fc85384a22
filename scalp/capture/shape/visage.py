"""The face part of a head's surface: nose, eyes, lips and chin raised from the smooth skull through the model's points of the face.

Only for the eye, and so that a photo laid on the head shows a person from the side too; nothing is designed or placed there,
and the scalp stays the skull's own.
"""

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from scalp.base import FloatArray
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.prior import HeadPrior
from scalp.geometry.meshes import icosphere

_ABOVE_GLABELLA_MM, _FADE_MM = 12.0, 14.0
"""From where on upwards the surface is the skull's alone, and how softly."""
_BEFORE_TRAGI_MM = 45.0
"""Only points so far before the tragi belong to the face; temples and sideburns stay the skull's."""
_REACH_RAD, _SOFT_RAD = 0.26, 0.16
"""How far beyond its outermost points the face reaches, seen from the skull's centre, and how softly it ends."""
_ANCHORS_RAD = (0.2, 0.5)
"""In this distance round the face the skull holds its own."""
_SMOOTHING = 1e-3


def raise_face(prior: HeadPrior, places_mm: FloatArray, skull: Cranium, directions: FloatArray) -> FloatArray:
    """Return by how much the face stands out of the skull in unit directions (N, 3), (N,) mm, 0 over the whole scalp.

    A thin plate over the sphere of directions through the points of the face `places_mm` (all of the prior's, in its frame);
    one height in a direction, so that what lies behind the wings of the nose and under the chin is filled.
    """
    mesh = places_mm[[index for index, name in enumerate(prior.names) if name.startswith("mesh_")]]
    mesh = mesh[mesh[:, 2] > places_mm[prior.index("left_tragion")][2] + _BEFORE_TRAGI_MM]
    brow_mm = places_mm[prior.index("glabella")][1] + _ABOVE_GLABELLA_MM
    arms = mesh - skull.base.centre_mm
    lengths_mm = np.linalg.norm(arms, axis=1)
    rays = arms / lengths_mm[:, None]
    below = mesh[:, 1] < brow_mm
    tree, round_it = cKDTree(rays[below]), icosphere(3).vertices_mm
    away = np.asarray(tree.query(round_it)[0])
    anchors = round_it[(away > _ANCHORS_RAD[0]) & (away < _ANCHORS_RAD[1])]
    heights_mm = np.where(below, lengths_mm - skull.radii_mm(rays), 0.0)
    plate = RBFInterpolator(
        np.vstack([rays, anchors]),
        np.concatenate([heights_mm, np.zeros(len(anchors))]),
        kernel="thin_plate_spline",
        smoothing=_SMOOTHING,
    )
    gap = np.asarray(tree.query(directions, distance_upper_bound=_REACH_RAD)[0])
    near = np.isfinite(gap)
    up_mm = skull.points_mm(directions[near])[:, 1]
    within = _soft((_REACH_RAD - gap[near]) / _SOFT_RAD) * _soft((brow_mm + 4.0 - up_mm) / _FADE_MM)
    raised_mm = np.zeros(len(directions))
    raised_mm[near] = plate(directions[near]) * within
    return raised_mm


def _soft(amount: FloatArray) -> FloatArray:
    """Return 0 below 0 and 1 above 1, smooth between."""
    t = np.clip(amount, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))
