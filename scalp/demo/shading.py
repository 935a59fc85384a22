"""What a pixel of skin or cloth sends to the camera: albedo with its unevenness, light from inside, and shine.

The light that reaches the vertices is `lighting`'s, eyes are `eyes`'s, hairs are drawn over it by `strokes`.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, IntArray
from scalp.demo.eyes import Gaze, shade_eye
from scalp.demo.lighting import THREADS_COUNT, Lights
from scalp.demo.noise import inner, make_unit, nearest_spot, noise, rough

PLACE, NORMAL, LIGHT, FREE, ROOM = 0, 3, 6, 9, 13
RED, BROWN, OIL, LIPS, FURROW, FRINGE, BEARD, TOP = range(14, 22)
COLUMNS_COUNT = 22
"""What each column of `Sheet.columns` holds, the first of them."""
SKIN_COLOUR, RED_COLOUR, BROWN_COLOUR, LIPS_COLOUR, CLOTH_COLOUR = range(5)
SPECULAR_FRACTION = 0.034
WATER_SPECULAR_FRACTION, FILM_ALPHA, FILM_LEVELS = 0.020, 0.11, 0.6
"""Water mirrors ((1.33 - 1) / (1.33 + 1))^2; its film is this rough and fills this much of the relief. (E)"""
BUMP_STEP_MM = 0.07
COLLAR_MM = 21.0
MOLE_GRID_MM = 24.0


class Sheet(NamedTuple):
    """What the camera sees: face and weights of each pixel, the corners of faces and the columns (V, 22) of vertices."""

    face_index: IntArray
    barycentric: Float32Array
    faces: IntArray
    columns: Float32Array
    eye_faces_start: int


class Palette(NamedTuple):
    """Colours (5, 3) in linear sRGB, the camera's place, the neck of the shirt as (slope over z, curve over x, height) and the seed's shift."""

    colours: FloatArray
    camera_mm: FloatArray
    neckline: FloatArray
    shift_mm: FloatArray
    detail: float
    """How much of the finest relief the pixels can show, 0..1."""
    film_fraction: float = 0.0
    """How much of the skin lies under a film of water, 0 dry to 1 wet."""


@njit("float64(float64, float64, float64, float64, float64, float64)", cache=True, nogil=True, error_model="numpy")
def _height_mm(x, y, z, furrow, oil, detail):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the fine relief of skin: pores, the net of lines between them, soft lumps and furrows of the forehead."""
    # The grids of the noise are turned away from the axes, so that none runs along the forehead.
    a, b, c = 0.61 * x + 0.55 * y - 0.57 * z, -0.77 * x + 0.58 * y - 0.27 * z, 0.18 * x + 0.60 * y + 0.78 * z
    height = 0.036 * noise(a / 3.6, b / 3.6, c / 3.6, 14)
    if detail > 0.02:
        pore, own = nearest_spot(a / 0.85, b / 0.85, c / 0.85, 11)
        height -= detail * 0.030 * (0.4 + oil * own) * max(0.0, 1.0 - pore / 0.38)
        height += detail * (0.009 * noise(b / 0.33, c / 0.33, a / 0.33, 12) + 0.018 * noise(c / 0.9, a / 0.9, b / 0.9, 13))
    if furrow > 0.05:
        bent = y + 4.5 * noise(x / 30.0, y / 30.0, z / 40.0, 15) + 1.2 * noise(x / 9.0, y / 12.0, z / 12.0, 17)
        deep = max(0.0, 0.35 + 0.9 * noise(x / 26.0, y / 8.0, 3.1, 16))
        height -= 0.15 * furrow * deep * max(0.0, np.cos(bent * 0.48)) ** 8
    return height


@njit(cache=True, nogil=True, error_model="numpy")
def _lobe(cosine_half, alpha):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the GGX density of facets. [Walter2007]"""
    squared = alpha * alpha
    below = cosine_half * cosine_half * (squared - 1.0) + 1.0
    return squared / (np.pi * below * below)


@njit(cache=True, nogil=True, error_model="numpy")
def _half_way(normal, to_camera, way):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the cosines a mirror needs: normal to light, normal to camera, normal to the half way, and 1 less light to half way."""
    facing = normal[0] * way[0] + normal[1] * way[1] + normal[2] * way[2]
    seen = max(normal[0] * to_camera[0] + normal[1] * to_camera[1] + normal[2] * to_camera[2], 0.05)
    hx, hy, hz = way[0] + to_camera[0], way[1] + to_camera[1], way[2] + to_camera[2]
    length = np.sqrt(hx * hx + hy * hy + hz * hz)
    half = (normal[0] * hx + normal[1] * hy + normal[2] * hz) / length
    return facing, seen, half, 1.0 - (way[0] * hx + way[1] * hy + way[2] * hz) / length


@njit(cache=True, nogil=True, error_model="numpy")
def _shine(normal, to_camera, way, radius_rad, oil):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return the share of a light of unit irradiance that a greasy skin mirrors to the camera, times pi: two GGX lobes."""
    facing, seen, half, grazing = _half_way(normal, to_camera, way)
    if facing <= 0.0:
        return 0.0
    mirrored = SPECULAR_FRACTION + (1.0 - SPECULAR_FRACTION) * grazing**5
    broad = np.sqrt(0.32**2 + (0.42 * radius_rad) ** 2)
    tight = np.sqrt((0.20 - 0.05 * oil) ** 2 + (0.42 * radius_rad) ** 2)
    facets = (0.75 - 0.15 * oil) * _lobe(half, broad) + (0.12 + 0.38 * oil) * _lobe(half, tight)
    shadow = 1.0 / ((facing * 0.85 + 0.15) * (seen * 0.85 + 0.15))
    return np.pi * facets * mirrored * shadow * facing * 0.25


@njit(cache=True, nogil=True, error_model="numpy")
def _film(normal, to_camera, way, radius_rad):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return what a film of water mirrors to the camera of a light of unit irradiance, times pi: one narrow GGX lobe."""
    facing, seen, half, grazing = _half_way(normal, to_camera, way)
    if facing <= 0.0:
        return 0.0
    mirrored = WATER_SPECULAR_FRACTION + (1.0 - WATER_SPECULAR_FRACTION) * grazing**5
    alpha = np.sqrt(FILM_ALPHA**2 + (0.42 * radius_rad) ** 2)
    return np.pi * _lobe(half, alpha) * mirrored / ((facing * 0.85 + 0.15) * (seen * 0.85 + 0.15)) * facing * 0.25


@njit(cache=True, nogil=True, error_model="numpy")
def _albedo(column, colours, place, detail, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (3,) with the albedo of skin at a place: blotches, redness, brown, lips, freckles, the shade of shaven hair."""
    x, y, z = place
    broad = rough(x / 21.0, y / 21.0, z / 21.0, 21)
    middle = rough(x / 6.0, y / 6.0, z / 6.0, 24)
    fine = rough(x / 1.3, y / 1.3, z / 1.3, 27)
    grain = detail * noise(x / 0.42, y / 0.42, z / 0.42, 30)
    red = column[RED] * (0.75 + 0.5 * middle) + 0.26 * broad + 0.22 * middle + 0.18 * fine + 0.16 * grain
    brown = 0.55 * column[BROWN] + 0.22 * rough(x / 13.0, y / 13.0, z / 13.0, 31) + 0.10 * middle + 0.06 * fine + 0.10 * grain
    spot, own = nearest_spot(x / 5.2, y / 5.2, z / 5.2, 34)
    if own > 0.62:
        brown += 0.75 * (own - 0.5) * max(0.0, 1.0 - (spot / (0.06 + 0.22 * (own - 0.6))) ** 2)
    mole, rank = nearest_spot(x / MOLE_GRID_MM, y / MOLE_GRID_MM, z / MOLE_GRID_MM, 38)
    if rank > 0.75:  # one cell in four has one
        brown += 1.6 * min(1.0, max(0.0, 2.0 - mole * MOLE_GRID_MM / (0.5 + 1.6 * (rank - 0.75))))
    lips = column[LIPS] * (0.86 + 0.16 * noise(x / 0.8, y / 4.0, z / 4.0, 37))
    follicles = column[FRINGE] / 190.0 * 0.80 + column[BEARD] / 62.0 * 0.42 + column[TOP] / 190.0 * 0.3
    shade = follicles * (1.0 + 0.22 * middle + 0.30 * fine)
    for band in range(3):
        tone = colours[SKIN_COLOUR, band]
        tone += max(-0.35, min(red, 1.2)) * (colours[RED_COLOUR, band] - colours[SKIN_COLOUR, band])
        tone *= 1.0 + max(-0.35, min(brown, 1.6)) * (colours[BROWN_COLOUR, band] / colours[SKIN_COLOUR, band] - 1.0)
        tone += lips * (colours[LIPS_COLOUR, band] * (1.0 + 0.08 * fine) - tone)
        # Hair under the skin takes most of the red, so that a shaven beard looks bluish.
        out[band] = tone * np.exp(-shade * (0.72 - 0.09 * band)) * (1.0 + 0.02 * fine)


@njit(cache=True, nogil=True, error_model="numpy")
def _shade_skin(column, palette, lights, work, out, gloss):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (3,) with the light of a pixel of skin and add its shine to `gloss` (3,), which may be `out`; `work` (5, 3) is room."""
    place, normal, bent, to_camera, albedo = work[0], work[1], work[2], work[3], work[4]
    for axis in range(3):
        place[axis] = column[PLACE + axis] + palette.shift_mm[axis]
        normal[axis] = column[NORMAL + axis]
        to_camera[axis] = palette.camera_mm[axis] - column[PLACE + axis]
    make_unit(normal)
    make_unit(to_camera)
    # The relief bends the normal along its own slope.
    furrow, oil = column[FURROW], column[OIL]
    here = _height_mm(place[0], place[1], place[2], furrow, oil, palette.detail)
    gx = (_height_mm(place[0] + BUMP_STEP_MM, place[1], place[2], furrow, oil, palette.detail) - here) / BUMP_STEP_MM
    gy = (_height_mm(place[0], place[1] + BUMP_STEP_MM, place[2], furrow, oil, palette.detail) - here) / BUMP_STEP_MM
    gz = (_height_mm(place[0], place[1], place[2] + BUMP_STEP_MM, furrow, oil, palette.detail) - here) / BUMP_STEP_MM
    along = gx * normal[0] + gy * normal[1] + gz * normal[2]
    steep = 2.4 * (1.0 - FILM_LEVELS * palette.film_fraction)
    bent[0] = normal[0] - steep * (gx - along * normal[0])
    bent[1] = normal[1] - steep * (gy - along * normal[1])
    bent[2] = normal[2] - steep * (gz - along * normal[2])
    make_unit(bent)
    # Light from inside: pores swallow a little, and the relief shows least in red, which travels farthest.
    _albedo(column, palette.colours, place, palette.detail, albedo)
    hollow = 1.0 + palette.detail * max(-0.10, min(0.05, 1.3 * here))
    key = lights.ways[0]
    facing = inner(normal, key)
    slope = (inner(bent, key) - facing) / max(0.30, facing)
    for band in range(3):
        relief = 1.0 + (0.35 + 0.18 * band) * max(-0.6, min(slope, 0.8)) * column[FREE]
        out[band] = albedo[band] * hollow * column[LIGHT + band] * relief
    # Shine of the lights, and of the room at grazing angles.
    wet = min(1.0, max(0.05, oil * (0.85 + 0.45 * rough(place[0] / 9.0, place[1] / 9.0, place[2] / 9.0, 41)) + 0.25 * column[LIPS]))
    hairless = 1.0 - 0.45 * min(1.0, column[FRINGE] / 190.0)
    for light in range(len(lights.ways)):
        if column[FREE + light] < 0.01:
            continue
        mirrored = _shine(bent, to_camera, lights.ways[light], lights.radius_rad[light], wet) * column[FREE + light] * hairless
        if palette.film_fraction > 0.0:
            filmed = _film(bent, to_camera, lights.ways[light], lights.radius_rad[light]) * column[FREE + light]
            mirrored += palette.film_fraction * (filmed - 0.6 * mirrored)
        for band in range(3):
            gloss[band] += mirrored * lights.rgb_linear[light, band]
    seen = max(0.0, inner(bent, to_camera))
    grazing = 0.6 * (SPECULAR_FRACTION + 0.35 * (1.0 - seen) ** 5) * column[ROOM] * hairless
    for band in range(3):
        gloss[band] += grazing * lights.room_rgb_linear[band]


@njit(cache=True, nogil=True, error_model="numpy")
def _shade_cloth(column, palette, below_mm, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `out` (3,) with the light of a pixel of jersey: a ribbed collar, then knitted rows with folds."""
    x, y, z = column[PLACE], column[PLACE + 1], column[PLACE + 2]
    around = np.arctan2(x, z + 40.0) * 90.0
    if below_mm < COLLAR_MM:
        edge = min(1.0, below_mm / 1.5) * min(1.0, 0.45 + (COLLAR_MM - below_mm) / 2.0)
        weave = (0.80 + 0.20 * palette.detail * np.sin(around * 2.4)) * (0.55 + 0.45 * edge)
    else:
        weave = 0.86 + 0.06 * palette.detail * np.sin(around * 5.0) * np.sin(y * 5.2)
        weave *= 1.0 + 0.35 * rough(x / 34.0 + 0.3 * y / 40.0, y / 60.0, z / 34.0, 51)
        weave *= min(1.0, 0.55 + (below_mm - COLLAR_MM) / 4.0)
    weave *= 1.0 + 0.16 * noise(x / 0.5, y / 0.5, z / 0.5, 52)
    for band in range(3):
        out[band] = palette.colours[CLOTH_COLOUR, band] * weave * column[LIGHT + band]


@njit(cache=True, nogil=True, error_model="numpy")
def _below_neckline_mm(column, neckline):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return how far down the skin a place lies below the neck of the shirt, negative above it."""
    x, z = column[PLACE], column[PLACE + 2]
    above = column[PLACE + 1] + neckline[0] * z - neckline[1] * x * x - neckline[2]
    slope_x, slope_z = -2.0 * neckline[1] * x, neckline[0]
    along = slope_x * column[NORMAL] + column[NORMAL + 1] + slope_z * column[NORMAL + 2]
    steep = slope_x * slope_x + 1.0 + slope_z * slope_z - along * along
    return -above / np.sqrt(max(0.08, steep))


@njit(cache=True, nogil=True, error_model="numpy")
def _shade_band(sheet, palette, lights, gaze, rows, pictures):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill the rows `rows` of `pictures` = (out, gloss), each (rows, cols, 3), which may be one and the same."""
    out, gloss = pictures
    column = np.empty(COLUMNS_COUNT)
    work = np.empty((5, 3))
    for row in range(rows[0], rows[1]):
        for col in range(sheet.face_index.shape[1]):
            face = sheet.face_index[row, col]
            if face < 0:
                continue
            a, b, c = sheet.faces[face, 0], sheet.faces[face, 1], sheet.faces[face, 2]
            u, v, w = sheet.barycentric[row, col, 0], sheet.barycentric[row, col, 1], sheet.barycentric[row, col, 2]
            for k in range(COLUMNS_COUNT):
                column[k] = u * sheet.columns[a, k] + v * sheet.columns[b, k] + w * sheet.columns[c, k]
            below_mm = _below_neckline_mm(column, palette.neckline)
            if face >= sheet.eye_faces_start:
                shade_eye(column, palette.camera_mm, lights, gaze, out[row, col])
            elif below_mm > 0.0:
                _shade_cloth(column, palette, below_mm, out[row, col])
            else:
                _shade_skin(column, palette, lights, work, out[row, col], gloss[row, col])
                shadow = 1.0 - 0.45 * np.exp(below_mm / 2.5)
                for band in range(3):
                    out[row, col, band] *= shadow


def shade(sheet: Sheet, palette: Palette, lights: Lights, gaze: Gaze, gloss: Float32Array | None = None) -> Float32Array:
    """Return the light of every pixel that sees the bust, (rows, cols, 3) linear sRGB, 0 elsewhere.

    Where `gloss` is given the skin's shine is added there and not to what is returned.
    """
    out = np.zeros((*sheet.face_index.shape, 3), np.float32)
    pictures = (out, out if gloss is None else gloss)
    edges = np.linspace(0, len(out), 8 * THREADS_COUNT + 1).astype(int)
    with ThreadPoolExecutor(THREADS_COUNT) as crew:
        list(crew.map(lambda start, end: _shade_band(sheet, palette, lights, gaze, (start, end), pictures), edges[:-1], edges[1:]))
    return out
