"""Impressions: thousands of deposits of pigment on one head, as columns."""

import numpy as np

from scalp.base import BadInput, ByteArray, Float32Array, FloatArray, IntArray, Value, WrongParent, value


@value
class Impressions(Value):
    """The deposits that lie in the skin, not what is seen of them: light in skin widens each.

    They sit on the surface of the head they name: `face_index` (N,) and `barycentric` (N, 3). Columns (N,):
    `deposit_diameter_mm`, `top_depth_mm`, `bottom_depth_mm`, `concentration_mg_per_ml` of carbon in the tissue,
    `session_number` from 1, `redness_fraction` of the fresh skin around (0 calm, 1 just treated). Order is the order
    of placing: every prefix is evenly spread.
    """

    head_digest: str
    plan_digest: str
    face_index: IntArray
    barycentric: FloatArray
    deposit_diameter_mm: Float32Array
    top_depth_mm: Float32Array
    bottom_depth_mm: Float32Array
    concentration_mg_per_ml: Float32Array
    session_number: ByteArray
    redness_fraction: Float32Array

    def check(self) -> None:
        """Refuse columns that do not fit together."""
        count = len(self.face_index)
        for name in _COLUMNS[2:]:
            column = getattr(self, name)
            if column.shape != (count,) or not np.isfinite(column).all() or (count and column.min() < 0):
                raise BadInput(name, column.shape, f"{count} finite values of 0 or more", "Give one for each impression.")
        if self.barycentric.shape != (count, 3):
            raise BadInput("barycentric", self.barycentric.shape, f"({count}, 3)", "Give one for each impression.")
        if not np.isfinite(self.barycentric).all() or (count and self.face_index.min() < 0):
            raise BadInput("place of an impression", "not on any face", "faces from 0 up, finite barycentric weights", "Place them again.")

    def __len__(self) -> int:
        """Count the impressions."""
        return len(self.face_index)

    def through_session(self, number: int) -> "Impressions":
        """Return only what sessions 1 to `number` have placed."""
        return self.where(self.session_number <= number)

    def where(self, kept: np.ndarray) -> "Impressions":
        """Return the impressions a boolean or index array picks."""
        columns = {name: getattr(self, name)[kept] for name in _COLUMNS}
        return Impressions(head_digest=self.head_digest, plan_digest=self.plan_digest, **columns)

    def followed_by(self, others: "Impressions") -> "Impressions":
        """Return these and then others of the same head, as one; the plan stays that of the first."""
        if others.head_digest != self.head_digest:
            raise WrongParent("impressions", "on another head", "those of the same head", "Place both on the same head.")
        columns = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in _COLUMNS}
        return Impressions(head_digest=self.head_digest, plan_digest=self.plan_digest, **columns)

    def check_on(self, faces: IntArray) -> None:
        """Refuse a surface that does not have the faces they lie on."""
        if len(self) and self.face_index.max() >= len(faces):
            raise WrongParent("impressions", "on faces this surface does not have", "those of this surface", "Use the head they lie on.")

    def points_mm(self, vertices_mm: FloatArray, faces: IntArray) -> FloatArray:
        """Return where they lie on their head's surface, (N, 3) mm."""
        self.check_on(faces)
        return np.asarray(np.einsum("nk,nkd->nd", self.barycentric, vertices_mm[faces[self.face_index]]))


_COLUMNS = (
    "face_index",
    "barycentric",
    "deposit_diameter_mm",
    "top_depth_mm",
    "bottom_depth_mm",
    "concentration_mg_per_ml",
    "session_number",
    "redness_fraction",
)
