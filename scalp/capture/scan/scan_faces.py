"""The face of a scan: looked for from all sides, then read from several views and lifted onto the surface.

What comes out are the 468 points of the face mesh in space, in the surface's own frame. What head they belong to is `scan_fit`'s.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from scalp.base import FloatArray, Progress
from scalp.capture.scan.scan_views import Painted, bare, lift, look_at, photograph, turned_over
from scalp.capture.seeing.faces import FaceSearch, find_faces
from scalp.capture.shape.prior import HeadPrior
from scalp.domain.camera import Camera
from scalp.domain.photo import Photo, srgb_encoding
from scalp.domain.scan import UpAxis
from scalp.domain.sighting import FaceSighting
from scalp.geometry.alignment import Similarity, align

SEARCH_PX, READING_PX = 384, 600
AZIMUTHS_COUNT = 8
SEARCH_FAR_FACTOR = 2.6
"""The searching camera stands so many half diagonals away."""
READING_SPAN_MM, READING_FAR_MM = 270.0, 700.0
READING_TARGET_MM = np.array([0.0, 5.0, 70.0])
READING_VIEWS_RAD = np.deg2rad([(0, 0), (-14, 0), (14, 0), (-28, 4), (28, 4), (0, 14), (0, -12), (-14, 12), (14, 12)])
"""From where the face is read: azimuth towards the client's left, and height."""
FEWEST_READINGS_COUNT = 2
OVERTURNED_RATIO = 0.75
"""Where views agree so much better with the picture upside down, it is. On a real scan 0.5. (D)"""
_QUICK = FaceSearch(tile_fraction=(), turns_rad=())
_THOROUGH = FaceSearch(tile_fraction=(0.55,), turns_rad=())


Scored: TypeAlias = tuple[float, Similarity]


@dataclass(frozen=True)
class FaceInSpace:
    """The points of the face mesh on a scan (468, 3), NaN where unseen, how much readings differ, and how many views told."""

    points: FloatArray
    spread: FloatArray
    views_count: int


def up_ways(up: UpAxis | None) -> list[FloatArray]:
    """Return the directions that may be up: the one that is known, or all six, y and z first."""
    axes = {name: np.eye(3)["xyz".index(name[-1])] * (-1.0 if name[0] == "-" else 1.0) for name in ("y", "z", "-y", "-z", "x", "-x")}
    return [axes[up]] if up is not None else list(axes.values())


def find_face(
    painted: Painted, models: Path, prior: HeadPrior, *, up: UpAxis | None, progress: Progress
) -> tuple[FaceInSpace, Painted] | None:
    """Return the face of a scan and the scan with its picture the right way up, or None where no side shows a face.

    A quick search from eight sides for each direction that may be up; the best sighting places the mean head, from whose
    front nine views are read, in the scan's colours and in clay. A place counts where it is lifted from two views or more;
    their median is taken. A picture in which the views agree far better upside down is turned over.
    """
    start = None
    for coat, search in ((painted, _QUICK), (bare(painted), _QUICK), (painted, _THOROUGH)):
        start = start or _search(coat, models, prior, up_ways(up), search, progress)
    if start is None:
        return None
    first = _medians(_read(bare(painted), models, start, 3)) or _medians(_read(painted, models, start, 3))
    if first is None:
        return None
    start = _placed(prior, first.points) or start
    in_clay = _read(bare(painted), models, start)
    if not painted.coloured:
        found = _medians(in_clay)
        return None if found is None else (found, painted)
    plain, over = _read(painted, models, start), _read(turned_over(painted), models, start)
    if _disagreement(over) < OVERTURNED_RATIO * _disagreement(plain):
        painted, plain = turned_over(painted), over
    found = _medians(plain + in_clay)
    return None if found is None else (found, painted)


def _disagreement(readings: list[FloatArray]) -> float:
    """Return how far readings of a face typically lie from their median, infinite where there are too few."""
    found = _medians(readings)
    return np.inf if found is None else float(np.nanmedian(found.spread)) * len(READING_VIEWS_RAD) / len(readings)


def _search(
    painted: Painted, models: Path, prior: HeadPrior, ways: list[FloatArray], search: FaceSearch, progress: Progress
) -> Similarity | None:
    """Return where the mean head stands by the best sighting of all sides."""
    best: Scored | None = None
    vertices = painted.surface.vertices_mm
    middle = (vertices.min(0) + vertices.max(0)) / 2
    half = float(np.linalg.norm(vertices.max(0) - vertices.min(0))) / 2
    for number, up in enumerate(ways):
        progress("looking for the face", number / len(ways))
        side = np.roll(up, 1)
        for azimuth_rad in np.arange(AZIMUTHS_COUNT) * 2 * np.pi / AZIMUTHS_COUNT:
            way = np.cos(azimuth_rad) * side + np.sin(azimuth_rad) * np.cross(up, side)
            camera = look_at(middle + SEARCH_FAR_FACTOR * half * way, middle, up, width_mm=1.9 * half, side_px=SEARCH_PX)
            best = _better(best, _scored(prior, camera, middle, _sightings(painted, camera, models, search)))
        if best is not None and best[0] > 0.3 and number % 2 == 1:
            break
    return None if best is None else best[1]


def _better(one: Scored | None, other: Scored | None) -> Scored | None:
    """Return the better of two sightings."""
    if one is None or other is None:
        return one or other
    return one if one[0] >= other[0] else other


def _scored(prior: HeadPrior, camera: Camera, middle: FloatArray, seen: list[tuple[FaceSighting, FloatArray]]) -> Scored | None:
    """Return where the mean head stands by the best of one camera's sightings: seen from its front, with little left over."""
    best = None
    ahead = (middle - camera.eye_mm) / np.linalg.norm(middle - camera.eye_mm)
    for _, lifted in seen:
        placed = _placed(prior, lifted)
        front = -1.0 if placed is None else float(-(placed.rotation @ [0.0, 0.0, 1.0]) @ ahead)
        if placed is not None and front > 0:
            best = _better(best, (front - _misfit(prior, placed, lifted) / 10.0, placed))
    return best


def _sightings(painted: Painted, camera: Camera, models: Path, search: FaceSearch) -> list[tuple[FaceSighting, FloatArray]]:
    """Return the faces one camera sees, and their points on the surface."""
    pixels, seen = photograph(painted, camera)
    photo = Photo(pixels=pixels, encoding=srgb_encoding(), focal_px=camera.focal_px)
    return [(face, lift(painted, camera, seen, face.mesh_px)) for face in find_faces(photo, models, search)]


def _mesh_rows(prior: HeadPrior) -> tuple[list[int], list[int]]:
    """Return the rows of the prior that are points of the face mesh, and their numbers in the mesh."""
    rows = [row for row, name in enumerate(prior.names) if name.startswith("mesh_")]
    return rows, [int(prior.names[row].removeprefix("mesh_")) for row in rows]


def _placed(prior: HeadPrior, lifted: FloatArray) -> Similarity | None:
    """Return where the mean head stands by lifted points, or None where too few were."""
    rows, numbers = _mesh_rows(prior)
    known, wanted = prior.points_mean_mm[rows], lifted[numbers]
    seen = np.isfinite(wanted).all(1)
    if seen.sum() < len(rows) // 3:
        return None
    placed = align(known[seen], wanted[seen])
    # Once more without what fits worst: places lifted from behind the edge of the nose.
    left = np.linalg.norm(placed.apply(known[seen]) - wanted[seen], axis=1)
    good = left <= np.quantile(left, 0.8)
    return align(known[seen][good], wanted[seen][good])


def _misfit(prior: HeadPrior, placed: Similarity, lifted: FloatArray) -> float:
    """Return how far lifted points typically lie from those of the mean head, mm at its size."""
    rows, numbers = _mesh_rows(prior)
    left = np.linalg.norm(placed.undo(lifted[numbers]) - prior.points_mean_mm[rows], axis=1)
    return float(np.nanmedian(left))


def _read(painted: Painted, models: Path, start: Similarity, views_count: int = len(READING_VIEWS_RAD)) -> list[FloatArray]:
    """Return the face as each view from its front tells it, (468, 3) with NaN where it is not seen."""
    readings = []
    for azimuth_rad, height_rad in READING_VIEWS_RAD[:views_count]:
        way = np.array([np.sin(azimuth_rad) * np.cos(height_rad), np.sin(height_rad), np.cos(azimuth_rad) * np.cos(height_rad)])
        target = start.apply(READING_TARGET_MM[None])[0]
        eye = target + start.factor * READING_FAR_MM * start.rotation @ way
        camera = look_at(eye, target, start.rotation @ [0.0, 1.0, 0.0], width_mm=start.factor * READING_SPAN_MM, side_px=READING_PX)
        seen = _sightings(painted, camera, models, _QUICK)
        readings += [lifted for _, lifted in seen[:1] if len(seen) == 1]
    return readings


def _medians(readings: list[FloatArray]) -> FaceInSpace | None:
    """Return the middle of what views tell, None where too few see a face."""
    if len(readings) < FEWEST_READINGS_COUNT:
        return None
    stacked = np.array(readings)
    told = np.isfinite(stacked).all(2).sum(0)
    points, spread = np.full((468, 3), np.nan), np.full(468, np.nan)
    enough = told >= FEWEST_READINGS_COUNT
    if not enough.any():
        return None
    points[enough] = np.nanmedian(stacked[:, enough], axis=0)
    spread[enough] = np.nanmedian(np.linalg.norm(stacked[:, enough] - points[enough], axis=2), axis=0)
    return FaceInSpace(points, spread, len(readings))
