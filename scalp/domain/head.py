"""A head in millimetres: the surface that carries impressions, its landmarks, and the cameras that saw it.

Space `head`: right-handed, origin midway between the tragi, +X to the client's left, +Y up, +Z forward, mm.
"""

import numpy as np

from scalp.base import BadInput, BadMesh, Doubt, FloatArray, IntArray, Value, WrongParent, value
from scalp.domain.camera import Camera

LANDMARK_NAMES = (
    "glabella",
    "sellion",
    "left_outer_canthus",
    "right_outer_canthus",
    "left_tragion",
    "right_tragion",
    "vertex",
    "inion",
)
"""Landmarks every Head has; `capture` places them, `designing` measures from them."""


@value
class Mesh(Value):
    """A triangle surface: `vertices_mm` (V, 3), `faces` (F, 3) int32, outward normals by the right hand."""

    vertices_mm: FloatArray
    faces: IntArray

    def check(self) -> None:
        """Refuse what is not a finite triangle surface."""
        if self.vertices_mm.ndim != 2 or self.vertices_mm.shape[1] != 3 or not np.isfinite(self.vertices_mm).all():
            raise BadMesh("vertices_mm", self.vertices_mm.shape, "finite (V, 3) in mm", "Clean the mesh first.")
        if self.faces.ndim != 2 or self.faces.shape[1] != 3 or self.faces.dtype != np.int32:
            raise BadMesh("faces", self.faces.shape, "(F, 3) int32 triangles", "Triangulate it first.")
        if len(self.faces) and (self.faces.min() < 0 or self.faces.max() >= len(self.vertices_mm)):
            raise BadMesh("faces", "an index out of range", "0 .. V-1", "Clean the mesh first.")


@value
class Head(Value):
    """The head of a client, as well as its photos tell.

    `surface` is the bare scalp and cranium (under any hair), smooth, with the face part only roughly there.
    `landmarks_mm` (8, 3) follow `LANDMARK_NAMES`. `cameras` stand to this head, one for each photo in `photo_digests`.
    `scale_sd_fraction` is one standard deviation of all lengths; `surface_sd_mm` (V,) of each vertex along its normal.
    """

    surface: Mesh
    landmarks_mm: FloatArray
    cameras: tuple[Camera, ...]
    photo_digests: tuple[str, ...]
    scale_sd_fraction: float
    surface_sd_mm: FloatArray
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse a head whose parts do not fit together."""
        if self.landmarks_mm.shape != (len(LANDMARK_NAMES), 3) or not np.isfinite(self.landmarks_mm).all():
            raise BadInput("landmarks_mm", self.landmarks_mm.shape, f"finite ({len(LANDMARK_NAMES)}, 3)", "Give every landmark.")
        if not len(self.surface.faces):
            raise BadMesh("surface", "without a triangle", "a closed scalp around the middle of the head", "Make the head anew.")
        if len(self.cameras) != len(self.photo_digests):
            raise BadInput("cameras", len(self.cameras), f"one for each of {len(self.photo_digests)} photos", "Give both.")
        if self.surface_sd_mm.shape != (len(self.surface.vertices_mm),):
            raise BadInput("surface_sd_mm", self.surface_sd_mm.shape, "one for each vertex", "Give one for each vertex.")

    def camera_of(self, photo_digest: str) -> Camera:
        """Return the camera of one of the head's photos."""
        if photo_digest not in self.photo_digests:
            raise WrongParent("photo", photo_digest, "one of the photos this head was made from", "Give that photo, or make the head anew.")
        return self.cameras[self.photo_digests.index(photo_digest)]

    def landmark(self, name: str) -> FloatArray:
        """Return one landmark, (3,) mm."""
        return np.asarray(self.landmarks_mm[LANDMARK_NAMES.index(name)])
