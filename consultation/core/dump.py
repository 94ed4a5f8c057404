"""A database as plain lines, the same from SQLite and from PostgreSQL: what backups are made of, and moves.

A line is a row, as a JSON list of its values in the order of the columns. The sum of a table does not depend on the order
of its rows, so databases that sort differently agree on it.
"""

import gzip
import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Double,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    insert,
    select,
    update,
)  # fmt: skip
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from consultation.core.db import JsonOrNull, UtcDateTime, continue_numbers
from consultation.core.tables import all_tables

AT_ONCE = 500
# how a value is written → the type it is put in with, and how it is read from a line
_WAYS: Mapping[str, tuple[TypeEngine[Any], Callable[[Any], Any]]] = {
    "text": (Text(), str),
    "id": (Uuid(), uuid.UUID),
    "moment": (UtcDateTime(), datetime.fromisoformat),
    "day": (Date(), date.fromisoformat),
    "json": (JsonOrNull, lambda value: value),
    "number": (BigInteger(), int),
    "float": (Double(), float),
    "flag": (Boolean(), bool),
}
_BY_TYPE: tuple[tuple[type[TypeEngine[Any]] | type[UtcDateTime], str], ...] = (
    (Uuid, "id"), (UtcDateTime, "moment"), (Date, "day"), (JSON, "json"), (Boolean, "flag"), (Integer, "number"),
    (Float, "float"),
)  # fmt: skip


class Unfit(Exception):
    """Rows that this database does not take; the message names table and line."""


@dataclass(frozen=True)
class Shape:
    """What a table was like when it was written, so that it can be read by a programme whose models are newer."""

    name: str
    columns: tuple[tuple[str, str], ...]
    """(name, way it is written)."""
    key: tuple[str, ...]
    own: tuple[str, ...]
    """Columns that point to other rows of this very table."""
    numbered: str | None
    """The column whose numbers the database draws."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Shape":
        pairs = tuple((str(name), str(way)) for name, way in told["columns"])
        if unknown := {way for _, way in pairs} - set(_WAYS):
            raise ValueError(f"unknown ways: {unknown}")
        return cls(str(told["name"]), pairs, tuple(told["key"]), tuple(told["own"]), told["numbered"])

    def told(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def table(self) -> Table:
        return Table(self.name, MetaData(), *(Column(name, _WAYS[way][0]) for name, way in self.columns))


@dataclass(frozen=True)
class Sum:
    """How many rows, and the sum of their SHA-256."""

    rows: int
    sha256: str


def shapes() -> list[Shape]:
    """Of all tables, those that are pointed to first."""
    found = []
    for table in all_tables().sorted_tables:
        own = [c.name for c in table.columns if any(f.column.table is table for f in c.foreign_keys)]
        numbered = table.autoincrement_column
        found.append(
            Shape(
                table.name,
                tuple((column.name, _way(column)) for column in table.columns),
                tuple(column.name for column in table.primary_key.columns),
                tuple(own),
                numbered.name if numbered is not None else None,
            )
        )
    return found


def _way(column: Column[Any]) -> str:
    return next((way for kind, way in _BY_TYPE if isinstance(column.type, kind)), "text")


def lines(connection: Connection, shape: Shape) -> Iterator[bytes]:
    result = connection.execute(select(shape.table).execution_options(yield_per=AT_ONCE))
    for row in result:
        yield orjson.dumps([_plain(value) for value in row], option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    """Numbers that one database writes as 1e16 and the other as 10000000000000000 are the same number."""
    match value:
        case float() if value.is_integer() and abs(value) < 2**63:
            return int(value)
        case list():
            return [_plain(one) for one in value]
        case dict():
            return {key: _plain(one) for key, one in value.items()}
    return value


def summed(rows: Iterable[bytes]) -> Sum:
    count, total = 0, 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.sha256(row).digest())
    return Sum(count, f"{total % 2**256:064x}")


def sums(connection: Connection, known: Sequence[Shape]) -> dict[str, Sum]:
    return {shape.name: summed(lines(connection, shape)) for shape in known}


def write(connection: Connection, shape: Shape, target: Path) -> Sum:
    """One file; returns the sum of what is in it."""
    with gzip.GzipFile(target, "wb", mtime=0) as file:

        def written() -> Iterator[bytes]:
            for line in lines(connection, shape):
                file.write(line + b"\n")
                yield line

        return summed(written())


def read(source: Path) -> Iterator[bytes]:
    with gzip.open(source, "rb") as file:
        for line in file:
            yield line.removesuffix(b"\n")


def put(connection: Connection, shape: Shape, source: Iterable[bytes]) -> None:
    """Into the empty table. What points within the table is filled in when all rows are there."""
    table, ways = shape.table, [(name, _WAYS[way][1]) for name, way in shape.columns]
    later: list[dict[str, Any]] = []
    slice_: list[dict[str, Any]] = []
    for number, line in enumerate(source, start=1):
        values = orjson.loads(line)
        row = {n: None if v is None else read_(v) for (n, read_), v in zip(ways, values, strict=True)}
        if any(row[name] is not None for name in shape.own):
            later.append(
                {f"at_{name}": row[name] for name in shape.key} | {f"to_{name}": row[name] for name in shape.own}
            )
            row |= dict.fromkeys(shape.own)
        slice_.append(row)
        if len(slice_) == AT_ONCE:
            _insert(connection, table, slice_, number)
            slice_ = []
    if slice_:
        _insert(connection, table, slice_, number)
    if later:
        at = [table.c[name] == bindparam(f"at_{name}") for name in shape.key]
        connection.execute(update(table).where(*at).values({n: bindparam(f"to_{n}") for n in shape.own}), later)
    if shape.numbered:
        continue_numbers(connection, shape.name, shape.numbered)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]], last: int) -> None:
    try:
        connection.execute(insert(table), rows)
    except (DBAPIError, ValueError) as error:
        where = f"{table.name}, Zeilen {last - len(rows) + 1} bis {last}"
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        raise Unfit(f"{where}: {said.splitlines()[0]}") from error
