"""A head by itself, from any side: its surface with the colours laid on it, or with those of its doubt. Nothing is relit.

Where the camera stands is `views`'s; impressions are not drawn here.
"""

import cv2
import numpy as np
from numba import njit

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.colour.scales import doubt_srgb_u8
from scalp.domain.camera import Camera
from scalp.domain.head import Head, Mesh
from scalp.domain.texture import Texture
from scalp.geometry.meshes import face_areas_mm2, face_normals, vertex_normals
from scalp.geometry.raster import rasterise

WALL_SRGB_U8 = (236, 234, 230)
FINER = 1.5
"""How many times finer than the picture all is drawn, so that edges are smooth."""
NECK_MM, NECK_SLOPE, NECK_FADE_MM = (-118.0, 45.0), 0.5, 38.0
"""Where a bust has faded into the wall: at the first in height and the second ahead of the tragi, rising towards the nape. (D)"""
LEVELS_COUNT = 5
SOFT_FRACTION = 0.012
"""How softly a guess passes into what was seen, as a part of the side of the texture: for its shading only."""
_DARKEST_FRACTION = 0.62
"""What is left of the colour of a guessed or a coloured place seen on edge, so that its shape shows."""


@value
class Bust(Value):
    """A head ready to be drawn from many sides: its normals (V, 3) and what is laid on it."""

    head: Head
    normals: FloatArray
    colours_srgb_u8: ByteArray
    """The colour of each vertex (V, 3), for a head without a texture."""
    uv_fraction: Float32Array
    """Where the corners of faces (F, 3, 2) lie in the texture; (0, 3, 2) for a head without one."""
    levels: tuple[ByteArray, ...] = ()
    """The texture, each time half as fine: colours and, as a fourth band, how surely they were seen, softened."""
    texels_per_mm: float = 0.0


def dress_bust(head: Head, texture: Texture | None = None) -> Bust:
    """Return a head ready to be drawn, in the colours of its doubt where it has no texture."""
    normals, colours = vertex_normals(head.surface), doubt_srgb_u8(head.surface_sd_mm)
    if texture is None:
        return Bust(head=head, normals=normals, colours_srgb_u8=colours, uv_fraction=np.zeros((0, 3, 2), np.float32))
    small = cv2.resize(texture.seen_u8, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), SOFT_FRACTION * len(small))
    levels = [np.dstack([texture.srgb_u8, cv2.resize(soft, texture.seen_u8.shape[::-1], interpolation=cv2.INTER_LINEAR)])]
    while len(levels) < LEVELS_COUNT:
        levels.append(np.asarray(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8))
    sides = texture.uv_fraction[:, 1:] - texture.uv_fraction[:, :1]
    texels = float(np.abs(sides[:, 0, 0] * sides[:, 1, 1] - sides[:, 0, 1] * sides[:, 1, 0]).sum() / 2) * texture.seen_u8.size
    finest_per_mm = float(np.sqrt(texels / face_areas_mm2(head.surface).sum()))
    return Bust(
        head=head,
        normals=normals,
        colours_srgb_u8=colours,
        uv_fraction=texture.uv_fraction,
        levels=tuple(levels),
        texels_per_mm=finest_per_mm,
    )


def draw_bust(bust: Bust, camera: Camera) -> ByteArray:
    """Return what a camera sees of a head before a plain wall, (rows, cols, 3) sRGB uint8.

    Photographed skin keeps the light of its photos; what is a guess, and colours of doubt, are shaded by their slant alone.
    """
    surface = bust.head.surface
    presence = _presence(bust.head)
    kept = np.flatnonzero(_in_sight(bust.head, camera, presence)).astype(np.int32)
    seen = rasterise(camera, Mesh(vertices_mm=surface.vertices_mm, faces=surface.faces[kept]), FINER)
    face_index = np.where(seen.face_index >= 0, kept[np.maximum(seen.face_index, 0)], np.int32(-1))
    picture = np.empty((*face_index.shape, 3), np.uint8)
    picture[:] = WALL_SRGB_U8
    shade, faces = _shade(bust, camera), surface.faces
    if bust.levels:
        _paint(face_index, seen.barycentric, faces, shade, bust.uv_fraction, bust.levels[_level(bust, camera)], picture)
    else:
        _tint(face_index, seen.barycentric, faces, shade, bust.colours_srgb_u8, picture)
    _fade(face_index, seen.barycentric, faces, presence, np.array(WALL_SRGB_U8, np.uint8), picture)
    return np.asarray(cv2.resize(picture, (camera.width_px, camera.height_px), interpolation=cv2.INTER_AREA), np.uint8)


def _presence(head: Head) -> Float32Array:
    """Return how much is drawn of each vertex, (V,): all of the head, and ever less of the neck, of which nothing is known."""
    y, z = head.surface.vertices_mm[:, 1], head.surface.vertices_mm[:, 2]
    above_mm = y - (NECK_MM[0] + NECK_SLOPE * (NECK_MM[1] - z))
    t = np.clip(above_mm / NECK_FADE_MM, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def _in_sight(head: Head, camera: Camera, presence: Float32Array) -> BoolArray:
    """Return which faces are drawn, (F,): those turned to the camera of which anything is left."""
    towards = camera.eye_mm - head.surface.vertices_mm[head.surface.faces[:, 0]]
    turned = np.einsum("fd,fd->f", face_normals(head.surface), towards) > 0.0
    return np.asarray(turned & (presence[head.surface.faces].max(axis=1) > 0.0))


def _shade(bust: Bust, camera: Camera) -> Float32Array:
    """Return what the slant of the surface leaves of its colour at each vertex, (V,)."""
    ways = camera.eye_mm - bust.head.surface.vertices_mm
    cosine = np.einsum("vd,vd->v", bust.normals, ways) / np.linalg.norm(ways, axis=1)
    return np.asarray(_DARKEST_FRACTION + (1.0 - _DARKEST_FRACTION) * np.clip(cosine, 0.0, 1.0), np.float32)


def _level(bust: Bust, camera: Camera) -> int:
    """Return which halving of the texture is about as fine as the picture that is drawn."""
    px_per_mm = FINER * camera.focal_px / max(float(np.linalg.norm(camera.eye_mm)), 1.0)
    return int(np.clip(np.round(np.log2(max(bust.texels_per_mm / px_per_mm, 1e-3))), 0, LEVELS_COUNT - 1))


@njit(cache=True, nogil=True)
def _fade(face_index, barycentric, faces, presence, wall, picture):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    for row in range(rows):
        for col in range(cols):
            face = face_index[row, col]
            if face < 0:
                continue
            share = np.float32(0.0)
            for corner in range(3):
                share += barycentric[row, col, corner] * presence[faces[face, corner]]
            if share < np.float32(0.999):
                for band in range(3):
                    value = share * picture[row, col, band] + (np.float32(1.0) - share) * wall[band]
                    picture[row, col, band] = np.uint8(value + np.float32(0.5))


@njit(cache=True, nogil=True)
def _tint(face_index, barycentric, faces, shade, colours, picture):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    for row in range(rows):
        for col in range(cols):
            face = face_index[row, col]
            if face < 0:
                continue
            for band in range(3):
                value = np.float32(0.0)
                for corner in range(3):
                    vertex = faces[face, corner]
                    value += barycentric[row, col, corner] * shade[vertex] * colours[vertex, band]
                picture[row, col, band] = np.uint8(value + np.float32(0.5))


@njit(cache=True, nogil=True)
def _paint(face_index, barycentric, faces, shade, uv, level, picture):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    rows, cols = face_index.shape
    high, wide = level.shape[0], level.shape[1]
    found = np.zeros(4, np.float32)
    for row in range(rows):
        for col in range(cols):
            face = face_index[row, col]
            if face < 0:
                continue
            # Where in the texture, and the shade there.
            u, v, slant = np.float32(0.0), np.float32(0.0), np.float32(0.0)
            for corner in range(3):
                weight = barycentric[row, col, corner]
                u += weight * uv[face, corner, 0]
                v += weight * uv[face, corner, 1]
                slant += weight * shade[faces[face, corner]]
            x = min(max(u * wide - np.float32(0.5), np.float32(0.0)), np.float32(wide - 1.001))
            y = min(max(v * high - np.float32(0.5), np.float32(0.0)), np.float32(high - 1.001))
            left, top = int(x), int(y)
            a, b = x - left, y - top
            # Between four texels.
            for band in range(4):
                upper = level[top, left, band] * (1 - a) + level[top, left + 1, band] * a
                lower = level[top + 1, left, band] * (1 - a) + level[top + 1, left + 1, band] * a
                found[band] = upper * (1 - b) + lower * b
            # What was photographed keeps its light.
            sure = found[3] / np.float32(255.0)
            for band in range(3):
                picture[row, col, band] = np.uint8(found[band] * (sure + (1 - sure) * slant) + np.float32(0.5))
