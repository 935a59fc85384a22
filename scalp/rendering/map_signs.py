"""The signs and words of a treatment map: hairline and anchors, landmarks, crosses, numbers on the grid, the bar of 50 mm.

Signs stand at their exact place; words stand beside, where there is room. The drawing under them is `maps`'s.
"""

import dataclasses

import cv2
import numpy as np
from numba import njit
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ByteArray, FloatArray, IntArray, Value, value
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.plan import ZoneWork
from scalp.rendering.flats import FlatSight
from scalp.rendering.overlays import Ground

INK_SRGB_U8 = (28, 30, 36)
CROSS_SRGB_U8, LANDMARK_SRGB_U8, QUIET_SRGB_U8 = (190, 50, 20), (0, 84, 150), (92, 96, 104)
SIDE_WORDS = {"front": "Front", "left": "Client's left", "right": "Client's right", "back": "Back", "top": "From above"}
MEASURED_FROM = ("glabella", "left_tragion", "right_tragion", "vertex", "inion")
LEVELS = (0.25, 0.50, 0.75)
"""Parts of the peak density at which lines of equal density run."""
BAR_MM = 50.0
NUMBER_EVERY_MM, FURTHEST_MM = 50.0, 400.0
SUBPIXEL_BITS = 4
TEXT_FRACTION = 0.0185
"""Height of words over that of the map, on a screen."""
_SLACK_MM = 1.2


@value
class Sign(Value):
    """A word to write beside a place of the map."""

    text: str
    at_px: tuple[float, float]
    colour: tuple[int, int, int] = INK_SRGB_U8
    centred: bool = False
    """Over the place itself rather than beside it."""


@value
class SignPlan(Value):
    """What stands on a map whatever a session does: quiet words with their places, and where each zone in sight has room for its own."""

    head: Head
    quiet: tuple[Sign, ...]
    zones: tuple[Sign, ...]
    """The name of each zone at the middle of its largest part in sight."""
    text_fraction: float = TEXT_FRACTION
    """Height of words over that of the map."""


def find_signs(design: Design, sight: FlatSight, ground: Ground, text_fraction: float = TEXT_FRACTION) -> SignPlan:
    """Return where the words of a map stand."""
    flat_index = np.flatnonzero(sight.inside).astype(np.int32)
    quiet = (*_grid_numbers(sight, ground, flat_index), *_level_words(design, sight, flat_index))
    return SignPlan(head=ground.head, quiet=quiet, zones=tuple(_zone_words(design, sight)), text_fraction=text_fraction)


def draw_signs(picture: ByteArray, design: Design, sight: FlatSight, plan: SignPlan, works: tuple[ZoneWork, ...]) -> ByteArray:
    """Return a map with its signs and words, (rows, cols, 3), and with what a session does in each zone."""
    drawn = np.array(picture)
    size = sight.frame.height_px / 900.0
    _draw_hairline(drawn, design, sight, size)
    signs = [*_draw_landmarks(drawn, plan.head, sight, size), *_draw_anchors(drawn, design, sight, size)]
    _draw_crosses(drawn, design, sight, size)
    counts = {work.zone: f"{work.zone}: {work.impressions_count:,}" for work in works}
    signs += [dataclasses.replace(sign, text=counts.get(sign.text, sign.text)) for sign in plan.zones]
    _draw_bar(drawn, sight, size)
    return _write(drawn, [*signs, *plan.quiet], sight, plan.text_fraction)


def _fine(at_px: FloatArray) -> tuple[int, ...]:
    """Return a place for OpenCV, whose pixel centres are whole numbers, in sixteenths of a px."""
    return tuple(int(v) for v in np.round((np.asarray(at_px) - 0.5) * (1 << SUBPIXEL_BITS)))


def _line(drawn: ByteArray, first_px: FloatArray, last_px: FloatArray, colour: tuple[int, int, int], thickness: int) -> None:
    cv2.line(drawn, _fine(first_px), _fine(last_px), colour, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def _ring(drawn: ByteArray, at_px: FloatArray, radius_px: float, colour: tuple[int, int, int], thickness: int) -> None:
    cv2.circle(drawn, _fine(at_px), round(radius_px * (1 << SUBPIXEL_BITS)), colour, thickness, cv2.LINE_AA, SUBPIXEL_BITS)


def _draw_hairline(drawn: ByteArray, design: Design, sight: FlatSight, size: float) -> None:
    """Draw the parts of the hairline in sight, dark on a light rim."""
    points_mm = design.hairline.points_mm
    seen, at_px = sight.in_sight(points_mm), sight.frame.place_px(points_mm)
    for colour, thickness in (((255, 255, 255), round(4 * size) + 1), (INK_SRGB_U8, max(1, round(2 * size)))):
        for index in np.flatnonzero(seen[1:] & seen[:-1]):
            _line(drawn, at_px[index], at_px[index + 1], colour, thickness)


def _draw_anchors(drawn: ByteArray, design: Design, sight: FlatSight, size: float) -> list[Sign]:
    """Draw the anchors of the hairline in sight and return their words."""
    names, signs = design.hairline.anchor_names, []
    if not names:
        return []
    anchors_mm = np.array([design.hairline.anchor_mm(name) for name in names])
    at_px = sight.frame.place_px(anchors_mm)
    for name, place, seen in zip(names, at_px, sight.in_sight(anchors_mm), strict=True):
        if not seen:
            continue
        _ring(drawn, place, 5.0 * size, (255, 255, 255), -1)
        _ring(drawn, place, 3.6 * size, INK_SRGB_U8, -1)
        words = name.replace("_", " ").removeprefix("left ").removeprefix("right ")
        words += f", {design.hairline.height_mm:.0f} mm" if name == "mid_frontal" else ""
        signs.append(Sign(text=words, at_px=(float(place[0]), float(place[1]))))
    return signs


def _draw_landmarks(drawn: ByteArray, head: Head, sight: FlatSight, size: float) -> list[Sign]:
    """Draw the places that the grid is measured from, a cross in a ring, and return their names."""
    signs = []
    for name in MEASURED_FROM:
        place_mm = head.landmark(name)
        if not sight.in_sight(place_mm[None])[0]:
            continue
        at_px, reach = sight.frame.place_px(place_mm), 6.0 * size
        _ring(drawn, at_px, 4.0 * size, LANDMARK_SRGB_U8, max(1, round(1.4 * size)))
        for way in (np.array([reach, 0.0]), np.array([0.0, reach])):
            _line(drawn, at_px - way, at_px + way, LANDMARK_SRGB_U8, max(1, round(1.2 * size)))
        words = name.replace("_", " ").removeprefix("left ").removeprefix("right ")
        signs.append(Sign(text=words, at_px=(float(at_px[0]), float(at_px[1])), colour=LANDMARK_SRGB_U8))
    return signs


def _draw_crosses(drawn: ByteArray, design: Design, sight: FlatSight, size: float) -> None:
    """Cross out the places to keep free: a ring as wide as the place, at least 3 px, and a cross through it."""
    for place in design.keep_away:
        if not sight.in_sight(place.place_mm[None])[0]:
            continue
        at_px, radius_px = sight.frame.place_px(place.place_mm), max(place.radius_mm / sight.frame.mm_per_px, 3.0)
        for colour, thickness in (((255, 255, 255), round(4 * size)), (CROSS_SRGB_U8, max(1, round(1.8 * size)))):
            _ring(drawn, at_px, radius_px, colour, thickness)
            for way in (np.array([1.0, 1.0]), np.array([1.0, -1.0])):
                _line(drawn, at_px - radius_px * 0.95 * way, at_px + radius_px * 0.95 * way, colour, thickness)


def _draw_bar(drawn: ByteArray, sight: FlatSight, size: float) -> None:
    """Draw a bar of 50 mm at the scale of the map, in its lower left corner."""
    frame = sight.frame
    left, low = 14.5 * size, frame.height_px - 15.0 * size
    right = left + BAR_MM / frame.mm_per_px
    _line(drawn, np.array([left, low]), np.array([right, low]), INK_SRGB_U8, max(1, round(2 * size)))
    for x in (left, right):
        _line(drawn, np.array([x, low - 5 * size]), np.array([x, low + 5 * size]), INK_SRGB_U8, max(1, round(2 * size)))


def _place(sight: FlatSight, flat_index: int) -> tuple[float, float]:
    """Return the middle of a pixel of what is seen in the picture, (x, y) px."""
    row, col = divmod(int(flat_index), sight.inside.shape[1])
    return (col + 0.5) / sight.finer_count, (row + 0.5) / sight.finer_count


def _grid_numbers(sight: FlatSight, ground: Ground, flat_index: IntArray) -> list[Sign]:
    """Return the numbers of every fifth line: along the middle from the glabella, and down the line through tragi and vertex."""
    scalp = sight.across(ground.scalp_fraction) > 0.5
    top_mm = float(ground.along_mm[np.argmin(np.linalg.norm(ground.head.surface.vertices_mm - ground.head.landmark("vertex"), axis=1))])
    told = [
        each
        for mm in np.arange(NUMBER_EVERY_MM, FURTHEST_MM, NUMBER_EVERY_MM)
        for each in ((f"{mm:.0f}", mm, 0.0), (f"L {mm:.0f}", top_mm, mm), (f"R {mm:.0f}", top_mm, -mm))
    ]
    wanted_mm = np.array([(along_mm, aside_mm) for _, along_mm, aside_mm in told], np.float32)
    best, away_mm = np.zeros(len(told), np.int64), np.full(len(told), _SLACK_MM, np.float32)
    _nearest(sight.across(ground.along_mm), sight.across(ground.aside_mm), scalp, wanted_mm, (best, away_mm))
    return [
        Sign(text=text, at_px=_place(sight, flat_index[at]), colour=QUIET_SRGB_U8)
        for (text, _, _), at, away in zip(told, best, away_mm, strict=True)
        if away < np.float32(_SLACK_MM)
    ]


@njit(cache=True, nogil=True)
def _nearest(along_mm, aside_mm, scalp, wanted_mm, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    best, away_mm = found
    for index in range(len(along_mm)):
        if scalp[index]:
            for target in range(len(wanted_mm)):
                off_mm = abs(along_mm[index] - wanted_mm[target, 0]) + abs(aside_mm[index] - wanted_mm[target, 1])
                if off_mm < away_mm[target]:
                    best[target], away_mm[target] = index, off_mm


def _zone_words(design: Design, sight: FlatSight) -> list[Sign]:
    """Return the name of each zone at the middle of its largest part in sight."""
    signs = []
    for index in np.unique(design.zone_index):
        own = (design.zone_index == index) & (design.density_per_cm2 > 0)
        if index == 0 or not own.any():
            continue
        mask = np.zeros(sight.inside.shape, np.uint8)
        mask[sight.inside] = sight.across(own) > 0.5
        at = _roomiest(mask)
        if at is not None:
            signs.append(Sign(text=ZONE_NAMES[index], at_px=(at[0] / sight.finer_count, at[1] / sight.finer_count), centred=True))
    return signs


def _level_words(design: Design, sight: FlatSight, flat_index: IntArray) -> list[Sign]:
    """Return how much the lines of equal density mean, each at its place furthest from the rim of the head and from the hairline."""
    density, signs = sight.across(design.density_per_cm2), []
    room = sight.inside.astype(np.uint8)
    line_px = np.round(sight.frame.place_px(design.hairline.points_mm) * sight.finer_count).astype(np.int32)
    seen = sight.in_sight(design.hairline.points_mm)
    for index in np.flatnonzero(seen[1:] & seen[:-1]):
        cv2.line(room, line_px[index].tolist(), line_px[index + 1].tolist(), 0, 2)
    away_px = cv2.distanceTransform(room, cv2.DIST_L2, 5).ravel()
    for level_per_cm2 in np.array(LEVELS) * float(design.density_per_cm2.max()):
        near = flat_index[np.abs(density - level_per_cm2) < 0.01 * level_per_cm2]
        best = int(np.argmax(away_px[near])) if len(near) else 0
        if len(near) and away_px[near[best]] > 0:
            signs.append(Sign(text=f"{level_per_cm2:.0f} per cm2", at_px=_place(sight, near[best]), colour=QUIET_SRGB_U8))
    return signs


def _roomiest(inside: ByteArray) -> tuple[float, float] | None:
    """Return the place of a mask that is furthest from its rim, (x, y), None for a sliver."""
    left, top, width, height = cv2.boundingRect(inside)
    low_row, low_col = max(top - 1, 0), max(left - 1, 0)
    # The same as over the whole picture: beyond this box there is only what lies outside.
    away_px = cv2.distanceTransform(inside[low_row : top + height + 1, low_col : left + width + 1], cv2.DIST_L2, 5)
    row, col = np.unravel_index(int(np.argmax(away_px)), away_px.shape) if away_px.size else (0, 0)
    if not away_px.size or away_px[row, col] <= 5:
        return None
    return float(low_col + col) + 0.5, float(low_row + row) + 0.5


def _write(drawn: ByteArray, signs: list[Sign], sight: FlatSight, text_fraction: float) -> ByteArray:
    """Write words beside their places, each where it covers no other; those without room are left out."""
    frame = sight.frame
    sheet = Image.fromarray(drawn)
    pen = ImageDraw.Draw(sheet)
    text_px = max(9, round(text_fraction * frame.height_px))
    font = ImageFont.load_default(text_px)
    taken: list[tuple[float, float, float, float]] = []
    pen.text((text_px * 0.8, text_px * 0.5), SIDE_WORDS[frame.side], INK_SRGB_U8, ImageFont.load_default(round(1.5 * text_px)))
    bar_px = BAR_MM / frame.mm_per_px
    pen.text((text_px * 0.9 + bar_px + text_px * 0.6, frame.height_px - 1.6 * text_px), f"{BAR_MM:.0f} mm", INK_SRGB_U8, font)
    for sign in sorted(signs, key=lambda sign: sign.colour == QUIET_SRGB_U8):
        wide, high = float(pen.textlength(sign.text, font)), text_px * 1.15
        for left, top in _corners(sign, wide, high, frame.width_px):
            box = (left, top, left + wide, top + high)
            within = left >= 2 and top >= 2 and box[2] <= frame.width_px - 2 and box[3] <= frame.height_px - 2
            if within and not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
                pen.text((left, top), sign.text, sign.colour, font, stroke_width=max(1, round(text_px / 8)), stroke_fill=(255, 255, 255))
                taken.append(box)
                break
    return np.asarray(sheet).copy()


def _corners(sign: Sign, wide: float, high: float, width_px: int) -> list[tuple[float, float]]:
    """Return where a word may start, the best first: over its place, or beside it, outward before inward."""
    x, y = sign.at_px
    if sign.centred:
        return [(x - wide / 2, y - high / 2 + shift * high) for shift in (0.0, -1.0, 1.0, -2.0, 2.0)]
    air = 0.55 * high
    right, left = x + air, x - air - wide
    sides = (right, left) if x >= width_px / 2 else (left, right)
    return [(side, y - high / 2 + shift * high) for shift in (0.0, -0.8, 0.8, -1.6, 1.6) for side in sides]
