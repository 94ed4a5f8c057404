"""Two who change the same thing in the same moment, on both databases: the second begins before the first is done."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import DomainError

LONG_ENOUGH = 0.5


def in_turn(
    db: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> DomainError | None:
    """How the second was refused, if it was. The first has to succeed."""
    done = threading.Event()

    def lead() -> None:
        try:
            with db.transaction() as session:
                first(session)
                session.flush()
                done.set()
                time.sleep(LONG_ENOUGH)  # the other one comes before this is committed
        finally:
            done.set()

    def follow() -> DomainError | None:
        assert done.wait(10)
        try:
            with db.transaction() as session:
                second(session)
        except DomainError as refused:
            return refused
        return None

    with ThreadPoolExecutor(2) as both:
        leading, following = both.submit(lead), both.submit(follow)
        leading.result()
        return following.result()
