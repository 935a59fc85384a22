"""Price lists: read exactly, and every mistake gets a sentence."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, Unreadable
from scalp.domain.plan import Span
from scalp.domain.price import PriceList
from scalp.domain.quote import Policy
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


SECOND = (
    PRICES.replace("version = 1", "version = 2")
    + """
[per_hour]
low = 60
high = 90.5
[trial]
low = 0.8
high = 1
[difficulty.curly]
low = 1.05
high = 1.25
words = "very curly hair"
grade = "E"
[travel]
per_km = 0.45
free_km = 20
[touch_ups]
included = 2
within_days = 180
later_low = 100
later_high = 200
[policy]
deposit_percent = 12.5
change_free_days = 7
[[by_stage]]
norwood = ["3", "3v"]
low = 900
high = 1500
"""
)


def test_every_table_of_the_second_version_is_read_exactly(tmp_path: Path) -> None:
    prices = read_price_list(_written(tmp_path, SECOND, "prices.toml"))
    assert (prices.per_hour_low, prices.per_hour_high) == (Decimal(60), Decimal("90.5"))
    assert (prices.trial_factor_low, prices.trial_factor_high) == (Decimal("0.8"), Decimal(1))
    assert [(rate.name, rate.factor_high, rate.words) for rate in prices.difficulties] == [("curly", Decimal("1.25"), "very curly hair")]
    assert prices.travel is not None
    assert prices.travel.visit_amount(Decimal(30)) == Decimal(9)
    assert prices.touch_ups is not None
    assert (prices.touch_ups.included_count, prices.touch_ups.later_high) == (2, Decimal(200))
    assert (prices.policy.deposit_percent, prices.policy.change_free_days) == (Decimal("12.5"), 7)
    assert prices.policy.valid_days == Policy().valid_days
    assert (prices.by_stage[0].stages, prices.by_stage[0].high) == (("3", "3v"), Decimal(1500))


def test_a_list_of_the_first_version_means_what_it_meant(tmp_path: Path) -> None:
    """Upgraded: session and area as before, and nothing is taken for what it did not know, no deposit either."""
    prices = read_price_list(_written(tmp_path, PRICES, "prices.toml"))
    span = prices.session_price(100.0, impressions_count=9000, hours=Span(low=1.0, expected=2.0, high=3.0), temporary=True)
    assert (span.low, span.high) == (Decimal(310), Decimal(600))
    assert (prices.policy.deposit_percent, prices.policy.late_change_percent) == (0, 0)
    assert prices.travel is prices.touch_ups is None
    assert prices.difficulties == prices.by_stage == ()
    with pytest.raises(BadInput, match="holding 'per_hour'"):
        read_price_list(_written(tmp_path, PRICES + "[per_hour]\nlow = 1\nhigh = 2\n", "prices.toml"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("low = 60", "low = 600"), "per_hour is 600 to 90.5"),
        (("low = 60\n", ""), "per_hour.low = None"),
        (("low = 1.05", "low = 0.9"), "difficulty curly is 0.9 to 1.25"),
        (("[difficulty.curly]", "[difficulty.Curly]"), "small letters"),
        (('words = "very curly hair"', 'words = ""'), "difficulty curly words"),
        (('grade = "E"', 'grade = "Z"'), "A, B, C, D, E"),
        (("per_km = 0.45", "per_km = -1"), "travel.per_km"),
        (("included = 2", "included = 2.5"), "touch_ups.included"),
        (("included = 2", "included = 99"), "0 to 10"),
        (("deposit_percent = 12.5", "deposit_percent = 125"), "0 to 100"),
        (("change_free_days = 7", "change_free_days = -7"), "whole days"),
        (("change_free_days = 7", 'change_free_days = "a week"'), "a whole number"),
        (('["3", "3v"]', '["3", "8"]'), "by_stage stages is 3, 8"),
        (('norwood = ["3", "3v"]', 'stage = "3"'), "holding 'by_stage.stage'"),
        (('norwood = ["3", "3v"]', 'norwood = "3"'), "without stages"),
        (("[[by_stage]]", "[by_stage]"), "no list of tables"),
        (("[trial]", "[trials]"), "holding 'trials'"),
        (("high = 90.5", "high = 90.5000001"), "with at most 6 decimals"),
        (('"GBP"', '"XXZ"'), "such as USD, EUR, GBP"),
        (('currency = "GBP"', 'currency = "JPY"\nrounded_to = 0.5'), "a multiple of 1 JPY"),
    ],
)
def test_every_mistake_in_the_newer_tables_gets_a_sentence(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in SECOND
    with pytest.raises(BadInput, match=told):
        read_price_list(_written(tmp_path, SECOND.replace(*change, 1), "prices.toml"))


def test_the_shipped_list_names_grade_and_words_of_every_difficulty() -> None:
    prices = read_price_list()
    assert {rate.name for rate in prices.difficulties} == {"scar", "repair", "density", "hair", "skin", "patch"}
    assert all(rate.source and rate.words for rate in prices.difficulties)
    assert all(Decimal(1200) <= row.low < row.high <= Decimal(6000) for row in prices.by_stage)


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
