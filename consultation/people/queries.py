"""Reading people and organisations. Reads of sessions, codes and tokens stand with them."""

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session, joinedload

from consultation.core.errors import NotFound
from consultation.core.history import HistoryEntry
from consultation.core.language import M
from consultation.core.text import identity_key, sort_key
from consultation.people.addresses import domain
from consultation.people.kinds import OrganisationKind
from consultation.people.models import ANSWERS, BELONGS, MANAGES, Membership, Organisation, Person

FOUR_EYES = "set_four_eyes"


def organisation(session: Session, organisation_id: uuid.UUID) -> Organisation:
    """With its register row. Raises NotFound."""
    query = (
        select(Organisation).where(Organisation.id == organisation_id).options(joinedload(Organisation.register_body))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(M("Diese Organisation gibt es nicht."))
    return found


def organisation_of_register_key(session: Session, register_key: str) -> Organisation | None:
    return session.scalars(select(Organisation).where(Organisation.register_key == register_key)).one_or_none()


def organisations(
    session: Session, *, planning: bool | None = None, text: str = "", limit: int = 100,
    kinds: Collection[OrganisationKind] = (),
) -> Sequence[Organisation]:  # fmt: skip
    """In German order; `planning`: only those that may (not) plan; `text`: a part of the name; `kinds`: of these only."""
    query = select(Organisation).order_by(Organisation.sort_key, Organisation.id).limit(limit)
    if planning is not None:
        query = query.where(Organisation.may_plan.is_(planning))
    if kinds:
        query = query.where(Organisation.kind.in_(kinds))
    if text:
        query = query.where(Organisation.sort_key.contains(sort_key(text), autoescape=True))
    return session.scalars(query).all()


def person(session: Session, person_id: uuid.UUID) -> Person:
    """Raises NotFound."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound(M("Dieses Konto gibt es nicht."))
    return found


def active_person(session: Session, person_id: uuid.UUID) -> Person | None:
    return session.scalars(select(Person).where(Person.id == person_id, Person.active)).one_or_none()


def person_by_email(session: Session, email: str) -> Person | None:
    """An active account; for logging in, never to tell anybody that it exists."""
    return session.scalars(select(Person).where(Person.email_key == identity_key(email), Person.active)).one_or_none()


def four_eyes_off(session: Session, organisation_id: uuid.UUID) -> tuple[str, datetime] | None:
    """Who switched it off and when, as the log has it; for organisations in which it is off."""
    query = (
        select(Person.name, HistoryEntry.moment)
        .join(HistoryEntry, HistoryEntry.person_id == Person.id)
        .where(HistoryEntry.subject_id == organisation_id, HistoryEntry.action == FOUR_EYES)
        .order_by(HistoryEntry.seq.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return (found.name, found.moment) if found else None


def names(session: Session, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """For pages that show who did something; erased people are left out."""
    return {row.id: row.name for row in session.execute(_NAMES, {"people": list(person_ids)})} if person_ids else {}


_NAMES = select(Person.id, Person.name).where(Person.id.in_(bindparam("people", expanding=True)))


def members(session: Session, organisation_id: uuid.UUID) -> Sequence[Membership]:
    """Everybody of an organisation with their person, those who wait first, by the names they have there.

    Who is invited stands here whatever became of their account: else the list would tell.
    """
    query = (
        select(Membership)
        .join(Membership.person)
        .where(Membership.organisation_id == organisation_id, Person.active | Membership.invited_at.is_not(None))
        .options(joinedload(Membership.person))
    )
    return sorted(session.scalars(query), key=lambda m: (not m.waiting, m.shown_name, m.id))


def invitation_to(session: Session, person_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    """An invitation that this person may accept, with the organisation, as it stands now. Raises NotFound."""
    query = (
        select(Membership)
        .where(Membership.id == membership_id, Membership.person_id == person_id, Membership.invited_at.is_not(None))
        .options(joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(M("Diese Einladung gibt es nicht, oder sie gilt nicht mehr."))
    return found


def host(session: Session, membership_id: uuid.UUID) -> Person | None:
    """Who invited last, as the log has it."""
    query = (
        select(Person)
        .join(HistoryEntry, HistoryEntry.person_id == Person.id)
        .where(HistoryEntry.subject_id == membership_id, HistoryEntry.action.in_(("invite", "invite_again")))
        .order_by(HistoryEntry.seq.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def domains(session: Session, organisation_id: uuid.UUID) -> list[str]:
    """Of the addresses of those who belong there, the usual one first."""
    query = (
        select(Person.email)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, BELONGS, Person.active)
    )
    return [found for found, _ in Counter(map(domain, sorted(session.scalars(query)))).most_common()]


def membership(session: Session, membership_id: uuid.UUID) -> Membership:
    """With person and organisation, for the mail about it. Raises NotFound."""
    query = (
        select(Membership)
        .where(Membership.id == membership_id)
        .options(joinedload(Membership.person), joinedload(Membership.organisation))
    )
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(M("Diese Person gehört nicht zur Organisation."))
    return found


def somebody_manages(organisation_id: Any, besides: uuid.UUID | None = None) -> ColumnElement[bool]:
    """For a column of organisations: whether anybody (else) decides there who belongs."""
    managing = exists().where(
        Membership.organisation_id == organisation_id, MANAGES, Person.id == Membership.person_id, Person.active
    )
    return managing.where(Person.id != besides) if besides else managing


def is_managed(session: Session, organisation_id: uuid.UUID, besides: uuid.UUID | None = None) -> bool:
    return session.scalars(select(somebody_manages(organisation_id, besides))).one()


def at_the_door(session: Session, limit: int) -> list[Organisation]:
    """Where somebody waits and nobody is there to decide, those that wait longest first: the operator lets them in."""
    waiting = (
        select(Membership.organisation_id, func.min(Membership.created_at).label("since"))
        .where(Membership.waiting)
        .group_by(Membership.organisation_id)
        .subquery()
    )
    query = (
        select(Organisation)
        .join(waiting, waiting.c.organisation_id == Organisation.id)
        .where(~somebody_manages(Organisation.id))
        .order_by(waiting.c.since, Organisation.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def somebody_answers(organisation_id: Any) -> ColumnElement[bool]:
    """For a column of organisations: whether anybody works on their answers, and can be told something by mail."""
    return exists().where(
        Membership.organisation_id == organisation_id, ANSWERS, Person.id == Membership.person_id, Person.active
    )


def who_answer(session: Session, organisations: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """Whom of each of these organisations to tell something about its answer."""
    query = (
        select(Membership.organisation_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id.in_(organisations), ANSWERS, Person.active)
        .order_by(Person.id)
    )
    found: dict[uuid.UUID, list[Person]] = {one: [] for one in organisations}
    for organisation_id, person in session.execute(query):
        found[organisation_id].append(person)
    return found


def operators(session: Session) -> Sequence[uuid.UUID]:
    """Whoever can operate the service."""
    return session.scalars(select(Person.id).where(Person.operator, Person.active)).all()
