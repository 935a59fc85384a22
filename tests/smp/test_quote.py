"""`smp quote`: the table with its reasons, the file, and refusals in one sentence with exit code 2."""

import json
import stat
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from scalp.designing import propose_design
from scalp.domain.design import Wishes
from scalp.io.designs import write_design
from scalp.io.plans import write_plan
from scalp.io.quotes import read_quote
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from smp.quote import quote
from tests.makers import make_head


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """Return a folder as smp plan writes one."""
    folder = tmp_path_factory.mktemp("planned")
    head = make_head(subdivisions_count=4)
    design = propose_design(head, Wishes(norwood="5"))
    write_design(design, folder)
    write_plan(plan_treatment(design, head, start=date(2027, 3, 1), prices=read_price_list()), folder)
    return folder


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs the command alone and gives its exit code and words."""
    monkeypatch.setenv("COLUMNS", "300")
    application = typer.Typer()
    application.command()(quote)
    application.callback()(lambda: None)
    return lambda *words: CliRunner().invoke(application, ["quote", *map(str, words), "--day", "2027-02-01"])


def test_a_quote_says_every_session_the_total_and_why(planned, run) -> None:
    answer = run(planned, "--difficulty", "scar=30", "--travel-km", "40")
    assert answer.exit_code == 0, answer.output
    for words in (
        "Session 1, 01 March 2027",
        "Total",
        "Difficulty: scar",
        "Travel",
        "cm2 at 1.60 to 1.80 USD",
        "The market takes $1,500 to $3,500",
    ):
        assert words in answer.output
    assert "Session 1 can be moved without a fee until 26 February 2027" in answer.output
    assert "Deposit:" in answer.output


def test_the_json_adds_up_and_is_the_file(planned, run, tmp_path: Path) -> None:
    place = tmp_path / "quote.json"
    told = json.loads(run(planned, "--json", "--out", place).stdout)
    items = told["quote"]["items"]
    assert sum(Decimal(item["amount"]["low"]) for item in items) == Decimal(told["quote"]["total"]["low"])
    kept = read_quote(place)
    assert str(kept.total.high) == told["quote"]["total"]["high"]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--difficulty", "dragon"), "scar, repair, density"),
        (("--difficulty", "scar=200"), "above 0 to 100 %"),
        (("--difficulty", "scar=some"), "30 for 30 percent"),
        (("--travel-km", "far"), "a number such as 40"),
        (("--travel-km", "-3"), "0 to 2,000 km"),
        (("--travel-km", "1e99"), "0 to 2,000 km"),
        (("--day", "2028-01-01"), "2027-03-01 or earlier"),
    ],
)
def test_what_cannot_be_quoted_is_refused_in_a_sentence(planned, run, words: tuple[str, str], told: str) -> None:
    answer = run(planned, *(words if words[0] != "--day" else ()))
    if words[0] == "--day":
        application = typer.Typer()
        application.command()(quote)
        answer = CliRunner().invoke(application, [str(planned), *words])
    assert answer.exit_code == 2
    assert told in answer.output.replace("\n", " ")
    assert "Traceback" not in answer.output


def test_a_price_list_in_an_unknown_currency_and_a_place_that_is_none_are_refused(planned, run, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        'schema = "smp-price-list"\nversion = 2\ncurrency = "XXZ"\n[per_session]\nlow = 1\nhigh = 2\n[per_cm2]\nlow = 1\nhigh = 2\n'
    )
    answer = run(planned, "--prices", prices)
    assert answer.exit_code == 2
    assert "such as USD, EUR, GBP" in answer.output
    for place in (tmp_path, tmp_path / "nowhere" / "quote.json"):
        assert run(planned, "--out", place).exit_code == 2
    assert run(tmp_path / "no plan").exit_code == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["prices.toml"]
