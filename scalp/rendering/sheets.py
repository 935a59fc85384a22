"""Contact sheets: looks side by side with their labels, the plan and the doubts in plain words. Only arranges; renders no skin."""

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ByteArray, Value, value

PAPER = (247, 246, 243)
INK = (32, 32, 34)
QUIET = (110, 108, 104)
ACCENT = (168, 84, 44)
SHEET_WIDTH_PX = 2800
MARGIN_PX = 72
GAP_PX = 28
TITLE_PX, HEADING_PX, LABEL_PX, TEXT_PX = 64, 38, 32, 29
CORNER_PX = 14
TALLEST_PX = 1400
LINE_FRACTION = 1.38
PROMISE = "This is a simulation and not a promise: skin, healing and light differ from person to person."


@value
class Tile(Value):
    """One picture on a sheet: `srgb_u8` (rows, cols, 3), a label and a quiet line below it."""

    srgb_u8: ByteArray
    label: str
    caption: str = ""


@value
class Block(Value):
    """A heading and its lines of text; each line is wrapped. A wide one takes two columns."""

    heading: str
    lines: tuple[str, ...]
    wide: bool = False


def compose_sheet(
    title: str, subtitle: str, rows: tuple[tuple[Tile, ...], ...], blocks: tuple[Block, ...], *, even: bool = False
) -> ByteArray:
    """Return a sheet as (rows, cols, 3) sRGB uint8, 2800 px wide: title, rows of tiles, columns of text, the promise line.

    Each row fills the width, unless `even` asks for tiles of one height throughout.
    """
    inner_px = SHEET_WIDTH_PX - 2 * MARGIN_PX
    shown = [tiles for tiles in rows if tiles]
    heights_px = [_height_px(tiles, inner_px) for tiles in shown]
    heights_px = [min(heights_px)] * len(shown) if even and shown else heights_px
    bands = [_heading(title, subtitle, inner_px)] + [
        _row(tiles, inner_px, height_px) for tiles, height_px in zip(shown, heights_px, strict=True)
    ]
    bands += [_columns(blocks, inner_px), _promise(inner_px)]
    height_px = 2 * MARGIN_PX + sum(band.height for band in bands) + GAP_PX * (len(bands) - 1)
    sheet = Image.new("RGB", (SHEET_WIDTH_PX, height_px), PAPER)
    top = MARGIN_PX
    for band in bands:
        sheet.paste(band, (MARGIN_PX, top))
        top += band.height + GAP_PX
    return np.asarray(sheet).copy()


def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


def _heading(title: str, subtitle: str, width_px: int) -> Image.Image:
    band = Image.new("RGB", (width_px, TITLE_PX + LABEL_PX + 44), PAPER)
    draw = ImageDraw.Draw(band)
    draw.text((0, 0), title, INK, _font(TITLE_PX))
    draw.text((2, TITLE_PX + 20), subtitle, QUIET, _font(LABEL_PX))
    return band


def _height_px(tiles: tuple[Tile, ...], width_px: int) -> int:
    """Return the height at which a row of tiles fills the width."""
    ratios = sum(tile.srgb_u8.shape[1] / tile.srgb_u8.shape[0] for tile in tiles)
    return min(TALLEST_PX, int((width_px - GAP_PX * (len(tiles) - 1)) / ratios))


def _row(tiles: tuple[Tile, ...], width_px: int, height_px: int) -> Image.Image:
    """Return one row of tiles, all of one height, in the middle."""
    ratios = [tile.srgb_u8.shape[1] / tile.srgb_u8.shape[0] for tile in tiles]
    text_px = int(LABEL_PX * 1.5 + (TEXT_PX * LINE_FRACTION * 2 if any(tile.caption for tile in tiles) else 0))
    band = Image.new("RGB", (width_px, height_px + text_px), PAPER)
    draw = ImageDraw.Draw(band)
    taken_px = sum(int(height_px * ratio) for ratio in ratios) + GAP_PX * (len(tiles) - 1)
    left = (width_px - taken_px) // 2
    for tile, ratio in zip(tiles, ratios, strict=True):
        tile_width_px = int(height_px * ratio)
        band.paste(_fitted(tile.srgb_u8, tile_width_px, height_px), (left, 0), _rounded(tile_width_px, height_px))
        draw.text((left + 4, height_px + 10), tile.label, INK, _font(_label_px(tile.label, tile_width_px - 8)))
        for number, line in enumerate(_wrapped(tile.caption, TEXT_PX, tile_width_px)[:2]):
            draw.text((left + 4, height_px + LABEL_PX * 1.5 + number * TEXT_PX * LINE_FRACTION), line, QUIET, _font(TEXT_PX))
        left += tile_width_px + GAP_PX
    return band


def _label_px(label: str, width_px: int) -> int:
    """Return the size at which a label fits its tile: the usual one, or as much smaller as it must be."""
    return min(LABEL_PX, int(LABEL_PX * width_px / max(_font(LABEL_PX).getlength(label), 1.0)))


def _fitted(srgb_u8: ByteArray, width_px: int, height_px: int) -> Image.Image:
    """Return a picture at the size of its tile: averaged when smaller, smoothly enlarged when larger."""
    shrinking = width_px < srgb_u8.shape[1]
    size = cv2.resize(srgb_u8, (width_px, height_px), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    return Image.fromarray(size)


@lru_cache(maxsize=8)
def _rounded(width_px: int, height_px: int) -> Image.Image:
    mask = Image.new("L", (width_px * 2, height_px * 2), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width_px * 2 - 1, height_px * 2 - 1), CORNER_PX * 2, 255)
    return mask.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _wrapped(text: str, size_px: int, width_px: int) -> list[str]:
    """Break a text into lines that fit a width."""
    lines: list[str] = []
    font = _font(size_px)
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width_px:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _columns(blocks: tuple[Block, ...], width_px: int) -> Image.Image:
    """Return blocks of text side by side; a wide block flows over two columns."""
    columns = [(block.heading if part == 0 else "", lines) for block in blocks for part, lines in enumerate(_parts(block))]
    column_px = (width_px - 2 * GAP_PX * (len(columns) - 1)) // max(len(columns), 1)
    texts = [[_wrapped(line, TEXT_PX, column_px - 30) for line in lines] for _, lines in columns]
    step_px = int(TEXT_PX * LINE_FRACTION)
    counts = [sum(len(lines) for lines in text) + 0.35 * len(text) for text in texts]
    band = Image.new("RGB", (width_px, int(max(counts, default=0) * step_px) + HEADING_PX * 2 + 10), PAPER)
    draw = ImageDraw.Draw(band)
    for number, ((heading, _), text) in enumerate(zip(columns, texts, strict=True)):
        left, top = number * (column_px + 2 * GAP_PX), 8.0
        draw.text((left, top), heading, ACCENT, _font(HEADING_PX))
        top += HEADING_PX * 1.6
        for lines in text:
            for line in lines:
                draw.text((left, top), line, INK, _font(TEXT_PX))
                top += step_px
            top += 0.35 * step_px
    return band


def _parts(block: Block) -> tuple[tuple[str, ...], ...]:
    """Return the lines of a block by column: one, or two of about equal length."""
    if not block.wide:
        return (block.lines,)
    lengths = np.cumsum([len(line) for line in block.lines])
    first = int(np.searchsorted(lengths, lengths[-1] / 2)) + 1 if len(lengths) else 0
    return (block.lines[:first], block.lines[first:])


def _promise(width_px: int) -> Image.Image:
    band = Image.new("RGB", (width_px, LABEL_PX * 2), PAPER)
    draw = ImageDraw.Draw(band)
    draw.line((0, 2, width_px, 2), QUIET, 2)
    draw.text((0, 22), PROMISE, INK, _font(LABEL_PX))
    return band
