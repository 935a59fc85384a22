"""Plans that change and keep their history: other days, another design, a trial made permanent."""

import dataclasses
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalp.base import BadInput, NotPossible, WrongParent
from scalp.designing import propose_design
from scalp.domain.design import Design, Wishes
from scalp.domain.fading import Fading
from scalp.domain.head import Head
from scalp.domain.pigment import Pigment
from scalp.domain.plan import PigmentBatch, Plan
from scalp.io.tables import read_price_list
from scalp.io.undoing import read_undoing
from scalp.planning import plan_treatment
from scalp.planning.changes import alter_plan, make_permanent, move_session, with_days
from scalp.planning.renewals import with_touch_ups
from tests.makers import make_head

START = date(2027, 3, 1)
DECIDED = date(2027, 5, 1)
PRICES = read_price_list()
UNDOING = read_undoing()


@cache
def treated(*, temporary: bool = False, height_mm: float | None = None) -> tuple[Head, Design, Plan]:
    """A head with a plan."""
    head = make_head(subdivisions_count=5)
    design = propose_design(head, Wishes(norwood="5", height_mm=height_mm))
    plan = plan_treatment(design, head, start=START, prices=PRICES, pigment=Pigment(temporary=temporary))
    return head, design, with_touch_ups(plan, Fading())


@settings(deadline=None, max_examples=60)
@given(gaps_days=st.tuples(st.integers(7, 90), st.integers(7, 90)), start_days=st.integers(0, 2000))
def test_other_days_change_nothing_else_and_move_the_touch_up(gaps_days: tuple[int, int], start_days: int) -> None:
    """Every allowed pair of gaps."""
    plan = treated()[2]
    first = START + timedelta(days=start_days)
    days = (first, first + timedelta(days=gaps_days[0]), first + timedelta(days=sum(gaps_days)))
    moved = with_days(plan, days)
    assert tuple(session.day for session in moved.sessions) == days
    assert [session.works for session in moved.sessions] == [session.works for session in plan.sessions]
    assert moved.touch_ups[0].likely - plan.touch_ups[0].likely == days[-1] - plan.sessions[-1].day
    assert with_days(moved, tuple(session.day for session in plan.sessions)) == plan


@pytest.mark.parametrize(
    ("gap_days", "words"), [(5, "closer than 7 days"), (6, "closer than 7 days"), (91, "7 to 90 days after session 1")]
)
def test_day_5_for_session_2_is_refused_and_so_is_a_pause_in_which_a_treatment_is_forgotten(gap_days: int, words: str) -> None:
    """A hard minimum of 7 days (C, smp 1.7)."""
    plan = treated()[2]
    second = START + timedelta(days=gap_days)
    with pytest.raises(BadInput, match=words):
        with_days(plan, (START, second, second + timedelta(days=12)))


def test_a_session_on_a_day_when_the_pigment_has_expired_is_refused() -> None:
    """Also when it is only moved there."""
    plan = treated()[2]
    plan = dataclasses.replace(plan, batch=PigmentBatch(brand="Brand", lot="17", expires=plan.sessions[-1].day))
    with pytest.raises(BadInput, match="expired"):
        move_session(plan, 3, plan.sessions[-1].day + timedelta(days=1))


def test_moving_one_session_takes_the_later_ones_along() -> None:
    """And leaves the earlier ones."""
    plan = treated()[2]
    moved = move_session(plan, 2, plan.sessions[1].day + timedelta(days=9))
    assert [(new.day - old.day).days for new, old in zip(moved.sessions, plan.sessions, strict=True)] == [0, 9, 9]
    with pytest.raises(BadInput, match="1 to 3"):
        move_session(plan, 4, START)
    with pytest.raises(BadInput, match="one for each session"):
        with_days(plan, (START,))


def test_an_altered_trial_keeps_its_history_through_to_the_permanent_plan() -> None:
    """Trial, altered, made permanent: two steps, in order, each naming the plan before it."""
    head, _, trial = treated(temporary=True)
    _, lower, _ = treated(temporary=True, height_mm=72.0)
    terms = {"prices": PRICES}
    altered = alter_plan(trial, lower, head, change="hairline raised by 6 mm", day=DECIDED, start=date(2027, 6, 1), **terms)
    permanent = make_permanent(altered, lower, head, day=date(2029, 1, 5), start=date(2029, 2, 1), undoing=UNDOING, **terms)
    assert [step.plan_digest for step in permanent.history] == [trial.digest, altered.digest]
    assert [step.change for step in permanent.history] == ["hairline raised by 6 mm", "made permanent"]
    assert altered.pigment.temporary
    assert not permanent.pigment.temporary
    assert permanent.design_digest == lower.digest
    assert len(permanent.sessions) == 3


def test_what_cannot_be_undone_is_said_before_it_is_chosen() -> None:
    """Every permanent fact of the table stands in the plan that is to be signed."""
    head, design, trial = treated(temporary=True)
    permanent = make_permanent(trial, design, head, day=DECIDED, start=date(2027, 6, 1), prices=PRICES, undoing=UNDOING)
    said = {doubt.advice for doubt in permanent.doubts}
    assert set(UNDOING.sentences(temporary=False)) <= said


def test_permanent_pigment_before_the_trial_has_healed_is_refused_with_the_day() -> None:
    """Nobody has seen the trial as it will be."""
    head, design, trial = treated(temporary=True)
    with pytest.raises(NotPossible, match="a start from 2027-04-24 on"):
        make_permanent(trial, design, head, day=DECIDED, start=date(2027, 4, 1), prices=PRICES, undoing=UNDOING)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (date(2027, 6, 1), "seen until 2027-09-12 to 2028-09-11"),
        (date(2028, 12, 1), "may be left until 2030-03-13"),
        (date(2030, 4, 1), None),
    ],
)
def test_what_is_left_of_the_trial_is_a_doubt_with_dates(start: date, words: str | None) -> None:
    """Seen for 6 to 18 months, residue 2 to 3 years (C, smp 1.13)."""
    head, design, trial = treated(temporary=True)
    permanent = make_permanent(trial, design, head, day=DECIDED, start=start, prices=PRICES, undoing=UNDOING)
    sizes = [doubt.size for doubt in permanent.doubts if "trial" in doubt.where]
    assert sizes == ([words] if words else [])


def test_a_line_that_was_altered_is_warned_of_while_the_old_one_is_in_sight() -> None:
    """The trial does not vanish because the design has changed."""
    head, _, trial = treated(temporary=True)
    _, higher, _ = treated(temporary=True, height_mm=72.0)
    permanent = make_permanent(trial, higher, head, day=DECIDED, start=date(2027, 6, 1), prices=PRICES, undoing=UNDOING)
    assert any("the old line stays in sight" in doubt.advice for doubt in permanent.doubts)


def test_steps_that_do_not_follow_are_refused() -> None:
    """A permanent plan is no trial, history runs forward, and a change has words."""
    head, design, trial = treated(temporary=True)
    permanent = make_permanent(trial, design, head, day=DECIDED, start=date(2027, 6, 1), prices=PRICES, undoing=UNDOING)
    with pytest.raises(NotPossible, match="permanent already"):
        make_permanent(permanent, design, head, day=DECIDED, start=date(2027, 6, 1), prices=PRICES, undoing=UNDOING)
    with pytest.raises(BadInput, match="2027-05-01 or later"):
        alter_plan(permanent, design, head, change="later", day=date(2027, 4, 1), start=date(2027, 6, 1), prices=PRICES)
    with pytest.raises(BadInput, match="Say what was changed"):
        alter_plan(trial, design, head, change=" ", day=DECIDED, start=date(2027, 6, 1), prices=PRICES)
    with pytest.raises(WrongParent):
        alter_plan(trial, design, make_head(length_mm=190.0, subdivisions_count=4), change="x", day=DECIDED, start=START, prices=PRICES)
