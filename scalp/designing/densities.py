"""How densely each place is treated: the ramp behind the hairline, the blend into native hair, the work between hairs, marks.

Densities are what is meant after the last session; how they are shared between sessions is `planning`'s, where each
impression goes is `placement`'s. What is lost where is `losses`' and `thinning`'s, what a place is called `zones`'.
"""

import numpy as np

from scalp.base import ByteArray, FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.limits import above_lower_end, above_nape, behind_hairline_mm, off_ear_mm
from scalp.designing.lines import WishedLine
from scalp.designing.losses import BARE_HEAD, STAGES, bare_parts_mm, bareness_mm, whorl_mm
from scalp.designing.markings import MarkRules, marked_fraction
from scalp.designing.styles import StyleShape
from scalp.designing.thinning import LUDWIG, BetweenHairs, between_hairs_per_cm2, thinned_mm
from scalp.designing.wavers import edge_pattern
from scalp.designing.zones import LARGEST_PER_CM2, ZoneRules, forelock_depth, name_zones
from scalp.domain.design import ZONE_NAMES, Wishes
from scalp.domain.marks import ScalpMarks
from scalp.geometry.easing import eased
from scalp.geometry.sections import slow_noise

USUAL_BLEND_MM = 30.0
"""Over how far a treatment fades into native hair: 15 to 40 mm. (C, smp 2.2)"""
DEEPEST_INTO_HAIR_MM = 20.0
"""It goes on into the hair by half of that, at most by this. (C, smp 2.2)"""


@value
class DensityRules(Value):
    """How density varies over the scalp, apart from style. (D, smp 1.4 and 2.2)"""

    crown_fraction: float = 0.68
    """Level at the whorl against mid-scalp: 70-100 against 100-150 per cm2."""
    forelock_fraction: float = 1.0
    """Level in the middle of the frontal tuft against mid-scalp: the densest part of a natural front. (D)"""
    variation_fraction: float = 0.035
    """One standard deviation of the slow variation of density; cut at twice this."""
    sentinel_reach_mm: float = 4.0
    """How far ahead of the line single marks may stand."""
    ear_clearance_mm: float = 12.0
    smallest_per_cm2: float = 0.3
    """Below this nothing is placed."""
    zones: ZoneRules = ZoneRules()
    between: BetweenHairs = BetweenHairs()
    marks: MarkRules = MarkRules()


def densities_per_cm2(
    anatomy: Anatomy, line: WishedLine, wishes: Wishes, marks: ScalpMarks | None, rules: DensityRules
) -> tuple[FloatArray, ByteArray]:
    """Return the density at each vertex after the last session, (V,), and the zone it lies in, (V,).

    What is bare is filled at its full level; where thin hair grows, the work between the hairs goes on from there; scars and
    patches have a level of their own. Where two ask, the larger is taken.
    """
    surface, behind_mm = anatomy.head.surface, behind_hairline_mm(anatomy, line.drawing)
    off_whorl_mm = np.linalg.norm(surface.vertices_mm - whorl_mm(anatomy, wishes.seed), axis=1)
    clear = eased((off_ear_mm(anatomy) - rules.ear_clearance_mm) / 8.0) * above_lower_end(anatomy, line.drawing)
    varied = wishes.peak_density_per_cm2 * _variation(surface.vertices_mm, rules, wishes.seed)
    blend = _blend(anatomy, line, wishes, marks)
    full = varied * _level(anatomy, behind_mm, off_whorl_mm, line.shape, rules)
    ahead = (behind_mm < 0) & (behind_mm > -rules.sentinel_reach_mm)
    full = np.where(behind_mm < 0, np.where(ahead, line.shape.sentinel_per_cm2, 0.0), full)
    full = full * edge_pattern(surface.vertices_mm, behind_mm, line.drawing.points_mm, line.shape, wishes.seed) * clear
    density = full * blend
    zone = name_zones(anatomy, line.drawing, behind_mm, off_whorl_mm, blend, rules.zones)
    thin = _between(anatomy, line, wishes, marks, rules) * clear * varied / wishes.peak_density_per_cm2 * (1.0 - blend)
    thin = np.where(behind_mm > 0.0, thin, 0.0)
    zone[thin > density] = ZONE_NAMES.index("existing hair")
    density = density + thin
    if marks is not None:
        hair = above_nape(anatomy) * (behind_mm > 0.0)
        level, scarred, patched = marked_fraction(anatomy, marks, rules.marks)
        marked = varied * level * hair
        for name, theirs in (("patch", patched), ("scar", scarred)):
            zone[theirs & (marked > 0.0)] = ZONE_NAMES.index(name)
        density = np.maximum(density, marked)
    density = np.where(density < rules.smallest_per_cm2, 0.0, np.minimum(density, LARGEST_PER_CM2))
    return density, zone


def nominal_zones(anatomy: Anatomy, line: WishedLine, wishes: Wishes, marks: ScalpMarks | None, rules: DensityRules) -> ByteArray:
    """Return the zone each vertex would lie in if it were treated, (V,), for densities that are not the proposed ones."""
    behind_mm = behind_hairline_mm(anatomy, line.drawing)
    off_whorl_mm = np.linalg.norm(anatomy.head.surface.vertices_mm - whorl_mm(anatomy, wishes.seed), axis=1)
    zone = name_zones(anatomy, line.drawing, behind_mm, off_whorl_mm, _blend(anatomy, line, wishes, marks), rules.zones)
    if wishes.ludwig is not None or (marks is not None and marks.hair_fraction is not None):
        zone[zone == ZONE_NAMES.index("side blend")] = ZONE_NAMES.index("existing hair")
    if marks is not None:
        _, scarred, patched = marked_fraction(anatomy, marks, rules.marks)
        zone[patched], zone[scarred] = ZONE_NAMES.index("patch"), ZONE_NAMES.index("scar")
    return zone


def _level(anatomy: Anatomy, behind_mm: FloatArray, off_whorl_mm: FloatArray, shape: StyleShape, rules: DensityRules) -> FloatArray:
    """Return the level of bare skin behind the hairline against the peak, (V,): front, tuft, mid-scalp, crown and the ramp."""
    level = shape.frontal_fraction + (1 - shape.frontal_fraction) * eased(behind_mm / rules.zones.frontal_depth_mm)
    level = level + np.maximum(rules.forelock_fraction - level, 0.0) * eased(2.0 * forelock_depth(anatomy, behind_mm, rules.zones))
    level = level * (1 - (1 - rules.crown_fraction) * np.exp(-0.5 * (off_whorl_mm / (0.6 * rules.zones.crown_radius_mm)) ** 2))
    return np.asarray(level * _edge_ramp(behind_mm, shape))


def _blend(anatomy: Anatomy, line: WishedLine, wishes: Wishes, marks: ScalpMarks | None) -> FloatArray:
    """Return what part of the full level is left of each place by the native hair around it, (V,): 1 where all is bare."""
    count = len(anatomy.head.surface.vertices_mm)
    told = marks is not None and bool(marks.scars or marks.patches or marks.hair_fraction is not None)
    thinned_only = wishes.norwood is None and marks is not None and marks.hair_fraction is not None
    if wishes.ludwig is not None or thinned_only or (wishes.norwood == "1" and told):
        return np.zeros(count)
    stage = BARE_HEAD if wishes.norwood is None else STAGES[wishes.norwood]
    fringe_mm, within_mm = bare_parts_mm(anatomy, line.drawing, line.sides, stage, wishes.seed)
    sides = _rise(fringe_mm, USUAL_BLEND_MM if wishes.side_blend_mm is None else wishes.side_blend_mm)
    return np.asarray(sides * np.where(np.isfinite(within_mm), _rise(np.nan_to_num(within_mm, posinf=0.0), USUAL_BLEND_MM), 1.0))


def _rise(inside_mm: FloatArray, blend_mm: float) -> FloatArray:
    """Return 0 to 1 over a blend, half of it in the hair, so that with hair that thins out as far both make one tone."""
    into_mm = min(blend_mm / 2.0, DEEPEST_INTO_HAIR_MM)
    return eased((inside_mm + into_mm) / blend_mm)


def _between(anatomy: Anatomy, line: WishedLine, wishes: Wishes, marks: ScalpMarks | None, rules: DensityRules) -> FloatArray:
    """Return how densely to work between hairs at each vertex, (V,) per cm2: over what is thin, and nothing in the rim before it."""
    told = None if marks is None else marks.hair_fraction
    if wishes.ludwig is None and told is None:
        return np.zeros(len(anatomy.head.surface.vertices_mm))
    behind_mm, between = behind_hairline_mm(anatomy, line.drawing), rules.between
    if wishes.ludwig is not None:
        stage = LUDWIG[wishes.ludwig]
        parting = "middle" if marks is None or marks.parting is None else marks.parting
        thin_mm = thinned_mm(anatomy, stage, parting, wishes.seed, height_mm=line.drawing.height_mm)
        rim_mm, hair_fraction = stage.rim_mm, stage.hair_fraction if told is None else told
    else:
        stage_later = BARE_HEAD if wishes.norwood is None else STAGES["7" if wishes.norwood == "7" else "6"]
        thin_mm = bareness_mm(anatomy, line.drawing, line.sides, stage_later, wishes.seed)
        rim_mm, hair_fraction = between.rim_women_mm if wishes.sex == "female" else between.rim_men_mm, told or 0.0
    level_per_cm2 = between_hairs_per_cm2(hair_fraction, wishes.peak_density_per_cm2, between)
    return np.asarray(level_per_cm2 * eased(thin_mm / between.edge_mm + 0.5) * eased((behind_mm - rim_mm) / between.rim_rise_mm))


def _edge_ramp(behind_mm: FloatArray, shape: StyleShape) -> FloatArray:
    """Return the part of the frontal level reached at a depth: from the edge's part to 1 at the ramp's depth, steep first."""
    depth = np.clip(behind_mm / shape.ramp_mm, 0.0, 1.0)
    return np.asarray(shape.edge_fraction + (1 - shape.edge_fraction) * (1 - (1 - depth) ** 1.6))


def _variation(vertices_mm: FloatArray, rules: DensityRules, seed: int) -> FloatArray:
    """Return the slow variation of density about 1, cut at two deviations."""
    noise = slow_noise(vertices_mm, (18.0, 55.0), np.random.default_rng([seed, 13]))
    return np.asarray(1 + rules.variation_fraction * np.clip(noise, -2.0, 2.0))
