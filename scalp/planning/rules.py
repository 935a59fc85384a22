"""The rules of dates as values: what is refused, what is asked about, why, and how well that is founded.

Verbs that keep them are `calendars` and `openings`; docs/reference/rules.md is made of them.
"""

from scalp.domain.booking import LEAST_GAP_DAYS, MOST_GAP_DAYS
from scalp.domain.rules import Rule

FARTHEST_DAYS = 730
"""Nobody's hours are known farther ahead than this."""

SKIN_CLOSED = Rule(
    name="skin-closed",
    severity="refusal",
    asks=f"A session follows the one before by {LEAST_GAP_DAYS} days or more.",
    reason="Skin closes in 7 to 10 days.",
    grade="C",
    source="practitioners' pages (smp 1.7, 1.8)",
)
SKIN_CLEAR = Rule(
    name="skin-clear",
    severity="refusal",
    asks="No session while scabs or redness are reported; the skin gets 7 more days and is looked at again.",
    reason="Pigment put under a scab leaves with it, and red skin is still healing.",
    grade="C",
    source="practitioners' pages (smp 1.7); the 7 more days are set here (D)",
)
USUAL_GAP = Rule(
    name="usual-gap",
    severity="question",
    asks="10 to 14 days lie between sessions; up to 28 before the third and later ones.",
    reason="By then scabs have gone and what the skin has kept can be judged.",
    grade="C",
    source="product brief; practitioners' pages (smp 1.7)",
)
LONGEST_GAP = Rule(
    name="longest-gap",
    severity="refusal",
    asks=f"A session follows the one before within {MOST_GAP_DAYS} days.",
    reason=f"After {MOST_GAP_DAYS} days the skin and the hair are looked at again and the rest is planned anew.",
    grade="D",
    source="a stable tone is there after 4 to 6 weeks (smp 1.8)",
)
IN_ORDER = Rule(
    name="sessions-in-order",
    severity="refusal",
    asks="Sessions keep their order, and one that has taken place is not moved.",
    reason="Each session builds on what the skin has kept of the one before.",
    grade="C",
    source="practitioners' pages (smp 1.7)",
)
CLINIC_OPEN = Rule(
    name="clinic-open",
    severity="refusal",
    asks="A session lies within the clinic's open hours, with its lunch and the buffer after it, and not on a public holiday.",
    reason="Somebody has to be there.",
    grade="E",
    source="the clinic's own settings; public holidays of its country",
)
ALL_FREE = Rule(
    name="everyone-free",
    severity="refusal",
    asks="Practitioner and client can come on that day and at that time.",
    reason="Days off that were named are kept.",
    grade="E",
    source="what practitioner and client said",
)
FITS_A_DAY = Rule(
    name="fits-a-day",
    severity="refusal",
    asks="A session ends on the day it begins.",
    reason="A session is not split over two days: the second would fall on skin that has not closed.",
    grade="D",
    source="follows of skin-closed",
)
AHEAD = Rule(
    name="not-past-not-far",
    severity="refusal",
    asks=f"Dates lie from today to {FARTHEST_DAYS} days ahead.",
    reason="The past cannot be booked, and nobody's hours are known so far ahead.",
    grade="E",
    source="set here",
)
SCREENED = Rule(
    name="screened",
    severity="refusal",
    asks="No session before the waiting times of the screening are over, and none where it refuses.",
    reason="Scars, transplants, laser and illness need their time.",
    grade="C",
    source="practitioners' lists (smp 1.15)",
)
RULES: tuple[Rule, ...] = (
    SKIN_CLOSED,
    SKIN_CLEAR,
    USUAL_GAP,
    LONGEST_GAP,
    IN_ORDER,
    CLINIC_OPEN,
    ALL_FREE,
    FITS_A_DAY,
    AHEAD,
    SCREENED,
)
