"""An edition that waits does not outlive what its bodies allow: withdrawn, replaced or closed, it has to be made anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.errors import NotReady
from consultation.core.language import Message, say
from consultation.documents import editions
from consultation.documents.models import Edition, EditionFile
from consultation.documents.overtaken import ANOTHER_PUBLISHED, overtaken
from consultation.responses import actions, disclosures
from consultation.responses.desk import open_desk
from consultation.responses.models import Response
from consultation.states import Audience, EditionState
from consultation.subjects import Actor
from tests import edition_world as worlds
from tests import evaluation_world as small
from tests.edition_world import AFTER


@pytest.fixture
def weighed(db: Database) -> worlds.Weighed:
    return worlds.weighed(db, count=12)


def _own(session: Session, actor: Actor) -> Response:
    return session.scalars(select(Response).where(Response.organisation_id == actor.organisation_id)).one()


def extended(db: Database, found: worlds.Weighed, body: str) -> None:
    """Somebody still has time to answer."""
    with db.transaction() as session:
        here = select(Invitation).where(Invitation.organisation_id == found.world.bodies[body])
        session.scalars(here).one().extended_until = AFTER + timedelta(days=30)


def withdraws(session: Session, found: worlds.Weighed, actor: Actor) -> None:
    actions.withdraw(session, actor, _own(session, actor).id)


def answers_anew(session: Session, found: worlds.Weighed, actor: Actor) -> None:
    small.resubmit(session, found.world, actor, {"main_message": "Doch anders."})


def closes_a_part(session: Session, found: worlds.Weighed, actor: Actor) -> None:
    disclosures.change(session, actor, open_desk(session, actor, _own(session, actor).id), {"C": "none"})


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        (withdraws, "zurückgenommen oder durch eine neue ersetzt"),
        (answers_anew, "zurückgenommen oder durch eine neue ersetzt"),
        (closes_a_part, "was von ihrer Stellungnahme veröffentlicht werden darf"),
    ],
)
@pytest.mark.parametrize("begun", ["before the cut, saved after it", "after the cut"])
def test_what_a_body_takes_back_does_not_go_out_with_an_edition_made_before(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, does: Callable[..., None], reason: str, begun: str
) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    moment = AFTER - timedelta(days=80) if begun.startswith("before") else AFTER + timedelta(hours=1)
    town = min(key for key in weighed.world.bodies if len(key) == 12)
    extended(db, weighed, town)
    with db.reader() as session:
        assert overtaken(session, edition) == []
    with db.transaction() as session:
        does(session, weighed, replace(small.somebody_of(session, weighed.world, town), moment=moment))
    later = replace(weighed.planner, moment=AFTER + timedelta(hours=2))
    with db.transaction() as session, pytest.raises(NotReady) as refused:
        editions.publish(session, later, edition.id, tmp_path / "documents", texts_checked=True)
    assert reason in say(refused.value.message, "de")
    again = worlds.compiled(db, replace(weighed, planner=later), tmp_path / "documents", Audience.PUBLIC)
    with db.transaction() as session:
        editions.publish(session, later, again.id, tmp_path / "documents", texts_checked=True)


def test_what_comes_in_later_overtakes_nothing(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    """A late answer counts for the next edition; nobody has to wait for the last one."""
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.PUBLIC)
    with db.reader() as session:
        answered = set(session.scalars(select(Response.organisation_id)))
    bodies = sorted(key for key, one in weighed.world.bodies.items() if len(key) == 12 and one not in answered)
    extended(db, weighed, bodies[0])
    with db.transaction() as session:
        small.submit(session, weighed.world, bodies[0], {"main_message": "Spät."}, later=95)
    with db.reader() as session:
        assert overtaken(session, edition) == []


def test_an_internal_edition_is_never_overtaken(db: Database, weighed: worlds.Weighed, tmp_path: Path) -> None:
    edition = worlds.compiled(db, weighed, tmp_path / "documents", Audience.INTERNAL)
    with db.transaction() as session:
        town = min(key for key in weighed.world.bodies if len(key) == 12)
        withdraws(session, weighed, small.somebody_of(session, weighed.world, town))
    with db.reader() as session:
        assert overtaken(session, edition) == []


def test_an_edition_that_was_frozen_while_another_waited_to_be_published_is_overtaken(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    """Whatever the clocks say: the other was asked to go out before this one was frozen, and went out after it."""
    documents = tmp_path / "documents"
    early, late = (replace(weighed.planner, moment=AFTER + timedelta(hours=hours)) for hours in (1, 2))
    first = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    second = worlds.compiled(db, replace(weighed, planner=late), documents, Audience.PUBLIC)
    with db.transaction() as session:
        editions.publish(session, early, first.id, documents, texts_checked=True)
    with db.reader() as session:
        assert overtaken(session, second) == [ANOTHER_PUBLISHED]
    third = worlds.compiled(db, replace(weighed, planner=late), documents, Audience.PUBLIC)
    with db.reader() as session:
        assert overtaken(session, third) == []


def test_an_edition_of_a_program_that_did_not_note_the_comparison_is_overtaken_by_what_came_out_since_alone(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"

    def compiled(hours: int) -> Edition:
        planner = replace(weighed.planner, moment=AFTER + timedelta(hours=hours))
        made = worlds.compiled(db, replace(weighed, planner=planner), documents, Audience.PUBLIC)
        with db.transaction() as session:
            found = session.get_one(Edition, made.id)
            found.counts = {key: count for key, count in found.counts.items() if key != "compared"}
        return made

    def reasons(of: Edition) -> list[Message]:
        with db.reader() as session:
            return overtaken(session, session.get_one(Edition, of.id))

    def publish(one: Edition, hours: int) -> None:
        with db.transaction() as session:
            planner = replace(weighed.planner, moment=AFTER + timedelta(hours=hours))
            editions.publish(session, planner, one.id, documents, texts_checked=True)

    publish(compiled(0), 1)
    second, third = compiled(2), compiled(3)
    assert (reasons(second), reasons(third)) == ([], [])
    publish(second, 4)
    assert reasons(third) == [ANOTHER_PUBLISHED]


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_edition_comes_out_behind_one_with_a_higher_number(
    db: Database, weighed: worlds.Weighed, tmp_path: Path, language: str
) -> None:
    """Edition 1 fails, 2 is published; made anew 1 would hold newer data and be taken for the older one."""
    documents = tmp_path / "documents"
    failed = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    published = worlds.compiled(db, weighed, documents, Audience.PUBLIC, language=language)
    later = replace(weighed.planner, moment=AFTER + timedelta(hours=1))
    with db.transaction() as session:
        editions.publish(session, later, published.id, documents, texts_checked=True)
    with db.transaction() as session:
        session.get_one(Edition, failed.id).state = EditionState.FAILED
    with db.transaction() as session, pytest.raises(NotReady, match="Ausgabe 2 ist schon veröffentlicht"):
        editions.retry(session, later, failed.id)
    with db.transaction() as session:  # a worker takes up again what was begun before the other came out
        session.get_one(Edition, failed.id).state = EditionState.COMPILING
        session.execute(delete(EditionFile).where(EditionFile.edition_id == failed.id))
    editions.compile_edition(db, documents, failed.id, later.moment)
    with db.transaction() as session, pytest.raises(NotReady, match="Ausgabe 2 ist schon veröffentlicht"):
        editions.publish(session, later, failed.id, documents, texts_checked=True)


def test_an_internal_edition_is_made_again_whatever_was_published_since(
    db: Database, weighed: worlds.Weighed, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    failed = worlds.compiled(db, weighed, documents, Audience.INTERNAL)
    published = worlds.compiled(db, weighed, documents, Audience.PUBLIC)
    with db.transaction() as session:
        editions.publish(session, weighed.planner, published.id, documents, texts_checked=True)
        session.get_one(Edition, failed.id).state = EditionState.FAILED
    with db.transaction() as session:
        editions.retry(session, weighed.planner, failed.id)
