"""Binary glTF 2.0 piece by piece: one JSON, one chunk of bytes, nothing outside of it. [Khronos2021]

What a head's file holds is `heads`'s. Only what this program writes is read back: a chunk and its views, by their numbers.
"""

import json
import struct
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from scalp.base import BadTable

MAGIC, VERSION = 0x46546C67, 2
_JSON_CHUNK, _BYTES_CHUNK = 0x4E4F534A, 0x004E4942
_ALIGNMENT_BYTES = 8
"""glTF asks for 4; columns of 64 bits like 8."""
_COMPONENTS: dict[str, int] = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
_KINDS: dict[int, str] = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
FOR_VERTICES, FOR_INDICES = 34962, 34963
MOST_JSON_BYTES = 20_000_000


class GlbWriter:
    """A file in the making: views, accessors and images are added, each known by its number."""

    def __init__(self) -> None:
        """Start an empty file."""
        self._bytes = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []

    def add_bytes(self, content: bytes, target: int | None = None) -> int:
        """Add raw bytes and return the number of their view."""
        self._bytes += b"\x00" * (-len(self._bytes) % _ALIGNMENT_BYTES)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._bytes), "byteLength": len(content)}
        self.views.append(view | ({"target": target} if target else {}))
        self._bytes += content
        return len(self.views) - 1

    def add_column(self, column: npt.NDArray[Any], target: int = FOR_VERTICES, *, normalised: bool = False, bounded: bool = False) -> int:
        """Add a column (N,) or (N, 2..4) of 32-bit floats or of whole numbers and return the number of its accessor."""
        rows = np.ascontiguousarray(column)
        accessor: dict[str, Any] = {
            "bufferView": self.add_bytes(rows.tobytes(), target),
            "componentType": _COMPONENTS[rows.dtype.name],
            "count": len(rows),
            "type": _KINDS[1 if rows.ndim == 1 else rows.shape[1]],
        }
        if normalised:
            accessor["normalized"] = True
        if bounded:
            accessor |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def add_exact(self, column: npt.NDArray[Any]) -> dict[str, Any]:
        """Add an array bit by bit, for this program only, and return where it lies."""
        return {
            "bufferView": self.add_bytes(np.ascontiguousarray(column).tobytes()),
            "dtype": column.dtype.str,
            "shape": list(column.shape),
        }

    def add_image(self, content: bytes, mime: str, name: str) -> int:
        """Add an encoded picture and return its number."""
        self.images.append({"bufferView": self.add_bytes(content), "mimeType": mime, "name": name})
        return len(self.images) - 1

    def finish(self, told: dict[str, Any]) -> bytes:
        """Return the whole file; `told` is the rest of its JSON."""
        parts = {"bufferViews": self.views, "accessors": self.accessors, "images": self.images}
        whole = told | {name: part for name, part in parts.items() if part} | {"buffers": [{"byteLength": len(self._bytes)}]}
        text = json.dumps(whole, separators=(",", ":"), allow_nan=False).encode()
        text += b" " * (-len(text) % 4)
        body = bytes(self._bytes) + b"\x00" * (-len(self._bytes) % 4)
        chunks = struct.pack("<II", len(text), _JSON_CHUNK) + text + struct.pack("<II", len(body), _BYTES_CHUNK) + body
        return struct.pack("<III", MAGIC, VERSION, 12 + len(chunks)) + chunks


class GlbReader:
    """A file that this program wrote, taken apart; every number in it is checked before it is used."""

    def __init__(self, content: bytes, name: str) -> None:
        """Take a file apart; refuse one that is not whole."""
        self._name = name
        try:
            magic, version, length_bytes = struct.unpack_from("<III", content, 0)
            text_bytes, text_kind = struct.unpack_from("<II", content, 12)
            body_bytes, body_kind = struct.unpack_from("<II", content, 20 + text_bytes)
        except struct.error:
            self._refuse("cut short")
        if (magic, version, text_kind, body_kind) != (MAGIC, VERSION, _JSON_CHUNK, _BYTES_CHUNK) or text_bytes > MOST_JSON_BYTES:
            self._refuse("no head in binary glTF 2.0")
        start = 28 + text_bytes
        if length_bytes != len(content) or start + body_bytes > len(content):
            self._refuse("cut short")
        try:
            self.told: dict[str, Any] = json.loads(content[20 : 20 + text_bytes])
        except (ValueError, RecursionError):
            self._refuse("damaged")
        if not isinstance(self.told, dict):
            self._refuse("damaged")
        self._body = memoryview(content)[start : start + body_bytes]

    def exact(self, where: object) -> npt.NDArray[Any]:
        """Return an array that `add_exact` put there."""
        try:
            view = self.told["bufferViews"][where["bufferView"]]  # type: ignore[index]
            dtype, shape = np.dtype(where["dtype"]), tuple(int(side) for side in where["shape"])  # type: ignore[index]
            start, length = int(view["byteOffset"]), int(view["byteLength"])
            if dtype.kind not in "fiu" or min(shape) < 0 or start < 0 or start + length > len(self._body):
                self._refuse("damaged")
            return np.frombuffer(self._body[start : start + length], dtype).reshape(shape)
        except (KeyError, IndexError, TypeError, ValueError, OverflowError):
            self._refuse("damaged")

    def _refuse(self, is_what: str) -> NoReturn:
        raise BadTable(self._name, is_what, "the head.glb that smp wrote beside this head.json", "Make the head anew with smp head.")
