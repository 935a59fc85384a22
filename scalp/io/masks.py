"""Masks that a person painted over a photo: white is so, black is not so, grey and clear stay as read.

What a mask is of, and what follows from it, is said by `scalp.domain.survey`'s `Corrections`.
"""

import os
from pathlib import Path

import numpy as np

from scalp.base import BadPhoto, ByteArray
from scalp.domain.photo import Photo
from scalp.io.photos import read_photo

_ALLOWED = "a PNG in black, white and grey of the photo's size"
_PAINT = "Open the photo in a drawing program, paint over it in a layer of its own, white and black, and save that layer alone."
_MOST_COLOUR, _MOST_COLOURED_FRACTION = 40, 0.002
"""Levels out of 255 between two bands, and the part of a picture with more of them, from which it is one in colour."""


def read_mask(path: str | os.PathLike[str], photo: Photo) -> ByteArray:
    """Return the mask in a PNG, (rows, cols) uint8 of the photo's size; what is clear becomes grey, which stays as read.

    Raises `BadPhoto` for other kinds of files, other sizes and pictures in colour: a photo given in place of its mask
    would else correct everything by its brightness.
    """
    place = Path(path)
    if place.suffix.lower() != ".png":
        raise BadPhoto(place.name[:80] or "the mask", "not a PNG by its name", _ALLOWED, _PAINT)
    painted = read_photo(place)
    if (painted.width_px, painted.height_px) != (photo.width_px, photo.height_px):
        given, allowed = f"{painted.width_px} x {painted.height_px} px", f"{photo.width_px} x {photo.height_px} px, as the upright photo"
        raise BadPhoto(place.name, given, allowed, "Paint the mask over the photo itself, upright as it is shown.")
    levels = painted.srgb_u8.astype(np.int16)
    if (np.ptp(levels, axis=-1) > _MOST_COLOUR).mean() > _MOST_COLOURED_FRACTION:
        raise BadPhoto(place.name, "a picture in colour", _ALLOWED, _PAINT)
    return np.asarray(np.median(levels, axis=-1), np.uint8)
