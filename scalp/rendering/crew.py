"""Work on one picture shared by two threads: each takes its own part, so that the result is the same however many there are."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

THREADS_COUNT = 2


class Crew:
    """Some threads that share the parts of a piece of work; used as a context, so that they end with it."""

    def __init__(self, threads_count: int = THREADS_COUNT) -> None:
        """Keep threads ready; with 1 all is done by the caller's own."""
        self.threads_count = threads_count
        self._pool = ThreadPoolExecutor(threads_count - 1) if threads_count > 1 else None

    def __enter__(self) -> Self:
        """Return the crew itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def share(self, work: Callable[[int, int], None]) -> None:
        """Call `work(part, parts)` for each part at once and wait for all."""
        parts = self.threads_count
        beside = [self._pool.submit(work, part, parts) for part in range(1, parts)] if self._pool is not None else []
        work(0, parts)
        for one in beside:
            one.result()
