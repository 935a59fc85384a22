"""Things of known size in a photo: how far from the camera a bank card, a coin or an iris is. Finding them is `cards`' and `coins`'."""

from typing import NamedTuple

import cv2
import numpy as np
from scipy.spatial import ConvexHull

from scalp.base import BadInput, FloatArray
from scalp.domain.camera import Camera

CARD_LONG_MM, CARD_SHORT_MM, CARD_ROUND_MM = 85.60, 53.98, 3.18
"""ISO/IEC 7810 ID-1, with the radius of its corners. [ISO7810]"""
FOREHEAD_MM = np.array([0.0, 72.0, 92.0])
"""The middle of the forehead of an average head, in head space: things are looked for round it."""
CARD_CORNER_PX = 1.5
"""How well corners are marked by hand. (D)"""
IRIS_MM, IRIS_LOG_SD = 11.71, 0.036
"""Width of the visible iris of adults, 11.71 +- 0.42 mm. [Rufer2005]"""
IRIS_READING_PX, IRIS_READING_LOG_SD = 0.6, 0.04
"""How wrong an iris is read: this many px, and this part of it from lids and from the network's own habit. (D, head.md)"""
IRISES_AGREE_FRACTION = 0.9
IRIS_YAW_RAD = 0.45
"""Beyond this turn irises are ellipses that the network reads as smaller circles: 18 % at 38 degrees on the demo head."""
MARKED_RIM_PX = 1.5
FEWEST_RIM_POINTS = 5
_SMALLEST_SIDE_PX, _LONGEST_SIDES = 12.0, 3.2
_CARD_REMEDY = "Mark the four corners of a bank card held flat to the forehead."
_COIN_REMEDY = "Mark five or more points all round the rim of a coin held flat to the forehead."


def card_corners(card_px: FloatArray) -> FloatArray:
    """Return the four corners (4, 2) in order around the card, or refuse what cannot be one."""
    if card_px.shape != (4, 2) or not np.isfinite(card_px).all():
        raise BadInput("card_px", card_px.shape, "four corners, x and y in px", _CARD_REMEDY)
    arms = card_px - card_px.mean(0)
    ordered = card_px[np.argsort(np.arctan2(arms[:, 1], arms[:, 0]))]
    sides = np.linalg.norm(np.roll(ordered, -1, axis=0) - ordered, axis=1)
    hull_count = len(ConvexHull(ordered + 0.0, qhull_options="QJ").vertices)
    if hull_count < 4 or sides.min() < _SMALLEST_SIDE_PX or sides.max() / sides.min() > _LONGEST_SIDES:
        allowed = f"a convex outline, sides of {_SMALLEST_SIDE_PX:.0f} px or more, at most {_LONGEST_SIDES} to 1"
        raise BadInput("card_px", "not the shape of a card", allowed, _CARD_REMEDY)
    return np.asarray(ordered)


def card_place(card_px: FloatArray, lens_px: tuple[float, tuple[float, float]], *, corner_sd_px: float) -> tuple[FloatArray, float, float]:
    """Return the card's middle in the camera frame (3,) mm, the SD of its distance as a fraction, and its misfit in px.

    The plane pose that four corners leave, refined; of the two ways to lay the long side the one that fits. The SD is
    that of the corners' own error, carried through the pose. [Collins2014]
    """
    corners, (focal_px, centre_px) = card_corners(card_px), lens_px
    matrix = np.array([[focal_px, 0, centre_px[0]], [0, focal_px, centre_px[1]], [0, 0, 1.0]])
    found = [_pose(corners, size_mm, matrix) for size_mm in ((CARD_LONG_MM, CARD_SHORT_MM), (CARD_SHORT_MM, CARD_LONG_MM))]
    poses = [one for one in found if one is not None]
    if not poses:
        raise BadInput("card_px", "not the shape of a card", "the corners of an ISO ID-1 card", "Mark its four corners again.")
    best = min(poses, key=lambda one: one.miss_px)
    slopes = cv2.projectPoints(best.model_mm, best.turn, best.shift_mm, matrix, None)[1][:, :6]
    away = np.concatenate([np.zeros(3), best.shift_mm[:, 0] / np.linalg.norm(best.shift_mm)])
    sd_mm = corner_sd_px * np.sqrt(max(float(away @ np.linalg.pinv(slopes.T @ slopes) @ away), 0.0))
    return np.asarray(best.shift_mm[:, 0]), float(sd_mm / np.linalg.norm(best.shift_mm)), best.miss_px


class _Pose(NamedTuple):
    """A rectangle's turn and place (3, 1), its corners (4, 3) mm, and how far they fall from those seen, RMS."""

    miss_px: float
    turn: FloatArray
    shift_mm: FloatArray
    model_mm: FloatArray


def _pose(corners_px: FloatArray, size_mm: tuple[float, float], matrix: FloatArray) -> _Pose | None:
    """Return the best pose of a rectangle in a picture, None where there is none before the camera."""
    half = np.array(size_mm) / 2
    model = np.array([[-1.0, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]) * np.array([*half, 1.0])
    places = corners_px.reshape(-1, 1, 2)
    count, turns, shifts, _ = cv2.solvePnPGeneric(model, places, matrix, None, flags=cv2.SOLVEPNP_IPPE)
    found = []
    for first_turn, first_shift in zip(turns[:count], shifts[:count], strict=True):
        turn, shift = cv2.solvePnPRefineLM(model, places, matrix, None, first_turn.copy(), first_shift.copy())
        seen = cv2.projectPoints(model, turn, shift, matrix, None)[0][:, 0]
        if shift[2, 0] > 0:
            found.append(_Pose(float(np.sqrt(((seen - corners_px) ** 2).sum(1).mean())), turn, shift, model))
    return min(found, key=lambda one: one.miss_px, default=None)


def read_card(card_px: FloatArray, camera: Camera, *, corner_sd_px: float = CARD_CORNER_PX) -> tuple[FloatArray, float]:
    """Return a card's middle in the camera frame (3,) mm and the SD of its distance; refuse corners that are no card's."""
    place_mm, sd, miss_px = card_place(card_px, (camera.focal_px, camera.centre_px), corner_sd_px=corner_sd_px)
    corners = card_corners(card_px)
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    if miss_px > 0.06 * sides.min() + 3.0:
        raise BadInput("card_px", "not the shape of a card", "the corners of an ISO ID-1 card", "Mark its four corners again.")
    return place_mm, sd


def coin_ellipse(coin_px: FloatArray) -> tuple[FloatArray, float, float]:
    """Return centre (2,), larger and smaller half axis in px of the ellipse through points of a rim, or refuse them."""
    if coin_px.ndim != 2 or coin_px.shape[1] != 2 or len(coin_px) < FEWEST_RIM_POINTS or not np.isfinite(coin_px).all():
        raise BadInput("coin_px", coin_px.shape, f"{FEWEST_RIM_POINTS} or more points, x and y in px", _COIN_REMEDY)
    if np.linalg.svd(coin_px - coin_px.mean(0), compute_uv=False)[1] < 1.0:
        raise BadInput("coin_px", "all on one line or spot", "points all round the rim", _COIN_REMEDY)
    centre, axes, _ = cv2.fitEllipseDirect(coin_px.astype(np.float32))
    large, small = max(axes) / 2, min(axes) / 2
    if not np.isfinite([large, small]).all() or small < 4.0 or small < 0.35 * large:
        raise BadInput("coin_px", "not the shape of a coin", "an ellipse at least 8 px wide, seen at most 70 degrees aslant", _COIN_REMEDY)
    return np.array(centre), float(large), float(small)


def read_coin(coin_px: FloatArray, diameter_mm: float, camera: Camera, *, rim_sd_px: float = MARKED_RIM_PX) -> tuple[FloatArray, float]:
    """Return a coin's middle in the camera frame (3,) mm and the SD of its distance.

    The longer axis of the ellipse is the diameter that no tilt shortens: depth = focal length times diameter over it.
    """
    centre_px, large_px, _ = coin_ellipse(coin_px)
    depth_mm = camera.focal_px * diameter_mm / (2 * large_px)
    flat = (centre_px - np.array(camera.centre_px)) / camera.focal_px
    return depth_mm * np.array([*flat, 1.0]), float(rim_sd_px * np.sqrt(2.0 / len(coin_px)) / large_px)


def read_irises(iris_px: FloatArray, camera: Camera, eyes_mm: FloatArray) -> tuple[FloatArray, float] | None:
    """Return the width in mm at the eyes' depth of each iris that was measured, and how well, or None."""
    seen = np.isfinite(iris_px).all(1)
    if not seen.any():
        return None
    towards = camera.eye_mm - eyes_mm.mean(0)
    if abs(towards[0]) > np.tan(IRIS_YAW_RAD) * towards[2]:
        return None
    depth_mm = camera.in_camera(eyes_mm)[:, 2]
    widths_mm = (iris_px[:, 2] * depth_mm / camera.focal_px)[seen]
    # The eye on the far side of a turned head is read too small: two eyes count together only where they agree.
    agreeing = widths_mm >= IRISES_AGREE_FRACTION * widths_mm.max()
    reading = np.hypot(IRIS_READING_PX / iris_px[seen, 2][agreeing].mean(), IRIS_READING_LOG_SD)
    return widths_mm[agreeing], float(reading)
