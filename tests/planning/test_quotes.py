"""Quotes: every amount exact and with its reason, courses where the market shows them, policy at the borders of its windows."""

import ast
import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible, Value, WrongParent
from scalp.designing import propose_design
from scalp.domain.design import NORWOOD_STAGES, Design, Wishes, Zone
from scalp.domain.money import add_spans
from scalp.domain.pigment import Pigment
from scalp.domain.plan import Plan, PriceSpan, Span, TouchUp
from scalp.domain.price import PriceList
from scalp.domain.quote import Quote, deposit_back, fee_for_change
from scalp.domain.rates import Difficulty, TravelRate
from scalp.io.tables import read_price_list
from scalp.planning import PlanSettings, plan_treatment
from scalp.planning.quotes import market_price, quote_plan
from tests.makers import make_design, make_head

START, DAY = date(2027, 3, 1), date(2027, 2, 1)
PRICES = read_price_list()
HEAD = make_head(subdivisions_count=5)
Case = tuple[Plan, Design]


def case_of(design: Design, *, sessions_count: int | None = None, pigment: Pigment | None = None, prices: PriceList = PRICES) -> Case:
    plan_settings = PlanSettings(sessions_count=sessions_count)
    return plan_treatment(design, HEAD, start=START, prices=prices, pigment=pigment, settings=plan_settings), design


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(dataclasses.replace(make_design(HEAD), zones=()))


def zoned(design: Design, **areas_cm2: float) -> Design:
    zones = tuple(
        Zone(
            name={"mid_scalp": "mid-scalp", "existing_hair": "existing hair"}.get(name, name),
            area_cm2=area_cm2,
            impressions_count=100,
            mean_per_cm2=100.0,
        )
        for name, area_cm2 in areas_cm2.items()
    )
    return dataclasses.replace(design, zones=zones)


def amounts_in(noun: object) -> Iterator[object]:
    """Yield every low and high of every price range that a noun holds."""
    if isinstance(noun, PriceSpan):
        yield from (noun.low, noun.high)
    elif isinstance(noun, Value):
        for field in dataclasses.fields(noun):  # type: ignore[arg-type]
            yield from amounts_in(getattr(noun, field.name))
    elif isinstance(noun, tuple):
        for item in noun:
            yield from amounts_in(item)


@pytest.mark.parametrize("norwood", NORWOOD_STAGES)
def test_courses_of_a_mean_head_cost_what_the_market_shows(norwood: str) -> None:
    """1,200 to 6,000 USD a whole treatment (smp 1.17, C), and a range that meets that of the stage (D)."""
    plan, design = case_of(propose_design(HEAD, Wishes(norwood=norwood)))
    quote = quote_plan(plan, design, PRICES, day=DAY)
    assert (quote.cross_check is None) == (norwood == "1"), "nobody publishes a price for a head without loss"
    assert Decimal(1200) <= quote.total.low < quote.total.high <= Decimal(6000)
    if quote.cross_check is not None:
        assert quote.total.low <= quote.cross_check.high
        assert quote.total.high >= quote.cross_check.low


@pytest.mark.parametrize("temporary", [False, True])
@pytest.mark.parametrize("sessions_count", [2, 3, 4])
def test_the_items_of_a_session_add_up_to_the_price_in_the_plan(sessions_count: int, *, temporary: bool) -> None:
    plan, design = case_of(make_design(HEAD), sessions_count=sessions_count, pigment=Pigment(temporary=temporary))
    quote = quote_plan(plan, design, PRICES, day=DAY)
    assert [quote.session_total(session.number) for session in plan.sessions] == [session.price for session in plan.sessions]
    assert all(item.why and item.what for item in (*quote.items, *quote.options))
    assert not [doubt for doubt in quote.doubts if doubt.where == "price in the plan"]


def test_area_impressions_and_hours_each_have_their_item(case: Case) -> None:
    quote = quote_plan(*case, PRICES, day=DAY)
    first = {item.what: item for item in quote.items if item.session_number == 1}
    area, count = Decimal(repr(round(case[1].area_cm2, 1))), case[0].sessions[0].impressions_count
    assert first["Area"].amount.low == (area * PRICES.per_cm2_low).quantize(Decimal("0.01"))
    assert f"{count:,} impressions" in first["Impressions"].why
    assert first["Hours"].amount.low > 0
    assert f"{area} cm2" in first["Area"].why


@settings(deadline=None, max_examples=40)
@given(
    travel_km=st.decimals(0, 500, places=1),
    part=st.decimals("0.001", 1, places=3),
    currency=st.sampled_from(["USD", "JPY", "KWD", "EUR"]),
    rate=st.decimals(0, 20, places=4),
)
def test_the_total_is_the_exact_sum_of_payable_items(case: Case, travel_km: Decimal, part: Decimal, currency: str, rate: Decimal) -> None:
    prices = dataclasses.replace(PRICES, currency=currency, per_cm2_low=rate, per_cm2_high=rate + 1, travel=TravelRate(per_km=rate))
    asked = (Difficulty(name="scar", part=part), Difficulty(name="skin"))
    quote = quote_plan(*case, prices, day=DAY, travel_km=travel_km, difficulties=asked)
    assert quote.total.low == sum((item.amount.low for item in quote.items), Decimal(0))
    assert quote.total.high == sum((item.amount.high for item in quote.items), Decimal(0))
    coin = {"USD": Decimal("0.01"), "EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}[currency]
    told = list(amounts_in(quote))
    assert all(type(amount) is Decimal and amount % coin == 0 for amount in told)
    assert quote.total.low <= quote.total.high


def test_no_float_is_written_where_money_is_counted() -> None:
    """By the syntax tree: no float literal, and `float` itself only where a measured quantity becomes an exact decimal."""
    root = Path(__file__).parents[2] / "scalp"
    faults = []
    for name in ("domain/money.py", "domain/price.py", "domain/quote.py", "domain/rates.py", "planning/quotes.py"):
        tree = ast.parse((root / name).read_text("utf-8"))
        border = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in {"exact", "session_price"}]
        border += [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in {"session_items", "_by_quantity"}]
        inside = {id(part) for node in border for part in ast.walk(node)}
        for node in ast.walk(tree):
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_float = isinstance(node, ast.Name) and node.id in {"float", "round"} and id(node) not in inside
            faults += [f"{name}:{node.lineno}"] if is_literal or is_float else []  # type: ignore[attr-defined]
    assert faults == []


def test_a_design_with_a_scar_costs_more_by_its_part_of_the_area(case: Case) -> None:
    """30 of 120 cm2 scarred at 1.6 to 1.7 times: 15 and 17.5 % of each session."""
    plan, design = case_of(zoned(make_design(HEAD), mid_scalp=90.0, scar=30.0))
    quote = quote_plan(plan, design, PRICES, day=DAY)
    scar = next(item for item in quote.items if item.what == "Difficulty: scar")
    price = plan.sessions[0].price
    assert (scar.amount.low, scar.amount.high) == (price.low * Decimal("0.15"), price.high * Decimal("0.175"))
    assert "25 % of the work, as designed" in scar.why
    told = quote_plan(plan, design, PRICES, day=DAY, difficulties=(Difficulty(name="scar", part=Decimal("0.5")),))
    assert next(item.amount.low for item in told.items if item.what == "Difficulty: scar") == price.low * Decimal("0.30")


def test_dense_fields_and_patches_are_priced_as_harder() -> None:
    design = zoned(make_design(HEAD, peak_density_per_cm2=180.0), mid_scalp=100.0, patch=20.0, existing_hair=30.0)
    zones = tuple(dataclasses.replace(zone, mean_per_cm2=170.0) if zone.name == "mid-scalp" else zone for zone in design.zones)
    plan, design = case_of(dataclasses.replace(design, zones=zones))
    whats = {item.what for item in quote_plan(plan, design, PRICES, day=DAY).items}
    assert {"Difficulty: density", "Difficulty: patch", "Difficulty: hair"} <= whats


def test_a_way_within_the_free_radius_costs_nothing_and_beyond_it_both_ways_of_every_session(case: Case) -> None:
    """40 km with 20 free: 2 x 20 km x 0.45 = 18 USD a session."""
    near, far = (
        [item.amount.low for item in quote_plan(*case, PRICES, day=DAY, travel_km=Decimal(km)).items if item.what == "Travel"]
        for km in (20, 40)
    )
    assert near == [Decimal(0)] * 3
    assert far == [Decimal(18)] * 3


def test_a_session_only_if_needed_is_an_option_outside_the_total() -> None:
    plan, design = case_of(make_design(HEAD), sessions_count=4)
    quote = quote_plan(plan, design, PRICES, day=DAY)
    assert plan.sessions[3].if_needed
    assert quote.total == add_spans((session.price for session in plan.sessions[:3]), "USD")
    option = next(item for item in quote.options if item.session_number == 4)
    assert option.amount == plan.sessions[3].price
    three = quote_plan(*case_of(make_design(HEAD)), PRICES, day=DAY)
    assert three.options[0].what == "One more session, if needed"


@pytest.mark.parametrize("ludwig", ["1", "2", "3"])
def test_women_are_quoted_beside_what_the_market_takes_for_their_stage(ludwig: str) -> None:
    """About 1,500 GBP for women, and Ludwig's stages priced as Norwood's by a British clinic (smp 1.17, C)."""
    plan, design = case_of(propose_design(HEAD, Wishes(sex="female", ludwig=ludwig)))
    quote = quote_plan(plan, design, PRICES, day=DAY)
    assert quote.cross_check == market_price(PRICES, design)
    assert quote.cross_check is not None
    assert Decimal(1200) <= quote.total.low <= quote.total.high <= Decimal(6000)


def test_a_scar_alone_costs_about_what_is_published() -> None:
    """2,000 to 2,500 USD for a scar alone (smp 1.17, C): a quote of 20 cm2, all of it scar, meets that range."""
    plan, design = case_of(propose_design(HEAD, Wishes(norwood="2")))
    total = quote_plan(plan, design, PRICES, day=DAY, difficulties=(Difficulty(name="scar"),)).total
    assert Decimal(1800) <= total.low <= total.high <= Decimal(2600)


def test_a_later_touch_up_is_an_option_with_the_years_the_plan_forecasts(case: Case) -> None:
    forecast = TouchUp(
        earliest=date(2029, 3, 1), likely=date(2031, 3, 1), latest=date(2034, 3, 1), share_fraction=0.3, reason="lighter than wanted"
    )
    plan = dataclasses.replace(case[0], touch_ups=(forecast,))
    later = quote_plan(plan, case[1], PRICES, day=DAY).options[-1]
    assert (later.amount.low, later.amount.high) == (Decimal(150), Decimal(400))
    assert "likely 2031 (2029 to 2034)" in later.why


@settings(deadline=None, max_examples=60)
@given(
    area_cm2=st.floats(0, 400),
    count=st.integers(0, 40_000),
    more=st.tuples(st.floats(0, 200), st.integers(0, 20_000), st.floats(0, 5)),
    hours=st.floats(0, 8),
)
def test_more_area_impressions_or_hours_never_cost_less(area_cm2: float, count: int, more: tuple[float, int, float], hours: float) -> None:
    def price(area_cm2: float, count: int, hours: float) -> PriceSpan:
        return PRICES.session_price(area_cm2, impressions_count=count, hours=Span(low=hours, expected=hours, high=2 * hours))

    small, large = price(area_cm2, count, hours), price(area_cm2 + more[0], count + more[1], hours + more[2])
    assert small.low <= large.low
    assert small.high <= large.high
    assert Decimal(400) <= small.low <= small.high <= Decimal(1000)


def test_a_total_outside_of_the_market_says_by_how_much() -> None:
    plan, design = case_of(propose_design(HEAD, Wishes(norwood="3")), prices=PRICES)
    dear = dataclasses.replace(PRICES, maximum_per_session=None, per_session_low=Decimal(900), per_session_high=Decimal(1000))
    quote = quote_plan(plan, design, dear, day=DAY)
    market = market_price(dear, design)
    assert market is not None
    doubt = next(doubt for doubt in quote.doubts if doubt.where == "price beside the market")
    assert f"${quote.total.high - market.high:,} above its high end" in doubt.size
    assert "nothing of this price lies there" in doubt.advice
    assert any(doubt.where == "price in the plan" for doubt in quote.doubts), "the plan was priced by the shipped list"


def test_a_stage_nobody_named_has_no_market_price(case: Case) -> None:
    assert quote_plan(*case, PRICES, day=DAY).cross_check is None


@pytest.mark.parametrize(("days_before", "is_free"), [(4, True), (3, True), (2, False), (0, False), (-1, False)])
def test_a_session_moves_freely_until_the_window_closes(case: Case, days_before: int, *, is_free: bool) -> None:
    quote, session = quote_plan(*case, PRICES, day=DAY), case[0].sessions[1]
    fee = fee_for_change(quote, session, session.day - timedelta(days=days_before))
    half = (session.price.low / 2, session.price.high / 2)
    assert (fee.low, fee.high) == ((0, 0) if is_free else half)


@pytest.mark.parametrize(("days_before", "is_back"), [(15, True), (14, True), (13, False)])
def test_a_deposit_comes_back_until_its_window_closes(case: Case, days_before: int, *, is_back: bool) -> None:
    quote, first = quote_plan(*case, PRICES, day=DAY), case[0].sessions[0]
    back = deposit_back(quote, first, first.day - timedelta(days=days_before))
    assert back.low == (quote.deposit.low if is_back else 0)
    assert quote.deposit.low == quote.total.low / 4


def test_a_quote_holds_for_its_days_and_not_before(case: Case) -> None:
    quote = quote_plan(*case, PRICES, day=DAY)
    held = [quote.holds_on(DAY + timedelta(days=days)) for days in (-1, 0, 90, 91)]
    assert held == [False, True, True, False]


def _other_total(quote: Quote) -> Quote:
    return dataclasses.replace(quote, total=PriceSpan(low=Decimal(1), high=Decimal(2), currency="USD"))


def _mixed(quote: Quote) -> Quote:
    return dataclasses.replace(quote, deposit=PriceSpan(low=Decimal(1), high=Decimal(2), currency="EUR"))


@pytest.mark.parametrize(("change", "told"), [(_other_total, "sum of the items"), (_mixed, "EUR beside USD")])
def test_a_quote_that_does_not_add_up_or_mixes_currencies_is_refused(case: Case, change, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        change(quote_plan(*case, PRICES, day=DAY))


@pytest.mark.parametrize(
    ("wishes", "kind", "told"),
    [
        ({"day": START + timedelta(days=1)}, BadInput, "2027-03-01 or earlier"),
        ({"travel_km": Decimal(-1)}, BadInput, "0 to 2,000 km"),
        ({"travel_km": Decimal("NaN")}, BadInput, "0 to 2,000 km"),
        ({"difficulties": (Difficulty(name="dragon"),)}, BadInput, "scar, repair, density"),
        ({"difficulties": (Difficulty(name="scar"), Difficulty(name="scar"))}, BadInput, "named twice"),
    ],
)
def test_wishes_no_quote_can_follow_are_refused(case: Case, wishes, kind: type[Exception], told: str) -> None:
    with pytest.raises(kind, match=told):
        quote_plan(*case, PRICES, **{"day": DAY, **wishes})


def test_travel_without_a_rate_and_the_plan_of_another_design_are_refused(case: Case) -> None:
    with pytest.raises(NotPossible, match=r"Add \[travel\]"):
        quote_plan(*case, dataclasses.replace(PRICES, travel=None), day=DAY, travel_km=Decimal(5))
    with pytest.raises(WrongParent, match="another design"):
        quote_plan(case[0], make_design(HEAD, peak_density_per_cm2=100.0), PRICES, day=DAY)
    session = dataclasses.replace(case[0].sessions[0], number=9)
    with pytest.raises(WrongParent, match="number 9"):
        fee_for_change(quote_plan(*case, PRICES, day=DAY), session, DAY)
