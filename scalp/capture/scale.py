"""How large a head really is: a tape measure, a bank card, the irises and what adults' heads measure, by their variances."""

import cv2
import numpy as np
from scipy.spatial import ConvexHull

from scalp.base import BadInput, FloatArray, Value, value
from scalp.capture.cranium import Cranium
from scalp.domain.camera import Camera
from scalp.geometry.harmonics import harmonics
from scalp.geometry.meshes import icosphere

CARD_LONG_MM, CARD_SHORT_MM = 85.60, 53.98
"""ISO/IEC 7810 ID-1. [ISO7810]"""
IRIS_MM, IRIS_LOG_SD = 11.71, 0.036
"""Width of the visible iris of adults, 11.71 +- 0.42 mm. [Rufer2005]"""
IRIS_READING_PX, IRIS_READING_LOG_SD = 0.6, 0.04
IRISES_AGREE_FRACTION = 0.9
IRIS_YAW_RAD = 0.45
"""Beyond this turn irises are ellipses that the network reads as smaller circles: 18 % at 38 degrees on the demo head."""
"""How wrong an iris is read: this many px, and this part of it from lids and from the network's own habit. (D, head.md)"""
ADULT_CIRCUMFERENCE_MM, ADULT_LOG_SD = 569.0, 0.033
"""Head circumference of adults, men and women together. [Gordon2014]"""
TAPE_MM = 3.0
"""How well a tape is laid. (D)"""
SMALLEST_TAPE_MM, LARGEST_TAPE_MM = 450.0, 680.0
CARD_LOG_SD, CARD_CORNER_PX = 0.010, 1.5
"""A card held to the forehead stands off and is bent a little; and how well its corners are marked. (D)"""


@value
class ScaleWish(Value):
    """What a person measured, None where nothing.

    The `circumference_mm` of the head, by a tape above the brows and
    round the back where it is largest; `card_px` (4, 2), the corners in the photo of a bank card held to the forehead.
    """

    circumference_mm: float | None = None
    card_px: FloatArray | None = None

    def check(self) -> None:
        """Refuse measures that no adult head has, and cards that are no card."""
        tape = self.circumference_mm
        if tape is not None and not SMALLEST_TAPE_MM <= tape <= LARGEST_TAPE_MM:
            remedy = "Measure again in millimetres, above the brows and round the back of the head."
            raise BadInput("circumference", f"{tape} mm", f"{SMALLEST_TAPE_MM:.0f} to {LARGEST_TAPE_MM:.0f} mm", remedy)
        if self.card_px is not None:
            _card_corners(self.card_px)


def _card_corners(card_px: FloatArray) -> FloatArray:
    """Return the four corners in order around the card, or refuse what cannot be one."""
    remedy = "Mark the four corners of a bank card held flat to the forehead."
    if card_px.shape != (4, 2) or not np.isfinite(card_px).all():
        raise BadInput("card_px", card_px.shape, "four corners, x and y in px", remedy)
    arms = card_px - card_px.mean(0)
    ordered = card_px[np.argsort(np.arctan2(arms[:, 1], arms[:, 0]))]
    sides = np.linalg.norm(np.roll(ordered, -1, axis=0) - ordered, axis=1)
    if len(ConvexHull(ordered + 0.0, qhull_options="QJ").vertices) < 4 or sides.min() < 12.0 or sides.max() / sides.min() > 3.2:
        raise BadInput("card_px", "not the shape of a card", "a convex outline, sides of 12 px or more, at most 3.2 to 1", remedy)
    return np.asarray(ordered)


@value
class Scale(Value):
    """True size over the size of the fit: `factor` with one SD as a fraction of it, and where it comes from."""

    factor: float
    sd_fraction: float
    source: str
    strain: float
    """How many SDs the most different source lies from the others."""


@value
class Tape(Value):
    """What a tape would read on a fitted cranium: mm, and the change per mm of each harmonic coefficient."""

    circumference_mm: float
    slopes: FloatArray


def lay_tape(skull: Cranium, glabella_mm: FloatArray) -> Tape:
    """Return the circumference above the brows and round the farthest point of the occiput, where it is largest.

    The tape bridges hollows: the convex outline of the cut through the surface is measured.
    """
    sphere = icosphere(5)
    points = skull.points_mm(sphere.vertices_mm)
    start = np.array([0.0, glabella_mm[1] + 8.0, glabella_mm[2]])
    behind = points[(np.abs(points[:, 0]) < 8.0) & (points[:, 2] < skull.base.centre_mm[2])]
    back = behind[np.argmax(np.linalg.norm(behind - start, axis=1))]
    along = np.array([0.0, *(back - start)[1:]])
    along /= np.linalg.norm(along)
    height = (points - start) @ np.array([0.0, -along[2], along[1]])
    edges = np.sort(sphere.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    a, b = edges[(height[edges[:, 0]] > 0) != (height[edges[:, 1]] > 0)].T
    share = (height[a] / (height[a] - height[b]))[:, None]
    cut = points[a] * (1 - share) + points[b] * share
    ring = cut[ConvexHull(np.column_stack([cut[:, 0], cut @ along])).vertices]
    steps = np.roll(ring, -1, axis=0) - ring
    lengths = np.linalg.norm(steps, axis=1)
    ways = steps / lengths[:, None]
    directions = ring - skull.base.centre_mm
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    pull = ((np.roll(ways, 1, axis=0) - ways) * directions).sum(1)
    return Tape(circumference_mm=float(lengths.sum()), slopes=pull @ harmonics(directions, skull.degree))


def find_scale(
    wish: ScaleWish, *, tape: Tape, tape_sd_mm: float, eyes: tuple[FloatArray, float] | None, card_ratio: tuple[float, float] | None
) -> Scale:
    """Return the scale from all that tells it, each weighted by its variance.

    `tape_sd_mm` is the doubt of the fitted circumference; `eyes` the iris widths seen (mm in the fit's size, and the SD
    of reading as a fraction); `card_ratio` true over fitted distance of a card with its SD.
    """
    fitted, vague = tape.circumference_mm, tape_sd_mm / tape.circumference_mm
    told = [("what adults' heads measure", np.log(ADULT_CIRCUMFERENCE_MM / fitted), np.hypot(ADULT_LOG_SD, vague))]
    if eyes is not None:
        told.append(("the irises", float(np.log(IRIS_MM / eyes[0].mean())), float(np.hypot(IRIS_LOG_SD, eyes[1]))))
    if card_ratio is not None:
        told.append(("the card", float(np.log(card_ratio[0])), card_ratio[1]))
    if wish.circumference_mm is not None:
        told.append(("the tape", np.log(wish.circumference_mm / fitted), np.hypot(TAPE_MM / wish.circumference_mm, vague)))
    logs, sds = np.array([one[1] for one in told]), np.array([one[2] for one in told])
    weights = 1 / sds**2
    middle = float(weights @ logs / weights.sum())
    strain = float(np.max(np.abs(logs - middle) / sds)) if len(told) > 1 else 0.0
    return Scale(factor=float(np.exp(middle)), sd_fraction=float(weights.sum() ** -0.5), source=told[int(np.argmin(sds))][0], strain=strain)


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


def read_card(card_px: FloatArray, camera: Camera, forehead_mm: FloatArray) -> tuple[float, float]:
    """Return the true over the fitted distance of a card that lies on the forehead, and its SD as a fraction."""
    corners = _card_corners(card_px)
    lens = np.array([[camera.focal_px, 0, camera.centre_px[0]], [0, camera.focal_px, camera.centre_px[1]], [0, 0, 1]])
    best: tuple[float, float] | None = None
    for wide, high in ((CARD_LONG_MM, CARD_SHORT_MM), (CARD_SHORT_MM, CARD_LONG_MM)):
        model = np.array([[-wide, -high, 0], [wide, -high, 0], [wide, high, 0], [-wide, high, 0]]) / 2
        found, _, shift, miss = cv2.solvePnPGeneric(model, corners.reshape(-1, 1, 2), lens, None, flags=cv2.SOLVEPNP_IPPE)
        if found and (best is None or float(miss[0][0]) < best[0]):
            best = (float(miss[0][0]), float(np.linalg.norm(shift[0])))
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    if best is None or best[0] > 0.06 * sides.min() + 3.0:
        raise BadInput("card_px", "not the shape of a card", "the corners of an ISO ID-1 card", "Mark its four corners again.")
    fitted_mm = float(np.linalg.norm(camera.in_camera(forehead_mm[None])[0]))
    return best[1] / fitted_mm, float(np.hypot(CARD_LOG_SD, CARD_CORNER_PX / sides.mean()))
