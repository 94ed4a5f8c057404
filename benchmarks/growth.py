"""From 1,000 over 10,786 to 100,000 answers: what has to stay constant, and what may grow with the answers alone."""

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import Benchmark, Result, Scale, at_most
from benchmarks.exports import GROWTH, export
from benchmarks.stage import people, servers
from benchmarks.stage.alone import alone
from benchmarks.stage.keepers import Keeper
from benchmarks.stage.load import Load, load
from benchmarks.stage.submissions import submissions
from benchmarks.stage.timing import compare
from benchmarks.stage.walk import AutoSave
from benchmarks.stage.world import World, world
from benchmarks.statistics import figures
from consultation.consultations import queries as consultations
from consultation.responses.participation import for_planner

FULL = 10_786
SIZES = (1_000, FULL, 100_000)
CONSTANT, LINEAR = 1.5, 1.25
"""What a constant cost, and a cost for each answer, may rise from the smallest to the largest."""


@dataclass(frozen=True)
class At:
    """Seconds; memory in MiB."""

    size: int
    submit: float
    autosave: float
    participation: float
    statistics: float
    export: float
    memory: float


class Growth(Benchmark):
    key = "growth"
    title = "Wachstum mit der Zahl der Antworten"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        sizes = SIZES if scale.organisations >= FULL else (max(1, scale.organisations // 4), scale.organisations)
        found = []
        for size in sizes:
            with world(keeper, size, spare=scale.answers + 2) as here:
                found.append(_at(here, size, scale))
        first, last = found[0], found[-1]
        for name, what in CONSTANTS.items():
            goal, kept = at_most(getattr(last, name) / getattr(first, name), CONSTANT)
            yield _grown(what, found, name, 1000, "ms", (goal, kept))
        goal, kept = at_most(last.export / first.export / (last.size / first.size), LINEAR)
        yield _grown("NDJSON: Zeit", found, "export", 1, "s", (f"{goal} je Antwort", kept))
        yield _grown("NDJSON: Speicherzuwachs", found, "memory", 1, "MiB", (f"< {GROWTH:g} MiB", last.memory < GROWTH))


CONSTANTS = {
    "submit": "Abgabe über die API", "autosave": "von selbst speichern", "participation": "Beteiligung",
    "statistics": "alle Zahlen",
}  # fmt: skip


def _grown(what: str, found: list[At], name: str, factor: float, unit: str, kept: tuple[str, bool]) -> Result:
    """The largest beside the smallest; all of them in the note."""
    values = [getattr(one, name) * factor for one in found]
    note = "; ".join(f"{one.size:,}: {value:.3g}" for one, value in zip(found, values, strict=True))
    ratio = values[-1] / values[0] if values[0] else None
    return Result(what, unit, values[-1], values[0], ratio, *kept, note=note)


def _at(here: World, size: int, scale: Scale) -> At:
    with tempfile.TemporaryDirectory() as name:
        tasks = submissions(here)
        with servers.product(here.url, Path(name)) as server:
            load(server, 1, [next(tasks)])
            submit = _per_task(load(server, 1, list(itertools.islice(tasks, scale.answers))))
            with here.database(1) as db, db.reader() as session:
                walker = list(people.walkers(session))[-1]
            saving = AutoSave(here, walker)
            load(server, 1, [saving.begin])
            autosave = _per_task(load(server, 1, [saving] * scale.answers))
        written = alone(export, url=here.url, kind="ndjson", target=f"{name}/export")
    with here.database(1) as db:

        def participation() -> None:
            with db.reader() as session:
                for_planner(session, here.planner, consultations.get(session, here.planner, here.slug))

        both = compare(scale.rounds, participation, lambda: figures(db, here))
    return At(size, submit, autosave, both.product.wall, both.limit.wall, written.wall, max(written.growth, 0.0))


def _per_task(found: Load) -> float:
    if found.errors:
        raise RuntimeError(found.errors[0])
    return 1 / found.rate
