"""Design to plan: sessions, dates, numbers of impressions, hours and prices."""

from scalp.planning.mixing import PigmentUse
from scalp.planning.plans import SHARES_FRACTION, PlanSettings, count_impressions, plan_treatment, split_count
from scalp.planning.works import WorkSettings

__all__ = ["SHARES_FRACTION", "PigmentUse", "PlanSettings", "WorkSettings", "count_impressions", "plan_treatment", "split_count"]
