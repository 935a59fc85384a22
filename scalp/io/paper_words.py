"""The words, numbers, dates and amounts of a paper in one language. What a paper says with them is its own module's."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal

from scalp.base import BadInput
from scalp.domain.plan import PriceSpan

Language = Literal["en", "de", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
PaperSize = Literal["a4", "letter"]
PAPER_SIZES: tuple[PaperSize, ...] = get_args(PaperSize)
_REGIONS = {("en", "a4"): "en_GB", ("en", "letter"): "en_US"}
"""English dates follow the paper that lies in the printer; other languages have one way here."""
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|(?<![\w.])\d+(?:\.\d+)?(?!\w)|(?<=\d )[A-Z]{3}\b")
"""A number, or the letters of a currency after one: what changes in a sentence that is otherwise known."""
_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z])")
Number = float | Decimal
Said = str | dict[str, str]
"""A text, or {"text", "lang"} where it is not in the paper's language."""


class Words:
    """One language on one size of paper."""

    def __init__(self, language: Language = "en", paper: PaperSize = "a4") -> None:
        """Read the texts; refuse languages and sizes there are none of."""
        if language not in LANGUAGES:
            raise BadInput("language", repr(language)[:20], ", ".join(LANGUAGES), "Choose one of these.")
        if paper not in PAPER_SIZES:
            raise BadInput("paper", repr(paper)[:20], ", ".join(PAPER_SIZES), "Choose one of these.")
        self.language, self.paper = language, paper
        self.locale = Locale.parse(_REGIONS.get((language, paper), language))
        self._own, self._english = read_texts(language), read_texts("en")

    def __call__(self, key: str, **filled: object) -> str:
        """Return the text of 'section.key' with its braces filled; English where this language lacks it."""
        text = self._own.get(key, self._english.get(key))
        if text is None:
            raise BadInput("text of a paper", key, "a key of the texts in English", "Add it there.")
        return text.format(**filled) if filled else text

    def section(self, name: str) -> dict[str, str]:
        """Return all texts of a section by key, in the order of the English file."""
        return {key.split(".", 1)[1]: self(key) for key in self._english if key.startswith(f"{name}.")}

    def named(self, section: str, name: str) -> str:
        """Return the word of this language for a name of the engine, such as a zone; the name itself where there is none."""
        key = f"{section}.{name.replace(' ', '-').replace(chr(39), '')}"
        return self._own.get(key, self._english.get(key, name))

    def sentence(self, english: str) -> Said:
        """Return an English sentence of the engine in this language, numbers and all; marked as English where it is not known.

        Sentences are known by their words, numbers taken out: 'about {} mm' is said of any number.
        """
        if self.language == "en" or not english:
            return tidied(english)
        known = self._known(english)
        if known is None:
            each = [self._known(one) for one in _SENTENCES.split(english)]
            known = " ".join(one for one in each if one) if all(each) else None
        return {"text": tidied(english), "lang": "en"} if known is None else tidied(known)

    def _known(self, english: str) -> str | None:
        """Return an English sentence in this language, None where its words are not known."""
        known = self._own.get("sentences." + _NUMBER.sub("{}", english))
        return None if known is None else known.format(*[self._renumbered(found) for found in _NUMBER.findall(english)])

    def _renumbered(self, english: str) -> str:
        """Return a number written in English as this language writes it, with the same digits; letters stay."""
        if english.isalpha():
            return english
        if len(english) == 4 and english.isdecimal():
            # The engine groups thousands by a comma: four digits without one are a year.
            return english
        decimals = len(english.partition(".")[2])
        return self.number(Decimal(english.replace(",", "")), decimals)

    def number(self, amount: Number, decimals: int = 0) -> str:
        """Return a number with so many decimals."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(format_decimal(amount, format=pattern, locale=self.locale))

    def small(self, amount: Number, least: Number, decimals: int) -> str:
        """Return a number with so many decimals; what is there but below `least` is said to be less."""
        return f"<\N{NO-BREAK SPACE}{self.number(least, decimals)}" if 0 < amount < least else self.number(amount, decimals)

    def quantity(self, unit: str, amount: Number, decimals: int = 0) -> str:
        """Return a number with its unit."""
        return self(f"units.{unit}", number=self.number(amount, decimals))

    def quantity_span(self, unit: str, low: Number, high: Number, decimals: int = 0) -> str:
        """Return a range of numbers with its unit."""
        return self(f"units.{unit}", number=self.span(self.number(low, decimals), self.number(high, decimals)))

    def percent(self, fraction: float) -> str:
        """Return a fraction as whole percent."""
        return f"{self.number(100.0 * fraction)}\N{NO-BREAK SPACE}%"

    def span(self, low: str, high: str) -> str:
        """Return a range; a single value where both ends read the same."""
        return low if low == high else self("units.span", low=low, high=high)

    def amount(self, amount: Decimal, currency: str) -> str:
        """Return an exact amount of money; whole amounts without decimals."""
        try:
            whole = amount == amount.to_integral_value()
        except InvalidOperation:
            raise BadInput("amount", "not a number", "an exact decimal", "Correct the quote.") from None
        pattern = self.locale.currency_formats["standard"].pattern
        plain = re.sub(r"\.0+", "", pattern) if whole else None
        return str(format_currency(amount, currency, format=plain, locale=self.locale, currency_digits=plain is None))

    def price(self, price: PriceSpan) -> str:
        """Return a price, or a range of prices, the smaller end first."""
        low, high = (self.amount(end(price.low, price.high), price.currency) for end in (min, max))
        return low if low == high else self("money.range", low=low, high=high)

    def day(self, day: date, style: Literal["long", "full", "medium"] = "long") -> str:
        """Return a date in words."""
        return str(format_date(day, style, locale=self.locale))

    def month(self, day: date) -> str:
        """Return the month of a date in words, where the day itself would say too much."""
        return str(format_skeleton("yMMMM", day, locale=self.locale))

    def hour(self, moment: datetime) -> str:
        """Return a time of the day, on the clock of its own zone."""
        return str(format_time(moment.timetz().replace(tzinfo=None), "short", locale=self.locale))


def tidied(sentence: str) -> str:
    """Return a sentence as it is printed: a capital first, true signs for what keyboards lack.

    >>> tidied("area: +-12 mm of 30 cm2")
    'Area: ±12 mm of 30 cm²'
    """
    for typed, printed in (("+-", "±"), ("cm2", "cm²"), ("mm2", "mm²"), (" %", "\N{NO-BREAK SPACE}%")):
        sentence = sentence.replace(typed, printed)
    return sentence[:1].upper() + sentence[1:]


@lru_cache
def read_texts(language: str) -> Mapping[str, str]:
    """Return the texts of one language by 'section.key'."""
    place = files("scalp") / "papers" / "texts" / f"{language}.toml"
    told: dict[str, Any] = tomllib.loads(place.read_text("utf-8"))
    return {f"{section}.{key}": text for section, texts in told.items() for key, text in texts.items()}
