"""Touch-ups: windows from the fading band, and the one session that renews."""

import dataclasses
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible, WrongParent
from scalp.designing import propose_design
from scalp.domain.design import Design, Wishes
from scalp.domain.fading import Fading, FadingFactors
from scalp.domain.head import Head
from scalp.domain.pigment import Pigment
from scalp.domain.plan import Plan
from scalp.io.tables import read_price_list
from scalp.planning import plan_treatment
from scalp.planning.renewals import HEALED_DAYS, RenewalSettings, forecast_touch_ups, healed_day, plan_touch_up, with_touch_ups
from tests.makers import make_head

START = date(2027, 3, 1)
PRICES = read_price_list()


@cache
def treated(*, temporary: bool = False, density_per_cm2: float = 130.0) -> tuple[Head, Design, Plan]:
    """A head with a plan."""
    head = make_head(subdivisions_count=5)
    design = propose_design(head, Wishes(norwood="5", peak_density_per_cm2=density_per_cm2))
    return head, design, plan_treatment(design, head, start=START, prices=PRICES, pigment=Pigment(temporary=temporary))


def years_after(plan: Plan, day: date) -> float:
    """Years from healed to a day."""
    return (day - healed_day(plan)).days / 365.25


def test_a_usual_touch_up_is_due_after_four_to_five_years_with_a_window_of_years() -> None:
    """R 0.60 to 0.65 at 4 to 5 years; practice 3 to 5, claims 1 to 8 (D and C, smp 1.9)."""
    plan = treated()[2]
    (due,) = forecast_touch_ups(plan, Fading())
    assert due.latest is not None
    assert 3.0 <= years_after(plan, due.likely) <= 5.5
    assert 1.5 <= years_after(plan, due.earliest) <= 3.0
    assert 7.0 <= years_after(plan, due.latest) <= 12.0
    assert due.share_fraction == pytest.approx(0.38)


@settings(deadline=None, max_examples=40)
@given(
    sun=st.sampled_from([None, "protected", "usual", "high"]),
    skin_type=st.sampled_from([None, "dry", "normal", "oily"]),
    peels=st.sampled_from([None, True, False]),
)
def test_windows_are_in_order_and_the_curve_is_at_its_threshold_there(sun: object, skin_type: object, peels: object) -> None:
    """An independent witness: the curve itself, at the days found."""
    plan = treated()[2]
    fading = Fading(factors=FadingFactors(sun=sun, skin_type=skin_type, peels=peels))  # type: ignore[arg-type]
    (due,) = forecast_touch_ups(plan, fading)
    thinned = fading.thinned(plan.pigment.dilution_ratio)
    assert due.earliest <= due.likely
    assert thinned.remaining_fraction(years_after(plan, due.earliest), "low") == pytest.approx(0.65, abs=2e-3)
    assert thinned.remaining_fraction(years_after(plan, due.likely)) == pytest.approx(0.62, abs=2e-3)
    if due.latest is not None:
        assert due.likely <= due.latest
        assert thinned.remaining_fraction(years_after(plan, due.latest), "high") == pytest.approx(0.60, abs=2e-3)


def test_much_sun_brings_it_forward() -> None:
    """Direction from practitioners (E, smp 1.9)."""
    plan = treated()[2]
    (usual,), (sunny,) = (forecast_touch_ups(plan, Fading(factors=FadingFactors(sun=sun))) for sun in ("usual", "high"))
    assert sunny.likely < usual.likely


def test_a_temporary_one_is_seen_for_6_to_18_months() -> None:
    """(C, smp 1.13)."""
    plan = treated(temporary=True)[2]
    (due,) = forecast_touch_ups(plan, Fading())
    last = plan.sessions[-1].day
    assert due.latest is not None
    assert [round((day - last).days / 30.44) for day in (due.earliest, due.likely, due.latest)] == [6, 12, 18]


def test_an_end_beyond_the_forecast_is_left_open_and_a_tone_that_stays_has_no_touch_up() -> None:
    """Nothing is said of years nobody has seen."""
    plan = treated()[2]
    (due,) = forecast_touch_ups(plan, Fading(), RenewalSettings(forecast_years=6.0))
    assert due.latest is None
    assert forecast_touch_ups(plan, Fading(), RenewalSettings(forecast_years=3.0)) == ()


@pytest.mark.parametrize("years", [1.0, 3.0, 5.0])
def test_a_touch_up_brings_back_what_the_tone_has_lost_in_one_session(years: float) -> None:
    """As much pigment as has gone."""
    head, design, plan = treated()
    day = healed_day(plan) + timedelta(days=round(365.25 * years))
    renewed = plan_touch_up(plan, design, head, day=day, fading=Fading(), prices=PRICES)
    lost = 1.0 - Fading().thinned(plan.pigment.dilution_ratio).remaining_fraction(years)
    assert renewed.impressions_count == pytest.approx(lost * plan.impressions_count, rel=2e-3)
    assert len(renewed.sessions) == 1
    assert renewed.touch_up
    assert renewed.sessions[0].day == day
    assert sum(work.impressions_count for work in renewed.sessions[0].works) == renewed.impressions_count
    assert [step.plan_digest for step in renewed.history] == [plan.digest]


def test_old_and_new_together_stay_below_the_cap_of_practice() -> None:
    """200 per cm2 (D, smp 1.4), and the doubt says so."""
    head, design, plan = treated(density_per_cm2=160.0)
    renewed = plan_touch_up(plan, design, head, day=date(2037, 3, 1), fading=Fading(), prices=PRICES)
    assert renewed.impressions_count <= (200.0 / float(design.density_per_cm2.max()) - 1.0) * plan.impressions_count + 1
    assert any("fits between the old marks" in doubt.advice for doubt in renewed.doubts)


def test_a_touch_up_too_early_is_refused_with_the_first_day_that_makes_sense() -> None:
    """Sooner only makes marks merge."""
    head, design, plan = treated()
    with pytest.raises(NotPossible, match="one from 2027"):
        plan_touch_up(plan, design, head, day=plan.sessions[-1].day + timedelta(days=HEALED_DAYS + 7), fading=Fading(), prices=PRICES)


def test_a_touch_up_of_another_design_is_refused() -> None:
    """Plans know their design."""
    head, design, plan = treated()
    other = dataclasses.replace(design, area_cm2=design.area_cm2 + 1.0)
    with pytest.raises(WrongParent):
        plan_touch_up(plan, other, head, day=date(2033, 1, 1), fading=Fading(), prices=PRICES)


def test_a_plan_holds_its_forecast_and_settings_that_are_none_are_refused() -> None:
    """The forecast is a field of the plan."""
    plan = treated()[2]
    assert with_touch_ups(plan, Fading()).touch_ups == forecast_touch_ups(plan, Fading())
    with pytest.raises(BadInput, match="forecast_years"):
        RenewalSettings(forecast_years=0.0)
