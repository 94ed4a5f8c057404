"""Breaking things at a chosen step: the n-th statement, commit or file of whatever is done while the trap is set."""

import os
import random
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from consultation.core.db import Database

_FILE_EVENTS = frozenset({"open", "os.mkdir", "os.rename", "os.link"})
ALL = bool(os.environ.get("FAULT_ALL"))
"""Whether every statement is broken, as before a release, or the sample of every run."""
SHARE = 0.4
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Fault(Exception):
    """Nothing the product knows."""


class How(StrEnum):
    RAISE = "something raises before the step"
    CUT = "the connection breaks at the step"
    SILENCE = "the commit is done, its answer never arrives"


@dataclass
class Trap:
    """Counts steps and breaks one, the first that is chosen from number `at` on; `sprung` says which one that was."""

    how: How
    at: int
    folder: Path | None = None
    steps: int = 0
    sprung: str = ""
    broken: int = 0
    seen: list[str] = field(default_factory=list)

    def statement(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if self.how != How.SILENCE:
            self._step(statement.partition("(")[0][:60].strip(), connection)

    def commit(self, connection: Connection) -> None:
        if self.how != How.SILENCE:
            self._step("COMMIT", connection)

    def committed(self, session: Session) -> None:
        if self.how == How.SILENCE:
            self._step("after COMMIT")

    def file(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Opening for reading is no step; folders and files elsewhere are none of ours."""
        if self.how != How.RAISE or self.folder is None or event not in _FILE_EVENTS:
            return
        path = arguments[0]
        if not isinstance(path, str | bytes) or not Path(os.fsdecode(path)).is_relative_to(self.folder):
            return
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
            return
        self._step(f"{event} {Path(os.fsdecode(path)).name}")

    def _chosen(self, name: str) -> bool:
        """The first step, every commit and every file always; of the statements between them, which are alike, two in five."""
        if ALL or self.steps == 1 or "COMMIT" in name or name.startswith(tuple(_FILE_EVENTS)):
            return True
        return random.Random(self.steps).random() < SHARE

    def _step(self, name: str, connection: Connection | None = None) -> None:
        self.steps += 1
        self.seen.append(name)
        if self.sprung or self.steps < self.at or not self._chosen(name):
            return
        self.sprung, self.broken = name, self.steps
        if self.how == How.CUT and connection is not None:
            cut(connection)
        else:
            raise Fault(name)


def cut(connection: Connection) -> None:
    """As if the server, or the cable to it, were gone. What follows fails by itself."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        driver.close()
    else:
        with socket.socket(fileno=os.dup(driver.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


_set: list[Trap] = []
_hooked: list[bool] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    for trap in _set:
        trap.file(event, arguments)


@contextmanager
def trap(db: Database, how: How, at: int, folder: Path | None = None) -> Iterator[Trap]:
    """Python tells its audit hook of every file before it touches it; a hook stays for good, the trap does not."""
    if not _hooked:
        sys.addaudithook(_audit)
        _hooked.append(True)
    made = Trap(how, at, folder)
    listeners: list[tuple[Any, str, Any]] = [
        (db.engine, "before_cursor_execute", made.statement),
        (db.engine, "commit", made.commit),
        (Session, "after_commit", made.committed),
    ]
    for target, event, listener in listeners:
        sa.event.listen(target, event, listener)
    _set.append(made)
    try:
        yield made
    finally:
        _set.remove(made)
        for target, event, listener in listeners:
            sa.event.remove(target, event, listener)
