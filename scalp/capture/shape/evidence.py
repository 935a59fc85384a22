"""What the photo says about a head, in one form: points of the model and where they were seen, and the outline.

Weights of the face mesh's points live here; the fit that uses them is in `fitting`.
"""

import numpy as np

from scalp.base import BadInput, BoolArray, FloatArray, IntArray, NotPossible, Value, value
from scalp.capture.shape.prior import HeadPrior
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting, MarkedPoints, Outline

FEWEST_POINTS, FEWEST_JOINING_COUNT = 5, 3
"""Points that make a head, and those that place one more photo of a head already known."""
OUTLINE_POINTS_COUNT = 160
"""The outline is thinned to this many points; neighbours tell the same."""
OUTLINE_TOLD_COUNT = 60
"""So many of them count as independent: hair, cloth and skin folds move stretches of an outline together. (D)"""
HAIR_POINTS_COUNT, HAIR_TOLD_COUNT = 60, 2
"""The outline of hair is thinned to the first, and counts as the second: hair is thick or thin over whole stretches. (D)"""

# fmt: off
_RIM = (10, 109, 67, 103, 54, 21, 162, 338, 297, 332, 284, 251, 389)
_FOREHEAD = (151, 108, 69, 104, 68, 337, 299, 333, 298)
_BROWS = (70, 63, 105, 66, 107, 46, 53, 52, 65, 55, 300, 293, 334, 296, 336, 276, 283, 282, 295, 285)
_LIDS = (145, 374, 230, 450, 119, 348)
_CHEEKS = (116, 345, 117, 346, 50, 280, 205, 425, 123, 352, 101, 330, 36, 266, 227, 137, 376, 147, 187, 411)
_MOUTH = (61, 291, 0, 17, 13, 14, 37, 267, 164, 18)
_CHIN = (200, 199, 175, 152, 148, 377)
_JAW = (93, 172, 397, 136, 365, 150, 379, 215, 435)
# fmt: on
_MESH_SD_MM = {
    **dict.fromkeys(_RIM, 13.5),
    **dict.fromkeys(_FOREHEAD, 12.0),
    **dict.fromkeys(_BROWS, 9.5),
    **dict.fromkeys(_LIDS, 8.5),
    **dict.fromkeys(_CHEEKS, 12.0),
    **dict.fromkeys(_MOUTH, 12.0),
    **dict.fromkeys(_CHIN, 15.0),
    **dict.fromkeys(_JAW, 19.0),
}
_FIRM_SD_MM = 8.5
"""Doubt of the mesh's points at the nose and the corners of the eyes, which no expression moves; the others above.

A point is off by 1.6 mm only, once the mesh is moved, turned and sized as a whole; but all points move together, so that
129 of them tell no more than a few. With these the place and the size of a face are as unsure as they were measured to be:
1.1 mm across, 2.3 mm up and 2.4 %. (benchmarks/face_mesh.py, docs/science/head.md)"""

_MARKED_SD_MM = {"glabella": 3.0, "menton": 4.0, "left_ear_top": 4.0, "right_ear_top": 4.0, "vertex": 6.0, "inion": 9.0}
_MARKED_USUAL_SD_MM = 2.5
_MARKED_SLIP_PX = 2.0
"""How far from the place it means a finger sets a point."""

FOCAL_PER_SIDE, FOCAL_LOG_SD = 1.25, 0.40
"""Where EXIF is silent: focal length over the longer side; phones have 0.7 to 2.2, crops more. (D)"""
FOCAL_EXIF_LOG_SD = 0.03
DISTANCE_MM, DISTANCE_LOG_SD = 850.0, 0.50
"""How far away faces are photographed. (D)"""


@value
class Evidence(Value):
    """What was seen.

    Points of the prior (`point_index` (N,)) at `points_px` (N, 2) with SD in mm on the head and in px,
    `from_mesh` (N,) whether the face mesh told them; the outline of bare skin (M, 2) px with its SD as told and as counted,
    and that of hair.
    """

    point_index: IntArray
    points_px: FloatArray
    points_sd_mm: FloatArray
    slip_px: FloatArray
    from_mesh: BoolArray
    outline_px: FloatArray
    hair_px: FloatArray
    outline_sd_px: float
    outline_count_sd_px: float
    centre_px: tuple[float, float]
    focal_px: float
    focal_log_sd: float


def gather_evidence(
    photo: Photo,
    prior: HeadPrior,
    *,
    face: FaceSighting | None,
    points: MarkedPoints | None,
    outline: Outline | None,
    fewest_count: int = FEWEST_POINTS,
) -> Evidence:
    """Return all that is known of the head in a photo, or say which points to add: without a face `fewest_count` are needed."""
    rows = _mesh_rows(prior, face) + _marked_rows(prior, points)
    if face is None:
        _demand_points(points, fewest_count)
    outline_px = np.zeros((0, 2)) if outline is None else _thinned(outline.points_px, OUTLINE_POINTS_COUNT)
    hidden = None if outline is None else outline.hair_points_px
    sd_px = 1.0 if outline is None else max(outline.sd_px, 0.3)
    told_count = min(len(outline_px), OUTLINE_TOLD_COUNT)
    index, places, sd_mm, slip_px, from_mesh = zip(*rows, strict=True)
    return Evidence(
        point_index=np.array(index, np.int32),
        points_px=np.array(places, float),
        points_sd_mm=np.array(sd_mm, float),
        slip_px=np.array(slip_px, float),
        from_mesh=np.array(from_mesh, bool),
        outline_px=outline_px,
        hair_px=np.zeros((0, 2)) if hidden is None else _thinned(hidden, HAIR_POINTS_COUNT),
        outline_sd_px=sd_px,
        outline_count_sd_px=sd_px * np.sqrt(max(len(outline_px), 1) / max(told_count, 1)),
        centre_px=(photo.width_px / 2, photo.height_px / 2),
        focal_px=photo.focal_px or FOCAL_PER_SIDE * max(photo.width_px, photo.height_px),
        focal_log_sd=FOCAL_EXIF_LOG_SD if photo.focal_px else FOCAL_LOG_SD,
    )


_Row = tuple[int, FloatArray, float, float, bool]


def _mesh_rows(prior: HeadPrior, face: FaceSighting | None) -> list[_Row]:
    """Return the face mesh's points that the prior knows."""
    rows: list[_Row] = []
    for index, name in enumerate(prior.names if face is not None else ()):
        if face is not None and name.startswith("mesh_"):
            number = int(name.removeprefix("mesh_"))
            rows.append((index, face.mesh_px[number], _MESH_SD_MM.get(number, _FIRM_SD_MM), 0.5, True))
    return rows


def _marked_rows(prior: HeadPrior, points: MarkedPoints | None) -> list[_Row]:
    """Return the points named by hand."""
    if points is None:
        return []
    return [
        (prior.index(name), place, _MARKED_SD_MM.get(name, _MARKED_USUAL_SD_MM), _MARKED_SLIP_PX, False)
        for name, place in zip(points.names, points.points_px, strict=True)
    ]


def _demand_points(points: MarkedPoints | None, fewest_count: int) -> None:
    """Refuse to guess a head from too little."""
    advice = "Add points such as glabella, both outer canthi, nose_tip, both ear tops or tragi, and vertex."
    count = 0 if points is None else len(points.names)
    if points is None or count < fewest_count:
        asked = "Finding the head without a face in view" if count == 0 else f"Finding the head from {count} points"
        raise NotPossible(asked, f"{fewest_count} or more named points", advice)
    spread = np.linalg.svd(points.points_px - points.points_px.mean(0), compute_uv=False) / np.sqrt(count)
    # A photo that joins others stands by its outline too: a back view's points are on a line by nature.
    if (spread[1] < 0.06 * spread[0] and fewest_count >= FEWEST_POINTS) or spread[0] < 10.0:
        raise BadInput("points", "all on one line or one spot", "points spread over the head in both directions", advice)


def _thinned(points_px: FloatArray, count: int) -> FloatArray:
    """Return at most `count` of the points, evenly taken."""
    if not np.isfinite(points_px).all():
        raise BadInput("outline", "not a number somewhere", "finite x and y in px", "Trace the outline again.")
    if len(points_px) <= count:
        return points_px
    return np.asarray(points_px[np.linspace(0, len(points_px) - 1, count).round().astype(int)])
