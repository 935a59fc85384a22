"""What a file that a head is to be made from is, told by its content: a photo, a film, or a scan. Reading it is others'."""

import os
from pathlib import Path
from typing import Literal

from scalp.io.kinds import HEAD_BYTES, READ_KINDS, name_kind
from scalp.io.ordinary import demand_ordinary

InputKind = Literal["photo", "film", "scan"]
_SCAN_STARTS = (b"glTF", b"ply", b"PXR-USDC", b"#usda", b"solid ")
_SCAN_NAMES = {".gltf", ".obj", ".stl", ".usdz", ".glb", ".ply", ".usd", ".usda", ".usdc"}
_FILM_NAMES = {".mp4", ".mov", ".m4v", ".avi", ".webm", ".mkv", ".3gp"}
_FILM_STARTS = (b"\x1aE\xdf\xa3", b"OggS")
_STL_HEADER_BYTES, _STL_TRIANGLE_BYTES = 84, 50


def recognise_input(path: str | os.PathLike[str]) -> InputKind:
    """Return what a file is; what is neither film nor scan counts as a photo, whose reader says what is wrong with it.

    Kinds of scans that have no sign at their start (OBJ, glTF as text, STL, USDZ) are told by their name as well.
    """
    place = Path(path)
    try:
        size_bytes = demand_ordinary(place)
        with place.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return _named_kind(place)
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return "film"
    if start.startswith(_FILM_STARTS) or name_kind(start) == "a video":
        return "film"
    if start.startswith(_SCAN_STARTS) or _is_stl(start, size_bytes):
        return "scan"
    if name_kind(start) in READ_KINDS:
        return "photo"
    return _named_kind(place)


def _named_kind(place: Path) -> InputKind:
    """Return what a file's name says it is, so that the reader of that kind says what is wrong with it."""
    suffix = place.suffix.lower()
    return "scan" if suffix in _SCAN_NAMES else "film" if suffix in _FILM_NAMES else "photo"


def _is_stl(start: bytes, size_bytes: int) -> bool:
    """Tell whether a file is exactly as long as a binary STL of the triangles it claims."""
    count = int.from_bytes(start[80:84], "little")
    return len(start) >= _STL_HEADER_BYTES and count > 0 and size_bytes == _STL_HEADER_BYTES + _STL_TRIANGLE_BYTES * count
