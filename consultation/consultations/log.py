"""Reading the procedure log of one consultation, newest first, page by page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.history import HistoryEntry
from consultation.people.models import Organisation, Person

AT_ONCE = 50


@dataclass(frozen=True)
class Entry:
    """A line with the names of today; an erased person has none."""

    line: HistoryEntry
    organisation: str
    person: str


def entries(
    session: Session, consultation_id: uuid.UUID, *, before: int | None = None, limit: int = AT_ONCE
) -> Sequence[Entry]:
    """Lines with a smaller number than `before`. The caller has checked who may see them."""
    statement = (
        select(HistoryEntry, Organisation.name, Person.name)
        .outerjoin(Organisation, Organisation.id == HistoryEntry.organisation_id)
        .outerjoin(Person, Person.id == HistoryEntry.person_id)
        .where(HistoryEntry.consultation_id == consultation_id)
        .order_by(HistoryEntry.seq.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(HistoryEntry.seq < before)
    return [Entry(line, organisation or "", person or "") for line, organisation, person in session.execute(statement)]
