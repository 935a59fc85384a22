"""A coin held to the forehead, found in a photo as an ellipse of the size it must have there. Which coin it is must be told.

Reading a distance from its rim is `objects`'; what it weighs is `scale`'s.
"""

import csv
from functools import cache
from importlib import resources

import cv2
import numpy as np

from scalp.base import BadInput, FloatArray, Value, value
from scalp.capture.seeing.crops import Crop
from scalp.capture.seeing.stance import find_stance
from scalp.capture.size.objects import FOREHEAD_MM, coin_ellipse
from scalp.domain.photo import Photo
from scalp.domain.sighting import FaceSighting


@cache
def read_coins() -> dict[str, float]:
    """Return the diameters of known round coins by name, mm. [Council1998] [USMint2024] [RoyalMint2024] [Swissmint2024]"""
    text = resources.files("scalp.tables").joinpath("coins.csv").read_text(encoding="utf-8").splitlines()
    return {row[0]: float(row[1]) for row in list(csv.reader(line for line in text if not line.startswith("#")))[1:]}


def coin_mm(name: str) -> float:
    """Return the diameter of a named coin, mm, or refuse a name that is not known."""
    known = read_coins()
    if name not in known:
        raise BadInput("coin", name, ", ".join(known), "Name one of these, or use a bank card or a tape.")
    return known[name]


@value
class CoinSettings(Value):
    """What counts as the named coin at a forehead. All (D)."""

    size_fraction: float = 0.18
    """How far its size may be from what an average head's distance makes it."""
    round_fraction: float = 0.62
    """Least smaller axis over the larger one: tilted by 52 degrees."""
    rim_fraction: float = 0.70
    """Part of the rim that must lie on the ellipse."""
    misfit_fraction: float = 0.025
    """Largest RMS of the rim about the ellipse, as a part of its radius."""
    contrast_fraction: float = 5.0 / 255
    """Least step across the rim, as a part of the full range."""
    away_mm: tuple[float, float, float] = (45.0, 38.0, 55.0)
    """How far its middle may be from the forehead's: sideways, below, above."""
    smallest_px: float = 12.0
    """Least radius: a smaller one tells no size worth having."""


_RAYS_COUNT = 96
_WORK_RADIUS_PX = 26.0


def find_coin(photo: Photo, face: FaceSighting, name: str, *, settings: CoinSettings | None = None) -> FloatArray | None:
    """Return points (N, 2) px on the rim of the named coin at the forehead, or None.

    Edges vote for middles at the radius the coin must have at an adult's distance; from the best of these rays are cast,
    and the outermost clear step along most of them must lie on one ellipse of that size. A coin of another diameter by
    less than a sixth passes for the one that was named: the size it gives is then wrong by as much, which the other
    sources tell only beyond their own doubt.
    """
    settings = settings or CoinSettings()
    stance = find_stance(photo, face)
    camera = stance.camera
    centre_px = camera.project(FOREHEAD_MM[None])[0]
    px_per_mm = camera.focal_px / float(camera.in_camera(FOREHEAD_MM[None])[0, 2])
    radius_px = coin_mm(name) / 2 * px_per_mm
    if radius_px < settings.smallest_px:
        return None
    aside, below, above = settings.away_mm
    crop = Crop(centre_px=(float(centre_px[0]), float(centre_px[1])), side_px=2 * (max(aside, below, above) + coin_mm(name)) * px_per_mm)
    side = int(min(crop.side_px * _WORK_RADIUS_PX / radius_px, crop.side_px))
    small = cv2.cvtColor(crop.cut(photo.srgb_u8, max(side, 64), border="repeated"), cv2.COLOR_RGB2LAB)
    lab = cv2.cvtColor(photo.srgb_u8, cv2.COLOR_RGB2LAB)
    found = []
    for middle in _middles(small, radius_px * len(small) / crop.side_px, settings):
        rim = _rim(lab, crop.to_photo(middle[None] / len(small))[0], radius_px, settings)
        if rim is not None and _at_forehead(rim[1], centre_px, px_per_mm, settings):
            found.append(rim)
    return max(found, key=lambda one: one[0])[1] if found else None


def _middles(small: np.ndarray, radius_px: float, settings: CoinSettings, kept_count: int = 10) -> FloatArray:
    """Return the places (N, 2) px that most edges point to from about a radius away, the likeliest first."""
    votes = np.zeros(small.shape[:2], np.float32)
    for band in range(3):
        smooth = cv2.GaussianBlur(small[..., band].astype(np.float32), (0, 0), 1.0)
        across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, dy, ksize=3, scale=0.125) for dx, dy in ((1, 0), (0, 1)))
        slope = np.hypot(across, down)
        rows, cols = np.nonzero(slope > 255.0 * settings.contrast_fraction / 6)
        ways = np.stack([across[rows, cols], down[rows, cols]], -1) / slope[rows, cols, None]
        for away in np.linspace(settings.round_fraction, 1 + settings.size_fraction, 12) * radius_px:
            for sign in (-1, 1):
                places = np.round(np.stack([cols, rows], -1) + sign * away * ways).astype(int)
                inside = ((places >= 0) & (places < len(small))).all(1)
                np.add.at(votes, (places[inside, 1], places[inside, 0]), 1.0)
    votes = cv2.GaussianBlur(votes, (0, 0), 0.08 * radius_px)
    found = []
    for _ in range(kept_count):
        row, col = np.unravel_index(int(votes.argmax()), votes.shape)
        found.append((col + 0.5, row + 0.5))
        cv2.circle(votes, (int(col), int(row)), max(2, int(0.25 * radius_px)), 0.0, -1)
    return np.array(found, float)


def _rim(lab: np.ndarray, middle_px: FloatArray, radius_px: float, settings: CoinSettings) -> tuple[float, FloatArray] | None:
    """Return how much of a rim is seen round a place, and its points (N, 2) px, or None where there is no coin."""
    turn = np.linspace(0, 2 * np.pi, _RAYS_COUNT, endpoint=False)
    ways = np.column_stack([np.cos(turn), np.sin(turn)])
    for _ in range(2):
        points = _steps_out(lab, middle_px, ways, radius_px, settings)
        fitted = _ellipse_through(points, radius_px)
        if fitted is None:
            return None
        middle_px, off = fitted
    near = np.abs(off) < 2.5 * settings.misfit_fraction
    rim = points[near]
    if near.sum() < settings.rim_fraction * _RAYS_COUNT or float(np.sqrt((off[near] ** 2).mean())) > settings.misfit_fraction:
        return None
    _, large_px, small_px = coin_ellipse(rim)
    if abs(np.log(large_px / radius_px)) > settings.size_fraction or small_px < settings.round_fraction * large_px:
        return None
    return float(near.mean()), rim


def _steps_out(lab: np.ndarray, middle_px: FloatArray, ways: FloatArray, radius_px: float, settings: CoinSettings) -> FloatArray:
    """Return the outermost clear step along each ray that has one, (N, 2) px, to a part of a pixel."""
    step = max(0.25, radius_px / 120)
    away = np.arange(0.5, 1.3, step / radius_px) * radius_px
    places = middle_px + away[None, :, None] * ways[:, None]
    low = np.maximum(np.floor(places.min((0, 1))).astype(int) - 2, 0)
    part = lab[low[1] : int(places[..., 1].max()) + 3, low[0] : int(places[..., 0].max()) + 3].astype(np.float32)
    if min(part.shape[:2]) < 8:
        return np.zeros((0, 2))
    flat = (places.reshape(-1, 2) - low - 0.5).astype(np.float32)
    profile = cv2.remap(part, flat[:, None, 0], flat[:, None, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    profile = cv2.GaussianBlur(profile.reshape(len(ways), len(away), 3), (0, 0), sigmaX=max(1.0, 0.7 / step), sigmaY=0.01)
    reach = max(1, round(1.0 / step))
    slope = np.linalg.norm(profile[:, 2 * reach :] - profile[:, : -2 * reach], axis=-1)
    peak = (slope[:, 1:-1] >= slope[:, :-2]) & (slope[:, 1:-1] > slope[:, 2:])
    clear = peak & (slope[:, 1:-1] > np.maximum(255.0 * settings.contrast_fraction, 0.45 * slope.max(1, keepdims=True)))
    rays = np.flatnonzero(clear.any(1))
    last = clear.shape[1] - 1 - clear[rays, ::-1].argmax(1) + 1
    left, middle, right = (slope[rays, last + shift].astype(float) for shift in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-6)
    at = away[last + reach] + np.clip(0.5 * (left - right) / bend, -1, 1) * step
    return np.asarray(middle_px + at[:, None] * ways[rays])


def _ellipse_through(points: FloatArray, radius_px: float) -> tuple[FloatArray, FloatArray] | None:
    """Return the middle of the ellipse most points lie on, and how far each is off it, as a part of the radius."""
    if len(points) < _RAYS_COUNT // 2:
        return None
    kept, off = np.ones(len(points), bool), np.zeros(len(points))
    centre = points.mean(0)
    for _ in range(6):
        if kept.sum() < _RAYS_COUNT // 3:
            return None
        found, axes, degrees = cv2.fitEllipseDirect(points[kept].astype(np.float32))
        if not np.isfinite([*found, *axes]).all() or min(axes) < 0.6 * radius_px:
            return None
        centre, turn = np.array(found), np.deg2rad(degrees)
        own = (points - centre) @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        off = np.linalg.norm(own / (np.array(axes) / 2), axis=1) - 1
        kept = np.abs(off) < max(3 * 1.4826 * float(np.median(np.abs(off))), 0.01)
    return centre, off


def _at_forehead(rim_px: FloatArray, centre_px: FloatArray, px_per_mm: float, settings: CoinSettings) -> bool:
    """Tell whether a rim lies where a coin is held."""
    off_mm = (rim_px.mean(0) - centre_px) / px_per_mm * np.array([1.0, -1.0])
    aside, below, above = settings.away_mm
    return bool(abs(off_mm[0]) < aside and -below < off_mm[1] < above)
