"""A coin held to the forehead, found in a photo as an ellipse of the size it must have there. Which coin it is must be told.

Reading a distance from its rim is `objects`'; what it weighs is `scale`'s.
"""

import csv
from functools import cache
from importlib import resources

from scalp.base import BadInput


@cache
def read_coins() -> dict[str, float]:
    """Return the diameters of known round coins by name, mm. [Council1998] [USMint2024] [RoyalMint2024] [Swissmint2024]"""
    text = resources.files("scalp.tables").joinpath("coins.csv").read_text(encoding="utf-8").splitlines()
    return {row[0]: float(row[1]) for row in list(csv.reader(line for line in text if not line.startswith("#")))[1:]}


def coin_mm(name: str) -> float:
    """Return the diameter of a named coin, mm, or refuse a name that is not known."""
    known = read_coins()
    if name not in known:
        raise BadInput("coin", name, ", ".join(known), "Name one of these, or use a bank card or a tape.")
    return known[name]
