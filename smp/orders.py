"""What a person asked for on the command line, as the engine's nouns. Checked here, before any work begins."""

import dataclasses
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from scalp.ageing.years import temporary_fading
from scalp.base import BadInput, FloatArray, Value, value
from scalp.capture.size.coins import read_coins
from scalp.capture.size.scale import ScaleWish
from scalp.domain.design import HAIRLINE_STYLES, NORWOOD_STAGES, Design, Wishes
from scalp.domain.fading import Fading, FadingFactors
from scalp.domain.hair import check_stubble_days
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Plan
from scalp.domain.price import PriceList
from scalp.io.ordinary import resolved
from scalp.io.points import LARGEST_PLACE_PX
from scalp.io.tables import read_price_list
from scalp.planning.plans import PlanSettings
from smp.days import today

DAYS_AHEAD = 14
SUNDAY = 7
LATEST_START = date(2100, 12, 31)
FORMATS, FILMS = ("jpg", "png"), ("webp", "gif", "none")
MOST_COMPARED = 6
CARD_CORNERS = 4


@value
class HairWish(Value):
    """How the client's own hair is to be shown around the treatment, None where nothing was said of it."""

    stubble_days: float | None = None
    grey_fraction: float | None = None
    later_norwood: str | None = None


@value
class Order(Value):
    """One run of the course: the designs asked for by name, and what all of them share."""

    names: tuple[str, ...]
    wishes: tuple[Wishes, ...]
    settings: PlanSettings
    start: date
    prices: PriceList
    pigment: Pigment
    needle: Needle
    fading: Fading
    picture_format: str
    film: str
    shaved: bool = False
    native: HairWish | None = None
    planned: tuple[Design, Plan] | None = None
    """A design and its plan of `smp plan`, to be shown as they are."""

    @property
    def compared(self) -> bool:
        """Tell whether several designs are to stand side by side."""
        return len(self.wishes) > 1


def follow_plan(order: Order, design: Design, plan: Plan, idle: dict[str, object]) -> Order:
    """Return the order to show a plan as it is; `idle` are words that it decides, refused where they were said."""
    said = [name for name, content in idle.items() if content not in (None, False)]
    if said:
        raise BadInput(said[0], "given with --plan", "--plan without it: the plan decides", f"Leave out --{said[0]}, or plan anew.")
    fading = dataclasses.replace(temporary_fading() if plan.pigment.temporary else Fading(), factors=order.fading.factors)
    return dataclasses.replace(
        order,
        names=(design.wishes.style,),
        wishes=(design.wishes,),
        pigment=plan.pigment,
        needle=plan.needle,
        start=plan.sessions[0].day,
        fading=fading,
        planned=(design, plan),
    )


def choose(field: str, word: str, allowed: tuple[str, ...]) -> str:
    """Return a word that is one of those allowed."""
    if word not in allowed:
        raise BadInput(field, word, ", ".join(allowed), "Choose one of these.")
    return word


def wishes_to_compare(wishes: Wishes, compare: str | None) -> tuple[tuple[str, ...], tuple[Wishes, ...]]:
    """Return the names and wishes of `--compare natural,soft` or `--compare 60,66,72`; of the wishes alone without it."""
    if compare is None:
        return (wishes.style,), (wishes,)
    words = tuple(word.strip() for word in compare.split(",") if word.strip())
    if not 2 <= len(words) <= MOST_COMPARED or len(set(words)) != len(words):
        allowed = f"2 to {MOST_COMPARED} different styles ({', '.join(HAIRLINE_STYLES)}) or heights in mm"
        raise BadInput("compare", compare, allowed, "Separate them by commas: natural,soft,receded or 60,66,72.")
    numbers = [_number(word) for word in words]
    if all(number is not None for number in numbers):
        names = tuple(f"{number:g} mm" for number in numbers)
        if len(set(names)) != len(names):
            raise BadInput("compare", compare, "different heights in mm", "Leave out the one that is there twice.")
        return names, tuple(_changed(wishes, height_mm=number) for number in numbers)
    return words, tuple(_changed(wishes, style=word) for word in words)


def _changed(wishes: Wishes, **other: object) -> Wishes:
    fields = {name: getattr(wishes, name) for name in ("style", "height_mm", "norwood", "age_years", "peak_density_per_cm2", "seed")}
    return Wishes(**{**fields, **other})  # type: ignore[arg-type]


def _number(word: str) -> float | None:
    try:
        return float(word.removesuffix("mm"))
    except ValueError:
        return None


def read_start(start: datetime | None) -> date:
    """Return the day of the first session: the one asked for, not in the past, or two weeks from today, not on a Sunday."""
    if start is None:
        day = today() + timedelta(days=DAYS_AHEAD)
        return day + timedelta(days=1) if day.isoweekday() == SUNDAY else day
    if not today() <= start.date() <= LATEST_START:
        raise BadInput("start", start.date(), f"{today()} to {LATEST_START}", "Choose a day that is still to come.")
    return start.date()


def read_order(
    wishes: Wishes,
    *,
    compare: str | None,
    sessions: int | None,
    start: datetime | None,
    prices: Path | None,
    temporary: bool,
    factors: FadingFactors | None = None,
    picture_format: str,
    film: str,
    shaved: bool = False,
    native: HairWish | None = None,
) -> Order:
    """Return the order that options of the command line make, or refuse the first one that is wrong."""
    names, all_wishes = wishes_to_compare(wishes, compare)
    return Order(
        names=names,
        wishes=all_wishes,
        settings=PlanSettings(sessions_count=sessions),
        start=read_start(start),
        prices=read_price_list(prices),
        pigment=Pigment(name="temporary carbon", temporary=True) if temporary else Pigment(),
        needle=Needle(),
        fading=dataclasses.replace(temporary_fading() if temporary else Fading(), factors=factors or FadingFactors()),
        picture_format=choose("format", picture_format, FORMATS),
        film=choose("film", film, FILMS),
        shaved=shaved,
        native=native,
    )


def read_hair_wish(
    stubble_days: float | None, grey_fraction: float | None, norwoods: tuple[str | None, str | None], *, shaved: bool
) -> HairWish | None:
    """Return how the own hair is to be shown, or None where nothing of it was asked for; `--shaved` alone shows a day's stubble.

    `norwoods` are the stage that is treated and the one the own hair may reach.
    """
    norwood, later_norwood = norwoods
    if stubble_days is None and not shaved:
        if grey_fraction is not None or later_norwood is not None:
            named = "grey" if grey_fraction is not None else "later-norwood"
            raise BadInput(named, "given without stubble", "with --stubble-days N or --shaved", "Add --stubble-days 1.")
        return None
    if stubble_days is not None:
        check_stubble_days(stubble_days)
    if grey_fraction is not None and not 0.0 <= grey_fraction <= 1.0:
        raise BadInput("grey", f"{100.0 * grey_fraction:g}", "0 to 100 percent", "0 is none, 100 all white.")
    if later_norwood is not None:
        choose("later-norwood", later_norwood, NORWOOD_STAGES)
        if norwood is not None and NORWOOD_STAGES.index(later_norwood) < NORWOOD_STAGES.index(norwood):
            allowed = ", ".join(NORWOOD_STAGES[NORWOOD_STAGES.index(norwood) :])
            raise BadInput("later-norwood", later_norwood, allowed, "Hair is lost and does not come back: not below --norwood.")
    return HairWish(
        stubble_days=stubble_days,
        grey_fraction=grey_fraction,
        later_norwood=later_norwood,
    )


def refuse_inside(photo: Path, out: Path) -> None:
    """Refuse a photo that lies in the folder its looks are to replace."""
    if resolved(out) == resolved(photo).parent and photo.exists():
        raise BadInput("the folder", "the one the photo lies in", "another folder than the photo's own", "Choose another with --out.")


def read_scale(circumference_mm: float | None, card: str | None) -> ScaleWish:
    """Return what tells the size: a tape, and a card by its corners, one to be looked for (`auto`), or a coin to be looked for by name."""
    word = (card or "").strip().lower()
    if word == "auto":
        return ScaleWish(circumference_mm=circumference_mm, card_sought=True)
    if word in read_coins():
        return ScaleWish(circumference_mm=circumference_mm, coin=word, coin_sought=True)
    return ScaleWish(circumference_mm=circumference_mm, card_px=read_card(card))


def read_card(text: str | None) -> FloatArray | None:
    """Return the four corners of a bank card, (4, 2) px, from `x,y x,y x,y x,y`."""
    if text is None:
        return None
    try:
        corners = np.array([[float(number) for number in pair.split(",")] for pair in text.split()])
    except ValueError:
        corners = np.empty(0)
    if corners.shape != (CARD_CORNERS, 2) or not (np.abs(corners) <= LARGEST_PLACE_PX).all():
        allowed = f"four corners as x,y x,y x,y x,y in px, auto, or a coin: {', '.join(read_coins())}"
        raise BadInput("card", text, allowed, "Go round the card, corner by corner, or let it be looked for with auto.")
    return corners
