"""quote.json: exact both ways, and plain words for every file that is something else."""

import dataclasses
import json
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from scalp.base import BadInput, BadTable, Doubt, Unreadable
from scalp.domain.plan import PriceSpan
from scalp.domain.quote import Policy, Quote, QuoteItem
from scalp.io.quotes import read_quote, write_quote

STORED = """{"schema": "smp-quote", "version": 1, "plan_digest": "0123", "day": "2027-02-01",
 "items": [{"what": "Session", "why": "Each session.", "amount": {"low": "400.10", "high": "500", "currency": "GBP"},
  "session_number": 1}],
 "total": {"low": "400.10", "high": "500", "currency": "GBP"}, "deposit": {"low": "100.03", "high": "125", "currency": "GBP"},
 "policy": {"deposit_percent": "25", "deposit_refundable_days": 14, "change_free_days": 3, "late_change_percent": "50",
  "valid_days": 90}}
"""
"""As the first version wrote it."""


@pytest.fixture
def quote() -> Quote:
    def span(low: str, high: str) -> PriceSpan:
        return PriceSpan(low=Decimal(low), high=Decimal(high), currency="KWD")

    return Quote(
        plan_digest="a" * 32,
        day=date(2027, 2, 1),
        items=(
            QuoteItem(what="Session", why="Each \N{EM DASH} session.", amount=span("120.005", "150"), session_number=1),
            QuoteItem(what="Limits and rounding", why="Steps of 5.", amount=span("4.995", "-5"), session_number=1),
        ),
        total=span("125", "145"),
        deposit=span("31.25", "36.25"),
        policy=Policy(valid_days=30),
        options=(QuoteItem(what="Later", why="If wanted.", amount=span("10", "20")),),
        cross_check=span("100", "200"),
        doubts=(Doubt(kind="design", where="price", size="5", advice="Look."),),
        prices_digest="b" * 32,
    )


def test_a_quote_read_back_is_the_one_written(quote: Quote, tmp_path: Path) -> None:
    place = write_quote(quote, tmp_path / "of the client.json")
    assert read_quote(place) == quote
    assert write_quote(quote, tmp_path).name == "quote.json"
    assert read_quote(tmp_path) == quote
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_amounts_are_strings_in_the_file_so_that_no_reader_makes_floats_of_them(quote: Quote, tmp_path: Path) -> None:
    told = json.loads(write_quote(quote, tmp_path).read_text("utf-8"))
    assert told["items"][0]["amount"] == {"low": "120.005", "high": "150", "currency": "KWD"}
    assert (told["schema"], told["version"]) == ("smp-quote", 1)


def test_a_quote_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    place = tmp_path / "quote.json"
    place.write_text(STORED, "utf-8")
    assert read_quote(place).total.low == Decimal("400.10")


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        (('"version": 1', '"version": 2'), Unreadable, "Update smp"),
        (('"smp-quote"', '"smp-plan"'), BadTable, "not the quote"),
        (('"400.10"', '"400.11"'), BadInput, "sum of the items"),
        (('"400.10"', "400.10"), BadTable, r"items\[0\]\.amount\.low"),
        (('"400.10"', '"dear"'), BadTable, "an exact amount"),
        (('"400.10"', '"NaN"'), BadTable, "an exact amount"),
        (('"GBP"', '"XXZ"'), BadInput, "such as USD"),
        (('"deposit_percent": "25"', '"deposit_percent": "250"'), BadInput, "0 to 100"),
        (("{", ""), BadTable, "not JSON"),
    ],
)
def test_every_wrong_quote_gets_a_sentence(tmp_path: Path, change: tuple[str, str], kind: type[Exception], told: str) -> None:
    place = tmp_path / "quote.json"
    assert change[0] in STORED
    place.write_text(STORED.replace(*change) if change[0] == '"GBP"' else STORED.replace(*change, 1), "utf-8")
    with pytest.raises(kind, match=told):
        read_quote(place)


def test_a_quote_changed_by_hand_is_refused(quote: Quote, tmp_path: Path) -> None:
    place = write_quote(quote, tmp_path)
    place.write_text(place.read_text("utf-8").replace("Each ", "No "), "utf-8")
    with pytest.raises(BadInput, match="changed since smp wrote it"):
        read_quote(place)
    assert dataclasses.replace(quote, day=date(2027, 2, 2)) != quote


def test_a_quote_replaces_an_older_quote_and_nothing_else(quote: Quote, tmp_path: Path) -> None:
    place = write_quote(quote, tmp_path / "plan.json")
    assert write_quote(quote, place) == place
    place.write_text('{"schema": "smp-plan"}', "utf-8")
    with pytest.raises(BadInput, match="there already and something else"):
        write_quote(quote, place)
    assert place.read_text("utf-8") == '{"schema": "smp-plan"}'
