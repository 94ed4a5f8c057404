"""More time for one body: asked for by it, or given by the planner at once."""

import uuid
from datetime import date

from sqlalchemy.orm import Session

from consultation.consultations import queries
from consultation.consultations.models import DeadlineExtension, Invitation
from consultation.core.errors import Conflict, Forbidden, Invalid
from consultation.core.history import perform, record
from consultation.core.jobs import enqueue
from consultation.core.language import M
from consultation.core.text import clean
from consultation.core.times import end_of_day
from consultation.rulebook import DEADLINE_EXTENSION, IN_SIGHT, publisher
from consultation.states import ANSWERING, ExtensionState
from consultation.subjects import Actor


def request(session: Session, actor: Actor, invitation: Invitation, until: date, reason: str) -> DeadlineExtension:
    """By the invited body, until the planner has published."""
    if actor.organisation_id != invitation.organisation_id or not actor.roles & ANSWERING:
        raise Forbidden(M("Um mehr Zeit bitten kann nur die eingeladene Stelle."))
    extension = _new(session, actor, invitation, until, reason)
    record(session, actor, extension, "request_extension", until=str(extension.until))
    enqueue(session, "extension.requested", {"id": str(extension.id)}, run_at=actor.moment)
    return extension


def give(session: Session, actor: Actor, invitation_id: uuid.UUID, until: date, reason: str) -> DeadlineExtension:
    """By the planner, without a request (asked for by telephone, say)."""
    invitation = queries.invitation(session, actor, invitation_id)
    publisher.demand(actor, invitation)
    extension = _new(session, actor, invitation, until, reason)
    return grant(session, actor, extension.id, "")


def grant(session: Session, actor: Actor, extension_id: uuid.UUID, answer: str) -> DeadlineExtension:
    extension = queries.extension(session, actor, extension_id)
    invitation = queries.invitation(session, actor, extension.invitation_id)
    perform(
        session, DEADLINE_EXTENSION, actor, extension, "grant",
        details={"until": str(extension.until)}, answer=clean(answer), decided_at=actor.moment,
    )  # fmt: skip
    invitation.extended_until = extension.until
    session.flush()
    return extension


def refuse(session: Session, actor: Actor, extension_id: uuid.UUID, answer: str) -> DeadlineExtension:
    if not (answer := clean(answer)):
        raise Invalid.about("answer", M("Nennen Sie den Grund der Ablehnung; die Stelle erfährt ihn."))
    extension = queries.extension(session, actor, extension_id)
    perform(session, DEADLINE_EXTENSION, actor, extension, "refuse", answer=answer, decided_at=actor.moment)
    return extension


def _new(session: Session, actor: Actor, invitation: Invitation, until: date, reason: str) -> DeadlineExtension:
    deadline = end_of_day(until)
    if invitation.consultation.state not in IN_SIGHT:
        raise Conflict(M("Die Konsultation läuft nicht."))
    if not (reason := clean(reason)):
        raise Invalid.about("reason", M("Nennen Sie den Grund, zum Beispiel den Termin der Ratssitzung."))
    if invitation.deadline is None or deadline <= max(invitation.deadline, actor.moment):
        raise Invalid.about("until", M("Der Tag muss nach der bisherigen Frist und in der Zukunft liegen."))
    extension = DeadlineExtension(
        id=uuid.uuid4(), invitation_id=invitation.id, consultation_id=invitation.consultation_id,
        organisation_id=invitation.organisation_id, until=deadline, reason=reason, answer="", state=ExtensionState.REQUESTED,
        requested_at=actor.moment, invitation=invitation,
    )  # fmt: skip
    session.add(extension)
    session.flush()
    return extension
