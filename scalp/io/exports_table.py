"""Impressions as a Parquet table: a row for each, units and meaning in every column's metadata, exact both ways.

The columns of `Impressions` come back bit by bit; place and zone are there for people with tables and are not read back.
"""

import io
import os
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from scalp.base import BadInput, BadTable
from scalp.domain.design import ZONE_NAMES
from scalp.domain.impressions import Impressions
from scalp.io.exports_placed import NOTICE, SPACE, Placed
from scalp.io.ordinary import read_ordinary, reason
from scalp.io.versions import demand_version

SCHEMA, VERSION = "smp-impressions-table", 1
LARGEST_BYTES, MOST_ROWS_COUNT = 200_000_000, 5_000_000
_CORNERS = ("a", "b", "c")
_TOLD: dict[str, tuple[str, str]] = {
    "face_index": ("1", "face of the head's surface, from 0"),
    "barycentric_a": ("1", "weight of the first corner of the face"),
    "barycentric_b": ("1", "weight of the second corner"),
    "barycentric_c": ("1", "weight of the third corner"),
    "deposit_diameter_mm": ("mm", "width of the healed deposit; it is seen wider, since light spreads in skin"),
    "top_depth_mm": ("mm", "depth of its top below the surface of the skin"),
    "bottom_depth_mm": ("mm", "depth of its bottom"),
    "concentration_mg_per_ml": ("mg/ml", "carbon in the tissue of the healed deposit"),
    "session_number": ("1", "session in which it is placed, from 1"),
    "redness_fraction": ("1", "redness of the skin around, 0 calm, 1 just treated"),
    "x_mm": ("mm", "place on the head, to the client's left"),
    "y_mm": ("mm", "place on the head, up"),
    "z_mm": ("mm", "place on the head, forward"),
    "zone": ("", "zone of the design it lies in"),
}
"""Unit and meaning of each column."""
_FACTS = ("head_digest", "plan_digest")
_REMEDY = "Give an impressions.parquet that smp wrote, or write it again."


def table_of_impressions(placed: Placed) -> bytes:
    """Return impressions as the bytes of a Parquet file, rows in the order of placing."""
    impressions = placed.impressions
    columns = _columns(impressions)
    columns |= {f"{axis}_mm": placed.places_mm[:, index].astype(np.float32) for index, axis in enumerate("xyz")}
    arrays = [pa.array(column) for column in columns.values()]
    arrays.append(pa.DictionaryArray.from_arrays(pa.array(placed.zone_index), pa.array(ZONE_NAMES)))
    told = {name: _TOLD.get(name, ("", "")) for name in (*columns, "zone")}
    named = [
        pa.field(name, array.type, nullable=False, metadata={"unit": unit, "meaning": meaning})
        for (name, (unit, meaning)), array in zip(told.items(), arrays, strict=True)
    ]
    facts = {"schema": SCHEMA, "version": str(VERSION), "space": SPACE, "notice": NOTICE, "digest": impressions.digest}
    facts |= {name: getattr(impressions, name) for name in _FACTS}
    written = io.BytesIO()
    table = pa.Table.from_arrays(arrays, schema=pa.schema(named, metadata=facts))
    packing = {"compression": "zstd", "use_dictionary": ["zone", "session_number"], "use_byte_stream_split": _floats(columns)}
    pq.write_table(table, written, write_page_checksum=True, **packing)
    return written.getvalue()


def read_impressions_table(path: str | os.PathLike[str]) -> Impressions:
    """Return the impressions in a Parquet file exactly as they were written.

    Raises `Unreadable` for versions this program does not know and `BadTable` for what is damaged, changed or something else.
    """
    place = Path(path)
    try:
        content = read_ordinary(place, LARGEST_BYTES)
        opened = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        facts = {key.decode(): said.decode("utf-8", "replace") for key, said in (opened.schema_arrow.metadata or {}).items()}
    except pa.ArrowException:
        _refuse(place, "damaged or no Parquet")
    except (OSError, ValueError) as fault:
        _refuse(place, reason(fault, LARGEST_BYTES))
    if facts.get("schema") != SCHEMA:
        _refuse(place, "a table of something else")
    demand_version("the impressions", facts.get("version"), VERSION)
    if opened.metadata.num_rows > MOST_ROWS_COUNT:
        _refuse(place, f"of more than {MOST_ROWS_COUNT:,} rows")
    impressions = _impressions(place, opened, facts)
    if impressions.digest != facts.get("digest"):
        _refuse(place, "changed since smp wrote it")
    return impressions


def _impressions(place: Path, opened: Any, facts: dict[str, str]) -> Impressions:  # noqa: ANN401 - pyarrow has no types
    """Return what the columns of an opened file say."""
    arrays = [field.name for field in fields(Impressions) if field.name not in _FACTS]  # type: ignore[arg-type]
    wanted = [name for array in arrays for name in _names(array)]
    missing = [name for name in wanted if name not in opened.schema_arrow.names]
    if missing:
        _refuse(place, f"without {missing[0]}")
    try:
        read = opened.read(columns=wanted)
        told = {name: read.column(name).to_numpy() for name in wanted}
    except (pa.ArrowException, OSError, ValueError, TypeError):
        _refuse(place, "damaged")
    if any(column.dtype.kind not in "fiu" for column in told.values()):
        _refuse(place, "holding columns that are no numbers")
    joined: dict[str, Any] = {
        array: np.column_stack([told[name] for name in _names(array)]) if len(_names(array)) > 1 else told[array] for array in arrays
    }
    try:
        return Impressions(head_digest=facts.get("head_digest", ""), plan_digest=facts.get("plan_digest", ""), **joined)
    except BadInput:
        _refuse(place, "damaged")


def _columns(impressions: Impressions) -> dict[str, np.ndarray]:
    """Return every column of the impressions by its name in the table."""
    columns: dict[str, np.ndarray] = {}
    for field in fields(impressions):  # type: ignore[arg-type]
        if field.name in _FACTS:
            continue
        column = getattr(impressions, field.name)
        parts = [column] if column.ndim == 1 else [np.ascontiguousarray(column[:, corner]) for corner in range(column.shape[1])]
        columns |= dict(zip(_names(field.name), parts, strict=True))
    return columns


def _names(array: str) -> tuple[str, ...]:
    """Return the names of an array's columns in the table."""
    return tuple(f"{array}_{corner}" for corner in _CORNERS) if array == "barycentric" else (array,)


def _floats(columns: dict[str, np.ndarray]) -> list[str]:
    """Return the columns of floats, whose bytes pack better stream by stream."""
    return [name for name, column in columns.items() if column.dtype.kind == "f"]


def _refuse(place: Path, is_what: str) -> NoReturn:
    raise BadTable(place.name[:80] or "the impressions", is_what, "impressions as smp writes them", _REMEDY)
