"""Turn nouns into plain JSON values and back, exactly, by the types of their fields.

Floats keep every bit (shortest repr), `Decimal` and dates are strings, arrays nested lists. What a file is called and
which version it has is `scalp.io.treatments`'s.
"""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn, TypeVar

import numpy as np

from scalp.base import BadTable, ScalpError, Value

Noun = TypeVar("Noun", bound=Value)
_WIDEST_LINE = 120
_LARGEST_WHOLE = 2**64
_LARGEST_AMOUNT = Decimal(10) ** 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
"""Windows are counted from days in files: beyond these a sum of days has no name in the calendar."""
_SPELLED: dict[Any, tuple[Callable[[str], Any], str]] = {
    Decimal: (Decimal, "an exact amount such as '450'"),
    date: (date.fromisoformat, "a date such as 2027-01-31"),
    datetime: (datetime.fromisoformat, "a time such as 2027-01-31T10:00:00+01:00"),
    time: (time.fromisoformat, "a time of day such as 09:30"),
}
_NUMBERS: dict[Any, tuple[type, ...]] = {float: (float, int), int: (int,), str: (str,), bool: (bool,)}


def plain_from_noun(content: object) -> Any:  # noqa: ANN401 - JSON has no one type
    """Return a noun, or what a noun may hold, as plain JSON values."""
    if isinstance(content, Value):
        return {field.name: plain_from_noun(getattr(content, field.name)) for field in dataclasses.fields(content)}  # type: ignore[arg-type]
    if isinstance(content, tuple):
        return [plain_from_noun(item) for item in content]
    if isinstance(content, np.ndarray):
        return content.tolist()
    if isinstance(content, (date, datetime, time)):
        return content.isoformat()
    if isinstance(content, Decimal):
        return str(content)
    return float(content) if isinstance(content, float) else content


def noun_from_plain(kind: type[Noun], plain: object, where: str) -> Noun:
    """Return the noun of this kind that plain JSON values say; `where` names the place in messages.

    A field that has a default may be missing; unknown fields are passed over, so that later additions do no harm.
    """
    if not isinstance(plain, dict):
        _refuse(where, plain, "an object in braces")
    hints = typing.get_type_hints(kind)
    told: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name in plain:
            told[field.name] = _part(hints[field.name], plain[field.name], f"{where}.{field.name}")
        elif field.default is dataclasses.MISSING:
            _refuse(f"{where}.{field.name}", "missing", "every field of this version")
    return _made(kind, told, where)


def _made(kind: type[Noun], told: dict[str, Any], where: str) -> Noun:
    """Return a noun from its fields; a refusal of the noun itself passes, any other failure is a damaged file."""
    try:
        return kind(**told)
    except ScalpError:
        raise
    except (TypeError, ValueError, IndexError, AttributeError, ArithmeticError) as fault:
        raise BadTable(where, "damaged", f"a whole {kind.__name__}", "Write the file again.") from fault


def _part(hint: Any, plain: object, where: str) -> Any:  # noqa: ANN401 - follows the type hint
    """Return what a field of this type says."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
        return None if plain is None else _part(kinds[0], plain, where)
    if origin is tuple:
        return _tuple(typing.get_args(hint), plain, where)
    if origin is np.ndarray:
        return _array(np.dtype(typing.get_args(typing.get_args(hint)[1])[0]), plain, where)
    if origin is typing.Literal:
        return plain if plain in typing.get_args(hint) else _refuse(where, plain, ", ".join(map(str, typing.get_args(hint))))
    if isinstance(hint, type) and issubclass(hint, Value):
        return noun_from_plain(hint, plain, where)
    return _single(hint, plain, where)


def _single(hint: Any, plain: object, where: str) -> Any:  # noqa: ANN401 - follows the type hint
    """Return one number, word, date or amount."""
    if hint in _SPELLED and isinstance(plain, str):
        read, like = _SPELLED[hint]
        try:
            return _within(read(plain))
        except (ValueError, InvalidOperation):
            _refuse(where, plain, like)
    is_one = isinstance(plain, _NUMBERS.get(hint, ())) and (hint is bool or not isinstance(plain, bool))
    if isinstance(plain, int) and abs(plain) > _LARGEST_WHOLE:
        _refuse(where, "a number of very many digits", "a number that a computer can count with")
    if isinstance(plain, float) and not math.isfinite(plain):
        _refuse(where, plain, "a finite number")
    if isinstance(plain, str) and not _is_text(plain):
        _refuse(where, "half a sign", "text in UTF-8")
    return plain if is_one else _refuse(where, plain, f"a {getattr(hint, '__name__', 'value')}")


def _within(read: Any) -> Any:  # noqa: ANN401 - an amount, a day or a time
    """Return an amount, a day or a time of day that can be counted with; others are no value."""
    if isinstance(read, Decimal) and not (read.is_finite() and abs(read) <= _LARGEST_AMOUNT and read == round(read, 12)):
        raise ValueError("no amount")
    if isinstance(read, time) and read.tzinfo is not None:
        raise ValueError("no time on a wall")
    if isinstance(read, date) and not _FIRST_YEAR <= read.year <= _LAST_YEAR:
        raise ValueError("no day of a treatment")
    return read


def _is_text(said: str) -> bool:
    """Tell whether words hold whole signs only: JSON can spell half a pair, which no file and no paper can hold."""
    return not any("\ud800" <= sign <= "\udfff" for sign in said)


def _tuple(hints: tuple[Any, ...], plain: object, where: str) -> tuple[Any, ...]:
    """Return a tuple of one type and any length, or of fixed types."""
    if not isinstance(plain, list):
        _refuse(where, plain, "a list")
    each = [hints[0]] * len(plain) if hints[1:] == (...,) else list(hints)
    if len(each) != len(plain):
        _refuse(where, f"{len(plain)} items", f"{len(each)} items")
    return tuple(_part(hint, item, f"{where}[{index}]") for index, (hint, item) in enumerate(zip(each, plain, strict=True)))


def _array(dtype: "np.dtype[Any]", plain: object, where: str) -> np.ndarray:
    """Return an array from nested lists of numbers."""
    try:
        read = np.asarray(plain)
    except ValueError:
        _refuse(where, "a ragged list", "rows of equal length")
    if read.size and read.dtype.kind not in "iuf":
        _refuse(where, "not numbers", "nested lists of numbers")
    if read.dtype.kind == "f" and not np.isfinite(read).all():
        _refuse(where, "not a number somewhere", "finite numbers")
    return read.astype(dtype)


def pretty(plain: object, indent: int = 0) -> str:
    """Return JSON text a person can read: short things on one line, the rest one item a line.

    >>> print(pretty({"height_mm": 66.5, "spot": [1.0, 2.0]}))
    {"height_mm": 66.5, "spot": [1.0, 2.0]}
    """
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    if len(line) + indent <= _WIDEST_LINE or not isinstance(plain, (dict, list)):
        return line
    pad = " " * (indent + 1)
    if isinstance(plain, dict):
        items = [f"{json.dumps(name, ensure_ascii=False)}: {pretty(item, indent + 1)}" for name, item in plain.items()]
        return "{\n" + ",\n".join(pad + item for item in items) + "\n" + " " * indent + "}"
    return "[\n" + ",\n".join(pad + pretty(item, indent + 1) for item in plain) + "\n" + " " * indent + "]"


def _refuse(where: str, plain: object, allowed: str) -> NoReturn:
    """Refuse one place of a file."""
    raise BadTable(where, str(plain)[:60], allowed, "Correct it, or write the file again.")
