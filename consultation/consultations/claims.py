"""Claiming an organisation with the code of its invitation, by link or by typing; wrong claims can be revoked."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from consultation.consultations import queries
from consultation.consultations.models import Claim, Consultation, Invitation
from consultation.core.errors import Conflict, NotFound
from consultation.core.history import perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.people import memberships
from consultation.people import queries as people
from consultation.people.models import Membership, Person
from consultation.programmes.actions import require_planner
from consultation.programmes.models import Programme
from consultation.rulebook import INVITATION, RUNNING
from consultation.states import InvitationState
from consultation.subjects import Actor, system


def claim(
    session: Session, actor: Actor, invitation: Invitation, person: Person, *, function: str = "", first: bool = True
) -> Membership:
    """The first claimant gets all roles, later ones wait for a manager. Every claim is reported to the invited address.

    `first`: nobody has written anything for this house yet. What was written is for whoever belongs there, and no code that a
    planner sends, to whomever, opens it.
    """
    membership = memberships.join(session, actor, invitation.organisation, person, first=first, function=function)
    if invitation.state in (InvitationState.SENT, InvitationState.FAILED):
        perform(session, INVITATION, system(actor.moment), invitation, "open", opened_at=actor.moment)
    claimed = Claim(
        id=uuid.uuid4(), invitation_id=invitation.id, consultation_id=invitation.consultation_id, person_id=person.id,
        claimed_at=actor.moment,
    )  # fmt: skip
    session.add(claimed)
    session.flush()
    record(session, actor, claimed, "claim", waiting=membership.waiting)
    enqueue(session, "mail.claimed", {"id": str(claimed.id)}, run_at=actor.moment)
    return membership


def of_consultation(session: Session, consultation_id: uuid.UUID) -> list[tuple[Claim, Invitation, Person]]:
    statement = (
        select(Claim, Invitation, Person)
        .join(Invitation, Invitation.id == Claim.invitation_id)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.consultation_id == consultation_id)
        .options(joinedload(Invitation.organisation))
        .order_by(Claim.claimed_at.desc())
    )
    return [(claim_, invitation, person) for claim_, invitation, person in session.execute(statement)]


def revoke(session: Session, actor: Actor, claim_id: uuid.UUID) -> None:
    """By the planner, while answers are taken: the wrong person leaves, and the code of the invitation is worthless from now on.

    Conflict where they belong to the house by now, and it is at home: somebody else manages it, or the person came with the code
    of another planner too. It decides for itself then who belongs.
    """
    found = session.get(Claim, claim_id)
    if found is None or found.revoked_at is not None:
        raise NotFound(M("Diese Anmeldung gibt es nicht."))
    invitation = queries.invitation(session, actor, found.invitation_id)
    require_planner(actor, invitation)
    if invitation.consultation.state not in RUNNING or _is_at_home(session, invitation, found.person_id):
        raise Conflict(
            M("Diese Anmeldung lässt sich nicht mehr widerrufen: Die Stelle entscheidet selbst, wer für sie antwortet. Ist die "
              "Person dort falsch, wenden Sie sich an den Betrieb des Dienstes.")
        )  # fmt: skip
    found.revoked_at = actor.moment
    invitation.code_counter += 1
    memberships.revoke_claim(session, actor, invitation.organisation_id, found.person_id)
    record(session, actor, found, "revoke_claim", organisation=str(invitation.organisation_id))


def _is_at_home(session: Session, invitation: Invitation, person_id: uuid.UUID) -> bool:
    place = select(Membership).where(
        Membership.organisation_id == invitation.organisation_id, Membership.person_id == person_id
    )
    if (there := session.scalars(place).one_or_none()) is None or there.waiting:
        return False
    programme = invitation.consultation.programme
    elsewhere = (
        select(Claim.id)
        .join(Invitation, Invitation.id == Claim.invitation_id)
        .join(Consultation, Consultation.id == Claim.consultation_id)
        .join(Programme, Programme.id == Consultation.programme_id)
        .where(Claim.person_id == person_id, Claim.revoked_at.is_(None))
        .where(Invitation.organisation_id == invitation.organisation_id, Programme.owner_id != programme.owner_id)
    )
    if session.scalars(elsewhere.limit(1)).first() is not None:
        return True
    return people.is_managed(session, invitation.organisation_id, besides=person_id)
