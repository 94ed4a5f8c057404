"""Going on after a restore: what still waits in the old queue is sent, or left out because people may have had it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import invitations
from consultation.core import jobs
from consultation.core.errors import Conflict
from consultation.core.history import record
from consultation.core.jobs import Job, JobPause, JobState
from consultation.core.language import M
from consultation.responses import reminders
from consultation.subjects import Actor

NEVER_DROPPED = frozenset({"contributions.gather", "edition.compile", "invitations.send"})
"""Points and documents are no mail; and whoever nobody began to invite must be: rather asked twice than never."""
WITHOUT_MAIL = frozenset({"response.entered", "response.submitted"})
"""Their answers still have to become points; only the receipt by mail is left out."""
DROPPED = "left out after a restore"
UNKNOWN = M("Nach einer Wiederherstellung nicht versandt; ob sie vorher hinausging, ist nicht bekannt.")
"""Kept with an invitation or a reminder as the failures of mail servers are, and translated where it is shown."""


@dataclass(frozen=True)
class LeftOut:
    kinds: dict[str, int]
    """Kind → how many jobs of it."""
    invitations: int
    """How many failed for it, so that a planner sees them and can send them again."""


def resume(session: Session, actor: Actor, *, drop_old: bool) -> LeftOut:
    """Jobs run again. Raises Conflict if nothing is paused."""
    open_pauses = jobs.pauses(session)
    if not open_pauses:
        raise Conflict(M("Die Aufträge sind nicht angehalten."))
    left_out = _drop(session, actor.moment) if drop_old else LeftOut({}, 0)
    ended = update(JobPause).where(JobPause.ended_at.is_(None)).values(ended_at=actor.moment)
    session.execute(ended.execution_options(synchronize_session=False))
    for paused in open_pauses:
        record(session, actor, paused, "resume_jobs", dropped=sum(left_out.kinds.values()))
    return left_out


def _drop(session: Session, moment: datetime) -> LeftOut:
    kinds: dict[str, int] = {}
    failed = 0
    for job in session.scalars(select(Job).where(Job.state.in_((JobState.READY, JobState.RUNNING)))).all():
        if job.kind in NEVER_DROPPED:
            continue
        if job.kind in WITHOUT_MAIL:
            job.payload = job.payload | {"quiet": True}
        else:
            job.state, job.last_error = JobState.DONE, DROPPED
        kinds[job.kind] = kinds.get(job.kind, 0) + 1
        failed += _tell(session, job, moment)
    session.flush()
    return LeftOut(kinds, failed)


def _tell(session: Session, job: Job, moment: datetime) -> bool:
    """Nothing whose mail was left out stands there as sent, or as on its way; whether an invitation failed."""
    if job.kind == "mail.reminder":
        reminders.done(session, uuid.UUID(job.payload["id"]), moment, str(UNKNOWN))
    if job.kind == "mail.invitation":
        return invitations.fail(session, uuid.UUID(job.payload["id"]), str(UNKNOWN), moment)
    return False


def pause(session: Session, actor: Actor, reason: str) -> JobPause:
    """No job is begun any more; what is in hand is finished."""
    made = jobs.pause(session, actor.moment, reason)
    record(session, actor, made, "pause_jobs", reason=made.reason)
    return made


def waiting_since(session: Session) -> datetime | None:
    """When jobs stopped; None while they run."""
    return min((paused.since for paused in jobs.pauses(session)), default=None)
