"""Money: currencies as ISO 4217 has them, exact sums, splits that lose no coin, amounts as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalp.base import BadInput, WrongParent
from scalp.domain.money import (
    add_spans,
    currencies_in_use,
    demand_currency,
    exact,
    in_words,
    minor_decimals_count,
    minor_unit,
    portion,
    span_in_words,
    split_amount,
    to_minor,
)
from scalp.domain.plan import PriceSpan

CURRENCIES = st.sampled_from(currencies_in_use())


def dollars(low: str, high: str) -> PriceSpan:
    return PriceSpan(low=Decimal(low), high=Decimal(high), currency="USD")


@pytest.mark.parametrize(
    ("currency", "decimals_count"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3), ("TND", 3)]
)
def test_currencies_have_the_decimals_of_iso_4217(currency: str, decimals_count: int) -> None:
    """ISO 4217, column of minor units."""
    assert minor_decimals_count(currency) == decimals_count
    assert minor_unit(currency) == Decimal(1).scaleb(-decimals_count)


@pytest.mark.parametrize("currency", ["XXZ", "", "usd", "US", "USDD", "X" * 3, "XTS", "XAU", "DEM", "HRK", "$", "\N{EURO SIGN}"])
def test_what_nobody_pays_with_is_refused_with_examples(currency: str) -> None:
    """Unknown letters, small letters, test codes, metals and currencies of the past."""
    with pytest.raises(BadInput, match="such as USD, EUR, GBP"):
        demand_currency(currency)


def test_the_currencies_in_use_are_those_of_today() -> None:
    known = set(currencies_in_use())
    assert {"USD", "EUR", "GBP", "JPY", "KWD", "CHF", "INR", "BRL", "ZAR", "XOF", "XCD"} <= known
    assert not {"DEM", "FRF", "XTS", "X" * 3, "XAG"} & known
    assert 140 <= len(known) <= 190


@given(
    total=st.decimals(-100_000, 100_000, places=3),
    weights=st.lists(st.decimals(0, 1000, places=3), min_size=1, max_size=12).filter(lambda weights: sum(weights) > 0),
    currency=CURRENCIES,
)
def test_a_split_loses_no_coin_and_no_part_is_a_coin_off(total: Decimal, weights: list[Decimal], currency: str) -> None:
    payable, unit = to_minor(total, currency), minor_unit(currency)
    parts = split_amount(payable, tuple(weights), currency)
    assert sum(parts) == payable
    whole = sum(weights)
    assert all(abs(part - payable * weight / whole) < unit for part, weight in zip(parts, weights, strict=True))
    assert all(part % unit == 0 for part in parts)


@pytest.mark.parametrize(
    ("total", "weights"), [("1.005", (1, 1)), ("1", ()), ("1", (0, 0)), ("1", (2, -1))], ids=["half a cent", "nobody", "nothing", "debt"]
)
def test_what_cannot_be_split_is_refused(total: str, weights: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="split"):
        split_amount(Decimal(total), tuple(map(Decimal, weights)), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("10.005", "USD", "10.01"), ("-10.005", "USD", "-10.01"), ("10.5", "JPY", "11"), ("1.0005", "KWD", "1.001"), ("400.00", "USD", "400")],
)
def test_halves_are_rounded_away_from_zero_to_the_smallest_coin(amount: str, currency: str, rounded: str) -> None:
    assert str(to_minor(Decimal(amount), currency)) == rounded


@given(a=st.decimals(-1000, 1000, places=2), b=st.decimals(-1000, 1000, places=2))
def test_equal_amounts_are_equal_nouns_however_they_came_about(a: Decimal, b: Decimal) -> None:
    added = add_spans((dollars(str(a), "1000.00"), dollars(str(b), "0.50"), dollars("0.00", "0.50")), "USD")
    assert added == PriceSpan(low=to_minor(a + b, "USD"), high=Decimal(1001), currency="USD")


def test_currencies_are_never_mixed() -> None:
    with pytest.raises(WrongParent, match="EUR beside USD"):
        add_spans((dollars("1", "2"), PriceSpan(low=Decimal(1), high=Decimal(2), currency="EUR")), "USD")


def test_a_measured_quantity_becomes_the_decimal_it_is_written_as() -> None:
    assert exact(0.1 + 0.2) == Decimal("0.3")
    assert exact(112.35, 1) == Decimal("112.4")
    with pytest.raises(BadInput, match="finite"):
        exact(float("inf"))


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        ("1234.5", "USD", "en_US", "$1,234.50"),
        ("1234", "USD", "en_US", "$1,234"),
        ("1234.5", "KWD", "en_US", "KWD\N{NO-BREAK SPACE}1,234.500"),
        ("90000", "JPY", "en_US", "\N{YEN SIGN}90,000"),
        ("1234.5", "EUR", "de_DE", "1.234,50\N{NO-BREAK SPACE}\N{EURO SIGN}"),
        ("1234", "EUR", "de_DE", "1.234\N{NO-BREAK SPACE}\N{EURO SIGN}"),
    ],
)
def test_amounts_are_written_as_people_of_a_place_write_them(amount: str, currency: str, locale: str, words: str) -> None:
    assert in_words(Decimal(amount), currency, locale) == words


def test_a_range_is_said_from_the_smaller_end() -> None:
    assert span_in_words(dollars("116", "-36")) == "-$36 to $116"
    assert span_in_words(dollars("5", "5.00")) == "$5"
    assert portion(dollars("0.05", "0.15"), Decimal("0.5")) == dollars("0.03", "0.08")
