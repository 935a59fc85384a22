"""What the client's paper says, as plain values for its template: chosen, seen, dates, price, aftercare, risks, doubts, agreement.

Every number is the plan's, written in the words of one language. How it looks on the page is the template's.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scalp.domain.design import Design
from scalp.domain.fading import BANDS
from scalp.domain.look import Moment
from scalp.domain.papers import LookPicture, MapPicture, Papers
from scalp.domain.plan import PriceSpan, Session
from scalp.domain.quote import QuoteItem
from scalp.io.paper_words import Words

Told = dict[str, Any]
CLIENT_SIDES = ("front", "top", "left", "right")


def client_paper(papers: Papers, words: Words) -> Told:
    """Return everything the client's paper says."""
    trial = papers.plan.pigment.temporary
    return head_of(papers, words, "client") | {
        "title": words("client.trial_title" if trial else "client.title"),
        "t": words.section("client") | {f"column_{key}": text for key, text in words.section("columns").items()},
        "facts": _facts(papers, words),
        "zones": _zones(papers, words),
        "note": papers.design.wishes.note.strip(),
        "maps": [_map(each, words) for side in CLIENT_SIDES for each in papers.maps if each.side == side and each.session_number == 0],
        "looks": _looks(papers, words),
        "bands": _bands(papers, words),
        "sessions": [_session(papers, session, words) for session in papers.plan.sessions],
        "zone_words": _zone_words(papers, words),
        "touch_up": _touch_up(papers, words),
        "price": _price(papers, words),
        "aftercare": _aftercare(papers, words),
        "risks": list(words.section("risks").values()),
        "undone": [text for key, text in words.section("undone").items() if key != ("permanent" if trial else "temporary")],
        "doubts": doubts_of(papers, words),
        "objections": objections_of(papers, words),
        "screening": _screening(papers, words),
        "statements": _statements(papers, words),
        "signing": words.section("signing"),
        "digests": list(_named(papers, words)),
    }


def head_of(papers: Papers, words: Words, kind: str) -> Told:
    """Return what stands at the head and foot of every page."""
    people, clinic = papers.people, papers.booking.clinic if papers.booking else None
    return {
        "title": words(f"{kind}.title"),
        "subject": words(f"{kind}.subject"),
        "language": words.language,
        "region": words.locale.territory,
        "paper": "a4" if words.paper == "a4" else "us-letter",
        "clinic": people.clinic or (clinic.name if clinic else ""),
        "address": people.address or (clinic.address if clinic else ""),
        "client": people.client,
        "practitioner": people.practitioner,
        "day": words.day(papers.day),
        "of": words("page.of", number="§n", count="§m"),
        "plan": words("page.plan", digest=papers.plan.digest[:12]),
        "simulation": words("page.simulation"),
        "unshown": words("page.unshown", sign="▯"),
        "f": words.section("facts"),
        "legend": [[words.named("zones", name), list(colour)] for name, colour in papers.legend],
    }


def _facts(papers: Papers, words: Words) -> list[list[Any]]:
    """Return the choice in a few lines: what it is and its value."""
    plan, design, wishes = papers.plan, papers.design, papers.design.wishes
    stage = words("facts.norwood", stage=wishes.norwood.upper()) if wishes.norwood else ""
    stage = words("facts.ludwig", stage=wishes.ludwig) if wishes.ludwig else stage
    sure = [session for session in plan.sessions if not session.if_needed]
    low, high = (sum(getattr(session.hours, end) for session in sure) for end in ("low", "high"))
    facts = [
        ("kind", words("facts.temporary" if plan.pigment.temporary else "facts.permanent")),
        ("style", words.named("styles", style_of(design))),
        ("height", words("facts.height_value", height=words.quantity("mm", design.hairline.height_mm))),
        ("stage", stage),
        ("area", words.quantity("cm2", design.area_cm2)),
        ("impressions", words.number(plan.impressions_count)),
        ("sessions", words.number(len(plan.sessions))),
        ("hours", words.quantity_span("hours", low, high, 1)),
        ("pigment", f"{pigment_words(papers, words)}"),
        ("batch", batch_words(papers, words)),
        ("history", ", ".join(step.plan_digest[:12] for step in plan.history)),
    ]
    return [[words(f"facts.{key}"), said] for key, said in facts if said]


def style_of(design: Design) -> str:
    """Return the name of the style of a hairline, "drawn" where a hand drew it."""
    return "drawn" if design.edit is not None and design.edit.drawn_mm is not None else design.hairline.style


def pigment_words(papers: Papers, words: Words) -> str:
    """Return the pigment and how far it is thinned."""
    pigment = papers.plan.pigment
    name = words.sentence(pigment.name)
    shade = words(
        "units.shade", water=words.number(pigment.dilution_ratio, 0 if pigment.dilution_ratio == round(pigment.dilution_ratio) else 1)
    )
    return f"{name if isinstance(name, str) else name['text']}, {shade}"


def batch_words(papers: Papers, words: Words) -> str:
    """Return what is on the bottle, or that it is written down on the day."""
    batch = papers.plan.batch
    if batch is None:
        return words("facts.batch_open")
    if batch.expires is None:
        return words("facts.batch_value", brand=batch.brand, lot=batch.lot)
    return words("facts.batch_expires", brand=batch.brand, lot=batch.lot, day=words.day(batch.expires))


def _zones(papers: Papers, words: Words) -> list[list[str]]:
    """Return a row for each zone: its name, area, impressions and mean density."""
    return [
        [
            words.named("zones", zone.name),
            words.quantity("cm2", zone.area_cm2, 1),
            words.number(zone.impressions_count),
            words.quantity("per_cm2", zone.mean_per_cm2),
        ]
        for zone in papers.design.zones
    ]


def _map(picture: MapPicture, words: Words) -> Told:
    """Return one picture of the map with its caption and its text for those who cannot see it."""
    side = words(f"sides.{picture.side}")
    number = words.number(picture.session_number)
    alt = words("sides.alt_session", side=side, number=number) if picture.session_number else words("sides.alt", side=side)
    return {"file": file_name(picture), "caption": words("sides.caption", side=side), "alt": alt}


def file_name(picture: MapPicture | LookPicture) -> str:
    """Return the name of a picture beside the template: the digest of its bytes, so that the same picture is there once."""
    kind = "jpg" if picture.content.startswith(b"\xff\xd8") else "png"
    return f"{content_digest(picture.content)}.{kind}"


def content_digest(content: bytes) -> str:
    """Return the name of a picture by its bytes: what is signed."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def moment_words(moment: Moment, words: Words) -> str:
    """Return a moment in words: before, after which session, healed, after how many years, and which end of the band."""
    months = round(moment.years * 12)
    if moment.session_number == 0:
        return words("moments.before")
    if moment.years and moment.years != round(moment.years):
        said = words("moments.months", number=words.number(months))
    elif moment.years:
        said = words("moments.year" if moment.years == 1 else "moments.years", number=words.number(moment.years))
    elif moment.days:
        said = words("moments.healed", weeks=words.number(moment.days / 7))
    else:
        said = words("moments.session", number=words.number(moment.session_number))
    return said if moment.band == "expected" else f"{said}, {words(f'moments.{moment.band}')}"


def _looks(papers: Papers, words: Words) -> list[Told]:
    """Return the pictures in rows that belong together: before, healed and later; each session; a year with its band."""
    banded = {each.moment.years for each in papers.looks if each.moment.band != "expected"}
    ends = [each for each in papers.looks if each.moment.years in banded]
    ends = sorted(ends, key=lambda each: (each.moment.years, BANDS.index(each.moment.band)))
    others = [each for each in papers.looks if each.moment.years not in banded]
    sessions = [each for each in others if each.moment.session_number and not each.moment.days and not each.moment.years]
    beside = [each for each in others if each not in sessions]
    return [{"ends": row is ends, "pictures": [_look(each, words) for each in row]} for row in (beside, sessions, ends) if row]


def _look(picture: LookPicture, words: Words) -> Told:
    """Return one simulated picture with its caption."""
    label = moment_words(picture.moment, words)
    alt = words("moments.alt_before") if picture.moment.session_number == 0 else words("moments.alt", label=label)
    if picture.side:
        alt = words("moments.alt_side", text=alt, side=words(f"sides.{picture.side}"))
    return {"file": file_name(picture), "caption": label, "alt": alt}


def _bands(papers: Papers, words: Words) -> list[list[Any]]:
    """Return a row for each year that is forecast: what stays, from and to, and the ends as parts of a bar."""
    rows: list[list[Any]] = []
    for each in papers.forecasts:
        left = each.left_fraction
        label = moment_words(Moment(name="later", label="later", session_number=1, days=0.0, years=each.years), words)
        reach = words.span(words.percent(left.low), words.percent(left.high))
        rows.append([label, words.percent(left.expected), reach, [left.low, left.expected, left.high]])
    return rows


def _session(papers: Papers, session: Session, words: Words) -> Told:
    """Return one session: number, purpose, day and time, hours, impressions."""
    booked = papers.booking.appointments if papers.booking else ()
    found = next((each for each in booked if each.session_number == session.number), None)
    number = f"{session.number}"
    return {
        "number": number,
        "day": words.day(found.starts.date() if found else session.day, "full"),
        "hour": words.span(words.hour(found.starts), words.hour(found.ends)) if found else "",
        "hours": words.quantity_span("hours", session.hours.low, session.hours.high, 1),
        "count": words.number(session.impressions_count),
        "purpose": words.sentence(session.purpose),
        "if_needed": session.if_needed,
    }


def _zone_words(papers: Papers, words: Words) -> str:
    """Return whose clock the times of the booking follow."""
    return words("client.clock", zone=papers.booking.clinic.time_zone) if papers.booking and papers.booking.appointments else ""


def _touch_up(papers: Papers, words: Words) -> list[Told]:
    """Return when a renewal will be wanted, as a window."""
    told = []
    for each in papers.plan.touch_ups:
        ends = {"earliest": words.month(each.earliest), "likely": words.month(each.likely), "share": words.percent(each.share_fraction)}
        if each.latest is None:
            said = words("client.touch_up_open", **ends)
        else:
            said = words("client.touch_up_window", latest=words.month(each.latest), **ends)
        told.append({"text": said, "reason": words.sentence(each.reason)})
    if papers.plan.pigment.temporary:
        told.append({"text": words("client.touch_up_traces"), "reason": ""})
    return told


def _price(papers: Papers, words: Words) -> Told:
    """Return the price by session with its lines, its total, what is only paid if needed, and the policy."""
    quote = papers.quote
    if quote is None:
        return _price_of_plan(papers, words)
    policy = quote.policy
    rules = [
        words("money.deposit_words", percent=_percent(policy.deposit_percent, words), days=policy.deposit_refundable_days),
        words("money.change_words", percent=_percent(policy.late_change_percent, words), days=policy.change_free_days),
        words("money.valid_words", day=words.day(quote.day), days=policy.valid_days),
    ]
    return {
        "intro": words("client.price_intro"),
        "groups": _groups(quote.items, words),
        "options": [_item(item, words) for item in quote.options],
        "total": [words("money.total"), words.price(quote.total)],
        "turned": any(item.amount.low > item.amount.high for item in quote.items),
        "deposit": [words("money.deposit"), words.price(quote.deposit)],
        "rules": rules,
        "cross_check": words("client.cross_check", price=words.price(quote.cross_check)) if quote.cross_check else "",
    }


def _percent(percent: Any, words: Words) -> str:  # noqa: ANN401 - an exact decimal
    """Return a percentage that is given in percent."""
    return f"{words.number(percent, 0 if percent == percent.to_integral_value() else 1)}\N{NO-BREAK SPACE}%"


def _price_of_plan(papers: Papers, words: Words) -> Told:
    """Return the price as the plan itself has it, where no quote was made."""
    sessions = papers.plan.sessions
    sure = [session.price for session in sessions if not session.if_needed]
    total = PriceSpan(
        low=sum((p.low for p in sure), start=sure[0].low * 0),
        high=sum((p.high for p in sure), start=sure[0].high * 0),
        currency=sure[0].currency,
    )
    lines = [
        (session, {"what": words("moments.visit", number=session.number), "why": "", "amount": words.price(session.price)})
        for session in sessions
    ]
    return {
        "intro": words("client.price_plan_only"),
        "groups": [
            {"title": line["what"], "why": "", "amount": line["amount"], "items": []} for session, line in lines if not session.if_needed
        ],
        "options": [line for session, line in lines if session.if_needed],
        "total": [words("money.total"), words.price(total)],
        "turned": False,
        "deposit": None,
        "rules": [],
        "cross_check": "",
    }


def _groups(items: tuple[QuoteItem, ...], words: Words) -> list[Told]:
    """Return the lines of a quote by session, each group with its exact sum; those of no session stand alone."""
    groups: list[Told] = []
    for number in dict.fromkeys(item.session_number for item in items):
        own = [item for item in items if item.session_number == number]
        if number is None:
            groups += [
                {"title": line["what"], "why": line["why"], "amount": line["amount"], "items": []}
                for line in (_item(item, words) for item in own)
            ]
            continue
        low, high = (sum((getattr(item.amount, end) for item in own), start=Decimal(0)) for end in ("low", "high"))
        total = PriceSpan(low=low, high=high, currency=own[0].amount.currency)
        told = {"title": words("moments.visit", number=number), "why": "", "amount": words.price(total)}
        if len(own) == 1:
            groups.append(told | {"why": words.sentence(own[0].why), "items": []})
        else:
            groups.append(told | {"items": [_item(item, words) for item in own]})
    return groups


def _item(item: QuoteItem, words: Words) -> Told:
    """Return one line of a quote."""
    return {"what": words.sentence(item.what), "why": words.sentence(item.why), "amount": words.price(item.amount)}


def _aftercare(papers: Papers, words: Words) -> list[Told]:
    """Return what to do on which days."""
    steps = papers.aftercare.steps if papers.aftercare else ()
    return [
        {
            "days": words("units.on_day", first=_day(step.from_day))
            if step.from_day == step.to_day
            else words("units.from_day_to_day", first=_day(step.from_day), last=_day(step.to_day)),
            "title": words.sentence(step.title),
            "rules": [words.sentence(rule) for rule in step.rules],
        }
        for step in steps
    ]


def _day(day: int) -> str:
    """Return the number of a day with a true minus sign."""
    return str(day).replace("-", "\N{MINUS SIGN}")


def doubts_of(papers: Papers, words: Words) -> list[list[Any]]:
    """Return a row for each doubt: what, how much, what can be done."""
    return [[words.sentence(doubt.where), words.sentence(doubt.size), words.sentence(doubt.advice)] for doubt in papers.doubts]


def objections_of(papers: Papers, words: Words) -> list[Told]:
    """Return what each rule has against the design, and the nearest that it accepts."""
    return [
        {
            "severity": words.named("severities", each.rule.severity),
            "found": words.sentence(each.found),
            "allowed": words.sentence(each.allowed),
            "asked": words("columns.allowed"),
            "reason": words.sentence(each.rule.reason),
            "nearest": words.sentence(each.nearest),
            "grade": each.rule.grade,
        }
        for each in papers.design.objections
    ]


def _screening(papers: Papers, words: Words) -> list[list[Any]]:
    """Return what the questionnaire found, without the answers that mean nothing."""
    rows: list[list[Any]] = []
    for each in papers.screening.outcomes if papers.screening else ():
        verdict = words.named("verdicts", each.verdict)
        if each.wait_days:
            verdict = words("verdicts.wait", verdict=verdict, days=words.number(each.wait_days))
        rows.append([words.sentence(each.question), verdict, words.sentence(each.reason)])
    return rows


def _statements(papers: Papers, words: Words) -> list[str]:
    """Return what the client agrees to: pictures, a deposit and rules for changes only where the paper holds them."""
    left_out = {"price_alone" if papers.quote is not None else "price"}
    if papers.simulation is None or not papers.simulation.looks:
        left_out.add("simulated")
    return [text for name, text in words.section("statements").items() if name not in left_out]


def _named(papers: Papers, words: Words) -> Iterator[list[str]]:
    """Yield the names of all that is signed: plan, design, head, impressions and each picture."""
    yield [words("signing.plan"), papers.plan.digest]
    yield [words("signing.design"), papers.design.digest]
    yield [words("signing.head"), papers.design.head_digest]
    if papers.simulation is not None:
        yield [words("signing.impressions"), papers.simulation.impressions_digest]
        if papers.simulation.plan_digest != papers.plan.digest:
            yield [words("signing.simulated"), papers.simulation.plan_digest]
    for look in papers.looks:
        yield [words("signing.look", label=moment_words(look.moment, words)), content_digest(look.content)]
