"""How densely each place is treated: the ramp behind the hairline, the zones, the blend into native hair.

Densities are what is meant after the last session; how they are shared between sessions is `planning`'s, where each
impression goes is `placement`'s.
"""

import numpy as np

from scalp.base import BoolArray, ByteArray, FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.hairlines import Drawing
from scalp.designing.losses import whorl_mm
from scalp.designing.styles import StyleShape
from scalp.designing.wavers import edge_pattern
from scalp.domain.design import ZONE_NAMES
from scalp.geometry.curves import distance_to_curve_mm
from scalp.geometry.easing import eased
from scalp.geometry.sections import polar_of, slow_noise


@value
class DensityRules(Value):
    """How density varies over the scalp, apart from style. (D, smp 1.4 and 2.2)"""

    crown_fraction: float = 0.68
    """Level at the whorl against mid-scalp: 70-100 against 100-150 per cm2."""
    crown_radius_mm: float = 38.0
    frontal_depth_mm: float = 25.0
    """Depth of the frontal band, over which its level rises to that of mid-scalp; also the depth of its zone."""
    blend_into_hair_mm: float = 10.0
    """How far the blend goes on into native hair."""
    blend_before_hair_mm: float = 20.0
    """How far before native hair the blend begins."""
    variation_fraction: float = 0.035
    """One standard deviation of the slow variation of density; cut at twice this."""
    sentinel_reach_mm: float = 4.0
    """How far ahead of the line single marks may stand."""
    ear_clearance_mm: float = 12.0
    smallest_per_cm2: float = 0.3
    """Below this nothing is placed."""


def densities_per_cm2(
    anatomy: Anatomy, drawing: Drawing, shape: StyleShape, bare_mm: FloatArray, *, peak_per_cm2: float, seed: int, rules: DensityRules
) -> tuple[FloatArray, ByteArray]:
    """Return the density at each vertex after the last session, (V,), and the zone it lies in, (V,)."""
    vertices_mm = anatomy.head.surface.vertices_mm
    behind_mm = behind_hairline_mm(anatomy, drawing)
    blend = eased((bare_mm + rules.blend_into_hair_mm) / (rules.blend_into_hair_mm + rules.blend_before_hair_mm))
    off_whorl_mm = np.linalg.norm(vertices_mm - whorl_mm(anatomy, seed), axis=1)
    level = shape.frontal_fraction + (1 - shape.frontal_fraction) * eased(behind_mm / rules.frontal_depth_mm)
    level = level * (1 - (1 - rules.crown_fraction) * np.exp(-0.5 * (off_whorl_mm / (0.6 * rules.crown_radius_mm)) ** 2))
    density = peak_per_cm2 * level * _edge_ramp(behind_mm, shape) * _variation(vertices_mm, rules, seed)
    ahead = (behind_mm < 0) & (behind_mm > -rules.sentinel_reach_mm)
    density = np.where(behind_mm < 0, np.where(ahead, shape.sentinel_per_cm2, 0.0), density)
    density = density * edge_pattern(vertices_mm, behind_mm, drawing.points_mm, shape, seed)
    density = density * blend * _kept_clear(anatomy, rules) * _lower_end(anatomy, drawing)
    density = np.where(density < rules.smallest_per_cm2, 0.0, np.minimum(density, 200.0))
    zone = np.full(len(density), ZONE_NAMES.index("mid-scalp"), np.uint8)
    zone[off_whorl_mm < rules.crown_radius_mm] = ZONE_NAMES.index("crown")
    zone[blend < 0.85] = ZONE_NAMES.index("side blend")
    zone[behind_mm < rules.frontal_depth_mm] = ZONE_NAMES.index("frontal edge")
    edge = np.flatnonzero((behind_mm < rules.frontal_depth_mm) & (density > 0))
    zone[edge[_at_temple(vertices_mm[edge], drawing)]] = ZONE_NAMES.index("temples")
    zone[density <= 0] = ZONE_NAMES.index("outside")
    return density, zone


def behind_hairline_mm(anatomy: Anatomy, drawing: Drawing) -> FloatArray:
    """Return how far behind the hairline each vertex lies, (V,) mm; below 0 ahead of it, on forehead and face."""
    vertices_mm = anatomy.head.surface.vertices_mm
    azimuth_rad, polar_rad = polar_of(vertices_mm, anatomy.chart.centre_mm)
    order = np.argsort(drawing.azimuth_rad)
    limit_rad = np.interp(azimuth_rad, drawing.azimuth_rad[order], drawing.polar_rad[order], left=np.pi, right=np.pi)
    return np.asarray(np.where(polar_rad < limit_rad, 1.0, -1.0) * distance_to_curve_mm(vertices_mm, drawing.points_mm))


def _edge_ramp(behind_mm: FloatArray, shape: StyleShape) -> FloatArray:
    """Return the part of the frontal level reached at a depth: from the edge's part to 1 at the ramp's depth, steep first."""
    depth = np.clip(behind_mm / shape.ramp_mm, 0.0, 1.0)
    return np.asarray(shape.edge_fraction + (1 - shape.edge_fraction) * (1 - (1 - depth) ** 1.6))


def _variation(vertices_mm: FloatArray, rules: DensityRules, seed: int) -> FloatArray:
    """Return the slow variation of density about 1, cut at two deviations."""
    noise = slow_noise(vertices_mm, (18.0, 55.0), np.random.default_rng([seed, 13]))
    return np.asarray(1 + rules.variation_fraction * np.clip(noise, -2.0, 2.0))


def _kept_clear(anatomy: Anatomy, rules: DensityRules) -> FloatArray:
    """Return 0 within the clearance of the ears, rising to 1 over the next 8 mm.

    The ear's root is taken as an oval of mean size behind the tragus, 58 x 34 mm, leaning back with the ear. (E)
    """
    vertices_mm = anatomy.head.surface.vertices_mm
    up_mm, ahead_mm = vertices_mm[:, 1] - anatomy.tragus_mm[1] - 3.0, vertices_mm[:, 2] - anatomy.tragus_mm[2] + 13.0
    oval = np.hypot(up_mm / 29.0, ahead_mm / 17.0)
    outside_mm = (oval - 1) * np.hypot(up_mm, ahead_mm) / np.maximum(oval, 1e-6)
    beside = np.abs(vertices_mm[:, 0] - anatomy.tragus_mm[0]) > 0.5 * np.abs(
        anatomy.head.landmark("left_tragion")[0] - anatomy.tragus_mm[0]
    )
    return np.where(beside, eased((outside_mm - rules.ear_clearance_mm) / 8.0), 1.0)


def _lower_end(anatomy: Anatomy, drawing: Drawing) -> FloatArray:
    """Return 1, falling to 0 over 20 mm above the lower end of the drawn temples before the ears.

    Behind them it falls over 15 mm, 25 mm above the tragi: neck and shoulders of a scan are never part of a design.
    """
    vertices_mm = anatomy.head.surface.vertices_mm
    end_mm = max(drawing.points_mm[0, 1], drawing.points_mm[-1, 1])
    faded = eased((vertices_mm[:, 1] - end_mm + 2.0) / 20.0)
    behind = eased((anatomy.tragus_mm[2] - vertices_mm[:, 2]) / 20.0)
    above_neck = eased((vertices_mm[:, 1] - anatomy.tragus_mm[1] - 25.0) / 15.0)
    return np.asarray((faded + (1 - faded) * behind) * above_neck)


def _at_temple(vertices_mm: FloatArray, drawing: Drawing) -> BoolArray:
    """Return which vertices have the temple part of the hairline as their nearest part, (V,)."""
    temple, forehead = drawing.points_mm[drawing.temple], drawing.points_mm[~drawing.temple]
    return np.asarray(distance_to_curve_mm(vertices_mm, temple) < distance_to_curve_mm(vertices_mm, forehead))
