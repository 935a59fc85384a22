"""What is seen of a head in one photo, in image px: a face, points named by hand, the outline, which pixels are scalp.

A sighting carries no millimetres; `capture` turns sightings into a `Head`.
"""

from typing import Literal

import numpy as np

from scalp.base import BadInput, ByteArray, FloatArray, Value, value
from scalp.domain.photo import Photo

POINT_NAMES: dict[str, str] = {
    "glabella": "the most forward point between the brows",
    "sellion": "the deepest point of the root of the nose, between the eyes",
    "nose_tip": "the most forward point of the nose",
    "subnasale": "where the nose meets the upper lip",
    "menton": "the lowest point of the chin",
    "left_outer_canthus": "the outer corner of the client's left eye",
    "right_outer_canthus": "the outer corner of the client's right eye",
    "left_inner_canthus": "the inner corner of the client's left eye",
    "right_inner_canthus": "the inner corner of the client's right eye",
    "left_cheilion": "the client's left corner of the mouth",
    "right_cheilion": "the client's right corner of the mouth",
    "left_tragion": "the notch above the little flap before the client's left ear hole",
    "right_tragion": "the notch above the little flap before the client's right ear hole",
    "left_ear_top": "where the client's left ear joins the head at its top",
    "right_ear_top": "where the client's right ear joins the head at its top",
    "vertex": "the highest point of the head",
    "inion": "the bump at the back of the head, above the neck",
}
"""Every point that can be named by hand. Left and right are the client's."""


@value
class MarkedPoints(Value):
    """Points a person named in a photo: `points_px` (N, 2), each name one of `POINT_NAMES`."""

    names: tuple[str, ...]
    points_px: FloatArray

    def check(self) -> None:
        """Refuse names that are unknown or given twice."""
        unknown = [name for name in self.names if name not in POINT_NAMES]
        if unknown or len(set(self.names)) != len(self.names):
            raise BadInput("point names", ", ".join(unknown) or "given twice", ", ".join(POINT_NAMES), "Name each point once.")
        if self.points_px.shape != (len(self.names), 2) or not np.isfinite(self.points_px).all():
            raise BadInput("points_px", self.points_px.shape, "an x and a y in px for each name", "Mark the points again.")


@value
class FaceSighting(Value):
    """One face found in a photo by the face mesh.

    `box_px` is (left, top, right, bottom); `mesh_px` (468, 2) are the mesh points of MediaPipe's numbering;
    `iris_px` is (2, 3) centre x, y and diameter of the client's right and left iris, NaN where not measurable.
    """

    box_px: tuple[float, float, float, float]
    score_fraction: float
    mesh_px: FloatArray
    iris_px: FloatArray


@value
class Outline(Value):
    """The silhouette of the bare head above the ears: `points_px` (N, 2), with the doubt of each across it in px.

    `hair_fraction` is how much of the silhouette is hair and therefore not among the points; `hair_points_px` (M, 2)
    are the points of that part: the scalp lies somewhere inside of them.
    """

    points_px: FloatArray
    sd_px: float
    hair_fraction: float = 0.0
    hair_points_px: FloatArray | None = None


@value
class Sighting(Value):
    """All that was seen of one head in one photo; None where nothing was."""

    photo: Photo
    face: FaceSighting | None = None
    points: MarkedPoints | None = None
    outline: Outline | None = None


@value
class Regions(Value):
    """What each pixel of a photo shows. Each is (rows, cols) uint8, 0..255 for a fraction 0..1.

    `skin` is bare scalp or forehead skin that an impression would be seen on; `hair` is head hair that hides the skin
    (between hairs both are partly so); `head` is the whole person's head against the background. Glasses, hands, hats
    and background are in none of skin and hair.
    """

    head: ByteArray
    skin: ByteArray
    hair: ByteArray

    def check(self) -> None:
        """Refuse masks that are not of one picture."""
        for name in ("head", "skin", "hair"):
            mask = getattr(self, name)
            if mask.ndim != 2 or mask.shape != self.head.shape or mask.dtype != np.uint8:
                allowed = f"{self.head.shape} uint8, all three alike"
                raise BadInput(f"mask {name}", f"{mask.shape} {mask.dtype}", allowed, "Make the masks for one photo, 0 to 255.")


FindingKind = Literal[
    "face", "pose", "framing", "sharpness", "light", "resolution", "hair", "screen", "cover", "distance", "proportions", "sides", "person"
]
"""What is looked at in one photo; `sides` and `person` in several together."""
Verdict = Literal["good", "usable", "bad"]


@value
class Finding(Value):
    """One thing that was looked at to tell whether a photo will do, in words a client understands."""

    kind: FindingKind
    verdict: Verdict
    size: str
    """What was measured, with its unit: 'turned 31 degrees to the left'."""
    advice: str
    """What to do better, one sentence; empty where nothing is."""
