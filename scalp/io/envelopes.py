"""What a picture file declares before anything is decoded: size, bands, bits, colour profile, EXIF; and whether it is whole.

Walks JPEG segments, PNG chunks and WebP chunks with nothing but slices, so that a file that lies is refused before it can
cost memory. HEIC is declared by its own library, see `scalp.io.pixels`.
"""

import zlib
from collections.abc import Iterator

from scalp.base import Value, value
from scalp.io.icc import LARGEST_PROFILE_BYTES
from scalp.io.kinds import PictureKind


@value
class Envelope(Value):
    """What a picture file says about itself. `fault` is what is wrong with it in words, empty when nothing is."""

    kind: PictureKind
    width_px: int = 0
    height_px: int = 0
    bands_count: int = 3
    bits: int = 8
    icc_profile: bytes | None = None
    exif: bytes = b""
    fault: str = ""


CUT_SHORT = "cut short: the file ends before the picture does"
DAMAGED = "damaged inside"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}
_JPEG_START_OF_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_APP1, _JPEG_APP2 = 0xE1, 0xE2
_JPEG_PIXELS_PER_BYTE = 512
"""No JPEG says less than one bit for a block of 8 x 8."""
_DEFLATE_LIMIT = 1032
"""No deflate stream unpacks to more than this many times its size."""
_PNG_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_PNG_BANDS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def jpeg_envelope(content: bytes) -> Envelope:
    """Return what a JPEG declares; faulty when it ends early or is too small for the size it claims."""
    size = (0, 0, 3, 8)
    exif, pieces, scanned_from = b"", {}, 0
    for marker, start, end in _jpeg_segments(content):
        body = content[start:end]
        if marker in _JPEG_FRAMES and len(body) >= 6:
            size = (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big"), body[5], body[0])
        elif marker == _JPEG_APP1 and body.startswith(b"Exif\x00\x00") and not exif:
            exif = body
        elif marker == _JPEG_APP2 and body.startswith(b"ICC_PROFILE\x00") and len(body) > 14:
            pieces[body[12]] = body[14:]
        elif marker == _JPEG_START_OF_SCAN:
            scanned_from = end
    width_px, height_px, bands_count, bits = size
    fault = ""
    if not scanned_from or content.find(b"\xff\xd9", scanned_from) < 0:
        fault = CUT_SHORT
    elif width_px * height_px > len(content) * _JPEG_PIXELS_PER_BYTE:
        fault = f"{len(content)} bytes long but claims {width_px} x {height_px} px"
    profile = b"".join(pieces[number] for number in sorted(pieces)) or None
    return Envelope(
        kind="JPEG", width_px=width_px, height_px=height_px, bands_count=bands_count, bits=bits, icc_profile=profile, exif=exif, fault=fault
    )


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment up to the first scan."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker in _JPEG_BARE:
            place += 2
            continue
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == _JPEG_END or end > len(content):
            return
        yield marker, place + 4, end
        if marker == _JPEG_START_OF_SCAN:
            return
        place = end


def png_envelope(content: bytes) -> Envelope:
    """Return what a PNG declares; faulty when a check sum fails, it ends early, or it cannot hold what it claims."""
    head, profile, exif, packed_bytes, fault = b"", None, b"", 0, CUT_SHORT
    place = 8
    while place + 12 <= len(content):
        length, name = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        end = place + 12 + length
        if end > len(content):
            break
        if zlib.crc32(memoryview(content)[place + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            fault = DAMAGED
            break
        body = slice(place + 8, end - 4)
        if name == b"IHDR":
            head = content[body]
        elif name == b"IDAT":
            packed_bytes += length
        elif name == b"iCCP":
            profile = _unpacked_profile(content[body])
        elif name == b"eXIf":
            exif = content[body]
        elif name == b"IEND":
            fault = ""
            break
        place = end
    return _png_declared(head, packed_bytes, Envelope(kind="PNG", icc_profile=profile, exif=exif, fault=fault))


def bare_png(content: bytes) -> bytes:
    """Return a whole PNG with only the chunks its first frame needs, so that no decoder meets profiles, texts or animation."""
    kept, place = [content[:8]], 8
    while place + 12 <= len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        if content[place + 4 : place + 8] in _PNG_NEEDED:
            kept.append(content[place:end])
        place = end
    return b"".join(kept)


def _png_declared(head: bytes, packed_bytes: int, rest: Envelope) -> Envelope:
    """Add what the header of a PNG declares."""
    if len(head) < 13:
        return Envelope(kind="PNG", fault=rest.fault or DAMAGED)
    width_px, height_px = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    bits, colour = head[8], head[9]
    raw_bytes = height_px * (1 + (width_px * bits * _PNG_SAMPLES.get(colour, 1) + 7) // 8)
    fault = rest.fault
    if not fault and raw_bytes > packed_bytes * _DEFLATE_LIMIT:
        fault = f"{packed_bytes} bytes long but claims {width_px} x {height_px} px"
    return Envelope(
        kind="PNG",
        width_px=width_px,
        height_px=height_px,
        bands_count=_PNG_BANDS.get(colour, 3),
        bits=bits,
        icc_profile=rest.icc_profile,
        exif=rest.exif,
        fault=fault,
    )


def _unpacked_profile(body: bytes) -> bytes | None:
    """Return the profile of an iCCP chunk, None when damaged or unreasonably large."""
    _, _, packed = body.partition(b"\x00")
    try:
        unpacker = zlib.decompressobj()
        profile = unpacker.decompress(packed[1:], LARGEST_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if unpacker.eof else None


def webp_envelope(content: bytes) -> Envelope:
    """Return what a WebP declares; faulty when it is shorter than it says."""
    size, profile, exif = (0, 0), None, b""
    fault = CUT_SHORT if int.from_bytes(content[4:8], "little") + 8 > len(content) else ""
    place = 12
    while place + 8 <= len(content):
        name, length = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "little")
        body = content[place + 8 : place + 8 + min(length, LARGEST_PROFILE_BYTES)]
        if name == b"ICCP":
            profile = body
        elif name == b"EXIF":
            exif = body
        elif size == (0, 0):
            size = _webp_size(name, body)
        place += 8 + length + length % 2
    fault = fault or ("" if size != (0, 0) else DAMAGED)
    return Envelope(kind="WebP", width_px=size[0], height_px=size[1], icc_profile=profile, exif=exif, fault=fault)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    """Return width and height from the first chunk that tells them, (0, 0) where it does not."""
    if len(body) < 10:
        return (0, 0)
    if name == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if name == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return (0, 0)
