"""What each session does in each zone: impressions, layers, needle, shade, pigment and hours.

The sum over zones and sessions is the design's count, exactly. How many sessions there are and when is `plans`'.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from scalp.base import BadInput, FloatArray, IntArray, Value, value
from scalp.domain.design import ZONE_NAMES, Design
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import Span, ZoneWork
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.planning.mixing import PigmentUse, cups_for, kept_ml, thinned_ml

STRENGTHS: dict[int, tuple[float, ...]] = {
    1: (1.0,),
    2: (0.85, 1.12),
    3: (0.80, 1.00, 1.20),
    4: (0.80, 1.00, 1.15, 1.20),
}
"""Strength of the pigment in each session against the mean: the first is lighter. (C for the direction, smp 1.7 and 1.11; E for the steps)"""
WEAKEST_RATIO = 60.0


@value
class WorkSettings(Value):
    """How a practitioner works a zone: needles, shade steps, layers, and how fast a needle and a cup are used up."""

    strengths_ratio: tuple[float, ...] | None = None
    """Strength of the pigment in each session against their mean, which is kept; None as `STRENGTHS`."""
    edge_zones: tuple[str, ...] = ("frontal edge", "temples", "side blend")
    """Where the shade steps down towards bare skin or hair. (C, smp 2.2: a shade gradient)"""
    edge_strength_ratio: float = 0.90
    """Strength of the pigment there against mid-scalp. (E)"""
    crisp_styles: tuple[str, ...] = ("straight", "defined")
    """Styles whose edge is meant to be seen: the full shade there. (C, smp 2.3)"""
    scar_strength_ratio: float = 0.85
    """Strength in a scar, which may take up too much at once. (C for the direction, smp 1.18; E for the step)"""
    fine_zones: tuple[str, ...] = ("frontal edge", "temples", "existing hair")
    """Where one needle instead of three is used: hairline and soft detail. (C, smp 1.3)"""
    fine_name: str = "1RL 0.25"
    fine_width_fraction: float = 0.90
    """Width of a deposit of the fine needle over that of the plan's; pressure decides more than the needle. (E, direction C, smp 1.3)"""
    most_per_layer_per_cm2: float = 40.0
    """More than this in one session is laid in several passes, each between the marks of the one before. (E)"""
    fine_slowness_ratio: float = 1.25
    """Time for a mark at the hairline against one elsewhere; clinics' paces are means of both. (E)"""
    careful_zones: tuple[str, ...] = ("existing hair", "scar", "patch")
    careful_slowness_ratio: float = 1.5
    """Time for a mark between hairs or in a scar, which clinics' paces do not hold. (E)"""
    impressions_per_needle_count: int = 3000
    """After so many a fresh needle is taken; practitioners change several times a session. (E, direction C, smp 1.3)"""
    pigment_use: PigmentUse = PigmentUse()

    def check(self) -> None:
        """Refuse steps that are none and zones that are none."""
        for name in (*self.edge_zones, *self.fine_zones, *self.careful_zones):
            if name not in ZONE_NAMES[1:]:
                raise BadInput("zone", name, ", ".join(ZONE_NAMES[1:]), "Choose one of these.")
        for name, given, (low, high) in (
            ("edge strength", self.edge_strength_ratio, (0.3, 1.5)),
            ("scar strength", self.scar_strength_ratio, (0.3, 1.5)),
            ("fine width", self.fine_width_fraction, (0.3, 1.0)),
            ("impressions of one layer per cm2", self.most_per_layer_per_cm2, (5.0, 200.0)),
            ("slowness", self.fine_slowness_ratio, (0.5, 5.0)),
            ("slowness", self.careful_slowness_ratio, (0.5, 5.0)),
            ("impressions of one needle", self.impressions_per_needle_count, (100, 100_000)),
        ):
            if not low <= given <= high:
                raise BadInput(name, given, f"{low:g} to {high:g}", "Leave it out for what is usual.")
        if self.strengths_ratio is not None and not all(0.2 <= strength <= 3.0 for strength in self.strengths_ratio):
            raise BadInput("strengths", self.strengths_ratio, "0.2 to 3 for each session", "0.8, 1 and 1.2 are usual.")

    def strengths_of(self, shares_fraction: Sequence[float]) -> tuple[float, ...]:
        """Return the strength of each session, so that their mean over all impressions is 1."""
        count = len(shares_fraction)
        told = (self.strengths_ratio if count > 1 else None) or STRENGTHS[count]
        if len(told) != count:
            raise BadInput("strengths", len(told), f"{count}, one for each session", "Give one for each session, or none.")
        mean = float(np.dot(told, shares_fraction))
        return tuple(strength / mean for strength in told)


@value
class ZoneTask(Value):
    """What a whole plan does in one zone: impressions of all sessions, area, needle, and the mean shade as ml of water for 1 ml."""

    zone: str
    impressions_count: int
    area_cm2: float
    needle: Needle
    shade_ratio: float


def tasks_of(design: Design, head: Head, count: int, mixture: tuple[Pigment, Needle], settings: WorkSettings) -> tuple[ZoneTask, ...]:
    """Return what is to be done in each zone, those with nothing left out, in the order of `ZONE_NAMES`; counts add up to `count`.

    Counts are in proportion to the design's zones, or, where it names none, to the integral of its density over each.
    """
    pigment, needle = mixture
    told = {zone.name: zone for zone in design.zones}
    areas_cm2, wanted = zone_integrals(design, head)
    if told:
        wanted = np.array([float(told[name].impressions_count) if name in told else 0.0 for name in ZONE_NAMES])
    counts = shared_out(count, wanted)
    tasks = []
    for index, name in enumerate(ZONE_NAMES):
        if not counts[index]:
            continue
        zone = told.get(name)
        fine = name in settings.fine_zones and not needle.name.startswith("1RL")
        used = fine_needle(needle, settings) if fine else needle
        shade = thinned(pigment.dilution_ratio, zone_strength(name, design, settings))
        tasks.append(
            ZoneTask(
                zone=name,
                impressions_count=int(counts[index]),
                area_cm2=zone.area_cm2 if zone else float(areas_cm2[index]),
                needle=zone.needle if zone and zone.needle else used,
                shade_ratio=zone.shade_ratio if zone and zone.shade_ratio is not None else shade,
            )
        )
    return tuple(tasks)


def zone_integrals(design: Design, head: Head) -> tuple[FloatArray, FloatArray]:
    """Return the area (Z,) in cm2 in which anything is placed and the integral of the density (Z,) of each of `ZONE_NAMES`."""
    areas_cm2 = vertex_areas_mm2(head.surface) / 100.0
    treated = design.density_per_cm2 > 0.0
    index = design.worked_zone_index
    within = np.bincount(index, areas_cm2 * treated, len(ZONE_NAMES))
    wanted = np.bincount(index, areas_cm2 * design.density_per_cm2, len(ZONE_NAMES))
    return np.asarray(within, float), np.asarray(wanted, float)


def zone_strength(zone: str, design: Design, settings: WorkSettings) -> float:
    """Return the strength of the pigment in a zone against mid-scalp."""
    if zone == "scar":
        return settings.scar_strength_ratio
    crisp = design.wishes.style in settings.crisp_styles and zone != "side blend"
    return settings.edge_strength_ratio if zone in settings.edge_zones and not crisp else 1.0


def fine_needle(needle: Needle, settings: WorkSettings) -> Needle:
    """Return the fine needle that goes with the plan's: a narrower deposit at the same depth."""
    width_mm = max(needle.deposit_diameter_mm * settings.fine_width_fraction, 0.03)
    return dataclasses.replace(needle, name=settings.fine_name, deposit_diameter_mm=width_mm)


def thinned(dilution_ratio: float, strength_ratio: float) -> float:
    """Return ml of water for 1 ml of pigment at which it has `strength_ratio` times the concentration.

    >>> thinned(20.0, 0.8)
    25.25
    """
    return float(np.clip((1.0 + dilution_ratio) / strength_ratio - 1.0, 0.0, max(WEAKEST_RATIO, dilution_ratio)))


def shared_out(count: int, wanted: FloatArray) -> IntArray:
    """Return whole numbers (Z,) in proportion to what is wanted (Z,) that add up to `count`: the largest remainders are rounded up.

    >>> shared_out(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    exact = count * wanted / wanted.sum()
    counts = np.floor(exact + 1e-9).astype(int)
    last = np.argsort(-(exact - counts), kind="stable")[: count - int(counts.sum())]
    counts[last] += 1
    return np.asarray(counts, np.int32)


def counts_by_session(tasks: tuple[ZoneTask, ...], counts: Sequence[int]) -> IntArray:
    """Return how many impressions each session (rows) has in each task (columns): rows and columns add up exactly.

    Each session passes over every zone in proportion to what is left there, so that every running total has the design's shares.
    """
    left = np.array([task.impressions_count for task in tasks])
    rows = []
    for count in counts:
        rows.append(shared_out(count, left.astype(float)))
        left = left - rows[-1]
    return np.array(rows, np.int32)


def works_of(
    tasks: tuple[ZoneTask, ...], counts: Sequence[int], strength_ratio: float, pigment: Pigment, pace_hours: Span, settings: WorkSettings
) -> tuple[ZoneWork, ...]:
    """Return the works of one session with `counts` impressions in each task, zones with nothing to do left out.

    `strength_ratio` is that of the session's pigment against the mean, `pace_hours` the time for one impression. Zones of one
    shade share its cups.
    """
    use, slowness = settings.pigment_use, _slowness(tasks, settings)
    some = [(task, int(count), float(slow)) for task, count, slow in zip(tasks, counts, slowness, strict=True) if count]
    shades = [round(thinned(task.shade_ratio, strength_ratio), 1) for task, _, _ in some]
    done: dict[float, float] = {}
    for shade, (_, count, slow) in zip(shades, some, strict=True):
        done[shade] = done.get(shade, 0.0) + count * slow
    works = []
    for shade, (task, count, slow) in zip(shades, some, strict=True):
        cups = cups_for(done[shade] * pace_hours.expected, use) * count * slow / done[shade]
        kept = kept_ml(count, task.needle, pigment.retained_fraction)
        works.append(
            ZoneWork(
                zone=task.zone,
                impressions_count=count,
                layers_count=layers_for(count, task.area_cm2, settings),
                needle=task.needle,
                shade_ratio=shade,
                pigment_ml=thinned_ml(kept, cups, count / settings.impressions_per_needle_count, use),
                hours=pace_hours.times(count * slow),
            )
        )
    return tuple(works)


def layers_for(count: int, area_cm2: float, settings: WorkSettings) -> int:
    """Return in how many passes so many impressions are laid on an area, so that each can be set between those before."""
    return max(1, int(np.ceil(count / max(area_cm2, 1e-9) / settings.most_per_layer_per_cm2 - 1e-9)))


def needle_changes(works: tuple[ZoneWork, ...], settings: WorkSettings) -> int:
    """Return how often a fresh needle is taken in a session, the first of the day not counted."""
    used: dict[str, int] = {}
    for work in works:
        used[work.needle.digest] = used.get(work.needle.digest, 0) + work.impressions_count
    return sum(-(-count // settings.impressions_per_needle_count) for count in used.values()) - 1


def _slowness(tasks: tuple[ZoneTask, ...], settings: WorkSettings) -> FloatArray:
    """Return the time for one impression of each task over the clinics' mean, which ordinary zones keep together."""
    fine = np.array([settings.fine_slowness_ratio if task.zone in settings.fine_zones else 1.0 for task in tasks])
    careful = np.array([task.zone in settings.careful_zones for task in tasks])
    counts = np.array([task.impressions_count for task in tasks], float)
    ordinary = ~careful
    mean = float(counts[ordinary] @ fine[ordinary] / counts[ordinary].sum()) if ordinary.any() else 1.0
    return np.where(careful, settings.careful_slowness_ratio, fine / mean)
