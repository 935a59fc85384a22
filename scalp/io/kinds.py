"""What a file really is, told from its first bytes, and what its name claims. Opens nothing."""

from pathlib import PurePath
from typing import Literal

PictureKind = Literal["JPEG", "PNG", "WebP", "HEIC"]
READ_KINDS: tuple[PictureKind, ...] = ("JPEG", "PNG", "WebP", "HEIC")
HEAD_BYTES = 4096
"""How much of the start of a file is enough to name it."""

CLAIMS: dict[str, str] = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WebP",
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".hif": "HEIC",
    ".pdf": "PDF",
    ".gif": "GIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".avif": "AVIF",
    ".txt": "text",
    ".zip": "ZIP",
}
"""What the end of a file name claims."""

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "a GIF picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw picture"),
    (b"IIRO", "a camera's raw picture"),
    (b"IIU\x00", "a camera's raw picture"),
    (b"II*\x00", "a TIFF or raw picture"),
    (b"MM\x00*", "a TIFF or raw picture"),
    (b"II+\x00", "a TIFF picture"),
    (b"%PDF", "a PDF document"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)
_BRANDS: dict[bytes, str] = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"hevc": "HEIC",
    b"hevx": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"avif": "an AVIF picture",
    b"avis": "an AVIF picture",
    b"crx ": "a camera's raw picture",
    b"qt  ": "a video",
}


def name_kind(head: bytes) -> str:
    """Return what starts with these bytes: one of `READ_KINDS`, or plain words such as 'a PDF document'."""
    if not head:
        return "an empty file"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp":
        return _name_brand(head)
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    return _name_text(head)


def _name_brand(head: bytes) -> str:
    """Name an ISO base media file by its brand; `mif1` alone does not tell HEIC from AVIF, its companions do."""
    companions = head[16 : min(int.from_bytes(head[:4], "big"), len(head))]
    if head[8:12] in {b"mif1", b"msf1"} and b"avif" in companions and b"heic" not in companions:
        return "an AVIF picture"
    return _BRANDS.get(head[8:12], "a video")


def _name_text(head: bytes) -> str:
    """Tell text from other bytes."""
    if b"\x00" in head or any(byte < 9 or 13 < byte < 27 for byte in head):
        return "a file of no known picture type"
    words = head.lstrip()[:256].lower()
    if words.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "an SVG drawing" if b"<svg" in head[:1024].lower() else "a text file"


def claimed_kind(path: PurePath) -> str | None:
    """Return what the name claims the file to be, None where it claims nothing known."""
    return CLAIMS.get(path.suffix.lower())
