"""Who of the house is where in the answer right now: noted when a page is shown or saved, forgotten after two minutes."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from consultation.core.db import insert_new
from consultation.responses.models import Presence
from consultation.subjects import Actor

FRESH = timedelta(minutes=2)
_LONGEST = 120


def note(session: Session, actor: Actor, response_id: uuid.UUID, page: str) -> None:
    """The acting person is at this page, and at no other."""
    here = (Presence.response_id == response_id, Presence.person_id == actor.person_id)
    values = {"page": page[:_LONGEST], "seen_at": actor.moment}
    known = session.execute(update(Presence).where(*here).values(**values))
    assert isinstance(known, CursorResult)
    if not known.rowcount:
        row = {"response_id": response_id, "person_id": actor.person_id, **values}
        insert_new(session, Presence, [row], ["response_id", "person_id"])


def others(session: Session, actor: Actor, response_ids: Sequence[uuid.UUID]) -> list[Presence]:
    """Who else was there within the last two minutes, the latest first."""
    statement = (
        select(Presence)
        .where(Presence.response_id.in_(response_ids), Presence.person_id != actor.person_id)
        .where(Presence.seen_at > actor.moment - FRESH)
        .order_by(Presence.seen_at.desc(), Presence.person_id)
    )
    return list(session.scalars(statement))


def sweep(session: Session, moment: datetime) -> None:
    session.execute(delete(Presence).where(Presence.seen_at <= moment - FRESH))
