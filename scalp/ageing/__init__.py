"""Healing and years: what becomes of the deposits. What they look like is for light in skin to say."""

from scalp.ageing.forecasts import Driver, drivers_of, touch_up_window
from scalp.ageing.healing import Healing, heal, healing_of
from scalp.ageing.merging import Merging, MergingLimits, judge_merging, merge
from scalp.ageing.years import age, temporary_fading

__all__ = [
    "Driver",
    "Healing",
    "Merging",
    "MergingLimits",
    "age",
    "drivers_of",
    "heal",
    "healing_of",
    "judge_merging",
    "merge",
    "temporary_fading",
    "touch_up_window",
]
