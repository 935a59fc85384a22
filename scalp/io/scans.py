"""Read a 3-D scan of a head: the file is opened by a process of its own, with little memory, little time and no network.

What kind of file it is, how large it may be and what the child answers live here; the reading itself is `scan_child`'s.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from scalp.base import BadInput, BadMesh, Doubt, NotPossible, Unreadable, as_numbers
from scalp.domain.scan import MM_OF_UNIT, SCAN_KINDS, UP_AXES, NamedPlaces, Scan, ScanKind, ScanUnit, UpAxis
from scalp.io.ordinary import demand_ordinary, reason, resolved
from scalp.io.texts import parse_json, read_text

LARGEST_MIB = 768
"""Files larger than this are not opened."""
LONGEST_SECONDS = 240.0
AXES_COUNT = 3
LARGEST_COORDINATE = 1e9
"""In whatever units: no head is so large in any of them."""
KINDS_SAID = "GLB, glTF, OBJ, PLY, STL, USDZ and USD (usd, usda, usdc)"
_USD_SUFFIXES = {".usd", ".usda", ".usdc"}
_OPENINGS: tuple[tuple[bytes, ScanKind], ...] = (
    (b"glTF", "glb"),
    (b"ply", "ply"),
    (b"PXR-USDC", "usd"),
    (b"#usda", "usd"),
    (b"PK\x03\x04", "usdz"),
)
_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from scalp.io.scan_child import main; main()"


def read_scan(path: Path, *, unit: ScanUnit | None = None, up: UpAxis | None = None) -> Scan:
    """Return the scan in a file: one surface of triangles in its own units and axes, sub-meshes joined, with its colours.

    glTF is in metres with y up, USD says both, OBJ, PLY and STL say neither; `unit` and `up` say it for them or overrule.
    Pictures and materials are looked for in the file's own folder and nowhere else. Refused: files of more than 768 MiB or
    3 million triangles, pictures of more than 70 megapixels, compressed meshes (Draco, meshopt), clouds of points, coordinates
    that are no numbers.
    """
    if unit is not None and unit not in MM_OF_UNIT:
        raise BadInput("unit", unit, ", ".join(MM_OF_UNIT), "Say what one unit of the scan measures.")
    if up is not None and up not in UP_AXES:
        raise BadInput("up", up, ", ".join(UP_AXES), "Say which axis of the scan points to the top of the head.")
    kind = _kind_of(path)
    with tempfile.TemporaryDirectory(prefix="smp-scan-") as folder:
        told = _ask_child(resolved(path), kind, Path(folder))
        return _scan(told, kind, Path(folder), unit, up)


def _kind_of(path: Path) -> ScanKind:
    """Return the kind of a file by how it opens, by its name where that does not tell."""
    try:
        size = demand_ordinary(path)
        with path.open("rb") as file:
            opening = file.read(4096)
    except (OSError, ValueError) as fault:
        why = reason(fault, LARGEST_MIB * 2**20)
        raise BadMesh("scan", why, "a file that exists and may be read", "Check its name and place.") from fault
    if not opening:
        raise BadMesh("scan", "an empty file", KINDS_SAID, "Export the scan again.")
    if size > LARGEST_MIB * 2**20:
        remedy = "Export it with fewer triangles; one million shows every detail of a scalp."
        raise BadMesh("scan file", f"{size / 2**20:.0f} MiB", f"at most {LARGEST_MIB} MiB", remedy)
    for start, kind in _OPENINGS:
        if opening.startswith(start):
            return kind
    suffix = path.suffix.lower()
    named = "usd" if suffix in _USD_SUFFIXES else suffix.removeprefix(".")
    if named in ("glb", "ply", "usdz", "usd"):
        raise BadMesh("scan", f"named .{named} but something else by its content", KINDS_SAID, "Export the scan again.")
    if named not in SCAN_KINDS:
        raise Unreadable(f"a scan called *{suffix or ' without an ending'}", "unknown", f"Export it as one of {KINDS_SAID}.")
    return named


def _ask_child(path: Path, kind: ScanKind, folder: Path) -> dict[str, object]:
    """Let the child read the file into a folder, and return what it tells; its refusals are raised here."""
    command = [sys.executable, "-P", "-c", _CHILD, str(Path(__file__).parents[2]), str(path), kind, str(folder)]
    damaged = "Export the scan again, or in another kind of file; a million triangles are plenty."
    try:
        ended = subprocess.run(command, capture_output=True, timeout=LONGEST_SECONDS, check=False, cwd=folder)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired as fault:
        raise BadMesh("scan", "not read in time", f"a file that is read in {LONGEST_SECONDS:.0f} seconds", damaged) from fault
    answer = folder / "told.json"
    if ended.returncode != 0 or not answer.is_file():
        raise BadMesh("scan", f"a {kind} file that stopped its reader", "a whole file that needs at most 4 GiB to read", damaged)
    told: dict[str, object] = json.loads(answer.read_text(encoding="utf-8"))
    refused = told.get("refused")
    if isinstance(refused, list):
        named, *said = (str(word) for word in refused)
        raise NotPossible(*said) if named == "NotPossible" else BadMesh(*said)
    return told


def _scan(told: dict[str, object], kind: ScanKind, folder: Path, unit: ScanUnit | None, up: UpAxis | None) -> Scan:
    """Return the child's answer as a scan."""
    unit_mm = told["unit_mm"] if unit is None else MM_OF_UNIT[unit]
    arrays = {part.stem: np.load(part, allow_pickle=False) for part in sorted(folder.glob("*.npy"))}
    missing = told["missing_pictures_count"]
    advice = "Keep the scan's pictures beside its file, in the same folder."
    doubt = Doubt(kind="skin", where="colours of the scan", size=f"{missing} of its pictures are missing", advice=advice)
    file_up = str(told["up"]) if told["up"] else None
    return Scan(
        kind=kind,
        places=arrays["places"],
        faces=arrays["faces"],
        unit_mm=float(unit_mm) if isinstance(unit_mm, (int, float)) else None,
        unit_given=unit is not None,
        up=up or next((axis for axis in UP_AXES if axis == file_up), None),
        uv_fraction=arrays.get("uv"),
        picture_srgb_u8=arrays.get("picture"),
        vertex_srgb_u8=arrays.get("colours"),
        doubts=(doubt,) if missing else (),
    )


def _is_number(told: object) -> bool:
    """Tell whether this is a number that a float can hold."""
    return isinstance(told, (int, float)) and not isinstance(told, bool) and -LARGEST_COORDINATE <= told <= LARGEST_COORDINATE


def read_places(path: Path) -> NamedPlaces:
    """Return the points named on a scan from a JSON file: `{"glabella": [x, y, z], ...}` in the scan's own units and axes."""
    allowed, remedy = '{"glabella": [x, y, z], ...}', "Write the points as JSON, in the scan's own units and axes."
    told = parse_json(path, read_text(path), allowed)
    sound = all(isinstance(place, list) and len(place) == AXES_COUNT for place in told.values())
    if not sound or not told or not all(_is_number(number) for place in told.values() for number in place):
        raise BadInput("points of the scan", "not names with three numbers each", allowed, remedy)
    return NamedPlaces(names=tuple(told), places=as_numbers("points of the scan", list(told.values())))
