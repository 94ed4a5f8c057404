"""Brings a database to the newest schema. The revisions stand in `alembic/versions`, one line of them."""

from collections.abc import Iterator

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, exists, func, inspect, select, table

from consultation.core.db import build_engine, schema_transaction
from consultation.core.errors import Conflict
from consultation.core.language import M
from consultation.core.places import top_folder


def upgrade(database_url: str) -> None:
    """From wherever the database stands (empty too) to the newest revision, all or nothing.

    Raises Conflict for a database that a newer programme has changed, RuntimeError when rows went
    missing that no revision announced, or foreign keys point nowhere.
    """
    engine = build_engine(database_url, threads=1)
    try:
        with schema_transaction(engine) as connection:
            refuse_newer(connection)
            bring_to(connection, "head")
    finally:
        engine.dispose()


def bring_to(connection: Connection, revision: str) -> None:
    """Inside a schema transaction; raises RuntimeError as `upgrade`."""
    before = row_counts(connection)
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    _refuse_loss(before, row_counts(connection), set(_shrinking(ScriptDirectory.from_config(config))))


def newest() -> str:
    """The revision this programme was written for."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}


def is_current(engine: Engine) -> bool:
    """Whether the database has the schema this programme was written for."""
    with engine.execution_options(reading=True).connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(ScriptDirectory.from_config(configuration()).get_heads())


def refuse_newer(connection: Connection) -> None:
    """A schema that this programme has not heard of is left alone. Raises Conflict."""
    if unknown := set(MigrationContext.configure(connection).get_current_heads()) - known():
        raise Conflict(
            M("Die Datenbank ist neuer als das Programm (Schema {theirs}, das Programm kennt nur bis {ours}). Installieren Sie "
              "die Programmfassung, mit der sie zuletzt lief, oder spielen Sie mit --overwrite eine Sicherung aus dieser Fassung "
              "zurück.",
              theirs=", ".join(sorted(unknown)), ours=newest())
        )  # fmt: skip


def has_rows(engine: Engine, name: str) -> bool:
    """Whatever schema the database has; none too."""
    with engine.execution_options(reading=True).connect() as connection:
        return inspect(connection).has_table(name) and bool(
            connection.scalar(select(exists().select_from(table(name))))
        )


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(top_folder("alembic")).replace("%", "%%"))
    return config


def row_counts(connection: Connection) -> dict[str, int]:
    names = inspect(connection).get_table_names()
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _shrinking(scripts: ScriptDirectory) -> Iterator[str]:
    """A revision that means to delete rows says so: `shrinks = {"table"}`."""
    for revision in scripts.walk_revisions():
        yield from getattr(revision.module, "shrinks", ())


def _refuse_loss(before: dict[str, int], after: dict[str, int], announced: set[str]) -> None:
    lost = [f"{n}: {before[n]} → {after[n]}" for n in before if n in after and after[n] < before[n]]
    lost = [line for line in lost if line.partition(":")[0] not in announced | {"alembic_version"}]
    if lost:
        raise RuntimeError(f"rows went missing in the migration: {', '.join(lost)}")
