"""Moles and scars on bare scalp, proposed as places to keep free: round dark spots of 1 to 8 mm, and long pale or red lines.

Looked for in shine-free light, in millimetres on the surface. Stubble, hair, brows and the rim of the head are left out.
A proposal is for a person to look at; it is no finding of a physician.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value
from scalp.capture.survey.shine import Matte
from scalp.capture.survey.zones import Ground
from scalp.domain.survey import AvoidKind, AvoidPlaces

_DISC_FACTOR = 1.35
"""Radius of a disc over that of the Gaussian difference which answers to it most."""
_SHINY = 0.25
"""Mean shine of a wide surrounding above which no pale line is trusted."""
_WIDER_FACTOR = 2.5
"""How much wider a ridge is looked for to tell a line from the crest of a highlight."""
_RING_RADII = 3.5
"""Radii of a mole within which a pale line is the rim of the mole and no scar."""


@value
class BlemishSettings(Value):
    """What is proposed. Set on generated heads, where every mole is known, and looked at on photographs. (D)"""

    radii_mm: tuple[float, ...] = (0.8, 1.2, 1.8, 2.7, 4.0)
    """Radii of spots that are looked for."""
    least_radius_px: float = 3.0
    """A spot smaller than that in the photo is not looked for."""
    least_darker_log: float = 0.14
    """How much darker than the skin around a mole must be, as a natural logarithm."""
    least_noise_ratio: float = 4.0
    """The same against the usual unevenness of this skin at that size."""
    around_mm: float = 16.0
    """How far around unevenness is looked at."""
    least_facing_fraction: float = 0.4
    """Of normal and sight line: more aslant nothing is looked for."""
    margin_mm: float = 2.5
    """Distance from all that is not bare skin, within which nothing is looked for."""
    line_width_mm: float = 1.2
    """Half width of scars that are looked for."""
    least_line_mm: float = 10.0
    """Length from which a line is a scar."""
    line_noise_ratio: float = 4.5
    """How far a line must stand out of the skin's unevenness."""
    least_confidence_fraction: float = 0.5
    """Below it nothing is proposed."""
    most_count: int = 40
    """Places that are proposed at most, the surest first."""


@value
class Spots(Value):
    """Spots on the ground: places (N, 2) on its raster, radius in mm on the skin, confidence 0..1 and kind of each."""

    places: FloatArray
    radius_mm: FloatArray
    confidence_fraction: FloatArray
    kinds: tuple[AvoidKind, ...]


def find_blemishes(ground: Ground, matte: Matte, settings: BlemishSettings | None = None) -> AvoidPlaces:
    """Return moles and scars that are seen on the bare scalp, each with its size on the skin and how sure it is.

    Moles are extrema of the Laplacian of a Gaussian over sizes [Lindeberg1998] of how dark the shine-free skin is, kept
    where they are round, dark against the unevenness of this skin, and alone; scars are ridges. Not told apart: moles,
    scabs and dirt.
    """
    settings = settings or BlemishSettings()
    wanted = searched_area(ground, matte, settings)
    if wanted.sum() < 100.0 * ground.px_per_mm**2:
        return no_places()
    darkness = _darkness(matte.rgb_linear, wanted, ground.px_per_mm)
    # A scar is pale, and pale skin passes for shiny: it is looked for in the light as it is, away from shine that is wide.
    as_seen = _darkness(ground.rgb_linear, wanted, ground.px_per_mm)
    calm = wanted & (cv2.GaussianBlur(matte.shine_fraction, (0, 0), 5.0 * ground.px_per_mm) < _SHINY)
    spots = _merged(
        _find_moles(darkness, wanted, ground, settings), _find_scars(as_seen, calm, ground, settings), ground.px_per_mm, settings
    )
    return on_surface(ground, spots)


def searched_area(ground: Ground, matte: Matte, settings: BlemishSettings) -> BoolArray:
    """Return where blemishes are looked for: bare skin without hair, away from its edge, not too aslant, not burnt out."""
    bare = (ground.skin_fraction > 0.75) & (ground.hair_fraction < 0.15) & (ground.cosine > settings.least_facing_fraction)
    reach = max(1, round(settings.margin_mm * ground.px_per_mm))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    # A mole is itself not skin to whom looks for skin: holes of its size are filled first.
    closed = cv2.morphologyEx(bare.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    kept = cv2.erode(closed, disc, borderValue=0) > 0
    return np.asarray(kept & (ground.cosine > settings.least_facing_fraction) & (matte.shine_fraction < 0.7))


def _darkness(rgb_linear: Float32Array, wanted: BoolArray, px_per_mm: float) -> Float32Array:
    """Return how much darker than the skin within 8 mm each pixel is, as a logarithm of green and red light; 0 outside."""
    light = np.log(np.maximum(rgb_linear[..., 1], 2e-3)) * 0.6 + np.log(np.maximum(rgb_linear[..., 0], 2e-3)) * 0.4
    inside = wanted.astype(np.float32)
    reach = 8.0 * px_per_mm
    around = cv2.GaussianBlur(light * inside, (0, 0), reach / 2.0) / np.maximum(cv2.GaussianBlur(inside, (0, 0), reach / 2.0), 1e-3)
    return np.asarray((around - light) * inside, np.float32)


def _find_moles(darkness: Float32Array, wanted: BoolArray, ground: Ground, settings: BlemishSettings) -> Spots:
    """Return round dark spots."""
    found: list[tuple[float, float, float, float]] = []
    for radius_mm in settings.radii_mm:
        sigma = radius_mm * ground.px_per_mm / np.sqrt(2.0)
        if radius_mm * ground.px_per_mm < settings.least_radius_px:
            continue
        answer = _blob_answer(darkness, sigma)
        spread = _unevenness(answer, wanted, settings.around_mm * ground.px_per_mm)
        peak = (answer == cv2.dilate(answer, np.ones((3, 3), np.uint8))) & wanted
        peak &= answer > np.maximum(settings.least_noise_ratio * spread, 0.5 * settings.least_darker_log)
        for row, col in zip(*np.nonzero(peak), strict=True):
            told = _judge_spot(darkness, int(row), int(col), sigma, settings)
            if told > 0.0:
                sure = told / (1.0 + np.exp(-(answer[row, col] / spread[row, col] - 1.5 * settings.least_noise_ratio) / 1.5))
                found.append((col + 0.5, row + 0.5, radius_mm, float(sure)))
    kept = _one_each(found, ground.px_per_mm)
    return _as_spots([(x, y, _DISC_FACTOR * radius_mm, sure) for x, y, radius_mm, sure in kept], "mole")


def _unevenness(answer: Float32Array, wanted: BoolArray, reach_px: float) -> Float32Array:
    """Return the usual size of an answer (H, W) at a place: that of the whole scalp, or of the surroundings where they are more uneven."""
    usual = 1.4826 * float(np.median(np.abs(answer[wanted]))) + 1e-6
    inside = wanted.astype(np.float32)
    squared = cv2.GaussianBlur(answer**2 * inside, (0, 0), reach_px) / np.maximum(cv2.GaussianBlur(inside, (0, 0), reach_px), 0.05)
    return np.asarray(np.maximum(usual, np.sqrt(squared)), np.float32)


def _blob_answer(darkness: Float32Array, sigma: float) -> Float32Array:
    """Return the scale-normalised Laplacian of a Gaussian, above 0 for dark spots: about 0.7 of a full disc's darkness."""
    smooth = cv2.GaussianBlur(darkness, (0, 0), sigma)
    wider = cv2.GaussianBlur(darkness, (0, 0), 1.6 * sigma)
    return np.asarray((smooth - wider) * 1.6, np.float32)


def _judge_spot(darkness: Float32Array, row: int, col: int, sigma: float, settings: BlemishSettings) -> float:
    """Return how like a mole a spot is, 0..1: darker inside than in the ring around it on every side, and round."""
    reach = int(np.ceil(3.2 * sigma))
    if row < reach or col < reach or row + reach >= darkness.shape[0] or col + reach >= darkness.shape[1]:
        return 0.0
    patch = darkness[row - reach : row + reach + 1, col - reach : col + reach + 1]
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away, angle = np.hypot(x, y) / sigma, np.arctan2(y, x)
    core = float(patch[away < 0.8].mean())
    ring = (away > 2.0) & (away < 3.0)
    sides = [float(patch[ring & (np.floor((angle + np.pi) / (np.pi / 4.0)) % 8 == part)].mean()) for part in range(8)]
    contrast = core - float(np.median(sides))
    if contrast < settings.least_darker_log:
        return 0.0
    darkest_side = (core - max(sides)) / contrast
    weight = np.maximum(patch - (core - 0.5 * contrast), 0.0) * (away < 2.0)
    total = float(weight.sum()) + 1e-9
    moments = np.array([[float((weight * a * b).sum()) for b in (x, y)] for a in (x, y)]) / total
    small, large = np.linalg.eigvalsh(moments)
    roundness = float(np.sqrt(max(small, 1e-6) / max(large, 1e-6)))
    return float(np.clip((darkest_side - 0.3) / 0.35, 0.0, 1.0) * np.clip((roundness - 0.35) / 0.3, 0.0, 1.0))


def _one_each(found: list[tuple[float, float, float, float]], px_per_mm: float) -> list[tuple[float, float, float, float]]:
    """Return the spots without those that lie on a surer one."""
    kept: list[tuple[float, float, float, float]] = []
    for spot in sorted(found, key=lambda each: -each[3]):
        if all(np.hypot(spot[0] - other[0], spot[1] - other[1]) > (spot[2] + other[2]) * px_per_mm for other in kept):
            kept.append(spot)
    return kept


def _as_spots(found: list[tuple[float, float, float, float]], kind: AvoidKind) -> Spots:
    """Return spots as columns."""
    table = np.array(found, float).reshape(-1, 4)
    return Spots(places=table[:, :2], radius_mm=table[:, 2], confidence_fraction=table[:, 3], kinds=(kind,) * len(table))


def _find_scars(darkness: Float32Array, wanted: BoolArray, ground: Ground, settings: BlemishSettings) -> Spots:
    """Return rows of places along pale lines."""
    sigma = settings.line_width_mm * ground.px_per_mm / np.sqrt(2.0)
    if settings.line_width_mm * ground.px_per_mm < settings.least_radius_px:
        return _as_spots([], "scar")
    ridge = _ridge_answer(-darkness, sigma)
    spread = 1.4826 * float(np.median(np.abs(ridge[wanted]))) + 1e-6
    # The crest of a highlight is a ridge too, but a wide one.
    wide = _ridge_answer(-darkness, _WIDER_FACTOR * sigma)
    strong = (ridge > settings.line_noise_ratio * spread) & (ridge > wide) & wanted
    _, labels, stats, _ = cv2.connectedComponentsWithStats(strong.astype(np.uint8), connectivity=8)
    found: list[tuple[float, float, float, float]] = []
    for number in range(1, len(stats)):
        length_mm = float(np.hypot(stats[number, cv2.CC_STAT_WIDTH], stats[number, cv2.CC_STAT_HEIGHT])) / ground.px_per_mm
        width_mm = float(stats[number, cv2.CC_STAT_AREA]) / ground.px_per_mm**2 / max(length_mm, 1e-6)
        if length_mm < settings.least_line_mm or length_mm < 5.0 * width_mm:
            continue
        rows, columns = np.nonzero(labels == number)
        sure = float(np.clip(np.median(ridge[rows, columns]) / (2.5 * settings.line_noise_ratio * spread), 0.1, 0.8))
        found += _beads(rows, columns, settings.line_width_mm, sure, ground.px_per_mm)
    return _as_spots(found, "scar")


def _ridge_answer(brightness: Float32Array, sigma: float) -> Float32Array:
    """Return how like a bright line of that width each pixel is: the negative of the stronger curvature, if the other is weak."""
    smooth = cv2.GaussianBlur(brightness, (0, 0), sigma)
    xx, yy, xy = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=5) * (sigma**2 / 64.0) for dx, dy in ((2, 0), (0, 2), (1, 1)))
    middle, reach = (xx + yy) / 2.0, np.sqrt(((xx - yy) / 2.0) ** 2 + xy**2)
    return np.asarray(np.maximum(-(middle - reach), 0.0) - np.abs(middle + reach), np.float32)


def _beads(
    rows: NDArray[np.integer[Any]], columns: NDArray[np.integer[Any]], radius_mm: float, sure: float, px_per_mm: float
) -> list[tuple[float, float, float, float]]:
    """Return places about two radii apart along a line."""
    points = np.column_stack([columns + 0.5, rows + 0.5])
    away = points - points.mean(axis=0)
    along = away @ np.linalg.svd(away, full_matrices=False)[2][0]
    count = max(2, int(np.ceil(np.ptp(along) / (2.0 * radius_mm * px_per_mm))))
    part = np.minimum(((along - along.min()) / max(np.ptp(along), 1e-6) * count).astype(int), count - 1)
    return [(*points[part == number].mean(axis=0), 1.25 * radius_mm, sure) for number in range(count) if (part == number).any()]


def _off_moles(moles: Spots, scars: Spots, px_per_mm: float) -> Spots:
    """Return scars without what is only the pale rim of a mole."""
    if not len(moles.kinds) or not len(scars.kinds):
        return scars
    away_mm = np.linalg.norm(scars.places[:, None] - moles.places[None], axis=2) / px_per_mm
    kept = (away_mm > _RING_RADII * moles.radius_mm).all(axis=1)
    return Spots(
        places=scars.places[kept],
        radius_mm=scars.radius_mm[kept],
        confidence_fraction=scars.confidence_fraction[kept],
        kinds=tuple(kind for kind, keep in zip(scars.kinds, kept, strict=True) if keep),
    )


def _merged(moles: Spots, scars: Spots, px_per_mm: float, settings: BlemishSettings) -> Spots:
    """Return the surest of both."""
    scars = _off_moles(moles, scars, px_per_mm)
    both = np.concatenate([moles.confidence_fraction, scars.confidence_fraction])
    order = np.argsort(-both, kind="stable")
    order = order[both[order] >= settings.least_confidence_fraction][: settings.most_count]
    kinds = moles.kinds + scars.kinds
    return Spots(
        places=np.concatenate([moles.places, scars.places])[order],
        radius_mm=np.concatenate([moles.radius_mm, scars.radius_mm])[order],
        confidence_fraction=both[order],
        kinds=tuple(kinds[index] for index in order),
    )


def no_places() -> AvoidPlaces:
    """Return an empty list of places."""
    return AvoidPlaces(
        face_index=np.zeros(0, np.int32),
        barycentric=np.zeros((0, 3)),
        at_px=np.zeros((0, 2)),
        radius_mm=np.zeros(0),
        kinds=(),
        confidence_fraction=np.zeros(0),
        told=np.zeros(0, bool),
    )


def on_surface(ground: Ground, spots: Spots) -> AvoidPlaces:
    """Return spots of the raster as places on the surface of the head; those off the head are left out."""
    rows, columns = (np.clip(np.floor(spots.places[:, axis]).astype(int), 0, ground.face_index.shape[1 - axis] - 1) for axis in (1, 0))
    kept = ground.face_index[rows, columns] >= 0
    rows, columns = rows[kept], columns[kept]
    return AvoidPlaces(
        face_index=ground.face_index[rows, columns],
        barycentric=ground.barycentric[rows, columns].astype(np.float64),
        at_px=ground.to_photo(spots.places[kept]),
        radius_mm=spots.radius_mm[kept],
        kinds=tuple(kind for kind, keep in zip(spots.kinds, kept, strict=True) if keep),
        confidence_fraction=spots.confidence_fraction[kept],
        told=np.zeros(int(kept.sum()), bool),
    )
