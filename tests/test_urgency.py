"""What somebody waits for at the screen goes before everything else, and mails to all go last."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.consultations import invitations
from consultation.consultations.models import Invitation
from consultation.core import jobs
from consultation.core.db import Database, build_engine, schema_transaction
from consultation.core.jobs import Job, JobState, Urgency
from consultation.core.migrations import bring_to
from consultation.mail.transport import Memory
from consultation.people import actions as people
from consultation.people.models import Membership, Person
from consultation.settings import Settings
from consultation.states import InvitationState
from consultation.subjects import stranger
from tests import factories
from tests.browsing import KEY
from tests.evaluation_world import World, somebody_of, standing, submit

KIEL = "010510000000"
LATER = factories.MOMENT + timedelta(days=2)


@pytest.fixture
def scene(db: Database) -> World:
    """Everybody invited is reached by mail."""
    made = standing(db)
    with db.transaction() as session:
        somebody_of(session, made, KIEL)
        for number, invitation in enumerate(session.scalars(select(Invitation))):
            invitation.email = f"post{number}@ort.example"
        session.execute(update(Job).values(state=JobState.DONE))
    return made


def extend(session: Session, scene: World) -> None:
    day = (factories.MOMENT + timedelta(days=80)).date()
    consultations.extend(session, scene.planner, scene.slug, day, "Ferien")


def ask_code(session: Session, scene: World, kind: str = "mail.login_code") -> str:
    email = session.get_one(Person, somebody_of(session, scene, KIEL).person_id).email
    people.ask_code(session, email, kind, stranger(LATER), "de")
    return email


def sent(db: Database, count: int = 1000) -> list[str]:
    """The recipients of what the worker sends, in its order; so many jobs at most."""
    post = Memory()
    for _ in range(count):
        if not worker.run_one(db, Settings(secret_key=KEY), post, LATER + timedelta(hours=1)):
            break
    return [mail.recipient for mail in post.sent]


@pytest.mark.parametrize("kind", ["mail.login_code", "mail.password_code"])
def test_a_code_that_was_asked_for_goes_before_the_mails_to_all_that_wait_already(
    db: Database, scene: World, kind: str
) -> None:
    with db.transaction() as session:
        extend(session, scene)
    assert sent(db, 3)[-1].startswith("post"), "the mails to all have begun"
    with db.transaction() as session:
        email = ask_code(session, scene, kind)
    first, *rest = sent(db)
    assert first == email
    with db.reader() as session:
        answering = set(session.scalars(select(Person.email).join(Membership, Membership.person_id == Person.id)))
    assert sum(recipient.startswith("post") for recipient in rest) > 5
    assert all(recipient.startswith("post") or recipient in answering for recipient in rest)
    assert len(set(rest)) == len(rest)


def test_invitations_and_reminders_let_a_receipt_pass_and_a_receipt_a_code(db: Database, scene: World) -> None:
    with db.transaction() as session:
        session.execute(update(Invitation).values(state=InvitationState.PLANNED))
        jobs.enqueue(session, "invitations.send", {"id": str(scene.consultation_id)}, run_at=factories.MOMENT)
    sent(db, 1)
    with db.transaction() as session:
        submit(session, scene, KIEL, {})
        session.execute(update(Job).where(Job.kind == "response.submitted").values(run_at=LATER))
    sent(db, 1)
    with db.transaction() as session:
        asked = ask_code(session, scene)
    with db.reader() as session:
        waiting = set(session.scalars(select(Job.kind).where(Job.state == JobState.READY)))
    assert waiting == {"mail.invitation", "mail.receipt", "mail.login_code"}
    code, receipt, *rest = sent(db)
    assert code == receipt == asked
    assert len(rest) > 5


def test_one_invitation_that_is_sent_again_does_not_wait_behind_those_to_all(db: Database, scene: World) -> None:
    with db.transaction() as session:
        extend(session, scene)
    sent(db, 1)
    with db.transaction() as session:
        wanted = session.scalars(select(Invitation.id).where(Invitation.organisation_id == scene.bodies[KIEL])).one()
        invitations.correct_address(session, scene.planner, wanted, email="neu@kiel.example", postal="")
    assert sent(db, 1) == ["neu@kiel.example"]


def test_among_equals_the_oldest_comes_first_and_before_all_what_a_dead_worker_left(db: Database) -> None:
    with db.transaction() as session:
        for number, urgency in enumerate([Urgency.TO_ALL, Urgency.TO_ALL, Urgency.ORDINARY, Urgency.AT_THE_SCREEN]):
            jobs.enqueue(session, "x", {"n": number}, run_at=LATER - timedelta(seconds=number), urgency=urgency)
        session.execute(
            update(Job).where(Job.run_at == LATER).values(state=JobState.RUNNING, attempts=1, locked_until=LATER)
        )
    order = []
    for _ in range(4):
        with db.transaction() as session:
            job = jobs.claim(session, LATER + timedelta(minutes=1))
            assert job
            order.append(job.payload["n"])
    assert order == [0, 3, 2, 1]


def test_what_fails_keeps_its_urgency_and_lets_others_pass_while_it_waits(db: Database, scene: World) -> None:
    with db.transaction() as session:
        ask_code(session, scene)
    with db.transaction() as session:
        job = jobs.claim(session, LATER)
        assert job
        jobs.fail(session, job, "OSError", LATER)
        jobs.enqueue(session, "x", {}, run_at=LATER, urgency=Urgency.TO_ALL)
    with db.transaction() as session:
        passing = jobs.claim(session, LATER)
        assert passing
        assert passing.kind == "x"
        again = jobs.claim(session, LATER + timedelta(minutes=1))
        assert again
        assert (again.kind, again.urgency) == ("mail.login_code", Urgency.AT_THE_SCREEN)


def test_jobs_that_wait_during_an_upgrade_get_the_urgency_of_their_kind(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path}/old.db", threads=1)
    with schema_transaction(engine) as connection:
        bring_to(connection, "0015")
    kinds = {
        "mail.published": Urgency.TO_ALL,
        "response.submitted": Urgency.ORDINARY,
        "mail.login_code": Urgency.AT_THE_SCREEN,
    }
    with engine.begin() as connection:
        for kind in kinds:
            connection.execute(
                sa.text(
                    "INSERT INTO job (id, kind, payload, state, run_at, attempts) VALUES (:id, :kind, '{}', 'ready', :at, 0)"
                ),
                {"id": uuid.uuid4().hex, "kind": kind, "at": "2026-03-02 09:00:00.000000"},
            )
    with schema_transaction(engine) as connection:
        bring_to(connection, "head")
    with engine.connect() as connection:
        found = {kind: urgency for kind, urgency in connection.execute(sa.text("SELECT kind, urgency FROM job"))}  # noqa: C416 -- rows are no pairs to the type checker
    engine.dispose()
    assert found == kinds
