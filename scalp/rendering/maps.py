"""The treatment map: a bare head in parallel projection with its zones, densities, hairline, places to avoid and a grid in mm.

What a practitioner works from. Frames and pixels are `flats`'s, signs and words `map_signs`'s; papers are `scalp.io`'s.
"""

from functools import lru_cache

import cv2
import numpy as np
import scipy.sparse as sp
from numba import njit

from scalp.base import ByteArray, Float32Array, IntArray, WrongParent
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.domain.plan import ZoneWork
from scalp.geometry.meshes import face_normals
from scalp.rendering.flats import MAP_SIDES, PAPER_SRGB_U8, FlatSight, MapFrame, MapSide, frame_map, look_flat, shade_flat
from scalp.rendering.lines import cover_edge, cover_grid, cover_levels, fade, lay_over
from scalp.rendering.map_signs import INK_SRGB_U8, LEVELS, TEXT_FRACTION, draw_signs, find_signs
from scalp.rendering.overlays import Ground, survey_ground

__all__ = ["MAP_SIDES", "MapFrame", "MapSide", "draw_map", "draw_sessions", "frame_map", "map_legend"]

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
    return draw_sessions(head, design, side, (works,), impressions=impressions, height_px=height_px)[0]


def draw_sessions(
    head: Head,
    design: Design,
    side: MapSide,
    sessions: tuple[tuple[ZoneWork, ...], ...],
    *,
    impressions: Impressions | None = None,
    height_px: int = 900,
    text_fraction: float = TEXT_FRACTION,
) -> tuple[ByteArray, ...]:
    """Return the maps of one side of a head for the works of several sessions, each as `draw_map` draws it.

    What does not depend on works (what each pixel sees, lines and where words stand) is found once for all of them.
    `text_fraction` is the height of words over that of the map: larger where maps are printed small.
    """
    if design.head_digest != head.digest or (impressions is not None and impressions.head_digest != head.digest):
        raise WrongParent("map", "a head and what was made for another", "the head they were made for", "Give that head.")
    sight = look_flat(head, frame_map(head, side, height_px), FINER_COUNT)
    tone, share = shade_flat(head, sight)
    ground = _ground(head)
    lead, which = sight.leading(_zone_shares(head, design))
    lines = _find_lines(sight, design, (share, which, lead), ground)
    signs = find_signs(design, sight, ground, text_fraction)
    maps = []
    for works in sessions:
        drawn = _tint_zones(sight, design, (tone, share, which), works, pale=impressions is not None)
        for colour, cover in lines:
            lay_over(drawn, colour, cover)
        picture = np.asarray(cv2.resize(drawn, (sight.frame.width_px, sight.frame.height_px), interpolation=cv2.INTER_AREA), np.uint8)
        if impressions is not None:
            _mark(picture, head, sight, impressions)
        maps.append(draw_signs(picture, design, sight, signs, works))
    return tuple(maps)


def map_legend(design: Design) -> tuple[tuple[str, tuple[int, int, int]], ...]:
    """Return the zones of a design in which something is placed, in the order of `ZONE_NAMES`, with their colours on the map."""
    used = np.bincount(design.zone_index[design.density_per_cm2 > 0], minlength=len(ZONE_NAMES)) > 0
    return tuple((name, ZONE_SRGB_U8[name]) for name, some in zip(ZONE_NAMES, used, strict=True) if some and name in ZONE_SRGB_U8)


@lru_cache(maxsize=2)
def _ground(head: Head) -> Ground:
    """Measure a head once for its five sides."""
    return survey_ground(head)


@lru_cache(maxsize=2)
def _zone_shares(head: Head, design: Design) -> Float32Array:
    """Return how much each vertex is of each zone, (V, Z): 1 or 0, evened out over about one edge, since borders lie between vertices."""
    faces, count = head.surface.faces, len(head.surface.vertices_mm)
    corner = np.repeat(np.arange(len(faces)), 3)
    of_faces = sp.csr_matrix((np.ones(faces.size), (corner, faces.ravel())), shape=(len(faces), count))
    around = sp.csr_matrix(of_faces.T @ of_faces / 3)
    scale = 1 / np.maximum(np.bincount(faces.ravel(), minlength=count), 1)
    shares = (design.zone_index[:, None] == np.arange(len(ZONE_NAMES))).astype(float)
    present = shares.any(axis=0)
    for _ in range(EVENED_COUNT):
        shares[:, present] = (around @ shares[:, present]) * scale[:, None]
    return np.asarray(shares, np.float32)


def _tint_zones(
    sight: FlatSight, design: Design, seen: tuple[Float32Array, Float32Array, IntArray], works: tuple[ZoneWork, ...], *, pale: bool
) -> ByteArray:
    """Return a drawing of the head with the zones laid over it, stronger where denser, paler where a session does nothing."""
    tone, share, which = seen
    density = sight.across(design.density_per_cm2)
    peak_per_cm2 = max(float(design.density_per_cm2.max()), 1e-6)
    cover = THINNEST_FRACTION + (DENSEST_FRACTION - THINNEST_FRACTION) * np.clip(density / peak_per_cm2, 0.0, 1.0)
    cover = cover * np.clip(density / (0.03 * peak_per_cm2), 0.0, 1.0) * share * (UNDER_MARKS_FRACTION if pale else 1.0)
    worked = {work.zone for work in works} or set(ZONE_NAMES)
    colours = np.array([ZONE_SRGB_U8.get(name, (246, 246, 246)) for name in ZONE_NAMES], np.float32)
    told = np.array([1.0 if name in worked else BESIDE_FRACTION for name in ZONE_NAMES], np.float32)
    drawn = np.empty((*sight.inside.shape, 3), np.uint8)
    drawn[:] = PAPER_SRGB_U8
    _paint(sight.inside, (tone, share), (cover * told[which], which), colours, drawn)
    return drawn


@njit(cache=True, nogil=True)
def _paint(inside, bare, zones, colours, drawn):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    (tone, share), (cover, which) = bare, zones
    rows, cols = inside.shape
    index = 0
    for row in range(rows):
        for col in range(cols):
            if inside[row, col]:
                for band in range(3):
                    under = np.floor(tone[index] * share[index] + drawn[row, col, band] * (1 - share[index]) + 0.5)
                    # Colours are darkened as the drawing under them is, so that the shape of the head stays to be seen.
                    tinted = colours[which[index], band] * (0.35 + 0.65 * under / 246.0)
                    mixed = under * (1 - cover[index]) + tinted * cover[index] + 0.5
                    drawn[row, col, band] = np.uint8(min(max(mixed, 0.0), 255.0))
                index += 1


def _find_lines(
    sight: FlatSight, design: Design, seen: tuple[Float32Array, IntArray, Float32Array], ground: Ground
) -> tuple[tuple[tuple[int, int, int], Float32Array], ...]:
    """Return grid, lines of equal density, borders of zones and the outline of the head: colours, and how much each covers."""
    share, which, lead = seen
    scalp = sight.across(ground.scalp_fraction)
    grid = np.maximum(*(cover_grid(sight.laid(sight.across(column))) for column in (ground.along_mm, ground.aside_mm)))
    fade(grid, sight.inside, GRID_FRACTION * scalp)
    peak_per_cm2 = float(design.density_per_cm2.max())
    density = sight.across(design.density_per_cm2)
    at_levels = tuple(level * peak_per_cm2 for level in LEVELS)
    levels = LEVEL_FRACTION * cover_levels(sight.laid(density), at_levels, LEVEL_PX * FINER_COUNT)
    borders = cover_edge(sight.laid(lead), BORDER_PX * FINER_COUNT)
    fade(borders, sight.inside, BORDER_FRACTION * ((density > BORDERED_FRACTION * peak_per_cm2) & (which > 0)))
    return (GRID_SRGB_U8, grid), (INK_SRGB_U8, levels), ((255, 255, 255), borders), (OUTLINE_SRGB_U8, _find_rim(sight, share))


def _find_rim(sight: FlatSight, share: Float32Array) -> Float32Array:
    """Return how much of the outline of the head lies in each pixel; it fades with the neck."""
    shown = np.zeros(sight.inside.shape, np.uint8)
    shown[sight.inside] = share > 0.3
    rims, _ = cv2.findContours(shown, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    rim = np.zeros(shown.shape, np.uint8)
    cv2.polylines(rim, rims, isClosed=True, color=255, thickness=FINER_COUNT + 1, lineType=cv2.LINE_AA)
    cover = np.asarray(rim / np.float32(255.0), np.float32)
    fade(cover, sight.inside, np.clip((share - 0.3) / 0.5, 0.0, 1.0))
    return cover


def _mark(picture: ByteArray, head: Head, sight: FlatSight, impressions: Impressions) -> None:
    """Draw the impressions in sight into a picture, each as wide as its deposit; smaller than a px they darken it in proportion."""
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
    light = np.zeros(picture.shape[:2], np.float32)
    np.add.at(light, tuple(pixels[within].T), cover[within])
    lay_over(picture, INK_SRGB_U8, np.minimum(light, 1.0))
