from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

from consultation.core.db import Database, build_engine, schema_transaction
from consultation.core.jobs import Job, JobState, Urgency
from consultation.core.migrations import configuration, is_current, row_counts, upgrade
from consultation.core.tables import all_tables


def job() -> Job:
    due = datetime(2026, 1, 1, tzinfo=UTC)
    return Job(kind="test", payload={}, state=JobState.READY, urgency=Urgency.ORDINARY, run_at=due, attempts=0)


def test_the_revisions_make_exactly_the_tables_of_the_models(db: Database):
    with db.engine.execution_options(reading=True).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, all_tables())
    assert differences == []


def test_the_revisions_make_every_check_of_the_models(db: Database):
    inspector = sa.inspect(db.engine)
    for table in all_tables().tables.values():
        wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        assert wanted == {str(check["name"]) for check in inspector.get_check_constraints(table.name)}


def test_revisions_form_one_line():
    scripts = ScriptDirectory.from_config(configuration())
    assert len(scripts.get_heads()) == 1
    assert all(len(revision.nextrev) <= 1 for revision in scripts.walk_revisions())


def test_a_migrated_database_is_current_and_an_empty_one_is_not(db: Database, tmp_path):
    assert is_current(db.engine)
    empty = build_engine(f"sqlite:///{tmp_path}/empty.db", threads=1)
    assert not is_current(empty)
    empty.dispose()


def test_migrating_twice_keeps_the_rows(db: Database):
    with db.transaction() as session:
        session.add(job())
    upgrade(db.url)
    with db.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1
        assert row_counts(session.connection())["job"] == 1


def test_going_back_is_refused_and_changes_nothing(db: Database):
    config = configuration()
    with schema_transaction(db.engine) as connection:
        config.attributes["connection"] = connection
        with pytest.raises(NotImplementedError, match="backup"):
            command.downgrade(config, "base")
    assert is_current(db.engine)


def test_a_schema_change_that_breaks_a_reference_is_undone(tmp_path):
    engine = build_engine(f"sqlite:///{tmp_path}/x.db", threads=1)
    with schema_transaction(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (a_id INTEGER REFERENCES a (id))")
    with pytest.raises(RuntimeError, match="point nowhere"), schema_transaction(engine) as connection:
        connection.exec_driver_sql("INSERT INTO b VALUES (7)")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM b").scalar() == 0
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql("INSERT INTO b VALUES (7)")
    engine.dispose()


def test_the_database_refuses_a_state_that_is_none(db: Database):
    with db.transaction() as session:
        session.add(job())
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.execute(sa.text("UPDATE job SET state = 'asleep'"))
