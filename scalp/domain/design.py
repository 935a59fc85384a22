"""What a person wishes and what is drawn: style, hairline, zones and the density of impressions on the scalp."""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, ByteArray, Doubt, FloatArray, Value, value

HairlineStyle = Literal["natural", "soft", "straight", "rounded", "receded"]
HAIRLINE_STYLES: tuple[HairlineStyle, ...] = get_args(HairlineStyle)
NORWOOD_STAGES = ("2", "3", "3v", "4", "5", "6", "7")
ZONE_NAMES = ("outside", "frontal edge", "temples", "mid-scalp", "crown", "side blend")
"""What `Design.zone_index` counts into."""


@value
class Wishes(Value):
    """What the client asks for; None where the anatomy shall decide.

    `height_mm` is the distance over the skin from the glabella to the middle of the hairline. `norwood` is the stage
    of loss that is treated, one of `NORWOOD_STAGES`. `age_years` only moves the default height.
    """

    style: HairlineStyle = "natural"
    height_mm: float | None = None
    norwood: str | None = None
    age_years: float | None = None
    peak_density_per_cm2: float = 130.0
    """Impressions per cm2 at mid-scalp after the last session. 100-150, cap 200. (D, smp 1.4)"""
    seed: int = 1

    def check(self) -> None:
        """Refuse wishes nobody should tattoo, and words that are not styles."""
        if self.style not in HAIRLINE_STYLES:
            raise BadInput("style", self.style, ", ".join(HAIRLINE_STYLES), "Choose one of these.")
        if self.height_mm is not None and not 40.0 <= self.height_mm <= 130.0:
            raise BadInput("height-mm", self.height_mm, "40 to 130 mm from the glabella", "Natural hairlines lie at 58 to 80 mm.")
        if self.norwood is not None and self.norwood not in NORWOOD_STAGES:
            raise BadInput("norwood", self.norwood, ", ".join(NORWOOD_STAGES), "Choose the stage that looks most like the head.")
        if self.age_years is not None and not 18 <= self.age_years <= 110:
            raise BadInput("age", self.age_years, "18 to 110 years", "Minors are not treated.")
        if not 20.0 <= self.peak_density_per_cm2 <= 200.0:
            raise BadInput("density", self.peak_density_per_cm2, "20 to 200 impressions per cm2", "100 to 150 is usual.")


@value
class Hairline(Value):
    """The edge of the treatment over the forehead, a curve on the skin.

    `points_mm` (N, 3) lie on the surface, from the client's right ear side over the middle to the left. `height_mm` is
    what the middle of it really has, glabella to edge over the skin.
    """

    style: HairlineStyle
    points_mm: FloatArray
    height_mm: float


@value
class Design(Value):
    """Where and how densely one head is to be treated.

    `density_per_cm2` (V,) is what lies there after the last session, `zone_index` (V,) counts into `ZONE_NAMES`, both
    on the vertices of the head it names; zero and "outside" where nothing is placed.
    """

    head_digest: str
    wishes: Wishes
    hairline: Hairline
    density_per_cm2: FloatArray
    zone_index: ByteArray
    area_cm2: float
    """Area with at least a tenth of the peak density."""
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse densities that are not densities."""
        if not self.density_per_cm2.size or not np.isfinite(self.density_per_cm2).all() or self.density_per_cm2.min() < 0:
            raise BadInput("density_per_cm2", "empty, negative or not a number", "0 to 200", "Correct the density.")
        if self.zone_index.shape != self.density_per_cm2.shape:
            raise BadInput("zone_index", self.zone_index.shape, "one for each vertex", "Give one for each vertex.")
