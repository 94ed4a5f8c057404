"""The module that knows which database is underneath, and the only one that commits. Beside it stand what its errors mean
(`outage`), whether it waits for its disk (`durability`) and the queue before it (`turns`).
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    Insert,
    MetaData,
    Row,
    Select,
    TypeCoerce,
    TypeDecorator,
    Update,
    Uuid,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    literal,
    literal_column,
    make_url,
    select,
    text,
    type_coerce,
    update,
)  # fmt: skip
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import NullType

from consultation.core.errors import changed_meanwhile
from consultation.core.liveness import replace_dead
from consultation.core.turns import BUSY, OneAtATime

Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
JsonOrNull = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""For rows that come from elsewhere: nothing is NULL, not the JSON word for it."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware out, UTC at rest; SQLite would silently drop the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(enum: type[StrEnum]) -> Enum:
    """An enum stored as its word: plain VARCHAR plus CHECK, so adding a state is a portable migration."""
    return Enum(
        enum, native_enum=False, create_constraint=True, length=40, name=enum.__name__.lower(),
        values_callable=lambda e: [m.value for m in e], validate_strings=True,
    )  # fmt: skip


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        uuid.UUID: Uuid,
        dict[str, Any]: Json,
        list[str]: Json,
        list[Any]: Json,
    }


class Identified:
    """A random id of 122 bits; times come from the actor, never from a column default."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


SERVICE = "consultation"
"""What connections of a service to a server are called there, as its administrators see them."""


def build_engine(url: str, threads: int, *, durable: bool = True, name: str = "") -> Engine:
    """As many connections as threads: a request that got a thread never waits for a connection.

    Without `durable` a power cut may lose the last commits: for data that can be made again. `name`: see `SERVICE`.
    """
    called = {"application_name": name} if name and make_url(url).get_backend_name() == "postgresql" else {}
    engine = create_engine(
        url, pool_size=threads, max_overflow=0, hide_parameters=True,
        json_serializer=_dumps, json_deserializer=orjson.loads, connect_args=called,
    )  # fmt: skip
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
    else:
        replace_dead(engine)
    if not durable:
        event.listen(engine, "connect", partial(_hurry, engine.dialect.name))
    return engine


def _hurry(dialect: str, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF" if dialect == "sqlite" else "SET synchronous_commit = off")
    cursor.close()
    connection.commit()


def _sqlite_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN would come too late
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if not options.get("at_a_glance"):
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")


def is_server(engine: Engine) -> bool:
    """Whether somebody else has set the database up, not we ourselves on every connection."""
    return engine.dialect.name == "postgresql"


@contextmanager
def schema_transaction(engine: Engine) -> Iterator[Connection]:
    """All migrations in one transaction, one process at a time.

    SQLite changes a table by making a new one; with its foreign keys on, dropping the old one would delete the rows
    that point to it. They are off for this connection only, and checked before the commit.
    """
    with engine.connect() as connection:
        sqlite_connection: Any = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if sqlite_connection:
            sqlite_connection.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite_connection:
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
                yield connection
                if sqlite_connection and (broken := sqlite_connection.execute("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"foreign keys that point nowhere after the migration: {broken[:10]}")
        finally:
            if sqlite_connection:
                sqlite_connection.execute("PRAGMA foreign_keys=ON")


def clear(connection: Connection) -> None:
    """Every table with all that hangs on it; part of a transaction that puts others in their place."""
    metadata = MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)
    if connection.dialect.name == "postgresql":
        own = (
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        for (function,) in connection.exec_driver_sql(own).all():
            connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE")


def continue_numbers(connection: Connection, table: str, column: str) -> None:
    """After rows with numbers of their own were put in, new ones go on behind them. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table, column)))
        highest = connection.scalar(select(func.max(literal_column(column))).select_from(text(table)))
        if sequence and highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


class Database:
    """Opens the two kinds of session there are: `transaction()` writes, `reader()` sees one consistent state."""

    def __init__(self, url: str, threads: int = 16, *, durable: bool = True, name: str = "") -> None:
        self.url = url
        self.engine = build_engine(url, threads, durable=durable, name=name)
        self.threads = threads
        self._turn = OneAtATime() if self.engine.dialect.name == "sqlite" else nullcontext
        snapshot: dict[str, Any] = {"reading": True}
        glance: dict[str, Any] = {"at_a_glance": True}
        # SQLite begins when told; a change of its level and back would expire its prepared statements.
        if self.engine.dialect.name == "postgresql":
            snapshot |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
            glance |= {"isolation_level": "AUTOCOMMIT"}
        self._look = self.engine.execution_options(**glance)
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        self._read = sessionmaker(self.engine.execution_options(**snapshot), expire_on_commit=False, autoflush=False)

    @property
    def file(self) -> Path | None:
        """Where it lies, if it is one of ours (SQLite)."""
        return None if is_server(self.engine) else Path(self.engine.url.database or "")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: commits on success, rolls back on any exception."""
        with self._turn(), self._write.begin() as session:
            yield session

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """Ends with a commit, of nothing: after a rollback psycopg forgets every statement that the server has prepared."""
        with self._read.begin() as session:
            yield session
            session.expunge_all()  # what was set on an object stays with the object

    def glance(self, statement: Executable, given: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """The rows of one statement, which is consistent by itself: nothing is said to the database before and after it."""
        with self._look.connect() as connection:
            return connection.execute(statement, given).all()

    def close(self) -> None:
        self.engine.dispose()


def compare_and_set(session: Session, row: Any, expected: dict[str, Any], change: dict[str, Any]) -> None:
    """UPDATE … WHERE column = old: of two racing requests exactly one wins, on every database."""
    session.flush()
    table: type[Base] = type(row)
    guarded = _guarded(table, tuple((name, old is None) for name, old in expected.items()), tuple(change))
    given = {f"was_{name}": old for name, old in expected.items()} | {
        f"now_{name}": new for name, new in change.items()
    }
    result = session.connection().execute(guarded, {"this_id": row.id, **given})
    if result.rowcount != 1:
        raise changed_meanwhile()
    for name, new in change.items():
        set_committed_value(row, name, new)


@cache
def _guarded(table: type[Base], expected: tuple[tuple[str, bool], ...], change: tuple[str, ...]) -> Update:
    """Columns that are compared (and whether with nothing), and those that change."""
    target = table.metadata.tables[table.__tablename__]
    columns = target.c
    same = [
        columns[name].is_(None) if nothing else columns[name] == bindparam(f"was_{name}") for name, nothing in expected
    ]
    values: dict[str, Any] = {name: bindparam(f"now_{name}") for name in change}
    return update(target).where(columns.id == bindparam("this_id"), *same).values(values)


def as_kept(column: Any) -> TypeCoerce[Any]:
    """An id as the driver gives it: tells rows apart like the id itself, and costs nothing where there are very many."""
    return type_coerce(column, NullType())


def among(session: Session, column: Any, ids: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Whether the column is one of very many ids: a single parameter where the database takes a list as one."""
    if session.get_bind().dialect.name == "postgresql":
        return cast("ColumnElement[bool]", column == any_(literal(list(ids), postgresql.ARRAY(Uuid()))))
    return cast("ColumnElement[bool]", column.in_(ids))


def set_all(session: Session, table: type[Any], ids: Sequence[uuid.UUID], state: Any, change: dict[str, Any]) -> None:
    """UPDATE … WHERE id IN … AND state IN …: all of them or a Conflict. Rows already in the session are not refreshed."""
    session.flush()
    statement = update(table).where(table.id.in_(ids), table.state.in_(state)).values(change)
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    if result.rowcount != len(ids):
        raise changed_meanwhile()


def hold(session: Session, table: type[Any], row_id: uuid.UUID) -> None:
    """Let nobody else hold this row until the end of the transaction; what is read afterwards is its newest state."""
    hold_where(session, holding(table.id, table.id == row_id), {})


def hold_to_delete(session: Session, table: type[Any], row_id: uuid.UUID) -> None:
    """As `hold`, and nobody begins anything that points at this row either."""
    hold_where(session, select(table.id).where(table.id == row_id).with_for_update(), {})


def holding(key: Any, *rows: ColumnElement[bool]) -> Select[Any]:
    """What `hold_where` does, for whatever rows there are with these keys."""
    return select(key).where(*rows).with_for_update(key_share=True)


def hold_where(session: Session, statement: Select[Any], given: dict[str, Any]) -> bool:
    """As `hold`; `given` are the values of the statement's parameters. Whether all there is now is held: where no row was there,
    somebody else may add one before it is read.

    On SQLite the lock is that of the transaction, which is the only one that writes (BEGIN IMMEDIATE).
    """
    session.flush()
    return _dialect(session) == "sqlite" or bool(session.connection().execute(statement, given).all())


def put(session: Session, table: type[Base], row: dict[str, Any], unique: Sequence[str]) -> None:
    """Insert this row; where one with the same unique columns is there, it takes the other values."""
    session.flush()
    session.connection().execute(_putting(_dialect(session), table, tuple(row), tuple(unique)), row)


def insert_rows(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert all of them in one statement, past the session: none of them is an object in it afterwards."""
    if rows:
        session.flush()
        session.connection().execute(_inserting(table), list(rows))


def insert_new(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]], unique: Sequence[str], *, strict: bool = True
) -> int:
    """Insert what is not there yet (by the unique columns); returns how many rows were new.

    Unless `strict`, a row that is like another one in any other unique column is left out as well, instead of an error.
    """
    if not rows:
        return 0
    session.flush()
    new = session.connection().execute(_adding(_dialect(session), table, tuple(unique), strict=strict), list(rows))
    return len(new.all())  # the drivers' row counts of many rows cannot be relied on


# Statements are put together once: that costs more than to run them.
@cache
def _putting(dialect: str, table: type[Base], columns: Sequence[str], unique: Sequence[str]) -> Insert:
    insert = _insert(dialect, table).values({name: bindparam(name) for name in columns})
    return insert.on_conflict_do_update(
        index_elements=list(unique), set_={name: insert.excluded[name] for name in columns if name not in unique}
    )


@cache
def _inserting(table: type[Base]) -> Insert:
    return table.metadata.tables[table.__tablename__].insert()


@cache
def _adding(dialect: str, table: type[Base], unique: Sequence[str], *, strict: bool) -> ReturningInsert[Any]:
    insert = _insert(dialect, table)
    conflict = insert.on_conflict_do_nothing(index_elements=list(unique) if strict else None)
    return conflict.returning(insert.table.c[unique[0]])


def _insert(dialect: str, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    target = table.metadata.tables[table.__tablename__]
    return postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
