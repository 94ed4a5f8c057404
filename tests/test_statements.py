"""How often a page asks the database: seldom, and not more often because there is more to show."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event, update

from consultation.core.db import Database
from consultation.people.models import Membership
from consultation.states import ANSWERING
from tests.browsing import site
from tests.page_table import DOWNLOADS, LOOKS, Look
from tests.page_world import build_with_more
from tests.plain_logs import plain_logs
from tests.tenancy_doors import Ask, Door
from tests.tenancy_world import NOW, PERSONS, World

AT_MOST = 12
MORE = {"GET /o/{organisation_id}/consultations/{slug}/results/export": 13}
"""A workbook with answers, their redactions, figures and coverage."""


@dataclass
class House:
    """The service with a world in it, and what it asked its database since somebody last looked."""

    door: Door
    world: World
    db: Database
    asked: list[str] = field(default_factory=list)

    def listen(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            self.asked.append(statement)

    def statements(self, look: Look) -> list[str]:
        self.asked.clear()
        (answer,) = self.door.ask([Ask(look.caller, "GET", look.path(self.world), look.route)])
        assert answer.status == 200, (str(look), answer.status)
        return list(self.asked)


def _house(template: Path, folder: Path, more: int) -> Iterator[House]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    shutil.copyfile(template, folder / "world.db")
    db = Database(f"sqlite:///{folder / 'world.db'}", threads=4, durable=False)
    app, world = site(db, NOW, data_dir=folder), build_with_more(db, folder / "documents", more)
    house = House(Door(app, world), world, db)
    event.listen(db.engine, "before_cursor_execute", house.listen)
    yield house
    db.close()
    plain_logs()


@pytest.fixture(scope="module")
def small(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from _house(sqlite_template, tmp_path_factory.mktemp("small"), 2)


@pytest.fixture(scope="module")
def large(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from _house(sqlite_template, tmp_path_factory.mktemp("large"), 6)


@contextmanager
def answering_too(house: House, caller: str) -> Iterator[None]:
    """Meanwhile the caller may also answer for their organisation: towns that plan something themselves give both to one person."""
    place, roles, _ = PERSONS[caller]
    query = update(Membership).where(
        Membership.person_id == house.world.people[caller].person_id,
        Membership.organisation_id == house.world.places[place],
    )
    with house.db.transaction() as session:
        session.execute(query.values(roles=sorted({*roles, *ANSWERING})))
    yield
    with house.db.transaction() as session:
        session.execute(query.values(roles=sorted(roles)))


WORKBENCH = [look for look in LOOKS if look.caller == "planner"]


@pytest.mark.parametrize("look", WORKBENCH, ids=str)
def test_who_plans_and_answers_asks_no_more_than_who_only_plans(large: House, look: Look) -> None:
    with answering_too(large, look.caller):
        asked = large.statements(look)
    assert len(asked) <= AT_MOST, "\n".join(asked)


@pytest.mark.parametrize("look", [*LOOKS, *DOWNLOADS], ids=str)
def test_a_page_asks_little_and_not_more_when_there_is_more(small: House, large: House, look: Look) -> None:
    few, many = small.statements(look), large.statements(look)
    assert len(many) <= MORE.get(look.route, AT_MOST), "\n".join(many)
    assert len(few) == len(many), "\n".join(sorted(set(many), key=many.count)[-3:])
