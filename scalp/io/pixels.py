"""Decode the pixels of a picture whose envelope was found good, and say in which encoding they are.

Upright turning and the refusals a person reads are `scalp.io.photos`'s.
"""

import io
import struct
import warnings

import cv2
import numpy as np
from PIL import Image, ImageCms

from scalp.base import Doubt, Value, value
from scalp.domain.photo import Encoding, srgb_encoding
from scalp.io.envelopes import Envelope, bare_png
from scalp.io.heic import HeicPicture
from scalp.io.icc import DISPLAY_P3_PRIMARIES, build_profile, matrix_encoding

DECODER_FAULTS = (
    OSError,
    ValueError,
    RuntimeError,
    SyntaxError,
    EOFError,
    MemoryError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    struct.error,
    cv2.error,
)
"""What Pillow, OpenCV and libheif raise on files that are damaged."""
MID_GREY_FRACTION = 0.5
"""Stored value that transparent parts are laid over."""
_GREY_BANDS = 1
_BLOCK_ROWS = 256


@value
class Decoded(Value):
    """Pixels as stored (rows, cols, 3), not yet upright, and their encoding."""

    pixels: np.ndarray
    encoding: Encoding
    doubts: tuple[Doubt, ...] = ()


TRANSPARENT = Doubt(
    kind="outline",
    where="background",
    size="transparent in the file",
    advice="It was laid over mid-grey; an ordinary photo shows the head's edge better.",
)
UNKNOWN_COLOURS = Doubt(
    kind="skin",
    where="colours",
    size="the photo's colour profile cannot be read",
    advice="Colours were taken as sRGB; save the photo as sRGB to be sure.",
)


def decode_with_opencv(content: bytes, envelope: Envelope) -> Decoded | None:
    """Return a JPEG's or PNG's pixels, None where the decoder gives up; CMYK is left to `decode_with_pillow`."""
    is_png = envelope.kind == "PNG"
    flag = cv2.IMREAD_UNCHANGED if is_png else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    stored = cv2.imdecode(np.frombuffer(bare_png(content) if is_png else content, np.uint8), flag)
    if stored is None or stored.dtype not in (np.uint8, np.uint16):
        return None
    if envelope.bands_count == _GREY_BANDS and envelope.icc_profile is not None:
        return _converted(Image.fromarray(_grey_u8(stored), "L"), envelope.icc_profile)
    return _encoded(stored, envelope.icc_profile, is_bgr=True)


def decode_with_pillow(content: bytes, envelope: Envelope) -> Decoded:
    """Return a WebP's or a CMYK JPEG's pixels; of an animation the first frame."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(io.BytesIO(content), formats=("WEBP", "JPEG"))
        image.load()
    if image.mode == "CMYK":
        return _converted(image, envelope.icc_profile)
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    return _encoded(np.asarray(image.convert("RGBA" if has_alpha else "RGB")), envelope.icc_profile, is_bgr=False)


def decode_heic(picture: HeicPicture) -> Decoded:
    """Return a HEIC picture's pixels, upright already."""
    profile = picture.icc_profile
    if profile is None and picture.is_p3:
        profile = build_profile(DISPLAY_P3_PRIMARIES, name="Display P3")
    stored = picture.pixels[..., 0] if picture.pixels.shape[2] == _GREY_BANDS else picture.pixels
    return _encoded(stored, profile, is_bgr=False)


def _encoded(stored: np.ndarray, profile: bytes | None, *, is_bgr: bool) -> Decoded:
    """Return stored pixels of any band count as RGB in their own encoding."""
    pixels, doubts = _without_alpha(stored)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    elif is_bgr:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    levels_count = int(np.iinfo(pixels.dtype).max) + 1
    if profile is None:
        return Decoded(pixels=pixels, encoding=srgb_encoding(levels_count), doubts=doubts)
    encoding = matrix_encoding(profile, levels_count)
    if encoding is not None:
        return Decoded(pixels=pixels, encoding=encoding, doubts=doubts)
    narrow = pixels if pixels.dtype == np.uint8 else _narrowed(pixels)
    found = _converted(Image.fromarray(narrow, "RGB"), profile)
    return Decoded(pixels=found.pixels, encoding=found.encoding, doubts=doubts + found.doubts)


def _without_alpha(stored: np.ndarray) -> tuple[np.ndarray, tuple[Doubt, ...]]:
    """Return pixels without their alpha band: dropped where all is opaque, else laid over mid-grey."""
    if stored.ndim == 2 or stored.shape[2] not in {2, 4}:
        return stored, ()
    colour, alpha = stored[..., :-1], stored[..., -1:]
    highest = int(np.iinfo(stored.dtype).max)
    if colour.shape[2] == 1:
        colour = np.repeat(colour, 3, axis=2)
    if int(alpha.min()) == highest:
        return np.ascontiguousarray(colour), ()
    grey = MID_GREY_FRACTION * highest
    laid = np.empty(colour.shape, stored.dtype)
    for start in range(0, len(stored), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        cover = alpha[block].astype(np.float32) / highest
        laid[block] = grey + (colour[block].astype(np.float32) - grey) * cover + 0.5
    return laid, (TRANSPARENT,)


def _converted(image: Image.Image, profile: bytes | None) -> Decoded:
    """Return an image of any mode in sRGB through littlecms; with no usable profile by the plain rule and a doubt."""
    target = ImageCms.createProfile("sRGB")
    doubts: tuple[Doubt, ...] = ()
    plain = None
    if profile is not None:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            plain = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, *DECODER_FAULTS):
            plain = None
    if plain is None:
        doubts = (UNKNOWN_COLOURS,) if profile is not None or image.mode == "CMYK" else ()
        plain = image.convert("RGB")
    return Decoded(pixels=np.array(plain), encoding=srgb_encoding(), doubts=doubts)


def _narrowed(pixels: np.ndarray) -> np.ndarray:
    """Return 16-bit numbers as the nearest 8-bit ones."""
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _grey_u8(stored: np.ndarray) -> np.ndarray:
    """Return one 8-bit band of a grey picture."""
    narrow = stored if stored.dtype == np.uint8 else _narrowed(stored)
    return np.ascontiguousarray(narrow if narrow.ndim == 2 else narrow[..., 0])
