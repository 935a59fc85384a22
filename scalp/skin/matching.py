"""The shade: how far pigment is thinned so that the healed field is as much darker than the skin as a shaved head is."""

import dataclasses

import numpy as np

from scalp.base import BadInput, Value, value
from scalp.colour.srgb import lab_from_linear
from scalp.domain.hair import check_stubble_days
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.skin.spread import field_transmittance, point_spread
from scalp.skin.tone import reflectance

BISECTIONS_COUNT = 24


@value
class ShadeRules(Value):
    """What a healed field should look like from across a table."""

    darker_fraction: float = 0.09
    """L* of the healed field below that of the bare skin, as a part of the skin's own L*: 6 on light skin; more than impressions can give on dark.
    That is what a day's dark stubble, covering 6 to 7 %, does to a shaved head. (D-E, smp 1.1 and 1.12)"""
    surviving_fraction: float = 0.9
    """Part of the impressions that stay after healing. (D, smp 1.8)"""
    strongest_dilution_ratio: float = 8.0
    """ml of water for 1 ml of stock; less makes every mark a black spot. (C, smp 1.11)"""
    weakest_dilution_ratio: float = 40.0
    """More leaves nothing to see. (C, smp 1.11)"""
    sparsest_per_cm2: float = 60.0
    """With fewer, single marks show and no tone. (D, smp 1.4)"""
    densest_per_cm2: float = 150.0
    """What is usual at mid-scalp; nothing is made denser than this only to be darker. (D, smp 1.4)"""
    shaved_days: float = 0.5
    """How long ago the sides were shaved that are matched: the mean of somebody who shaves every day. (D, smp 1.6)"""
    noticed_lightness: float = 0.5
    """L* that a reached tone may miss before it is said. (E)"""

    def check(self) -> None:
        """Refuse shades that are none."""
        if not 0.01 <= self.darker_fraction <= 0.5:
            raise BadInput("darker_fraction", self.darker_fraction, "0.01 to 0.5", "0.09 looks like a shaved head.")
        if not 0.0 <= self.strongest_dilution_ratio < self.weakest_dilution_ratio <= 60.0:
            raise BadInput("dilution", self.strongest_dilution_ratio, "0 to 60, strongest first", "8 to 40 are usual.")
        if not 1.0 <= self.sparsest_per_cm2 <= self.densest_per_cm2 <= 200.0:
            raise BadInput("density", f"{self.sparsest_per_cm2:g} to {self.densest_per_cm2:g}", "1 to 200 per cm2", "60 to 150 is usual.")
        check_stubble_days(self.shaved_days)


def match_pigment(skin: Skin, pigment: Pigment, needle: Needle, density_per_cm2: float, rules: ShadeRules | None = None) -> Pigment:
    """Return the pigment thinned so that an even healed field of it has the shade of a shaved head on this skin.

    Light skin asks for thin pigment, dark skin for stronger; where no dilution within the rules reaches the shade, the
    nearest is taken. One shade for the whole head; practitioners vary it by zone, which is left out.
    """
    rules = rules or ShadeRules()
    bare = reflectance(skin)
    lightness = float(lab_from_linear(bare)[0])
    wanted = lightness * (1.0 - rules.darker_fraction)
    strong, weak = np.log([rules.strongest_dilution_ratio + 1.0, rules.weakest_dilution_ratio + 1.0])
    for _ in range(BISECTIONS_COUNT):
        middle = (strong + weak) / 2
        mixed = dataclasses.replace(pigment, dilution_ratio=float(np.exp(middle) - 1.0))
        spread = point_spread(skin, needle.deposit_diameter_mm, needle.top_depth_mm, needle.bottom_depth_mm, mixed.deposit_mg_per_ml)
        healed = float(lab_from_linear(bare * field_transmittance(skin, spread, rules.surviving_fraction * density_per_cm2))[0])
        strong, weak = (middle, weak) if healed < wanted else (strong, middle)
    return dataclasses.replace(pigment, dilution_ratio=round(float(np.exp((strong + weak) / 2) - 1.0), 1))
