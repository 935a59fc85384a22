"""The whole course: photos go in, looks come out. The only place where the stages meet.

Each step is one verb of one room; results are passed on here and nowhere else. `sittings` sees, `courses` plans and ages,
`own_hair` minds what still grows, `looks` renders. Files, words and pictures for people are the business of `scalp.io` and of
whoever calls this.
"""

from scalp.treatment.courses import (
    HEALED_DAYS,
    LONG_YEARS,
    TEMPORARY_MONTHS,
    Course,
    banded,
    doubts_of_ageing,
    impressions_at,
    moments_of,
    plan_course,
)
from scalp.treatment.looks import doubts_of, render_course, render_views, show_before
from scalp.treatment.own_hair import (
    DENSE_FRACTION,
    UNDER_HAIR_FRACTION,
    between_hairs,
    doubts_of_stubble,
    hairs_at,
    mismatch_at,
    native_density,
    native_hairs,
)
from scalp.treatment.sittings import (
    CLOSED_HAIR,
    MARKS_PX_PER_MM,
    NO_FACE_REMEDY,
    Sitting,
    choose_face,
    doubts_of_photo,
    judge_photo,
    see_head,
    shave_sitting,
    skin_colour,
)

__all__ = [
    "CLOSED_HAIR",
    "DENSE_FRACTION",
    "HEALED_DAYS",
    "LONG_YEARS",
    "MARKS_PX_PER_MM",
    "NO_FACE_REMEDY",
    "TEMPORARY_MONTHS",
    "UNDER_HAIR_FRACTION",
    "Course",
    "Sitting",
    "banded",
    "between_hairs",
    "choose_face",
    "doubts_of",
    "doubts_of_ageing",
    "doubts_of_photo",
    "doubts_of_stubble",
    "hairs_at",
    "impressions_at",
    "judge_photo",
    "mismatch_at",
    "moments_of",
    "native_density",
    "native_hairs",
    "plan_course",
    "render_course",
    "render_views",
    "see_head",
    "shave_sitting",
    "show_before",
    "skin_colour",
]
