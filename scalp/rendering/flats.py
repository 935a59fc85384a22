"""A head in parallel projection, as a technical drawing shows it: the frame of a picture, and what each pixel of it sees.

One scale for all sides of a head and all over each picture. What is drawn into the frame is `maps`'s.
"""

from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numba import njit

from scalp.base import BadInput, BoolArray, Float32Array, FloatArray, IntArray, Value, value
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
        seen = np.empty(len(self.corner_index), np.float32)
        _weigh(np.ascontiguousarray(column, np.float32), self.corner_index, self.barycentric, seen)
        seen.setflags(write=False)
        return seen

    def leading(self, shares: Float32Array) -> tuple[Float32Array, IntArray]:
        """Return by how much the largest of columns of the vertices (V, Z) leads over the next where the head is seen, and which it is."""
        lead, which = np.empty(len(self.corner_index), np.float32), np.empty(len(self.corner_index), np.int32)
        _lead(np.ascontiguousarray(shares, np.float32), self.corner_index, self.barycentric, lead, which)
        return lead, which

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
    count = np.count_nonzero(inside)
    corner_index, weights = np.empty((count, 3), np.int32), np.empty((count, 3), np.float32)
    _take(seen.face_index, seen.barycentric, kept, corner_index, weights)
    for column in (inside, corner_index, weights):
        column.setflags(write=False)
    return FlatSight(
        frame=frame, finer_count=finer_count, inside=inside, corner_index=corner_index, barycentric=weights, depth_mm=seen.depth_mm
    )


def shade_flat(head: Head, sight: FlatSight) -> tuple[Float32Array, Float32Array]:
    """Return the bare head as a clean drawing: how light each pixel is that sees it, (K,) of 0..255, and how much of it is drawn.

    Pale, darker by its slant alone, with the neck fading into the paper; no lamp, so that opposite sides look alike.
    """
    frame = sight.frame
    towards = -np.cross(frame.right_weights, frame.down_weights)
    cosine = np.clip(sight.across(_normals(head) @ towards), 0.0, 1.0)
    height_mm = sight.across(head.surface.vertices_mm[:, 1])
    share = np.clip((height_mm - frame.lowest_mm) / FADE_MM, 0.0, 1.0)
    return 246.0 * (DARKEST_FRACTION + (1 - DARKEST_FRACTION) * cosine**0.8), share


@lru_cache(maxsize=2)
def _normals(head: Head) -> FloatArray:
    """Return the normals of a head's vertices once for its five sides."""
    return vertex_normals(head.surface)


@njit(cache=True, nogil=True)
def _take(face_index, barycentric, faces, corner_index, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    index = 0
    for row in range(rows):
        for col in range(cols):
            face = face_index[row, col]
            if face >= 0:
                for corner in range(3):
                    corner_index[index, corner] = faces[face, corner]
                    weights[index, corner] = barycentric[row, col, corner]
                index += 1


@njit(cache=True, nogil=True)
def _weigh(column, corner_index, barycentric, seen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    for index in range(len(seen)):
        seen[index] = (
            column[corner_index[index, 0]] * barycentric[index, 0]
            + column[corner_index[index, 1]] * barycentric[index, 1]
            + column[corner_index[index, 2]] * barycentric[index, 2]
        )


@njit(cache=True, nogil=True)
def _lead(shares, corner_index, barycentric, lead, which):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    for index in range(len(lead)):
        a, b, c = corner_index[index, 0], corner_index[index, 1], corner_index[index, 2]
        first, second, third = barycentric[index, 0], barycentric[index, 1], barycentric[index, 2]
        best, next_best, ahead = np.float32(0.0), np.float32(0.0), 0
        for column in range(shares.shape[1]):
            share = shares[a, column] * first + shares[b, column] * second + shares[c, column] * third
            if share > best:
                best, next_best, ahead = share, best, column
            elif share > next_best:
                next_best = share
        lead[index], which[index] = best - next_best, ahead
