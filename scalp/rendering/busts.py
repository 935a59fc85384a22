"""A head by itself, from any side: its surface with the colours laid on it, or with those of its doubt. Nothing is relit.

Where the camera stands is `views`'s; impressions are not drawn here.
"""

import dataclasses

import cv2
import numpy as np

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.colour.scales import doubt_srgb_u8
from scalp.domain.camera import Camera
from scalp.domain.head import Head
from scalp.domain.texture import Texture
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import Fragments, rasterise

WALL_SRGB_U8 = (236, 234, 230)
FINER = 1.5
"""How many times finer than the picture all is drawn, so that edges are smooth."""
_ROW_PX = 4096
LEVELS_COUNT = 5
SOFT_FRACTION = 0.012
"""How softly a guess passes into what was seen, as a part of the side of the texture: for its shading only."""
_DARKEST_FRACTION = 0.62
"""What is left of the colour of a guessed or a coloured place seen on edge, so that its shape shows."""


@value
class Bust(Value):
    """A head ready to be drawn from many sides: colours for its surface, and its normals (V, 3)."""

    head: Head
    normals: FloatArray
    colours_srgb_u8: ByteArray
    """The colour of each vertex (V, 3), for a head without a texture."""
    uv_fraction: Float32Array | None = None
    levels: tuple[ByteArray, ...] = ()
    """The texture, each time half as fine: colours and, as a fourth band, how surely they were seen, softened."""


def dress_bust(head: Head, texture: Texture | None = None) -> Bust:
    """Return a head ready to be drawn, in the colours of its doubt where it has no texture."""
    plain = Bust(head=head, normals=vertex_normals(head.surface), colours_srgb_u8=doubt_srgb_u8(head.surface_sd_mm))
    if texture is None:
        return plain
    small = cv2.resize(texture.seen_u8, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), SOFT_FRACTION * len(small))
    sure = cv2.resize(soft, texture.seen_u8.shape[::-1], interpolation=cv2.INTER_LINEAR)
    levels = [np.dstack([texture.srgb_u8, sure])]
    while len(levels) < LEVELS_COUNT:
        levels.append(np.asarray(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8))
    return dataclasses.replace(plain, uv_fraction=texture.uv_fraction, levels=tuple(levels))


def draw_bust(bust: Bust, camera: Camera) -> ByteArray:
    """Return what a camera sees of a head before a plain wall, (rows, cols, 3) sRGB uint8.

    Photographed skin keeps the light of its photos; what is a guess, and colours of doubt, are shaded by their slant alone.
    """
    seen = rasterise(camera, bust.head.surface, FINER)
    inside = seen.face_index >= 0
    picture = np.broadcast_to(np.array(WALL_SRGB_U8, np.uint8), (*inside.shape, 3)).copy()
    picture[inside] = _skin(bust, camera, seen, inside)
    return np.asarray(cv2.resize(picture, (camera.width_px, camera.height_px), interpolation=cv2.INTER_AREA), np.uint8)


def _skin(bust: Bust, camera: Camera, seen: Fragments, inside: BoolArray) -> Float32Array:
    """Return the colour of each pixel that shows the head, (N, 3)."""
    faces, weights = seen.face_index[inside], seen.barycentric[inside][..., None]
    corners = bust.head.surface.faces[faces]
    slant = _slant(bust, camera, corners, weights[..., 0])
    if bust.uv_fraction is None:
        colours = (bust.colours_srgb_u8.astype(np.float32)[corners] * weights).sum(axis=1)
        return np.asarray(colours * slant[:, None], np.float32)
    laid = (bust.uv_fraction[faces] * weights).sum(axis=1)
    painted = _painted(bust.levels[_level(bust.levels[0], laid, inside)], laid)
    sure = painted[:, 3] / 255.0
    return np.asarray(painted[:, :3] * (sure + (1.0 - sure) * slant)[:, None], np.float32)


def _slant(bust: Bust, camera: Camera, corners: np.ndarray, weights: Float32Array) -> Float32Array:
    """Return what the slant of the surface leaves of its colour."""
    ways = camera.eye_mm - bust.head.surface.vertices_mm
    cosine = np.einsum("vd,vd->v", bust.normals, ways) / np.linalg.norm(ways, axis=1)
    shade = _DARKEST_FRACTION + (1.0 - _DARKEST_FRACTION) * np.clip(cosine, 0.0, 1.0)
    return np.asarray((shade.astype(np.float32)[corners] * weights).sum(axis=1), np.float32)


def _level(finest: ByteArray, laid: Float32Array, inside: BoolArray) -> int:
    """Return by how many halvings the texture is finer than the picture that is drawn."""
    together = inside[:, 1:] & inside[:, :-1]
    number = np.cumsum(inside.reshape(-1)).reshape(inside.shape) - 1
    step = np.abs(laid[number[:, 1:][together]] - laid[number[:, :-1][together]]).max(axis=1) if together.any() else np.zeros(1)
    ratio = float(np.median(step)) * finest.shape[1]
    return int(np.clip(np.floor(np.log2(max(ratio, 1.0)) + 0.5), 0, LEVELS_COUNT - 1))


def _painted(level: ByteArray, laid: Float32Array) -> Float32Array:
    """Return the four bands of a texture at places of it (N, 2)."""
    # cv2 wants pictures: the places are folded into rows.
    rows = -(-len(laid) // _ROW_PX)
    places = [np.resize(laid[:, band] * level.shape[1 - band] - 0.5, (rows, _ROW_PX)).astype(np.float32) for band in (0, 1)]
    looked = cv2.remap(level, places[0], places[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(looked.reshape(-1, 4)[: len(laid)], np.float32)
