"""The treatment map: a bare head in parallel projection with its zones, densities, hairline, places to avoid and a grid in mm.

What a practitioner works from. Frames and pixels are `flats`'s, signs and words `map_signs`'s; papers are `scalp.io`'s.
"""

from functools import lru_cache

import cv2
import numpy as np

from scalp.base import ByteArray, Float32Array, FloatArray, IntArray, WrongParent
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.plan import ZoneWork
from scalp.geometry.meshes import face_normals
from scalp.rendering.flats import MAP_SIDES, FlatSight, MapFrame, MapSide, frame_map, look_flat, shade_flat
from scalp.rendering.map_signs import INK_SRGB_U8, LEVELS, draw_signs
from scalp.rendering.overlays import Ground, cover_grid, survey_ground

__all__ = ["MAP_SIDES", "MapFrame", "MapSide", "draw_map", "frame_map", "map_legend"]

ZONE_SRGB_U8: dict[str, tuple[int, int, int]] = {
    "frontal edge": (0xEE, 0x88, 0x66),
    "temples": (0xEE, 0xDD, 0x88),
    "mid-scalp": (0x77, 0xAA, 0xDD),
    "crown": (0x44, 0xBB, 0x99),
    "side blend": (0x99, 0xDD, 0xFF),
    "forelock": (0xFF, 0xAA, 0xBB),
    "scar": (0xAA, 0xAA, 0x00),
    "patch": (0xBB, 0xCC, 0x33),
    "existing hair": (0x8E, 0x72, 0x92),
}
"""Nine tones that stay apart for colour-blind eyes and under dark words: the scheme "light" of [Tol2021], a dark plum in place of its grey."""
FINER_COUNT = 2
THINNEST_FRACTION, DENSEST_FRACTION = 0.30, 0.92
"""How much of the drawing a zone's colour covers where hardly anything and where most is placed."""
BESIDE_FRACTION, UNDER_MARKS_FRACTION = 0.25, 0.55
"""What is left of that where a session does nothing, and under the marks of impressions."""
GRID_FRACTION, LEVEL_FRACTION, BORDER_FRACTION = 0.34, 0.55, 0.8
LEVEL_PX, BORDER_PX = 1.2, 1.6
EVENED_COUNT = 3
BORDERED_FRACTION = 0.06
"""Borders of zones are drawn where at least this part of the peak density is placed."""
GRID_SRGB_U8 = (40, 52, 74)
OUTLINE_SRGB_U8 = (70, 72, 78)


def draw_map(
    head: Head,
    design: Design,
    side: MapSide,
    *,
    works: tuple[ZoneWork, ...] = (),
    impressions: Impressions | None = None,
    height_px: int = 900,
) -> ByteArray:
    """Return the treatment map of one side of a head as (rows, cols, 3) sRGB uint8.

    A parallel projection: one scale in mm per px all over the picture and for all sides (`frame_map` gives it and the pixel of
    any place, right to half a px). Lengths are true in the plane of the picture; the grid is true over the skin: every 10 mm
    from the glabella along the middle line, and down the partings on both sides, through the tragi. Colours are zones, stronger
    where denser, with lines at a quarter, half and three quarters of the peak density. `works` are one session's: zones without
    work turn pale. `impressions` are drawn with the width of their deposits, those given and no more.
    """
    if design.head_digest != head.digest or (impressions is not None and impressions.head_digest != head.digest):
        raise WrongParent("map", "a head and what was made for another", "the head they were made for", "Give that head.")
    frame = frame_map(head, side, height_px)
    sight = look_flat(head, frame, FINER_COUNT)
    drawn, share = shade_flat(head, sight)
    ground = _ground(head)
    lead, which = _zones_seen(sight, head, design)
    drawn = _tint_zones(drawn, sight, design, (share, which), works, pale=impressions is not None)
    drawn = _draw_lines(drawn, sight, design, (share, which, lead), ground)
    picture = np.asarray(cv2.resize(drawn, (frame.width_px, frame.height_px), interpolation=cv2.INTER_AREA), np.uint8)
    if impressions is not None:
        picture = _mark(picture, head, sight, impressions)
    return draw_signs(picture, design, sight, ground, works)


def map_legend(design: Design) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """Return the zones of a design in which something is placed, in the order of `ZONE_NAMES`, with their colours on the map."""
    used = np.bincount(design.zone_index[design.density_per_cm2 > 0], minlength=len(ZONE_NAMES)) > 0
    return tuple((name, ZONE_SRGB_U8[name]) for name, some in zip(ZONE_NAMES, used, strict=True) if some and name in ZONE_SRGB_U8)


@lru_cache(maxsize=2)
def _ground(head: Head) -> Ground:
    """Measure a head once for its five sides."""
    return survey_ground(head)


def _zones_seen(sight: FlatSight, head: Head, design: Design) -> tuple[Float32Array, IntArray]:
    """Return the lead of the likeliest zone over the next where the head is seen, (K,), and which zone it is.

    Zones are known to a vertex of the mesh; their borders are evened out over about one edge of it.
    """
    best, second = np.zeros(len(sight.corner_index), np.float32), np.zeros(len(sight.corner_index), np.float32)
    which = np.zeros(len(best), np.int32)
    for index in np.unique(design.zone_index):
        share = sight.across(_evened(head.surface.faces, (design.zone_index == index).astype(float)))
        ahead = share > best
        second = np.where(ahead, best, np.maximum(second, share))
        which[ahead], best = index, np.maximum(best, share)
    return best - second, which


def _evened(faces: IntArray, column: FloatArray) -> FloatArray:
    """Return a column of the vertices (V,) averaged over their neighbours, a few times."""
    counts = np.maximum(np.bincount(faces.ravel(), minlength=len(column)), 1)
    for _ in range(EVENED_COUNT):
        of_faces = column[faces].mean(axis=1)
        column = np.bincount(faces.ravel(), np.repeat(of_faces, 3), minlength=len(column)) / counts
    return np.asarray(column)


def _tint_zones(
    drawn: ByteArray, sight: FlatSight, design: Design, seen: tuple[Float32Array, IntArray], works: tuple[ZoneWork, ...], *, pale: bool
) -> ByteArray:
    """Return a drawing with the zones laid over it, stronger where denser, paler where a session does nothing."""
    share, which = seen
    density = sight.across(design.density_per_cm2)
    peak_per_cm2 = max(float(design.density_per_cm2.max()), 1e-6)
    cover = THINNEST_FRACTION + (DENSEST_FRACTION - THINNEST_FRACTION) * np.clip(density / peak_per_cm2, 0.0, 1.0)
    cover = cover * np.clip(density / (0.03 * peak_per_cm2), 0.0, 1.0) * share * (UNDER_MARKS_FRACTION if pale else 1.0)
    worked = {work.zone for work in works} or set(ZONE_NAMES)
    colours = np.array([ZONE_SRGB_U8.get(name, (246, 246, 246)) for name in ZONE_NAMES], np.float32)
    told = np.array([1.0 if name in worked else BESIDE_FRACTION for name in ZONE_NAMES], np.float32)
    cover = (cover * told[which])[:, None]
    under = drawn[sight.inside].astype(np.float32)
    # Colours are darkened as the drawing under them is, so that the shape of the head stays to be seen.
    tinted = colours[which] * (0.35 + 0.65 * under / 246.0)
    mixed = np.array(drawn)
    mixed[sight.inside] = np.clip(under * (1 - cover) + tinted * cover + 0.5, 0, 255)
    return mixed


def _draw_lines(
    drawn: ByteArray, sight: FlatSight, design: Design, seen: tuple[Float32Array, IntArray, Float32Array], ground: Ground
) -> ByteArray:
    """Return a drawing with grid, lines of equal density, borders of zones and the outline of the head."""
    share, which, lead = seen
    scalp = np.nan_to_num(sight.laid(sight.across(ground.scalp_fraction)))
    grid = [cover_grid(sight.laid(sight.across(column)).astype(float), sight.inside) for column in (ground.along_mm, ground.aside_mm)]
    lined = _laid_over(drawn, GRID_SRGB_U8, GRID_FRACTION * np.fmax(*grid) * scalp)
    density = sight.laid(sight.across(design.density_per_cm2))
    peak_per_cm2 = float(design.density_per_cm2.max())
    for level in LEVELS:
        lined = _laid_over(lined, INK_SRGB_U8, LEVEL_FRACTION * _cover_zero(density - level * peak_per_cm2, LEVEL_PX * FINER_COUNT))
    worked = np.nan_to_num(density > BORDERED_FRACTION * peak_per_cm2) * np.nan_to_num(sight.laid((which > 0).astype(float)))
    lined = _laid_over(lined, (255, 255, 255), BORDER_FRACTION * worked * _cover_edge(sight.laid(lead), BORDER_PX * FINER_COUNT))
    shown = sight.laid(share) > 0.3
    rims, _ = cv2.findContours(shown.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rim = np.zeros(shown.shape, np.uint8)
    cv2.polylines(rim, rims, isClosed=True, color=255, thickness=FINER_COUNT + 1, lineType=cv2.LINE_AA)
    fading = np.nan_to_num(sight.laid(share), nan=1.0)
    return _laid_over(lined, OUTLINE_SRGB_U8, rim / 255.0 * np.clip((fading - 0.3) / 0.5, 0.0, 1.0))


def _cover_zero(field: Float32Array, width_px: float) -> FloatArray:
    """Return how much of the line where a field (rows, cols) is zero lies in each pixel."""
    down, across = np.gradient(field)
    away_px = np.abs(field) / np.maximum(np.hypot(down, across), 1e-6)
    return np.asarray(np.nan_to_num(np.clip(width_px / 2 + 0.5 - away_px, 0.0, 1.0)), np.float64)


def _cover_edge(lead: Float32Array, width_px: float) -> FloatArray:
    """Return how much of the border between zones lies in each pixel: where the lead of the first over the second falls to 0."""
    down, across = np.gradient(lead)
    steep = cv2.dilate(np.nan_to_num(np.hypot(down, across)).astype(np.float32), np.ones((3, 3), np.uint8))
    away_px = lead / np.maximum(steep, 1e-3)
    return np.asarray(np.nan_to_num(np.clip(width_px / 2 + 0.5 - away_px, 0.0, 1.0)), np.float64)


def _laid_over(drawn: ByteArray, colour: tuple[int, int, int], cover: FloatArray) -> ByteArray:
    """Return a drawing with one colour laid over it."""
    share = cover[..., None].astype(np.float32)
    return np.asarray(drawn * (1 - share) + np.array(colour, np.float32) * share + 0.5).astype(np.uint8)


def _mark(picture: ByteArray, head: Head, sight: FlatSight, impressions: Impressions) -> ByteArray:
    """Return a picture with the impressions in sight, each as wide as its deposit; smaller than a px they darken it in proportion."""
    surface, frame = head.surface, sight.frame
    places_mm = impressions.points_mm(surface.vertices_mm, surface.faces)
    towards = -np.cross(frame.right_weights, frame.down_weights)
    facing = face_normals(surface)[impressions.face_index] @ towards > 0.0
    seen = np.flatnonzero(facing & sight.in_sight(places_mm))
    at_px = frame.place_px(places_mm[seen])
    radius_px = impressions.deposit_diameter_mm[seen] / 2 / frame.mm_per_px
    reach = int(np.ceil(radius_px.max(initial=0.0) + 0.5))
    steps = np.array([(row, col) for row in range(-reach, reach + 1) for col in range(-reach, reach + 1)])
    pixels = np.floor(at_px).astype(int)[:, None, ::-1] + steps
    away_px = np.hypot(pixels[..., 1] + 0.5 - at_px[:, None, 0], pixels[..., 0] + 0.5 - at_px[:, None, 1])
    cover = np.clip(radius_px[:, None] + 0.5 - away_px, 0.0, None)
    cover = np.minimum(cover, 1.0) if reach > 1 else cover
    cover *= (np.pi * radius_px**2 / np.maximum(cover.sum(axis=1), 1e-9))[:, None]
    within = (pixels >= 0).all(axis=-1) & (pixels < (frame.height_px, frame.width_px)).all(axis=-1)
    light = np.zeros(picture.shape[:2])
    np.add.at(light, tuple(pixels[within].T), cover[within])
    return _laid_over(picture, INK_SRGB_U8, np.minimum(light, 1.0))
