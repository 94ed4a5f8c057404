"""Two planners begin or publish an edition at the same moment."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from consultation.core.db import Database
from consultation.documents import editions
from consultation.documents.models import Edition
from consultation.states import Audience, EditionState
from tests import edition_world as worlds
from tests.edition_world import AFTER
from tests.in_turn import in_turn


def test_two_editions_begun_at_once_get_one_number_each(db: Database) -> None:
    found = worlds.weighed(db, count=4)
    assert (
        in_turn(
            db,
            lambda session: editions.start(session, found.planner, found.world.slug, Audience.INTERNAL),
            lambda session: editions.start(session, found.planner, found.world.slug, Audience.PUBLIC),
        )
        is None
    )
    with db.reader() as session:
        assert sorted(session.scalars(select(Edition.number))) == [1, 2]


def test_of_two_public_editions_that_were_never_compared_one_is_published(db: Database, tmp_path: Path) -> None:
    found = worlds.weighed(db, count=4)
    first, second = (worlds.compiled(db, found, tmp_path / "documents", Audience.PUBLIC) for _ in range(2))
    later = replace(found.planner, moment=AFTER + timedelta(hours=1))
    refused = in_turn(
        db,
        lambda session: editions.publish(session, later, first.id, tmp_path / "documents", texts_checked=True),
        lambda session: editions.publish(session, later, second.id, tmp_path / "documents", texts_checked=True),
    )
    assert refused is not None
    assert "eine andere Ausgabe veröffentlicht" in str(refused.message)
    with db.reader() as session:
        published = select(Edition.number).where(Edition.state == EditionState.PUBLISHED)
        assert list(session.scalars(published)) == [1]
