"""Worlds that take seconds to build are built once for each kind of database; whoever asks again gets the database as it was."""

import atexit
import copy
import functools
import itertools
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import URL, make_url

from consultation.core.db import Database

if TYPE_CHECKING:
    from tests.conftest import PostgresServer

W = TypeVar("W")
P = ParamSpec("P")
_numbers = itertools.count()
_servers: list["PostgresServer"] = []


@dataclass(frozen=True)
class Kept:
    """What was returned, and where a copy of the database lies."""

    world: Any
    place: Path | URL


def kept(build: Callable[Concatenate[Database, P], W]) -> Callable[Concatenate[Database, P], W]:
    """For builders that fill an empty database and nothing else, and return ids and values, no rows."""
    known: dict[object, Kept] = {}

    @functools.wraps(build)
    def made(db: Database, /, *arguments: P.args, **options: P.kwargs) -> W:
        if not _can_be_copied(db):
            return build(db, *arguments, **options)
        key = (db.engine.dialect.name, repr(arguments), repr(sorted(options.items())))
        if key in known:
            _put(known[key].place, db)
        else:
            known[key] = Kept(build(db, *arguments, **options), _copy(db))
        world: W = copy.deepcopy(known[key].world)
        return world

    return cast("Callable[Concatenate[Database, P], W]", made)


def use(server: "PostgresServer") -> None:
    """Databases of PostgreSQL are copied by this one, which drops the copies when it closes."""
    _servers.append(server)


def _can_be_copied(db: Database) -> bool:
    """A file always; a database of PostgreSQL if its server is the one that copies. Others are built each time."""
    url = make_url(db.url)
    known = {server.url.set(database=url.database) for server in _servers[-1:]}
    return db.engine.dialect.name == "sqlite" or url in known


@functools.cache
def _folder() -> Path:
    made = tempfile.mkdtemp(prefix="consultation-kept-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def _copy(db: Database) -> Path | URL:
    db.close()
    url = make_url(db.url)
    if url.database and db.engine.dialect.name == "sqlite":
        return Path(shutil.copyfile(url.database, _folder() / f"{next(_numbers)}.db"))
    return _servers[-1].create(url, f"kept_{next(_numbers)}")


def _put(place: Path | URL, db: Database) -> None:
    db.close()
    url = make_url(db.url)
    if isinstance(place, Path):
        shutil.copyfile(place, str(url.database))
    else:
        _servers[-1].replace(url, place)
