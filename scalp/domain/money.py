"""Money: exact decimal amounts of one currency each, rounded to its minor unit, added, split and put into words.

Which currencies exist and how many decimals each has is ISO 4217's, as `moneyed` knows it. Quantities that are measured
(areas, hours) become exact decimals at one border, `exact`; beyond it no amount is ever a float. Prices are `price`'s.
"""

import functools
import re
from collections.abc import Iterable
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from babel import Locale
from moneyed import CURRENCIES, CurrencyDoesNotExist, Money, get_currency
from moneyed.l10n import format_money

from scalp.base import BadInput, WrongParent
from scalp.domain.plan import LARGEST_QUANTITY, PriceSpan

EXAMPLES = "an ISO 4217 currency in use, such as USD, EUR, GBP, CAD, AUD, CHF, JPY or KWD"
USUAL_LOCALE = "en_US"
QUANTITY_DECIMALS_COUNT = 3
_NOBODYS = {"UNKNOWN REGION", "ZZ07_NO_CURRENCY"}
"""Where `moneyed` places metals, test codes and what is no currency at all; those of the past it places nowhere."""


@functools.cache
def minor_decimals_count(currency: str) -> int:
    """Return how many decimals the smallest coin has: 2 for USD, none for JPY, 3 for KWD; refuse what nobody pays with.

    >>> minor_decimals_count("KWD")
    3
    """
    try:
        known = get_currency(currency)
        # moneyed takes small letters too; a file that says "usd" is corrected, not guessed at.
        in_use = known.code == currency and bool({place.upper() for place in known.countries} - _NOBODYS)
    except (CurrencyDoesNotExist, TypeError, AttributeError):
        in_use = False
    if not in_use:
        raise BadInput("currency", repr(currency)[:20], EXAMPLES, "Use its three capital letters.")
    return len(str(known.sub_unit)) - 1


def demand_currency(currency: str) -> str:
    """Return the letters of a currency that is in use; refuse others with examples."""
    minor_decimals_count(currency)
    return currency


def currencies_in_use() -> tuple[str, ...]:
    """Return the letters of every currency a price can be in."""
    return tuple(sorted(code for code, known in CURRENCIES.items() if {place.upper() for place in known.countries} - _NOBODYS))


def minor_unit(currency: str) -> Decimal:
    """Return the smallest amount that is paid: 0.01 for USD, 1 for JPY."""
    return Decimal(1).scaleb(-minor_decimals_count(currency))


def to_minor(amount: Decimal, currency: str) -> Decimal:
    """Round an amount to the currency's smallest one, halves away from zero, as invoices do.

    >>> to_minor(Decimal("10.005"), "USD")
    Decimal('10.01')
    """
    return _tidy(amount.quantize(minor_unit(currency), ROUND_HALF_UP))


def _tidy(amount: Decimal) -> Decimal:
    """Return an amount in its one spelling, whole ones without decimals, so that equal amounts make equal nouns."""
    whole = amount.to_integral_value()
    return abs(whole) if not whole and whole == amount else whole if whole == amount else amount


def exact(measured: float, decimals_count: int = QUANTITY_DECIMALS_COUNT) -> Decimal:
    """Return a measured quantity as the decimal it is written as, to so many decimals: the only door from floats to money.

    >>> exact(0.1 + 0.2)
    Decimal('0.300')
    """
    read = Decimal(repr(float(measured)))
    if not (read.is_finite() and abs(read) <= LARGEST_QUANTITY):
        raise BadInput("quantity", measured, f"a finite number up to {LARGEST_QUANTITY:,.0f}", "Measure it again.")
    return read.quantize(Decimal(1).scaleb(-decimals_count), ROUND_HALF_UP)


def zero(currency: str) -> PriceSpan:
    """Return nothing, in a currency."""
    return PriceSpan(low=Decimal(0), high=Decimal(0), currency=currency)


def add_spans(spans: Iterable[PriceSpan], currency: str) -> PriceSpan:
    """Return the exact sum of price ranges, low to low and high to high; refuse to mix currencies."""
    low = high = Decimal(0)
    for span in spans:
        if span.currency != currency:
            allowed = f"amounts in {currency} alone"
            raise WrongParent("currency", f"{span.currency} beside {currency}", allowed, "Make the quote anew with one price list.")
        if not (span.low.is_finite() and span.high.is_finite()):
            raise BadInput("amount", f"{span.low} to {span.high}", "finite amounts", "Correct it.")
        low, high = low + span.low, high + span.high
    return PriceSpan(low=_tidy(low), high=_tidy(high), currency=currency)


def portion(span: PriceSpan, low_fraction: Decimal, high_fraction: Decimal | None = None) -> PriceSpan:
    """Return a part of a price range, each end rounded to the smallest coin."""
    high = low_fraction if high_fraction is None else high_fraction
    return PriceSpan(
        low=to_minor(span.low * low_fraction, span.currency), high=to_minor(span.high * high, span.currency), currency=span.currency
    )


def split_amount(total: Decimal, weights: tuple[Decimal, ...], currency: str) -> tuple[Decimal, ...]:
    """Split an amount by weights into payable parts that add up to it exactly, each within one smallest coin of its share.

    What rounding down leaves over goes, coin by coin, to the parts that lost most, earlier parts first.

    >>> split_amount(Decimal("100.00"), (Decimal(1), Decimal(1), Decimal(1)), "USD")
    (Decimal('33.34'), Decimal('33.33'), Decimal('33.33'))
    """
    unit, whole = minor_unit(currency), sum(weights, Decimal(0))
    if total != to_minor(total, currency) or not weights or min(weights) < 0 or whole <= 0:
        allowed = "an amount that can be paid, weights of 0 or more that are not all 0"
        raise BadInput("split", f"{total} {currency} into {len(weights)}", allowed, "Round the amount first.")
    shares = [total * weight / whole for weight in weights]
    parts = [share.quantize(unit, ROUND_FLOOR) for share in shares]
    left_count = int((total - sum(parts, Decimal(0))) / unit)
    losers = sorted(range(len(parts)), key=lambda index: parts[index] - shares[index])
    for index in losers[:left_count]:
        parts[index] += unit
    return tuple(_tidy(part) for part in parts)


def in_words(amount: Decimal, currency: str, locale: str = USUAL_LOCALE) -> str:
    """Return an amount as people of a place write it; whole amounts without decimals.

    >>> in_words(Decimal("1234.50"), "USD"), in_words(Decimal(90000), "JPY"), in_words(Decimal("-36"), "USD")
    ('$1,234.50', '¥90,000', '-$36')
    """
    payable = to_minor(amount, currency)
    if payable != payable.to_integral_value():
        return _spaced(format_money(Money(payable, currency), locale=locale))
    whole = Locale.parse(locale).currency_formats["standard"].pattern.replace(".00", "")
    return _spaced(format_money(Money(payable, currency), format=whole, locale=locale, currency_digits=False))


def _spaced(words: str) -> str:
    """Set letters of a currency without a sign apart from its number."""
    return re.sub(r"(?<=[A-Z]{3})(?=\d)", "\N{NO-BREAK SPACE}", words)


def span_in_words(span: PriceSpan, locale: str = USUAL_LOCALE) -> str:
    """Return a price range in words, the smaller end first; one amount where both are the same.

    >>> span_in_words(PriceSpan(low=Decimal(520), high=Decimal(760), currency="USD"))
    '$520 to $760'
    """
    ends = (in_words(min(span.low, span.high), span.currency, locale), in_words(max(span.low, span.high), span.currency, locale))
    return ends[0] if span.low == span.high else " to ".join(ends)
