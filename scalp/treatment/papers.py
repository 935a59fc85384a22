"""Gathering what the papers of a plan say: places found with a tape, maps by session, the tone of later years, every doubt.

Typesetting is `scalp.io.papers`'; reading pictures of a look `scalp.io.paper_looks`'.
"""

import dataclasses
from datetime import date
from pathlib import Path

import cv2

from scalp.ageing.years import temporary_fading
from scalp.base import ByteArray, Doubt, FloatArray, NotPossible, Progress, no_progress
from scalp.demo.lamps import LightName
from scalp.domain.booking import Booking
from scalp.domain.design import Design
from scalp.domain.fading import Fading
from scalp.domain.head import Head
from scalp.domain.look import Moment
from scalp.domain.papers import MAP_SIDE_NAMES, LookPicture, MapPicture, PaperPeople, Papers, Simulation, TapedPlace, ToneForecast
from scalp.domain.plan import Plan, Span, ZoneWork
from scalp.domain.quote import Quote
from scalp.domain.screening import Aftercare, Screening
from scalp.domain.stored import StoredHead
from scalp.geometry.tapes import tape_mm
from scalp.io.paper_looks import printable
from scalp.placement.placing import place_impressions
from scalp.rendering.maps import draw_sessions, map_legend
from scalp.rendering.views import POSES_DEGREES, Stand
from scalp.treatment.courses import Course, banded, moments_of
from scalp.treatment.looks import render_views

FORECAST_YEARS = (1.0, 3.0, 5.0, 10.0)
TEMPORARY_YEARS = (0.5, 1.0, 1.5)
MOST_PLACES_COUNT = 24
"""So many places to keep free are listed with their distances; the maps show all."""
MAP_HEIGHT_PX = 840
MAP_TEXT_FRACTION = 0.0285
"""Height of words over that of a map: 1.8 mm (5 points) or more at the 64 mm in which the papers print the smallest map. (D)"""
VIEW_LIGHT: LightName = "daylight"
VIEW_PX = (720, 900)
_BEFORE = Moment(name="before", label="Before", session_number=0, days=0.0)


def gather_papers(
    stored: StoredHead,
    design: Design,
    plan: Plan,
    *,
    day: date,
    people: PaperPeople | None = None,
    simulation: Simulation | None = None,
    quote: Quote | None = None,
    booking: Booking | None = None,
    aftercare: Aftercare | None = None,
    screening: Screening | None = None,
    progress: Progress = no_progress,
) -> Papers:
    """Return what the papers of a plan say, measured on its head.

    Distances are a tape's, laid over the skin (`scalp.geometry.tapes`); years are the fading curve of the pigment with its
    band. Maps are drawn for the whole design and for each session.
    """
    # Strangers are refused here, before anything slow.
    bare = Papers(plan=plan, design=design, day=day, simulation=simulation, quote=quote, booking=booking)
    head, fading = stored.head, fading_of(plan, simulation)
    largest = sorted(design.keep_away, key=lambda place: -place.radius_mm)[:MOST_PLACES_COUNT]
    progress("laying the tape", 0.0)
    line = design.hairline
    anchors = tuple(tape_place(head, name, line.anchor_mm(name)) for name in line.anchor_names)
    keep_away = tuple(tape_place(head, each.kind, each.place_mm, each.radius_mm) for each in largest)
    return dataclasses.replace(
        bare,
        people=people or PaperPeople(),
        maps=draw_maps(head, design, plan, progress),
        legend=map_legend(design),
        anchors=anchors,
        keep_away=keep_away,
        measures=stored.measures,
        forecasts=forecast_tones(fading, TEMPORARY_YEARS if plan.pigment.temporary else FORECAST_YEARS),
        aftercare=aftercare,
        screening=screening,
        doubts=_doubts(head, design, plan, simulation, quote, booking),
    )


def tape_place(head: Head, name: str, place_mm: FloatArray, radius_mm: float | None = None) -> TapedPlace:
    """Return a place with its distances over the skin from the landmarks a practitioner can feel."""
    side = "left" if place_mm[0] >= 0 else "right"
    lengths = [tape_mm(head.surface, head.landmark(mark), place_mm) for mark in ("glabella", f"{side}_outer_canthus", f"{side}_tragion")]
    return TapedPlace(
        name=name,
        from_glabella_mm=lengths[0],
        from_canthus_mm=lengths[1],
        from_tragion_mm=lengths[2],
        aside_mm=float(place_mm[0]),
        radius_mm=radius_mm,
    )


def draw_maps(head: Head, design: Design, plan: Plan, progress: Progress = no_progress) -> tuple[MapPicture, ...]:
    """Return the map of the whole design and that of each session, from all sides.

    A session that works in every zone has the map of the whole design, which is drawn once.
    """
    zones = frozenset(zone.name for zone in design.zones)
    works = {session.number: session.works for session in plan.sessions}
    told: dict[int, tuple[ZoneWork, ...]] = {0: ()}
    told |= {number: () if zones <= {work.zone for work in each} else each for number, each in works.items()}
    ordered = tuple({frozenset(each): each for each in told.values()}.values())
    drawn: dict[tuple[frozenset[ZoneWork], str], bytes] = {}
    for done, side in enumerate(MAP_SIDE_NAMES):
        progress("drawing the maps", done / len(MAP_SIDE_NAMES))
        maps = draw_sessions(head, design, side, ordered, height_px=MAP_HEIGHT_PX, text_fraction=MAP_TEXT_FRACTION)
        drawn |= {(frozenset(each), side): _png(srgb_u8) for each, srgb_u8 in zip(ordered, maps, strict=True)}
    shown = ((number, side, drawn[frozenset(each), side]) for number, each in told.items() for side in MAP_SIDE_NAMES)
    return tuple(MapPicture(session_number=number, side=side, content=content) for number, side, content in shown)


def _png(srgb_u8: ByteArray) -> bytes:
    """Return a picture of flat colours as a PNG."""
    return bytes(cv2.imencode(".png", cv2.cvtColor(srgb_u8, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_PNG_COMPRESSION, 6))[1])


def fading_of(plan: Plan, simulation: Simulation | None = None) -> Fading:
    """Return how the plan's pigment fades, with what was told of the client where a look was made."""
    if simulation is not None and simulation.fading is not None:
        return simulation.fading
    fading = temporary_fading() if plan.pigment.temporary else Fading()
    return fading.thinned(plan.pigment.dilution_ratio)


def forecast_tones(fading: Fading, years: tuple[float, ...]) -> tuple[ToneForecast, ...]:
    """Return how much of the healed tone is left after each of so many years, with its band."""
    found = []
    for each in years:
        low, expected, high = (fading.remaining_fraction(each, band) for band in ("low", "expected", "high"))
        found.append(ToneForecast(years=each, left_fraction=Span(low=low, expected=expected, high=high)))
    return tuple(found)


def simulate_views(stored: StoredHead, design: Design, plan: Plan, *, makehuman: Path, progress: Progress = no_progress) -> Simulation:
    """Return the course seen from the front on the head's own surface, where no photo with a look is at hand.

    Before, after each session, healed, and the last year with its band. Slow: each picture lights the head anew.
    """
    if stored.skin is None:
        raise NotPossible(
            "pictures of a head without the colour of its skin", "a look on a photo", "Run smp look PHOTO --head HEAD and give --look."
        )
    skin = stored.skin
    progress("placing impressions", 0.0)
    placed = place_impressions(plan, design, stored.head, seed=design.wishes.seed)
    fading = fading_of(plan)
    course = Course(head=stored.head, skin=skin, design=design, plan=plan, placed=placed, fading=fading, seed=design.wishes.seed)
    azimuth, elevation = POSES_DEGREES["hairline"]
    stand = Stand(azimuth_degrees=azimuth, elevation_degrees=elevation, label="front", width_px=VIEW_PX[0], height_px=VIEW_PX[1])
    known = moments_of(plan)
    moments = (_BEFORE, *known[:-1], *banded(known[-1]))
    looks = []
    for number, moment in enumerate(moments):
        progress(f"rendering: {moment.label.lower()}", number / len(moments))
        view = next(iter(render_views(course, moment, (stand,), light=VIEW_LIGHT, makehuman=makehuman)))
        looks.append(LookPicture(moment=moment, content=printable(view.photo), side="front"))
    return Simulation(
        looks=tuple(looks),
        design_digest=design.digest,
        plan_digest=plan.digest,
        impressions_digest=placed.digest,
        fading=fading,
        doubts=view.doubts,
    )


def _doubts(
    head: Head, design: Design, plan: Plan, simulation: Simulation | None, quote: Quote | None, booking: Booking | None
) -> tuple[Doubt, ...]:
    """Return every doubt of the chain once, in the order of the stages."""
    parts = (head, design, plan, simulation, quote, booking)
    chain = [doubt for part in parts if part is not None for doubt in part.doubts]
    return tuple({(doubt.kind, doubt.where): doubt for doubt in chain}.values())
