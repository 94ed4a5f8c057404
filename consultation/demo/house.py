"""How an invited house answers: somebody claims with the code, writes, lays it before somebody, who releases it."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from consultation.consultations import claims
from consultation.consultations.models import Invitation
from consultation.demo.stage import Stage, acting
from consultation.demo.voices import Voices
from consultation.people import actions as people
from consultation.people.models import Organisation
from consultation.people.passwords import chosen
from consultation.responses import actions, answering, submission
from consultation.responses.answering import Posted
from consultation.responses.desk import open_desk
from consultation.responses.models import Response, Revision
from consultation.states import Role
from consultation.subjects import Actor


@dataclass(frozen=True)
class House:
    """An organisation with somebody who writes and somebody who releases (perhaps the same person)."""

    organisation: Organisation
    writer: uuid.UUID
    releaser: uuid.UUID
    releaser_name: str
    releaser_function: str

    def writing(self, stage: Stage, session: Session, days: float) -> Actor:
        return acting(session, self.writer, self.organisation.id, stage.at(days))

    def releasing(self, stage: Stage, session: Session, days: float) -> Actor:
        return acting(session, self.releaser, self.organisation.id, stage.at(days))


def move_in(
    stage: Stage, session: Session, voices: Voices, invitation: Invitation, days: float, *, alone: bool,
    passwords: tuple[str | None, str | None] = (None, None),
) -> House:  # fmt: skip
    """The first claimant gets all roles; unless one person does everything, a colleague is invited to release."""
    organisation, moment = invitation.organisation, stage.at(days)
    name, function = voices.person(), voices.function("contributor")
    local = name.split()[-1].lower().replace("ß", "ss").translate(str.maketrans("äöü", "aou"))
    stranger = stage.system(days)
    person = people.create_person(
        session,
        stranger,
        email=stage.address(organisation.name, local),
        name=name,
        password=chosen(passwords[0]) if passwords[0] else None,
    )
    claims.claim(session, stranger, invitation, person, function=function)
    actor = acting(session, person.id, organisation.id, moment)
    releaser_name, releaser_function = voices.person(), voices.function("releaser")
    if alone:
        people.set_four_eyes(session, actor, wanted=False)
        return House(organisation, person.id, person.id, name, function)
    membership = people.invite_colleague(
        session, actor, email=stage.address(organisation.name, "leitung"), name=releaser_name,
        roles=[Role.CONTRIBUTOR, Role.RELEASER], function=releaser_function,
    )  # fmt: skip
    leader = acting(session, membership.person_id, organisation.id, moment)
    if passwords[1]:
        people.set_password(session, leader, chosen(passwords[1]))
    people.accept(session, leader, membership.id)
    return House(organisation, person.id, membership.person_id, releaser_name, releaser_function)


def write(
    stage: Stage, session: Session, house: House, consultation_id: uuid.UUID, answers: dict[str, Any], days: float
) -> Response:
    """Fill in the form; a value of the scenario that the form refuses is a fault of the scenario."""
    actor = house.writing(stage, session, days)
    response = answering.start(session, actor, consultation_id)
    desk = open_desk(session, actor, response.id)
    posted = {
        key: Posted(value, frozenset(value) if desk.form.by_key[key].type.itemised else frozenset())
        for key, value in answers.items() if value is not None
    }  # fmt: skip
    saved = answering.answer(session, actor, response.id, posted)
    if saved.problems:
        raise ValueError(f"{saved.problems[0].field}: {saved.problems[0].message}")
    return response


def submit(
    stage: Stage, session: Session, house: House, response: Response, days: float, *, nil_return: bool = False
) -> Revision:
    """With a step in between where another pair of eyes releases."""
    if house.writer != house.releaser and not nil_return:
        actions.mark_ready(session, house.writing(stage, session, days), response.id)
    return submission.submit(
        session, house.releasing(stage, session, days + 0.05), response.id, nil_return=nil_return,
        name=house.releaser_name, function=house.releaser_function,
    )  # fmt: skip
