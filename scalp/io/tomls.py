"""Read settings that people write as TOML: known words only, each of its kind, every mistake in a sentence.

What the settings mean is said by `clinics`, `screenings` and `aftercare`.
"""

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from scalp.base import BadTable
from scalp.io.texts import refuse
from scalp.io.versions import demand_version

Kind = TypeVar("Kind")
LONGEST_WORDS = 2_000
_KINDS: dict[Any, str] = {str: "words in quotes", int: "a whole number", bool: "true or false", date: "a date such as 2027-01-31"}
_KINDS |= {list: "a list in brackets", dict: "a table"}


def parse_toml(place: Path, text: str, schema: str, version: int, remedy: str) -> dict[str, Any]:
    """Return what a TOML file of this schema and version says, without those two."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadTable(place.name, f"not TOML: {fault}", f'a file with schema = "{schema}"', "Correct that line.") from None
    except (RecursionError, ValueError):
        # Thousands of brackets or digits.
        raise BadTable(place.name, "not a table", f'a file with schema = "{schema}"', remedy) from None
    if told.pop("schema", None) != schema:
        refuse(place, "another kind of file", f'a file with schema = "{schema}"', remedy)
    demand_version(place.name, told.pop("version", None), version)
    return told


class Told:
    """One table of a file: gives each word out once, by its kind, and complains about words nobody asked for."""

    def __init__(self, place: Path, told: dict[str, Any], where: str = "") -> None:
        """Remember the table and where it stands."""
        self._place, self._told, self._where, self._asked = place, told, where, set[str]()

    def word(self, name: str, kind: type[Kind], default: Kind | None = None) -> Kind:
        """Return one word of this kind; without a default it has to be there."""
        self._asked.add(name)
        said: Any = self._told.get(name, default)
        if said is None:
            self.refuse(f"without {self._where}{name}", f"{self._where}{name} = {_KINDS[kind]}", "Add it.")
        wrong = not isinstance(said, kind) or (kind is int and isinstance(said, bool)) or (kind is date and isinstance(said, datetime))
        if wrong or (isinstance(said, str) and len(said) > LONGEST_WORDS):
            self.refuse(f"saying {self._where}{name} = {str(said)[:40]}", _KINDS[kind], "Correct it.")
        return cast("Kind", said)

    def has(self, name: str, kind: type) -> bool:
        """Tell whether a word is there and of this kind."""
        return name in self._told and isinstance(self._told[name], kind)

    def maybe(self, name: str, kind: type[Kind]) -> Kind | None:
        """Return one word of this kind, or None where it is not there."""
        self._asked.add(name)
        return self.word(name, kind) if name in self._told else None

    def words(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of words."""
        said = self.word(name, list, None if default is None else list(default))
        if any(not isinstance(item, str) or len(item) > LONGEST_WORDS for item in said):
            self.refuse(f"saying {self._where}{name} = {str(said)[:40]}", "a list of words in quotes", "Correct it.")
        return tuple(said)

    def tables(self, name: str) -> "tuple[Told, ...]":
        """Return a list of tables; none where the word is not there."""
        said = self.word(name, list, [])
        if any(not isinstance(item, dict) for item in said):
            self.refuse(f"saying {self._where}{name} otherwise", f"tables, each under [[{self._where}{name}]]", "Correct it.")
        return tuple(Told(self._place, item, f"{self._where}{name} {number}: ") for number, item in enumerate(said, start=1))

    def table(self, name: str) -> "Told":
        """Return a table inside this one; an empty one where it is not there."""
        return Told(self._place, self.word(name, dict, {}), f"{self._where}{name}.")

    def names(self) -> tuple[str, ...]:
        """Return every word of the table, all taken as asked for."""
        self._asked |= set(self._told)
        return tuple(self._told)

    def close(self) -> None:
        """Refuse words nobody asked for."""
        unknown = sorted(set(self._told) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            self.refuse(f"holding {self._where}{unknown[0][:40]!r}", known, "Remove it or correct its spelling.")

    def refuse(self, is_what: str, allowed: str, remedy: str) -> NoReturn:
        """Refuse the file by its own name."""
        refuse(self._place, is_what, allowed, remedy)
