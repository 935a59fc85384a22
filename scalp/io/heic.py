"""Read a HEIC through a process of its own, so that a file which crashes the decoder is only a file that is refused."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from scalp.base import ByteArray, Value, value
from scalp.domain.photo import LARGEST_PIXELS

LONGEST_SECONDS = 120.0
_CHILD = Path(__file__).with_name("heic_child.py")
_P3_PRIMARIES = frozenset({11, 12})
_HDR_TRANSFERS = {16: "PQ", 18: "HLG"}


@value
class HeicPicture(Value):
    """The main picture of a HEIC, upright: `pixels` (rows, cols, bands) uint8, empty when it has too many to decode."""

    width_px: int
    height_px: int
    pixels: ByteArray
    icc_profile: bytes | None
    exif: bytes
    is_p3: bool
    """Whether it names Display P3 primaries where it has no profile."""
    hdr: str
    """'PQ' or 'HLG' for a picture stored for bright displays, which no ordinary curve undoes; else empty."""


def read_heic(content: bytes) -> HeicPicture:
    """Return the main picture of a HEIC file; raises `ValueError` when the file is damaged."""
    command = [sys.executable, "-P", str(_CHILD), str(LARGEST_PIXELS)]
    try:
        ended = subprocess.run(command, input=content, capture_output=True, timeout=LONGEST_SECONDS, check=True)  # noqa: S603 - our own script
    except subprocess.SubprocessError as fault:
        raise ValueError("the decoder stopped") from fault
    head, _, raw = ended.stdout.partition(b"\n")
    told = json.loads(head)
    size = (int(told["width_px"]), int(told["height_px"]))
    return HeicPicture(
        width_px=size[0],
        height_px=size[1],
        pixels=_rows(raw, size, int(told["stride"]), int(told["bands_count"])) if raw else np.zeros((0, 0, 3), np.uint8),
        icc_profile=base64.b64decode(told["icc_profile"]) or None,
        exif=base64.b64decode(told["exif"]),
        is_p3=told["primaries"] in _P3_PRIMARIES,
        hdr=_HDR_TRANSFERS.get(told["transfer"], ""),
    )


def _rows(raw: bytes, size: tuple[int, int], stride: int, bands_count: int) -> ByteArray:
    """Return raw bytes as pixels, what pads each row left out."""
    width_px, height_px = size
    rows = np.frombuffer(raw, np.uint8, height_px * stride).reshape(height_px, stride)
    return rows[:, : width_px * bands_count].reshape(height_px, width_px, bands_count)
