"""Invitations on their way: one job fans out, one mail each, letters where only a postal address is known."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations import queries
from consultation.consultations.models import Consultation, Invitation
from consultation.core import bounds
from consultation.core.db import hold
from consultation.core.errors import Invalid
from consultation.core.history import perform, perform_all, record
from consultation.core.jobs import Urgency, enqueue
from consultation.core.language import M
from consultation.core.text import clean, clean_line
from consultation.people.addresses import mail_address
from consultation.programmes.actions import require_planner
from consultation.programmes.models import Programme
from consultation.rulebook import IN_SIGHT, INVITATION, publisher
from consultation.states import InvitationState
from consultation.subjects import Actor, system

AT_ONCE = 200
NO_ADDRESS = M("Es ist weder eine E-Mail- noch eine Postanschrift bekannt.")
"""Kept with the invitation as the failures of mail servers are, and translated where it is shown."""


def send_all(session: Session, consultation_id: uuid.UUID, moment: datetime) -> int:
    """Job `invitations.send`: a mail job for each planned invitation with an address; those with a postal address only
    are sent by printing their letter; the others fail visibly. Works in slices and is done when it returns 0.
    """
    statement = (
        _whole()
        .where(Invitation.consultation_id == consultation_id, Invitation.state == InvitationState.PLANNED)
        .order_by(Invitation.id)
        .limit(AT_ONCE)
    )
    planned = session.scalars(statement).all()
    for invitation in planned:
        send(session, system(moment), invitation, Urgency.TO_ALL)
    return len(planned)


def send(session: Session, actor: Actor, invitation: Invitation, urgency: Urgency = Urgency.ORDINARY) -> None:
    under_way = invitation.state in (InvitationState.SENT, InvitationState.OPENED)
    action = "send_again" if under_way else "send"
    if invitation.email:
        perform(session, INVITATION, actor, invitation, action, sent_at=actor.moment, letter_at=None, failure="")
        key = f"mail.invitation:{invitation.id}:{invitation.code_counter}:{invitation.email}"
        enqueue(
            session, "mail.invitation", {"id": str(invitation.id)}, run_at=actor.moment, unique_key=key[:200],
            urgency=urgency,
        )  # fmt: skip
    elif invitation.postal:
        perform(
            session, INVITATION, actor, invitation, action, details={"by": "letter"}, sent_at=actor.moment,
            letter_at=actor.moment, failure="",
        )  # fmt: skip
    else:
        perform(session, INVITATION, actor, invitation, "fail", failure=str(NO_ADDRESS))


def fail(session: Session, invitation_id: uuid.UUID, reason: str, moment: datetime) -> bool:
    """The mail came to nothing; the planner sees why. False if that says nothing new: it was opened, failed before, or is gone."""
    return fail_all(session, [invitation_id], reason, moment) == 1


def fail_all(session: Session, invitation_ids: Collection[uuid.UUID], reason: str, moment: datetime) -> int:
    """As `fail`, in as many statements as for one; how many failed for it."""
    not_seen = Invitation.state.in_((InvitationState.PLANNED, InvitationState.SENT))
    found = session.scalars(_whole().where(Invitation.id.in_(invitation_ids), not_seen).order_by(Invitation.id)).all()
    perform_all(
        session, INVITATION, system(moment), Invitation, found, "fail", failure=clean_line(reason)[:500]
    )  # fmt: skip
    for invitation in found:
        session.expire(invitation, ["state", "failure"])
    return len(found)


def under_way_again(session: Session, invitation_id: uuid.UUID, moment: datetime) -> None:
    """Its mail is tried anew: it has not failed for now."""
    failed = _whole().where(Invitation.id == invitation_id, Invitation.state == InvitationState.FAILED)
    if (invitation := session.scalars(failed).one_or_none()) is not None:
        perform(session, INVITATION, system(moment), invitation, "send", sent_at=moment, letter_at=None, failure="")


@dataclass(frozen=True)
class Reached:
    """Where an invitation goes."""

    email: str | None
    postal: str
    contact: str


def read_address(email: str, postal: str, contact: str) -> Reached:
    """As a page sends it. Raises `Invalid`."""
    if email.strip() and mail_address(email) is None:
        raise Invalid.about("email", M("Das ist keine E-Mail-Adresse. Beispiel: poststelle@musterstadt.example"))
    postal, contact = clean(postal), clean_line(contact)
    if problems := [*bounds.POSTAL.problems("postal", postal), *bounds.CONTACT_PERSON.problems("contact", contact)]:
        raise Invalid(M("Bitte prüfen Sie Ihre Angaben."), problems=problems)
    return Reached(mail_address(email), postal, contact)


def correct_address(
    session: Session, actor: Actor, invitation_id: uuid.UUID, *, email: str, postal: str, contact: str = ""
) -> Invitation:
    """A better address after the announcement: the invitation is sent again, with a new code, whoever opened the old one."""
    invitation = queries.invitation(session, actor, invitation_id)
    require_planner(actor, invitation)
    if invitation.consultation.state in IN_SIGHT:
        publisher.demand(actor, invitation)
    hold(session, Invitation, invitation.id)
    session.refresh(invitation, ["state", "code_counter"])
    address = read_address(email, postal, contact)
    invitation.email, invitation.postal, invitation.contact = address.email, address.postal, address.contact
    invitation.code_counter += 1
    record(session, actor, invitation, "correct_address")
    if invitation.consultation.state in IN_SIGHT:
        send(session, actor, invitation)
    return invitation


def pass_on(session: Session, actor: Actor, invitation: Invitation, email: str) -> None:
    """„Nicht zuständig“: forward the invitation inside the house, to one other address, or back to an earlier one."""
    address = mail_address(email)
    if address is None:
        raise Invalid.about("email", M("Das ist keine E-Mail-Adresse. Beispiel: integration@musterstadt.example"))
    domain = (invitation.email or address).rpartition("@")[2]
    if address.rpartition("@")[2].casefold() != domain.casefold():
        message = M("Weiterleiten geht nur im Haus, an eine Adresse mit derselben Domain (@{domain}).", domain=domain)
        raise Invalid.about("email", message)
    invitation.email = address
    record(session, actor, invitation, "pass_on")
    key = f"mail.invitation:{invitation.id}:{invitation.code_counter}:{actor.moment.isoformat()}:{address}"
    enqueue(session, "mail.invitation", {"id": str(invitation.id)}, run_at=actor.moment, unique_key=key[:200])


def _whole() -> Select[Invitation]:
    return select(Invitation).options(
        joinedload(Invitation.consultation).joinedload(Consultation.programme).options(
            selectinload(Programme.members), joinedload(Programme.owner)
        ),
        joinedload(Invitation.organisation),
    )  # fmt: skip
