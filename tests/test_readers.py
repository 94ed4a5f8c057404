"""Reading changes nothing, and leaves the database what it has prepared for the next one who reads."""

from contextlib import closing

import pytest
from sqlalchemy import bindparam, event, select, text

from consultation.core.db import Database
from consultation.people.models import Person
from tests import factories as make

OFTEN = 12
NAMED = select(Person.name).where(Person.email_key == bindparam("email"))


def test_what_is_set_on_an_object_while_reading_is_not_stored(db: Database) -> None:
    with db.transaction() as session:
        person_id = make.person(session, "Paula Planer").id
    with db.reader() as session:
        session.get_one(Person, person_id).name = "Verschrieben"
        session.add(Person(id=person_id))
    with db.reader() as session:
        assert session.get_one(Person, person_id).name == "Paula Planer"
        assert len(session.scalars(select(Person)).all()) == 1


def test_a_reading_whose_end_fails_leaves_the_connection_free(db: Database) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("the end")

    event.listen(db.engine, "commit", fails)
    for _ in range(db.threads):
        with pytest.raises(RuntimeError, match="the end"), db.reader() as session:
            session.execute(NAMED, {"email": "paula@amt.example"}).all()
    event.remove(db.engine, "commit", fails)
    with db.transaction() as session:
        make.person(session, "Paula Planer")
    with db.reader() as session:
        assert len(session.scalars(select(Person)).all()) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_keeps_what_it_prepared_from_one_reading_to_the_next(db: Database) -> None:
    """Of an 8-fold join planning takes five times as long as answering."""
    for _ in range(OFTEN):
        with db.reader() as session:
            session.execute(NAMED, {"email": "paula@amt.example"}).all()
    with db.reader() as session:
        prepared = session.scalars(text("select statement from pg_prepared_statements")).all()
    assert [one for one in prepared if "person" in one]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_is_asked_the_one_statement_at_a_glance_and_keeps_its_plans(db: Database) -> None:
    """A PRAGMA that sets something back would expire every statement of the connection."""
    with db.reader() as session:
        session.execute(NAMED, {"email": "paula@amt.example"}).all()
    said: list[str] = []
    connection = db.engine.raw_connection()
    with closing(connection):
        assert connection.driver_connection
        connection.driver_connection.set_trace_callback(said.append)
    db.glance(NAMED, {"email": "paula@amt.example"})
    with closing(db.engine.raw_connection()) as connection:
        assert connection.driver_connection
        connection.driver_connection.set_trace_callback(None)
    assert [one.split()[0] for one in said] == ["SELECT"]
