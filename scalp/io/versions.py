"""Which versions of a file this program reads: one sentence for those of a later time, one for those that never were."""

from scalp.base import Unreadable

_LONGEST = 20


def demand_version(kind: str, told: object, newest: int, *, oldest: int | None = None) -> int:
    """Return the version a file says, of those from `oldest` to `newest`; refuse a newer one and one that is none.

    `oldest` is `newest` where it is not given. A reader that takes older ones upgrades them itself.

    >>> demand_version("the quote", 1, newest=1)
    1
    """
    said, first = str(told), newest if oldest is None else oldest
    is_whole = said.isascii() and said.isdigit() and len(said) <= _LONGEST
    if is_whole and said == str(int(said)) and first <= int(said) <= newest:
        return int(said)
    if said.isascii() and said.isdigit() and int(said[:9]) > newest:
        raise Unreadable(kind, said[:_LONGEST], "Update smp to read it.")
    readable = f"version {newest}" if first == newest else f"versions {first} to {newest}"
    raise Unreadable(kind, said[:_LONGEST], f"This program reads {readable}.")
