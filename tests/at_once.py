"""Two people act at the same moment: one is not done yet when the other begins."""

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.errors import DomainError

Acts = Callable[[Session], Any]


def beside(db: Database, first: Acts, second: Acts, *, seconds: float = 0.4) -> DomainError | None:
    """`first` acts, `second` begins before that is saved, then both end. Returns with what the second was refused.

    Whatever else goes wrong is raised: nobody is shown a broken page because somebody else was quicker.
    """
    refused: list[BaseException] = []

    def act() -> None:
        try:
            with db.transaction() as session:
                second(session)
        except BaseException as error:  # noqa: BLE001 -- told to the one who waits, in the other thread
            refused.append(error)

    other = threading.Thread(target=act)
    with db.transaction() as session:
        first(session)
        session.flush()
        other.start()
        time.sleep(seconds)  # on SQLite it waits for its turn, on PostgreSQL it comes as far as a lock lets it
    other.join(30)
    assert not other.is_alive()
    if refused and not isinstance(refused[0], DomainError):
        raise refused[0]
    return refused[0] if refused else None  # type: ignore[return-value]  # checked above
