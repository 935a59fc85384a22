"""Native hair: what a client's own hair is like, how it is worn, and single hairs that stand on a head, as columns.

What lives here: numbers and places. Growing, greying and losing hair is `scalp.ageing`'s, its light `scalp.skin`'s.
"""

from typing import Literal, get_args

import numpy as np

from scalp.base import BadInput, BoolArray, Float32Array, FloatArray, IntArray, Value, value

HairGroup = Literal["african", "european", "asian"]
HAIR_GROUPS: tuple[HairGroup, ...] = get_args(HairGroup)
LONGEST_STUBBLE_DAYS = 60.0
STUBBLE_DAYS_ALLOWED = "0 to 60 days after a shave"
LONGER_REMEDY = "Hair that has grown longer is no stubble: use a photo of the real hair."


@value
class NativeHair(Value):
    """The hair of one client where it grows at full density. The defaults lie between the groups that were measured.

    Growth and density by group are measured [Loussouarn2005; Birnbaum2017]; the rest is graded beside each number.
    """

    growth_mm_per_day: float = 0.35
    """0.28 African, 0.37 European, 0.41 Asian, each +-0.05. (A)"""
    growing_fraction: float = 0.88
    """Hairs in the growing phase; the others keep the length of the last shave. (B, textbooks 85 to 90 %)"""
    density_per_cm2: float = 190.0
    """Hairs, not follicular units: 150 African, 220 European, 143 to 175 Asian. (A)"""
    hairs_per_unit_ratio: float = 2.0
    """Mean hairs of one follicular unit, 1.9 to 2.5. (A-B, smp 1.6)"""
    shaft_diameter_mm: float = 0.070
    """0.06 to 0.08; measured 0.058 to 0.061 in women, 0.067 to 0.12 by practitioners. (A-C, smp 1.1 and 1.6)"""
    shaft_cv_fraction: float = 0.18
    """Standard deviation of the diameter from hair to hair over its mean. (E)"""
    lean_deg: tuple[float, float] = (15.0, 50.0)
    """Between which angles to the skin hairs leave it. (B-E)"""
    melanin_fraction: float = 0.35
    """Melanin of the coloured hairs against black hair, 1: dark brown 0.35, brown 0.16, blond 0.04. (D, after [DEon2011])"""
    grey_fraction: float = 0.0
    """Hairs without any melanin among all."""

    def check(self) -> None:
        """Refuse hair that nobody has."""
        for name, number, (low, high), remedy in (
            ("growth_mm_per_day", self.growth_mm_per_day, (0.1, 0.7), "0.28 to 0.41 is usual."),
            ("growing_fraction", self.growing_fraction, (0.3, 1.0), "0.85 to 0.9 is usual."),
            ("hair density_per_cm2", self.density_per_cm2, (1.0, 400.0), "140 to 230 is usual."),
            ("hairs_per_unit_ratio", self.hairs_per_unit_ratio, (1.0, 4.0), "2 is usual."),
            ("shaft_diameter_mm", self.shaft_diameter_mm, (0.02, 0.15), "0.06 to 0.08 is usual."),
            ("shaft_cv_fraction", self.shaft_cv_fraction, (0.0, 0.5), "0.18 is usual."),
            ("melanin_fraction", self.melanin_fraction, (0.0, 1.0), "0 is white, 1 black."),
            ("grey_fraction", self.grey_fraction, (0.0, 1.0), "0 is none, 1 all white."),
        ):
            if not low <= number <= high:
                raise BadInput(name, number, f"{low} to {high}", remedy)
        if not 1.0 <= self.lean_deg[0] <= self.lean_deg[1] <= 90.0:
            raise BadInput("lean_deg", self.lean_deg, "1 to 90 degrees, the lower first", "15 to 50 is usual.")


def hair_of_group(group: HairGroup) -> NativeHair:
    """Return the hair that was measured for a group of people, dark as it most often is there. [Loussouarn2005; Birnbaum2017]

    >>> hair_of_group("asian").growth_mm_per_day
    0.411
    """
    if group == "african":
        return NativeHair(growth_mm_per_day=0.280, density_per_cm2=154.0, shaft_diameter_mm=0.068, melanin_fraction=1.0)
    if group == "european":
        return NativeHair(growth_mm_per_day=0.367, density_per_cm2=222.0, shaft_diameter_mm=0.066, melanin_fraction=0.3)
    if group == "asian":
        return NativeHair(
            growth_mm_per_day=0.411, density_per_cm2=143.0, hairs_per_unit_ratio=1.93, shaft_diameter_mm=0.080, melanin_fraction=1.0
        )
    raise BadInput("hair group", group, ", ".join(HAIR_GROUPS), "Choose one of these, or give the numbers of the hair itself.")


@value
class Stubble(Value):
    """How the native hair around a treatment is worn: what it is like and how long ago it was shaved.

    `later_norwood` is the stage of loss it will have reached at the late moments of a course, None where it stays.
    """

    hair: NativeHair
    days: float = 1.0
    later_norwood: str | None = None

    def check(self) -> None:
        """Refuse days that are no stubble's."""
        check_stubble_days(self.days)


def check_stubble_days(days: float) -> None:
    """Refuse days since the last shave that stubble cannot have."""
    if not np.isfinite(days) or days < 0:
        raise BadInput("stubble days", days, STUBBLE_DAYS_ALLOWED, "0 is freshly shaved, 1 the next day.")
    if days > LONGEST_STUBBLE_DAYS:
        raise BadInput("stubble days", days, STUBBLE_DAYS_ALLOWED, LONGER_REMEDY)


@value
class Hairs(Value):
    """Single native hairs on the surface of the head they name, as columns (N,).

    `face_index` and `barycentric` (N, 3) are where each leaves the skin, `directions` (N, 3) the unit vector along which
    it does; `length_mm` stands above the skin. `melanin_fraction` is 0 in a white hair and 1 in a black one.
    `growth_ratio` is its growth over the mean (0 at rest); `grey_rank_fraction` and `loss_rank_fraction` in 0..1 say who
    turns grey and who is lost first, so that the same hairs do at every moment.
    """

    head_digest: str
    face_index: IntArray
    barycentric: FloatArray
    directions: FloatArray
    length_mm: Float32Array
    shaft_diameter_mm: Float32Array
    melanin_fraction: Float32Array
    growth_ratio: Float32Array
    grey_rank_fraction: Float32Array
    loss_rank_fraction: Float32Array

    def check(self) -> None:
        """Refuse columns that do not fit together."""
        count = len(self.face_index)
        for name in _COLUMNS[3:]:
            column = getattr(self, name)
            if column.shape != (count,) or not np.isfinite(column).all() or (count and column.min() < 0):
                raise BadInput(name, column.shape, f"{count} finite values of 0 or more", "Give one for each hair.")
        if self.barycentric.shape != (count, 3) or self.directions.shape != (count, 3):
            raise BadInput("barycentric and directions", self.barycentric.shape, f"({count}, 3)", "Give one for each hair.")

    def __len__(self) -> int:
        """Count the hairs."""
        return len(self.face_index)

    def where(self, kept: BoolArray | IntArray) -> "Hairs":
        """Return the hairs a boolean or index array picks."""
        return Hairs(head_digest=self.head_digest, **{name: getattr(self, name)[kept] for name in _COLUMNS})

    def changed(self, **columns: Float32Array) -> "Hairs":
        """Return the same hairs with some columns new."""
        return Hairs(head_digest=self.head_digest, **{name: columns.get(name, getattr(self, name)) for name in _COLUMNS})

    def points_mm(self, vertices_mm: FloatArray, faces: IntArray) -> FloatArray:
        """Return where they leave the skin, (N, 3) mm."""
        return np.asarray(np.einsum("nk,nkd->nd", self.barycentric, vertices_mm[faces[self.face_index]]))


_COLUMNS = (
    "face_index",
    "barycentric",
    "directions",
    "length_mm",
    "shaft_diameter_mm",
    "melanin_fraction",
    "growth_ratio",
    "grey_rank_fraction",
    "loss_rank_fraction",
)
