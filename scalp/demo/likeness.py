"""A client's skull in a body of nobody's: the MakeHuman bust bent until its scalp lies exactly on a head's own surface.

Landmarks and skull are the client's; face, ears and neck are a neutral man's and only follow. Light and pixels are `portraits`'.
"""

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree

from scalp.base import BadMesh, BoolArray, FloatArray
from scalp.demo.person import Person
from scalp.demo.zones import Zones, smoothstep
from scalp.domain.head import LANDMARK_NAMES, Head
from scalp.domain.sighting import POINT_NAMES
from scalp.geometry.meshes import face_crosses_mm2

POINT_NAMES_LIST = list(POINT_NAMES)
FREE_POINTS = ("nose_tip", "subnasale", "menton", "left_cheilion", "right_cheilion")
"""Named points of the bust that a head says nothing about: they keep their place in the bent bust."""
SKULL_COUNT, NECK_COUNT = 260, 60
NECK_FLOOR_MM = -95.0
BROW_MM = (8.0, 34.0)
"""Height above the glabella over which the forehead passes from the bust's own brow to the head's surface."""
SMOOTHING = 2.0
NEAREST_COUNT = 4
FOLDED_FRACTION = 0.002
"""Of the faces of a surface: where more of them look inward, it has ears."""
EAR_ROUND_RAD, EAR_NEIGHBOURS_COUNT, EAR_OUT_MM = 0.15, 60, 5.0
"""What stands so far out of its surroundings, seen from the middle of the skull, is an ear. (D)"""


def skull_radii_mm(head: Head, centre_mm: FloatArray, ways: FloatArray) -> FloatArray:
    """Return how far a head's surface lies from a point inside it along unit ways (N, 3), (N,)."""
    arms = head.surface.vertices_mm - centre_mm
    radii = np.linalg.norm(arms, axis=1)
    if radii.min() < 1.0:
        raise BadMesh("surface", "no hollow round its middle", "a closed skull", "Reconstruct the head again.")
    ways_out = arms / radii[:, None]
    if _has_ears(head, centre_mm):
        kept = _under_ears(ways_out, radii)
        ways_out, radii = ways_out[kept], radii[kept]
    far, index = cKDTree(ways_out).query(ways, k=NEAREST_COUNT)
    weights = 1.0 / np.maximum(far, 1e-9) ** 2
    return np.asarray((radii[index] * weights).sum(axis=1) / weights.sum(axis=1))


def _under_ears(ways_out: FloatArray, radii_mm: FloatArray) -> BoolArray:
    """Tell which corners of a scan's surface are skull: those that do not stand out of what is seen close by, as ears do."""
    near = cKDTree(ways_out).query(ways_out, k=EAR_NEIGHBOURS_COUNT, distance_upper_bound=EAR_ROUND_RAD)[1]
    padded = np.append(radii_mm, np.inf)
    return np.asarray(radii_mm < padded[near].min(axis=1) + EAR_OUT_MM)


def _has_ears(head: Head, centre_mm: FloatArray) -> bool:
    """Tell whether parts of a surface look back at its middle, as ears and nostrils of a scan do."""
    crosses = face_crosses_mm2(head.surface)
    inward = np.einsum("fd,fd->f", crosses, head.surface.vertices_mm[head.surface.faces].mean(axis=1) - centre_mm) < 0
    return bool(inward.mean() > FOLDED_FRACTION)


def bend_person(person: Person, zones: Zones, head: Head, *, seed: int = 1) -> Person:
    """Return the person with a head's skull: landmarks at the head's, the scalp exactly on its surface, the rest carried along.

    An affine map in x and in (y, z) by the eight landmarks, then a biharmonic bend by places all over the skull, then
    the scalp moved the last tenths of a mm along its own rays.
    """
    marks = [POINT_NAMES_LIST.index(name) for name in LANDMARK_NAMES]
    affine = _affine(person.points_mm[marks], head.landmarks_mm)
    moved, points, eyes = (_mapped(places, affine) for places in (person.vertices_mm, person.points_mm, person.eyes_mm))
    surface_mm = head.surface.vertices_mm
    centre_mm = np.asarray((surface_mm.min(0) + surface_mm.max(0)) / 2 + [0.0, 30.0, 0.0])
    landed, firm = _landed(moved, head, centre_mm), _firm(person, zones)
    bend = _bend((moved, points), landed, firm, (marks, head.landmarks_mm), seed)
    bent = moved + bend(moved)
    bent += firm[:, None] * (_landed(bent, head, centre_mm) - bent)
    return person._replace(vertices_mm=bent, points_mm=points + bend(points), eyes_mm=eyes + bend(eyes))


def _firm(person: Person, zones: Zones) -> FloatArray:
    """Return how firmly each vertex is held on the skull, (V,) 0..1: fully on the scalp, ever less down to the brows."""
    above_mm = person.vertices_mm[:, 1] - person.point("glabella")[1]
    ahead = smoothstep(10.0, 40.0, person.vertices_mm[:, 2])
    return np.asarray(zones.scalp * (1.0 - ahead * (1.0 - smoothstep(*BROW_MM, above_mm))))


def _affine(known_mm: FloatArray, wanted_mm: FloatArray) -> tuple[float, FloatArray]:
    """Return the stretch across and the map (3, 2) of (y, z, 1) that bring landmarks nearest to where they are wanted."""
    across = float((known_mm[:, 0] @ wanted_mm[:, 0]) / (known_mm[:, 0] @ known_mm[:, 0]))
    ahead = np.column_stack([known_mm[:, 1:], np.ones(len(known_mm))])
    return across, np.asarray(np.linalg.lstsq(ahead, wanted_mm[:, 1:], rcond=None)[0])


def _mapped(places_mm: FloatArray, affine: tuple[float, FloatArray]) -> FloatArray:
    across, ahead = affine
    return np.column_stack([across * places_mm[:, 0], np.column_stack([places_mm[:, 1:], np.ones(len(places_mm))]) @ ahead])


def _landed(places_mm: FloatArray, head: Head, centre_mm: FloatArray) -> FloatArray:
    """Return places moved along their rays from the middle of the skull onto its surface."""
    arms = places_mm - centre_mm
    ways = arms / np.linalg.norm(arms, axis=1, keepdims=True)
    return np.asarray(centre_mm + skull_radii_mm(head, centre_mm, ways)[:, None] * ways)


def _bend(
    known: tuple[FloatArray, FloatArray],
    landed_mm: FloatArray,
    firm: FloatArray,
    wanted: tuple[list[int], FloatArray],
    seed: int,
) -> RBFInterpolator:
    """Return the smooth displacement that takes skull and landmarks home and leaves mouth, chin and shoulders."""
    moved_mm, points_mm = known
    marks, landmarks_mm = wanted
    random = np.random.default_rng((seed, 17))
    skull = random.choice(np.flatnonzero(firm > 0.98), SKULL_COUNT, replace=False)
    neck = random.choice(np.flatnonzero(moved_mm[:, 1] < NECK_FLOOR_MM), NECK_COUNT, replace=False)
    free = [POINT_NAMES_LIST.index(name) for name in FREE_POINTS]
    face = [place for place, name in enumerate(LANDMARK_NAMES) if name not in ("vertex", "inion")]
    places = np.vstack([moved_mm[skull], points_mm[[marks[place] for place in face]], points_mm[free], moved_mm[neck]])
    steps = np.zeros_like(places)
    steps[: len(skull)] = landed_mm[skull] - moved_mm[skull]
    steps[len(skull) : len(skull) + len(face)] = landmarks_mm[face] - points_mm[[marks[place] for place in face]]
    return RBFInterpolator(places, steps, kernel="linear", smoothing=SMOOTHING, degree=0)
