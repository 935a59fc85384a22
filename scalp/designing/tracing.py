"""A line drawn by hand: laid onto the skin as it was drawn, and what a line may not do, whoever drew or moved it.

What the anchors of a line are is `anchors`'; how they are moved, `editing`'s.
"""

import numpy as np

from scalp.base import BadInput, BoolArray, FloatArray
from scalp.designing.anatomy import Anatomy
from scalp.designing.anchors import middle_index
from scalp.geometry.curves import lengths_along_mm, spaced_evenly
from scalp.geometry.nearest import NearestFinder
from scalp.geometry.sections import polar_of

LOWEST_FRACTION, HIGHEST_FRACTION = 0.28, 0.66
"""Where the middle of a hairline can lie on the way from glabella to vertex: above the brow, before the crown. (E)"""
FURTHEST_OFF_MM = 10.0
"""How far off the skin a drawn point may float: a finger's breadth. (E)"""
SHORTEST_MM, LEAST_ASIDE_MM = 70.0, 20.0
"""A hairline is at least so long and reaches so far to both sides: about from one pupil to the other. (E)"""
MOST_BACKWARDS_MM = 6.0
"""By how much a ragged line may turn back on its way from right to left. (E)"""
SPACING_MM = 1.0
EAR_MIDDLE_MM, EAR_RADII_MM = (3.0, -13.0), (31.0, 19.0)
"""Middle of the ear's root above and before the tragus, and its radii, with 2 mm to spare. (E)"""


def lay_drawn(anatomy: Anatomy, drawn_mm: FloatArray) -> FloatArray:
    """Return a drawn line (N, 3) laid onto the skin, a point each millimetre, (M, 3) mm; its own raggedness is kept.

    Each point goes to the nearest place of the skin. Refuses, with the reason, what is no hairline of this head: too far off
    the skin, too short, from left to right, over face, ears or crown, across itself or backwards.
    """
    surface = anatomy.head.surface
    found = NearestFinder(surface).find(drawn_mm)
    if found.distance_mm.max() > FURTHEST_OFF_MM:
        raise _refused(
            f"{found.distance_mm.max():.0f} mm off the skin",
            f"within {FURTHEST_OFF_MM:.0f} mm of the skin of this head",
            "Draw on the head itself; check that mm and the head are the right ones.",
        )
    laid_mm = np.einsum("nk,nkd->nd", found.barycentric, surface.vertices_mm[surface.faces[found.face_index]])
    laid_mm = laid_mm[np.concatenate([[True], np.linalg.norm(np.diff(laid_mm, axis=0), axis=1) > 1e-6])]
    _check_reach(anatomy, laid_mm)
    # Between points far apart the chord lies under the skin: the even points are put back onto it.
    even_mm = _on_skin_mm(anatomy, spaced_evenly(laid_mm, SPACING_MM))
    fault = fault_of(anatomy, even_mm)
    if fault:
        raise _refused(*fault)
    return even_mm


def fault_of(anatomy: Anatomy, line_mm: FloatArray) -> tuple[str, str, str] | None:
    """Return what is wrong with a line on the skin (N, 3), what is allowed and what to do; None where nothing is."""
    place = _place_off_scalp(anatomy, line_mm)
    if place:
        return f"over {place}", "a curve over the scalp, above brow and ears and before the crown", "Keep it on the scalp."
    if crosses_itself(anatomy, line_mm):
        return "crossing itself", "a curve that meets no part of itself", "Draw it in one go, without loops."
    if turns_back_mm(anatomy, line_mm) > MOST_BACKWARDS_MM:
        return (
            f"running backwards by {turns_back_mm(anatomy, line_mm):.0f} mm",
            f"from the client's right to the left, turning back by up to {MOST_BACKWARDS_MM:.0f} mm",
            "Draw it in one go from right to left.",
        )
    return None


def turns_back_mm(anatomy: Anatomy, line_mm: FloatArray) -> float:
    """Return how far a line runs back from left to right at most, over the skin, mm."""
    azimuth_rad, polar_rad = polar_of(line_mm, anatomy.chart.centre_mm)
    round_mm = np.linalg.norm(line_mm - anatomy.chart.centre_mm, axis=1) * np.sin(polar_rad)
    return float(((np.maximum.accumulate(azimuth_rad) - azimuth_rad) * round_mm).max())


def crosses_itself(anatomy: Anatomy, line_mm: FloatArray) -> bool:
    """Return whether two parts of a line meet, seen from the middle of the cranium."""
    azimuth_rad, polar_rad = polar_of(line_mm, anatomy.chart.centre_mm)
    flat = polar_rad[:, None] * np.column_stack([np.sin(azimuth_rad), np.cos(azimuth_rad)])
    start, way = flat[:-1], np.diff(flat, axis=0)
    # Segment i is at start + u way, segment j at start + v way; they meet where both u and v lie between 0 and 1.
    apart = start[None, :] - start[:, None]
    across = way[:, None, 0] * way[None, :, 1] - way[:, None, 1] * way[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (apart[..., 0] * way[None, :, 1] - apart[..., 1] * way[None, :, 0]) / across
        v = (apart[..., 0] * way[:, None, 1] - apart[..., 1] * way[:, None, 0]) / across
    met: BoolArray = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1) & (np.abs(across) > 1e-15)
    return bool(np.triu(met, 2).any())


def _check_reach(anatomy: Anatomy, laid_mm: FloatArray) -> None:
    """Refuse a line that is short, one-sided or drawn from left to right."""
    aside_mm = laid_mm[[0, -1], 0] - anatomy.chart.centre_mm[0]
    if aside_mm[0] > LEAST_ASIDE_MM and aside_mm[1] < -LEAST_ASIDE_MM:
        raise _refused("from the client's left to the right", "from right to left", "Give its points in the other order.")
    length_mm = float(lengths_along_mm(laid_mm)[-1])
    if length_mm < SHORTEST_MM or aside_mm[0] > -LEAST_ASIDE_MM or aside_mm[1] < LEAST_ASIDE_MM:
        raise _refused(
            f"{length_mm:.0f} mm long, from {-aside_mm[0]:.0f} mm right to {aside_mm[1]:.0f} mm left of the middle",
            f"at least {SHORTEST_MM:.0f} mm, {LEAST_ASIDE_MM:.0f} mm and more to both sides",
            "Draw on, at best from temple to temple.",
        )


def _place_off_scalp(anatomy: Anatomy, line_mm: FloatArray) -> str | None:
    """Return which part that is no scalp a line runs over, None where it stays on the scalp. (E)"""
    up_mm, ahead_mm = (line_mm - anatomy.tragus_mm)[:, 1:].T
    lowest_mm, foremost_mm = (anatomy.on_midline_mm(LOWEST_FRACTION * anatomy.vertex_along_mm) - anatomy.tragus_mm)[1:]
    eye_mm, eye_forward_mm = float(anatomy.canthus_mm[1] - anatomy.tragus_mm[1]), anatomy.eye_forward_mm
    # From before the ear over the outer corner of the eye to the lowest middle, which the forehead between them falls short of.
    forwards_mm = [0.5 * eye_forward_mm, max(0.85 * eye_forward_mm, foremost_mm - 14.0), max(eye_forward_mm, foremost_mm - 1.0)]
    limit_mm = np.interp(ahead_mm, forwards_mm, [8.0, eye_mm + 0.25 * (lowest_mm - eye_mm), lowest_mm - 2.0])
    ear = np.hypot((up_mm - EAR_MIDDLE_MM[0]) / EAR_RADII_MM[0], (ahead_mm - EAR_MIDDLE_MM[1]) / EAR_RADII_MM[1]) < 1.0
    middle = middle_index(line_mm, float(anatomy.chart.centre_mm[0]))
    highest_mm = anatomy.on_midline_mm(HIGHEST_FRACTION * anatomy.vertex_along_mm)
    if ear.any():
        return "an ear"
    if (up_mm < limit_mm).any():
        return "the face"
    if (ahead_mm < -25.0).any():
        return "the back of the head"
    return "the crown" if line_mm[middle, 2] < highest_mm[2] - 1.0 else None


def _on_skin_mm(anatomy: Anatomy, points_mm: FloatArray) -> FloatArray:
    """Return where the skin lies in the directions of points near it, as seen from the middle of the cranium, (N, 3) mm."""
    directions = points_mm - anatomy.chart.centre_mm
    directions = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    out_mm = anatomy.caster.meet(directions)
    if np.isnan(out_mm).any():
        raise _refused("over a hole of the surface", "a curve over the closed scalp", "Close the holes of the head, or draw beside them.")
    return np.asarray(anatomy.chart.centre_mm + out_mm[:, None] * directions)


def _refused(found: str, allowed: str, remedy: str) -> BadInput:
    """Return the refusal of a drawn line."""
    return BadInput("drawn line", found, allowed, remedy)
