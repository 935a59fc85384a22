"""The rules of designing as values: what a design is asked for, why, and how well that is founded, with their limits.

Finding what a design breaks is `guardrails`'s; docs/reference/rules.md is made of these.
"""

from scalp.domain.rules import Rule

LOWEST_MM = {"male": 60.0, "female": 55.0}
"""Below these a line is questioned. (D, smp 2.1: one standard deviation below the mean forehead of men and of women)"""
AGE_FROM_MM, AGE_MM_PER_YEAR, AGE_FROM_YEARS, AGE_HIGHEST_MM = 60.0, 0.35, 20.0, 78.0
FORELOCK_BELOW_MM = 10.0
LEAST_THIRD_FRACTION = 0.75
LEAST_WAVER_MM = 1.5
LEAST_MIRROR_GAP_MM = 0.3
CLOSED_BELOW_MM = 42.0
"""Temples drawn lower than this above the tragi count as closed: half-way from under the corner to the sideburn. (E)"""
RECEDING_STAGES = (None, "5", "5a", "6", "7")
YOUNG_YEARS, LATER_YEARS = 30.0, 45.0
RECEDED_DEPTH_MM, SOFT_RAMP_MM = 30.0, 10.0
LEAST_EDGE_VARIATION_FRACTION = 0.015
USUAL_PER_CM2, CAP_PER_CM2 = 150.0, 200.0
VARIED_FRACTION = 0.08
"""By how much a place may lie above the density that was asked for: a proposed design varies slowly by up to 7 percent."""
ADULT_YEARS = 18.0
MATURE_SCAR_MONTHS = 9.0
CLEAR_OF_LINE_MM = 1.0
HEIGHT_SLACK_MM = 0.5
"""Heights are held to half a millimetre: a drawn line is no finer."""

ADULT = Rule(
    name="adult",
    severity="refusal",
    asks=f"The client is {ADULT_YEARS:.0f} years or older.",
    reason="Minors are not treated: the hairline of a grown man or woman is not there yet.",
    grade="C",
    source="practitioners' screening lists (smp 1.15)",
)
ON_THE_SCALP = Rule(
    name="on-the-scalp",
    severity="refusal",
    asks="The middle of the hairline lies between 28 and 66 % of the way from glabella to vertex over this head.",
    reason="Lower is the brow, higher the crown.",
    grade="E",
    source="common knowledge",
)
DENSITY_CAP = Rule(
    name="density-cap",
    severity="refusal",
    asks=f"Nowhere more than {CAP_PER_CM2:.0f} impressions per cm2.",
    reason="Closer than 0.7 mm impressions run together to a cap of colour.",
    grade="D",
    source="spacing of 0.7 mm at 200 per cm2 (smp 1.4)",
)
NATURAL_HEIGHT = Rule(
    name="natural-height",
    severity="question",
    asks=f"The middle of the hairline lies {LOWEST_MM['male']:.0f} mm or more above the glabella, on women {LOWEST_MM['female']:.0f} mm.",
    reason="Grown men have 66.5 mm on average and women 62; low lines look drawn on and age badly.",
    grade="D",
    source="means of [Kashiyama2021] (A); the limits are computed of them (smp 2.1)",
)
HEIGHT_FOR_AGE = Rule(
    name="height-for-age",
    severity="question",
    asks="A man's hairline lies at 60 + 0.35 (age - 20) mm or higher, from 60 to 78 mm.",
    reason="Natural lines rise with the years; one too youthful for its owner is noticed.",
    grade="D",
    source="computed of natural and surgical heights (smp 2.1); no measured rule was found",
)
ABOVE_CREASE = Rule(
    name="above-crease",
    severity="question",
    asks="The hairline lies above the highest crease of the forehead with brows raised.",
    reason="Skin that folds is forehead: marks on it move and crease with every look upwards.",
    grade="C",
    source="practitioners (smp 2.1)",
)
NEAR_FORELOCK = Rule(
    name="near-forelock",
    severity="question",
    asks=f"The hairline lies at most {FORELOCK_BELOW_MM:.0f} mm below the remaining forelock.",
    reason="Where hair never grew, the look and the feel of the skin give the line away.",
    grade="D",
    source="practitioners' rule with a number set here (smp 2.1)",
)
FACIAL_THIRDS = Rule(
    name="facial-thirds",
    severity="note",
    asks=f"The upper third of the face is at least {LEAST_THIRD_FRACTION:.2f} of a lower one.",
    reason="Faces are judged by their thirds. The chin is not measured: lower thirds are those of a mean face of this head's size.",
    grade="D",
    source="foreheads of 61 +-10 mm (smp 2.1) against faces of [Gordon2014]",
)
RAGGED_LINE = Rule(
    name="ragged-line",
    severity="question",
    asks=f"Crests and troughs of the line, its ideal taken off, lie {LEAST_WAVER_MM:.1f} mm or more apart.",
    reason="A straight line draws the eye and is the one most often recognised; natural ones swing by 2 to 5 mm.",
    grade="D",
    source="practitioners (C, smp 2.2, 2.3); the limit lies between drawn natural and drawn straight lines",
)
TWO_SIDES = Rule(
    name="two-sides",
    severity="question",
    asks=f"Left and right differ by {LEAST_MIRROR_GAP_MM:.1f} mm or more (RMS), held over each other.",
    reason="No head is a mirror image: a mirrored line is a drawn one. Up to 2 mm of difference is normal.",
    grade="D",
    source="practitioners (C, smp 2.2); the limit is set here",
)
OPEN_TEMPLES = Rule(
    name="open-temples",
    severity="question",
    asks="Temples stay open on Norwood 5 to 7 and where the pattern is not known.",
    reason="Native hair beside closed temples keeps receding and leaves an edge standing.",
    grade="B",
    source="the corner stays on the vertical through the eye as loss goes on [Shapiro2013]; practitioners (C, smp 2.3)",
)
FUTURE_PROOF = Rule(
    name="future-proof",
    severity="question",
    asks=f"Below {YOUNG_YEARS:.0f} years a line under 69 mm is soft (10 mm and more) or set back at the corners (30 mm and more).",
    reason="Loss goes on: a low hard line lies wrong as the rest of the hair goes.",
    grade="C",
    source="practitioners (smp 2.3)",
)
VARIED_EDGE = Rule(
    name="varied-edge",
    severity="note",
    asks=f"Along the line the density of its edge varies by {100 * LEAST_EDGE_VARIATION_FRACTION:.1f} % or more.",
    reason="An edge that is the same all along is the mark of a stencil.",
    grade="D",
    source="practitioners (C, smp 2.2); the limit is set here",
)
USUAL_DENSITY = Rule(
    name="usual-density",
    severity="question",
    asks=f"No disc of 20 mm has more than {USUAL_PER_CM2:.0f} impressions per cm2 (slow variation of 8 % left aside).",
    reason="100 to 150 match shaven dark hair; more reads as a helmet and leaves no room for a touch-up.",
    grade="D",
    source="computed of spacings (smp 1.4); sessions of [Liu2025]",
)
MATURE_SCAR = Rule(
    name="mature-scar",
    severity="question",
    asks=f"Scars to be covered are known to be {MATURE_SCAR_MONTHS:.0f} months old or older.",
    reason="A young scar still changes and takes pigment badly or spreads it.",
    grade="C",
    source="practitioners: 9 to 12 months (smp 1.15, 1.18)",
)
FLAT_SCAR = Rule(
    name="flat-scar",
    severity="question",
    asks="Scars to be covered are flat.",
    reason="Pigment hides a colour, not a relief: a ridge or a hollow keeps its shadow.",
    grade="C",
    source="practitioners (smp 1.18)",
)
STABLE_PATCH = Rule(
    name="stable-patch",
    severity="question",
    asks="Patches of alopecia areata have been still for a year.",
    reason="Patches move: what is covered today may grow back, and hair beside it go.",
    grade="C",
    source="practitioners (smp 1.18)",
)
WHOLE_SCALP = Rule(
    name="whole-scalp",
    severity="note",
    asks="Where patches are treated, the whole scalp is planned for, shaven and unshaven.",
    reason="Patches come and go: one tone over all of the scalp stays true wherever the next one is.",
    grade="C",
    source="practitioners (smp 1.18)",
)
HAIR_LEFT = Rule(
    name="hair-left",
    severity="note",
    asks="Hair that is worked between is not expected to stay on a pattern that recedes.",
    reason="As it goes on thinning the density between it is too low; plan for the bare scalp, or for a further session.",
    grade="C",
    source="practitioners (smp 2.3)",
)
SEEN_LOSS = Rule(
    name="seen-loss",
    severity="note",
    asks="A woman's loss is Ludwig II or III.",
    reason="At Ludwig I the change may be too small to be noticed: the one dissatisfied client of 43 had it.",
    grade="A",
    source="a series of 43 clients in Korea, 2014 (smp 1.18)",
)
LINE_CLEAR = Rule(
    name="line-clear",
    severity="question",
    asks=f"Places to keep free lie {CLEAR_OF_LINE_MM:.0f} mm or more off the hairline.",
    reason="A gap on the line is a notch that everyone sees.",
    grade="E",
    source="common knowledge; marks are never set over moles (C, smp 1.15)",
)
RULES: tuple[Rule, ...] = (
    ADULT, ON_THE_SCALP, DENSITY_CAP, NATURAL_HEIGHT, HEIGHT_FOR_AGE, ABOVE_CREASE, NEAR_FORELOCK, FUTURE_PROOF, RAGGED_LINE, TWO_SIDES,
    OPEN_TEMPLES, USUAL_DENSITY, MATURE_SCAR, FLAT_SCAR, STABLE_PATCH, LINE_CLEAR, FACIAL_THIRDS, VARIED_EDGE, WHOLE_SCALP, HAIR_LEFT,
    SEEN_LOSS,
)  # fmt: skip
"""Every rule of designing, the gravest first; among equals in the order in which a person would want to know."""
