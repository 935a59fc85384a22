"""The papers of a plan as PDF: for the client to read and sign, for the practitioner to work from.

All from one `Papers`; tagged, on A4 or US Letter, in several languages. The words are `scalp/papers/texts`, the layout the
templates beside them; the stencil at 1:1 is `scalp.io.transfer`'s.
"""

import os
from pathlib import Path
from typing import Any

from scalp.base import Progress, no_progress
from scalp.domain.papers import Papers
from scalp.io.paper_client import CLIENT_SIDES, client_paper, file_name
from scalp.io.paper_practitioner import practitioner_paper
from scalp.io.paper_setting import has_unshown, preview, typeset
from scalp.io.paper_words import Language, PaperSize, Words
from scalp.io.pictures import write_whole

CLIENT_NAME, PRACTITIONER_NAME = "client.pdf", "practitioner.pdf"


def write_papers(
    papers: Papers,
    folder: str | os.PathLike[str],
    *,
    paper: PaperSize = "a4",
    language: Language = "en",
    progress: Progress = no_progress,
) -> list[Path]:
    """Write client.pdf and practitioner.pdf into a folder; return their places.

    Tagged PDF (PDF/UA-1) by typst with its own typefaces. The same papers give the same bytes on every machine: the only
    date in them is `papers.day`. Signs that the typefaces lack are shown as an empty box, and the paper says so.
    """
    words = Words(language, paper)
    made = {}
    progress("setting the client's paper", 0.1)
    made[CLIENT_NAME] = set_client(papers, words)
    progress("setting the practitioner's paper", 0.6)
    made[PRACTITIONER_NAME] = set_practitioner(papers, words)
    places = []
    for name, content in made.items():
        places.append(Path(folder) / name)
        write_whole(places[-1], content, mode=0o600)
    return places


def set_client(papers: Papers, words: Words) -> bytes:
    """Return the client's paper as a PDF."""
    return typeset("client.typ", *_client(papers, words), day=papers.day)


def set_practitioner(papers: Papers, words: Words) -> bytes:
    """Return the practitioner's paper as a PDF."""
    return typeset("practitioner.typ", *_practitioner(papers, words), day=papers.day)


def show_client(papers: Papers, words: Words, px_per_mm: float = 3.8) -> list[bytes]:
    """Return each page of the client's paper as a PNG."""
    return preview("client.typ", *_client(papers, words), px_per_mm=px_per_mm)


def show_practitioner(papers: Papers, words: Words, px_per_mm: float = 3.8) -> list[bytes]:
    """Return each page of the practitioner's paper as a PNG."""
    return preview("practitioner.typ", *_practitioner(papers, words), px_per_mm=px_per_mm)


def _client(papers: Papers, words: Words) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the client's paper says, and its pictures."""
    maps = [picture for picture in papers.maps if picture.session_number == 0 and picture.side in CLIENT_SIDES]
    pictures = {file_name(look): look.content for look in papers.looks} | {file_name(picture): picture.content for picture in maps}
    return client_paper(papers, words) | {"has_unshown": has_unshown(people_words(papers))}, pictures


def _practitioner(papers: Papers, words: Words) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the practitioner's paper says, and its pictures."""
    pictures = {file_name(picture): picture.content for picture in papers.maps}
    return practitioner_paper(papers, words) | {"has_unshown": has_unshown(people_words(papers))}, pictures


def people_words(papers: Papers) -> list[str]:
    """Return every text that people wrote for a paper: names, notes, what is on a bottle."""
    people, plan = papers.people, papers.plan
    clinic = papers.booking.clinic if papers.booking else None
    batch = [plan.batch.brand, plan.batch.lot] if plan.batch else []
    return [
        *(people.clinic, people.address, people.practitioner, people.client, papers.design.wishes.note),
        *([clinic.name, clinic.address] if clinic else []),
        *batch,
    ]
