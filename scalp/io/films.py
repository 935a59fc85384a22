"""Write a short film as GIF or animated WebP, small enough to send.

What is on the frames is `scalp.rendering`'s; here are sizes, palettes and bytes.
"""

import io
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from scipy.spatial import cKDTree

from scalp.base import BadInput, ByteArray, IntArray
from scalp.io.pictures import write_whole

LARGEST_FILM_BYTES = 8_000_000
LARGEST_WIDTH_PX = 720
_SHRINK_FRACTION = 0.85
_SMALLEST_WIDTH_PX = 160
_COLOURS_COUNT = 255
_SAMPLES_COUNT = 60_000
_SETTLING_ROUNDS = 5
_CELLS_PER_BAND = 64
_CELL_LEVELS = 256 // _CELLS_PER_BAND
_DITHER_LEVELS = 5.0
"""Height of the dither in stored levels: about the gap between neighbouring colours of a palette of skin."""
_UNCHANGED = 255
_WEBP_QUALITY, _WEBP_EFFORT = 82, 2


def write_film(frames_srgb_u8: Sequence[ByteArray], seconds: float | Sequence[float], path: str | os.PathLike[str]) -> None:
    """Write frames (rows, cols, 3) as a film that loops, GIF or WebP as the name ends, at most 720 px wide and 8 MB.

    `seconds` is how long each frame stands, one for all or one each. All frames of a GIF share one palette and one fixed
    dither, so that what does not change does not flicker; a film too large is made smaller until it fits.
    """
    place = Path(path)
    kind = place.suffix.lower()
    if kind not in {".gif", ".webp"}:
        raise BadInput("film name", place.name, "a name that ends in .gif or .webp", "Choose one of them.")
    durations_ms = _durations_ms(seconds, len(frames_srgb_u8))
    width_px = min(LARGEST_WIDTH_PX, frames_srgb_u8[0].shape[1])
    while True:
        frames = [_fitted(frame, width_px) for frame in frames_srgb_u8]
        content = _gif(frames, durations_ms) if kind == ".gif" else _webp(frames, durations_ms)
        if len(content) <= LARGEST_FILM_BYTES or width_px <= _SMALLEST_WIDTH_PX:
            break
        width_px = round(width_px * min(_SHRINK_FRACTION, (LARGEST_FILM_BYTES / len(content)) ** 0.5))
    write_whole(place, content)


def _durations_ms(seconds: float | Sequence[float], frames_count: int) -> list[int]:
    """Return how long each frame stands, in ms."""
    each = [float(seconds)] * frames_count if isinstance(seconds, (int, float)) else [float(one) for one in seconds]
    if frames_count == 0 or len(each) != frames_count or min(each) <= 0:
        raise BadInput("seconds", f"{len(each)} for {frames_count} frames", "one above 0 for each of 1 or more frames", "Give both.")
    return [max(round(one * 1000), 20) for one in each]


def _fitted(frame: ByteArray, width_px: int) -> ByteArray:
    """Return a frame at this width."""
    if frame.shape[1] == width_px:
        return frame
    height_px = max(round(frame.shape[0] * width_px / frame.shape[1]), 1)
    return np.asarray(cv2.resize(frame, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)


def _webp(frames: list[ByteArray], durations_ms: list[int]) -> bytes:
    """Return frames as the bytes of an animated WebP."""
    written = io.BytesIO()
    first, *rest = (Image.fromarray(frame) for frame in frames)
    first.save(
        written,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=durations_ms,
        loop=0,
        quality=_WEBP_QUALITY,
        method=_WEBP_EFFORT,
    )
    return written.getvalue()


def _gif(frames: list[ByteArray], durations_ms: list[int]) -> bytes:
    """Return frames as the bytes of a GIF with one palette; pixels that stay the same are left out of a frame."""
    palette = _palette(frames)
    nearest = _nearest_colours(palette)
    dither = _dither(*frames[0].shape[:2])
    indexed = [_indexed(frame, nearest, dither) for frame in frames]
    images = [Image.fromarray(indexed[0], "P")]
    for before, after in pairwise(indexed):
        images.append(Image.fromarray(np.where(after == before, _UNCHANGED, after).astype(np.uint8), "P"))
    for image in images:
        image.putpalette(np.vstack([palette, [[0, 0, 0]]]).astype(np.uint8).tobytes())
    written = io.BytesIO()
    images[0].save(
        written,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations_ms,
        loop=0,
        transparency=_UNCHANGED,
        disposal=1,
        optimize=False,
    )
    return written.getvalue()


def _palette(frames: list[ByteArray]) -> ByteArray:
    """Return the 255 colours that all frames share: median cut of an even sample, then settled to the means of what they stand for."""
    step = max(sum(frame.shape[0] * frame.shape[1] for frame in frames) // _SAMPLES_COUNT, 1)
    sample = np.concatenate([frame.reshape(-1, 3)[::step] for frame in frames])
    cut = Image.fromarray(sample[None]).quantize(_COLOURS_COUNT, Image.Quantize.MEDIANCUT).getpalette() or [0, 0, 0]
    colours = np.array(cut, float).reshape(-1, 3)[:_COLOURS_COUNT]
    for _ in range(_SETTLING_ROUNDS):
        chosen = cKDTree(colours).query(sample)[1]
        counts = np.bincount(chosen, minlength=len(colours))
        sums = np.column_stack([np.bincount(chosen, sample[:, band], len(colours)) for band in range(3)])
        colours = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], colours)
    settled = np.round(colours).astype(np.uint8)
    return np.vstack([settled, np.repeat(settled[-1:], _COLOURS_COUNT - len(settled), axis=0)])


def _nearest_colours(palette: ByteArray) -> ByteArray:
    """Return the palette index nearest to each cell of a 64 x 64 x 64 cube of colours."""
    middles = np.arange(_CELLS_PER_BAND) * _CELL_LEVELS + _CELL_LEVELS / 2
    cube = np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(cKDTree(palette.astype(float)).query(cube)[1], np.uint8)


def _dither(rows_count: int, cols_count: int) -> IntArray:
    """Return the fixed threshold of each pixel in stored levels, gradient noise that the eye reads as grain. [Jimenez2014]"""
    rows, cols = np.mgrid[:rows_count, :cols_count]
    noise = np.modf(52.9829189 * np.modf(0.06711056 * cols + 0.00583715 * rows)[0])[0]
    return np.asarray(np.round((noise - 0.5) * 2 * _DITHER_LEVELS), np.int32)


def _indexed(frame: ByteArray, nearest: ByteArray, dither: IntArray) -> ByteArray:
    """Return the palette index of each pixel of a frame."""
    cells = np.clip(frame.astype(np.int32) + dither[..., None], 0, 255) // _CELL_LEVELS
    return np.asarray(nearest[(cells[..., 0] * _CELLS_PER_BAND + cells[..., 1]) * _CELLS_PER_BAND + cells[..., 2]])
