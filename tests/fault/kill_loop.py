"""Towns answer while web servers, workers and the database are killed; in the end all that was acknowledged is there once.

`python -m tests.fault.kill_loop --kills 1000 --database postgresql`. Prints what was done and found; 1 if anything is not as
it must be, with the reasons.
"""

import argparse
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from consultation.documents import editions
from consultation.states import Audience
from tests import quick
from tests.fault.account import account, settle
from tests.fault.scene import Scene, scene
from tests.fault.servers import PATIENCE, Process, command, nursery

LIFE = (0.0, 2.0)
"""Seconds between two blows."""
SEVERAL = (1, 1, 2, 2, 3)
"""How many are hit at once."""
WEIGHTS = {"web": 1, "worker": 5, "postgres": 5}
"""Of a web server that lives longer towns get more answers, and only an acknowledged answer can be lost."""
TICK = 0.02
KILLS_PER_EDITION = 12
AT_MOST = 12
"""Editions: one takes a worker as long as several kills."""


@dataclass
class Outcome:
    kills: Counter[str]
    scene: Scene
    begun: list[uuid.UUID]
    reasons: list[str] = field(default_factory=list)
    seconds: float = 0
    settled: float = 0

    def table(self) -> Iterator[str]:
        records = [town.record for town in self.scene.towns]
        rows: dict[str, object] = {
            "kills": sum(self.kills.values()),
            **{f"… of {victim}": count for victim, count in sorted(self.kills.items())},
            "answers acknowledged": sum(one.acknowledged for one in records),
            "… written": sum(one.written for one in records),
            "… submitted": sum(len(one.submissions) for one in records),
            "… reopened": sum(one.reopened for one in records),
            "asked again": sum(one.retried for one in records),
            "editions begun": len(self.begun),
            "faults found": len(self.reasons),
        }
        yield f"{self.scene.settings.database.partition(':')[0]}, {self.seconds:.0f} s, then {self.settled:.0f} s of account"
        yield from (f"{name:<28}{value:>8}" for name, value in rows.items())
        yield from (f"FAULT {reason}" for reason in self.reasons)


@dataclass(eq=False)
class Planner(threading.Thread):
    """Begins an edition whenever so many more were killed."""

    scene: Scene
    kills: Counter[str]
    every: int
    begun: list[uuid.UUID] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        with self.scene.database() as db:
            while not self.scene.enough.is_set():
                if sum(self.kills.values()) < self.every * (len(self.begun) + 1):
                    self.scene.enough.wait(0.2)
                    continue
                planner = replace(self.scene.planner, moment=datetime.now(UTC))
                try:
                    with db.transaction() as session:
                        edition = editions.start(session, planner, self.scene.world.slug, Audience.INTERNAL)
                except SQLAlchemyError:  # the database was the victim
                    self.scene.enough.wait(0.2)
                    continue
                self.begun.append(edition.id)


@dataclass
class Keeper:
    """Starts whatever does not run, as an operator's machine does, and hits whoever came up."""

    scene: Scene
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)

    def until(self, wanted: int) -> None:
        next_blow = 0.0
        while (left := wanted - sum(self.kills.values())) > 0:
            self.look_after()
            if time.monotonic() >= next_blow and self._strike(left):
                next_blow = time.monotonic() + self.dice.uniform(*LIFE)
            time.sleep(TICK)

    def look_after(self) -> bool:
        """Whether all have come up."""
        for process in self.scene.processes:
            if not process.runs:
                if process.running is not None:
                    self.reasons.append(f"{process.name} ended by itself: {process.said[-1000:]}")
                process.kill()
                process.start()
            elif not process.was_up:
                process.look()
        return all(process.was_up for process in self.scene.processes)

    def _strike(self, most: int) -> int:
        up = [process for process in self.scene.processes if process.was_up]
        count = min(len(up), most, self.dice.choice(SEVERAL))
        for _ in range(count):
            victim = self.dice.choices(up, [WEIGHTS[_kind(one)] for one in up])[0]
            up.remove(victim)
            victim.kill()
            self.kills[_kind(victim)] += 1
        return count

    def mend(self) -> None:
        """Nobody is hit any more, and everything comes up."""
        end = time.monotonic() + PATIENCE
        while not (self.look_after() and all(process.is_up() for process in self.scene.processes)):
            if time.monotonic() > end:
                away = [process.name for process in self.scene.processes if not process.look()]
                raise RuntimeError(f"not up again after {PATIENCE} seconds: {away}")
            time.sleep(TICK * 5)


def _kind(process: Process) -> str:
    return type(process).__name__.lower()


def run(kind: str, kills: int, *, seed: int = 1, cold: bool = False) -> Outcome:
    """`cold`: every start loads everything anew, as on an operator's machine; takes ten times as long."""
    with ExitStack() as stack:
        starter = command if cold else stack.enter_context(nursery())
        made = stack.enter_context(scene(kind, seed=seed, starter=starter))
        keeper = Keeper(made, random.Random(seed))
        keeper.mend()
        planner = Planner(made, keeper.kills, max(KILLS_PER_EDITION, kills // AT_MOST))
        begin = time.monotonic()
        for thread in (planner, *made.towns):
            thread.start()
        keeper.until(kills)
        keeper.mend()
        made.enough.set()
        for thread in (planner, *made.towns):
            thread.join(PATIENCE)
        ended = time.monotonic()
        outcome = Outcome(keeper.kills, made, planner.begun, keeper.reasons, ended - begin)
        outcome.reasons += [f"{thread.name} is stuck" for thread in (planner, *made.towns) if thread.is_alive()]
        for process in (*made.webs, *made.workers):
            process.kill()
        with made.database() as db:
            settle(db, made.settings, datetime.now(UTC))
            outcome.reasons += account(db, made.settings, [town.record for town in made.towns], planner.begun)
        outcome.settled = time.monotonic() - ended
        return outcome


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cold", action="store_true", help="load everything anew at each start")
    asked = parser.parse_args()
    quick.live_in_memory()
    outcome = run(asked.database, asked.kills, seed=asked.seed, cold=asked.cold)
    sys.stdout.writelines(f"{line}\n" for line in outcome.table())
    raise SystemExit(1 if outcome.reasons else 0)


if __name__ == "__main__":
    main()
