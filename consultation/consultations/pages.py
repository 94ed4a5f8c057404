"""Consultations page by page, for programs: everything the actor sees, in the order in which it was made."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.consultations.models import Consultation, ConsultationVersion, Invitation
from consultation.consultations.queries import visible
from consultation.core.changes import modified
from consultation.core.errors import NotFound
from consultation.core.language import M
from consultation.programmes.models import DraftVersion, Programme
from consultation.states import ANSWERING, ConsultationState, InvitationState, Visibility
from consultation.subjects import Actor


def page(
    session: Session, actor: Actor, *, after: tuple[datetime, uuid.UUID] | None = None, since: datetime | None = None,
    limit: int,
) -> list[tuple[Consultation, datetime]]:  # fmt: skip
    """Each with the moment of its last change; ready for its rules. `after` is (created, id) of the last one seen."""
    changed = modified(Consultation, Consultation.created_at)
    statement = visible(actor).add_columns(changed).order_by(Consultation.created_at, Consultation.id).limit(limit)
    found = session.execute(statement.where(*_bounds(after, since, changed)).options(*_surroundings())).all()
    rows = [(row[0], row[1]) for row in found]
    _note_invited(session, actor, [row for row, _ in rows])
    return rows


def cancelled(session: Session, since: datetime) -> list[tuple[Consultation, datetime]]:
    """Public ones that everybody could see once and can see no more."""
    changed = modified(Consultation, Consultation.created_at)
    statement = (
        select(Consultation, changed)
        .where(Consultation.visibility == Visibility.PUBLIC, Consultation.announced_at.is_not(None))
        .where(Consultation.state == ConsultationState.CANCELLED, changed >= since)
        .order_by(Consultation.created_at, Consultation.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def shows_draft(session: Session, actor: Actor, draft_version_id: uuid.UUID) -> None:
    """Raises NotFound unless the actor sees a consultation about this draft, or that was about it before a correction."""
    earlier = select(ConsultationVersion.consultation_id).where(
        ConsultationVersion.draft_version_id == draft_version_id
    )
    about = or_(Consultation.draft_version_id == draft_version_id, Consultation.id.in_(earlier))
    statement = visible(actor).where(about)
    if session.scalars(statement.with_only_columns(Consultation.id).limit(1)).first() is None:
        raise NotFound(M("Diese Entwurfsfassung gibt es nicht."))


def _bounds(
    after: tuple[datetime, uuid.UUID] | None, since: datetime | None, changed: ColumnElement[datetime]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if after is not None:
        made, last = after
        found.append(or_(Consultation.created_at > made, and_(Consultation.created_at == made, Consultation.id > last)))
    if since is not None:
        found.append(changed >= since)
    return found


def _surroundings() -> tuple[Any, ...]:
    programme = joinedload(Consultation.programme).options(selectinload(Programme.members), joinedload(Programme.owner))
    draft = joinedload(Consultation.draft_version).joinedload(DraftVersion.programme)
    return programme, draft, joinedload(Consultation.form_version)


def _note_invited(session: Session, actor: Actor, consultations: Sequence[Consultation]) -> None:
    if not actor.roles & ANSWERING or actor.organisation_id is None:
        return
    statement = select(Invitation.consultation_id).where(
        Invitation.organisation_id == actor.organisation_id,
        Invitation.state != InvitationState.PLANNED,
        Invitation.consultation_id.in_([c.id for c in consultations]),
    )
    invited = set(session.scalars(statement))
    for consultation in consultations:
        if consultation.id in invited:
            consultation.invited = frozenset({actor.organisation_id})
