"""Towns answer while the whole machine goes dark, again and again; in the end all that was acknowledged is there once.

`python -m tests.fault.power --cuts 50 --database postgresql`, as root on Linux. Web servers, workers and the database work on one
disk (`disk.py`); they are stopped where they stand, the disk loses what nobody brought to it, and everything starts anew.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from consultation.documents import editions
from consultation.states import Audience
from tests import quick
from tests.fault.account import account, settle
from tests.fault.disk import Disk, disk
from tests.fault.family import family
from tests.fault.kill_loop import Keeper, Outcome
from tests.fault.scene import Scene, scene
from tests.fault.servers import PATIENCE, Process, nursery

LIFE = (0.5, 3.0)
"""Seconds of work between two cuts."""
EDITION_EVERY = 2
"""Cuts: the worker has an edition in hand then."""
UNDER_WAY = 0.1
"""Seconds in which whoever is in the kernel comes out of it and stops."""


def run(kind: str, cuts: int, *, seed: int = 1) -> Outcome:
    dice, begun = random.Random(seed), list[uuid.UUID]()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="power-"))
        ours = stack.enter_context(disk(Path(folder)))
        starter = stack.enter_context(nursery())
        made = stack.enter_context(scene(kind, seed=seed, starter=starter, where=ours.place))
        stack.callback(lambda: _stop(made.processes))
        keeper = Keeper(made, dice)
        keeper.mend()
        ours.bring_everything()  # what was there before the first answer
        began = time.monotonic()
        for town in made.towns:
            town.start()
        for number in range(cuts):
            if number % EDITION_EVERY == 0:
                begun.append(_edition(made))
            time.sleep(dice.uniform(*LIFE))
            _go_dark(made, ours)
            keeper.mend()
        made.enough.set()
        for town in made.towns:
            town.join(PATIENCE)
        outcome = Outcome(Counter(power=cuts), made, begun, keeper.reasons, time.monotonic() - began)
        outcome.reasons += [f"{town.name} is stuck" for town in made.towns if town.is_alive()]
        for process in (*made.webs, *made.workers):
            process.kill()
        with made.database() as db:
            settle(db, made.settings, datetime.now(UTC))
            outcome.reasons += account(db, made.settings, [town.record for town in made.towns], begun)
        outcome.settled = time.monotonic() - began - outcome.seconds
        return outcome


def _edition(made: Scene) -> uuid.UUID:
    """Begun, and that is acknowledged; nobody here has a file open afterwards."""
    planner = replace(made.planner, moment=datetime.now(UTC))
    with made.database() as db, db.transaction() as session:
        return editions.start(session, planner, made.world.slug, Audience.INTERNAL).id


def _go_dark(made: Scene, ours: Disk) -> None:
    """All at one moment. What somebody acknowledged before it may be on its way to a town, and counts."""
    for pid in _all(made.processes):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    time.sleep(UNDER_WAY)
    ours.lose_power()
    _stop(made.processes)
    ours.come_back()


def _all(processes: Iterable[Process]) -> list[int]:
    return [pid for process in processes if process.runs for pid in (process.pid, *family(process.pid))]


def _stop(processes: Iterable[Process]) -> None:
    for process in processes:
        process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    quick.live_in_memory()
    outcome = run(asked.database, asked.cuts, seed=asked.seed)
    sys.stdout.writelines(f"{line}\n" for line in outcome.table())
    raise SystemExit(1 if outcome.reasons else 0)


if __name__ == "__main__":
    main()
