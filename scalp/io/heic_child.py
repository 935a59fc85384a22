"""Decode one HEIC in a process of its own: the file comes in on stdin, a line of JSON and the raw pixels go out on stdout.

Run as a script by `scalp.io.heic`, never imported. The decoder is a large library in C that crashes on some damaged files;
here it takes only this process with it. Knows nothing of the engine and needs only pi_heif.
"""

import base64
import io
import json
import os
import sys
from typing import Any

import pi_heif

DEPTH_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


def describe(opened: Any) -> dict[str, Any]:  # noqa: ANN401 - the library's own type has no stubs
    """Return what a parent needs to know of an opened picture, before decoding."""
    named = opened.info.get("nclx_profile") or {}
    return {
        "width_px": opened.size[0],
        "height_px": opened.size[1],
        "primaries": int(named.get("color_primaries", 1)),
        "transfer": int(named.get("transfer_characteristics", 13)),
        "icc_profile": base64.b64encode(opened.info.get("icc_profile") or b"").decode(),
        "exif": base64.b64encode(opened.info.get("exif") or b"").decode(),
    }


def main() -> None:
    """Answer for the file on stdin; decode it only when it has no more pixels than the first argument says."""
    content = sys.stdin.buffer.read()
    opened = pi_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    told = describe(opened)
    pixels = b""
    if 0 < told["width_px"] * told["height_px"] <= int(sys.argv[1]):
        pixels = bytes(opened.data)
        told |= {"width_px": opened.size[0], "height_px": opened.size[1], "stride": opened.stride, "bands_count": DEPTH_MODES[opened.mode]}
    with os.fdopen(1, "wb", closefd=False) as out:
        out.write(json.dumps(told).encode() + b"\n")
        out.write(pixels)


if __name__ == "__main__":
    main()
