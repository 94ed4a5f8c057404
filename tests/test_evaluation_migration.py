"""Points and contributions of an earlier version can be searched after the migration as if they had been written today."""

import importlib.util
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from consultation.core.db import Database
from consultation.core.places import top_folder
from consultation.core.text import search_key
from consultation.evaluation.finding import PointFilter
from consultation.evaluation.models import Contribution, Point
from tests.test_evaluation_points import amendment, listed, send, small


@pytest.fixture(scope="module")
def revision() -> Any:
    path = next(top_folder("alembic").glob("versions/0007_*.py"))
    spec = importlib.util.spec_from_file_location("revision_0007", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_was_there_before_is_found_afterwards(db: Database, revision: Any):
    with small(db) as (session, world, bodies):
        wishes = [
            amendment(world, "§ 3", f"Förderung für Größere, Wunsch {n}", rationale="Maßgeblich") for n in range(3)
        ]
        send(session, world, bodies[0], wishes)
        before = session.execute(sa.select(Point.search)).all(), session.execute(sa.select(Contribution.search)).all()
        for table in (Point, Contribution):
            session.execute(sa.update(table).values(search=""))
        assert listed(session, world, PointFilter(text="foerderung")) == []
        with Operations.context(MigrationContext.configure(session.connection())):
            revision.fill_points()
            revision.fill_contributions()
        assert len(listed(session, world, PointFilter(text="foerderung massgeblich"))) == 3
        after = session.execute(sa.select(Point.search)).all(), session.execute(sa.select(Contribution.search)).all()
        assert after == before


def test_the_migration_spells_words_as_the_service_does(revision: Any):
    for text in ("Größe, Übermaß", "  Straße 12 – Ækt", "Poésie", "𝔄bc"):
        assert revision.search_key(text) == search_key(text)
