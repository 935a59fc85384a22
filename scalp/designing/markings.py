"""What a person marked on a scalp, as fields of a design: scars, bald patches, places to keep free.

Marks are checked against the head they are said to lie on. How they are joined with the rest of a design is `densities`'s.
"""

from itertools import combinations

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BadInput, BoolArray, FloatArray, Value, WrongParent, value
from scalp.designing.anatomy import Anatomy
from scalp.domain.head import Head, Mesh
from scalp.domain.marks import KeepAway, Patch, ScalpMarks, Scar
from scalp.domain.survey import ScalpSurvey
from scalp.geometry.curves import distance_to_curve_mm, spaced_evenly
from scalp.geometry.easing import eased
from scalp.geometry.integrals import covered_fraction
from scalp.geometry.nearest import NearestFinder

FARTHEST_OFF_MM = 5.0
"""How far from the skin a mark may be: a finger's error, and the change of a head that was made anew. (E)"""
WIDEST_PATCH_MM = 260.0
SPACING_MM = 1.0


@value
class MarkRules(Value):
    """How scars and patches are joined with what lies around them."""

    scar_blend_mm: float = 18.0
    """How far the work goes on beside a scar, since the eye finds the edge of what is filled: a wide zone. (C, smp 1.18)"""
    scar_fraction: float = 0.8
    """Level in the scar against the peak: that of shaved hair beside it. What a scar does not take is for further sessions. (E)"""
    beside_fraction: float = 0.25
    """Level right beside it, between the hairs there: at the low end of 30 to 80 per cm2 (D, smp 1.4), since what is drawn
    between full hair darkens it and a band would be seen."""
    scar_edge_mm: float = 3.0
    """Over what distance the level falls from that in the scar to that beside it. (E)"""
    patch_blend_mm: float = 12.0
    """How far the work goes on into the hair around a patch. (E)"""
    patch_fraction: float = 0.95
    """Level in a patch against the peak. (E)"""
    patch_edge_mm: float = 4.0
    """Over what distance native hair begins around a patch. (E)"""
    round_graft_mm: float = 3.0
    """How far round the scars of single grafts the full level reaches, so that none stands out. (E)"""


def keep_away_of(survey: ScalpSurvey, *, least_confidence_fraction: float = 0.0) -> tuple[KeepAway, ...]:
    """Return the places that a survey of photos says to keep free: moles, scars, wounds, and all that a person named.

    A mole that is none costs a few impressions, one that is missed a doctor's visit: all are taken unless told otherwise.
    """
    sure = (place for place in survey.avoid if place.told or place.confidence_fraction >= least_confidence_fraction)
    return tuple(KeepAway(kind=place.kind, place_mm=place.place_mm, radius_mm=place.radius_mm) for place in sure)


def marks_of(survey: ScalpSurvey) -> ScalpMarks:
    """Return the marks of a scalp as far as a survey of its photos tells them: the places to keep free."""
    return ScalpMarks(head_digest=survey.head_digest, keep_away=keep_away_of(survey))


def check_marks(head: Head, marks: ScalpMarks, hair: FloatArray) -> None:
    """Refuse marks of another head, marks off the skin, and scars or patches off the part where `hair` (V,) can grow."""
    if marks.head_digest != head.digest:
        raise WrongParent("marks", "of another head", "marks made on this head", "Mark this head, or choose the head they were made on.")
    finder = NearestFinder(head.surface)
    for name, places_mm in _named_places(marks):
        off_mm = float(finder.find(places_mm).distance_mm.max())
        if off_mm > FARTHEST_OFF_MM:
            said = f"{off_mm:.0f} mm off the skin"
            raise BadInput(name, said, f"within {FARTHEST_OFF_MM:g} mm of it", "Mark the place on this head again.")
    scalp = cKDTree(head.surface.vertices_mm[hair > 0.0])
    for name, places_mm in _named_places(marks):
        beyond_mm = float(np.max(scalp.query(places_mm)[0]))
        if not name.startswith("keep-away") and beyond_mm > FARTHEST_OFF_MM:
            said = f"{beyond_mm:.0f} mm outside the part of the head where hair grows"
            raise BadInput(name, said, f"within {FARTHEST_OFF_MM:g} mm of it", "Only the scalp is treated: mark the part that lies on it.")


def _named_places(marks: ScalpMarks) -> list[tuple[str, FloatArray]]:
    """Return the places of every mark with the name by which it is refused; places to keep free all together."""
    named = [(f"scar {number}", scar.path_mm) for number, scar in enumerate(marks.scars, 1)]
    named += [(f"patch {number}", patch.outline_mm) for number, patch in enumerate(marks.patches, 1)]
    if marks.keep_away:
        named.append(("keep-away place", np.array([place.place_mm for place in marks.keep_away])))
    return named


def _over_skin_mm(anatomy: Anatomy, places_mm: FloatArray) -> FloatArray:
    """Return the way through places on the skin (N, 3) as points on it: where two lie far apart, not straight through the head."""
    ways = spaced_evenly(places_mm, SPACING_MM) - anatomy.chart.centre_mm
    out_mm = anatomy.caster.meet(ways)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    met = np.isfinite(out_mm)
    return np.asarray(anatomy.chart.centre_mm + out_mm[met, None] * ways[met])


def from_scar_mm(anatomy: Anatomy, scar: Scar, rules: MarkRules) -> FloatArray:
    """Return how far beside a scar each vertex lies, (V,) mm; below 0 in it. Those of single grafts count with what is round them."""
    vertices_mm = anatomy.head.surface.vertices_mm
    if scar.kind == "fue":
        return np.asarray(cKDTree(scar.path_mm).query(vertices_mm)[0] - scar.width_mm / 2 - rules.round_graft_mm)
    path_mm = _over_skin_mm(anatomy, scar.path_mm) if len(scar.path_mm) > 1 else np.repeat(scar.path_mm, 2, axis=0)
    return distance_to_curve_mm(vertices_mm, path_mm) - scar.width_mm / 2


def within_patch_mm(anatomy: Anatomy, patch: Patch) -> FloatArray:
    """Return how far inside a patch's outline each vertex lies, (V,) mm; below 0 outside.

    Inside is told by the way seen from the middle of the cranium, so that an outline may wrap round the head up to 260 mm.
    """
    outline_mm = _over_skin_mm(anatomy, np.vstack([patch.outline_mm, patch.outline_mm[:1]]))
    towards = patch.outline_mm.mean(axis=0) - anatomy.chart.centre_mm
    vertices_mm = anatomy.head.surface.vertices_mm
    corners = _laid(patch.outline_mm - anatomy.chart.centre_mm, towards)
    if _crosses_itself(corners):
        raise BadInput("patch outline", "crosses itself", "a simple outline", "Go round the patch once, without crossing the line.")
    if float(np.linalg.norm(outline_mm[:, None, :] - outline_mm[None, ::7], axis=2).max()) > WIDEST_PATCH_MM:
        raise BadInput("patch outline", f"wider than {WIDEST_PATCH_MM:g} mm", "a patch", "Where all is bare, treat the whole scalp.")
    inside = _inside(_laid(vertices_mm - anatomy.chart.centre_mm, towards), corners)
    return np.where(inside, 1.0, -1.0) * distance_to_curve_mm(vertices_mm, outline_mm)


def _laid(away_mm: FloatArray, towards: FloatArray) -> FloatArray:
    """Return directions (N, 3) laid flat round one of them, (N, 2): the angle from it, along the way to it."""
    middle = towards / np.linalg.norm(towards)
    first = np.cross(middle, np.array([1.0, 0.0, 0.0]) if abs(middle[0]) < 0.8 else np.array([0.0, 1.0, 0.0]))
    first /= np.linalg.norm(first)
    second = np.cross(middle, first)
    ways = away_mm / np.linalg.norm(away_mm, axis=1, keepdims=True)
    across = np.column_stack([ways @ first, ways @ second])
    sine = np.linalg.norm(across, axis=1)
    return np.asarray(across * (np.arctan2(sine, ways @ middle) / np.maximum(sine, 1e-12))[:, None])


def _inside(places: FloatArray, corners: FloatArray) -> BoolArray:
    """Return which places (N, 2) lie inside a polygon (M, 2), by the crossings of a ray."""
    inside = np.zeros(len(places), bool)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        astride = (y0 > places[:, 1]) != (y1 > places[:, 1])
        inside ^= astride & (places[:, 0] < x0 + (places[:, 1] - y0) * (x1 - x0) / (y1 - y0))
    return inside


def _crosses_itself(corners: FloatArray) -> bool:
    """Return whether two sides of a polygon (M, 2) that are no neighbours cross."""
    start, end = corners, np.roll(corners, -1, axis=0)
    first, second = (np.array(side) for side in zip(*combinations(range(len(corners)), 2), strict=True))
    apart = (second - first > 1) & (second - first < len(corners) - 1)
    first, second = first[apart], second[apart]

    def turn(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
        return np.asarray((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))

    ours = turn(start[first], end[first], start[second]) * turn(start[first], end[first], end[second])
    theirs = turn(start[second], end[second], start[first]) * turn(start[second], end[second], end[first])
    return bool(((ours < 0) & (theirs < 0)).any())


def marked_fraction(anatomy: Anatomy, marks: ScalpMarks, rules: MarkRules) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return the level that scars and patches ask for against the peak, (V,), and which vertices are theirs: scars', patches'."""
    vertices_mm = anatomy.head.surface.vertices_mm
    level, scarred, patched = (np.zeros(len(vertices_mm)), *np.zeros((2, len(vertices_mm)), bool))
    for patch in marks.patches:
        inside_mm = within_patch_mm(anatomy, patch)
        level = np.maximum(level, rules.patch_fraction * eased(inside_mm / rules.patch_blend_mm + 1.0))
        patched |= inside_mm > -rules.patch_blend_mm
    for scar in marks.scars:
        beside_mm = from_scar_mm(anatomy, scar, rules)
        beside = rules.beside_fraction * eased(1.0 - beside_mm / rules.scar_blend_mm)
        level = np.maximum(level, beside + (rules.scar_fraction - rules.beside_fraction) * eased(1.0 - beside_mm / rules.scar_edge_mm))
        scarred |= beside_mm < rules.scar_blend_mm
    return level, scarred, patched & ~scarred


def haired_fraction(anatomy: Anatomy, marks: ScalpMarks, rules: MarkRules) -> FloatArray:
    """Return what marks leave of native hair at each vertex, (V,) 0..1: none in scars and bald patches, the told share elsewhere."""
    left = np.full(len(anatomy.head.surface.vertices_mm), 1.0 if marks.hair_fraction is None else marks.hair_fraction)
    for patch in marks.patches:
        left *= eased(0.5 - within_patch_mm(anatomy, patch) / rules.patch_edge_mm)
    for scar in marks.scars:
        if scar.kind != "fue":
            left *= eased(0.5 + from_scar_mm(anatomy, scar, rules) / rules.scar_edge_mm)
    return left


def keep_free(surface: Mesh, density_per_cm2: FloatArray, keep_away: tuple[KeepAway, ...]) -> tuple[FloatArray, tuple[KeepAway, ...]]:
    """Return the density without what would lie in places to keep free, (V,), and those of them that touch what is treated.

    What a place holds is taken away, not pushed aside: the count falls by it and the rest stays as dense as it was.
    """
    if not keep_away:
        return density_per_cm2, ()
    places_mm, radius_mm = np.array([place.place_mm for place in keep_away]), np.array([place.radius_mm for place in keep_away])
    treated = surface.vertices_mm[density_per_cm2 > 0.0]
    if not len(treated):
        return density_per_cm2, ()
    touching = cKDTree(treated).query(places_mm)[0] <= radius_mm + FARTHEST_OFF_MM
    if not touching.any():
        return density_per_cm2, ()
    covered = covered_fraction(surface, places_mm[touching], radius_mm[touching])
    return density_per_cm2 * (1.0 - covered), tuple(place for place, near in zip(keep_away, touching, strict=True) if near)
