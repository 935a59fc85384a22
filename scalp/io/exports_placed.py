"""Impressions with what every export says of them beside their own columns: where they lie on the head, and in which zone."""

import numpy as np

from scalp.base import ByteArray, FloatArray, Value, WrongParent, value
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.impressions import Impressions
from scalp.geometry.meshes import vertex_normals

SPACE = "head: right-handed, origin between the tragi, +X to the client's left, +Y up, +Z forward"
NOTICE = "Planned impressions of scalp micropigmentation on one person's head. Keep it as you keep their photos."
SESSIONS_SRGB_U8 = ((31, 119, 180), (230, 97, 1), (51, 140, 60), (148, 60, 160))
"""Blue, orange, green, purple: told apart by eyes that mix up red and green by their lightness too."""


@value
class Placed(Value):
    """Impressions and, in their order, their places (N, 3), outward normals (N, 3) and zones (N,) into `ZONE_NAMES`."""

    impressions: Impressions
    places_mm: FloatArray
    normals: FloatArray
    zone_index: ByteArray


def place_exported(impressions: Impressions, head: Head, design: Design) -> Placed:
    """Return impressions with their places and zones; refuse those of another head."""
    for name, said in (("impressions", impressions.head_digest), ("design", design.head_digest)):
        if said != head.digest:
            raise WrongParent(name, "made for another head", "those of this head", "Place them again on this head.")
    surface = head.surface
    places_mm = impressions.points_mm(surface.vertices_mm, surface.faces)
    corners = surface.faces[impressions.face_index]
    normals = np.einsum("nk,nkd->nd", impressions.barycentric, vertex_normals(surface)[corners])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    nearest = corners[np.arange(len(corners)), impressions.barycentric.argmax(axis=1)]
    return Placed(
        impressions=impressions,
        places_mm=places_mm,
        normals=normals / np.where(lengths > 0, lengths, 1.0),
        zone_index=design.zone_index[nearest],
    )


def session_srgb_u8(number: int) -> tuple[int, int, int]:
    """Return the colour of a session, the same in every export."""
    return SESSIONS_SRGB_U8[(number - 1) % len(SESSIONS_SRGB_U8)]
