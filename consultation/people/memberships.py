"""Who belongs to an organisation with which roles. Managers decide; an organisation never loses its last one."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, joinedload

from consultation.core import history
from consultation.core.db import insert_new
from consultation.core.errors import Conflict, Invalid, NotFound, Problem
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean_line
from consultation.people import codes, queries
from consultation.people.accounts import OPERATING
from consultation.people.models import BELONGS, Membership, Organisation, Person
from consultation.people.queries import FOUR_EYES
from consultation.people.roles import roles_in, usual_roles
from consultation.rulebook import MANAGE_PEOPLE
from consultation.states import Role
from consultation.subjects import Actor

NO_ROLES = Problem("roles", M("Wählen Sie mindestens ein Recht aus der Liste."))


def join(
    session: Session, actor: Actor, organisation: Organisation, person: Person, *, first: bool, function: str = ""
) -> Membership:
    """Take a place with the code of an invitation: the first gets all roles, later ones wait for a manager.

    Who says to be first waits too where that is not so (`takes_all`). Whoever belongs there already keeps what they have;
    whoever was invited accepts with it.
    """
    hold_organisation(session, organisation.id)
    first = first and takes_all(session, organisation)
    roles = usual_roles(organisation) if first else ()
    membership, new = place_for(session, actor, organisation, person, roles, function, waiting=not first)
    settled = not new and (membership.invited_at is not None or (first and membership.waiting))
    if settled:
        settle(session, actor, membership, roles)
    elif new and first:
        _tell_what_waits(session, actor, membership)
    if new or settled:
        history.record(session, actor, membership, "join", roles=membership.roles, waiting=membership.waiting)
    return membership


def takes_all(session: Session, organisation: Organisation) -> bool:
    """Whether the first who comes by a code gets all roles: nobody manages there, and nobody plans. Into a house that plans
    the operator lets people in: whoever sends a code asks for an answer, and gives no programmes away.
    """
    return not organisation.may_plan and not queries.is_managed(session, organisation.id)


def let_in(session: Session, actor: Actor, organisation_id: uuid.UUID, membership_id: uuid.UUID) -> None:
    """By the operator: who waits in a house that nobody manages manages it from now on, and is told by mail. Conflict for who
    does not wait, and where somebody manages and decides.
    """
    OPERATING.demand(actor, None)
    membership = in_organisation(session, organisation_id, membership_id)
    if not membership.waiting:
        raise Conflict(M("Diese Person wartet nicht mehr."))
    if queries.is_managed(session, organisation_id):
        raise Conflict(M("Diese Organisation hat eine Verwaltung. Sie entscheidet, wer dazugehört."))
    settle(session, actor, membership, usual_roles(membership.organisation))
    history.record(session, actor, membership, "approve", before=[], roles=membership.roles)
    enqueue(session, "mail.place", {"id": str(membership.id)}, run_at=actor.moment)


def give_roles(session: Session, actor: Actor, membership_id: uuid.UUID, roles: Iterable[str]) -> Membership:
    """Replaces the roles. For somebody who waits this is the approval, and told by mail. The last manager stays one
    (Conflict).
    """
    MANAGE_PEOPLE.demand(actor, None)
    membership = in_organisation(session, actor.organisation_id, membership_id)
    chosen = roles_chosen(membership.organisation, roles)
    if not chosen:
        raise Invalid(M("Die Rechte wurden nicht vergeben."), problems=[NO_ROLES])
    if Role.MANAGER not in chosen:
        _keep_a_manager(session, membership)
    before, approved = membership.roles, membership.waiting
    membership.roles, membership.waiting = [role.value for role in chosen], False
    history.record(session, actor, membership, "approve" if approved else "give_roles",
                   before=before, roles=membership.roles)  # fmt: skip
    if approved:
        enqueue(session, "mail.place", {"id": str(membership.id)}, run_at=actor.moment)
    if membership.belongs and (approved or Role.RELEASER not in before):
        _tell_what_waits(session, actor, membership)
    return membership


def remove_member(session: Session, actor: Actor, membership_id: uuid.UUID) -> None:
    """By a manager, or by the person (leaving). Rights end with the next request; what was written stays with the
    organisation. An invitation that nobody followed is worthless then. The last manager stays (Conflict).
    """
    membership = in_organisation(session, actor.organisation_id, membership_id)
    if membership.person_id != actor.person_id:
        MANAGE_PEOPLE.demand(actor, None)
    _keep_a_manager(session, membership)
    drop(session, actor, membership)


def hand_over(session: Session, actor: Actor, successor_id: str, *, leave: bool) -> None:
    """Somebody else manages from now on, and the actor no longer does: one step, so that there is always somebody.

    The actor keeps what other roles they have (or may at least go on answering), or leaves. Raises Invalid.
    """
    MANAGE_PEOPLE.demand(actor, None)
    assert actor.organisation_id
    hold_organisation(session, actor.organisation_id)
    there = {str(m.id): m for m in queries.members(session, actor.organisation_id)}
    own = next(m for m in there.values() if m.person_id == actor.person_id)
    successor = there.get(successor_id)
    if successor is None or successor is own or successor.waiting or successor.invited_at:
        raise Invalid.about(
            "successor", M("Wählen Sie, wer die Verwaltung übernimmt: eine Person, die schon dazugehört.")
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
    """Whether author and releaser of an answer must be different people. All who release or manage hear that they need not."""
    MANAGE_PEOPLE.demand(actor, None)
    organisation = session.get_one(Organisation, actor.organisation_id)
    if organisation.four_eyes != wanted:
        organisation.four_eyes = wanted
        entry = history.record(session, actor, organisation, FOUR_EYES, four_eyes=wanted)
        session.flush()
        if not wanted:
            enqueue(session, "people.four_eyes", {"id": str(entry.seq)}, run_at=actor.moment)
            told = {"id": str(organisation.id), "person": ""}  # who waits for nobody else now
            enqueue(session, "people.may_release", told, run_at=actor.moment)


def place_for(
    session: Session, actor: Actor, organisation: Organisation, person: Person, roles: Collection[Role], function: str, *,
    waiting: bool, invited_name: str | None = None,
) -> tuple[Membership, bool]:  # fmt: skip
    """The one membership of a person in an organisation, and whether it is new. With `invited_name` they are asked first."""
    values = {
        "id": uuid.uuid4(), "person_id": person.id, "organisation_id": organisation.id,
        "roles": [role.value for role in roles], "function": clean_line(function)[:200], "waiting": waiting,
        "invited_at": None if invited_name is None else actor.moment, "invited_name": invited_name,
        "created_at": actor.moment,
    }  # fmt: skip
    new = insert_new(session, Membership, [values], ["person_id", "organisation_id"]) == 1
    query = select(Membership).where(
        Membership.person_id == person.id, Membership.organisation_id == organisation.id
    )  # fmt: skip
    return session.scalars(query).one(), new


def drop(session: Session, actor: Actor, membership: Membership) -> None:
    """The place goes with its rights, whatever it was: the caller has seen that it may."""
    history.record(session, actor, membership, "refuse" if membership.waiting else "remove",
                   member=membership.person_id, roles=membership.roles)  # fmt: skip
    session.delete(membership)
    session.flush()
    if membership.invited_at:
        leave_no_code(session, membership.person_id)


def in_organisation(session: Session, organisation_id: uuid.UUID | None, membership_id: uuid.UUID) -> Membership:
    """Held against other changes of people in this organisation. NotFound for other organisations' members."""
    if organisation_id:
        hold_organisation(session, organisation_id)
    query = (
        select(Membership)
        .where(Membership.id == membership_id, Membership.organisation_id == organisation_id)
        .options(joinedload(Membership.organisation))
        .execution_options(populate_existing=True)
    )
    membership = session.scalars(query).one_or_none()
    if membership is None:
        raise NotFound(M("Diese Person gehört nicht zur Organisation."))
    return membership


def settle(session: Session, actor: Actor, membership: Membership, roles: Collection[Role] = ()) -> None:
    """Nothing is waited for any more: the roles count, those that were given before or `roles`."""
    if roles:
        membership.roles = [role.value for role in roles]
    membership.waiting, membership.invited_at, membership.invited_name = False, None, None
    _tell_what_waits(session, actor, membership)


def _tell_what_waits(session: Session, actor: Actor, membership: Membership) -> None:
    """Who may release from now on has not heard of the answers that were laid before the others."""
    if Role.RELEASER in membership.roles:
        told = {"id": str(membership.organisation_id), "person": str(membership.person_id)}
        enqueue(session, "people.may_release", told, run_at=actor.moment)


def roles_chosen(organisation: Organisation, roles: Iterable[str]) -> tuple[Role, ...]:
    """None (`NO_ROLES`) where one of them is not the organisation's to give."""
    wanted = frozenset(roles)
    chosen = tuple(role for role in roles_in(organisation) if role.value in wanted)
    return chosen if len(chosen) == len(wanted) else ()


def leave_no_code(session: Session, person_id: uuid.UUID) -> None:
    """An invitation that is over opens nothing: who was never here and belongs nowhere has no way in by its code."""
    nowhere = select(Person.id).where(
        Person.id == person_id, Person.password_hash.is_(None), ~exists().where(Membership.person_id == Person.id)
    )
    if session.scalars(nowhere).first() is not None:
        codes.drop_all(session, person_id)


def _keep_a_manager(session: Session, leaving: Membership) -> None:
    if _managers(session, leaving.organisation_id).keys() == {leaving.id}:
        raise Conflict(M("Ohne Verwaltung kann niemand mehr Rechte vergeben. Geben Sie zuerst einer anderen Person das Recht "
                         "„Verwaltung“."))  # fmt: skip


def _managers(session: Session, organisation_id: uuid.UUID) -> dict[uuid.UUID, Membership]:
    query = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, BELONGS, Person.active)
        .execution_options(populate_existing=True)
    )
    return {membership.id: membership for membership in session.scalars(query) if Role.MANAGER in membership.roles}


def hold_organisation(session: Session, organisation_id: uuid.UUID) -> None:
    """Two changes of people in one organisation follow one another: the row stays locked until the transaction ends."""
    statement = update(Organisation).where(Organisation.id == organisation_id).values(may_plan=Organisation.may_plan)
    session.execute(statement.execution_options(synchronize_session=False))
