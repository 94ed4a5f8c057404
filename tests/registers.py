"""Databases filled with the shipped register: filled once for a file of tests, copied for each test that writes."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url

from consultation.core.db import Database
from consultation.register import shipped
from consultation.register.actions import import_register

ACTOR = SimpleNamespace(person_id=None, organisation_id=None, moment=datetime(2026, 1, 7, 9, tzinfo=UTC))


def filled(request: pytest.FixtureRequest, kind: str, folder: Path) -> str:
    """The address of a new database of this kind ("sqlite", "postgresql") that holds the shipped register."""
    if kind == "sqlite":
        path = folder / "register.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create(server.template).render_as_string(hide_password=False)
    database = Database(url, threads=2)
    with database.transaction() as session:
        import_register(session, ACTOR, shipped.load(), shipped.SOURCE)
    database.close()
    return url


def copied(request: pytest.FixtureRequest, template: str, folder: Path) -> Iterator[Database]:
    """A copy of a filled database for one test."""
    url = make_url(template)
    if url.get_backend_name() == "sqlite":
        assert url.database
        copy = f"sqlite:///{shutil.copyfile(url.database, folder / 'copy.db')}"
        database = Database(copy, threads=2)
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_server")
    made = server.create(url)
    database = Database(made.render_as_string(hide_password=False), threads=2)
    yield database
    database.close()
    server.drop(made)
