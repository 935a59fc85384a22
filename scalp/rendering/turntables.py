"""Once round a head: where the camera stands for each frame, and the contact sheet of the way. Rendering a frame is `views`'s."""

import dataclasses
from collections.abc import Sequence

import cv2
import numpy as np

from scalp.base import BadInput, ByteArray
from scalp.rendering.sheets import Tile, compose_sheet
from scalp.rendering.views import Stand

USUAL_FRAMES_COUNT, FRAME_SECONDS = 36, 0.11
FRAMES_RANGE = (8, 120)
SHEET_COLUMNS, SHEET_ROWS = 4, 2


def walk_round(first: Stand, frames_count: int = USUAL_FRAMES_COUNT) -> tuple[Stand, ...]:
    """Return the stands of a turntable: once round in equal steps from the first, to the client's left, back before it."""
    if not FRAMES_RANGE[0] <= frames_count <= FRAMES_RANGE[1]:
        raise BadInput("frames", frames_count, f"{FRAMES_RANGE[0]} to {FRAMES_RANGE[1]}", "36 make a smooth turn.")
    turns = first.azimuth_degrees + 360.0 * np.arange(frames_count) / frames_count
    return tuple(dataclasses.replace(first, azimuth_degrees=float((turn + 180.0) % 360.0 - 180.0)) for turn in turns)


def sheet_turntable(frames_srgb_u8: Sequence[ByteArray], title: str, subtitle: str) -> ByteArray:
    """Return a contact sheet of eight even steps of a turntable, (rows, cols, 3) sRGB uint8."""
    count = SHEET_COLUMNS * SHEET_ROWS
    chosen = [round(step * len(frames_srgb_u8) / count) for step in range(count)]
    tiles = [
        Tile(srgb_u8=np.asarray(frames_srgb_u8[index]), label=f"{360 * index / len(frames_srgb_u8):.0f}\N{DEGREE SIGN}") for index in chosen
    ]
    rows = tuple(tuple(tiles[start : start + SHEET_COLUMNS]) for start in range(0, count, SHEET_COLUMNS))
    return compose_sheet(title, subtitle, rows, (), even=True)


def film_frame(srgb_u8: ByteArray, width_px: int) -> ByteArray:
    """Return a frame at the width of a film."""
    height_px = round(srgb_u8.shape[0] * width_px / srgb_u8.shape[1])
    return np.asarray(cv2.resize(srgb_u8, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)
