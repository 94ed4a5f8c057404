"""Who works on the data of a service just now. Whoever serves or works shares a lock in the folder, which the kernel frees
when the process ends, killed or not, and its connections to a server bear a name; whoever puts other data in their place has
to be alone there.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import column, func, select, table

from consultation.core.db import SERVICE, build_engine, is_server

LOCK = "service.lock"
"""Empty, and there for good: who holds it is what the kernel knows of it."""


class Occupied(Exception):
    """By whoever may not be disturbed, or wants to be alone."""


@contextmanager
def at_work(folder: Path) -> Iterator[None]:
    """For services, however many. Raises Occupied while somebody is alone there; where no lock can be had (a folder that may
    only be read), it goes on without: nothing else keeps a service from starting.
    """
    try:
        descriptor = _open(folder)
    except OSError:
        yield
        return
    try:
        _take(descriptor, fcntl.LOCK_SH, needed=False)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """For whoever replaces what services work on. Raises Occupied, and OSError where no lock can be had."""
    descriptor = _open(folder)
    try:
        _take(descriptor, fcntl.LOCK_EX, needed=True)
        yield
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    """Not handed on to programs that this one starts: the lock ends with the process that took it."""
    return os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)


def _take(descriptor: int, kind: int, *, needed: bool) -> None:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Occupied from error
    except OSError:  # a file system without locks
        if needed:
            raise


def connected(url: str) -> list[str]:
    """From where services are connected to this database, each address once: the empty one is the machine of the server. None
    where the database is a file.
    """
    engine = build_engine(url, threads=1)
    try:
        if not is_server(engine):
            return []
        activity = table("pg_stat_activity", column("datname"), column("application_name"), column("client_addr"))
        here = activity.c.datname == func.current_database(), activity.c.application_name == SERVICE
        asked = select(func.coalesce(func.host(activity.c.client_addr), "").label("address")).where(*here).distinct()
        with engine.connect() as connection:
            return sorted(connection.scalars(asked))
    finally:
        engine.dispose()
