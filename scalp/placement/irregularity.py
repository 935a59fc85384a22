"""What hands and follicles add to an even field: scatter along the surface, pairs, and variation of size, depth and shade.

Real follicular units are a repulsive liquid: none closer than about 0.3 mm, Clark-Evans R 1.32-1.37, CV of the nearest
distance 0.27-0.33 [Fudan2024]; practitioners' work measures the same. An even set gives that once its points are nudged
and some of them go astray.
"""

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.spatial import cKDTree

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray
from scalp.placement.neighbours import find_neighbours
from scalp.placement.rooms import Room, blocked, by_distance
from scalp.placement.surfaces import Ground, Spots, join, lay_out, pick, points_mm, walk_one

LARGEST_NUDGE, STRAY = 0.18, 0.65
"""Standard deviations along each direction, in units of the local spacing: of every point at regularity 0, and of strays."""
LARGEST_FRAYING = 1.0
"""The same, of every point near a sharp edge at regularity 0."""
_SHARP, _FRAYED_SPACINGS = 0.5, 1.5
"""Part of the density lost in one spacing where an edge is sharp, and how far its marks are frayed."""
_LEAST_RATIO = 1e-3
"""No point goes where less than this part of its own density is asked: that is beyond the field."""
_STRAYS_POWER = 1.66
"""Strays are (1 - regularity) to this power of all points: three in ten at the natural regularity of one half."""
_STRAYS_PER_MEMBER = 1.2
"""How many strays each member of a pair or triple stands for, at regularity 0."""
_STOPPED = 1e-8
"""A walk that was stopped by an edge ends that near to it, in barycentric weight."""
_TRIES_COUNT = 8
_LONGEST_SCATTER = 2.5
"""No scatter is longer than this many standard deviations."""
_PAIR_CV = 0.12
_WIDEST = 2.0
"""No scatter counts a local spacing above this many times the median one: sparse marks stay near their place."""


def scatter_points(
    ground: Ground, spots: Spots, regularity_fraction: float, units_fraction: float, room: Room, rng: np.random.Generator
) -> Spots:
    """Return the points as irregular as asked: all nudged a little, some gone astray along the surface.

    `units_fraction` of the impressions will stand in pairs and triples: these are close neighbours too, and take the place
    of strays.

    Strays give the pair correlation of follicles its floor between 0.3 and 0.6 spacings, the others its peak at one spacing;
    a single scatter of all points has neither. A move that comes too close to others is drawn again, up to eight times, and
    then not made. A move towards lower density is made as often as the density there is lower, so that scatter keeps the
    wanted density. Only at a sharp edge, such as a hairline, all points are moved freely and further: it frays, within about
    one spacing, instead of showing a row.
    """
    irregularity = 1.0 - regularity_fraction
    strays_fraction = irregularity**_STRAYS_POWER - _STRAYS_PER_MEMBER * irregularity * units_fraction
    astray = rng.random(len(spots.face_index)) < strays_fraction
    spacing_mm = lay_out(ground, spots)[1]
    frayed = _at_sharp_edge(ground, spots, spacing_mm)
    nudge = np.where(frayed, LARGEST_FRAYING, LARGEST_NUDGE) * irregularity
    sd_mm = np.where(astray, STRAY, nudge) * np.minimum(spacing_mm, _WIDEST * np.median(spacing_mm))
    draws = rng.standard_normal((len(sd_mm), _TRIES_COUNT, 2))
    draws *= np.minimum(1.0, _LONGEST_SCATTER / np.maximum(np.linalg.norm(draws, axis=2, keepdims=True), 1e-9))
    least_ratio = np.where(frayed, _LEAST_RATIO, np.maximum(rng.random(len(sd_mm)), _LEAST_RATIO))
    return _move_where_free(ground, spots, draws * sd_mm[:, None, None], room, least_ratio)[0]


def _at_sharp_edge(ground: Ground, spots: Spots, spacing_mm: FloatArray) -> BoolArray:
    """Return which points stand within about one spacing of where the wanted density falls by half or more in one spacing, (N,)."""
    at_corners = ground.wanted_per_mm2[ground.faces]
    highest = np.maximum(at_corners.max(axis=1), 1e-9)
    steepness_per_mm = np.linalg.norm(np.einsum("fk,fkd->fd", at_corners, ground.gradients_per_mm), axis=1) / highest
    sharp = np.flatnonzero(ground.open_face & (steepness_per_mm / np.sqrt(highest) >= _SHARP))
    if not len(sharp):
        return np.zeros(len(spacing_mm), np.bool_)
    middles_mm = ground.vertices_mm[ground.faces[sharp]].mean(axis=1)
    return np.asarray(cKDTree(middles_mm).query(points_mm(ground, spots))[0] <= _FRAYED_SPACINGS * spacing_mm)


def add_partners(
    ground: Ground, spots: Spots, sites: IntArray, distance_mm: float, room: Room, rng: np.random.Generator
) -> tuple[Spots, BoolArray]:
    """Return a partner beside each of the points `sites` (M,), and whether there was room for it, (M,) bool.

    A partner stands at about `distance_mm` in a random direction, and not closer to others than the room asks.
    """
    angle_rad = rng.uniform(0.0, 2.0 * np.pi, (len(sites), 2 * _TRIES_COUNT))
    away_mm = np.maximum(1.02 * room.apart_mm, distance_mm * (1.0 + _PAIR_CV * rng.standard_normal(angle_rad.shape)))
    draws_mm = np.zeros((len(spots.face_index) + len(sites), angle_rad.shape[1], 2))
    draws_mm[len(spots.face_index) :] = away_mm[..., None] * np.stack([np.cos(angle_rad), np.sin(angle_rad)], axis=2)
    both = join(spots, pick(spots, sites))
    moved, placed = _move_where_free(ground, both, draws_mm, room, np.zeros(len(draws_mm)))
    added = np.arange(len(spots.face_index), len(both.face_index))
    return pick(moved, added), placed[added]


def _move_where_free(ground: Ground, spots: Spots, draws_mm: FloatArray, room: Room, least_ratio: FloatArray) -> tuple[Spots, BoolArray]:
    """Move each point by the first of its draws (N, T, 2) mm that has room; say which found one.

    A point stays where that place wants less than `least_ratio` (N,) of the density where it stands.
    """
    own_mm, normals = points_mm(ground, spots), ground.normals[spots.face_index]
    blocked_mm, kept_mm = blocked(room)
    longest_mm = np.linalg.norm(draws_mm, axis=2).max(axis=1)
    reach_mm = longest_mm + room.apart_mm + longest_mm.max()
    if len(blocked_mm):
        normals = np.vstack([normals, normals[cKDTree(own_mm).query(blocked_mm)[1]]])
        for distance_mm, members in by_distance(kept_mm):
            within = cKDTree(blocked_mm[members]).query(own_mm)[0] < distance_mm + longest_mm
            reach_mm[within] = np.maximum(reach_mm[within], distance_mm + longest_mm[within])
    places = np.vstack([own_mm, blocked_mm])
    # What stands already is in the lists of others; it needs none of its own.
    near = find_neighbours(places, normals, np.concatenate([reach_mm, np.full(len(blocked_mm), reach_mm.min())]))
    face_index, barycentric = spots.face_index.copy(), spots.barycentric.copy()
    placed = np.zeros(len(face_index), np.bool_)
    _move(ground, face_index, barycentric, places, near, draws_mm, least_ratio, room.apart_mm, kept_mm, placed)
    return Spots(face_index=face_index, barycentric=barycentric), placed


@njit(cache=True, nogil=True)
def _wanted_at(ground, face, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the wanted density at a place in a face."""
    wanted = 0.0
    for k in range(3):
        wanted += weights[k] * ground.wanted_per_mm2[ground.faces[face, k]]
    return wanted


@njit(cache=True, nogil=True)
def _move(ground, face_index, barycentric, places, near, draws_mm, least_ratio, apart_mm, kept_mm, placed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Move the points one after another, each to the first draw that has room."""
    count = len(face_index)
    weights = np.empty(3)
    for i in range(count):
        if draws_mm[i, 0, 0] == 0.0 and draws_mm[i, 0, 1] == 0.0:
            continue
        normal = ground.normals[face_index[i]]
        # Two directions along the face.
        axis = 0 if abs(normal[0]) < 0.6 else 1
        first = -normal[axis] * normal
        first[axis] += 1.0
        first /= np.sqrt((first * first).sum())
        second = np.cross(normal, first)
        for attempt in range(draws_mm.shape[1]):
            move = draws_mm[i, attempt, 0] * first + draws_mm[i, attempt, 1] * second
            weights[:] = barycentric[i]
            face = walk_one(ground, face_index[i], weights, move[0], move[1], move[2])
            corners = ground.faces[face]
            place = (
                weights[0] * ground.vertices_mm[corners[0]]
                + weights[1] * ground.vertices_mm[corners[1]]
                + weights[2] * ground.vertices_mm[corners[2]]
            )
            # Room there? Not where the surface or the field has stopped the walk.
            free = weights.min() > _STOPPED
            for m in range(near.start[i], near.start[i + 1]):
                j = near.other[m]
                gap = place - places[j]
                least = apart_mm if j < count else kept_mm[j - count]
                if (gap * gap).sum() < least * least:
                    free = False
                    break
            if free and _wanted_at(ground, face, weights) < least_ratio[i] * _wanted_at(ground, face_index[i], barycentric[i]):
                break
            if free:
                placed[i] = True
                face_index[i] = face
                barycentric[i] = weights
                places[i] = place
                break


def vary(count: int, median: npt.ArrayLike, cv_fraction: npt.ArrayLike, rng: np.random.Generator) -> Float32Array:
    """Return `count` log-normal values with this median and coefficient of variation, of all or each its own (count,)."""
    sd_log = np.sqrt(np.log1p(np.asarray(cv_fraction, float) ** 2))
    return np.asarray(np.asarray(median, float) * np.exp(sd_log * rng.standard_normal(count)), np.float32)
