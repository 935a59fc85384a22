"""What `smp papers` makes of a plan folder: reads what belongs to it, gathers, and has the papers set. Typesetting is the engine's."""

import dataclasses
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from scalp.base import BadInput, Progress
from scalp.domain.papers import PaperPeople, Papers, Simulation
from scalp.domain.screening import Screening
from scalp.domain.transfer import PaperName
from scalp.io.aftercare import read_aftercare
from scalp.io.assets import makehuman_folder
from scalp.io.bookings import read_booking
from scalp.io.paper_looks import read_simulation
from scalp.io.paper_setting import has_unshown
from scalp.io.paper_words import LANGUAGES, PAPER_SIZES, Language, PaperSize
from scalp.io.papers import people_words, write_papers
from scalp.io.quotes import read_quote
from scalp.io.screenings import read_answers, read_questionnaire
from scalp.io.transfer import write_transfer
from scalp.planning.screening import screen
from scalp.rendering.transfer import make_transfer
from scalp.treatment.papers import gather_papers, simulate_views
from smp.cases import Case, read_case
from smp.days import today
from smp.orders import choose


@dataclasses.dataclass(frozen=True, kw_only=True)
class PaperOrder:
    """What is to be printed: the plan, files that belong to it, whose names stand on it, size, language and day."""

    plan: Path
    head: Path | None
    look: Path | None
    views: bool
    quote: Path | None
    booking: Path | None
    aftercare: Path | None
    answers: Path | None
    transfer: bool
    people: PaperPeople
    paper: str
    language: str
    day: date

    def __post_init__(self) -> None:
        """Refuse sizes and languages there are none of, and pictures asked for twice."""
        choose("paper", self.paper, PAPER_SIZES)
        choose("language", self.language, LANGUAGES)
        if self.look is not None and self.views:
            raise BadInput("views", "asked for beside a look", "--look or --views", "Leave out one of them.")


def read_day(day: datetime | None) -> date:
    """Return the day that is printed: the one asked for, or today."""
    return today() if day is None else day.date()


def run_papers(order: PaperOrder, folder: Path, progress: Progress) -> dict[str, Any]:
    """Write the papers of an order into a folder and return what a program wants to know of them."""
    progress("reading the plan", 0.0)
    case = read_case(order.plan, head=order.head)
    papers = _gathered(order, case, progress)
    places = write_papers(
        papers, folder, paper=cast("PaperSize", order.paper), language=cast("Language", order.language), progress=progress
    )
    if order.transfer:
        progress("laying the scalp flat", 0.8)
        sheet = make_transfer(case.head.head, case.design, paper=cast("PaperName", order.paper))
        places += write_transfer(sheet, folder, svg=False, day=order.day)
    return {
        "files": [place.name for place in places],
        "plan": papers.plan.digest,
        "paper": order.paper,
        "language": order.language,
        "day": papers.day.isoformat(),
        "pictures_count": len(papers.looks),
        "impressions": papers.simulation.impressions_digest if papers.simulation else None,
        "missing": [name for name in ("simulation", "quote", "booking") if getattr(papers, name) is None],
        "unshown_signs": has_unshown(people_words(papers)),
    }


def _gathered(order: PaperOrder, case: Case, progress: Progress) -> Papers:
    """Return the papers of an order with all that belongs to them."""
    return gather_papers(
        case.head,
        case.design,
        case.plan,
        day=order.day,
        people=order.people,
        simulation=_simulation(order, case, progress),
        quote=read_quote(order.quote) if order.quote else None,
        booking=read_booking(order.booking) if order.booking else None,
        aftercare=read_aftercare(order.aftercare),
        screening=_screening(order, case),
        progress=progress,
    )


def _simulation(order: PaperOrder, case: Case, progress: Progress) -> Simulation | None:
    """Return the pictures that are signed for: those of a look, rendered ones where asked for, or none."""
    if order.look is not None:
        return read_simulation(order.look, case.design)
    if not order.views:
        return None
    return simulate_views(case.head, case.design, case.plan, makehuman=makehuman_folder(), progress=progress)


def _screening(order: PaperOrder, case: Case) -> Screening | None:
    """Return what the client's answers mean, where they were given."""
    if order.answers is None:
        return None
    return screen(read_answers(order.answers, today=order.day), read_questionnaire(), today=order.day, design=case.design)


def report_papers(result: dict[str, Any], out: Path) -> str:
    """Return the few lines that say what was printed and what is missing on it."""
    words = {
        "simulation": "pictures (--look LOOK or --views)",
        "quote": "an itemised price (--quote)",
        "booking": "the times of the appointments (--booking)",
    }
    lines = [f"{', '.join(result['files'])} for plan {result['plan'][:12]} are in {out}."]
    if result["missing"]:
        lines.append(f"Without {'; '.join(words[name] for name in result['missing'])}.")
    if result["unshown_signs"]:
        lines.append("Some signs of the names or the note have no typeface here and are printed as an empty box: write them in by hand.")
    lines.append("Read them before they are signed. A simulation, not a promise.")
    return "\n".join(lines)
