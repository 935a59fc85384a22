"""Impressions that stand in twos and threes, as the hairs of a follicular unit do: which of a field get partners, and how many.

Partners belong to the session of the impression they stand beside and are placed right after it. Where exactly a partner
stands is `irregularity`'s business.
"""

from typing import NamedTuple

import numpy as np

from scalp.base import ByteArray, IntArray, NotPossible
from scalp.placement.fields import Field
from scalp.placement.irregularity import add_partners
from scalp.placement.rooms import Room
from scalp.placement.surfaces import Ground, Spots, join, pick

_SPARE_SITES = 16


class Units(NamedTuple):
    """How many pairs and triples each session has, (K,) each, and the distance of partners in mm."""

    pairs: IntArray
    triples: IntArray
    distance_mm: float

    @property
    def partners(self) -> IntArray:
        """Return how many impressions of each session are partners of another, (K,)."""
        return np.asarray(self.pairs + 2 * self.triples)


def units_for(counts: tuple[int, ...], pairs_fraction: float, triples_fraction: float, distance_mm: float) -> Units:
    """Return the whole pairs and triples that these parts of each session's impressions make up."""
    pairs, triples = (
        np.floor(np.array(counts) * share / size + 1e-9).astype(np.int32) for share, size in ((pairs_fraction, 2), (triples_fraction, 3))
    )
    return Units(pairs=pairs, triples=triples, distance_mm=distance_mm)


def add_units(ground: Ground, field: Field, units: Units, room: Room, rng: np.random.Generator) -> Field:
    """Return the field with a partner for some of its points and a second one for some of these, exactly as many as asked."""
    session = field.session_number
    tried = [
        rng.permutation(np.flatnonzero(session == number))[: 2 * count + _SPARE_SITES]
        for number, count in enumerate(units.pairs + units.triples, start=1)
    ]
    first, spots = _beside(ground, field.spots, tried, units.pairs + units.triples, (units.distance_mm, room), rng)
    again = [rng.permutation(first[session[first] == number]) for number in range(1, len(units.triples) + 1)]
    second, spots = _beside(ground, spots, again, units.triples, (units.distance_mm, room), rng)
    owner = np.concatenate([np.arange(len(session)), first, second])
    order = np.argsort(owner, kind="stable")
    return Field(spots=pick(spots, order), session_number=_of(session, owner[order]))


def _of(session: ByteArray, owner: IntArray) -> ByteArray:
    """Return the session of each owner."""
    return np.asarray(session[owner], np.uint8)


def _beside(
    ground: Ground, spots: Spots, tried: list[IntArray], counts: IntArray, near: tuple[float, Room], rng: np.random.Generator
) -> tuple[IntArray, Spots]:
    """Return which points got a partner, `counts[k]` of the k-th list tried, and all points, the partners last in the same order."""
    sites = np.concatenate(tried).astype(np.int32)
    beside, placed = add_partners(ground, spots, sites, near[0], near[1], rng)
    kept, start = [], 0
    for part, count in zip(tried, counts, strict=True):
        room_for = start + np.flatnonzero(placed[start : start + len(part)])
        if len(room_for) < count:
            asked = f"{count} impressions with a partner in a session"
            raise NotPossible(asked, f"{len(room_for)}", "Lower pairs_fraction, triples_fraction or the density.")
        kept.append(room_for[:count])
        start += len(part)
    chosen = np.concatenate(kept)
    return sites[chosen], join(spots, pick(beside, chosen))
