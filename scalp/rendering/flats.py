"""A head in parallel projection, as a technical drawing shows it: the frame of a picture, and what each pixel of it sees.

One scale for all sides of a head and all over each picture. What is drawn into the frame is `maps`'s.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, BoolArray, ByteArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.head import Head
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise_flat

MapSide = Literal["front", "left", "right", "back", "top"]
MAP_SIDES: tuple[MapSide, ...] = get_args(MapSide)
"""From where a map is seen; left and right are the client's. From above, the face is at the lower edge."""
HEIGHT_RANGE_PX = (120, 6000)
BELOW_TRAGI_MM = 70.0
"""How far below the tragi a map ends: under the nape's hair, above the shoulders of a scan. (D)"""
FADE_MM = 22.0
"""Over what height the neck passes into the paper."""
MARGIN_MM, ASIDE_MM = 9.0, 27.0
"""Air above and below the head, and beside it where names are written."""
IN_SIGHT_MM = 1.5
"""How far behind what a pixel sees a point may lie and still be in sight."""
PAPER_SRGB_U8 = (252, 252, 250)
DARKEST_FRACTION = 0.66
_AXES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "front": ((1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "left": ((0.0, 0.0, -1.0), (0.0, -1.0, 0.0)),
    "right": ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0)),
    "back": ((-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)),
    "top": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
}
"""Where the right and the lower edge of each picture lie in the head frame."""


@value
class MapFrame(Value):
    """Where a map shows the places of a head: x = along(right_mm) / mm_per_px, from the left edge; y the same, downwards.

    `mm_per_px` is the same all over the picture and for all sides of one head at one height. It is true of lengths that lie
    in the plane of the picture; skin that slants away from it is shown shorter, which the grid over the skin tells.
    """

    side: MapSide
    width_px: int
    height_px: int
    mm_per_px: float
    right_weights: FloatArray
    down_weights: FloatArray
    corner_mm: tuple[float, float]
    """What lies at the upper left corner of the picture, along right and down."""
    lowest_mm: float
    """Height in the head frame below which nothing is drawn."""

    def place_px(self, places_mm: FloatArray) -> FloatArray:
        """Return where places (..., 3) lie in the picture, (..., 2) px: x, y, pixel centres at half-integers."""
        across = np.stack([places_mm @ self.right_weights, places_mm @ self.down_weights], axis=-1)
        return np.asarray((across - self.corner_mm) / self.mm_per_px)

    def depth_mm(self, places_mm: FloatArray) -> FloatArray:
        """Return how far behind the middle of the head places (..., 3) lie, (...,) mm."""
        return np.asarray(places_mm @ np.cross(self.right_weights, self.down_weights))


def frame_map(head: Head, side: MapSide, height_px: int) -> MapFrame:
    """Return the frame in which a head is mapped from one side: as high as its longest extent with some air, so wide as it needs."""
    if side not in MAP_SIDES:
        raise BadInput("side", side, ", ".join(MAP_SIDES), "Choose one of these.")
    if not HEIGHT_RANGE_PX[0] <= height_px <= HEIGHT_RANGE_PX[1]:
        raise BadInput("map height", f"{height_px} px", f"{HEIGHT_RANGE_PX[0]} to {HEIGHT_RANGE_PX[1]} px", "900 is usual.")
    vertices_mm = head.surface.vertices_mm
    lowest_mm = float((head.landmark("left_tragion")[1] + head.landmark("right_tragion")[1]) / 2 - BELOW_TRAGI_MM)
    shown_mm = vertices_mm[vertices_mm[:, 1] > lowest_mm]
    low_mm, high_mm = shown_mm.min(axis=0), shown_mm.max(axis=0)
    extent_mm = high_mm - low_mm
    mm_per_px = float((max(extent_mm[1], extent_mm[2]) + 2 * MARGIN_MM) / height_px)
    right, down = (np.array(axis) for axis in _AXES[side])
    middle_mm = (low_mm + high_mm) / 2
    width_px = int(np.ceil((float(np.abs(right) @ extent_mm) + 2 * ASIDE_MM) / mm_per_px))
    corner_mm = (float(middle_mm @ right) - width_px * mm_per_px / 2, float(middle_mm @ down) - height_px * mm_per_px / 2)
    return MapFrame(
        side=side, width_px=width_px, height_px=height_px, mm_per_px=mm_per_px, right_weights=right, down_weights=down,
        corner_mm=corner_mm, lowest_mm=lowest_mm,
    )  # fmt: skip


@value
class FlatSight(Value):
    """What the pixels of a map see: `finer` times as many a side as the picture has.

    `inside` (rows, cols) is true on the head; `corner_index` and `barycentric` (K, 3) hold the corners of what those pixels
    see and their weights, in order of the pixels; `depth_mm` (rows, cols) is infinite off the head.
    """

    frame: MapFrame
    finer_count: int
    inside: BoolArray
    corner_index: IntArray
    barycentric: Float32Array
    depth_mm: Float32Array

    def across(self, column: FloatArray | Float32Array) -> Float32Array:
        """Return a column of the vertices (V,) where the head is seen, (K,)."""
        return np.asarray(np.einsum("kc,kc->k", column.astype(np.float32)[self.corner_index], self.barycentric))

    def laid(self, seen: FloatArray | Float32Array) -> Float32Array:
        """Return values of what is seen (K,) as a picture (rows, cols), NaN off the head."""
        picture = np.full(self.inside.shape, np.nan, np.float32)
        picture[self.inside] = seen
        return picture

    def in_sight(self, places_mm: FloatArray) -> BoolArray:
        """Return which places (N, 3) of the surface are seen, (N,): in the picture and not behind the head."""
        at = np.floor(self.frame.place_px(places_mm) * self.finer_count).astype(int)
        rows, cols = self.inside.shape
        within = (at[:, 0] >= 0) & (at[:, 0] < cols) & (at[:, 1] >= 0) & (at[:, 1] < rows)
        row, col = np.where(within, at[:, 1], 0), np.where(within, at[:, 0], 0)
        # On the rim a place may fall on a pixel whose centre lies off the head: its neighbours may see it.
        near_mm = np.stack([self.depth_mm[np.clip(row + r, 0, rows - 1), np.clip(col + c, 0, cols - 1)] for r, c in _AROUND])
        near_mm = np.where(np.isfinite(near_mm), near_mm, -np.inf).max(axis=0)
        return np.asarray(within & (self.frame.depth_mm(places_mm) <= near_mm + IN_SIGHT_MM))


_AROUND = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


def look_flat(head: Head, frame: MapFrame, finer_count: int = 1) -> FlatSight:
    """Return what the pixels of a frame see of a head down to its lower end, `finer_count` times as finely as it is shown."""
    surface = head.surface
    shown = (surface.vertices_mm[surface.faces][..., 1] > frame.lowest_mm).any(axis=1)
    kept = np.ascontiguousarray(surface.faces[shown])
    size_px = (frame.height_px * finer_count, frame.width_px * finer_count)
    seen = rasterise_flat(frame.place_px(surface.vertices_mm) * finer_count, frame.depth_mm(surface.vertices_mm), kept, size_px)
    inside = seen.face_index >= 0
    return FlatSight(
        frame=frame, finer_count=finer_count, inside=inside, corner_index=kept[seen.face_index[inside]],
        barycentric=seen.barycentric[inside], depth_mm=seen.depth_mm,
    )  # fmt: skip


def shade_flat(head: Head, sight: FlatSight) -> tuple[ByteArray, Float32Array]:
    """Return the bare head as a clean drawing, (rows, cols, 3), and how much is drawn of each pixel that sees it, (K,).

    Pale, darker by its slant alone, with the neck fading into the paper; no lamp, so that opposite sides look alike.
    """
    frame = sight.frame
    towards = -np.cross(frame.right_weights, frame.down_weights)
    cosine = np.clip(sight.across(vertex_normals(head.surface) @ towards), 0.0, 1.0)
    height_mm = sight.across(head.surface.vertices_mm[:, 1])
    share = np.clip((height_mm - frame.lowest_mm) / FADE_MM, 0.0, 1.0)
    tone = 246.0 * (DARKEST_FRACTION + (1 - DARKEST_FRACTION) * cosine**0.8)
    picture = np.empty((*sight.inside.shape, 3), np.uint8)
    picture[:] = PAPER_SRGB_U8
    for band, paper in enumerate(PAPER_SRGB_U8):
        picture[..., band][sight.inside] = tone * share + paper * (1 - share) + 0.5
    return picture, np.asarray(share, np.float32)
