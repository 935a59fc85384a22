"""Read a photo of a head: JPEG, PNG, WebP or HEIC, upright, in its own colours, with nothing else of what the file tells.

What the file is comes from its content (`kinds`, `envelopes`), its pixels from `pixels`; here are the order of the checks
and the sentences of every refusal. Messages name a file only by its own name, never by its folder.
"""

import errno
import os
import stat
from pathlib import Path

import cv2
import numpy as np

from scalp.base import BadPhoto
from scalp.domain.photo import LARGEST_PIXELS, SMALLEST_SIDE_PX, Photo
from scalp.io.envelopes import DAMAGED, Envelope, jpeg_envelope, png_envelope, webp_envelope
from scalp.io.exif import Exif, read_exif
from scalp.io.heic import read_heic
from scalp.io.kinds import HEAD_BYTES, READ_KINDS, claimed_kind, name_kind
from scalp.io.pixels import DECODER_FAULTS, Decoded, decode_heic, decode_with_opencv, decode_with_pillow

LARGEST_FILE_BYTES = 60_000_000
ALLOWED = "a JPEG, PNG, WebP or HEIC photo"
CONVERT = "Convert it to JPEG or PNG, or take the photo again with a phone."
_CMYK_BANDS = 4
_ALLOWED_PIXELS = f"at least {SMALLEST_SIDE_PX} px on each side and at most {LARGEST_PIXELS // 1_000_000} megapixels"
_ENVELOPES = {"JPEG": jpeg_envelope, "PNG": png_envelope, "WebP": webp_envelope}
_TURNS = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}


def read_photo(path: str | os.PathLike[str]) -> Photo:
    """Return the photo in a file, upright, in the encoding of the file.

    The type is decided by the content and must be what the name claims; size is checked as declared, before anything is
    decoded. Matrix profiles (sRGB, Display P3, Adobe RGB) are kept, all others become sRGB by littlecms. Of EXIF only the
    turning and the focal length are used. Raises `BadPhoto` for everything else.
    """
    place = Path(path)
    content = _content(place)
    kind = name_kind(content[:HEAD_BYTES])
    if kind not in READ_KINDS:
        raise BadPhoto(place.name, kind, ALLOWED, CONVERT)
    claim = claimed_kind(place)
    if claim is not None and claim != kind:
        remedy = f"Rename it to end in .{kind.lower()} if it is the right picture."
        raise BadPhoto(place.name, f"named as a {claim} but holds a {kind}", "a file that is what its name says", remedy)
    try:
        decoded, exif = _heic(place.name, content) if kind == "HEIC" else _checked(place.name, content, _ENVELOPES[kind](content))
    except DECODER_FAULTS as fault:
        raise _damaged(place.name, DAMAGED) from fault
    height_px, width_px = decoded.pixels.shape[:2]
    pixels = np.ascontiguousarray(upright(decoded.pixels, exif.orientation))
    pixels.setflags(write=False)
    return Photo(
        pixels=pixels,
        encoding=decoded.encoding,
        focal_px=exif.focal_px(width_px, height_px),
        doubts=decoded.doubts,
    )


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Return stored pixels turned as EXIF's `orientation` 1..8 asks."""
    if orientation in {5, 7}:
        pixels = cv2.transpose(pixels)
        orientation = {5: 1, 7: 3}[orientation]
    if orientation in {2, 4}:
        return np.asarray(cv2.flip(pixels, 1 if orientation == 2 else 0))
    return np.asarray(cv2.rotate(pixels, _TURNS[orientation])) if orientation in _TURNS else pixels


def _content(place: Path) -> bytes:
    """Return the bytes of a file, refusing what is no ordinary file of a sensible size."""
    try:
        about = place.stat()
        if not stat.S_ISREG(about.st_mode):
            named = "a folder" if place.name else "without a name, or a folder"
            is_what = named if stat.S_ISDIR(about.st_mode) else "not an ordinary file"
            raise BadPhoto(place.name or "the photo", is_what, ALLOWED, "Give the photo's own file.")
        if about.st_size > LARGEST_FILE_BYTES:
            size = f"{about.st_size / 1e6:.0f} MB"
            raise BadPhoto(place.name, size, f"at most {LARGEST_FILE_BYTES // 1_000_000} MB", "Save a smaller copy as JPEG.")
        with place.open("rb") as opened:
            return opened.read(about.st_size + 1)
    except (OSError, ValueError) as fault:
        raise _unopened(place, fault) from None


def _unopened(place: Path, fault: OSError | ValueError) -> BadPhoto:
    """Say why a file could not be opened."""
    name = place.name or "the photo"
    number = getattr(fault, "errno", None)
    if number in {errno.ENOENT, errno.ENOTDIR}:
        return BadPhoto(name, "not there", "a photo that exists", "Check the spelling and the folder.")
    if number in {errno.EACCES, errno.EPERM}:
        return BadPhoto(name, "locked for this user", "a photo you may read", "Change its permissions or copy it to your own folder.")
    if number == errno.ELOOP:
        return BadPhoto(name[:80], "a link that leads to itself", ALLOWED, "Give the photo's own file.")
    return BadPhoto(name[:80], "not readable", ALLOWED, "Check the name, or copy the file to this computer's own disk first.")


def _damaged(name: str, fault: str) -> BadPhoto:
    """Say that a picture is damaged."""
    return BadPhoto(name, fault, "a whole picture file", "Copy or send it again from where it came, or save it anew as JPEG.")


def _check_size(name: str, width_px: int, height_px: int) -> None:
    """Refuse sizes no photo of a head has, as declared, before decoding."""
    if min(width_px, height_px) < SMALLEST_SIDE_PX:
        raise BadPhoto(name, f"{width_px} x {height_px} px", _ALLOWED_PIXELS, "Use the original photo, not a thumbnail.")
    if width_px * height_px > LARGEST_PIXELS:
        size = f"{width_px} x {height_px} px, {width_px * height_px / 1e6:.0f} megapixels"
        raise BadPhoto(name, size, _ALLOWED_PIXELS, "Save a smaller copy; 12 megapixels are plenty.")


def _checked(name: str, content: bytes, envelope: Envelope) -> tuple[Decoded, Exif]:
    """Return the pixels and the EXIF of a JPEG, PNG or WebP whose envelope is good."""
    if envelope.width_px and envelope.height_px:
        _check_size(name, envelope.width_px, envelope.height_px)
    if envelope.fault:
        raise _damaged(name, envelope.fault)
    if not envelope.width_px or not envelope.height_px:
        raise _damaged(name, DAMAGED)
    pillow_reads = envelope.kind == "WebP" or (envelope.kind == "JPEG" and envelope.bands_count == _CMYK_BANDS)
    decoded = decode_with_pillow(content, envelope) if pillow_reads else decode_with_opencv(content, envelope)
    if decoded is None:
        raise _damaged(name, f"{DAMAGED}, or of a rare kind no decoder here reads")
    return decoded, read_exif(envelope.exif)


def _heic(name: str, content: bytes) -> tuple[Decoded, Exif]:
    """Return the pixels, upright already, and the EXIF of a HEIC."""
    picture = read_heic(content)
    _check_size(name, picture.width_px, picture.height_px)
    if picture.hdr:
        raise BadPhoto(name, f"an HDR picture ({picture.hdr})", ALLOWED, "Export it as an ordinary JPEG.")
    exif = read_exif(picture.exif)
    kept = {"focal_mm": exif.focal_mm, "focal_35_mm": exif.focal_35_mm, "plane_px_per_mm": exif.plane_px_per_mm}
    return decode_heic(picture), Exif(orientation=1, width_px=exif.width_px, height_px=exif.height_px, **kept)
