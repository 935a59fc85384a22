"""What a contact sheet says: which pictures, which words. Layout is `scalp.rendering.sheets`'s; nothing is rendered here."""

import cv2
import numpy as np

from scalp.base import ByteArray, Doubt
from scalp.domain.look import Look
from scalp.domain.photo import Photo
from scalp.domain.plan import Plan, Session
from scalp.rendering.sheets import Block, Tile, compose_sheet
from scalp.treatment.courses import Course
from scalp.treatment.sittings import Sitting

HEAD_MARGIN_FRACTION = 0.14
TILE_RATIO = 1.16
"""Height of a picture on the sheet over its width: the head down to the mouth."""
CLOSE_UP_MM = 46.0
CLOSE_UP_PX_PER_MM = 3.5
"""A close-up is shown where the photo has at least this many pixels a mm."""
TILE_SIDE_PX = 900
TILES_ACROSS = 3
"""The most designs beside each other on a sheet that compares them."""
SHAVED_WORDS = ", shaved preview"


def crop_head(photo: Photo, sitting: Sitting) -> ByteArray:
    """Return the head in a photo with some air around it, (rows, cols, 3) sRGB uint8."""
    camera = sitting.camera
    points_px = camera.project(sitting.head.surface.vertices_mm)
    low, high = points_px.min(0), points_px.max(0)
    side_px = max(high[0] - low[0], 0.8 * (high[1] - low[1]))
    middle, air_px = (low[0] + high[0]) / 2, HEAD_MARGIN_FRACTION * side_px
    left, top = max(int(middle - side_px / 2 - air_px), 0), max(int(low[1] - air_px), 0)
    right = min(int(middle + side_px / 2 + air_px), photo.width_px)
    bottom = min(int(top + TILE_RATIO * (right - left)), photo.height_px)
    return _at_most(photo.srgb_u8[top:bottom, left:right], TILE_SIDE_PX)


def crop_close(photo: Photo, sitting: Sitting, course: Course) -> ByteArray | None:
    """Return the skin around the middle of the hairline, 46 mm wide, or None where the photo is too coarse."""
    camera = sitting.camera
    edge_mm = course.design.hairline.points_mm
    middle = edge_mm[len(edge_mm) // 2]
    px_per_mm = camera.focal_px / camera.in_camera(middle[None])[0, 2]
    if px_per_mm < CLOSE_UP_PX_PER_MM:
        return None
    half_px = px_per_mm * CLOSE_UP_MM / 2
    x, y = camera.project(middle[None])[0] - [0, half_px * 0.35]
    left, top, right, bottom = int(x - half_px), int(y - half_px * 0.62), int(x + half_px), int(y + half_px * 0.62)
    if left < 0 or top < 0 or right > photo.width_px or bottom > photo.height_px:
        return None
    return photo.srgb_u8[top:bottom, left:right]


def present_course(sitting: Sitting, course: Course, looks: dict[str, Look], untreated: Photo) -> ByteArray:
    """Return the contact sheet of one course as (rows, cols, 3) sRGB uint8; `untreated` is the head before it, its hair as it is worn."""
    plan = course.plan
    before = _before(sitting, untreated)
    healed = _tile(looks["healed"], sitting, "The tone to judge by: stable from here")
    sessions = tuple(_tile(looks[f"session-{session.number}"], sitting, _session_line(session)) for session in plan.sessions)
    years = tuple(_tile(look, sitting, _year_line(look)) for name, look in looks.items() if name.startswith(("year", "month")))
    close = _close_row(sitting, course, looks, untreated)
    title = "The trial treatment on this head" if plan.pigment.temporary else "The treatment on this head"
    title += SHAVED_WORDS if sitting.unshaved else ""
    wishes = course.design.wishes
    subtitle = (
        f"{wishes.style.capitalize()} hairline, {course.design.hairline.height_mm:.0f} mm above the brows, "
        f"{course.design.area_cm2:.0f} cm2, {plan.impressions_count:,} impressions in {len(plan.sessions)} sessions"
    )
    return compose_sheet(
        title,
        subtitle,
        ((*before, healed), sessions, years, close),
        (_plan_block(plan), _reading_block(plan), _doubts_block(looks["healed"].doubts)),
    )


def present_comparison(sitting: Sitting, courses: dict[str, Course], looks: dict[str, Look], untreated: Photo) -> ByteArray:
    """Return a sheet of the same head healed under several designs, side by side."""
    tiles = list(_before(sitting, untreated))
    for name, course in courses.items():
        line = f"{course.design.hairline.height_mm:.0f} mm above the brows, {course.design.area_cm2:.0f} cm2, {course.plan.impressions_count:,} impressions"
        tiles.append(_tile(looks[name], sitting, line, label=name.capitalize()))
    name, first = next(iter(courses.items()))
    across = len(tiles) if len(tiles) <= TILES_ACROSS else -(-len(tiles) // -(-len(tiles) // TILES_ACROSS))
    rows = tuple(tuple(tiles[start : start + across]) for start in range(0, len(tiles), across))
    blocks = (_plan_block(first.plan, f"The plan for {name}"), _doubts_block(looks[name].doubts))
    title = "Which one?" + (SHAVED_WORDS if sitting.unshaved else "")
    return compose_sheet(title, "The same head healed, six weeks after the last session", rows, blocks, even=True)


def _before(sitting: Sitting, untreated: Photo) -> tuple[Tile, ...]:
    """Return the photo as it came, and what is shown in its place: shaved, or with the own hair so many days after a shave."""
    came = sitting.unshaved or sitting.photo
    tiles = [Tile(srgb_u8=crop_head(came, sitting), label="Before", caption="The photo as it is")]
    if sitting.unshaved is not None:
        caption = "Hair taken off by guess: this skin was never seen"
        tiles.append(Tile(srgb_u8=crop_head(untreated, sitting), label="Shaved preview", caption=caption))
    elif sitting.stubble is not None:
        caption = f"Own hair drawn {sitting.stubble.days:g} days after a shave, a guess"
        tiles.append(Tile(srgb_u8=crop_head(untreated, sitting), label="With stubble", caption=caption))
    return tuple(tiles)


def _tile(look: Look, sitting: Sitting, caption: str, label: str | None = None) -> Tile:
    return Tile(srgb_u8=crop_head(look.photo, sitting), label=label or look.moment.label, caption=caption)


def _close_row(sitting: Sitting, course: Course, looks: dict[str, Look], untreated: Photo) -> tuple[Tile, ...]:
    """Return close-ups of the hairline through the course, none where the photo is too coarse to show marks."""
    chosen = [("Hairline close up, before", untreated)]
    late = tuple(name for name in looks if name.startswith(("year-10", "month-18")))
    chosen += [(f"Close up, {looks[name].moment.label.lower()}", looks[name].photo) for name in ("session-1", "healed", *late)]
    crops = [(label, crop_close(photo, sitting, course)) for label, photo in chosen]
    return tuple(Tile(srgb_u8=crop, label=label) for label, crop in crops if crop is not None)


def _session_line(session: Session) -> str:
    hours = f"{session.hours.low:.1f} to {session.hours.high:.1f} h"
    return f"{session.day:%d %b %Y}, {session.share_fraction:.0%}: {session.impressions_count:,} impressions, {hours}. Fresh: redder and darker than it stays"


def _year_line(look: Look) -> str:
    if look.moment.band == "low":
        return "As light as it may be by then"
    if look.moment.band == "high":
        return "As dark as it may still be"
    return "What is most likely, without a touch-up"


def _plan_block(plan: Plan, heading: str = "The plan") -> Block:
    hours = [sum(getattr(session.hours, end) for session in plan.sessions) for end in ("low", "high")]
    low, high = (sum(getattr(session.price, end) for session in plan.sessions) for end in ("low", "high"))
    lines = [f"Session {session.number}: {session.day:%A %d %B %Y}, {session.impressions_count:,} impressions" for session in plan.sessions]
    lines.append(f"Time: {hours[0]:.1f} to {hours[1]:.1f} hours in all")
    lines.append(f"Price: {low:,} to {high:,} {plan.sessions[0].price.currency} by the price list, to be confirmed after seeing the head")
    lines.append(f"Pigment: {plan.pigment.name} 1:{plan.pigment.dilution_ratio:g}; needle {plan.needle.name}")
    return Block(heading=heading, lines=tuple(lines))


def _reading_block(plan: Plan) -> Block:
    lasting = (
        "Trial pigment leaves within 6 to 18 months; a trace may stay for up to three years."
        if plan.pigment.temporary
        else "Pigment gets lighter over years. Nobody has measured it beyond six months: so the last years are shown as fading fast, expected and slowly."
    )
    undone = "A trial: the hairline can still be altered." if plan.pigment.temporary else "Not undone by waiting: only a laser removes it."
    return Block(
        heading="How to read this",
        lines=(
            "Session pictures show the same evening: red and darker than it stays.",
            "Healed, six weeks after the last session, is the tone to judge by.",
            lasting,
            undone,
        ),
    )


def _doubts_block(doubts: tuple[Doubt, ...]) -> Block:
    return Block(heading="What is not certain", lines=tuple(doubt.sentence() for doubt in doubts), wide=True)


def _at_most(srgb_u8: ByteArray, side_px: int) -> ByteArray:
    """Return a picture whose longer side has at most `side_px`."""
    shrink = side_px / max(srgb_u8.shape[:2])
    if shrink >= 1:
        return srgb_u8
    size = (round(srgb_u8.shape[1] * shrink), round(srgb_u8.shape[0] * shrink))
    return np.asarray(cv2.resize(srgb_u8, size, interpolation=cv2.INTER_AREA), np.uint8)
