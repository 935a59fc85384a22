"""A 3-D scan of a head as it came from a scanner's file: any unit, any axes, holes, shoulders and all.

Reading one is `scalp.io.scans`'; making a `Head` of it is `scalp.capture.scan.scans`'.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, BadMesh, ByteArray, Doubt, Float32Array, FloatArray, IntArray, Value, value
from scalp.domain.sighting import POINT_NAMES

ScanKind = Literal["glb", "gltf", "obj", "ply", "stl", "usdz", "usd"]
SCAN_KINDS: tuple[ScanKind, ...] = get_args(ScanKind)
UpAxis = Literal["x", "y", "z", "-x", "-y", "-z"]
SMALLEST_EXTENT, LARGEST_EXTENT = 1e-6, 1e7
"""What a scan measures in its own units, whatever they are."""
UP_AXES: tuple[UpAxis, ...] = get_args(UpAxis)
ScanUnit = Literal["mm", "cm", "m", "in"]
MM_OF_UNIT: dict[ScanUnit, float] = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "in": 25.4}
FEWEST_TRIANGLES = 200


@value
class Scan(Value):
    """A triangle surface in its own units and axes: `places` (V, 3), `faces` (F, 3), with its colours where it has any.

    `uv_fraction` (F, 3, 2) says where each corner of each face lies in `picture_srgb_u8` (rows, cols, 3), from its left and
    from its top; `vertex_srgb_u8` (V, 3) are colours of vertices. `unit_mm` is what one unit measures and `up` the axis that
    points up, None where the file does not say; `unit_given` tells that a person said the unit.
    """

    kind: ScanKind
    places: FloatArray
    faces: IntArray
    unit_mm: float | None = None
    unit_given: bool = False
    up: UpAxis | None = None
    uv_fraction: Float32Array | None = None
    picture_srgb_u8: ByteArray | None = None
    vertex_srgb_u8: ByteArray | None = None
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse what is not a surface, or colours that do not fit it."""
        if self.places.ndim != 2 or self.places.shape[1] != 3 or not np.isfinite(self.places).all():
            raise BadMesh("scan", "with corners that are no number", "finite x, y and z for every corner", "Export the scan again.")
        extent = float(np.ptp(self.places, axis=0).max(initial=0.0))
        if not SMALLEST_EXTENT < extent < LARGEST_EXTENT or np.abs(self.places).max() > LARGEST_EXTENT:
            allowed = f"{SMALLEST_EXTENT:g} to {LARGEST_EXTENT:g} units, and no farther from the origin"
            raise BadMesh("scan", f"{extent:.3g} units large", allowed, "Export the scan again, in mm, cm or m.")
        if self.faces.ndim != 2 or self.faces.shape[1] != 3 or self.faces.dtype != np.int32 or len(self.faces) < FEWEST_TRIANGLES:
            allowed = f"a surface of at least {FEWEST_TRIANGLES} triangles"
            raise BadMesh("scan", f"of {len(self.faces)} triangles", allowed, "Export the scan as a mesh, not as points or lines.")
        if self.faces.min() < 0 or self.faces.max() >= len(self.places):
            raise BadMesh("scan", "with triangles of corners it does not have", "a whole file", "Export the scan again.")
        if self.up is not None and self.up not in UP_AXES:
            raise BadMesh("up", self.up, ", ".join(UP_AXES), "Say which axis of the scan points to the top of the head.")
        if self.unit_mm is not None and not 0.0 < self.unit_mm < np.inf:
            raise BadMesh("unit", f"{self.unit_mm} mm", "above 0", f"Say one of {', '.join(MM_OF_UNIT)}.")
        self._check_colours()

    def _check_colours(self) -> None:
        if self.picture_srgb_u8 is not None:
            uv = self.uv_fraction
            if self.picture_srgb_u8.ndim != 3 or self.picture_srgb_u8.shape[2] != 3:
                raise BadMesh("texture", self.picture_srgb_u8.shape, "rows x cols x 3", "Read the scan again.")
            if uv is None or uv.shape != (len(self.faces), 3, 2) or not np.isfinite(uv).all():
                raise BadMesh("texture", "without a place for every corner", "finite (F, 3, 2)", "Export the scan again.")
        if self.vertex_srgb_u8 is not None and self.vertex_srgb_u8.shape != self.places.shape:
            raise BadMesh("vertex colours", self.vertex_srgb_u8.shape, "one for each corner", "Export the scan again.")


@value
class NamedPlaces(Value):
    """Points a person named on a scan: `places` (N, 3) in the scan's own units and axes, each name one of `POINT_NAMES`."""

    names: tuple[str, ...]
    places: FloatArray

    def check(self) -> None:
        """Refuse names that are unknown or given twice, and places that are none."""
        unknown = [name for name in self.names if name not in POINT_NAMES]
        if unknown or len(set(self.names)) != len(self.names):
            raise BadInput("point names", ", ".join(unknown) or "given twice", ", ".join(POINT_NAMES), "Name each point once.")
        if self.places.shape != (len(self.names), 3) or not np.isfinite(self.places).all():
            raise BadInput("places", self.places.shape, "x, y and z in the scan's own units for each name", "Mark the points again.")
