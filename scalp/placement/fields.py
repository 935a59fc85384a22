"""An even field of points in sessions on a surface, before any irregularity: exact counts, wanted density, even totals.

The pieces are candidates and walks (`surfaces`), elimination, relaxation and the split into sessions; here they are put
together. Regions beyond the edge of the wanted field are filled with silent points that push back and are dropped at the
end, so that the edge neither crowds nor drains; so are places that are to be kept free. Earlier impressions push as well.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BoolArray, ByteArray, FloatArray, IntArray, NotPossible
from scalp.placement.elimination import eliminate_points, order_by_elimination
from scalp.placement.quotas import Areas, area_of, cut_into_areas, share_out, split_shares
from scalp.placement.relaxation import Layer, relax_points
from scalp.placement.rooms import Room, kept_distance_mm, open_margin_mm
from scalp.placement.sessions import exchange_sessions, judged_sets, split_by_elimination
from scalp.placement.surfaces import Ground, Layout, Spots, at_spots, join, lay_out, pick, rim_mm, scatter

_SHOWN, _SILENT, _EARLIER = 0, 1, 2
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
    """Return `counts[k]` points in session k + 1, every running total spread evenly at the wanted density.

    Earlier impressions of the room belong to every total and do not move; the wanted density is that of all together.
    """
    areas = cut_into_areas(ground)
    spots, group = _choose_points(ground, areas, sum(counts), (room, effort), rng)
    everything = Layer(member=np.arange(len(group), dtype=np.int32), share_fraction=1.0, weight=_STEP)
    if effort.whole_iterations_count:
        spots = relax_points(ground, spots, _leash_mm(ground, spots, group, room), (everything,), effort.whole_iterations_count)
    kind_in_area = _kinds_in_areas(areas, spots, group)
    session = split_by_elimination(_layout(ground, spots), kind_in_area, _session_quotas(counts, kind_in_area, len(areas.wanted)))
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
    open_here = open_margin_mm(ground, spots, room) >= 0.0
    open_fraction = _open_fractions(areas, spots, may_show, open_here)
    group = np.where(may_show & open_here, _SHOWN, _SILENT).astype(np.uint8)
    if len(room.earlier_mm):
        beside = np.flatnonzero(kept_distance_mm(ground, spots, room) >= np.where(open_here, 0.0, -np.inf))
        spots = join(pick(spots, beside), room.earlier)
        group = np.concatenate([group[beside], np.full(len(room.earlier.face_index), _EARLIER, np.uint8)])
    quotas = _area_quotas(areas, _kinds_in_areas(areas, spots, group), (open_fraction, room.earlier), count)
    kept = eliminate_points(*_layout(ground, spots), _kinds_in_areas(areas, spots, group), quotas)
    return pick(spots, kept), group[kept]


def _open_fractions(areas: Areas, spots: Spots, may_show: BoolArray, open_here: BoolArray) -> FloatArray:
    """Return which part of the wanted field of each area is not to be kept free, (A,), as the candidates tell."""
    own = area_of(areas, spots)
    shown, free = (np.bincount(own[chosen], minlength=len(areas.wanted)) for chosen in (may_show, may_show & open_here))
    return np.asarray(free / np.maximum(shown, 1))


def _kinds_in_areas(areas: Areas, spots: Spots, group: ByteArray) -> IntArray:
    """Return one number for each pair of area and group, (N,): shown in area a is 2 a, silent 2 a + 1, all earlier ones 2 A."""
    beyond = 2 * len(areas.wanted)
    return np.asarray(np.where(group == _EARLIER, beyond, 2 * area_of(areas, spots) + group), np.int32)


def _area_quotas(areas: Areas, kind_in_area: IntArray, held: tuple[FloatArray, Spots], count: int) -> IntArray:
    """Return how many points of each group each area keeps, (2 A + 1,).

    Shown ones are what the open part of an area wants beyond the earlier ones it has; silent ones hold the rest.
    """
    open_fraction, earlier = held
    beyond = 2 * len(areas.wanted)
    at_most = np.bincount(kind_in_area, minlength=beyond + 1)[:beyond].astype(np.int32).reshape(-1, 2)
    if int(at_most[:, _SHOWN].sum()) < count:
        raise NotPossible(f"{count} impressions", f"{at_most[:, _SHOWN].sum()} at most", "Keep away from less, or plan fewer impressions.")
    there = np.bincount(area_of(areas, earlier), minlength=len(areas.wanted))
    wished = areas.wanted * open_fraction
    missing = np.maximum(wished * ((count + there.sum()) / max(float(wished.sum()), 1e-12)) - there, 0.0)
    shown = share_out(count, missing, at_most[:, _SHOWN])
    silent = np.maximum(areas.filled - missing * (count / max(float(missing.sum()), 1e-12)) - there, 0.0)
    both = np.column_stack([shown, share_out(round(float(silent.sum())), silent, at_most[:, _SILENT])])
    return np.append(both.reshape(-1), len(earlier.face_index)).astype(np.int32)


def _layout(ground: Ground, spots: Spots) -> Layout:
    """Return the points as elimination sees them."""
    places, spacing_mm = lay_out(ground, spots)
    return Layout(points_mm=places, normals=ground.normals[spots.face_index], spacing_mm=spacing_mm)


def _leash_mm(ground: Ground, spots: Spots, group: ByteArray, room: Room) -> FloatArray:
    """Return how far each point may travel: silent ones not at all, others not into what they keep away from.

    Where shown and silent points mix, at the edge, and where the surface ends, shown ones stay near their place, so that
    none drain outwards.
    """
    wanted_fraction = at_spots(ground, spots, ground.wanted_per_mm2) / at_spots(ground, spots, ground.filled_per_mm2)
    places, spacing_mm = lay_out(ground, spots)
    at_edge = wanted_fraction < _UNMIXED_FRACTION
    end_of_surface_mm = rim_mm(ground)
    if len(end_of_surface_mm):
        at_edge |= cKDTree(end_of_surface_mm).query(places)[0] < spacing_mm
    at_edge_mm = np.where(at_edge, _EDGE_LEASH * spacing_mm, np.inf)
    return np.where(group == _SHOWN, np.clip(kept_distance_mm(ground, spots, room), 0.0, at_edge_mm), 0.0)


def _session_quotas(counts: tuple[int, ...], kind_in_area: IntArray, areas_count: int) -> IntArray:
    """Return the points of each session in each area and group, (K, 2 A + 1), the silent ones in the same shares.

    Earlier ones count as part of the first.
    """
    present = np.bincount(kind_in_area, minlength=2 * areas_count + 1).astype(np.int32)
    shown, silent = present[:-1].reshape(-1, 2).T
    silent_counts = share_out(int(silent.sum()), np.array(counts, float), np.full(len(counts), len(kind_in_area), np.int32))
    both = np.stack([split_shares(shown, counts), split_shares(silent, tuple(silent_counts.tolist()))], axis=2)
    earlier = np.zeros((len(counts), 1), np.int32)
    earlier[0] = present[-1]
    return np.hstack([both.reshape(len(counts), -1), earlier])


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
