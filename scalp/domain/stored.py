"""A head as it is kept: with the skin of its client and with how surely each part of it is known. Files are `scalp.io`'s."""

from scalp.base import BadInput, Value, value
from scalp.domain.head import Head
from scalp.domain.skin import Skin


@value
class HeadPart(Value):
    """How surely one part of a scalp is known: `name` is hairline, crown, sides or back.

    `sd_mm` is one standard deviation of its place along the normal, `density_sd_fraction` that of a density on it, scale
    included; `seen_fraction` is how much of it lies open to one of the photos at least.
    """

    name: str
    sd_mm: float
    density_sd_fraction: float
    seen_fraction: float

    def check(self) -> None:
        """Refuse numbers that say nothing."""
        if not (self.sd_mm >= 0.0 and self.density_sd_fraction >= 0.0 and 0.0 <= self.seen_fraction <= 1.0):
            told = f"{self.sd_mm} mm, {self.density_sd_fraction}, {self.seen_fraction}"
            raise BadInput(f"part {self.name}", told, "doubts of 0 or more, a share of 0 to 1", "Judge the head again.")


@value
class HeadMeasures(Value):
    """What a tape and a caliper would read on a head. [Gordon2014]

    `circumference_mm` above the brows and round the back, `length_mm` from the glabella to the farthest point of the back,
    `breadth_mm` the greatest above the ears, `over_crown_mm` over the skin from the glabella to the inion.
    """

    circumference_mm: float
    length_mm: float
    breadth_mm: float
    over_crown_mm: float


@value
class StoredHead(Value):
    """What a head file holds: the head itself, the skin all its photos share, its parts and measures, where it is from."""

    head: Head
    skin: Skin | None = None
    parts: tuple[HeadPart, ...] = ()
    measures: HeadMeasures | None = None
    sources: tuple[str, ...] = ()
    """What the head was made from, in words: '5 photos', 'a film of 30 s', 'a scan'."""
