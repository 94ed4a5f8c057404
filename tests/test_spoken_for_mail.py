"""Who is named as spoken for gets a mail that says so: once per naming, as long as it is true, and nobody else gets it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation import worker
from consultation.consultations import actions as consultations
from consultation.consultations.models import Invitation
from consultation.core.db import Database
from consultation.core.jobs import Job, JobState
from consultation.mail.transport import Memory, Outgoing
from consultation.people.models import Membership, Organisation, Person
from consultation.responses import actions, answering, speaking, submission
from consultation.responses.models import RepresentationKind, Response, Revision
from consultation.settings import Settings
from consultation.states import InvitationState, Purpose, Role
from consultation.upkeep import resuming
from tests import evaluation_world as small
from tests import factories
from tests.browsing import KEY
from tests.evaluation_world import World

KIEL, HAMBURG, OFFICE, COUNTY = "010510000000", "020000000000", "010535323", "01053"
REPRESENTED, SUPPORTER = RepresentationKind.REPRESENTED, RepresentationKind.SUPPORTER
NOW = factories.MOMENT + timedelta(days=1)
SETTINGS = Settings.model_validate({"base_url": "https://dienst.example", "secret_key": KEY})


class Desk:
    """Everybody has a mail address named by its key; the invitations are out, and nothing else is waiting."""

    def __init__(self, db: Database, world: World) -> None:
        self.db, self.world, self.post = db, world, Memory()

    def names(self, *bodies: str, kind: RepresentationKind = REPRESENTED, by: str = COUNTY, **more: Any) -> None:
        """What this house submits says that it speaks for these."""
        with self.db.transaction() as session:
            response = small.write(session, self.world, by, {"main_message": "Ja."})
            small.speaks_for(session, response, dict.fromkeys(bodies, kind))
            small.submit(session, self.world, by, {}, **more)

    def again(self, *bodies: str, by: str = COUNTY) -> None:
        with self.db.transaction() as session:
            house = small.somebody_of(session, self.world, by)
            mine = select(Response).where(Response.organisation_id == house.organisation_id)
            response = session.scalars(mine).one()
            actions.reopen(session, house, response.id)
            small.speaks_for(session, response, dict.fromkeys(bodies, REPRESENTED))
            submission.submit(session, house, response.id)

    def work(self, moment: Any = NOW) -> list[Outgoing]:
        """What is sent about it, by whoever's job."""
        before = len(self.post.sent)
        worker.run_due(self.db, SETTINGS, self.post, moment)
        return [mail for mail in self.post.sent[before:] if "spricht auch für Sie" in mail.subject]

    def told(self, moment: Any = NOW) -> list[str]:
        return sorted(mail.recipient for mail in self.work(moment))

    def change(self, body: str, **values: Any) -> None:
        with self.db.transaction() as session:
            here = Invitation.organisation_id == self.world.bodies[body]
            session.execute(update(Invitation).where(here).values(**values))


@pytest.fixture
def desk(db: Database) -> Desk:
    world = small.standing(db, 4)
    with db.transaction() as session:
        for invitation in session.scalars(select(Invitation)):
            key = next(key for key, one in world.bodies.items() if one == invitation.organisation_id)
            invitation.email = f"{key}@ort.example"
        session.execute(update(Job).values(state=JobState.DONE))
    return Desk(db, world)


def mail_of(*bodies: str) -> list[str]:
    return sorted(f"{body}@ort.example" for body in bodies)


# -- what it says ----------------------------------------------------------------------------------------------------
def test_a_body_reads_who_names_it_what_that_means_and_what_it_can_do(desk: Desk) -> None:
    desk.names(KIEL, level="none")
    (mail,) = desk.work()
    assert mail.recipient == f"{KIEL}@ort.example"
    assert mail.subject == "Kreis Beispiel spricht auch für Sie: Probeanhörung"
    text = " ".join(mail.text.split())
    for said in (
        "Kreis Beispiel hat in der Stellungnahme vom 03.03.2026 angegeben, auch für Sie zu sprechen.",
        "Damit zählt Kiel als vertreten, solange keine eigene Antwort abgegeben ist.",
        "Stimmt das so, müssen Sie nichts tun",
        "Ihre eigene Stellungnahme oder Fehlanzeige zählt, und die Vertretung entfällt.",
        "Stimmt es nicht, wenden Sie sich an Kreis Beispiel",
        "Frist für Kiel: 30.04.2026, 24:00 Uhr",
        "Ihr Code bleibt gültig:",
    ):
        assert said in text, said
    assert "Ja." not in mail.text, "nothing of the answer itself"


def test_a_nil_return_is_called_one(desk: Desk) -> None:
    desk.names(KIEL, nil_return=True)
    (mail,) = desk.work()
    assert "Kreis Beispiel hat in der Fehlanzeige vom 03.03.2026 angegeben" in mail.text


def test_who_has_begun_an_answer_reads_that_it_is_not_in(desk: Desk) -> None:
    with desk.db.transaction() as session:
        small.write(session, desk.world, KIEL, {"main_message": "Erster Satz"})
    desk.names(KIEL)
    mails = desk.work()
    assert len(mails) == 2, "the invited address, and whoever works on it"
    for mail in mails:
        assert "Ihre eigene Stellungnahme ist begonnen, aber nicht abgegeben." in mail.text
        assert "müssen Sie nichts tun" not in mail.text


def test_after_the_deadline_nothing_is_offered_that_is_over(desk: Desk) -> None:
    desk.names(KIEL)
    with desk.db.reader() as session:
        deadline = desk.world.consultation(session).deadline
    assert deadline is not None
    (mail,) = desk.work(deadline)
    assert "Ihre Frist für eine eigene Antwort ist vorbei." in mail.text
    assert "geht das bis zur Frist" not in mail.text
    assert "Ihr Code" not in mail.text


# -- to whom ---------------------------------------------------------------------------------------------------------
def _join(session: Session, desk: Desk, name: str, roles: Iterable[Role], **more: Any) -> str:
    person = factories.person(session, name)
    person.active = more.pop("active", True)
    membership: Membership = factories.membership(
        session, person, session.get_one(Organisation, desk.world.bodies[KIEL]), frozenset(roles)
    )
    for key, value in more.items():
        setattr(membership, key, value)
    return person.email


def test_it_goes_to_the_invited_address_and_to_those_who_answer_there_and_to_nobody_else(desk: Desk) -> None:
    with desk.db.transaction() as session:
        reached = [
            _join(session, desk, "Frau Chefin", {Role.RELEASER}),
            _join(session, desk, "Kollege", {Role.CONTRIBUTOR}),
        ]
        _join(session, desk, "Nur Verwaltung", {Role.MANAGER})
        _join(session, desk, "Noch nicht zugestimmt", factories.ANSWERING_ROLES, waiting=True)
        _join(session, desk, "Eingeladen", factories.ANSWERING_ROLES, invited_at=NOW)
        _join(session, desk, "Gelöscht", factories.ANSWERING_ROLES, active=False)
    desk.names(KIEL)
    assert desk.told() == sorted([*mail_of(KIEL), *reached])


def test_who_goes_before_the_mail_is_sent_does_not_get_it(desk: Desk) -> None:
    with desk.db.transaction() as session:
        gone = _join(session, desk, "Bald gelöscht", factories.ANSWERING_ROLES)
    desk.names(KIEL)
    with desk.db.transaction() as session:
        job = session.scalars(select(Job).where(Job.kind == "response.submitted")).one()
        speaking.tell_the_named(session, session.get_one(Revision, _revision(job)), NOW)
        session.execute(update(Person).where(Person.email == gone).values(active=False))
    assert desk.told() == mail_of(KIEL)


def _revision(job: Job) -> Any:
    from uuid import UUID  # noqa: PLC0415 -- only here

    return UUID(job.payload["revision"])


@pytest.mark.parametrize("what", ["support", "informed", "not sent yet", "no address", "refused address", "a draft"])
def test_who_is_not_spoken_for_not_asked_or_not_reached_gets_none(desk: Desk, what: str) -> None:
    if what == "informed":
        desk.change(KIEL, purpose=Purpose.FOR_INFORMATION)
    if what == "not sent yet":
        desk.change(KIEL, state=InvitationState.PLANNED)
    if what == "no address":
        desk.change(KIEL, email=None)
    if what == "refused address":
        desk.change(KIEL, state=InvitationState.FAILED)
    if what == "a draft":
        with desk.db.transaction() as session:
            response = small.write(session, desk.world, COUNTY, {"main_message": "Ja."})
            small.speaks_for(session, response, {KIEL: REPRESENTED})
    else:
        desk.names(KIEL, kind=SUPPORTER if what == "support" else REPRESENTED)
    assert desk.told() == []


# -- once ------------------------------------------------------------------------------------------------------------
def test_a_worker_that_died_over_it_tells_nobody_twice(desk: Desk) -> None:
    desk.names(KIEL, OFFICE)
    assert desk.told() == mail_of(KIEL, OFFICE)
    with desk.db.transaction() as session:
        session.execute(update(Job).where(Job.kind == "response.submitted").values(state=JobState.READY))
    assert desk.told() == []


def test_whoever_submits_again_tells_only_those_it_names_for_the_first_time(desk: Desk) -> None:
    desk.names(KIEL)
    assert desk.told() == mail_of(KIEL)
    desk.again(KIEL, HAMBURG)
    assert desk.told() == mail_of(HAMBURG)
    desk.again(HAMBURG)
    assert desk.told() == []
    desk.again(KIEL, HAMBURG)
    assert desk.told() == mail_of(KIEL), "it had been dropped, and is named anew"


def test_two_submissions_before_the_first_mail_are_one_naming(desk: Desk) -> None:
    desk.names(KIEL)
    desk.again(KIEL)
    assert desk.told() == mail_of(KIEL)


def test_two_houses_that_name_the_same_body_are_two_namings(desk: Desk) -> None:
    desk.names(KIEL)
    desk.names(KIEL, by=OFFICE)
    assert sorted(mail.subject.partition(" spricht")[0] for mail in desk.work()) == ["Amt Beispiel", "Kreis Beispiel"]


# -- as long as it is true -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["answered", "withdrawn", "named no longer", "cancelled"])
def test_what_is_not_true_any_more_when_the_mail_would_leave_is_not_said(desk: Desk, what: str) -> None:
    desk.names(KIEL)
    if what == "answered":
        with desk.db.transaction() as session:
            small.submit(session, desk.world, KIEL, {}, nil_return=True)
    if what == "withdrawn":
        with desk.db.transaction() as session:
            house = small.somebody_of(session, desk.world, COUNTY)
            response = answering.start(session, house, desk.world.consultation_id)
            actions.withdraw(session, house, response.id)
    if what == "named no longer":
        desk.again()
    if what == "cancelled":
        with desk.db.transaction() as session:
            consultations.cancel(session, desk.world.planner, desk.world.slug, "Haushalt")
    assert desk.told() == []


def test_after_a_restore_that_leaves_old_mails_out_it_is_left_out_too(desk: Desk) -> None:
    desk.names(KIEL)
    with desk.db.transaction() as session:
        operator = factories.operator(session, moment=NOW)
        resuming.pause(session, operator, "restored")
    resuming.resume(desk.db, operator, drop_old=True)
    assert desk.told() == []
