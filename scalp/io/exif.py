"""The two things of EXIF a photo of a head needs: which way is up, and the focal length. Everything else is left behind.

Location, times, serial numbers, names and thumbnails are never read into anything that could be written again.
"""

import struct

import numpy as np

from scalp.base import Value, value

FULL_FRAME_DIAGONAL_MM = 43.2666
"""Diagonal of 36 x 24 mm, which 35-mm-equivalent focal lengths refer to."""
PLAUSIBLE_FOCAL_TO_DIAGONAL = (0.2, 30.0)
_ORIENTATION, _EXIF_FOLDER = 0x0112, 0x8769
_FOCAL_MM, _FOCAL_35_MM = 0x920A, 0xA405
_PLANE_RESOLUTION, _PLANE_UNIT = 0xA20E, 0xA210
_EXIF_WIDTH, _EXIF_HEIGHT = 0xA002, 0xA003
_WANTED = (_ORIENTATION, _EXIF_FOLDER, _FOCAL_MM, _FOCAL_35_MM, _PLANE_RESOLUTION, _PLANE_UNIT, _EXIF_WIDTH, _EXIF_HEIGHT)
_ENTRIES_LIMIT = 500
_MM_IN_PLANE_UNIT = {1: 25.4, 2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
_SHORT, _LONG, _RATIONAL = 3, 4, 5
_ASPECT_TOLERANCE = 0.02


@value
class Exif(Value):
    """What is kept of EXIF: `orientation` 1..8, and numbers for the focal length, None where not told."""

    orientation: int = 1
    focal_mm: float | None = None
    focal_35_mm: float | None = None
    plane_px_per_mm: float | None = None
    """Pixels of the sensor's own picture for each mm of the sensor."""
    width_px: float | None = None
    """Width of the picture the camera wrote, before any editing."""
    height_px: float | None = None

    def focal_px(self, width_px: int, height_px: int) -> float | None:
        """Return the focal length in px for a stored picture of this size, None when EXIF does not tell or contradicts it.

        From the 35-mm equivalent (by the diagonal) first, else from the focal length and the sensor's resolution. A
        picture whose proportions are no longer those the camera wrote was cropped: then nothing is known.
        """
        if self._is_cropped(width_px, height_px):
            return None
        diagonal_px = float(np.hypot(width_px, height_px))
        focal_px = None
        if self.focal_35_mm:
            focal_px = self.focal_35_mm / FULL_FRAME_DIAGONAL_MM * diagonal_px
        elif self.focal_mm and self.plane_px_per_mm:
            written_px = max(self.width_px or width_px, self.height_px or height_px)
            focal_px = self.focal_mm * self.plane_px_per_mm * max(width_px, height_px) / written_px
        low, high = PLAUSIBLE_FOCAL_TO_DIAGONAL
        return focal_px if focal_px is not None and low <= focal_px / diagonal_px <= high else None

    def _is_cropped(self, width_px: int, height_px: int) -> bool:
        """Tell whether the proportions differ from what the camera wrote, in either orientation."""
        if not self.width_px or not self.height_px:
            return False
        written = max(self.width_px, self.height_px) / min(self.width_px, self.height_px)
        return abs(written / (max(width_px, height_px) / min(width_px, height_px)) - 1.0) > _ASPECT_TOLERANCE


def read_exif(block: bytes) -> Exif:
    """Return what is needed from an EXIF block (a small TIFF, with or without the 'Exif' start); damage reads as not told."""
    tiff = block.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < 8:
        return Exif()
    numbers = _folder(tiff, order, int(struct.unpack(order + "I", tiff[4:8])[0]))
    inner = numbers.get(_EXIF_FOLDER)
    if inner is not None:
        numbers |= {tag: number for tag, number in _folder(tiff, order, int(inner)).items() if tag != _ORIENTATION}
    orientation = int(numbers.get(_ORIENTATION, 1))
    resolution, unit = numbers.get(_PLANE_RESOLUTION), int(numbers.get(_PLANE_UNIT, 2))
    return Exif(
        orientation=orientation if orientation in range(1, 9) else 1,
        focal_mm=numbers.get(_FOCAL_MM),
        focal_35_mm=numbers.get(_FOCAL_35_MM),
        plane_px_per_mm=resolution / _MM_IN_PLANE_UNIT[unit] if resolution and unit in _MM_IN_PLANE_UNIT else None,
        width_px=numbers.get(_EXIF_WIDTH),
        height_px=numbers.get(_EXIF_HEIGHT),
    )


def _folder(tiff: bytes, order: str, start: int) -> dict[int, float]:
    """Return the wanted numbers of one directory of a TIFF; what does not lie inside the block is skipped."""
    if start + 2 > len(tiff):
        return {}
    count = min(struct.unpack(order + "H", tiff[start : start + 2])[0], _ENTRIES_LIMIT)
    found: dict[int, float] = {}
    for index in range(count):
        entry = tiff[start + 2 + 12 * index : start + 14 + 12 * index]
        if len(entry) < 12:
            break
        tag, form, items = struct.unpack(order + "HHI", entry[:8])
        number = _number(tiff, order, form, entry[8:]) if tag in _WANTED and items == 1 else None
        if number is not None and number > 0:
            found[tag] = number
    return found


def _number(tiff: bytes, order: str, form: int, slot: bytes) -> float | None:
    """Return one number of a directory entry; None for other forms and for what lies outside."""
    if form == _SHORT:
        return float(struct.unpack(order + "H", slot[:2])[0])
    place = int(struct.unpack(order + "I", slot)[0])
    if form == _LONG:
        return float(place)
    if form == _RATIONAL and place + 8 <= len(tiff):
        above, below = struct.unpack(order + "II", tiff[place : place + 8])
        return above / below if below else None
    return None
