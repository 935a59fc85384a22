"""What the practitioner's paper says, as plain values for its template: work by session and zone, tape places, the record.

Every number is the plan's, written in the words of one language. How it looks on the page is the template's.
"""

from typing import Any

from scalp.domain.design import Zone
from scalp.domain.papers import MapPicture, Papers, TapedPlace
from scalp.domain.pigment import Needle
from scalp.domain.plan import Session, ZoneWork
from scalp.io.paper_client import batch_words, doubts_of, file_name, head_of, objections_of, pigment_words, style_of
from scalp.io.paper_words import Words

Told = dict[str, Any]
_SIDES = ("front", "top", "left", "right", "back")
_WHOLE = "whole"


def practitioner_paper(papers: Papers, words: Words) -> Told:
    """Return everything the practitioner's paper says."""
    sessions = papers.plan.sessions
    return head_of(papers, words, "practitioner") | {
        "t": words.section("practitioner") | {f"column_{key}": text for key, text in words.section("columns").items()},
        "facts": _facts(papers, words),
        "note": papers.design.wishes.note.strip(),
        "running": _running(papers, words),
        "zones": [_zone(zone, words) for zone in papers.design.zones],
        "sessions": [_session(papers, position, words) for position in range(len(sessions))],
        "maps": [_map(each, words) for side in _SIDES for each in papers.maps if each.side == side and each.session_number == 0],
        "anchors": [_taped(place, words, "places") for place in papers.anchors],
        "anchors_none": words("practitioner.anchors_none", height=words.quantity("mm", papers.design.hairline.height_mm)),
        "avoid": [_taped(place, words, "places") for place in papers.keep_away],
        "avoid_more": _avoid_more(papers, words),
        "record": words.section("record"),
        "doubts": doubts_of(papers, words),
        "objections": objections_of(papers, words),
    }


def _facts(papers: Papers, words: Words) -> list[list[Any]]:
    """Return what holds for all sessions."""
    plan, design, measures = papers.plan, papers.design, papers.measures
    head = ""
    if measures is not None:
        lengths = {"round": measures.circumference_mm, "length": measures.length_mm, "breadth": measures.breadth_mm}
        head = words("facts.head_value", **{name: words.quantity("mm", length) for name, length in lengths.items()})
    facts = [
        ("kind", words("facts.temporary" if plan.pigment.temporary else "facts.permanent")),
        ("style", words.named("styles", style_of(design))),
        ("height", words("facts.height_value", height=words.quantity("mm", design.hairline.height_mm))),
        ("area", words.quantity("cm2", design.area_cm2)),
        ("impressions", words.number(plan.impressions_count)),
        ("density", words.quantity("per_cm2", design.wishes.peak_density_per_cm2)),
        ("needle", plan.needle.name),
        ("depth", _depth(plan.needle, words)),
        ("pigment", pigment_words(papers, words)),
        ("stock", words.quantity("mg_per_ml", plan.pigment.stock_mg_per_ml)),
        ("batch", batch_words(papers, words)),
        ("head", head),
        ("history", ", ".join(step.plan_digest[:12] for step in plan.history)),
    ]
    rows: list[list[Any]] = [[words(f"facts.{key}"), said] for key, said in facts if said]
    return [*rows, *_target(papers, words)]


def _target(papers: Papers, words: Words) -> list[list[str]]:
    """Return the tone to reach, as lightness."""
    target = papers.plan.target
    if target is None:
        return []
    tones = {"reached": target.reached, "stubble": target.stubble, "skin": target.skin}
    said = words("practitioner.target_words", **{name: words.number(tone.lightness, 1) for name, tone in tones.items()})
    how = words("practitioner.target_measured" if target.measured else "practitioner.target_computed")
    return [[words("practitioner.target"), f"{said} {how}"]]


def _depth(needle: Needle, words: Words) -> str:
    """Return from which to which depth the deposit lies."""
    top, bottom = (words.number(depth, 2) for depth in (needle.top_depth_mm, needle.bottom_depth_mm))
    return words("units.mm", number=words.span(top, bottom))


def _running(papers: Papers, words: Words) -> list[list[Any]]:
    """Return a row for each session: date, impressions, running total, what is left, hours, needle changes."""
    rows: list[list[Any]] = []
    placed, whole = 0, papers.plan.impressions_count
    for session in papers.plan.sessions:
        placed += session.impressions_count
        rows.append(
            [
                str(session.number),
                day_words(papers, session, words),
                words.number(session.impressions_count),
                words.number(placed),
                words.number(whole - placed),
                words.quantity_span("hours", session.hours.low, session.hours.high, 1),
                words.number(session.needle_changes_count),
            ]
        )
    return rows


def day_words(papers: Papers, session: Session, words: Words) -> str:
    """Return when a session is: as booked, else as planned."""
    booked = papers.booking.appointments if papers.booking else ()
    found = next((each for each in booked if each.session_number == session.number), None)
    return f"{words.day(found.starts.date())}, {words.hour(found.starts)}" if found else words.day(session.day)


def _zone(zone: Zone, words: Words) -> list[str]:
    """Return a row of the design's zones."""
    return [
        words.named("zones", zone.name),
        words.quantity("cm2", zone.area_cm2, 1),
        words.number(zone.impressions_count),
        words.quantity("per_cm2", zone.mean_per_cm2),
        words.number(zone.keep_away_count),
    ]


def _session(papers: Papers, position: int, words: Words) -> Told:
    """Return the pages of one session: maps, work by zone, totals, the fields to fill in."""
    plan = papers.plan
    session, count = plan.sessions[position], len(plan.sessions)
    key = "practitioner.session_if_needed" if session.if_needed else "practitioner.session"
    works = session.works or (_whole_work(papers, session),)
    placed = sum(each.impressions_count for each in plan.sessions[: position + 1])
    stock, water = _mixed_ml(works)
    totals = [
        [words("columns.now"), words.number(session.impressions_count)],
        [words("columns.total"), words.number(placed)],
        [words("columns.remaining"), words.number(plan.impressions_count - placed)],
        [words("columns.hours"), words.quantity_span("hours", session.hours.low, session.hours.high, 1)],
        [words("columns.stock"), words.quantity("ml", stock, 2)],
        [words("columns.water"), words("units.ml", number=_ml(water, words))],
        [words("columns.needle_changes"), words.number(session.needle_changes_count)],
    ]
    of_session = [each for each in papers.maps if each.session_number == session.number]
    return {
        "title": words(key, number=session.number, count=count),
        "day": day_words(papers, session, words),
        "purpose": words.sentence(session.purpose),
        "maps": [_map(each, words) for side in _SIDES for each in of_session if each.side == side],
        "works": [_work(papers, work, position, words) for work in works],
        "totals": totals,
    }


def _whole_work(papers: Papers, session: Session) -> ZoneWork:
    """Return the work of a session that does not tell its zones apart, as one row."""
    nothing = type(session.hours)(low=0.0, expected=0.0, high=0.0)
    return ZoneWork(
        zone=_WHOLE,
        impressions_count=session.impressions_count,
        layers_count=1,
        needle=papers.plan.needle,
        shade_ratio=papers.plan.pigment.dilution_ratio,
        pigment_ml=nothing,
        hours=session.hours,
    )


def _mixed_ml(works: tuple[ZoneWork, ...]) -> tuple[float, float]:
    """Return how much pigment and how much water the amounts of the zones take together, as expected: more is mixed when it runs out."""
    stock = sum(work.stock_ml.expected for work in works)
    return stock, sum(work.water_ml.expected for work in works)


def _work(papers: Papers, work: ZoneWork, position: int, words: Words) -> list[str]:
    """Return the row of one zone in one session."""
    before, whole = _placed(papers, work, position), _placed(papers, work, len(papers.plan.sessions))
    after = before + work.impressions_count
    area = _area_cm2(papers, work.zone)
    now_per_cm2, after_per_cm2 = (words.number(count / area) if area else "" for count in (work.impressions_count, after))
    return [
        words.named("zones", work.zone),
        work.needle.name,
        words.span(words.number(work.needle.top_depth_mm, 2), words.number(work.needle.bottom_depth_mm, 2)),
        words("units.shade", water=words.number(work.shade_ratio)),
        words.number(work.layers_count),
        now_per_cm2,
        after_per_cm2,
        words.number(work.impressions_count),
        words.number(after),
        words.number(whole - after),
        _ml(work.pigment_ml.expected, words) if work.pigment_ml.high else "",
        words.span(words.small(work.hours.low, 0.1, 1), words.small(work.hours.high, 0.1, 1)),
    ]


def _ml(amount_ml: float, words: Words) -> str:
    """Return an amount to be mixed, to the hundredth where it is less than one ml."""
    return words.small(amount_ml, 0.01, 2) if amount_ml < 1.0 else words.number(amount_ml, 1)


def _placed(papers: Papers, work: ZoneWork, position: int) -> int:
    """Count the impressions of the sessions before `position` in the zone of a piece of work."""
    before = papers.plan.sessions[:position]
    if work.zone == _WHOLE:
        return sum(session.impressions_count for session in before)
    return sum(each.impressions_count for session in before for each in session.works if each.zone == work.zone)


def _area_cm2(papers: Papers, zone: str) -> float:
    """Return the area of a zone, 0 where the design does not tell it."""
    if zone == _WHOLE:
        return papers.design.area_cm2
    return next((each.area_cm2 for each in papers.design.zones if each.name == zone), 0.0)


def _map(picture: MapPicture, words: Words) -> Told:
    """Return one picture of the map with its caption and its text for those who cannot see it."""
    side = words(f"sides.{picture.side}")
    alt = words("sides.alt_session", side=side, number=picture.session_number) if picture.session_number else words("sides.alt", side=side)
    return {"file": file_name(picture), "caption": words("sides.caption", side=side), "alt": alt}


def _taped(place: TapedPlace, words: Words, section: str) -> list[str]:
    """Return the row of one place to be found with a tape."""
    aside = round(place.aside_mm)
    side = "aside_middle" if aside == 0 else "aside_left" if aside > 0 else "aside_right"
    return [
        words.named(section, place.name),
        *(words.quantity("mm", length) for length in (place.from_glabella_mm, place.from_canthus_mm, place.from_tragion_mm)),
        words(f"units.{side}", number=words.number(abs(aside))),
        words.quantity("mm", place.radius_mm, 1) if place.radius_mm is not None else "",
    ]


def _avoid_more(papers: Papers, words: Words) -> str:
    """Return how many places to keep free are not in the list."""
    more = len(papers.design.keep_away) - len(papers.keep_away)
    return words("practitioner.avoid_more", count=words.number(more)) if more > 0 else ""
