"""From the raw numbers of the face detector to faces: anchors, decoding, weighted non-maximum suppression.

Everything here is in fractions 0..1 of the square the detector saw. Cutting that square from a photo is `crops`'s.
"""

from functools import lru_cache

import numpy as np

from scalp.base import Float32Array, FloatArray, Value, value

_SIDE_PX = 128
_LAYERS = ((16, 2), (8, 6))
"""Cells along a side and anchors in each cell."""
LOGIT_LIMIT = 100.0


@value
class Detections(Value):
    """The faces in one square, best first.

    `boxes_fraction` (N, 4) are left, top, right, bottom; `keypoints_fraction` (N, 6, 2); `scores_fraction` (N,).
    The keypoints are the client's right eye, left eye, nose tip, mouth, right tragion, left tragion.
    """

    boxes_fraction: FloatArray
    keypoints_fraction: FloatArray
    scores_fraction: FloatArray


@lru_cache(maxsize=1)
def anchor_centres() -> FloatArray:
    """Return the 896 anchor centres (x, y): 16 x 16 cells with 2 anchors, then 8 x 8 with 6. [Bazarevsky2019]

    >>> anchor_centres().shape
    (896, 2)
    """
    layers = []
    for cells, copies in _LAYERS:
        row, column = np.divmod(np.arange(cells * cells), cells)
        layers.append(np.repeat((np.column_stack([column, row]) + 0.5) / cells, copies, axis=0))
    centres = np.concatenate(layers)
    centres.setflags(write=False)
    return centres


def decode_faces(scores: Float32Array, boxes: Float32Array, *, threshold_fraction: float, overlap_fraction: float = 0.3) -> Detections:
    """Return the faces the detector saw, overlapping candidates melted into one, best first.

    A candidate is centre, size and six keypoints, offset from its anchor in 1/128 of the square; its score is the
    logistic of the raw number. Candidates that overlap by more than `overlap_fraction` become their score-weighted mean.
    """
    certainty = 1.0 / (1.0 + np.exp(-np.clip(scores.astype(np.float64), -LOGIT_LIMIT, LOGIT_LIMIT)))
    kept = np.flatnonzero(certainty >= threshold_fraction)
    raw = boxes.reshape(-1, 16)[kept].astype(np.float64) / _SIDE_PX
    anchors = anchor_centres()[kept]
    centre, half = raw[:, :2] + anchors, raw[:, 2:4] / 2.0
    points = raw[:, 4:].reshape(-1, 6, 2) + anchors[:, None]
    coordinates = np.concatenate([centre - half, centre + half, points.reshape(-1, 12)], axis=1)
    melted, best = _melt(coordinates, certainty[kept], overlap_fraction)
    return Detections(boxes_fraction=melted[:, :4], keypoints_fraction=melted[:, 4:].reshape(-1, 6, 2), scores_fraction=best)


def _melt(coordinates: FloatArray, scores: FloatArray, overlap_fraction: float) -> tuple[FloatArray, FloatArray]:
    """Merge overlapping candidates into their score-weighted means, best first. [Bazarevsky2019]"""
    left = np.argsort(-scores, kind="stable")
    rows, best = [], []
    while len(left):
        near = overlaps(coordinates[left[0], :4], coordinates[left, :4]) > overlap_fraction
        near[0] = True
        group = left[near]
        rows.append(np.average(coordinates[group], axis=0, weights=scores[group]))
        best.append(scores[group[0]])
        left = left[~near]
    return np.array(rows).reshape(-1, coordinates.shape[1]), np.array(best)


def overlaps(box: FloatArray, boxes: FloatArray) -> FloatArray:
    """Return intersection over union of one box (4,) with each of `boxes` (N, 4).

    >>> overlaps(np.array([0.0, 0.0, 2.0, 1.0]), np.array([[1.0, 0.0, 3.0, 1.0]]))
    array([0.33333333])
    """
    extent = np.clip(np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2]), 0.0, None)
    shared = extent.prod(axis=1)
    union = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - shared
    return np.asarray(shared / np.maximum(union, 1e-12))
