"""Nouns kept between runs: what was worked out from a photo, so that another style of it need not see the head again.

Files lie in the photo's own cache folder, readable by their owner only, until `forget_photo`. Damaged or older files are
as good as none. The photo's own pixels are never kept.
"""

import dataclasses
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from scalp.base import ScalpError, Value
from scalp.io.cache import write_private
from scalp.io.codec import noun_from_plain, plain_from_noun

Noun = TypeVar("Noun", bound=Value)

_QUICK = 1
_ARRAY = "@array"
_SUFFIX = ".kept"
LARGEST_KEPT_BYTES = 400_000_000


def keep_noun(noun: Value, folder: Path, name: str) -> None:
    """Write a noun into a photo's cache folder under a name; bits for bits the same when it is read again."""
    arrays: list[np.ndarray] = []
    plain = _told(noun, arrays)
    packed = io.BytesIO()
    named: dict[str, Any] = {str(index): array for index, array in enumerate(arrays)}
    np.savez(packed, told=np.frombuffer(json.dumps(plain).encode(), np.uint8), **named)
    write_private(folder, name + _SUFFIX, zlib.compress(packed.getvalue(), _QUICK))


def kept_noun(kind: type[Noun], folder: Path, name: str) -> Noun | None:
    """Return a noun that was kept under a name, or None where there is none that can be read."""
    try:
        unpacked = zlib.decompressobj().decompress((folder / (name + _SUFFIX)).read_bytes(), LARGEST_KEPT_BYTES)
        with np.load(io.BytesIO(unpacked), allow_pickle=False) as arrays:
            plain = _filled(json.loads(arrays["told"].tobytes()), arrays)
        return noun_from_plain(kind, plain, name)
    except (OSError, ValueError, KeyError, EOFError, zlib.error, zipfile.BadZipFile, ScalpError):
        return None


def _told(content: object, arrays: list[np.ndarray]) -> Any:  # noqa: ANN401 - JSON has no one type
    """Return a noun as plain values, its arrays set aside."""
    if isinstance(content, Value):
        return {field.name: _told(getattr(content, field.name), arrays) for field in dataclasses.fields(content)}  # type: ignore[arg-type]
    if isinstance(content, tuple):
        return [_told(item, arrays) for item in content]
    if isinstance(content, np.ndarray):
        arrays.append(content)
        return {_ARRAY: len(arrays) - 1}
    return plain_from_noun(content)


def _filled(plain: Any, arrays: Any) -> Any:  # noqa: ANN401 - JSON has no one type
    """Return plain values with their arrays put back."""
    if isinstance(plain, dict):
        return arrays[str(plain[_ARRAY])] if _ARRAY in plain else {name: _filled(item, arrays) for name, item in plain.items()}
    return [_filled(item, arrays) for item in plain] if isinstance(plain, list) else plain
