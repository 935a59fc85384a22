"""Where native hairs stand on a head and which way they leave the skin: follicular units sown over the surface.

What lives here: places and directions. What time does to the hairs is `scalp.ageing.hair`'s; where hair grows at all is told
by whoever asks.
"""

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BadInput, FloatArray, Value, WrongParent, as_numbers, as_seed, value
from scalp.domain.hair import Hairs, NativeHair
from scalp.domain.head import Head
from scalp.geometry.meshes import face_areas_mm2, vertex_normals

MOST_HAIRS_PER_UNIT = 4


@value
class Sowing(Value):
    """How follicular units are strewn. Units of real scalps are a repulsive liquid: Clark-Evans R 1.32 to 1.37."""

    packing_fraction: float = 0.90
    """Area of a disc of the smallest distance over the area a unit has, before units stray."""
    astray_fraction: float = 0.12
    """How far units then stray, over their mean spacing: together R 1.33 and CV 0.27 of the nearest neighbour (tested)."""
    within_unit_mm: float = 0.09
    """How far hairs of one unit stand from its middle, standard deviation along each way. (E)"""
    whorl_behind_vertex_mm: float = 48.0
    """Where the crown's whorl lies behind the highest point. (E)"""
    whorl_aside_mm: float = 7.0
    """How far it lies off the middle, to the client's right. (E)"""
    swirl_rad: float = 1.0
    """How far hair at the whorl is turned from straight outwards; clockwise in 90 to 95 % of people. (E, smp 2.2)"""
    swirl_mm: float = 35.0
    """Over what distance that turn fades away. (E)"""
    astray_rad: float = 0.18
    """How far single hairs stray from the way of those around them, standard deviation. (E)"""

    def check(self) -> None:
        """Refuse discs that cannot be packed by chance."""
        if not 0.0 < self.packing_fraction <= 0.9:
            raise BadInput("packing_fraction", self.packing_fraction, "above 0 to 0.9", "0.9 is like a real scalp.")
        for name, most in (("astray_fraction", 0.5), ("within_unit_mm", 1.0), ("astray_rad", 2.0)):
            if not 0.0 <= getattr(self, name) <= most:
                raise BadInput(name, getattr(self, name), f"0 to {most:g}", "Leave it out for what is usual.")
        whorl = (self.whorl_behind_vertex_mm, self.whorl_aside_mm, self.swirl_rad)
        if not np.isfinite(whorl).all() or not 0.0 < self.swirl_mm < np.inf:
            raise BadInput("whorl", (*whorl, self.swirl_mm), "finite numbers, swirl_mm above 0", "Leave it out for what is usual.")


def sow_hairs(head: Head, hair: NativeHair, cover_fraction: FloatArray, *, seed: int, sowing: Sowing | None = None) -> Hairs:
    """Return the hairs of a head, cut flush: `cover_fraction` (V,) is how densely hair grows at each vertex against full density.

    Units are thrown over the whole head by Matern's second process [Matern1986] and thinned to the cover by a rank of
    their own, so that hair lost later is a part of the hair sown now. Each unit has one to four hairs, which leave
    the skin at 15 to 50 degrees, away from the crown's whorl: forwards on top, down at the sides. Length is 0.
    """
    sowing = sowing or Sowing()
    cover_fraction, seed = as_numbers("cover_fraction", cover_fraction), as_seed(seed)
    if cover_fraction.shape != (len(head.surface.vertices_mm),) or not np.isfinite(cover_fraction).all():
        raise WrongParent("cover_fraction", cover_fraction.shape, "one number for each vertex of this head", "Give one for each vertex.")
    chance = np.random.default_rng([seed, 31])
    faces, normals = head.surface.faces, vertex_normals(head.surface)
    face_index, weights = _strewn(head, hair.density_per_cm2 / hair.hairs_per_unit_ratio, cover_fraction, sowing, chance)
    own, growth, grey, loss = (chance.random(len(face_index)) for _ in range(4))
    kept = loss < np.einsum("nk,nk->n", weights, cover_fraction[faces[face_index]])
    many = 1 + chance.binomial(MOST_HAIRS_PER_UNIT - 1, (hair.hairs_per_unit_ratio - 1.0) / (MOST_HAIRS_PER_UNIT - 1), len(face_index))
    unit = np.repeat(np.flatnonzero(kept), many[kept])
    chance = np.random.default_rng([seed, 32])
    number = _number_in_unit(many[kept])
    face_index, weights = face_index[unit], weights[unit]
    up = np.einsum("nk,nkd->nd", weights, normals[faces[face_index]])
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    places_mm = np.einsum("nk,nkd->nd", weights, head.surface.vertices_mm[faces[face_index]])
    # Whatever differs between hairs of a unit comes from its own rank and their number, so that thinning changes no hair.
    lots = _lots(own[unit], number)
    directions = _directions(head, places_mm, up, lots, hair.lean_deg, sowing)
    return Hairs(
        head_digest=head.digest,
        face_index=face_index.astype(np.int32),
        barycentric=_moved(head, face_index, weights, sowing.within_unit_mm * lots[:, :2] * (number > 0)[:, None]),
        directions=directions,
        length_mm=np.zeros(len(unit), np.float32),
        shaft_diameter_mm=(hair.shaft_diameter_mm * np.clip(1.0 + hair.shaft_cv_fraction * lots[:, 2], 0.4, 1.8)).astype(np.float32),
        melanin_fraction=np.full(len(unit), hair.melanin_fraction, np.float32),
        growth_ratio=_growth(lots[:, 3], growth[unit], number, hair),
        grey_rank_fraction=((grey[unit] + number * 0.618034) % 1.0).astype(np.float32),
        loss_rank_fraction=loss[unit].astype(np.float32),
    )


def _strewn(
    head: Head, units_per_cm2: float, cover_fraction: FloatArray, sowing: Sowing, chance: np.random.Generator
) -> tuple[np.ndarray, FloatArray]:
    """Return faces (N,) and weights (N, 3) of units at full density wherever any hair grows near."""
    faces = head.surface.faces
    apart_mm = np.sqrt(sowing.packing_fraction / np.pi / (units_per_cm2 / 100.0))
    disc_mm2 = np.pi * apart_mm**2
    thrown_per_mm2 = -np.log(1.0 - sowing.packing_fraction) / disc_mm2
    face_index = np.repeat(np.arange(len(faces)), chance.poisson(face_areas_mm2(head.surface) * thrown_per_mm2))
    root, along = np.sqrt(chance.random(len(face_index))), chance.random(len(face_index))
    weights = np.column_stack([1.0 - root, root * (1.0 - along), root * along])
    order = chance.permutation(len(face_index))
    order = order[cover_fraction[faces[face_index[order]]].max(axis=1) > 0.0]
    face_index, weights = face_index[order], weights[order]
    places_mm = np.einsum("nk,nkd->nd", weights, head.surface.vertices_mm[faces[face_index]])
    stays = np.ones(len(places_mm), bool)
    if len(places_mm):
        stays[cKDTree(places_mm).query_pairs(apart_mm, output_type="ndarray").max(axis=1, initial=-1)] = False
    shift_mm = sowing.astray_fraction / np.sqrt(units_per_cm2 / 100.0) * chance.standard_normal((int(stays.sum()), 2))
    return face_index[stays], _moved(head, face_index[stays], weights[stays], shift_mm)


def _number_in_unit(many: np.ndarray) -> np.ndarray:
    """Return 0, 1, ... for the hairs of units that have so `many` each."""
    ends = np.cumsum(many)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - many, many))


def _lots(own: FloatArray, number: np.ndarray) -> FloatArray:
    """Return six standard normal numbers (N, 6) for each hair from its unit's own lot and its number in the unit."""
    primes = np.array([1.0, 89.0, 257.0, 577.0, 1031.0, 2053.0])
    even = (own[:, None] * primes * 1013.0 + (number[:, None] + 1.0) * np.sqrt(primes + 2.0)) % 1.0
    first, second = np.clip(even[:, 0::2], 1e-9, 1.0), even[:, 1::2]
    far = np.sqrt(-2.0 * np.log(first))
    return np.concatenate([far * np.cos(2 * np.pi * second), far * np.sin(2 * np.pi * second)], axis=1)


def _growth(lot: FloatArray, rest: FloatArray, number: np.ndarray, hair: NativeHair) -> np.ndarray:
    """Return growth over the mean (N,), 0 in hairs at rest. Growing hairs differ by a seventh, as measured. [Loussouarn2005]"""
    growing = (rest + number * 0.381966) % 1.0 < hair.growing_fraction
    return np.where(growing, np.clip(1.0 + 0.14 * lot, 0.3, 1.7), 0.0).astype(np.float32)


def _moved(head: Head, face_index: np.ndarray, weights: FloatArray, shift_mm: FloatArray) -> FloatArray:
    """Return barycentric weights of places moved within the plane of their face by (N, 2) mm; they may pass its edge a little."""
    corners = head.surface.vertices_mm[head.surface.faces[face_index]]
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    across = first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    along = second - np.einsum("nd,nd->n", second, across)[:, None] * across
    height_mm = np.maximum(np.linalg.norm(along, axis=1), 1e-9)
    up = shift_mm[:, 1] / height_mm
    side = (shift_mm[:, 0] - up * np.einsum("nd,nd->n", second, across)) / np.maximum(np.linalg.norm(first, axis=1), 1e-9)
    return np.asarray(weights + np.column_stack([-side - up, side, up]))


def find_whorl(head: Head, sowing: Sowing | None = None) -> FloatArray:
    """Return where the crown's whorl lies on the skin, (3,) mm: behind the vertex and a little aside."""
    sowing = sowing or Sowing()
    vertices_mm, vertex_mm = head.surface.vertices_mm, head.landmark("vertex")
    wanted = np.array([vertex_mm[0] - sowing.whorl_aside_mm, vertex_mm[2] - sowing.whorl_behind_vertex_mm])
    off_mm = np.linalg.norm(vertices_mm[:, [0, 2]] - wanted, axis=1)
    near = off_mm < off_mm.min() + 4.0
    return np.asarray(vertices_mm[near][np.argmax(vertices_mm[near, 1])])


def _directions(
    head: Head, places_mm: FloatArray, up: FloatArray, lots: FloatArray, lean_deg: tuple[float, float], sowing: Sowing
) -> FloatArray:
    """Return the unit vectors (N, 3) along which hairs leave the skin, away from the whorl and turned about it."""
    whorl_mm = find_whorl(head, sowing)
    away = places_mm - whorl_mm
    far_mm = np.linalg.norm(away, axis=1)
    away = away - np.einsum("nd,nd->n", away, up)[:, None] * up
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    turn = -sowing.swirl_rad * np.exp(-far_mm / sowing.swirl_mm) + sowing.astray_rad * lots[:, 4]
    way = np.cos(turn)[:, None] * away + np.sin(turn)[:, None] * np.cross(up, away)
    low, high = np.radians(lean_deg)
    lean = (low + high) / 2 + (high - low) / 2 * np.clip(lots[:, 5] / 1.6, -1.0, 1.0)
    return np.asarray(np.cos(lean)[:, None] * way + np.sin(lean)[:, None] * up)
