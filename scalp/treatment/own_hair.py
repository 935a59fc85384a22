"""The client's own hair around a treatment: where it grows, how it grows on and greys, and how well the treatment matches it."""

import dataclasses
from functools import lru_cache

import numpy as np

from scalp.ageing.hair import grey_later, grow, lose, turn_grey
from scalp.ageing.roots import sow_hairs
from scalp.base import Doubt, FloatArray
from scalp.designing.fringe import native_cover
from scalp.domain.hair import Hairs
from scalp.domain.impressions import Impressions
from scalp.domain.look import Moment
from scalp.geometry.meshes import face_areas_mm2
from scalp.rendering.hairs import hairs_in_sight
from scalp.rendering.shaving import hair_on_vertices
from scalp.skin.stubble import Mismatch, field_light, mismatch
from scalp.treatment.courses import Course, impressions_at, moments_of
from scalp.treatment.sittings import Sitting

DENSE_FRACTION = 0.8
"""Part of the peak density from which a place stands for the treated top."""
UNDER_HAIR_FRACTION = 0.5
"""Part of the impressions of a bare scalp that are left out in dense hair: 30 to 80 per cm2 are placed there. (D, smp 1.4)"""


@lru_cache(maxsize=2)
def native_density(sitting: Sitting, course: Course) -> FloatArray:
    """Return how densely the hair grows that is to be shown, (V,) against full density: what was shaved off, or the fringe.

    None is added where the photo shows hair of its own.
    """
    shown = hair_on_vertices(sitting.head, sitting.photo, sitting.regions)
    return (
        shown
        if sitting.unshaved is not None
        else native_cover(course.head, course.design.wishes, course.design.wishes.norwood, marks=course.design.marks) * (1.0 - shown)
    )


@lru_cache(maxsize=2)
def native_hairs(sitting: Sitting, course: Course) -> Hairs | None:
    """Return the native hairs in sight that are to be shown, cut flush; None where the photo shows the hair itself."""
    if sitting.stubble is None:
        return None
    sown = sow_hairs(course.head, sitting.stubble.hair, native_density(sitting, course), seed=course.seed)
    camera = course.head.camera_of(sitting.photo.digest)
    return hairs_in_sight(sown, course.head, sitting.regions, camera)


def hairs_at(native: Hairs | None, sitting: Sitting, course: Course, moment: Moment) -> Hairs | None:
    """Return the native hairs at a moment: as long since the shave at all of them, greyer and fewer in later years."""
    stubble, wishes, years = sitting.stubble, course.design.wishes, moment.years
    if native is None or stubble is None:
        return None
    if years and stubble.later_norwood is not None:
        native = lose(native, course.head, native_cover(course.head, wishes, stubble.later_norwood, marks=course.design.marks))
    return turn_grey(grow(native, stubble.hair, stubble.days), grey_later(stubble.hair.grey_fraction, wishes.age_years, years))


def between_hairs(course: Course, density_fraction: FloatArray) -> Impressions:
    """Return the impressions that are placed where hair grows so densely: half as many in dense hair, between its follicles. (D, smp 1.4)"""
    placed = course.placed
    here = density_fraction[course.head.surface.faces[placed.face_index]].mean(axis=1)
    return placed.where(np.random.default_rng([course.seed, 41]).random(len(placed)) >= UNDER_HAIR_FRACTION * here)


def mismatch_at(sitting: Sitting, course: Course, moment: Moment) -> Mismatch | None:
    """Return how far the tone of the treated mid-scalp differs from that of the native sides at a moment; None without stubble."""
    if sitting.stubble is None:
        return None
    hair, dense = sitting.stubble.hair, course.design.density_per_cm2 >= DENSE_FRACTION * course.design.density_per_cm2.max()
    within = dense[course.head.surface.faces].all(axis=1)
    lying = impressions_at(course, moment)
    treated = field_light(
        course.skin, lying.where(within[lying.face_index]), float(face_areas_mm2(course.head.surface)[within].sum() / 100.0)
    )
    grey = grey_later(hair.grey_fraction, course.design.wishes.age_years, moment.years)
    return mismatch(course.skin, dataclasses.replace(hair, grey_fraction=grey), sitting.stubble.days, treated)


def doubts_of_stubble(sitting: Sitting, course: Course) -> tuple[Doubt, ...]:
    """Return the doubt that a noticed mismatch of healed work with the native sides makes."""
    healed = next(moment for moment in moments_of(course.plan) if moment.name == "healed")
    found = mismatch_at(sitting, course, healed)
    return found.doubts if found else ()
