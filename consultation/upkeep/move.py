"""The whole database into another one, from SQLite to PostgreSQL or back: the same rows, proved by equal sums."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sqlalchemy import inspect

from consultation.core import dump, migrations
from consultation.core.db import Database, build_engine, clear, schema_transaction
from consultation.core.dump import Sum
from consultation.upkeep.filling import fill
from consultation.upkeep.manifest import Unusable


def move(
    source: Database, target_url: str, reading: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Mapping[str, Sum]:
    """Into an empty database; returns the sums, which are those of both. The service must be stopped. What the source says while
    it is read is said inside `reading`, so that nobody takes it for a word of the target.

    Raises Unusable, with the target as it was: it holds rows, it does not take some, or the source was written to meanwhile.
    """
    known = dump.shapes()
    engine = build_engine(target_url, threads=1)
    try:
        with tempfile.TemporaryDirectory(prefix="consultation-move-") as name, schema_transaction(engine) as connection:
            there = inspect(connection).get_table_names()
            counts = migrations.row_counts(connection) if there else {}
            if any(count for table, count in counts.items() if table != "alembic_version"):
                raise Unusable("Die Zieldatenbank ist nicht leer.")
            folder = Path(name)
            with reading(), source.reader() as session:
                wanted = {s.name: dump.write(session.connection(), s, folder / s.name) for s in known}
            clear(connection)
            migrations.bring_to(connection, "head")
            fill(
                connection,
                [(shape, wanted[shape.name]) for shape in known],
                lambda shape: dump.read(folder / shape.name),
            )
            with reading(), source.reader() as session:
                _refuse_change(wanted, dump.sums(session.connection(), known))
            return wanted
    finally:
        engine.dispose()


def _refuse_change(before: Mapping[str, Sum], after: Mapping[str, Sum]) -> None:
    for name, sum_ in before.items():
        if after[name] != sum_:
            raise Unusable(f"Tabelle {name} wurde beim Umzug geändert; halten Sie den Dienst an.")
