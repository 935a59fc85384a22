"""The signs and words of a treatment map: hairline and anchors, landmarks, crosses, numbers on the grid, the bar of 50 mm.

Signs stand at their exact place; words stand beside, where there is room. The drawing under them is `maps`'s.
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import BoolArray, ByteArray, FloatArray, Value, value
from scalp.domain.design import ANCHOR_NAMES, ZONE_NAMES, Design
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
"""Height of words over that of the map."""
_SLACK_MM = 1.2


@value
class Sign(Value):
    """A word to write beside a place of the map."""

    text: str
    at_px: tuple[float, float]
    colour: tuple[int, int, int] = INK_SRGB_U8
    centred: bool = False
    """Over the place itself rather than beside it."""


def draw_signs(picture: ByteArray, design: Design, sight: FlatSight, ground: Ground, works: tuple[ZoneWork, ...]) -> ByteArray:
    """Return a map with its signs and words, (rows, cols, 3)."""
    drawn = np.array(picture)
    size = sight.frame.height_px / 900.0
    _draw_hairline(drawn, design, sight, size)
    signs = [*_draw_landmarks(drawn, ground.head, sight, size), *_draw_anchors(drawn, design, sight, size)]
    _draw_crosses(drawn, design, sight, size)
    signs += _grid_numbers(sight, ground) + _zone_words(design, sight, works) + _level_words(design, sight)
    _draw_bar(drawn, sight, size)
    return _write(drawn, signs, sight)


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
    anchors_mm, signs = design.hairline.anchors_mm, []
    if anchors_mm is None:
        return []
    at_px = sight.frame.place_px(anchors_mm)
    for name, place, seen in zip(ANCHOR_NAMES, at_px, sight.in_sight(anchors_mm), strict=True):
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


def _grid_numbers(sight: FlatSight, ground: Ground) -> list[Sign]:
    """Return the numbers of every fifth line: along the middle from the glabella, and down the line through tragi and vertex."""
    scalp = sight.across(ground.scalp_fraction) > 0.5
    along_mm, aside_mm = sight.across(ground.along_mm)[scalp], sight.across(ground.aside_mm)[scalp]
    rows, cols = (index[scalp] for index in np.nonzero(sight.inside))
    top_mm = float(ground.along_mm[np.argmin(np.linalg.norm(ground.head.surface.vertices_mm - ground.head.landmark("vertex"), axis=1))])
    signs = []
    for mm in np.arange(NUMBER_EVERY_MM, FURTHEST_MM, NUMBER_EVERY_MM):
        wanted = [(f"{mm:.0f}", along_mm - mm, aside_mm)]
        wanted += [(f"{name} {mm:.0f}", along_mm - top_mm, aside_mm - sign * mm) for name, sign in (("L", 1), ("R", -1))]
        for text, first_mm, second_mm in wanted:
            away_mm = np.nan_to_num(np.abs(first_mm) + np.abs(second_mm), nan=np.inf)
            best = int(np.argmin(away_mm)) if len(away_mm) else 0
            if len(away_mm) and away_mm[best] < _SLACK_MM:
                at_px = ((cols[best] + 0.5) / sight.finer_count, (rows[best] + 0.5) / sight.finer_count)
                signs.append(Sign(text=text, at_px=at_px, colour=QUIET_SRGB_U8))
    return signs


def _zone_words(design: Design, sight: FlatSight, works: tuple[ZoneWork, ...]) -> list[Sign]:
    """Return the name of each zone at the middle of its largest part in sight, with what a session does there."""
    signs, by_zone = [], {work.zone: work for work in works}
    for index in np.unique(design.zone_index):
        own = (design.zone_index == index) & (design.density_per_cm2 > 0)
        if index == 0 or not own.any():
            continue
        at = _roomiest(sight.laid(sight.across(own.astype(np.float32))) > 0.5)
        if at is not None:
            name = ZONE_NAMES[index]
            words = name if name not in by_zone else f"{name}: {by_zone[name].impressions_count:,}"
            signs.append(Sign(text=words, at_px=(at[0] / sight.finer_count, at[1] / sight.finer_count), centred=True))
    return signs


def _level_words(design: Design, sight: FlatSight) -> list[Sign]:
    """Return how much the lines of equal density mean, each at its place furthest from the rim of the head and from the hairline."""
    density, signs = sight.laid(sight.across(design.density_per_cm2)), []
    room = sight.inside.astype(np.uint8)
    line_px = np.round(sight.frame.place_px(design.hairline.points_mm) * sight.finer_count).astype(np.int32)
    seen = sight.in_sight(design.hairline.points_mm)
    for index in np.flatnonzero(seen[1:] & seen[:-1]):
        cv2.line(room, line_px[index].tolist(), line_px[index + 1].tolist(), 0, 2)
    away_px = cv2.distanceTransform(room, cv2.DIST_L2, 5)
    for level_per_cm2 in np.array(LEVELS) * float(design.density_per_cm2.max()):
        near = np.abs(np.nan_to_num(density, nan=-1e3) - level_per_cm2) < 0.01 * level_per_cm2
        row, col = np.unravel_index(int(np.argmax(np.where(near, away_px, 0.0))), near.shape)
        if near[row, col]:
            at_px = ((col + 0.5) / sight.finer_count, (row + 0.5) / sight.finer_count)
            signs.append(Sign(text=f"{level_per_cm2:.0f} per cm2", at_px=at_px, colour=QUIET_SRGB_U8))
    return signs


def _roomiest(inside: BoolArray) -> tuple[float, float] | None:
    """Return the place of a mask that is furthest from its rim, (x, y), None for a sliver."""
    away_px = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    row, col = np.unravel_index(int(np.argmax(away_px)), away_px.shape)
    return (float(col) + 0.5, float(row) + 0.5) if away_px[row, col] > 5 else None


def _write(drawn: ByteArray, signs: list[Sign], sight: FlatSight) -> ByteArray:
    """Write words beside their places, each where it covers no other; those without room are left out."""
    frame = sight.frame
    sheet = Image.fromarray(drawn)
    pen = ImageDraw.Draw(sheet)
    text_px = max(9, round(TEXT_FRACTION * frame.height_px))
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
