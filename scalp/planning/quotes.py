"""From a plan and a price list to a quote: every item with its reason, the range, what may come on top, the market beside it.

What one session costs is the price list's own arithmetic (`scalp.domain.price`); here sessions, difficulty, travel and
touch-ups are put together and held beside what the market takes for the stage. Fees for late changes are the quote's.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from scalp.base import BadInput, Doubt, NotPossible, WrongParent
from scalp.domain.design import Design
from scalp.domain.money import add_spans, exact, in_words, portion, span_in_words, to_minor, zero
from scalp.domain.plan import Plan, PriceSpan, Session
from scalp.domain.price import PriceList
from scalp.domain.quote import Quote, QuoteItem
from scalp.domain.rates import Difficulty, DifficultyRate

FARTHEST_TRAVEL_KM = Decimal(2000)
DENSE_FROM_PER_CM2 = 150
"""More impressions a cm2 are priced as high density: 100 to 150 are usual. (D, smp 1.4)"""
DIFFICULT_ZONES = {"scar": "scar", "patch": "patch", "existing hair": "hair"}
"""Zones of a design that cost more, and the difficulty each is."""
LEAST_PART = Decimal("0.001")
_MOST_SESSIONS_COUNT = 4
_HUNDRED = Decimal(100)


def quote_plan(
    plan: Plan,
    design: Design,
    prices: PriceList,
    *,
    day: date,
    travel_km: Decimal = Decimal(0),
    difficulties: tuple[Difficulty, ...] = (),
) -> Quote:
    """Quote a plan: the items of every session, their exact sum as a range, options, deposit, policy and a cross-check.

    A session costs what the price list takes for its area, impressions and hours; scars, patches, hair that stays and high
    density are taken from the design, other difficulties and the way (`travel_km`, one way) from whoever asks, and a
    difficulty that is given counts instead of the one read from the design. Each surcharge is a part of the session's own
    price, and they add up. Sessions that are only held if needed are options outside the total. It knows no taxes.
    """
    _check(plan, design, prices, day, travel_km)
    harder = _harder(prices, _merged(difficulties_of(design, prices), difficulties))
    by_session = {session.number: _session_items(session, plan, design, prices, harder, travel_km) for session in plan.sessions}
    needed = [item for session in plan.sessions if not session.if_needed for item in by_session[session.number]]
    items = (*needed, *_touch_up_item(prices))
    total = add_spans((item.amount for item in items), prices.currency)
    market = market_price(prices, design)
    return Quote(
        plan_digest=plan.digest,
        day=day,
        items=items,
        total=total,
        deposit=portion(total, prices.policy.deposit_percent / _HUNDRED),
        policy=prices.policy,
        options=(*_more_sessions(plan, by_session, prices.currency), *_later_touch_up(plan, prices)),
        cross_check=market,
        doubts=(*_doubt_of_market(total, market), *_doubt_of_other_list(plan, design, prices)),
        prices_digest=prices.digest,
    )


def difficulties_of(design: Design, prices: PriceList) -> tuple[Difficulty, ...]:
    """Return what the design itself says is harder, by the part of the treated area; only what the price list knows."""
    known = {rate.name for rate in prices.difficulties}
    areas: dict[str, Decimal] = {}
    for zone in design.zones:
        for name in (DIFFICULT_ZONES.get(zone.name), "density" if zone.mean_per_cm2 > DENSE_FROM_PER_CM2 else None):
            if name in known and name is not None:
                areas[name] = areas.get(name, Decimal(0)) + exact(zone.area_cm2)
    whole = sum((exact(zone.area_cm2) for zone in design.zones), Decimal(0))
    parts = {name: min(Decimal(1), (area / whole).quantize(LEAST_PART)) for name, area in areas.items() if whole > 0}
    if not design.zones and "density" in known and design.wishes.peak_density_per_cm2 > DENSE_FROM_PER_CM2:
        parts["density"] = Decimal(1)
    return tuple(Difficulty(name=name, part=part, reason="as designed") for name, part in parts.items() if part >= LEAST_PART)


def market_price(prices: PriceList, design: Design) -> PriceSpan | None:
    """Return what the market takes for a whole treatment of the design's stage, as the list says; None where it does not."""
    wishes = design.wishes
    for row in prices.by_stage:
        if (wishes.ludwig if row.ludwig else wishes.norwood) in row.stages:
            return PriceSpan(low=to_minor(row.low, prices.currency), high=to_minor(row.high, prices.currency), currency=prices.currency)
    return None


def _check(plan: Plan, design: Design, prices: PriceList, day: date, travel_km: Decimal) -> None:
    """Refuse strangers, quotes of the past, and ways nobody drives."""
    if plan.design_digest != design.digest:
        raise WrongParent("plan", "made for another design", "the plan of this design", "Give the design the plan was made for.")
    if day > plan.sessions[0].day:
        allowed = f"{plan.sessions[0].day} or earlier, the day of the first session"
        raise BadInput("day of the quote", day, allowed, "Move the sessions, or quote before they begin.")
    if not (travel_km.is_finite() and 0 <= travel_km <= FARTHEST_TRAVEL_KM):
        raise BadInput("travel", f"{travel_km} km", f"0 to {FARTHEST_TRAVEL_KM:,} km, one way", "Give the way to the client.")
    if travel_km > 0 and prices.travel is None:
        raise NotPossible(f"travel of {travel_km} km", "no travel in this price list", "Add [travel] to the price list.")


def _merged(read: Iterable[Difficulty], told: tuple[Difficulty, ...]) -> tuple[Difficulty, ...]:
    """Return difficulties by name, those told by a person in place of those read from the design."""
    names = [difficulty.name for difficulty in told]
    if len(set(names)) < len(names):
        raise BadInput("difficulty", "named twice", "each once", "Leave out the second.")
    return (*(difficulty for difficulty in read if difficulty.name not in names), *told)


def _harder(prices: PriceList, difficulties: tuple[Difficulty, ...]) -> tuple[tuple[Difficulty, DifficultyRate], ...]:
    """Return every difficulty with its rate; refuse one the price list does not know."""
    rates = {rate.name: rate for rate in prices.difficulties}
    for difficulty in difficulties:
        if difficulty.name not in rates:
            known = ", ".join(rates) or "none: this list has no difficulties"
            raise BadInput("difficulty", repr(difficulty.name[:30]), known, "Choose one of these, or add it to the price list.")
    return tuple((difficulty, rates[difficulty.name]) for difficulty in difficulties)


def _session_items(
    session: Session,
    plan: Plan,
    design: Design,
    prices: PriceList,
    harder: tuple[tuple[Difficulty, DifficultyRate], ...],
    travel_km: Decimal,
) -> tuple[QuoteItem, ...]:
    """Return every item of one session: its own price, each difficulty, the way there."""
    listed = prices.session_items(
        design.area_cm2, impressions_count=session.impressions_count, hours=session.hours, temporary=plan.pigment.temporary
    )
    listed_price = add_spans((item.amount for item in listed), prices.currency)
    items = [*listed, *(_surcharge(listed_price, difficulty, rate) for difficulty, rate in harder)]
    if travel_km > 0 and prices.travel is not None:
        items.append(_travel_item(prices, travel_km))
    return tuple(replace(item, session_number=session.number) for item in items)


def _surcharge(session_price: PriceSpan, difficulty: Difficulty, rate: DifficultyRate) -> QuoteItem:
    """Return what one difficulty adds to a session."""
    low, high = (_plainly((factor - 1) * difficulty.part * _HUNDRED) for factor in (rate.factor_low, rate.factor_high))
    part = "all of the work" if difficulty.part == 1 else f"{_plainly(difficulty.part * _HUNDRED)} % of the work"
    known = f", {difficulty.reason}" if difficulty.reason else ""
    why = f"{rate.words[:1].upper()}{rate.words[1:]}: {part}{known}; {low} to {high} % of the session."
    amount = portion(session_price, (rate.factor_low - 1) * difficulty.part, (rate.factor_high - 1) * difficulty.part)
    return QuoteItem(what=f"Difficulty: {rate.name}", why=why, amount=amount)


def _plainly(percent: Decimal) -> str:
    """Return a percent to a tenth, whole ones without decimals."""
    tenths = percent.quantize(Decimal("0.1"))
    return f"{tenths.to_integral_value() if tenths == tenths.to_integral_value() else tenths}"


def _travel_item(prices: PriceList, travel_km: Decimal) -> QuoteItem:
    """Return what coming to one session costs."""
    rate = prices.travel
    if rate is None or travel_km <= rate.free_km:
        free_km = Decimal(0) if rate is None else rate.free_km
        return QuoteItem(what="Travel", why=f"{travel_km} km one way; free up to {free_km} km.", amount=zero(prices.currency))
    amount = to_minor(rate.visit_amount(travel_km), prices.currency)
    flat = f"{in_words(rate.flat, prices.currency)} for each visit and " if rate.flat else ""
    why = f"{travel_km} km one way, {rate.free_km} km free; {flat}{rate.per_km} {prices.currency} a km there and back."
    return QuoteItem(what="Travel", why=why, amount=PriceSpan(low=amount, high=amount, currency=prices.currency))


def _touch_up_item(prices: PriceList) -> tuple[QuoteItem, ...]:
    """Return the touch-ups that are included, at no charge, so that a client sees them."""
    rate = prices.touch_ups
    if rate is None or rate.included_count == 0:
        return ()
    number = "one touch-up" if rate.included_count == 1 else f"{rate.included_count} touch-ups"
    why = f"Included: {number} within {rate.within_days} days of the last session."
    return (QuoteItem(what="Touch-up", why=why, amount=zero(prices.currency)),)


def _later_touch_up(plan: Plan, prices: PriceList) -> tuple[QuoteItem, ...]:
    """Return what a touch-up costs once none is included any more, with when one is expected."""
    rate = prices.touch_ups
    if rate is None or rate.later_high == 0:
        return ()
    amount = PriceSpan(
        low=to_minor(rate.later_low, prices.currency), high=to_minor(rate.later_high, prices.currency), currency=prices.currency
    )
    when = "Years later, when the field has become light"
    if plan.touch_ups:
        first = plan.touch_ups[0]
        last = "later" if first.latest is None else f"{first.latest.year}"
        when = f"When the field has become light, likely {first.likely.year} ({first.earliest.year} to {last})"
    return (QuoteItem(what="Later touch-up", why=f"{when}; at today's prices.", amount=amount),)


def _more_sessions(plan: Plan, by_session: dict[int, tuple[QuoteItem, ...]], currency: str) -> tuple[QuoteItem, ...]:
    """Return the sessions held only if needed, each as one item; one more like the last where the plan has none."""
    why = "Paid only if it takes place: about one client in five needs it, where skin keeps less pigment."
    sums = {number: add_spans((item.amount for item in items), currency) for number, items in by_session.items()}
    waiting = [session.number for session in plan.sessions if session.if_needed]
    if waiting:
        return tuple(
            QuoteItem(what=f"Session {number}, if needed", why=why, amount=sums[number], session_number=number) for number in waiting
        )
    last = plan.sessions[-1].number
    return (QuoteItem(what="One more session, if needed", why=why, amount=sums[last]),) if last < _MOST_SESSIONS_COUNT else ()


def _doubt_of_market(total: PriceSpan, market: PriceSpan | None) -> tuple[Doubt, ...]:
    """Say where the total lies outside of what the market takes for this stage, and by how much."""
    if market is None:
        return ()
    outside = [
        f"{in_words(amount, total.currency)} {where}"
        for amount, where in ((market.low - total.low, "below its low end"), (total.high - market.high, "above its high end"))
        if amount > 0
    ]
    if not outside:
        return ()
    apart = total.high < market.low or total.low > market.high
    advice = (
        f"The market takes {span_in_words(market)} for this stage{'; nothing of this price lies there' if apart else ''}: check the list."
    )
    return (Doubt(kind="design", where="price beside the market", size=" and ".join(outside), advice=advice),)


def _doubt_of_other_list(plan: Plan, design: Design, prices: PriceList) -> tuple[Doubt, ...]:
    """Say that a plan was priced by another list than the quote."""
    for session in plan.sessions:
        price = prices.session_price(
            design.area_cm2, impressions_count=session.impressions_count, hours=session.hours, temporary=plan.pigment.temporary
        )
        if (price.low, price.high, price.currency) != (session.price.low, session.price.high, session.price.currency):
            advice = "The quote counts: it was made with the price list given for it."
            was, now = (f"{one.low:,f} to {one.high:,f} {one.currency}" for one in (session.price, price))
            size = f"session {session.number} was {was}, is {now}"
            return (Doubt(kind="design", where="price in the plan", size=size, advice=advice),)
    return ()
