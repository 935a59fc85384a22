"""Which part of a woman's scalp thins at each Ludwig stage, and how densely to work between the hairs that are left.

Thinning widens the parting behind a rim that keeps its hair and runs out before the crown: widest in front, as a
Christmas tree. A man's bare parts are `losses`'; how a density is put together is `densities`'.
"""

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray, Value, value
from scalp.designing.anatomy import Anatomy
from scalp.designing.losses import whorl_mm
from scalp.geometry.curves import spaced_evenly
from scalp.geometry.easing import eased
from scalp.geometry.sections import slow_noise

PARTING_ASIDE_MM = {"left": 32.0, "middle": 0.0, "right": -32.0}
"""How far from the middle a parting lies in front, towards the client's left. (E)"""
EDGE_WAVELENGTH_MM, EDGE_WAVER_MM = (22.0, 60.0), 2.0
"""The slow waver of the edge of thinned hair, one standard deviation. (E)"""


@value
class ThinningStage(Value):
    """One Ludwig stage as geometry, in mm, and the hair that is left in it against full density."""

    rim_mm: float
    """Depth of the frontal rim that keeps its hair and stays untouched: 10 to 30. (E, smp 2.5) [Ludwig1977]"""
    front_half_mm: float
    """Half the width of the thinned part just behind the rim."""
    back_half_mm: float
    """The same at its end: narrower, the tip of the tree. [Olsen2001]"""
    end_behind_vertex_mm: float
    """Where it ends on the midline, behind the highest point."""
    hair_fraction: float


LUDWIG: dict[str, ThinningStage] = {
    "1": ThinningStage(rim_mm=25.0, front_half_mm=26.0, back_half_mm=8.0, end_behind_vertex_mm=10.0, hair_fraction=0.7),
    "2": ThinningStage(rim_mm=18.0, front_half_mm=42.0, back_half_mm=20.0, end_behind_vertex_mm=38.0, hair_fraction=0.45),
    "3": ThinningStage(rim_mm=12.0, front_half_mm=60.0, back_half_mm=42.0, end_behind_vertex_mm=52.0, hair_fraction=0.15),
}
"""Mild thinning of the top, marked thinning, a top that is nearly bare behind its rim. Sizes are ours. (E)"""


@value
class BetweenHairs(Value):
    """How densely is worked between hairs, and how that work begins and ends."""

    least_per_cm2: float = 30.0
    """In hair that is nearly full. (D, smp 1.4)"""
    most_per_cm2: float = 80.0
    """In thin hair. (D, smp 1.4)"""
    bare_below_fraction: float = 0.2
    """With less hair than this a place is treated as bare, at its full level. (E)"""
    edge_mm: float = 26.0
    """Over what distance the work runs out into full hair. (D, smp 2.2)"""
    rim_rise_mm: float = 18.0
    """Over what distance it rises behind the rim that is left alone. (E)"""
    rim_men_mm: float = 6.0
    """How far behind a man's own hairline work between hairs begins. (E)"""
    rim_women_mm: float = 15.0
    """The same for women, whose hairline is left as it is. (A-B, smp 1.18; the width E)"""


def between_hairs_per_cm2(hair_fraction: float, peak_per_cm2: float, rules: BetweenHairs) -> float:
    """Return how densely to work where hair has a part of full density: what is missing of the peak, 30 to 80 per cm2.

    >>> [between_hairs_per_cm2(hair, 130.0, BetweenHairs()) for hair in (0.9, 0.6, 0.3, 0.0)]
    [30.0, 52.0, 80.0, 130.0]
    """
    missing_per_cm2 = peak_per_cm2 * (1.0 - hair_fraction)
    within = float(np.clip(missing_per_cm2, min(rules.least_per_cm2, peak_per_cm2), min(rules.most_per_cm2, peak_per_cm2)))
    bare = float(eased(np.array((rules.bare_below_fraction - hair_fraction) / rules.bare_below_fraction)))
    return round(within + bare * (peak_per_cm2 - within), 6)


def parting_line_mm(anatomy: Anatomy, height_mm: float, side: str, end_behind_vertex_mm: float, seed: int) -> FloatArray:
    """Return the line of a parting on the skin (N, 3), about 1 mm apart, from the hairline's height to where thinning ends.

    A parting beside the middle runs back to the whorl, as hair falls.
    """
    along_mm = np.arange(height_mm, anatomy.vertex_along_mm + end_behind_vertex_mm, 1.0)
    way = (along_mm - along_mm[0]) / (along_mm[-1] - along_mm[0])
    end_aside_mm = whorl_mm(anatomy, seed)[0] - anatomy.chart.centre_mm[0] if side != "middle" else 0.0
    aside_mm = PARTING_ASIDE_MM[side] + (end_aside_mm - PARTING_ASIDE_MM[side]) * way**2
    middles_mm = np.array([anatomy.on_midline_mm(float(along)) for along in along_mm])
    directions = middles_mm + np.column_stack([aside_mm, np.zeros((len(aside_mm), 2))]) - anatomy.chart.centre_mm
    out_mm = anatomy.caster.meet(directions)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    met = np.isfinite(out_mm)
    return spaced_evenly(anatomy.chart.centre_mm + out_mm[met, None] * directions[met], 1.0)


def thinned_mm(anatomy: Anatomy, stage: ThinningStage, parting: str, seed: int, *, height_mm: float) -> FloatArray:
    """Return how far inside the thinned part each vertex lies, (V,) mm; below 0 in full hair. The rim is no part of it.

    A strip on both sides of the parting from behind the rim of a hairline of this height, narrower towards its end.
    """
    vertices_mm = anatomy.head.surface.vertices_mm
    line_mm = parting_line_mm(anatomy, height_mm + stage.rim_mm, parting, stage.end_behind_vertex_mm, seed)
    aside_mm, nearest = cKDTree(line_mm).query(vertices_mm)
    half_mm = stage.front_half_mm + (stage.back_half_mm - stage.front_half_mm) * nearest / (len(line_mm) - 1)
    waver_mm = EDGE_WAVER_MM * slow_noise(vertices_mm, EDGE_WAVELENGTH_MM, np.random.default_rng([seed, 21]))
    return np.asarray(half_mm - aside_mm + waver_mm)
