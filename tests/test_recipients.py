"""A letter to several people is one letter to each: what becomes of one is nobody else's, and each comes once."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations import extensions
from consultation.consultations.models import Invitation
from consultation.core import jobs
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.mail.transport import Memory, Outgoing, Undeliverable
from consultation.people.models import Membership, Organisation, Person
from consultation.responses import actions, entering, intake, queries
from consultation.responses.answering import Posted
from consultation.responses.models import Channel, Response
from consultation.settings import Settings
from tests import factories
from tests.browsing import KEY
from tests.evaluation_world import PARTS, World, somebody_of, standing, submit, write

KIEL = "010510000000"
LATER = factories.MOMENT + timedelta(days=2)
DONE = update(Job).values(state=JobState.DONE)
REFUSED, BUSY = Undeliverable("550 no such user"), OSError("451 greylisted")


@pytest.fixture
def settings() -> Settings:
    return Settings(secret_key=KEY)


@pytest.fixture
def scene(db: Database) -> World:
    """Four colleagues answer for Kiel, and four people publish for the house that asks."""
    made = standing(db)
    with db.transaction() as session:
        somebody_of(session, made, KIEL)
        for house in (made.bodies[KIEL], made.planner.organisation_id):
            _more_colleagues(session, session.get_one(Organisation, house))
        session.execute(DONE)
    return made


def _more_colleagues(session: Session, house: Organisation) -> None:
    roles = factories.PLANNING_ROLES if house.may_plan else factories.ANSWERING_ROLES
    for number in range(3):
        factories.membership(session, factories.person(session, f"Kollegin {number}"), house, roles)


def colleagues(db: Database, organisation_id: uuid.UUID | None) -> list[str]:
    with db.reader() as session:
        statement = select(Person.email).join(Membership, Membership.person_id == Person.id)
        return list(
            session.scalars(statement.where(Membership.organisation_id == organisation_id).order_by(Person.email))
        )


@dataclass
class Mailbox(Memory):
    """A mail server that takes over all mails but those to one address."""

    closed: str = ""
    error: Exception = field(default_factory=OSError)

    def send(self, mail: Outgoing) -> None:
        if mail.recipient == self.closed:
            raise self.error
        super().send(mail)


# -- what several people are told ------------------------------------------------------------------------------------
def _invitation(session: Session, scene: World) -> Invitation:
    return session.scalars(select(Invitation).where(Invitation.organisation_id == scene.bodies[KIEL])).one()


def _receipt(session: Session, scene: World) -> None:
    submit(session, scene, KIEL, {})


def _ready(session: Session, scene: World) -> None:
    whole = {"mandate.kind": "administration", "publication": dict.fromkeys(PARTS, "figures")}
    actions.mark_ready(session, somebody_of(session, scene, KIEL), write(session, scene, KIEL, whole).id)


def _returned(session: Session, scene: World) -> None:
    _ready(session, scene)
    session.execute(DONE)
    response_id = session.scalars(select(Response.id)).one()
    actions.return_for_rework(session, somebody_of(session, scene, KIEL), response_id, "Bitte kürzer.")


def _withdrawn(session: Session, scene: World) -> None:
    response_id = submit(session, scene, KIEL, {}).response_id
    session.execute(DONE)
    actions.withdraw(session, somebody_of(session, scene, KIEL), response_id)


def _entered(session: Session, scene: World) -> None:
    received = intake.Received(Channel.LETTER, date(2026, 3, 2), "AZ 7", "Der Eigenanteil muss entfallen.")
    made = intake.begin(session, scene.planner, _invitation(session, scene).id, received)
    intake.keep(session, scene.planner, made.id, {"affected": Posted("yes")}, made.version)
    entering.submit_for(session, scene.planner, made.id, silent_about_rest=True)


def _requested(session: Session, scene: World) -> None:
    actor = somebody_of(session, scene, KIEL)
    invitation = queries.invitation_for(session, actor, scene.consultation_id)
    extensions.request(session, actor, invitation, date(2026, 5, 10), "Rat")


def _granted(session: Session, scene: World) -> None:
    extensions.give(session, scene.planner, _invitation(session, scene).id, date(2026, 5, 10), "Telefon")


TOLD = [_receipt, _ready, _returned, _withdrawn, _entered, _requested, _granted]


def told(db: Database, scene: World, do: Callable[[Session, World], None]) -> list[str]:
    """Does it, and says whom that is told: the whole house, without the one who lays an answer before the others."""
    with db.transaction() as session:
        do(session, scene)
        author = session.get_one(Person, somebody_of(session, scene, KIEL).person_id).email
    house = colleagues(db, scene.planner.organisation_id if do is _requested else scene.bodies[KIEL])
    return [email for email in house if not (do is _ready and email == author)]


@pytest.mark.parametrize("error", [REFUSED, BUSY], ids=["refused", "busy"])
@pytest.mark.parametrize("do", TOLD)
def test_an_address_that_takes_nothing_keeps_and_repeats_nobody_elses_letter(
    db: Database, settings: Settings, scene: World, do: Callable[[Session, World], None], error: Exception
) -> None:
    people = told(db, scene, do)
    assert len(people) >= 3
    post = Mailbox(closed=people[1], error=error)
    moment = LATER
    for _ in range(10):
        worker.run_due(db, settings, post, moment)
        moment += timedelta(hours=1)
    assert Counter(mail.recipient for mail in post.sent) == Counter(people) - Counter(people[1:2])
    with db.reader() as session:
        left = session.scalars(select(Job).where(Job.state != JobState.DONE)).all()
    assert [job.state for job in left] == [JobState.DEAD if error is REFUSED else JobState.READY]
    assert str(error).split()[0] in str(left[0].last_error)


def test_the_letter_that_had_to_wait_comes_once_when_the_address_takes_it(
    db: Database, settings: Settings, scene: World
) -> None:
    people = told(db, scene, _receipt)
    worker.run_due(db, settings, Mailbox(closed=people[1], error=BUSY), LATER)
    post = Memory()
    for hours in (1, 2, 3):
        worker.run_due(db, settings, post, LATER + timedelta(hours=hours))
    assert [mail.recipient for mail in post.sent] == people[1:2]


def test_a_worker_that_dies_while_it_tells_several_repeats_the_same_mails_at_most(
    db: Database, settings: Settings, scene: World
) -> None:
    people = told(db, scene, _receipt)
    post = Memory()
    worker.run_due(db, settings, post, LATER)
    with db.transaction() as session:
        session.execute(update(Job).values(state=JobState.READY))
    again = Memory()
    worker.run_due(db, settings, again, LATER + timedelta(hours=1))
    assert sorted(mail.recipient for mail in again.sent) == people
    assert {mail.message_id for mail in again.sent} == {mail.message_id for mail in post.sent}


def test_who_left_the_house_before_the_letter_came_is_told_nothing(
    db: Database, settings: Settings, scene: World
) -> None:
    people = told(db, scene, _receipt)
    worker.run_due(db, settings, Mailbox(closed=people[1], error=BUSY), LATER)
    with db.transaction() as session:
        session.execute(update(Person).where(Person.email == people[1]).values(active=False))
    post = Memory()
    worker.run_due(db, settings, post, LATER + timedelta(hours=1))
    assert post.sent == []
    with db.reader() as session:
        assert jobs.waiting(session) == {}


def test_a_letter_to_the_invited_address_still_goes_there_when_somebody_came_in_the_meantime(
    db: Database, settings: Settings, scene: World
) -> None:
    with db.transaction() as session:
        _invitation(session, scene).email = "post@kiel.example"
        session.execute(delete(Membership).where(Membership.organisation_id == scene.bodies[KIEL]))
        _granted(session, scene)
    worker.run_due(db, settings, Mailbox(closed="post@kiel.example", error=BUSY), LATER)
    with db.transaction() as session:
        factories.member(session, session.get_one(Organisation, scene.bodies[KIEL]))
    post = Memory()
    worker.run_due(db, settings, post, LATER + timedelta(hours=1))
    assert [mail.recipient for mail in post.sent] == ["post@kiel.example"]
