"""ICC colour profiles of matrix/TRC kind: parsed into an `Encoding`, and built for files that only name their primaries.

Profiles of other kinds (look-up tables, CMYK, grey, Lab) are for littlecms, see `scalp.io.pixels`.
"""

import struct

import numpy as np

from scalp.base import FloatArray
from scalp.domain.photo import Encoding, srgb_encoding

SRGB_PRIMARIES = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
DISPLAY_P3_PRIMARIES = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
D65_WHITE = (0.3127, 0.3290)
D50_XYZ = np.array([0.9642, 1.0, 0.8249])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
LARGEST_PROFILE_BYTES = 4_000_000
SRGB_COEFFICIENTS = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_HEADER_BYTES = 128
_TAGS_LIMIT = 200
_CURVE_TAGS = (b"rTRC", b"gTRC", b"bTRC")
_COLORANT_TAGS = (b"rXYZ", b"gXYZ", b"bXYZ")
_PARAMETERS_COUNT = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
_SNAP_MATRIX = 2e-3
_SNAP_CURVE = 2e-3
_WHITE_TOLERANCE = 0.05


def d50_from_native(primaries: tuple[tuple[float, float], ...], white: tuple[float, float]) -> FloatArray:
    """Return the 3 x 3 matrix from linear native RGB to XYZ adapted to D50, the ICC's meeting place. [ICC2022]"""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    white_xyz = np.array([white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]])
    native = columns * np.linalg.solve(columns, white_xyz)
    gains = (BRADFORD @ D50_XYZ) / (BRADFORD @ white_xyz)
    return np.asarray(np.linalg.inv(BRADFORD) @ (gains[:, None] * BRADFORD) @ native)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """Return the tags of a profile by signature; only what lies whole inside the file."""
    if len(profile) < _HEADER_BYTES + 4:
        return {}
    count = min(int.from_bytes(profile[128:132], "big"), _TAGS_LIMIT)
    found: dict[bytes, bytes] = {}
    for index in range(count):
        entry = profile[132 + 12 * index : 144 + 12 * index]
        if len(entry) == 12:
            signature, start, size = struct.unpack(">4sII", entry)
            if start + size <= len(profile):
                found[signature] = profile[start : start + size]
    return found


def _fixed(raw: bytes) -> FloatArray:
    """Return s15Fixed16 numbers."""
    return np.frombuffer(raw, ">i4").astype(np.float64) / 65536.0


def _parametric(raw: bytes, stored: FloatArray) -> FloatArray | None:
    """Return the light of a `para` curve at `stored` 0..1, None when it is not one of the five kinds."""
    kind = int.from_bytes(raw[8:10], "big")
    count = _PARAMETERS_COUNT.get(kind)
    if count is None or len(raw) < 12 + 4 * count:
        return None
    g, a, b, c, d, e, f = (float(number) for number in np.append(_fixed(raw[12 : 12 + 4 * count]), np.zeros(7 - count)))
    if kind == 0:
        return np.asarray(stored**g)
    if kind in {1, 2}:
        if a == 0:
            return None
        c, d, e, f = 0.0, -b / a, (c if kind == 2 else 0.0), (c if kind == 2 else 0.0)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.asarray(np.where(stored >= d, np.maximum(a * stored + b, 0.0) ** g + e, c * stored + f))


def _curve(raw: bytes, stored: FloatArray) -> FloatArray | None:
    """Return the light of a `curv` or `para` tag at `stored` 0..1, None when damaged or not rising."""
    light: FloatArray | None = None
    if raw[:4] == b"curv" and len(raw) >= 12:
        count = int.from_bytes(raw[8:12], "big")
        table = np.frombuffer(raw[12 : 12 + 2 * count], ">u2").astype(np.float64)
        if count == 0:
            light = stored
        elif len(table) == 1 == count:
            light = np.asarray(stored ** (table[0] / 256.0))
        elif len(table) == count:
            light = np.interp(stored, np.linspace(0.0, 1.0, count), table / 65535.0)
    elif raw[:4] == b"para":
        light = _parametric(raw, stored)
    if light is None or not np.isfinite(light).all() or np.any(np.diff(light) < -1e-9) or light[-1] - light[0] < 0.5:
        return None
    return np.clip(light, 0.0, 1.0)


def matrix_encoding(profile: bytes, levels_count: int) -> Encoding | None:
    """Return the encoding of a matrix/TRC profile, None when the profile is of another kind or damaged. [ICC2022]

    Colorants are D50 in the profile and are taken to D65 by Bradford through sRGB's own D50 matrix. A profile that is
    sRGB within rounding becomes exactly sRGB, so that nothing is lost on the way. Rendering intents and black points
    are left out: for matrix profiles all are the same.

    >>> encoding = matrix_encoding(build_profile(DISPLAY_P3_PRIMARIES), 256)
    >>> encoding.srgb_from_native.round(3).tolist()
    [[1.225, -0.225, -0.0], [-0.042, 1.042, 0.0], [-0.02, -0.079, 1.098]]
    """
    tags = _tags(profile)
    if profile[16:20] != b"RGB " or not all(name in tags for name in _CURVE_TAGS + _COLORANT_TAGS):
        return None
    stored = np.linspace(0.0, 1.0, levels_count)
    curves = [_curve(tags[name], stored) for name in _CURVE_TAGS]
    if any(curve is None for curve in curves) or any(len(tags[name]) < 20 for name in _COLORANT_TAGS):
        return None
    decode = np.column_stack([curve for curve in curves if curve is not None])
    colorants = np.column_stack([_fixed(tags[name][8:20]) for name in _COLORANT_TAGS])
    if np.abs(colorants.sum(axis=1) - D50_XYZ).max() > _WHITE_TOLERANCE or abs(np.linalg.det(colorants)) < 1e-4:
        return None
    matrix: FloatArray = np.linalg.solve(d50_from_native(SRGB_PRIMARIES, D65_WHITE), colorants).astype(np.float64)
    srgb = srgb_encoding(levels_count)
    if np.abs(matrix - np.eye(3)).max() < _SNAP_MATRIX:
        matrix = np.eye(3)
    if np.abs(decode - srgb.decode).max() < _SNAP_CURVE:
        decode = srgb.decode
    return Encoding(decode=decode, srgb_from_native=matrix, icc_profile=profile)


def _text(words: str) -> bytes:
    """Return a multiLocalizedUnicode tag in English."""
    encoded = words.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _s15(numbers: FloatArray | tuple[float, ...]) -> bytes:
    """Return numbers as s15Fixed16."""
    return np.round(np.asarray(numbers) * 65536.0).astype(">i4").tobytes()


def build_profile(
    primaries: tuple[tuple[float, float], ...],
    *,
    coefficients: tuple[float, ...] = SRGB_COEFFICIENTS,
    name: str = "RGB",
) -> bytes:
    """Return an ICC v4 matrix profile for D65 `primaries` (x, y) with one parametric curve, sRGB's by default. [ICC2022]

    `coefficients` are the curve's g, a, b, c, d as ICC names them; a single number is a plain power.
    """
    colorants = d50_from_native(primaries, D65_WHITE)
    kind = {1: 0, 5: 3}[len(coefficients)]
    curve = b"para" + bytes(4) + struct.pack(">HH", kind, 0) + _s15(coefficients)
    tags = [(b"desc", _text(name)), (b"cprt", _text("CC0")), (b"wtpt", b"XYZ " + bytes(4) + _s15(D50_XYZ))]
    tags += [(tag, b"XYZ " + bytes(4) + _s15(colorants[:, band])) for band, tag in enumerate(_COLORANT_TAGS)]
    tags += [(tag, curve) for tag in _CURVE_TAGS]
    start = _HEADER_BYTES + 4 + 12 * len(tags)
    table, body = b"", b""
    for signature, content in tags:
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", signature, start + len(body), len(content))
        body += padded
    size = start + len(body)
    moment = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    header = struct.pack(">I4sI", size, bytes(4), 0x04300000) + b"mntrRGB XYZ " + moment + b"acsp" + bytes(28) + _s15(D50_XYZ)
    return header + bytes(_HEADER_BYTES - len(header)) + struct.pack(">I", len(tags)) + table + body
