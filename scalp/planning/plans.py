"""From a design to a plan: how many impressions in which session, on which day, for how long and at what price.

What is drawn is `scalp.designing`'s, where each impression lies is `scalp.placement`'s; here is only the arithmetic of
the treatment and what is doubtful about it.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from scalp.base import BadInput, Doubt, FloatArray, NotPossible, Value, WrongParent, value
from scalp.domain.design import Design
from scalp.domain.head import Head
from scalp.domain.pigment import Needle, Pigment
from scalp.domain.plan import PigmentBatch, Plan, Session, Span, Target, ZoneWork
from scalp.domain.price import PriceList
from scalp.geometry.meshes import vertex_areas_mm2
from scalp.planning.purposes import purpose_of
from scalp.planning.works import WorkSettings, counts_by_session, needle_changes, tasks_of, works_of

SHARES_FRACTION: dict[int, tuple[float, ...]] = {2: (0.45, 0.55), 3: (0.30, 0.40, 0.30), 4: (0.30, 0.35, 0.20, 0.15)}
"""Part of all impressions in each session. Three: measured practice, cumulative 30, 70, 100 % [Liu2025] (A); the others
keep its light first session (D)."""
TOLERATED_SHARE = 1e-9
SHORTEST_GAP_DAYS = 7
LONGEST_GAP_DAYS = 90
USUAL_SESSIONS_COUNT = 3
TEMPORARY_SESSIONS_COUNT = 2
SECONDS_PER_HOUR = 3600.0
LINE_ZONES = ("frontal edge", "temples")
"""Zones by which a hairline is among the work."""
NEEDED_SESSIONS_COUNT = 3
"""Sessions beyond these are only for those who need them: about one in five. (C, smp 1.7)"""


@value
class PlanSettings(Value):
    """How a practitioner works: the gaps between sessions and the pace."""

    sessions_count: int | None = None
    """2 to 4. None: 3, and 2 with temporary pigment. (C, smp 1.7 and 1.13)"""
    gap_days: int = 12
    """From one session to the next: 10 to 14 usual, 7 the least. (C, smp 1.7)"""
    last_gap_days: int | None = None
    """From the last session but one to the last; None as the others. Many leave 14 to 28. (C, smp 1.7)"""
    slowest_per_s: float = 1.0
    """Impressions a second of an unhurried practitioner. (C, smp 1.4)"""
    usual_per_s: float = 1.4
    """Impressions a second in between. (D)"""
    fastest_per_s: float = 1.9
    """Impressions a second of a quick practitioner. (C, smp 1.4)"""
    preparation_hours: float = 0.5
    """Talk, drawing and breaks in each session. (C, smp 1.5)"""
    shares_fraction: tuple[float, ...] | None = None
    """Part of all impressions in each session; None as `SHARES_FRACTION`."""
    works: WorkSettings = WorkSettings()
    """How each zone is worked."""

    def check(self) -> None:
        """Refuse gaps in which no skin heals and paces no hand keeps."""
        if self.sessions_count is not None and self.sessions_count not in SHARES_FRACTION:
            raise BadInput("sessions", self.sessions_count, "2 to 4", "Most treatments need 3.")
        if self.shares_fraction is not None:
            self._check_shares(self.shares_fraction)
        for gap in (self.gap_days, self.last_gap_days):
            if gap is not None and not SHORTEST_GAP_DAYS <= gap <= LONGEST_GAP_DAYS:
                raise BadInput("days between sessions", gap, f"{SHORTEST_GAP_DAYS} to {LONGEST_GAP_DAYS}", "10 to 14 days are usual.")
        if not 0.1 <= self.slowest_per_s <= self.usual_per_s <= self.fastest_per_s <= 10.0:
            paces = f"{self.slowest_per_s} / {self.usual_per_s} / {self.fastest_per_s}"
            raise BadInput("impressions a second", paces, "0.1 to 10, slowest first", "1.0, 1.4 and 1.9 are usual.")
        if not 0.0 <= self.preparation_hours <= 4.0:
            raise BadInput("preparation hours", self.preparation_hours, "0 to 4", "Half an hour is usual.")

    def _check_shares(self, shares_fraction: tuple[float, ...]) -> None:
        """Refuse shares that do not add up, of another number of sessions, and a first session that is the heaviest."""
        count = self.sessions_count or len(shares_fraction)
        words = " / ".join(f"{100 * share:g}" for share in shares_fraction)
        if len(shares_fraction) != count or count not in SHARES_FRACTION or abs(sum(shares_fraction) - 1.0) > TOLERATED_SHARE:
            raise BadInput("shares", f"{words} %", f"one for each of {count} sessions, 100 % in all", "30 / 40 / 30 is usual.")
        if min(shares_fraction) <= 0.0 or shares_fraction[0] > max(shares_fraction[1:]):
            raise BadInput("shares", f"{words} %", "above 0, the first not the largest", "The first session shows how the skin takes it.")

    def shares(self, *, temporary: bool) -> tuple[float, ...]:
        """Return the part of all impressions in each session."""
        usual = TEMPORARY_SESSIONS_COUNT if temporary else USUAL_SESSIONS_COUNT
        return self.shares_fraction or SHARES_FRACTION[self.sessions_count or usual]


class Portion(NamedTuple):
    """What one session is of the whole: its share, its impressions, its day."""

    share_fraction: float
    impressions_count: int
    day: date


def plan_treatment(
    design: Design,
    head: Head,
    *,
    start: date,
    prices: PriceList,
    pigment: Pigment | None = None,
    needle: Needle | None = None,
    target: Target | None = None,
    batch: PigmentBatch | None = None,
    settings: PlanSettings | None = None,
) -> Plan:
    """Plan the sessions of a treatment: shares, dates, impressions, hours, prices, and what is done in each zone.

    The number of impressions is the integral of the design's density over the surface; hours follow from the pace of
    practitioners and half an hour a session, prices from area, hours and impressions and the price list. `target` is the tone that
    `pigment` was chosen to reach, from whoever knows the skin. It knows nothing of how this client's skin will take the
    pigment: the last session is there to correct that. [Liu2025]
    """
    if design.head_digest != head.digest:
        raise WrongParent("design", "drawn on another head", "a design of this head", "Propose the design again on this head.")
    pigment, needle, settings = pigment or Pigment(), needle or Needle(), settings or PlanSettings()
    shares = settings.shares(temporary=pigment.temporary)
    counts = split_count(count_impressions(design, head), shares)
    portions = tuple(map(Portion, shares, counts, session_days(start, len(shares), settings)))
    sessions = make_sessions(design, head, portions, (pigment, needle), prices, settings)
    return Plan(
        design_digest=design.digest,
        head_digest=head.digest,
        sessions=sessions,
        pigment=pigment,
        needle=needle,
        doubts=plan_doubts(head, pigment, settings),
        target=target,
        batch=batch,
    )


def make_sessions(
    design: Design,
    head: Head,
    portions: tuple[Portion, ...],
    mixture: tuple[Pigment, Needle],
    prices: PriceList,
    settings: PlanSettings,
) -> tuple[Session, ...]:
    """Return the sessions with their works and prices, given what each is of the whole."""
    temporary = mixture[0].temporary
    works = works_by_session(design, head, tuple(portion.impressions_count for portion in portions), mixture, settings)
    lined = any(work.zone in LINE_ZONES for done in works for work in done)
    return tuple(
        Session(
            number=number,
            day=day,
            share_fraction=share,
            impressions_count=count,
            hours=session_hours(done, settings),
            price=prices.session_price(design.area_cm2, impressions_count=count, hours=session_hours(done, settings), temporary=temporary),
            purpose=purpose_of(number, len(portions), temporary=temporary, lined=lined),
            works=done,
            needle_changes_count=needle_changes(done, settings.works),
            if_needed=number > NEEDED_SESSIONS_COUNT,
        )
        for number, ((share, count, day), done) in enumerate(zip(portions, works, strict=True), start=1)
    )


def works_by_session(
    design: Design, head: Head, counts: tuple[int, ...], mixture: tuple[Pigment, Needle], settings: PlanSettings
) -> tuple[tuple[ZoneWork, ...], ...]:
    """Return the works of each session, which has `counts` impressions, all zones together; `mixture` is the plan's own."""
    tasks = tasks_of(design, head, sum(counts), mixture, settings.works)
    strengths = settings.works.strengths_of([count / sum(counts) for count in counts])
    pace_hours = Span(
        low=1.0 / settings.fastest_per_s / SECONDS_PER_HOUR,
        expected=1.0 / settings.usual_per_s / SECONDS_PER_HOUR,
        high=1.0 / settings.slowest_per_s / SECONDS_PER_HOUR,
    )
    return tuple(
        works_of(tasks, row.tolist(), strength, mixture[0], pace_hours, settings.works)
        for row, strength in zip(counts_by_session(tasks, counts), strengths, strict=True)
    )


def session_hours(works: tuple[ZoneWork, ...], settings: PlanSettings) -> Span:
    """Return how long a session takes: its works and the preparation."""
    hours = Span(low=settings.preparation_hours, expected=settings.preparation_hours, high=settings.preparation_hours)
    for work in works:
        hours = hours.plus(work.hours)
    return hours


def count_impressions(design: Design, head: Head) -> int:
    """Return the integral of the density over the surface, as whole impressions.

    The density is linear within each face, so that the sum of vertex values times a third of the faces around is exact.
    """
    areas_cm2 = vertex_areas_mm2(head.surface) / 100.0
    if areas_cm2.shape != design.density_per_cm2.shape:
        allowed = f"one for each of the {len(areas_cm2)} vertices"
        raise BadInput("density_per_cm2", len(design.density_per_cm2), allowed, "Propose the design again on this head.")
    return round(float(np.dot(areas_cm2, design.density_per_cm2)))


def split_count(count: int, shares_fraction: tuple[float, ...]) -> tuple[int, ...]:
    """Split a whole number by shares so that the parts add up to it and every running total is the nearest whole.

    >>> split_count(1001, (0.3, 0.4, 0.3))
    (300, 401, 300)
    """
    totals = np.rint(np.cumsum(shares_fraction) * count).astype(int)
    totals[-1] = count
    counts = tuple(int(part) for part in np.diff(totals, prepend=0))
    if min(counts) < 1:
        asked = f"{len(counts)} sessions for {count} impressions"
        raise NotPossible(asked, "one impression or more in each session", "Enlarge the treated area or its density.")
    return counts


def session_days(start: date, sessions_count: int, settings: PlanSettings) -> tuple[date, ...]:
    """Return the day of each session."""
    gaps_days = [settings.gap_days] * (sessions_count - 1)
    if settings.last_gap_days is not None:
        gaps_days[-1] = settings.last_gap_days
    after_days: FloatArray = np.cumsum([0, *gaps_days])
    return tuple(start + timedelta(days=int(days)) for days in after_days)


def plan_doubts(head: Head, pigment: Pigment, settings: PlanSettings) -> tuple[Doubt, ...]:
    """Say what the numbers of a plan rest on where that is not a measurement."""
    doubts = [
        Doubt(
            kind="design",
            where="hours",
            size=f"{settings.slowest_per_s:g} to {settings.fastest_per_s:g} impressions a second",
            advice="These are clinics' figures (grade C): set the pace of the practitioner who will do it.",
        ),
        Doubt(
            kind="design",
            where="number of sessions",
            size="about one client in five needs one more",
            advice="Judge after each session what the skin has kept (grade C).",
        ),
        Doubt(
            kind="design",
            where="pigment to be mixed",
            size="half to more than twice as much",
            advice="How much is wiped off or dries was never measured (grade E): mix little, and again when it runs out.",
        ),
    ]
    if head.scale_sd_fraction > 0:
        doubts.insert(0, _scale_doubt(head.scale_sd_fraction))
    if pigment.temporary:
        doubts.append(
            Doubt(
                kind="ageing",
                where="temporary pigment",
                size="seen for 6 to 18 months, traces up to 3 years",
                advice="Expect a renewal within a year; complete disappearance is not certain (grade C).",
            )
        )
    return tuple(doubts)


def _scale_doubt(scale_sd_fraction: float) -> Doubt:
    """Say how far the count and the price may be off because the size of the head is estimated: areas go with its square."""
    percent = 100.0 * ((1.0 + 2.0 * scale_sd_fraction) ** 2 - 1.0)
    advice = "They follow the area, and with it the size of the head."
    return Doubt(kind="scale", where="impressions, hours and price", size=f"+-{percent:.0f} %", advice=advice)
