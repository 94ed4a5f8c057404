"""Whom an answer waits for that was laid before the others, when somebody may release it who could not."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from consultation.core.history import HistoryEntry
from consultation.core.jobs import enqueue
from consultation.mail.letters import response_ready
from consultation.mail.post import Post
from consultation.people.queries import FOUR_EYES
from consultation.responses.models import Response


def tell(session: Session, post: Post, response: Response, person: str, job_id: uuid.UUID) -> None:
    """`person` has the right from now on; without one, four eyes were switched off. A job that is repeated tells once."""
    to, key = person, f"mail.ready:{job_id}:{response.id}"
    if not person:
        asked = list(response_ready(session, post, {"id": str(response.id)}))
        laid = _laid_under_four_eyes(session, response)
        if not laid or not asked or not all(one.spare for one in asked):
            return
        to, key = asked[0].to, f"mail.ready:{laid}:alone"
    told = {"id": str(response.id), "to": to}
    enqueue(session, "mail.ready", told, run_at=post.moment, unique_key=key)


def _laid_under_four_eyes(session: Session, response: Response) -> int | None:
    """The number of the entry that tells it, unless four eyes were off then: whoever laid it heard of it at once."""
    about = HistoryEntry.subject_id == response.id, HistoryEntry.action == "mark_ready"
    laid = session.scalars(select(HistoryEntry.seq).where(*about).order_by(HistoryEntry.seq.desc())).first()
    switched = HistoryEntry.subject_id == response.organisation_id, HistoryEntry.action == FOUR_EYES
    later = select(HistoryEntry.details).where(*switched, HistoryEntry.seq > (laid or 0)).order_by(HistoryEntry.seq)
    first = session.scalars(later.limit(1)).first()
    return laid if first is not None and not first["four_eyes"] else None
