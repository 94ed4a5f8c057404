"""Everything as NDJSON, JSON, CSV and XLSX, beside a bare reader with a bare writer; and the memory it takes."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import xlsxwriter

from benchmarks import Benchmark, Result, Scale, at_most
from benchmarks.stage.alone import alone
from benchmarks.stage.bare_site import opened
from benchmarks.stage.keepers import Keeper, bare, is_postgres
from benchmarks.stage.timing import compare
from benchmarks.stage.world import World, find, world
from consultation.documents import bulk

LIMESURVEY = {"csv": 5.2, "json": 6.1, "xlsx": 15.7}
"""Seconds for 10,786 responses."""
GROWTH = 64.0
"""MiB."""
READ = """select o.sort_key, o.id, r.id, v.document, v.content_hash, v.receipt_number, v.submitted_at, v.late
from response r join organisation o on o.id = r.organisation_id join revision v on v.id = r.counted_revision_id
where r.consultation_id = {here} order by o.sort_key, o.id"""
Rows = Iterator[tuple[Any, ...]]


class Exports(Benchmark):
    key = "exports"
    title = "Ausfuhr aller Stellungnahmen"

    def run(self, keeper: Keeper, scale: Scale) -> Iterator[Result]:
        with world(keeper, scale.organisations, scale.spare) as here, tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "export"
            for kind in bulk.KINDS:
                yield from _one(here, kind, target, scale)


def _one(here: World, kind: str, target: Path, scale: Scale) -> Iterator[Result]:
    def product() -> None:
        export(url=here.url, kind=kind, target=str(target), warm=False)

    def limit() -> None:
        with target.open("wb") as file:
            WRITERS[kind](read(here), file)

    found = compare(scale.rounds, product, limit)
    goal, kept = at_most(found.ratio, 2)
    yield Result(
        kind.upper(), "s", found.product.wall, found.limit.wall, found.ratio, goal, kept, found.product.cpu, found.limit.cpu,
        note=f"{target.stat().st_size / 1024**2:.1f} MiB",
    )  # fmt: skip
    once = alone(export, url=here.url, kind=kind, target=str(target))
    yield Result(
        f"{kind.upper()}: Speicherzuwachs", "MiB", once.growth, goal=f"< {GROWTH:g} MiB", kept=once.growth < GROWTH
    )
    if scale.organisations == 10_786 and kind in LIMESURVEY:
        theirs = LIMESURVEY[kind]
        yield Result(
            f"{kind.upper()}: LimeSurvey, Vielfaches", "s", found.product.wall, theirs, theirs / found.product.wall
        )


def export(*, url: str, kind: str, target: str, warm: bool) -> int:
    """As the API does it; how many bytes. Warm: nothing but the programs are loaded."""
    here = find(url)
    if warm:
        return 0
    with here.database(1) as db:
        if kind == "ndjson":
            with Path(target).open("wb") as file:
                file.writelines(bulk.stream(db, here.planner, here.slug))
        else:
            bulk.write(db, here.planner, here.slug, kind, Path(target))
    return Path(target).stat().st_size


# -- bare ------------------------------------------------------------------------------------------
def read(here: World) -> Rows:
    """Rows as the driver gives them, not all at once."""
    postgres = is_postgres(here.url)
    connection = opened(bare(here.url))
    cursor = connection.cursor("bare") if postgres else connection.cursor()
    identifier = here.consultation_id if postgres else here.consultation_id.hex
    cursor.execute(READ.format(here="%s" if postgres else "?"), (identifier,))
    while some := cursor.fetchmany(500):
        yield from some
    connection.close()


def _ndjson(rows: Rows, file: io.BufferedWriter) -> None:
    file.writelines(orjson.dumps(_record(row)) + b"\n" for row in rows)


def _json(rows: Rows, file: io.BufferedWriter) -> None:
    file.write(b'{"records":[')
    file.writelines((b"," if place else b"") + orjson.dumps(_record(row)) for place, row in enumerate(rows))
    file.write(b"]}")


def _record(row: tuple[Any, ...]) -> dict[str, Any]:
    _, organisation, response, document, sha256, receipt, submitted, late = row
    return {
        "id": str(response), "organisation": str(organisation), **orjson.loads(document), "content_hash": sha256,
        "receipt_number": receipt, "submitted_at": str(submitted), "late": bool(late),
    }  # fmt: skip


def _cells(rows: Rows) -> Iterator[list[Any]]:
    """A column for each field, one for each row of a matrix: the same number of cells as in the export."""
    for row in rows:
        record = _record(row)
        answers = record["answers"]
        cells: list[Any] = [v for v in record.values() if not isinstance(v, dict | list)]
        cells += (record["organisation"] or {}).values() if isinstance(record["organisation"], dict) else ()
        for value in answers.values():
            cells += value.values() if isinstance(value, dict) else (value,)
        yield [cell if isinstance(cell, str | int | float) or cell is None else str(cell) for cell in cells]


def _csv(rows: Rows, file: io.BufferedWriter) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    csv.writer(text, delimiter=";").writerows(_cells(rows))
    text.flush()
    text.detach()


def _xlsx(rows: Rows, file: io.BufferedWriter) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = xlsxwriter.Workbook(file.name, options)
    sheet = book.add_worksheet()
    for number, cells in enumerate(_cells(rows)):
        sheet.write_row(number, 0, cells)
    book.close()


WRITERS: dict[str, Callable[[Rows, io.BufferedWriter], None]] = {
    "ndjson": _ndjson, "json": _json, "csv": _csv, "xlsx": _xlsx,
}  # fmt: skip
