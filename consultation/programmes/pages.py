"""Programmes page by page, for programs."""

import uuid
from datetime import datetime

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session, joinedload, selectinload

from consultation.core.changes import modified
from consultation.programmes.models import Programme, ProgrammeMember
from consultation.programmes.queries import visible
from consultation.subjects import Actor


def page(
    session: Session, actor: Actor, *, after: tuple[datetime, uuid.UUID] | None = None, since: datetime | None = None,
    limit: int,
) -> list[tuple[Programme, datetime]]:  # fmt: skip
    """Each with the moment of its last change, in the order in which they were made."""
    changed = modified(Programme, Programme.created_at)
    statement = visible(actor).add_columns(changed).order_by(Programme.created_at, Programme.id).limit(limit)
    if after is not None:
        made, last = after
        statement = statement.where(
            or_(Programme.created_at > made, and_(Programme.created_at == made, Programme.id > last))
        )
    if since is not None:
        statement = statement.where(changed >= since)
    whole = (
        joinedload(Programme.owner), selectinload(Programme.members).selectinload(ProgrammeMember.organisation),
        selectinload(Programme.parameters), selectinload(Programme.terms),
    )  # fmt: skip
    return [(row[0], row[1]) for row in session.execute(statement.options(*whole))]
