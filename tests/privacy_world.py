"""The world of backups and moves with somebody in it whose name stands nowhere else."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.consultations import actions as consultations
from consultation.consultations.models import AddressOmission, AddressRow, Consultation, Invitation
from consultation.people.models import Person
from consultation.responses.models import PersonalValue, Revision
from consultation.responses.submission import canonical, salted_hash
from consultation.states import ConsultationState
from tests.conftest import DATABASES
from tests.copies import Copies
from tests.upkeep_world import LATER, NOW, Service, service

NAME, MAIL = "Wilhelmine Zwetschgenbaum", "wilhelmine@zwetschgenbaum.example"


@pytest.fixture(params=DATABASES)
def made(request: pytest.FixtureRequest, copies_of: dict[str, Copies], tmp_path: Path) -> Iterator[Service]:
    """The releaser of the town has a name that stands nowhere else, and has worked with everything."""
    with service(copies_of[request.param], tmp_path / "var") as found:
        _name(found)
        yield found


def _name(found: Service) -> None:
    with found.db.transaction() as session:
        person = session.get_one(Person, found.world.people["town"].person_id)
        person.name, person.email, person.email_key = NAME, MAIL, MAIL
        invitation = session.scalars(select(Invitation)).first()
        assert invitation
        invitation.email, invitation.contact, invitation.failure = MAIL, NAME, f"550 <{MAIL}>: no such mailbox"
        row = session.scalars(select(AddressRow)).first()
        assert row
        row.email, row.contact = MAIL.title(), NAME
        house = found.world.places["house"]
        session.add(AddressOmission(owner_id=house, text="Amt", given_email=MAIL, kept=1, updated_at=NOW))
        for value in session.scalars(select(PersonalValue).where(PersonalValue.key == "release.name")).all():
            if session.get_one(Revision, value.revision_id).person_id == person.id:
                _sign(session, value)


def _sign(session: Session, value: PersonalValue) -> None:
    """As if released under this name: the document's salted hash is made again, and with it the document's own."""
    value.value = {"value": NAME}
    revision = session.get_one(Revision, value.revision_id)
    document = orjson.loads(revision.document)
    document["personal"][value.key] = salted_hash(value)
    revision.document = canonical(document).decode()
    revision.content_hash = hashlib.sha256(revision.document.encode()).hexdigest()


def end_all(made: Service) -> None:
    """The procedures are over."""
    planner = {"anhoerung-a": "planner", "anhoerung-b": "other_planner", "anhoerung-offen": "planner"}
    with made.db.transaction() as session:
        for one in session.scalars(select(Consultation)).all():
            if one.state in (ConsultationState.ANNOUNCED, ConsultationState.EVALUATING):
                actor = replace(made.world.people[planner[one.slug]], moment=LATER)
                consultations.cancel(session, actor, one.slug, "Erledigt.")


def person_of(session: Session, made: Service) -> Person:
    return session.get_one(Person, made.world.people["town"].person_id)
