"""What is kept of a treatment once the pictures are made: enough to carry on from, and no face beyond what is needed.

The surface of the head and the photo are not in it; files are `scalp.io`'s.
"""

import numpy as np

from scalp.base import BadInput, Doubt, FloatArray, Value, value
from scalp.domain.camera import Camera
from scalp.domain.design import Hairline, Wishes
from scalp.domain.fading import Fading
from scalp.domain.hair import Stubble
from scalp.domain.head import LANDMARK_NAMES
from scalp.domain.look import Moment
from scalp.domain.plan import Plan
from scalp.domain.skin import Skin


@value
class HeadRecord(Value):
    """What is kept of a head: its name, its cameras, eight landmarks in the order of `landmark_names`, and its scale."""

    head_digest: str
    photo_digests: tuple[str, ...]
    cameras: tuple[Camera, ...]
    landmarks_mm: FloatArray
    scale_sd_fraction: float
    landmark_names: tuple[str, ...] = LANDMARK_NAMES

    def check(self) -> None:
        """Refuse a record whose parts do not fit together."""
        if self.landmarks_mm.shape != (len(self.landmark_names), 3) or not np.isfinite(self.landmarks_mm).all():
            raise BadInput("landmarks_mm", self.landmarks_mm.shape, f"finite ({len(self.landmark_names)}, 3)", "Give every landmark.")


@value
class DesignRecord(Value):
    """What is kept of a design: its name, what was wished, the hairline drawn and the area treated."""

    design_digest: str
    wishes: Wishes
    hairline: Hairline
    area_cm2: float


@value
class LookRecord(Value):
    """One picture that was written: its moment and its file name."""

    moment: Moment
    picture: str


@value
class TreatmentRecord(Value):
    """One treatment as data: head, design, plan, skin, how many impressions of which digest, the looks, every doubt once.

    `fading` holds what was told of the client's sun, skin and scars, `stubble` how the own hair was to be worn.
    """

    head: HeadRecord
    design: DesignRecord
    plan: Plan
    skin: Skin
    impressions_count: int
    impressions_digest: str
    looks: tuple[LookRecord, ...]
    doubts: tuple[Doubt, ...] = ()
    fading: Fading = Fading()
    stubble: Stubble | None = None
