"""When something changed last, as the procedure log tells it."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from consultation.core.history import HistoryEntry


def modified(row: Any, created: Any, actions: Collection[str] = ()) -> ColumnElement[datetime]:
    """For a select of a table with an id: the last entry about the row, or `created`. `actions`: only these count."""
    entry = select(func.max(HistoryEntry.moment)).where(HistoryEntry.subject_id == row.id)
    if actions:
        entry = entry.where(HistoryEntry.action.in_(actions))
    return func.coalesce(entry.correlate(row).scalar_subquery(), created)


def last_changes(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Subject → moment of the last entry about it; absent where there is none."""
    statement = (
        select(HistoryEntry.subject_id, func.max(HistoryEntry.moment))
        .where(HistoryEntry.subject_id.in_(list(ids)))
        .group_by(HistoryEntry.subject_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
