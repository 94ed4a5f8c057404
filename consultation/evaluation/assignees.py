"""Whom points can be given to: those who may work on them, as the rules of the book say it."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.people.models import BELONGS, Membership, Person
from consultation.rulebook import planner
from consultation.states import Role
from consultation.subjects import Actor, Planned

_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""Who may plan does not depend on the moment."""


def team(session: Session, subject: Planned, *conditions: Any) -> Sequence[Membership]:
    """Everybody active in one of the programme's organisations, by name, also those who only read along."""
    statement = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id.in_(subject.planners), BELONGS, Person.active, *conditions)
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
        .order_by(Person.name, Person.id, Membership.organisation_id)
    )
    return session.scalars(statement).all()


def works_on(member: Membership, subject: Planned) -> bool:
    """Whether this person may edit points: not somebody who only reads, nor a unit that is limited to its Land."""
    roles, house = frozenset(map(Role, member.roles)), member.organisation
    return planner(Actor(member.person_id, house.id, roles, _ANY_MOMENT, may_plan=house.may_plan), subject)


def may_be_given(session: Session, subject: Planned, person_id: uuid.UUID) -> bool:
    return any(works_on(member, subject) for member in team(session, subject, Membership.person_id == person_id))
