"""A person's changes of a hairline: anchors moved over the skin, or a whole line drawn by hand.

What a line may not do and how a drawn one comes onto the skin is `tracing`'s. Which line is changed is `hairlines`'.
"""

import itertools

import numpy as np

from scalp.base import BoolArray, FloatArray, IntArray, NotPossible
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing, line_through, skin_at
from scalp.designing.tracing import SPACING_MM, fault_of
from scalp.domain.design import ANCHOR_NAMES, AnchorMove
from scalp.geometry.curves import lengths_along_mm, spaced_evenly
from scalp.geometry.sections import polar_of

REACH_MM = 38.0
"""How far along the line a moved anchor takes it along; the neighbouring anchors stay in any case."""
STEP_MM = 1.5
WIDEST_SPACING_MM = 1.8
"""Where a move has drawn the points of a line apart to more than this, it is filled up again."""
TRIES_COUNT = 6


def move_anchors(anatomy: Anatomy, drawing: Drawing, moves: tuple[AnchorMove, ...]) -> Drawing:
    """Return a line with anchors moved over the skin; what lies beyond 38 mm or a neighbouring anchor stays exactly.

    An anchor moves by its own mm along the skin, the line around it less and less, as (1 - t^2)^2 of the way t to where it stays.
    Moves add up before anything is moved: two of one anchor are the one of their sum, and their order does not matter.

    Raises `NotPossible` where the line would leave the scalp, cross itself or turn back, with the part of the moves that is.
    """
    shift_mm = _shifts_mm(drawing, moves)
    if not shift_mm.any():
        return drawing
    moved_mm = walk_over_skin(anatomy, drawing.points_mm, shift_mm)
    fault = fault_of(anatomy, moved_mm)
    if fault:
        raise NotPossible(
            f"Moving the anchors would leave the line {fault[0]}; this", _reachable(anatomy, drawing, shift_mm), "Move them less."
        )
    return line_through(anatomy, *_filled_up(moved_mm, drawing.anchor_index, np.asarray(shift_mm.any(1))))


def walk_over_skin(anatomy: Anatomy, points_mm: FloatArray, shift_mm: FloatArray) -> FloatArray:
    """Return where points on the skin (N, 3) come to when each goes its own mm to the left and up (N, 2) over it.

    Up is towards the pole of the cranium along the skin, left round the head square to it. Walked by the midpoint rule in
    steps of 1.5 mm at most on the chart of the head, then set onto the skin; those that do not move stay exactly.
    """
    going = np.flatnonzero(shift_mm.any(1))
    azimuth_rad, polar_rad = polar_of(points_mm[going], anatomy.chart.centre_mm)
    steps_count = max(1, int(np.ceil(np.abs(shift_mm).max() / STEP_MM)))
    step_mm = shift_mm[going] / steps_count
    for _ in range(steps_count):
        turn_rad, rise_rad = _turned(anatomy, azimuth_rad, polar_rad, step_mm / 2)
        turn_rad, rise_rad = _turned(anatomy, azimuth_rad + turn_rad, polar_rad + rise_rad, step_mm)
        azimuth_rad, polar_rad = azimuth_rad + turn_rad, polar_rad + rise_rad
    walked_mm = points_mm.copy()
    walked_mm[going] = skin_at(anatomy, azimuth_rad, polar_rad)
    return walked_mm


def _shifts_mm(drawing: Drawing, moves: tuple[AnchorMove, ...]) -> FloatArray:
    """Return how far each point of a line goes to the left and up, (N, 2) mm."""
    along_mm = lengths_along_mm(drawing.points_mm)
    shift_mm = np.zeros((len(along_mm), 2))
    for number, name in enumerate(ANCHOR_NAMES):
        asked_mm = np.array([[move.left_mm, move.up_mm] for move in moves if move.anchor == name]).reshape(-1, 2).sum(0)
        shift_mm += _share(along_mm, drawing.anchor_index, number)[:, None] * asked_mm
    return shift_mm


def _share(along_mm: FloatArray, anchor_index: IntArray, number: int) -> FloatArray:
    """Return which part of an anchor's move each point of the line makes, (N,): 1 there, 0 from its neighbours on."""
    places_mm = along_mm[anchor_index]
    before_mm = min(REACH_MM, places_mm[number] - places_mm[number - 1]) if number else REACH_MM
    after_mm = min(REACH_MM, places_mm[number + 1] - places_mm[number]) if number + 1 < len(places_mm) else REACH_MM
    away_mm = along_mm - places_mm[number]
    way = np.clip(np.where(away_mm < 0, -away_mm / max(before_mm, 1e-9), away_mm / max(after_mm, 1e-9)), 0.0, 1.0)
    return np.asarray((1 - way**2) ** 2)


def _turned(anatomy: Anatomy, azimuth_rad: FloatArray, polar_rad: FloatArray, step_mm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return by how much azimuth and polar angle change where points go a small step (N, 2) to the left and up."""
    round_mm, down_mm = anatomy.slopes_mm(azimuth_rad, polar_rad)
    down_length_mm = np.linalg.norm(down_mm, axis=1)
    down = down_mm / down_length_mm[:, None]
    slanted_mm = np.einsum("nd,nd->n", round_mm, down)
    turn_rad = step_mm[:, 0] / np.linalg.norm(round_mm - slanted_mm[:, None] * down, axis=1)
    return turn_rad, (-step_mm[:, 1] - turn_rad * slanted_mm) / down_length_mm


def _filled_up(points_mm: FloatArray, anchor_index: IntArray, moved: BoolArray) -> tuple[FloatArray, IntArray]:
    """Return a line with points again 1 mm apart where a move drew them apart, and its anchors, which stay points of it."""
    parts, index = [points_mm[: anchor_index[0]]], [int(anchor_index[0])]
    for start, end in itertools.pairwise(anchor_index):
        part_mm = points_mm[start : end + 1]
        gaps_mm = np.linalg.norm(np.diff(part_mm, axis=0), axis=1)
        if moved[start : end + 1].any() and gaps_mm.max() > WIDEST_SPACING_MM:
            part_mm = spaced_evenly(part_mm, SPACING_MM)
        parts.append(part_mm[:-1])
        index.append(index[-1] + len(part_mm) - 1)
    parts.append(points_mm[anchor_index[-1] :])
    return np.concatenate(parts), np.array(index, np.int32)


def _reachable(anatomy: Anatomy, drawing: Drawing, shift_mm: FloatArray) -> str:
    """Say which part of the moves keeps the line on the scalp."""
    least, most = 0.0, 1.0
    for _ in range(TRIES_COUNT):
        tried = (least + most) / 2
        fits = fault_of(anatomy, walk_over_skin(anatomy, drawing.points_mm, tried * shift_mm)) is None
        least, most = (tried, most) if fits else (least, tried)
    longest_mm = float(np.linalg.norm(shift_mm, axis=1).max())
    return f"{int(100 * least)} % of the moves, the longest of them {least * longest_mm:.0f} mm"
