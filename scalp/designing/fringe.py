"""Where native hair still grows at a stage of loss: how densely at each vertex, for whoever shows the hair around a treatment.

The line of the fringe is `losses`'; how the treatment thins out into it is `densities`'s.
"""

import numpy as np

from scalp.base import BadInput, FloatArray, Value, value
from scalp.designing.anatomy import Anatomy, survey
from scalp.designing.densities import behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.losses import BARE_HEAD, STAGES, bareness_mm
from scalp.domain.design import NORWOOD_STAGES, Wishes
from scalp.domain.head import Head
from scalp.geometry.easing import eased


@value
class FringeRules(Value):
    """How native hair ends. (E)"""

    thinning_mm: float = 28.0
    """Over what distance hair thins out at the upper edge of the fringe: about as far as the treatment blends into it."""
    front_mm: float = 8.0
    """Over what distance it thins out at the hairline, where the forelock is still there."""
    nape_below_tragus_mm: float = 30.0
    """How far below the tragi hair ends at the nape."""
    sideburn_above_tragus_mm: float = 4.0
    """How high over the tragi hair ends before the ears."""
    ear_clearance_mm: float = 3.0
    """How far from the root of the ear hair begins."""


def native_cover(head: Head, wishes: Wishes, norwood: str | None, rules: FringeRules | None = None) -> FloatArray:
    """Return how densely native hair grows at each vertex at a stage of loss against full density, (V,) 0..1.

    The part of the scalp that is not bare at that stage, thinning out at its edge, down to nape and sideburns and around
    the ears. Without a stage the same bare top is taken as by `propose_design`. The edge wavers as that of the design of
    these wishes, so that a later stage can be shown beside it.
    """
    rules = rules or FringeRules()
    if norwood is not None and norwood not in NORWOOD_STAGES:
        raise BadInput("norwood", norwood, ", ".join(NORWOOD_STAGES), "Choose the stage that the loss may reach.")
    anatomy = survey(head)
    line = draw_line(anatomy, wishes)
    drawing = line.drawing
    bare_mm = bareness_mm(anatomy, drawing, line.sides, BARE_HEAD if norwood is None else STAGES[norwood], wishes.seed)
    ahead = eased(0.5 + behind_hairline_mm(anatomy, drawing) / rules.front_mm)
    return eased(0.5 - bare_mm / rules.thinning_mm) * _below(anatomy, rules) * ahead


def _below(anatomy: Anatomy, rules: FringeRules) -> FloatArray:
    """Return 1 where hair grows above nape and sideburns and off the ears, (V,), soft over a few mm."""
    vertices_mm = anatomy.head.surface.vertices_mm
    up_mm, ahead_mm = (vertices_mm - anatomy.tragus_mm)[:, 1:].T
    # Before the ears hair ends at the sideburns, behind them at the nape; an oval of mean size stands for the ear's root.
    behind = eased((4.0 - ahead_mm) / 20.0)
    lowest_mm = rules.sideburn_above_tragus_mm - behind * (rules.sideburn_above_tragus_mm + rules.nape_below_tragus_mm)
    oval = np.hypot((up_mm - 3.0) / 29.0, (ahead_mm + 13.0) / 17.0)
    outside_mm = (oval - 1.0) * np.hypot(up_mm - 3.0, ahead_mm + 13.0) / np.maximum(oval, 1e-6)
    beside = np.abs(vertices_mm[:, 0] - anatomy.tragus_mm[0]) > 0.5 * np.abs(
        anatomy.head.landmark("left_tragion")[0] - anatomy.tragus_mm[0]
    )
    clear = np.where(beside, eased((outside_mm - rules.ear_clearance_mm + 2.0) / 4.0), 1.0)
    return np.asarray(clear * eased((up_mm - lowest_mm) / 8.0 + 0.5))
