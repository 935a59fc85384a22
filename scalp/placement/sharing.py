"""A loop over points shared by two threads. Each point's result is its own, so it is the same however it is shared."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")

_WORTH_SHARING_COUNT = 4000


def shared(count: int, work: Callable[[int, int], Part]) -> list[Part]:
    """Return the results of `work(first, beyond)` on the two halves of 0 .. count, side by side; in one go where it is little."""
    if count < _WORTH_SHARING_COUNT:
        return [work(0, count)]
    middle = count // 2
    with ThreadPoolExecutor(1) as beside:
        later = beside.submit(work, middle, count)
        return [work(0, middle), later.result()]
