"""A mail server that is away for days: no mail is lost, none goes twice, and the operator is told."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from consultation import worker
from consultation.consultations.models import Invitation
from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.mail.transport import Memory, Smtp
from consultation.settings import Settings, load
from tests import factories
from tests.browser.serving import free_port
from tests.evaluation_world import world

INVITATION = "mail.invitation"


def hours_away(db: Database, settings: Settings, moment: datetime, hours: int) -> datetime:
    """The worker looks every hour, and nobody answers at the address of the mail server."""
    nobody_there = Smtp(f"smtp://127.0.0.1:{free_port()}", settings.mail_from)
    for _ in range(hours):
        worker.run_due(db, settings, nobody_there, moment)
        moment += timedelta(hours=1)
    return moment


def invited(db: Database, count: int) -> None:
    """So many invitations are on their way."""
    with db.transaction() as session:
        scene = world(session, 3)
        session.execute(update(Job).values(state=JobState.DONE))
        mine = select(Invitation).where(Invitation.consultation_id == scene.consultation_id)
        for number, invitation in enumerate(session.scalars(mine.limit(count))):
            invitation.email = f"post{number}@ort.example"
            jobs.enqueue(session, INVITATION, {"id": str(invitation.id)}, run_at=factories.MOMENT)


def test_invitations_wait_for_three_days_and_then_each_goes_once(db: Database, tmp_path: Path) -> None:
    settings = load({}, data_dir=tmp_path)
    invited(db, 3)
    moment = hours_away(db, settings, factories.MOMENT, 3 * 24)
    with db.reader() as session:
        assert jobs.parked(session) == []
        assert jobs.standing(session, moment).mails == 3
        failing = jobs.struggling(session)
        assert failing
        assert failing.error.startswith("ConnectionRefusedError")
        assert timedelta(0) <= failing.since - factories.MOMENT < timedelta(hours=9), (
            "a worker that looks more often knows better"
        )
    with db.transaction() as session:
        assert jobs.claim(session, moment)  # by a worker that is killed before it comes to send it
    post = Memory()
    for hours in (1, 2, 9):
        worker.run_due(db, settings, post, moment + timedelta(hours=hours))
    assert sorted(mail.recipient for mail in post.sent) == [f"post{number}@ort.example" for number in range(3)]
    with db.reader() as session:
        assert jobs.waiting(session) == {}
        assert jobs.parked(session) == []


def test_after_five_days_a_mail_is_parked_and_can_be_sent_then(db: Database, tmp_path: Path) -> None:
    settings = load({}, data_dir=tmp_path)
    invited(db, 1)
    moment = hours_away(db, settings, factories.MOMENT, 5 * 24)
    with db.reader() as session:
        assert jobs.parked(session) == []
    moment = hours_away(db, settings, moment, 2 * 24)
    with db.transaction() as session:
        [parked] = jobs.parked(session)
        assert jobs.repeat(session, parked.id, moment)
    post = Memory()
    worker.run_due(db, settings, post, moment)
    assert [mail.recipient for mail in post.sent] == ["post0@ort.example"]
