"""What a person says lies on a scalp and a design must mind: places to keep free, scars, bald patches, hair to work between.

All in the head frame, mm. What photos show by themselves is `survey`'s; how a design treats these is `scalp.designing`'s.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, FloatArray, Value, value
from scalp.domain.survey import AVOID_KINDS, AvoidKind

ScarKind = Literal["fut", "fue", "injury"]
SCAR_KINDS: tuple[ScarKind, ...] = get_args(ScarKind)
"""The line of a strip harvest, the white dots of single grafts, any other."""
SCAR_KIND_WORDS: dict[ScarKind, str] = {"fut": "strip scar", "fue": "scars of single grafts", "injury": "injury"}
"""Each kind as a client knows it."""
ScarRelief = Literal["flat", "raised", "depressed"]
SCAR_RELIEFS: tuple[ScarRelief, ...] = get_args(ScarRelief)
WIDEST_SCAR_MM = 60.0
MOST_PLACES_COUNT = 5_000
DENSEST_PER_CM2 = 200.0
"""What practice does not exceed. (D, smp 1.4)"""


@value
class KeepAway(Value):
    """A place of the scalp that stays free of impressions: its middle (3,) on the skin and its radius."""

    kind: AvoidKind
    place_mm: FloatArray
    radius_mm: float

    def check(self) -> None:
        """Refuse places that are none."""
        if self.kind not in AVOID_KINDS:
            raise BadInput("keep-away kind", self.kind, ", ".join(AVOID_KINDS), "Choose one of these.")
        if self.place_mm.shape != (3,) or not np.isfinite(self.place_mm).all():
            raise BadInput("keep-away place", self.place_mm.shape, "x, y and z in mm", "Name the place again.")
        if not 0.0 < self.radius_mm <= 60.0:
            raise BadInput("keep-away radius_mm", self.radius_mm, "above 0 to 60 mm", "Give its radius in mm.")


@value
class Scar(Value):
    """A scar to be hidden. `path_mm` (N, 3): the line along a FUT scar or an injury, the middles of the dots of FUE.

    `width_mm` is that of the line or of one dot. `months` is its age, None where nobody knows.
    """

    kind: ScarKind
    path_mm: FloatArray
    width_mm: float
    months: float | None = None
    relief: ScarRelief = "flat"

    def check(self) -> None:
        """Refuse scars that are none."""
        if self.kind not in SCAR_KINDS or self.relief not in SCAR_RELIEFS:
            raise BadInput("scar", f"{self.kind}, {self.relief}", f"{', '.join(SCAR_KINDS)}; {', '.join(SCAR_RELIEFS)}", "Choose of these.")
        _check_places("scar path_mm", self.path_mm)
        if not 0.0 < self.width_mm <= WIDEST_SCAR_MM:
            raise BadInput("scar width_mm", self.width_mm, f"above 0 to {WIDEST_SCAR_MM:g} mm", "Measure it across.")
        if self.months is not None and not 0.0 <= self.months <= 1200.0:
            raise BadInput("scar months", self.months, "0 to 1,200, or nothing", "Give its age in months.")


@value
class Patch(Value):
    """A bald patch of alopecia areata: its outline (N, 3) on the skin, and whether it has been still for a year.

    `stable` is None where nobody knows.
    """

    outline_mm: FloatArray
    stable: bool | None = None

    def check(self) -> None:
        """Refuse outlines that enclose nothing."""
        _check_places("patch outline_mm", self.outline_mm)
        if len(self.outline_mm) < 3:
            raise BadInput("patch outline_mm", len(self.outline_mm), "3 places or more", "Go round the patch.")


@value
class ScalpMarks(Value):
    """All that was said of one scalp: places to keep free, scars and patches of the head it names.

    `hair_fraction` is how much of full density native hair has where it grows and is worked between, None where the
    treated part is bare; `parting` is the side on which a woman parts her hair.
    """

    head_digest: str
    keep_away: tuple[KeepAway, ...] = ()
    scars: tuple[Scar, ...] = ()
    patches: tuple[Patch, ...] = ()
    hair_fraction: float | None = None
    parting: Literal["left", "middle", "right"] | None = None

    def check(self) -> None:
        """Refuse more places than a scalp has room for, and shares that are none."""
        if len(self.keep_away) > MOST_PLACES_COUNT:
            raise BadInput("keep-away places", len(self.keep_away), f"at most {MOST_PLACES_COUNT:,}", "Join neighbours.")
        if self.hair_fraction is not None and not 0.0 <= self.hair_fraction <= 1.0:
            raise BadInput("hair_fraction", self.hair_fraction, "0 to 1", "0 is bare, 1 full native density.")


@value
class DensityMap(Value):
    """Densities that a person drew on one head, (V,) impressions per cm2 for each vertex after the last session."""

    head_digest: str
    density_per_cm2: FloatArray

    def check(self) -> None:
        """Refuse what nobody tattoos."""
        drawn = self.density_per_cm2
        if drawn.ndim != 1 or not drawn.size or not np.isfinite(drawn).all():
            raise BadInput(
                "density map", f"of shape {drawn.shape}, or not a number somewhere", "a number for each vertex", "Draw it again."
            )
        if drawn.min() < 0.0 or drawn.max() > DENSEST_PER_CM2:
            said = f"{drawn.min():g} to {drawn.max():g} per cm2"
            raise BadInput("density map", said, f"0 to {DENSEST_PER_CM2:g} per cm2", "100 to 150 is usual, 200 the most.")


def _check_places(name: str, places_mm: FloatArray) -> None:
    """Refuse what is not a few places of a head."""
    if places_mm.ndim != 2 or places_mm.shape[1] != 3 or not 1 <= len(places_mm) <= MOST_PLACES_COUNT or not np.isfinite(places_mm).all():
        raise BadInput(name, places_mm.shape, f"1 to {MOST_PLACES_COUNT:,} rows of x, y, z in mm", "Mark it again.")
