"""Papers whose every part is known, for tests of what stands on them. Made values; no verb of the engine makes them."""

import dataclasses
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from scalp.base import Doubt
from scalp.domain.booking import Appointment, Booking, Clinic, OpenHours
from scalp.domain.design import Design, Zone
from scalp.domain.look import Moment
from scalp.domain.marks import KeepAway
from scalp.domain.papers import LookPicture, MapPicture, PaperPeople, Papers, Simulation, TapedPlace, ToneForecast
from scalp.domain.pigment import Needle
from scalp.domain.plan import PigmentBatch, Plan, PriceSpan, Span, Target, Tone, TouchUp, ZoneWork
from scalp.domain.quote import Policy, Quote, QuoteItem
from scalp.domain.rules import Objection, Rule
from scalp.domain.screening import Aftercare, AftercareStep
from scalp.domain.stored import HeadMeasures
from tests.makers import make_design, make_head, make_plan

SHARES = (0.3, 0.4, 0.3)
ZONES = (("frontal edge", 31.4, 2_310), ("mid-scalp", 118.2, 14_880), ("crown", 40.6, 3_650), ("side blend", 22.8, 1_420))
IMPRESSIONS_DIGEST = "c0ffee" * 5 + "00"
DAY = date(2026, 11, 22)


def make_papers(people: PaperPeople | None = None, *, note: str = "", pictures: bool = True) -> Papers:
    """Return papers with a part of every kind."""
    design = _design(note)
    plan = _plan(design)
    picture = _picture()
    anchors = ("right_temporal_peak", "right_frontotemporal", "mid_frontal", "left_frontotemporal", "left_temporal_peak")
    return Papers(
        plan=plan,
        design=design,
        day=DAY,
        people=people or PaperPeople(practitioner="Ada Example"),
        simulation=Simulation(
            looks=_looks(picture) if pictures else (),
            design_digest=design.digest,
            plan_digest=plan.digest,
            impressions_digest=IMPRESSIONS_DIGEST,
        ),
        maps=_maps(picture) if pictures else (),
        anchors=tuple(_place(name, 66.0 + 7.0 * abs(at - 2), 22.0 * (at - 2)) for at, name in enumerate(anchors)),
        keep_away=(_place("mole", 92.0, -31.0, 3.0), _place("scar", 201.0, 12.0, 6.5)),
        measures=HeadMeasures(circumference_mm=574.0, length_mm=199.0, breadth_mm=154.0, over_crown_mm=330.0),
        forecasts=tuple(
            ToneForecast(years=years, left_fraction=Span(low=low, expected=mid, high=high))
            for years, low, mid, high in ((1.0, 0.8, 0.85, 0.88), (5.0, 0.43, 0.62, 0.74), (10.0, 0.19, 0.41, 0.6))
        ),
        quote=_quote(plan),
        booking=_booking(plan),
        aftercare=_aftercare(),
        doubts=(
            Doubt(
                kind="scale",
                where="impressions, hours and price",
                size="+-12 %",
                advice="They follow the area, and with it the size of the head.",
            ),
            Doubt(
                kind="design",
                where="hours",
                size="1 to 1.9 impressions a second",
                advice="These are clinics' figures (grade C): set the pace of the practitioner who will do it.",
            ),
            Doubt(
                kind="design",
                where="number of sessions",
                size="about one client in five needs one more",
                advice="Judge after each session what the skin has kept (grade C).",
            ),
        ),
    )


def _design(note: str) -> Design:
    design = make_design(make_head(subdivisions_count=4))
    rule = Rule(
        name="height-for-age",
        severity="question",
        asks="60 mm + 0.35 mm for each year above 20",
        reason="A low line ages badly.",
        grade="D",
        source="smp 2.1",
    )
    return dataclasses.replace(
        design,
        wishes=dataclasses.replace(design.wishes, norwood="5", note=note),
        zones=tuple(Zone(name=name, area_cm2=area, impressions_count=count, mean_per_cm2=count / area) for name, area, count in ZONES),
        keep_away=(
            KeepAway(kind="mole", place_mm=np.array([-31.0, 120.0, 60.0]), radius_mm=3.0),
            KeepAway(kind="scar", place_mm=np.array([12.0, 130.0, -60.0]), radius_mm=6.5),
        ),
        objections=(Objection(rule=rule, found="66 mm at 45 years", allowed="69 mm or more", nearest="A height of 69 mm."),),
    )


def _plan(design: Design) -> Plan:
    plan = make_plan(design, impressions_count=sum(count for _, _, count in ZONES), shares=SHARES)
    done = dict.fromkeys((name for name, _, _ in ZONES), 0)
    sessions, purposes = [], ("Hairline and a light base.", "Detail in the hairline and further layers.", "Finishing to your wishes.")
    for session, cumulative, purpose in zip(plan.sessions, (0.3, 0.7, 1.0), purposes, strict=True):
        works = []
        for name, _, count in ZONES:
            through = round(count * cumulative)
            works.append(_work(name, through - done[name], session.number))
            done[name] = through
        count = sum(work.impressions_count for work in works)
        hours = Span(low=1.6, expected=2.1, high=2.9)
        sessions.append(
            dataclasses.replace(session, works=tuple(works), impressions_count=count, hours=hours, purpose=purpose, needle_changes_count=2)
        )
    return dataclasses.replace(
        plan,
        sessions=tuple(sessions),
        batch=PigmentBatch(brand="Example Black", lot="L-2291", expires=date(2027, 6, 30)),
        target=Target(
            skin=Tone(lightness=66.2, a=11.0, b=16.0),
            stubble=Tone(lightness=57.4, a=8.0, b=11.0),
            reached=Tone(lightness=58.1, a=8.2, b=11.4),
        ),
        touch_ups=(
            TouchUp(
                earliest=date(2029, 1, 10),
                likely=date(2031, 2, 3),
                latest=date(2035, 8, 1),
                share_fraction=0.4,
                reason="The tone falls to 62 % of the healed one.",
            ),
        ),
    )


def _work(zone: str, count: int, number: int) -> ZoneWork:
    ml = count / 4_000.0
    needle = Needle(name="1RL 0.18") if zone == "frontal edge" else Needle()
    pigment, hours = Span(low=0.8 * ml, expected=ml, high=1.3 * ml), Span(low=count / 6_840, expected=count / 5_040, high=count / 3_600)
    return ZoneWork(
        zone=zone,
        impressions_count=count,
        layers_count=1 + (number == 2),
        needle=needle,
        shade_ratio=24.0 - 2 * number,
        pigment_ml=pigment,
        hours=hours,
    )


def _place(name: str, from_glabella_mm: float, aside_mm: float, radius_mm: float | None = None) -> TapedPlace:
    return TapedPlace(
        name=name,
        from_glabella_mm=from_glabella_mm,
        from_canthus_mm=from_glabella_mm + 11.0,
        from_tragion_mm=from_glabella_mm + 50.0,
        aside_mm=aside_mm,
        radius_mm=radius_mm,
    )


def _quote(plan: Plan) -> Quote:
    def span(low: str, high: str) -> PriceSpan:
        return PriceSpan(low=Decimal(low), high=Decimal(high), currency="USD")

    items = tuple(
        QuoteItem(what=f"Session {session.number}", why="213 cm2", amount=span("640", "910"), session_number=session.number)
        for session in plan.sessions
    )
    policy = Policy(
        deposit_percent=Decimal(25), deposit_refundable_days=14, change_free_days=3, late_change_percent=Decimal("12.5"), valid_days=60
    )
    option = QuoteItem(what="A further session", why="About one client in five needs one more.", amount=span("400", "600"))
    return Quote(
        plan_digest=plan.digest,
        day=DAY,
        items=items,
        total=span("1920", "2730"),
        deposit=span("480", "682.50"),
        policy=policy,
        options=(option,),
        cross_check=span("1500", "3500"),
    )


def _booking(plan: Plan) -> Booking:
    zone = ZoneInfo("Europe/Berlin")
    clinic = Clinic(
        name="Example Clinic",
        time_zone="Europe/Berlin",
        hours=(OpenHours(weekday="monday", opens=time(9), closes=time(18)),),
        address="1 Example Street, Exampleton",
    )
    starts = [datetime.combine(session.day, time(10), zone) for session in plan.sessions]
    return Booking(
        plan_digest=plan.digest,
        clinic=clinic,
        appointments=tuple(
            Appointment(session_number=number, starts=start, ends=start + timedelta(hours=3))
            for number, start in enumerate(starts, start=1)
        ),
    )


def _aftercare() -> Aftercare:
    told = (
        (-2, -1, ("Shave or trim 48 hours before.", "No alcohol; drink water.")),
        (0, 3, ("Keep the scalp dry.", "Do not touch, wash or shave it.", "No sweat, sun or tight hat.")),
        (4, 6, ("Rinse with water only.", "Light unscented moisturiser.")),
        (28, 30, ("Back to normal, with sun protection each day.",)),
    )
    return Aftercare(
        version="test",
        steps=tuple(AftercareStep(from_day=first, to_day=last, rules=rules, grade="C", source="smp 1.16") for first, last, rules in told),
    )


def _picture() -> bytes:
    picture = np.full((400, 320, 3), 200, np.uint8)
    cv2.ellipse(picture, (160, 200), (110, 150), 0, 0, 360, (120, 150, 190), -1)
    return bytes(cv2.imencode(".png", picture)[1])


def _looks(picture: bytes) -> tuple[LookPicture, ...]:
    sessions = tuple(Moment(name=f"session-{number}", label="", session_number=number, days=0.0) for number in (1, 2, 3))
    later = (
        Moment(name="healed", label="", session_number=3, days=42.0),
        *(Moment(name=f"year-{years}", label="", session_number=3, days=0.0, years=float(years)) for years in (5, 10)),
    )
    ends = tuple(Moment(name=f"year-10-{band}", label="", session_number=3, days=0.0, years=10.0, band=band) for band in ("low", "high"))
    return tuple(
        LookPicture(moment=moment, content=picture)
        for moment in (Moment(name="before", label="", session_number=0, days=0.0), *sessions, *later, *ends)
    )


def _maps(picture: bytes) -> tuple[MapPicture, ...]:
    return tuple(
        MapPicture(session_number=number, side=side, content=picture) for number in (0, 1, 2, 3) for side in ("front", "left", "top")
    )
