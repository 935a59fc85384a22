"""The lines of one patch of a transfer sheet: where to cut, hairline, zones, grid, midline, places to keep free."""

from typing import NamedTuple

import numpy as np

from scalp.base import BoolArray, FloatArray, IntArray
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.transfer import LineKind, TransferLine
from scalp.geometry.bands import Ways
from scalp.geometry.contours import contours
from scalp.geometry.cutting import MARGIN_MM
from scalp.geometry.nearest import Nearest, NearestFinder
from scalp.geometry.patches import Piece

GRID_STEP_MM = 10.0
_CUT_AT_MM = -MARGIN_MM + 0.1
_SHORTEST_POINTS_COUNT = 3
_SHORTEST_ZONE_MM = 8.0
_CIRCLE = np.linspace(0.0, 2.0 * np.pi, 37)


class Ground(NamedTuple):
    """What lines are drawn of: the head, its design, and the points of the hairline found on the surface."""

    head: Head
    design: Design
    line: Nearest
    length_mm: float = 200.0
    """Of the treated part along the midline."""


def draw_lines(piece: Piece, ways: Ways, ground: Ground) -> tuple[TransferLine, ...]:
    """Return all lines of a patch in its chart, those to be cut first."""
    reach = np.minimum(piece.membership_mm, piece.inside_mm)
    lines = _levels("cut", piece, reach, (_CUT_AT_MM,), None, smooth_count=5)
    lines += _levels("seam", piece, piece.membership_mm, (0.0,), reach)
    zones = ground.design.zone_index[piece.vertex_index]
    for zone in np.unique(zones)[:-1]:
        lines += _levels("zone", piece, (zones <= zone).astype(float), (0.5,), reach, smooth_count=9)
    for field in _square_fields(piece, ways):
        steps = np.arange(np.ceil(field.min() / GRID_STEP_MM), np.floor(field.max() / GRID_STEP_MM) + 1) * GRID_STEP_MM
        lines += _levels("grid", piece, field, tuple(steps), reach)
    lines += _levels("midline", piece, ways.aside_mm, (0.0,), reach)
    return (*lines, *_hairline(piece, ground), *_keep_away(piece, ground))


def _square_fields(piece: Piece, ways: Ways) -> tuple[FloatArray, FloatArray]:
    """Return two fields straight on the paper, along and across the midline as it runs there: their 10 mm steps make true squares.

    They begin where the midline enters the patch from the front, in its middle where it has no midline.
    """
    chart = piece.flat.chart_mm
    slope = np.linalg.lstsq(np.column_stack([chart, np.ones(len(chart))]), ways.along_mm, rcond=None)[0][:2]
    lines = contours(piece.faces, ways.aside_mm, 0.0)
    origin = chart.mean(0)
    if lines:
        midline = lines[0].over(piece.faces, chart)
        midline = midline if slope @ (midline[-1] - midline[0]) > 0.0 else midline[::-1]
        origin, slope = midline[0], midline[-1] - midline[0] if len(midline) > _SHORTEST_POINTS_COUNT else slope
    ahead = slope / max(float(np.linalg.norm(slope)), 1e-9)
    return (chart - origin) @ ahead, (chart - origin) @ np.array([ahead[1], -ahead[0]])


def _levels(
    kind: LineKind, piece: Piece, field: FloatArray, levels: tuple[float, ...], reach: FloatArray | None, *, smooth_count: int = 1
) -> list[TransferLine]:
    """Return where a field takes some values, only within the reach of the patch."""
    lines = []
    for level in levels:
        for line in contours(piece.faces, field, float(level)):
            points = line.over(piece.faces, piece.flat.chart_mm)
            kept = np.ones(len(points), bool) if reach is None else np.asarray(line.over(piece.faces, reach) > _CUT_AT_MM)
            runs = [_even(run, smooth_count) for run in _runs(points, kept)]
            lines += [
                TransferLine(kind=kind, points_mm=run) for run in runs if kind != "zone" or np.ptp(run, axis=0).max() > _SHORTEST_ZONE_MM
            ]
    return lines


def _runs(points: FloatArray, kept: BoolArray) -> list[FloatArray]:
    """Return the stretches of a line that are kept."""
    edges = np.flatnonzero(np.diff(kept.astype(int))) + 1
    parts = np.split(np.arange(len(points)), edges)
    return [points[part] for part in parts if len(part) >= _SHORTEST_POINTS_COUNT and kept[part[0]]]


def _even(points: FloatArray, count: int) -> FloatArray:
    """Return a line without the steps of the faces it runs through; its ends stay."""
    if count < 2 or len(points) <= 2 * count:
        return points
    closed = bool(np.allclose(points[0], points[-1]))
    half = count // 2
    ends = (points[-half - 1 : -1], points[1 : half + 1]) if closed else (np.repeat(points[:1], half, 0), np.repeat(points[-1:], half, 0))
    padded = np.vstack([ends[0], points, ends[1]])
    return np.column_stack([np.convolve(column, np.full(count, 1.0 / count), "valid") for column in padded.T])


def _hairline(piece: Piece, ground: Ground) -> list[TransferLine]:
    """Return the hairline where it runs over the patch."""
    places, there = _laid(piece, ground.line.face_index, ground.line.barycentric)
    return [TransferLine(kind="hairline", points_mm=run) for run in _runs(places, there)]


def _laid(piece: Piece, face_index: IntArray, barycentric: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return where places of the head lie on the patch and whether it has them."""
    order = np.argsort(piece.face_index)
    at = np.clip(np.searchsorted(piece.face_index[order], face_index), 0, len(order) - 1)
    local = order[at]
    return np.einsum("nk,nkd->nd", barycentric, piece.flat.chart_mm[piece.faces[local]]), np.asarray(piece.face_index[local] == face_index)


def _keep_away(piece: Piece, ground: Ground) -> list[TransferLine]:
    """Return a ring round every place to keep free that lies on the patch."""
    places = ground.design.keep_away
    if not places:
        return []
    found = NearestFinder(ground.head.surface).find(np.array([place.place_mm for place in places]))
    middles, there = _laid(piece, found.face_index, found.barycentric)
    ring = np.column_stack([np.cos(_CIRCLE), np.sin(_CIRCLE)])
    return [
        TransferLine(kind="keep away", points_mm=middle + place.radius_mm * ring)
        for place, middle, here in zip(places, middles, there, strict=True)
        if here
    ]
