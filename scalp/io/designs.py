"""A design as two files: `design.json` for people and programs, `design.npz` with the density and zone of every vertex.

Read back bit by bit. The surface is the head's own file; where it lies is kept as a hint beside the design.
"""

import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from scalp.base import BadTable
from scalp.domain.design import Design
from scalp.io.codec import noun_from_plain
from scalp.io.documents import DocumentKind, demand_unchanged, document_place, read_plain, write_document
from scalp.io.ordinary import DAMAGED, read_ordinary, reason
from scalp.io.pictures import OWNER_ONLY, write_whole

DESIGN_NAME, COLUMNS_NAME = "design.json", "design.npz"
LARGEST_COLUMNS_BYTES = 100_000_000
KIND = DocumentKind(
    file_name=DESIGN_NAME,
    schema="smp-design",
    version=1,
    called="the design",
    remedy="Give the design.json of a folder that smp design or smp plan wrote, with its design.npz beside it; or design anew.",
    notice="A proposal drawn on one person's head, with the curve of their hairline. Keep it as you keep their photos.",
)
_COLUMNS = ("density_per_cm2", "zone_index")


def write_design(design: Design, folder: str | os.PathLike[str], head_place: str | None = None) -> Path:
    """Write `design.npz` and `design.json` into a folder, for their owner only, and return the place of the second.

    `head_place` is the way from this folder to the head's file, a hint for whoever opens the design.
    """
    packed = io.BytesIO()
    np.savez_compressed(packed, **{name: getattr(design, name) for name in _COLUMNS})
    content = packed.getvalue()
    write_whole(Path(folder) / COLUMNS_NAME, content, mode=OWNER_ONLY)
    beside = {"columns": {"file": COLUMNS_NAME, "sha256": hashlib.sha256(content).hexdigest()}, "head_file": head_place}
    return write_document(design, folder, KIND, leave_out=_COLUMNS, **beside)


def read_design(path: str | os.PathLike[str]) -> Design:
    """Return the design in a `design.json`, or in a folder that holds one, bit by bit as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for everything else that is not whole.
    """
    place = document_place(path, KIND)
    told = read_plain(place, KIND)
    columns = told.get("columns")
    wanted = columns.get("sha256") if isinstance(columns, dict) else None
    read = _read_columns(place.with_name(COLUMNS_NAME), wanted)
    return demand_unchanged(noun_from_plain(Design, told | read, "design"), told, KIND)


def head_place_of(path: str | os.PathLike[str]) -> Path | None:
    """Return where the head of a design lay when it was written, None where nothing was kept of that."""
    place = document_place(path, KIND)
    hint = read_plain(place, KIND).get("head_file")
    return place.parent / hint if isinstance(hint, str) and hint and "\0" not in hint else None


def _read_columns(place: Path, sha256: object) -> dict[str, Any]:
    """Return the columns beside a design, those it was written with."""
    try:
        content = read_ordinary(place, LARGEST_COLUMNS_BYTES)
    except (OSError, ValueError) as fault:
        why = reason(fault, LARGEST_COLUMNS_BYTES)
        raise BadTable(COLUMNS_NAME, why, "the file that lies beside design.json", KIND.remedy) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise BadTable(COLUMNS_NAME, "not the one this design.json was written with", "the file that lies beside it", KIND.remedy)
    try:
        _demand_small(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as columns:
            return {name: columns[name] for name in _COLUMNS}
    except DAMAGED:
        raise BadTable(COLUMNS_NAME, "damaged", "the file that lies beside design.json", KIND.remedy) from None


def _demand_small(content: bytes) -> None:
    """Raise `ValueError` for columns that would unpack to more than a head has."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST_COLUMNS_BYTES:
            raise ValueError("more than a head has")
