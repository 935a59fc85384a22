"""Where native hair still grows at a stage of loss: how densely at each vertex, for whoever shows the hair around a treatment.

The line of the fringe is `losses`'; how the treatment thins out into it is `densities`'s.
"""

from scalp.base import BadInput, FloatArray, Value, value
from scalp.designing.anatomy import survey
from scalp.designing.limits import above_nape, behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.losses import BARE_HEAD, STAGES, bareness_mm
from scalp.designing.markings import MarkRules, haired_fraction
from scalp.domain.design import NORWOOD_STAGES, Wishes
from scalp.domain.head import Head
from scalp.domain.marks import ScalpMarks
from scalp.geometry.easing import eased


@value
class FringeRules(Value):
    """How native hair ends. (E)"""

    thinning_mm: float = 28.0
    """Over what distance hair thins out at the upper edge of the fringe: about as far as the treatment blends into it."""
    front_mm: float = 8.0
    """Over what distance it thins out at the hairline, where the forelock is still there."""
    ear_clearance_mm: float = 3.0
    """How far from the root of the ear hair begins."""


def native_cover(
    head: Head, wishes: Wishes, norwood: str | None, rules: FringeRules | None = None, marks: ScalpMarks | None = None
) -> FloatArray:
    """Return how densely native hair grows at each vertex at a stage of loss against full density, (V,) 0..1.

    The part of the scalp that is not bare at that stage, thinning out at its edge, down to nape and sideburns and around
    the ears. Without a stage the same bare top is taken as by `propose_design`. The edge wavers as that of the design of
    these wishes, so that a later stage can be shown beside it. Scars and bald patches of `marks` have none.
    """
    rules = rules or FringeRules()
    if norwood is not None and norwood not in NORWOOD_STAGES:
        raise BadInput("norwood", norwood, ", ".join(NORWOOD_STAGES), "Choose the stage that the loss may reach.")
    anatomy = survey(head)
    line = draw_line(anatomy, wishes)
    drawing = line.drawing
    bare_mm = bareness_mm(anatomy, drawing, line.sides, BARE_HEAD if norwood is None else STAGES[norwood], wishes.seed)
    ahead = eased(0.5 + behind_hairline_mm(anatomy, drawing) / rules.front_mm)
    marked = 1.0 if marks is None else haired_fraction(anatomy, marks, MarkRules())
    return eased(0.5 - bare_mm / rules.thinning_mm) * above_nape(anatomy, rules.ear_clearance_mm) * ahead * marked
