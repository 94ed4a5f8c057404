"""The service and its database as processes of their own, each to be killed with its whole family and started again."""

import json
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Protocol

from tests.fault.family import end_family, is_alive

HOST = "127.0.0.1"
PATIENCE = 300.0
"""Seconds until everything must be up again, on the slowest machine with others at work on it; usually it takes two."""
KEY = "stoerung" * 5


class Running(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """`None` as long as it runs."""


Starter = Callable[[list[str], Mapping[str, str], Path], Running]
"""Arguments of the command line, its environment, the file for what it says."""


def command(arguments: list[str], environment: Mapping[str, str], output: Path) -> Running:
    """As operators start it."""
    with output.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "consultation", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=said,
            stderr=said, start_new_session=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Forked:
    """Not our child: whether it runs is all we learn of it."""

    pid: int

    def poll(self) -> int | None:
        return None if is_alive(self.pid) else 0


@contextmanager
def nursery() -> Iterator[Starter]:
    """Starts without loading everything anew; see there."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fault.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def start(arguments: list[str], environment: Mapping[str, str], output: Path) -> Running:
            order = {"arguments": arguments, "environment": dict(environment), "output": str(output)}
            orders.write(json.dumps(order) + "\n")
            orders.flush()
            return Forked(int(answers.readline()))

        yield start
        orders.close()


@dataclass
class Process(ABC):
    """`was_up`: whether it came up since it was started last."""

    name: str
    folder: Path
    running: Running | None = field(default=None, init=False)
    was_up: bool = field(default=False, init=False)

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def is_up(self) -> bool: ...

    @property
    def output(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def said(self) -> str:
        return self.output.read_text("utf-8", "replace") if self.output.exists() else ""

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    @property
    def runs(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def look(self) -> bool:
        """Whether it is up now; remembered."""
        up = self.runs and self.is_up()
        self.was_up = self.was_up or up
        return up

    def kill(self) -> None:
        """SIGKILL for it and all that it started; returns when none of them is left."""
        if self.running is not None and self.runs:  # the number of one that ended by itself may be another's by now
            end_family(self.pid)
            while self.running.poll() is None:
                time.sleep(0.005)
        self.running, self.was_up = None, False

    def wait_until_up(self) -> None:
        end = time.monotonic() + PATIENCE
        while not self.look():
            if not self.runs:
                raise RuntimeError(f"{self.name} ended by itself: {self.said[-2000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"{self.name} does not come up: {self.said[-2000:]}")
            time.sleep(0.05)

    def ended(self, patience: float = 60) -> int | None:
        """The code it ended with, or `None` if it did not."""
        assert self.running is not None
        end = time.monotonic() + patience
        while (code := self.running.poll()) is None and time.monotonic() < end:
            time.sleep(0.02)
        return code


@dataclass
class _Command(Process):
    """One of the service's own, on this database and this folder."""

    database: str
    starter: Starter = command

    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL", "DATA_DIR", "BASE_URL", "PORT", "MAIL"}
        inherited = {name: value for name, value in os.environ.items() if name not in own}
        return inherited | {
            "DATABASE_URL": self.database, "DATA_DIR": str(self.folder), "WORKER_INLINE": "0", "SECRET_KEY": KEY,
            "LOG_LEVEL": "warning", "THREADS": "8", "COLUMNS": "120",
        }  # fmt: skip


@dataclass
class Web(_Command):
    port: int = 0

    def start(self) -> None:
        arguments = ["serve", "--host", HOST, "--port", str(self.port)]
        self.running = self.starter(arguments, self.environment(), self.output)

    def is_up(self) -> bool:
        connection = HTTPConnection(HOST, self.port, timeout=5)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            answer.read()
            connection.close()
            return answer.status == 200
        connection.close()
        return False


@dataclass
class Worker(_Command):
    def start(self) -> None:
        self.output.unlink(missing_ok=True)
        self.running = self.starter(["worker"], self.environment(), self.output)

    def is_up(self) -> bool:
        return "Aufträge werden abgearbeitet" in self.said
