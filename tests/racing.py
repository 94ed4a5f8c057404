"""Two who do something in the same moment: the second comes when the first has done everything but commit."""

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from consultation.core.db import Database

Doing = Callable[[Session], Any]


def at_once(db: Database, first: Doing, second: Doing) -> BaseException | None:
    """Returns what the second one was refused with, if so; the first one is not."""
    refused: list[BaseException] = []

    def come_after() -> None:
        try:
            with db.transaction() as session:
                second(session)
        except Exception as refusal:  # noqa: BLE001 -- whatever it is, the test looks at it
            refused.append(refusal)

    thread = threading.Thread(target=come_after)
    with db.transaction() as session:
        first(session)
        session.flush()
        thread.start()
        time.sleep(0.5)  # the other one reads, and then waits for this one or is done
    thread.join(20)
    assert not thread.is_alive()
    return refused[0] if refused else None
