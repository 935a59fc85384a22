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
    turns = []
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
                turns.append(turn)
    misses, rotations, zooms, offsets = _refined(places, seen, weights, np.stack(turns))
    kept: list[tuple[FloatArray, FloatArray]] = []
    for best in np.argsort(misses, kind="stable"):
        rotation, zoom, offset = rotations[best], float(zooms[best]), offsets[best]
        if zoom > 0 and all(np.trace(rotation @ other.T) < 1 + 2 * np.cos(0.35) for other, _ in kept):
            depth_mm = evidence.focal_px / zoom
            kept.append((rotation, np.array([*(offset / zoom), depth_mm])))
        if len(kept) == count:
            break
    return kept


def _refined(
    places: FloatArray, seen: FloatArray, weights: FloatArray, rotations: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (misfit mm, rotation, px per mm, offset px) of each start (S, 3, 3) after a few rounds of weak-perspective alignment."""
    share = weights / weights.sum()
    arms = (places - share @ places) * share[:, None]
    for _ in range(4):
        turned = places @ rotations.transpose(0, 2, 1)
        zoom, offset = _zoom(turned, seen, share)
        # The depth that was not seen is taken from the model, then the three-dimensional turn is closed-form.
        target = np.concatenate([(seen - offset[:, None]) / np.maximum(zoom, 1e-6)[:, None, None], turned[:, :, 2:]], axis=2)
        u, _, vt = np.linalg.svd(arms.T @ (target - (share @ target)[:, None]))
        v, ut = vt.transpose(0, 2, 1), u.transpose(0, 2, 1)
        mirror = np.ones((len(u), 1, 3))
        mirror[:, 0, 2] = np.linalg.det(v @ ut)
        rotations = (v * mirror) @ ut
    turned = places @ rotations.transpose(0, 2, 1)
    zoom, offset = _zoom(turned, seen, share)
    miss = turned[:, :, :2] + (offset[:, None] - seen) / np.maximum(zoom, 1e-6)[:, None, None]
    hidden = np.clip(turned[:, :, 2] / np.linalg.norm(places, axis=1) - 0.3, 0, None) * HIDDEN_MM
    return np.asarray(np.sqrt(((miss**2).sum(2) + hidden**2) @ share)), rotations, zoom, offset


def _zoom(turned: FloatArray, seen: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return px per mm (S,) and offset (S, 2) that bring turned points (S, N, 3) onto the seen ones (N, 2)."""
    middle = share @ turned[:, :, :2]
    flat, rest = turned[:, :, :2] - middle[:, None], seen - share @ seen
    zoom = ((flat * rest).sum(2) @ share) / np.maximum((flat**2).sum(2) @ share, 1e-12)
    return np.asarray(zoom), np.asarray(share @ seen - zoom[:, None] * middle)
