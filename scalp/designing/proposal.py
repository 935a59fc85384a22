"""The room's verb: from a head and wishes to a design, with what speaks against it."""

from scalp.base import Doubt
from scalp.designing.anatomy import survey
from scalp.designing.densities import DensityRules, densities_per_cm2
from scalp.designing.guardrails import doubts_about
from scalp.designing.lines import draw_line
from scalp.designing.losses import BARE_HEAD, STAGES, LossStage, bareness_mm
from scalp.domain.design import Design, Hairline, HairlineEdit, Wishes
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_areas_mm2

TREATED_FROM_FRACTION = 0.1
"""What counts as treated area: at least this part of the peak density."""


def propose_design(head: Head, wishes: Wishes, *, rules: DensityRules | None = None, edit: HairlineEdit | None = None) -> Design:
    """Propose hairline, zones and density for a head from its anatomy, a client's wishes and a person's changes of the line.

    The hairline runs through anchors measured on the head and wavers as a natural one; the treated area follows the
    stage of loss (none wished: the top is taken as bare and the fade runs lower over the sides), blends 30 mm into the native
    fringe, and keeps off forehead, face, ears and nape. The same seed gives the same design. Sources: [Kashiyama2021],
    [Garg2017], [Shapiro2013], [Norwood1975]; most figures are grade D or E (docs/science/designing.md).

    Raises `NotPossible` where the wished height would fall on the brow or the crown of this head or a moved line would leave
    the scalp, `BadInput` and `WrongParent` where a drawn line is no hairline of this head.
    """
    rules = rules or DensityRules()
    stage, anatomy = stage_for(wishes), survey(head)
    line = draw_line(anatomy, wishes, edit)
    drawing, shape = line.drawing, line.shape
    bare_mm = bareness_mm(anatomy, drawing, line.sides, stage, wishes.seed)
    density_per_cm2, zone_index = densities_per_cm2(
        anatomy, drawing, shape, bare_mm, peak_per_cm2=wishes.peak_density_per_cm2, seed=wishes.seed, rules=rules
    )
    treated = density_per_cm2 >= TREATED_FROM_FRACTION * wishes.peak_density_per_cm2
    area_cm2 = float(vertex_areas_mm2(head.surface)[treated].sum() / 100.0)
    doubts: tuple[Doubt, ...] = doubts_about(head, wishes, drawing.height_mm, area_cm2, treated)
    return Design(
        head_digest=head.digest,
        wishes=wishes,
        hairline=Hairline(style=wishes.style, points_mm=drawing.points_mm, height_mm=drawing.height_mm, anchors_mm=drawing.anchors_mm),
        density_per_cm2=density_per_cm2,
        zone_index=zone_index,
        area_cm2=area_cm2,
        doubts=doubts,
        edit=edit,
    )


def stage_for(wishes: Wishes) -> LossStage:
    """Return the geometry of the wished stage, that of a bare head where none is wished."""
    return BARE_HEAD if wishes.norwood is None else STAGES[wishes.norwood]
