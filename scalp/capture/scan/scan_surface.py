"""From a cleaned scan in head space to the surface of a head.

Cropped at the neck, loose pieces off, holes closed, hair noise taken off, as few triangles as keep the shape.

What head it is and where it stands is `scan_fit`'s; all here is in true mm.
"""

from dataclasses import dataclass

import numpy as np

from scalp.base import BoolArray, Doubt, FloatArray, IntArray, NotPossible, Value, value
from scalp.domain.head import Mesh
from scalp.geometry.cleaning import clean, cut_away, kept_faces, pieces, rims
from scalp.geometry.decimation import decimate, split_long_edges
from scalp.geometry.filling import Shape, patch_hole, perimeter_mm
from scalp.geometry.meshes import face_areas_mm2, face_crosses_mm2
from scalp.geometry.nearest import NearestFinder
from scalp.geometry.smoothing import robust_sd, roughness_mm, smooth

BELOW_CHIN_MM, BELOW_NAPE_MM = 15.0, 70.0
"""The neck is cut so far below the chin, and so far below the bump at the back of the head."""
FARTHEST_MM = 210.0
"""Nothing of a head lies farther from the middle of its cranium."""
INNER_FRACTION = 0.05
"""Where so much of the cranium's surface looks inward, there is an inner wall, and it goes. (D)"""
FILLED_DOUBT_MM = 25.0
"""A closed hole with a longer rim on the scalp is told."""
SCANNER_SD_MM = 0.4
"""Phone scanners on a head's shape: 0.38 to 0.47 mm on a mannequin, films 0.5 mm. (B, head.md)"""
FILLED_SD_PER_MM, LARGEST_FILLED_SD_MM = 0.06, 5.0
"""What a closed hole is doubted by, for each mm from its rim. (D)"""


@value
class SurfaceSettings(Value):
    """How a scan becomes the surface of a head."""

    faces_count: int = 80_000
    """About so many triangles are left; more where the shape asks for it."""
    change_mm: float = 0.1
    """The most that leaving out triangles may move the surface, measured both ways."""
    longest_edge_mm: float = 4.0
    """Longer edges are split, so that density can change over the scalp."""
    noise_length_mm: float = 3.0
    """Detail finer than this on the scalp is hair or noise."""
    least_noise_mm: float = 0.15
    """Roughness below this is left as it is."""
    most_filled_fraction: float = 0.4
    """Largest part of the cranium that may be missing."""


@dataclass(frozen=True)
class Guide:
    """What the fitted model knows of the head, in head space, mm: named places, the cranium, and the doubt of it."""

    places_mm: dict[str, FloatArray]
    cranium: Shape
    cranium_sd_mm: float
    covered_fraction: float

    def above(self, points_mm: FloatArray) -> FloatArray:
        """Return how far points lie above the line round the cranium over brows, ears and the bump behind, (N,) mm."""
        brow, bump = self.places_mm["glabella"], self.places_mm["inion"]
        ears = (self.places_mm["left_ear_top"] + self.places_mm["right_ear_top"]) / 2
        line = np.interp(points_mm[:, 2], [bump[2], ears[2], brow[2]], [bump[1] + 5.0, ears[1] + 16.0, brow[1] + 18.0])
        return np.asarray(points_mm[:, 1] - line)

    def over_neck(self, points_mm: FloatArray) -> FloatArray:
        """Return how far points lie above the cut through the neck, (N,) mm."""
        chin, bump = self.places_mm["menton"], self.places_mm["inion"]
        line = np.interp(points_mm[:, 2], [bump[2], chin[2]], [bump[1] - BELOW_NAPE_MM, chin[1] - BELOW_CHIN_MM])
        return np.asarray(points_mm[:, 1] - line)


@dataclass(frozen=True)
class Whole:
    """The surface of a head with the doubt of each corner, (V,) mm, which corners were filled in, and what was done to it."""

    surface: Mesh
    sd_mm: FloatArray
    filled: BoolArray
    change_mm: float
    noise_mm: float
    doubts: tuple[Doubt, ...]


def make_whole(surface: Mesh, guide: Guide, settings: SurfaceSettings) -> Whole:
    """Return the surface of a head from that of a scan, both in head space and mm."""
    if guide.covered_fraction < 1.0 - settings.most_filled_fraction:
        asked = f"a head from a scan that lacks {100 * (1 - guide.covered_fraction):.0f} % of the cranium"
        reachable = f"a scan that lacks at most {100 * settings.most_filled_fraction:.0f} % of it"
        raise NotPossible(asked, reachable, f"Scan again, also {_where_missing(surface, guide)}; wet or shaved hair scans best.")
    head, dropped_fraction = _cropped(surface, guide)
    closed, away_mm, holes = _closed(head, guide)
    even, noise_mm = _evened(closed, away_mm, guide, settings)
    fewer = decimate(even, faces_count=settings.faces_count, change_mm=settings.change_mm)
    # Splitting long edges leaves the shape as it is.
    fine = split_long_edges(fewer.surface, settings.longest_edge_mm)
    away = _away_of(fine, even, away_mm)
    sd_mm = np.hypot(SCANNER_SD_MM, np.minimum(FILLED_SD_PER_MM * away, LARGEST_FILLED_SD_MM))
    sd_mm = np.hypot(sd_mm, np.where(guide.above(fine.vertices_mm) > 0, noise_mm, 0.0))
    doubts = (*_of_holes(holes, guide), *_of_noise(noise_mm, settings), *_of_pieces(dropped_fraction))
    return Whole(fine, sd_mm, away > 0.5, fewer.change_mm, noise_mm, doubts)


def _cropped(surface: Mesh, guide: Guide) -> tuple[Mesh, float]:
    """Return the largest piece above the neck without an inner wall, and how much of the area above the neck was dropped with others."""
    centre = guide.cranium.centre_mm
    near = np.linalg.norm(surface.vertices_mm - centre, axis=1) < FARTHEST_MM
    head = kept_faces(surface, near[surface.faces].all(1))
    head = cut_away(head, guide.over_neck(head.vertices_mm))
    crosses = face_crosses_mm2(head)
    middles = head.vertices_mm[head.faces].mean(1)
    high = guide.above(middles) > 0
    inward = high & (np.einsum("fd,fd->f", crosses, middles - centre) < 0)
    area = np.linalg.norm(crosses, axis=1)
    if area[inward].sum() > INNER_FRACTION * max(area[high].sum(), 1e-9):
        head = kept_faces(head, ~inward)
    label, area = pieces(head), face_areas_mm2(head)
    # The head is the piece with most of the cranium, not the largest: shoulders may be larger.
    share = np.bincount(label, area * (guide.above(head.vertices_mm[head.faces].mean(1)) > 0))
    main = label == int(np.argmax(share))
    return clean(*_arrays(kept_faces(head, main))).surface, float(area[~main].sum() / area.sum())


def _arrays(surface: Mesh) -> tuple[FloatArray, IntArray]:
    return surface.vertices_mm, surface.faces


@dataclass(frozen=True)
class _Hole:
    middle_mm: FloatArray
    rim_mm: float
    high: bool


def _closed(head: Mesh, guide: Guide) -> tuple[Mesh, FloatArray, list[_Hole]]:
    """Return the surface with every hole but the neck's closed, how far each corner lies inside of one, and the holes."""
    vertices, faces, away = [head.vertices_mm], [head.faces], [np.zeros(len(head.vertices_mm))]
    holes = []
    loops = rims(head)
    neck = _neck_of(head, loops, guide)
    count = len(head.vertices_mm)
    for number, rim in enumerate(loops):
        if number == neck or len(rim) < 3:
            continue
        middle = head.vertices_mm[rim].mean(0)
        high = bool((guide.above(head.vertices_mm[rim]) > 0).mean() > 0.5)
        patch = patch_hole(head, rim, guide.cranium if high else None)
        own = patch.faces >= len(head.vertices_mm)
        faces.append(np.where(own, patch.faces - len(head.vertices_mm) + count, patch.faces).astype(np.int32))
        vertices.append(patch.vertices_mm)
        away.append(patch.away_mm)
        count += len(patch.vertices_mm)
        holes.append(_Hole(middle, perimeter_mm(head, rim), high))
    closed = Mesh(vertices_mm=np.vstack(vertices), faces=np.vstack(faces))
    return closed, np.concatenate(away), holes


def _neck_of(head: Mesh, loops: list[IntArray], guide: Guide) -> int:
    """Return which rim is the cut through the neck: the longest of those that run low; -1 where there is none."""
    low = [perimeter_mm(head, rim) * (guide.above(head.vertices_mm[rim]).mean() < -45.0) for rim in loops]
    return int(np.argmax(low)) if low and max(low) > 150.0 else -1


def _evened(closed: Mesh, away_mm: FloatArray, guide: Guide, settings: SurfaceSettings) -> tuple[Mesh, float]:
    """Return the surface with the noise of hair taken off the scalp, and how large it was (one SD, mm)."""
    height = guide.above(closed.vertices_mm)
    scanned = (height > 0) & (away_mm == 0)
    noise_mm = robust_sd(roughness_mm(closed, settings.noise_length_mm)[scanned])
    if noise_mm < settings.least_noise_mm:
        return closed, 0.0
    share = np.clip(height / 10.0, 0.0, 1.0)
    return smooth(closed, settings.noise_length_mm, share), noise_mm


def _away_of(fine: Mesh, before: Mesh, away_mm: FloatArray) -> FloatArray:
    """Return how far inside of a filled hole each corner of the final surface lies."""
    if not away_mm.any():
        return np.zeros(len(fine.vertices_mm))
    near = NearestFinder(before).find(fine.vertices_mm)
    return np.asarray((near.barycentric * away_mm[before.faces[near.face_index]]).sum(1))


def _where_missing(surface: Mesh, guide: Guide) -> str:
    """Name the part of the cranium that a scan lacks most."""
    shape = guide.cranium
    points = shape.centre_mm + shape.radii_mm[:, None] * shape.directions
    points = points[guide.above(points) > 0]
    lacking = points[NearestFinder(surface).find(points).distance_mm > 12.0]
    return name_part(lacking.mean(0) - shape.centre_mm) if len(lacking) else "from all sides"


def name_part(way: FloatArray) -> str:
    """Name the part of the cranium that lies in a direction from its middle."""
    x, y, z = way / max(float(np.linalg.norm(way)), 1e-9)
    if y > 0.8:
        return "the top of the head"
    if abs(x) > max(abs(z), 0.5):
        return f"the {'left' if x > 0 else 'right'} side of the head"
    if z > 0:
        return "the forehead"
    return "the crown" if y > 0.35 else "the back of the head"


def _of_holes(holes: list[_Hole], guide: Guide) -> list[Doubt]:
    """Tell which holes of the scalp were closed."""
    told = sorted((hole for hole in holes if hole.high and hole.rim_mm > FILLED_DOUBT_MM), key=lambda hole: -hole.rim_mm)
    doubts = []
    for hole in told[:3]:
        wide_mm = hole.rim_mm / np.pi
        sd_mm = min(max(FILLED_SD_PER_MM * wide_mm / 2, SCANNER_SD_MM), LARGEST_FILLED_SD_MM)
        where = f"{name_part(hole.middle_mm - guide.cranium.centre_mm)}, where the scan has a hole"
        advice = "It was closed in the way the scalp runs round it; scan that part again if it is to be treated."
        doubts.append(Doubt(kind="unseen", where=where, size=f"about {wide_mm:.0f} mm wide, +-{sd_mm:.1f} mm", advice=advice))
    return doubts


def _of_noise(noise_mm: float, settings: SurfaceSettings) -> list[Doubt]:
    """Tell that hair or noise was taken off the scalp."""
    if noise_mm < settings.least_noise_mm:
        return []
    advice = "Hair or the scanner's noise was smoothed off the scalp; shave or wet the hair and scan again for a surer surface."
    return [Doubt(kind="hair", where="surface of the scalp", size=f"+-{noise_mm:.2f} mm of roughness", advice=advice)]


def _of_pieces(dropped_fraction: float) -> list[Doubt]:
    """Tell that much of the scan hangs together with nothing."""
    if dropped_fraction < 0.05:
        return []
    size = f"{100 * dropped_fraction:.0f} % of its area in loose pieces"
    return [Doubt(kind="unseen", where="the scan", size=size, advice="Loose pieces were left out; scan again slowly, from all sides.")]
