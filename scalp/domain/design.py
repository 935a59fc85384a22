"""What a person wishes and what is drawn: style, hairline, zones and the density of impressions on the scalp."""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, ByteArray, Doubt, FloatArray, Value, value
from scalp.domain.client import Sex
from scalp.domain.marks import KeepAway, ScalpMarks
from scalp.domain.pigment import Needle
from scalp.domain.rules import Objection

HairlineStyle = Literal[
    "natural",
    "soft",
    "straight",
    "rounded",
    "receded",
    "broken",
    "medium",
    "defined",
    "widows-peak",
    "faded",
    "afro",
    "female",
]
HAIRLINE_STYLES: tuple[HairlineStyle, ...] = get_args(HairlineStyle)
ANCHOR_NAMES = (
    "right_sideburn",
    "right_temporal_peak",
    "right_frontotemporal",
    "mid_frontal",
    "left_frontotemporal",
    "left_temporal_peak",
    "left_sideburn",
)
"""The points a hairline runs through, from the client's right to the left; the sideburns are its lower ends, however far down."""
NORWOOD_STAGES = ("1", "2", "3", "3a", "3v", "4", "4a", "5", "5a", "6", "7")
"""From least to most loss. 1 has no bare part; in the variants a the front recedes as a whole and no bare crown lies behind it."""
LUDWIG_STAGES = ("1", "2", "3")
ZONE_NAMES = (
    "outside",
    "frontal edge",
    "temples",
    "mid-scalp",
    "crown",
    "side blend",
    "forelock",
    "scar",
    "patch",
    "existing hair",
)
"""What `Design.zone_index` counts into; "side blend" is that of sides and back, "existing hair" is worked between hairs."""
LONGEST_NOTE = 2_000
MOST_MOVES, MOST_DRAWN_POINTS = 200, 3_000
"""What one edit may hold: far more than a hand makes."""


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
    sex: Sex | None = None
    ludwig: str | None = None
    """Stage of a woman's loss that is treated, one of `LUDWIG_STAGES`; not together with `norwood`."""
    irregularity_fraction: float = 1.0
    """How ragged the line is against its style: 0 even, 1 as the style, at most 2."""
    asymmetry_mm: float = 2.0
    """By how much the two sides may differ, 0 to 2 mm. (C, smp 2.2)"""
    transition_mm: float | None = None
    """Depth behind the edge over which density rises to the full level, 1 to 25 mm; None as the style."""
    temple_closure_fraction: float | None = None
    """0 leaves the temples open, 1 draws them down to the sideburn; None as the style."""
    side_blend_mm: float | None = None
    """Over how far the treatment fades into the hair of sides and back, 10 to 60 mm; None 30."""
    crease_mm: float | None = None
    """Where the highest crease of the forehead lies with brows raised, over the skin above the glabella; None where not told."""
    forelock_mm: float | None = None
    """Where the remaining forelock begins, over the skin above the glabella; None where none is left or not told."""
    note: str = ""
    """The client's own words for the practitioner, at most `LONGEST_NOTE` characters."""

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
        if self.ludwig is not None and (self.ludwig not in LUDWIG_STAGES or self.norwood is not None):
            raise BadInput("ludwig", self.ludwig, f"{', '.join(LUDWIG_STAGES)}, without norwood", "Choose the stage that looks most alike.")
        if self.sex not in (None, "female", "male"):
            raise BadInput("sex", self.sex, "female, male, or nothing", "Leave it out where it does not fit.")
        for name, asked, (low, high) in (
            ("irregularity", self.irregularity_fraction, (0.0, 2.0)),
            ("asymmetry-mm", self.asymmetry_mm, (0.0, 2.0)),
            ("transition-mm", self.transition_mm, (1.0, 25.0)),
            ("temple-closure", self.temple_closure_fraction, (0.0, 1.0)),
            ("side-blend-mm", self.side_blend_mm, (10.0, 60.0)),
            ("crease-mm", self.crease_mm, (10.0, 120.0)),
            ("forelock-mm", self.forelock_mm, (20.0, 160.0)),
        ):
            if asked is not None and not low <= asked <= high:
                raise BadInput(name, asked, f"{low:g} to {high:g}", "Leave it out where it is not known.")
        if len(self.note) > LONGEST_NOTE:
            raise BadInput(
                "note", f"{len(self.note):,} characters long", f"at most {LONGEST_NOTE:,} characters", "Shorten it to what matters."
            )


@value
class Hairline(Value):
    """The edge of the treatment over the forehead, a curve on the skin.

    `points_mm` (N, 3) lie on the surface, from the client's right ear side over the middle to the left. `height_mm` is
    what the middle of it really has, glabella to edge over the skin.
    """

    style: HairlineStyle
    points_mm: FloatArray
    height_mm: float
    anchors_mm: FloatArray | None = None
    """(7, 3), in the order of `ANCHOR_NAMES`, on the skin; None where a line was given without them."""
    absent_anchors: tuple[str, ...] = ()
    """Anchors that the line does not reach: their rows of `anchors_mm` are only where it ends, and no paper names them."""

    def check(self) -> None:
        """Refuse anchors that are not seven places, and absent ones that are none."""
        if unknown := set(self.absent_anchors) - set(ANCHOR_NAMES):
            raise BadInput("absent_anchors", ", ".join(sorted(unknown)), ", ".join(ANCHOR_NAMES), "Choose of these.")
        if self.anchors_mm is not None and (self.anchors_mm.shape != (len(ANCHOR_NAMES), 3) or not np.isfinite(self.anchors_mm).all()):
            raise BadInput("anchors_mm", self.anchors_mm.shape, f"finite ({len(ANCHOR_NAMES)}, 3)", "Give every anchor.")

    @property
    def anchor_names(self) -> tuple[str, ...]:
        """Return the anchors that this line has, from the client's right to the left."""
        return () if self.anchors_mm is None else tuple(name for name in ANCHOR_NAMES if name not in self.absent_anchors)

    def anchor_mm(self, name: str) -> FloatArray:
        """Return one anchor, (3,) mm."""
        if name not in self.anchor_names or self.anchors_mm is None:
            allowed = ", ".join(self.anchor_names or ANCHOR_NAMES)
            raise BadInput("anchor", name, allowed, "Choose one of these, on a line that has anchors.")
        return np.asarray(self.anchors_mm[ANCHOR_NAMES.index(name)])


@value
class AnchorMove(Value):
    """One anchor of a hairline moved over the skin: to the client's left and upwards (backwards on top), mm.

    Left goes round the head: at the temples it is forwards on the client's right and backwards on the left.
    """

    anchor: str
    left_mm: float = 0.0
    up_mm: float = 0.0

    def check(self) -> None:
        """Refuse anchors that are none and moves across the head."""
        if self.anchor not in ANCHOR_NAMES:
            raise BadInput("anchor", self.anchor, ", ".join(ANCHOR_NAMES), "Choose one of these.")
        if not (abs(self.left_mm) <= 60.0 and abs(self.up_mm) <= 60.0):  # also refuses what is not a number
            raise BadInput("move", f"{self.left_mm:g}, {self.up_mm:g} mm", "up to 60 mm each way", "Move it less.")


@value
class HairlineEdit(Value):
    """What a person changed of a proposed hairline on one head: anchors moved, or a whole line drawn by hand.

    `drawn_mm` (N, 3) runs from the client's right to the left, near the skin of the head it names; None where only
    anchors were moved. It is kept as it was drawn; `waver` adds the raggedness of the style. Moves of one anchor add up
    and are made after the drawing, all at once: their order does not matter.
    """

    head_digest: str
    moves: tuple[AnchorMove, ...] = ()
    drawn_mm: FloatArray | None = None
    waver: bool = False

    def check(self) -> None:
        """Refuse what is no curve, and more than a person draws."""
        if len(self.moves) > MOST_MOVES:
            raise BadInput("moves", f"{len(self.moves):,}", f"at most {MOST_MOVES}", "Add up the moves of each anchor.")
        if self.drawn_mm is None:
            return
        shape = self.drawn_mm.shape
        if len(shape) != 2 or shape[1] != 3 or not 2 <= shape[0] <= MOST_DRAWN_POINTS:
            raise BadInput(
                "drawn line", f"of shape {shape}", f"2 to {MOST_DRAWN_POINTS:,} points of 3 mm", "A point each millimetre is enough."
            )
        if not np.isfinite(self.drawn_mm).all():
            raise BadInput("drawn line", "not a number somewhere", "finite numbers in mm", "Draw the line again.")


@value
class ZoneWish(Value):
    """What is asked of one zone otherwise than of the whole: None leaves what the design or plan would take.

    `shade_ratio` is ml of water for 1 ml of pigment: more is lighter.
    """

    zone: str
    density_per_cm2: float | None = None
    needle: Needle | None = None
    shade_ratio: float | None = None

    def check(self) -> None:
        """Refuse zones that are none and densities nobody tattoos."""
        if self.zone not in ZONE_NAMES[1:]:
            raise BadInput("zone", self.zone, ", ".join(ZONE_NAMES[1:]), "Choose one of these.")
        if self.density_per_cm2 is not None and not 0.0 <= self.density_per_cm2 <= 200.0:
            raise BadInput("zone density", self.density_per_cm2, "0 to 200 impressions per cm2", "60 to 150 is usual.")
        if self.shade_ratio is not None and not 0.0 <= self.shade_ratio <= 60.0:
            raise BadInput("zone shade", self.shade_ratio, "0 to 60 ml of water for 1 ml of pigment", "8 to 40 are usual.")


@value
class Zone(Value):
    """One zone of a design as numbers: its area on the skin, what lies there after the last session, how it is worked.

    `mean_per_cm2` is the count over the area. `needle` and `shade_ratio` are None where the plan's own are taken;
    `keep_away_count` counts the places in it that stay free.
    """

    name: str
    area_cm2: float
    impressions_count: int
    mean_per_cm2: float
    needle: Needle | None = None
    shade_ratio: float | None = None
    keep_away_count: int = 0


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
    zones: tuple[Zone, ...] = ()
    """Those in which something is placed, in the order of `ZONE_NAMES`."""
    keep_away: tuple[KeepAway, ...] = ()
    """Places that stay free of impressions."""
    objections: tuple[Objection, ...] = ()
    """The rules that this design breaks, the gravest first."""
    edit: HairlineEdit | None = None
    marks: ScalpMarks | None = None

    def check(self) -> None:
        """Refuse densities that are not densities."""
        if not self.density_per_cm2.size or not np.isfinite(self.density_per_cm2).all() or self.density_per_cm2.min() < 0:
            raise BadInput("density_per_cm2", "empty, negative or not a number", "0 to 200", "Correct the density.")
        if self.zone_index.shape != self.density_per_cm2.shape:
            raise BadInput("zone_index", self.zone_index.shape, "one for each vertex", "Give one for each vertex.")
        if self.zone_index.size and self.zone_index.max() >= len(ZONE_NAMES):
            raise BadInput("zone_index", int(self.zone_index.max()), f"0 to {len(ZONE_NAMES) - 1}", "Design anew.")

    @property
    def worked_zone_index(self) -> ByteArray:
        """Return the zone (V,) that each place is worked as: mid-scalp where something is placed but no zone is named."""
        unnamed = (self.zone_index == 0) & (self.density_per_cm2 > 0.0)
        return np.where(unnamed, np.uint8(ZONE_NAMES.index("mid-scalp")), self.zone_index)
