"""Closed lines round a mask, and drawing such a line onto the edge that the photo really shows, to a part of a pixel.

Plain image work on arrays and points. Which mask, and which part of the line is bare head, is for `person` and
`outline` to say.
"""

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from scalp.base import Float32Array, FloatArray, IntArray, Value, value

_HALF = 0.5
_STRANGE = 22.0
"""Misfit from which a colour belongs to neither side: a rim of shine or shadow then leaves the line where it was."""
_LEAST_STEP_LEVELS = 10.0
"""Contrast from which an edge can be placed between pixels, in 8-bit levels."""
_CAMERA_NOISE_LEVELS = 5.0
"""Least spread of one colour, in 8-bit levels: noise and compression."""


@value
class EdgeSearch(Value):
    """How a line may move onto the photo's edge."""

    reach_px: float
    """Farthest a point may move along its normal, either way."""
    step_px: float
    """Distance between two places that are tried."""
    spacing_px: float
    """Distance between two points of the line."""
    trust_px: float
    """Error of the line that is given, one standard deviation."""
    stiffness: float = 1.8
    """Cost of one step to the side between two points, against a full contrast."""
    averaging_count: float = 12.0
    """Points along the line over which the colours on both sides are averaged."""
    smoothing_count: float = 0.8
    """Points along the line over which its moves are smoothed at the end."""


def half_crossing(mask: Float32Array, scale: float = 1.0) -> list[FloatArray]:
    """Return the closed contours (N, 2), in px of the large picture, where `mask` crosses one half, the longest first.

    `scale` is large px for one px of the mask. Points lie between pixel centres by linear interpolation; the mask
    counts as 0 outside the picture.
    """
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0.0)
    inside = (padded > _HALF).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    refined = [_between_pixels(padded, contour[:, 0].astype(np.int64)) for contour in contours if len(contour) >= 8]
    return sorted(((points - 1.0 + 0.5) * scale for points in refined), key=len, reverse=True)


def _between_pixels(padded: Float32Array, border: np.ndarray) -> FloatArray:
    """Move each border pixel outwards along the mask's own slope to where it crosses one half."""
    smooth = cv2.GaussianBlur(padded, (0, 0), 1.0)
    slope_x, slope_y = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3) for dx, dy in ((1, 0), (0, 1)))
    x, y = border[:, 0], border[:, 1]
    direction = -np.column_stack([slope_x[y, x], slope_y[y, x]]).astype(np.float64)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-9)
    steps = np.linspace(-1.0, 2.0, 13)
    along = border[:, None, :] + direction[:, None, :] * steps[:, None]
    values = cv2.remap(padded, along[..., 0].astype(np.float32), along[..., 1].astype(np.float32), cv2.INTER_LINEAR)
    below = (values[:, :-1] >= _HALF) & (values[:, 1:] < _HALF)
    first = below.argmax(axis=1)
    rows = np.arange(len(border))
    high, low = values[rows, first], values[rows, first + 1]
    part = np.where(below.any(axis=1), first + (high - _HALF) / np.maximum(high - low, 1e-6), 4.0)
    return np.asarray(border + direction * (steps[0] + part * (steps[1] - steps[0]))[:, None])


def evenly_spaced(points_px: FloatArray, spacing_px: float) -> FloatArray:
    """Return a closed line (N, 2) as points at equal distances along it."""
    closed = np.concatenate([points_px, points_px[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    wanted = np.arange(max(16, int(along[-1] / spacing_px))) * (along[-1] / max(16, int(along[-1] / spacing_px)))
    return np.column_stack([np.interp(wanted, along, closed[:, axis]) for axis in (0, 1)])


def outward_normals(points_px: FloatArray, smoothing_count: float = 4.0) -> FloatArray:
    """Return unit normals (N, 2) of a closed line, away from what it encloses."""
    smooth = gaussian_filter1d(points_px, smoothing_count, axis=0, mode="wrap")
    tangent = np.roll(smooth, -1, axis=0) - np.roll(smooth, 1, axis=0)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    x, y = smooth.T
    area = float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9) * np.sign(area))


def draw_to_edge(points_px: FloatArray, pixels: np.ndarray, search: EdgeSearch) -> tuple[FloatArray, FloatArray]:
    """Move a closed line onto the photo's own edge; return its points (N, 2) and how sure each is, 0..1.

    Colours are read along the normal of each point. The mean colours well inside and well outside, averaged along the
    line, turn the profile into a share of inside; the place that splits it best is chosen for all points at once by
    dynamic programming, near the line given and without jumps, then corrected to where the share adds up. Where both
    sides have one colour the line stays as it was given. After [Chan2001] [Amini1990].
    """
    line = evenly_spaced(points_px, search.spacing_px)
    normals = outward_normals(line)
    reach = round(search.reach_px / search.step_px)
    offsets: FloatArray = np.arange(-2.0 * reach, 2.0 * reach + 1.0) * search.step_px
    profiles = _profiles(line, normals, offsets, pixels)
    share, certainty = _inside_share(profiles, reach, search.averaging_count)
    cost = _split_cost(share, certainty, offsets, reach, search)
    chosen = _smoothest_path(cost, search.stiffness)
    moved = _where_it_adds_up(profiles, certainty, chosen + reach, search.step_px) + offsets[0]
    moved = gaussian_filter1d(moved, search.smoothing_count, mode="wrap")
    return line + normals * moved[:, None], certainty


def _profiles(line: FloatArray, normals: FloatArray, offsets: FloatArray, pixels: np.ndarray) -> Float32Array:
    """Return colours (N, K, 3) along the normals of a line; the photo's border colour goes on outside it."""
    places = line[:, None] + normals[:, None] * offsets[:, None] - 0.5
    x, y = places[..., 0].astype(np.float32), places[..., 1].astype(np.float32)
    return np.asarray(cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _inside_share(profiles: Float32Array, reach: int, averaging_count: float) -> tuple[Float32Array, FloatArray]:
    """Return how likely each sample is of the inside, 0..1, and how well the two sides can be told apart, 0..1.

    Each side is a normal distribution of colour, learnt well away from the line and averaged along it.
    """
    sides = (profiles[:, :reach], profiles[:, -reach:])
    means, covariances = zip(*[_local_colours(side, averaging_count) for side in sides], strict=True)
    misfit_in, misfit_out = (_misfit(profiles, mean, covariance) for mean, covariance in zip(means, covariances, strict=True))
    strange = np.maximum(*(np.linalg.slogdet(covariance)[1] for covariance in covariances))[:, None] + _STRANGE
    lead = np.minimum(misfit_in, strange) - np.minimum(misfit_out, strange)
    share = 1.0 / (1.0 + np.exp(0.25 * lead))
    known_in, known_out = share[:, :reach].mean(axis=1), 1.0 - share[:, -reach:].mean(axis=1)
    certainty = np.clip(2.0 * np.minimum(known_in, known_out) - 1.0, 0.02, 1.0)
    return share.astype(np.float32), gaussian_filter1d(certainty.astype(np.float64), averaging_count / 4.0, mode="wrap")


def _local_colours(side: Float32Array, averaging_count: float) -> tuple[FloatArray, FloatArray]:
    """Return mean (N, 3) and covariance (N, 3, 3) of the colours on one side, averaged along the line."""
    colours = side.astype(np.float64)
    squares = np.einsum("nki,nkj->nij", colours, colours) / side.shape[1]
    mean = gaussian_filter1d(colours.mean(axis=1), averaging_count, axis=0, mode="wrap")
    square = gaussian_filter1d(squares, averaging_count, axis=0, mode="wrap")
    return mean, square - mean[:, :, None] * mean[:, None, :] + np.eye(3) * _CAMERA_NOISE_LEVELS**2


def _misfit(profiles: Float32Array, mean: FloatArray, covariance: FloatArray) -> FloatArray:
    """Return minus twice the logarithm of the likelihood of each sample, up to a constant."""
    away = profiles - mean[:, None]
    distance = np.einsum("nki,nij,nkj->nk", away, np.linalg.inv(covariance), away, optimize=True)
    return np.asarray(distance + np.linalg.slogdet(covariance)[1][:, None])


def _split_cost(share: Float32Array, certainty: FloatArray, offsets: FloatArray, reach: int, search: EdgeSearch) -> FloatArray:
    """Return the cost (N, 2 reach + 1) of an edge at each place: samples on the wrong side, and distance from the line given."""
    wrong_inside = np.cumsum((1.0 - share) ** 2, axis=1)
    wrong_outside = np.cumsum((share**2)[:, ::-1], axis=1)[:, ::-1]
    places = np.arange(reach, 3 * reach + 1)
    wrong = wrong_inside[:, places - 1] + wrong_outside[:, np.minimum(places + 1, share.shape[1] - 1)]
    step = np.abs(np.gradient(share, axis=1))[:, places]
    near = 0.5 * (offsets[places] / search.trust_px) ** 2
    return np.asarray(certainty[:, None] * (0.5 * wrong - 2.0 * step) + near)


def _smoothest_path(cost: FloatArray, stiffness: float) -> IntArray:
    """Return the place (N,) of least total cost, neighbours at most two steps apart, by dynamic programming. [Amini1990]"""
    count, places = cost.shape
    moves = np.array([-2, -1, 0, 1, 2])
    price = stiffness * np.array([2.4, 1.0, 0.0, 1.0, 2.4])
    total = cost[0].copy()
    came = np.zeros((count, places), np.int32)
    columns = np.arange(places)
    padded = np.full(places + 4, np.inf)
    for row in range(1, count):
        padded[2:-2] = total
        options = np.stack([padded[2 + move : 2 + move + places] for move in moves]) + price[:, None]
        best = options.argmin(axis=0)
        came[row] = columns + moves[best]
        total = options[best, columns] + cost[row]
    path = np.empty(count, np.int32)
    path[-1] = int(total.argmin())
    for row in range(count - 1, 0, -1):
        path[row - 1] = came[row, path[row]]
    return path


def _where_it_adds_up(profiles: Float32Array, certainty: FloatArray, chosen: IntArray, step_px: float) -> FloatArray:
    """Return the distance from the first sample at which a sharp edge would hold as much inside as the samples near it do.

    The colours close on both sides of the chosen place are pure, what lies between them is a mixture: the place of an
    edge blurred by a lens is that of equal area.
    """
    rows, last = np.arange(len(chosen))[:, None], profiles.shape[1] - 1
    place = chosen.astype(np.float64)
    for _ in range(2):
        nearest = np.round(place).astype(np.int64)[:, None]

        def near(window: range, nearest: npt.NDArray[np.int64] = nearest) -> FloatArray:
            return np.asarray(profiles[rows, np.clip(nearest + np.array(window), 0, last)], np.float64)

        inner, outer = near(range(-10, -6)).mean(axis=1), near(range(7, 11)).mean(axis=1)
        across = inner - outer
        strength = (across**2).sum(axis=1)
        share = ((near(range(-6, 7)) - outer[:, None]) * across[:, None]).sum(axis=-1) / np.maximum(strength, 100.0)[:, None]
        shift = np.clip(np.clip(share, 0.0, 1.0).sum(axis=1) - 6.5, -2.0, 2.0)
        place = nearest[:, 0] + shift * np.sqrt(certainty) * (strength > _LEAST_STEP_LEVELS**2)
    return np.asarray(place * step_px)


def filled(points_px: FloatArray, shape: tuple[int, int]) -> Float32Array:
    """Return the inside of a closed line as a mask (rows, cols), 0..1, soft by the pixel's own area."""
    fine, bits = 4, 4
    mask = np.zeros((shape[0] * fine, shape[1] * fine), np.uint8)
    corners = np.round((points_px * fine - 0.5) * (1 << bits)).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, cv2.LINE_8, bits)
    cv2.polylines(mask, [corners], isClosed=True, color=128, thickness=1, lineType=cv2.LINE_8, shift=bits)
    return np.asarray(cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255.0)
