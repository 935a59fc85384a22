"""Read what people write by hand: points marked in a photo (JSON) and price lists (TOML). Every mistake gets a sentence."""

import json
import os
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from scalp.base import BadTable, FloatArray, Unreadable, Value, value
from scalp.domain.price import PriceList
from scalp.domain.sighting import POINT_NAMES, MarkedPoints

LARGEST_TABLE_BYTES = 1_000_000
LARGEST_PLACE_PX = 100_000
"""No photo is wider."""
LARGEST_AMOUNT = 100_000_000
CARD_CORNERS_COUNT = 4
_POINTS_SHAPE = '{"points": {"glabella": [512, 300], ...}}'
_PRICES_SCHEMA, _PRICES_VERSION = "smp-price-list", 1
_AMOUNTS = {"per_session": ("low", "high", "minimum", "maximum"), "per_cm2": ("low", "high")}


@value
class PointsFile(Value):
    """What a points file says of one photo: the points marked, and the corners of a card of known size where given.

    `card_px` is (4, 2) in order around the card, None where there is none.
    """

    marked: MarkedPoints
    card_px: FloatArray | None = None


def read_points(path: str | os.PathLike[str]) -> MarkedPoints:
    """Return the points a person marked in a photo; see `read_points_file` for the card's corners too."""
    return read_points_file(path).marked


def read_points_file(path: str | os.PathLike[str]) -> PointsFile:
    """Return what a points file says: JSON `{"points": {"glabella": [x, y], ...}, "card": [[x, y], ...]}`, px.

    x counts from the left edge of the upright photo, y from its top.
    """
    place = Path(path)
    told = _json(place)
    named = told.get("points")
    if not isinstance(named, dict) or not named:
        _refuse(place, "without points", _POINTS_SHAPE, "Put each point under its name.")
    unknown = sorted(set(told) - {"points", "card"})
    if unknown:
        _refuse(place, f"holding {unknown[0]!r}", "'points' and 'card' only", "Remove it or correct its spelling.")
    for name in named:
        if name not in POINT_NAMES:
            _refuse(place, f"naming a point {name!r}", ", ".join(POINT_NAMES), "Use one of these names.")
    points_px = np.array([_pair(place, f"point {name!r}", spot) for name, spot in named.items()])
    return PointsFile(marked=MarkedPoints(names=tuple(named), points_px=points_px), card_px=_card(place, told.get("card")))


def check_points_inside(marked: MarkedPoints, width_px: int, height_px: int) -> None:
    """Refuse points that lie outside a photo of this size."""
    for name, (x, y) in zip(marked.names, marked.points_px, strict=True):
        if not (0 <= x <= width_px and 0 <= y <= height_px):
            allowed = f"0 to {width_px} across and 0 to {height_px} down"
            raise BadTable(f"point {name!r}", f"at ({x:g}, {y:g}) px", allowed, "Mark it in the upright photo at its full size.")


def read_price_list(path: str | os.PathLike[str] | None = None) -> PriceList:
    """Return a price list from a TOML file, the shipped one (United States, USD) when no path is given.

    Amounts are read as exact decimals.
    """
    if path is None:
        text, name = (resources.files("scalp.tables") / "price_list.toml").read_text("utf-8"), Path("price_list.toml")
    else:
        text, name = _text(Path(path)), Path(path)
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise BadTable(name.name, f"not TOML: {fault}", "a price list as the shipped one", "Correct that line.") from None
    except (RecursionError, ValueError):
        # Thousands of brackets or digits.
        raise BadTable(name.name, "not a price list", "a price list as the shipped one", "Write it anew.") from None
    if told.get("schema") != _PRICES_SCHEMA:
        _refuse(name, "no price list", f'a file with schema = "{_PRICES_SCHEMA}"', "Start from the shipped price list.")
    if told.get("version") != _PRICES_VERSION:
        raise Unreadable("the price list", str(told.get("version")), f"This program reads version {_PRICES_VERSION}.")
    return _prices(name, told)


def _prices(place: Path, told: dict[str, Any]) -> PriceList:
    """Return the price list a parsed file says."""
    unknown = sorted(set(told) - {"schema", "version", "currency", "rounded_to", *_AMOUNTS})
    for table, allowed in _AMOUNTS.items():
        if not isinstance(told.get(table), dict):
            _refuse(place, f"without [{table}]", f"a table [{table}] with {', '.join(allowed)}", "Add it.")
        unknown += [f"{table}.{key}" for key in sorted(set(told[table]) - set(allowed))]
    if unknown:
        _refuse(place, f"holding {unknown[0]!r}", "the words of the shipped price list", "Remove it or correct its spelling.")
    session, area = told["per_session"], told["per_cm2"]
    return PriceList(
        currency=str(told.get("currency", "")),
        per_session_low=_amount(place, "per_session.low", session.get("low")),
        per_session_high=_amount(place, "per_session.high", session.get("high")),
        per_cm2_low=_amount(place, "per_cm2.low", area.get("low")),
        per_cm2_high=_amount(place, "per_cm2.high", area.get("high")),
        minimum_per_session=_amount(place, "per_session.minimum", session.get("minimum", 0)),
        maximum_per_session=_amount(place, "per_session.maximum", session["maximum"]) if "maximum" in session else None,
        rounded_to=_amount(place, "rounded_to", told.get("rounded_to", 1)),
    )


def _amount(place: Path, name: str, told: object) -> Decimal:
    """Return one exact amount."""
    if isinstance(told, bool) or not isinstance(told, (int, Decimal)):
        _refuse(place, f"saying {name} = {told!r}", "a plain number such as 400 or 1.50", "Write the amount without a currency sign.")
    amount = Decimal(told)
    if amount.is_finite() and abs(amount) > LARGEST_AMOUNT:
        _refuse(place, f"saying {name} = {str(told)[:30]}", f"at most {LARGEST_AMOUNT:,}", "Correct the amount.")
    return amount


def _card(place: Path, told: object) -> FloatArray | None:
    """Return the corners of a card, None where there is none."""
    if told is None:
        return None
    if not isinstance(told, list) or len(told) != CARD_CORNERS_COUNT:
        _refuse(place, "with a card that is not four corners", "four [x, y] in order around the card", "Mark its four corners.")
    return np.array([_pair(place, "a corner of the card", spot) for spot in told])


def _pair(place: Path, what: str, told: object) -> tuple[float, float]:
    """Return x and y of one place in a photo."""
    is_pair = isinstance(told, list) and len(told) == 2 and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in told)
    # Written so that NaN fails too, and before a whole number too large for a float is made one.
    if not isinstance(told, list) or not is_pair or not all(-LARGEST_PLACE_PX <= one <= LARGEST_PLACE_PX for one in told):
        _refuse(place, f"giving {what} as {str(told)[:60]}", "[x, y] in px of the upright photo", "Give two numbers.")
    return float(told[0]), float(told[1])


def _json(place: Path) -> dict[str, Any]:
    """Return a JSON object from a file; a name given twice is a mistake."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            _refuse(place, f"naming {twice[0]!r} twice", "each name once", "Remove one of them.")
        return dict(pairs)

    try:
        told = json.loads(_text(place), object_pairs_hook=unique)
    except json.JSONDecodeError as fault:
        raise BadTable(place.name, f"not JSON: {fault.msg} in line {fault.lineno}", _POINTS_SHAPE, "Correct that line.") from None
    except (RecursionError, ValueError):
        # Thousands of brackets or digits.
        raise BadTable(place.name, "not JSON of points", _POINTS_SHAPE, "Write it anew.") from None
    if not isinstance(told, dict):
        _refuse(place, "not a JSON object", _POINTS_SHAPE, "Put the points in braces.")
    return told


def _text(place: Path) -> str:
    """Return the text of a small file."""
    try:
        if place.stat().st_size > LARGEST_TABLE_BYTES:
            _refuse(place, "too large", "at most 1 MB", "Give the right file.")
        return place.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise BadTable(place.name, "not text", "a text file in UTF-8", "Give the right file.") from None
    except (OSError, ValueError) as fault:
        reason = (
            "a folder" if isinstance(fault, IsADirectoryError) else "not there" if isinstance(fault, FileNotFoundError) else "not readable"
        )
        raise BadTable(place.name[:80] or "the file", reason, "a file you may read", "Check the name and the folder.") from None


def _refuse(place: Path, is_what: str, allowed: str, remedy: str) -> NoReturn:
    """Refuse a file by its own name."""
    raise BadTable(place.name, is_what, allowed, remedy)
