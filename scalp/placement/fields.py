"""An even field of points in sessions on a surface, before any irregularity: exact counts, wanted density, even totals.

The pieces are candidates and walks (`surfaces`), elimination, relaxation and the split into sessions; here they are put
together. Regions beyond the edge of the wanted field are filled with silent points that push back and are dropped at the
end, so that the edge neither crowds nor drains.
"""

from typing import NamedTuple

import numpy as np

from scalp.base import ByteArray, FloatArray, IntArray, NotPossible
from scalp.placement.elimination import eliminate_points, order_by_elimination
from scalp.placement.quotas import Areas, area_of, cut_into_areas, share_out, split_shares
from scalp.placement.relaxation import Layer, relax_points
from scalp.placement.rooms import Room, kept_distance_mm
from scalp.placement.sessions import exchange_sessions, judged_sets, split_by_elimination
from scalp.placement.surfaces import Ground, Layout, Spots, at_spots, lay_out, pick, scatter

_SHOWN, _SILENT = 0, 1
_SPARE_COUNT = 64
"""Candidates beyond the multiple, for very small fields."""
_UNMIXED_FRACTION, _EDGE_LEASH = 0.95, 0.1
"""Where less than this of the filled density is wanted, points travel at most this part of their spacing."""
_STEP = 0.2
"""Gain of a relaxation step; above about 0.35 the points no longer settle."""


class Effort(NamedTuple):
    """How much work goes into evenness."""

    candidates_per_point: int
    whole_iterations_count: int
    exchange_sweeps_count: int
    joint_iterations_count: int
    sessions_weight: float
    """What the sessions' evenness counts, all together, in the joint relaxation; the whole counts about one."""


class Field(NamedTuple):
    """Points with their session from 1, in order of placing."""

    spots: Spots
    session_number: ByteArray


def spread_field(ground: Ground, counts: tuple[int, ...], room: Room, effort: Effort, rng: np.random.Generator) -> Field:
    """Return `counts[k]` points in session k + 1, every running total spread evenly at the wanted density."""
    areas = cut_into_areas(ground)
    spots, group = _choose_points(ground, areas, sum(counts), (room, effort), rng)
    everything = Layer(member=np.arange(len(group), dtype=np.int32), share_fraction=1.0, weight=_STEP)
    if effort.whole_iterations_count:
        spots = relax_points(ground, spots, _leash_mm(ground, spots, group, room), (everything,), effort.whole_iterations_count)
    kind_in_area = _kinds_in_areas(areas, spots, group)
    session = split_by_elimination(_layout(ground, spots), kind_in_area, _quotas(counts, kind_in_area, len(areas.wanted)))
    if effort.exchange_sweeps_count:
        session = exchange_sessions(_layout(ground, spots), group, session, effort.exchange_sweeps_count)
    if effort.joint_iterations_count:
        layers = _weighed(everything, session, effort.sessions_weight)
        spots = relax_points(ground, spots, _leash_mm(ground, spots, group, room), layers, effort.joint_iterations_count)
    shown = np.flatnonzero(group == _SHOWN)
    return _in_order(ground, pick(spots, shown), session[shown])


def _weighed(everything: Layer, session: ByteArray, sessions_weight: float) -> tuple[Layer, ...]:
    """Return the whole and the judged sets with their weights in the joint relaxation."""
    judged = judged_sets(session, 1.0)
    each = sessions_weight / max(len(judged), 1)
    return (everything._replace(weight=_STEP * (1.0 - each)), *(part._replace(weight=_STEP * each) for part in judged))


def _choose_points(
    ground: Ground, areas: Areas, count: int, asked: tuple[Room, Effort], rng: np.random.Generator
) -> tuple[Spots, ByteArray]:
    """Return `count` shown points and the silent ones beyond the edge, with their group, by elimination of candidates.

    Which candidates may be shown is settled in turn along the curve they come in, so that their part is followed closely.
    """
    room, effort = asked
    spots = scatter(ground, int(np.ceil(effort.candidates_per_point * areas.filled.sum())) + _SPARE_COUNT, rng)
    heaped = np.cumsum(at_spots(ground, spots, ground.wanted_per_mm2) / at_spots(ground, spots, ground.filled_per_mm2)) + rng.random()
    may_show = np.diff(np.floor(heaped), prepend=0.0) > 0.0
    open_here = kept_distance_mm(ground, spots, room) >= 0.0
    group = np.where(may_show & open_here, _SHOWN, _SILENT).astype(np.uint8)
    kind_in_area = _kinds_in_areas(areas, spots, group)
    quotas = _area_quotas(
        areas, kind_in_area, np.bincount(area_of(areas, spots)[may_show], minlength=len(areas.wanted)).astype(np.int32), count
    )
    kept = eliminate_points(*_layout(ground, spots), kind_in_area, quotas)
    return pick(spots, kept), group[kept]


def _kinds_in_areas(areas: Areas, spots: Spots, group: ByteArray) -> IntArray:
    """Return one number for each pair of area and group, (N,): shown in area a is 2 a, silent 2 a + 1."""
    return np.asarray(2 * area_of(areas, spots) + group, np.int32)


def _area_quotas(areas: Areas, kind_in_area: IntArray, may_show_counts: IntArray, count: int) -> IntArray:
    """Return how many points of each group each area keeps, (2 A,); what is kept free in an area is silent there."""
    at_most = np.bincount(kind_in_area, minlength=2 * len(areas.wanted)).astype(np.int32).reshape(-1, 2)
    if int(at_most[:, _SHOWN].sum()) < count:
        raise NotPossible(f"{count} impressions", f"{at_most[:, _SHOWN].sum()} at most", "Keep away from less, or plan fewer impressions.")
    wished = areas.wanted * at_most[:, _SHOWN] / np.maximum(may_show_counts, 1)
    shown = share_out(count, wished, at_most[:, _SHOWN])
    silent = np.maximum(areas.filled - wished * (count / max(float(wished.sum()), 1e-12)), 0.0)
    return np.column_stack([shown, share_out(round(float(silent.sum())), silent, at_most[:, _SILENT])]).reshape(-1)


def _layout(ground: Ground, spots: Spots) -> Layout:
    """Return the points as elimination sees them."""
    places, spacing_mm = lay_out(ground, spots)
    return Layout(points_mm=places, normals=ground.normals[spots.face_index], spacing_mm=spacing_mm)


def _leash_mm(ground: Ground, spots: Spots, group: ByteArray, room: Room) -> FloatArray:
    """Return how far each point may travel: silent ones not at all, others not into what they keep away from.

    Where shown and silent points mix, at the edge, shown ones stay near their place, so that none drain outwards.
    """
    wanted_fraction = at_spots(ground, spots, ground.wanted_per_mm2) / at_spots(ground, spots, ground.filled_per_mm2)
    at_edge_mm = np.where(wanted_fraction < _UNMIXED_FRACTION, _EDGE_LEASH * lay_out(ground, spots)[1], np.inf)
    return np.where(group == _SHOWN, np.clip(kept_distance_mm(ground, spots, room), 0.0, at_edge_mm), 0.0)


def _quotas(counts: tuple[int, ...], kind_in_area: IntArray, areas_count: int) -> IntArray:
    """Return the points of each session in each area and group, (K, 2 A), the silent ones in the same shares."""
    present = np.bincount(kind_in_area, minlength=2 * areas_count).astype(np.int32).reshape(-1, 2)
    silent_counts = share_out(int(present[:, _SILENT].sum()), np.array(counts, float), np.full(len(counts), present.sum()))
    shown = split_shares(present[:, _SHOWN], counts)
    silent = split_shares(present[:, _SILENT], tuple(silent_counts.tolist()))
    return np.stack([shown, silent], axis=2).reshape(len(counts), -1)


def _in_order(ground: Ground, spots: Spots, session: ByteArray) -> Field:
    """Return the points in order of placing: session by session, each from coarse to fine."""
    places, normals, spacing_mm = _layout(ground, spots)
    order = []
    for number in range(1, int(session.max()) + 1):
        own = np.flatnonzero(session == number)
        wider_mm = spacing_mm[own] * (len(session) / max(len(own), 1)) ** 0.5
        order.append(own[order_by_elimination(places[own], normals[own], wider_mm)])
    sequence = np.concatenate(order)
    return Field(spots=pick(spots, sequence), session_number=session[sequence])
