"""A town of the finished consultation that a visitor can be: to read what became of its demands."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consultation.demo.cast import Login, new_password
from consultation.demo.law import PUBLISHED, Exercise
from consultation.demo.stage import Stage, acting
from consultation.evaluation.models import Contribution
from consultation.forms.definition import PARTICIPANT
from consultation.people import actions as people
from consultation.people.models import Membership, Organisation, Person
from consultation.people.passwords import chosen
from consultation.responses.models import Disclosure, DisclosureChoice, Response
from consultation.states import Role


def play(stage: Stage, exercise: Exercise) -> list[Login]:
    """The one with the most demands among those that let themselves be named."""
    with stage.scene() as session:
        house = house_of(session, exercise.consultation_id)
        members = session.scalars(select(Membership).where(Membership.organisation_id == house.id)).all()
        leader = next(m for m in sorted(members, key=lambda m: str(m.person_id)) if Role.RELEASER in m.roles)
        password = new_password()
        people.set_password(session, acting(session, leader.person_id, house.id, stage.at(PUBLISHED)), chosen(password))
        address = session.get_one(Person, leader.person_id).email
    hint = "die Schlussmitteilung mit altem und neuem Wortlaut lesen und für den Rat herunterladen (Stellungnahmen, Abgeschlossen)"
    return [Login(f"{house.name}: Freigabe, Verfahren abgeschlossen", address, password, hint)]


def house_of(session: Session, consultation_id: uuid.UUID) -> Organisation:
    demands = func.count(func.distinct(Contribution.id))
    statement = (
        select(Organisation)
        .join(Response, Response.organisation_id == Organisation.id)
        .join(Contribution, Contribution.revision_id == Response.counted_revision_id)
        .join(DisclosureChoice, DisclosureChoice.response_id == Response.id)
        .where(Response.consultation_id == consultation_id, Organisation.register_key.is_not(None))
        .where(DisclosureChoice.part == PARTICIPANT, DisclosureChoice.level == Disclosure.NAMED)
        .group_by(Organisation.id)
        .order_by(demands.desc(), Organisation.register_key)
        .limit(1)
    )
    return session.scalars(statement).one()
