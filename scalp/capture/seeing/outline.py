"""The silhouette of the bare head above the ears, to a part of a pixel, with its doubt.

Which pixels are the person is `person`'s; fitting a head to the outline is `heads`'s. Hair, ears, hats and stretches
that do not look like the edge of a head are left out and counted, not guessed.
"""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value
from scalp.capture.seeing.contours import EdgeSearch, draw_to_edge, half_crossing
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.person import head_square
from scalp.capture.seeing.relief import head_relief
from scalp.capture.seeing.stance import find_stance
from scalp.capture.survey.regions import read_square
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, Outline

FEWEST_POINTS = 24


@value
class OutlineSettings(Value):
    """How the outline is traced and what is thrown out."""

    zoom: float = 2.2
    """Side of the square that is looked at, in heights of the face."""
    working_px: int = 900
    """Largest side of the copy on which the line is found before the photo itself is looked at."""
    ring_orders_count: int = 9
    """Orders of the smooth curve that a bare head is held against."""
    outlier_sd: float = 3.5
    """Distance from that curve, in its own spread, beyond which a point is not the head."""
    hair_fraction: float = 0.5
    """Share of hair just inside the line from which the line is hair."""
    least_certainty_fraction: float = 0.25
    """How well head and background must be told apart for a point to count."""


def trace_outline(
    photo: Photo,
    person: Float32Array,
    face: FaceSighting | None,
    *,
    settings: OutlineSettings | None = None,
) -> Outline:
    """Return the bare part of the silhouette from ear to ear over the top, as points about a pixel apart.

    The mask's line is drawn to the photo's edge along its normals; kept is what belongs to the scalp of a head that
    stands as the face does, or, without a face, what runs from the top to the first bend inwards on each side. `sd_px`
    is the spread about a smooth curve together with the blur of the edge; `hair_fraction` is how much of the stretch
    is hair and left out. Without any bare edge in the picture the outline has no points.
    """
    settings = settings or OutlineSettings()
    crop = _square(photo, face, settings)
    line, certainty = _fine_line(photo, person, crop, settings)
    if len(line) == 0:
        return Outline(points_px=np.zeros((0, 2)), sd_px=0.01 * crop.side_px)
    wanted = _above_ears(photo, face, line, crop) if face is not None else _over_the_top(line)
    wanted &= _off_the_frame(line, photo)
    hairy = wanted & _under_hair(photo, person, face, line, settings)
    bare = wanted & ~hairy & (certainty >= settings.least_certainty_fraction)
    kept, spread_px = _like_a_head(line, _long_runs(bare, _span_count(line, 0.05)), settings)
    return Outline(
        points_px=line[kept],
        sd_px=float(np.hypot(spread_px, 0.25 + 0.5 * (1.0 - certainty[kept].mean() if kept.any() else 1.0))),
        hair_fraction=float(hairy.sum() / max(wanted.sum(), 1)),
        hair_points_px=line[hairy],
    )


def _square(photo: Photo, face: FaceSighting | None, settings: OutlineSettings) -> Crop:
    """Return the square of the photo that is looked at."""
    if face is not None:
        return head_square(face, settings.zoom)
    return Crop(centre_px=(photo.width_px / 2.0, photo.height_px / 2.0), side_px=float(max(photo.width_px, photo.height_px)))


def _fine_line(photo: Photo, person: Float32Array, crop: Crop, settings: OutlineSettings) -> tuple[FloatArray, FloatArray]:
    """Return the person's line (N, 2) px drawn to the photo's edge, and how sure each point is."""
    side = min(settings.working_px, max(64, int(crop.side_px)))
    scale = crop.side_px / side
    lines = half_crossing(crop.cut(person, side))
    if not lines:
        return np.zeros((0, 2)), np.zeros(0)
    start = crop.to_photo(lines[0] / side)
    reach = max(2.0, 4.0 * scale)
    search = EdgeSearch(reach_px=reach, step_px=max(0.25, 0.3 * scale), spacing_px=max(1.0, scale), trust_px=0.4 * reach)
    return draw_to_edge(start, photo.srgb_u8, search)


def _above_ears(photo: Photo, face: FaceSighting, line: FloatArray, crop: Crop) -> BoolArray:
    """Return which points edge the scalp, clear of brows and ears, of an average head that stands as the face does."""
    side = 384
    relief = head_relief(crop, side, head=None, stance=find_stance(photo, face))
    if relief is None:
        return _over_the_top(line)
    clear = relief.scalp_fraction * (1.0 - cv2.dilate(relief.ears_fraction, np.ones((9, 9), np.uint8)))
    predicted = _looked_up(clear, crop, line) > 0.7
    if not predicted.any():
        return predicted
    heights = line[predicted][:, 1]
    low = line[:, 1] > heights.min() + 0.6 * np.ptp(heights)
    start = int(np.where(predicted, line[:, 1], np.inf).argmin())
    return predicted & _between_bends(line, _bends_inwards(line, 0.02, 0.3) & low, start)


def _over_the_top(line: FloatArray) -> BoolArray:
    """Return which points run from the top of the figure to the first bend inwards on each side: ear, nape, nose or shoulder."""
    bends = _bends_inwards(line, 0.02, 0.3) | _bends_inwards(line, 0.07, 0.2)
    return _between_bends(line, bends, int(line[:, 1].argmin()))


def _bends_inwards(line: FloatArray, span_fraction: float, least_rad: float) -> BoolArray:
    """Return where the line bends inwards by more than `least_rad` within a part of the figure's size."""
    span = _span_count(line, span_fraction)
    smooth = gaussian_filter1d(line, 0.5 * span, axis=0, mode="wrap")
    back, ahead = smooth - np.roll(smooth, span, axis=0), np.roll(smooth, -span, axis=0) - smooth
    x, y = smooth.T
    sense = np.sign(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
    bend = sense * np.arctan2(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0], (back * ahead).sum(axis=1))
    return np.asarray(bend < -least_rad)


def _span_count(line: FloatArray, fraction: float) -> int:
    """Return how many points of the line a part of the figure's size is."""
    return max(3, round(fraction * float(np.ptp(line, axis=0).max()) / max(float(np.linalg.norm(line[1] - line[0])), 1e-6)))


def _between_bends(line: FloatArray, bends: BoolArray, start: int) -> BoolArray:
    """Return which points lie between the first bends on both sides of `start`, short of them by a little."""
    count, margin = len(line), _span_count(line, 0.02)
    kept = np.zeros(count, bool)
    for step in (1, -1):
        places = (start + step * np.arange(count // 2)) % count
        stop = int(bends[places].argmax()) if bends[places].any() else count // 2
        kept[places[: max(stop - margin, 0)]] = True
    return kept


def _off_the_frame(line: FloatArray, photo: Photo) -> BoolArray:
    """Return which points are not merely the border of the picture."""
    margin = 2.0
    inside = (line > margin) & (line < np.array([photo.width_px, photo.height_px]) - margin)
    return np.asarray(inside.all(axis=1))


def _looked_up(mask: Float32Array, crop: Crop, points_px: FloatArray) -> FloatArray:
    """Return the values of a square's mask at points of the photo."""
    places = (crop.to_crop(points_px) * len(mask) - 0.5).astype(np.float32)
    return np.asarray(cv2.remap(mask, places[:, 0], places[:, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0], np.float64)


def _under_hair(photo: Photo, person: Float32Array, face: FaceSighting | None, line: FloatArray, settings: OutlineSettings) -> BoolArray:
    """Return which points have hair just inside of them; without a face skin cannot be learnt, and none is told to."""
    if face is None:
        return np.zeros(len(line), bool)
    square = read_square(photo, None, face=face, person=person)
    near = cv2.dilate(cv2.GaussianBlur(square.hair_fraction, (0, 0), 1.5), np.ones((17, 17), np.uint8))
    return _looked_up(np.asarray(near, np.float32), square.crop, line) > settings.hair_fraction


def _long_runs(bare: BoolArray, shortest_count: int) -> BoolArray:
    """Return the points without runs too short to tell a head from a tip of hair."""
    width = np.ones((shortest_count, 1), np.uint8)
    twice = np.concatenate([bare, bare, bare]).astype(np.uint8)[:, None]
    return np.asarray(cv2.morphologyEx(twice, cv2.MORPH_OPEN, width)[len(bare) : 2 * len(bare), 0] > 0)


def _like_a_head(line: FloatArray, bare: BoolArray, settings: OutlineSettings) -> tuple[BoolArray, float]:
    """Return which bare points follow one smooth curve, and their spread about it in px.

    The distance from the middle of the stretch is a low polynomial of the angle, fitted with outliers weighed down.
    """
    if bare.sum() < FEWEST_POINTS:
        return np.zeros_like(bare), float(np.ptp(line, axis=0).max() * 0.01)
    middle = (line[bare].min(axis=0) + line[bare].max(axis=0)) / 2.0 + np.array([0.0, 0.25 * np.ptp(line[bare][:, 1])])
    away = line - middle
    angle = np.arctan2(away[:, 0], -away[:, 1])
    distance = np.linalg.norm(away, axis=1)
    reach = float(np.abs(angle[bare]).max())
    basis = np.polynomial.legendre.legvander(np.clip(angle / reach, -1.0, 1.0), settings.ring_orders_count - 1)
    weight = bare.astype(float)
    spread = 1.0
    for _ in range(12):
        used = weight > 1e-3
        part = basis[used] * weight[used, None]
        fit = np.linalg.solve(part.T @ basis[used] + 1e-6 * np.eye(basis.shape[1]), part.T @ distance[used])
        miss = distance - basis @ fit
        spread = max(1.4826 * float(np.median(np.abs(miss[bare]))), 0.3)
        weight = bare / (1.0 + (miss / (2.0 * spread)) ** 2) ** 2
    return bare & (np.abs(miss) < settings.outlier_sd * spread), spread
