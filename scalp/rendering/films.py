"""A short film of one head through its looks: frames that dissolve into each other, each labelled."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from scalp.base import ByteArray

HOLD_SECONDS = 1.2
DISSOLVE_FRAMES = 6
DISSOLVE_SECONDS = 0.06
FILM_WIDTH_PX = 640
BAR_FRACTION = 0.075


def compose_film(pictures: tuple[ByteArray, ...], labels: tuple[str, ...]) -> tuple[tuple[ByteArray, ...], tuple[float, ...]]:
    """Return frames (rows, cols, 3) sRGB uint8 and how long each stands in seconds.

    `pictures` all have one size; each is held, then dissolves into the next.
    """
    held = [_framed(picture, label) for picture, label in zip(pictures, labels, strict=True)]
    frames: list[ByteArray] = []
    seconds: list[float] = []
    for number, frame in enumerate(held):
        frames.append(frame)
        seconds.append(HOLD_SECONDS if number < len(held) - 1 else 2 * HOLD_SECONDS)
        if number == len(held) - 1:
            break
        for step in range(1, DISSOLVE_FRAMES):
            share = step / DISSOLVE_FRAMES
            frames.append(cv2.addWeighted(frame, 1 - share, held[number + 1], share, 0).astype(np.uint8))
            seconds.append(DISSOLVE_SECONDS)
    return tuple(frames), tuple(seconds)


def _framed(picture: ByteArray, label: str) -> ByteArray:
    """Return a picture at the film's size with its label in a bar below."""
    height_px = round(picture.shape[0] * FILM_WIDTH_PX / picture.shape[1])
    small = cv2.resize(picture, (FILM_WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    bar_px = round(FILM_WIDTH_PX * BAR_FRACTION)
    frame = Image.new("RGB", (FILM_WIDTH_PX, height_px + bar_px), (24, 24, 26))
    frame.paste(Image.fromarray(small), (0, 0))
    font = ImageFont.load_default(round(bar_px * 0.5))
    ImageDraw.Draw(frame).text((FILM_WIDTH_PX / 2, height_px + bar_px / 2), label, (240, 238, 234), font, anchor="mm")
    return np.asarray(frame).copy()
