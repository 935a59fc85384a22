"""A bank card held flat to the forehead, found in a photo by its four straight edges, to a part of a pixel.

The card's own picture does not matter, only that four lines of the length they must have at this head's distance meet as
the sides of an ISO ID-1 card in some pose do. Distance from corners is `objects`'; what it weighs is `scale`'s.
"""

from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np

from scalp.base import BadInput, Float32Array, FloatArray, Value, value
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.stance import Stance, find_stance
from scalp.capture.size.objects import CARD_LONG_MM, CARD_ROUND_MM, CARD_SHORT_MM, FOREHEAD_MM, card_place
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting

_WORK_PX_PER_MM = 2.6
_HALF_WIDTH_MM = 105.0
_PARALLEL, _CROSSING = 0.90, 0.55
"""Least cosine between opposite sides, and largest between neighbours."""
_LEANING_MM = 18.0
"""How much farther off a card may look while its depth is not known."""
_LENSES_TRIED = (1.0, 0.6, 1.8)
_NEARER_FRACTION = 0.08
"""How much larger the nearer side of a tilted card may look."""


@value
class CardSettings(Value):
    """What counts as a card at a forehead. All (D): wide beside what cards at all tilts show, narrow beside anything else."""

    size_fraction: float = 0.22
    """How far its size may be from what an average head's distance makes it."""
    tilt_rad: float = 0.96
    """Farthest it may be tilted from facing the camera: 55 degrees."""
    away_mm: tuple[float, float, float] = (45.0, 48.0, 68.0)
    """How far its middle may be from the forehead's: sideways, below, above."""
    edge_fraction: float = 0.60
    """Part of each side but the least seen one that must be seen as an edge."""
    hidden_edge_fraction: float = 0.22
    """The same of the least seen side, over which fingers may lie."""
    edges_fraction: float = 0.68
    """Part of all the way round that must be seen as an edge."""
    straight_px: float = 0.5
    """Largest RMS of a side's edge about its line, in px of the photo, or of the working copy where that is coarser."""
    misfit_fraction: float = 0.012
    """Largest misfit of the corners to a card's, as a part of its shorter side."""
    contrast_fraction: float = 4.0 / 255
    """Least step across an edge, as a part of the full range."""


class _Line(NamedTuple):
    """A straight edge: a unit normal and offset (normal . x = offset), and its stretch along the line, px of the copy."""

    normal: FloatArray
    offset: float
    length_px: float


def find_card(photo: Photo, face: FaceSighting, *, settings: CardSettings | None = None) -> FloatArray | None:
    """Return the corners (4, 2) px of a bank card held flat to the forehead, as if they were sharp, or None.

    Straight edges near the forehead are joined to quadrilaterals whose size an adult's distance allows; one is a card
    if an ISO ID-1 rectangle in some pose before this camera has its corners, and its sides are seen as edges most of
    the way. Sides are then set by sub-pixel steps of brightness across them in the photo itself. Fingers may hide up to
    half of a side. Cards tilted by more than 55 degrees, bent, or of the colour of what is behind them are missed.
    """
    settings = settings or CardSettings()
    stance = find_stance(photo, face)
    forehead_px = stance.camera.project(FOREHEAD_MM[None])[0]
    here_px_per_mm = stance.camera.focal_px / float(stance.camera.in_camera(FOREHEAD_MM[None])[0, 2])
    crop = Crop(centre_px=(float(forehead_px[0]), float(forehead_px[1])), side_px=2 * _HALF_WIDTH_MM * here_px_per_mm)
    side = int(min(2 * _HALF_WIDTH_MM * _WORK_PX_PER_MM, max(crop.side_px, 96.0)))
    small = crop.cut(photo.srgb_u8, side, border="repeated")
    px_per_mm = side / (2 * _HALF_WIDTH_MM)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    lines = _straight_edges(small, lab, px_per_mm)
    lenses_px = stance.camera.focal_px * np.array([1.0] if photo.focal_px else _LENSES_TRIED)
    best: tuple[float, FloatArray] | None = None
    for corners in _likeliest(lab, _quadrilaterals(lines, px_per_mm, settings), px_per_mm, settings):
        seen = _seen_fraction(lab, corners, px_per_mm, settings)
        if (
            seen is not None
            and (best is None or seen > best[0])
            and _is_card(crop.to_photo(corners / side), stance, settings, lenses_px=lenses_px)
        ):
            best = (seen, corners)
    if best is None:
        return None
    return _refined(photo, crop.to_photo(best[1] / side), stance, settings)


def _straight_edges(small: np.ndarray, lab: Float32Array, px_per_mm: float) -> list[_Line]:
    """Return the straight edges of the square, the longest first: stretches of one line are joined."""
    detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD, scale=0.8)
    found = []
    for band in (cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), *(_stretched(lab[..., channel]) for channel in (1, 2))):
        segments = detector.detect(band)[0]
        if segments is not None:
            found.append(segments[:, 0].astype(float))
    if not found:
        return []
    ends = np.vstack(found).reshape(-1, 2, 2)
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    ends = ends[lengths > 5.0 * px_per_mm]
    return _joined(ends)


def _stretched(band: Float32Array) -> np.ndarray:
    """Return a band of colour as bytes whose span is that of the band."""
    low, high = np.percentile(band, [1, 99])
    return np.asarray(np.clip((band - low) * min(255.0 / max(high - low, 1.0), 4.0), 0, 255), np.uint8)


def _joined(ends: FloatArray, kept_count: int = 64) -> list[_Line]:
    """Return lines through segments (N, 2, 2): those along one line are one, fitted to all of their ends."""
    lines: list[_Line] = []
    lengths = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    free = np.ones(len(ends), bool)
    for place in np.argsort(-lengths):
        if not free[place]:
            continue
        way = (ends[place, 1] - ends[place, 0]) / lengths[place]
        normal = np.array([-way[1], way[0]])
        across = np.abs((ends - ends[place].mean(0)) @ normal)
        same = free & (across.max(1) < 2.2)
        free &= ~same
        points, weights = ends[same].reshape(-1, 2), np.repeat(lengths[same], 2)
        middle = np.average(points, axis=0, weights=weights)
        spread = (points - middle) * np.sqrt(weights)[:, None]
        way = np.linalg.svd(spread, full_matrices=False)[2][0]
        normal = np.array([-way[1], way[0]])
        lines.append(_Line(normal, float(normal @ middle), float(lengths[same].sum())))
    return sorted(lines, key=lambda line: -line.length_px)[:kept_count]


def _quadrilaterals(lines: list[_Line], px_per_mm: float, settings: CardSettings) -> FloatArray:
    """Return the corners (N, 4, 2) in order of all pairs of nearly parallel lines whose sizes and place a card could have."""
    if len(lines) < 4:
        return np.zeros((0, 4, 2))
    normals, offsets = np.array([line.normal for line in lines]), np.array([line.offset for line in lines])
    lengths = np.array([line.length_px for line in lines])
    pairs = np.array(list(combinations(range(len(lines)), 2)))
    pairs = pairs[np.abs((normals[pairs[:, 0]] * normals[pairs[:, 1]]).sum(1)) > _PARALLEL]
    one, other = np.triu_indices(len(pairs), 1)
    crossing = np.abs((normals[pairs[one, 0]] * normals[pairs[other, 0]]).sum(1)) < _CROSSING
    first, second = pairs[one[crossing]], pairs[other[crossing]]
    sides = np.stack([first[:, 0], second[:, 0], first[:, 1], second[:, 1]], axis=1)
    corners = _meetings(normals[sides], offsets[sides])
    widths = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    largest = CARD_LONG_MM * px_per_mm * (1 + settings.size_fraction + _NEARER_FRACTION)
    smallest = CARD_SHORT_MM * np.cos(settings.tilt_rad) * px_per_mm * (1 - settings.size_fraction)
    fits = (widths.min(1) > smallest) & (widths.max(1) < largest) & (widths.max(1) > CARD_SHORT_MM * px_per_mm)
    off_mm = (corners.mean(1) / px_per_mm - _HALF_WIDTH_MM) * np.array([1.0, -1.0])
    aside, below, above = np.array(settings.away_mm) + _LEANING_MM
    fits &= (np.abs(off_mm[:, 0]) < aside) & (off_mm[:, 1] > -below) & (off_mm[:, 1] < above)
    # Side k runs from corner k to corner k + 1 along line k of the four.
    fits &= (lengths[sides] > settings.hidden_edge_fraction * widths).all(1)
    return np.asarray(corners[fits])


def _likeliest(lab: Float32Array, corners: FloatArray, px_per_mm: float, settings: CardSettings, kept_count: int = 24) -> FloatArray:
    """Return those of many quadrilaterals whose sides run along edges the most, by a coarse look."""
    edges = np.zeros(lab.shape[:2], np.uint8)
    for band in range(3):
        edges |= cv2.Canny(_stretched(lab[..., band]), 30, 70)
    edges = cv2.dilate(edges, np.ones((3, 3), np.uint8))
    inset = CARD_ROUND_MM * px_per_mm / np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    shares = inset[..., None] + np.linspace(0, 1, 28) * (1 - 2 * inset[..., None])
    places = corners[:, :, None] * (1 - shares[..., None]) + np.roll(corners, -1, axis=1)[:, :, None] * shares[..., None]
    cols, rows = np.clip(np.floor(places).astype(int), 0, len(edges) - 1).transpose(3, 0, 1, 2)
    hit = np.sort((edges[rows, cols] > 0).mean(-1), axis=1)
    good = (hit[:, 0] >= settings.hidden_edge_fraction) & (hit[:, 1] >= settings.edge_fraction)
    order = np.argsort(-hit[good].mean(1))
    return np.asarray(corners[good][order[:kept_count]])


def _meetings(normals: FloatArray, offsets: FloatArray) -> FloatArray:
    """Return where each of four lines (N, 4, 2), (N, 4) meets the one before it, (N, 4, 2)."""
    before, before_offsets = np.roll(normals, 1, axis=1), np.roll(offsets, 1, axis=1)
    cross = normals[..., 0] * before[..., 1] - normals[..., 1] * before[..., 0]
    cross = np.where(np.abs(cross) < 1e-9, 1e-9, cross)
    x = (offsets * before[..., 1] - before_offsets * normals[..., 1]) / cross
    y = (before_offsets * normals[..., 0] - offsets * before[..., 0]) / cross
    return np.stack([x, y], axis=-1)


def _seen_fraction(lab: Float32Array, corners: FloatArray, px_per_mm: float, settings: CardSettings) -> float | None:
    """Return the part of the way round that is seen as an edge, None where too little of it is."""
    middle = corners.mean(0)
    shares, lengths = [], []
    for place in range(4):
        start, end = corners[place], corners[(place + 1) % 4]
        length = float(np.linalg.norm(end - start))
        inset = CARD_ROUND_MM * px_per_mm / length
        steps = np.linspace(inset, 1 - inset, max(8, int(length)))
        points = start + steps[:, None] * (end - start)
        normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
        normal *= np.sign(normal @ (middle - start))
        profile = np.stack([_sampled(lab, points + normal * away) for away in (-2.5, 2.5)])
        step = np.linalg.norm(profile[1] - profile[0], axis=-1)
        inner = np.stack([_sampled(lab, points + normal * away) for away in (-6.0, -2.5, 2.5, 6.0)])
        beside = np.maximum(np.linalg.norm(inner[1] - inner[0], axis=-1), np.linalg.norm(inner[3] - inner[2], axis=-1))
        shares.append(float(((step > 255.0 * settings.contrast_fraction) & (step > 1.2 * beside)).mean()))
        lengths.append(length)
    share = float(np.average(shares, weights=lengths))
    least, second = sorted(shares)[:2]
    enough = least >= settings.hidden_edge_fraction and second >= settings.edge_fraction and share >= settings.edges_fraction
    return share if enough else None


def _sampled(picture: Float32Array, points: FloatArray) -> Float32Array:
    """Return a picture (rows, cols, bands) at places (N, 2) px, linear between pixels."""
    places = (points - 0.5).astype(np.float32)
    return np.asarray(cv2.remap(picture, places[:, None, 0], places[:, None, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0])


def _is_card(corners_px: FloatArray, stance: Stance, settings: CardSettings, *, lenses_px: FloatArray, slack: float = 3.0) -> bool:
    """Tell whether corners in the photo are those of a card at this head's forehead; `slack` widens the misfit allowed.

    Where the file does not tell the lens, any of a few focal lengths may explain the perspective of a tilted card.
    """
    camera = stance.camera
    try:
        places = [card_place(corners_px, (float(focal), camera.centre_px), corner_sd_px=1.0) for focal in lenses_px]
    except BadInput:
        return False
    place_mm, miss_px = places[0][0], min(miss for _, _, miss in places)
    sides = np.linalg.norm(np.roll(corners_px, -1, axis=0) - corners_px, axis=1)
    if miss_px > slack * settings.misfit_fraction * sides.min() + 0.5:
        return False
    rotation, shift = camera.camera_from_head[:3, :3], camera.camera_from_head[:3, 3]
    expected = float(np.linalg.norm(camera.in_camera(FOREHEAD_MM[None])[0]))
    if abs(np.log(np.linalg.norm(place_mm) / expected)) > settings.size_fraction:
        return False
    held = rotation.T @ (place_mm * expected / np.linalg.norm(place_mm) - shift) - FOREHEAD_MM
    aside, below, above = settings.away_mm
    return bool(abs(held[0]) < aside and -below < held[1] < above)


def _refined(photo: Photo, corners_px: FloatArray, stance: Stance, settings: CardSettings) -> FloatArray | None:
    """Return the corners where lines through the sub-pixel edges of the photo meet; None where they are no card's after all."""
    grey = cv2.cvtColor(photo.srgb_u8, cv2.COLOR_RGB2LAB)
    reach = max(2.0, 0.8 * stance.px_per_mm)
    corners, coarse_px = corners_px, max(1.0, stance.px_per_mm / _WORK_PX_PER_MM)
    for _ in range(2):
        lines = [_fitted_side(grey, corners, place, reach, stance.px_per_mm) for place in range(4)]
        if any(line is None for line in lines):
            return None
        sides = [line for line in lines if line is not None]
        if max(rms for _, _, rms in sides) > settings.straight_px * coarse_px:
            return None
        normals, offsets = np.array([normal for normal, _, _ in sides]), np.array([offset for _, offset, _ in sides])
        corners = _meetings(normals[None], offsets[None])[0]
        reach = max(1.5, 0.4 * stance.px_per_mm)
    lenses_px = stance.camera.focal_px * np.array([1.0] if photo.focal_px else _LENSES_TRIED)
    return corners if _is_card(corners, stance, settings, lenses_px=lenses_px, slack=1.0) else None


def _fitted_side(
    lab: np.ndarray, corners: FloatArray, place: int, reach_px: float, px_per_mm: float
) -> tuple[FloatArray, float, float] | None:
    """Return the normal, offset and RMS of the line through the edge along one side, by the steepest step across it."""
    start, end = corners[place], corners[(place + 1) % 4]
    length = float(np.linalg.norm(end - start))
    inset = 1.3 * CARD_ROUND_MM * px_per_mm / length
    steps = np.linspace(inset, 1 - inset, int(np.clip(length, 16, 300)))
    normal = np.array([start[1] - end[1], end[0] - start[0]]) / length
    away = np.arange(-reach_px - 1.0, reach_px + 1.01, 0.25)
    points = (start + steps[:, None] * (end - start))[:, None] + away[None, :, None] * normal
    low, high = np.floor(points.min((0, 1))).astype(int) - 3, np.ceil(points.max((0, 1))).astype(int) + 4
    low, high = np.maximum(low, 0), np.minimum(high, lab.shape[1::-1])
    part = lab[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    if min(part.shape[:2], default=0) < 4:
        return None
    profile = _sampled(part, points.reshape(-1, 2) - low).reshape(len(steps), len(away), 3)
    profile = cv2.GaussianBlur(profile, (5, 1), 1.0)
    slope = np.linalg.norm(profile[:, 2:] - profile[:, :-2], axis=-1)
    at, strength = _peaks(slope, away[1:-1])
    strong = strength > 0.35 * np.quantile(strength, 0.7)
    return _robust_line((start + steps[:, None] * (end - start) + at[:, None] * normal)[strong])


def _peaks(slope: Float32Array, away: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return where each row of slopes peaks, to a part of a step by the parabola through three, and how high."""
    top = np.clip(slope.argmax(1), 1, slope.shape[1] - 2)
    rows = np.arange(len(slope))
    left, middle, right = (slope[rows, top + step].astype(float) for step in (-1, 0, 1))
    bend = left - 2 * middle + right
    part = np.where(np.abs(bend) > 1e-6, 0.5 * (left - right) / np.where(np.abs(bend) > 1e-6, bend, 1.0), 0.0)
    return away[top] + np.clip(part, -1, 1) * (away[1] - away[0]), middle


def _robust_line(points: FloatArray) -> tuple[FloatArray, float, float] | None:
    """Return the normal, offset and RMS of the line most points lie on; fingers and letters leave it."""
    if len(points) < 8:
        return None
    weights = np.ones(len(points))
    for _ in range(12):
        middle = np.average(points, axis=0, weights=weights)
        way = np.linalg.svd((points - middle) * np.sqrt(weights)[:, None], full_matrices=False)[2][0]
        normal = np.array([-way[1], way[0]])
        off = (points - middle) @ normal
        spread = max(1.4826 * float(np.median(np.abs(off))), 0.05)
        weights = 1.0 / (1.0 + (off / (1.5 * spread)) ** 2) ** 2
    near = np.abs(off) < 3.0 * spread
    if near.mean() < 0.4:
        return None
    return normal, float(normal @ middle), float(np.sqrt((off[near] ** 2).mean()))
