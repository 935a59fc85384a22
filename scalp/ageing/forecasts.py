"""What can be said of the years ahead: how wide the band is, what drives it, and when a touch-up is due.

What lives here: numbers and words for people, from the fading curve alone. What becomes of the deposits is `scalp.ageing.years`'.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from scalp.base import Doubt, Value, value
from scalp.domain.fading import (
    BANDS,
    DILUTION_FACTOR,
    EARLY_YEARS,
    PEEL_FACTOR,
    SHALLOW_FACTOR,
    SKIN_TYPE_FACTORS,
    SUN_FACTORS,
    Fading,
    check_years,
)
from scalp.domain.plan import Span

RENEWED_FRACTION = 0.62
"""Tone at which practitioners renew: 0.60 to 0.65 of the healed one. (D, smp 1.9)"""
_NOT_TOLD = "not told"
_REST = "what nobody has measured"


@value
class Driver(Value):
    """One thing that decides how fast a client's pigment fades, and what it does by a given year."""

    name: str
    """In words: 'sun', 'kind of skin', 'what nobody has measured'."""
    told: str
    """What the client said of it, or 'not told'."""
    tone: Span
    """Part of the healed tone left at that year with this driver at its worst, as taken, and at its best, all else as expected."""
    share_fraction: float
    """How much of the band's squared width is owed to it; what is told has no share."""

    def sentence(self) -> str:
        """Say what the driver does in one line of plain words."""
        if self.share_fraction == 0.0:
            return f"{self.name}: {self.told}"
        tone = f"{100 * self.tone.low:.0f} to {100 * self.tone.high:.0f} % left by itself"
        return f"{self.name}: {self.told}; {tone}, {100 * self.share_fraction:.0f} % of what is uncertain"


def drivers_of(years: float, fading: Fading | None = None) -> tuple[Driver, ...]:
    """Return what drives the tone at a year, largest share of the band first, the unmeasured rest last.

    Shares are of squared logarithms of the rate, as independent causes add up: the band itself is k half to twice, each
    driver's reach that of its factors. All factors are graded E, the band D: shares say where asking helps, not more.

    >>> [driver.name for driver in drivers_of(5.0)][:3]
    ['sun', 'kind of skin', 'depth']
    """
    fading = fading or Fading()
    check_years(years)
    total = fading.factors.untold_log_variance(fading.band_factor)
    drivers = []
    for name, told, (slowest, fastest) in _reaches(fading):
        share = np.log(fastest / slowest) ** 2 / total if total and told == _NOT_TOLD else 0.0
        tones = [float(fading.remaining_fractions(years, factor)[0]) for factor in (fastest, 1.0, slowest)]
        drivers.append(Driver(name=name, told=told, tone=Span(low=tones[0], expected=tones[1], high=tones[2]), share_fraction=share))
    drivers.sort(key=lambda driver: -driver.share_fraction)
    # Where the causes alone reach farther than the band that practice tells, they share all of it.
    claimed = max(sum(driver.share_fraction for driver in drivers), 1.0)
    drivers = [dataclasses.replace(driver, share_fraction=driver.share_fraction / claimed) for driver in drivers]
    rest = max(1.0 - sum(driver.share_fraction for driver in drivers), 0.0)
    reach = np.exp(0.5 * np.sqrt(total * rest))
    low, middle, high = (float(fading.remaining_fractions(years, factor)[0]) for factor in (reach, 1.0, 1.0 / reach))
    return (*drivers, Driver(name=_REST, told=_NOT_TOLD, tone=Span(low=low, expected=middle, high=high), share_fraction=rest))


def _reaches(fading: Fading) -> Iterator[tuple[str, str, tuple[float, float]]]:
    """Yield each driver with what is told of it and how far it moves the rate against what is taken, slowest and fastest."""
    factors = fading.factors
    certain = (1.0, 1.0)
    sun, skin_type = tuple(SUN_FACTORS.values()), tuple(SKIN_TYPE_FACTORS.values())
    yield "sun", factors.sun or _NOT_TOLD, certain if factors.sun else (min(sun), max(sun))
    yield "kind of skin", factors.skin_type or _NOT_TOLD, certain if factors.skin_type else (min(skin_type), max(skin_type))
    yield "depth", _NOT_TOLD, (1.0, SHALLOW_FACTOR)
    peels = _NOT_TOLD if factors.peels is None else "used" if factors.peels else "none"
    yield "retinoids and acids", peels, (1.0, PEEL_FACTOR) if factors.peels is None else certain
    thin = factors.dilution_ratio
    yield "thin pigment", _NOT_TOLD if thin is None else f"1:{thin:g}", (1.0, DILUTION_FACTOR) if thin is None else certain
    if factors.scar:
        yield "scar", "in a scar", certain


def touch_up_window(fading: Fading | None = None, *, renewed_fraction: float = RENEWED_FRACTION) -> Span:
    """Return after how many years the tone has fallen to what practitioners renew: low the earliest, high the latest.

    The curve is inverted in each band; a tone that is never reached gives 60 years. Practitioners say 3 to 5 years, claims
    run from 1 to 8 (C, smp 1.9).

    >>> window = touch_up_window()
    >>> [round(years, 1) for years in (window.low, window.expected, window.high)]
    [2.7, 4.9, 9.4]
    """
    fading = fading or Fading()
    early, middle, late = (fading.years_until(renewed_fraction, band) for band in BANDS)
    return Span(low=early, expected=middle, high=late)


def doubts_of_years(years: float, fading: Fading | None = None) -> tuple[Doubt, ...]:
    """Return how wide the band is at that year, what drives it, and when a touch-up is due; none within what was measured."""
    check_years(years)
    if years <= EARLY_YEARS:
        return ()
    fading = fading or Fading()
    low, high = (100 * fading.remaining_fraction(years, band) for band in ("low", "high"))
    *drivers, _ = drivers_of(years, fading)
    known = ", ".join(f"{driver.name} {100 * driver.share_fraction:.0f} %" for driver in drivers if driver.share_fraction > 0.02)
    window = touch_up_window(fading)
    months = window.high < 2.0
    low_due, due, high_due = (f"{12 * at:.0f}" if months else f"{at:.0f}" for at in (window.low, window.expected, window.high))
    unit = "months" if months else "years"
    return (
        Doubt(
            kind="ageing",
            where=f"tone after {years:g} years",
            size=f"{low:.0f} to {high:.0f} % of the healed tone",
            advice=f"Nothing has been measured beyond six months. Why so wide: {known}; the rest nobody has measured.",
        ),
        Doubt(
            kind="ageing",
            where="first touch-up",
            size=f"after about {due} {unit}, {low_due} to {high_due} possible",
            advice="Renew when the tone has fallen by two fifths; sooner only makes marks merge.",
        ),
    )
