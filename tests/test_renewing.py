"""A course renewed after years: new marks stand between the old ones."""

from datetime import date

import numpy as np
import pytest
from scipy.spatial import cKDTree

from scalp.domain.design import Wishes
from scalp.domain.fading import Fading
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.skin import Skin
from scalp.io.tables import read_price_list
from scalp.planning import PlanSettings
from scalp.treatment.courses import Course, plan_course
from scalp.treatment.renewing import Renewal, renew_course
from tests.makers import make_head

SKIN = Skin(melanin_fraction=0.02, blood_fraction=0.011)
PRICES = read_price_list()


@pytest.fixture(scope="module")
def course() -> Course:
    """A small treatment."""
    terms = {"start": date(2027, 3, 1), "prices": PRICES, "pigment": Pigment(), "needle": Needle(), "fading": Fading()}
    return plan_course(make_head(subdivisions_count=5), SKIN, Wishes(norwood="3"), settings=PlanSettings(), **terms)


@pytest.fixture(scope="module")
def renewal(course: Course) -> Renewal:
    """Its touch-up after five years."""
    return renew_course(course, day=date(2032, 6, 1), prices=PRICES)


def test_a_course_knows_its_target_its_touch_up_and_its_own_hair(course: Course) -> None:
    """What the plan reaches, and when it is to be renewed."""
    target = course.plan.target
    assert target is not None
    assert 0.0 - 0.1 <= target.short_of <= 0.5
    assert target.skin.lightness > target.reached.lightness
    assert [due.likely.year for due in course.plan.touch_ups] == [2031]


def test_a_touch_up_has_its_count_and_stands_between_the_old_marks(course: Course, renewal: Renewal) -> None:
    """No new mark closer than 0.25 mm to an old one, which chance would not keep."""
    surface = course.head.surface
    old_mm, new_mm = (placed.points_mm(surface.vertices_mm, surface.faces) for placed in (course.placed, renewal.placed))
    assert len(renewal.placed) == renewal.plan.impressions_count
    assert set(renewal.placed.session_number.tolist()) == {1}
    nearest_mm, _ = cKDTree(old_mm).query(new_mm)
    assert nearest_mm.min() >= 0.25 - 1e-3
    assert np.median(nearest_mm) > 0.5


def test_the_touch_up_brings_back_the_carbon_that_has_gone(course: Course, renewal: Renewal) -> None:
    """The sum of new pigment is what the expected curve says was lost, to within the zones' steps."""
    years = (date(2032, 6, 1) - date(2027, 3, 25)).days / 365.25 - 42 / 365.25
    lost = 1.0 - course.fading.remaining_fraction(years)
    old, new = (float((placed.concentration_mg_per_ml * placed.deposit_diameter_mm**2).sum()) for placed in (course.placed, renewal.placed))
    assert new / old == pytest.approx(lost, rel=0.05)
