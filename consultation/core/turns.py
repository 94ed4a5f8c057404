"""Writers of one process take turns before SQLite."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import TimeoutError  # noqa: A004 -- what is raised too when no connection can be had

BUSY = 15_000
"""Milliseconds that a writer waits for another one, of this process or another."""


class OneAtATime:
    """Whoever writes waits for the one before, and goes on the moment that one is done. SQLite lets one write at a time too,
    but whoever has to wait there sleeps, longer each time: under load most of the time nobody writes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Raises TimeoutError (`is_outage`) after as long as SQLite itself would wait for another process."""
        if not self._lock.acquire(timeout=BUSY / 1000):
            raise TimeoutError("another writer of this process does not come to an end")
        try:
            yield
        finally:
            self._lock.release()
