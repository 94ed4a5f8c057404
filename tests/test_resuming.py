"""Going on after a restore: nothing whose mail was left out stands there as sent."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations import invitations
from consultation.consultations.models import Consultation, Invitation, Reminder
from consultation.core import jobs
from consultation.core.history import HistoryEntry
from consultation.core.jobs import Job
from consultation.core.times import local_day
from consultation.mail.transport import Memory
from consultation.rulebook import IN_SIGHT
from consultation.states import InvitationState
from consultation.subjects import system
from consultation.upkeep import resuming
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.upkeep_world import LATER, NOW, Service, service


@pytest.fixture(params=DATABASES)
def paused(request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Service]:
    """As it is after a restore: mails wait, and jobs are paused."""
    with service(copies_of[request.param], tmp_path / "service") as made:
        with made.db.transaction() as session:
            jobs.pause(session, NOW, "Wiederhergestellt")
        yield made


def waiting(service: Service) -> list[uuid.UUID]:
    """Invitations that stand there as sent while their mail waits."""
    with service.db.reader() as session:
        told = session.scalars(select(Job.payload).where(Job.kind == "mail.invitation", Job.state == "ready")).all()
        sent = select(Invitation.id).where(Invitation.state == InvitationState.SENT)
        return list(session.scalars(sent.where(Invitation.id.in_([uuid.UUID(one["id"]) for one in told]))))


def test_an_invitation_whose_mail_was_left_out_has_failed_visibly_and_can_be_sent_again(paused: Service) -> None:
    ids = waiting(paused)
    assert len(ids) > 1
    left_out = resuming.resume(paused.db, system(LATER), drop_old=True)
    assert left_out.invitations == len(ids)
    post = Memory()
    worker.run_due(paused.db, paused.settings, post, LATER)
    assert post.sent == []
    with paused.db.transaction() as session:
        found = session.scalars(select(Invitation).where(Invitation.id.in_(ids))).all()
        assert {(one.state, one.failure) for one in found} == {(InvitationState.FAILED, str(resuming.UNKNOWN))}
        told = session.scalars(select(HistoryEntry.subject_id).where(HistoryEntry.action == "fail")).all()
        assert set(ids) <= set(told)
        seen = select(Invitation.id).join(Consultation).where(Invitation.id.in_(ids), Consultation.state.in_(IN_SIGHT))
        again = session.scalars(seen.where(Invitation.email.is_not(None))).first()
        assert again is not None
        email = session.get_one(Invitation, again).email or ""
        invitations.correct_address(session, system(LATER), again, email=email, postal="")
    worker.run_due(paused.db, paused.settings, post, LATER)
    assert [mail.recipient for mail in post.sent] == [email]


def test_an_invitation_that_was_opened_stays_opened_whatever_mail_of_it_is_left_out(paused: Service) -> None:
    opened = waiting(paused)[0]
    with paused.db.transaction() as session:
        session.get_one(Invitation, opened).state = InvitationState.OPENED
    resuming.resume(paused.db, system(LATER), drop_old=True)
    with paused.db.reader() as session:
        assert session.get_one(Invitation, opened).state == InvitationState.OPENED


def test_a_reminder_whose_mail_was_left_out_is_noted_as_not_sent(paused: Service) -> None:
    with paused.db.transaction() as session:
        invited = session.scalars(select(Invitation)).first()
        assert invited is not None
        made = Reminder(
            id=uuid.uuid4(), invitation_id=invited.id, consultation_id=invited.consultation_id, stage="7:2026-03-31",
            day=local_day(NOW), made_at=NOW, withheld="", failure="",
        )  # fmt: skip
        session.add(made)
        jobs.enqueue(session, "mail.reminder", {"id": str(made.id)}, run_at=NOW)
    resuming.resume(paused.db, system(LATER), drop_old=True)
    with paused.db.reader() as session:
        found = session.get_one(Reminder, made.id)
        assert (found.sent_at, found.failure) == (None, str(resuming.UNKNOWN))


def test_what_breaks_off_between_two_slices_has_sent_nothing_and_is_done_once_more(
    paused: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, told, tell = waiting(paused), list[int](), resuming._tell
    monkeypatch.setattr(resuming, "AT_ONCE", 1)

    def breaking(session: Session, dropped: Sequence[Job], moment: datetime) -> int:
        told.append(len(dropped))
        if len(told) == 3:
            raise OSError
        return tell(session, dropped, moment)

    monkeypatch.setattr(resuming, "_tell", breaking)
    with pytest.raises(OSError):
        resuming.resume(paused.db, system(LATER), drop_old=True)
    post = Memory()
    assert worker.run_due(paused.db, paused.settings, post, LATER) == 0, "jobs are still paused"
    resuming.resume(paused.db, system(LATER), drop_old=True)
    worker.run_due(paused.db, paused.settings, post, LATER)
    assert post.sent == []
    assert set(told) == {1}
    with paused.db.reader() as session:
        states = set(session.scalars(select(Invitation.state).where(Invitation.id.in_(ids))))
        assert states == {InvitationState.FAILED}


def test_leaving_out_more_mails_asks_the_database_no_more_often(paused: Service) -> None:
    def statements(of: Sequence[uuid.UUID]) -> int:
        counted = list[str]()
        with paused.db.transaction() as session:
            session.execute(update(Invitation).where(Invitation.id.in_(of)).values(state=InvitationState.SENT))
            session.execute(update(Job).values(state=jobs.JobState.DONE))
            for one in of:
                jobs.enqueue(session, "mail.invitation", {"id": str(one)}, run_at=NOW)
            if not jobs.pauses(session):
                jobs.pause(session, NOW, "Wiederhergestellt")
        listen(paused.db.engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
        assert resuming.resume(paused.db, system(LATER), drop_old=True).invitations == len(of)
        return len(counted)

    with paused.db.reader() as session:
        ids = session.scalars(select(Invitation.id).order_by(Invitation.id)).all()
    assert len(ids) > 3
    assert statements(ids[:1]) == statements(ids)
