"""Going on after a restore: what still waits in the old queue is sent, or left out because people may have had it."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consultation.consultations import invitations
from consultation.core import jobs
from consultation.core.db import Database
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
AT_ONCE = 200
DROPPED = "left out after a restore"
UNKNOWN = M("Nach einer Wiederherstellung nicht versandt; ob sie vorher hinausging, ist nicht bekannt.")
"""Kept with an invitation or a reminder as the failures of mail servers are, and translated where it is shown."""


@dataclass(frozen=True)
class LeftOut:
    kinds: dict[str, int]
    """Kind → how many jobs of it."""
    invitations: int
    """How many failed for it, so that a planner sees them and can send them again."""


def resume(database: Database, actor: Actor, *, drop_old: bool) -> LeftOut:
    """Jobs run again: the pause ends last, so that nothing leaves the house if this breaks off, and it can be done once more.
    Raises Conflict if nothing is paused.
    """
    with database.reader() as session:
        if not jobs.pauses(session):
            raise Conflict(M("Die Aufträge sind nicht angehalten."))
    left_out = _drop(database, actor.moment) if drop_old else LeftOut({}, 0)
    with database.transaction() as session:
        open_pauses = jobs.pauses(session)
        ended = update(JobPause).where(JobPause.ended_at.is_(None)).values(ended_at=actor.moment)
        session.execute(ended.execution_options(synchronize_session=False))
        for paused in open_pauses:
            record(session, actor, paused, "resume_jobs", dropped=sum(left_out.kinds.values()))
    return left_out


def _drop(database: Database, moment: datetime) -> LeftOut:
    """In slices with a transaction each: however many wait, others can write meanwhile."""
    kinds, failed, last = Counter[str](), 0, None
    waiting = select(Job).where(Job.state.in_((JobState.READY, JobState.RUNNING)), Job.kind.not_in(NEVER_DROPPED))
    while True:
        with database.transaction() as session:
            rest = waiting if last is None else waiting.where(Job.id > last)
            found = session.scalars(rest.order_by(Job.id).limit(AT_ONCE)).all()
            if not found:
                return LeftOut(dict(kinds), failed)
            for job in found:
                if job.kind in WITHOUT_MAIL:
                    job.payload = job.payload | {"quiet": True}
                else:
                    job.state, job.last_error = JobState.DONE, DROPPED
            failed += _tell(session, found, moment)
            kinds.update(job.kind for job in found)
            last = found[-1].id


def _tell(session: Session, dropped: Sequence[Job], moment: datetime) -> int:
    """Nothing whose mail was left out stands there as sent, or as on its way; how many invitations failed."""

    def subjects(kind: str) -> list[uuid.UUID]:
        return [uuid.UUID(job.payload["id"]) for job in dropped if job.kind == kind]

    reminders.all_done(session, subjects("mail.reminder"), moment, str(UNKNOWN))
    return invitations.fail_all(session, subjects("mail.invitation"), str(UNKNOWN), moment)


def pause(session: Session, actor: Actor, reason: str) -> JobPause:
    """No job is begun any more; what is in hand is finished."""
    made = jobs.pause(session, actor.moment, reason)
    record(session, actor, made, "pause_jobs", reason=made.reason)
    return made


def waiting_since(session: Session) -> datetime | None:
    """When jobs stopped; None while they run."""
    return min((paused.since for paused in jobs.pauses(session)), default=None)
