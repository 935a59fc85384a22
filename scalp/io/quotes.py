"""`quote.json`: a quote as data, versioned, amounts as strings so that they stay exact; read back as it was written."""

import dataclasses
import os
from pathlib import Path

from scalp.domain.quote import Quote
from scalp.io.documents import DocumentKind, read_document, write_document
from scalp.io.pictures import demand_older

QUOTE_NAME = "quote.json"
KIND = DocumentKind(
    file_name=QUOTE_NAME,
    schema="smp-quote",
    version=1,
    called="the quote",
    remedy="Give the quote.json that smp quote wrote; or quote the plan anew.",
    notice="A price worked out from a plan and a price list. It binds nobody until the practitioner has confirmed it.",
)


def write_quote(quote: Quote, path: str | os.PathLike[str]) -> Path:
    """Write a quote to a file of any name, or as `quote.json` into a folder, for its owner only, and return its place."""
    place = Path(path)
    place = place / QUOTE_NAME if place.is_dir() else place
    demand_older(place, KIND.schema.encode(), "quote")
    return write_document(quote, place.parent, dataclasses.replace(KIND, file_name=place.name))


def read_quote(path: str | os.PathLike[str]) -> Quote:
    """Return the quote in a file, or in a folder that holds a `quote.json`, exactly as it was written.

    Raises `Unreadable` for versions this program does not know and `BadTable` or `BadInput` for everything else.
    """
    return read_document(Quote, path, KIND)
