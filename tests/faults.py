"""Faults of photos, made from a good one: taken of a screen, a screenshot, cut off, capped, shaken, dark, burnt, shrunk."""

import cv2
import numpy as np

from scalp.domain.sighting import FaceSighting


def of_screen(pixels: np.ndarray, seed: int) -> np.ndarray:
    """Return a photo of a screen that shows the photo: red, green and blue stripes a pixel wide, sampled a little aslant."""
    rng = np.random.default_rng(seed)
    rows, cols = pixels.shape[:2]
    pitch, turn = rng.uniform(1.7, 3.2), rng.uniform(-0.06, 0.06)
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32) + 0.5
    bent = 1 + rng.uniform(-0.03, 0.03) * (x / cols) + rng.uniform(-0.03, 0.03) * (y / rows)
    u, v = ((x * np.cos(turn) + y * np.sin(turn)) * bent / pitch, (y * np.cos(turn) - x * np.sin(turn)) * bent / pitch)
    light = (pixels.astype(np.float32) / 255) ** 2.2
    stripes = np.stack([_box(u - band / 3.0, 1.0 / 3.0, 0.8 / pitch) for band in range(3)], -1) * 3.0
    stripes *= (_box(v, 0.86, 0.8 / pitch) / 0.86)[..., None]
    seen = cv2.GaussianBlur(light * (0.25 + 0.75 * stripes), (0, 0), 0.6) + rng.normal(0, 0.004, light.shape)
    return np.asarray(np.clip(seen, 0, 1) ** (1 / 2.2) * 255, np.uint8)


def _box(phase: np.ndarray, share: float, soft: float) -> np.ndarray:
    """Return a wave of boxes of a share of each period, softened by the camera's own pixel."""
    inside = np.abs((phase - share / 2 + 0.5) % 1.0 - 0.5)
    return np.asarray(np.clip((share / 2 - inside) / soft + 0.5, 0, 1))


def as_screenshot(pixels: np.ndarray) -> np.ndarray:
    """Return the photo between the plain bars of a phone's screenshot, with a clock and symbols."""
    rows, cols = pixels.shape[:2]
    bar = max(12, rows // 12)
    shot = np.zeros((rows + 2 * bar, cols, 3), np.uint8)
    shot[bar:-bar] = pixels
    cv2.putText(shot, "12:41", (bar // 2, int(bar * 0.7)), cv2.FONT_HERSHEY_SIMPLEX, bar / 50, (240,) * 3, max(1, bar // 30), cv2.LINE_AA)
    return shot


def cut_off(pixels: np.ndarray, face: FaceSighting, side: str) -> np.ndarray:
    """Return the part of the photo that leaves a fifth of the face's size of the head out at the top, left or right."""
    left, top, right, bottom = face.box_px
    height = bottom - top
    if side == "top":
        return np.ascontiguousarray(pixels[max(0, int(top - 0.15 * height)) :])
    if side == "left":
        return np.ascontiguousarray(pixels[:, int(left + 0.05 * height) :])
    return np.ascontiguousarray(pixels[:, : int(right - 0.05 * height)])


def with_cap(pixels: np.ndarray, face: FaceSighting, seed: int) -> np.ndarray:
    """Return the photo with a knitted cap of some colour drawn over the head down to above the brows."""
    rng = np.random.default_rng(seed)
    left, top, right, bottom = face.box_px
    middle, wide, height = (left + right) / 2, right - left, bottom - top
    brow = float(face.mesh_px[[105, 334], 1].mean()) - 0.05 * height
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.ellipse(mask, (int(middle), int(brow)), (int(0.66 * wide), int(0.85 * height)), 0, 180, 360, 255, -1)
    cv2.ellipse(mask, (int(middle), int(brow)), (int(0.66 * wide), int(0.07 * height)), 0, 0, 180, 255, -1)
    x = np.arange(pixels.shape[1]) + np.zeros((pixels.shape[0], 1))
    colour = np.array([(40, 60, 110), (25, 25, 28), (150, 30, 40), (60, 90, 60), (190, 190, 180)])[seed % 5]
    ribs = 1 + 0.18 * np.sin(x * 2 * np.pi / max(3.0, wide / 28)) + rng.normal(0, 0.04, x.shape)
    round_shade = 0.6 + 0.4 * np.sqrt(np.clip(1 - ((x - middle) / (0.7 * wide)) ** 2, 0, 1))
    cap = np.clip(colour * (ribs * round_shade)[..., None], 0, 255)
    soft = (cv2.GaussianBlur(mask, (0, 0), 0.8) / 255.0)[..., None]
    return np.asarray(pixels * (1 - soft) + cap * soft, np.uint8)


def shaken(pixels: np.ndarray, length_px: int, turn_rad: float) -> np.ndarray:
    """Return the photo smeared along a straight line."""
    kernel = np.zeros((2 * length_px + 1,) * 2, np.float32)
    reach = length_px / 2 * np.array([np.cos(turn_rad), np.sin(turn_rad)])
    ends = [(round(length_px + sign * reach[0]), round(length_px + sign * reach[1])) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return np.asarray(cv2.filter2D(pixels, -1, kernel / kernel.sum()))


def out_of_focus(pixels: np.ndarray, radius_px: float) -> np.ndarray:
    """Return the photo as an open lens blurs it: every point a disc."""
    side = 2 * int(np.ceil(radius_px)) + 1
    y, x = np.mgrid[0:side, 0:side] - side // 2
    disc = np.clip(radius_px + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(cv2.filter2D(pixels, -1, disc / disc.sum()))


def exposed(pixels: np.ndarray, factor: float) -> np.ndarray:
    """Return the photo with so many times the light."""
    return np.asarray(np.clip((pixels / 255.0) ** 2.2 * factor, 0, 1) ** (1 / 2.2) * 255, np.uint8)


def black_and_white(pixels: np.ndarray) -> np.ndarray:
    """Return the photo without its colour."""
    return np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def far_away(pixels: np.ndarray, factor: float) -> np.ndarray:
    """Return the head small in a picture of the same size: its own blurred border round it."""
    rows, cols = pixels.shape[:2]
    small = cv2.resize(pixels, (int(cols * factor), int(rows * factor)), interpolation=cv2.INTER_AREA)
    top, left = rows - small.shape[0], (cols - small.shape[1]) // 2
    return np.asarray(cv2.copyMakeBorder(small, top, 0, left, cols - small.shape[1] - left, cv2.BORDER_REPLICATE))
