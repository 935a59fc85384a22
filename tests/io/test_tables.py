"""Price lists: read exactly, and every mistake gets a sentence."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, Unreadable
from scalp.domain.plan import Span
from scalp.domain.price import PriceList
from scalp.io.tables import read_price_list

PRICES = """schema = "smp-price-list"
version = 1
currency = "GBP"
[per_session]
low = 300
high = 400.10
[per_cm2]
low = 0.10
high = 2
"""


def _written(folder: Path, content: str, name: str) -> Path:
    place = folder / name
    place.write_text(content, "utf-8")
    return place


def test_amounts_are_exact_and_not_floats(tmp_path: Path) -> None:
    prices = read_price_list(_written(tmp_path, PRICES, "prices.toml"))
    assert (prices.currency, prices.per_session_high, prices.per_cm2_low) == ("GBP", Decimal("400.10"), Decimal("0.10"))
    assert prices.maximum_per_session is None


@pytest.mark.parametrize("area_cm2", [30.0, 60.0, 120.0, 200.0, 320.0])
@pytest.mark.parametrize("sessions_count", [3, 4])
def test_the_shipped_list_keeps_courses_where_practitioners_publish_them(area_cm2: float, sessions_count: int) -> None:
    """400 to 1,000 USD a session and 1,200 to 6,000 USD a course (smp 1.17), at 130 per cm2 and 1 to 1.9 impressions a second."""
    count = round(130 * area_cm2 / sessions_count)
    hours = Span(low=0.5 + count / 1.9 / 3600, expected=0.5 + count / 1.4 / 3600, high=0.5 + count / 3600)
    span = read_price_list().session_price(area_cm2, impressions_count=count, hours=hours)
    assert Decimal(400) <= span.low < span.high <= Decimal(1000)
    assert Decimal(1200) <= sessions_count * span.low <= sessions_count * span.high <= Decimal(6000)


@settings(deadline=None)
@given(st.floats(0, 500), st.floats(0, 500))
def test_a_larger_area_never_costs_less(one_cm2: float, other_cm2: float) -> None:
    prices = read_price_list()
    small, large = (prices.session_price(area) for area in sorted((one_cm2, other_cm2)))
    assert small.low <= large.low
    assert small.high <= large.high


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("low = 300", "low = 500"), "per_session is 500 to 400.10"),
        (("low = 300", "low = -1"), "0 or more"),
        (("low = 300", 'low = "cheap"'), "per_session.low = 'cheap'"),
        (("low = 300", "low = nan"), "0 or more"),
        (("low = 300\n", ""), "per_session.low = None"),
        (('"GBP"', '"pounds"'), "three capital letters"),
        (("[per_cm2]", "[per_inch2]"), r"without \[per_cm2\]"),
        (("[per_cm2]", "[per_cm2]\ntip = 3"), "holding 'per_cm2.tip'"),
        (("low = 300", "low = "), "not TOML"),
        (('"smp-price-list"', '"other"'), "no price list"),
    ],
)
def test_every_mistake_in_a_price_list_gets_a_sentence(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in PRICES
    with pytest.raises(BadInput, match=told):
        read_price_list(_written(tmp_path, PRICES.replace(*change, 1), "prices.toml"))


def test_a_price_list_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="version 9"):
        read_price_list(_written(tmp_path, PRICES.replace("version = 1", "version = 9"), "prices.toml"))


def test_prices_are_rounded_half_up_to_the_unit_of_the_list() -> None:
    prices = PriceList(
        currency="EUR",
        per_session_low=Decimal("104.99"),
        per_session_high=Decimal(105),
        per_cm2_low=Decimal(0),
        per_cm2_high=Decimal(0),
        minimum_per_session=Decimal(0),
        rounded_to=Decimal(10),
    )
    span = prices.session_price(10.0)
    assert (span.low, span.high) == (Decimal(100), Decimal(110))
