"""Design to plan: sessions, dates, numbers of impressions, hours and prices."""

from scalp.planning.plans import SHARES_FRACTION, PlanSettings, count_impressions, plan_treatment, split_count

__all__ = ["SHARES_FRACTION", "PlanSettings", "count_impressions", "plan_treatment", "split_count"]
