"""The zones of a design: what each place of the scalp is called, and each zone as numbers that add up to the whole.

How densely a place is treated is `densities`'s; how a person's wish for one zone changes it is here too.
"""

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from scalp.base import BadInput, BoolArray, ByteArray, FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing
from scalp.domain.design import ZONE_NAMES, Zone, ZoneWish
from scalp.domain.head import Mesh
from scalp.domain.marks import KeepAway
from scalp.geometry.integrals import areas_above_mm2, integrals_mm2
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.geometry.smoothing import spread_out

TREATED_FROM_FRACTION = 0.1
"""What counts as treated area: at least this part of the peak density."""
LARGEST_PER_CM2 = 200.0
"""What practice does not exceed. (D, smp 1.4)"""
_ROUNDS_COUNT = 8
_LARGEST_FACTOR = 50.0


@value
class ZoneRules(Value):
    """Where one zone ends and the next begins. (D, smp 2.2)"""

    frontal_depth_mm: float = 25.0
    """Depth of the zone behind the hairline: 20 to 40 mm by [Shapiro2013]."""
    forelock_from_mm: float = 10.0
    """Where the frontal tuft begins behind the line: the transition zone before it is 5 to 10 mm deep."""
    forelock_to_mm: float = 44.0
    """Where it ends: the oval is half as deep again as it is wide to each side. (E)"""
    forelock_half_mm: float = 23.0
    """Half its width: the tuft lies between the pupils. (E)"""
    crown_radius_mm: float = 38.0
    blended_below_fraction: float = 0.85
    """Where less than this part of the full density is left, the place belongs to the blend of sides and back."""
    join_mm: float = 7.0
    """Over about what length a wish for one zone passes into the next."""


def forelock_depth(anatomy: Anatomy, behind_mm: FloatArray, rules: ZoneRules) -> FloatArray:
    """Return how deep inside the oval of the frontal tuft each vertex lies, (V,): 1 in its middle, 0 at its rim, below 0 outside."""
    middle_mm, half_mm = (rules.forelock_from_mm + rules.forelock_to_mm) / 2, (rules.forelock_to_mm - rules.forelock_from_mm) / 2
    aside_mm = anatomy.head.surface.vertices_mm[:, 0] - anatomy.chart.centre_mm[0]
    return np.asarray(1.0 - np.hypot(aside_mm / rules.forelock_half_mm, (behind_mm - middle_mm) / half_mm))


def name_zones(
    anatomy: Anatomy, drawing: Drawing, behind_mm: FloatArray, off_whorl_mm: FloatArray, blend: FloatArray, rules: ZoneRules
) -> ByteArray:
    """Return the zone of each vertex, (V,) uint8 into `ZONE_NAMES`, as if all of the scalp were treated; none is "outside"."""
    zone = np.full(len(behind_mm), ZONE_NAMES.index("mid-scalp"), np.uint8)
    zone[off_whorl_mm < rules.crown_radius_mm] = ZONE_NAMES.index("crown")
    zone[blend < rules.blended_below_fraction] = ZONE_NAMES.index("side blend")
    front = np.flatnonzero(behind_mm < rules.frontal_depth_mm)
    zone[front] = ZONE_NAMES.index("frontal edge")
    zone[(forelock_depth(anatomy, behind_mm, rules) > 0.0) & (blend >= rules.blended_below_fraction)] = ZONE_NAMES.index("forelock")
    zone[front[_at_temple(anatomy.head.surface.vertices_mm[front], drawing)]] = ZONE_NAMES.index("temples")
    return zone


def _at_temple(vertices_mm: FloatArray, drawing: Drawing) -> BoolArray:
    """Return which vertices have the temple part of the hairline as their nearest part, (V,)."""
    # The two temples are two curves: a distance to them as one would lie on the chord across the head.
    return np.asarray(drawing.temple[cKDTree(drawing.points_mm).query(vertices_mm)[1]])


def treated_mm2(surface: Mesh, density_per_cm2: FloatArray, peak_per_cm2: float) -> FloatArray:
    """Return the treated area around each vertex, (V,) mm2: where the density is at least a tenth of the peak."""
    return areas_above_mm2(surface, density_per_cm2, TREATED_FROM_FRACTION * peak_per_cm2)


def sum_zones(
    surface: Mesh,
    density_per_cm2: FloatArray,
    zone_index: ByteArray,
    peak_per_cm2: float,
    *,
    wishes: tuple[ZoneWish, ...] = (),
    keep_away: tuple[KeepAway, ...] = (),
) -> tuple[Zone, ...]:
    """Return each zone in which something is placed, in the order of `ZONE_NAMES`, as numbers.

    A place between vertices of two zones belongs to both by its barycentric weights, so that areas and counts are integrals
    of the field as it stands, exact on this mesh; areas add up to the treated area, counts to the whole count.
    """
    areas_mm2, held = treated_mm2(surface, density_per_cm2, peak_per_cm2), integrals_mm2(surface, density_per_cm2) / 100.0
    index = zone_index.astype(np.int64)
    area_cm2: FloatArray = np.bincount(index, areas_mm2, minlength=len(ZONE_NAMES)) / 100.0
    impressions: FloatArray = np.asarray(np.bincount(index, held, minlength=len(ZONE_NAMES)), float)
    # What lies between the last treated vertex and the first one outside is counted to the zones.
    area_cm2, impressions = _without_outside(area_cm2), _without_outside(impressions)
    counts, kept = _whole(impressions), _kept_in(surface, zone_index, keep_away)
    asked = {wish.zone: wish for wish in wishes}
    return tuple(
        Zone(
            name=name,
            area_cm2=float(area_cm2[number]),
            impressions_count=int(counts[number]),
            mean_per_cm2=float(impressions[number] / area_cm2[number]) if area_cm2[number] > 0.0 else 0.0,
            needle=asked[name].needle if name in asked else None,
            shade_ratio=asked[name].shade_ratio if name in asked else None,
            keep_away_count=int(kept[number]),
        )
        for number, name in enumerate(ZONE_NAMES)
        if counts[number] > 0
    )


def _without_outside(amounts: FloatArray) -> FloatArray:
    """Return amounts by zone with what fell to "outside" shared among the others as they are large."""
    rest = amounts[1:].sum()
    return np.concatenate([[0.0], amounts[1:] * (1.0 + amounts[0] / rest if rest > 0.0 else 1.0)])


def _whole(amounts: FloatArray) -> npt.NDArray[np.int64]:
    """Return amounts as whole numbers that add up to the whole of their sum, each off by less than one."""
    counts = np.floor(amounts).astype(np.int64)
    missing = round(float(amounts.sum())) - int(counts.sum())
    counts[np.argsort(counts - amounts, kind="stable")[: max(missing, 0)]] += 1
    return counts


def _kept_in(surface: Mesh, zone_index: ByteArray, keep_away: tuple[KeepAway, ...]) -> npt.NDArray[np.int64]:
    """Return how many places that stay free have their nearest treated vertex in each zone, (zones,)."""
    treated = np.flatnonzero(zone_index > 0)
    if not keep_away or not len(treated):
        return np.zeros(len(ZONE_NAMES), np.int64)
    nearest = cKDTree(surface.vertices_mm[treated]).query(np.array([place.place_mm for place in keep_away]))[1]
    return np.asarray(np.bincount(zone_index[treated[nearest]], minlength=len(ZONE_NAMES)), np.int64)


def grant_wishes(
    surface: Mesh, density_per_cm2: FloatArray, zone_index: ByteArray, peak_per_cm2: float, wishes: tuple[ZoneWish, ...], rules: ZoneRules
) -> FloatArray:
    """Return a density in which zones have the mean that was asked of them, (V,), passing softly into their neighbours.

    Each zone has a factor, and a place the mean of the factors of the zones around it; the factors are solved so that the
    means come out, as far as the limit of practice and the joins allow. What is asked to be 0 is left out up to the join.
    """
    names = [wish.zone for wish in wishes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadInput("zone", f"{twice}, {names.count(twice)} times", "one wish for each zone", "Say all of a zone in one wish.")
    asked = {ZONE_NAMES.index(wish.zone): wish.density_per_cm2 for wish in wishes if wish.density_per_cm2 is not None}
    treated = zone_index > 0
    asked = {number: wanted for number, wanted in asked.items() if (zone_index == number).any()}
    if not asked:
        return density_per_cm2
    numbers = np.unique(zone_index[treated])
    shares = _soft_shares(surface, zone_index, numbers, rules.join_mm)
    factors, areas_mm2, current = np.ones(len(numbers)), vertex_areas_mm2(surface), density_per_cm2
    for _ in range(_ROUNDS_COUNT):
        for place, number in enumerate(numbers):
            if int(number) in asked:
                within = (zone_index == number) * areas_mm2
                area_mm2 = float(((zone_index == number) * treated_mm2(surface, current, peak_per_cm2)).sum()) or float(within.sum())
                slope = float(within @ (shares[:, place] * density_per_cm2)) / area_mm2
                missing = asked[int(number)] - float(within @ current) / area_mm2
                factors[place] = np.clip(factors[place] + missing / max(slope, 1e-9), 0.0, _LARGEST_FACTOR) if asked[int(number)] else 0.0
        current = np.minimum(density_per_cm2 * np.where(treated, shares @ factors, 1.0), LARGEST_PER_CM2)
    return np.asarray(current)


def _soft_shares(surface: Mesh, zone_index: ByteArray, numbers: ByteArray, join_mm: float) -> FloatArray:
    """Return how much of each zone's factor holds at each vertex, (V, zones): its own inside, both about half at a border."""
    shares = spread_out(surface, (zone_index[:, None] == numbers[None, :]).astype(float), join_mm / 2.0)
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-9))
