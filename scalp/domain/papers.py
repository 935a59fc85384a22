"""What the papers of a treatment are made of: the plan, its pictures and maps, places to find with a tape, what people gave.

How papers look and in which language is `scalp.io`'s; measuring and gathering is `scalp.treatment`'s.
"""

import unicodedata
from datetime import date
from typing import Literal, get_args

from scalp.base import BadInput, Doubt, Value, WrongParent, value
from scalp.domain.booking import Booking
from scalp.domain.design import Design
from scalp.domain.fading import Fading
from scalp.domain.look import Moment
from scalp.domain.plan import Plan, Span
from scalp.domain.quote import Quote
from scalp.domain.screening import Aftercare, Screening
from scalp.domain.stored import HeadMeasures

MapSideName = Literal["front", "left", "right", "back", "top"]
MAP_SIDE_NAMES: tuple[MapSideName, ...] = get_args(MapSideName)
LONGEST_NAME = 120
_PICTURE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@value
class LookPicture(Value):
    """One simulated picture as the bytes of a JPEG or PNG, with its moment; session 0 is before any treatment.

    `side` says from where it is seen where it is no photo of the client.
    """

    moment: Moment
    content: bytes
    side: MapSideName | None = None

    def check(self) -> None:
        """Refuse bytes that are no picture."""
        _check_picture(self.content)


@value
class Simulation(Value):
    """What was simulated and is signed for: pictures, the impressions drawn in them by digest, the plan these follow.

    `fading` is what was told of the client's sun, skin and scars.
    """

    looks: tuple[LookPicture, ...]
    design_digest: str
    plan_digest: str
    impressions_digest: str
    fading: Fading | None = None
    doubts: tuple[Doubt, ...] = ()


@value
class MapPicture(Value):
    """One side of the treatment map as the bytes of a JPEG or PNG; session 0 is the whole design."""

    session_number: int
    side: MapSideName
    content: bytes

    def check(self) -> None:
        """Refuse bytes that are no picture."""
        _check_picture(self.content)
        if self.side not in MAP_SIDE_NAMES:
            raise BadInput("side of a map", self.side, ", ".join(MAP_SIDE_NAMES), "Choose one of these.")


@value
class TapedPlace(Value):
    """A place of the scalp that can be found again with a tape laid over the skin.

    Distances run over the skin from the glabella, and from the outer canthus and the tragion of the side it lies on;
    `aside_mm` is how far it lies from the middle of the head, to the client's left above 0.
    """

    name: str
    from_glabella_mm: float
    from_canthus_mm: float
    from_tragion_mm: float
    aside_mm: float
    radius_mm: float | None = None
    """Of a place to keep free."""


@value
class ToneForecast(Value):
    """How much of the healed tone is left after some years, as a fraction with its band."""

    years: float
    left_fraction: Span


@value
class PaperPeople(Value):
    """What people gave for a paper; anything not given is a line to fill in by hand."""

    clinic: str = ""
    address: str = ""
    practitioner: str = ""
    client: str = ""

    def check(self) -> None:
        """Refuse names that are no names."""
        for field, given in (("clinic", self.clinic), ("practitioner", self.practitioner), ("client name", self.client)):
            if len(given) > LONGEST_NAME:
                raise BadInput(field, f"{len(given):,} characters long", f"at most {LONGEST_NAME} characters", "Shorten it.")
        if len(self.address) > 3 * LONGEST_NAME:
            raise BadInput("address", f"{len(self.address):,} characters long", f"at most {3 * LONGEST_NAME} characters", "Shorten it.")
        if any(unicodedata.category(sign) == "Cs" for sign in self.clinic + self.address + self.practitioner + self.client):
            raise BadInput("a name", "damaged text", "whole characters", "Type it again.")


@value
class Papers(Value):
    """Everything the papers of one plan say, on the day they are printed.

    `anchors` are those of the hairline, `keep_away` the places to leave free, the largest first; `doubts` holds each of the
    chain once. Parts that nobody gave are left out of the papers or are lines to fill in.
    """

    plan: Plan
    design: Design
    day: date
    people: PaperPeople = PaperPeople()
    simulation: Simulation | None = None
    maps: tuple[MapPicture, ...] = ()
    anchors: tuple[TapedPlace, ...] = ()
    keep_away: tuple[TapedPlace, ...] = ()
    measures: HeadMeasures | None = None
    forecasts: tuple[ToneForecast, ...] = ()
    legend: tuple[tuple[str, tuple[int, int, int]], ...] = ()
    """The colour of each zone on the maps, sRGB."""
    quote: Quote | None = None
    booking: Booking | None = None
    aftercare: Aftercare | None = None
    screening: Screening | None = None
    doubts: tuple[Doubt, ...] = ()

    def check(self) -> None:
        """Refuse papers whose parts belong to different plans."""
        remedy = "Make it again from this plan."
        if self.plan.design_digest != self.design.digest:
            raise WrongParent("plan", "made for another design", "the plan of this design", remedy)
        for name, part in (("quote", self.quote), ("booking", self.booking)):
            if part is not None and part.plan_digest != self.plan.digest:
                raise WrongParent(name, "made for another plan", f"the {name} of this plan", remedy)
        if self.simulation is not None and self.simulation.design_digest != self.design.digest:
            raise WrongParent(
                "look", "a simulation of another design", "one of this design", "Simulate this design: smp look PHOTO --plan PLAN."
            )

    @property
    def looks(self) -> tuple[LookPicture, ...]:
        """Return the simulated pictures, none where nothing was simulated."""
        return self.simulation.looks if self.simulation else ()


def _check_picture(content: bytes) -> None:
    """Refuse bytes that are neither JPEG nor PNG."""
    if not content.startswith(_PICTURE_STARTS):
        raise BadInput("picture", "not a JPEG or PNG", "the bytes of a JPEG or PNG", "Write the picture again.")
