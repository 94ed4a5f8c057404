"""Connections that died while they waited for work: whoever comes next notices nothing."""

from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from consultation.core.db import Database
from tests.copies import Copies

END_ALL = """select count(*) filter (where pg_terminate_backend(pid, 10000)) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()"""
SEVERAL = 4


@pytest.fixture
def url(copies_of: dict[str, Copies]) -> str:
    return copies_of["postgresql"].empty()


def test_connections_that_the_server_ended_are_replaced_before_anybody_uses_them(url: str) -> None:
    db = Database(url, threads=SEVERAL)
    with ExitStack() as stack:  # so many at once that the pool is full
        for _ in range(SEVERAL):
            stack.enter_context(db.reader()).execute(sa.text("select 1"))
    outside = sa.create_engine(url, poolclass=sa.NullPool)
    with outside.connect() as connection:
        assert connection.scalar(sa.text(END_ALL)) == SEVERAL
    with ExitStack() as stack:
        for _ in range(SEVERAL):
            assert stack.enter_context(db.reader()).scalar(sa.text("select 1")) == 1
    with db.transaction() as session:
        assert session.scalar(sa.text("select 1")) == 1
    db.close()


def test_a_connection_that_lives_is_used_again(url: str) -> None:
    db = Database(url, threads=1)

    def who() -> int:
        with db.reader() as session:
            return int(session.execute(sa.text("select pg_backend_pid()")).scalar_one())

    assert who() == who()
    db.close()
