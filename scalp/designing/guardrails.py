"""What speaks against a design that is there: each rule it breaks with numbers, and the doubts that are no rule's.

Measured on the drawn line and the densities, by no style's name, so that what a hand has drawn is judged alike. Nothing here
changes a design: the nearest one that nothing speaks against is `acceptance`'s. What cannot be drawn at all is refused where
it is drawn.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial import cKDTree

from scalp.base import BadInput, BoolArray, Doubt
from scalp.designing import rules as asked
from scalp.designing.anatomy import Anatomy
from scalp.designing.gauging import LineGauge, gauge_line
from scalp.designing.hairlines import age_rule_mm
from scalp.designing.styles import shape_for
from scalp.domain.design import ZONE_NAMES, Design, Wishes
from scalp.domain.head import Head
from scalp.domain.marks import SCAR_KIND_WORDS, Patch, Scar
from scalp.domain.rules import SEVERITIES, Objection, Rule
from scalp.geometry.curves import distance_to_curve_mm
from scalp.geometry.meshes import vertex_areas_mm2

UNSURE_SURFACE_MM = 4.0
DISC_RADIUS_MM, MIDDLES_COUNT = 10.0, 600
"""Over what discs, and about how many of them, the fullest place is looked for: clusters count with the gaps between them."""


def judge_design(anatomy: Anatomy, design: Design) -> tuple[Objection, ...]:
    """Return every rule that a design breaks on its head, the gravest first.

    The line and the densities are measured as they are, whoever drew them. Each objection has what was found and what is
    allowed with its unit, the reason with its grade, and the nearest acceptable value. Limits: docs/reference/rules.md.
    """
    gauge = gauge_line(anatomy, design)
    found = [
        *_about_height(gauge, design.wishes),
        *_about_shape(gauge, design),
        *_about_density(anatomy.head, design),
        *_about_marks(design),
        *_about_loss(design.wishes, design),
    ]
    order = {rule.name: place for place, rule in enumerate(asked.RULES)}
    return tuple(sorted(found, key=lambda one: (-SEVERITIES.index(one.rule.severity), order[one.rule.name])))


def check_age(age_years: float) -> None:
    """Refuse a client below 18 years. (C, smp 1.15)"""
    if not age_years >= asked.ADULT_YEARS:
        raise BadInput("age", age_years, f"{asked.ADULT_YEARS:.0f} years or more", asked.ADULT.reason)


def least_height_mm(wishes: Wishes) -> float:
    """Return the lowest height that nobody questions, mm: by sex, by age, above the crease and near the forelock that are told."""
    least_mm = asked.LOWEST_MM["female" if wishes.sex == "female" else "male"]
    if wishes.age_years is not None and wishes.sex != "female":
        least_mm = max(least_mm, age_rule_mm(wishes.age_years))
    forelock_mm = 0.0 if wishes.forelock_mm is None else wishes.forelock_mm - asked.FORELOCK_BELOW_MM
    return max(least_mm, wishes.crease_mm or 0.0, forelock_mm)


def _objection(rule: Rule, found: str, allowed: str, nearest: str) -> Objection:
    return Objection(rule=rule, found=found, allowed=allowed, nearest=nearest)


def _about_height(gauge: LineGauge, wishes: Wishes) -> Iterator[Objection]:
    """Find where a line is too low: for grown people, the age, the crease, the forelock, the thirds of the face."""
    woman, height_mm = wishes.sex == "female", gauge.height_mm
    nearest = f"A height of {np.ceil(least_height_mm(wishes)):.0f} mm."
    lowest_mm = asked.LOWEST_MM["female" if woman else "male"]
    if height_mm < lowest_mm - asked.HEIGHT_SLACK_MM:
        yield _objection(asked.NATURAL_HEIGHT, f"{height_mm:.0f} mm above the glabella", f"{lowest_mm:.0f} mm or more", nearest)
    if wishes.age_years is not None and not woman and height_mm < age_rule_mm(wishes.age_years) - asked.HEIGHT_SLACK_MM:
        suits_mm = age_rule_mm(wishes.age_years)
        yield _objection(
            asked.HEIGHT_FOR_AGE, f"{height_mm:.0f} mm at {wishes.age_years:.0f} years", f"{suits_mm:.0f} mm or more suits", nearest
        )
    if wishes.crease_mm is not None and height_mm < wishes.crease_mm - asked.HEIGHT_SLACK_MM:
        below = f"{height_mm:.0f} mm, {wishes.crease_mm - height_mm:.0f} mm below the highest crease"
        yield _objection(asked.ABOVE_CREASE, below, f"{wishes.crease_mm:.0f} mm or more", nearest)
    if wishes.forelock_mm is not None and height_mm < wishes.forelock_mm - asked.FORELOCK_BELOW_MM - asked.HEIGHT_SLACK_MM:
        below = f"{height_mm:.0f} mm, {wishes.forelock_mm - height_mm:.0f} mm below the forelock"
        yield _objection(asked.NEAR_FORELOCK, below, f"{asked.FORELOCK_BELOW_MM:.0f} mm below it or less", nearest)
    share = gauge.upper_third_mm / gauge.third_mm
    if share < asked.LEAST_THIRD_FRACTION:
        third = f"{gauge.upper_third_mm:.0f} mm from glabella to hairline, {share:.2f} of a lower third of about {gauge.third_mm:.0f} mm"
        wanted_mm = height_mm + asked.LEAST_THIRD_FRACTION * gauge.third_mm - gauge.upper_third_mm
        yield _objection(
            asked.FACIAL_THIRDS, third, f"{asked.LEAST_THIRD_FRACTION:.2f} or more", f"A height of {np.ceil(wanted_mm):.0f} mm."
        )


def _below(found: float) -> float:
    """Return a number rounded down to a tenth: what lies just below a limit never reads as the limit itself."""
    return float(np.floor(10.0 * found) / 10.0)


def _about_shape(gauge: LineGauge, design: Design) -> Iterator[Objection]:
    """Find what is wrong with the run of a line: too straight, mirrored, closed at the temples, youthful, even along its edge."""
    wishes, drawn = design.wishes, design.edit is not None and design.edit.drawn_mm is not None
    if gauge.waver_mm < asked.LEAST_WAVER_MM:
        least = f"{asked.LEAST_WAVER_MM:.1f} mm or more"
        yield _objection(
            asked.RAGGED_LINE,
            f"{_below(gauge.waver_mm):.1f} mm between crests and troughs",
            least,
            "Draw it less even, or let a style draw it." if drawn else "The natural style, or more irregularity.",
        )
    if gauge.mirror_gap_mm < asked.LEAST_MIRROR_GAP_MM:
        least = f"{asked.LEAST_MIRROR_GAP_MM:.1f} mm or more, up to 2 mm between the sides"
        apart = f"{_below(gauge.mirror_gap_mm):.1f} mm between left and right"
        yield _objection(asked.TWO_SIDES, apart, least, "Draw one side up to 2 mm otherwise." if drawn else "An asymmetry of 2 mm.")
    if gauge.lowest_end_mm < asked.CLOSED_BELOW_MM - 1.0 and wishes.norwood in asked.RECEDING_STAGES and wishes.sex != "female":
        pattern = f"on a Norwood {wishes.norwood} pattern" if wishes.norwood else "where the pattern is not known"
        closed = f"temples drawn down to {gauge.lowest_end_mm:.0f} mm above the tragus {pattern}"
        yield _objection(asked.OPEN_TEMPLES, closed, f"{asked.CLOSED_BELOW_MM:.0f} mm or more", "A temple closure of 0.45 or less.")
    later_mm = age_rule_mm(asked.LATER_YEARS)
    young = wishes.age_years is not None and wishes.age_years < asked.YOUNG_YEARS and wishes.sex != "female"
    hard = shape_for(wishes).ramp_mm < asked.SOFT_RAMP_MM and gauge.corner_depth_mm < asked.RECEDED_DEPTH_MM
    if young and hard and gauge.height_mm < later_mm - asked.HEIGHT_SLACK_MM:
        low = f"{gauge.height_mm:.0f} mm at {wishes.age_years:.0f} years, {later_mm - gauge.height_mm:.0f} mm below what suits at 45"
        yield _objection(asked.FUTURE_PROOF, low, f"{later_mm:.0f} mm, or a soft or receded line", "A transition of 10 mm.")
    if gauge.edge_variation_fraction < asked.LEAST_EDGE_VARIATION_FRACTION:
        even = f"{_below(100 * gauge.edge_variation_fraction):.1f} % of variation along the edge"
        least = f"{100 * asked.LEAST_EDGE_VARIATION_FRACTION:.1f} % or more"
        yield _objection(asked.VARIED_EDGE, even, least, "A density that varies by a few percent, as a proposed design has.")


def _about_density(head: Head, design: Design) -> Iterator[Objection]:
    """Find densities above the cap, and zones that are fuller than usual."""
    most_per_cm2 = float(design.density_per_cm2.max())
    if most_per_cm2 > asked.CAP_PER_CM2 + 0.5:
        most = f"up to {asked.CAP_PER_CM2:.0f} per cm2"
        yield _objection(asked.DENSITY_CAP, f"{most_per_cm2:.0f} impressions per cm2", most, f"{asked.USUAL_PER_CM2:.0f} per cm2.")
    fullest_per_cm2, zone = _fullest(head, design)
    if fullest_per_cm2 > asked.USUAL_PER_CM2 * (1.0 + asked.VARIED_FRACTION):
        found = f"{fullest_per_cm2:.0f} impressions per cm2 in the zone {zone}"
        usual = f"100 to {asked.USUAL_PER_CM2:.0f} per cm2"
        yield _objection(asked.USUAL_DENSITY, found, usual, f"A density of {asked.USUAL_PER_CM2:.0f} per cm2.")


def _fullest(head: Head, design: Design) -> tuple[float, str]:
    """Return the highest density of a design over a disc of 20 mm, by area, and the zone it lies in."""
    treated = np.flatnonzero(design.density_per_cm2 > 0)
    if not len(treated):
        return 0.0, ZONE_NAMES[0]
    areas_mm2, places_mm = vertex_areas_mm2(head.surface)[treated], head.surface.vertices_mm[treated]
    weights = np.column_stack([areas_mm2, areas_mm2 * design.density_per_cm2[treated]])
    middles = np.arange(0, len(treated), max(1, len(treated) // MIDDLES_COUNT))
    discs = cKDTree(places_mm, balanced_tree=False).query_ball_point(places_mm[middles], DISC_RADIUS_MM)
    sums = np.array([weights[disc].sum(axis=0) for disc in discs])
    best = int(np.argmax(sums[:, 1] / sums[:, 0]))
    return float(sums[best, 1] / sums[best, 0]), ZONE_NAMES[design.zone_index[treated[middles[best]]]]


def _about_marks(design: Design) -> Iterator[Objection]:
    """Find scars and patches that are not ready, and places to keep free on the line itself."""
    if design.marks is not None:
        for scar in design.marks.scars:
            yield from _about_scar(scar)
        yield from _about_patches(design.marks.patches)
    for place in design.keep_away:
        off_mm = float(distance_to_curve_mm(place.place_mm[None], design.hairline.points_mm)[0]) - place.radius_mm
        if off_mm < asked.CLEAR_OF_LINE_MM:
            where = "on the hairline" if off_mm <= 0 else f"{off_mm:.1f} mm off the hairline"
            way = f"Move the line there by {asked.CLEAR_OF_LINE_MM - off_mm:.0f} mm, or lead it round the place."
            yield _objection(
                asked.LINE_CLEAR, f"a place to keep free ({place.kind}) {where}", f"{asked.CLEAR_OF_LINE_MM:.0f} mm or more off it", way
            )


def _about_scar(scar: Scar) -> Iterator[Objection]:
    """Find a scar that is too young, of unknown age, or not flat."""
    if scar.months is None or scar.months < asked.MATURE_SCAR_MONTHS:
        age = "of unknown age" if scar.months is None else f"{scar.months:.0f} months old"
        wait = "Ask for its date, and wait until then." if scar.months is None else _wait(asked.MATURE_SCAR_MONTHS - scar.months)
        yield _objection(
            asked.MATURE_SCAR, f"a scar ({SCAR_KIND_WORDS[scar.kind]}) {age}", f"{asked.MATURE_SCAR_MONTHS:.0f} months or more", wait
        )
    if scar.relief != "flat":
        yield _objection(
            asked.FLAT_SCAR,
            f"a {scar.relief} scar ({SCAR_KIND_WORDS[scar.kind]}), {scar.width_mm:g} mm wide",
            "a flat one",
            "Say before that its shadow stays seen in light from the side.",
        )


def _wait(months: float) -> str:
    """Say how long to wait."""
    return f"Wait {np.ceil(months):.0f} month{'s' if np.ceil(months) > 1 else ''}."


def _about_patches(patches: tuple[Patch, ...]) -> Iterator[Objection]:
    """Find patches that may still move, and say that patches are best planned for with the whole scalp."""
    moving = [patch for patch in patches if patch.stable is not True]
    if moving:
        known = "have moved within a year" if any(patch.stable is False for patch in moving) else "are not known to be still"
        yield _objection(
            asked.STABLE_PATCH,
            f"{_count(len(moving), 'patch', 'patches')} that {known}",
            "still for a year",
            "Wait and ask a doctor, or treat the whole scalp so that it looks right either way.",
        )
    if patches:
        yield _objection(
            asked.WHOLE_SCALP,
            _count(len(patches), "patch", "patches"),
            "none, or the whole scalp",
            "Plan the whole scalp as the second way.",
        )


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def _about_loss(wishes: Wishes, design: Design) -> Iterator[Objection]:
    """Find hair that is worked between though it will go, and a loss too small to treat."""
    hair = 0.0 if design.marks is None or design.marks.hair_fraction is None else design.marks.hair_fraction
    if hair > 0 and wishes.sex != "female" and wishes.norwood is not None:
        yield _objection(
            asked.HAIR_LEFT, f"hair of {100 * hair:.0f} % of full density left at Norwood {wishes.norwood}", "none, or a plan for its loss",
            "Look at the same design at a later stage before choosing.",
        )  # fmt: skip
    if wishes.ludwig == "1":
        yield _objection(asked.SEEN_LOSS, "Ludwig 1", "Ludwig 2 or 3", "A trial with temporary pigment, or waiting.")


def doubts_about(head: Head, wishes: Wishes, height_mm: float, area_cm2: float, treated: BoolArray) -> tuple[Doubt, ...]:
    """Return what is not certain of a design, each with its size and what to do; what speaks against it is `judge_design`'s."""
    found = (_about_stage(wishes, height_mm, area_cm2), _about_area(head, area_cm2), _about_unseen(head, treated))
    return tuple(doubt for doubt in found if doubt)


def _about_stage(wishes: Wishes, height_mm: float, area_cm2: float) -> Doubt | None:
    """Say which stage was taken when none was wished."""
    if wishes.norwood is not None or wishes.ludwig is not None:
        return None
    return Doubt(
        kind="design",
        where="treated area",
        size=f"{area_cm2:.0f} cm2 behind a line at {height_mm:.0f} mm, taking the whole top and upper sides as bare",
        advice="Where hair still grows, plan for its Norwood stage; stage 6 meets the native fringe at the sides.",
    )


def _about_area(head: Head, area_cm2: float) -> Doubt | None:
    """Carry the doubt of the scale on to the area, which grows with its square."""
    share = 2 * head.scale_sd_fraction
    if share <= 0:
        return None
    return Doubt(
        kind="scale",
        where="treated area",
        size=f"{area_cm2:.0f} cm2 +-{100 * share:.0f} %",
        advice="Areas go with the square of all lengths.",
    )


def _about_unseen(head: Head, treated: BoolArray) -> Doubt | None:
    """Say how much of the treated part no photo showed well."""
    if not treated.any():
        return None
    unsure = float(np.mean(head.surface_sd_mm[treated] > UNSURE_SURFACE_MM))
    crown_doubted = any(doubt.kind == "unseen" for doubt in head.doubts)
    if unsure <= 0.05 and not crown_doubted:
        return None
    size = f"{100 * unsure:.0f} % of the treated area is guessed" if unsure > 0 else "part of the treated area is guessed"
    return Doubt(
        kind="unseen",
        where="part of the design that the photo does not show",
        size=size,
        advice="The practitioner settles it with a tape at the first visit.",
    )
