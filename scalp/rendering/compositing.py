"""The last steps of a look, tile by tile: density to light, light blurred as the photo is, put into the file's own numbers.

Everything between the sum of Gaussians and the stored pixel happens in a tile that fits the processor's cache; no plane
of the size of the photo is made. The sum itself is `splat`'s.
"""

import numpy as np
from numba import njit

from scalp.base import ByteArray, Float32Array, FloatArray, Value, value
from scalp.domain.photo import Encoding, Photo
from scalp.rendering.canvas import Canvas
from scalp.rendering.crew import Crew
from scalp.rendering.glint import fill_shine, kept_shine
from scalp.rendering.splat import LANES, PAD_COUNT, PLANES, Sorted, Strokes, Window, add_bells, draw_strokes

SMALLEST_CHANGE = 1e-4
CURVE_STEPS = 1 << 16
NARROW_BLUR_PX2 = 0.6
BLUR_REACH = 3.0
MOST_DENSE = 40.0
MOST_GRAIN_SD = 2.5
"""What differs by more standard deviations of the grain from its neighbours is not grain."""


@value
class Passing(Value):
    """What the density of a field does to light, in red, green and blue of linear sRGB, and the blur it gets.

    `inner_fraction` (3,) is the part of the skin's light that comes from below the surface, `redness_log` (3,) the
    logarithm of fully red skin over calm skin, `blur_weights` (2 H + 1,) the photo's own blur beyond a pixel's square.
    """

    inner_fraction: FloatArray
    redness_log: FloatArray
    blur_weights: Float32Array

    @property
    def halo_px(self) -> int:
        """Return how far the blur reaches."""
        return len(self.blur_weights) // 2


def blur_weights(blur_px: float) -> Float32Array:
    """Return the weights of a Gaussian blur that, with a pixel's own square, has a standard deviation of `blur_px`.

    Narrow ones by their moments, so that second and fourth are exact though they are sampled at whole pixels only.
    """
    variance_px2 = max(blur_px**2 - 1.0 / 12.0, 0.0)
    if variance_px2 < 1e-3:
        return np.ones(1, np.float32)
    if variance_px2 < NARROW_BLUR_PX2:
        second = (3.0 * variance_px2**2 - variance_px2) / 24.0
        first = 0.5 * variance_px2 - 4.0 * second
        return np.array([second, first, 1.0 - 2.0 * (first + second), first, second], np.float32)
    reach_px = int(np.ceil(BLUR_REACH * np.sqrt(variance_px2)))
    bell = np.exp(-0.5 * np.arange(-reach_px, reach_px + 1) ** 2 / variance_px2)
    return np.asarray(bell / bell.sum(), np.float32)


def storing_curve(encoding: Encoding) -> np.ndarray:
    """Return the stored number nearest to each of `CURVE_STEPS` equal steps of the square root of light, (steps, 3).

    Steps of the root are fine enough in the dark for 16 bit files.
    """
    levels_count = len(encoding.decode)
    light = np.linspace(0.0, 1.0, CURVE_STEPS) ** 2
    kind = np.uint8 if levels_count == 256 else np.uint16
    bands = [np.interp(light, encoding.decode[:, band], np.arange(levels_count)) + 0.5 for band in range(3)]
    return np.stack(bands, axis=-1).astype(kind)


def composite(pixels: np.ndarray, touched: ByteArray, photo: Photo, canvas: Canvas, field: "Field", curve: np.ndarray, crew: Crew) -> None:
    """Write the changed pixels of a field into a copy of a photo's `pixels` (rows, cols, 3) and mark them in `touched` (rows, cols).

    In linear light, with bands turned into linear sRGB and back for files of other primaries. Pixels of which no band
    loses 1e-4 keep their stored numbers.
    """
    forth = photo.encoding.srgb_from_native.astype(np.float32)
    back = np.linalg.inv(forth).astype(np.float32)
    strokes, tiles, window = field.strokes, field.tiles, field.window
    columns = (strokes.centres_px, strokes.metric_px2_per_mm2, strokes.variances_mm2, strokes.weights, strokes.redness_fraction)
    sorting = (tiles.grid, tiles.starts, tiles.strokes)
    place = np.array([window.top_px, window.left_px, window.height_px, window.width_px, window.finer_count], np.int64)
    passing = (field.passing.inner_fraction.astype(np.float32), field.passing.redness_log.astype(np.float32), field.passing.blur_weights)
    light = (photo.encoding.decode.astype(np.float32), forth, back, curve, np.float32(canvas.grain_ratio))
    under = (photo.pixels, canvas.skin, canvas.glint, np.array([canvas.top_px, canvas.left_px, canvas.shrink_count], np.int64))
    crew.share(
        lambda part, parts: _composite_tiles(
            pixels, touched, under, light, place, field.coefficients, columns, sorting, passing, part, parts
        )
    )


@value
class Field(Value):
    """Everything drawn of a field of impressions but the last level: `coefficients` (4, rows, cols) are of its spline on level 1."""

    window: Window
    strokes: Strokes
    tiles: Sorted
    coefficients: Float32Array
    passing: Passing


@njit(cache=True, nogil=True)
def _composite_tiles(pixels, touched, under, light, place, above, columns, sorting, passing, part, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Composite every `parts`-th tile of a window, from `part` on."""
    grid, starts, strokes = sorting
    tile_side, halo, _, down, across, first = grid[0]
    finer = place[4]
    side_px, halo_px = tile_side // finer, (halo - 1) // finer
    span_px = side_px + 2 * halo_px
    span = span_px * finer + 2
    wide = -(-span // LANES) * LANES
    bells = np.zeros(span * wide * PLANES, np.float32)
    density = np.empty((PLANES, span, span), np.float32)
    passed = np.empty((PLANES, span_px, span_px), np.float32)
    blurred = np.empty((span_px, span_px), np.float32)
    for tile in range(part, down * across, parts):
        top_px, left_px = tile // across * side_px, tile % across * side_px
        top, left = (top_px - halo_px) * finer - 1, (left_px - halo_px) * finer - 1
        begin, end = starts[first + tile], starts[first + tile + 1]
        # The density on the samples of the tile and its halo, and what light passes it.
        flushed, dense = evaluate(density, above, top, left)
        if begin == end and not dense:
            continue
        if end > begin:
            draw_strokes(bells, strokes[begin:end], 0, top, left, span, wide, *columns)
            for plane in range(PLANES):
                for row in range(span):
                    add_bells(density[plane, row], bells, row * (wide // LANES), plane)
            bells[:] = 0.0
        _pass_light(passed, density, finer, passing[0], flushed)
        for plane in range(3):
            _blur(passed[plane], blurred, passing[2])
        # Into the pixels.
        height, width = min(side_px, place[2] - top_px), min(side_px, place[3] - left_px)
        _store(pixels, touched, under, light, passed, passing[1], flushed, (place[0] + top_px, place[1] + left_px, height, width, halo_px))


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def evaluate(density, above, top, left):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Fill a tile with the values of the spline of level 1 at the samples of level 0; tell whether any redness, anything is there."""
    span = density.shape[1]
    first_row, first_col = top // 2 - 1 + PAD_COUNT, left // 2 - 1 + PAD_COUNT
    odd_row, odd_col, count = top % 2, left % 2, span // 2 + 2
    line, between = np.empty(count + 3, np.float32), np.empty((count + 3, 2 * count), np.float32)
    flushed, whole = np.float32(0.0), np.float32(0.0)
    for plane in range(PLANES):
        whole += flushed
        flushed = np.float32(0.0)
        # Along the rows: at knots (1 4 1)/6, between them (1 23 23 1)/48.
        for row in range(count + 3):
            source = above[plane, max(0, min(first_row + row, above.shape[1] - 1))]
            begin, end = min(max(0, -first_col), count + 3), max(0, min(count + 3, above.shape[2] - first_col))
            line[:begin] = source[0]
            line[begin:end] = source[first_col + begin : first_col + end]
            line[end:] = source[above.shape[2] - 1]
            out, b, c, d = between[row], line[1:], line[2:], line[3:]
            for i in range(count):
                out[2 * i] = np.float32(1 / 6) * (line[i] + c[i]) + np.float32(2 / 3) * b[i]
                out[2 * i + 1] = np.float32(1 / 48) * (line[i] + d[i]) + np.float32(23 / 48) * (b[i] + c[i])
        # Down the columns.
        for row in range(span):
            up, even = (row + odd_row) // 2, (row + odd_row) % 2 == 0
            w, x, y, z = between[up, odd_col:], between[up + 1, odd_col:], between[up + 2, odd_col:], between[up + 3, odd_col:]
            f_w, f_x = np.float32(1 / 6 if even else 1 / 48), np.float32(2 / 3 if even else 23 / 48)
            f_y, f_z = np.float32(1 / 6 if even else 23 / 48), np.float32(0.0 if even else 1 / 48)
            out = density[plane, row]
            for i in range(span):
                level = f_w * w[i] + f_x * x[i] + f_y * y[i] + f_z * z[i]
                out[i] = level
                flushed = max(flushed, level)
    return flushed > 1e-6, whole + flushed > 1e-6


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _pass_light(passed, density, finer, inner, flushed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `passed` with the mean of light over each pixel, red, green, blue, and with the mean sum of redness."""
    span_px = passed.shape[1]
    span = span_px * finer
    share, line = np.float32(1.0 / (finer * finer)), np.empty(span, np.float32)
    passed[:] = 0.0
    for plane in range(PLANES if flushed else 3):
        factor = share * np.float32(inner[plane]) if plane < 3 else np.float32(0.0)
        rest = share - factor
        for row in range(span):
            above, here, below = density[plane, row, 1:], density[plane, row + 1], density[plane, row + 2, 1:]
            middle, right = here[1:], here[2:]
            # Density is averaged over a sample's square; where it has a slope, the mean of exp(-D) is more than exp of the mean.
            if plane < 3:
                for i in range(span):
                    across, along = right[i] - here[i], below[i] - above[i]
                    steep = np.float32(0.25) * (across * across + along * along)
                    line[i] = rest + factor * _exp_minus(middle[i] - steep / (np.float32(24.0) + np.float32(0.2) * steep))
            else:
                line[:] = share * middle[:span]
            out = passed[plane, row // finer]
            for step in range(finer):
                shifted = line[step:]
                for i in range(span_px):
                    out[i] += shifted[i * finer]


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _exp_minus(dense):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return exp(-dense), within 0.01 %, for densities of 0 to 40."""
    p = min(max(dense, np.float32(0.0)), np.float32(MOST_DENSE)) * np.float32(-1.0 / 32.0)
    third = np.float32(1.0 / 6.0) + p * np.float32(1.0 / 24.0)
    q = np.float32(1.0) + p * (np.float32(1.0) + p * (np.float32(0.5) + p * third))
    q *= q
    q *= q
    q *= q
    q *= q
    q *= q
    return q


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _blur(plane, spare, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Blur the middle of a plane in place; a rim as wide as the blur's reach is left undefined."""
    reach, span = len(weights) // 2, len(plane)
    if reach == 0:
        return
    for row in range(span):
        out, line = spare[row, reach : span - reach], plane[row]
        middle = line[reach:]
        for i in range(len(out)):
            out[i] = weights[reach] * middle[i]
        for tap in range(1, reach + 1):
            weight, before, after = weights[reach + tap], line[reach - tap :], line[reach + tap :]
            for i in range(len(out)):
                out[i] += weight * (before[i] + after[i])
    for row in range(reach, span - reach):
        out, middle = plane[row], spare[row]
        for i in range(span):
            out[i] = weights[reach] * middle[i]
        for tap in range(1, reach + 1):
            weight, before, after = weights[reach + tap], spare[row - tap], spare[row + tap]
            for i in range(span):
                out[i] += weight * (before[i] + after[i])


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _store(pixels, touched, under, light, passed, redness_log, flushed, into):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Take the lost light from the pixels of a tile and store the rest as the file's own numbers."""
    source, skin, glint, place = under
    decode, forth, back, curve, grain_ratio = light
    top, left, height, width, halo = into
    if not skin[top : top + height, left : left + width].any():
        return
    around = np.empty((3, 3, width + 2), np.float32)
    own, lost, grain = np.empty((3, width), np.float32), np.empty((3, width), np.float32), np.empty((3, width), np.float32)
    shine, steps, changed = np.empty(width, np.float32), np.empty((3, width), np.int32), np.empty(width, np.uint8)
    _decode(around[0], source, top - 1, left - 1, decode)
    _decode(around[1], source, top, left - 1, decode)
    for row in range(height):
        # The photo's own light in its own primaries, its grain, and what of it lies above the skin.
        _decode(around[(row + 2) % 3], source, top + row + 1, left - 1, decode)
        own[:] = around[(row + 1) % 3, :, 1:-1]
        for band in range(3):
            _part_grain(grain[band], own[band], around[0, band], around[1, band], around[2, band], grain_ratio)
        fill_shine(shine, glint, place, top + row, left)
        # How much of the light from below is lost here, in each band of linear sRGB.
        share, stored, marks = (
            skin[top + row, left : left + width],
            pixels[top + row, left : left + width],
            touched[top + row, left : left + width],
        )
        for band in range(3):
            _lose(lost[band], passed[band, row + halo, halo:], passed[3, row + halo, halo:], share, redness_log[band], flushed)
        _take(own, lost, grain, shine, forth, back, steps, changed, np.float32(len(curve) - 1))
        for col in range(width):
            if changed[col]:
                marks[col] = 1
                for band in range(3):
                    stored[col, band] = curve[steps[band, col], band]


@njit(cache=True, nogil=True)
def _decode(line, source, row, left, decode):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill a line (3, cols) with the light of a row of a photo, the last repeated beyond its rim."""
    stored = source[max(0, min(row, source.shape[0] - 1))]
    for i in range(line.shape[1]):
        col = max(0, min(left + i, source.shape[1] - 1))
        for band in range(3):
            line[band, i] = decode[stored[col, band], band]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _part_grain(grain, own, above, here, below, grain_ratio):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `grain` with what a row's light differs from the mean of nine pixels, as far as the photo's grain goes.

    What exceeds it is a pore, a hair or an edge, and belongs to the skin.
    """
    middle, right = np.float32(9.0 / 8.0), np.float32(1.0 / 9.0)
    above_1, above_2, here_1, here_2, below_1, below_2 = above[1:], above[2:], here[1:], here[2:], below[1:], below[2:]
    for i in range(len(grain)):
        mean = above[i] + above_1[i] + above_2[i] + here[i] + here_1[i] + here_2[i] + below[i] + below_1[i] + below_2[i]
        mean *= right
        most = np.float32(MOST_GRAIN_SD) * np.sqrt(grain_ratio * max(mean, np.float32(0.0)))
        grain[i] = min(max(middle * (own[i] - mean), -most), most)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _lose(lost, passed, summed, share, redness_log, flushed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill `lost` with the part of a row's light from below that is lost in one band."""
    log, of_255 = np.float32(redness_log), np.float32(1.0 / 255.0)
    if flushed:
        for col in range(len(lost)):
            flush = np.float32(1.0) - _exp_minus(summed[col])
            lost[col] = of_255 * np.float32(share[col]) * (np.float32(1.0) - passed[col] * _ratio(flush * log))
    else:
        for col in range(len(lost)):
            lost[col] = of_255 * np.float32(share[col]) * (np.float32(1.0) - passed[col])


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _take(own, lost, grain, shine, forth, back, steps, changed, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Find the steps of the storing curve for a row whose light from below is partly lost, and where any is."""
    red, green, blue = own[0], own[1], own[2]
    for col in range(len(shine)):
        least = min(red[col], green[col], blue[col])
        shine[col] = kept_shine(shine[col], least)
        gone = max(abs(lost[0, col]), abs(lost[1, col]), abs(lost[2, col]))
        changed[col] = 1 if gone > np.float32(SMALLEST_CHANGE) else 0
    # Grain falls with the root of the light: what multiplying takes too much of it comes back.
    for band in range(3):
        part, gone = grain[band], lost[band]
        for col in range(len(shine)):
            kept = min(max(np.float32(1.0) - gone[col], np.float32(0.0)), np.float32(1.0))
            part[col] *= np.sqrt(kept) - kept
    # Out of the photo's own primaries, less the lost part, and back.
    for band in range(3):
        out, f_r, f_g, f_b = lost[band], forth[band, 0], forth[band, 1], forth[band, 2]
        for col in range(len(shine)):
            below = f_r * (red[col] - shine[col]) + f_g * (green[col] - shine[col]) + f_b * (blue[col] - shine[col])
            out[col] *= below
    for band in range(3):
        out, line, part, b_r, b_g, b_b = steps[band], own[band], grain[band], back[band, 0], back[band, 1], back[band, 2]
        for col in range(len(shine)):
            left = line[col] - b_r * lost[0, col] - b_g * lost[1, col] - b_b * lost[2, col] + part[col]
            out[col] = np.int32(np.sqrt(min(max(left, np.float32(0.0)), np.float32(1.0))) * most + np.float32(0.5))


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _ratio(logarithm):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return exp of a small number of either sign."""
    p = np.float32(0.125) * logarithm
    q = np.float32(1.0) + p * (np.float32(1.0) + p * (np.float32(0.5) + p * np.float32(1.0 / 6.0)))
    q *= q
    q *= q
    q *= q
    return q
