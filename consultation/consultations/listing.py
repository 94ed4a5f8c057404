"""The invitations of a consultation page by page, searched and filtered; and how many stand in which state."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations.models import Claim, Consultation, Invitation
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.core.text import sort_key
from consultation.people.models import Organisation, Person
from consultation.states import InvitationState, Purpose
from consultation.subjects import Actor

AT_ONCE = 50


@dataclass(frozen=True)
class InvitationFilter:
    """Empty means all."""

    text: str = ""
    """A part of the organisation's name, or the beginning of its key in the register."""
    state: InvitationState | None = None
    purpose: Purpose | None = None
    by_filter: bool | None = None
    unreachable: bool = False
    """Neither a mail nor a postal address is known."""
    by_letter: bool = False
    """Only a postal address is known."""
    by_mail: bool = False
    without_mail: bool = False
    """Reached by letter, or by nothing at all."""


def land_limit(actor: Actor, consultation: Consultation) -> str | None:
    """The Land whose bodies this member of the programme sees; all of them with `None`."""
    return None if actor.organisation_id is None else consultation.planners.get(actor.organisation_id)


def invitations(
    session: Session, actor: Actor, consultation: Consultation, chosen: InvitationFilter | None = None, *,
    after: tuple[str, uuid.UUID] | None = None, limit: int = AT_ONCE,
) -> Sequence[Invitation]:  # fmt: skip
    """One page in alphabetical order, with their organisations; `after` is the `place_of` the last one seen.

    The caller has checked that the actor plans this consultation; a Land unit gets its Land.
    """
    statement = (
        _of(actor, consultation, chosen or InvitationFilter())
        .options(joinedload(Invitation.organisation))
        .order_by(Organisation.sort_key, Organisation.id)
        .limit(limit)
    )
    if after is not None:
        name, organisation_id = after
        beyond = and_(Organisation.sort_key == name, Organisation.id > organisation_id)
        statement = statement.where(or_(Organisation.sort_key > name, beyond))
    return session.scalars(statement).all()


def place_of(invitation: Invitation) -> tuple[str, uuid.UUID]:
    return invitation.organisation.sort_key, invitation.organisation_id


def count(session: Session, actor: Actor, consultation: Consultation, chosen: InvitationFilter | None = None) -> int:
    statement = _of(actor, consultation, chosen or InvitationFilter())
    return session.scalars(statement.with_only_columns(func.count())).one()


def by_state(session: Session, actor: Actor, consultation: Consultation) -> dict[InvitationState, int]:
    statement = _of(actor, consultation, InvitationFilter()).with_only_columns(Invitation.state, func.count())
    counted = {row[0]: row[1] for row in session.execute(statement.group_by(Invitation.state))}
    return {state: counted.get(state, 0) for state in InvitationState}


def by_origin(session: Session, actor: Actor, consultation: Consultation) -> tuple[int, int]:
    """How many were found by the filter (or drawn), and how many came in one by one."""
    statement = _of(actor, consultation, InvitationFilter()).with_only_columns(
        func.count().filter(Invitation.by_filter), func.count()
    )
    by_filter, whole = session.execute(statement).one()
    return by_filter, whole - by_filter


@dataclass(frozen=True)
class Ways:
    """How many bodies will be reached by which way, and how many of them are only informed."""

    mail: int
    letter: int
    unreachable: int
    informed: int

    @property
    def asked(self) -> int:
        return self.reachable + self.unreachable - self.informed

    @property
    def reachable(self) -> int:
        return self.mail + self.letter


def ways(session: Session, actor: Actor, consultation: Consultation, chosen: InvitationFilter | None = None) -> Ways:
    by_letter = and_(Invitation.email.is_(None), Invitation.postal != "")
    statement = _of(actor, consultation, chosen or InvitationFilter()).with_only_columns(
        func.count().filter(Invitation.email.is_not(None)), func.count().filter(by_letter), func.count(),
        func.count().filter(Invitation.purpose == Purpose.FOR_INFORMATION),
    )  # fmt: skip
    mail, letter, whole, informed = session.execute(statement).one()
    return Ways(mail, letter, whole - mail - letter, informed)


@dataclass(frozen=True)
class Longer:
    """How many bodies that are asked have more time than the general deadline gives, and the last of their deadlines."""

    count: int
    until: datetime


def longer(session: Session, actor: Actor, consultation: Consultation) -> Longer | None:
    """None where the general deadline is everybody's, or where there was none yet when the consultation was cancelled."""
    if consultation.deadline is None:
        return None
    statement = _of(actor, consultation, InvitationFilter(purpose=Purpose.FOR_COMMENT))
    statement = statement.where(Invitation.extended_until > consultation.deadline)
    found = statement.with_only_columns(func.count(), func.max(Invitation.extended_until))
    count, until = session.execute(found).one()
    return Longer(count, until) if until else None


def claims_of(
    session: Session, actor: Actor, consultation: Consultation, invitation_id: uuid.UUID | None = None
) -> list[tuple[Claim, Invitation, Person]]:
    """Who took a place with the code of an invitation, the newest fifty, newest first."""
    statement = (
        select(Claim, Invitation, Person)
        .join(Invitation, Invitation.id == Claim.invitation_id)
        .join(Person, Person.id == Claim.person_id)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Claim.consultation_id == consultation.id, _land(actor, consultation))
        .options(joinedload(Invitation.organisation))
        .order_by(Claim.claimed_at.desc(), Claim.id)
        .limit(AT_ONCE)
    )
    if invitation_id is not None:
        statement = statement.where(Claim.invitation_id == invitation_id)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def claim(session: Session, consultation: Consultation, claim_id: uuid.UUID) -> Claim:
    """A claim of this consultation and no other. Raises NotFound."""
    found = session.get(Claim, claim_id)
    if found is None or found.consultation_id != consultation.id:
        raise NotFound(M("Diese Anmeldung gibt es nicht."))
    return found


def _of(actor: Actor, consultation: Consultation, chosen: InvitationFilter) -> Select[Invitation]:
    statement = select(Invitation).join(Organisation, Organisation.id == Invitation.organisation_id)
    return statement.where(
        Invitation.consultation_id == consultation.id, _land(actor, consultation), *_conditions(chosen)
    )


def _land(actor: Actor, consultation: Consultation) -> ColumnElement[bool]:
    land = land_limit(actor, consultation)
    return Organisation.id.is_not(None) if land is None else Organisation.state == land


def _conditions(chosen: InvitationFilter) -> list[ColumnElement[bool]]:
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (bool(chosen.text), named(chosen.text)),
        (chosen.state is not None, Invitation.state == chosen.state),
        (chosen.purpose is not None, Invitation.purpose == chosen.purpose),
        (chosen.by_filter is not None, Invitation.by_filter.is_(bool(chosen.by_filter))),
        (chosen.unreachable, and_(Invitation.email.is_(None), Invitation.postal == "")),
        (chosen.by_mail, Invitation.email.is_not(None)),
        (chosen.without_mail, Invitation.email.is_(None)),
        (chosen.by_letter, and_(Invitation.email.is_(None), Invitation.postal != "")),
    ]
    return [condition for applies, condition in wanted if applies]


def named(text: str) -> ColumnElement[bool]:
    """A part of the organisation's name, or the beginning of its key in the register."""
    return or_(
        Organisation.sort_key.contains(sort_key(text), autoescape=True),
        Organisation.register_key.startswith(text, autoescape=True),
    )
