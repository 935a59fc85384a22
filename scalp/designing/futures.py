"""The same design years on: what becomes of it when native hair recedes to a later stage and nobody treats again.

How far hair has gone at a stage is `losses`' and `fringe`'s. When that will be nobody knows: a stage is asked for, not a year.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from scalp.base import BadInput, BoolArray, Doubt, FloatArray, IntArray, WrongParent
from scalp.designing.anatomy import survey
from scalp.designing.fringe import native_cover
from scalp.designing.limits import behind_hairline_mm
from scalp.designing.lines import draw_line
from scalp.designing.zones import TREATED_FROM_FRACTION
from scalp.domain.design import NORWOOD_STAGES, Design
from scalp.domain.future import FutureLoss
from scalp.domain.head import Head, Mesh
from scalp.geometry.meshes import vertex_areas_mm2

HAIR_FROM_FRACTION = 0.5
"""From this part of full density a place counts as covered: less is seen as thin. (E; half of hair goes before thinning shows)"""
ALONE_FROM_FRACTION = 0.5
"""A treated part that borders bare skin along more of its rim than this stands alone. (D)"""
SMALLEST_ISLAND_CM2 = 1.0
WIDE_GAP_MM = 10.0
"""A bare band wider than this between treatment and fringe is seen as one. (E)"""


def overlay_loss(head: Head, design: Design, norwood: str) -> FutureLoss:
    """Return how a design stands when the native hair around it has receded to a stage, the treatment left as it is.

    Treated is what has a tenth of the peak, bare what has under half of full hair. The rim of the treated part borders the
    forehead, native hair or bare skin; the gap is the straight way from where it borders bare skin to the nearest hair.
    """
    _check(head, design, norwood)
    wishes, surface = design.wishes, head.surface
    now = native_cover(head, wishes, wishes.norwood, marks=design.marks)
    later = np.minimum(now, native_cover(head, wishes, norwood, marks=design.marks))
    anatomy = survey(head)
    scalp = behind_hairline_mm(anatomy, draw_line(anatomy, wishes, design.edit).drawing) > 0.0
    treated = design.density_per_cm2 >= TREATED_FROM_FRACTION * wishes.peak_density_per_cm2
    areas_cm2 = vertex_areas_mm2(surface) / 100.0
    newly = (now >= HAIR_FROM_FRACTION) & (later < HAIR_FROM_FRACTION)
    rim = _rim(surface, treated, scalp, later >= HAIR_FROM_FRACTION)
    alone = _islands(surface, treated, rim, areas_cm2)
    exposed_fraction = float(rim.bare.sum() / max(rim.bare.sum() + rim.hair.sum(), 1))
    gap_mm = _gap_mm(surface.vertices_mm[rim.outer[rim.bare]], surface.vertices_mm[later >= HAIR_FROM_FRACTION])
    standing_cm2 = float(areas_cm2[np.isin(_parts(surface, treated), alone)].sum())
    return FutureLoss(
        head_digest=head.digest,
        design_digest=design.digest,
        norwood=norwood,
        native_now_fraction=now,
        native_later_fraction=later,
        newly_bare_cm2=float(areas_cm2[newly].sum()),
        uncovered_cm2=float(areas_cm2[newly & ~treated].sum()),
        treated_cm2=float(areas_cm2[treated].sum()),
        standing_alone_cm2=standing_cm2,
        islands_count=len(alone),
        exposed_fraction=exposed_fraction,
        gap_mm=gap_mm,
        doubts=_doubts(norwood, gap_mm, float(areas_cm2[newly & ~treated].sum()), len(alone)),
    )


def _check(head: Head, design: Design, norwood: str) -> None:
    """Refuse another head's design, unknown stages and hair that would grow back."""
    if design.head_digest != head.digest:
        raise WrongParent("head", "not the one that was designed on", "the head of this design", "Use the same head.")
    allowed = NORWOOD_STAGES[NORWOOD_STAGES.index(design.wishes.norwood) :] if design.wishes.norwood else NORWOOD_STAGES
    if norwood not in allowed:
        raise BadInput("later norwood", norwood, ", ".join(allowed), "Hair is lost and does not come back: choose a later stage.")
    if design.wishes.ludwig is not None:
        raise BadInput(
            "later norwood", norwood, "a design of a Norwood stage", "Thinning of Ludwig's pattern keeps its front and has no fringe."
        )


class _Rim(NamedTuple):
    """Edges across the rim of what is treated: the treated vertex, the one outside, and what lies outside there."""

    inner: IntArray
    outer: IntArray
    bare: BoolArray
    hair: BoolArray


def _rim(surface: Mesh, treated: BoolArray, scalp: BoolArray, hairy: BoolArray) -> _Rim:
    """Return the edges over which the treated part ends."""
    edges = np.unique(np.sort(surface.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    edges = edges[treated[edges[:, 0]] != treated[edges[:, 1]]]
    inner, outer = (np.where(treated[edges[:, 0]] == first, edges[:, 0], edges[:, 1]).astype(np.int32) for first in (True, False))
    return _Rim(inner, outer, scalp[outer] & ~hairy[outer], scalp[outer] & hairy[outer])


def _parts(surface: Mesh, treated: BoolArray) -> IntArray:
    """Return the number of the connected treated part each vertex belongs to, (V,); -1 where nothing is treated."""
    edges = surface.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    edges = edges[treated[edges].all(axis=1)]
    count = len(treated)
    joined = sp.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    return np.where(treated, connected_components(joined, directed=False)[1], -1).astype(np.int32)


def _islands(surface: Mesh, treated: BoolArray, rim: _Rim, areas_cm2: FloatArray) -> list[int]:
    """Return the numbers of the treated parts that border bare skin along most of their rim."""
    parts = _parts(surface, treated)
    alone = []
    for number in np.unique(parts[parts >= 0]):
        own = parts[rim.inner] == number
        beside = int((rim.bare & own).sum()), int((rim.hair & own).sum())
        if areas_cm2[parts == number].sum() >= SMALLEST_ISLAND_CM2 and beside[0] > ALONE_FROM_FRACTION * max(sum(beside), 1):
            alone.append(int(number))
    return alone


def _gap_mm(rim_mm: FloatArray, hair_mm: FloatArray) -> float:
    """Return how far hair has drawn back from a rim, mm: the way that a twentieth of it exceeds."""
    if not len(rim_mm) or not len(hair_mm):
        return 0.0
    return float(np.quantile(cKDTree(hair_mm).query(rim_mm)[0], 0.95))


def _doubts(norwood: str, gap_mm: float, uncovered_cm2: float, islands_count: int) -> tuple[Doubt, ...]:
    """Return what the later loss would leave to be treated, where it would be seen."""
    if gap_mm <= WIDE_GAP_MM:
        return ()
    alone = f", {islands_count} treated part{'s' if islands_count > 1 else ''} standing alone" if islands_count else ""
    return (
        Doubt(
            kind="design",
            where=f"loss up to Norwood {norwood}",
            size=f"{uncovered_cm2:.0f} cm2 newly bare beside the treatment, a band up to {gap_mm:.0f} mm wide{alone}",
            advice="Plan for treating that part too, or choose a higher, softer line that keeps its sense as hair goes.",
        ),
    )
