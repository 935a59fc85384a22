"""What a file that a head is to be made from is, told by its content: a photo, a film, or a scan. Reading it is others'."""

import os
from pathlib import Path
from typing import Literal

from scalp.io.kinds import HEAD_BYTES, name_kind

InputKind = Literal["photo", "film", "scan"]
_SCAN_STARTS = (b"glTF", b"ply", b"PXR-USDC", b"#usda", b"solid ")
_SCAN_NAMES = {".gltf", ".obj", ".stl", ".usdz", ".glb", ".ply", ".usd", ".usda", ".usdc"}
_FILM_STARTS = (b"\x1aE\xdf\xa3", b"OggS")
_STL_HEADER_BYTES, _STL_TRIANGLE_BYTES = 84, 50


def recognise_input(path: str | os.PathLike[str]) -> InputKind:
    """Return what a file is; what is neither film nor scan counts as a photo, whose reader says what is wrong with it.

    Kinds of scans that have no sign at their start (OBJ, glTF as text, STL, USDZ) are told by their name as well.
    """
    place = Path(path)
    try:
        size_bytes = place.stat().st_size
        with place.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return "photo"
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return "film"
    if start.startswith(_FILM_STARTS) or name_kind(start) == "a video":
        return "film"
    if start.startswith(_SCAN_STARTS) or _is_stl(start, size_bytes):
        return "scan"
    plain = name_kind(start) in {"a text file", "a ZIP archive or office document"}
    return "scan" if plain and place.suffix.lower() in _SCAN_NAMES else "photo"


def _is_stl(start: bytes, size_bytes: int) -> bool:
    """Tell whether a file is exactly as long as a binary STL of the triangles it claims."""
    count = int.from_bytes(start[80:84], "little")
    return len(start) >= _STL_HEADER_BYTES and count > 0 and size_bytes == _STL_HEADER_BYTES + _STL_TRIANGLE_BYTES * count
