"""The hair of each region: bare, stubble or hair; where stubble is, its tone, and how many hairs grow on a cm2.

Stubble is a fine dark texture with skin between. Counting it needs 3 px per mm; below that only tone tells of it. Closed
hair is `regions`'s; what a treatment must do to match is for planning to say.
"""

import cv2
import numpy as np
from scipy.ndimage import minimum_filter

from scalp.base import BoolArray, ByteArray, Float32Array, FloatArray, Value, value
from scalp.capture.survey.zones import Ground
from scalp.colour.srgb import lab_from_linear
from scalp.domain.survey import SCALP_REGIONS, SideGrowth, WhiteBalance

_CLOSED = 0.6
"""Share of hair in a pixel from which it is closed."""


@value
class GrowthSettings(Value):
    """When hair is seen, and how the hairs are that are counted."""

    hair_mm: float = 0.22
    """Width of the blur that single short hairs are looked for with."""
    least_px_per_mm: float = 3.0
    """Sharpness of the photo below which hairs are not counted."""
    least_facing_fraction: float = 0.35
    """Of normal and sight line."""
    dark_log: float = 0.05
    """How much darker than its surroundings a counted spot is, as a natural logarithm."""
    texture_ratio: float = 1.6
    """Fine contrast against that of bare skin from which a place is stubble. (D)"""
    closed_fraction: float = 0.3
    """Part of a region under closed hair from which it is hair and not stubble."""
    length_mm: float = 0.6
    """Length of stubble that is assumed in counting: a day and a half after a shave."""
    unit_weights: tuple[float, float, float] = (0.40, 0.45, 0.15)
    """Follicular units of one, two and three hairs. (B, smp 1.6)"""
    count_sd_fraction: float = 0.4
    """How far a count is off, from generated heads. (D)"""


@value
class Texture(Value):
    """Fine contrast (H, W) as a logarithm, below 0 for dark, and its size on bare skin."""

    fine_log: Float32Array
    bare_sd: float


def read_growth(ground: Ground, balance: WhiteBalance, settings: GrowthSettings | None = None) -> tuple[SideGrowth, ...]:
    """Return the hair of each region of the scalp in view, in the order of `SCALP_REGIONS`; the forehead is left out.

    Density: dark spots are counted, and fields of short hairs of known density, drawn as contrasty and as sharp as the
    photo, are counted in the same way; the density that gives the same count is told. Tones are as seen, shine included.
    """
    settings = settings or GrowthSettings()
    texture = fine_texture(ground, settings)
    seen = _in_view(ground, settings)
    skin = seen & (ground.skin_fraction > 0.8) & (ground.region <= SCALP_REGIONS.index("crown"))
    bare_lab = _lab(ground, balance, skin) if skin.sum() > 50 else None
    found = [_growth(number, ground, balance, texture, seen, bare_lab, settings) for number in range(1, len(SCALP_REGIONS))]
    return tuple(growth for growth in found if growth is not None)


def mark_stubble(ground: Ground, settings: GrowthSettings | None = None) -> Float32Array:
    """Return where skin carries short hair, (H, W) 0..1: fine contrast well above that of bare skin, averaged over 3 mm; none on the forehead."""
    settings = settings or GrowthSettings()
    if ground.px_per_mm < settings.least_px_per_mm:
        return np.zeros(ground.skin_fraction.shape, np.float32)
    texture, seen = fine_texture(ground, settings), _in_view(ground, settings)
    inside = (seen & (ground.region != SCALP_REGIONS.index("forehead"))).astype(np.float32)
    sigma = 1.5 * ground.px_per_mm
    spread = cv2.GaussianBlur(texture.fine_log**2 * inside, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 0.05)
    ratio = np.sqrt(spread) / texture.bare_sd
    share = np.clip((ratio - settings.texture_ratio) / (0.25 * settings.texture_ratio) + 0.5, 0.0, 1.0)
    return np.asarray(share * inside * np.clip(ground.skin_fraction + ground.hair_fraction, 0.0, 1.0), np.float32)


def fine_texture(ground: Ground, settings: GrowthSettings) -> Texture:
    """Return the contrast of the photo at the width of short hairs, and its size on forehead and top."""
    fine = _fine(np.log(np.maximum(ground.rgb_linear[..., 1], 2e-3)), ground.px_per_mm, settings)
    seen = _in_view(ground, settings) & (ground.skin_fraction > 0.9)
    spreads = []
    for number in range(SCALP_REGIONS.index("crown") + 1):
        own = seen & (ground.region == number)
        if own.sum() > 100:
            spreads.append(1.4826 * float(np.median(np.abs(fine[own]))))
    return Texture(fine_log=fine, bare_sd=max(min(spreads, default=0.012), 0.006))


def _fine(light_log: Float32Array, px_per_mm: float, settings: GrowthSettings) -> Float32Array:
    """Return what is between the width of a short hair and twice that."""
    sigma = max(0.5, settings.hair_mm * px_per_mm)
    return np.asarray(cv2.GaussianBlur(light_log, (0, 0), sigma) - cv2.GaussianBlur(light_log, (0, 0), 2.2 * sigma), np.float32)


def _in_view(ground: Ground, settings: GrowthSettings) -> BoolArray:
    """Return where scalp is seen well, bare or under hair."""
    return np.asarray(
        ground.on_head & (ground.cosine > settings.least_facing_fraction) & (ground.skin_fraction + ground.hair_fraction > 0.6)
    )


def _lab(ground: Ground, balance: WhiteBalance, where: BoolArray) -> FloatArray:
    """Return the mean tone, as eyes see it from afar, of pixels."""
    gain = balance.gain_weights if balance.source != "camera" else balance.gain_weights / balance.gain_weights[1]
    return lab_from_linear(np.median(ground.rgb_linear[where], axis=0) * gain)


def _growth(
    number: int,
    ground: Ground,
    balance: WhiteBalance,
    texture: Texture,
    seen: BoolArray,
    bare_lab: FloatArray | None,
    settings: GrowthSettings,
) -> SideGrowth | None:
    """Return the hair of one region, None where less than 1.5 cm2 of it is in view."""
    own = seen & (ground.region == number)
    cm2 = float((1.0 / ground.cosine[own]).sum()) / ground.px_per_mm**2 / 100.0 if own.any() else 0.0
    if cm2 < 1.5:
        return None
    hair, lab = float(ground.hair_fraction[own].mean()), _lab(ground, balance, own)
    closed = float((ground.hair_fraction[own] > _CLOSED).mean())
    apart = lab - bare_lab if bare_lab is not None else np.zeros(3)
    ratio = float(texture.fine_log[own].std()) / texture.bare_sd
    sharp = ground.px_per_mm >= settings.least_px_per_mm
    if closed > settings.closed_fraction:
        kind, sure = "hair", float(np.clip(0.6 + 0.6 * (closed - settings.closed_fraction), 0.6, 0.98))
    elif (sharp and ratio > settings.texture_ratio) or hair > 0.15:
        kind, sure = "stubble", float(np.clip(0.5 + 0.4 * max(ratio / settings.texture_ratio - 1.0, 0.0) * sharp + 0.5 * hair, 0.4, 0.95))
    else:
        kind, sure = "bare", float(np.clip(0.5 + 0.6 * (1.0 - ratio / settings.texture_ratio), 0.4, 0.95)) if sharp else 0.5
    density = count_hairs(texture, own, cm2, ground.px_per_mm, settings) if sharp and kind == "stubble" else np.nan
    return SideGrowth(
        region=SCALP_REGIONS[number],
        kind=kind,  # type: ignore[arg-type]
        lab=lab,
        difference_lab=np.zeros(3) if kind == "bare" else apart,
        covered_fraction=float(np.clip(hair + (0.0 if kind == "bare" else -apart[0] / 60.0), 0.0, 1.0)),
        density_per_cm2=0.0 if kind == "bare" else density,
        density_sd_per_cm2=settings.count_sd_fraction * density if np.isfinite(density) else np.nan,
        confidence_fraction=sure,
    )


def count_hairs(texture: Texture, own: BoolArray, cm2: float, px_per_mm: float, settings: GrowthSettings) -> float:
    """Return hairs per cm2 of a region by its dark spots, against drawn fields of hairs counted in the same way."""
    seen_per_cm2 = _dark_spots(texture.fine_log, own, settings) / cm2
    spread = float(texture.fine_log[own].std())
    wanted = float(np.sqrt(max(spread**2 - texture.bare_sd**2, (0.3 * spread) ** 2)))
    drawn_per_cm2 = np.array([15.0, 40.0, 80.0, 130.0, 190.0])
    counts = np.array([_count_drawn(units, wanted, texture.bare_sd, px_per_mm, settings) for units in drawn_per_cm2])
    rising = np.maximum.accumulate(counts)
    units_per_cm2 = float(np.interp(seen_per_cm2, rising + 1e-6 * np.arange(len(rising)), drawn_per_cm2))
    hairs = sum((index + 1) * share for index, share in enumerate(settings.unit_weights))
    return units_per_cm2 * hairs


def _dark_spots(fine: Float32Array, own: BoolArray, settings: GrowthSettings) -> int:
    """Count the dark spots of a region."""
    return int(((fine == minimum_filter(fine, 3)) & own & (fine < -settings.dark_log)).sum())


_DRAWN_MM = 40.0
"""Side of a drawn field of hairs."""
_LENS_SD_PX = 0.8


def _count_drawn(units_per_cm2: float, spread: float, noise: float, px_per_mm: float, settings: GrowthSettings) -> float:
    """Return the dark spots per cm2 of a drawn field of follicular units whose fine contrast is as large as seen."""
    random = np.random.default_rng(7)
    side = max(48, round(_DRAWN_MM * px_per_mm))
    mm = side / px_per_mm
    count = max(1, round(units_per_cm2 * mm * mm / 100.0))
    hairs = random.choice(3, size=count, p=settings.unit_weights) + 1
    index = np.repeat(np.arange(count), hairs)
    roots = random.uniform(0.0, mm, (count, 2))[index] + random.normal(0.0, 0.09, (len(index), 2))
    ways = np.array([0.3, 0.95]) + random.normal(0.0, 0.3, (len(index), 2))
    field = np.zeros((side, side), np.float32)
    for part in (0.1, 0.35, 0.6, 0.85):
        columns, rows = (((roots + part * settings.length_mm * ways) * px_per_mm) % side).astype(int).T
        np.add.at(field, (rows, columns), 1.0)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), _LENS_SD_PX, borderType=cv2.BORDER_REFLECT), np.float32)
    fine = _fine(-field, px_per_mm, settings)
    fine *= spread / max(float(fine.std()), 1e-9)
    grain = _fine(random.standard_normal((side, side), dtype=np.float32), px_per_mm, settings)
    fine += grain * (noise / max(float(grain.std()), 1e-9))
    return _dark_spots(fine, np.ones(fine.shape, bool), settings) / (mm * mm / 100.0)


def at_photo_size(share: Float32Array, ground: Ground, shape: tuple[int, int]) -> ByteArray:
    """Return a map of the ground (H, W) 0..1 as a mask of the photo's `shape` (rows, cols), 0..255."""
    result = np.zeros(shape, np.uint8)
    left, top = ground.corner_px
    size = (round(share.shape[1] / ground.scale), round(share.shape[0] / ground.scale))
    large = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR) if size != share.shape[::-1] else share
    rows, columns = min(size[1], shape[0] - top), min(size[0], shape[1] - left)
    result[top : top + rows, left : left + columns] = cv2.convertScaleAbs(large[:rows, :columns], alpha=255.0)
    return result
