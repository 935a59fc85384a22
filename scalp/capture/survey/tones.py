"""The tone of bare skin in each region of the scalp: colour without shine and without the slope of light, with its doubt.

White is `white`'s, shine `shine`'s, which pixels are which region `zones`'s; what melanin has a colour is `scalp.skin`'s.
"""

import numpy as np

from scalp.base import BoolArray, Float32Array, FloatArray, Value, value
from scalp.capture.survey.shading import harmonics_of_light
from scalp.capture.survey.shine import Matte
from scalp.capture.survey.zones import Ground
from scalp.colour.srgb import lab_from_linear
from scalp.domain.survey import SCALP_REGIONS, RegionTone, WhiteBalance
from scalp.skin.tone import PHOTO_SDS, fit_skin

_LIGHT_ROUNDS_COUNT = 4
_DARKEST = 1e-3


@value
class ToneSettings(Value):
    """Which pixels tell the tone of a region."""

    least_facing_fraction: float = 0.35
    """Of normal and sight line: skin seen more aslant shines and tells little."""
    least_skin_fraction: float = 0.8
    """Share of bare skin in a pixel."""
    least_cm2: float = 1.5
    """Bare skin of a region below which it has no tone."""
    matte_fraction: float = 0.6
    """Part of a region's pixels, those with least shine, that are taken."""
    shaped_sd_log: float = 0.10
    """How far the slope of light over the head may be misjudged between regions. (D)"""


def read_tones(ground: Ground, matte: Matte, balance: WhiteBalance, settings: ToneSettings | None = None) -> tuple[RegionTone, ...]:
    """Return the tone of each region that the photo shows bare, in the order of `SCALP_REGIONS`.

    Light is taken as a smooth function of the normal (nine harmonics [Ramamoorthi2001]) fitted to all bare skin; a
    region's tone is its median colour at the brightness that is left. Cast shadows are not modelled and count as doubt.
    """
    settings = settings or ToneSettings()
    bare = (
        (ground.skin_fraction > settings.least_skin_fraction)
        & (ground.cosine > settings.least_facing_fraction)
        & (matte.shine_fraction < 0.6)
    )
    if not bare.any():
        return ()
    level_log, left_log = _without_light(ground, matte, bare)
    tones = [_tone(number, ground, matte, balance, bare, (level_log, left_log), settings) for number in range(len(SCALP_REGIONS))]
    return tuple(tone for tone in tones if tone is not None)


def _without_light(ground: Ground, matte: Matte, bare: BoolArray) -> tuple[float, Float32Array]:
    """Return the level of matte skin as a logarithm, and what is left (H, W) of each pixel's once the slope of light is taken out."""
    green = np.log(np.maximum(matte.rgb_linear[..., 1], _DARKEST))
    step = max(1, int(np.sqrt(bare.sum() / 20_000)))
    rows, columns = (index[::step] for index in np.nonzero(bare))
    seen = green[rows, columns].astype(np.float64)
    flat = harmonics_of_light(ground.normal[rows, columns]).astype(np.float64)
    level, weight, fit = float(np.median(seen)), np.ones(len(seen)), np.zeros(9)
    for _ in range(_LIGHT_ROUNDS_COUNT):
        penalty = np.diag([1e-6, *[0.1] * 3, *[0.3] * 5]) * weight.sum()
        fit = np.linalg.solve(flat.T @ (flat * weight[:, None]) + penalty, flat.T @ (weight * (seen - level)))
        weight = 1.0 / (1.0 + ((seen - level - flat @ fit) / 0.15) ** 2)
    return level, np.asarray(green - level - harmonics_of_light(ground.normal) @ fit.astype(np.float32), np.float32)


def _tone(
    number: int,
    ground: Ground,
    matte: Matte,
    balance: WhiteBalance,
    bare: BoolArray,
    light: tuple[float, Float32Array],
    settings: ToneSettings,
) -> RegionTone | None:
    """Return the tone of one region, None where too little of it is bare."""
    own = ground.region == number
    inside = own & bare
    mm2 = float((1.0 / np.maximum(ground.cosine[inside], 0.2)).sum()) / ground.px_per_mm**2
    if mm2 < 100.0 * settings.least_cm2:
        return None
    share = matte.shine_fraction[inside]
    least = share <= np.quantile(share, settings.matte_fraction)
    colours, left = matte.rgb_linear[inside][least], light[1][inside][least]
    ratios_log = np.log(np.maximum(colours, _DARKEST)) - np.log(np.maximum(colours[:, 1:2], _DARKEST))
    green_log = light[0] + float(np.median(left)) + (np.log(balance.gain_weights[1]) if balance.source != "camera" else 0.0)
    rgb = np.exp(np.median(ratios_log, axis=0) + green_log)
    shiny = float(np.median(share))
    sds = (float(np.hypot(balance.hue_sd_log, 0.5 * shiny)), float(np.hypot(balance.brightness_sd_log, settings.shaped_sd_log)))
    spread = np.std(lab_from_linear(np.clip(colours[:: max(1, len(colours) // 2000)], 0, 1)), axis=0)
    low, middle, high = _melanin(rgb, sds)
    return RegionTone(
        region=SCALP_REGIONS[number],
        rgb_linear=rgb,
        lab=lab_from_linear(rgb),
        lab_sd=np.hypot(_lab_sd(rgb, sds), 0.3 * spread),
        melanin_fraction=middle,
        melanin_low_fraction=min(low, middle),
        melanin_high_fraction=max(high, middle),
        seen_fraction=float(inside.sum() / max(own.sum(), 1)),
        shine_fraction=shiny,
    )


def _lab_sd(rgb: FloatArray, sds: tuple[float, float]) -> FloatArray:
    """Return one standard deviation (3,) in Lab that doubts of hue and brightness make."""
    steps = [np.array([sds[0], 0.0, 0.0]), np.array([0.0, 0.0, sds[0]]), np.full(3, sds[1])]
    middle = lab_from_linear(rgb)
    return np.asarray(np.sqrt(sum((lab_from_linear(rgb * np.exp(step)) - middle) ** 2 for step in steps)))


def _melanin(rgb: FloatArray, sds: tuple[float, float]) -> tuple[float, float, float]:
    """Return melanin at one SD brighter, as read, and one SD darker."""
    wanted = np.clip(rgb, 1e-3, 1.9)
    doubts = (sds[0], sds[1], PHOTO_SDS[2])
    middle = fit_skin(wanted, sds_log=doubts).melanin_fraction
    sure = (sds[0], 0.05, PHOTO_SDS[2])
    low, high = (fit_skin(np.clip(wanted * np.exp(way * 0.8 * sds[1]), 1e-3, 1.9), sds_log=sure).melanin_fraction for way in (1.0, -1.0))
    return low, middle, high
