"""Which needle and which shade make each impression: those of its session's work in its zone, feathered between zones.

Where the impressions lie is decided before, in `fields`; how much each varies about this is `placing`'s.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import FloatArray, IntArray
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Plan, Session
from scalp.placement.fields import Field

FEATHER_MM = 4.0
"""Standard deviation over which the hand of one zone reaches into the next, so that no step of tone shows. (E)"""


class Uses(NamedTuple):
    """What each impression is made with, (N,): the needle's median deposit and the concentration of the shade."""

    diameter_mm: FloatArray
    diameter_cv_fraction: FloatArray
    top_depth_mm: FloatArray
    bottom_depth_mm: FloatArray
    concentration_mg_per_ml: FloatArray


def uses_at(plan: Plan, design: Design, head: Head, field: Field) -> Uses:
    """Return what each impression of a field is made with.

    An impression belongs to the zone of the place a little aside of it, by chance of `FEATHER_MM`, so that needles and shades
    blend from zone to zone while the field's density stays as it is. A zone without work in that session is worked as that
    session's largest. Plans without works use their one needle and pigment. Chance is that of the field's order alone.
    """
    count = len(field.session_number)
    uses = np.tile(_row(plan.needle, plan.pigment), (count, 1))
    if any(session.works for session in plan.sessions):
        zone = _feathered_zone(design, head, field)
        for session in plan.sessions:
            if session.works:
                own = field.session_number == session.number
                uses[own] = _uses_by_zone(plan, session)[zone[own]]
    return Uses(*uses.T)


def _feathered_zone(design: Design, head: Head, field: Field) -> IntArray:
    """Return the zone (N,) in whose manner each impression is made."""
    corners_mm = head.surface.vertices_mm[head.surface.faces[field.spots.face_index]]
    places_mm = np.einsum("nk,nkd->nd", field.spots.barycentric, corners_mm)
    aside_mm = FEATHER_MM * np.random.default_rng([len(places_mm), 53]).standard_normal(places_mm.shape)
    placed = np.flatnonzero(design.density_per_cm2 > 0.0)
    _, nearest = cKDTree(head.surface.vertices_mm[placed]).query(places_mm + aside_mm)
    return design.worked_zone_index[placed[nearest]].astype(np.int32)


def _uses_by_zone(plan: Plan, session: Session) -> FloatArray:
    """Return what is used in each of `ZONE_NAMES` in a session, (Z, 5)."""
    largest = max(session.works, key=lambda work: work.impressions_count)
    by_zone = {work.zone: work for work in session.works}
    chosen = [by_zone.get(name, largest) for name in ZONE_NAMES]
    return np.array([_row(work.needle, dataclasses.replace(plan.pigment, dilution_ratio=work.shade_ratio)) for work in chosen])


def _row(needle: Needle, pigment: Pigment) -> tuple[float, ...]:
    """Return the needle's deposit and the shade's concentration in the order of `Uses`."""
    return (
        needle.deposit_diameter_mm,
        needle.deposit_diameter_cv_fraction,
        needle.top_depth_mm,
        needle.bottom_depth_mm,
        pigment.deposit_mg_per_ml,
    )
