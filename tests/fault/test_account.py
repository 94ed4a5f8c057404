"""The account of the kill loop names what is missing, what is there twice and what is half done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.documents import editions
from consultation.documents.models import Edition
from consultation.people.models import Person
from consultation.responses.models import DraftAnswer, Revision
from consultation.settings import Settings, load
from consultation.states import Audience, EditionState
from tests.evaluation_world import World, resubmit, somebody_of, standing, submit
from tests.factories import MOMENT
from tests.fault.account import account, settle
from tests.fault.towns import Record, Submission

TOWN = "010510044000"


@dataclass
class Found:
    """A town that submitted twice, with its receipts by mail."""

    db: Database
    settings: Settings
    world: World
    record: Record

    def reasons(self) -> list[str]:
        return account(self.db, self.settings, [self.record], [])

    def settle(self) -> None:
        settle(self.db, self.settings, MOMENT + timedelta(days=3))

    def mails(self) -> list[Path]:
        return sorted(self.settings.data_dir.glob("mail/*.eml"))


@pytest.fixture
def found(db: Database, tmp_path: Path) -> Found:
    settings = load({}, data_dir=tmp_path / "var")
    world = standing(db, 6)
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.DONE))
        revisions = [submit(session, world, TOWN, {"main_message": "Wort 1"})]
        actor = somebody_of(session, world, TOWN)
        revisions.append(resubmit(session, world, actor, {"main_message": "Wort 2"}))
        assert actor.organisation_id
        email = session.get_one(Person, actor.person_id).email
        record = Record(actor.organisation_id, email, word="Wort 2", submissions=[
            Submission(one.number, one.receipt_number, f"Wort {one.number}") for one in revisions
        ])  # fmt: skip
    found = Found(db, settings, world, record)
    found.settle()
    return found


def test_a_service_that_kept_its_word_has_nothing_to_answer_for(found: Found) -> None:
    assert found.reasons() == []


# -- a town remembers something else ---------------------------------------------------------------------------------
def _remembers_a_third(record: Record) -> None:
    record.submissions.append(Submission(3, "7KQ2-M4XD-09TC", "Wort 2"))


def _remembers_one(record: Record) -> None:
    del record.submissions[1]


def _remembers_another_word(record: Record) -> None:
    record.submissions[1] = replace(record.submissions[1], word="Wort 3")


def _wrote_more(record: Record) -> None:
    record.word = "Wort 3"


def _was_refused(record: Record) -> None:
    record.refusals.append("500 of PUT")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_remembers_a_third, "was acknowledged and is lost"),
        (_remembers_one, "was never acknowledged"),
        (_remembers_another_word, "was acknowledged and is lost"),
        (_wrote_more, "wrote 'Wort 3' last"),
        (_was_refused, "was refused"),
    ],
)
def test_what_a_town_knows_better_is_said(found: Found, change: Callable[[Record], None], said: str) -> None:
    change(found.record)
    assert said in "\n".join(found.reasons())


# -- the service has lost or doubled something -----------------------------------------------------------------------
def _job_left(session: Session, found: Found) -> None:
    session.execute(update(Job).where(Job.kind == "response.submitted").values(state=JobState.RUNNING))


def _answer_gone(session: Session, found: Found) -> None:
    session.query(DraftAnswer).filter(DraftAnswer.question_key == "main_message").delete()


def _document_changed(session: Session, found: Found) -> None:
    session.execute(update(Revision).where(Revision.number == 2).values(content_hash="0" * 64))


def _begun(session: Session, found: Found, *, enqueued: bool) -> Edition:
    return editions.start(session, found.world.planner, found.world.slug, Audience.INTERNAL, enqueued=enqueued)


def _edition_stuck(session: Session, found: Found) -> None:
    _begun(session, found, enqueued=False)


def _edition_silent(session: Session, found: Found) -> None:
    _begun(session, found, enqueued=False).state = EditionState.FAILED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_job_left, "job response.submitted is running"),
        (_answer_gone, "wrote 'Wort 2' last, None is there"),
        (_document_changed, "is not what its hash says"),
        (_edition_stuck, "edition 1 is compiling"),
        (_edition_silent, "failed and does not say why"),
    ],
)
def test_what_the_database_lost_is_said(found: Found, change: Callable[[Session, Found], None], said: str) -> None:
    with found.db.transaction() as session:
        change(session, found)
    assert said in "\n".join(found.reasons())


def test_an_edition_that_was_begun_and_is_not_there_is_said(found: Found) -> None:
    missing = uuid4()
    assert f"edition {missing} was begun and is lost" in account(found.db, found.settings, [found.record], [missing])


def test_half_an_edition_is_said(found: Found) -> None:
    with found.db.transaction() as session:
        edition = _begun(session, found, enqueued=True)
    found.settle()
    assert account(found.db, found.settings, [found.record], [edition.id]) == []
    next((found.settings.documents / str(edition.id)).glob("*.pdf")).unlink()
    (found.settings.documents / f".{uuid4()}-half").mkdir()
    said = "\n".join(found.reasons())
    assert ".pdf is missing or another" in said
    assert "files without an edition" in said


# -- mails -----------------------------------------------------------------------------------------------------------
def test_a_mail_that_was_lost_is_said(found: Found) -> None:
    found.mails()[0].unlink()
    assert "no receipt by mail" in "\n".join(found.reasons())


def test_the_same_mail_twice_is_none_too_many_and_under_another_id_it_is(found: Found) -> None:
    mail = found.mails()[0]
    again = mail.with_name(f"later-{mail.name}")
    again.write_bytes(mail.read_bytes())
    assert found.reasons() == []
    again.write_bytes(mail.read_bytes().replace(b"Message-ID: <", b"Message-ID: <f"))
    assert "a receipt by mail too many" in "\n".join(found.reasons())
    again.write_bytes(mail.read_bytes().replace(b"Guten Tag", b"Hallo"))
    assert "two different mails" in "\n".join(found.reasons())
