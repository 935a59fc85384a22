"""The room's verb: from a head and wishes to a design, with what speaks against it."""

import dataclasses

import numpy as np

from scalp.base import Doubt
from scalp.designing.anatomy import survey
from scalp.designing.densities import DensityRules, densities_per_cm2
from scalp.designing.guardrails import doubts_about, judge_design
from scalp.designing.limits import above_nape, behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.markings import check_marks, keep_free
from scalp.designing.zones import TREATED_FROM_FRACTION, grant_wishes, sum_zones, treated_mm2
from scalp.domain.design import ZONE_NAMES, Design, Hairline, HairlineEdit, Wishes, ZoneWish
from scalp.domain.head import Head
from scalp.domain.marks import ScalpMarks


def propose_design(
    head: Head,
    wishes: Wishes,
    *,
    rules: DensityRules | None = None,
    edit: HairlineEdit | None = None,
    marks: ScalpMarks | None = None,
    zone_wishes: tuple[ZoneWish, ...] = (),
) -> Design:
    """Propose hairline, zones and density for a head from its anatomy, a client's wishes and what a person changed or marked.

    The hairline runs through anchors measured on the head and wavers as a natural one; the treated area follows the
    stage of loss (none wished: the top is taken as bare and the fade runs lower over the sides), blends 30 mm into the native
    fringe, and keeps off forehead, face, ears and nape. The same seed gives the same design. Sources: [Kashiyama2021],
    [Garg2017], [Shapiro2013], [Norwood1975]; most figures are grade D or E (docs/science/designing.md).

    Raises `NotPossible` where the wished height would fall on the brow or the crown of this head or a moved line would leave
    the scalp, `BadInput` and `WrongParent` where a drawn line is no hairline of this head.
    """
    rules, anatomy, peak_per_cm2 = rules or DensityRules(), survey(head), wishes.peak_density_per_cm2
    line = draw_line(anatomy, wishes, edit)
    drawing = line.drawing
    if marks is not None:
        check_marks(head, marks, above_nape(anatomy) * (behind_hairline_mm(anatomy, drawing) > 0.0))
    density_per_cm2, zone_index = densities_per_cm2(anatomy, line, wishes, marks, rules)
    density_per_cm2 = grant_wishes(head.surface, density_per_cm2, zone_index, peak_per_cm2, zone_wishes, rules.zones)
    density_per_cm2, keep_away = keep_free(head.surface, density_per_cm2, () if marks is None else marks.keep_away)
    zone_index = np.where(density_per_cm2 > 0.0, zone_index, np.uint8(ZONE_NAMES.index("outside")))
    area_cm2 = float(treated_mm2(head.surface, density_per_cm2, peak_per_cm2).sum() / 100.0)
    treated = density_per_cm2 >= TREATED_FROM_FRACTION * peak_per_cm2
    doubts: tuple[Doubt, ...] = doubts_about(head, wishes, drawing.height_mm, area_cm2, treated)
    design = Design(
        head_digest=head.digest,
        wishes=wishes,
        hairline=Hairline(
            style=wishes.style,
            points_mm=drawing.points_mm,
            height_mm=drawing.height_mm,
            anchors_mm=drawing.anchors_mm,
            absent_anchors=drawing.absent_anchors,
        ),
        density_per_cm2=density_per_cm2,
        zone_index=zone_index,
        area_cm2=area_cm2,
        doubts=doubts,
        zones=sum_zones(head.surface, density_per_cm2, zone_index, peak_per_cm2, wishes=zone_wishes, keep_away=keep_away),
        keep_away=keep_away,
        edit=edit,
        marks=marks,
    )
    return dataclasses.replace(design, objections=judge_design(anatomy, design))
