"""Rows into the empty tables of a database, for backups that come back and for moves."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from consultation.core import dump
from consultation.core.dump import Shape, Sum
from consultation.upkeep.manifest import Unusable


def fill(
    connection: Connection, tables: Iterable[tuple[Shape, Sum]], lines_of: Callable[[Shape], Iterable[bytes]]
) -> None:
    """Every table, and proof that it holds what was written. Raises Unusable."""
    for shape, wanted in tables:
        try:
            dump.put(connection, shape, lines_of(shape))
        except dump.Unfit as refused:
            raise Unusable(f"Die Datenbank nimmt Zeilen nicht an: {refused}") from refused
        if dump.summed(dump.lines(connection, shape)) != wanted:
            raise Unusable(f"Tabelle {shape.name} kam nicht so an, wie sie war.")
