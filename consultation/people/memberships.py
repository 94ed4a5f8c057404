"""Who belongs to an organisation with which roles. Managers decide; an organisation never loses its last one."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from consultation.core import history
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean_line, identity_key
from consultation.people import codes, limits, queries
from consultation.people.accounts import OPERATING, create_person, person_problems
from consultation.people.models import Membership, Organisation, Person
from consultation.people.roles import roles_in, usual_roles
from consultation.rulebook import MANAGE_PEOPLE
from consultation.states import Role
from consultation.subjects import Actor


def join(
    session: Session, actor: Actor, organisation: Organisation, person: Person, *, first: bool, function: str = ""
) -> Membership:
    """Take a place with the code of an invitation: the first gets all roles, later ones wait for a manager.

    Who says to be first but finds a manager waits too. Whoever belongs there already keeps what they have.
    """
    _hold(session, organisation.id)
    first = first and not _managers(session, organisation.id)
    roles = usual_roles(organisation) if first else ()
    membership, new = _place(session, actor, organisation, person, roles, function, waiting=not first)
    if not new and first and membership.waiting:
        membership.roles, membership.waiting = [role.value for role in roles], False
        new = True
    if new:
        history.record(session, actor, membership, "join", roles=membership.roles, waiting=membership.waiting)
    return membership


def invite_colleague(
    session: Session, actor: Actor, *, email: str, name: str, roles: Iterable[str], function: str = ""
) -> Membership:
    """By a manager, for the acting organisation. A mail tells the person. Raises Invalid, TooMany."""
    MANAGE_PEOPLE.demand(actor, None)
    organisation = session.get_one(Organisation, actor.organisation_id)
    limits.take(session, limits.INVITE_COLLEAGUE, str(organisation.id), actor.moment)
    return _appoint(session, actor, organisation, email, name, _chosen(organisation, roles), function)


def appoint_manager(session: Session, actor: Actor, organisation_id: uuid.UUID, *, email: str, name: str) -> Membership:
    """By the operator: the first person of an organisation, or a new one when the last manager is gone."""
    OPERATING.demand(actor, None)
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound(M("Diese Organisation gibt es nicht."))
    return _appoint(session, actor, organisation, email, name, usual_roles(organisation), "")


def give_roles(session: Session, actor: Actor, membership_id: uuid.UUID, roles: Iterable[str]) -> Membership:
    """Replaces the roles. For somebody who waits this is the approval, and told by mail. The last manager stays one
    (Conflict).
    """
    MANAGE_PEOPLE.demand(actor, None)
    membership = _in_own_organisation(session, actor, membership_id)
    chosen = _chosen(membership.organisation, roles)
    if Role.MANAGER not in chosen:
        _keep_a_manager(session, membership)
    before, approved = membership.roles, membership.waiting
    membership.roles, membership.waiting = [role.value for role in chosen], False
    history.record(session, actor, membership, "approve" if approved else "give_roles",
                   before=before, roles=membership.roles)  # fmt: skip
    if approved:
        enqueue(session, "mail.place", {"id": str(membership.id)}, run_at=actor.moment)
    return membership


def remove_member(session: Session, actor: Actor, membership_id: uuid.UUID) -> None:
    """By a manager, or by the person (leaving). Rights end with the next request; what was written stays with the
    organisation. An invitation that nobody followed is worthless then. The last manager stays (Conflict).
    """
    membership = _in_own_organisation(session, actor, membership_id)
    if membership.person_id != actor.person_id:
        MANAGE_PEOPLE.demand(actor, None)
    _keep_a_manager(session, membership)
    history.record(session, actor, membership, "refuse" if membership.waiting else "remove",
                   member=membership.person_id, roles=membership.roles)  # fmt: skip
    session.delete(membership)
    session.flush()
    if membership.invited_at and not _belongs_anywhere(session, membership.person_id):
        codes.drop_all(session, membership.person_id)


def invite_again(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """The mail once more, with a new code: the old one is worthless then. Conflict for who has come. Raises TooMany."""
    MANAGE_PEOPLE.demand(actor, None)
    membership = _in_own_organisation(session, actor, membership_id)
    if membership.invited_at is None:
        raise Conflict(M("Diese Person hat sich schon angemeldet und braucht keine Einladung mehr."))
    limits.take(session, limits.INVITE_COLLEAGUE, str(membership.organisation_id), actor.moment)
    membership.invited_at = actor.moment
    _tell_invited(session, actor, membership)
    history.record(session, actor, membership, "invite_again", member=membership.person_id)
    return membership


def hand_over(session: Session, actor: Actor, successor_id: str, *, leave: bool) -> None:
    """Somebody else manages from now on, and the actor no longer does: one step, so that there is always somebody.

    The actor keeps what other roles they have (or may at least go on answering), or leaves. Raises Invalid.
    """
    MANAGE_PEOPLE.demand(actor, None)
    assert actor.organisation_id
    _hold(session, actor.organisation_id)
    there = {str(m.id): m for m in queries.members(session, actor.organisation_id)}
    own = next(m for m in there.values() if m.person_id == actor.person_id)
    successor = there.get(successor_id)
    if successor is None or successor is own or successor.waiting or successor.invited_at:
        raise Invalid.about(
            "successor", M("Wählen Sie, wer die Verwaltung übernimmt: eine Person, die schon angemeldet war.")
        )
    if Role.MANAGER not in successor.roles:
        give_roles(session, actor, successor.id, [*successor.roles, Role.MANAGER])
    if leave:
        remove_member(session, actor, own.id)
    else:
        kept = [role for role in own.roles if role != Role.MANAGER]
        give_roles(session, actor, own.id, kept or [Role.CONTRIBUTOR])


def revoke_claim(session: Session, actor: Actor, organisation_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """A wrong claimant goes, the last manager too: whoever calls this has checked that `actor` invited the organisation."""
    query = select(Membership).where(Membership.organisation_id == organisation_id, Membership.person_id == person_id)
    if membership := session.scalars(query).one_or_none():
        history.record(session, actor, membership, "revoke_claim", member=person_id, roles=membership.roles)
        session.delete(membership)
        session.flush()


def set_four_eyes(session: Session, actor: Actor, wanted: bool) -> None:
    """Whether author and releaser of an answer must be different people."""
    MANAGE_PEOPLE.demand(actor, None)
    organisation = session.get_one(Organisation, actor.organisation_id)
    if organisation.four_eyes != wanted:
        organisation.four_eyes = wanted
        history.record(session, actor, organisation, "set_four_eyes", four_eyes=wanted)


def _appoint(
    session: Session, actor: Actor, organisation: Organisation, email: str, name: str, roles: Collection[Role],
    function: str,
) -> Membership:  # fmt: skip
    person = session.scalars(select(Person).where(Person.email_key == identity_key(email))).one_or_none()
    if person is None:
        person = create_person(session, actor, email=email, name=name)
    elif problems := person_problems(email, name):
        raise Invalid(M("Die Einladung wurde nicht versandt."), problems=problems)
    known = person.password_hash is not None
    membership, new = _place(session, actor, organisation, person, roles, function, waiting=False, invited=not known)
    if not new:
        there = M("Diese Person gehört schon zur Organisation oder wartet auf Zustimmung. Ändern Sie dort ihre Rechte.")
        raise Invalid(M("Die Einladung wurde nicht versandt."), problems=[Problem("email", there)])
    _tell_invited(session, actor, membership)
    history.record(session, actor, membership, "invite", member=person.id, roles=membership.roles)
    return membership


def _place(
    session: Session, actor: Actor, organisation: Organisation, person: Person, roles: Collection[Role], function: str, *,
    waiting: bool, invited: bool = False,
) -> tuple[Membership, bool]:  # fmt: skip
    """The one membership of a person in an organisation, and whether it is new."""
    values = {
        "id": uuid.uuid4(), "person_id": person.id, "organisation_id": organisation.id,
        "roles": [role.value for role in roles], "function": clean_line(function)[:200], "waiting": waiting,
        "invited_at": actor.moment if invited else None, "created_at": actor.moment,
    }  # fmt: skip
    new = insert_new(session, Membership, [values], ["person_id", "organisation_id"]) == 1
    query = select(Membership).where(
        Membership.person_id == person.id, Membership.organisation_id == organisation.id
    )  # fmt: skip
    return session.scalars(query).one(), new


def _in_own_organisation(session: Session, actor: Actor, membership_id: uuid.UUID) -> Membership:
    """Held against other changes of people in this organisation. NotFound for other organisations' members."""
    if actor.organisation_id:
        _hold(session, actor.organisation_id)
    query = (
        select(Membership)
        .where(Membership.id == membership_id, Membership.organisation_id == actor.organisation_id)
        .options(joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    )
    membership = session.scalars(query).one_or_none()
    if membership is None:
        raise NotFound(M("Diese Person gehört nicht zur Organisation."))
    return membership


def _chosen(organisation: Organisation, roles: Iterable[str]) -> tuple[Role, ...]:
    wanted = frozenset(roles)
    chosen = tuple(role for role in roles_in(organisation) if role.value in wanted)
    if not chosen or len(chosen) != len(wanted):
        raise Invalid(M("Die Rechte wurden nicht vergeben."),
                      problems=[Problem("roles", M("Wählen Sie mindestens ein Recht aus der Liste."))])  # fmt: skip
    return chosen


def _keep_a_manager(session: Session, leaving: Membership) -> None:
    """Whoever was invited but never came cannot manage yet."""
    managers = _managers(session, leaving.organisation_id)
    if leaving.id in managers and not any(m.invited_at is None for m in managers.values() if m is not leaving):
        raise Conflict(M("Ohne Verwaltung kann niemand mehr Rechte vergeben. Geben Sie zuerst einer anderen Person das Recht "
                         "„Verwaltung“."))  # fmt: skip


def _managers(session: Session, organisation_id: uuid.UUID) -> dict[uuid.UUID, Membership]:
    query = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Membership.waiting.is_(False), Person.active)
        .execution_options(populate_existing=True)
    )
    return {membership.id: membership for membership in session.scalars(query) if Role.MANAGER in membership.roles}


def _belongs_anywhere(session: Session, person_id: uuid.UUID) -> bool:
    return session.scalars(select(Membership.id).where(Membership.person_id == person_id).limit(1)).first() is not None


def _hold(session: Session, organisation_id: uuid.UUID) -> None:
    """Two changes of people in one organisation follow one another: the row stays locked until the transaction ends."""
    statement = update(Organisation).where(Organisation.id == organisation_id).values(may_plan=Organisation.may_plan)
    session.execute(statement.execution_options(synchronize_session=False))


def _tell_invited(session: Session, actor: Actor, membership: Membership) -> None:
    """By mail, with the name of who invites: a code out of nowhere looks like fraud."""
    by = str(actor.person_id) if actor.person_id else ""
    enqueue(session, "mail.place", {"id": str(membership.id), "by": by}, run_at=actor.moment)
