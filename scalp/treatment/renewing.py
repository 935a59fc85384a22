"""A course renewed after years: the touch-up planned from what has faded, and its impressions between the old ones."""

from datetime import date

from scalp.base import Value, value
from scalp.domain.impressions import Impressions
from scalp.domain.plan import Plan
from scalp.domain.price import PriceList
from scalp.placement.placing import place_impressions
from scalp.planning.plans import PlanSettings
from scalp.planning.renewals import plan_touch_up
from scalp.treatment.courses import Course


@value
class Renewal(Value):
    """A touch-up of one course: its plan of one session, and the new impressions on the day they are placed."""

    plan: Plan
    placed: Impressions


def renew_course(course: Course, *, day: date, prices: PriceList, settings: PlanSettings | None = None) -> Renewal:
    """Return the touch-up of a course on a day, its marks spread between those that lie there, so that all together are even.

    Old marks count wherever they were placed, faded or not: they are still in the skin, and a mark upon a mark is a blot.
    """
    head, design = course.head, course.design
    plan = plan_touch_up(course.plan, design, head, day=day, fading=course.fading, prices=prices, settings=settings)
    earlier_mm = course.placed.points_mm(head.surface.vertices_mm, head.surface.faces)
    placed = place_impressions(plan, design, head, seed=course.seed + 1, earlier_mm=earlier_mm)
    return Renewal(plan=plan, placed=placed)
