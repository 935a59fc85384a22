"""Read price lists (TOML): amounts as exact decimals, lists of version 1 upgraded. Every mistake gets a sentence.

What the amounts mean is `scalp.domain.price`'s; points are read by `points`.
"""

import os
import tomllib
from collections.abc import Iterable
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

from scalp.base import BadTable
from scalp.domain.price import PriceList
from scalp.domain.quote import Policy
from scalp.domain.rates import DifficultyRate, StagePrice, TouchUpRate, TravelRate
from scalp.io.texts import read_text, refuse
from scalp.io.versions import demand_version

LARGEST_AMOUNT = 100_000_000
MOST_ROWS_COUNT, MOST_DECIMALS_COUNT = 100, 6
_SCHEMA, _VERSION, _OLDEST = "smp-price-list", 2, 1
_ENDS = ("low", "high")
_WORDS: dict[str, tuple[str, ...]] = {
    "per_session": (*_ENDS, "minimum", "maximum"),
    "per_cm2": _ENDS,
    "per_hour": _ENDS,
    "per_1000_impressions": _ENDS,
    "trial": _ENDS,
    "travel": ("flat", "per_km", "free_km"),
    "touch_ups": ("included", "within_days", "later_low", "later_high"),
    "policy": ("deposit_percent", "deposit_refundable_days", "change_free_days", "late_change_percent", "valid_days"),
}
"""Every table of a list with its words."""
_NEEDED = ("per_session", "per_cm2")
_DIFFICULTY_WORDS = (*_ENDS, "words", "grade", "source")
_STAGE_WORDS = (*_ENDS, "norwood", "ludwig", "grade", "source")
_HEADER = ("schema", "version", "currency", "rounded_to")


def read_price_list(path: str | os.PathLike[str] | None = None) -> PriceList:
    """Return a price list from a TOML file, the shipped one (United States, USD) when no path is given.

    Amounts are read as exact decimals. A list of version 1 knew neither hours nor difficulty, travel, touch-ups nor a policy:
    it is read as one that takes nothing for them.
    """
    if path is None:
        text, name = (resources.files("scalp.tables") / "price_list.toml").read_text("utf-8"), Path("price_list.toml")
    else:
        text, name = read_text(Path(path)), Path(path)
    try:
        told = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise BadTable(name.name, f"not TOML: {fault}", "a price list as the shipped one", "Correct that line.") from None
    except (RecursionError, ValueError, ArithmeticError):
        # Thousands of brackets or digits.
        raise BadTable(name.name, "not a price list", "a price list as the shipped one", "Write it anew.") from None
    if told.get("schema") != _SCHEMA:
        refuse(name, "no price list", f'a file with schema = "{_SCHEMA}"', "Start from the shipped price list.")
    version = demand_version("the price list", told.get("version"), _VERSION, oldest=_OLDEST)
    for needed in _NEEDED:
        _table(name, told, needed, _WORDS[needed])
    return _prices(name, _upgraded(name, told) if version == 1 else told)


def _upgraded(place: Path, told: dict[str, Any]) -> dict[str, Any]:
    """Return a list of version 1 as one of version 2: its words mean the same, and what it did not know costs nothing."""
    _check_words(place, told, (*_HEADER, *_NEEDED), "")
    return told | {"version": _VERSION, "policy": {"deposit_percent": 0, "late_change_percent": 0}}


def _prices(place: Path, told: dict[str, Any]) -> PriceList:
    """Return the price list a parsed file says."""
    _check_words(place, told, (*_HEADER, *_WORDS, "difficulty", "by_stage"), "")
    tables = {name: _table(place, told, name, words) for name, words in _WORDS.items()}
    session = tables["per_session"]
    ends = {f"{name}_{end}": _amount(place, f"{name}.{end}", tables[name].get(end)) for name in _NEEDED for end in _ENDS}
    ends |= {
        f"{name}_{end}": _amount(place, f"{name}.{end}", tables[name].get(end))
        for name in ("per_hour", "per_1000_impressions")
        for end in _ENDS
        if tables[name]
    }
    ends |= {f"trial_factor_{end}": _amount(place, f"trial.{end}", tables["trial"].get(end)) for end in _ENDS if tables["trial"]}
    return PriceList(
        currency=str(told.get("currency", "")),
        minimum_per_session=_amount(place, "per_session.minimum", session.get("minimum", 0)),
        maximum_per_session=_amount(place, "per_session.maximum", session["maximum"]) if "maximum" in session else None,
        rounded_to=_amount(place, "rounded_to", told.get("rounded_to", 1)),
        difficulties=_difficulties(place, told.get("difficulty", {})),
        by_stage=_stages(place, told.get("by_stage", [])),
        travel=_travel(place, tables["travel"]),
        touch_ups=_touch_ups(place, tables["touch_ups"]),
        policy=_policy(place, tables["policy"]),
        **ends,
    )


def _table(place: Path, told: dict[str, Any], name: str, words: tuple[str, ...]) -> dict[str, Any]:
    """Return one table of a list, empty where an optional one is missing."""
    table = told.get(name, None if name in _NEEDED else {})
    if not isinstance(table, dict):
        refuse(place, f"without [{name}]", f"a table [{name}] with {', '.join(words)}", "Add it.")
    _check_words(place, table, words, f"{name}.")
    return table


def _check_words(place: Path, told: Iterable[str], known: tuple[str, ...], before: str) -> None:
    """Refuse words that no price list has."""
    unknown = sorted(set(told) - set(known))
    if unknown:
        refuse(place, f"holding '{before}{unknown[0][:60]}'", "the words of the shipped price list", "Remove it or correct its spelling.")


def _difficulties(place: Path, told: object) -> tuple[DifficultyRate, ...]:
    """Return what makes work dearer."""
    if not isinstance(told, dict) or len(told) > MOST_ROWS_COUNT or not all(isinstance(row, dict) for row in told.values()):
        refuse(place, "without tables under difficulty", "[difficulty.scar] with low, high and words", "Correct it.")
    rates = []
    for name, row in told.items():
        _check_words(place, row, _DIFFICULTY_WORDS, f"difficulty.{name[:20]}.")
        low, high = (_amount(place, f"difficulty.{name[:20]}.{end}", row.get(end)) for end in _ENDS)
        texts = {word: str(row[word]) for word in ("words", "grade", "source") if word in row}
        rates.append(DifficultyRate(name=name, factor_low=low, factor_high=high, **{"words": name.replace("_", " "), **texts}))
    return tuple(rates)


def _stages(place: Path, told: object) -> tuple[StagePrice, ...]:
    """Return what the market takes by stage."""
    if not isinstance(told, list) or len(told) > MOST_ROWS_COUNT or not all(isinstance(row, dict) for row in told):
        refuse(place, "with a by_stage that is no list of tables", "[[by_stage]] with norwood, low and high", "Correct it.")
    rows = []
    for row in told:
        _check_words(place, row, _STAGE_WORDS, "by_stage.")
        stages = row.get("ludwig", row.get("norwood"))
        if ("ludwig" in row) == ("norwood" in row) or not isinstance(stages, list):
            refuse(place, "with a by_stage without stages", 'norwood = ["2", "3"] or ludwig = ["1"]', "Name one scale in each.")
        low, high = (_amount(place, f"by_stage.{end}", row.get(end)) for end in _ENDS)
        texts = {word: str(row[word]) for word in ("grade", "source") if word in row}
        rows.append(StagePrice(stages=tuple(map(str, stages)), low=low, high=high, ludwig="ludwig" in row, **texts))
    return tuple(rows)


def _travel(place: Path, told: dict[str, Any]) -> TravelRate | None:
    """Return what coming costs, None where the list does not say it."""
    return TravelRate(**{word: _amount(place, f"travel.{word}", said) for word, said in told.items()}) if told else None


def _touch_ups(place: Path, told: dict[str, Any]) -> TouchUpRate | None:
    """Return what touch-ups cost, None where the list does not say it."""
    if not told:
        return None
    return TouchUpRate(
        included_count=_whole(place, "touch_ups.included", told.get("included", 0)),
        within_days=_whole(place, "touch_ups.within_days", told.get("within_days", 0)),
        later_low=_amount(place, "touch_ups.later_low", told.get("later_low", 0)),
        later_high=_amount(place, "touch_ups.later_high", told.get("later_high", 0)),
    )


def _policy(place: Path, told: dict[str, Any]) -> Policy:
    """Return deposit and windows, the usual ones where the list does not say them."""
    usual = Policy()
    return Policy(
        deposit_percent=_amount(place, "policy.deposit_percent", told.get("deposit_percent", usual.deposit_percent)),
        deposit_refundable_days=_whole(
            place, "policy.deposit_refundable_days", told.get("deposit_refundable_days", usual.deposit_refundable_days)
        ),
        change_free_days=_whole(place, "policy.change_free_days", told.get("change_free_days", usual.change_free_days)),
        late_change_percent=_amount(place, "policy.late_change_percent", told.get("late_change_percent", usual.late_change_percent)),
        valid_days=_whole(place, "policy.valid_days", told.get("valid_days", usual.valid_days)),
    )


def _whole(place: Path, name: str, told: object) -> int:
    """Return one whole number."""
    if isinstance(told, bool) or not isinstance(told, int) or abs(told) > LARGEST_AMOUNT:
        refuse(place, f"saying {name} = {str(told)[:30]}", "a whole number such as 14", "Correct it.")
    return told


def _amount(place: Path, name: str, told: object) -> Decimal:
    """Return one exact amount."""
    if isinstance(told, bool) or not isinstance(told, (int, Decimal)):
        said = repr(told)[:60]
        refuse(place, f"saying {name} = {said}", "a plain number such as 400 or 1.50", "Write the amount without a currency sign.")
    amount = Decimal(told)
    if amount.is_finite() and (abs(amount) > LARGEST_AMOUNT or int(amount.as_tuple().exponent) < -MOST_DECIMALS_COUNT):
        allowed = f"at most {LARGEST_AMOUNT:,}, with at most {MOST_DECIMALS_COUNT} decimals"
        refuse(place, f"saying {name} = {str(told)[:30]}", allowed, "Correct the amount.")
    return amount
