"""Moles, scars, stubble, caps and hands painted onto photos of heads, exactly where they are known to be."""

import dataclasses

import cv2
import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray
from scalp.capture.survey.zones import Ground
from scalp.colour.srgb import linear_from_srgb, srgb_from_linear
from scalp.domain.photo import Photo


def with_light(photo: Photo, factor: Float32Array) -> Photo:
    """Return the photo with its light multiplied by (rows, cols) or (rows, cols, 3)."""
    light = linear_from_srgb(photo.srgb_u8) * (factor if factor.ndim == 3 else factor[..., None])
    return dataclasses.replace(photo, pixels=srgb_from_linear(light))


def room_for(ground: Ground, area: BoolArray, count: int, apart_mm: float, seed: int) -> FloatArray:
    """Return up to `count` random photo px (N, 2) within an area of the ground, so far apart."""
    random = np.random.default_rng(seed)
    rows, columns = np.nonzero(area)
    places: list[FloatArray] = []
    for index in random.permutation(len(rows))[:4000]:
        place = np.array([columns[index] + 0.5, rows[index] + 0.5])
        if all(np.linalg.norm(place - other) > apart_mm * ground.px_per_mm for other in places):
            places.append(place)
        if len(places) == count:
            break
    return ground.to_photo(np.array(places).reshape(-1, 2))


def paint_moles(photo: Photo, ground: Ground, places_px: FloatArray, radius_mm: FloatArray, darker_log: FloatArray) -> Photo:
    """Return the photo with brown discs, foreshortened as the skin there is, soft at the rim by a quarter of a mm."""
    px_per_mm = ground.px_per_mm / ground.scale
    factor = np.ones((*photo.srgb_u8.shape[:2], 3), np.float32)
    rows, columns = np.mgrid[: factor.shape[0], : factor.shape[1]].astype(np.float32) + 0.5
    for (x, y), radius, dark in zip(places_px, radius_mm, darker_log, strict=True):
        at = np.floor(ground.to_ground(np.array([[x, y]]))[0]).astype(int)
        cosine = float(ground.cosine[at[1], at[0]])
        normal = ground.normal[at[1], at[0]]
        reach = int(3 * radius * px_per_mm) + 3
        part = np.s_[max(0, int(y) - reach) : int(y) + reach, max(0, int(x) - reach) : int(x) + reach]
        across = np.array([normal[0], -normal[1]]) / max(float(np.hypot(*normal[:2])), 1e-6)
        dx, dy = columns[part] - x, rows[part] - y
        along = dx * across[0] + dy * across[1]
        away_mm = np.sqrt(np.maximum(dx**2 + dy**2 - along**2, 0.0) + (along / cosine) ** 2) / px_per_mm
        share = 1.0 / (1.0 + np.exp((away_mm - radius) / 0.12))
        factor[part] *= np.exp(-dark * share[..., None] * np.array([0.7, 1.0, 1.15]))
    return with_light(photo, factor)


def paint_scar(photo: Photo, ground: Ground, ends_px: FloatArray, width_mm: float, paler_log: float) -> Photo:
    """Return the photo with a pale line between two places."""
    px_per_mm = ground.px_per_mm / ground.scale
    mask = np.zeros(photo.srgb_u8.shape[:2], np.uint8)
    first, last = (tuple(round(number * 16) for number in end) for end in ends_px)
    cv2.line(mask, first, last, 255, max(1, round(width_mm * px_per_mm)), cv2.LINE_AA, 4)
    share = cv2.GaussianBlur(mask, (0, 0), 0.8).astype(np.float32) / 255.0
    return with_light(photo, np.exp(paler_log * share[..., None] * np.array([0.6, 1.0, 1.0], np.float32)).astype(np.float32))
