"""Points files and price lists: read exactly, and every mistake gets a sentence."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, BadTable, Unreadable
from scalp.domain.price import PriceList
from scalp.domain.sighting import POINT_NAMES
from scalp.io.tables import check_points_inside, read_points, read_points_file, read_price_list

GOOD = {"points": {"glabella": [512, 300.5], "menton": [510, 700]}, "card": [[0, 0], [85, 0], [85, 54], [0, 54]]}
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


def _written(folder: Path, content: object, name: str = "points.json") -> Path:
    place = folder / name
    place.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return place


def test_points_and_card_are_read_as_marked(tmp_path: Path) -> None:
    told = read_points_file(_written(tmp_path, GOOD))
    assert told.marked.names == ("glabella", "menton")
    np.testing.assert_array_equal(told.marked.points_px, [[512, 300.5], [510, 700]])
    assert told.card_px is not None
    np.testing.assert_array_equal(told.card_px, GOOD["card"])


def test_every_point_there_is_can_be_marked(tmp_path: Path) -> None:
    marked = read_points(_written(tmp_path, {"points": {name: [1, 2] for name in POINT_NAMES}}))
    assert marked.names == tuple(POINT_NAMES)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "not JSON: .* in line 1"),
        ('{"points": {"glabella": [1, 2]', "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ("[" * 100_000, "not JSON of points"),
        ({}, "without points"),
        ({"points": {}}, "without points"),
        ({"points": [[1, 2]]}, "without points"),
        ({"points": {"nose": [1, 2]}}, "naming a point 'nose'; allowed: glabella, sellion"),
        ({"points": {"glabella": [1]}}, r"giving point 'glabella' as \[1\]"),
        ({"points": {"glabella": [1, "2"]}}, "Give two numbers"),
        ({"points": {"glabella": [True, 2]}}, "Give two numbers"),
        ({"points": {"glabella": [float("nan"), 2]}}, "Give two numbers"),
        ({"points": {"glabella": [1, 2]}, "crad": []}, "holding 'crad'"),
        ({"points": {"glabella": [1, 2]}, "card": [[1, 2]]}, "four corners"),
        ({"points": {"glabella": [1, 2]}, "card": [[1, 2], [2, 3], [3, 4], None]}, "a corner of the card as None"),
        ('{"points": {"glabella": [1, 2], "glabella": [3, 4]}}', "naming 'glabella' twice"),
    ],
)
def test_every_mistake_in_a_points_file_gets_a_sentence(tmp_path: Path, content: object, told: str) -> None:
    with pytest.raises(BadTable, match=rf"points\.json is .*{told}"):
        read_points(_written(tmp_path, content))


def test_a_points_file_that_cannot_be_opened_is_named_without_its_folder(tmp_path: Path) -> None:
    for place, told in ((tmp_path / "none.json", "not there"), (tmp_path, "a folder")):
        with pytest.raises(BadTable, match=told) as caught:
            read_points(place)
        assert str(tmp_path.parent) not in str(caught.value)
    binary = tmp_path / "points.json"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadTable, match="not text"):
        read_points(binary)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_reading_points_fail_in_another_way(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.getbasetemp() / "any.json"
    place.write_text(text, "utf-8", errors="surrogatepass") if text.isprintable() else place.write_bytes(
        text.encode("utf-16", "surrogatepass")
    )
    with pytest.raises(BadTable):
        read_points(place)


def test_points_outside_the_photo_are_refused_with_its_size(tmp_path: Path) -> None:
    marked = read_points(_written(tmp_path, GOOD))
    check_points_inside(marked, 600, 700)
    with pytest.raises(BadTable, match=r"'menton' is at \(510, 700\) px; allowed: 0 to 600 across and 0 to 699 down"):
        check_points_inside(marked, 600, 699)


def test_amounts_are_exact_and_not_floats(tmp_path: Path) -> None:
    prices = read_price_list(_written(tmp_path, PRICES, "prices.toml"))
    assert (prices.currency, prices.per_session_high, prices.per_cm2_low) == ("GBP", Decimal("400.10"), Decimal("0.10"))
    assert prices.maximum_per_session is None


@pytest.mark.parametrize("area_cm2", [30.0, 60.0, 120.0, 200.0, 320.0])
@pytest.mark.parametrize("sessions_count", [3, 4])
def test_the_shipped_list_keeps_courses_where_practitioners_publish_them(area_cm2: float, sessions_count: int) -> None:
    """400 to 1,000 USD a session and 1,200 to 6,000 USD a course (smp 1.17)."""
    span = read_price_list().session_price(area_cm2)
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
