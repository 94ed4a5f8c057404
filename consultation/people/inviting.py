"""Inviting somebody into an organisation. Whoever is invited says yes or no; until then they have no rights there.

Nobody who invites learns whether an address has an account: both get the same mail and stand in the same list, under the
name that was typed.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core import history
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean_line, identity_key
from consultation.people import limits, queries
from consultation.people.accounts import OPERATING, create_person, person_problems
from consultation.people.addresses import domain
from consultation.people.memberships import (
    NO_ROLES,
    drop,
    hold_organisation,
    in_organisation,
    leave_no_code,
    place_for,
    roles_chosen,
    settle,
)
from consultation.people.models import Membership, Organisation, Person
from consultation.people.roles import usual_roles
from consultation.rulebook import MANAGE_PEOPLE
from consultation.states import Role
from consultation.subjects import Actor

NOT_SENT = M("Die Einladung wurde nicht versandt.")


def invite_colleague(
    session: Session, actor: Actor, *, email: str, name: str, roles: Iterable[str], function: str = "",
    elsewhere: bool = False,
) -> Membership:  # fmt: skip
    """By a manager, for the acting organisation. Raises Invalid with all problems at once, and TooMany.

    `elsewhere` says that an address outside the domains of the people there is meant.
    """
    MANAGE_PEOPLE.demand(actor, None)
    organisation = session.get_one(Organisation, actor.organisation_id)
    limits.take(session, limits.INVITE_COLLEAGUE, str(organisation.id), actor.moment)
    chosen = roles_chosen(organisation, roles)
    problems = person_problems(email, name)
    if not problems and not elsewhere:
        problems += _outside(session, organisation.id, email)
    if not chosen:
        problems.append(NO_ROLES)
    if problems:
        raise Invalid(NOT_SENT, problems=problems)
    return _invite(session, actor, organisation, email, name, chosen, function)


def appoint_manager(session: Session, actor: Actor, organisation_id: uuid.UUID, *, email: str, name: str) -> Membership:
    """By the operator: the first person of an organisation, or a new one when the last manager is gone."""
    OPERATING.demand(actor, None)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(M("Diese Organisation gibt es nicht."))
    if problems := person_problems(email, name):
        raise Invalid(NOT_SENT, problems=problems)
    return _invite(session, actor, organisation, email, name, usual_roles(organisation), "")


def appoint_again(session: Session, actor: Actor, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    """By the operator, as a manager does it (`invite_again`)."""
    return _ask_again(session, actor, _appointed(session, actor, organisation_id, membership_id))


def withdraw_appointment(session: Session, actor: Actor, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> None:
    """By the operator: nobody else there may be able to, and whoever holds a mistyped address would get all rights."""
    drop(session, actor, _appointed(session, actor, organisation_id, membership_id))


def _appointed(session: Session, actor: Actor, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> Membership:
    """Who is asked to manage and has not come; whom else a house invites is its own. Raises NotFound, Conflict."""
    OPERATING.demand(actor, None)
    membership = _still_invited(in_organisation(session, organisation_id, membership_id))
    if Role.MANAGER not in membership.roles:
        raise NotFound(M("Diese Einladung gibt es nicht, oder sie gilt nicht mehr."))
    return membership


def invite_again(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """The mail once more, with a new code: the old one is worthless then. Conflict for who has come. Raises TooMany."""
    MANAGE_PEOPLE.demand(actor, None)
    return _ask_again(session, actor, _still_invited(in_organisation(session, actor.organisation_id, membership_id)))


def _still_invited(membership: Membership) -> Membership:
    if membership.invited_at is None:
        raise Conflict(M("Diese Person gehört schon dazu und braucht keine Einladung mehr."))
    return membership


def _ask_again(session: Session, actor: Actor, membership: Membership) -> Membership:
    limits.take(session, limits.INVITE_COLLEAGUE, str(membership.organisation_id), actor.moment)
    membership.invited_at = actor.moment
    _tell_invited(session, actor, membership)
    history.record(session, actor, membership, "invite_again", member=membership.person_id)
    return membership


def accept(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """By the person invited: the roles count from now on. Raises NotFound for an invitation that is none (any more)."""
    membership = _own_invitation(session, actor, membership_id)
    settle(session, actor, membership)
    history.record(session, actor, membership, "accept", roles=membership.roles)
    return membership


def refuse(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """By the person invited: nothing is left of it but the line in the log. Who manages there is told by mail."""
    membership = _own_invitation(session, actor, membership_id)
    history.record(session, actor, membership, "refuse_invitation", roles=membership.roles)
    told = {"id": str(membership.organisation_id), "person": str(membership.person_id)}
    enqueue(session, "people.place_refused", told, run_at=actor.moment)
    session.delete(membership)
    session.flush()
    leave_no_code(session, membership.person_id)
    return membership


def _own_invitation(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """Held against a manager who withdraws or changes it."""
    assert actor.person_id
    found = queries.invitation_to(session, actor.person_id, membership_id)
    hold_organisation(session, found.organisation_id)
    return queries.invitation_to(session, actor.person_id, membership_id)


def _outside(session: Session, organisation_id: uuid.UUID, email: str) -> Iterator[Problem]:
    """A question, no refusal: a partner's address is right, a mistyped one is not."""
    own, given = queries.domains(session, organisation_id), domain(email)
    if own and not any(given == one or given.endswith(f".{one}") for one in own):
        named = " / ".join(f"@{one}" for one in own[:3])
        yield Problem("elsewhere", M("Diese Adresse gehört nicht zu {domains}. Trotzdem einladen?", domains=named))


def _invite(
    session: Session, actor: Actor, organisation: Organisation, email: str, name: str, roles: Collection[Role],
    function: str,
) -> Membership:  # fmt: skip
    person = session.scalars(select(Person).where(Person.email_key == identity_key(email))).one_or_none()
    if person is None:
        person = create_person(session, actor, email=email, name=name)
    membership, new = place_for(
        session, actor, organisation, person, roles, function, waiting=False, invited_name=clean_line(name)
    )
    if not new:
        there = M("Diese Person gehört schon zur Organisation, ist eingeladen oder wartet auf Zustimmung. Ändern Sie dort "
                  "ihre Rechte.")  # fmt: skip
        raise Invalid(NOT_SENT, problems=[Problem("email", there)])
    _tell_invited(session, actor, membership)
    history.record(session, actor, membership, "invite", member=person.id, roles=membership.roles)
    return membership


def _tell_invited(session: Session, actor: Actor, membership: Membership) -> None:
    """By mail, with the name of who invites: a code out of nowhere looks like fraud."""
    by = str(actor.person_id) if actor.person_id else ""
    enqueue(session, "mail.place", {"id": str(membership.id), "by": by}, run_at=actor.moment)
