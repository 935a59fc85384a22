"""What each session does in each zone: counts that add up, needles, shades, layers, pigment and hours."""

import dataclasses
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput
from scalp.designing import propose_design
from scalp.domain.design import NORWOOD_STAGES, ZONE_NAMES, Design, Wishes, Zone
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import PigmentBatch, Plan, Span
from scalp.io.tables import read_price_list
from scalp.planning import PigmentUse, PlanSettings, WorkSettings, count_impressions, plan_treatment
from scalp.planning.mixing import kept_ml, thinned_ml
from scalp.planning.works import counts_by_session, shared_out, tasks_of, thinned
from tests.makers import make_head

START = date(2027, 3, 1)
PRICES = read_price_list()
HOURS_BY_STAGE = {"2": (2, 3), "3": (3, 4), "3v": (3.5, 5), "4": (4, 6.5), "5": (5, 8), "6": (6, 10.5), "7": (8, 13.5)}
"""Clinics' hours for a whole treatment (D, smp 1.5)."""
COUNTS_BY_STAGE = {"2": 4_500, "3": 8_000, "3v": 12_000, "4": 17_000, "5": 24_000, "6": 32_000, "7": 43_000}
"""Impressions they were derived from (D, smp 1.5)."""


@cache
def mean_male() -> Head:
    """The mean male head of ANSUR II, bald."""
    return make_head(subdivisions_count=6)


@cache
def planned(norwood: str = "6", style: str = "natural", **told: object) -> tuple[Design, Plan]:
    """A proposed design of a stage and its plan."""
    design = propose_design(mean_male(), Wishes(norwood=norwood, style=style))  # type: ignore[arg-type]
    return design, plan_treatment(design, mean_male(), start=START, prices=PRICES, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("norwood", NORWOOD_STAGES)
def test_works_add_up_to_sessions_and_sessions_to_the_design(norwood: str) -> None:
    """Nothing is lost between zone, session and design."""
    design, plan = planned(norwood)
    for session in plan.sessions:
        assert sum(work.impressions_count for work in session.works) == session.impressions_count
    assert plan.impressions_count == count_impressions(design, mean_male())


def test_each_zone_gets_the_integral_of_its_density() -> None:
    """Over all sessions, to within one impression."""
    design, plan = planned("6")
    bare = dataclasses.replace(design, zones=())
    for task in tasks_of(bare, mean_male(), plan.impressions_count, (Pigment(), Needle()), WorkSettings()):
        share = np.where(design.worked_zone_index == ZONE_NAMES.index(task.zone), design.density_per_cm2, 0.0)
        assert abs(task.impressions_count - count_impressions(dataclasses.replace(design, density_per_cm2=share), mean_male())) <= 1


@settings(deadline=None)
@given(wanted=st.lists(st.floats(0.0, 1e5), min_size=1, max_size=9).filter(lambda told: sum(told) > 1.0), count=st.integers(1, 90_000))
def test_shared_out_numbers_add_up_and_are_within_one_of_their_part(wanted: list[float], count: int) -> None:
    """Largest remainders."""
    counts = shared_out(count, np.array(wanted))
    assert counts.sum() == count
    assert np.abs(counts - count * np.array(wanted) / np.sum(wanted)).max() <= 1.0 + 1e-6


@settings(deadline=None, max_examples=60)
@given(by_zone=st.lists(st.integers(1, 20_000), min_size=1, max_size=6), cuts=st.tuples(st.floats(0.1, 0.45), st.floats(0.1, 0.45)))
def test_sessions_take_every_zone_down_to_nothing(by_zone: list[int], cuts: tuple[float, float]) -> None:
    """Rows are the sessions' counts, columns the zones', both exactly, and none is below zero."""
    design, plan = planned("6")
    task = tasks_of(design, mean_male(), plan.impressions_count, (Pigment(), Needle()), WorkSettings())[0]
    tasks = tuple(dataclasses.replace(task, impressions_count=count) for count in by_zone)
    total = sum(by_zone)
    first, second = int(total * cuts[0]), int(total * cuts[1])
    table = counts_by_session(tasks, (first, second, total - first - second))
    assert table.sum(axis=1).tolist() == [first, second, total - first - second]
    assert table.sum(axis=0).tolist() == by_zone
    assert table.min() >= 0


@pytest.mark.parametrize("norwood", NORWOOD_STAGES)
def test_the_first_session_is_lighter_and_sparser_than_the_end(norwood: str) -> None:
    """Session 1 is deliberately too light (C, smp 1.7): thinner pigment, and less than a third of the impressions."""
    _, plan = planned(norwood)
    first, *_, last = plan.sessions
    assert first.share_fraction <= 0.31
    shades = {work.zone: work.shade_ratio for work in last.works}
    assert all(work.shade_ratio > shades[work.zone] for work in first.works if work.zone in shades)


@pytest.mark.parametrize("sessions_count", [2, 3, 4])
def test_the_mean_strength_over_all_sessions_is_that_of_the_pigment(sessions_count: int) -> None:
    """What the shade was matched for is what is worked on average."""
    told = PlanSettings(sessions_count=sessions_count)
    shares = told.shares(temporary=False)
    strengths = told.works.strengths_of(shares)
    assert np.dot(strengths, shares) == pytest.approx(1.0)
    assert strengths[0] == min(strengths)
    assert np.dot([1.0 / (1.0 + thinned(20.0, strength)) for strength in strengths], shares) == pytest.approx(1.0 / 21.0)


def test_the_hairline_is_worked_with_one_needle_and_a_softer_shade_and_the_top_with_three() -> None:
    """1RL for hairline and soft detail, 3RL for fill (C, smp 1.3); a shade gradient (C, smp 2.2)."""
    _, plan = planned("6")
    by_zone = {work.zone: work for work in plan.sessions[1].works}
    assert by_zone["frontal edge"].needle.name.startswith("1RL")
    assert by_zone["mid-scalp"].needle.name.startswith("3RL")
    assert by_zone["frontal edge"].needle.deposit_diameter_mm < by_zone["mid-scalp"].needle.deposit_diameter_mm
    assert by_zone["frontal edge"].shade_ratio > by_zone["mid-scalp"].shade_ratio


def test_a_straight_hairline_keeps_its_full_shade() -> None:
    """Its edge is meant to be seen (C, smp 2.3)."""
    _, plan = planned("6", "straight")
    by_zone = {work.zone: work for work in plan.sessions[1].works}
    assert by_zone["frontal edge"].shade_ratio == by_zone["mid-scalp"].shade_ratio


def test_a_zone_keeps_the_needle_and_shade_that_were_wished_for_it() -> None:
    """The design's zones win over the settings."""
    design, _ = planned("6")
    needle = Needle(name="5RL 0.25", deposit_diameter_mm=0.3)
    areas = [Zone(name="mid-scalp", area_cm2=100.0, impressions_count=9_000, mean_per_cm2=90.0, needle=needle, shade_ratio=30.0)]
    areas.append(Zone(name="crown", area_cm2=50.0, impressions_count=4_500, mean_per_cm2=90.0))
    named = dataclasses.replace(design, zones=tuple(areas))
    plan = plan_treatment(named, mean_male(), start=START, prices=PRICES)
    works = [work for session in plan.sessions for work in session.works if work.zone == "mid-scalp"]
    assert {work.needle for work in works} == {needle}
    mean = sum(work.impressions_count / (1.0 + work.shade_ratio) for work in works) / sum(work.impressions_count for work in works)
    assert 1.0 / mean - 1.0 == pytest.approx(30.0, rel=0.01)
    counts = {name: sum(w.impressions_count for s in plan.sessions for w in s.works if w.zone == name) for name in ("mid-scalp", "crown")}
    assert counts["mid-scalp"] == pytest.approx(2 * counts["crown"], abs=3)


def test_the_densest_session_takes_more_layers_than_the_first() -> None:
    """No pass lays more than 40 per cm2 (E): 39 are one, 52 are two."""
    _, plan = planned("6")
    first, second = ({work.zone: work.layers_count for work in session.works} for session in plan.sessions[:2])
    assert first["mid-scalp"] == 1
    assert second["mid-scalp"] == 2


def test_norwood_6_on_a_mean_male_head_is_what_practice_says() -> None:
    """180-250 cm2, 18,000-50,000 impressions, 6-11 hours (D, smp 1.5)."""
    design, plan = planned("6")
    hours = [sum(getattr(session.hours, end) for session in plan.sessions) for end in ("low", "expected", "high")]
    assert 180.0 <= design.area_cm2 <= 260.0
    assert 18_000 <= plan.impressions_count <= 50_000
    assert hours[0] >= 4.5
    assert 6.0 <= hours[1] <= 11.0
    assert hours[2] <= 11.0


@pytest.mark.parametrize("norwood", HOURS_BY_STAGE)
def test_hours_of_every_stage_agree_with_clinics_for_their_counts(norwood: str) -> None:
    """The stages' counts take the stages' hours (D, smp 1.5): the band of the plan meets theirs, which are rounded to half hours."""
    _, plan = planned("6")
    over = COUNTS_BY_STAGE[norwood] / plan.impressions_count
    worked = [sum(getattr(work.hours, end) for session in plan.sessions for work in session.works) for end in ("low", "expected", "high")]
    low, expected, high = (3 * 0.5 + over * hours for hours in worked)
    least, most = HOURS_BY_STAGE[norwood]
    assert least - 0.5 <= expected <= most
    assert low <= most
    assert high >= least


@given(pace=st.tuples(st.floats(0.5, 1.0), st.floats(1.05, 1.5), st.floats(1.6, 3.0)), preparation=st.floats(0.0, 2.0))
@settings(deadline=None, max_examples=10)
def test_hours_are_in_order_and_works_and_preparation_add_up(pace: tuple[float, float, float], preparation: float) -> None:
    """low < expected < high, for each work and each session."""
    told = PlanSettings(slowest_per_s=pace[0], usual_per_s=pace[1], fastest_per_s=pace[2], preparation_hours=preparation)
    design, _ = planned("3")
    for session in plan_treatment(design, mean_male(), start=START, prices=PRICES, settings=told).sessions:
        assert session.hours.low < session.hours.expected < session.hours.high
        assert all(work.hours.low < work.hours.expected < work.hours.high for work in session.works)
        assert session.hours.expected == pytest.approx(preparation + sum(work.hours.expected for work in session.works))
        assert session.hours.expected == pytest.approx(preparation + session.impressions_count / pace[1] / 3600.0, rel=0.02)


def test_a_scar_takes_longer_than_the_same_marks_elsewhere() -> None:
    """Clinics' paces do not hold between hairs and in scars (E)."""
    design, plain = planned("6")
    index = np.where(design.worked_zone_index == ZONE_NAMES.index("crown"), ZONE_NAMES.index("scar"), design.worked_zone_index)
    scarred = plan_treatment(
        dataclasses.replace(design, zone_index=index.astype(np.uint8), zones=()), mean_male(), start=START, prices=PRICES
    )
    assert scarred.impressions_count == plain.impressions_count
    assert scarred.sessions[0].hours.expected > 1.02 * plain.sessions[0].hours.expected


@given(count=st.integers(1, 50_000), more=st.integers(1, 50_000), width_mm=st.floats(0.1, 0.5))
def test_pigment_in_the_skin_grows_with_the_count_and_the_square_of_the_width(count: int, more: int, width_mm: float) -> None:
    """It is a volume."""
    narrow, wide = Needle(deposit_diameter_mm=width_mm), Needle(deposit_diameter_mm=2.0 * width_mm)
    assert kept_ml(count, narrow, 0.18) < kept_ml(count + more, narrow, 0.18)
    assert kept_ml(count, wide, 0.18) == pytest.approx(4.0 * kept_ml(count, narrow, 0.18))


def test_the_carbon_in_the_skin_is_far_below_that_of_a_tattoo() -> None:
    """Tattoos hold 0.60 to 9.42 mg of pigment per cm2, 2.5 on average [Engel2008]; an SMP field of 6 % cover, thinned 1:20, far less."""
    mg_per_cm2 = kept_ml(130, Needle(), Pigment().retained_fraction) * Pigment().stock_mg_per_ml / 21.0
    assert 0.0005 <= mg_per_cm2 <= 0.6 / 20.0


@given(in_skin_ml=st.floats(0.0, 1.0), cups=st.floats(0.1, 10.0), needles=st.floats(0.0, 20.0))
def test_more_is_mixed_than_stays_and_the_range_is_in_order(in_skin_ml: float, cups: float, needles: float) -> None:
    """What is wiped off, dried and thrown away comes on top."""
    mixed = thinned_ml(in_skin_ml, cups, needles, PigmentUse())
    assert in_skin_ml < mixed.low < mixed.expected < mixed.high


@given(ratio=st.floats(0.0, 60.0), thinner=st.floats(0.1, 10.0))
def test_thinner_pigment_takes_less_stock_and_more_water_of_the_same_volume(ratio: float, thinner: float) -> None:
    """Stock and water add up to what is mixed."""
    _, plan = planned("6")
    work = dataclasses.replace(plan.sessions[0].works[0], shade_ratio=ratio)
    other = dataclasses.replace(work, shade_ratio=ratio + thinner)
    assert work.stock_ml.expected + work.water_ml.expected == pytest.approx(work.pigment_ml.expected)
    assert other.stock_ml.expected < work.stock_ml.expected
    assert other.water_ml.expected > work.water_ml.expected


def test_a_norwood_6_session_takes_a_few_millilitres_and_several_needles() -> None:
    """No measured value was found (E): a few cups, not a bottle; practitioners change needles several times (C, smp 1.3)."""
    _, plan = planned("6")
    for session in plan.sessions:
        assert 0.5 <= session.pigment_ml.expected <= 5.0
        assert 2 <= session.needle_changes_count <= 10


def test_the_fourth_session_is_only_if_needed_and_each_says_what_it_is_for() -> None:
    """About one client in five (C, smp 1.7)."""
    design, _ = planned("6")
    plan = plan_treatment(design, mean_male(), start=START, prices=PRICES, settings=PlanSettings(sessions_count=4))
    assert [session.if_needed for session in plan.sessions] == [False, False, False, True]
    assert "light base" in plan.sessions[0].purpose
    assert "layers" in plan.sessions[1].purpose
    assert "finishing" in plan.sessions[2].purpose
    assert "if needed" in plan.sessions[3].purpose


def test_shares_are_a_setting_and_a_heavy_first_session_is_refused() -> None:
    """The first session shows how the skin takes the pigment."""
    design, _ = planned("3")
    told = PlanSettings(shares_fraction=(0.2, 0.5, 0.3))
    assert [s.share_fraction for s in plan_treatment(design, mean_male(), start=START, prices=PRICES, settings=told).sessions] == [
        0.2,
        0.5,
        0.3,
    ]
    with pytest.raises(BadInput, match="the first not the largest"):
        PlanSettings(shares_fraction=(0.5, 0.3, 0.2))
    with pytest.raises(BadInput, match="100 % in all"):
        PlanSettings(shares_fraction=(0.3, 0.3, 0.3))


def test_pigment_that_expires_before_a_session_is_refused() -> None:
    """EU 2020/2081 asks for the record; a bottle past its day is not used."""
    design, plan = planned("3")
    last = plan.sessions[-1].day
    lasting = PigmentBatch(brand="Brand", lot="17", expires=last)
    assert plan_treatment(design, mean_male(), start=START, prices=PRICES, batch=lasting).batch == lasting
    with pytest.raises(BadInput, match=r"expired on .* before session 3"):
        plan_treatment(design, mean_male(), start=START, prices=PRICES, batch=dataclasses.replace(lasting, expires=date(2027, 3, 20)))


@pytest.mark.parametrize(
    "told",
    [
        {"edge_zones": ("forehead",)},
        {"edge_strength_ratio": 0.0},
        {"most_per_layer_per_cm2": 0.0},
        {"impressions_per_needle_count": 0},
        {"strengths_ratio": (0.0, 1.0, 1.0)},
    ],
)
def test_settings_that_are_none_are_refused(told: dict[str, object]) -> None:
    """Each with what is allowed."""
    with pytest.raises(BadInput, match="allowed"):
        WorkSettings(**told)  # type: ignore[arg-type]


def test_an_uptake_of_nothing_is_refused() -> None:
    """It would take an endless cup."""
    with pytest.raises(BadInput, match="uptake"):
        PigmentUse(uptake=Span(low=0.0, expected=0.1, high=0.2))
