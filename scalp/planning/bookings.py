"""What stands around a booking: the first day that a screening allows, and what is doubtful about the days that were found."""

from datetime import date, timedelta
from itertools import pairwise

from scalp.base import Doubt, NotPossible
from scalp.domain.booking import Appointment, BookingSettings, Clinic, HealingReport
from scalp.domain.screening import Screening

USUAL_LEAST_DAYS, USUAL_MOST_DAYS, LAST_USUAL_MOST_DAYS = 10, 14, 28
"""The usual gaps, and the longest before the third session and later ones. (product brief, smp 1.7; C)"""


def first_allowed(today: date, settings: BookingSettings, screening: Screening | None) -> date:
    """Return the first day on which a session may be: after the clinic's notice and the waiting times of the screening.

    Raises `NotPossible` where the screening refuses, or defers without an end that is known.
    """
    allowed = today + timedelta(days=settings.notice_days)
    if screening is None or screening.verdict not in {"defer", "refuse"}:
        return allowed
    grave = [outcome for outcome in screening.outcomes if outcome.verdict in {"defer", "refuse"}]
    open_ended = [outcome for outcome in grave if outcome.verdict == "refuse" or outcome.wait_days is None]
    if open_ended:
        reachable = "a booking once this is over and the questions are answered again"
        raise NotPossible("A booking after this screening", reachable, " ".join(outcome.reason for outcome in open_ended))
    return max([allowed, *(today + timedelta(days=outcome.wait_days or 0) for outcome in grave)])


def booking_doubts(
    appointments: tuple[Appointment, ...],
    clinic: Clinic,
    reports: tuple[HealingReport, ...],
    screening: Screening | None,
    earlier: tuple[Doubt, ...] = (),
) -> tuple[Doubt, ...]:
    """Return what is not certain about these days; what `earlier` says of the screening stays."""
    doubts = [doubt for doubt in earlier if doubt.where == "screening"]
    if screening is not None and screening.verdict == "letter":
        doubts.append(
            _doubt("screening", "a doctor's letter is asked for", "Bring it before session 1; without it no session takes place.")
        )
    if clinic.country is None:
        doubts.append(_doubt("dates", "public holidays are not known", "Name the clinic's country, or list its days off."))
    for before, after in pairwise(appointments):
        gap = (after.day - before.day).days
        most = LAST_USUAL_MOST_DAYS if after.session_number > 2 else USUAL_MOST_DAYS
        if gap < USUAL_LEAST_DAYS:
            advice = "Only on closed skin without scabs or redness: show a photo of it the day before."
            doubts.append(_doubt(f"session {after.session_number}", f"{gap} days after the one before; 10 to 14 are usual", advice))
        elif gap > most:
            advice = "What the skin has kept is judged anew that day; the numbers of the plan may change."
            doubts.append(_doubt(f"session {after.session_number}", f"{gap} days after the one before; up to {most} are usual", advice))
    doubts += [_report_doubt(report) for report in _last_reports(reports) if not report.is_clear]
    return tuple(dict.fromkeys(doubts))


def _last_reports(reports: tuple[HealingReport, ...]) -> list[HealingReport]:
    """Return the last report on each session."""
    last = {report.session_number: report for report in sorted(reports, key=lambda report: (report.day, not report.is_clear))}
    return list(last.values())


def _report_doubt(report: HealingReport) -> Doubt:
    """Say that the next session depends on the skin."""
    where = f"session {report.session_number + 1}"
    return _doubt(
        where, f"{report.words} reported on {report.day}", "It takes place only when the skin is clear: show a photo the day before."
    )


def _doubt(where: str, size: str, advice: str) -> Doubt:
    """Return a doubt about dates."""
    return Doubt(kind="person", where=where, size=size, advice=advice)
