"""What each session is for, in words a client understands."""

FIRST = (
    "The hairline and a light base over the whole area: paler and sparser than it will be, so that it can be seen how this skin "
    "takes pigment."
)
SECOND = "Detail at the hairline and more layers over the whole area, at the shade that the first session has shown to be right."
FINISH = "The finishing touches: uneven places evened out, edges softened, and what the client wishes to have changed."
IF_NEEDED = "Only if needed: about one client in five. What the skin has not kept, or a little more density."
TRIAL_FIRST = "A light base and the hairline in pigment that leaves again, to be lived with before anything lasting is chosen."
TRIAL_LAST = "The rest of the density and the finishing touches of the trial; what is to be altered later is written down."
BETWEEN_FIRST = "A light base between the hairs: paler and sparser than it will be, so that it can be seen how this skin takes pigment."
BETWEEN_SECOND = "More layers between the hairs, at the shade that the first session has shown to be right."
BETWEEN_TRIAL = "A light base in pigment that leaves again, to be lived with before anything lasting is chosen."
TOUCH_UP = "A touch-up: new marks between those that have faded, at the shade they had when they were healed."


def purpose_of(number: int, sessions_count: int, *, temporary: bool, lined: bool = True) -> str:
    """Return what session `number`, from 1, of so many is for; `lined` tells whether a hairline is among the work. (C, smp 1.7)"""
    if sessions_count == 1:
        return TOUCH_UP
    first, second = (FIRST, SECOND) if lined else (BETWEEN_FIRST, BETWEEN_SECOND)
    if temporary and sessions_count == 2:
        return (TRIAL_FIRST if lined else BETWEEN_TRIAL, TRIAL_LAST)[number - 1]
    if sessions_count == 2:
        return (first, f"{second} {FINISH}")[number - 1]
    return (first, second, FINISH, IF_NEEDED)[number - 1]
