"""The line of the person in each frame of a film, found in a square round the head wherever the head turns.

No face is asked for: where the head is, the film's own cameras tell. What of a line is bare scalp is `circling`'s to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scalp.base import FloatArray, Progress, Value, no_progress, value
from scalp.capture.film.rigs import Rig
from scalp.capture.seeing.contours import EdgeSearch, draw_to_edge, half_crossing
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.person import segment_person
from scalp.domain.photo import Photo

_MARGIN_PX = 3.0


@value
class SkylineSettings(Value):
    """How the line of the person is looked for in a frame."""

    square_mm: float = 380.0
    """Side of the square round the head that is looked at."""
    working_px: int = 640
    """Largest side of the copy on which the line is found."""
    least_certainty_fraction: float = 0.2
    """How well person and background must be told apart for a point to count."""
    points_count: int = 400
    """Most points kept of a frame's line."""


@dataclass(frozen=True)
class Skyline:
    """The line of the person in one frame: points (N, 2) px, and how sure each is, 0..1."""

    points_px: FloatArray
    certainty: FloatArray


def trace_skylines(
    photos: Sequence[Photo],
    rig: Rig,
    middle_mm: FloatArray,
    models: Path,
    *,
    settings: SkylineSettings | None = None,
    progress: Progress = no_progress,
) -> tuple[Skyline, ...]:
    """Return the line of the person in each frame, drawn to the frame's own edge, off the border of the frame and of the square."""
    settings = settings or SkylineSettings()
    lines = []
    for number, photo in enumerate(photos):
        lines.append(_skyline(photo, head_in_frame(rig, number, middle_mm, settings.square_mm), models, settings))
        progress("tracing the head", (number + 1) / len(photos))
    return tuple(lines)


def head_in_frame(rig: Rig, number: int, middle_mm: FloatArray, square_mm: float) -> Crop:
    """Return the square of a frame that shows so many mm round the middle of the head."""
    seen = rig.turns[number] @ middle_mm + rig.shifts_mm[number]
    x, y = rig.focal_px * seen[:2] / seen[2] + np.array(rig.centre_px)
    return Crop(centre_px=(float(x), float(y)), side_px=float(square_mm * rig.focal_px / seen[2]))


def _skyline(photo: Photo, square: Crop, models: Path, settings: SkylineSettings) -> Skyline:
    """Return the line of the person in one frame's square; no points where nobody is found."""
    corner = np.array(square.centre_px) - square.side_px / 2
    low = np.clip(np.floor(corner), 0, [photo.width_px, photo.height_px]).astype(int)
    high = np.clip(np.ceil(corner + square.side_px), 0, [photo.width_px, photo.height_px]).astype(int)
    nothing = Skyline(np.zeros((0, 2)), np.zeros(0))
    if (high - low).min() < 96 or max(high - low) > 3.9 * min(high - low):
        return nothing
    part = Photo(pixels=np.ascontiguousarray(photo.pixels[low[1] : high[1], low[0] : high[0]]), encoding=photo.encoding)
    person = segment_person(part, None, models)
    lines = half_crossing(person)
    if not lines:
        return nothing
    scale = max(1.0, max(person.shape) / settings.working_px)
    reach = max(2.0, 4.0 * scale)
    search = EdgeSearch(reach_px=reach, step_px=max(0.25, 0.3 * scale), spacing_px=scale, trust_px=0.4 * reach)
    line, certainty = draw_to_edge(lines[0], part.srgb_u8, search)
    inside = ((line > _MARGIN_PX) & (line < high - low - _MARGIN_PX)).all(1) & (certainty > settings.least_certainty_fraction)
    step = max(1, int(inside.sum() / settings.points_count))
    return Skyline((line + low)[inside][::step], certainty[inside][::step])
