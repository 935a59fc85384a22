"""What was read on a scalp, drawn over its photo: masks tinted, places to avoid ringed, things in the way framed, tones as swatches.

Only draws what a `Survey` holds. Arranging tiles on paper is `sheets`'s.
"""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ByteArray, Float32Array
from scalp.colour.srgb import linear_from_lab, srgb_from_linear
from scalp.domain.photo import Photo
from scalp.domain.survey import RegionTone, SideGrowth, Survey
from scalp.rendering.sheets import Block, Tile, compose_sheet

SKIN_TINT, HAIR_TINT, STUBBLE_TINT, SHINE_TINT = (60, 200, 120), (90, 110, 255), (255, 150, 40), (255, 60, 200)
RING_COLOURS = {"mole": (255, 40, 40), "scar": (255, 220, 0), "wound": (255, 0, 160), "other": (255, 120, 0)}
TOLD_COLOUR = (255, 255, 255)
TILE_HEIGHT_PX = 1000
_AROUND_FRACTION = 0.12
"""What is shown round the head, as a part of its size."""
_SWATCH_PX = (520, 92)


def survey_sheet(photo: Photo, survey: Survey, title: str = "What is on the scalp") -> ByteArray:
    """Return a sheet as (rows, cols, 3) sRGB uint8: the photo, masks and places over it, shine and stubble over it, swatches, words."""
    box = _box(survey)
    tiles = (
        Tile(srgb_u8=_cut(photo.srgb_u8, box), label="Photo"),
        Tile(srgb_u8=draw_survey(photo, survey), label="Skin green, hair blue, avoid ringed"),
        Tile(srgb_u8=draw_light(photo, survey), label="Shine pink, stubble orange"),
        Tile(srgb_u8=_swatches(survey.tones), label="Tone without shine, in daylight"),
    )
    return compose_sheet(title, _known_by(survey), (tiles,), _blocks(survey))


def draw_survey(photo: Photo, survey: Survey) -> ByteArray:
    """Return the head in its photo with skin and hair tinted, places to avoid ringed and things in the way framed."""
    picture = photo.srgb_u8
    for mask, tint in ((survey.regions.skin, SKIN_TINT), (survey.regions.hair, HAIR_TINT)):
        picture = _tinted(picture, mask.astype(np.float32) / 255.0, tint)
    box = _box(survey)
    cut = _cut(picture, box)
    scale = cut.shape[0] / (box[3] - box[1])
    drawn = Image.fromarray(cut)
    pen = ImageDraw.Draw(drawn)
    for number in range(len(survey.avoid)):
        x, y = (survey.avoid.at_px[number] - np.array(box[:2])) * scale
        radius = max(7.0, 1.6 * float(survey.avoid.radius_mm[number]) * _px_per_mm(survey) * scale)
        colour = TOLD_COLOUR if survey.avoid.told[number] else RING_COLOURS[survey.avoid.kinds[number]]
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=3)
        pen.text((x + radius + 2, y - 9), f"{survey.avoid.confidence_fraction[number]:.1f}", colour, ImageFont.load_default(18))
    for thing in survey.occluders:
        left, top, right, bottom = ((np.array(thing.box_px) - np.array([*box[:2], *box[:2]])) * scale).tolist()
        pen.rectangle((left, top, right, bottom), outline=(255, 255, 0), width=3)
        pen.text((left + 4, top + 2), f"{thing.kind} {thing.confidence_fraction:.1f}", (255, 255, 0), ImageFont.load_default(20))
    return np.asarray(drawn).copy()


def draw_light(photo: Photo, survey: Survey) -> ByteArray:
    """Return the head in its photo with shine and stubble tinted."""
    picture = _tinted(photo.srgb_u8, survey.shine.astype(np.float32) / 255.0, SHINE_TINT)
    return _cut(_tinted(picture, survey.stubble.astype(np.float32) / 255.0, STUBBLE_TINT), _box(survey))


def _px_per_mm(survey: Survey) -> float:
    """Return roughly how many px of the photo a mm has: a head is about 160 mm wide."""
    columns = np.flatnonzero((survey.regions.skin > 127).any(axis=0) | (survey.regions.hair > 127).any(axis=0))
    return max(0.3, len(columns) / 150.0)


def _tinted(picture: ByteArray, share: Float32Array, tint: tuple[int, int, int]) -> ByteArray:
    """Return a picture with a mask laid over it in one colour, half of the photo shining through."""
    alpha = 0.5 * share[..., None]
    return np.asarray(picture * (1.0 - alpha) + np.array(tint, np.float32) * alpha, np.uint8)


def _box(survey: Survey) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) px round the scalp, with some of the face below it."""
    rows, columns = np.nonzero((survey.regions.skin > 64) | (survey.regions.hair > 64))
    high, wide = survey.regions.skin.shape
    if len(rows) == 0:
        return 0, 0, wide, high
    around = int(_AROUND_FRACTION * max(np.ptp(rows), np.ptp(columns))) + 4
    low = int(rows.max() + 0.9 * np.ptp(columns) - 0.3 * np.ptp(rows))
    bottom = min(max(low, int(rows.max()) + around), high)
    return max(int(columns.min()) - around, 0), max(int(rows.min()) - around, 0), min(int(columns.max()) + around, wide), bottom


def _cut(picture: ByteArray, box: tuple[int, int, int, int]) -> ByteArray:
    """Return a part of a picture at the height of a tile."""
    part = picture[box[1] : box[3], box[0] : box[2]]
    size = (max(8, round(part.shape[1] * TILE_HEIGHT_PX / part.shape[0])), TILE_HEIGHT_PX)
    way = cv2.INTER_AREA if part.shape[0] > TILE_HEIGHT_PX else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size, interpolation=way), np.uint8)


def _swatches(tones: tuple[RegionTone, ...]) -> ByteArray:
    """Return the tones as bars of colour with their numbers; the ends are one SD of lightness darker and lighter."""
    wide, high = _SWATCH_PX
    drawn = Image.new("RGB", (wide, TILE_HEIGHT_PX), (247, 246, 243))
    pen = ImageDraw.Draw(drawn)
    for number, tone in enumerate(tones):
        top, shift = 12 + number * (high + 14), np.array([tone.lab_sd[0], 0.0, 0.0])
        for part, lab in enumerate((tone.lab - shift, tone.lab, tone.lab + shift)):
            red, green, blue = (int(level) for level in srgb_from_linear(linear_from_lab(lab)))
            pen.rectangle((12 + part * 50, top, 12 + part * 50 + 50, top + high), fill=(red, green, blue))
        lightness, a, b = tone.lab
        words = (
            f"{tone.region}: L {lightness:.0f} a {a:.0f} b {b:.0f}, +-{tone.lab_sd[0]:.0f} {tone.lab_sd[1]:.0f} {tone.lab_sd[2]:.0f}",
            f"melanin {100 * tone.melanin_fraction:.1f} % ({100 * tone.melanin_low_fraction:.1f} to {100 * tone.melanin_high_fraction:.1f})",
            f"seen {100 * tone.seen_fraction:.0f} %, shine {100 * tone.shine_fraction:.0f} %",
        )
        for line, word in enumerate(words):
            pen.text((174, top + 4 + 28 * line), word, (32, 32, 34), ImageFont.load_default(20))
    return np.asarray(drawn).copy()


def _known_by(survey: Survey) -> str:
    """Return by what white is known, in words."""
    words = {
        "grey card": "White by a grey card",
        "white": "White by a place that was named",
        "sclera": "White by the whites of the eyes",
        "camera": "White as the camera had it",
    }
    told = f"; told by a person: {', '.join(survey.told)}" if survey.told else ""
    return words[survey.balance.source] + told


def _blocks(survey: Survey) -> tuple[Block, ...]:
    """Return the words of the sheet."""
    hair = tuple(_growth_words(growth) for growth in survey.growths) or ("No scalp beyond the forehead is seen well.",)
    sure = _avoid_words(survey)
    things = tuple(f"{thing.kind}, {100 * thing.confidence_fraction:.0f} % sure" for thing in survey.occluders)
    return (
        Block(heading="Hair by region", lines=hair),
        Block(heading="To avoid", lines=(*sure[:8], *((f"and {len(sure) - 8} more",) if len(sure) > 8 else ())) or ("Nothing found.",)),
        Block(heading="In the way", lines=things or ("Nothing found.",)),
        Block(heading="Not sure", lines=tuple(doubt.sentence() for doubt in survey.doubts)),
    )


def _avoid_words(survey: Survey) -> list[str]:
    """Say the places to avoid; a long scar is a row of places as wide and as sure as one another, and one line."""
    rows: dict[str, int] = {}
    avoid = survey.avoid
    for kind, radius, sure, told in zip(avoid.kinds, avoid.radius_mm, avoid.confidence_fraction, avoid.told, strict=True):
        words = f"{kind}, {2 * radius:.0f} mm wide, {'told' if told else f'{100 * sure:.0f} % sure'}"
        rows[words] = rows.get(words, 0) + 1
    return [words if count == 1 else f"{count} x {words}" for words, count in rows.items()]


def _growth_words(growth: SideGrowth) -> str:
    """Say what grows on a region."""
    words = f"{growth.region}: {growth.kind} ({100 * growth.confidence_fraction:.0f} % sure)"
    if growth.kind == "bare":
        return words
    lightness = growth.difference_lab[0]
    count = f", {growth.density_per_cm2:.0f} +-{growth.density_sd_per_cm2:.0f} hairs/cm2" if np.isfinite(growth.density_per_cm2) else ""
    return f"{words}, L {lightness:+.0f} against bare skin{count}"
