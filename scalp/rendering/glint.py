"""Surface glint apart from the light below the surface: pigment darkens only the second."""

import cv2
import numpy as np
from numba import njit

from scalp.base import BoolArray, Float32Array
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.geometry.meshes import vertex_normals
from scalp.geometry.raster import rasterise
from scalp.rendering.shading import fit_shading, shading_basis

MATTE_QUANTILE = 0.25
"""The part of skin pixels taken as free of glint when its own colour is looked for. (E)"""
SMALLEST_SHARE = 0.002
"""Less skin than this part of the window tells nothing about its light."""
WORK_SIDE_PX = 320
"""Glint is broad: it is looked for on a window of about this size."""
GRAIN_PX = 2.0
"""Over how many of its cells glint is calmed."""
AGREEMENT = 2.0
"""The colour alone decides how strong a glint is once brightness bears out at least half of it."""
WHITE = (0.85, 0.97)
"""Light of the darkest band between which skin passes to burnt out, nothing of it known. (E)"""


def separate_glint(light: Float32Array, cover: Float32Array, normals: Float32Array) -> Float32Array:
    """Return the surface reflection of skin, (rows, cols) linear light, the same in every band.

    `light` (rows, cols, 3) is skin's mean light in cells of a photo, `cover` (rows, cols) how much of each is bare skin.
    Glint is what two signs agree on: a colour nearer to the lamp's than matte skin has (dichromatic model,
    [Shafer1985]) and a brightness above what diffuse light on the head's own shape explains (nine spherical-harmonic
    coefficients, [Ramamoorthi2001]). Stubble is grey without being bright and a lit forehead bright without being
    grey, so neither counts. The lamp is taken as neutral.
    """
    bare = cover > 0.9
    if bare.mean() < SMALLEST_SHARE:
        return np.zeros_like(cover)
    facing = cv2.resize(normals, cover.shape[::-1], interpolation=cv2.INTER_LINEAR)
    calm = _averaged(light, bare)
    coloured, bright = _by_colour(calm, bare), _by_brightness(calm, bare, facing)
    glint = coloured * np.clip(AGREEMENT * bright / np.maximum(coloured, 1e-4), 0.0, 1.0)
    return np.asarray(cv2.GaussianBlur(np.where(bare, glint, 0.0).astype(np.float32), (0, 0), GRAIN_PX), np.float32)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def fill_shine(line, glint, place, row, left):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Fill a line with the glint of a row of a photo from column `left` on.

    `glint` is of cells, `place` has the top, the left and the size of the first in px. Between their centres it is
    interpolated, beyond the outermost it stays.
    """
    side, rows, cols = np.float32(place[2]), glint.shape[0], glint.shape[1]
    v = min(max((np.float32(row - place[0]) + np.float32(0.5)) / side - np.float32(0.5), np.float32(0.0)), np.float32(rows - 1))
    i = min(int(v), rows - 2)
    part_v = v - np.float32(i)
    for col in range(len(line)):
        u = (np.float32(left + col - place[1]) + np.float32(0.5)) / side - np.float32(0.5)
        u = min(max(u, np.float32(0.0)), np.float32(cols - 1))
        j = min(int(u), cols - 2)
        part_u = u - np.float32(j)
        upper = glint[i, j] + part_u * (glint[i, j + 1] - glint[i, j])
        lower = glint[i + 1, j] + part_u * (glint[i + 1, j + 1] - glint[i + 1, j])
        line[col] = upper + part_v * (lower - upper)


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def kept_shine(glint, least):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Return which light of a pixel lies above the skin, of `glint` and of the light of its darkest band.

    A pixel keeps a little light of its own skin; but what lies behind white is not known, so that skin burnt out in
    every band counts as shine altogether, passing softly to ordinary skin.
    """
    burnt = min(max((least - np.float32(WHITE[0])) * np.float32(1.0 / (WHITE[1] - WHITE[0])), np.float32(0.0)), np.float32(1.0))
    return max(min(glint, np.float32(0.97) * max(least, np.float32(0.0))), least * burnt)


def _averaged(light: Float32Array, bare: BoolArray) -> Float32Array:
    """Return light averaged over its grain, among bare skin only."""
    share = bare.astype(np.float32)[..., None]
    summed = cv2.GaussianBlur(light * share, (0, 0), GRAIN_PX)
    return np.asarray(summed / np.maximum(cv2.GaussianBlur(share, (0, 0), GRAIN_PX), 1e-3)[..., None], np.float32)


def _by_colour(light: Float32Array, bare: BoolArray) -> Float32Array:
    """Return the neutral light that must be taken away for the rest to have the colour of matte skin."""
    red, blue = light[..., 0], light[..., 2]
    ratio = np.clip(blue / np.maximum(red, 1e-4), 0.02, 0.98)
    matte = float(np.quantile(ratio[bare], MATTE_QUANTILE))
    return np.asarray(np.maximum(blue - matte * red, 0.0) / max(1.0 - matte, 0.05), np.float32)


def _by_brightness(light: Float32Array, bare: BoolArray, normals: Float32Array) -> Float32Array:
    """Return how much green light exceeds what diffuse light on this shape gives, as far as skin was seen to fit it."""
    seen, green = normals[bare].astype(float), light[..., 1][bare].astype(float)
    residual = green - shading_basis(seen) @ fit_shading(seen, green)
    spread = 1.4826 * float(np.median(np.abs(residual)))
    excess = np.zeros(light.shape[:2], np.float32)
    excess[bare] = np.maximum(residual - 0.5 * spread, 0.0)
    return excess


def facing_normals(surface: Mesh, camera: Camera, window_px: tuple[slice, slice]) -> Float32Array:
    """Return the head's unit normals as a camera sees them in a window (rows, cols) of its picture, (r, c, 3).

    On a raster of a quarter of its pixels or fewer; towards the camera where the head is not seen.
    """
    scale = min(0.25, WORK_SIDE_PX / max(1, window_px[0].stop - window_px[0].start))
    fragments = rasterise(camera, surface, scale)
    rows, cols = (slice(int(span.start * scale), max(int(span.stop * scale), int(span.start * scale) + 2)) for span in window_px)
    face_index, barycentric = fragments.face_index[rows, cols], fragments.barycentric[rows, cols]
    smooth = vertex_normals(surface)[surface.faces[face_index]]
    normals = np.einsum("rck,rckd->rcd", barycentric, smooth)
    normals[face_index < 0] = camera.camera_from_head[2, :3] * -1.0
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9), np.float32)
