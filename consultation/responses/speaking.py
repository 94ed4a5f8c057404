"""Who speaks for a body. All that it may know of another house's answer: whose it is, when it came, that it speaks for it too."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from consultation.consultations.models import Invitation
from consultation.core.jobs import Urgency, enqueue
from consultation.core.times import local_day
from consultation.people import queries as people
from consultation.people.models import Organisation
from consultation.responses.models import RepresentationKind, Response, Revision, RevisionRepresentation
from consultation.responses.reminders import recipients
from consultation.states import InvitationState, Purpose
from consultation.subjects import Actor


@dataclass(frozen=True)
class Speaker:
    """A house whose counted answer says that it represents another one."""

    name: str
    day: date
    nil_return: bool
    organisation_id: uuid.UUID


def speakers(
    session: Session, actor: Actor, consultation_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[Speaker]]:
    """For the acting organisation: by consultation, the earliest first; one query for all of them."""
    if actor.organisation_id is None:
        return defaultdict(list)
    return speaking_for(session, actor.organisation_id, consultation_ids)


def speaking_for(
    session: Session, organisation_id: uuid.UUID, consultation_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, list[Speaker]]:
    """As `speakers`, for mails to that organisation. Drafts, withdrawn answers and answers that a planner entered for a house
    speak for nobody.
    """
    spoken_for = aliased(Organisation)
    statement = (
        select(Response.consultation_id, Organisation.name, Revision.submitted_at, Revision.nil_return, Organisation.id)
        .join(Revision, Revision.id == Response.counted_revision_id)
        .join(RevisionRepresentation, RevisionRepresentation.revision_id == Revision.id)
        .join(Organisation, Organisation.id == Response.organisation_id)
        .join(spoken_for, spoken_for.register_key == RevisionRepresentation.register_key)
        .where(spoken_for.id == organisation_id, Organisation.id != organisation_id)
        .where(Response.consultation_id.in_(consultation_ids))
        .where(RevisionRepresentation.kind == RepresentationKind.REPRESENTED)
        .order_by(Revision.submitted_at, Organisation.sort_key, Organisation.id)
    )
    found: dict[uuid.UUID, list[Speaker]] = defaultdict(list)
    for consultation_id, name, submitted_at, nil_return, house in session.execute(statement):
        found[consultation_id].append(Speaker(name, local_day(submitted_at), nil_return, house))
    return found


def tell_the_named(session: Session, revision: Revision, moment: datetime) -> None:
    """A mail to every invited body for which this submission speaks and the one before it did not: once per naming, whoever
    asks how often. Whether it is still true is asked again right before it leaves.
    """
    named = newly_named(session, revision)
    there = people.who_answer(session, [invited.organisation_id for invited in named])
    for invited in named:
        for to in recipients(invited, there[invited.organisation_id]):
            key = f"mail.spoken_for:{revision.id}:{invited.id}" + (f":{to}" if to else "")
            told = {"id": str(invited.id), "by": str(revision.organisation_id)} | ({"to": to} if to else {})
            enqueue(session, "mail.spoken_for", told, run_at=moment, unique_key=key, urgency=Urgency.TO_ALL)


def newly_named(session: Session, revision: Revision) -> Sequence[Invitation]:
    """Invitations of bodies asked for comment; who is asked nothing has nothing to answer."""
    represented = (
        select(RevisionRepresentation.register_key)
        .join(Revision, Revision.id == RevisionRepresentation.revision_id)
        .where(Revision.response_id == revision.response_id)
        .where(RevisionRepresentation.kind == RepresentationKind.REPRESENTED)
    )
    statement = (
        select(Invitation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.consultation_id == revision.consultation_id, Invitation.purpose == Purpose.FOR_COMMENT)
        .where(Invitation.state != InvitationState.PLANNED, Organisation.id != revision.organisation_id)
        .where(Organisation.register_key.in_(represented.where(Revision.number == revision.number)))
        .where(Organisation.register_key.not_in(represented.where(Revision.number == revision.number - 1)))
        .order_by(Invitation.id)
    )
    return session.scalars(statement).all()
