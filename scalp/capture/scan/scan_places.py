"""Landmarks of a scanned head, on its own surface: from the face seen, from points named, from the fitted model."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from scalp.base import BadInput, FloatArray, IntArray, NotPossible
from scalp.capture.scan.scan_faces import FaceInSpace
from scalp.capture.scan.scan_surface import Guide
from scalp.capture.shape.prior import POINT_OF_MESH, HeadPrior
from scalp.domain.head import LANDMARK_NAMES, Mesh
from scalp.domain.scan import NamedPlaces
from scalp.geometry.alignment import align
from scalp.geometry.girths import cut_points_mm
from scalp.geometry.nearest import NearestFinder

FEWEST_PLACES = 4
LARGEST_OFF_MM = 25.0
"""Named points whose distances differ more than this from a mean head's are not those points. (D)"""
SNAP_MM = 12.0
"""A landmark lies on the skin where the skin is no farther from where it was told. (D)"""
PROFILE_DEEP_MM, PROFILE_BELOW_MM, PROFILE_ABOVE_MM, PROFILE_STEP_MM = 25.0, 12.0, 14.0, 0.25
"""How deep behind, below and above the told points the profile between the brows is looked at, and in which steps."""
_ADVICE = "Name glabella, left_tragion, right_tragion and vertex, and more where you can; left and right are the client's."


def demand_sound(prior: HeadPrior, points: NamedPlaces) -> None:
    """Refuse named points that are too few, on one line, or nothing like a head's; say so where sides look exchanged."""
    if len(points.names) < FEWEST_PLACES:
        raise NotPossible(f"finding the head from {len(points.names)} named points", f"{FEWEST_PLACES} or more", _ADVICE)
    spread = np.linalg.svd(points.places - points.places.mean(0), compute_uv=False)
    if spread[1] < 0.1 * spread[0]:
        raise BadInput("points of the scan", "all on one line or one spot", "points spread over the head", _ADVICE)
    off_mm = _off_mm(prior, points.names, points.places)
    if off_mm < LARGEST_OFF_MM:
        return
    sides = {"left": "right", "right": "left"}
    other = tuple(sides[name.split("_")[0]] + name[name.index("_") :] if name.split("_")[0] in sides else name for name in points.names)
    exchanged = "Left and right look exchanged, or the scan is mirrored. " if _off_mm(prior, other, points.places) < LARGEST_OFF_MM else ""
    raise BadInput(
        "points of the scan", f"{off_mm:.0f} mm from where a head has them", f"within {LARGEST_OFF_MM:.0f} mm", exchanged + _ADVICE
    )


def _off_mm(prior: HeadPrior, names: tuple[str, ...], places: FloatArray) -> float:
    """Return how far the worst of some named points lies from the mean head's, brought onto them, mm."""
    known = prior.points_mean_mm[[prior.index(name) for name in names]]
    placed = align(known, places)
    return float(np.linalg.norm(placed.undo(places) - known, axis=1).max())


def _on_profile(surface: Mesh, glabella_mm: FloatArray, sellion_mm: FloatArray) -> dict[str, FloatArray]:
    """Return glabella and sellion where the profile of the face is most forward between the brows and deepest below.

    A network sets both within some millimetres; the surface has them as they are defined. What is not found stays.
    """
    side = (glabella_mm[0] + sellion_mm[0]) / 2
    front = surface.vertices_mm[:, 2] > min(glabella_mm[2], sellion_mm[2]) - PROFILE_DEEP_MM
    ahead = Mesh(vertices_mm=surface.vertices_mm, faces=surface.faces[front[surface.faces].all(1)])
    cut = cut_points_mm(ahead, np.array([side, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]))
    levels = np.arange(sellion_mm[1] - PROFILE_BELOW_MM, glabella_mm[1] + PROFILE_ABOVE_MM, PROFILE_STEP_MM)
    if len(cut) < len(levels) // 8:
        return {}
    order = np.argsort(cut[:, 1])
    deep = gaussian_filter1d(np.interp(levels, cut[order, 1], cut[order, 2]), 1.0 / PROFILE_STEP_MM)
    found = {}
    hollow = _dips(deep)
    if len(hollow):
        low = hollow[np.argmin(np.abs(levels[hollow] - sellion_mm[1]))]
        found["sellion"] = np.array([side, levels[low], deep[low]])
        humps = _dips(-deep)
        humps = humps[(humps > low) & (np.abs(levels[humps] - glabella_mm[1]) < PROFILE_ABOVE_MM)]
        if len(humps):
            high = humps[np.argmin(np.abs(levels[humps] - glabella_mm[1]))]
            found["glabella"] = np.array([side, levels[high], deep[high]])
    return found


def name_places(surface: Mesh, guide: Guide, face: FaceInSpace | None, named: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Return each landmark of a head in head space, (3,) mm.

    Named points come first, then those read off the face, then the model's; all lie on the nearest skin where that is near.
    The vertex is the highest place of the scalp.
    """
    told = {name: guide.places_mm[name] for name in LANDMARK_NAMES}
    for name in LANDMARK_NAMES:
        mesh_name = POINT_OF_MESH.get(name)
        if face is not None and mesh_name is not None:
            place = face.points[int(mesh_name.removeprefix("mesh_"))]
            told[name] = place if np.isfinite(place).all() else told[name]
        told[name] = named.get(name, told[name])
    for name, place in _on_profile(surface, told["glabella"], told["sellion"]).items():
        told[name] = named.get(name, place)
    near = NearestFinder(surface).find(np.array(list(told.values())))
    skin = np.einsum("nk,nkd->nd", near.barycentric, surface.vertices_mm[surface.faces[near.face_index]])
    placed = {name: skin[row] if near.distance_mm[row] < SNAP_MM else told[name] for row, name in enumerate(told)}
    if "vertex" not in named:
        high = surface.vertices_mm[guide.above(surface.vertices_mm) > 0]
        placed["vertex"] = high[np.argmax(high[:, 1])]
    return placed


def _dips(values: FloatArray) -> IntArray:
    """Return the places lower than both their neighbours; not `scipy.signal`'s, whose import takes half a second."""
    return np.asarray(np.flatnonzero((values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])) + 1, np.int32)
