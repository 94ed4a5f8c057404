"""Going on after a restore: what still waits in the old queue is sent, or left out because people may have had it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.core import jobs
from consultation.core.errors import Conflict
from consultation.core.history import record
from consultation.core.jobs import Job, JobPause, JobState
from consultation.core.language import M
from consultation.subjects import Actor

NEVER_DROPPED = frozenset({"contributions.gather", "edition.compile", "invitations.send"})
"""Points and documents are no mail; and whoever was not invited yet must be: rather asked twice than never."""
WITHOUT_MAIL = frozenset({"response.entered", "response.submitted"})
"""Their answers still have to become points; only the receipt by mail is left out."""
DROPPED = "left out after a restore"


def resume(session: Session, actor: Actor, *, drop_old: bool) -> dict[str, int]:
    """Jobs run again. Returns kind → how many were left out. Raises Conflict if nothing is paused."""
    open_pauses = jobs.pauses(session)
    if not open_pauses:
        raise Conflict(M("Die Aufträge sind nicht angehalten."))
    dropped = _drop(session) if drop_old else {}
    ended = update(JobPause).where(JobPause.ended_at.is_(None)).values(ended_at=actor.moment)
    session.execute(ended.execution_options(synchronize_session=False))
    for paused in open_pauses:
        record(session, actor, paused, "resume_jobs", dropped=sum(dropped.values()))
    return dropped


def _drop(session: Session) -> dict[str, int]:
    dropped: dict[str, int] = {}
    for job in session.scalars(select(Job).where(Job.state.in_((JobState.READY, JobState.RUNNING)))):
        if job.kind in NEVER_DROPPED:
            continue
        if job.kind in WITHOUT_MAIL:
            job.payload = job.payload | {"quiet": True}
        else:
            job.state, job.last_error = JobState.DONE, DROPPED
        dropped[job.kind] = dropped.get(job.kind, 0) + 1
    session.flush()
    return dropped


def pause(session: Session, actor: Actor, reason: str) -> JobPause:
    """No job is begun any more; what is in hand is finished."""
    made = jobs.pause(session, actor.moment, reason)
    record(session, actor, made, "pause_jobs", reason=made.reason)
    return made


def waiting_since(session: Session) -> datetime | None:
    """When jobs stopped; None while they run."""
    return min((paused.since for paused in jobs.pauses(session)), default=None)
