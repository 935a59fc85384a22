"""Where a head stands to the camera, roughly, from points alone: the start of the fit."""

import numpy as np

from scalp.base import FloatArray
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import rotation_of

UPRIGHT = np.diag([1.0, -1.0, -1.0])
"""A head that looks into the camera, upright: head axes to OpenCV's."""
_YAWS_RAD = np.deg2rad(np.arange(-180, 180, 30))
_PITCHES_RAD = np.deg2rad([-75, -50, -25, 0, 25, 50, 75])
_FACING_RAD = np.deg2rad(62)
_ROLLS_RAD = np.deg2rad([-30, 0, 30])
HIDDEN_MM = 12.0
"""What a point on the far side of the head counts as misplaced. (D)"""


def candidate_poses(
    prior: HeadPrior, evidence: Evidence, count: int, *, places_mm: FloatArray | None = None
) -> list[tuple[FloatArray, FloatArray]]:
    """Return the `count` best of a grid of poses as (rotation, shift of the skull's centre in mm), the best first.

    Each turn is refined by the best scaled rotation of the head's points onto the seen ones, perspective left out;
    points on the far side of the head count against it. The points are the mean head's, or those told in `places_mm`.
    """
    places = (prior.points_mean_mm[evidence.point_index] if places_mm is None else places_mm) - prior.base.centre_mm
    seen = evidence.points_px - np.array(evidence.centre_px)
    weights = 1 / evidence.points_sd_mm
    found = []
    # A face that was found looks at the camera more or less.
    most_rad = _FACING_RAD if evidence.from_mesh.any() else np.inf
    for yaw in _YAWS_RAD[np.abs(_YAWS_RAD) <= most_rad]:
        for pitch in _PITCHES_RAD[np.abs(_PITCHES_RAD) <= most_rad]:
            for roll in _ROLLS_RAD:
                turn = (
                    rotation_of(np.array([0, 0, roll]))
                    @ UPRIGHT
                    @ rotation_of(np.array([pitch, 0, 0]))
                    @ rotation_of(np.array([0, yaw, 0]))
                )
                found.append(_refined(places, seen, weights, turn))
    found.sort(key=lambda one: one[0])
    kept: list[tuple[FloatArray, FloatArray]] = []
    for _, rotation, zoom, offset in found:
        if zoom > 0 and all(np.trace(rotation @ other.T) < 1 + 2 * np.cos(0.35) for other, _ in kept):
            depth_mm = evidence.focal_px / zoom
            kept.append((rotation, np.array([*(offset / zoom), depth_mm])))
        if len(kept) == count:
            break
    return kept


def _refined(
    places: FloatArray, seen: FloatArray, weights: FloatArray, rotation: FloatArray
) -> tuple[float, FloatArray, float, FloatArray]:
    """Return (misfit mm, rotation, px per mm, offset px) after a few rounds of weak-perspective alignment."""
    share = weights / weights.sum()
    zoom, offset = 1.0, np.zeros(2)
    for _ in range(4):
        turned = places @ rotation.T
        zoom, offset = _zoom(turned, seen, share)
        # The depth that was not seen is taken from the model, then the three-dimensional turn is closed-form.
        target = np.column_stack([(seen - offset) / max(zoom, 1e-6), turned[:, 2]])
        a, b = share @ places, share @ target
        u, _, vt = np.linalg.svd(((places - a) * share[:, None]).T @ (target - b))
        rotation = vt.T @ np.diag([1, 1, np.linalg.det(vt.T @ u.T)]) @ u.T
    turned = places @ rotation.T
    zoom, offset = _zoom(turned, seen, share)
    miss = turned[:, :2] + (offset - seen) / max(zoom, 1e-6)
    hidden = np.clip(turned[:, 2] / np.linalg.norm(places, axis=1) - 0.3, 0, None) * HIDDEN_MM
    return float(np.sqrt(share @ ((miss**2).sum(1) + hidden**2))), rotation, zoom, offset


def _zoom(turned: FloatArray, seen: FloatArray, share: FloatArray) -> tuple[float, FloatArray]:
    """Return px per mm and offset that bring turned points onto the seen ones."""
    flat = turned[:, :2] - share @ turned[:, :2]
    rest = seen - share @ seen
    zoom = float((share @ (flat * rest).sum(1)) / max(share @ (flat**2).sum(1), 1e-12))
    return zoom, share @ seen - zoom * (share @ turned[:, :2])
