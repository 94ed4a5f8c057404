"""An earlier version, filled with rows in every table, comes to the newest one with all of them, on both databases."""

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from consultation.core.db import Database, build_engine, schema_transaction
from consultation.core.migrations import bring_to, configuration, is_current, upgrade
from consultation.responses.models import AnswerFact
from tests.conftest import DATABASES, PostgresServer
from tests.killed_upgrading import look

REVISIONS = sorted(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())
SAMPLE = (
    REVISIONS[:-1] if os.environ.get("ALL_VERSIONS") else [REVISIONS[0], REVISIONS[len(REVISIONS) // 2], REVISIONS[-2]]
)
"""Whoever changes a migration sets ALL_VERSIONS=1: from each version then."""
PATIENCE = 3600 if os.environ.get("ALL_VERSIONS") else 900
ROWS = 3
ALWAYS_FULL = {("address_upload", "taken_over_at")}
"""Lists that were not taken over are dropped on purpose (revision 0005)."""


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(None)
    yield url.render_as_string(hide_password=False)
    server.drop(url)


class Filling:
    """Rows for tables as they were, made from nothing but the schema."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.aware = connection.dialect.name == "postgresql"
        self.metadata = sa.MetaData()
        self.metadata.reflect(connection)
        self.tables = [table for table in self.metadata.sorted_tables if table.name != "alembic_version"]
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def fill(self) -> None:
        inspector = sa.inspect(self.connection)
        for table in self.tables:
            words = _words(inspector, table)
            self.rows[table.name] = [self._row(table, words, number) for number in range(ROWS)]
            for row in self.rows[table.name]:
                self.connection.execute(table.insert(), row)

    def _row(self, table: sa.Table, words: dict[str, list[str]], number: int) -> dict[str, Any]:
        return {column.name: self._value(table, column, words, number) for column in table.columns}

    def _value(self, table: sa.Table, column: sa.Column[Any], words: dict[str, list[str]], number: int) -> Any:
        if column.nullable and number == 1 and (table.name, column.name) not in ALWAYS_FULL:
            return None
        for key in column.foreign_keys:
            there = self.rows.get(key.column.table.name, [])
            if key.column.table is table:  # within the table: only the last one points, to the first
                return there[0][key.column.name] if there and number == ROWS - 1 else None
            return there[number][key.column.name]
        if column.name in words:
            return words[column.name][number % len(words[column.name])]
        return self._plain(table, column, number)

    def _plain(self, table: sa.Table, column: sa.Column[Any], number: int) -> Any:
        match column.type:
            case sa.Uuid() | sa.CHAR():  # the way SQLite keeps one
                made = uuid.uuid5(uuid.NAMESPACE_DNS, f"{table.name}.{column.name}.{number}")
                return made if self.aware else made.hex
            case sa.JSON():
                return {"wert": f"Größe {number}", "zahl": number, "liste": [1, None, "ü"]}
            case sa.Boolean():
                return number % 2 == 0
            case sa.DateTime():
                moment = datetime(2026, 3, 29, 0, 30, 0, 123456, UTC) + timedelta(days=number)
                return moment if self.aware else moment.replace(tzinfo=None)
            case sa.Date():
                return date(2024, 2, 29) + timedelta(days=number)
            case sa.Integer() | sa.Float():
                return number + 1
        return f"{number}-ß-{table.name}-{column.name}"[: getattr(column.type, "length", None) or 200]


def _words(inspector: sa.Inspector, table: sa.Table) -> dict[str, list[str]]:
    """Column → the words its CHECK allows."""
    found = {}
    for check in inspector.get_check_constraints(table.name):
        text = check["sqltext"]
        name = re.search(r"[a-z_]+", text.replace('"', ""))
        if name and (words := re.findall(r"'([^']*)'", text)):
            found[name[0]] = words
    return found


def contents(connection: sa.Connection, tables: list[sa.Table]) -> dict[tuple[str, str], list[str]]:
    """(table, column) → its values with the row's key, as far as they still are."""
    found = {}
    there = sa.inspect(connection)
    names = set(there.get_table_names())
    for table in tables:
        kept = {column["name"] for column in there.get_columns(table.name)} if table.name in names else set()
        key = [column for column in table.primary_key.columns if column.name in kept]
        for column in table.columns:
            if column.name in kept:
                rows = connection.execute(sa.select(*key, column.label("found"))).all()
                found[table.name, column.name] = sorted(repr(tuple(row)) for row in rows)
    return found


@pytest.mark.parametrize("revision", SAMPLE)
def test_a_full_database_of_an_earlier_version_keeps_every_value(empty_url: str, revision: str) -> None:
    engine = build_engine(empty_url, threads=1)
    with schema_transaction(engine) as connection:
        bring_to(connection, revision)
    with engine.begin() as connection:
        filling = Filling(connection)
        filling.fill()
    with engine.connect() as connection:
        before = contents(connection, filling.tables)
    assert len(filling.tables) > 25
    assert {len(rows) for rows in before.values()} == {ROWS}
    engine.dispose()
    upgrade(empty_url)
    upgrade(empty_url)  # once more changes nothing
    db = Database(empty_url, threads=1)
    assert is_current(db.engine)
    with db.engine.connect() as connection:
        after = contents(connection, filling.tables)
        gone = set(before) - set(after)
        changed = sorted(name for name in after if after[name] != before[name])
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    db.close()
    assert gone <= DROPPED, "columns that went away are named here"
    assert [one for one in changed if one not in FILLED_ANEW] == []


def test_an_upgrade_that_is_killed_wherever_it_is_has_done_nothing_and_the_next_one_gets_through(
    empty_url: str, tmp_path: Path
) -> None:
    engine = build_engine(empty_url, threads=1)
    with schema_transaction(engine) as connection:
        bring_to(connection, REVISIONS[0])
    with engine.begin() as connection:
        Filling(connection).fill()
    engine.dispose()
    before = look(empty_url)
    every = 1 if os.environ.get("ALL_VERSIONS") else 37
    command = [sys.executable, "-m", "tests.killed_upgrading", empty_url, str(every)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    *killed, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(killed) > 3
    assert [one for one in killed if {**one, **before} != one] == []
    assert (last["version"], last["status"]) == ([REVISIONS[-1]], 0)


def test_of_what_a_body_chose_before_the_upgrade_one_thing_counts_the_body(empty_url: str) -> None:
    engine = build_engine(empty_url, threads=1)
    with schema_transaction(engine) as connection:
        bring_to(connection, "0022")
    with engine.begin() as connection:
        filling = Filling(connection)
        filling.fill()
        first, *others = filling.rows["answer_fact"]
        facts = filling.metadata.tables["answer_fact"].insert()
        connection.execute(facts, first | {"id": 11, "option": "another"})
        connection.execute(facts, first | {"id": 12, "option": "a third"})
        connection.execute(facts, first | {"id": 13, "item": "another row"})
    engine.dispose()
    upgrade(empty_url)
    db = Database(empty_url, threads=1)
    with db.reader() as session:
        counting = {row.id: row.once for row in session.execute(sa.select(AnswerFact.id, AnswerFact.once))}
    db.close()
    alone = {one["id"] for one in (first, *others)} | {13}
    assert counting == dict.fromkeys(alone, True) | {11: False, 12: False}


DROPPED = {("address_upload", "rows"), ("response", "resolution_on")}
FILLED_ANEW = {("consultation", "minimum_cell")}  # below five it is raised
