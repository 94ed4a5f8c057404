"""Who reaches what: every route, everybody who may knock, on real objects of two houses that know nothing of each other."""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog
from fastapi import FastAPI

from consultation.core.db import Database
from tests.browsing import site
from tests.conftest import DATABASES, PostgresServer
from tests.plain_logs import plain_logs
from tests.tenancy_doors import SECRETS, Ask, Door, asks, mixed, problems, routes, state_of
from tests.tenancy_table import TABLE, TOKENS, documented
from tests.tenancy_world import NOW, World, build


@dataclass
class Service:
    db: Database
    app: FastAPI
    world: World
    door: Door
    file: Path | None

    def asks(self, *, writing: bool) -> Iterator[tuple[str, list[Ask]]]:
        """Every row of the table with all its callers."""
        for gate in TABLE:
            for route in gate:
                if route.startswith("GET ") != writing:
                    yield f"{route} [{gate.filling}]", list(asks(self.world, gate, route))


def _service(url: str, folder: Path, file: Path | None = None) -> Service:
    db = Database(url, threads=4, durable=False)
    app = site(db, NOW, data_dir=folder)
    world = build(db, folder / "documents")
    door = Door(app, world)
    door.ask(Ask(token, "GET", "/api/v1/codelists", "") for token in sorted(TOKENS))  # from now on they are in use
    return Service(db, app, world, door, file)


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of lines of the access log would take longer than the answers."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), cache_logger_on_first_use=False
    )
    yield
    plain_logs()


@pytest.fixture(scope="module", params=DATABASES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One world per database; nobody changes it."""
    folder = tmp_path_factory.mktemp("tenancy")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "world.db")
        made = _service(f"sqlite:///{folder / 'world.db'}", folder, folder / "world.db")
        yield made
        made.db.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(server.template)
    made = _service(url.render_as_string(hide_password=False), folder)
    yield made
    made.db.close()
    server.drop(url)


@contextmanager
def _copy(service: Service, template: Path, file: Path) -> Iterator[Database]:
    """The same app on a copy of the world, for a caller who changes it."""
    shutil.copyfile(template, file)
    db = Database(f"sqlite:///{file}", threads=4, durable=False)
    service.app.state.database = db
    try:
        yield db
    finally:
        service.app.state.database = service.db
        db.close()
        for left in file.parent.glob(f"{file.name}*"):
            left.unlink()


def _template(service: Service, file: Path) -> Path:
    assert service.file
    with closing(sqlite3.connect(service.file)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("pragma journal_mode=delete")
    return file


def test_every_route_of_the_service_stands_in_the_table(service: Service) -> None:
    """A new page or resource needs a row in tests/tenancy_table.py: who may reach it, and with which objects."""
    existing = routes(service.app)
    assert sorted(existing - documented()) == [], "not in the table"
    assert sorted(documented() - existing) == [], "in the table, but gone"


def test_everybody_reads_what_is_theirs_and_nothing_else(service: Service) -> None:
    before = state_of(service.db)
    wrong, read = [], set()
    for _, row in service.asks(writing=False):
        answers = service.door.ask(row)
        wrong += problems(answers)
        read |= {word for answer in answers if answer.let_in for word in SECRETS if word.lower() in answer.text.lower()}
    assert not wrong, "\n".join(wrong)
    assert set(SECRETS) - read == set(), "a secret nobody reads proves nothing"
    changed = [table for table, digest in state_of(service.db).items() if digest != before[table]]
    assert changed == [], "reading changes nothing"


def test_what_belongs_to_another_is_not_found_below_ones_own(service: Service) -> None:
    asked = [ask for route in sorted(documented()) if route.startswith("GET ") for ask in mixed(service.world, route)]
    answers = service.door.ask(asked)
    assert len(answers) > 10
    assert [f"{answer.ask}: {answer.status}" for answer in answers if answer.status != 404] == []


def test_head_tells_no_more_than_get_and_options_nothing(service: Service) -> None:
    rows = [row for _, row in service.asks(writing=False)]
    chosen = [ask for row in rows for ask in row if ask.caller in {"anonymous", "other_planner", "uninvited_token"}]
    chosen = [ask for ask in chosen if not ask.allowed]
    gets = service.door.ask(chosen)
    heads = service.door.ask(replace(ask, method="HEAD") for ask in chosen)
    assert [(h.ask.path, h.status) for h in heads] == [(g.ask.path, g.status) for g in gets]
    assert {head.content for head in heads} == {b""}
    options = service.door.ask({ask.path: replace(ask, method="OPTIONS") for ask in chosen}.values())
    assert {answer.status for answer in options} <= {401, 404, 405}
    assert problems(options) == []


@pytest.fixture
def template(service: Service, tmp_path: Path) -> Path:
    if service.file is None:
        pytest.skip("writing is asked on SQLite; the rules do not know which database is underneath")
    return _template(service, tmp_path / "template.db")


def test_who_may_not_write_changes_nothing(service: Service, template: Path, tmp_path: Path) -> None:
    wrong = []
    with _copy(service, template, tmp_path / "copy.db") as db:
        before = state_of(db)
        for title, row in service.asks(writing=True):
            wrong += problems(service.door.ask(ask for ask in row if not ask.allowed and not ask.either))
            after = state_of(db)
            wrong += [f"{title}: strangers change {table}" for table in after if after[table] != before[table]]
            before = after
    assert not wrong, "\n".join(wrong)


def test_nothing_of_another_is_changed_below_ones_own(service: Service, template: Path, tmp_path: Path) -> None:
    with _copy(service, template, tmp_path / "copy.db") as db:
        before = state_of(db)
        asked = [
            ask for route in sorted(documented()) if route.startswith("POST ") for ask in mixed(service.world, route)
        ]
        answers = service.door.ask(asked)
        assert len(answers) > 10
        assert [f"{answer.ask}: {answer.status}" for answer in answers if answer.status not in {404, 409, 422}] == []
        assert state_of(db) == before


def test_who_may_write_is_let_in_and_reads_nothing_strange(service: Service, template: Path, tmp_path: Path) -> None:
    """Each on a world nobody has changed yet."""
    asked = [ask for _, row in service.asks(writing=True) for ask in row if ask.allowed or ask.either]
    wrong = []
    while asked:
        with _copy(service, template, tmp_path / "copy.db"):
            while asked:
                answers = service.door.ask([asked.pop(0)])
                wrong += problems(answers)
                if answers[0].status < 400:
                    break
    assert not wrong, "\n".join(wrong)
