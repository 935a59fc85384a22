"""A booking drawn as the months of a wall calendar: sessions, the aftercare between them, and the days that were passed over."""

from datetime import date, timedelta

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ByteArray
from scalp.domain.booking import Booking
from scalp.domain.clocks import MONTHS, day_words
from scalp.domain.screening import AftercareDays
from scalp.rendering.sheets import ACCENT, INK, PAPER, QUIET, Block, Tile, compose_sheet

CELL_PX, HEAD_PX = 124, 128
CLOSED = (232, 230, 225)
STEPS = ((214, 228, 240), (198, 217, 232), (214, 232, 220), (228, 236, 208), (240, 232, 206), (240, 223, 205), (236, 226, 236))
"""Colours of the steps of the aftercare, in the order of their days."""
MOST_MONTHS_COUNT = 6
WHITE = (255, 255, 255)
WIDE_GAP_PX = 22


def draw_months(booking: Booking, aftercare: tuple[AftercareDays, ...] = ()) -> ByteArray:
    """Return a sheet (rows, cols, 3) of the months from the first session to the last, sRGB, with the reason for each day.

    A day shows the session on it, else the colour of the aftercare that begins or goes on, else whether it was tried and
    passed over. At most six months are drawn: later sessions stand in the text.
    """
    days = [appointment.day for appointment in booking.appointments]
    months = _months(min(days), max(days))
    rows_count = max(_row_of(first + timedelta(days=27 + extra)) for first in months for extra in range(4) if _same_month(first, extra)) + 1
    tiles = tuple(Tile(srgb_u8=_month(first, rows_count, booking, aftercare), label="") for first in months)
    rows = tuple(tiles[start : start + 3] for start in range(0, len(tiles), 3))
    blocks = [Block(heading="Sessions", lines=_session_lines(booking))]
    over = sorted((day for one in booking.appointments for day in one.passed_over), key=lambda day: day.day)
    passed = tuple(f"{day_words(day.day)}: {day.reason}" for day in over)
    if passed:
        blocks.append(Block(heading="Days passed over", lines=passed[:12]))
    if aftercare:
        last = len(booking.appointments)
        lines = tuple(f"{_span(one)}: {' '.join(one.step.rules)}" for one in aftercare if one.session_number == last)
        blocks.append(Block(heading=f"Around session {last}; the same around each", lines=lines, wide=True))
    zone = booking.clinic.time_zone
    return compose_sheet("Appointments", f"{booking.clinic.name}; times of {zone}", rows, tuple(blocks), even=True)


def _months(first: date, last: date) -> list[date]:
    """Return the first day of each month from one day to another."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    numbers = [first.year * 12 + first.month - 1 + number for number in range(min(count, MOST_MONTHS_COUNT))]
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    # Two months at least, so that the sheet keeps its shape.
    return months if len(months) > 1 else [*months, (months[0] + timedelta(days=32)).replace(day=1)]


def _same_month(first: date, extra_days: int) -> bool:
    """Tell whether a day after the 28th belongs to the month."""
    return (first + timedelta(days=27 + extra_days)).month == first.month


def _row_of(day: date) -> int:
    """Return the week of its month in which a day is, from 0, Monday first."""
    return (day.day + day.replace(day=1).weekday() - 1) // 7


def _month(first: date, rows_count: int, booking: Booking, aftercare: tuple[AftercareDays, ...]) -> ByteArray:
    """Return the picture of one month, Monday first."""
    picture = Image.new("RGB", (7 * CELL_PX, HEAD_PX + rows_count * CELL_PX), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((8, 14), f"{MONTHS[first.month - 1]} {first.year}", INK, ImageFont.load_default(44))
    for column, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")):
        draw.text((column * CELL_PX + 8, HEAD_PX - 42), name, QUIET, ImageFont.load_default(26))
    day = first
    while day.month == first.month:
        _cell(draw, day.weekday() * CELL_PX, HEAD_PX + _row_of(day) * CELL_PX, day, booking, aftercare)
        day += timedelta(days=1)
    return np.asarray(picture).copy()


def _cell(draw: ImageDraw.ImageDraw, left: int, top: int, day: date, booking: Booking, aftercare: tuple[AftercareDays, ...]) -> None:
    """Draw one day."""
    box = (left + 3, top + 3, left + CELL_PX - 3, top + CELL_PX - 3)
    session = next((one for one in booking.appointments if one.day == day), None)
    if session is not None:
        draw.rounded_rectangle(box, 10, fill=ACCENT)
        draw.text((left + 12, top + 10), str(day.day), WHITE, ImageFont.load_default(30))
        draw.text((left + 12, top + 48), f"Session {session.session_number}", WHITE, ImageFont.load_default(22))
        draw.text((left + 12, top + 74), f"{session.starts:%H:%M}-", WHITE, ImageFont.load_default(20))
        draw.text((left + 12, top + 94), f"{session.ends:%H:%M}", WHITE, ImageFont.load_default(20))
        return
    steps = sorted({days.step.from_day for days in aftercare})
    holding = [days for days in aftercare if days.first <= day <= days.last]
    # The step that asks for something new is the one to show: before a session the two days before it.
    shown = max(holding, key=lambda days: (days.session_number, days.step.from_day), default=None)
    fill = STEPS[steps.index(shown.step.from_day) % len(STEPS)] if shown is not None else WHITE
    draw.rounded_rectangle(box, 10, fill=fill)
    passed = any(one.day == day for appointment in booking.appointments for one in appointment.passed_over)
    draw.text((left + 12, top + 10), str(day.day), QUIET if passed else INK, ImageFont.load_default(30))
    if passed:
        draw.text((left + CELL_PX - 70, top + 16), "passed", QUIET, ImageFont.load_default(18))
    for number, word in enumerate(_short(shown.step.title) if shown is not None and day in (shown.first, _monday(day)) else ()):
        draw.text((left + 12, top + 46 + WIDE_GAP_PX * number), word, INK, ImageFont.load_default(18))


def _monday(day: date) -> date:
    """Return the day itself where it is a Monday, on which a row begins; else the Monday before it."""
    return day - timedelta(days=day.weekday())


def _short(title: str) -> list[str]:
    """Return a title in at most three short lines."""
    lines: list[str] = []
    for word in title.split():
        if lines and len(lines[-1]) + len(word) < 11:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines[:3]


def _session_lines(booking: Booking) -> tuple[str, ...]:
    """Say each session, its time and its reason; and what is doubtful."""
    told = [
        f"{one.session_number}. {day_words(one.day)}, {one.starts:%H:%M} to {one.ends:%H:%M}" + (f": {one.why}" if one.why else "")
        for one in booking.appointments
    ]
    return (*told, *(doubt.sentence() for doubt in booking.doubts))


def _span(days: AftercareDays) -> str:
    """Say the days of a step."""
    return day_words(days.first) if days.first == days.last else f"{day_words(days.first)} to {day_words(days.last)}"
