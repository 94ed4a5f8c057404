"""Several who write at once: nothing is lost, whoever waits is served when it is their turn, and nobody waits for ever."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError  # noqa: A004 -- what a pool raises that has no connection left

from consultation.core import turns
from consultation.core.db import Database, hold
from consultation.core.migrations import upgrade
from consultation.core.outage import is_outage
from consultation.people.models import Person
from tests import factories as make
from tests.copies import Copies

WRITERS, TIMES = 6, 15


def named(db: Database) -> str:
    with db.reader() as session:
        return session.scalars(select(Person.name)).one()


def test_what_several_add_at_once_is_all_there(db: Database) -> None:
    with db.transaction() as session:
        person_id = make.person(session, "0").id

    def count(_: int) -> None:
        for _ in range(TIMES):
            with db.transaction() as session:
                hold(session, Person, person_id)
                person = session.get_one(Person, person_id)
                person.name = str(int(person.name) + 1)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(count, range(WRITERS)))
    assert named(db) == str(WRITERS * TIMES)


def test_who_waits_for_another_writer_goes_on_when_that_one_is_done(db: Database) -> None:
    """And whoever only reads does not wait."""
    with db.transaction() as session:
        person_id = make.person(session, "first").id
    waits, order = threading.Event(), []

    def second() -> None:
        waits.set()
        with db.transaction() as session:
            hold(session, Person, person_id)
            order.append(session.get_one(Person, person_id).name)

    with ThreadPoolExecutor(1) as pool:
        with db.transaction() as session:
            hold(session, Person, person_id)
            session.get_one(Person, person_id).name = "second"
            session.flush()
            waiting = pool.submit(second)
            waits.wait()
            time.sleep(0.2)
            assert named(db) == "first"
            assert order == []
        waiting.result()
    assert order == ["second"]


def test_a_writer_that_fails_lets_the_next_one_in(db: Database) -> None:
    def failing() -> None:
        with db.transaction() as session:
            make.person(session, "nobody")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    with db.transaction() as session:
        make.person(session, "somebody")
    assert named(db) == "somebody"


def test_who_waits_too_long_is_told_so_and_nothing_is_done(
    copies_of: dict[str, Copies], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a database that is away: 503, and what was typed comes back. PostgreSQL lets several write."""
    url = copies_of["sqlite"].empty()
    upgrade(url)
    db = Database(url)
    monkeypatch.setattr(turns, "BUSY", 100)
    with db.transaction() as session:
        make.person(session, "slow")
        with pytest.raises(TimeoutError) as late, db.transaction():
            raise AssertionError("two writers at once")
    assert is_outage(late.value)
    assert named(db) == "slow"
    with db.reader() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
    db.close()
