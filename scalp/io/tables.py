"""Read price lists (TOML): amounts as exact decimals. Every mistake gets a sentence. Points are read by `points`."""

import os
import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from scalp.base import BadTable
from scalp.domain.price import PriceList
from scalp.io.texts import read_text, refuse
from scalp.io.versions import demand_version

LARGEST_AMOUNT = 100_000_000
_PRICES_SCHEMA, _PRICES_VERSION = "smp-price-list", 1
_AMOUNTS = {"per_session": ("low", "high", "minimum", "maximum"), "per_cm2": ("low", "high")}


def read_price_list(path: str | os.PathLike[str] | None = None) -> PriceList:
    """Return a price list from a TOML file, the shipped one (United States, USD) when no path is given.

    Amounts are read as exact decimals.
    """
    if path is None:
        text, name = (resources.files("scalp.tables") / "price_list.toml").read_text("utf-8"), Path("price_list.toml")
    else:
        text, name = read_text(Path(path)), Path(path)
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise BadTable(name.name, f"not TOML: {fault}", "a price list as the shipped one", "Correct that line.") from None
    except (RecursionError, ValueError):
        # Thousands of brackets or digits.
        raise BadTable(name.name, "not a price list", "a price list as the shipped one", "Write it anew.") from None
    if told.get("schema") != _PRICES_SCHEMA:
        refuse(name, "no price list", f'a file with schema = "{_PRICES_SCHEMA}"', "Start from the shipped price list.")
    demand_version("the price list", told.get("version"), _PRICES_VERSION)
    return _prices(name, told)


def _prices(place: Path, told: dict[str, Any]) -> PriceList:
    """Return the price list a parsed file says."""
    unknown = sorted(set(told) - {"schema", "version", "currency", "rounded_to", *_AMOUNTS})
    for table, allowed in _AMOUNTS.items():
        if not isinstance(told.get(table), dict):
            refuse(place, f"without [{table}]", f"a table [{table}] with {', '.join(allowed)}", "Add it.")
        unknown += [f"{table}.{key}" for key in sorted(set(told[table]) - set(allowed))]
    if unknown:
        refuse(place, f"holding {unknown[0]!r}", "the words of the shipped price list", "Remove it or correct its spelling.")
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
        refuse(place, f"saying {name} = {told!r}", "a plain number such as 400 or 1.50", "Write the amount without a currency sign.")
    amount = Decimal(told)
    if amount.is_finite() and abs(amount) > LARGEST_AMOUNT:
        refuse(place, f"saying {name} = {str(told)[:30]}", f"at most {LARGEST_AMOUNT:,}", "Correct the amount.")
    return amount
