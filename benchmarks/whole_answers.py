"""Whole answers over HTTP, beside bare applications that render and commit as much; and a crowd at once."""

import itertools
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import Benchmark, Result, Scale, at_least
from benchmarks.stage import people, servers
from benchmarks.stage.keepers import Keeper
from benchmarks.stage.load import Load, Task, load
from benchmarks.stage.servers import Server
from benchmarks.stage.walk import BareWalk, Walk, filled
from benchmarks.stage.world import World, world

STOCK, TUNED = 1.3, 5.1
"""Whole answers a second of LimeSurvey on such a machine, with 8 clients: as it comes, and with its optional cache."""
PERCENTILE = 150.0
"""Milliseconds."""


class WholeAnswers(Benchmark):
    key = "whole_answers"
    title = "Ganze Stellungnahmen über HTTP: öffnen, Seite für Seite, abgeben, Eingangsbestätigung"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        with world(keeper, scale.organisations, scale.spare) as here, tempfile.TemporaryDirectory() as folder:
            tasks = _walks(here)
            with (
                servers.product(here.url, Path(folder)) as server,
                servers.limit(here.url) as bare,
                servers.stack(here.url) as stack,
            ):
                yield from self._beside(server, bare, stack, scale, tasks)
                yield _crowd(server, scale, tasks)
                yield Result("Arbeitsspeicher des Servers danach", "MiB", server.memory)
            if keeper.kind == "postgresql":
                with servers.product(here.url, Path(folder), processes=2) as two:
                    found = load(two, scale.clients, list(itertools.islice(tasks, scale.answers)))
                    yield _rate(f"mit zwei Prozessen, {scale.clients} Clients", found)

    def _beside(
        self, server: Server, bare: Server, stack: Server, scale: Scale, tasks: Iterator[Walk]
    ) -> Iterator[Result]:
        first = next(tasks)
        load(server, 1, [first])
        copied: list[Task] = [BareWalk(tuple(first.seen), first.answer.document)] * scale.answers
        for limit in (bare, stack):
            load(limit, 1, copied[:1])
        rounds = [
            (load(server, scale.clients, list(itertools.islice(tasks, scale.answers))),
             load(bare, scale.clients, copied), load(stack, scale.clients, copied))
            for _ in range(scale.rounds)
        ]  # fmt: skip
        ours, theirs, stacked = zip(*rounds, strict=True)
        rate, ratio = _median(ours), _times(ours, theirs)
        goal, kept = at_least(ratio, 1 / 3)
        yield Result(
            f"Stellungnahmen, {scale.clients} Clients, {len(first.seen)} Anfragen", "1/s", rate, _median(theirs), ratio, goal,
            kept, statistics.median(our.cpu for our in ours), statistics.median(their.cpu for their in theirs),
            note=_faults(*ours, *theirs),
        )  # fmt: skip
        yield Result(
            "… neben den bloßen Bibliotheken", "1/s", rate, _median(stacked), _times(ours, stacked),
            cpu=statistics.median(our.cpu for our in ours), limit_cpu=statistics.median(one.cpu for one in stacked),
            note=f"diese erreichen das {_times(stacked, theirs):.2f}-Fache der bloßen Anwendung".replace(".", ",")
            + _faults(*stacked),
        )  # fmt: skip
        slow = statistics.median(our.slowest for our in ours)
        bare_slow = statistics.median(their.slowest for their in theirs)
        yield Result(
            "95. Perzentil einer Anfrage",
            "ms",
            slow,
            bare_slow,
            slow / bare_slow,
            f"< {PERCENTILE:g} ms",
            slow < PERCENTILE,
        )
        yield Result("LimeSurvey ab Werk, Vielfaches", "1/s", rate, STOCK, rate / STOCK, "≥ 60 ×", rate / STOCK >= 60)
        yield Result("LimeSurvey mit Cache, Vielfaches", "1/s", rate, TUNED, rate / TUNED, "≥ 16 ×", rate / TUNED >= 16)


def _walks(here: World) -> Iterator[Walk]:
    """One for each organisation that has not answered; the answers differ."""
    answers = [filled(here, seed) for seed in range(8)]
    with here.database(1) as db, db.reader() as session:
        walkers = list(people.walkers(session))
    return (Walk(here, walker, answer) for walker, answer in zip(walkers, itertools.cycle(answers), strict=False))


def _median(loads: tuple[Load, ...]) -> float:
    return statistics.median(one.rate for one in loads)


def _times(ours: tuple[Load, ...], theirs: tuple[Load, ...]) -> float:
    return statistics.median(our.rate / their.rate for our, their in zip(ours, theirs, strict=True))


def _faults(*loads: Load) -> str:
    errors = [error for one in loads for error in one.errors]
    return f"{len(errors)} Fehler: {errors[0]}" if errors else ""


def _rate(what: str, found: Load) -> Result:
    return Result(
        what, "1/s", found.rate, cpu=found.cpu, kept=not found.errors, goal="kein Fehler", note=_faults(found)
    )


def _crowd(server: Server, scale: Scale, tasks: Iterator[Walk]) -> Result:
    return _rate(
        f"{scale.crowd} Clients zugleich", load(server, scale.crowd, list(itertools.islice(tasks, scale.crowd)))
    )
