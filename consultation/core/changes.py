"""When something was made and changed last, as its row and the procedure log tell it."""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from consultation.core.db import among, as_kept
from consultation.core.history import HistoryEntry


def modified(row: Any, created: Any, actions: Collection[str] = ()) -> ColumnElement[datetime]:
    """For a select of a table with an id: the last entry about the row, or `created`. `actions`: only these count."""
    entry = select(func.max(HistoryEntry.moment)).where(HistoryEntry.subject_id == row.id)
    if actions:
        entry = entry.where(HistoryEntry.action.in_(actions))
    return func.coalesce(entry.correlate(row).scalar_subquery(), created)


def last_changes(session: Session, ids: Collection[uuid.UUID], actions: Collection[str]) -> dict[Any, datetime]:
    """Row, by its id `as_kept` → when one of these actions was done to it last; absent if none was."""
    last = select(as_kept(HistoryEntry.subject_id), func.max(HistoryEntry.moment)).group_by(HistoryEntry.subject_id)
    wanted = among(session, HistoryEntry.subject_id, ids), HistoryEntry.action.in_(actions)
    return dict(session.connection().execute(last.where(*wanted)).all())


def moments(session: Session, table: Any, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[datetime, datetime]]:
    """Row → when it was made and when it changed last."""
    statement = select(table.id, table.created_at, modified(table, table.created_at)).where(table.id.in_(list(ids)))
    return {row[0]: (row[1], row[2]) for row in session.execute(statement)}
