"""Skin recognised in two photos by its grain: pores, stubble, freckles and scars. What is done with it is `fitting`'s.

A bald head has few corners that a feature detector would trust, but its skin has a grain. Once the head is known to a few
millimetres both photos are laid on it, and patches of one are found in the other.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, IntArray, Value, value
from scalp.capture.several.seams import Seam
from scalp.capture.shape.cranium import Cranium
from scalp.capture.shape.evidence import Evidence
from scalp.capture.shape.fitting import Fit
from scalp.capture.shape.prior import HeadPrior
from scalp.capture.shape.residuals import cranium_of, project
from scalp.domain.camera import Camera
from scalp.domain.head import Mesh
from scalp.domain.photo import Photo
from scalp.geometry.meshes import icosphere, vertex_normals
from scalp.geometry.raster import rasterise

CHART_AWAY_MM, CHART_REACH_MM = 4000.0, 130.0
"""Both photos are laid on the head as seen from halfway between them: from so far, so far to each side."""
LEAST_FACING, LEAST_INSIDE_FRACTION = 0.25, 0.7
"""Least cosine between skin and sight line at which its grain is read, and how much of a patch must be such skin."""
BLUR_PX = 17
"""How far the blur that parts grain from tone looks, chart px."""
BROW_MM = 8.0
"""The skin that is looked at begins so far above the plane through brow and ear tops. (D)"""


@value
class GrainSettings(Value):
    """One round of looking for patches of skin."""

    mm_per_px: float
    """Grain of the chart on which both photos are compared."""
    reach_mm: float
    """How far a patch may lie from where the head so far says."""
    patch_mm: float = 22.0
    """Side of a patch."""
    spacing_mm: float = 8.0
    """From patch to patch."""
    agree_mm: float = 3.0
    """How far patches may lie from one common turn of the skull to count as agreeing."""
    least_count: int = 8
    """Fewest agreeing patches."""
    least_fraction: float = 0.35
    """Fewest of all patches that must agree: chance gives some 5 %."""
    least_peak_fraction: float = 0.12
    """Least correlation of a patch."""


ROUNDS = (
    GrainSettings(mm_per_px=0.6, reach_mm=17.0, patch_mm=22.0, agree_mm=4.0),
    GrainSettings(mm_per_px=0.5, reach_mm=7.0, patch_mm=20.0, agree_mm=2.5),
    GrainSettings(mm_per_px=0.4, reach_mm=3.0, patch_mm=18.0, agree_mm=1.5),
)
"""From far to near: the head is fitted anew after each."""


def match_grain(
    prior: HeadPrior, photos: Sequence[Photo], evidences: Sequence[Evidence], fits: Sequence[Fit], settings: GrainSettings
) -> tuple[Seam, ...]:
    """Return the patches of skin that were recognised in every two photos that share enough of it.

    Normalised correlation of the band-passed green channel on a chart of the head between both eyes; patches count where
    most of them agree on one turn of the skull. Photos without grain give none. [Lewis1995]
    """
    skull = cranium_of(prior, fits[0].state)
    sphere = icosphere(5)
    surface = Mesh(vertices_mm=skull.points_mm(sphere.vertices_mm), faces=sphere.faces)
    normals, wanted = vertex_normals(surface), _above_brow(prior, fits[0], surface.vertices_mm)
    eyes = [prior.base.centre_mm - fit.state.rotation.T @ fit.state.shift_mm for fit in fits]
    facing = [_facing(surface.vertices_mm, normals, eye) for eye in eyes]
    pictures = [_green(photo, settings.mm_per_px * fit.state.px_per_mm) for photo, fit in zip(photos, fits, strict=True)]
    tasks = []
    for first in range(len(fits)):
        for second in range(first + 1, len(fits)):
            common = wanted & (facing[first] > LEAST_FACING) & (facing[second] > LEAST_FACING)
            if common.mean() < 0.004:
                continue
            pair, towards = (first, second), eyes[first] + eyes[second] - 2 * prior.base.centre_mm
            seen = [partial(project, prior, evidences[photo], fits[photo].state) for photo in pair]
            tasks.append(partial(_recognised, pair, partial(_chart, surface, common, towards), skull, seen, pictures, settings))
    with ThreadPoolExecutor(2) as crew:
        found = [task.result() for task in [crew.submit(task) for task in tasks]]
    return tuple(seam for seam in found if seam is not None)


def _recognised(
    pair: tuple[int, int],
    charted: Callable[[GrainSettings], "_Chart"],
    skull: Cranium,
    seen: Sequence[Callable[[FloatArray], FloatArray]],
    pictures: Sequence[Float32Array],
    settings: GrainSettings,
) -> Seam | None:
    """Return the patches recognised in two photos on their chart, None where too few agree; `seen` says where each sees a place."""
    chart = charted(settings)
    places_mm = chart.places_mm.reshape(-1, 3)
    laid = [_laid(where(places_mm), chart, pictures[photo]) for where, photo in zip(seen, pair, strict=True)]
    moves = _agreeing(skull, _moves(laid[0], laid[1], chart.inside, settings), chart, settings)
    if moves is None:
        return None
    places = [chart.at(end) for end in moves]
    px = [where(at) for where, at in zip(seen, places, strict=True)]
    return _seam(pair, px, sum(places) / 2 - skull.base.centre_mm)


def _seam(photos: tuple[int, int], px: list[FloatArray], arms: FloatArray) -> Seam:
    """Return the seam of agreeing patches, which overlap: half of them count as independent."""
    directions = arms / np.linalg.norm(arms, axis=1, keepdims=True)
    return Seam(photos=photos, first_px=px[0], second_px=px[1], directions=directions, told_count=len(directions) / 2)


def _above_brow(prior: HeadPrior, fit: Fit, vertices_mm: FloatArray) -> BoolArray:
    """Return which vertices are skin of forehead and scalp, above brow, ears and nape."""
    places = prior.points_mean_mm + prior.points_modes_mm @ fit.state.scores
    brow, ears = places[prior.index("glabella")], places[[prior.index("left_ear_top"), prior.index("right_ear_top")]].mean(0)
    nape_mm = 2 * ears[1] - brow[1]
    low_mm = np.interp(vertices_mm[:, 2], [2 * ears[2] - brow[2], ears[2], brow[2]], [nape_mm, ears[1], brow[1]]) + BROW_MM
    return np.asarray(vertices_mm[:, 1] > low_mm)


def _facing(vertices_mm: FloatArray, normals: FloatArray, eye_mm: FloatArray) -> FloatArray:
    """Return the cosine between skin and sight line at each vertex."""
    rays = eye_mm - vertices_mm
    return np.asarray(np.einsum("vd,vd->v", normals, rays) / np.linalg.norm(rays, axis=1))


def _green(photo: Photo, chart_px: float) -> Float32Array:
    """Return the green channel, blurred to what one pixel of the chart covers."""
    green = np.ascontiguousarray(photo.srgb_u8[:, :, 1]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(green, (0, 0), max(0.4 * chart_px, 0.5)), np.float32)


@value
class _Chart(Value):
    """The head from halfway between two eyes: the place behind each pixel (rows, cols, 3) mm, where it is, and what is common skin."""

    places_mm: FloatArray
    hit: BoolArray
    inside: BoolArray
    corner_px: IntArray
    """Where the cut begins on the whole chart, (x, y): places are looked up there, so that no cut changes their rounding."""

    def at(self, pixels: FloatArray) -> FloatArray:
        """Return the places behind pixels (N, 2) as (x, y), (N, 3) mm."""
        x, y = ((pixels + self.corner_px).astype(np.float32) - self.corner_px.astype(np.float32)).T
        found = cv2.remap(self.places_mm.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found.reshape(-1, 3), np.float64)


def _chart(surface: Mesh, common: BoolArray, towards: FloatArray, settings: GrainSettings) -> _Chart:
    """Return the chart that looks at the common skin from a direction, cut to what patches of that skin need."""
    ahead = -towards / np.linalg.norm(towards)
    up = np.array([0.0, 1.0, 0.0]) if abs(ahead[1]) < 0.9 else np.array([0.0, 0.0, 1.0])
    right = np.cross(ahead, up)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(ahead, right), ahead])
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = [0.0, 0.0, CHART_AWAY_MM] - rotation @ surface.vertices_mm[common].mean(0)
    focal_px = CHART_AWAY_MM / settings.mm_per_px
    seen_mm = surface.vertices_mm[common] @ rotation.T + matrix[:3, 3]
    (left, till), (top, bottom) = (_cut(focal_px * seen_mm[:, axis] / seen_mm[:, 2], settings) for axis in (0, 1))
    half = round(CHART_REACH_MM / settings.mm_per_px)
    centre = (float(half - left), float(half - top))
    camera = Camera(focal_px=focal_px, centre_px=centre, width_px=till - left, height_px=bottom - top, camera_from_head=matrix)
    seen = rasterise(camera, surface)
    hit = seen.face_index >= 0
    rows, cols = np.indices(hit.shape)
    flat = np.stack([cols + 0.5 - centre[0], rows + 0.5 - centre[1], np.full(hit.shape, focal_px)], axis=-1).reshape(-1, 3) / focal_px
    depth = np.where(hit, seen.depth_mm, CHART_AWAY_MM).reshape(-1, 1)
    places = ((flat * depth - matrix[:3, 3]) @ rotation).reshape(*hit.shape, 3)
    whole = np.asarray(common[surface.faces].all(axis=1), bool)
    return _Chart(places_mm=places, hit=hit, inside=hit & whole[np.maximum(seen.face_index, 0)], corner_px=np.array([left, top], np.int32))


def _cut(common_px: FloatArray, settings: GrainSettings) -> tuple[int, int]:
    """Return from where to where a chart is needed along one axis, px from its start, on the grid of its patches."""
    half, reach = round(settings.patch_mm / settings.mm_per_px / 2), round(settings.reach_mm / settings.mm_per_px)
    step, away = round(settings.spacing_mm / settings.mm_per_px), half + reach + BLUR_PX
    side = 2 * round(CHART_REACH_MM / settings.mm_per_px)
    first, last = common_px.min() + side / 2 - away, common_px.max() + side / 2 + away
    start = max(int(first // step), 0) * step
    return start, max(min(int(np.ceil(last)) + 1, side), start + 1)


def _laid(pixels: FloatArray, chart: _Chart, picture: Float32Array) -> Float32Array:
    """Return a photo laid on a chart, only its grain: one band of sizes."""
    x, y = (pixels - 0.5).astype(np.float32).reshape(*chart.inside.shape, 2).transpose(2, 0, 1)
    seen = cv2.remap(picture, np.ascontiguousarray(x), np.ascontiguousarray(y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = chart.hit.astype(np.float32)
    fine, coarse = (_within(seen, mask, sigma) for sigma in (0.8, 4.0))
    return np.asarray((fine - coarse) * mask, np.float32)


def _within(seen: Float32Array, mask: Float32Array, sigma: float) -> Float32Array:
    """Return a blur that takes nothing from outside the mask."""
    return np.asarray(cv2.GaussianBlur(seen * mask, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(mask, (0, 0), sigma), 1e-3), np.float32)


def _moves(first: Float32Array, second: Float32Array, inside: BoolArray, settings: GrainSettings) -> FloatArray:
    """Return (N, 5): where a patch of the first lies on the chart, where it is found in the second, and the correlation."""
    half, reach = round(settings.patch_mm / settings.mm_per_px / 2), round(settings.reach_mm / settings.mm_per_px)
    step, rim = round(settings.spacing_mm / settings.mm_per_px), half + reach
    covered = cv2.blur(inside.astype(np.float32), (2 * half + 1, 2 * half + 1)) >= LEAST_INSIDE_FRACTION
    found = []
    for row in range(rim, len(inside) - rim, step):
        for col in range(rim, inside.shape[1] - rim, step):
            if not (covered[row, col] and inside[row, col]):
                continue
            patch = first[row - half : row + half + 1, col - half : col + half + 1]
            if patch.std() < 1e-3:
                continue
            around = second[row - rim : row + rim + 1, col - rim : col + rim + 1]
            told = cv2.matchTemplate(around, patch, cv2.TM_CCOEFF_NORMED)
            peak = np.unravel_index(int(told.argmax()), told.shape)
            x, y = _peak(told, int(peak[0]), int(peak[1]))
            found.append((col, row, col + x - reach, row + y - reach, float(told[peak])))
    return np.array(found).reshape(-1, 5)


def _peak(told: Float32Array, row: int, col: int) -> tuple[float, float]:
    """Return the place of a peak to a part of a pixel, (x, y), by parabolas."""
    place = []
    for line, at in ((told[row], col), (told[:, col], row)):
        bend = 0.0
        if 0 < at < len(line) - 1:
            before, here, after = (float(v) for v in line[at - 1 : at + 2])
            bend = 0.5 * (before - after) / min(before - 2 * here + after, -1e-9)
        place.append(at + float(np.clip(bend, -0.5, 0.5)))
    return place[0], place[1]


def _agreeing(skull: Cranium, moves: FloatArray, chart: _Chart, settings: GrainSettings) -> tuple[FloatArray, FloatArray] | None:
    """Return start and end, chart px, of the patches that agree on one turn of the skull, or None where too few do.

    Every two of the best patches tell a turn; the turn that most patches follow wins. [Fischler1981]
    """
    moves = moves[moves[:, 4] > settings.least_peak_fraction]
    if len(moves) < settings.least_count:
        return None
    arms = [chart.at(moves[:, part]) - skull.base.centre_mm for part in (slice(0, 2), slice(2, 4))]
    lengths = np.linalg.norm(arms[0], axis=1)
    start, end = (arm / np.linalg.norm(arm, axis=1, keepdims=True) for arm in arms)
    best = np.argsort(-moves[:, 4])[:40]
    one, other = best[np.stack(np.triu_indices(len(best), 1))]
    apart = np.linalg.norm(start[one] - start[other], axis=1) > 0.2
    frames = [_frames(ends[one[apart]], ends[other[apart]]) for ends in (start, end)]
    if not len(frames[0]):
        return None
    turns = frames[1] @ frames[0].transpose(0, 2, 1)
    miss_mm = np.linalg.norm(start @ turns.transpose(0, 2, 1) - end, axis=2) * lengths
    agree = miss_mm < settings.agree_mm
    kept = agree[int(agree.sum(1).argmax())]
    if kept.sum() < max(settings.least_count, settings.least_fraction * len(moves)):
        return None
    return moves[kept, :2], moves[kept, 2:4]


def _frames(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return the orthonormal frames (N, 3, 3) of every two directions."""
    across = np.cross(one, other)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.stack([one, across, np.cross(one, across)], axis=-1)
