"""Read one scan in a process of its own, with its memory, time and reach limited; the answer is left as arrays in a folder.

Started by `scalp.io.scans`, never imported by the engine. A damaged file, a bomb or a crash of a reader takes only this
process with it. What each kind of file is made of is for `scan_gltf`, `scan_usd` and `scan_plain`.
"""

import contextlib
import ctypes
import json
import os
import sys
from pathlib import Path

import numpy as np

from scalp.base import BadInput, BadMesh, NotPossible
from scalp.io.scan_parts import Joined, join

if sys.platform != "win32":
    import resource

MOST_MEMORY_BYTES = 4 * 2**30
MOST_SECONDS = 200
MOST_WRITTEN_BYTES = 2 * 2**30
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000


def limit_process() -> None:
    """Take memory, time, file size and the network from this process, as far as the system can."""
    if sys.platform != "win32":
        for kind, most in (
            (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
            (resource.RLIMIT_CPU, MOST_SECONDS),
            (resource.RLIMIT_FSIZE, MOST_WRITTEN_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":
        # Where the system lets it, a network of its own in which nothing is reached.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)

    # No library finds Python's own sockets either.
    sys.modules["socket"] = None  # type: ignore[assignment]


def read(path: Path, kind: str, folder: Path) -> tuple[Joined, dict[str, object]]:
    """Return the surface in a file, and what the file says of its unit and axes."""
    if kind in ("glb", "gltf"):
        from scalp.io.scan_gltf import read_gltf  # noqa: PLC0415 - each kind loads only its own library

        parts, told = read_gltf(path, kind)
    elif kind in ("usd", "usdz"):
        from scalp.io.scan_usd import read_usd  # noqa: PLC0415 - as above

        parts, told = read_usd(path, kind, folder)
    else:
        from scalp.io.scan_plain import read_plain  # noqa: PLC0415 - as above

        parts, told = read_plain(path, kind)
    return join(parts), told


def main() -> None:
    """Read the file the arguments name; leave arrays and `told.json` in the folder they name."""
    path, kind, folder = Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    limit_process()
    told: dict[str, object] = {"unit_mm": None, "up": None, "missing_pictures_count": 0}
    try:
        joined, of_file = read(path, kind, folder)
        told |= of_file
        for name, part in joined._asdict().items():
            if part is not None:
                np.save(folder / f"{name}.npy", part)
    except NotPossible as refusal:
        told = {"refused": ["NotPossible", refusal.asked, refusal.reachable, refusal.remedy]}
    except BadInput as refusal:
        told = {"refused": ["BadMesh", refusal.field, str(refusal.value), refusal.allowed, refusal.remedy]}
    except MemoryError:
        told = {"refused": _too_large()}
    except Exception:  # noqa: BLE001 - whatever a reader of others' files raises, the file is damaged
        told = {
            "refused": ["BadMesh", "scan", f"a damaged {kind} file", "a whole one", "Export the scan again, or in another kind of file."]
        }
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _too_large() -> list[str]:
    gib = MOST_MEMORY_BYTES // 2**30
    remedy = "Export it with fewer triangles and smaller pictures."
    refusal = BadMesh("scan", f"larger than {gib} GiB of memory hold", f"what is read within {gib} GiB", remedy)
    return ["BadMesh", refusal.field, str(refusal.value), refusal.allowed, refusal.remedy]
