"""Write pictures: JPEG or PNG in the photo's own encoding with its colour profile, and no other metadata; short films.

Whole folders that appear at once or not at all are `scalp.io.folders`'s.
"""

import errno
import os
import stat
import zlib
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from scalp.base import BadInput
from scalp.domain.photo import Photo

USUAL_QUALITY = 95
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700
"""Modes of files and folders that hold what is a client's own."""
_PIECE_BYTES = 65_519
"""The most of a profile that fits one JPEG segment."""
_PNG_HEADER_END = 33
_SIGN_WITHIN_BYTES = 200
_PNG_SETTINGS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def write_picture(photo: Photo, path: str | os.PathLike[str], quality: int = USUAL_QUALITY) -> None:
    """Write a photo's pixels as JPEG (4:4:4) or PNG, as the name ends, with its colour profile.

    A PNG holds the pixels exactly, 8 or 16 bits; a JPEG is 8 bits, its `quality` 1 to 100. The file appears whole or not
    at all.
    """
    place = Path(path)
    if not 1 <= quality <= 100:
        raise BadInput("quality", quality, "1 to 100", "95 is usual.")
    kind = place.suffix.lower()
    if kind not in {".jpg", ".jpeg", ".png"}:
        raise BadInput("picture name", place.name, "a name that ends in .jpg or .png", "Choose one of them.")
    content = _png(photo) if kind == ".png" else encode_jpeg(photo, quality)
    write_whole(place, content)


def write_whole(place: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write bytes to a file that appears whole or not at all; an older one stays until then."""
    _demand_replaceable(place)
    unfinished = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as opened:  # noqa: PTH123 - os.open sets the mode
            opened.write(content)
        unfinished.replace(place)
    except BaseException as fault:
        with suppress(OSError):
            unfinished.unlink()
        if isinstance(fault, OSError):
            raise unwritable(place.name, fault) from fault
        raise


def demand_room(place: Path) -> None:
    """Refuse, before any work, a place that `write_whole` cannot write to: an empty file is made beside it and removed."""
    _demand_replaceable(place)
    trial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        trial.unlink()
    except FileExistsError:
        return
    except OSError as fault:
        raise unwritable(place.name, fault) from fault


def _demand_replaceable(place: Path) -> None:
    """Refuse to put a file in the place of a device, a pipe or a folder: it would be gone for everybody."""
    try:
        is_ordinary = stat.S_ISREG(place.stat().st_mode)
    except OSError:
        return
    if not is_ordinary:
        raise BadInput(place.name or "the file", "not an ordinary file", "the name of a new file or of an older result", "Choose another.")


def demand_older(place: Path, sign: bytes, called: str) -> None:
    """Refuse to replace a file that does not begin as an older result of the same kind: `sign` is in its first bytes."""
    try:
        is_older = not place.is_file() or sign in _start_of(place)
    except OSError as fault:
        raise unwritable(place.name, fault) from fault
    if not is_older:
        raise BadInput(place.name, "there already and something else", f"a new file, or an older {called}", "Choose another name.")


def _start_of(place: Path) -> bytes:
    """Return the first bytes of a file."""
    with place.open("rb") as opened:
        return opened.read(_SIGN_WITHIN_BYTES)


def unwritable(name: str, fault: OSError) -> BadInput:
    """Say why something could not be written, and what to do."""
    if fault.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return BadInput(name, "too large for the space left on the disk", "some free space", "Free some space or choose another disk.")
    if fault.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return BadInput(name, "not writable", "a place you may write to", "Choose another folder or change its permissions.")
    if fault.errno in {errno.ENOENT, errno.ENOTDIR}:
        return BadInput(name, "in a place that is not a folder", "a place inside an existing folder", "Check the spelling of the folder.")
    return BadInput(name, "not writable", "a place you may write to", "Choose a folder on this computer's own disk.")


def encode_jpeg(photo: Photo, quality: int = USUAL_QUALITY) -> bytes:
    """Return a photo as the bytes of a JPEG without chroma subsampling."""
    pixels = photo.pixels if photo.pixels.dtype == np.uint8 else ((photo.pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), settings)
    content = bytes(encoded)
    profile = photo.encoding.icc_profile
    if profile is None:
        return content
    after_jfif = 4 + int.from_bytes(content[4:6], "big") if content[2:4] == b"\xff\xe0" else 2
    return content[:after_jfif] + _profile_segments(profile) + content[after_jfif:]


def _profile_segments(profile: bytes) -> bytes:
    """Return the JPEG segments that carry a profile; one too large for the standard's 255 pieces is left out."""
    pieces = [profile[start : start + _PIECE_BYTES] for start in range(0, len(profile), _PIECE_BYTES)]
    if len(pieces) > 255:
        return b""
    heads = [b"ICC_PROFILE\x00" + bytes([number, len(pieces)]) for number in range(1, len(pieces) + 1)]
    return b"".join(
        b"\xff\xe2" + (2 + len(head) + len(piece)).to_bytes(2, "big") + head + piece for head, piece in zip(heads, pieces, strict=True)
    )


def _png(photo: Photo) -> bytes:
    """Return a photo as the bytes of a PNG, exact."""
    _, encoded = cv2.imencode(".png", cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2BGR), _PNG_SETTINGS)
    content = bytes(encoded)
    profile = photo.encoding.icc_profile
    if profile is None:
        return content
    body = b"iCCPprofile\x00\x00" + zlib.compress(profile)
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return content[:_PNG_HEADER_END] + chunk + content[_PNG_HEADER_END:]
