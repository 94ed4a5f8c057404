"""The consolidated document and its annex volumes as PDF, DOCX, ODT and HTML: time, highest memory of a process, growth
with the answers.

PDF stands beside bare Typst on the same blocks. The database plays no part once the snapshot is frozen.
"""

import statistics
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import Benchmark, Result, Scale, at_most
from benchmarks.stage.alone import Alone, alone
from benchmarks.stage.keepers import Keeper
from benchmarks.stage.world import AFTER, find, world
from consultation.documents import editions, queries
from consultation.documents.annex import MOST
from consultation.documents.consolidated import compiled_from
from consultation.documents.formats import FORMATS
from consultation.documents.frozen import Frozen
from consultation.documents.snapshot import freeze
from consultation.documents.typst.driver import PROGRAM, press
from consultation.documents.typst.source import Source
from consultation.documents.volumes import bound
from consultation.states import Audience
from consultation.subjects import system

SIZES = (100, 1_000, 10_786)
KINDS = ("pdf", "docx", "odt", "html")
PEAK = 1024.0
"""MiB of one process."""
ONCE = 1_000
"""Larger documents are made once."""
SLACK = 1.15
"""What a cost for each answer may rise and still grow no faster than the answers."""


class Documents(Benchmark):
    key = "documents"
    title = "Konsolidiertes Dokument und Anhangbände (interne Fassung, mit allen Texten im Wortlaut)"
    databases = ("sqlite",)

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        earlier: dict[str, Made] = {}
        for size in [size for size in SIZES if size <= scale.organisations] or [scale.organisations]:
            with tempfile.TemporaryDirectory(prefix="documents-") as name:
                folder = Path(name)
                with world(keeper, size, points=True) as here:
                    frozen = alone(freeze_snapshot, url=here.url, target=str(folder / "snapshot.ndjson"))
                yield _line("Momentaufnahme", size, frozen)
                for kind in KINDS:
                    yield from _format(kind, folder, size, scale.rounds if size <= ONCE else 1, earlier)
                for kind in KINDS:
                    yield from _volumes(kind, folder, size, scale.rounds if size <= ONCE else 1, earlier)


@dataclass(frozen=True)
class Made:
    size: int
    cpu: float


def _format(kind: str, folder: Path, size: int, rounds: int, earlier: dict[str, Made]) -> Iterator[Result]:
    def product() -> Alone:
        return alone(write, folder=str(folder), kind=kind)

    try:
        if kind == "pdf":
            alone(lay_out, folder=str(folder))
            pairs = [(product(), alone(print_bare, folder=str(folder))) for _ in range(rounds)]
            made = pairs[0][0]
            ratio = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
            yield _line(kind.upper(), size, made, (pairs[0][1], ratio))
        else:
            made = product()
            yield _line(kind.upper(), size, made)
    except RuntimeError as error:
        yield Result(
            f"{kind.upper()}, {size:,} Antworten", "s", 0, kept=False, note=str(error).strip().splitlines()[-1]
        )
        return
    yield from _weighed(kind.upper(), size, made, earlier)


def _volumes(kind: str, folder: Path, size: int, rounds: int, earlier: dict[str, Made]) -> Iterator[Result]:
    """All volumes in one process, as a compilation makes them; bare Typst prints the first one."""
    what = f"Anhangbände {kind.upper()}"
    made = alone(write_volumes, folder=str(folder), kind=kind)
    yield Result(
        f"{what}, {size:,} Antworten", "s", made.wall, cpu=made.cpu,
        note=f"{made.answer['volumes']} Bände, {made.answer['texts']:,} Texte, {made.answer['bytes'] / 1024**2:.1f} MiB",
    )  # fmt: skip
    yield from _weighed(what, size, made, earlier)
    if kind == "pdf":
        alone(lay_out_volume, folder=str(folder))
        pairs = [
            (alone(write_volumes, folder=str(folder), kind=kind, last=1), alone(print_bare, folder=str(folder)))
            for _ in range(rounds)
        ]
        ratio = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
        yield _line("Anhangband 1 PDF", size, pairs[0][0], (pairs[0][1], ratio))


def _weighed(what: str, size: int, made: Alone, earlier: dict[str, Made]) -> Iterator[Result]:
    """Memory, and how the cost grew since the size before."""
    peak = max(made.peak, made.children)
    yield Result(f"{what}, {size:,} Antworten: Speicher", "MiB", peak, goal=f"< {PEAK:g} MiB", kept=peak < PEAK)
    if before := earlier.get(what):
        growth = made.cpu / before.cpu / (size / before.size)
        goal, kept = at_most(growth, SLACK)
        yield Result(
            f"{what}: CPU je Antwort, {before.size:,} → {size:,}", "ms", made.cpu / size * 1000,
            before.cpu / before.size * 1000, growth, goal, kept,
        )  # fmt: skip
    earlier[what] = Made(size, made.cpu)


def _line(what: str, size: int, made: Alone, bare: tuple[Alone, float] | None = None) -> Result:
    size_of_it = made.answer["bytes"] if isinstance(made.answer, dict) else made.answer
    note = f"{size_of_it / 1024**2:.1f} MiB"
    if bare is None:
        return Result(f"{what}, {size:,} Antworten", "s", made.wall, cpu=made.cpu, note=note)
    limit, ratio = bare
    goal, kept = at_most(ratio, 1.5)
    return Result(
        f"{what}, {size:,} Antworten", "s", made.wall, limit.wall, ratio, goal, kept, made.cpu, limit.cpu, note=note
    )


# -- each in a process of its own ------------------------------------------------------------------
def freeze_snapshot(*, url: str, target: str, warm: bool) -> int:
    """What an edition freezes; how many bytes."""
    here = find(url)
    if warm:
        return 0
    with here.database(1) as db:
        with db.transaction() as session:
            edition_id: uuid.UUID = editions.start(session, here.planner, here.slug, Audience.INTERNAL).id
        with db.reader() as session:
            edition = queries.get(session, system(AFTER), edition_id)
            freeze(session, edition, AFTER, Path(target).parent, Path(target))
    return Path(target).stat().st_size


def write(*, folder: str, kind: str, warm: bool) -> int:
    """As a compilation does it."""
    target = Path(folder) / f"document.{kind}"
    if not warm:
        FORMATS[kind].write(compiled_from(Frozen(Path(folder) / "snapshot.ndjson"), "0" * 64), target)
    return 0 if warm else target.stat().st_size


def lay_out(*, folder: str, warm: bool) -> int:
    """The blocks as Typst takes them."""
    if not warm:
        blocks = Path(folder) / "blocks"
        blocks.mkdir(exist_ok=True)
        (blocks / "main.typ").write_bytes(PROGRAM.read_bytes())
        Source(compiled_from(Frozen(Path(folder) / "snapshot.ndjson"), "0" * 64).outline, blocks).write()
    return 0


def _most(snapshot: Path) -> int:
    """As the product has it; where there are too few texts for volumes, half of them in each of two."""
    total = sum(count for _, count in Frozen(snapshot).text_counts)
    return min(MOST, -(-total // 2))


def write_volumes(*, folder: str, kind: str, warm: bool, last: int = 0) -> dict[str, int]:
    """Every volume, or those up to `last`: how many, their texts and bytes."""
    if warm:
        return {}
    snapshot = Path(folder) / "snapshot.ndjson"
    target, found = Path(folder) / f"volume.{kind}", {"volumes": 0, "texts": 0, "bytes": 0}
    with bound(Frozen(snapshot, _most(snapshot)), "0" * 64) as whole:
        for volume, compiled in whole.volumes[: last or None]:
            FORMATS[kind].write(compiled, target)
            found["volumes"] += 1
            found["texts"] += volume.last - volume.first + 1
            found["bytes"] += target.stat().st_size
    return found


def lay_out_volume(*, folder: str, warm: bool) -> int:
    """The blocks of the first volume as Typst takes them."""
    blocks, snapshot = Path(folder) / "blocks", Path(folder) / "snapshot.ndjson"
    if not warm:
        with bound(Frozen(snapshot, _most(snapshot)), "0" * 64) as whole:
            Source(whole.volumes[0][1].outline, blocks).write()
    return 0


def print_bare(*, folder: str, warm: bool) -> int:
    """Typst alone."""
    blocks = Path(folder) / "blocks"
    if not warm:
        press("pdf", blocks, AFTER)
    return 0 if warm else (blocks / "out.pdf").stat().st_size
