"""Adding up what thousands of impressions absorb: sums of foreshortened Gaussians on a pyramid, drawn tile by tile.

The optical density of a field is the sum over impressions of a ladder of Gaussians. Each is drawn on the level of the
pyramid where its narrow side is one to two samples wide, so that a wide red skirt costs no more than a narrow core;
levels are joined as cubic B-splines, whose refinement is exact. What light makes of the sum is `compositing`'s.
"""

import numpy as np
from numba import njit

from scalp.base import Float32Array, FloatArray, Value, value
from scalp.rendering.crew import Crew
from scalp.rendering.projection import Footprints

REACH_SIGMAS = 3.5
"""A Gaussian is drawn out to the ellipse of 3.5 of its widths, and a little beyond."""
TILE_COUNT = 64
"""Samples a side of a tile of the levels above the picture: its planes stay in the processor's cache."""
PAD_COUNT = 3
"""Samples around each level that a spline needs of its neighbours."""
MOST_LEVELS = 12
BOX = 1.0 / 12.0
"""Variance of one sample's own square: every Gaussian is averaged over it."""
SPLINE = 1.0 / 3.0
"""Variance of a cubic B-spline, taken off the Gaussians that are drawn as its coefficients. [Unser1999]"""
SAMPLING = 0.22
"""A Gaussian is widened to this variance at least, so that samples at centres add up to its integral within 3 %."""
COARSER_VARIANCE = 3.0
"""From this variance of its narrow side on a Gaussian goes to the level above."""
PLANES, LANES = 4, 16
"""Red, green, blue and redness; samples that are drawn at once."""


@value
class Window(Value):
    """The rectangle of a picture that is drawn, and how many samples stand for one side of each of its pixels."""

    top_px: int
    left_px: int
    height_px: int
    width_px: int
    finer_count: int = 1


@value
class Strokes(Value):
    """Every Gaussian of every impression on the samples of a window, (N, K + 1); the last of each is its redness.

    `centres_px` (N, 2) are columns and rows, `metric_px2_per_mm2` (N, 3) the xx, xy, yy of J J^T, both in samples, `variances_mm2`
    (K + 1,); `weights` (N, 3, K) are optical densities in red, green, blue, `redness` (N,) the peak of each last
    one; `levels` (N, K + 1) is the level each is drawn on, -1 for nothing.
    """

    centres_px: FloatArray
    metric_px2_per_mm2: FloatArray
    variances_mm2: FloatArray
    weights: Float32Array
    redness_fraction: Float32Array
    levels: np.ndarray


def lay_strokes(
    footprints: Footprints, weights: Float32Array, redness: Float32Array, sigmas_mm: tuple[float, ...], window: Window, crew: Crew
) -> Strokes:
    """Return the strokes of impressions in a window; `sigmas_mm` has the widths of the ladder and, last, of the redness."""
    finer = window.finer_count
    centres = (footprints.points_px - [window.left_px, window.top_px]) * finer - 0.5
    metric = footprints.metric_px2_per_mm2 * float(finer**2)
    variances_mm2 = np.array(sigmas_mm) ** 2
    levels = np.empty((len(centres), len(sigmas_mm)), np.int8)
    coarsest = min(MOST_LEVELS, int(np.log2(max(8, min(window.height_px, window.width_px) * finer))) - 2)
    crew.share(lambda part, parts: _choose_levels(metric, variances_mm2, weights, redness, levels, coarsest, part, parts))
    for made in (centres, metric, variances_mm2, levels):
        made.setflags(write=False)
    return Strokes(
        centres_px=centres, metric_px2_per_mm2=metric, variances_mm2=variances_mm2, weights=weights, redness_fraction=redness, levels=levels
    )


@njit(cache=True, nogil=True)
def _choose_levels(metric, variances_mm2, weights, redness, levels, coarsest, part, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Choose the level on which the narrow side of each Gaussian is one to two samples wide."""
    widths = len(variances_mm2)
    for n in range(part, len(metric), parts):
        xx, xy, yy = metric[n]
        narrow = max(0.5 * (xx + yy) - np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy), 0.0)
        for k in range(widths):
            weight = redness[n] if k == widths - 1 else max(abs(weights[n, 0, k]), abs(weights[n, 1, k]), abs(weights[n, 2, k]))
            level, variance = -1, narrow * variances_mm2[k]
            if weight > 0.0:
                level = 0
                while variance >= COARSER_VARIANCE and level < coarsest:
                    variance *= 0.25
                    level += 1
            levels[n, k] = level


@value
class Sorted(Value):
    """Which strokes reach which tile.

    `grid` (L, 6) has a row a level: samples a side of a tile, halo, samples before the first, tiles down, tiles across,
    number of its first tile. The strokes of tile t are `strokes[starts[t]:starts[t + 1]]`, each n (K + 1) + k, in the
    order of the impressions.
    """

    grid: np.ndarray
    starts: np.ndarray
    strokes: np.ndarray


def sort_into_tiles(strokes: Strokes, window: Window, tile_count: int, halo_count: int) -> Sorted:
    """Return the strokes by tile, for tiles of `tile_count` samples with a halo in the picture, of 64 above it."""
    levels_count = max(2, int(strokes.levels.max(initial=0)) + 1)
    rows, cols = window.height_px * window.finer_count, window.width_px * window.finer_count
    grid = np.zeros((levels_count, 6), np.int64)
    first = 0
    for level in range(levels_count):
        side, halo, pad = (tile_count, halo_count, 0) if level == 0 else (TILE_COUNT, 0, PAD_COUNT)
        down, across = (-(-(_samples(count, level) + 2 * pad) // side) for count in (rows, cols))
        grid[level] = side, halo, pad, down, across, first
        first += down * across
    counts = np.zeros(first + 1, np.int64)
    own = (strokes.centres_px, strokes.metric_px2_per_mm2, strokes.variances_mm2, strokes.levels, grid)
    _sort(*own, counts, np.empty(0, np.int32))
    starts = np.concatenate([[0], np.cumsum(counts[:-1])])
    filled = np.empty(starts[-1], np.int32)
    _sort(*own, starts.copy(), filled)
    return Sorted(grid=grid, starts=starts, strokes=filled)


def _samples(count: int, level: int) -> int:
    """Count the samples of a level that lie over `count` of the finest."""
    return int((count - 1) // 2**level + 2) if level else count


@njit(cache=True, nogil=True, fastmath=True)
def _sort(centres, metric, variances_mm2, levels, grid, cursors, strokes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Move the cursor of each tile by the strokes that reach it; write them down where there is room."""
    widths = len(variances_mm2)
    for n in range(len(centres)):
        for k in range(widths):
            level = levels[n, k]
            if level < 0:
                continue
            shrink = 1.0 / (1 << level)
            side, halo, pad, down, across, first = grid[level]
            half_x = REACH_SIGMAS * np.sqrt(metric[n, 0] * variances_mm2[k] * shrink * shrink + BOX) + halo
            half_y = REACH_SIGMAS * np.sqrt(metric[n, 2] * variances_mm2[k] * shrink * shrink + BOX) + halo
            x, y = centres[n, 0] * shrink + pad, centres[n, 1] * shrink + pad
            left, right = max(0, int(np.floor((x - half_x) / side))), min(across - 1, int(np.floor((x + half_x) / side)))
            top, bottom = max(0, int(np.floor((y - half_y) / side))), min(down - 1, int(np.floor((y + half_y) / side)))
            for row in range(top, bottom + 1):
                for col in range(left, right + 1):
                    tile = first + row * across + col
                    if len(strokes) > 0:
                        strokes[cursors[tile]] = n * widths + k
                    cursors[tile] += 1


def draw_levels(strokes: Strokes, tiles: Sorted, window: Window, crew: Crew) -> Float32Array:
    """Return the spline coefficients (4, rows, cols) of level 1: all that is drawn above the picture, joined from the coarsest on."""
    rows, cols = window.height_px * window.finer_count, window.width_px * window.finer_count
    above = np.zeros((PLANES, 1, 1), np.float32)
    for level in range(len(tiles.grid) - 1, 0, -1):
        shape = (_samples(rows, level) + 2 * PAD_COUNT, _samples(cols, level) + 2 * PAD_COUNT)
        own = np.zeros((PLANES, *shape), np.float32)
        _share_level(own, above, strokes, tiles, level, crew)
        above = own
    return above


def _share_level(own: Float32Array, above: Float32Array, strokes: Strokes, tiles: Sorted, level: int, crew: Crew) -> None:
    """Draw all tiles of one level."""
    columns = (strokes.centres_px, strokes.metric_px2_per_mm2, strokes.variances_mm2, strokes.weights, strokes.redness_fraction)
    crew.share(lambda part, parts: _draw_level(own, above, level, *columns, tiles.grid, tiles.starts, tiles.strokes, part, parts))


@njit(cache=True, nogil=True)
def _draw_level(own, above, level, centres, metric, variances_mm2, weights, redness, grid, starts, strokes, part, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill every `parts`-th tile of a level, from `part` on."""
    _, rows, cols = own.shape
    side, _, pad, down, across, first = grid[level]
    bells = np.zeros(side * side * PLANES, np.float32)
    lines = np.empty((3, above.shape[2] + 2), np.float32)
    for tile in range(part, down * across, parts):
        top, left = tile // across * side, tile % across * side
        height, width = min(side, rows - top), min(side, cols - left)
        # The coarser levels, their splines refined to twice as many coefficients.
        if above.shape[1] > 1:
            _refine(own, above, lines, top, left, height, width)
        # This level's own Gaussians.
        begin, end = starts[first + tile], starts[first + tile + 1]
        if end > begin:
            draw_strokes(
                bells, strokes[begin:end], level, top - pad, left - pad, side, side, centres, metric, variances_mm2, weights, redness
            )
            for plane in range(PLANES):
                for row in range(height):
                    add_bells(own[plane, top + row, left : left + width], bells, row * (side // LANES), plane)
            bells[:] = 0.0


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def add_bells(line, bells, block, plane):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Add one row of one plane of a tile drawn in blocks, from its first block on, to a line."""
    for start in range(0, len(line), LANES):
        at = ((block + start // LANES) * PLANES + plane) * LANES
        own, out = bells[at : at + LANES], line[start:]
        for i in range(min(LANES, len(out))):
            out[i] += own[i]


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _refine(own, above, lines, top, left, height, width):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Fill a tile with the coefficients of a spline on a grid twice as fine: (1 6 1)/8 where both have a knot, (1 1)/2 between."""
    first = (left - PAD_COUNT) // 2 + PAD_COUNT - 1
    odd = (left - PAD_COUNT) % 2
    count = width // 2 + 4
    fine = np.empty(2 * count, np.float32)
    for plane in range(PLANES):
        for row in range(height):
            up = (top + row - PAD_COUNT) // 2 + PAD_COUNT - 1
            between = (top + row - PAD_COUNT) % 2
            a, b = _row_of(above, plane, up, first, count, lines[0]), _row_of(above, plane, up + 1, first, count, lines[1])
            c = _row_of(above, plane, up + 2, first, count, lines[2])
            f_a, f_b, f_c = (
                np.float32(0.0 if between else 0.125),
                np.float32(0.5 if between else 0.75),
                np.float32(0.5 if between else 0.125),
            )
            for i in range(len(a)):
                a[i] = f_a * a[i] + f_b * b[i] + f_c * c[i]
            here, after = a[1:], a[2:]
            for i in range(count - 2):
                fine[2 * i] = np.float32(0.125) * (a[i] + after[i]) + np.float32(0.75) * here[i]
                fine[2 * i + 1] = np.float32(0.5) * (here[i] + after[i])
            own[plane, top + row, left : left + width] = fine[odd : odd + width]


@njit(cache=True, nogil=True)
def _row_of(above, plane, row, first, count, line):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return `count` coefficients of a row from `first` on, the last repeated beyond the end."""
    source = above[plane, max(0, min(row, above.shape[1] - 1))]
    out = line[:count]
    begin, end = max(0, first), min(first + count, len(source))
    out[: max(0, begin - first)] = source[0]
    out[begin - first : end - first] = source[begin:end]
    out[max(0, end - first) :] = source[len(source) - 1]
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def draw_strokes(bells, chosen, level, top, left, height, width, centres, metric, variances_mm2, weights, redness):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - numba infers the types
    """Add strokes to a tile in blocks (rows, cols / 16, planes, 16), flat; rows and columns count from `top`, `left` of the level."""
    widths = len(variances_mm2)
    shrink = 1.0 / (1 << level)
    for stroke in chosen:
        n, k = stroke // widths, stroke % widths
        # Its covariance here, less the spline's and more the sample's own square; the integral is kept.
        scale = variances_mm2[k] * shrink * shrink
        xx, xy, yy = metric[n, 0] * scale, metric[n, 1] * scale, metric[n, 2] * scale
        before = max(xx * yy - xy * xy, 1e-14)
        wider = BOX * shrink * shrink - SPLINE
        if level == 0:
            narrow = 0.5 * (xx + yy) - np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy)
            wider = max(BOX, SAMPLING - narrow)
        xx += wider
        yy += wider
        peak = np.sqrt(before / (xx * yy - xy * xy))
        x, y = centres[n, 0] * shrink - left, centres[n, 1] * shrink - top
        red, green, blue, flush = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
        if k < widths - 1:
            red, green, blue = np.float32(weights[n, 0, k] * peak), np.float32(weights[n, 1, k] * peak), np.float32(weights[n, 2, k] * peak)
        else:
            flush = np.float32(redness[n] * peak)
        _draw(bells, height, width, x, y, xx, xy, yy, red, green, blue, flush)


@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def _draw(bells, height, width, x, y, xx, xy, yy, red, green, blue, flush):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Add one Gaussian to the three bands, or to the redness, sixteen samples at a time."""
    lanes, blocks = np.uint64(LANES), width // LANES
    half_y, lean, inverse = REACH_SIGMAS * np.sqrt(yy), xy / yy, 1.0 / yy
    across = xx - xy * lean
    slope = np.float32(-0.5 / 32.0 / across)
    # A small Gaussian is drawn over the blocks of its box; of a long slanting one each row has its own.
    reach_x = REACH_SIGMAS * np.sqrt(xx)
    first, last = max(0, int(np.ceil(x - reach_x))), min(width - 1, int(np.floor(x + reach_x)))
    slanting = (last // LANES) - (first // LANES) > 1
    for row in range(max(0, int(np.ceil(y - half_y))), min(height - 1, int(np.floor(y + half_y))) + 1):
        dy = row - y
        middle = x + lean * dy
        if slanting:
            half_x = np.sqrt(max(REACH_SIGMAS**2 - dy * dy * inverse, 0.0) * across)
            first, last = max(0, int(np.ceil(middle - half_x))), min(width - 1, int(np.floor(middle + half_x)))
        if last < first:
            continue
        base = np.float32(-0.5 / 32.0 * dy * dy * inverse)
        for block in range(first // LANES, last // LANES + 1):
            off = np.float32(block * LANES - middle)
            at = np.uint64((row * blocks + block) * (PLANES * LANES))
            if flush > 0.0:
                for i in range(lanes):
                    dx = off + np.float32(np.int32(i))
                    bells[at + np.uint64(3 * LANES) + i] += flush * _power(base + slope * dx * dx)
                continue
            for i in range(lanes):
                dx = off + np.float32(np.int32(i))
                level = _power(base + slope * dx * dx)
                bells[at + i] += red * level
                bells[at + np.uint64(LANES) + i] += green * level
                bells[at + np.uint64(2 * LANES) + i] += blue * level


@njit(cache=True, nogil=True, fastmath=True, inline="always")
def _power(p):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - numba infers the types
    """Return exp(32 p) for p of 0 or less, within 0.03 % of 1; 0 below -50: no branch, no table, so that many are done at once."""
    q = max(np.float32(1.0) + p * (np.float32(1.0) + p * (np.float32(0.5) + p * np.float32(1.0 / 6.0))), np.float32(0.0))
    q *= q
    q *= q
    q *= q
    q *= q
    q *= q
    return q
