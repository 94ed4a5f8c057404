"""Who of the house is where in the answer right now: noted when a page is shown or saved, forgotten after two minutes."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from consultation.core.db import put
from consultation.responses.models import Presence
from consultation.subjects import Actor

FRESH = timedelta(minutes=2)
_LONGEST = 120


def note(session: Session, actor: Actor, response_id: uuid.UUID, page: str) -> None:
    """The acting person is at this page, and at no other."""
    row = {"response_id": response_id, "person_id": actor.person_id, "page": page[:_LONGEST], "seen_at": actor.moment}
    put(session, Presence, row, ["response_id", "person_id"])


def others(session: Session, actor: Actor, response_ids: Sequence[uuid.UUID]) -> list[Presence]:
    """Who else was there within the last two minutes, the latest first."""
    asked = {"responses": response_ids, "acting": actor.person_id, "since": actor.moment - FRESH}
    return list(session.scalars(_OTHERS, asked))


_OTHERS = (
    select(Presence)
    .where(Presence.response_id.in_(bindparam("responses", expanding=True)), Presence.person_id != bindparam("acting"))
    .where(Presence.seen_at > bindparam("since"))
    .order_by(Presence.seen_at.desc(), Presence.person_id)
)


def sweep(session: Session, moment: datetime) -> None:
    session.execute(delete(Presence).where(Presence.seen_at <= moment - FRESH))
