"""Bank cards and coins held before a head, drawn into its photo through its exact camera: corners and depth are known.

Drawn here from nothing: gradients, a chip, embossed digits, rounded corners, shine, a soft shadow on the skin and fingers
over an edge. The thing is averaged down from three samples a px and gets the photo's own blur and noise.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scalp.base import FloatArray
from scalp.capture.size.objects import CARD_LONG_MM, CARD_ROUND_MM, CARD_SHORT_MM
from scalp.domain.camera import Camera

_FINE = 3
_TEXTURE_PX_PER_MM = 10


@dataclass(frozen=True)
class Held:
    """A photo with a thing held in it: pixels, its true corners or rim (N, 2) px, and the depth of its middle, mm."""

    pixels: np.ndarray
    outline_px: FloatArray
    depth_mm: float


def draw_card(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a bank card of some colour, (rows, cols, 3) linear 0..1, and its coverage with rounded corners."""
    rng = np.random.default_rng(seed)
    rows, cols = round(CARD_SHORT_MM * _TEXTURE_PX_PER_MM), round(CARD_LONG_MM * _TEXTURE_PX_PER_MM)
    y, x = np.mgrid[0:rows, 0:cols] / cols
    first, second = rng.uniform(0.02, 0.75, (2, 3))
    way = rng.uniform(0, 2 * np.pi)
    ramp = np.clip(0.5 + (x - 0.5) * np.cos(way) + (y - 0.3) * np.sin(way), 0, 1)[..., None]
    card = first * (1 - ramp) + second * ramp
    card *= 1 + 0.15 * np.sin(40 * (x + 0.3 * np.sin(6 * y + rng.uniform(0, 6))))[..., None]
    stored = np.ascontiguousarray((np.clip(card, 0, 1) * 255).astype(np.uint8))
    cv2.rectangle(stored, (90, 180), (220, 275), (190, 160, 80), -1)
    for step in range(3):
        cv2.line(stored, (90, 203 + 24 * step), (220, 203 + 24 * step), (110, 90, 40), 2)
    digits = " ".join("".join(str(digit) for digit in rng.integers(0, 10, 4)) for _ in range(4))
    for shift, tone in ((3, 30), (-3, 235), (0, 150)):
        cv2.putText(stored, digits, (90 + shift, 360 + shift), cv2.FONT_HERSHEY_DUPLEX, 1.55, (tone,) * 3, 3, cv2.LINE_AA)
    cv2.putText(stored, "A N OTHER", (90, 470), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (225, 225, 225), 2, cv2.LINE_AA)
    cover = np.zeros((rows, cols), np.uint8)
    radius = round(CARD_ROUND_MM * _TEXTURE_PX_PER_MM)
    for corner_x in (radius, cols - 1 - radius):
        for corner_y in (radius, rows - 1 - radius):
            cv2.circle(cover, (corner_x, corner_y), radius, 255, -1)
    cv2.rectangle(cover, (radius, 0), (cols - 1 - radius, rows - 1), 255, -1)
    cv2.rectangle(cover, (0, radius), (cols - 1, rows - 1 - radius), 255, -1)
    return stored / 255.0, cover / 255.0


def draw_coin(diameter_mm: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a coin with a ring and a relief, (rows, cols, 3) linear 0..1, and its coverage."""
    rng = np.random.default_rng(seed)
    side = round(diameter_mm * 2 * _TEXTURE_PX_PER_MM)
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side * 2 - 1
    away = np.hypot(x, y)
    silver, gold = np.array([0.45, 0.45, 0.46]), np.array([0.55, 0.42, 0.18])
    outer, inner = (gold, silver) if rng.random() < 0.5 else (silver, gold if rng.random() < 0.5 else silver)
    coin = np.where((away > 0.72)[..., None], outer, inner)
    relief = cv2.GaussianBlur(rng.normal(0, 1, (side, side)), (0, 0), side / 30)
    slope = np.gradient(relief / relief.std(), axis=1) * side / 60 + np.where((away > 0.93) & (away < 0.97), 0.8 * x, 0)
    coin = coin * np.clip(1 + 0.5 * slope + 0.3 * x, 0.25, 2.2)[..., None]
    return np.clip(coin, 0, 1), np.clip((1 - away) * side / 2, 0, 1)


def hold(
    pixels: np.ndarray,
    camera: Camera,
    thing: tuple[np.ndarray, np.ndarray],
    size_mm: tuple[float, float],
    head_from_thing: FloatArray,
    *,
    seed: int,
    shine: bool = False,
    fingers: int = 0,
) -> Held:
    """Return a photo with a flat thing before the head. `head_from_thing` (4, 4): its middle at 0, its face towards +Z."""
    rng = np.random.default_rng(seed)
    half = np.array(size_mm) / 2
    corners = np.array([[-half[0], half[1], 0], [half[0], half[1], 0], [half[0], -half[1], 0], [-half[0], -half[1], 0]])
    placed = corners @ head_from_thing[:3, :3].T + head_from_thing[:3, 3]
    seen = camera.project(placed)
    picture, cover = thing
    rows, cols = cover.shape
    source = np.array([[0, 0], [cols, 0], [cols, rows], [0, rows]], np.float32)
    to_fine = cv2.getPerspectiveTransform(source, (seen * _FINE).astype(np.float32))
    shift = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])
    warp = shift @ to_fine @ np.linalg.inv(shift)
    size = (pixels.shape[1] * _FINE, pixels.shape[0] * _FINE)
    light = (pixels.astype(np.float32) / 255) ** 2.2
    middle = seen.mean(0).astype(int)
    level = float(np.percentile(light[max(0, middle[1] - 60) : middle[1] + 60, max(0, middle[0] - 60) : middle[0] + 60], 60)) + 0.05
    lit = picture * min(2.2 * level, 1.0)
    if shine:
        y, x = np.mgrid[0:rows, 0:cols] / cols
        lit = lit + np.exp(-(((x - rng.uniform(0.1, 0.9)) * 5) ** 2) - ((y - rng.uniform(0.1, 0.5)) * 5) ** 2)[..., None] * 0.8
    layer = cv2.warpPerspective(lit.astype(np.float32), warp, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(cover.astype(np.float32), warp, size, flags=cv2.INTER_AREA)
    smaller = (pixels.shape[1], pixels.shape[0])
    layer, mask = (cv2.resize(one, smaller, interpolation=cv2.INTER_AREA) for one in (layer, mask))
    px_per_mm = float(np.linalg.norm(seen[1] - seen[0]) / size_mm[0])
    shadow = cv2.GaussianBlur(mask, (0, 0), 2.0 * px_per_mm)
    shadow = np.roll(shadow, (round(2.5 * px_per_mm), round(1.0 * px_per_mm)), (0, 1))
    light = light * (1 - 0.45 * shadow[..., None] * (1 - mask[..., None]))
    light = light * (1 - mask[..., None]) + layer * mask[..., None]
    light = _lay_fingers(light, pixels, seen, px_per_mm, fingers, rng)
    light = np.where((mask > 0.001)[..., None], cv2.GaussianBlur(light, (0, 0), 0.7), light)
    stored = np.clip(light, 0, 1) ** (1 / 2.2) * 255 + rng.normal(0, 1.5, light.shape) * (mask > 0)[..., None]
    outline = seen
    if size_mm[0] == size_mm[1]:
        turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        rim = np.column_stack([half[0] * np.cos(turn), half[0] * np.sin(turn), np.zeros(64)])
        outline = camera.project(rim @ head_from_thing[:3, :3].T + head_from_thing[:3, 3])
    depth = float(camera.in_camera(head_from_thing[None, :3, 3])[0, 2])
    return Held(np.clip(stored + 0.5, 0, 255).astype(np.uint8), outline, depth)


def _lay_fingers(
    light: np.ndarray, pixels: np.ndarray, seen: FloatArray, px_per_mm: float, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the picture with fingers over the middle of the right edge of a thing, of the forehead's own colour."""
    if count == 0:
        return light
    low, (left, right) = int(seen[:, 1].max()), np.sort(seen[2:, 0]).astype(int)
    skin = np.median((pixels[low + 8 : low + 30, left:right].reshape(-1, 3) / 255.0) ** 2.2, axis=0)
    edge, along = (seen[1] + seen[2]) / 2, (seen[2] - seen[1]) / np.linalg.norm(seen[2] - seen[1])
    outward = (seen[1] - seen[0]) / np.linalg.norm(seen[1] - seen[0])
    rows, cols = np.indices(light.shape[:2])
    places = np.stack([cols + 0.5, rows + 0.5], -1)
    for number in range(count):
        start = edge + along * (number - (count - 1) / 2) * 17.0 * px_per_mm - outward * rng.uniform(8, 16) * px_per_mm
        arm = places - start
        ahead = arm @ outward
        across = arm @ along
        away = np.hypot(across, np.minimum(ahead, 0))
        radius = 8.0 * px_per_mm
        cover = np.clip(radius - away, 0, 1)[..., None] * (ahead < 90 * px_per_mm)[..., None]
        shade = 0.55 + 0.5 * np.sqrt(np.clip(1 - (away / radius) ** 2, 0, 1))
        light = light * (1 - cover) + skin * shade[..., None] * cover
    return light


def hold_card(
    pixels: np.ndarray, camera: Camera, forehead_mm: FloatArray, *, seed: int, tilt_rad: float = 0.0, fingers: int = 0, shine: bool = False
) -> Held:
    """Return a photo with a card at the forehead, tilted back by an angle and turned a little at random."""
    rng = np.random.default_rng(seed + 77)
    roll, yaw = rng.uniform(-0.15, 0.15), rng.uniform(-0.15, 0.15)
    placed = np.eye(4)
    placed[:3, :3] = (
        cv2.Rodrigues(np.array([-tilt_rad, 0.0, 0.0]))[0]
        @ cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
        @ cv2.Rodrigues(np.array([0.0, 0.0, roll]))[0]
    )
    placed[:3, 3] = forehead_mm + np.array([rng.uniform(-8, 8), 6.0 + CARD_SHORT_MM / 2 * (1 - np.cos(tilt_rad)), 3.0])
    return hold(pixels, camera, draw_card(seed), (CARD_LONG_MM, CARD_SHORT_MM), placed, seed=seed, fingers=fingers, shine=shine)


def hold_coin(pixels: np.ndarray, camera: Camera, forehead_mm: FloatArray, diameter_mm: float, *, seed: int, tilt_rad: float = 0.0) -> Held:
    """Return a photo with a coin at the forehead."""
    rng = np.random.default_rng(seed + 99)
    placed = np.eye(4)
    placed[:3, :3] = cv2.Rodrigues(np.array([-tilt_rad, 0.0, 0.0]))[0] @ cv2.Rodrigues(np.array([0, rng.uniform(-0.3, 0.3), 0]))[0]
    placed[:3, 3] = forehead_mm + np.array([rng.uniform(-15, 15), rng.uniform(-5, 12), 2.5])
    return hold(pixels, camera, draw_coin(diameter_mm, seed), (diameter_mm, diameter_mm), placed, seed=seed)
