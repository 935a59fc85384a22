"""Picture files made for the tests, with every header they need; nothing here reads or writes with the code under test."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

ROWS, COLS = 80, 96


def quarters() -> np.ndarray:
    """Return a small picture whose four quarters differ, so that every turning shows."""
    pixels = np.zeros((ROWS, COLS, 3), np.uint8)
    half_row, half_col = ROWS // 2, COLS // 2
    pixels[:half_row, :half_col] = (200, 150, 120)
    pixels[:half_row, half_col:] = (60, 60, 200)
    pixels[half_row:, :half_col] = (40, 160, 60)
    pixels[half_row:, half_col:] = (240, 240, 240)
    return pixels


def encoded(pixels: np.ndarray, kind: str, mode: str | None = None, **settings: object) -> bytes:
    """Return a picture as the bytes of a file of this kind, by Pillow."""
    image = Image.fromarray(pixels)
    written = io.BytesIO()
    (image.convert(mode) if mode else image).save(written, kind, **settings)
    return written.getvalue()


def exif(*, orientation: int = 1, order: str = "<", inner: tuple[tuple[int, int, float], ...] = (), place: bool = False) -> bytes:
    """Return an EXIF block written by hand: orientation, `inner` (tag, form, number) entries, and a GPS folder when `place`."""
    count = 3 if place else 2
    inner_at = 8 + 2 + 12 * count + 4
    spare_at = inner_at + 2 + 12 * len(inner) + 4
    entries, spare = b"", b""
    for tag, form, number in inner:
        if form == 5:
            entries += struct.pack(order + "HHII", tag, form, 1, spare_at + len(spare))
            spare += struct.pack(order + "II", round(number * 1000), 1000)
        else:
            slot = struct.pack(order + ("HH" if form == 3 else "I"), *((int(number), 0) if form == 3 else (int(number),)))
            entries += struct.pack(order + "HHI", tag, form, 1) + slot
    gps_at = spare_at + len(spare)
    main = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(order + "HHII", 0x8769, 4, 1, inner_at)
    main += struct.pack(order + "HHII", 0x8825, 4, 1, gps_at) if place else b""
    folder = struct.pack(order + "H", count) + main + bytes(4) + struct.pack(order + "H", len(inner)) + entries + bytes(4) + spare
    gps = struct.pack(order + "HHHI4s", 1, 1, 2, 2, b"N\0\0\0") + bytes(4) if place else b""
    return b"Exif\0\0" + (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8) + folder + gps


def jpeg_with(segments: tuple[tuple[int, bytes], ...], content: bytes) -> bytes:
    """Return a JPEG with segments (marker, body) put in right after its start."""
    added = b"".join(bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body for marker, body in segments)
    return content[:2] + added + content[2:]


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one PNG chunk."""
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(width_px: int, height_px: int, *, bits: int = 8, colour: int = 2, packed: bytes = b"", more: bytes = b"") -> bytes:
    """Return a PNG with this header and these packed rows, whether or not they fit together."""
    header = struct.pack(">IIBBBBB", width_px, height_px, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def png_of(pixels: np.ndarray, *, more: bytes = b"") -> bytes:
    """Return grey, RGB or RGBA pixels, 8 or 16 bits, as a PNG without filters."""
    bands = 1 if pixels.ndim == 2 else pixels.shape[2]
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(len(pixels), -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    return png(pixels.shape[1], pixels.shape[0], bits=8 * pixels.itemsize, colour=colour, packed=zlib.compress(raw), more=more)


def _profile(space: bytes, meeting: bytes, tag: bytes, content: bytes) -> bytes:
    """Return an ICC v2.4 display profile with one tag."""
    start = 128 + 4 + 12
    header = struct.pack(">I4sI", start + len(content), bytes(4), 0x02400000) + b"mntr" + space + meeting + bytes(12) + b"acsp" + bytes(28)
    white = struct.pack(">3i", *(round(part * 65536) for part in (0.9642, 1.0, 0.8249)))
    head = header + white
    return head + bytes(128 - len(head)) + struct.pack(">I4sII", 1, tag, start, len(content)) + content


def linear_grey_profile() -> bytes:
    """Return a profile of grey numbers that are linear light."""
    return _profile(b"GRAY", b"XYZ ", b"kTRC", b"curv" + bytes(8))


def table_profile() -> bytes:
    """Return a profile by table alone: every RGB is the neutral of lightness L* = mean(R, G, B) / 255 x 100."""
    identity = bytes(range(256)) * 3
    corners = b"".join(bytes([round(255 * (corner.bit_count()) / 3), 128, 128]) for corner in range(8))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    return _profile(b"RGB ", b"Lab ", b"A2B0", b"mft1" + bytes(4) + bytes([3, 3, 2, 0]) + matrix + identity + corners + identity)
