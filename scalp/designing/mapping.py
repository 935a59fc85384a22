"""A map of densities that a person drew by hand, in place of the proposed one."""

import dataclasses

import numpy as np

from scalp.base import BadInput, WrongParent
from scalp.designing.anatomy import survey
from scalp.designing.densities import DensityRules, nominal_zones
from scalp.designing.lines import draw_line
from scalp.designing.markings import keep_free
from scalp.designing.zones import LARGEST_PER_CM2, sum_zones, treated_mm2
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.marks import DensityMap


def draw_densities(design: Design, head: Head, drawn: DensityMap, *, rules: DensityRules | None = None) -> Design:
    """Return a design with the densities that a person drew for this head; line, marks and wishes stay.

    Zones are named as for a proposal, places to keep free stay free, and areas and counts are summed anew. What was said
    for and against the proposal is not: objections are of the design that was judged.
    """
    rules = rules or DensityRules()
    if design.head_digest != head.digest or drawn.head_digest != head.digest:
        raise WrongParent("density map", "of another head", "a map and a design of this head", "Draw the densities on this head.")
    count = len(head.surface.vertices_mm)
    if drawn.density_per_cm2.shape != (count,):
        raise WrongParent(
            "density map", drawn.density_per_cm2.shape, f"({count},), one for each vertex", "Draw the densities on this head."
        )
    if not np.any(drawn.density_per_cm2 > 0.0):
        raise BadInput("density map", "empty", f"0 to {LARGEST_PER_CM2:g} per cm2, somewhere above 0", "Draw where to treat.")
    peak_per_cm2, anatomy = design.wishes.peak_density_per_cm2, survey(head)
    density_per_cm2, keep_away = keep_free(head.surface, drawn.density_per_cm2, () if design.marks is None else design.marks.keep_away)
    zone_index = nominal_zones(anatomy, draw_line(anatomy, design.wishes, design.edit), design.wishes, design.marks, rules)
    zone_index = np.where(density_per_cm2 > 0.0, zone_index, np.uint8(ZONE_NAMES.index("outside")))
    return dataclasses.replace(
        design,
        density_per_cm2=density_per_cm2,
        zone_index=zone_index,
        area_cm2=float(treated_mm2(head.surface, density_per_cm2, peak_per_cm2).sum() / 100.0),
        zones=sum_zones(head.surface, density_per_cm2, zone_index, peak_per_cm2, keep_away=keep_away),
        keep_away=keep_away,
    )
